/* What lies under the pointer in the figures of the Network view, and what a click there means. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const NEAR = 14; // pixels within which a click means a line or a point

  class Pointing {
    constructor(view) {
      this.view = view;
    }

    /** A click goes to its step, and pins the unit or chooses the layer that it lies on. */
    clicked(name, t, event) {
      this.view.player.seek(t);
      if (name === "small") {
        const layer = this.view.small.row(event.clientY)?.meta;
        if (layer !== undefined) this.view.set("layer", { value: String(layer) });
        return;
      }
      const row = this.rowAt(this.view.figureList.find((one) => one.box.dataset.figure === name), t, event);
      if (row !== undefined) this.view.pinRow(row);
    }

    /** The row under the pointer: of a heat map, or of the nearest line. */
    rowAt(figure, t, event) {
      const [first] = figure.plot?.data ?? [];
      // What a projection says belongs to no unit.
      if (!first || (figure === this.view.states.h && this.view.isProjected)) return undefined;
      if (first.type === "heatmap") return figure.row(event.clientY)?.row;
      const axis = figure.plot._fullLayout.yaxis;
      const y = event.clientY - figure.plot.getBoundingClientRect().top - axis._offset;
      const name = first.meta;
      let nearest;
      let least = NEAR;
      const at = Math.min(Math.max(t, 0), this.view.T);
      this.view.answer.lines[name].forEach((row) => {
        const away = Math.abs(axis.d2p(this.view.value(name, row, at)) - y);
        if (away < least) [nearest, least] = [row, away];
      });
      return nearest;
    }

    /** Say the values under the pointer. */
    point(figure, event) {
      if (!this.view.answer || event.pointerType === "touch") return;
      const t = figure.time(event.clientX);
      if (t === null || t < 0 || t > this.view.T) {
        this.view.explainer.leave();
        return;
      }
      if (figure === this.view.small) {
        const layer = figure.row(event.clientY)?.meta;
        if (layer === undefined) return;
        const level = lab.numbers.shown(this.view.levels[layer][t], 3);
        this.view.explainer.table(this.titleAt(t), [["h", `layer ${layer + 1}`], ["h", `rms of h ${level}`]], event);
        return;
      }
      this.sayRow(this.rowAt(figure, t, event), t, event);
    }

    /** Say all values of a row at t. */
    sayRow(row, t, event) {
      const units = this.view.answer?.rows[row];
      if (!units) {
        this.view.explainer.leave();
        return;
      }
      const symbols = { f: "f", c: "C", i: "i", h: "h", o: "o", g: "C̃" };
      const shown = Object.entries(symbols)
        .filter(([name]) => name !== "h" || !this.view.isProjected)
        .map(([name, symbol]) => [name, `${symbol} ${lab.numbers.shown(this.view.value(name, row, t), 3)}`]);
      if (units.length === 1) shown.push(...this.view.reaching.rowsAt(units[0], t));
      this.view.explainer.table(`${this.unitName(units)} · ${this.titleAt(t)}`, shown, event);
    }

    titleAt(t) {
      return t === 0 ? "t = 0, initial state" : `t = ${t}, ‘${this.view.visible[t - 1]}’`;
    }

    unitName(units) {
      if (units.length > 1) return `mean of ${units.length} units, ${units[0]} …`;
      const name = this.view.answer.names.units?.[units[0]];
      return name ? `unit ${units[0]}, ${name}` : `unit ${units[0]}`;
    }

    /** The point of the saturation plot nearest to the pointer. */
    nearestGate(box, event) {
      const plot = box.querySelector(".js-plotly-plot");
      const layout = plot?._fullLayout;
      if (!layout?.xaxis?.d2p || !this.view.answer) return undefined;
      const { left, top } = plot.getBoundingClientRect();
      const x = event.clientX - left - layout.xaxis._offset;
      const y = event.clientY - top - layout.yaxis._offset;
      let nearest;
      let least = NEAR;
      for (const trace of plot._fullData) {
        if (!"fio".includes(trace.meta) || !trace.meta) continue;
        for (let unit = 0; unit < trace.x.length; unit += 1) {
          const away = Math.hypot(layout.xaxis.d2p(trace.x[unit]) - x, layout.yaxis.d2p(trace.y[unit]) - y);
          if (away < least) {
            least = away;
            nearest = { unit, gate: trace.meta, open: trace.x[unit], shut: trace.y[unit] };
          }
        }
      }
      return nearest;
    }

    sayGate({ unit, gate, open, shut }, event) {
      const percent = (share) => `${lab.numbers.shown(100 * share, 0)} % of the steps`;
      const rows = [[gate, `open ${percent(open)}`], [gate, `shut ${percent(shut)}`]];
      this.view.explainer.table(`${this.unitName([unit])} · ${gate}`, rows, event);
    }
  }

  lab.Pointing = Pointing;
})();
