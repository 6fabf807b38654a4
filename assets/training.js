/*
 * Training on the Cell page.
 *
 * The server goes some epochs on from where it is told training stands; they are
 * kept here, and an epoch is shown by asking the usual question of the view with
 * its weights. So what the whole page shows is always one epoch, and any can be
 * gone back to. What is played is written to the fields directly, and handed to
 * Dash once, when it rests.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const { EXAMPLES, read, write } = lab.targets;
  const AHEAD = 1; // seconds of epochs to have in hand
  const LONG = 10000; // epochs after which training rests by itself
  const PAUSE = 120; // milliseconds between two drawings of the curve
  const ECHO = 3000; // milliseconds within which Dash says back what it was handed
  const TYPING = 400; // milliseconds of rest before a half-typed rate counts
  const HIDDEN = 250; // milliseconds without a frame after which the page was out of sight
  const GONE =
    "The setting changed: the epochs kept of the old one are gone. Training starts anew from here.";
  const HELD = "Switch the interventions off to train.";

  class Training {
    /** @param view the CellView, whose settings it trains from */
    constructor(view) {
      this.view = view;
      this.root = view.root;
      this.config = view.config.training;
      this.on = false;
      this.playing = false;
      this.loose = false; // whether what is shown is not yet in Dash's fields
      this.run = 0; // counts settings: each has epochs of its own
      this.branch = 0; // counts ways on: an answer to an older one is not wanted
      this.asking = new lab.Asking((data) => view.set("training", { data }), this);
      this.handed = []; // weights on their way to Dash
      this.typedUntil = 0; // when a half-typed rate counts
      this.switch = this.root.querySelector("[data-training=switch]");
      const named = (event) => event.target.closest("[data-training]")?.dataset.training;
      view.listen("click", (event) => ACTIONS[named(event)]?.(this));
      view.listen("input", (event) => TYPED[named(event)]?.(this));
      view.listen("change", (event) => CHANGED[named(event)]?.(this));
    }

    /** The view is no longer on the page. */
    leave() {
      this.playing = false;
      this.asking.leave();
      this.root.classList.remove("is-training");
      clearTimeout(this.drawing);
    }

    /* --- on and off --------------------------------------------------- */

    toggle() {
      this.turn(!this.on);
      this.ask();
      // On a narrow screen the card is far from the switch.
      if (this.on) this.card.scrollIntoView({ block: "nearest" });
    }

    turn(on) {
      if (on === this.on) return;
      this.on = on;
      if (on) this.enter();
      else this.exit();
      this.switch.setAttribute("aria-pressed", String(on));
      this.root.classList.toggle("is-training", on);
      this.view.relabel(); // looks for the places of live numbers
      window.dispatchEvent(new Event("resize")); // figures have other room
    }

    /** Put the card and its parts in other cards in place, each behind its template. */
    enter() {
      this.parts = [...this.root.querySelectorAll("template[data-later]")].map((place) => {
        if (place.nextElementSibling === this.card && this.card) return this.card;
        // Our own server wrote it, from constants: nothing that a reader typed is in it.
        place.insertAdjacentHTML("afterend", place.dataset.later);
        return place.nextElementSibling;
      });
      if (!this.card) this.meet(this.root.querySelector(".lab-card-training"));
      this.card.hidden = false;
      lab.keep(this.root);
      // At the end of time nothing lies under the veil.
      this.fresh = this.view.player.t === 0;
      // What was typed when training was on last may not fit the input any more.
      const count = (text = "") => read(text).length;
      const { target } = this.fields;
      if (count(target.value) && count(target.value) === count(this.view.settings?.sequence))
        this.follow(this.view.settings.sequence);
      else this.choose("copy");
      this.hold();
    }

    meet(card) {
      this.card = card;
      const named = [...card.querySelectorAll("[data-training]")];
      this.fields = Object.fromEntries(named.map((field) => [field.dataset.training, field]));
      this.words = card.querySelector(".lab-training-says");
      this.hint = this.words.textContent;
      this.curve = new lab.Curve(card.querySelector("[data-figure=loss]"), null, {
        click: (epoch) => {
          this.scrub(epoch);
          this.commit();
        },
        hover: (epoch, event) => this.tell(epoch, event),
        leave: () => this.view.explainer.leave(),
      });
    }

    exit() {
      this.rest();
      this.complain(null);
      this.card.hidden = true;
      this.parts.filter((part) => part !== this.card).forEach((part) => part.remove());
      this.kept = this.base = this.pending = undefined;
    }

    /* --- what to learn ------------------------------------------------ */

    /** Take an example's target; gives the input that it needs, where it needs another. */
    choose(name) {
      const { fits, target } = EXAMPLES[name];
      const { inputs, says } = this.config.examples[name];
      const now = this.view.settings?.sequence ?? this.view.config.defaults.sequence;
      const x = read(now);
      const fit = x.length > 0 && x.every(Number.isFinite) && fits(x);
      this.example = name;
      this.fields.target.value = write(target(fit ? x : read(inputs)));
      this.said = says;
      this.say(says);
      return fit ? undefined : inputs;
    }

    /** The input changed: an example's target follows it. */
    follow(sequence) {
      if (!this.on || !this.example) return;
      const x = read(sequence);
      const { fits, target } = EXAMPLES[this.example];
      if (x.length && x.every(Number.isFinite) && fits(x)) this.fields.target.value = write(target(x));
    }

    /** What the usual question must say besides. */
    get target() {
      return this.on && !this.held ? { target: this.fields.target.value } : {};
    }

    /** Whether somebody reaches into the run: what it says is then not what its weights say. */
    get held() {
      return Boolean(this.view.intervening?.isOn);
    }

    /** Stop, and say why, while somebody does. */
    hold() {
      if (!this.on) return;
      if (this.held && this.playing) this.rest();
      for (const name of ["train", "one", "rewind"]) this.fields[name].disabled = this.held;
      if (this.held) this.say(HELD);
      else if (this.words.textContent === HELD) this.say(this.about);
    }

    /** Ask the usual question again, with what stands there now. */
    ask() {
      this.commit();
      this.view.again();
    }

    /* --- what is shown ------------------------------------------------ */

    /** An answer of the view: one of the kept epochs, or a setting to start from. */
    shows(asked, { inputs, numbers, separate, training }) {
      if (!this.on || !training) return;
      this.steps = inputs.length;
      this.wanted = training.target;
      this.loss = training.loss;
      const weights = this.config.names.map((name) => numbers[name]);
      const base = JSON.stringify([inputs, training.target, separate]);
      const at = this.kept?.near(this.at);
      const stands = base === this.base && at.weights.every((value, n) => value === weights[n]);
      if (base === this.base && asked.of?.run === this.run) this.shown = asked.of.epoch;
      else if (stands) this.shown = this.at;
      else this.begin(base, asked, weights);
      this.write(asked);
      this.paint();
      const { pending } = this;
      this.pending = undefined;
      if (pending) setTimeout(pending);
    }

    begin(base, { sequence, target, separate }, weights) {
      const lost = this.kept?.list.length > 1;
      this.base = base;
      this.series = { sequence, target, separate };
      this.run += 1;
      this.playing = this.loose = false;
      this.at = this.shown = 0;
      this.kept = new lab.Epochs({ epoch: 0, weights, loss: this.loss, memory: null, age: 0 });
      this.turnOff();
      this.complain(null);
      // Whoever chose an example knows that it is another one.
      this.say(this.said ?? (lost ? GONE : this.words.textContent));
      this.said = undefined;
    }

    /** Another way on from here: what was asked or learnt ahead is not wanted. */
    turnOff() {
      this.branch += 1;
      this.ahead = [];
      this.why = null;
    }

    /** Weights as text that reads back to the same bits. */
    texts({ weights }) {
      return Object.fromEntries(
        this.config.names.map((name, n) => [name, lab.asText(weights[n])]),
      );
    }

    show(record) {
      const { sequence, separate } = this.view.settings;
      this.at = record.epoch;
      this.loose = true;
      const of = { run: this.run, epoch: record.epoch };
      this.view.offer({ sequence, separate, numbers: this.texts(record), of });
    }

    /** Hand what is shown to Dash, which has not seen it while it moved. */
    commit() {
      const numbers = this.loose && this.texts(this.kept.near(this.at));
      if (!numbers) return;
      this.loose = false;
      this.handed.push({ numbers, at: performance.now() });
      this.view.settings = { ...this.view.settings, numbers };
      this.view.choose({ kind: "weights", numbers });
      this.write({ numbers, of: {} }, true); // Dash leaves alone what it holds to be so already
    }

    /** Whether Dash only says back what it was handed, or, unless told to, what it knew. */
    echoes({ sequence, separate, numbers }, known, isTold) {
      if (!this.on || !known || sequence !== known.sequence || separate !== known.separate) return false;
      const own = this.config.names.filter((name) => separate || !name.startsWith("U_"));
      const same = (one) => own.every((name) => one[name] === numbers[name]);
      this.handed = this.handed.filter(({ at }) => performance.now() - at < ECHO);
      const found = this.handed.findLastIndex((one) => same(one.numbers));
      if (found < 0) return !isTold && this.loose && same(known.numbers);
      this.handed.splice(0, found + 1); // an older one may have been overtaken
      return true;
    }

    /** Stop; gives the weights that Dash does not know yet, for somebody else to hand over. */
    release() {
      const shown = this.loose ? this.texts(this.kept.near(this.at)) : undefined;
      this.playing = this.loose = false;
      if (this.on) this.paint();
      return shown;
    }

    /** Bring sliders and number fields to the weights that are shown. */
    write(asked, isLatest = asked.of ? this.loose : asked === this.view.asking.wanted) {
      const { numbers, of } = asked;
      const { domId } = lab.live;
      for (const [name, text] of Object.entries(numbers)) {
        const find = (part) => document.getElementById(domId(this.view.id(part, { name })));
        const [field, range] = ["number", "slider"].map(find);
        // An answer to what was must not pull back what a hand is on.
        if (!isLatest && [field, range].includes(document.activeElement)) continue;
        const shown = this.loose && of ? Number(text).toFixed(3) : text;
        if (field.value !== shown) field.value = shown;
        if (!of && range.matches(":active")) continue; // a hand is moving it
        const value = Math.min(Math.max(Number(text), Number(range.min)), Number(range.max));
        range.value = value;
        lab.fillRange(range, value);
      }
    }

    /** The live numbers of training. */
    get frame() {
      if (!this.on || this.shown === undefined) return {};
      return { epoch: this.shown, iteration: this.shown * this.steps, loss: this.loss };
    }

    paint() {
      if (!this.kept) return;
      const { train, epoch: slider } = this.fields;
      const goes = this.playing && !this.single;
      train.textContent = goes ? "Pause training" : "Train";
      train.classList.toggle("is-on", goes);
      const last = Math.max(this.kept.last.epoch, 1);
      if (slider.max !== String(last)) slider.max = last;
      if (slider.value !== String(this.at)) slider.value = this.at;
      slider.style.setProperty("--to", this.at / last);
      slider.setAttribute("aria-valuetext", `epoch ${this.at} of ${this.kept.last.epoch}`);
      this.curve.place(this.shown);
      this.drawSoon();
    }

    drawSoon() {
      const { list, last } = this.kept;
      const colour = this.view.figures?.loss?.data[0].line.color;
      const key = `${this.run} ${this.branch} ${list.length} ${last.epoch} ${colour}`;
      if (this.drawing || key === this.drawn) return;
      const wait = this.playing ? PAUSE - (performance.now() - (this.drawnAt ?? 0)) : 0;
      this.drawing = setTimeout(
        () => {
          this.drawing = undefined;
          if (!this.on || !this.kept || !this.view.figures?.loss) return;
          if (!window.Plotly) {
            this.drawing = setTimeout(() => {
              this.drawing = undefined;
              this.drawSoon(); // it comes with Dash's first graph
            }, PAUSE);
            return;
          }
          this.drawn = key;
          this.drawnAt = performance.now();
          this.curve.fill(this.view.figures.loss, this.kept);
          this.paint();
        },
        Math.max(wait, 0),
      );
    }

    /** Say the loss of the epoch that the pointer is over. */
    tell(epoch, event) {
      const { epoch: found, loss } = this.kept.near(epoch);
      this.view.explainer.table(`Epoch ${found}`, [["plain", `loss ${loss.toPrecision(4)}`]], event);
    }

    /** What there is to say while nothing happened. */
    get about() {
      return this.config.examples[this.example]?.says ?? this.hint;
    }

    say(words) {
      if (this.words.textContent !== words) this.words.textContent = words;
    }

    /** Say what stopped training, until the reader does something; with null, no more. */
    complain(why) {
      const before = this.complaint;
      this.complaint = why;
      if (why) {
        this.view.alert(why.message);
        this.view.mark(why.field);
      } else if (before) {
        this.view.clear();
        if (this.words.textContent === before.message) this.say(this.about);
      }
    }

    /* --- learning ----------------------------------------------------- */

    /** Train, or take one epoch; once the page shows what stands in its fields. */
    start(single = false) {
      const { asking } = this.view;
      asking.flush();
      if (asking.awaited || asking.next) {
        this.pending = () => this.start(single);
        return;
      }
      if (asking.refused === asking.wanted) {
        this.view.complainAgain();
        return;
      }
      if (!this.kept || this.playing) return;
      this.complain(null);
      if (this.words.textContent === GONE) this.say(this.about);
      if (this.why || this.at < this.kept.last.epoch) {
        this.kept.cut(this.at);
        this.turnOff();
      }
      this.single = single;
      this.until = this.at + (single ? 1 : LONG);
      this.due = this.at;
      this.before = performance.now();
      this.playing = true;
      this.paint();
      this.tick(this.before);
    }

    /** The last epoch in hand. */
    get front() {
      return this.ahead.at(-1) ?? this.kept.last;
    }

    tick(now) {
      if (!this.playing || !this.root.isConnected) return;
      const pace = Number(this.fields.pace.value);
      const reach = Math.min(this.front.epoch, this.until);
      // A page that was out of sight goes on from where it was.
      const passed = (Math.min(Math.max(now - this.before, 0), HIDDEN) * pace) / 1000;
      this.due = this.single ? reach : Math.min(this.due + passed, reach);
      this.before = now;
      if (reach < this.until && reach - this.due < pace * AHEAD) this.fetch(pace);
      const { asking } = this.view;
      const epoch = Math.floor(this.due);
      if (epoch > this.at && !asking.awaited && !asking.next) {
        while (this.ahead[0]?.epoch <= epoch) this.kept.add(this.ahead.shift());
        this.show(this.kept.last);
      }
      const arrived = this.at === reach && this.shown === reach;
      if (arrived && (this.why || reach === this.until)) this.finish();
      else requestAnimationFrame((time) => this.tick(time));
    }

    /** Ask for the next epochs. */
    fetch(pace) {
      if (this.why || this.asking.awaited || this.asking.next) return;
      if (performance.now() < this.typedUntil) return;
      const { front, fields, series, branch } = this;
      const method = fields.method.value;
      const goesOn = front.method === method;
      this.asking.offer({
        ...series,
        branch,
        method,
        rate: fields.rate.value,
        numbers: this.texts(front),
        epoch: front.epoch,
        epochs: this.single ? 1 : Math.min(pace, this.config.most),
        age: goesOn ? front.age : 0,
        memory: goesOn ? lab.numbers.encode(front.memory) : null,
      });
    }

    /** The next epochs came. */
    accept(asked, answer) {
      if (asked.branch !== this.branch) return;
      const { epochs: count } = answer;
      const [weights, losses, memory] = ["weights", "losses", "memory"].map((name) =>
        lab.numbers.decode(answer[name]),
      );
      const row = (array, n) => array.subarray((n * array.length) / count, ((n + 1) * array.length) / count);
      for (let n = 0; n < count; n += 1)
        this.ahead.push({
          epoch: asked.epoch + n + 1,
          weights: row(weights, n),
          loss: losses[n],
          memory: row(memory, n),
          age: asked.age + n + 1,
          method: asked.method,
        });
      this.why = answer.stopped;
    }

    refuse(asked, error) {
      if (asked.branch === this.branch) this.why = error;
    }

    silent(message) {
      this.view.silent(message);
    }

    /** All that was wanted, or all that there is. */
    finish() {
      const { why } = this;
      const long = !why && !this.single && `Rests after ${LONG.toLocaleString("en")} epochs. Train goes on.`;
      this.rest();
      if (why) this.complain(why);
      if (why || long) this.say(why ? why.message : long);
    }

    /** Pause, and hand over what is shown. */
    rest() {
      this.playing = false;
      this.commit();
      if (this.on) this.paint();
    }

    /** Go to an epoch that was kept. */
    scrub(epoch) {
      if (!this.kept) return;
      this.playing = false;
      this.complain(null);
      const record = this.kept.near(epoch);
      if (record.epoch !== this.at) this.show(record);
      this.paint();
    }

    /** Another rate or optimiser: training goes on with it from the epoch shown. */
    steer() {
      this.turnOff();
      this.complain(null);
      if (!this.playing) lab.settled?.(this.view);
    }

    /* --- links -------------------------------------------------------- */

    toQuery() {
      if (!this.on) return {};
      const { method, rate } = this.fields;
      const target = (this.wanted ?? []).join(",");
      return { train: "1", target, optimiser: method.value, rate: rate.value.trim() };
    }

    /** Bring the mode and its fields to what a link says. */
    restore(query) {
      const on = query?.get("train") === "1";
      this.turn(on);
      if (!on) return;
      const { method, rate, target } = this.fields;
      const known = [...method.options].map(({ value }) => value);
      method.value = known.includes(query.get("optimiser")) ? query.get("optimiser") : known[0];
      rate.value = query.get("rate") ?? String(this.config.rates[method.value]);
      this.example = query.has("target") ? undefined : "copy";
      if (query.has("target")) target.value = query.get("target").replaceAll(",", ", ");
      this.fresh = false;
    }
  }

  const ACTIONS = {
    switch: (training) => training.toggle(),
    train: (training) => (training.playing ? training.rest() : training.start()),
    one: (training) => {
      training.rest();
      training.start(true);
    },
    rewind: (training) => {
      training.scrub(0);
      training.commit();
    },
  };
  const TYPED = {
    epoch: (training) => training.scrub(Number(training.fields.epoch.value)),
    target: (training) => {
      training.example = undefined;
      training.playing = false;
      training.complain(null);
      training.say(training.about);
      training.ask();
    },
    rate: (training) => {
      training.typedUntil = performance.now() + TYPING;
      training.steer();
    },
  };
  const CHANGED = {
    epoch: (training) => training.commit(),
    rate: (training) => (training.typedUntil = 0),
    method: (training) => {
      const { method, rate } = training.fields;
      const usual = Object.values(training.config.rates).map(String);
      if (usual.includes(rate.value.trim())) rate.value = training.config.rates[method.value];
      training.steer();
    },
  };

  lab.Training = Training;
})();
