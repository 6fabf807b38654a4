/* The contexts of a map as points: drawn into an image of pixels, since they may be a hundred thousand. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const GROWS = 0.35; // power of the magnification with which points grow
  const LARGEST = 6; // pixels: their radius
  const STEP = 0.25; // pixels between two radii, so that stamps can be kept
  const DIM = 0.3; // of what is not marked, beside what is
  const EDGE = 32; // pixels around the image that a point at its rim may need

  class MapPoints {
    constructor() {
      this.load(new Float32Array(0));
      this.look = { shown: false };
      this.stamps = new Map();
    }

    load(places) {
      this.places = places;
      this.grid = new lab.MapGrid(places);
      this.count = places.length / 2;
      this.colours = this.marked = undefined;
    }

    /**
     * Take how they look.
     * @param look shown; colours: Uint8Array of 3N, or none; marked: Uint8Array of N, or none;
     *   size: their radius in pixels where the whole map is seen, or none
     */
    take({ shown = false, colours = null, marked = null, size = null }) {
      this.look = { shown, size };
      const { order } = this.grid;
      this.colours =
        colours && Uint32Array.from(order, (n) => colours[3 * n] | (colours[3 * n + 1] << 8) | (colours[3 * n + 2] << 16));
      this.marked = marked && Uint8Array.from(order, (n) => (marked[n] ? 1 : 0));
    }

    /** What is drawn at all: [marked or not, how] in turn. */
    get passes() {
      if (!this.marked) return this.look.shown ? [[undefined, "plain"]] : [];
      return [...(this.look.shown ? [[0, "dim"]] : []), [1, "marked"]];
    }

    radius(zoom) {
      const usual = this.count <= 2000 ? 3 : this.count <= 6000 ? 2.5 : this.count <= 30000 ? 2 : 1.6;
      const wanted = Math.min((this.look.size ?? usual) * 2 ** (GROWS * zoom), LARGEST);
      return Math.round(wanted / STEP) * STEP;
    }

    /** The stamps for points that look so; kept, since colours are many and zooms come again. */
    stampsFor(how, radius, ratio, tones) {
      const key = `${how} ${radius} ${ratio} ${tones.text} ${tones.panel}`;
      if (!this.stamps.has(key)) {
        if (this.stamps.size > 12) this.stamps.clear();
        const isMarked = how === "marked";
        this.stamps.set(
          key,
          new lab.MapStamps({
            radius: (isMarked ? 1.25 * radius + 0.75 : how === "dim" ? 0.8 * radius : radius) * ratio,
            rim: (isMarked ? 1.25 : how === "dim" ? 0 : 0.75) * ratio,
            rimColour: isMarked ? tones.textBytes : tones.panelBytes,
            alpha: how === "dim" ? DIM : 1,
          }),
        );
      }
      return this.stamps.get(key);
    }

    /** Draw them on a canvas of its own, as many pixels wide and high as the camera sees. */
    draw(pen, camera, ratio, tones) {
      const { width, height } = pen.canvas;
      const image = this.imageOf(width + 2 * EDGE, height + 2 * EDGE);
      this.pixels.fill(0);
      const edge = EDGE / ratio / camera.scale;
      const [left, top] = camera.toPlace(0, 0);
      const [right, bottom] = camera.toPlace(camera.width, camera.height);
      const scale = camera.scale * ratio;
      const { places } = this.grid;
      for (const [mark, how] of this.passes) {
        const stamps = this.stampsFor(how, this.radius(camera.zoom), ratio, tones);
        const room = EDGE - stamps.reach - 1; // as far beyond the rim as a stamp fits
        this.grid.each(left - edge, top - edge, right + edge, bottom + edge, (from, to) => {
          for (let k = from; k < to; k += 1) {
            if (mark !== undefined && this.marked[k] !== mark) continue;
            const x = (places[2 * k] - left) * scale;
            const y = (places[2 * k + 1] - top) * scale;
            if (x < -room || y < -room || x > width + room || y > height + room) continue;
            stamps.put(this.pixels, image.width, x + EDGE, y + EDGE, this.colours?.[k] ?? tones.accentBits);
          }
        });
      }
      pen.putImageData(image, -EDGE, -EDGE);
    }

    imageOf(width, height) {
      if (this.image?.width !== width || this.image.height !== height) {
        this.image = new ImageData(width, height);
        this.pixels = new Uint32Array(this.image.data.buffer);
      }
      return this.image;
    }

    nearest(camera, px, py, within) {
      const [x, y] = camera.toPlace(px, py);
      return this.grid.nearest(x, y, within / camera.scale);
    }

    /** The place of a point. */
    at(n) {
      return [this.places[2 * n], this.places[2 * n + 1]];
    }

    /** The rectangle around some of them: left, top, right, bottom. */
    around(ids) {
      const ends = [Infinity, Infinity, -Infinity, -Infinity];
      for (const n of ids)
        for (const axis of [0, 1]) {
          ends[axis] = Math.min(ends[axis], this.places[2 * n + axis]);
          ends[axis + 2] = Math.max(ends[axis + 2], this.places[2 * n + axis]);
        }
      return ends;
    }
  }

  lab.MapPoints = MapPoints;
})();
