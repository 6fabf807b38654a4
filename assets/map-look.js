/* How the panorama is looked at: the painter, the points over it, and which part of it. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FIRST = "collage"; // of the painters
  const WHOLE = { x: 0.5, y: 0.5, zoom: 0 };
  const STEP = 1.6; // by which a press zooms
  const REST = 300; // milliseconds without a movement until it is said that nothing is in sight

  class MapLook {
    constructor(view) {
      this.view = view;
      this.painter = FIRST;
      this.points = false;
      const { root } = view;
      this.chips = [...root.querySelectorAll("[data-painter]")];
      this.pointsButton = root.querySelector("[data-map=points]");
      this.lasso = root.querySelector("[data-tool=lasso]");
      this.astray = root.querySelector(".lab-map-astray");
      const tools = {
        in: () => view.canvas.zoomBy(STEP),
        out: () => view.canvas.zoomBy(1 / STEP),
        home: () => view.canvas.home(),
        lasso: () => this.useLasso(view.canvas.mode !== "lasso"),
      };
      view.listen("click", ({ target }) => {
        const { painter } = target.closest("[data-painter]")?.dataset ?? {};
        const tool = tools[target.closest("[data-tool]")?.dataset.tool];
        // A second press leaves the points alone on the ground.
        if (painter) this.use(painter === this.painter ? "" : painter);
        if (target.closest("[data-map=points]")) this.showPoints(!this.points);
        tool?.();
      });
      view.listen("keydown", (event) => {
        if (event.key === "Escape" && view.canvas.mode === "lasso") this.useLasso(false);
      });
    }

    use(painter) {
      this.painter = painter;
      this.show();
      lab.settled?.(this.view);
    }

    showPoints(on) {
      this.points = on;
      this.show();
      this.view.colours.show();
      lab.settled?.(this.view);
    }

    useLasso(on) {
      this.view.canvas.mode = on ? "lasso" : "pan";
      this.lasso.setAttribute("aria-pressed", String(on));
    }

    /** The painter of the tiles, by the name that their addresses have; none where it is empty. */
    get tiles() {
      return this.painter === "painted" ? (this.view.paints?.painter ?? "") : this.painter;
    }

    /** Bring buttons and tiles to what is chosen. */
    show() {
      const { view, painter } = this;
      for (const chip of this.chips) chip.setAttribute("aria-pressed", String(chip.dataset.painter === painter));
      this.pointsButton.setAttribute("aria-pressed", String(this.points));
      view.root.dataset.paints = painter;
      if (!view.answer) return;
      const { key } = view.answer;
      const name = this.tiles;
      const folder = `${lab.root()}_lab/map/${key}/tile/${name}/${lab.theme(view.root)}`;
      if (folder === this.folder) return;
      this.folder = folder;
      view.canvas.tiles(name ? (z, x, y) => `${folder}/${z}/${x}/${y}` : null);
    }

    moved() {
      if (!this.view.player.playing) lab.settled?.(this.view);
      this.loaded();
    }

    /** Say where nothing is in sight: an empty panorama tells nobody the way back. */
    orient() {
      const { contexts, canvas, box } = this.view;
      const isSeen = (n) => {
        const [x, y] = canvas.at(n);
        return x >= 0 && y >= 0 && x <= box.clientWidth && y <= box.clientHeight;
      };
      const isEmpty = () => !contexts.sequence.some((_, n) => isSeen(n));
      const says = contexts.ready && !this.isWhole && isEmpty() ? "Nothing lies here. “Whole” leads back." : "";
      if (this.astray.textContent !== says) this.astray.textContent = says;
    }

    /* --- the part of a view ------------------------------------------- */

    leave() {
      clearTimeout(this.resting);
    }

    loaded() {
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.orient(), REST);
    }

    /** On another map the same place is another one: all of it is shown, or what a link says of the wanted one. */
    accept(_, { key, wanted_key: wanted }) {
      this.show();
      if (key !== this.key) this.view.canvas.view = this.place ?? WHOLE;
      if (key === wanted) this.place = undefined;
      this.key = key;
    }

    toQuery() {
      const query = {};
      if (this.painter !== FIRST) query.painter = this.painter;
      if (this.points) query.points = "1";
      const { x, y, zoom } = this.view.canvas.view;
      if (!this.isWhole) query.view = [x.toFixed(4), y.toFixed(4), zoom.toFixed(2)].join(",");
      return query;
    }

    /** Whether all of the map is seen. */
    get isWhole() {
      return this.view.canvas.view.zoom < 0.01;
    }

    restore(query) {
      const painter = query.get("painter") ?? FIRST;
      this.painter = ["", ...this.chips.map((chip) => chip.dataset.painter)].includes(painter) ? painter : FIRST;
      this.points = query.get("points") === "1";
      const [x, y, zoom] = (query.get("view") ?? "").split(",").map(Number);
      this.place = [x, y, zoom].every(Number.isFinite) ? { x, y, zoom } : WHOLE;
      this.key = undefined; // the map may be the same one, and the place another
    }

    get untouched() {
      return this.painter === FIRST && !this.points && this.isWhole;
    }
  }

  lab.MapLook = MapLook;
})();
