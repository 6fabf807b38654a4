/* The search for the units behind a contrast: each is silenced in turn, on the server; a press silences one here. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  class UnitSearch extends lab.LensQuestion {
    constructor(view) {
      super(view, ".lab-card-found", "lens/units");
      this.fields.over.addEventListener("change", () => this.shape());
      this.tables.addEventListener("click", (event) => {
        const { layer, unit } = event.target.closest("[data-unit]")?.dataset ?? {};
        if (unit !== undefined) this.silence(Number(layer), Number(unit));
      });
      this.shape();
    }

    get waiting() {
      return "Silencing each unit in turn …";
    }

    get asked() {
      return { over: this.fields.over.value, ...super.asked };
    }

    /** Prompts of one's own have words of their own. */
    shape() {
      this.card.classList.toggle("has-prompts", this.fields.over.value === "prompts");
    }

    /** Silence a unit from the first step to the last. */
    silence(layer, unit) {
      // Beside another setting it is B in which things are changed.
      const { intervening, T } = lab.compare.b?.answer ? lab.compare.b : this.view;
      intervening.add({ kind: "silence", what: null, unit, layer, first: 1, last: T, value: null, on: true });
      intervening.unfold(true);
    }

    show({ layers, whole, attractors }) {
      const percent = (share) => `${lab.numbers.shown(100 * share, 0)} %`;
      const units = layers
        .flatMap(({ units: found }) => found)
        .sort((one, other) => Math.abs(other.contrast) - Math.abs(one.contrast))
        .slice(0, 8)
        .map(({ layer, unit, contrast, accuracy }) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "lab-chip";
          button.textContent = `${layers[layer].name}, unit ${unit}`;
          button.title = "Silence it in this text";
          Object.assign(button.dataset, { layer, unit });
          return [button, lab.numbers.shown(-contrast, 2), `${lab.numbers.shown(-100 * accuracy, 0)}`];
        });
      const medians = layers.map(({ name, median }) => `${name} ${lab.numbers.shown(-median, 2)}`).join(", ");
      const caption = `Whole: contrast ${lab.numbers.shown(whole.contrast, 2)}, ${percent(whole.accuracy)} right. Median change: ${medians}.`;
      const tables = [this.table(caption, ["silenced", "contrast", "% right"], units)];
      if (attractors.length)
        tables.push(
          this.table(
            "Right, by the number of attractors between subject and verb",
            ["attractors", ...attractors.map((one) => String(one.attractors))],
            [["right", ...attractors.map(({ accuracy }) => percent(accuracy))]],
          ),
        );
      this.tables.replaceChildren(...tables);
    }
  }

  lab.UnitSearch = UnitSearch;
})();
