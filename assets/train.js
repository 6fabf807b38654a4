/* The Train view in the browser: settings and data to the server, and a watch over a run. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = ".lab-number, .lab-sequence";
  const LARGEST = 10 * 2 ** 20; // bytes of own data, as on the server
  const REST = 700; // milliseconds without a key after which pasted data are read
  const WAVES = 600; // rows of the sample table
  const TITLE = 40; // characters of a pasted text that name its run

  class TrainView extends lab.View {
    constructor(root, config) {
      super(root, config, "train", TYPING);
      this.data = {}; // what was brought: hash, name and what the server says of it, by task
      this.newest = {}; // what is being brought, or was last, by task: no answer to an older one is wanted
      this.stopping = new AbortController();
      this.watching = new lab.Watching(this);
      const { signal } = this.stopping;
      const file = root.querySelector(".lab-file");
      file.addEventListener("change", () => {
        this.openFile(file.files[0]);
        file.value = ""; // the same file can be opened again
      });
      document.addEventListener("dragover", (event) => event.preventDefault(), { signal });
      document.addEventListener(
        "drop",
        (event) => {
          const [dropped] = event.dataTransfer?.files ?? [];
          if (!dropped) return;
          event.preventDefault();
          this.openFile(dropped);
        },
        { signal },
      );
      root.addEventListener("input", (event) => {
        if (!event.target.matches(".lab-own .lab-sequence")) return;
        clearTimeout(this.pasting);
        this.pasting = setTimeout(() => this.paste(), REST);
      });
      root.addEventListener("click", (event) => {
        if (event.target.closest("[data-train=start]")) this.train();
        if (event.target.closest("[data-sample]")) this.trySample();
      });
    }

    leave() {
      super.leave();
      this.stopping.abort();
      this.watching.leave();
      clearTimeout(this.pasting);
    }

    paint() {}

    restyle() {
      this.watching.look(true);
    }

    /** Run something that can fail with words for the reader. */
    async careful(run) {
      try {
        return await run();
      } catch (error) {
        this.alert(error.message);
        this.mark(error.field ?? "");
        return undefined;
      }
    }

    /* --- settings ------------------------------------------------------ */

    get task() {
      return this.asking.wanted?.task ?? this.config.start;
    }

    get isOwn() {
      return this.config.own.includes(this.task);
    }

    offer(settings, options) {
      const wanted = { ...settings, data: this.data[settings.task]?.hash ?? "" };
      this.ask(wanted, "", undefined, options);
      this.showTask();
    }

    /** The settings as they are, with other data. */
    again() {
      if (this.asking.wanted) this.offer(this.asking.wanted);
    }

    fallback() {
      const { numbers, cell, method } = this.config.tasks[this.config.start];
      return { ...this.asking.wanted, task: this.config.start, numbers: { ...this.asking.wanted.numbers, ...numbers }, cell, method, data: "" };
    }

    accept(asked, answer) {
      this.answer = answer;
      this.asked = asked;
      this.root.querySelector(".lab-estimate").textContent = answer.estimate;
      const brought = this.data[asked.task];
      if (brought && answer.says) brought.says = answer.says;
      this.showData();
      if (asked.task === "table") this.offerColumns(answer.columns, asked.target);
      this.accepted(asked);
      this.watching.begin();
      lab.settled?.(this);
    }

    /** The columns that can be predicted. */
    offerColumns(columns, target) {
      const key = JSON.stringify(columns);
      if (key === this.columnKey) return;
      this.columnKey = key;
      const { next_row: next } = this.config;
      const options = [{ value: next, label: "the next row" }];
      for (const name of columns) options.push({ value: name, label: name });
      const isThere = columns.includes(target);
      this.set("target", { options, ...(!isThere && { value: next }) });
      if (!isThere && this.asking.wanted.task === "table") this.asking.wanted = { ...this.asking.wanted, target: next };
    }

    field(name) {
      const select = { task: "task", target: "target" }[name];
      if (select) return document.getElementById(lab.live.domId(this.id(select)));
      if (name === "data") return this.root.querySelector(".lab-own .lab-sequence");
      const more = super.field(name)?.closest("details");
      if (more) more.open = true;
      return super.field(name);
    }

    /** Show what belongs to the task that is chosen. */
    showTask() {
      const { task, root } = this;
      if (root.dataset.task === task) return;
      root.dataset.task = task;
      const { says, options, examples } = this.config.tasks[task];
      root.classList.toggle("has-own", this.isOwn);
      root.querySelector(".lab-controls .lab-does").textContent = says;
      this.showExamples(examples);
      for (const field of root.querySelectorAll(".lab-options [data-number]")) {
        const label = options[field.dataset.number];
        field.hidden = label === undefined;
        if (label === undefined) continue;
        field.dataset.quantity = label;
        field.querySelector("label").textContent = label;
      }
      root.querySelector("[data-number=unroll]").hidden = !this.isOwn;
      const text = root.querySelector(".lab-own .lab-sequence");
      text.placeholder = this.config.placeholders[task] ?? "";
      this.showData();
      this.showLiterature(task);
    }

    /** A few sequences of the task, as they are learnt. */
    showExamples(examples) {
      const place = this.root.querySelector(".lab-example");
      place.hidden = examples.length === 0;
      const lines = examples.map((text) => {
        const line = document.createElement("code");
        line.textContent = text;
        return line;
      });
      place.replaceChildren(...lines);
    }

    /* --- own data ------------------------------------------------------ */

    /** Something to learn from, for those who have nothing at hand. */
    trySample() {
      const text = this.task === "table" ? waves() : this.config.sample;
      clearTimeout(this.pasting);
      this.pasting = undefined;
      this.set("text", { value: text });
      const { task } = this;
      const name = task === "table" ? "Sample numbers" : "Sample text";
      this.bringing = this.careful(() => this.bring(new Blob([text]), name, { pasted: true }));
      return this.bringing;
    }

    showData() {
      const brought = this.data[this.task];
      const place = this.root.querySelector(".lab-brought");
      const words = brought ? [brought.name, brought.says].filter(Boolean).join(": ") : "";
      if (place.textContent !== words) place.textContent = words;
    }

    openFile(file) {
      if (!file) return undefined;
      this.bringing = this.careful(async () => {
        const named = { csv: "table", txt: "text" }[file.name.toLowerCase().split(".").at(-1)];
        const task = named ?? (this.isOwn ? this.task : "text");
        if (task !== this.task) await this.choose({ kind: "task", task });
        if (file.size > LARGEST)
          throw new Error(`${file.name} has ${(file.size / 2 ** 20).toFixed(1)} MB. Use at most 10 MB.`);
        if (await this.bring(file, file.name)) this.set("text", { value: "" });
      });
      return this.bringing;
    }

    paste() {
      this.pasting = undefined;
      const text = this.root.querySelector(".lab-own .lab-sequence").value;
      const { task } = this;
      this.bringing = this.careful(async () => {
        // What is in the field is what is learnt, or nothing is; a file leaves the field empty.
        const earlier = this.data[task];
        if (text.trim() || earlier?.pasted) this.drop(task);
        if (!text.trim()) {
          if (this.newest[task]?.pasted) delete this.newest[task];
          if (earlier?.pasted) this.again();
          this.showData();
          return;
        }
        const first = text.trim().split("\n")[0];
        const name = first.length > TITLE ? `${first.slice(0, TITLE)}…` : first;
        await this.bring(new Blob([text]), name, { pasted: true });
      });
      return this.bringing;
    }

    /** Forget what was brought. */
    drop(task) {
      delete this.data[task];
      this.root.querySelector(".lab-estimate").textContent = "";
      this.showData();
    }

    /**
     * Let the server read own data; from then on their hash stands for them.
     * Gives whether it does: not where something else was brought meanwhile.
     */
    async bring(blob, name, more = {}) {
      const { task } = this;
      const { unit } = this.asking.wanted;
      if (blob.size > LARGEST) throw new Error("The text has more than 10 MB. Use a part of it.");
      const path = `data?task=${task}&unit=${unit}&name=${encodeURIComponent(name)}`;
      this.root.querySelector(".lab-brought").textContent = `Reading ${name} …`;
      const headers = { "Content-Type": "application/octet-stream" };
      const mine = (this.newest[task] = { ...more });
      const isNewest = () => this.newest[task] === mine;
      try {
        const answer = await (await lab.ask(path, { method: "POST", body: blob, headers })).json();
        if (!isNewest()) return false;
        this.data[task] = { ...answer, name, ...more };
        this.clear();
        // A column that another table had is not asked for.
        if (task === "table") this.offerColumns(answer.columns, this.asking.wanted.target);
        this.advise(answer.steps);
        this.again();
        return true;
      } catch (error) {
        if (!isNewest()) return false;
        if (blob instanceof File) error.message = `${name}: ${error.message}`;
        throw error;
      } finally {
        if (isNewest()) this.showData();
      }
    }

    /** A budget for so much data, unless the reader chose one. */
    advise(steps) {
      const { task, numbers } = this.asking.wanted;
      const mine = [this.config.tasks[task].numbers.steps, this.advised];
      if (!mine.includes(numbers.steps) || numbers.steps === String(steps)) return;
      this.advised = String(steps);
      this.set("number", { value: this.advised }, { name: "steps" });
    }

    /** Let the page's own callback set many controls, and wait until they are set. */
    choose(data) {
      return new Promise((resolve) => {
        this.chose = resolve;
        this.set("chosen", { data: { ...data, at: performance.now() } });
      });
    }

    /* --- a run --------------------------------------------------------- */

    train() {
      return this.careful(async () => {
        if (this.pasting) {
          clearTimeout(this.pasting);
          this.paste();
        }
        await this.bringing;
        const settings = { ...this.asking.wanted, data: this.data[this.task]?.hash ?? "" };
        const title = this.isOwn ? this.data[this.task]?.name : undefined;
        const button = this.root.querySelector("[data-train=start]");
        button.disabled = true;
        try {
          const { id } = await lab.askJson("runs", "POST", { ...settings, title: title ?? "" });
          this.clear();
          this.watching.watch(id);
          this.root.querySelector(".lab-card-run").scrollIntoView({ block: "nearest" });
        } finally {
          button.disabled = false;
        }
      });
    }

    /** Published results for a task beside our own. */
    showLiterature(task) {
      const rows = this.config.literature.filter((row) => row.task === task);
      const card = this.root.querySelector(".lab-card-literature");
      card.hidden = rows.length === 0;
      const pair = ([term, words]) => {
        const name = document.createElement("dt");
        const said = document.createElement("dd");
        name.textContent = term;
        said.textContent = words;
        return [name, said];
      };
      const blocks = rows.map((row) => {
        const title = document.createElement("h3");
        title.textContent = row.title;
        const list = document.createElement("dl");
        const source = [row.paper, row.experiment].filter(Boolean).join(", ");
        const pairs = [
          ["Paper", source],
          ["Theirs", row.theirs],
          [`Ours, ${row.seeds} seeds`, row.ours],
          ["Beside it", row.beside],
          ["Differs", row.differs],
        ];
        list.append(...pairs.filter(([, words]) => words).flatMap(pair));
        return [title, list];
      });
      card.querySelector(".lab-literature").replaceChildren(...blocks.flat());
    }

    /* --- links --------------------------------------------------------- */

    get ready() {
      return Boolean(this.answer);
    }

    toQuery() {
      const { task, numbers, cell, method, unit, target } = this.asked;
      const advised = this.config.tasks[task];
      const query = { ...(this.watching.run && { run: this.watching.run }), task };
      for (const [name, value] of Object.entries(advised.numbers))
        if (numbers[name] !== value) query[name] = numbers[name];
      if (cell !== advised.cell) query.cell = cell;
      if (method !== advised.method) query.method = method;
      if (task === "text" && unit !== "characters") query.unit = unit;
      if (task === "table" && target !== this.config.next_row) query.target = target;
      const brought = this.isOwn ? this.data[task] : undefined;
      if (brought) Object.assign(query, { data: brought.hash, name: brought.name });
      return query;
    }

    get untouched() {
      return !this.watching.run && Object.keys(this.toQuery()).length === 1 && this.asked.task === this.config.start;
    }

    takeAway() {
      const names = { loss: "Loss", accuracy: "Accuracy", norm: "Gradient norm", saturation: "Gate saturation" };
      const figures = Object.entries(names).map(([name, title]) => {
        const plot = this.root.querySelector(`[data-figure=${name}] .js-plotly-plot`);
        return { name: title, plot, legend: name === "loss" || name === "saturation" };
      });
      const files = this.watching.shown
        ? [{ name: "Records", words: "CSV", run: () => lab.saveAs(new Blob([this.watching.table()], { type: "text/csv" }), "records.csv") }]
        : [];
      return { figures, files, about: this.root.querySelector(".lab-run-title").textContent };
    }
  }

  /** Two waves, and their sum with some noise: the same numbers each time. */
  function waves() {
    const lines = ["slow,fast,sum"];
    let state = 1;
    for (let t = 0; t < WAVES; t++) {
      state = (state * 48271) % 2147483647; // Park and Miller's generator
      const slow = Math.sin(t / 20);
      const fast = Math.sin(t / 3);
      const sum = slow + fast / 2 + 0.2 * (state / 2147483647 - 0.5);
      lines.push([slow, fast, sum].map((value) => value.toFixed(3)).join(","));
    }
    return lines.join("\n");
  }

  /** What a link says, with what is advised for the rest. */
  function fromQuery(query, config) {
    const asked = query?.get("task");
    const task = asked && asked in config.tasks ? asked : config.start;
    const advised = config.tasks[task];
    const pick = (name, usual) => {
      const value = query?.get(name);
      return config.choices[name].includes(value) ? value : usual;
    };
    const numbers = Object.fromEntries(
      Object.entries(advised.numbers).map(([name, value]) => [name, query?.get(name) ?? value]),
    );
    return {
      task,
      numbers,
      cell: pick("cell", advised.cell),
      method: pick("method", advised.method),
      unit: pick("unit", "characters"),
      target: query?.get("target") ?? config.next_row,
      run: query?.get("run") ?? undefined,
      data: query?.get("data") ?? "",
      name: query?.get("name") ?? "",
    };
  }

  const callbacks = {
    choose(chosen, ids, config, rootId) {
      const { no_update: keep } = window.dash_clientside;
      const view = lab.viewOf(rootId, config, TrainView);
      const fill = ({ numbers, task, cell, method, unit, target }) => [
        ids.map(({ name }) => numbers[name] ?? keep),
        task ?? keep,
        cell ?? keep,
        method ?? keep,
        unit ?? keep,
        target ?? keep,
      ];
      if (chosen?.kind === "task") {
        // Who goes through the tasks with the arrow keys may be further by now.
        if (chosen.followed && view.field("task").value !== chosen.task) return fill({ numbers: {} });
        view.choosing = true;
        const { numbers, cell, method } = config.tasks[chosen.task];
        return fill({ numbers, task: chosen.followed ? keep : chosen.task, cell, method });
      }
      const { query, problem } = lab.link?.read() ?? {};
      if (problem) view.alert(problem);
      if (problem && view.ready) return [ids.map(() => keep), keep, keep, keep, keep, keep];
      const linked = fromQuery(query, config);
      view.choosing = true;
      if (linked.run) view.watching.watch(linked.run);
      else if (query) view.watching.forget(); // settings alone: no run is to be shown
      if (linked.data && config.own.includes(linked.task))
        view.data[linked.task] = { hash: linked.data, name: linked.name };
      if (query?.has("target")) view.offerColumns([linked.target], linked.target);
      return fill(linked);
    },

    changed(values, task, cell, method, unit, target, ids, config, rootId) {
      const view = lab.viewOf(rootId, config, TrainView);
      const numbers = Object.fromEntries(ids.map(({ name }, n) => [name, String(values[n] ?? "")]));
      const before = view.asking.wanted?.task;
      const { choosing } = view;
      view.choosing = false;
      if (!choosing && before !== undefined && before !== task) {
        // Another task begins with what is advised for it.
        view.set("chosen", { data: { kind: "task", task, followed: true, at: performance.now() } });
        return;
      }
      const settings = { task, cell, method, unit, target: target ?? config.next_row, numbers };
      view.offer(settings, { typing: view.isTyping });
      view.chose?.();
      view.chose = undefined;
    },

    tick(_, rootId) {
      lab.knownView(rootId)?.watching.look();
    },

    looked(looking, rootId) {
      if (looking === false) lab.knownView(rootId)?.watching.ended();
    },

    progress(answer, rootId) {
      if (answer) lab.knownView(rootId)?.watching.answered(answer);
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_train: callbacks });
})();
