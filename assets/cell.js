/*
 * The Cell view in the browser: sends the settings, keeps the trace, plays it.
 *
 * One request is under way at most. While it is, newer settings replace each
 * other; the last ones go out when the answer is there. So nothing queues up.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = 250; // milliseconds of rest before half-typed text counts
  const RETRY = 1000; // milliseconds before asking a silent server again
  const FIGURES = 80; // milliseconds between two drawings of the figures for all the rest
  const LIVE = new Set("t x f i g o c h y c_prev h_prev status".split(" "));
  const GATES = ["f", "i", "C", "o"];
  const views = new Map();

  /** A <data> element for a number, live or derived. */
  lab.number = (name, decimals) => {
    const element = document.createElement("data");
    element.dataset[LIVE.has(name) ? "value" : "part"] = name;
    element.dataset.decimals = decimals;
    return element;
  };

  /** Turn "σ({W_f}·{x})" into text and <data> elements. */
  lab.template = (text) =>
    text
      .split(/\{(\w+)\}/)
      .map((piece, index) => (index % 2 ? lab.number(piece, 4) : piece))
      .filter((piece) => piece !== "");

  /** The formula in symbols; separate weights are written out. */
  lab.formula = (words, separate) => {
    const symbols = words.formula;
    if (!separate || !words.worked_separate) return symbols;
    return symbols.replace(/(W_(\w))·\[h\(t−1\), x\(t\)\]/, "$1·x(t) + U_$2·h(t−1)");
  };

  class CellView {
    constructor(root, config) {
      this.root = root;
      this.aio = root.dataset.view;
      this.config = config;
      this.player = lab.player(config.player);
      this.request = null; // the settings as they stand in the controls
      this.next = null; // settings to ask for as soon as no answer is awaited
      this.waiting = null; // settings whose answer is awaited
      this.good = null; // settings of the answer that is shown
      this.refused = null; // settings that the server could not read
      this.sent = 0;
      this.scale = {};
      const seek = (t) => this.player.seek(t);
      const box = (name) => root.querySelector(`[data-figure=${name}]`);
      this.strip = new lab.Strip(box("unrolled"), this.id("unrolled"), seek);
      this.traces = new lab.Figure(box("traces"), this.id("traces"), seek);
      this.diagram = new lab.Diagram(root.querySelector("[data-diagram]"), () => this.relabel());
      this.explainer = new lab.Explainer(root, config.words, () => ({
        frame: this.frame,
        separate: this.separate,
      }));
      this.linkedTime = lab.link?.time;
      if (lab.link?.problem) this.alert(lab.link.problem);
      this.root.addEventListener("lab-switch", () => this.showLines());
      this.showLines();
      this.player.follow(this.aio, {
        paint: (t, words) => this.paint(t, words),
        beforeMoving: () => this.flush(),
      });
      root.addEventListener("click", (event) => {
        const { choose: kind, name } = event.target.closest("[data-choose]")?.dataset ?? {};
        // The time makes each choice a new one: Random draws again.
        if (kind) this.set("chosen", { data: { kind, name, at: performance.now() } });
      });
      root.addEventListener("focusout", (event) => {
        if (event.target.matches(".lab-number, .lab-sequence")) this.flush();
      });
      root.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches(".lab-number")) this.flush();
      });
    }

    id(part, more) {
      return { view: "cell", aio_id: this.aio, part, ...more };
    }

    set(part, props, more) {
      window.dash_clientside.set_props(this.id(part, more), props);
    }

    /* --- asking ------------------------------------------------------- */

    /** Take new settings; half-typed ones wait for the hand to rest. */
    offer(settings, { typing = false } = {}) {
      if (settings.sequence !== this.request?.sequence) this.editedAt = performance.now();
      this.request = this.next = settings;
      clearTimeout(this.timer);
      if (typing) this.timer = setTimeout(() => this.flush(), TYPING);
      else this.flush();
    }

    flush() {
      clearTimeout(this.timer);
      if (!this.next || this.waiting) return;
      this.waiting = this.next;
      this.next = null;
      this.sent += 1;
      this.set("request", { data: { n: this.sent, theme: lab.theme(), ...this.waiting } });
    }

    /** The theme changed, and figures carry their colours: ask again for what is shown. */
    restyle() {
      if (!this.request) return;
      this.next ??= this.refused === this.request ? this.good : this.request;
      this.flush();
    }

    /** A request ended without an answer: say so, and ask again. */
    failed() {
      this.next ??= this.waiting;
      this.waiting = null;
      this.lost = true;
      this.alert("The server does not answer. Nothing is lost: asking again every second.");
      setTimeout(() => this.flush(), RETRY);
    }

    answered(answer) {
      if (answer.n !== this.sent || !this.waiting) return;
      const asked = this.waiting;
      this.waiting = null;
      if (answer.error) this.refuse(asked, answer.error);
      else this.accept(asked, answer);
      this.lost = false;
      this.flush();
    }

    refuse(asked, { message, field }) {
      this.refused = asked;
      this.alert(message);
      this.mark(field);
      // Even a link that cannot be used must not leave an empty page.
      if (!this.series) this.next ??= this.config.defaults;
    }

    /* --- answers ------------------------------------------------------ */

    accept(asked, answer) {
      const { decode } = lab.numbers;
      const before = this.linkedTime === undefined ? this.inputs?.join() : undefined;
      this.series = Object.fromEntries(
        Object.entries(answer.series).map(([name, array]) => [name, decode(array)]),
      );
      this.inputs = answer.inputs;
      this.numbers = answer.numbers;
      this.addProducts();
      const largest = (name) => Math.max(this.reach(name), 1);
      const c = largest("c");
      this.scale = { c, c_prev: c, keep: c, write: c, x: largest("x"), y: largest("y") };
      // What a link could not do stays said until the reader does something.
      if (asked === this.request && this.good) {
        this.alert(null);
        this.mark("");
      } else if (this.lost) this.alert(null);
      this.good = asked;
      if (this.separate !== answer.separate) {
        this.separate = answer.separate;
        this.relabel();
      }
      this.barScale = Math.max(...["c", "keep", "write"].map((name) => this.reach(name))) || 1;
      this.note(answer.memory);
      this.figures = answer.figures;
      if (before !== this.inputs.join()) this.start();
      else this.player.changed();
      this.drawSoon();
      this.root.dataset.ready = "";
    }

    /** f·C(t−1), i·C̃ and their sum, as the engine adds them up. */
    addProducts() {
      const { series } = this;
      series.keep = series.f.map((f, t) => f * series.c_prev[t]);
      series.write = series.i.map((i, t) => i * series.g[t]);
      series.sum = series.keep.map((keep, t) => keep + series.write[t]);
    }

    /** The largest magnitude that a quantity reaches. */
    reach(name) {
      return this.series[name].reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0);
    }

    /** Begin a new sequence at t = 0, or where a link says. */
    start() {
      const t = this.linkedTime ?? 0;
      this.linkedTime = undefined;
      const pressedPlaySince = this.player.startedAt > this.editedAt;
      if (!pressedPlaySince) this.player.setPlaying(false);
      this.player.load(this.inputs.length, t);
    }

    /**
     * Draw the figures, with a pause after each drawing: while a hand is on a
     * slider the numbers and the diagram must not wait for Plotly.
     */
    drawSoon() {
      if (this.drawing) return;
      const since = performance.now() - (this.drawnAt ?? -Infinity);
      this.drawing = setTimeout(
        () => {
          this.drawing = undefined;
          this.strip.update(this.figures.unrolled);
          this.traces.draw(this.chosen(this.figures.traces));
          // Plotly draws before the next timer, however long that takes.
          setTimeout(() => (this.drawnAt = performance.now()));
        },
        Math.max(FIGURES - since, 0),
      );
    }

    chosen(figure) {
      const data = figure.data.map((trace) => ({
        ...trace,
        visible: lab.switches.isOn(`line-${trace.meta}`),
      }));
      return { ...figure, data };
    }

    /** Follow the switches of the legend. */
    showLines() {
      this.root.classList.toggle("hides-future", !lab.switches.isOn("future"));
      if (this.figures) this.traces.draw(this.chosen(this.figures.traces));
    }

    note({ text, offer }) {
      this.root.querySelector(".lab-memory").textContent = text;
      this.root.querySelector(".lab-offer").hidden = !offer;
    }

    /** What the named setting in force does; nothing once it is changed. */
    say(does) {
      this.root.querySelector(".lab-does").textContent = does;
    }

    alert(message) {
      if (!message && !this.alerted) return;
      this.alerted = Boolean(message);
      this.set("alert", { is_open: this.alerted, ...(message && { children: message }) });
    }

    mark(field) {
      this.root.querySelectorAll("[aria-invalid]").forEach((element) => {
        element.removeAttribute("aria-invalid");
      });
      if (!field) return;
      const selector =
        field === "sequence"
          ? ".lab-sequence"
          : `.lab-slider[data-quantity="${CSS.escape(field)}"] .lab-number`;
      this.root.querySelector(selector)?.setAttribute("aria-invalid", "true");
    }

    /* --- showing ------------------------------------------------------ */

    /** Write the formulas and labels that depend on tied or separate weights. */
    relabel() {
      const { words } = this.config;
      this.root.dataset.weights = this.separate ? "separate" : "tied";
      for (const box of this.root.querySelectorAll("[data-formula]"))
        box.textContent = lab.formula(words[box.dataset.formula], this.separate);
      for (const box of this.root.querySelectorAll("[data-worked]")) {
        const { worked, worked_separate } = words[box.dataset.worked];
        box.replaceChildren(...lab.template((this.separate && worked_separate) || worked));
      }
      for (const box of this.root.querySelectorAll("[data-squashed]")) {
        const { squashed } = words[box.dataset.squashed];
        box.replaceChildren(...(squashed ? ["= ", ...lab.template(squashed)] : []));
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

    paint(t, words) {
      if (!this.series) return;
      this.frame = this.frameAt(t);
      // Playheads first: they read the layout, which the numbers then change.
      this.strip.calm = this.player.playing;
      this.strip.place(t);
      this.traces.place(t);
      this.diagram.paint(this.frame, this.scale);
      if (words) this.fill();
      if (!this.player.playing) lab.settled?.();
    }

    frameAt(t) {
      const frame = { ...this.numbers, t, status: this.player.status };
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
      const { keep, sum } = this.frame;
      if (Number.isNaN(sum)) return [0, 0];
      return { keep: [0, keep], write: [keep, sum], c: [0, sum] }[name];
    }

    /* --- links -------------------------------------------------------- */

    /** Everything that a link must restore. */
    state() {
      if (!this.series) return null;
      return {
        x: this.inputs.join(","),
        t: this.player.t,
        separate: this.separate,
        numbers: this.numbers,
      };
    }

    /** Whether all is still as a fresh page shows it. */
    get untouched() {
      const { defaults } = this.config;
      const same = ([name, value]) => defaults.numbers[name] === value;
      const sequence = defaults.sequence.replaceAll(" ", "");
      const { x, t, separate, numbers } = this.state();
      return x === sequence && t === 0 && !separate && Object.entries(numbers).every(same);
    }
  }

  function viewOf(rootId, config) {
    const root = document.getElementById(lab.domId(rootId));
    const known = views.get(rootId.aio_id);
    if (known?.root === root) return known;
    lab.still(root);
    const view = new CellView(root, config);
    views.set(rootId.aio_id, view);
    lab.keep?.(root);
    return view;
  }

  /** As Dash writes a dict id into the page. */
  lab.domId = (id) =>
    `{${Object.keys(id)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${JSON.stringify(id[key])}`)
      .join(",")}}`;
  lab.views = views;

  const randomSequence = () =>
    Array.from({ length: 12 }, () => (Math.random() * 2 - 1).toFixed(2)).join(", ");
  /** As a number field shows it: two decimals, unless it has more; text stays as it is. */
  const asText = (value) => {
    const cents = Number(value).toFixed(2);
    return Number(cents) === Number(value) && String(value).trim() ? cents : String(value);
  };

  /** Colour the track of a signed slider from its zero to its thumb. */
  function fillRange(range, value) {
    const at = (value - range.min) / (range.max - range.min);
    range.style.setProperty("--from", Math.min(at, 0.5));
    range.style.setProperty("--to", Math.max(at, 0.5));
  }

  const callbacks = {
    /** Examples, named settings and links: many controls at once. */
    choose(chosen, ids, config) {
      const { no_update: keep } = window.dash_clientside;
      const view = views.get(ids[0].aio_id);
      if (chosen?.kind === "example") {
        const { name } = chosen;
        const text = name === "random" ? randomSequence() : config.examples[name];
        return [ids.map(() => keep), text, keep];
      }
      if (chosen?.kind === "preset") {
        const { numbers, separate, does } = config.presets[chosen.name];
        view?.say(does);
        if (view) Object.assign(view, { choosing: true, ownRecurrent: false });
        return [ids.map((id) => asText(numbers[id.name])), keep, separate];
      }
      // Without a link too the values are returned: Dash drops the first call of a
      // callback whose inputs another first call left alone.
      const linked = lab.link?.take(config.defaults) ?? config.defaults;
      if (view && lab.link?.problem) {
        view.alert(lab.link.problem);
        return [ids.map(() => keep), keep, keep];
      }
      if (view) Object.assign(view, { choosing: true, linkedTime: linked.t, request: null });
      const text = ids.map((id) => asText(linked.numbers[id.name]));
      return [text, linked.sequence, linked.separate];
    },

    /** A slider and its number field; the field holds the truth. */
    pair(slider, number, id, end) {
      const { no_update: keep, callback_context: context } = window.dash_clientside;
      const range = document.getElementById(lab.domId(id));
      if (context.triggered_id?.part === "slider") {
        fillRange(range, slider);
        return [keep, asText(Number(slider))];
      }
      const value = Number(String(number).replace("−", "-"));
      // A slider under the hand leads: an older number must not pull it back.
      if (document.activeElement === range) return [keep, keep];
      if (String(number).trim() === "" || Number.isNaN(value)) return [keep, keep];
      const reachable = Math.min(Math.max(value, -end), end);
      fillRange(range, reachable);
      return [reachable, keep];
    },

    /** Something was set: ask for its consequences. */
    changed(values, sequence, separate, ids, config, rootId) {
      const view = viewOf(rootId, config);
      const numbers = Object.fromEntries(ids.map((id, index) => [id.name, String(values[index] ?? "")]));
      const recurrent = (gate) => `U_${gate}`;
      if (separate && view.request?.separate === false && !view.choosing && !view.ownRecurrent) {
        // Separate weights start from the tied ones, so that the switch changes nothing by itself.
        for (const gate of GATES) {
          const value = (numbers[recurrent(gate)] = numbers[`W_${gate}`]);
          view.set("number", { value }, { name: recurrent(gate) });
        }
      }
      const numbersNow = JSON.stringify(numbers);
      if (!view.choosing && view.numbersBefore !== undefined && view.numbersBefore !== numbersNow)
        view.say("Your own setting.");
      view.numbersBefore = numbersNow;
      view.choosing = false;
      if (separate)
        view.ownRecurrent = GATES.some((gate) => numbers[recurrent(gate)] !== numbers[`W_${gate}`]);
      const typing = document.activeElement?.matches(".lab-number, .lab-sequence") ?? false;
      view.offer({ sequence: sequence ?? "", separate, numbers }, { typing });
    },

    answered(answer, rootId) {
      if (answer) views.get(rootId.aio_id)?.answered(answer);
    },

    settled(busy, rootId) {
      const view = views.get(rootId.aio_id);
      // The answer, where there is one, may arrive a moment after this.
      if (busy === false && view) {
        const { sent } = view;
        setTimeout(() => view.waiting && view.sent === sent && view.failed(), 50);
      }
    },

    open_concepts: () => true,
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_cell: callbacks });
})();
