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
  const CELL = 62; // pixels for one cell of the unrolled network, so that its numbers fit
  const WINDOW = 64; // cells drawn at once; a longer sequence is drawn around t
  const MARGIN = 10; // cells before the edge of the window at which it moves on

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  class Figure {
    /**
     * @param box the .lab-figure element around a dcc.Graph
     * @param id the Dash id of the graph
     * @param seek called with a time that the reader clicked
     */
    constructor(box, id, seek) {
      this.box = box;
      this.id = id;
      this.seek = seek;
      this.veil = box.querySelector(".lab-veil");
      this.here = box.querySelector(".lab-here");
      this.t = 0;
    }

    get plot() {
      return this.box.querySelector(".js-plotly-plot");
    }

    /** Hand a figure to Plotly; with it come the listeners that Plotly needs to exist for. */
    draw(figure) {
      window.dash_clientside.set_props(this.id, { figure });
      this.listen();
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
      plot.on("plotly_relayout", () => this.place(this.t));
      plot.on("plotly_click", ({ points }) => points.length && this.seek(points[0].x));
      this.place(this.t);
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
      this.veil.style.width = `${Math.max(right - x, 0)}px`;
    }
  }

  /** The unrolled network: a strip that scrolls along with t. */
  class Strip extends Figure {
    constructor(box, id, seek) {
      super(box, id, seek);
      this.strip = box.parentElement;
      new ResizeObserver(() => this.figure && this.draw(this.figure)).observe(this.strip);
    }

    draw(figure) {
      this.figure = figure;
      this.steps = lab.numbers.decode(figure.data[0].x).length;
      this.from = this.start(this.t);
      const count = Math.min(this.steps, WINDOW);
      const layout = {
        ...figure.layout,
        width: Math.max(this.strip.clientWidth, count * CELL),
        height: this.strip.clientHeight,
      };
      layout.xaxis = {
        ...layout.xaxis,
        range: [this.from - 0.5, this.from + count - 0.5],
      };
      const data = figure.data.map((trace) => cut(trace, this.from, this.from + count));
      this.box.style.width = `${layout.width}px`;
      super.draw({ data, layout });
    }

    /** First step of the window around t; the old one while t is well inside it. */
    start(t) {
      const last = Math.max(this.steps - WINDOW, 0);
      const from = Math.min(this.from ?? 0, last);
      const inside = t >= from + (from && MARGIN) && t < from + WINDOW - (from < last && MARGIN);
      return inside ? from : Math.min(Math.max(t - WINDOW / 2, 0), last);
    }

    place(t) {
      if (this.figure && this.steps > WINDOW && this.start(t) !== this.from) {
        this.t = t;
        this.draw(this.figure);
        return;
      }
      this.t = t;
      const left = this.pixel(t - 0.5);
      if (left === null) return;
      const right = this.pixel(t + 0.5);
      const { width } = this.plot._fullLayout;
      this.here.style.transform = `translateX(${left}px)`;
      this.here.style.width = `${right - left}px`;
      const { yaxis, _size: size, meta } = this.plot._fullLayout;
      const [bottom, top] = meta.box.map((value) => size.t + yaxis.d2p(value));
      this.here.style.top = `${top}px`;
      this.here.style.height = `${bottom - top}px`;
      this.veil.style.transform = `translateX(${right}px)`;
      this.veil.style.width = `${Math.max(width - right, 0)}px`;
      this.here.style.transition = this.fast ? "none" : "";
      const middle = (left + right) / 2 - this.strip.clientWidth / 2;
      const behavior = calm() || this.fast ? "instant" : "smooth";
      if (width > this.strip.clientWidth) this.strip.scrollTo({ left: middle, behavior });
    }
  }

  /** Cut the steps [from, to) out of every array of a trace. */
  function cut(trace, from, to) {
    const part = (value) =>
      value?.bdata ? lab.numbers.decode(value).subarray(from, to) : value;
    const piece = { ...trace };
    for (const key of ["x", "y"]) piece[key] = part(piece[key]);
    if (piece.text) piece.text = piece.text.slice(from, to);
    if (piece.marker) piece.marker = { ...piece.marker, color: part(piece.marker.color) };
    return piece;
  }

  lab.Figure = Figure;
  lab.Strip = Strip;
})();
