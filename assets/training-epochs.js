/* The epochs that are kept while the cell trains. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const KEPT = 1000; // epochs

  /** Epochs in order: the first, the last, and every 2ⁿ-th between, as few as needed. */
  class Epochs {
    constructor(first) {
      this.list = [first];
      this.stride = 1;
    }

    get last() {
      return this.list.at(-1);
    }

    add(record) {
      if (this.last.epoch % this.stride) this.list.pop();
      this.list.push(record);
      if (this.list.length <= KEPT) return;
      this.stride *= 2;
      this.list = this.list.filter((one) => one.epoch % this.stride === 0 || one === record);
    }

    /** The kept epoch that is nearest. */
    near(epoch) {
      const far = (one) => Math.abs(one.epoch - epoch);
      return this.list.reduce((best, one) => (far(one) < far(best) ? one : best));
    }

    /** Drop what comes after an epoch. */
    cut(epoch) {
      this.list = this.list.filter((one) => one.epoch <= epoch);
    }
  }

  lab.Epochs = Epochs;
})();
