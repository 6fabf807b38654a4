/* The candidates after each layer at t: what it would say next, as bars. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  /** A probability in percent; never as 0 or 100, which it is not. */
  lab.shownProbability = (p) => {
    if (!(p >= 0)) return "–";
    if (p < 0.0001) return "<0.01%";
    return `${Math.min(100 * p, 99.99).toFixed(2)}%`;
  };

  class Candidates {
    constructor(view) {
      this.view = view;
      this.box = view.root.querySelector(".lab-candidates");
      this.box.addEventListener("click", (event) => {
        const bar = event.target.closest("[data-candidate]");
        if (bar) view.watching.toggle(bar.dataset.candidate);
      });
    }

    /** A list for each layer, with as many bars as there are candidates; only their content moves. */
    load() {
      const { layers, unreadable } = this.view.answer;
      const key = JSON.stringify([layers, unreadable, this.view.N]);
      if (key === this.key) return;
      this.key = key;
      this.bars = [];
      const lists = layers.map((name) => {
        const box = document.createElement("div");
        const title = document.createElement("h3");
        title.textContent = name;
        box.append(title);
        if (unreadable[name]) {
          const why = document.createElement("p");
          why.className = "lab-does";
          why.textContent = unreadable[name];
          box.append(why);
          this.bars.push([]);
          return box;
        }
        const list = document.createElement("ol");
        list.setAttribute("aria-label", `Candidates after ${name}`);
        const bars = Array.from({ length: this.view.N }, () => this.bar());
        list.append(...bars.map(({ item }) => item));
        this.bars.push(bars);
        box.append(list);
        return box;
      });
      this.box.style.setProperty("--layers", layers.length);
      this.box.replaceChildren(...lists);
    }

    bar() {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const word = document.createElement("bdi");
      const share = document.createElement("data");
      button.type = "button";
      button.className = "lab-candidate";
      button.append(word, share);
      item.append(button);
      return { item, button, word, share };
    }

    paint(now) {
      const { view } = this;
      if (!view.answer || !this.bars) return;
      const t = Math.min(now, view.T);
      const chosen = view.watching.texts ?? [];
      this.bars.forEach((bars, layer) => {
        bars.forEach(({ item, button, word, share }, n) => {
          const text = t === 0 ? "–" : view.candidate(layer, t, n);
          const p = t === 0 ? NaN : view.top.probability[view.cell(layer, t) * view.N + n];
          if (word.textContent !== text) {
            word.textContent = text;
            button.disabled = t === 0; // there is nothing to watch yet
            button.dataset.candidate = text;
            if (n === 0) item.dataset.value = text;
          }
          const words = lab.shownProbability(p);
          if (share.textContent !== words) {
            share.textContent = words;
            share.setAttribute("value", p >= 0 ? String(p) : "");
          }
          button.style.setProperty("--share", (p || 0).toFixed(4));
          const at = t === 0 ? -1 : chosen.indexOf(text);
          const came = t > 0 && t < view.T && text === view.came[t - 1];
          const mark = `${at} ${came} ${view.watching.roles?.[at]}`;
          if (button.dataset.mark !== mark) {
            button.dataset.mark = mark;
            button.className = `lab-candidate${came ? " is-here" : ""}`;
            if (at >= 0) view.watching.dress(button, at);
            button.setAttribute("aria-pressed", String(at >= 0));
          }
          const title = at < 0 ? "Watch it" : "Stop watching it";
          if (button.title !== title) button.title = title;
        });
      });
    }
  }

  lab.Candidates = Candidates;
})();
