/*
 * A panorama to look around in: tiles, points, names, and marks over them, on canvases of
 * one box. It holds no settings and asks nothing; what it shows it is given, and what the
 * reader does on it, it tells.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const NEAR = 8; // pixels within which a point is meant
  const TOUCHED = 16; // by a finger
  const WHOLE = { x: 0.5, y: 0.5, zoom: 0 };

  class MapCanvas {
    /**
     * @param box the element that it fills
     * @param react what to tell, each optional: hover(n or null, x, y), click({point, region, label, x, y}, event),
     *   lassoed(ids), moved(view); x and y of hover are pixels of the box, those of click are shares of the frame
     */
    constructor(box, react) {
      this.box = box;
      this.react = react;
      this.camera = new lab.MapCamera();
      this.motion = new lab.MapMotion(this.camera);
      this.places = new lab.MapPoints();
      this.names = new lab.MapLabels();
      this.walk = new lab.MapWalk();
      this.marks = new lab.MapMarks();
      this.pictures = new lab.MapTiles(() => this.redraw("ground"));
      const { camera, motion, places, names, walk, marks, pictures } = this;
      const shown = { camera, motion, places, names, walk, marks, pictures };
      this.screen = new lab.MapScreen(box, shown, (view) => this.moved(view));
      this.ending = new AbortController();
      box.classList.add("lab-map-canvas");
      if (box.tabIndex < 0) box.tabIndex = 0;
      this.gestures = new lab.MapGestures(box, this, this.ending.signal);
      this.mode = "pan";
      this.restyle();
    }

    /** The box is no longer on the page. */
    leave() {
      this.ending.abort();
      this.screen.leave();
      this.pictures.leave();
    }

    redraw(...layers) {
      this.screen.redraw(...layers);
    }

    /* --- what it shows -------------------------------------------------------- */

    /** Take the points of another map: Float32Array of 2N, x and y of each from 0 to 1, y down. */
    load(places) {
      this.places.load(places);
      Object.assign(this.marks, { chosen: null, links: [] });
      this.point(null);
      this.screen.redrawAll();
    }

    /** @param urlOf gives the address of a tile for (z, x, y); null where there are none */
    tiles(urlOf) {
      this.pictures.show(urlOf);
      this.redraw("ground");
    }

    /** @param levels of names from the coarsest on, each a list of {name, x, y, count, level, region} */
    labels(levels) {
      this.names.load(levels);
      this.redraw("marks");
    }

    /** How the points look: {shown, colours, marked, size}; see map-points.js. */
    points(look) {
      this.places.take(look);
      // The panorama steps back behind what is marked in it.
      this.box.classList.toggle("is-marking", Boolean(look.marked));
      this.redraw("points");
    }

    get chosen() {
      return this.marks.chosen;
    }

    set chosen(n) {
      this.marks.chosen = n ?? null;
      this.redraw("marks");
    }

    /** Lines between points: [[n, m]…], or [n, m, false] where they are far apart on the map. */
    links(pairs) {
      this.marks.links = pairs;
      this.redraw("marks");
    }

    /** The places of a sequence, step by step: Float32Array of 2T; null takes them away. */
    path(places) {
      this.walk.take(places);
      this.redraw("walk");
    }

    /** The path is at step t; 0 is before the first. */
    paint(t) {
      if (t === this.walk.t) return;
      this.walk.t = t;
      if (this.walk.T) this.redraw("walk");
    }

    get mode() {
      return this.box.dataset.mode;
    }

    /** "pan" or "lasso": what a drag does. */
    set mode(mode) {
      this.gestures.stop();
      this.box.dataset.mode = mode;
    }

    /** Other colours: those of the page, which may have another theme. */
    restyle() {
      this.tones = this.screen.tones = tonesOf(this.box);
      this.names.restyle();
      this.walk.restyle();
      this.screen.redrawAll();
    }

    /** The whole panorama as a canvas so many pixels wide and high. */
    picture(side) {
      return lab.mapPicture(this, side);
    }

    /* --- where it looks ------------------------------------------------------- */

    /** {x, y, zoom}: the middle, and how many doublings from the whole; where a movement will end. */
    get view() {
      return this.motion.goal;
    }

    set view(view) {
      this.look(view);
    }

    home() {
      this.look(WHOLE, { slowly: true });
    }

    zoomBy(factor) {
      const { camera } = this;
      const zoom = this.view.zoom + Math.log2(factor);
      this.look(camera.zoomed(zoom, camera.width / 2, camera.height / 2), { slowly: true });
    }

    /** Show all of some points; `near` is how many doublings it may take to come near to them. */
    fit(ids, near) {
      if (ids.length) this.look(this.camera.fitting(this.places.around(ids), near), { slowly: true });
    }

    look(view, { slowly = false } = {}) {
      this.motion.go(view, slowly);
      this.redraw();
    }

    /** Pixels of the box at which a point is now. */
    at(n) {
      return this.camera.toPixel(...this.places.at(n));
    }

    /* --- what the reader does ------------------------------------------------- */

    moved(view) {
      this.point(null);
      this.react.moved?.(view);
    }

    /** A pixel that the hand points at, or null. */
    pointed(pixel) {
      const label = pixel && this.names.under(...pixel);
      const isNear = pixel && !label && this.mode === "pan";
      const n = isNear ? this.places.nearest(this.camera, ...pixel, NEAR) : undefined;
      this.box.classList.toggle("is-pointing", Boolean(label) || n !== undefined);
      this.point(n ?? null);
    }

    /** Point at a point, as the hand does; at none with null. */
    point(n) {
      if (n === this.marks.hovered) return;
      this.marks.hovered = n;
      this.redraw("marks");
      if (n === null) this.react.hover?.(null);
      else this.react.hover?.(n, ...this.at(n));
    }

    clicked(pixel, event) {
      const label = this.names.under(...pixel)?.given ?? null;
      const within = event.pointerType === "touch" ? TOUCHED : NEAR;
      const point = label ? null : (this.places.nearest(this.camera, ...pixel, within) ?? null);
      const [x, y] = this.camera.toPlace(...pixel);
      this.react.click?.({ point, region: label?.region ?? null, label, x, y }, event);
    }

    /** The line of a lasso so far; when it is done, what lies inside. */
    drawn(line, isDone = false) {
      this.marks.lasso = isDone ? null : line;
      this.redraw("marks");
      if (isDone) this.react.lassoed?.(this.places.grid.inside(line));
    }
  }

  /** The colours of the page around a box, as a canvas needs them. */
  function tonesOf(box) {
    const style = getComputedStyle(box);
    const [text, panel, accent] = ["text", "panel", "accent"].map((name) => style.getPropertyValue(`--lab-${name}`).trim());
    const [r, g, b] = bytes(accent);
    return {
      text,
      panel,
      accent,
      textBytes: bytes(text),
      panelBytes: bytes(panel),
      accentBits: r | (g << 8) | (b << 16),
      font: style.fontFamily,
    };
  }

  const bytes = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  lab.MapCanvas = MapCanvas;
})();
