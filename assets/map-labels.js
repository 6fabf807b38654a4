/*
 * The names on a map: the coarse ones in the overview, finer ones on zooming in, none over
 * another. Which there is room for depends on the zoom alone, so that none comes or goes
 * while the map is moved.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const EACH = 0.9; // doublings from a level of names to the next
  const LASTS = 3; // doublings until the names of a level go, if there is a finer one
  const STEPS = 4; // a doubling, at which it is decided anew which there is room for
  const WEIGHTS = [700, 600, 500];
  const LETTERS = [14, 12.5, 11.5]; // pixels: their size
  const LINE = 1.28; // of it, from line to line
  const SMALL = [440, 0.85]; // pixels of a frame where they are smaller, and by how much
  const LONG = 22; // letters from which a name takes two lines
  const LONGEST = 34; // letters of a line
  const APART = [6, 4]; // pixels between two names
  const SAME = 170; // pixels within which a name is not said twice
  const RIM = 22; // pixels beyond the frame that a name may take
  const FADE = 120; // milliseconds
  const LONE = /‘([^\p{L}\p{N}])’/gu; // a sign between its quotes
  const LARGER = 1.5; // times: the letters of a name that is no more
  const ALONE = 5; // letters of such a name, with quotes and spaces

  const ruler = document.createElement("canvas").getContext("2d");

  class MapLabels {
    constructor() {
      this.load([]);
    }

    /** @param levels from the coarsest on, each a list of {name, x, y, count, level, region} */
    load(levels) {
      this.levels = levels;
      this.all = levels.flatMap((level, rank) =>
        level.map((label) => ({ ...label, given: label, rank, lines: linesOf(parted(label.name)), last: rank === levels.length - 1 })),
      );
      // By rank and size: what comes first has its place.
      this.all.sort((one, other) => one.rank - other.rank || other.count - one.count);
      this.fading = new Map(); // label → how much of it is seen, 0 to 1
      this.step = this.drawnAt = undefined;
    }

    /** Other fonts or colours. */
    restyle() {
      for (const label of this.all) label.sprite = label.size = undefined;
      this.step = undefined;
    }

    get shrunk() {
      return this.whole < SMALL[0] ? SMALL[1] : 1;
    }

    /** Find the labels that there is room for. */
    place(camera, tones) {
      const step = Math.floor(camera.zoom * STEPS + 1e-6);
      if (step === this.step && camera.whole === this.whole) return;
      if (camera.whole < SMALL[0] !== this.whole < SMALL[0]) this.restyle();
      Object.assign(this, { step, whole: camera.whole });
      // At the least zoom of the step, where they are closest: with more of it they only part.
      const zoom = step / STEPS;
      const scale = camera.whole * 2 ** zoom;
      this.placed = [];
      for (const label of this.all) {
        const from = EACH * label.rank;
        if (zoom + 0.5 / STEPS < from || (zoom >= from + LASTS && !label.last)) continue;
        const box = this.boxOf(label, scale, tones);
        if (!this.placed.some((other) => clash(box, other.box) || repeats(label, box, other))) this.placed.push({ label, box });
      }
      this.wanted = new Set(this.placed.map(({ label }) => label));
    }

    /** Where a label lies, in pixels from the corner of the frame; it keeps to the frame. */
    boxOf(label, scale, tones) {
      label.size ??= sizeOf(label, this.shrunk, tones);
      const { width, height } = label.size;
      const keep = (at, half) => Math.min(Math.max(at, half - RIM), Math.max(scale + RIM - half, half - RIM));
      const x = keep(label.x * scale, width / 2);
      const y = keep(label.y * scale, height / 2);
      return { left: x - width / 2, top: y - height / 2, width, height };
    }

    /** Draw them; tells whether some are still coming or going. */
    draw(pen, camera, ratio, tones, { now, still }) {
      this.place(camera, tones);
      const passed = still || this.drawnAt === undefined ? FADE : Math.min(now - this.drawnAt, FADE / 3);
      this.drawnAt = now;
      let more = false;
      const [left, top] = camera.toPixel(0, 0);
      for (const label of new Set([...this.wanted, ...this.fading.keys()])) {
        const goal = this.wanted.has(label) ? 1 : 0;
        const before = this.fading.get(label) ?? 0;
        const seen = before + Math.sign(goal - before) * Math.min(passed / FADE, Math.abs(goal - before));
        if (seen === 0) this.fading.delete(label);
        else this.fading.set(label, seen);
        more ||= seen !== goal;
        const box = this.boxOf(label, camera.scale, tones);
        label.at = { left: left + box.left, top: top + box.top };
        if (seen > 0 && isIn(label, camera)) this.stamp(pen, label, ratio, tones, seen);
      }
      pen.globalAlpha = 1;
      this.drawnAt = more ? now : undefined;
      return more;
    }

    stamp(pen, label, ratio, tones, seen) {
      if (label.sprite?.ratio !== ratio) label.sprite = spriteOf(label, ratio, tones);
      pen.globalAlpha = seen;
      // On whole pixels, or letters blur.
      pen.drawImage(label.sprite.canvas, Math.round(label.at.left * ratio), Math.round(label.at.top * ratio));
    }

    /** The label under a pixel that stands for a region. */
    under(x, y) {
      return [...this.fading.keys()].find(
        ({ at, size, region }) =>
          region !== undefined && x >= at.left && y >= at.top && x <= at.left + size.width && y <= at.top + size.height,
      );
    }
  }

  const isIn = ({ at, size }, { width, height }) =>
    at.left < width && at.top < height && at.left + size.width > 0 && at.top + size.height > 0;

  const clash = (one, other) =>
    one.left < other.left + other.width + APART[0] &&
    other.left < one.left + one.width + APART[0] &&
    one.top < other.top + other.height + APART[1] &&
    other.top < one.top + one.height + APART[1];

  const repeats = (label, box, other) =>
    label.name === other.label.name && Math.hypot(box.left - other.box.left, box.top - other.box.top) < SAME;

  /** A sign alone between its quotes would read as one sign with them: they stand apart from it. */
  const parted = (name) => name.replaceAll(LONE, "‘\u2005$1\u2005’");

  /** A long name on two lines, broken at the comma or space nearest to its middle. */
  function linesOf(name) {
    const short = (line) => ([...line].length > LONGEST ? `${[...line].slice(0, LONGEST - 1).join("")}…` : line);
    if (name.length <= LONG) return [name];
    const breaks = [...name.matchAll(/ /g)].map(({ index }) => index);
    // After a comma rather than anywhere.
    const cost = (at) => Math.abs(at - name.length / 2) - (name[at - 1] === "," ? 6 : 0);
    const at = breaks.sort((one, other) => cost(one) - cost(other))[0];
    return (at ? [name.slice(0, at), name.slice(at + 1)] : [name]).map(short);
  }

  const of = (list, rank) => list[Math.min(rank, list.length - 1)];

  const fontOf = (rank, letters, tones) => `${of(WEIGHTS, rank)} ${letters}px ${tones.font}`;

  function sizeOf({ lines, rank }, shrunk, tones) {
    const larger = lines.join("").length <= ALONE ? LARGER : 1;
    const letters = of(LETTERS, rank) * shrunk * larger;
    ruler.font = fontOf(rank, letters, tones);
    const width = Math.max(...lines.map((line) => ruler.measureText(line).width)) + 8;
    return { letters, width: Math.ceil(width), height: Math.ceil(LINE * letters * lines.length + 4) };
  }

  /** A name as a picture: writing it at every frame would take longer than all the rest. */
  function spriteOf({ lines, rank, size }, ratio, tones) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(size.width * ratio);
    canvas.height = Math.ceil(size.height * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = fontOf(rank, size.letters, tones);
    Object.assign(pen, { textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    Object.assign(pen, { lineWidth: 4, strokeStyle: tones.panel, fillStyle: tones.text });
    lines.forEach((line, n) => {
      const at = [size.width / 2, 2 + LINE * size.letters * (n + 0.5)];
      pen.strokeText(line, ...at);
      pen.fillText(line, ...at);
    });
    return { canvas, ratio };
  }

  lab.MapLabels = MapLabels;
})();
