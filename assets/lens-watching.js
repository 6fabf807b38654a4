/* The watched tokens of the Lens view: chosen by text, and their ranks layer by layer. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const MOST = 8;
  const SEEN = { "␣": " ", "⏎": "\n", "⇥": "\t" };

  /** A token as a text has it, of one whose spaces are made visible. */
  lab.rawToken = (shown) => shown.replaceAll(/[␣⏎⇥]/g, (mark) => SEEN[mark]);

  class Watching {
    constructor(view) {
      this.view = view;
      const { root } = view;
      this.list = [];
      this.chips = root.querySelector(".lab-watching");
      this.input = root.querySelector(".lab-watch-field");
      this.says = root.querySelector(".lab-watch-says");
      this.card = root.querySelector(".lab-card-grid");
      this.key = root.querySelector(".lab-watched-key");
      view.listen("click", (event) => {
        if (event.target.closest("[data-watch=add]")) this.add();
        const at = event.target.closest("[data-unwatch]")?.dataset.unwatch;
        if (at !== undefined) this.remove(Number(at));
      });
      view.listen("keydown", (event) => {
        if (event.key === "Enter" && event.target === this.input) this.add();
      });
      this.input.addEventListener("input", () => this.complain(""));
    }

    /* --- the part of a view ------------------------------------------- */

    settings() {
      return { watch: this.list };
    }

    toQuery() {
      return { watch: lab.lensLink.written(this.list) };
    }

    accept(asked) {
      if (asked.watch !== this.list) return;
      this.good = this.list;
      if (this.tried !== undefined && this.input.value === this.tried) this.input.value = "";
      this.tried = undefined;
      this.complain("");
    }

    /** What is no token of this model stays in the field, with the reason; the others stay watched. */
    refuse(asked, { field, message }) {
      if (field !== "watch" || asked.watch !== this.list) return;
      this.begin(this.good ?? []);
      this.complain(message);
    }

    /** What a link, or another model, watches and this model does not know is left out. */
    isDropped(asked, { field, message }) {
      if (field !== "watch" || this.tried !== undefined || !this.list.length) return false;
      const { view } = this;
      this.begin([]);
      view.told = `${message} Nothing is watched now.`;
      view.asking.offer({ ...view.asking.wanted, ...view.looks() });
      return true;
    }

    /** The control that a complaint is about. */
    field(name) {
      return name === "watch" ? this.input : undefined;
    }

    /* --- the list ------------------------------------------------------ */

    /** Watch other tokens from here on; the view asks for them. */
    begin(list) {
      this.list = list;
      this.tried = undefined;
    }

    add() {
      const text = lab.rawToken(this.input.value);
      if (!text || this.list.includes(text)) {
        this.complain(text ? `‘${text}’ is watched already.` : "Type a token first, such as one of the candidates.");
        this.input.focus();
        return;
      }
      if (this.list.length >= MOST) {
        this.complain(`There are ${MOST} watched tokens, as many as can be. Remove one.`);
        return;
      }
      this.list = [...this.list, text];
      this.tried = this.input.value;
      this.view.again();
      this.view.asking.flush();
    }

    /** Watch one of the candidates, or no longer; it is named as it is shown. */
    toggle(shown) {
      const at = this.texts.indexOf(shown);
      if (at >= 0) this.list = this.list.filter((_, n) => n !== at);
      else this.list = [...this.list, lab.rawToken(shown)].slice(0, MOST);
      this.tried = undefined;
      this.view.again();
    }

    remove(at) {
      this.list = this.list.filter((_, n) => n !== at);
      this.tried = undefined;
      this.view.again();
      (this.chips.children[Math.min(at, this.list.length - 1)]?.querySelector("button") ?? this.input).focus();
    }

    complain(words) {
      if (this.says.textContent !== words) this.says.textContent = words;
      this.input.toggleAttribute("aria-invalid", false);
      if (words) this.input.setAttribute("aria-invalid", "true");
    }

    /** Show what an answer says of them. */
    show({ watched, figures }) {
      this.texts = watched.texts;
      this.roles = watched.roles;
      const lines = figures.watched.data;
      this.dashes = this.texts.map((_, k) => lines.find(({ meta }) => meta.watched === k)?.line.dash);
      this.draw();
    }

    /** Mark an element with the line of a token. */
    dress(element, n) {
      element.classList.add("lab-watch", `role-${this.roles[n]}`);
      element.dataset.dash = this.dashes[n];
      return element;
    }

    draw() {
      const focused = [...this.chips.querySelectorAll("button")].indexOf(document.activeElement);
      const items = this.texts.map((text, n) => {
        const item = this.dress(document.createElement("li"), n);
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.unwatch = n;
        button.className = "lab-chip";
        button.setAttribute("aria-label", `Stop watching ${text}`);
        const word = document.createElement("bdi");
        word.textContent = text;
        button.append(word, " ×");
        item.append(button);
        return item;
      });
      this.chips.replaceChildren(...items);
      if (focused >= 0) (items[focused] ?? items.at(-1))?.querySelector("button").focus();
      this.drawKey();
      this.table();
    }

    /** Which line is which token. */
    drawKey() {
      const pieces = this.texts.map((text, n) => {
        const piece = this.dress(document.createElement("span"), n);
        const line = document.createElement("i");
        const word = document.createElement("bdi");
        word.textContent = text;
        piece.append(line, word);
        return piece;
      });
      const { layer, answer } = this.view;
      const isOther = pieces.length && layer !== null;
      const words = isOther ? `strong: ${answer.layers.at(-1)}, thin: ${answer.layers[layer]}` : "";
      this.key.replaceChildren(...pieces, words);
    }

    /* --- the grid ------------------------------------------------------- */

    /** Columns are tokens, rows layers; the numbers come with t. */
    table() {
      const { view } = this;
      const cell = (kind, words, more) => Object.assign(document.createElement(kind), { textContent: words, ...more });
      const head = this.texts.map((text, n) => {
        const place = this.dress(cell("th", "", { scope: "col" }), n);
        place.append(cell("bdi", text));
        return place;
      });
      const layers = view.answer.layers;
      this.cells = layers.map(() => this.texts.map(() => cell("td", "")));
      const rows = layers.map((name, n) => {
        const row = document.createElement("tr");
        row.append(cell("th", name, { scope: "row" }), ...this.cells[n]);
        if (view.answer.unreadable[name]) row.title = view.answer.unreadable[name];
        return row;
      });
      const corner = cell("td", "");
      this.card.querySelector("thead tr").replaceChildren(corner, ...head);
      this.card.querySelector("tbody").replaceChildren(...rows);
      view.root.classList.toggle("watches-none", !this.texts.length);
      this.paint(view.player.t);
    }

    paint(now) {
      const { view } = this;
      if (!this.cells || !view.answer) return;
      const t = Math.min(now, view.T);
      const best = this.cells.length - 1;
      this.cells.forEach((row, layer) => {
        row.forEach((cell, k) => {
          const rank = t === 0 ? -1 : view.watched.rank[this.at(layer, t, k)];
          const isRead = rank >= 1;
          const words = isRead ? String(rank) : "–";
          if (cell.textContent !== words) cell.textContent = words;
          const p = isRead ? lab.shownProbability(view.watched.probability[this.at(layer, t, k)]) : "";
          if (cell.title !== p) cell.title = p;
          cell.style.setProperty("--strength", (isRead ? view.strength(rank) : 0).toFixed(3));
          cell.classList.toggle("is-final", layer === best);
        });
      });
    }

    /** Where the numbers of a token lie, by layer and step. */
    at(layer, t, k) {
      return (layer * this.view.T + t - 1) * this.texts.length + k;
    }
  }

  lab.WatchedTokens = Watching;
})();
