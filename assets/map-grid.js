/* An index of places by the cells of a grid: which lie in a rectangle, near a pixel, or inside a line. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const EACH = 4; // places in a cell, on average
  const MOST = 256; // cells to a side

  class MapGrid {
    /** @param places Float32Array of 2N: x and y of each, from 0 to 1 */
    constructor(places) {
      const N = places.length / 2;
      const side = Math.min(Math.max(Math.ceil(Math.sqrt(N / EACH)), 1), MOST);
      const cells = Uint32Array.from({ length: N }, (_, n) => {
        const [column, row] = [places[2 * n], places[2 * n + 1]].map((at) => cellOf(at, side));
        return row * side + column;
      });
      this.side = side;
      this.start = new Uint32Array(side * side + 1);
      for (const cell of cells) this.start[cell + 1] += 1;
      for (let cell = 0; cell < side * side; cell += 1) this.start[cell + 1] += this.start[cell];
      const next = this.start.slice();
      this.order = new Uint32Array(N);
      // Their places in the order of the cells, so that drawing runs through memory once.
      this.places = new Float32Array(2 * N);
      for (let n = 0; n < N; n += 1) {
        const k = next[cells[n]]++;
        this.order[k] = n;
        this.places.set(places.subarray(2 * n, 2 * n + 2), 2 * k);
      }
    }

    /** Visit the ranges of this.order that may lie in a rectangle, row by row. */
    each(left, top, right, bottom, visit) {
      const { side, start } = this;
      const [first, last] = [cellOf(left, side), cellOf(right, side)];
      for (let row = cellOf(top, side); row <= cellOf(bottom, side); row += 1)
        visit(start[row * side + first], start[row * side + last + 1]);
    }

    /** The place nearest to another within a distance; nothing where there is none. */
    nearest(x, y, distance) {
      let found;
      let least = distance * distance;
      this.each(x - distance, y - distance, x + distance, y + distance, (from, to) => {
        for (let k = from; k < to; k += 1) {
          const away = (this.places[2 * k] - x) ** 2 + (this.places[2 * k + 1] - y) ** 2;
          if (away <= least) [found, least] = [this.order[k], away];
        }
      });
      return found;
    }

    /** The places inside a closed line, given as a list of [x, y], in their own order. */
    inside(line) {
      const [xs, ys] = [line.map(([x]) => x), line.map(([, y]) => y)];
      const found = [];
      this.each(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (from, to) => {
        for (let k = from; k < to; k += 1)
          if (surrounds(line, this.places[2 * k], this.places[2 * k + 1])) found.push(this.order[k]);
      });
      return Int32Array.from(found).sort();
    }
  }

  const cellOf = (at, side) => Math.min(Math.max(Math.floor(at * side), 0), side - 1);

  /** Whether a ray from a place crosses the line an odd number of times. */
  function surrounds(line, x, y) {
    let inside = false;
    let [fromX, fromY] = line.at(-1);
    for (const [toX, toY] of line) {
      const crosses = toY > y !== fromY > y && x < ((fromX - toX) * (y - toY)) / (fromY - toY) + toX;
      if (crosses) inside = !inside;
      [fromX, fromY] = [toX, toY];
    }
    return inside;
  }

  lab.MapGrid = MapGrid;
})();
