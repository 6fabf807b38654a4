/*
 * Playheads over finished figures.
 *
 * Plotly draws a figure once, over the whole time axis. What moves while
 * playing are two positioned elements over it: a mark at t, and a veil over
 * what comes after t.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const CELL = 56; // least pixels for one cell of the unrolled network: its numbers fit
  const WIDE = 88; // most pixels for one cell: it stays a box
  const GAP = 0.2; // of a cell, between the tiles of neighbours
  const WINDOW = 64; // cells drawn at once; a longer sequence is drawn around t
  const MARGIN = 10; // cells before the edge of the window at which it moves on
  const GLANCE = 20; // cells drawn at once while settings change: what can be seen
  const REST = 400; // milliseconds without a change after which the whole window is drawn

  class Figure {
    /**
     * @param box the .lab-figure element around a dcc.Graph
     * @param id the Dash id of the graph
     * @param react click(t), hover(t, event) and leave()
     */
    constructor(box, id, react) {
      this.box = box;
      this.id = id;
      this.react = react;
      this.veil = box.querySelector(".lab-veil");
      this.here = box.querySelector(".lab-here");
      this.t = 0;
      // Not Plotly's own click: it tells where the pointer last rested, and needs a line there.
      box.addEventListener("click", (event) => {
        const t = this.time(event.clientX);
        // The second click of a double click is not meant for a step.
        if (t === null || event.detail > 1 || !this.isInside(event.clientX)) return;
        this.left = this.t;
        this.react.click(t, event);
      });
    }

    /** Whether a pixel of the screen lies between the ends of the time axis. */
    isInside(clientX) {
      const { _size: size, width } = this.plot._fullLayout;
      const x = clientX - this.plot.getBoundingClientRect().left;
      return x >= size.l && x <= width - size.r;
    }

    /** The step at a pixel of the screen, or null while nothing is drawn. */
    time(clientX) {
      if (this.pixel(0) === null) return null;
      const { xaxis, _size: size } = this.plot._fullLayout;
      return Math.round(xaxis.p2d(clientX - this.plot.getBoundingClientRect().left - size.l));
    }

    get plot() {
      return this.box.querySelector(".js-plotly-plot");
    }

    /**
     * Hand a figure to Plotly; with it come the listeners that Plotly needs to exist for.
     * What the reader zoomed to stays while the time axis does: Plotly's own memory of
     * it is lost when Dash hands the figure back.
     */
    draw(figure) {
      this.figure = figure;
      const whole = figure.layout.xaxis.range;
      if (this.whole?.join() !== whole.join()) this.zoom = undefined;
      this.whole = whole;
      const xaxis = { ...figure.layout.xaxis, range: this.zoom ?? whole };
      const layout = { ...figure.layout, xaxis };
      // A finger scrolls the page instead of zooming.
      if (matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
      this.hand({ ...figure, layout });
      this.listen();
    }

    hand(figure) {
      window.dash_clientside.set_props(this.id, { figure });
    }

    listen() {
      const plot = this.plot;
      if (!plot?.on) {
        requestAnimationFrame(() => this.box.isConnected && this.listen());
        return;
      }
      if (plot === this.heard) return;
      this.heard = plot;
      plot.on("plotly_afterplot", () => this.place(this.t));
      plot.on("plotly_relayout", (change) => {
        const from = change["xaxis.range[0]"];
        if (from !== undefined) this.zoomed([from, change["xaxis.range[1]"]]);
        this.place(this.t);
      });
      plot.on("plotly_doubleclick", () => {
        // Its first click was taken for one; the reader wanted all steps, not that one.
        if (this.left !== undefined) this.react.back?.(this.left);
        this.left = undefined;
        this.zoomed(undefined);
        this.draw(this.figure);
      });
      plot.on("plotly_hover", ({ points, event }) => {
        if (points.length) this.react.hover?.(Math.round(points[0].x), event);
      });
      plot.on("plotly_unhover", () => this.react.leave?.());
      this.place(this.t);
    }

    /** The reader chose a part of the time axis, or all of it again. */
    zoomed(range) {
      this.zoom = range;
      this.react.zoom?.(range, this);
    }

    /** Follow another figure on the same time axis. */
    zoomTo(range) {
      this.zoom = range;
      if (this.figure) this.draw(this.figure);
    }

    /** Pixel of a time within the box, or null while nothing is drawn. */
    pixel(t) {
      const layout = this.plot?._fullLayout;
      if (!this.plot?.data?.length || !layout?.xaxis?.d2p) return null;
      return layout._size.l + layout.xaxis.d2p(t);
    }

    place(t) {
      this.t = t;
      const at = this.pixel(t);
      if (at === null) return;
      const { _size: size, width } = this.plot._fullLayout;
      const left = size.l;
      const right = width - size.r;
      const x = Math.min(Math.max(at, left), right);
      this.here.style.opacity = at < left - 1 || at > right + 1 ? 0 : 1;
      this.here.style.transform = `translateX(${x}px)`;
      this.veil.style.transform = `translateX(${x}px)`;
    }
  }

  /** A figure whose steps are columns: a frame stands around the one at t. */
  class Columns extends Figure {
    place(t) {
      this.t = t;
      const from = this.pixel(t - 0.5);
      if (from === null) return;
      const { _size: size, width } = this.plot._fullLayout;
      const within = (x) => Math.min(Math.max(x, size.l), width - size.r);
      const left = within(from);
      const right = within(this.pixel(t + 0.5));
      const wide = Math.max(right - left, 2);
      this.here.style.opacity = right > left ? 1 : 0;
      if (this.wide !== wide) this.here.style.width = `${(this.wide = wide)}px`;
      this.here.style.transform = `translateX(${left}px)`;
      this.veil.style.transform = `translateX(${right}px)`;
      this.placed?.(left, right);
    }

    /** The heat map and row under a pixel of the screen, or null between them. */
    row(clientY) {
      const layout = this.plot?._fullLayout;
      if (!layout || !this.plot.data?.length) return null;
      const y = clientY - this.plot.getBoundingClientRect().top;
      for (const { meta, yaxis: name } of this.plot.data) {
        const axis = layout[(name ?? "y").replace("y", "yaxis")];
        const within = y - axis._offset;
        if (within >= 0 && within <= axis._length) return { meta, row: Math.round(axis.p2d(within)) };
      }
      return null;
    }
  }

  /** The unrolled network: a strip that scrolls along with t. */
  class Strip extends Figure {
    constructor(box, id, react) {
      super(box, id, react);
      this.strip = box.parentElement;
      // A reader scrolls by hand: from there on the strip follows again.
      this.strip.addEventListener("scrollend", () => (this.scrolled = this.strip.scrollLeft));
      // Its size is kept: to ask for it at every step would cost a layout.
      this.observer = new ResizeObserver(([{ contentRect }]) => {
        this.room = contentRect;
        if (this.run) this.show(this.run, this.steps, WINDOW);
      });
      this.observer.observe(this.strip);
    }

    leave() {
      this.observer.disconnect();
      clearTimeout(this.resting);
    }

    /** Draw what can be seen at once, and the whole window when the settings rest. */
    update(figure) {
      const steps = lab.numbers.decode(figure.data[0].x).length;
      const changing = steps === this.steps;
      clearTimeout(this.resting);
      this.show(figure, steps, changing ? GLANCE : WINDOW);
      if (changing && steps > GLANCE)
        this.resting = setTimeout(() => this.show(figure, steps, WINDOW), REST);
    }

    show(figure, steps, span) {
      this.run = figure;
      this.steps = steps;
      if (!this.strip.clientHeight) return; // folded; unfolding resizes it
      this.span = Math.min(span, steps);
      this.from = this.start(this.t);
      const to = this.from + this.span;
      const layout = {
        ...figure.layout,
        width: Math.max(Math.min(this.strip.clientWidth, this.span * WIDE), this.span * CELL),
        height: this.strip.clientHeight,
      };
      layout.xaxis = { ...layout.xaxis, range: [this.from - 0.5, to - 0.5] };
      const xgap = (GAP * layout.width) / this.span;
      const data = figure.data.map((trace) => {
        const piece = cut(trace, this.from, to, steps);
        return "xgap" in piece ? { ...piece, xgap } : piece;
      });
      this.box.style.width = `${layout.width}px`;
      this.scrolled = undefined; // the same place is elsewhere in another window
      this.draw({ data, layout });
    }

    /** First step of the window around t; the old one while t is well inside it. */
    start(t) {
      const { span, steps } = this;
      const last = steps - span;
      const margin = span < WINDOW ? span / 2 : MARGIN;
      const from = Math.min(this.from ?? 0, last);
      const inside = t >= from + (from && margin) && t < from + span - (from < last && margin);
      return inside ? from : Math.min(Math.max(Math.round(t - span / 2), 0), last);
    }

    place(t) {
      this.t = t;
      if (this.run && this.start(t) !== this.from) {
        this.show(this.run, this.steps, WINDOW);
        return;
      }
      const left = this.pixel(t - 0.5);
      if (left === null) return;
      const { xaxis, width } = this.plot._fullLayout;
      const cell = xaxis.d2p(1) - xaxis.d2p(0);
      this.frame(cell);
      this.here.style.transform = `translateX(${left}px)`;
      this.veil.style.transform = `translateX(${left + cell}px)`;
      this.here.style.transition = this.steady ? "none" : "";
      this.follow(left, left + cell, width);
    }

    /**
     * Bring the cell at t into view. Cells stand still while t moves over them;
     * near the edge the strip moves on by most of its width.
     */
    follow(left, right, width) {
      const room = this.room?.width ?? width;
      if (width <= room) return;
      this.scrolled ??= this.strip.scrollLeft;
      const cell = right - left;
      if (left - this.scrolled >= 0.6 * cell && right - this.scrolled <= room - 0.6 * cell) return;
      const wanted = left - (left < this.scrolled ? 0.7 * room : 0.2 * room);
      this.scrolled = Math.min(Math.max(wanted, 0), width - room);
      // At once: a smooth movement that the next one overtakes ends anywhere.
      this.strip.scrollTo({ left: this.scrolled, behavior: "instant" });
    }

    /** Size the frame around a cell, where the figure was drawn anew. */
    frame(cell) {
      const { yaxis, _size: size, meta, height } = this.plot._fullLayout;
      const known = `${cell} ${height}`;
      if (this.framed === known) return;
      this.framed = known;
      const [bottom, top] = meta.box.map((value) => size.t + yaxis.d2p(value));
      Object.assign(this.here.style, {
        top: `${top}px`,
        height: `${bottom - top}px`,
        width: `${cell}px`,
      });
    }
  }

  /** Cut the steps [from, to) of `steps` out of every array of a trace. */
  function cut(trace, from, to, steps) {
    const { decode, encode } = lab.numbers;
    const part = (value) => {
      const list = value.bdata ? decode(value) : value;
      const each = list.length / steps;
      const piece = list.slice(from * each, to * each);
      return value.bdata ? encode(piece, value.shape && `1, ${piece.length}`) : piece;
    };
    const piece = { ...trace };
    for (const key of ["x", "z", "text", "hovertext"]) if (key in piece) piece[key] = part(piece[key]);
    if (piece.y.bdata) piece.y = part(piece.y); // a heat map's two edges stay
    if (piece.marker) piece.marker = { ...piece.marker, color: part(piece.marker.color) };
    return piece;
  }

  lab.Figure = Figure;
  lab.Columns = Columns;
  lab.Strip = Strip;
})();
