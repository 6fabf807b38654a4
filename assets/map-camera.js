/* Which part of a map is seen: between places, which are shares of a square frame, and pixels of a box. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const MARGIN = 26; // pixels around the frame when all of it is seen
  const BEYOND = 60; // more of them that one can pan to
  const FITTED = 3; // doublings at most to come near to what is small
  const NEAREST = 300 * 2 ** 8; // pixels of the frame's side at most: tiles of level 8

  class MapCamera {
    constructor() {
      Object.assign(this, { width: 0, height: 0, x: 0.5, y: 0.5, zoom: 0 });
    }

    resize(width, height) {
      Object.assign(this, { width, height });
      this.look(this);
    }

    /** Pixels of the frame's side where all of it is seen. */
    get whole() {
      return Math.max(Math.min(this.width, this.height) - 2 * MARGIN, 64);
    }

    get scale() {
      return this.whole * 2 ** this.zoom;
    }

    get deepest() {
      return Math.log2(NEAREST / this.whole);
    }

    get view() {
      return { x: this.x, y: this.y, zoom: this.zoom };
    }

    /** The nearest to a view that there is: in the middle x, y, and zoom doublings from the whole. */
    within({ x, y, zoom }) {
      const near = Math.min(Math.max(zoom || 0, 0), this.deepest);
      const scale = this.whole * 2 ** near;
      const margin = (MARGIN + BEYOND * Math.min(near, 1)) / scale;
      const bound = (value, pixels) => {
        const room = Math.max(0.5 + margin - pixels / scale / 2, 0);
        return Math.min(Math.max(Number.isFinite(value) ? value : 0.5, 0.5 - room), 0.5 + room);
      };
      return { x: bound(x, this.width), y: bound(y, this.height), zoom: near };
    }

    look(view) {
      Object.assign(this, this.within(view));
    }

    /** The view of a zoom in which a place lies under a pixel, as nearly as there is one. */
    holding([x, y], [px, py], zoom) {
      const near = this.within({ ...this.view, zoom }).zoom;
      const scale = this.whole * 2 ** near;
      return this.within({ x: x + (this.width / 2 - px) / scale, y: y + (this.height / 2 - py) / scale, zoom: near });
    }

    /** The view after zooming where the place under a pixel stays. */
    zoomed(zoom, ...pixel) {
      return this.holding(this.toPlace(...pixel), pixel, zoom);
    }

    toPixel(x, y) {
      const { scale } = this;
      return [(x - this.x) * scale + this.width / 2, (y - this.y) * scale + this.height / 2];
    }

    toPlace(px, py) {
      const { scale } = this;
      return [(px - this.width / 2) / scale + this.x, (py - this.height / 2) / scale + this.y];
    }

    /** The view that shows a rectangle of places with some room around it. */
    fitting([left, top, right, bottom], near = FITTED) {
      const room = 0.7 * Math.min(this.width / (right - left || 1e-9), this.height / (bottom - top || 1e-9));
      const zoom = Math.min(Math.log2(room / this.whole), Math.max(this.zoom, near));
      return this.within({ x: (left + right) / 2, y: (top + bottom) / 2, zoom });
    }
  }

  lab.MapCamera = MapCamera;
})();
