/*
 * The view of how two settings differ: asks with both as they are shown, and plays
 * the figures of the answer. What a page shows in particular is a part of it.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const DECIMALS = { largest_gap: 3 }; // of what is no count of steps

  class Difference extends lab.View {
    constructor(root, config) {
      super(root, config, `${config.page}-difference`, ".lab-number");
      const react = {
        click: (t) => this.player.seek(t),
        back: (t) => this.player.seek(t),
        hover: (t, event) => this.toParts("hover", t, event),
        leave: () => this.explainer.leave(),
      };
      this.figures = {};
      for (const box of root.querySelectorAll("[data-figure]")) {
        const Kind = box.dataset.steps === "columns" ? lab.Columns : lab.Figure;
        this.figures[box.dataset.figure] = new Kind(box, this.id(box.dataset.figure), react);
      }
      this.explainer = new lab.Explainer(root, {}, () => ({ frame: {}, separate: false }));
      const Part = lab.differences[config.page];
      if (Part) this.parts.push(new Part(this));
      this.restore(lab.link.ofDifference(this));
      this.listen("lab-switch", () => this.showFuture());
      this.showFuture();
    }

    leave() {
      super.leave();
      this.explainer.stop();
    }

    get ready() {
      return Boolean(this.answer);
    }

    /* --- asking --------------------------------------------------------- */

    /** Ask for how the two settings differ, as the two views show them now. */
    ask() {
      const [a, b] = [lab.compare.a, lab.compare.b].map((view) => view?.asking.shown);
      if (!a || !b) return;
      const asked = { a, b, ...this.ofParts("settings") };
      const text = JSON.stringify(asked);
      if (text === this.sent) return;
      this.sent = text;
      this.asking.offer(asked);
    }

    again() {
      this.ask();
    }

    restyle() {
      this.sent = undefined;
      super.restyle();
    }

    refuse(_asked, { message }) {
      this.sent = undefined; // the same two may come up again
      this.alert(message);
    }

    accept(asked, answer) {
      this.answer = answer;
      this.say(answer);
      this.accepted(asked, answer);
      this.drawSoon();
      this.paint(this.player.t, true);
    }

    /** Say in words where the settings differ, with the numbers in their places. */
    say({ says, numbers }) {
      const place = this.root.querySelector(".lab-says");
      const pieces = says.join(" ").split(/\{(\w+)\}/);
      const missing = ["first_difference", "largest_gap"].filter((name) => !pieces.includes(name));
      const live = (name) => {
        const element = document.createElement("data");
        element.dataset.value = name;
        element.dataset.decimals = DECIMALS[name] ?? 0;
        lab.numbers.fill(element, { [name]: numbers[name] ?? undefined });
        // A small gap is none of 0.000.
        const small = numbers[name] > 0 && Number(element.textContent) === 0;
        if (small) element.textContent = lab.numbers.given(numbers[name], 0, element.dataset.decimals);
        return element;
      };
      const unsaid = missing.map((name) => {
        const element = live(name);
        element.hidden = true;
        return element;
      });
      place.replaceChildren(...pieces.map((piece, n) => (n % 2 ? live(piece) : piece)), ...unsaid);
    }

    draw() {
      for (const [name, figure] of Object.entries(this.figures)) {
        const { height } = this.answer.figures[name]?.layout.meta ?? {};
        figure.box.hidden = !this.answer.figures[name];
        if (figure.box.hidden) continue;
        if (height) figure.box.style.height = `${height}px`;
        figure.draw(this.answer.figures[name]);
      }
    }

    showFuture() {
      this.root.classList.toggle("hides-future", !lab.switches.isOn("future"));
    }

    paint(t, words) {
      if (!this.answer) return;
      for (const figure of Object.values(this.figures)) figure.place(t);
      this.toParts("paint", t, words);
    }

    /* --- links and pictures ------------------------------------------------ */

    toQuery() {
      return lab.link.texts(this.ofParts("toQuery"));
    }

    restore(query) {
      this.toParts("restore", query);
    }

    takeAway() {
      const figures = Object.entries(this.figures)
        .filter(([, { box }]) => !box.hidden)
        .map(([name, { box }]) => ({
          name: `Difference${Object.keys(this.figures).length > 1 ? ` ${name}` : ""}`,
          plot: box.querySelector(".js-plotly-plot"),
          // Titles that the page itself lays over the veil.
          annotations: this.answer.figures[name].layout.meta?.annotations,
        }));
      return this.withParts({ figures });
    }
  }

  /** The part that a page adds to its difference, by the name of the page. */
  lab.differences ??= {};
  lab.Difference = Difference;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    lstm_lab_difference: {
      begin(config, rootId) {
        lab.viewOf(rootId, config, Difference);
        return false; // nothing is wrong yet
      },
    },
  });
})();
