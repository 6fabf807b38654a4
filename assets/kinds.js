/*
 * Going from one kind of cell to another: the columns of a Cell view come anew
 * from the server, and a new view takes over what both kinds have.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FIRST = "lstm"; // the kind of cell where a link says none
  const PATIENCE = 8000; // milliseconds after which another kind of cell will not come
  const kept = new Map(); // what was set in other kinds of cell, by the view's name

  class Kinds {
    /** @param view the CellView that goes when another kind comes */
    constructor(view) {
      this.view = view;
      this.kind = view.config.kind;
      this.isFirst = this.kind === FIRST;
    }

    get choice() {
      return document.getElementById(lab.live.domId(this.view.id("kind")));
    }

    /** What every request says; nothing else in it tells the numbers' kind. */
    settings() {
      return { kind: this.kind };
    }

    toQuery() {
      return this.isFirst ? {} : { kind: this.kind };
    }

    get untouched() {
      return this.isFirst;
    }

    leave() {
      clearTimeout(this.waiting);
    }

    /** Make way for a view of another kind, which takes over what both have, or a query. */
    become(kind, query = this.handOver(kind)) {
      const { view, choice: field } = this;
      view.complainNoMore(); // what is wrong here need not be wrong there
      lab.handed.set(view.aio, query);
      const top = field === document.activeElement && field.getBoundingClientRect().top;
      kept.set(view.aio, { ...kept.get(view.aio), top });
      const { show } = view.config;
      view.set("becoming", { data: { kind, show, at: performance.now() } });
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.stay(), PATIENCE);
    }

    /** The other kind did not come: say so, and show in the select what is there. */
    stay() {
      const { view, kind } = this;
      lab.handed.delete(view.aio);
      view.set("kind", { value: kind });
      view.alert(
        `The server does not answer, so this is still the ${view.config.title}. Choose the cell kind again.`,
      );
    }

    /** A link's text of what stands here, with what was set in the other kind when it was left. */
    handOver(kind) {
      const { view } = this;
      const { sequence, numbers: set, separate } = view.settings ?? view.fallback();
      const before = kept.get(view.aio);
      const numbers = { ...before?.numbers, ...set, ...view.training.release() };
      const training = this.isFirst ? view.training.toQuery() : before?.training;
      kept.set(view.aio, { numbers, training });
      return new URLSearchParams({
        ...view.ofParts("toQuery"),
        ...(kind === FIRST && training),
        ...numbers,
        kind,
        x: sequence.replaceAll(/\s*,\s*/g, ","),
        t: view.player.t,
        ...(separate && { separate: "1" }),
      });
    }

    /** The hand that chose this kind finds the select where it was. */
    takeFocus() {
      const { top = false } = kept.get(this.view.aio) ?? {};
      if (top === false) return;
      kept.get(this.view.aio).top = false;
      this.choice.focus({ preventScroll: true });
      this.hold(top);
      this.top = top;
    }

    hold(top) {
      window.scrollBy(0, this.choice.getBoundingClientRect().top - top);
    }

    /** The first answer brings words, which may take more lines than there were. */
    accept() {
      if (this.top !== undefined && this.choice === document.activeElement) this.hold(this.top);
      this.top = undefined;
    }

    /** Whether a link is of another kind of cell, which then takes this one's place. */
    isOther(query) {
      const kind = query.get("kind") ?? FIRST;
      if (kind === this.kind) return false;
      const options = [...this.choice.options].filter(({ value }) => value);
      if (options.some(({ value }) => value === kind)) {
        this.become(kind, query);
        return true;
      }
      const titles = options.map(({ text }) => text).join(", ");
      const named = kind.slice(0, 24);
      this.view.warn(`The link is of a cell kind '${named}', which is not there. There are ${titles}.`);
      return false;
    }
  }

  lab.Kinds = Kinds;
})();
