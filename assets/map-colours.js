/* By what the points are coloured, and the scale or the key that says so. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SAME = { z: "f", r: "i", n: "g" }; // gates of a GRU have the hues of those that do the same
  const NAMES = { i: "input gate i", f: "forget gate f", g: "candidate C̃", o: "output gate o", r: "reset gate r", z: "update gate z", n: "candidate n" };
  const FAINT = 0.3; // of the text colour over the ground: what has no colour of its own

  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const mixed = (one, other, share) => one.map((value, n) => value + (other[n] - value) * share);
  /** The colour at a share of the way along some stops. */
  const between = (stops, share) => {
    const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const stop = Math.min(Math.floor(at), stops.length - 2);
    return mixed(stops[stop], stops[stop + 1], at - stop);
  };
  const css = (colour) => `rgb(${colour.map(Math.round).join(",")})`;

  class MapColours {
    constructor(view) {
      this.view = view;
      this.by = "region";
      this.gate = "";
      this.unit = "0";
      this.offered = new Map(); // what others on the page give: name → {title, values, low, high}
      const { root } = view;
      this.fields = Object.fromEntries(["colour", "gate", "unit"].map((name) => [name, root.querySelector(`[data-field=${name}]`)]));
      this.legend = root.querySelector(".lab-map-legend");
      view.listen("change", ({ target }) => {
        if (target === this.fields.colour) this.use(target.value);
        if (target === this.fields.gate) this.use("gate", target.value);
        if (target === this.fields.unit) this.use("unit", target.value);
      });
      this.dress();
    }

    /** Colour by something else, which the points are to show. */
    use(by, which) {
      this.by = by;
      if (by === "gate" && which) this.gate = which;
      if (by === "unit" && which !== undefined) this.unit = String(which).trim();
      this.dress();
      if (by !== "region") this.view.look.points = true;
      this.view.look.show();
      this.show();
      lab.settled?.(this.view);
    }

    /** Let the points be coloured by values that others on the page give; NaN where there is none. */
    offer(name, given) {
      const { colour } = this.fields;
      if (given) this.offered.set(name, given);
      else this.offered.delete(name);
      const option = [...colour.options].find(({ value }) => value === name);
      if (given && !option) colour.append(new Option(given.title, name));
      if (!given) {
        option?.remove();
        if (this.by === name) this.use("region");
      } else if (this.by === name) this.show();
    }

    dress() {
      const { colour, gate, unit } = this.fields;
      if ([...colour.options].some(({ value }) => value === this.by)) colour.value = this.by;
      gate.hidden = this.by !== "gate";
      unit.hidden = this.by !== "unit";
      if (document.activeElement !== unit) unit.value = this.unit;
      if (this.gate) gate.value = this.gate;
    }

    colour(name) {
      return rgb(getComputedStyle(this.view.root).getPropertyValue(`--lab-${name}`).trim());
    }

    /* --- the part of a view ------------------------------------------- */

    loaded() {
      const { contexts } = this.view;
      const names = Object.keys(contexts.gates);
      const { gate } = this.fields;
      gate.replaceChildren(...names.map((name) => new Option(NAMES[name] ?? name, name)));
      for (const option of this.fields.colour.options) if (option.value === "gate") option.disabled = !names.length;
      if (!names.includes(this.gate)) this.gate = names.includes("f") ? "f" : (names[0] ?? "");
      if (this.by === "gate" && !names.length) this.by = "region";
      this.dress();
      this.show();
    }

    toQuery() {
      if (this.by === "region" || this.offered.has(this.by)) return {};
      const which = { gate: this.gate, unit: this.unit }[this.by];
      return { colour: this.by, ...(which && { of: which }) };
    }

    restore(query) {
      this.by = query.get("colour") ?? "region";
      const of = query.get("of") ?? "";
      if (this.by === "gate") this.gate = of;
      if (this.by === "unit") this.unit = of || "0";
      this.dress();
      this.restored = true;
    }

    /** A link may colour the map that is shown already in another way. */
    accept() {
      if (this.restored && this.view.contexts.ready) this.show();
      this.restored = false;
    }

    get untouched() {
      return this.by === "region";
    }

    /* --- showing -------------------------------------------------------- */

    /** Colour the points; a unit's values may have to come first. */
    async show() {
      const { view, by } = this;
      if (!view.contexts.ready) return;
      const { key } = view.answer;
      try {
        const scale = await this.scale();
        if (view.isGone || by !== this.by || key !== view.answer.key || !view.contexts.ready) return;
        this.colours = scale.colours;
        this.draw();
        this.explain(scale);
        this.fields.unit.removeAttribute("aria-invalid");
        if (this.problem && view.alerted === this.problem) view.alert(null);
        this.problem = undefined;
      } catch (error) {
        if (by === "unit") this.fields.unit.setAttribute("aria-invalid", "true");
        view.alert((this.problem = error.message));
      }
    }

    draw() {
      const { view } = this;
      if (!this.colours) return;
      const marked = view.choice.marked ?? view.finding.marked;
      view.canvas.points({ shown: view.look.points || Boolean(marked), colours: this.colours, marked });
      // The panorama is in the colours of the regions, and steps back behind other ones.
      view.box.classList.toggle("is-coloured", view.look.points && this.by !== "region");
    }

    /** What the points show: {colours, key} or {colours, title, low, high, stops}. */
    async scale() {
      const { contexts } = this.view;
      const given = this.offered.get(this.by);
      // What was offered for a map before this one comes anew.
      if (given?.values.length === contexts.count) return this.graded({ ...given, from: "alarm", to: "accent" });
      if (this.by === "unit") {
        if (!/^\d{1,6}$/.test(this.unit)) throw new Error(`‘${this.unit.slice(0, 12)}’ is no unit. Use a whole number from 0.`);
        return this.signed(await contexts.unit(Number(this.unit)));
      }
      if (this.by === "gate") {
        const title = NAMES[this.gate] ?? this.gate;
        const name = SAME[this.gate] ?? this.gate;
        const low = ["g", "n"].includes(this.gate) ? -1 : 0;
        if (low < 0) return this.signed({ values: contexts.gates[this.gate], low, high: 1 }, title, `${name}-fill`);
        return this.graded({ title: `${title}, mean`, values: contexts.gates[this.gate], low, high: 1, to: `${name}-fill` });
      }
      if (this.by === "position") {
        const values = contexts.position;
        return this.graded({ title: "position in the text", values, low: 0, high: Math.max(...values, 1), to: "accent" });
      }
      if (this.by === "trust") return this.trusted({ title: "recall at 10", values: contexts.trust.recall, low: 0, high: 1 });
      if (this.by === "gain") return this.trusted({ title: "mutual-kNN gain", values: contexts.trust.gain, low: 0, high: 1 });
      return this.by === "token" ? this.byToken() : this.byRegion();
    }

    /** From the ground to a hue. */
    graded({ title, values, low, high, to }) {
      const stops = [mixed(this.colour("panel"), this.colour(to), 0.15), this.colour(to)];
      const colours = this.each(values.length, (n) => between(stops, (values[n] - low) / (high - low)));
      return { colours, title, low, high, stops };
    }

    /** From what is not to be trusted to what is; where nothing was measured, none of these. */
    trusted({ title, values, low, high }) {
      const stops = [this.colour("alarm"), mixed(this.colour("panel"), this.colour("text"), 0.55), this.colour("accent")];
      const none = mixed(this.colour("panel"), this.colour("text"), 0.2);
      const colours = this.each(values.length, (n) =>
        Number.isNaN(values[n]) ? none : between(stops, (values[n] - low) / (high - low)),
      );
      const missing = values.some((value) => Number.isNaN(value));
      return { colours, title, low, high, stops, missing };
    }

    /** From the neutral negative side over the ground to the hue of what is mapped. */
    signed({ values, low, high }, title = `unit ${this.unit}`, hue) {
      const { what } = this.view.asked;
      const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
      const [minus, plus] = [this.colour("negative"), this.colour(hue ?? `${what === "c" ? "c" : "h"}-fill`)];
      const zero = mixed(this.colour("panel"), this.colour("text"), 0.12);
      const colours = this.each(values.length, (n) =>
        mixed(zero, values[n] < 0 ? minus : plus, Math.min(Math.abs(values[n]) / reach, 1)),
      );
      return { colours, title, low: -reach, high: reach, stops: [minus, zero, plus] };
    }

    byRegion() {
      const { contexts, answer, config } = this.view;
      const hues = config.hues.map(rgb);
      const none = mixed(this.colour("panel"), this.colour("text"), FAINT);
      const of = answer.regions[0]?.map(({ color }) => hues[color]) ?? [];
      return { colours: this.each(contexts.count, (n) => of[contexts.levels[0][n]] ?? none), key: [] };
    }

    byToken() {
      const { contexts, config } = this.view;
      const counts = contexts.texts.map(() => 0);
      for (const number of contexts.index) counts[number] += 1;
      const most = [...counts.keys()].sort((one, other) => counts[other] - counts[one]).slice(0, config.hues.length);
      const none = mixed(this.colour("panel"), this.colour("text"), FAINT);
      const hues = new Map(most.map((number, at) => [number, rgb(config.hues[at])]));
      const key = most.map((number, at) => [config.hues[at], lab.visibleToken(contexts.texts[number])]);
      if (counts.length > most.length) key.push([css(none), "others"]);
      return { colours: this.each(contexts.count, (n) => hues.get(contexts.index[n]) ?? none), key };
    }

    each(count, colourOf) {
      const colours = new Uint8Array(3 * count);
      for (let n = 0; n < count; n += 1) colours.set(colourOf(n), 3 * n);
      return colours;
    }

    /** The scale beside the map. */
    explain({ key, title, low, high, stops, missing }) {
      const { legend, view } = this;
      const piece = (kind, words, name) => Object.assign(document.createElement(kind), { textContent: words, className: name ?? "" });
      legend.hidden = !view.look.points || (key && !key.length);
      if (key) {
        const items = key.map(([colour, words]) => {
          const item = piece("span", "");
          const swatch = piece("i", "");
          swatch.style.background = colour;
          item.append(swatch, piece("bdi", words));
          return item;
        });
        legend.replaceChildren(...items);
        return;
      }
      const bar = piece("i", "", "lab-map-scale");
      bar.style.background = `linear-gradient(90deg, ${stops.map(css).join(", ")})`;
      const number = (value) => lab.numbers.shown(value, Number.isInteger(value) ? 0 : 2);
      legend.replaceChildren(piece("b", title), piece("span", number(low)), bar, piece("span", number(high)));
      if (missing) legend.append(piece("span", "faint: not measured"));
    }
  }

  lab.MapColours = MapColours;
})();
