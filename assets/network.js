/* The Network view in the browser: sends the settings, keeps the rows, plays them. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = ".lab-number, .lab-sequence";
  const GATES = ["f", "i", "o", "g"];
  const TITLE = 17; // pixels over a heat map

  /** Tokens that cannot be seen, made visible. */
  const VISIBLE = { " ": "␣", "\n": "⏎", "\t": "⇥" };
  const visible = (token) => VISIBLE[token] ?? (token.trim() ? token : "␣");

  const largest = (array) => array.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  class NetworkView extends lab.View {
    constructor(root, config) {
      super(root, config, "network", TYPING);
      this.shown = { unit: config.examples[config.start].unit, first: null };
      const box = (name) => root.querySelector(`[data-figure=${name}]`);
      const react = (name) => ({
        click: (t, event) => {
          this.shown.before = this.shown.unit;
          this.pointing.clicked(name, t, event);
        },
        back: (t) => {
          this.player.seek(t);
          this.pin(this.shown.before ?? this.shown.unit);
        },
        zoom: (range, from) => {
          this.zoom(range, from);
          this.shared.tell({ zoom: range ?? null });
        },
      });
      const columns = (name) => new lab.Columns(box(name), this.id(name), react(name));
      this.heat = columns("heatmaps");
      this.small = columns("small");
      this.states = { c: columns("state_c"), h: columns("state_h") };
      this.figureList = [this.heat, this.states.c, this.states.h, this.small];
      this.explainer = new lab.Explainer(root, words(config), () => ({ frame: this.frame }));
      this.controls = new lab.NetworkControls(this);
      this.pointing = new lab.Pointing(this);
      this.tokens = new lab.Tokens(root.querySelector(".lab-tokens"), this.heat);
      this.sums = new lab.Sums(root);
      this.units = new lab.Units(root, {
        pin: (row) => this.pinRow(row),
        point: (row, event) => this.pointing.sayRow(row, this.player.t, event),
        leave: () => this.explainer.leave(),
      });
      this.models = new lab.Models(this);
      this.shared = new lab.SharedLook(this);
      this.intervening = new lab.Intervening(this);
      this.reaching = new lab.Reaching(this);
      this.parts.push(this.shared, this.intervening, this.reaching, new lab.ToLens(this));
      this.heat.placed = (left, right) => this.tokens.place(left, right);
      this.hear(box("saturation"));
      // The bar's own time is the player's: another run of the comparison may be longer.
      const own = (element) => !element.matches("[data-transport] :is([data-value=t], [data-value=status])");
      this.live = [...root.querySelectorAll("data[data-value], data[data-part]")].filter(own);
      this.showFuture();
    }

    hear(saturation) {
      const { root } = this;
      this.listen("lab-switch", (event) => {
        const name = event.target.dataset.switch;
        this.switched(name);
        this.shared.switched(name);
      });
      for (const figure of this.figureList) {
        figure.box.addEventListener("pointermove", (event) => this.pointing.point(figure, event));
        figure.box.addEventListener("pointerleave", () => this.explainer.leave());
      }
      saturation.addEventListener("click", (event) => {
        const unit = this.pointing.nearestGate(saturation, event)?.unit;
        if (unit !== undefined) this.pin(unit);
      });
      saturation.addEventListener("pointermove", (event) => {
        const near = this.pointing.nearestGate(saturation, event);
        if (near) this.pointing.sayGate(near, event);
        else this.explainer.leave();
      });
      saturation.addEventListener("pointerleave", () => this.explainer.leave());
      const resized = () => this.answer && this.drawSoon();
      window.addEventListener("resize", resized, { signal: this.ending.signal });
      const number = root.querySelector(".lab-unit-number");
      number.addEventListener("change", () => this.pin(Number(number.value)));
      const first = root.querySelector(".lab-first");
      first.addEventListener("change", () => {
        this.shown.first = first.value === "" ? null : Number(first.value);
        this.again();
        this.shared.tell({ first: this.shown.first });
      });
      root.querySelector(".lab-stack").addEventListener("click", (event) => {
        const layer = event.target.closest("[data-layer]")?.dataset.layer;
        if (layer !== undefined) this.set("layer", { value: layer });
      });
    }

    leave() {
      super.leave();
      this.explainer.stop();
      this.models.leave();
    }

    /* --- asking ------------------------------------------------------- */

    offer(settings, options) {
      const tooLong = () => {
        const count = settings.text.length.toLocaleString("en");
        const most = this.config.longest.toLocaleString("en");
        const message = `The text has ${count} characters. Use at most ${most} steps at a time: a page or less.`;
        return { message, field: "text" };
      };
      const wanted = { ...settings, ...this.looks() };
      // What an answer set in the controls comes back as a change; it is none.
      if (settings.t === undefined && same(wanted, this.asking.wanted)) return;
      this.ask(wanted, settings.text, tooLong, options);
    }

    /** What is shown of the run, which no control of Dash keeps. */
    looks() {
      return {
        unit: this.shown.unit,
        first: this.shown.first,
        candidate: lab.switches.isOn("candidate", this.root),
        as_heat: lab.switches.isOn("heat", this.root),
        ...this.ofParts("settings"),
      };
    }

    /** The same run, seen in another way. */
    again() {
      const { wanted } = this.asking;
      if (wanted) this.asking.offer({ ...wanted, ...this.looks(), t: undefined });
    }

    fallback() {
      const example = this.config.examples[this.config.start];
      const { source, text, reads, unit } = example;
      const model = { ...this.config.numbers, layers: "1", kind: "glorot", source, hash: "" };
      return { model, text, reads, order: "given", layer: 0, ...this.looks(), unit };
    }

    /** A text that a model which was just opened cannot read is replaced by one that it can. */
    refuse(asked, error) {
      const { source, hash } = asked.model;
      const isInUse = this.asked?.model.hash === hash;
      const isOwn = this.shared.leads && error.field === "text";
      if (source !== "file" || !isOwn || isInUse || this.spared === hash) {
        super.refuse(asked, error);
        return;
      }
      this.spared = hash; // once: a text that the reader types then is the reader's own
      this.models.sample(hash).then((text) => {
        if (text === undefined) {
          super.refuse(asked, error);
          return;
        }
        this.set("chosen", { data: { kind: "model", source: `file:${hash}`, text, at: performance.now() } });
        this.told = `${error.message} A text that it can read was put in its place.`;
      });
    }

    /** Look at a unit in all panels. */
    pin(unit) {
      const last = (this.answer?.sizes[this.answer.layer] ?? 1) - 1;
      this.shownUnit(Math.min(Math.max(Math.round(unit) || 0, 0), last));
      this.shared.tell({ unit: this.shown.unit });
    }

    shownUnit(unit) {
      this.shown.unit = unit;
      this.root.querySelector(".lab-unit-number").value = unit;
      this.again();
    }

    pinRow(row) {
      const units = this.answer?.rows[row];
      if (units && !units.includes(this.shown.unit)) this.pin(units[0]);
    }

    field(name) {
      return name === "model" ? document.getElementById(lab.live.domId(this.id("source"))) : super.field(name);
    }

    /* --- answers ------------------------------------------------------ */

    accept(asked, answer) {
      const { decode } = lab.numbers;
      const before = this.answer?.tokens.join("\u0000");
      this.answer = answer;
      this.asked = asked;
      this.T = answer.tokens.length;
      const all = (arrays) =>
        Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, decode(array)]));
      this.readings = all(answer.readings);
      this.pinned = all(answer.pinned);
      this.levels = answer.levels.map(decode);
      this.loudest = Math.max(...this.levels.map(largest), 1e-6);
      this.series = all(answer.series);
      this.scales = Object.fromEntries(
        Object.entries(answer.series).map(([name, { scale }]) => [name, scale]),
      );
      this.visible = answer.tokens.map(visible);
      this.shown.unit = answer.unit;
      this.controls.describe();
      for (const place of this.root.querySelectorAll(".lab-tile .lab-length"))
        place.textContent = this.T;
      this.units.load(answer.rows, this.reach(), this.isProjected);
      this.sums.load(answer);
      // Over the same text time stays where it is, whatever else changed.
      const sameText = before === answer.tokens.join("\u0000");
      if (sameText && asked.t === undefined) this.player.changed();
      else this.start(asked, this.T);
      this.shared.settle(this.T);
      this.drawSoon();
      this.accepted(asked, answer);
      if (this.told) this.alert(this.told);
      this.told = undefined;
    }

    /** Whether h has other values than one for each unit. */
    get isProjected() {
      return this.answer.outputs !== this.answer.sizes[this.answer.layer];
    }

    /** The value of a row at t; gates have none at t = 0. */
    value(name, row, t) {
      const state = name === "c" || name === "h";
      const columns = this.T + (state ? 1 : 0);
      const column = state ? t : t - 1;
      return column < 0 ? NaN : this.series[name][row * columns + column] * this.scales[name];
    }

    /** The largest magnitude of each state, for bars that never change their scale while playing. */
    reach() {
      const of = (name) => Math.max(largest(this.series[name]) * this.scales[name], 1e-6);
      return { f: 1, i: 1, o: 1, g: 1, c: of("c"), h: of("h") };
    }

    draw() {
      const { figures } = this.answer;
      // Titles of our own lie over the veil; Plotly's are for pictures that are taken away.
      const { annotations, ...layout } = figures.heatmaps.layout;
      this.heat.draw({ ...figures.heatmaps, layout: { ...layout, ...this.roomForTitles(layout) } });
      this.states.c.draw(figures.state_c);
      this.states.h.draw(figures.state_h);
      if (figures.layers) this.small.draw(figures.layers);
      this.set("saturation", { figure: figures.saturation });
      this.hearHeat();
    }

    /** Where the heat maps are low, the part of the height that is left between them is larger. */
    roomForTitles(layout) {
      const { t, b } = layout.margin;
      const room = TITLE / Math.max(this.heat.box.clientHeight - t - b, 1);
      const axes = Object.keys(layout).filter((name) => name.startsWith("yaxis"));
      const [, top] = layout.yaxis.domain;
      if (1 - top >= room || room > 0.5 / axes.length) return {};
      const lower = (name) => {
        const [bottom, end] = layout[name].domain;
        return [name, { ...layout[name], domain: [bottom, end + (1 - top) - room] }];
      };
      return Object.fromEntries(axes.map(lower));
    }

    /** What lies over the heat maps is placed whenever Plotly has drawn them. */
    hearHeat() {
      const { plot } = this.heat;
      if (!plot?.on) requestAnimationFrame(() => this.root.isConnected && this.hearHeat());
      else if (plot !== this.heardPlot) {
        this.heardPlot = plot;
        plot.on("plotly_afterplot", () => this.overlay());
        this.overlay();
      }
    }

    /** Means beside the titles, a frame around the pinned row, tokens over the columns. */
    overlay() {
      const layout = this.heat.plot?._fullLayout;
      if (!layout || !this.answer || !this.heat.plot.data?.length) return;
      this.tokens.draw(this.visible);
      const row = this.answer.rows.findIndex((units) => units.includes(this.answer.unit));
      const frames = [...this.root.querySelectorAll(".lab-row")];
      frames.forEach((frame) => (frame.hidden = true));
      const parts = [...this.heat.here.children];
      parts.forEach((part) => (part.hidden = true));
      const means = this.root.querySelectorAll("[data-mean]");
      means.forEach((mean) => (mean.hidden = true));
      this.heat.plot.data.forEach(({ meta, yaxis: name }, n) => {
        const axis = layout[(name ?? "y").replace("y", "yaxis")];
        const mean = [...means].find((one) => one.dataset.mean === meta);
        mean.hidden = false;
        mean.style.top = `${axis._offset - 17}px`;
        mean.style.left = `${layout._size.l}px`;
        mean.style.right = `${layout._size.r}px`;
        parts[n].hidden = false;
        Object.assign(parts[n].style, { top: `${axis._offset}px`, height: `${axis._length}px` });
        if (row < 0) return;
        const top = axis.d2p(row - 0.5);
        const height = Math.max(axis.d2p(row + 0.5) - top, 3);
        Object.assign(frames[n].style, {
          top: `${axis._offset + top}px`,
          height: `${height}px`,
          left: `${layout._size.l}px`,
          right: `${layout._size.r}px`,
        });
        frames[n].hidden = false;
      });
      this.reaching.mark();
    }

    switched(name) {
      this.showFuture();
      if (name !== "future") this.again();
    }

    showFuture() {
      this.root.classList.toggle("hides-future", !lab.switches.isOn("future", this.root));
    }

    /* --- showing ------------------------------------------------------ */

    paint(now, words) {
      if (!this.answer) return;
      const t = Math.min(now, this.T);
      this.root.classList.toggle("is-at-start", t === 0);
      // Playheads first: they read the layout, which the numbers then change.
      this.follow(t, -0.5, this.T + 0.5);
      for (const figure of this.figureList) figure.place(t);
      this.tokens.say(t);
      this.units.paint((name, row) => this.value(name, row, t), this.answer.unit);
      this.controls.paintStack(t);
      if (words) {
        this.frame = this.frameAt(t);
        for (const element of this.live) lab.numbers.fill(element, this.frame);
        this.sums.paint(t, this.frame);
        this.controls.sayLayers(t);
        this.explainer.update();
      }
      this.toParts("paint", t, words);
      if (!this.player.playing) lab.settled?.(this);
    }

    frameAt(t) {
      const frame = { t, status: this.player.status, token: t === 0 ? "–" : this.visible[t - 1] };
      for (const name in this.readings) frame[name] = this.readings[name][t];
      frame.mean_c = this.meanOf("c", t);
      frame.mean_h = this.meanOf("h", t);
      for (const name in this.pinned) frame[`unit_${name}`] = this.pinned[name][t];
      frame.c = this.pinned.c[t];
      frame.h = this.pinned.h?.[t];
      frame.c_before = t === 0 ? NaN : this.pinned.c[t - 1];
      frame.unit = this.answer.unit;
      for (const name of GATES) frame[`a_${name}`] = this.sums.sum(name, t);
      return frame;
    }

    meanOf(name, t) {
      const rows = this.series[name].length / (this.T + 1);
      let sum = 0;
      for (let row = 0; row < rows; row += 1) sum += this.value(name, row, t);
      return sum / rows;
    }

    /* --- links -------------------------------------------------------- */

    get ready() {
      return Boolean(this.answer);
    }

    /** The model in a few words, and what of it is not as in the setting beside it. */
    get title() {
      return [this.modelName, ...this.shared.apart].join(" · ");
    }

    get modelName() {
      return this.models.current?.name || this.config.sources[this.asked.model.source];
    }

    toQuery() {
      const { model, text, reads, order } = this.asked;
      const query = { m: model.source, text, t: this.player.t };
      if (model.source === "file") {
        query.hash = model.hash;
        query.name = this.models.current?.name ?? "";
      }
      const show = ["candidate", "heat"].filter((name) => lab.switches.isOn(name, this.root));
      if (show.length) query.show = show.join(",");
      if (model.source === "new") {
        query.reads = reads;
        for (const name of ["size", "layers", "kind", "forget_bias", "seed"]) query[name] = model[name];
      }
      if (this.answer.layer) query.layer = this.answer.layer + 1;
      query.unit = this.answer.unit;
      if (order !== "given") query.order = order;
      if (this.shown.first !== null) query.first = this.shown.first;
      return { ...query, ...this.ofParts("toQuery") };
    }

    get untouched() {
      const example = this.config.examples[this.config.start];
      const { model, text, order } = this.asked;
      return (
        this.player.t === 0 &&
        this.partsUntouched &&
        model.source === example.source &&
        text === example.text &&
        order === "given" &&
        this.answer.unit === example.unit
      );
    }

    /** What the reader can take away. */
    takeAway() {
      const drawn = (name, box) => ({ name, plot: box.querySelector(".js-plotly-plot") });
      const { layout } = this.heat.plot ?? {};
      const annotations = this.answer.figures.heatmaps.layout.annotations.map((title, n) => ({
        ...title,
        y: layout?.[n ? `yaxis${n + 1}` : "yaxis"]?.domain?.[1] ?? title.y,
      }));
      const figures = [
        { ...drawn("Gate heat maps", this.heat.box), annotations },
        drawn("Cell state", this.states.c.box),
        drawn("Hidden state", this.states.h.box),
        ...(this.answer.sizes.length > 1 ? [drawn("Whole stack", this.small.box)] : []),
        drawn("Saturation", this.root.querySelector("[data-figure=saturation]")),
      ];
      const take = (path) => () => this.models.download(path, { ...this.asked, ...this.looks() });
      return this.withParts({
        about: `${this.modelName}, layer ${this.answer.layer + 1} of ${this.answer.sizes.length}`,
        figures,
        drawings: [{ name: "Architecture", svg: () => this.units.picture(this.pointing.titleAt(this.player.t)) }],
        tokens: this.visible,
        files: [
          { name: "Trace", words: "CSV", run: take("trace?as=csv") },
          { name: "Trace", words: "JSON", run: take("trace?as=json") },
          { name: "Trace", words: "NumPy", run: take("trace?as=npz") },
          { name: "Model", words: "safetensors", run: take("model") },
          { group: "Code", name: "Code", words: "NumPy", run: take("network/code?as=numpy") },
          { group: "Code", name: "Code", words: "PyTorch", run: take("network/code?as=pytorch") },
        ],
      });
    }
  }

  const same = (one, other) =>
    Boolean(other) && JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
  const sorted = ({ t, ...settings }) => Object.entries(settings).sort();

  /** The dictionary as the explanations want it. */
  function words(config) {
    const none = { operands: [], feeds: "" };
    return Object.fromEntries(
      Object.entries(config.words).map(([name, one]) => [name, { ...none, ...one }]),
    );
  }

  lab.NetworkView = NetworkView;
})();
