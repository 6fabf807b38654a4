/* What the Network view writes into its controls: the model in words, layers, units to choose from. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const ROWS = 128; // of a heat map; a layer with more units shows means, or a part

  class NetworkControls {
    constructor(view) {
      this.view = view;
    }

    /** Say in words and in the controls what the answer is about. */
    describe() {
      const { answer, root } = this.view;
      const { source } = this.view.asked.model;
      root.dataset.source = source;
      root.querySelector(".lab-what").textContent = answer.says;
      root.classList.toggle("has-one-layer", answer.sizes.length === 1);
      root.classList.toggle("has-projection", this.view.isProjected);
      this.view.models.describe(this.view.asked.model);
      const options = answer.sizes.map((_, n) => ({
        value: String(n),
        label: `${n + 1} of ${answer.sizes.length}`,
      }));
      const key = `${answer.sizes.length} ${answer.layer}`;
      if (this.layerKey !== key) {
        this.layerKey = key;
        this.view.set("layer", { options, value: String(answer.layer) });
      }
      const reads = document.getElementById(lab.live.domId(this.view.id("reads")));
      if (source !== "new" && reads.value !== answer.takes) this.view.set("reads", { value: answer.takes });
      reads.disabled = source !== "new";
      this.stack();
      this.chooseUnits();
      const number = root.querySelector(".lab-unit-number");
      number.max = answer.sizes[answer.layer] - 1;
      if (document.activeElement !== number) number.value = answer.unit;
      const example = Object.values(this.view.config.examples).find(
        (one) => one.text === this.view.asked.text && one.source === source,
      );
      const place = root.querySelector(".lab-example");
      // A network set by hand has no use for most characters; a model in a file should know them.
      const few = source === "file" ? 0 : this.view.T / 2;
      const strange = `${answer.unknown} of ${this.view.T} tokens are unknown to this model; it reads them as nothing it knows.`;
      const words = example?.look_for ?? (answer.unknown > few ? strange : "Your own text.");
      if (place.textContent !== words) place.textContent = words;
      this.saySaturation();
    }

    /** The saturation plot in words: the pinned unit, for those who listen. */
    saySaturation() {
      const { figures, unit } = this.view.answer;
      const share = (array) => lab.numbers.shown(100 * lab.numbers.decode(array)[unit], 0);
      const gates = figures.saturation.data
        .filter(({ name }) => name)
        .map(({ name, x, y }) => `${name} gate open ${share(x)} % and shut ${share(y)} % of the steps`);
      this.view.root.querySelector(".lab-saturation-words").textContent =
        `Unit ${unit}: ${gates.join(", ")}.`;
    }

    /** The layers in words: how strongly each speaks at t. */
    sayLayers(t) {
      const levels = this.view.levels.map((level, n) => `layer ${n + 1} ${lab.numbers.shown(level[t], 3)}`);
      this.view.root.querySelector(".lab-layers-words").textContent =
        `At t = ${t}, root mean square of h: ${levels.join(", ")}.`;
    }

    /** The flow from the token through the layers, each a button. */
    stack() {
      const { answer } = this.view;
      const place = this.view.root.querySelector(".lab-stack");
      const key = `${answer.sizes} ${answer.layer}`;
      if (place.dataset.key === key) return;
      place.dataset.key = key;
      const token = document.createElement("span");
      token.className = "lab-stack-token role-x";
      const layers = answer.sizes.map((size, n) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "lab-stack-layer role-h";
        button.dataset.layer = n;
        button.textContent = `Layer ${n + 1}`;
        button.title = `${size} units`;
        button.setAttribute("aria-pressed", String(n === answer.layer));
        return button;
      });
      place.replaceChildren(token, ...layers);
    }

    /** Which units of a large layer are shown: means over all, or each of a part. */
    chooseUnits() {
      const size = this.view.answer.sizes[this.view.answer.layer];
      const box = this.view.root.querySelector(".lab-first-box");
      box.hidden = size <= ROWS;
      if (box.hidden) return;
      const select = box.querySelector("select");
      const per = Math.ceil(size / ROWS);
      if (select.dataset.size !== String(size)) {
        select.dataset.size = size;
        const option = (value, words) => new Option(words, value);
        const parts = Array.from({ length: per }, (_, n) => {
          const last = Math.min((n + 1) * ROWS, size) - 1;
          return option(n * ROWS, `rows ${n * ROWS}–${last}`);
        });
        select.replaceChildren(option("", `all ${size}, means of ${per}`), ...parts);
      }
      select.value = this.view.shown.first ?? "";
    }

    /** Fill the token at t in, and each layer by how strongly it speaks. */
    paintStack(t) {
      const [token, ...layers] = this.view.root.querySelector(".lab-stack").children;
      if (!token) return;
      const text = t === 0 ? "–" : this.view.visible[t - 1];
      if (token.textContent !== text) token.textContent = text;
      layers.forEach((layer, n) => {
        layer.style.setProperty("--level", (this.view.levels[n][t] / this.view.loudest).toFixed(3));
      });
    }
  }

  lab.NetworkControls = NetworkControls;
})();
