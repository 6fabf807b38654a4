/* The offer to fit an output to an opened model that has none. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  class LensOutput {
    constructor(view) {
      this.view = view;
      const { root } = view;
      this.form = root.querySelector(".lab-fit-form");
      this.text = root.querySelector(".lab-fit-text");
      this.button = root.querySelector("[data-fit=output]");
      this.says = root.querySelector(".lab-fit-says");
      this.button.addEventListener("click", () => this.run());
      this.text.addEventListener("input", () => this.say(""));
    }

    /** Offer it where the model lacks nothing else. */
    refused({ model }, { fit }) {
      this.model = fit ? model : undefined;
      this.form.hidden = !fit;
      this.say("");
    }

    accept({ model }) {
      this.form.hidden = true;
      if (model.hash !== this.fitted) this.say("");
    }

    async run() {
      const { view, model } = this;
      if (this.button.ariaDisabled === "true") return;
      this.button.ariaDisabled = "true";
      this.say("Reading the text, and fitting …");
      try {
        const name = view.models.known.get(model.hash)?.name ?? "Model";
        const asked = { model, name, "own text": this.text.value };
        const { hash, name: called, says } = await lab.askJson("lens/output", "POST", asked);
        if (model !== this.model || view.isGone) return;
        this.fitted = hash;
        this.say(says);
        view.models.known.set(hash, { hash, name: called, saved: false, mine: true });
        view.models.offer();
        view.clear();
        view.set("chosen", { data: { kind: "model", source: `file:${hash}`, at: performance.now() } });
      } catch (error) {
        this.say(error.message);
        this.text.setAttribute("aria-invalid", "true");
      } finally {
        this.button.ariaDisabled = null;
      }
    }

    say(words) {
      this.text.removeAttribute("aria-invalid");
      if (this.says.textContent !== words) this.says.textContent = words;
    }
  }

  lab.LensOutput = LensOutput;
})();
