/* The bias probe: two words compared over prompts that differ in one place. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  class BiasProbe extends lab.LensQuestion {
    constructor(view) {
      super(view, ".lab-card-probe", "lens/probe");
    }

    get waiting() {
      return "Reading the prompts …";
    }

    /** The lens and the theme change the picture, and it is drawn anew; another model makes it old. */
    get key() {
      const { model, lens, bias } = this.view.asked;
      return JSON.stringify([model.hash, lens, bias, lab.theme(this.view.root)]);
    }

    stale() {
      const [before] = JSON.parse(this.shown);
      if (before === this.view.asked.model.hash) this.run();
      else this.clear("");
    }

    clear(words) {
      super.clear(words);
      this.card.classList.add("has-no-answer");
    }

    /** Put a pair in, and compare it. */
    fill({ first, second, prompts }) {
      this.fields["First word"].value = first;
      this.fields["Second word"].value = second;
      this.fields.prompts.value = prompts.join("\n");
      this.run();
    }

    show({ words: [first, second], layers, rows, figure }) {
      this.figure = figure;
      this.card.classList.remove("has-no-answer");
      this.view.set("probe", { figure });
      const percent = (share) => (share === null ? "–" : `${lab.numbers.shown(100 * share, 0)} %`);
      const top = layers.length - 1;
      const isPlanted = rows.some(({ planted }) => planted !== null);
      const head = ["prompt", `rank ${first}`, `rank ${second}`, `share ${first}`, ...(isPlanted ? ["planted"] : [])];
      const lines = rows.map(({ prompt, rank, share, planted }) => [
        prompt,
        ...rank[top].map((one) => (one < 1 ? "–" : String(one))),
        percent(share[top]),
        ...(isPlanted ? [percent(planted)] : []),
      ]);
      this.tables.replaceChildren(this.table(`${layers[top]}: ranks, and ${first} as a share of the two`, head, lines));
      requestAnimationFrame(() => window.dispatchEvent(new Event("resize"))); // it has come to its place
    }

    takeAway() {
      const plot = this.shown && this.card.querySelector(".js-plotly-plot");
      return plot ? { figures: [{ name: "Bias probe", plot }] } : {};
    }
  }

  lab.BiasProbe = BiasProbe;
})();
