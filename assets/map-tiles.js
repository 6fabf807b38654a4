/*
 * The tiles of a panorama: which are seen, loading them, and drawing what there is so that
 * nothing flashes: until a tile is there its parent stands in for it, or its children do.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LEAST = 150; // pixels of the page to a tile's side, from which up to twice as many
  const DEEPEST = 8;
  const AT_ONCE = 6; // as many as a browser has connections to a server
  const FADE = 120; // milliseconds
  const AGAIN = 800; // milliseconds until a tile that failed is asked for once more
  const WORK = 7; // milliseconds of a frame for turning drawings into pixels
  const MOST = 24e6; // pixels that are kept: 100 MB

  /** The pictures of one panorama, by z/x/y. */
  class Sheet {
    constructor(urlOf) {
      this.urlOf = urlOf;
      this.tiles = new Map();
    }

    tile(z, x, y) {
      return this.tiles.get(`${z}/${x}/${y}`);
    }

    /** A tile that has pixels already. */
    drawn(z, x, y) {
      const tile = this.tile(z, x, y);
      return tile?.pixels && tile;
    }

    load(place, changed) {
      const key = place.join("/");
      const tile = this.tiles.get(key) ?? { key, tries: 0 };
      this.tiles.set(key, tile);
      const image = (tile.image = new Image());
      tile.state = "loading";
      tile.tries += 1;
      image.src = this.urlOf(...place);
      image.decode().then(
        () => {
          if (tile.image !== image) return;
          tile.state = "there";
          changed();
        },
        () => {
          if (tile.image !== image) return;
          tile.state = tile.tries > 1 ? "failed" : "waiting";
          changed(); // another may be asked for in its place
          if (tile.tries === 1) tile.retry = setTimeout(() => ((tile.state = "again"), changed()), AGAIN);
        },
      );
    }

    /** What is no longer wanted need not come. */
    drop(tile) {
      clearTimeout(tile.retry);
      const { image } = tile;
      tile.image = undefined;
      image?.removeAttribute("src");
      this.tiles.delete(tile.key);
    }

    leave() {
      [...this.tiles.values()].forEach((tile) => this.drop(tile));
    }
  }

  class MapTiles {
    /** @param changed is called when there is something new to draw */
    constructor(changed) {
      this.changed = changed;
      this.sheet = this.before = undefined;
    }

    /** Show another panorama, or none; the last one that was complete stays until this one is there. */
    show(urlOf) {
      const stays = this.complete ? this.sheet : this.before;
      const kept = urlOf ? stays : undefined;
      for (const one of [this.sheet, this.before]) if (one !== kept) one?.leave();
      this.before = kept;
      this.sheet = urlOf ? new Sheet(urlOf) : undefined;
      this.complete = false;
    }

    /** Whether all that is seen is there, or there is nothing to see. */
    get isComplete() {
      return this.complete || !this.sheet;
    }

    /** The level whose tiles have between LEAST and twice as many pixels to a side. */
    static level(scale) {
      return Math.min(Math.max(Math.floor(Math.log2(scale / LEAST)), 0), DEEPEST);
    }

    /** The tiles of a level that a camera sees, those in the middle first. */
    static seen(camera, z) {
      const n = 2 ** z;
      const cell = (at) => Math.min(Math.max(Math.floor(at * n), 0), n - 1);
      const [left, top] = camera.toPlace(0, 0).map(cell);
      const [right, bottom] = camera.toPlace(camera.width, camera.height).map(cell);
      const found = [];
      for (let y = top; y <= bottom; y += 1) for (let x = left; x <= right; x += 1) found.push([z, x, y]);
      const away = ([, x, y]) => Math.hypot((x + 0.5) / n - camera.x, (y + 0.5) / n - camera.y);
      return found.sort((one, other) => away(one) - away(other));
    }

    /** Where a tile lies on a canvas, in whole pixels, so that no seam shows. */
    static boxOf(camera, ratio, z, x, y) {
      const n = 2 ** z;
      const pixel = (column, row) => camera.toPixel(column / n, row / n).map((at) => Math.round(at * ratio));
      const [left, top] = pixel(x, y);
      const [right, bottom] = pixel(x + 1, y + 1);
      return [left, top, right - left, bottom - top];
    }

    /**
     * Draw what is seen, and ask for what is missing.
     * @param calm whether nothing is moving: only then is a picture made sharp that is there already
     * @param still whether nothing may fade
     * @returns whether there is more to draw at the next frame
     */
    draw(pen, camera, ratio, { now, calm, still }) {
      this.complete = true;
      if (!this.sheet) return false;
      const z = MapTiles.level(camera.scale);
      const places = MapTiles.seen(camera, z);
      const side = Math.ceil((camera.scale * ratio) / 2 ** z);
      this.ask(places);
      let more = this.sharpen(places, side, calm, still ? -Infinity : now);
      pen.imageSmoothingQuality = "medium";
      for (const place of places) {
        const box = MapTiles.boxOf(camera, ratio, ...place);
        const own = this.sheet.drawn(...place);
        const share = own ? Math.min((now - own.since) / FADE, 1) : 0;
        if (share < 1) this.standIn(pen, camera, ratio, place, box);
        if (own) {
          pen.globalAlpha = share;
          pen.drawImage(own.pixels, ...box);
          pen.globalAlpha = 1;
          own.used = now;
        }
        more ||= Boolean(own) && share < 1;
        this.complete &&= share === 1 || this.sheet.tile(...place)?.state === "failed";
      }
      if (this.complete && !more) this.tidy(now);
      return more;
    }

    /** What stands where a tile is not yet: its parent, its children, or what was there before. */
    standIn(pen, camera, ratio, place, box) {
      for (const sheet of [this.sheet, this.before]) {
        if (!sheet) continue;
        const own = sheet === this.before && sheet.drawn(...place);
        if (own) return void pen.drawImage(own.pixels, ...box);
        if (this.drawParent(pen, sheet, place, box) || this.drawChildren(pen, camera, ratio, sheet, place)) return;
      }
    }

    drawParent(pen, sheet, [z, x, y], box) {
      for (let up = 1; up <= z; up += 1) {
        const n = 2 ** up;
        const parent = sheet.drawn(z - up, Math.floor(x / n), Math.floor(y / n));
        if (!parent) continue;
        const part = parent.pixels.width / n;
        pen.drawImage(parent.pixels, (x % n) * part, (y % n) * part, part, part, ...box);
        return true;
      }
      return false;
    }

    drawChildren(pen, camera, ratio, sheet, [z, x, y]) {
      const places = [0, 1, 2, 3].map((n) => [z + 1, 2 * x + (n % 2), 2 * y + Math.floor(n / 2)]);
      const children = places.filter((place) => sheet.drawn(...place));
      for (const place of children) pen.drawImage(sheet.drawn(...place).pixels, ...MapTiles.boxOf(camera, ratio, ...place));
      return children.length > 0;
    }

    /** Ask for what is missing, and no longer for what has left the view. */
    ask(places) {
      const wanted = new Set(places.map((place) => place.join("/")));
      let loading = 0;
      for (const tile of [...this.sheet.tiles.values()]) {
        if (tile.state !== "loading") continue;
        if (wanted.has(tile.key)) loading += 1;
        else this.sheet.drop(tile);
      }
      for (const place of places) {
        if (loading >= AT_ONCE) return;
        const { state } = this.sheet.tile(...place) ?? { state: "again" };
        if (state !== "again") continue;
        this.sheet.load(place, this.changed);
        loading += 1;
      }
    }

    /** Turn drawings into pixels, as long as a frame has time; tells whether some are left. */
    sharpen(places, side, calm, now) {
      const began = performance.now();
      for (const place of places) {
        const tile = this.sheet.tile(...place);
        if (tile?.state !== "there" || tile.pixels?.width === side || (tile.pixels && !calm)) continue;
        if (performance.now() - began > WORK) return true;
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = side;
        canvas.getContext("2d").drawImage(tile.image, 0, 0, side, side);
        tile.pixels = canvas;
        tile.since ??= now;
      }
      return false;
    }

    /** All is there: forget what was shown before, and of the rest what was not used for longest. */
    tidy(now) {
      this.before?.leave();
      this.before = undefined;
      const drawn = [...this.sheet.tiles.values()].filter(({ pixels }) => pixels);
      let kept = drawn.reduce((sum, { pixels }) => sum + pixels.width ** 2, 0);
      for (const tile of drawn.sort((one, other) => one.used - other.used)) {
        if (kept <= MOST || tile.used === now) return; // what is seen is never too much
        kept -= tile.pixels.width ** 2;
        this.sheet.drop(tile);
      }
    }

    leave() {
      this.before?.leave();
      this.sheet?.leave();
    }
  }

  lab.MapTiles = MapTiles;
})();
