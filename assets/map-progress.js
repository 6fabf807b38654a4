/* A map that is being made: how far it is, in words, and the ways to stop it and to begin it again. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LOOK = 700; // milliseconds between two looks, while the page is seen
  const BUSY = ["waiting", "making"];

  class MapProgress {
    constructor(view) {
      this.view = view;
      this.box = view.root.querySelector(".lab-map-progress");
      this.bar = this.box.querySelector(".lab-progress");
      this.says = this.box.querySelector(".lab-map-says");
      this.stop = this.box.querySelector("[data-map=stop]");
      this.make = this.box.querySelector("[data-map=make]");
      this.stop.addEventListener("click", () => this.end());
      this.make.addEventListener("click", () => view.renew({ begin: true }));
      const { signal } = view.ending;
      document.addEventListener("visibilitychange", () => !document.hidden && this.watch(0), { signal });
    }

    /* --- the part of a view ------------------------------------------- */

    accept(asked, { state, key, wanted_key: wanted }) {
      delete asked.begin; // once: asking again must not begin it again
      this.wanted = wanted;
      this.show(key === wanted ? { state: "done" } : state);
    }

    leave() {
      clearTimeout(this.timer);
    }

    /* --- looking ------------------------------------------------------- */

    show({ state, done = 0, says = "" }) {
      const isBusy = BUSY.includes(state);
      const hadFocus = [this.stop, this.make].includes(document.activeElement);
      this.state = state;
      this.box.hidden = state === "done";
      this.bar.hidden = this.stop.hidden = !isBusy;
      this.make.hidden = isBusy;
      this.make.textContent = state === "none" ? "Make it" : "Make it again";
      if (hadFocus && document.activeElement === document.body) (isBusy ? this.stop : this.make).focus();
      this.says.classList.toggle("is-problem", state === "failed");
      if (this.says.textContent !== says) this.says.textContent = says;
      this.bar.setAttribute("aria-valuenow", Math.round(100 * done));
      this.bar.setAttribute("aria-valuetext", says);
      this.bar.firstElementChild.style.transform = `scaleX(${done})`;
      this.watch(LOOK);
    }

    watch(pause) {
      clearTimeout(this.timer);
      if (BUSY.includes(this.state) && !document.hidden) this.timer = setTimeout(() => this.look(), pause);
    }

    async look() {
      const { wanted, view } = this;
      if (view.player.playing) {
        this.watch(LOOK); // nothing is asked while it plays
        return;
      }
      let state;
      try {
        state = await (await lab.ask(`map/${wanted}/state`)).json();
      } catch {
        this.watch(4 * LOOK); // the server does not answer: perhaps later
        return;
      }
      if (wanted !== this.wanted || view.isGone) return;
      if (state.state !== "done") this.show(state);
      else {
        view.renew();
        this.watch(4 * LOOK); // until the answer is there
      }
    }

    /** Stop it; what was shown meanwhile stays. */
    end() {
      const { wanted, view } = this;
      return view.models.careful(async () => {
        await lab.ask(`map/${wanted}/stop`, { method: "POST" });
        this.look();
      });
    }
  }

  lab.MapProgress = MapProgress;
})();
