/* What is chosen on the map: a region, some contexts, one context; or nothing: the list of all regions. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const CLOSE = 6; // doublings at most to come near to a context: its nearest may lie on it

  class MapChoice {
    constructor(view) {
      this.view = view;
      this.at = {}; // {level, region}, {point} or {ids}
      this.regions = new lab.MapRegions(view);
      this.point = new lab.MapPoint(view);
      const { root } = view;
      this.card = root.querySelector(".lab-card-region");
      this.title = this.card.querySelector("h2");
      this.place = this.card.querySelector(".lab-map-record");
      this.told = this.card.querySelector(".lab-map-told");
      this.back = this.card.querySelector("[data-map=regions]");
      view.listen("click", ({ target }) => this.pressed(target));
      view.listen("keydown", (event) => {
        if (event.key === "Escape" && !this.isNone && view.canvas.mode !== "lasso") this.clear();
      });
    }

    pressed(target) {
      const { context } = target.closest("[data-context]")?.dataset ?? {};
      const { region, level } = target.closest("[data-region]")?.dataset ?? {};
      const act = target.closest("[data-act]")?.dataset;
      const list = target.closest("[data-map-level]")?.dataset.mapLevel;
      if (context !== undefined) this.choosePoint(Number(context), true);
      else if (region !== undefined) this.chooseRegion(Number(level), Number(region), true);
      else if (list !== undefined) this.showList(Number(list));
      else if (target.closest("[data-map=regions]")) this.clear(true);
      else if (act) this.act(act);
    }

    act({ act, unit }) {
      const { view } = this;
      if (act === "colour") view.colours.use("unit", unit);
      if (act === "only") view.set("number", { value: String(unit) }, { name: "only" });
      if (act === "fit") {
        view.canvas.fit(this.ids);
        view.box.scrollIntoView({ block: "nearest" }); // on a phone it may be far above
      }
      if (act === "csv") lab.saveMapTable(view, this.ids);
    }

    get isNone() {
      return !Object.keys(this.at).length;
    }

    /** The contexts that are chosen. */
    get ids() {
      const { level, region, ids, point } = this.at;
      if (ids) return ids;
      if (point !== undefined) return [point];
      return region === undefined ? [] : this.view.contexts.members(level, region);
    }

    /** Those that stand out on the map. */
    get marked() {
      const { region, ids } = this.at;
      const { contexts } = this.view;
      return contexts.ready && (ids || region !== undefined) ? flags(contexts.count, this.ids) : null;
    }

    /* --- choosing ------------------------------------------------------ */

    /** A press on the map: a name or its hill, or with points shown the nearest of them. */
    clicked({ point, label }) {
      const { view } = this;
      if (!view.contexts.ready) return;
      if (label) this.chooseRegion(label.level, label.region);
      else if (point === null) this.clear();
      else if (view.look.points || this.holds(point)) this.choosePoint(point);
      else {
        const found = this.levelOf(point);
        if (found === undefined) this.choosePoint(point);
        else this.chooseRegion(found, view.contexts.levels[found][point]);
      }
    }

    /** Whether a context lies in the region that is chosen: then a press means it. */
    holds(point) {
      const { level, region } = this.at;
      return region !== undefined && this.view.contexts.levels[level][point] === region;
    }

    /** The coarsest level that has a region for a context. */
    levelOf(point) {
      const found = this.view.contexts.levels.findIndex((numbers) => numbers[point] >= 0);
      return found < 0 ? undefined : found;
    }

    chooseRegion(level, region, show = false) {
      this.take({ level, region });
      if (show) this.focus();
    }

    choosePoint(point, show = false) {
      this.take({ point });
      if (show) this.approach(point);
      if (show) this.focus();
    }

    select(ids) {
      this.view.look.useLasso(false);
      if (ids.length) this.take({ ids });
      else this.told.textContent = "No context lies in it.";
    }

    clear(focus = false) {
      this.take({});
      if (focus) this.focus();
    }

    take(at) {
      this.at = at;
      this.pending = undefined;
      this.show();
      this.place.parentElement.scrollTop = 0; // what was there before may have been scrolled
      this.view.tell("chosen", { ...at, ids: this.ids });
      lab.settled?.(this.view);
    }

    /** Bring a context into sight, where it lies outside of it. */
    reveal(n) {
      const { canvas, box } = this.view;
      const [x, y] = canvas.at(n);
      if (x < 0 || y < 0 || x > box.clientWidth || y > box.clientHeight) canvas.fit([n]);
    }

    /** Look at a context so that it and its nearest in truth are seen apart. */
    approach(n) {
      const { canvas, contexts } = this.view;
      canvas.fit([n, ...contexts.nearest(n)], CLOSE);
    }

    /** What had the focus is gone: the panel has it now. */
    focus() {
      this.title.tabIndex = -1;
      this.title.focus({ preventScroll: true });
    }

    /* --- the part of a view ------------------------------------------- */

    /** A link may choose something else on the map that is shown already. */
    accept() {
      if (this.pending && this.view.contexts.ready) this.loaded();
    }

    /** Contexts keep their numbers where only the layout is another; regions do not. */
    loaded() {
      const { contexts, answer } = this.view;
      const same = this.texts === contexts.texts.join("\u0000") + contexts.count;
      this.texts = contexts.texts.join("\u0000") + contexts.count;
      if (this.at.region !== undefined || !same) this.at = {};
      const { pending } = this;
      if (pending && answer.key === answer.wanted_key) {
        this.pending = undefined;
        const { level, region, point } = pending;
        this.at = answer.regions[level]?.[region] || point < contexts.count ? pending : {};
      }
      this.show();
    }

    toQuery() {
      const { level, region, point } = this.pending ?? this.at;
      if (point !== undefined) return { point };
      return region === undefined ? {} : { region: `${level + 1}.${region + 1}` };
    }

    restore(query) {
      const whole = (text) => (/^\d{1,6}$/.test(text ?? "") ? Number(text) : undefined);
      const [level, region] = (query.get("region") ?? "").split(".").map(whole);
      const point = whole(query.get("point"));
      this.pending = {}; // what the answer to the link is to show
      if (point !== undefined) this.pending = { point };
      else if (level && region) this.pending = { level: level - 1, region: region - 1 };
    }

    get untouched() {
      return this.isNone;
    }

    /* --- showing -------------------------------------------------------- */

    show() {
      const { view } = this;
      if (!view.contexts.ready) return;
      const { level, region, point, ids } = this.at;
      view.canvas.links([]);
      view.canvas.chosen = point ?? null;
      this.back.hidden = this.isNone;
      this.regions.levels.hidden = !this.isNone;
      if (point !== undefined) this.head("Context", this.point.fill(this.place, point));
      else if (region !== undefined) {
        const record = view.answer.regions[level][region];
        this.head("Region · ", record.says[0], record.name);
        lab.mapRecord.fill(this.place, view, record);
      } else if (ids) this.describe(ids);
      else this.showList();
      view.colours.draw();
    }

    /** @param name what it ends with as it is: of capitals made of a token would come another one */
    head(title, told = "", name = "") {
      this.title.replaceChildren(title, ...(name ? [lab.mapRecord.piece("span", name, "lab-map-name")] : []));
      this.told.textContent = told;
    }

    /** The regions of a level, or of the one that was listed last. */
    showList(level) {
      this.head(`Regions · ${this.regions.show(this.place, level)}`);
    }

    /** What a selection shares, as the server says. */
    async describe(ids) {
      const { view, place } = this;
      const { piece } = lab.mapRecord;
      this.head(`Selection · ${ids.length.toLocaleString("en")}`);
      place.replaceChildren(piece("p", "Reading what they share …", "lab-map-summary"));
      try {
        const record = await lab.askJson(view.contexts.path("selection"), "POST", { points: ids });
        if (this.at.ids !== ids) return;
        lab.mapRecord.fill(place, view, record);
        this.told.textContent = record.says[0] ?? "";
      } catch (error) {
        if (this.at.ids === ids) place.replaceChildren(piece("p", error.message, "lab-map-doubted"));
      }
    }
  }

  /** Flags for the contexts that stand out. */
  function flags(count, ids) {
    const marked = new Uint8Array(count);
    for (const n of ids) marked[n] = 1;
    return marked;
  }

  lab.MapChoice = MapChoice;
  lab.mapFlags = flags;
})();
