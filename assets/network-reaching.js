/*
 * Reaching into a network: from the pinned unit to the form of interventions, and marks in
 * the figures of where the run was changed.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SYMBOLS = { f: "f", i: "i", o: "o", g: "C̃", c: "C", h: "h" };

  class Reaching {
    constructor(view) {
      this.view = view;
      this.places = view.root.querySelectorAll("[data-reached]");
      view.listen("click", (event) => {
        const what = event.target.closest("[data-reach]")?.dataset.reach;
        if (what) this.reach(what);
      });
    }

    /** Silence the pinned unit from here on, or fill the form in for one of its gates. */
    reach(what) {
      const { view } = this;
      const { unit, layer } = view.answer;
      const t = Math.min(Math.max(view.player.t, 1), view.T);
      if (what === "silence") {
        // All steps, as long as time has not moved: it is to be heard nowhere.
        const first = view.player.t === 0 ? 1 : t;
        view.intervening.add({ kind: "silence", what: null, unit, layer, first, last: view.T, value: null, on: true });
        return;
      }
      view.intervening.fill(what, { unit, layer, value: view.pinned[what]?.[t] });
    }

    accept() {
      this.mark();
      // The view was painted before it was known what acts.
      this.paint(Math.min(this.view.player.t, this.view.T), true);
    }

    /** Where a value of the pinned unit is another one, say why in the place of its sum. */
    paint(t, words) {
      if (!words || !this.view.answer) return;
      const { unit, layer } = this.view.answer;
      for (const place of this.places) {
        const says = this.view.intervening.at(place.dataset.reached, t, unit, layer);
        const text = says && ` ${says}: `;
        if (place.textContent === text) continue;
        place.textContent = text;
        place.hidden = !says;
        place.previousElementSibling.hidden = Boolean(says);
      }
    }

    /** Mark in the heat maps the units and steps that are held; over the states, their steps. */
    mark() {
      const { view } = this;
      if (!view.answer) return;
      const here = view.intervening.acts.filter(({ layer }) => layer === view.answer.layer);
      this.replace(view.heat, here.flatMap((act) => this.inHeat(act)));
      for (const [name, figure] of Object.entries(view.states))
        this.replace(figure, here.filter((act) => act.name === name).map((act) => this.overState(figure, act)));
    }

    /** Marks stand for figures as they are drawn now. */
    replace(figure, marks) {
      figure.box.querySelectorAll(".lab-reached-mark").forEach((mark) => mark.remove());
      figure.box.append(...marks.filter(Boolean));
    }

    /** Frame the steps of a gate in the row of its unit; what a unit says shows in no gate. */
    inHeat(act) {
      const { view } = this;
      const layout = view.heat.plot?._fullLayout;
      const map = view.heat.plot?.data?.find(({ meta }) => meta === act.name);
      const row = view.answer.rows.findIndex((units) => units.includes(act.unit));
      if (!layout || !map || row < 0) return [];
      const axis = layout[(map.yaxis ?? "y").replace("y", "yaxis")];
      const top = axis._offset + axis.d2p(row - 0.5);
      const height = Math.max(axis.d2p(row + 0.5) - axis.d2p(row - 0.5), 3);
      return [this.markAt(view.heat, act, { top: `${top}px`, height: `${height}px` })];
    }

    overState(figure, act) {
      return figure.plot?._fullLayout ? this.markAt(figure, act, { top: "0px", height: "4px" }, "is-span") : null;
    }

    /** An element over the steps of an intervention, as far as they are in sight. */
    markAt(figure, act, style, more = "") {
      const { _size: size, width } = figure.plot._fullLayout;
      const within = (x) => Math.min(Math.max(x, size.l), width - size.r);
      const left = within(figure.pixel(act.first - 0.5));
      const right = within(figure.pixel(act.last + 0.5));
      if (right <= left) return null;
      const mark = document.createElement("div");
      mark.className = `lab-reached-mark role-${act.name} ${more}`;
      mark.classList.toggle("is-pinned", act.unit === this.view.answer.unit);
      Object.assign(mark.style, { ...style, left: `${left}px`, width: `${right - left}px` });
      return mark;
    }

    /** What is done to a unit at t: rows for the table of its values. */
    rowsAt(unit, t) {
      const { layer } = this.view.answer;
      return Object.entries(SYMBOLS)
        .map(([name, symbol]) => [name, this.view.intervening.at(name, t, unit, layer), symbol])
        .filter(([, words]) => words)
        .map(([name, words, symbol]) => [name, `${symbol} ${words}`]);
    }
  }

  lab.Reaching = Reaching;
})();
