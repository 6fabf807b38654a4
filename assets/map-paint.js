/*
 * A map painted by a text-to-image model: asked for, awaited, and then one of the painters.
 * Until it is there, the relief of the same map stands in its place.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LOOK = 700; // milliseconds between two looks, while the page is seen
  const BUSY = ["waiting", "making"];
  const MEANWHILE = "relief";
  const FIELDS = ["folder", "style", "seed", "steps", "guidance", "size"];
  const KEY = /^[0-9a-f]{64}$/;

  class MapPaint {
    constructor(view) {
      this.view = view;
      this.card = view.root.querySelector(".lab-paint");
      this.fields = {};
      for (const name of FIELDS) this.fields[name] = this.card?.querySelector(`[data-paint-field=${name}]`);
      this.bar = this.card?.querySelector(".lab-progress");
      if (!this.bar) return; // no model is offered
      this.says = this.card.querySelector(".lab-paint-says");
      this.begin = this.card.querySelector("[data-paint=begin]");
      this.stop = this.card.querySelector("[data-paint=stop]");
      this.begin.addEventListener("click", () => this.ask());
      this.stop.addEventListener("click", () => this.end());
      this.card.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("input")) this.ask();
      });
      const { signal } = view.ending;
      document.addEventListener("visibilitychange", () => !document.hidden && this.watch(0), { signal });
      this.show({ state: "none" });
    }

    /** The painter of the tiles, by the name that their addresses have. */
    get painter() {
      const isHere = this.state === "done" && this.map === this.view.answer?.key;
      return isHere ? `painted-${this.picture}` : MEANWHILE;
    }

    /* --- the part of a view ------------------------------------------- */

    accept(asked, { key }) {
      if (key === this.map) return;
      this.map = key;
      this.picture = this.wanted; // a link's
      this.wanted = undefined;
      this.show({ state: "none" });
      if (this.picture) this.look();
    }

    toQuery() {
      return this.picture && this.view.look.painter === "painted" ? { paint: this.picture } : {};
    }

    restore(query) {
      const paint = query.get("paint") ?? "";
      this.wanted = KEY.test(paint) ? paint : undefined;
      this.map = undefined; // what is restored may be of the map that is shown already
    }

    leave() {
      clearTimeout(this.timer);
    }

    /* --- asking and looking -------------------------------------------- */

    /** Ask for a picture of the map that is shown. */
    ask() {
      const { map } = this;
      const sent = Object.fromEntries(FIELDS.map((name) => [name, this.fields[name].value]));
      return this.careful(async () => {
        const { paint, state } = await lab.askJson(`map/${map}/paint`, "POST", sent);
        if (map !== this.map) return;
        this.picture = paint;
        this.show(state);
        lab.settled?.(this.view);
      });
    }

    end() {
      const { map, picture } = this;
      return this.careful(async () => {
        const state = await (await lab.ask(`map/${map}/paint/${picture}/stop`, { method: "POST" })).json();
        if (picture === this.picture) this.show(state);
      });
    }

    async look() {
      const { map, picture } = this;
      const isOld = () => map !== this.map || picture !== this.picture || this.view.isGone;
      let found;
      try {
        found = await (await lab.ask(`map/${map}/paint/${picture}/state`)).json();
      } catch (error) {
        if (isOld()) return;
        if (BUSY.includes(this.state)) this.watch(4 * LOOK); // perhaps it answers later
        else this.show({ state: "none", says: error.message });
        return;
      }
      if (isOld()) return;
      if (this.state === "none") this.fill(found.asked);
      this.show(found);
    }

    watch(pause) {
      clearTimeout(this.timer);
      if (BUSY.includes(this.state) && !document.hidden) this.timer = setTimeout(() => this.look(), pause);
    }

    /** Do what may be refused, and say at its field why. */
    async careful(work) {
      for (const field of Object.values(this.fields)) field.removeAttribute("aria-invalid");
      try {
        await work();
      } catch (error) {
        this.fields[error.field]?.setAttribute("aria-invalid", "true");
        this.show({ state: this.state, says: error.message, isProblem: true });
      }
    }

    /* --- showing -------------------------------------------------------- */

    /** Put in what a picture was asked for with, where the lab still offers its model. */
    fill(asked) {
      for (const name of FIELDS) {
        const field = this.fields[name];
        const { value } = field;
        field.value = asked[name];
        if (field.value !== asked[name]) field.value = value;
      }
    }

    show({ state, done = 0, says = "", isProblem = state === "failed" }) {
      const isBusy = BUSY.includes(state);
      const had = this.painter;
      this.state = state;
      if (this.bar) {
        const hadFocus = [this.begin, this.stop].includes(document.activeElement);
        this.bar.hidden = this.stop.hidden = !isBusy;
        this.begin.hidden = isBusy;
        this.begin.textContent = state === "done" ? "Paint another" : "Paint";
        if (hadFocus && document.activeElement === document.body) (isBusy ? this.stop : this.begin).focus();
        this.bar.setAttribute("aria-valuenow", Math.round(100 * done));
        this.bar.firstElementChild.style.transform = `scaleX(${done})`;
        const words = says || (state === "none" ? "Until it is painted, the relief is shown." : "");
        if (this.says.textContent !== words) this.says.textContent = words;
        this.says.classList.toggle("is-problem", isProblem);
      }
      this.watch(LOOK);
      if (had !== this.painter) this.view.look.show();
    }
  }

  lab.MapPaint = MapPaint;
})();
