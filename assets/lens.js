/* The Lens view in the browser: sends the settings, keeps what each layer says, plays it. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = ".lab-number, .lab-sequence";
  const NAMED = 5; // candidates that a hover names
  const CONTROLS = { model: "source", prefix: "prefix", lens: "lens" };
  const WORDS = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|\S/gu; // as the engine cuts a text
  const ABOVE = 24; // pixels for the tokens over the columns

  class LensView extends lab.View {
    constructor(root, config) {
      super(root, config, "lens", TYPING);
      const box = (name) => root.querySelector(`[data-figure=${name}]`);
      const columns = (name) =>
        new lab.Columns(box(name), this.id(name), {
          click: (t, event) => this.clicked(t, event),
          back: (t) => this.player.seek(t),
          zoom: (range, from) => this.zoom(range, from),
        });
      this.matrix = columns("matrix");
      this.through = columns("watched");
      this.figureList = [this.matrix, this.through];
      this.explainer = new lab.Explainer(root, {}, () => ({ frame: this.frame ?? {} }));
      this.tokens = new lab.Tokens(root.querySelector(".lab-tokens"), this.matrix);
      this.matrix.placed = (left, right) => this.tokens.place(left, right);
      this.biasButton = root.querySelector(".lab-lens-bias");
      this.useBias(true);
      this.layer = null; // that is shown beside the top one
      this.candidates = new lab.Candidates(this);
      this.models = new lab.Models(this);
      this.shared = new lab.SharedLook(this);
      this.folders = new lab.LensFolders(this);
      this.output = new lab.LensOutput(this);
      this.watching = new lab.WatchedTokens(this);
      this.intervening = new lab.Intervening(this);
      this.units = new lab.UnitSearch(this);
      this.probe = new lab.BiasProbe(this);
      this.parts.push(this.folders, this.output, this.shared, this.watching, this.intervening, this.units, this.probe);
      // The bar's own time is the player's.
      const own = (element) => !element.matches("[data-transport] :is([data-value=t], [data-value=status])");
      this.live = [...root.querySelectorAll("data[data-value], data[data-part]")].filter(own);
      this.hear();
      root.classList.add("is-at-start");
    }

    hear() {
      this.biasButton.addEventListener("click", () => {
        this.useBias(!this.bias);
        this.again();
      });
      const { box } = this.matrix;
      box.addEventListener("pointermove", (event) => this.point(event));
      box.addEventListener("pointerleave", () => this.explainer.leave());
      const resized = () => this.answer && this.drawSoon();
      window.addEventListener("resize", resized, { signal: this.ending.signal });
    }

    useBias(on) {
      this.bias = on;
      this.biasButton.setAttribute("aria-pressed", String(on));
    }

    leave() {
      super.leave();
      this.explainer.stop();
      this.models.leave();
    }

    /* --- asking ------------------------------------------------------- */

    /** How many milliseconds an answer may take; nothing where it is as always. */
    get patience() {
      return this.folders?.patience;
    }

    offer(settings, options) {
      const tooLong = () => {
        const count = settings.text.length.toLocaleString("en");
        return { message: `The prompt has ${count} characters. Use a page or less.`, field: "text" };
      };
      const wanted = { ...settings, ...this.looks() };
      this.ask(wanted, settings.text, tooLong, options);
    }

    /** What no control of Dash keeps. */
    looks() {
      return { bias: this.bias, layer: this.layer, ...this.ofParts("settings") };
    }

    /** The same text, read in another way. */
    again() {
      const { wanted } = this.asking;
      if (wanted) this.asking.offer({ ...wanted, ...this.looks(), t: undefined });
    }

    fallback() {
      const { hash, text, watch } = this.config.experiments[this.config.start];
      this.watching.begin(watch);
      const model = { source: "file", hash };
      return { ...this.config.numbers, model, text, prefix: "", lens: "affine", metric: "rank", ...this.looks() };
    }

    /** A text that a model which was just opened cannot read is replaced by one that it can. */
    refuse(asked, error) {
      if (this.folders.isWaiting(asked, error)) return;
      this.output.refused(asked, error);
      if (this.watching.isDropped(asked, error)) return;
      if (error.field === "watch" && this.ready) {
        this.toParts("refuse", asked, error); // the field says it, once
        return;
      }
      const { hash } = asked.model;
      const isInUse = this.asked?.model.hash === hash;
      if (error.field !== "text" || isInUse || this.spared === hash || asked.model.source === "folder") {
        super.refuse(asked, error);
        return;
      }
      this.spared = hash; // once: a text that the reader types then is the reader's own
      this.models.sample(hash).then((text) => {
        if (text === undefined) {
          super.refuse(asked, error);
          return;
        }
        const data = { kind: "model", source: `file:${hash}`, text, at: performance.now() };
        this.set("chosen", { data });
        this.told = `${error.message} A text that it can read was put in its place.`;
      });
    }

    field(name) {
      const control = CONTROLS[name];
      return control ? document.getElementById(lab.live.domId(this.id(control))) : super.field(name);
    }

    /* --- answers ------------------------------------------------------ */

    accept(asked, answer) {
      const all = (arrays) =>
        Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, lab.numbers.decode(array)]));
      const before = this.answer?.tokens.join("\u0000");
      const begins = this.answer?.prompt !== answer.prompt;
      this.answer = answer;
      this.asked = asked;
      this.T = answer.tokens.length;
      this.came = answer.came;
      this.numbersOf = all(answer.numbers);
      this.top = all(answer.top);
      const { rank, probability } = answer.watched;
      this.watched = all({ rank, probability });
      this.N = this.top.tokens.length / (answer.layers.length * this.T);
      if (this.layer >= answer.layers.length - 1) this.layer = null;
      this.describe();
      this.candidates.load();
      this.watching.show(answer);
      const sameText = before === answer.tokens.join("\u0000") && !begins;
      // What was generated is looked at from where it began; Setting B leaves time to A.
      if (!this.shared.leads) asked.t = this.player.t;
      else if (asked.t === undefined ? !sameText : asked.t >= this.T) asked.t = answer.prompt;
      // Beside another text time lasts as long as the longer of the two.
      const T = Math.max(this.T, ...this.shared.others.map((one) => one.T ?? 0));
      if (sameText && asked.t === undefined) this.player.changed();
      else this.start(asked, T);
      this.drawSoon();
      this.accepted(asked, answer);
      if (this.told) this.alert(this.told);
      this.told = undefined;
    }

    /** Say in words what the answer is about. */
    describe() {
      const { answer, root, asked } = this;
      this.models.describe(asked.model);
      const write = (selector, words) => {
        const place = root.querySelector(selector);
        if (place.textContent !== words) place.textContent = words;
      };
      const { lens } = answer;
      const units = [...new Set(answer.sizes)].join(", ");
      const what = `${answer.sizes.length} layers of ${units} units, ${answer.vocabulary.toLocaleString("en")} tokens.`;
      write(".lab-what", [what, ...answer.says].join(" "));
      write(".lab-lens-says", lens.says);
      write(".lab-lens-warns", lens.warns);
      write(".lab-lens-fitted", lens.fitted_on);
      const quality = lens.quality.map((words) => Object.assign(document.createElement("li"), { textContent: words }));
      root.querySelector(".lab-lens-quality").replaceChildren(...quality);
      const experiment = this.experiment;
      write(".lab-example", experiment?.look_for ?? "Your own text: the columns ask for what came in it.");
      const greedy = Number(asked.temperature) === 0;
      write(".lab-lens-how", greedy ? "greedy" : `drawn at ${asked.temperature}`);
      for (const chip of root.querySelectorAll(".lab-experiment")) {
        const one = this.config.experiments[chip.dataset.name];
        const isIt = one === experiment;
        chip.classList.toggle("is-chosen", isIt);
        chip.hidden = Boolean(one.hash) === this.isOwnModel;
      }
      root.classList.toggle("generates", this.T > answer.prompt);
    }

    /** The experiment that is shown, as long as its text stands. */
    get experiment() {
      const { text, model } = this.asked;
      const fits = (one) => one.text === text && (one.hash ?? model.hash) === model.hash;
      return Object.values(this.config.experiments).find(fits);
    }

    get isOwnModel() {
      return this.folders.isOn || Boolean(this.models.current && !this.models.current.shipped);
    }

    /* --- numbers by place ------------------------------------------------ */

    /** Where a layer and a step lie in arrays of shape (L, T). */
    cell(layer, t) {
      return layer * this.T + t - 1;
    }

    /** The n-th candidate of a layer at t, as it is shown. */
    candidate(layer, t, n) {
      const number = this.top.tokens[this.cell(layer, t) * this.N + n];
      return number < 0 ? "–" : (this.answer.texts[number] ?? "–");
    }

    /** How strongly a rank is coloured: 1 is best, logarithmic in a vocabulary of V. */
    strength(rank) {
      return 1 - Math.log(rank) / Math.log(Math.max(this.answer.vocabulary, 2));
    }

    /* --- showing ------------------------------------------------------ */

    draw() {
      const { matrix, watched } = this.answer.figures;
      const { layout } = matrix;
      // Our own tokens stand over the columns; Plotly's are for pictures that are taken away.
      const xaxis = { ...layout.xaxis, showticklabels: false, automargin: false };
      this.matrix.draw({ ...matrix, layout: { ...layout, xaxis, margin: { ...layout.margin, t: ABOVE } } });
      this.through.draw(watched);
      this.hearMatrix();
    }

    /** What lies over the matrix is placed whenever Plotly has drawn it. */
    hearMatrix() {
      const { plot } = this.matrix;
      if (!plot?.on) requestAnimationFrame(() => this.root.isConnected && this.hearMatrix());
      else if (plot !== this.heardPlot) {
        this.heardPlot = plot;
        plot.on("plotly_afterplot", () => this.overlay());
        this.overlay();
      } else this.overlay();
    }

    /** The tokens that came, over their columns. */
    overlay() {
      if (this.answer && this.matrix.plot?.data?.length) this.tokens.draw(this.came);
    }

    clicked(t, event) {
      this.player.setPlaying(false);
      this.player.seek(Math.max(t, 1));
      const row = this.matrix.box.contains(event.target) && this.matrix.row(event.clientY)?.row;
      if (row === false || row === undefined) return;
      const layer = row < this.answer.layers.length - 1 ? row : null;
      if (layer === this.layer) return;
      this.layer = layer;
      this.again();
    }

    /** Say the candidates of the cell under the pointer. */
    point(event) {
      if (!this.answer || event.pointerType === "touch") return;
      const t = this.matrix.time(event.clientX);
      const layer = this.matrix.row(event.clientY)?.row;
      if (t === null || t < 1 || t > this.T || layer === undefined || !this.answer.layers[layer]) {
        this.explainer.leave();
        return;
      }
      const name = this.answer.layers[layer];
      const rows = Array.from({ length: Math.min(NAMED, this.N) }, (_, n) => {
        const p = this.top.probability[this.cell(layer, t) * this.N + n];
        return ["plain", `${n + 1}. ${this.candidate(layer, t, n)} ${lab.shownProbability(p)}`];
      });
      const rank = this.numbersOf.rank[this.cell(layer, t)];
      if (rank > 0) {
        const p = this.numbersOf.probability[this.cell(layer, t)];
        rows.push(["c", `${this.came[t - 1]} came: rank ${rank}${this.tied(layer, t)}, ${lab.shownProbability(p)}`]);
      }
      this.explainer.table(`${name}, after ‘${this.answer.tokens[t - 1]}’`, rows, event);
    }

    /** How many other tokens score exactly as that one. */
    tied(layer, t) {
      const ties = this.numbersOf.ties[this.cell(layer, t)];
      return ties > 0 ? ` (with ${ties} more)` : "";
    }

    paint(now, words) {
      if (!this.answer) return;
      const t = Math.min(now, this.T);
      this.root.classList.toggle("is-at-start", t === 0);
      this.follow(t, 0.5, this.T + 0.5);
      for (const figure of this.figureList) figure.place(t);
      this.tokens.say(t);
      if (words) {
        const token = t === 0 ? "–" : this.answer.tokens[t - 1];
        this.frame = { t, status: this.player.status, token, came: t === 0 ? "–" : this.came[t - 1] };
        for (const element of this.live) lab.numbers.fill(element, this.frame);
        this.candidates.paint(t);
        this.say(t);
        this.linkNetwork(t);
      }
      this.toParts("paint", t, words);
      if (!this.player.playing) lab.settled?.(this);
    }

    /** The column in words, for those who listen. */
    say(t) {
      const place = this.root.querySelector(".lab-lens-words");
      const { layers } = this.answer;
      const said = layers.map((name, layer) => {
        const rank = t === 0 ? -1 : this.numbersOf.rank[this.cell(layer, t)];
        const best = t === 0 ? "nothing" : this.candidate(layer, t, 0);
        return `${name} says ${best}${rank > 0 ? `, rank ${rank}` : ""}`;
      });
      const words =
        t === 0 ? "Nothing is read yet." : `After ${this.frame.token} came ${this.frame.came}: ${said.join("; ")}.`;
      if (place.textContent !== words) place.textContent = words;
    }

    /** The same place on the Network page, which reads it from zero states. */
    linkNetwork(t) {
      const link = this.root.querySelector(".lab-to-network");
      link.hidden = !lab.owned || this.folders.isOn;
      const { model, prefix, text } = this.asked;
      const tokens = this.answer.tokens.map(lab.rawToken);
      const isWords = tokens.some((token) => [...token].length > 1);
      const before = prefix.match(isWords ? WORDS : /./gsu)?.length ?? 0;
      const pieces = [prefix, text, ...tokens.slice(this.answer.prompt)].filter(Boolean);
      const joined = pieces.join(isWords ? " " : "");
      const a = { m: "file", hash: model.hash, name: this.modelName, text: joined, ...(prefix ? {} : this.intervening.toQuery()) };
      link.href = `${lab.root()}network${location.search}#${lab.link.write({ a, t: before + t })}`;
    }

    /* --- links -------------------------------------------------------- */

    get ready() {
      return Boolean(this.answer);
    }

    /** The model and its prompt in a few words. */
    get title() {
      return [this.modelName, `“${this.asked.text}”`, this.intervening.title].filter(Boolean).join(" · ");
    }

    get modelName() {
      return this.folders.isOn ? this.asked.model.hash : (this.models.current?.name ?? "Model");
    }

    toQuery() {
      const { model, text, prefix, lens, metric, bias } = this.asked;
      const query = { hash: model.hash, name: this.modelName, text, lens, t: this.player.t };
      if (this.folders.isOn) query.m = model.source;
      if (prefix) query.prefix = prefix;
      if (metric !== "rank") query.metric = metric;
      if (!bias) query.bias = "0";
      if (this.layer !== null) query.layer = this.layer + 1;
      for (const [name, value] of Object.entries(this.config.numbers))
        if (this.asked[name] !== value) query[name] = this.asked[name];
      return { ...query, ...this.ofParts("toQuery") };
    }

    get untouched() {
      const start = this.config.experiments[this.config.start];
      const { model, text, prefix, lens, metric, bias, watch } = this.asked;
      return (
        this.partsUntouched &&
        this.player.t === this.answer.prompt &&
        model.hash === start.hash &&
        text === start.text &&
        lens === "affine" &&
        metric === "rank" &&
        !prefix &&
        bias &&
        this.layer === null &&
        watch.join("\u0000") === start.watch.join("\u0000") &&
        Object.entries(this.config.numbers).every(([name, value]) => this.asked[name] === value)
      );
    }

    /** The tokens over the columns of a picture, where ours do not stand. */
    labels() {
      const { tickvals, ticktext, tickfont } = this.answer.figures.matrix.layout.xaxis;
      const over = { y: 1, yref: "paper", yanchor: "bottom", showarrow: false, font: tickfont };
      return tickvals.map((x, n) => ({ ...over, x, text: ticktext[n] }));
    }

    /** What the reader can take away. */
    takeAway() {
      const drawn = (name, box) => ({ name, plot: box.querySelector(".js-plotly-plot") });
      const figures = [
        { ...drawn("Rank matrix", this.matrix.box), annotations: this.labels() },
        ...(this.answer.watched.texts.length ? [{ ...drawn("Watched tokens", this.through.box), legend: true }] : []),
      ];
      const file = (words, text, kind) => ({
        name: "Lens",
        words,
        run: () => lab.saveAs(new Blob([text()], { type: kind }), `lens.${words.toLowerCase()}`),
      });
      return this.withParts({
        about: this.modelName,
        figures,
        files: [
          file("CSV", () => lab.lensTable(this), "text/csv"),
          file("JSON", () => lab.lensRecord(this), "application/json"),
        ],
      });
    }
  }

  lab.LensView = LensView;
})();
