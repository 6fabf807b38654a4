/* Movements of a camera that take a moment, and all at once where the system wants no motion. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const EASE = 120; // milliseconds
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  class MapMotion {
    constructor(camera) {
      this.camera = camera;
    }

    /** Whether nothing may move slowly, nor fade. */
    static get isStill() {
      return calm.matches;
    }

    get isGoing() {
      return Boolean(this.to);
    }

    /** The view that it is on the way to; where nothing moves, the one that is seen. */
    get goal() {
      return this.to ?? this.camera.view;
    }

    go(view, slowly) {
      this.from = this.camera.view;
      this.to = this.camera.within(view);
      this.since = undefined;
      if (!slowly || MapMotion.isStill) this.arrive();
    }

    arrive() {
      this.camera.look(this.to);
      this.to = undefined;
    }

    /** Go on to where it should be by now. */
    travel(now) {
      if (!this.to) return;
      const { from, to } = this;
      this.since ??= now;
      const passed = Math.min((now - this.since) / EASE, 1);
      if (passed === 1) {
        this.arrive();
        return;
      }
      const share = 1 - (1 - passed) ** 2;
      const zoom = from.zoom + (to.zoom - from.zoom) * share;
      // The middle moves as the scale does, so that what the hand is on stays under it.
      const [start, end, here] = [from.zoom, to.zoom, zoom].map((one) => 2 ** -one);
      const moved = start === end ? share : (start - here) / (start - end);
      this.camera.look({ x: from.x + (to.x - from.x) * moved, y: from.y + (to.y - from.y) * moved, zoom });
    }
  }

  lab.MapMotion = MapMotion;
})();
