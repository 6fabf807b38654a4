/* From a token on the Network page to the same place on the Lens page, where the model is one of language. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  class ToLens {
    constructor(view) {
      this.view = view;
      this.link = document.createElement("a");
      this.link.className = "lab-to-lens";
      this.link.textContent = "See it in the Lens";
      this.link.hidden = true;
      view.root.querySelector(".lab-what").after(this.link);
    }

    paint(t, words) {
      const { view, link } = this;
      const { asked, answer } = view;
      const { source, hash } = asked.model;
      link.hidden = !lab.owned || source !== "file" || !answer.speaks;
      if (link.hidden || !words || view.player.playing) return;
      const a = { hash, name: view.modelName, text: asked.text, ...view.intervening.toQuery() };
      link.href = `${lab.root()}lens${location.search}#${lab.link.write({ a, t: Math.max(t, 1) })}`;
    }
  }

  lab.ToLens = ToLens;
})();
