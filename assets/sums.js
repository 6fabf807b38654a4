/* One unit as a glass box: the largest terms of each gate's sum. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const STACKED = "ifgo"; // PyTorch's order, in which they arrive

  class Sums {
    constructor(root) {
      this.root = root;
      this.boxes = Object.fromEntries(
        [...STACKED].map((name) => [name, root.querySelector(`[data-sum=${name}] .lab-sum-terms`)]),
      );
      this.name = root.querySelector(".lab-unit-name");
    }

    load({ sums, names, tokens, unit, layer }) {
      const { decode } = lab.numbers;
      const arrays = ["which", "values", "rest", "bias", "sums"];
      this.data = Object.fromEntries(arrays.map((name) => [name, decode(sums[name])]));
      this.named = sums.named;
      this.inputs = sums.inputs;
      this.T = tokens.length;
      this.names = names;
      this.layer = layer;
      const called = names.units?.[unit];
      this.name.textContent = called ? `Unit ${unit}: ${called}` : `Unit ${unit} of layer ${layer + 1}`;
      this.others = null;
      for (const box of Object.values(this.boxes)) {
        const rows = Array.from({ length: this.named + 2 }, () => {
          const row = document.createElement("div");
          row.className = "lab-term";
          row.append(document.createElement("span"), document.createElement("data"));
          return row;
        });
        if (box.childElementCount !== rows.length) box.replaceChildren(...rows);
      }
    }

    /** What a gate got at t. */
    sum(name, t) {
      return t === 0 || !this.data ? NaN : this.data.sums[STACKED.indexOf(name) * this.T + t - 1];
    }

    /** Show the terms at t. */
    paint(t) {
      const gates = Object.keys(this.boxes);
      const all = gates.map((gate) => this.terms(STACKED.indexOf(gate), t));
      // One scale for all four, so that their terms can be compared.
      const largest = Math.max(...all.flat().map(([, value]) => Math.abs(value) || 0), 1e-9);
      gates.forEach((gate, at) => {
        const box = this.boxes[gate];
        all[at].forEach(([label, value], n) => {
          const row = box.children[n];
          const [name, number] = row.children;
          if (name.textContent !== label) name.textContent = label;
          const text = label ? lab.numbers.shown(value, 2) : "";
          if (number.textContent !== text) number.textContent = text;
          number.value = lab.numbers.exact(value);
          row.style.setProperty("--share", (Math.abs(value || 0) / largest).toFixed(2));
          row.classList.toggle("negative", value < 0);
        });
      });
    }

    /** Label and value of each term: the named ones, the rest, the bias. */
    terms(gate, t) {
      const { which, values, rest, bias } = this.data;
      if (t === 0) return Array.from({ length: this.named + 2 }, () => ["–", NaN]);
      const place = gate * this.T + t - 1;
      const terms = Array.from({ length: this.named }, (_, k) => {
        const value = values[place * this.named + k];
        // A term of nothing has no place among the largest.
        return value === 0 ? ["", NaN] : [this.label(which[place * this.named + k]), value];
      });
      return [...terms, ["others", rest[place]], ["bias", bias[gate]]];
    }

    label(index) {
      if (index >= this.inputs) return `h[${index - this.inputs}] at t−1`;
      const { inputs, kind } = this.names;
      if (kind === "below") return `layer ${this.layer}: h[${index}]`;
      if (kind === "embedding") return `embedding[${index}]`;
      return inputs ? `x: ${inputs[index]}` : `x[${index}]`;
    }
  }

  lab.Sums = Sums;
})();
