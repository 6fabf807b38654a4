/* The difference of two networks: numbers over the maps and curves, and what lies under the pointer. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SYMBOLS = { f: "f", i: "i", o: "o", g: "C̃", c: "C", h: "h", c_norm: "‖C‖", h_norm: "‖h‖" };
  const ROLE = { c_norm: "c", h_norm: "h" };
  const LEVELS = 127; // as the server packs a difference

  class NetworkDifference {
    constructor(view) {
      this.view = view;
      this.live = [...view.root.querySelectorAll("data[data-part]")];
      for (const figure of this.figures) {
        this.box(figure.veil);
        figure.box.addEventListener("pointermove", (event) => this.point(figure, event));
        figure.box.addEventListener("pointerleave", () => view.explainer.leave());
      }
      const { maps } = view.figures;
      // The step the view itself goes to.
      maps.box.addEventListener("click", (event) => {
        const at = maps.row(event.clientY);
        const unit = at && this.unitAt(at);
        if (unit !== undefined && event.detail <= 1 && maps.isInside(event.clientX)) lab.compare.a?.pin(unit);
      });
    }

    /** The colour scales at the right stay clear of the veil. */
    box(veil) {
      const box = document.createElement("div");
      box.className = "lab-veil-box";
      veil.replaceWith(box);
      box.append(veil);
    }

    get figures() {
      return [this.view.figures.maps, this.view.figures.curves];
    }

    accept(_asked, answer) {
      this.answer = answer;
      this.curves = Object.fromEntries(
        Object.entries(answer.curves).map(([name, both]) => [name, both.map(lab.numbers.decode)]),
      );
      this.pinned = Object.fromEntries(
        Object.entries(answer.pinned).map(([name, gap]) => [name, lab.numbers.decode(gap)]),
      );
      this.z = Object.fromEntries(
        (answer.figures.maps?.data ?? []).map(({ meta, z, colorbar }) => [
          meta,
          { levels: lab.numbers.decode(z), reach: Number(colorbar.ticktext[2]) },
        ]),
      );
      for (const part of this.view.root.querySelectorAll("[data-part-of]"))
        part.hidden = !answer.figures[part.dataset.partOf];
      for (const figure of this.figures) this.hear(figure);
    }

    /** What lies over a figure is placed whenever Plotly has drawn it. */
    hear(figure) {
      const { plot } = figure;
      if (!plot?.on) requestAnimationFrame(() => figure.box.isConnected && this.hear(figure));
      else if (plot !== figure.overlaid) {
        figure.overlaid = plot;
        plot.on("plotly_afterplot", () => this.overlay(figure));
        this.overlay(figure);
      }
    }

    /** Titles over the parts of a figure; over a veil, which ours are not under. */
    overlay({ plot, box }) {
      const layout = plot?._fullLayout;
      if (!layout || !plot.data?.length) return;
      const places = new Map(plot.data.map(({ meta, yaxis }) => [meta.split(" ")[0], yaxis ?? "y"]));
      const here = box.querySelector(".lab-here");
      here.replaceChildren(...[...places.values()].map((name) => frame(layout, name)));
      for (const title of box.parentElement.querySelectorAll("[data-mean]")) {
        const name = places.get(title.dataset.mean);
        title.hidden = !name;
        if (!name) continue;
        title.style.top = `${layout[name.replace("y", "yaxis")]._offset - 17}px`;
        title.style.left = `${layout._size.l}px`;
        title.style.right = `${layout._size.r}px`;
      }
    }

    paint(t, words) {
      if (!words || !this.answer) return;
      const frame = this.frameAt(t);
      for (const element of this.live) lab.numbers.fill(element, frame);
    }

    frameAt(t) {
      const frame = { unit: this.answer.unit };
      for (const [name, [a, b]] of Object.entries(this.curves)) {
        frame[`a_${name}`] = a[Math.min(t, a.length - 1)];
        frame[`b_${name}`] = b[Math.min(t, b.length - 1)];
      }
      for (const [name, gap] of Object.entries(this.pinned)) frame[`gap_${name}`] = gap[t];
      return frame;
    }

    /* --- under the pointer ------------------------------------------------- */

    /** The first unit of a row of a map; what a projection says belongs to none. */
    unitAt({ meta, row }) {
      const view = lab.compare.a;
      return meta === "h" && view?.isProjected ? undefined : this.answer?.rows?.[meta]?.[row];
    }

    point(figure, event) {
      if (!this.answer || event.pointerType === "touch") return;
      const t = figure.time(event.clientX);
      const { player, explainer } = this.view;
      const found = t !== null && t >= 0 && t <= player.T && this.rowsAt(figure, t, event.clientY);
      const a = lab.compare.a;
      // Only of units that are the same is it sure that both read the same.
      const time = this.answer.rows && t <= a?.T ? a.pointing.titleAt(t) : `t = ${t}`;
      if (found && a?.answer) explainer.table(found.title(time), found.list, event);
      else explainer.leave();
    }

    rowsAt(figure, t, clientY) {
      if (figure === this.view.figures.curves) return this.ofCurve(figure, t, clientY);
      const at = figure.row(clientY);
      return at && this.ofMap(at, t);
    }

    ofMap({ meta, row }, t) {
      const units = this.answer.rows?.[meta];
      const value = this.gapAt(meta, row, t);
      if (!units || value === undefined) return null;
      const unit = units[row];
      const of = (view) => {
        if (view?.answer.layer !== this.answer.layer) return undefined; // one has fewer layers
        const place = view.answer.rows.findIndex((one) => one.length === 1 && one[0] === unit);
        return place < 0 ? undefined : view.value(meta, place, t);
      };
      const [a, b] = [of(lab.compare.a), of(lab.compare.b)];
      const both = a !== undefined && b !== undefined;
      const say = (number) => lab.numbers.shown(number, 3);
      const list = both ? [[meta, `${SYMBOLS[meta]} A ${say(a)}`], [meta, `B ${say(b)}`]] : [];
      list.push([meta, `A − B ${say(both ? a - b : value)}`]);
      return { title: (time) => `unit ${unit}${both ? "" : " …"} · ${time}`, list };
    }

    /** A − B of a row at t as it is drawn; undefined where there is none. */
    gapAt(name, row, t) {
      const { levels, reach } = this.z[name] ?? {};
      if (!levels) return undefined;
      const columns = levels.length / this.answer.rows[name].length;
      const column = "ch".includes(name) ? t : t - 1;
      return column < 0 ? undefined : ((levels[row * columns + column] - LEVELS) * reach) / LEVELS;
    }

    ofCurve({ plot }, t, clientY) {
      const layout = plot?._fullLayout;
      const y = clientY - plot.getBoundingClientRect().top;
      const trace = plot.data?.find(({ yaxis }) => {
        const axis = layout[(yaxis ?? "y").replace("y", "yaxis")];
        return y >= axis._offset && y <= axis._offset + axis._length;
      });
      if (!trace) return null;
      const [name] = trace.meta.split(" ");
      const [a, b] = this.curves[name].map((values) => values[t]);
      const say = (number) => lab.numbers.shown(number, 3);
      const role = ROLE[name] ?? name;
      const list = [[role, `${SYMBOLS[name]} A ${say(a)}`], [role, `B ${say(b)}`], [role, `A − B ${say(a - b)}`]];
      return { title: (time) => time, list };
    }
  }

  /** The playhead over one part: titles stand between the parts. */
  function frame(layout, name) {
    const { _offset: top, _length: height } = layout[name.replace("y", "yaxis")];
    const element = document.createElement("div");
    Object.assign(element.style, { top: `${top}px`, height: `${height}px` });
    return element;
  }

  (lab.differences ??= {}).network = NetworkDifference;
})();
