/*
 * Looking back on the Cell page: what still counts at a step T, on the time axis of
 * the traces, and played from T back to the first step.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PLOT = { displayModeBar: false, doubleClick: false, showTips: false, responsive: true };
  const PAUSE = 80; // milliseconds between two drawings
  const SMALL = 1e-3; // what is smaller is written with its exponent
  const SYMBOLS = {
    path: "memory alone",
    dc_dc: "∂C(T)/∂C",
    dh_dh: "∂h(T)/∂h",
    rnn: "RNN ∂h(T)/∂h",
    dy_dx: "∂y(T)/∂x",
    dl_dc: "∂L/∂C",
    dl_dh: "∂L/∂h",
  };
  const ROLES = { path: "f", dc_dc: "c", dh_dh: "h", rnn: "plain", dy_dx: "x", dl_dc: "c", dl_dh: "h" };

  /** Write a number; what has vanished keeps its digits. */
  function written(value, decimals) {
    const size = Math.abs(value);
    if (decimals === 0 || !(size > 0 && size < SMALL)) return lab.numbers.shown(value, decimals);
    return value.toExponential(1).replaceAll("-", "−");
  }

  /** The figure, which Dash has no part in, so that it costs nothing until it is wanted. */
  class BackFigure extends lab.Figure {
    hand({ data, layout }) {
      window.Plotly.react(this.box.querySelector(".lab-graph"), data, layout, PLOT);
    }
  }

  class LookingBack {
    /** @param view the CellView whose run it looks back through */
    constructor(view) {
      this.view = view;
      this.root = view.root;
      this.on = false;
      this.T = null; // the step to look back from; null is the last, whichever that is
      this.ending = new AbortController();
      const { signal } = this.ending;
      const named = (event) => event.target.closest("[data-back]")?.dataset.back;
      this.root.addEventListener("click", (event) => ACTIONS[named(event)]?.(this), { signal });
      this.root.addEventListener(
        "input",
        (event) => named(event) === "from" && this.from(Number(event.target.value)),
        { signal },
      );
      // The same switch of another view counts here too.
      document.addEventListener("lab-switch", () => this.redraw(), { signal });
      this.button = this.root.querySelector("[data-back=open]");
    }

    /** The view is no longer on the page. */
    leave() {
      this.ending.abort();
      clearTimeout(this.drawing);
      this.root.classList.remove("is-looking-back", "is-going-back");
    }

    /* --- on and off ----------------------------------------------------- */

    toggle() {
      const on = !this.on;
      for (const part of this.row) {
        part.turn(on);
        if (on) part.view.again();
      }
      if (on) this.card.scrollIntoView({ block: "nearest" });
      else lab.settled?.(this.view);
    }

    /** In Compare the cards of both settings stand in one row, and open together. */
    get row() {
      const sides = [lab.compare?.a, lab.compare?.b].filter(Boolean);
      if (!sides.includes(this.view)) return [this];
      return sides.flatMap(({ parts }) => parts.filter((part) => part instanceof LookingBack));
    }

    turn(on) {
      if (on === this.on) return;
      this.on = on;
      if (on && !this.card) this.enter();
      this.card.hidden = !on;
      this.button.setAttribute("aria-pressed", String(on));
      this.root.classList.toggle("is-looking-back", on);
      if (!on) {
        const { player } = this.view;
        if (player.direction < 0) player.reset(player.t);
        this.root.classList.remove("is-going-back");
      }
      window.dispatchEvent(new Event("resize")); // figures have other room
    }

    /** Put the card in place, behind its template. */
    enter() {
      const place = this.root.querySelector("template[data-back-card]");
      // Our own server wrote it, from constants: nothing that a reader typed is in it.
      place.insertAdjacentHTML("afterend", place.dataset.backCard);
      this.card = place.nextElementSibling;
      lab.keep(this.root);
      lab.nameViews();
      const find = (name) => this.card.querySelector(`[data-back=${name}]`);
      this.fields = { slider: find("from"), play: find("play"), says: find("says"), loss: find("loss") };
      this.places = [...this.card.querySelectorAll("data")];
      const { traces, explainer } = this.view;
      this.figure = new BackFigure(this.card.querySelector("[data-figure=back]"), null, {
        click: (t) => {
          this.before = this.T;
          this.from(t);
        },
        back: () => this.set(this.before),
        hover: (t, event) => this.tell(t, event),
        leave: () => explainer.leave(),
        zoom: (range) => traces.zoomTo(range),
      });
      this.figure.zoom = traces.zoom;
      this.figure.whole = traces.whole;
      traces.react = { ...traces.react, zoom: (range) => this.figure.zoomTo(range) };
    }

    /* --- the step that is looked back from ------------------------------- */

    from(t) {
      const { T } = this.view.player;
      this.set(t >= T ? null : Math.max(t, 1));
    }

    set(T) {
      this.T = T;
      this.view.again();
    }

    /** What the usual question must say besides. */
    settings() {
      return this.on ? { back: { t: this.T } } : {};
    }

    /* --- answers ----------------------------------------------------------- */

    accept(asked, { inputs, back }) {
      if (!this.on || !back) return;
      // Who looks back from the last step does so when the sequence gets longer.
      if (back.t === inputs.length && asked.back.t === this.T) this.T = null;
      this.answer = back;
      this.series = Object.fromEntries(
        Object.entries(back.series).map(([name, array]) => [name, lab.numbers.decode(array)]),
      );
      const { slider, says, loss } = this.fields;
      slider.max = inputs.length;
      if (document.activeElement !== slider || asked === this.view.asking.wanted) slider.value = back.t;
      slider.setAttribute("aria-valuetext", `step ${back.t} of ${inputs.length}`);
      lab.fillRange(slider, back.t);
      if (says.textContent !== back.says) says.textContent = back.says;
      if (loss.textContent !== back.loss) loss.textContent = back.loss;
      this.paint(this.view.player.t, true);
      this.drawSoon();
    }

    /** A switch was pressed, which the link may tell of. */
    redraw() {
      if (!this.on) return;
      this.drawSoon();
      lab.settled?.(this.view);
    }

    /** Draw, with a pause after each drawing: a hand on a slider must not wait for Plotly. */
    drawSoon() {
      if (!this.on || this.drawing) return;
      const since = performance.now() - (this.drawnAt ?? -Infinity);
      this.drawing = setTimeout(
        () => {
          this.drawing = undefined;
          if (!this.on || !this.answer) return;
          this.drawnAt = performance.now();
          if (window.Plotly) this.figure.draw(this.chosen(this.answer.figure));
          else this.drawSoon(); // it comes with Dash's first graph
        },
        Math.max(PAUSE - since, 0),
      );
    }

    /** The lines that are switched on, signed or as magnitudes. */
    chosen({ data, layout }) {
      const isOn = (name) => lab.switches.isOn(`back-${name}`, this.root);
      const log = isOn("log");
      // Nothing has no logarithm: there the line has a gap.
      const sizes = (y) => Array.from(lab.numbers.decode(y), (value) => Math.abs(value) || null);
      return {
        data: data.map((trace) => ({
          ...trace,
          visible: isOn(trace.meta),
          ...(log && { y: sizes(trace.y) }),
        })),
        layout: { ...layout, ...(log && layout.meta.log) },
      };
    }

    /* --- showing ----------------------------------------------------------- */

    paint(t, words) {
      if (!this.on) return;
      const { player } = this.view;
      const goesBack = player.direction < 0;
      this.root.classList.toggle("is-going-back", goesBack);
      this.figure.place(t);
      if (!words) return;
      this.fields.play.setAttribute("aria-pressed", String(player.playing && goesBack));
      this.takeOver();
      const frame = this.frameAt(t);
      for (const element of this.places) {
        const value = frame[element.dataset.value ?? element.dataset.part];
        const text = written(value, Number(element.dataset.decimals));
        if (element.textContent !== text) element.textContent = text;
        const exact = lab.numbers.exact(value);
        if (element.getAttribute("value") !== exact) element.setAttribute("value", exact);
      }
    }

    /** The view fills all its numbers alike; these are filled here, small ones with their exponent. */
    takeOver() {
      const { view } = this;
      if (view.live === this.left) return;
      this.left = view.live = view.live.filter((element) => !this.card.contains(element));
    }

    frameAt(t) {
      const frame = { ...this.view.numbers, t, back_t: this.answer?.t };
      for (const name in this.series) frame[name] = this.series[name][t];
      return frame;
    }

    /** Say all values of a step that the pointer is over. */
    tell(t, event) {
      const names = Object.keys(SYMBOLS).filter((name) => name in (this.series ?? {}));
      const rows = names.map((name) => [
        ROLES[name],
        `${SYMBOLS[name]} ${written(this.series[name][t], 4)}`,
      ]);
      this.view.explainer.table(`T = ${this.answer.t}, t = ${t}`, rows, event);
    }

    /* --- links ------------------------------------------------------------- */

    toQuery() {
      if (!this.on) return {};
      const log = lab.switches.isOn("back-log", this.root);
      return { back: this.answer?.t ?? this.T ?? "last", ...(log && { back_log: "1" }) };
    }

    /** Bring the card to what a link says. */
    restore(query) {
      const T = Number(query?.get("back"));
      this.turn(Boolean(query?.has("back")));
      this.T = Number.isSafeInteger(T) && T > 0 ? T : null;
      if (this.on) lab.switches.set("back-log", query.get("back_log") === "1", this.root);
    }

    get untouched() {
      return !this.on;
    }

    /** What the reader can take away. */
    takeAway() {
      const plot = this.on && this.figure.plot;
      return plot ? { figures: [{ name: "Look back", plot, legend: true }] } : {};
    }
  }

  const ACTIONS = {
    open: (part) => part.toggle(),
    here: (part) => part.from(part.view.player.t),
    play: (part) => part.answer && part.view.player.toggleBack(part.answer.t),
  };

  lab.LookingBack = LookingBack;
})();
