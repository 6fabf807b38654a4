/*
 * The difference of two maps of the same contexts: how many of their nearest they keep, what
 * becomes of regions; and what is pointed at, chosen or found in one is marked in the other.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const NOT_MEASURED = 255; // as the server writes it
  const LINKED = ["projection", "metric", "way"]; // choices that make a map, whatever it is of
  const COLOUR = "agree"; // its name among what points can be coloured by

  class MapDifference {
    constructor(view) {
      this.view = view;
      this.nearest = "10";
      this.agrees = false;
      const { root } = view;
      const last = (name) => root.querySelector(`[data-map-part=${name}]`).lastElementChild;
      this.places = { kept: last("kept"), regions: last("regions"), parting: last("parting") };
      this.torn = this.places.regions.previousElementSibling;
      this.body = root.querySelector(".lab-card-body");
      this.body.classList.add("is-apart"); // until something is linked
      this.select = root.querySelector("[data-field=nearest]");
      this.button = root.querySelector("[data-map-agree]");
      view.listen("change", ({ target }) => {
        if (target !== this.select) return;
        this.nearest = target.value;
        view.ask();
      });
      view.listen("click", ({ target }) => this.pressed(target));
      // Told on the root of a view; what is told there does not rise from it.
      const heard = ({ target, detail }) => this.heard(target, detail);
      const { signal } = view.ending;
      document.addEventListener("lab-map", heard, { capture: true, signal });
      document.addEventListener("input", ({ target }) => this.link(target), { signal });
      this.dress();
    }

    get sides() {
      return [lab.compare.a, lab.compare.b];
    }

    /** Whether the links are between the two maps that are shown. */
    get isLinked() {
      return Boolean(this.toB) && this.sides.every((side, n) => side?.contexts.ready && side.answer.key === this.maps[n]);
    }

    leave() {
      this.withdraw();
    }

    /** What the points of both maps were coloured by is no longer known. */
    withdraw() {
      for (const side of this.sides) side?.colours.offer(COLOUR, null);
    }

    /* --- the part of the view ----------------------------------------- */

    settings() {
      // The keys say it all; two long texts would be more than a request can hold.
      return { a: {}, b: {}, maps: this.sides.map((side) => side.answer.key), nearest: this.nearest };
    }

    toQuery() {
      return { ...(this.nearest !== "10" && { nearest: this.nearest }), ...(this.agrees && { agree: "1" }) };
    }

    restore(query) {
      const known = [...this.select.options].some(({ value }) => value === query.get("nearest"));
      this.nearest = known ? query.get("nearest") : "10";
      this.agrees = query.get("agree") === "1";
      this.dress();
    }

    accept(asked, answer) {
      this.answer = answer;
      this.maps = asked.maps;
      const { links } = answer;
      this.toB = links && lab.numbers.decode(links.to_b);
      this.kept = links && lab.numbers.decode(links.kept);
      this.toA = links && turned(this.toB, links.of_b);
      this.body.classList.toggle("is-apart", !links);
      if (links) this.show();
      else this.withdraw();
    }

    takeAway() {
      if (!this.isLinked) return {};
      const run = () => lab.saveAs(new Blob([this.table()], { type: "text/csv" }), "linked-contexts.csv");
      return { files: [{ name: "Difference", words: "CSV", run }] };
    }

    /* --- from one map to the other ------------------------------------ */

    heard(root, { what, ...detail }) {
      const at = this.sides.findIndex((side) => side?.root === root);
      if (at < 0 || this.leading) return;
      if (what === "loaded") this.show();
      if (!this.isLinked) return;
      this.leading = true; // what the other tells of it is no news
      try {
        this.follow(at, what, detail);
      } finally {
        this.leading = false;
      }
    }

    /** Mark in the other map what one tells. */
    follow(from, what, { ids = [], point }) {
      const other = this.sides[1 - from];
      const across = [this.toB, this.toA][from];
      const there = ids.map((n) => across[n]).filter((n) => n >= 0);
      if (what === "hover") other.canvas.point(there[0] ?? null);
      else if (what === "marked") other.finding.mark(there);
      else if (what !== "chosen") return;
      else if (!there.length) other.choice.clear();
      else if (point === undefined) other.choice.select(there);
      else {
        other.choice.choosePoint(there[0]);
        other.choice.reveal(there[0]);
      }
    }

    pressed(target) {
      const { bar, fate, into, context } = target.closest("[data-bar], [data-fate], [data-context]")?.dataset ?? {};
      if (target.closest("[data-map-agree]")) this.agree(!this.agrees);
      if (!this.isLinked) return;
      const [a, b] = this.sides;
      if (bar !== undefined) {
        const isIn = (n) => n !== NOT_MEASURED && lab.mapFates.bar(n, this.answer) === Number(bar);
        a.choice.select(numbersWhere(this.kept, isIn));
      } else if (into !== undefined) {
        const [here, there] = [a.contexts.levels[0], b.contexts.levels[0]];
        const goes = (n) => here[n] === Number(fate) && this.toB[n] >= 0 && there[this.toB[n]] === Number(into);
        a.choice.select(numbersWhere(here, (_, n) => goes(n)));
      } else if (fate !== undefined) a.choice.chooseRegion(0, Number(fate));
      else if (context !== undefined) {
        a.choice.choosePoint(Number(context));
        a.choice.approach(Number(context));
      }
    }

    /** Where sliders are linked, what makes a map is set in both. */
    link(control) {
      const { view } = this;
      const from = this.sides.findIndex((side) => side?.root.contains(control));
      if (from < 0 || !control.id.startsWith("{") || !lab.switches.isOn("link-sliders", view.root)) return;
      const { part, name } = JSON.parse(control.id);
      if (part === "number" || part === "slider") this.sides[1 - from].set("number", { value: control.value }, { name });
      else if (LINKED.includes(part)) this.sides[1 - from].set(part, { value: control.value });
    }

    /** Colour the points of both maps by how many of their nearest they keep, or no longer. */
    agree(on) {
      this.agrees = on;
      this.dress();
      for (const side of this.sides) side?.colours.use(on ? COLOUR : "region");
      lab.settled?.(lab.compare.a);
    }

    dress() {
      this.select.value = this.nearest;
      this.button.setAttribute("aria-pressed", String(this.agrees));
    }

    /* --- showing ------------------------------------------------------- */

    show() {
      if (!this.isLinked) return;
      const { answer, places } = this;
      const [a, b] = this.sides;
      places.kept.replaceChildren(...lab.mapFates.bars(answer));
      this.torn.textContent = answer.torn;
      places.regions.replaceChildren(lab.mapFates.table(answer, a.config.hues));
      a.contexts.list(places.parting, answer.parting, (n) => this.lot(n));
      const values = Float32Array.from(this.kept, (count) => (count === NOT_MEASURED ? NaN : count));
      const of = { a: values, b: Float32Array.from(this.toA, (n) => (n < 0 ? NaN : values[n])) };
      const scale = { title: "nearest that are kept", low: 0, high: answer.nearest };
      a.colours.offer(COLOUR, { ...scale, values: of.a });
      b.colours.offer(COLOUR, { ...scale, values: of.b });
      if (this.agrees) for (const side of [a, b]) if (side.colours.by !== COLOUR) side.colours.use(COLOUR);
      if (!a.choice.isNone && b.choice.isNone) this.heard(a.root, { what: "chosen", ...a.choice.at, ids: a.choice.ids });
    }

    /** Where a context lies in B, and what it keeps. */
    lot(n) {
      const region = this.sides[1].contexts.region(this.toB[n], 0)?.name;
      return `${this.kept[n]} · B: ${region ?? "no region"}`;
    }

    /** Every linked context as CSV. */
    table() {
      const [a, b] = this.sides;
      const region = (side, n) => side.contexts.region(n, 0)?.name ?? "";
      const { contexts } = a;
      const lines = numbersWhere(this.toB, (n) => n >= 0).map((n) => {
        const m = this.toB[n];
        const kept = this.kept[n] === NOT_MEASURED ? "" : this.kept[n];
        const what = [contexts.token(n), contexts.before[n], contexts.sequence[n], contexts.position[n]];
        return [n, m, ...what, kept, this.answer.nearest, region(a, n), region(b, m)];
      });
      const what = ["token", "before", "sequence", "position"];
      const head = ["index_a", "index_b", ...what, "kept", "nearest", "region_a", "region_b"];
      return lab.csv([head, ...lines]);
    }
  }

  /** The links the other way round. */
  function turned(links, count) {
    const back = new Int32Array(count).fill(-1);
    links.forEach((to, n) => {
      if (to >= 0) back[to] = n;
    });
    return back;
  }

  /** The numbers of the entries that fit. */
  function numbersWhere(list, fits) {
    const found = [];
    list.forEach((value, n) => {
      if (fits(value, n)) found.push(n);
    });
    return found;
  }

  /** Setting B begins one layer below A, or above where there is none; or with the other state. */
  function begin({ answer, asked }, query) {
    const { view, region, point, ...same } = query;
    const { kind, layer, layers, whats } = answer.source;
    if (kind !== "model") return same;
    if (layers.length > 1) return { ...same, layer: String(layer > 0 ? layer : layer + 2) };
    const other = { h: "c", c: "h" }[asked.what];
    return whats.some(({ value }) => value === other) ? { ...same, what: other } : same;
  }

  (lab.beginnings ??= {}).map = begin;
  (lab.differences ??= {}).map = MapDifference;
})();
