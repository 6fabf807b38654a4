/* Watching a training run: asks how it goes, shows it, and steers it. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PATIENCE = 4000; // milliseconds after which a look at a run is taken to be lost
  const HURRY = 900; // the same while the server is known to be away
  const QUICK = 0.4; // times the usual pause, while much happens: just after a run was begun
  const QUICKLY = 15000; // milliseconds of that
  const SMALL = 0.001; // a reading below it is shown with its power of ten
  const SLOWER = 3; // times, for a run that does nothing now
  const READ = 60; // characters that a kept model begins to read
  const SURE = 4000; // milliseconds in which a second press deletes
  const FIGURES = ["loss", "accuracy", "norm", "saturation"];
  const BUSY = ["waiting", "running", "pausing"];
  const REST = ["paused", "interrupted"];

  class Watching {
    constructor(view) {
      this.view = view;
      this.root = view.root;
      this.run = ""; // the ID of the run that is watched
      this.n = 0;
      this.least = 1; // number of the oldest look whose answer is still wanted
      const { root } = this;
      root.addEventListener("click", (event) => {
        const { train, run } = event.target.closest("[data-train], [data-run]")?.dataset ?? {};
        if (run) this.watch(run);
        else if (train && train !== "start") this.act(train, event.target);
      });
    }

    leave() {
      clearTimeout(this.sure);
    }

    /** The page is there: look for runs, once. */
    begin() {
      if (!this.n) this.look();
    }

    watch(run) {
      if (run !== this.run) {
        this.shown = undefined;
        this.root.querySelector(".lab-kept").hidden = true;
      }
      this.run = run;
      this.watchedAt = performance.now();
      this.root.classList.add("has-run");
      this.look(true);
    }

    /** Ask how it goes; one question at a time. */
    look(anew = false) {
      const now = performance.now();
      const patience = this.view.lost ? HURRY : PATIENCE;
      if (!anew && this.asked && now - this.asked < patience) return;
      if (this.asked && !anew) this.silent();
      this.asked = now;
      this.n += 1;
      if (anew) this.least = this.n;
      const data = { n: this.n, theme: lab.theme(this.view.root), run: this.run, owner: lab.owner() };
      this.view.set("poll", { data });
      this.tickEvery(this.pace ?? 1);
    }

    /** Look again and again, or no more. */
    tickEvery(times) {
      this.pace = times;
      const { poll } = this.view.config;
      this.view.set("clock", { disabled: !times, interval: poll * (times || 1) });
    }

    /** A look has ended; its answer, where there is one, may arrive a moment after this. */
    ended() {
      const { n } = this;
      setTimeout(() => {
        if (n !== this.n || !this.asked) return;
        this.asked = undefined; // the next tick looks again
        this.silent();
      }, 100);
    }

    silent() {
      this.view.silent("The server does not answer. Training goes on without this page: asking again.");
    }

    answered(answer) {
      // A late one will do, if it is newer than what is shown, and of the same run.
      if (answer.n < this.least) return;
      this.least = answer.n + 1;
      if (answer.n === this.n) this.asked = undefined;
      const { view } = this;
      if (answer.error) {
        view.alert(answer.error);
        if (this.run) this.forget(); // the others are still there
        else this.tickEvery(0);
        return;
      }
      if (view.lost) {
        view.lost = false;
        view.clear();
      }
      this.list(answer.runs);
      if (!answer.run && !this.run && answer.runs.length && !this.looked) {
        this.looked = true; // the newest, where no link names one
        this.watch(answer.runs[0].id);
        return;
      }
      this.looked = true;
      if (answer.run) this.show(answer);
      else this.draw(answer.figures);
      const state = answer.run?.state;
      const others = answer.runs.some((one) => BUSY.includes(one.state));
      const usual = performance.now() - this.watchedAt < QUICKLY ? QUICK : 1;
      this.tickEvery(BUSY.includes(state) ? usual : others || REST.includes(state) ? SLOWER : 0);
      if (answer.run) lab.settled?.(this.view);
    }

    show({ run, figures, samples }) {
      const { root, view } = this;
      const set = (selector, words) => {
        const place = root.querySelector(selector);
        if (place.textContent !== words) place.textContent = words;
      };
      this.shown = run;
      root.classList.add("has-run");
      set(".lab-run-title", run.title);
      set(".lab-state", run.says);
      root.querySelector(".lab-state").dataset.state = run.state;
      set(".lab-progress-words", run.words);
      set(".lab-run-says", run.message || run.about);
      root.querySelector(".lab-run-says").classList.toggle("is-problem", Boolean(run.message));
      const bar = root.querySelector(".lab-progress");
      bar.setAttribute("aria-valuenow", Math.round(100 * run.share));
      bar.setAttribute("aria-valuetext", run.words);
      bar.firstElementChild.style.transform = `scaleX(${run.share})`;
      for (const place of root.querySelectorAll(".lab-card-run data[data-part]")) {
        const value = run.readings[place.dataset.part];
        lab.numbers.fill(place, { [place.dataset.part]: value ?? NaN });
        // A loss of numbers may be a millionth: 0.0000 would say that nothing is left to learn.
        if (value && value < SMALL) place.textContent = value.toExponential(1).replace("e-", "e−");
      }
      this.buttons(run);
      this.draw(figures);
      this.say(run);
      this.write(samples);
      this.offerRoom();
    }

    /** The records of the run as the figures show them, a row for each step. */
    table() {
      const rows = new Map();
      const columns = ["learnt from", "held out", "accuracy", "norm", "f", "i", "o"];
      for (const { data } of FIGURES.map((name) => this.figures[name]))
        for (const { meta, x, y } of data) {
          if (!columns.includes(meta)) continue;
          const values = lab.numbers.decode(y);
          lab.numbers.decode(x).forEach((step, n) => {
            if (!rows.has(step)) rows.set(step, { step });
            rows.get(step)[meta] = Number(values[n].toPrecision(7));
          });
        }
      const steps = [...rows.keys()].sort((one, other) => one - other);
      const names = ["step", ...columns];
      const lines = steps.map((step) => names.map((name) => rows.get(step)[name] ?? "").join(","));
      return ["step,loss,held_out_loss,accuracy,gradient_norm,saturated_f,saturated_i,saturated_o", ...lines].join("\n");
    }

    /** Draw what has changed. */
    draw(figures) {
      this.figures = figures;
      this.drawn ??= {};
      for (const name of FIGURES) {
        const key = JSON.stringify(figures[name]);
        if (this.drawn[name] === key) continue;
        this.drawn[name] = key;
        this.view.set(name, { figure: figures[name] });
      }
    }

    /** Where nothing is written, the page explains itself instead. */
    offerRoom() {
      const writes = Boolean(this.shown?.writes);
      this.root.classList.toggle("has-samples", writes);
    }

    buttons({ state, mine, has_model: hasModel }) {
      const can = {
        pause: mine && ["running", "waiting"].includes(state),
        resume: mine && REST.includes(state),
        stop: mine && (BUSY.includes(state) || REST.includes(state)),
        keep: hasModel,
        delete: mine && !["running", "pausing"].includes(state),
      };
      can.delete &&= !can.stop; // they share a place
      for (const button of this.root.querySelectorAll(".lab-run-buttons [data-train]")) {
        const away = !can[button.dataset.train];
        // To where a second press of the key does nothing.
        if (away && button === document.activeElement) this.root.querySelector(".lab-run-title").focus();
        button.classList.toggle("is-away", away);
      }
    }

    /** The figures in words, for those who listen. */
    say({ readings, words }) {
      const number = (value, digits) =>
        value === null || value === undefined ? "not measured yet" : lab.numbers.shown(value, digits);
      const said = {
        loss: `Loss on held-out data: ${number(readings.held_out, 4)}, on the last batch: ${number(readings.loss, 4)}, after ${words}.`,
        accuracy: `Accuracy on held-out data: ${number(readings.accuracy, 1)} %.`,
        norm: `Norm of the last gradient: ${number(readings.norm, 3)}.`,
        saturation: "Share of gate values that are open or shut, gate by gate, over the batches.",
      };
      for (const [name, text] of Object.entries(said))
        this.root.querySelector(`[data-words=${name}]`).textContent = text;
    }

    write(samples) {
      this.samples = samples;
      const key = JSON.stringify(samples);
      if (key === this.samplesKey) return;
      this.samplesKey = key;
      const card = this.root.querySelector(".lab-card-samples");
      card.classList.toggle("is-empty", samples.length === 0);
      const items = samples.map(({ step, text }) => {
        const item = document.createElement("li");
        const when = document.createElement("span");
        const what = document.createElement("pre");
        when.textContent = `batch ${step.toLocaleString("en")}`;
        what.textContent = text;
        item.append(when, what);
        return item;
      });
      card.querySelector(".lab-samples").replaceChildren(...items);
    }

    list(runs) {
      const key = JSON.stringify([runs, this.run]);
      if (key === this.listKey) return;
      this.listKey = key;
      const card = this.root.querySelector(".lab-card-runs");
      card.classList.toggle("is-empty", runs.length === 0);
      const place = card.querySelector(".lab-runs");
      const focused = document.activeElement?.dataset?.run;
      const items = runs.map(({ id, title, says, state, share }) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        const name = document.createElement("span");
        const how = document.createElement("span");
        button.type = "button";
        button.dataset.run = id;
        if (id === this.run) button.setAttribute("aria-current", "true");
        name.textContent = title;
        how.className = "lab-state";
        how.dataset.state = state;
        how.textContent = state === "running" ? `${Math.round(100 * share)} %` : says;
        button.append(name, how);
        item.append(button);
        return item;
      });
      place.replaceChildren(...items);
      if (focused) place.querySelector(`[data-run="${CSS.escape(focused)}"]`)?.focus();
    }

    act(action, target) {
      const { run, view } = this;
      if (!run) return undefined;
      if (action === "delete" && !this.isSure(target.closest("button"))) return undefined;
      return view.careful(async () => {
        if (action === "keep") {
          const name = this.shown.title;
          const [newest] = this.samples ?? [];
          const { hash } = await (
            await lab.ask(`runs/${run}/model?name=${encodeURIComponent(name)}`, { method: "POST" })
          ).json();
          this.kept(hash, name, await this.readable(hash, newest?.text));
          return;
        }
        if (action === "delete") {
          await lab.ask(`runs/${run}`, { method: "DELETE" });
          this.forget();
          view.clear();
          return;
        }
        await lab.askJson(`runs/${run}`, "PUT", { wish: action });
        this.watchedAt = performance.now(); // what comes of it is shown soon
        view.clear();
        this.look(true);
      });
    }

    /** Whether a press is the second one: the first only asks. */
    isSure(button) {
      const before = button.dataset.asked;
      clearTimeout(this.sure);
      const calm = () => {
        delete button.dataset.asked;
        button.textContent = "Delete";
      };
      if (before) {
        calm();
        return true;
      }
      button.dataset.asked = "true";
      button.textContent = "Delete for good?";
      this.sure = setTimeout(calm, SURE);
      return false;
    }

    /** Nothing is watched any more. */
    forget() {
      this.run = "";
      this.shown = undefined;
      this.samplesKey = undefined;
      const { root, view } = this;
      root.classList.remove("has-run");
      root.querySelector(".lab-run-title").textContent = "No run yet";
      for (const name of [".lab-state", ".lab-progress-words"]) root.querySelector(name).textContent = "";
      root.querySelector(".lab-run-says").textContent = view.config.empty;
      root.querySelector(".lab-progress").firstElementChild.style.transform = "scaleX(0)";
      for (const place of root.querySelectorAll(".lab-card-run data[data-part]"))
        lab.numbers.fill(place, { [place.dataset.part]: NaN });
      root.querySelector(".lab-run-says").classList.remove("is-problem");
      root.querySelector(".lab-kept").hidden = true;
      this.looked = true; // and not for the newest
      this.write([]);
      this.buttons({});
      this.offerRoom();
      if (this.n) this.look(true); // for figures without lines
      lab.settled?.(view);
    }

    /** A text that a model can read: a line of its own, or what the lab writes for it. */
    async readable(hash, written) {
      if (!written) return (await (await lab.ask(`models/${hash}`)).json()).text;
      const longest = written.split("\n").sort((one, other) => other.length - one.length)[0];
      if (longest.length <= READ) return longest;
      const space = longest.lastIndexOf(" ", READ); // between two words
      return longest.slice(0, space > 0 ? space : READ);
    }

    /** Say where the kept model is. */
    kept(hash, name, text) {
      const place = this.root.querySelector(".lab-kept");
      const link = document.createElement("a");
      const query = new URLSearchParams({ v: "1", m: "file", hash, name, text });
      link.href = `${lab.root()}network#${query}`;
      link.textContent = "Open in Network";
      place.replaceChildren("Kept among your models. ", link);
      place.hidden = false;
    }
  }

  lab.Watching = Watching;
})();
