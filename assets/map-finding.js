/* The search over the contexts of a map: how many there are, which, and one after the other. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FIRST = 5; // hits that are listed
  const REST = 200; // milliseconds without a key until it is searched

  class MapFinding {
    constructor(view) {
      this.view = view;
      const { root } = view;
      this.input = root.querySelector(".lab-map-search");
      this.says = root.querySelector(".lab-map-count");
      this.list = root.querySelector(".lab-map-hits");
      this.hits = [];
      this.at = -1;
      this.input.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.search(), REST);
      });
      view.listen("keydown", (event) => {
        if (event.target !== this.input || event.key !== "Enter") return;
        this.search();
        this.step(event.shiftKey ? -1 : 1);
      });
      view.listen("click", ({ target }) => {
        const { found } = target.closest("[data-found]")?.dataset ?? {};
        if (found) this.step(found === "next" ? 1 : -1);
      });
    }

    /** As one types it: spaces may be written as they are shown. */
    get query() {
      return lab.rawToken(this.input.value).toLowerCase();
    }

    search() {
      clearTimeout(this.timer);
      const { view, query } = this;
      if (!view.contexts.ready || query === this.searched) return;
      this.searched = query;
      this.at = -1;
      const { contexts } = view;
      const ends = [];
      const within = [];
      for (let n = 0; query && n < contexts.count; n += 1) {
        const text = contexts.text(n).toLowerCase();
        if (text.endsWith(query)) ends.push(n);
        else if (text.includes(query)) within.push(n);
      }
      this.hits = ends.length ? ends : within;
      this.say(ends.length, within.length);
      view.contexts.list(this.list, this.hits.slice(0, FIRST));
      view.colours.draw();
      view.tell("marked", { ids: this.hits });
      lab.settled?.(view);
    }

    /** Let contexts stand out that were found in a map beside this one. */
    mark(ids) {
      this.hits = ids;
      this.at = -1;
      this.view.contexts.list(this.list, ids.slice(0, FIRST));
      this.view.colours.draw();
    }

    say(ends, within) {
      const count = (n) => `${n.toLocaleString("en")} context${n === 1 ? "" : "s"}`;
      const verb = (n, one, many) => (n === 1 ? one : many);
      if (!this.query) this.says.textContent = "";
      else if (ends) this.says.textContent = `${count(ends)} ${verb(ends, "ends", "end")} with it.`;
      else if (within) this.says.textContent = `No context ends with it; ${count(within)} ${verb(within, "has", "have")} it before the token.`;
      else this.says.textContent = "No context has it.";
    }

    /** Choose the next hit, or the one before. */
    step(by) {
      const { hits } = this;
      if (!hits.length) return;
      this.at = this.at < 0 ? (by > 0 ? 0 : hits.length - 1) : (this.at + by + hits.length) % hits.length;
      const { choice } = this.view;
      choice.choosePoint(hits[this.at]);
      choice.approach(hits[this.at]);
    }

    /** Those that stand out on the map. */
    get marked() {
      return this.hits.length ? lab.mapFlags(this.view.contexts.count, this.hits) : null;
    }

    /* --- the part of a view ------------------------------------------- */

    loaded() {
      this.searched = undefined;
      this.hits = [];
      this.search();
    }

    toQuery() {
      return this.input.value ? { find: this.input.value } : {};
    }

    restore(query) {
      this.input.value = (query.get("find") ?? "").slice(0, 60);
      this.search();
    }

    get untouched() {
      return !this.input.value;
    }

    leave() {
      clearTimeout(this.timer);
    }
  }

  lab.MapFinding = MapFinding;
})();
