/* The Cell view in the browser: sends the settings, keeps the trace, plays it. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = ".lab-number, .lab-sequence";

  class CellView extends lab.View {
    constructor(root, config) {
      super(root, config, "cell", TYPING);
      this.scale = {};
      this.ties = Object.keys(config.defaults.numbers).some((name) => name.startsWith("U_"));
      root.dataset.cell = config.kind;
      const box = (name) => root.querySelector(`[data-figure=${name}]`);
      const react = {
        click: (t) => this.player.seek(t),
        back: (t) => this.player.seek(t),
        hover: (t, event) => this.values(t, event),
        leave: () => this.explainer.leave(),
      };
      this.strip = new lab.Strip(box("unrolled"), this.id("unrolled"), react);
      this.traces = new lab.Figure(box("traces"), this.id("traces"), react);
      this.training = new lab.Training(this);
      this.diagram = new lab.Diagram(root.querySelector("[data-diagram]"), () => this.relabel());
      this.explainer = new lab.Explainer(root, config.words, () => ({
        frame: this.frame,
        separate: this.separate,
        held: (name) => this.intervening.at(name, this.player.t),
      }));
      this.kinds = new lab.Kinds(this);
      this.parts.push(this.kinds);
      this.intervening = new lab.Intervening(this);
      this.parts.push(this.intervening);
      this.parts.push(new lab.LookingBack(this));
      this.listen("lab-switch", () => this.showLines());
      this.showLines();
      this.kinds.takeFocus();
    }

    /** The view is no longer on the page. */
    leave() {
      super.leave();
      this.training.leave();
      this.strip.leave();
      this.diagram.leave();
      this.explainer.stop();
    }

    /** Its columns may go before its root. */
    get isGone() {
      return !this.diagram.box.isConnected;
    }

    /** What a heading calls it: the kind, and the named setting in force. */
    get title() {
      return [this.config.title, this.named?.title, this.intervening.title].filter(Boolean).join(" · ");
    }

    /** Take new settings. */
    offer(settings, options) {
      Object.assign(settings, this.training.target, this.ofParts("settings"));
      const { sequence, target = "" } = settings;
      const tooLong = () => {
        const [field, name, text] =
          target.length > sequence.length ? ["target", "target", target] : ["sequence", "input", sequence];
        const count = text.split(/[,\s]+/).filter(Boolean).length;
        const message = `The ${name} sequence has ${count} values. Use at most ${this.config.longest}.`;
        return { message, field };
      };
      this.ask(settings, sequence + target, tooLong, options);
    }

    /** Ask once more for what stands in the fields. */
    again() {
      if (!this.settings) return;
      const { sequence, separate, numbers } = this.settings;
      this.offer({ sequence, separate, numbers }, { typing: this.isTyping });
    }

    /** Set many controls at once. */
    choose(data) {
      this.set("chosen", { data: { ...data, at: performance.now() } });
    }

    fallback() {
      return { ...this.config.defaults, ...this.kinds.settings() };
    }

    /* --- answers ------------------------------------------------------ */

    accept(asked, answer) {
      const { decode } = lab.numbers;
      const before = this.inputs?.join();
      this.series = Object.fromEntries(
        Object.entries(answer.series).map(([name, array]) => [name, decode(array)]),
      );
      this.inputs = answer.inputs;
      this.numbers = answer.numbers;
      this.addDerived();
      this.figures = answer.figures;
      this.training.shows(asked, answer);
      const largest = (name) => Math.max(this.reach(name), 1);
      const sum = Math.max(largest("sum"), this.series.c ? largest("c") : 0);
      const ofState = { c: sum, c_prev: sum, a: sum, keep: sum, write: sum };
      this.scale = { ...ofState, x: largest("x"), y: largest("y") };
      this.barScale = Math.max(...["sum", "keep", "write"].map((name) => this.reach(name))) || 1;
      if (this.separate !== answer.separate) {
        this.separate = answer.separate;
        this.relabel();
      }
      this.note(answer);
      const isNew = before !== this.inputs.join();
      // In training all of a sequence is looked at, so none of it may lie under the veil.
      if (this.training.on && (isNew || this.training.fresh)) asked.t ??= this.inputs.length;
      this.training.fresh = false;
      if (asked.t !== undefined || isNew)
        this.start(asked, this.inputs.length);
      else this.player.changed();
      this.drawSoon();
      this.accepted(asked, answer);
    }

    refuse(asked, error) {
      this.refusal = error;
      this.training.pending = undefined;
      super.refuse(asked, error);
    }

    /** Say once more what is wrong with what stands in the fields. */
    complainAgain() {
      this.alerted = undefined;
      super.refuse(this.asking.wanted, this.refusal);
    }

    /** Say nothing any more, not even of training. */
    complainNoMore() {
      super.clear();
    }

    /** What stopped training stays said until the reader does something. */
    clear() {
      if (!this.training.complaint) super.clear();
    }

    field(name) {
      const own = { target: ".lab-target", rate: ".lab-rate" }[name];
      return own ? this.root.querySelector(own) : super.field(name);
    }

    /** The states before each step, and what is kept and written added up, as the engine does. */
    addDerived() {
      const { series } = this;
      for (const name of ["c", "h"])
        if (series[name]) series[`${name}_prev`] = series[name].map((_, t, state) => state[t - 1] ?? NaN);
      series.sum = series.a ?? series.keep.map((keep, t) => keep + series.write[t]);
    }

    /** The largest magnitude that a quantity reaches. */
    reach(name) {
      return this.series[name].reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
    }

    draw() {
      this.strip.update(this.figures.unrolled);
      this.traces.draw(this.chosen(this.figures.traces));
    }

    /** The traces that are switched on. */
    chosen(figure) {
      const data = figure.data.map((trace) => ({
        ...trace,
        visible: lab.switches.isOn(`line-${trace.meta}`, this.root),
      }));
      return { data, layout: figure.layout };
    }

    /** Follow the switches of the legend. */
    showLines() {
      this.root.classList.toggle("hides-future", !lab.switches.isOn("future", this.root));
      if (this.figures) this.traces.draw(this.chosen(this.figures.traces));
    }

    /** What is worth saying of this run: its memory, equal gates, the named setting in force. */
    note({ memory, same, numbers, separate }) {
      this.root.querySelector(".lab-memory").textContent = memory.text;
      this.root.querySelector(".lab-offer").hidden = !memory.offer;
      this.root.classList.toggle("has-same", same);
      this.named = Object.values(this.config.presets).find(
        (one) =>
          (one.separate === separate || !this.ties) &&
          Object.entries(one.numbers).every(([name, value]) => numbers[name] === value),
      );
      const does = this.named?.does ?? "Your own setting.";
      const place = this.root.querySelector(".lab-does");
      if (place.textContent !== does) place.textContent = does;
    }

    /* --- showing ------------------------------------------------------ */

    /** Write the formulas and labels that depend on tied or separate weights. */
    relabel() {
      const { words } = this.config;
      this.root.dataset.weights = this.separate ? "separate" : "tied";
      for (const box of this.root.querySelectorAll("[data-formula]"))
        box.textContent = this.formula(words[box.dataset.formula]);
      for (const box of this.root.querySelectorAll("[data-worked]")) {
        const { worked, worked_separate } = words[box.dataset.worked];
        box.replaceChildren(...lab.live.template((this.separate && worked_separate) || worked));
      }
      for (const box of this.root.querySelectorAll("[data-squashed]")) {
        const { squashed } = words[box.dataset.squashed];
        box.replaceChildren(...(squashed ? ["= ", ...lab.live.template(squashed)] : []));
      }
      for (const label of this.root.querySelectorAll("[data-tied]")) {
        const name = this.separate ? label.dataset.own : label.dataset.tied;
        label.dataset.quantity = name;
        label.setAttribute("aria-label", name);
        label.querySelector("text").textContent = name;
      }
      this.live = [...this.root.querySelectorAll("data[data-value], data[data-part]")];
      // Numbers inside a line of text are themselves quantities to point at.
      for (const element of this.root.querySelectorAll(".lab-numbers data"))
        element.dataset.quantity = element.dataset.value ?? element.dataset.part;
      if (this.frame) this.paint(this.frame.t, true);
    }

    /** The formula in symbols; separate weights are written out. */
    formula({ formula, formula_separate }) {
      return (this.separate && formula_separate) || formula;
    }

    paint(t, words) {
      if (!this.series || this.isGone) return;
      this.root.classList.toggle("is-at-start", t === 0);
      this.frame = this.frameAt(t);
      // Playheads first: they read the layout, which the numbers then change.
      this.strip.steady = this.player.playing;
      this.strip.place(t);
      this.traces.place(t);
      this.diagram.paint(this.frame, this.scale);
      if (words) this.fill();
      this.toParts("paint", t, words);
      if (!this.player.playing) lab.settled?.(this);
    }

    /** Say all values of a step that the pointer is over. */
    values(t, event) {
      const frame = this.frameAt(t);
      const { symbols, words } = this.config;
      const names = Object.keys(symbols);
      const states = names.filter((name) => "xchy".includes(name));
      const gates = names.filter((name) => !states.includes(name));
      // Two columns: what goes in and out, and the gates.
      const order = states.flatMap((name, n) => (gates.length ? [name, gates[n]] : [name]));
      if (this.series.target) order.push("target");
      const rows = order.filter(Boolean).map((name) => {
        const number = lab.live.number(name, 4);
        lab.numbers.fill(number, frame);
        return [words[name]?.role ?? name, `${symbols[name] ?? name} ${number.textContent}`];
      });
      this.explainer.table(`t = ${t}`, rows, event);
    }

    frameAt(t) {
      const frame = { ...this.numbers, t, status: this.player.status, ...this.training.frame };
      for (const name in this.series) frame[name] = this.series[name][t];
      frame.abs_c = Math.abs(frame.c);
      frame.abs_h = Math.abs(frame.h);
      return frame;
    }

    fill() {
      for (const element of this.live) lab.numbers.fill(element, this.frame);
      this.explainer.update();
      this.bars ??= [...this.root.querySelectorAll("[data-bar]")];
      for (const bar of this.bars) {
        const fill = (bar.fillElement ??= bar.querySelector(".lab-bar-fill"));
        const [from, to] = this.span(bar.dataset.bar).map((value) => value / (2 * this.barScale));
        fill.style.transform = `translateX(${(50 + 100 * Math.min(from, to)).toFixed(2)}%) scaleX(${Math.abs(to - from).toFixed(4)})`;
        fill.classList.toggle("negative", to < from);
      }
    }

    /** Where a bar begins and ends: what is written starts where what was kept ends. */
    span(name) {
      const { keep, write, sum } = this.frame;
      if (Number.isNaN(sum)) return [0, 0];
      return { keep: [0, keep], write: [keep, keep + write] }[name] ?? [0, sum];
    }

    /* --- links -------------------------------------------------------- */

    /** Whether there is something that a link could restore. */
    get ready() {
      return Boolean(this.series);
    }

    /** Everything that a link must restore. */
    toQuery() {
      const query = { x: this.inputs.map(lab.numbers.text).join(","), t: this.player.t };
      if (this.separate && this.ties) query.separate = "1";
      for (const [name, value] of Object.entries(this.numbers))
        if (this.separate || !name.startsWith("U_")) query[name] = lab.numbers.text(value);
      return { ...query, ...this.training.toQuery(), ...this.ofParts("toQuery") };
    }

    /** What the reader can take away. */
    takeAway() {
      const plot = (box) => box.querySelector(".js-plotly-plot");
      return this.withParts({
        figures: [
          { name: "Unrolled network", plot: plot(this.strip.box) },
          { name: "Traces", plot: plot(this.traces.box), legend: true },
          ...(this.training.on ? [{ name: "Loss", plot: plot(this.training.curve.box) }] : []),
        ],
        files: lab.cellFiles(this),
      });
    }

    /** Whether all is still as a fresh page shows it. */
    get untouched() {
      const { defaults } = this.config;
      return (
        this.player.t === 0 &&
        !this.separate &&
        !this.training.on &&
        this.partsUntouched &&
        this.inputs.join() === defaults.sequence.replaceAll(" ", "") &&
        Object.entries(this.numbers).every(([name, value]) => defaults.numbers[name] === value)
      );
    }
  }

  /** What a link says: text for every control, as a reader would type it, and t. */
  function fromQuery(query, defaults) {
    const t = Number(query.get("t") ?? 0);
    const numbers = Object.entries(defaults.numbers).map(([name, value]) => [
      name,
      query.get(name) ?? String(value),
    ]);
    return {
      sequence: (query.get("x") ?? defaults.sequence).replaceAll(",", ", "),
      separate: query.get("separate") === "1",
      numbers: Object.fromEntries(numbers),
      t: Number.isFinite(t) ? t : 0,
    };
  }

  const randomSequence = () =>
    Array.from({ length: 12 }, () => (Math.random() * 2 - 1).toFixed(2)).join(", ");
  const callbacks = {
    /** Examples, named settings and links: many controls at once. */
    choose(chosen, ids, config, rootId) {
      const { no_update: keep } = window.dash_clientside;
      const nothing = ids.map(() => keep);
      const view = lab.viewOf(rootId, config, CellView);
      const { training } = view;
      // New columns are set as they were handed, not as was last chosen in the old ones.
      if (lab.handed?.has(view.aio)) chosen = undefined;
      // Tied weights leave the recurrent ones, which then count for nothing, as they were set.
      const own = ({ name }) => view.settings.separate || !name.startsWith("U_");
      const set = (numbers) => ids.map((id) => (numbers && own(id) ? numbers[id.name] : keep));
      if (chosen?.kind === "weights") {
        view.choosing = { own: true };
        return [set(chosen.numbers), keep, keep];
      }
      if (chosen?.kind === "target") {
        const loose = training.release();
        const text = training.choose(chosen.name);
        if (loose) view.settings = { ...view.settings, numbers: loose };
        if (loose || text) view.choosing = {};
        else view.again();
        return [set(loose), text ?? keep, keep];
      }
      if (chosen?.kind === "example") {
        const { name } = chosen;
        const text = name === "random" ? randomSequence() : config.examples[name];
        const loose = training.release();
        if (loose) view.choosing = {};
        return [set(loose), text, keep];
      }
      if (chosen?.kind === "preset") {
        const { numbers, separate } = config.presets[chosen.name];
        training.release();
        view.choosing = {};
        view.ownRecurrent = false;
        return [ids.map((id) => lab.asText(numbers[id.name])), keep, view.ties ? separate : keep];
      }
      const { query, problem } = lab.link?.read(view) ?? {};
      if (problem) view.alert(problem);
      if (problem && view.ready) return [nothing, keep, keep];
      if (query && view.kinds.isOther(query)) return [nothing, keep, keep];
      // Without a link too the values are returned: Dash drops the first call of a
      // callback whose inputs another first call left alone.
      training.release();
      training.restore(view.kinds.isFirst ? query : undefined);
      view.toParts("restore", query);
      const linked = query ? fromQuery(query, config.defaults) : config.defaults;
      view.choosing = { t: linked.t };
      const text = ids.map((id) => lab.asText(linked.numbers[id.name]));
      return [text, linked.sequence, linked.separate];
    },

    /** Something was set: ask for its consequences. */
    changed(values, sequence, separate, ids, config, rootId) {
      const view = lab.viewOf(rootId, config, CellView);
      const numbers = Object.fromEntries(
        ids.map((id, index) => [id.name, String(values[index] ?? "")]),
      );
      const recurrent = ids.map(({ name }) => name).filter((name) => name.startsWith("U_"));
      const tied = (name) => name.replace("U_", "W_");
      const before = view.asking.wanted;
      if (separate && before?.separate === false && !view.choosing && !view.ownRecurrent) {
        // Separate weights start from the tied ones, so that the switch changes nothing by itself.
        for (const name of recurrent) {
          const value = (numbers[name] = numbers[tied(name)]);
          view.set("number", { value }, { name });
        }
      }
      if (separate) view.ownRecurrent = recurrent.some((name) => numbers[name] !== numbers[tied(name)]);
      const typing = view.isTyping;
      const settings = { sequence: sequence ?? "", separate, numbers };
      const { training, choosing, settings: known } = view;
      const isTold = choosing && !choosing.own;
      if (!isTold) view.choosing = undefined;
      if (training.echoes(settings, known, isTold)) return;
      view.choosing = undefined;
      view.settings = settings;
      // While training moves the fields Dash knows older numbers: only what differs was set now.
      const shown = training.release();
      if (shown && !choosing) {
        const set = Object.entries(numbers).filter(
          // Recurrent weights that have just become free start from the tied ones shown.
          ([name, text]) => text !== known.numbers[name] && (separate === known.separate || !name.startsWith("U_")),
        );
        view.choose({ kind: "weights", numbers: { ...shown, ...Object.fromEntries(set) } });
        return;
      }
      training.follow(settings.sequence);
      if (choosing?.t !== undefined) settings.t = choosing.t;
      view.offer({ ...settings }, { typing });
    },

    /** Another kind of cell was chosen; the select of new columns says what they are. */
    becomes(kind, config, rootId) {
      if (kind !== config.kind) lab.knownView(rootId)?.kinds.become(kind);
    },

    /** Epochs came from the server. */
    trained(answer, rootId) {
      if (answer) lab.knownView(rootId)?.training.asking.answered(answer);
    },

    /** The request for epochs ended; its answer, where there is one, may arrive a moment later. */
    ended(busy, rootId) {
      const asking = lab.knownView(rootId)?.training.asking;
      if (busy !== false || !asking) return;
      const { n } = asking;
      setTimeout(() => asking.failed(n), 50);
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_cell: callbacks });
})();
