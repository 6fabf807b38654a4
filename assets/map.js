/*
 * The Map view in the browser: sends the settings, keeps the contexts, shows and plays them.
 *
 * What is looked at (painter, colours, choice, search, place) is never asked of the server
 * by the view's request: its parts keep it, and it is in links. Each part can have
 * "loaded", called when the contexts of a map are there. What is pointed at, chosen or
 * marked is told to others on the page by the event "lab-map" on the root.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = ".lab-number, .lab-sequence";
  const REST = 900; // milliseconds without a change until a worker is asked
  const CONTROLS = { sequence: "sequence", text: "text", layer: "layer", what: "what", source: "source", model: "source" };

  class MapView extends lab.View {
    constructor(root, config) {
      super(root, config, "map", TYPING);
      this.box = root.querySelector(".lab-map-box");
      this.contexts = new lab.MapContexts(this);
      this.canvas = new lab.MapCanvas(this.box, {
        hover: (n, x, y) => this.hovering.show(n, x, y),
        click: (at, event) => this.choice.clicked(at, event),
        lassoed: (ids) => this.choice.select([...ids]),
        moved: () => this.look.moved(),
      });
      this.models = lab.mapModels(this);
      this.shared = new lab.SharedLook(this);
      this.matrices = new lab.MapMatrices(this);
      this.look = new lab.MapLook(this);
      this.colours = new lab.MapColours(this);
      this.choice = new lab.MapChoice(this);
      this.finding = new lab.MapFinding(this);
      this.path = new lab.MapPath(this);
      this.progress = new lab.MapProgress(this);
      this.hovering = new lab.MapHover(this);
      const { look, colours, choice, finding, path, progress, matrices } = this;
      this.parts.push(this.shared, look, colours, choice, finding, path, progress, matrices, new lab.MapTrust(this));
      if (lab.MapPaint) this.parts.push((this.paints = new lab.MapPaint(this)));
      // The bar's own time is the player's.
      const own = (element) => !element.matches("[data-transport] :is([data-value=t], [data-value=status])");
      this.live = [...root.querySelectorAll("data[data-value], data[data-part]")].filter(own);
      const resized = () => this.ready && this.drawSoon();
      window.addEventListener("resize", resized, { signal: this.ending.signal });
    }

    leave() {
      super.leave();
      this.models.leave();
      this.canvas.leave();
    }

    /** Tell others on the page what is pointed at, chosen or marked here. */
    tell(what, detail) {
      this.root.dispatchEvent(new CustomEvent("lab-map", { detail: { what, ...detail } }));
    }

    /* --- asking ------------------------------------------------------- */

    offer(settings, options = {}) {
      const tooLong = () => {
        const count = [...settings.text].length.toLocaleString("en");
        const most = lab.MapMatrices.LONGEST.toLocaleString("en");
        return { message: `The text has ${count} characters. Use at most ${most}.`, field: "text" };
      };
      const wanted = { ...settings, ...this.ofParts("settings") };
      // What an answer set in the controls comes back as a change; it is none.
      if (settings.t === undefined && same(wanted, this.asking.wanted)) return;
      const isSlow = options.typing && this.makesAnother(wanted);
      this.ask(wanted, settings.text, tooLong, options);
      if (!isSlow || this.asking.next !== wanted) return;
      // Each number on the way would be a map that a worker makes for minutes.
      clearTimeout(this.asking.timer);
      this.asking.timer = setTimeout(() => this.asking.flush(), REST);
    }

    /** As the server counts: a letter of two code units is one character. */
    isTooLong(text) {
      return [...text].length > lab.MapMatrices.LONGEST;
    }

    /** Whether another map would be made, and not only another path be walked on it. */
    makesAnother(wanted) {
      return wanted.projection === "umap" && !same({ ...wanted, sequence: "" }, { ...this.asking.shown, sequence: "" });
    }

    /** The same settings once more: something has become of what they ask for. */
    again(more) {
      const { wanted } = this.asking;
      if (wanted) this.asking.offer({ ...wanted, ...this.ofParts("settings"), ...more, t: undefined });
    }

    /** What is shown once more, as its map may be made by now; what was refused meanwhile stays in the controls. */
    renew(more) {
      const { asking } = this;
      if (asking.awaited || asking.next) return; // the answer to that will tell
      const settings = asking.refused === asking.wanted ? asking.shown : asking.wanted;
      asking.next = { ...settings, ...this.ofParts("settings"), ...more, t: undefined };
      asking.flush();
    }

    fallback() {
      const { hash, layer, what, sequence } = this.config.start;
      const { numbers } = this.config;
      const laid = { projection: "umap", metric: "cosine", way: "relief" };
      const source = { kind: "model", hash };
      return { ...numbers, ...laid, source, layer, what, sequence, text: "", text_of: "", ...this.ofParts("settings") };
    }

    /** A complaint is seen, though its field is folded away. */
    mark(name) {
      super.mark(name);
      const folded = name && this.field(name)?.closest("details");
      if (folded) folded.open = true;
    }

    field(name) {
      const control = CONTROLS[name];
      return control ? document.getElementById(lab.live.domId(this.id(control))) : super.field(name);
    }

    /* --- answers ------------------------------------------------------ */

    accept(asked, answer) {
      const isOther = answer.key !== this.answer?.key;
      const before = this.T;
      const sequence = this.asked?.sequence;
      this.answer = answer;
      this.asked = asked;
      // Where fewer layers are, the last was taken: the control says which.
      if (asked === this.asking.wanted) Object.assign(asked, { layer: answer.source.layer, what: answer.source.what });
      this.T = answer.path?.tokens.length ?? 0;
      this.describe();
      if (isOther) this.canvas.labels(this.names());
      if (isOther) this.contexts.load(answer.key);
      const isSame = before === this.T && sequence === asked.sequence;
      asked.t ??= isSame ? undefined : this.T;
      this.accepted(asked, answer);
      if (isSame && asked.t === undefined) this.player.changed();
      else this.start(asked, Math.max(this.T, ...this.shared.others.map((one) => one.T ?? 0)));
      this.drawSoon();
      if (this.told) this.alert(this.told);
      this.told = undefined;
    }

    /** The names on the map: of regions from coarse to fine, and deeper down of tiles. */
    names() {
      const { regions, tiles } = this.answer;
      const named = regions.map((list, level) => list.map((one, region) => ({ ...one, level, region })));
      const deep = [...new Set(tiles.map(({ level }) => level))].filter((level) => level > 3);
      return [...named, ...deep.map((level) => tiles.filter((one) => one.level === level).map(({ level: _, ...one }) => one))];
    }

    /** The contexts of the map that is shown are there. */
    loaded() {
      this.canvas.load(this.contexts.places);
      this.toParts("loaded");
      this.root.dataset.map = this.answer.key;
      this.root.classList.remove("is-loading");
      this.tell("loaded");
    }

    /** Say in the controls what the answer is about. */
    describe() {
      const { answer, root } = this;
      const { source } = answer;
      root.classList.toggle("is-matrix", source.kind === "matrix");
      this.models.describe({ source: source.kind === "model" ? "file" : "", hash: source.hash });
      const write = (selector, words) => {
        const place = root.querySelector(selector);
        if (place.textContent !== words) place.textContent = words;
      };
      write(".lab-what", `${source.units.toLocaleString("en")} units.`);
      lab.mapRecord.say(root.querySelector(".lab-map-note"), answer.shown.says);
      const count = answer.shown.count.toLocaleString("en");
      this.box.setAttribute("aria-label", `Map of ${count} contexts. Arrows move it, + and − zoom, Home shows all of it.`);
      write(".lab-map-whose", this.asked.text ? "your own" : "held-out");
      write(".lab-map-how", answer.shown.projection === "umap" ? "UMAP is shown" : "PCA is shown");
      const key = JSON.stringify([source.layers, source.whats, source.layer, source.what]);
      if (key === this.controlsKey) return;
      this.controlsKey = key;
      const layers = source.layers.map((label, n) => ({ value: String(n), label }));
      this.set("layer", { options: layers, value: String(source.layer) });
      this.set("what", { options: source.whats, value: source.what });
    }

    draw() {
      this.set("gain", { figure: this.answer.figures.gain });
    }

    restyle() {
      super.restyle();
      this.canvas.restyle();
      if (!this.contexts.ready) return;
      this.look.show();
      this.colours.show();
    }

    /* --- playing ------------------------------------------------------ */

    paint(now, words) {
      if (!this.answer) return;
      const t = Math.min(now, this.T);
      this.canvas.paint(t);
      if (words) {
        const frame = { t, status: this.player.status, ...this.path.frame(t) };
        for (const element of this.live) lab.numbers.fill(element, frame);
      }
      this.toParts("paint", t, words);
      if (!this.player.playing) lab.settled?.(this);
    }

    /* --- links -------------------------------------------------------- */

    get ready() {
      return Boolean(this.answer);
    }

    /** What is mapped in a few words. */
    get title() {
      const { source, shown } = this.answer;
      const what = source.whats.find(({ value }) => value === this.asked.what)?.label;
      const projection = shown.projection === "umap" ? "UMAP" : "PCA";
      return [source.title, source.layers[source.layer], what, projection].filter(Boolean).join(" · ");
    }

    toQuery() {
      return { ...lab.mapLink.settings(this), t: this.player.t, ...this.ofParts("toQuery") };
    }

    get untouched() {
      return this.partsUntouched && this.player.t === this.T && lab.mapLink.untouched(this);
    }

    takeAway() {
      const plot = this.root.querySelector("[data-figure=gain] .js-plotly-plot");
      return this.withParts({
        about: this.title,
        figures: [{ name: "Mutual-kNN gain", plot }],
        files: lab.mapFiles(this),
      });
    }
  }

  const same = (one, other) => Boolean(other) && JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
  const sorted = ({ t, ...settings }) => Object.entries(settings).sort();

  lab.MapView = MapView;
})();
