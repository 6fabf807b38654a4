/*
 * Discs as pixels, to be put into an image a hundred thousand times: in each colour and
 * at quarters of a pixel, so that they move smoothly.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PARTS = 4; // of a pixel, in which a disc can lie differently

  class MapStamps {
    /** @param radius and rim in pixels of the image; rimColour [r, g, b]; alpha of the whole, 0 to 1 */
    constructor({ radius, rim, rimColour, alpha }) {
      Object.assign(this, { radius, rim, rimColour, alpha });
      this.reach = radius + rim + 0.5;
      this.side = Math.ceil(2 * this.reach) + 1;
      this.shapes = Array.from({ length: PARTS * PARTS }, (_, way) => this.shape(way % PARTS, Math.floor(way / PARTS)));
      this.stamps = new Map(); // by colour, a list of the ways in which it has lain so far
    }

    /** How much of each pixel a disc covers that lies so, and which part of that is its rim: 0 to 1. */
    shape(column, row) {
      const { side, radius, rim, reach } = this;
      const middle = (part) => reach + (part + 0.5) / PARTS;
      const shape = new Float32Array(2 * side * side);
      for (let at = 0; at < side * side; at += 1) {
        const away = Math.hypot((at % side) + 0.5 - middle(column), Math.floor(at / side) + 0.5 - middle(row));
        const outer = covered(radius + rim - away);
        shape[2 * at] = outer;
        shape[2 * at + 1] = outer && 1 - covered(radius - away) / outer;
      }
      return shape;
    }

    /** The disc in a colour, 0xbbggrr, lying in one of the ways. */
    stamp(colour, way) {
      let ways = this.stamps.get(colour);
      if (!ways) this.stamps.set(colour, (ways = []));
      return (ways[way] ??= this.coloured(colour, this.shapes[way]));
    }

    coloured(colour, shape) {
      const { alpha, rimColour } = this;
      const own = [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
      const stamp = new Uint32Array(shape.length / 2);
      for (let at = 0; at < stamp.length; at += 1) {
        const a = Math.round(255 * shape[2 * at] * alpha);
        if (!a) continue;
        const part = shape[2 * at + 1];
        const r = own[0] + (rimColour[0] - own[0]) * part;
        const g = own[1] + (rimColour[1] - own[1]) * part;
        const b = own[2] + (rimColour[2] - own[2]) * part;
        stamp[at] = (a << 24) | (b << 16) | (g << 8) | r;
      }
      return stamp;
    }

    /** Put a disc of a colour into an image, with its middle at x, y; it must lie inside. */
    put(pixels, width, x, y, colour) {
      const { side } = this;
      const left = x - this.reach;
      const top = y - this.reach;
      const column = Math.floor(left);
      const row = Math.floor(top);
      const way = Math.floor((top - row) * PARTS) * PARTS + Math.floor((left - column) * PARTS);
      const stamp = this.stamp(colour, way);
      let from = 0;
      let to = row * width + column;
      for (let line = 0; line < side; line += 1, to += width - side)
        for (let n = 0; n < side; n += 1, from += 1, to += 1) {
          const above = stamp[from];
          if (above >= 0xff000000 || (above && !pixels[to])) pixels[to] = above;
          else if (above) pixels[to] = over(above, pixels[to]);
        }
    }
  }

  /** How much of a pixel lies inside, as far as its middle is from the edge. */
  const covered = (inside) => Math.min(Math.max(inside + 0.5, 0), 1);

  /** One colour over another, both as 0xaabbggrr with the alpha not multiplied in. */
  function over(above, below) {
    const a = above >>> 24;
    const rest = ((below >>> 24) * (255 - a)) / 255;
    const all = a + rest;
    const part = a / all;
    const r = (below & 255) + ((above & 255) - (below & 255)) * part;
    const g = ((below >> 8) & 255) + (((above >> 8) & 255) - ((below >> 8) & 255)) * part;
    const b = ((below >> 16) & 255) + (((above >> 16) & 255) - ((below >> 16) & 255)) * part;
    return ((all << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }

  lab.MapStamps = MapStamps;
})();
