/* The way of a sequence through a map: solid up to step t, the rest faint. A step on adds only what is new. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FAINT = 0.32; // of the part that is yet to come
  const LONG = 40; // steps from which drawing all of it takes long
  const DOT = 3.5; // pixels: the radius of a place
  const TURN = 2 * Math.PI;

  class MapWalk {
    constructor() {
      this.take(null);
      this.t = 0;
    }

    /** @param places Float32Array of 2T, or null for none */
    take(places) {
      this.places = places;
      this.T = places ? places.length / 2 : 0;
      this.restyle();
    }

    /** It must be drawn anew. */
    restyle() {
      this.done = undefined;
    }

    get isLong() {
      return this.T > LONG;
    }

    /** The place after step t, from 1 to T; nothing at 0, before the first. */
    get here() {
      return this.t > 0 && this.t <= this.T ? this.at(this.t) : undefined;
    }

    at(t) {
      return [this.places[2 * t - 2], this.places[2 * t - 1]];
    }

    /** Draw all of it on a clear canvas. */
    draw(pen, camera, tones) {
      pen.globalAlpha = FAINT;
      this.part(pen, camera, tones, Math.max(this.t, 1), this.T);
      pen.globalAlpha = 1;
      this.part(pen, camera, tones, 1, Math.min(this.t, this.T));
      this.done = this.t;
    }

    /** Draw only the steps since the last time; tells whether that was enough. */
    goOn(pen, camera, tones) {
      if (this.done === undefined || this.t < this.done) return false;
      if (this.t > this.done) this.part(pen, camera, tones, Math.max(this.done, 1), Math.min(this.t, this.T));
      this.done = this.t;
      return true;
    }

    part(pen, camera, tones, from, to) {
      if (to < from) return;
      const pixels = Array.from({ length: to - from + 1 }, (_, n) => camera.toPixel(...this.at(from + n)));
      Object.assign(pen, { lineJoin: "round", lineCap: "round" });
      pen.beginPath();
      for (const pixel of pixels) pen.lineTo(...pixel);
      lined(pen, tones.panel, 3.75);
      lined(pen, tones.text, 1.5);
      pen.beginPath();
      for (const [x, y] of pixels) {
        pen.moveTo(x + DOT, y);
        pen.arc(x, y, DOT, 0, TURN);
      }
      lined(pen, tones.panel, 2);
      pen.fillStyle = tones.text;
      pen.fill();
    }
  }

  function lined(pen, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }

  lab.MapWalk = MapWalk;
})();
