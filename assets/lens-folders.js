/* Models of transformers on the Lens page: their lenses, and the wait until one is open. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PATIENCE = 120000; // milliseconds: they are larger than ours
  const AGAIN = 300; // milliseconds before asking again whether one is open
  const ROOM = 8; // layers that the figures have room for without growing

  /** The model that a value of the select stands for: its source, and its hash or name. */
  function modelOf(value) {
    const at = value.indexOf(":");
    return { source: value.slice(0, at), hash: value.slice(at + 1) };
  }

  class LensFolders {
    constructor(view) {
      this.view = view;
    }

    /** Of the view, while a transformer is asked. */
    get patience() {
      return this.view.asking.awaited?.model.source === "folder" ? PATIENCE : undefined;
    }

    /** What a model is shown on that the reader has just chosen instead of another one. */
    chosen(source, text) {
      const isFolder = modelOf(source).source === "folder";
      const { text: prompt, watch } = this.view.config.experiments.gallery_keys;
      const shown = isFolder ? { text: prompt, watch, lens: "raw" } : { text, watch: [], lens: "affine" };
      return { kind: "model", source, ...shown, at: performance.now() };
    }

    /** Another lens, where a recurrent model takes the place of a transformer. */
    lensFor(source) {
      return this.isOn && modelOf(source).source === "file" ? "affine" : undefined;
    }

    /** Words as they stand in a text, where a token has its space. */
    pair({ first, second, prompts }) {
      if (!this.isOn) return { first, second, prompts };
      return { first: `␣${first}`, second: `␣${second}`, prompts };
    }

    get isOn() {
      return this.view.asked?.model.source === "folder";
    }

    accept({ model }, { layers, recurrent, biased }) {
      const { view } = this;
      const { root, config } = view;
      this.waited = false;
      root.classList.toggle("is-transformer", !recurrent);
      root.classList.toggle("is-deep", layers.length > ROOM);
      root.style.setProperty("--deep", layers.length);
      view.biasButton.hidden = !biased;
      if (this.depth !== layers.length) this.showTop(layers.length);
      if (this.source === model.source) return;
      this.source = model.source;
      const options = Object.entries(config.lenses[model.source]).map(([value, label]) => ({ value, label }));
      view.set("lens", { options });
      view.set("prefix", { placeholder: recurrent ? "nothing: zero states" : "nothing" });
    }

    /** Of many layers show the top ones first. */
    showTop(depth) {
      this.depth = depth;
      const { box } = this.view.candidates;
      box.scrollLeft = box.scrollWidth;
      const grid = this.view.root.querySelector(".lab-grid-box");
      grid.scrollTop = grid.scrollHeight;
      if (depth > ROOM) grid.tabIndex = 0; // to be scrolled by keys
      else grid.removeAttribute("tabindex");
    }

    /** Whether it is no error: the folder is being opened, and asked for again. */
    isWaiting(asked, { again, message }) {
      if (!again) return false;
      const { view } = this;
      this.waited = true;
      view.root.querySelector(".lab-what").textContent = message;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => view.asking.wanted === asked && view.asking.offer(asked), AGAIN);
      return true;
    }

    refuse() {
      if (this.waited && this.view.ready) this.view.describe(); // of what is shown still
      this.waited = false;
    }

    leave() {
      clearTimeout(this.timer);
    }
  }

  lab.LensFolders = LensFolders;
  lab.lensModelOf = modelOf;
})();
