/* Models in files: opening, keeping, taking away. Files go by routes of their own, not by callbacks. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LARGEST = 64 * 2 ** 20; // bytes, as on the server: a larger file need not be sent
  const PREFIX = "file:";

  const ask = (...request) => lab.ask(...request);

  /** Send a file; what was understood of it comes back, with its hash. */
  async function send(file) {
    if (file.size > LARGEST)
      throw new Error(`${file.name} has ${Math.round(file.size / 2 ** 20)} MB. Open a file of at most 64 MB.`);
    const path = `models?name=${encodeURIComponent(file.name)}`;
    const headers = { "Content-Type": "application/octet-stream" };
    return (await ask(path, { method: "POST", body: file, headers })).json();
  }

  /**
   * Open what a reader chooses in a file input, or drops anywhere on the page until the signal.
   * @param isMeant whether what is dropped on an element is meant
   */
  function receive(input, signal, open, isMeant = () => true) {
    input.addEventListener("change", () => {
      open(input.files[0]);
      input.value = ""; // the same file can be opened again
    });
    document.addEventListener("dragover", (event) => event.preventDefault(), { signal });
    const drop = (event) => {
      const [file] = event.dataTransfer?.files ?? [];
      if (!file || !isMeant(event.target)) return;
      event.preventDefault();
      open(file);
    };
    document.addEventListener("drop", drop, { signal });
  }

  /** Let the browser save what a route gives, under the name that the server or the reader gave it. */
  async function download(path, options, wanted) {
    const answer = await ask(path, options);
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1];
    lab.saveAs(await answer.blob(), wanted ?? name ?? "lstm-lab");
  }

  class Models {
    constructor(view) {
      this.view = view;
      const shipped = view.config.shipped.map((one) => [one.hash, { ...one, name: one.title, shipped: true }]);
      this.known = new Map(shipped);
      this.stopping = new AbortController();
      this.understood = view.root.querySelector(".lab-understood");
      this.listen();
      this.list();
    }

    leave() {
      this.stopping.abort();
    }

    listen() {
      const { root: element } = this.view;
      const isMeant = (target) => this.view.shared.isMeant(target);
      const open = (file) => this.open(file);
      receive(element.querySelector(".lab-file"), this.stopping.signal, open, isMeant);
      element.addEventListener("click", (event) => {
        const action = event.target.closest("[data-file]")?.dataset.file;
        if (action === "save") this.save();
        if (action === "delete") this.remove();
      });
    }

    /** Run something that can fail with words for the reader. */
    async careful(run) {
      try {
        return await run();
      } catch (error) {
        this.view.alert(error.message);
        return undefined;
      }
    }

    list() {
      return this.careful(async () => {
        const files = await (await ask("models")).json();
        for (const file of files) {
          const known = this.known.get(file.hash);
          if (!known?.shipped) this.known.set(file.hash, { ...known, ...file, mine: true });
        }
        this.offer();
      });
    }

    /** Bring the select up to date. */
    offer() {
      const { view } = this;
      const options = Object.entries(view.config.sources).map(([value, label]) => ({ value, label }));
      const files = [...this.known.values()];
      const group = (label, members) => {
        if (members.length) options.push({ value: `group:${label}`, label: `— ${label} —`, disabled: true });
        for (const { hash, name } of members)
          options.push({ value: PREFIX + hash, label: name || `file ${hash.slice(0, 8)}` });
      };
      group("Trained, with the lab", files.filter(({ shipped }) => shipped));
      group("Opened", files.filter(({ shipped }) => !shipped));
      const key = JSON.stringify(options);
      if (key === this.key) return;
      this.key = key;
      view.set("source", { options });
    }

    /** A link names a file that may not be in the list. */
    expect(source, name) {
      if (!source.startsWith(PREFIX)) return;
      const hash = source.slice(PREFIX.length);
      if (!this.known.has(hash)) this.known.set(hash, { hash, name: (name ?? "").slice(0, 80) });
      this.offer();
    }

    open(file) {
      if (!file) return undefined;
      return this.careful(async () => {
        this.busy(`Opening ${file.name} …`);
        const read = await send(file);
        const fresh = { ...read, name: file.name, saved: false, mine: true };
        this.known.set(read.hash, read.shipped ? { ...this.known.get(read.hash), ...read } : fresh);
        this.offer();
        this.view.clear();
        const data = { kind: "model", source: PREFIX + read.hash, at: performance.now() };
        this.view.set("chosen", { data });
      }).finally(() => this.busy(""));
    }

    busy(words) {
      const place = this.view.root.querySelector(".lab-what");
      if (words) {
        this.before = place.textContent;
        place.textContent = words;
      } else if (this.before !== undefined) {
        if (place.textContent.startsWith("Opening ")) place.textContent = this.before;
        this.before = undefined;
      }
    }

    /** The text of a model that comes with the lab: it is to be seen at work at once. */
    textOf(hash) {
      return this.known.get(hash)?.shipped ? this.known.get(hash).text : "";
    }

    /** A text that an opened model can read. */
    sample(hash) {
      return this.careful(async () => (await (await ask(`models/${hash}`)).json()).text);
    }

    /** Say what is known of the model in use. */
    describe({ source, hash }) {
      this.offer();
      const { root: element, config } = this.view;
      const file = source === "file" ? this.known.get(hash) : undefined;
      for (const button of element.querySelectorAll("[data-file]")) {
        button.hidden = !file?.mine;
        if (button.dataset.file === "save") {
          button.textContent = file?.saved ? "Saved" : "Save";
          button.setAttribute("aria-pressed", String(Boolean(file?.saved)));
        }
      }
      if (file && !file.understood) {
        file.understood = [];
        this.careful(async () => {
          Object.assign(file, await (await ask(`models/${hash}`)).json());
          this.say(file);
        });
      }
      this.say(file ?? { understood: [config.gate_order], ignored: [] });
      this.understood.parentElement.hidden = source !== "file";
    }

    say({ understood, ignored = [] }) {
      const item = (kind) => (words) => {
        const line = document.createElement("li");
        line.textContent = words;
        line.className = kind;
        return line;
      };
      this.understood.replaceChildren(
        ...(understood ?? []).map(item("is-understood")),
        ...ignored.map(item("is-ignored")),
      );
      const summary = this.understood.parentElement.querySelector("summary");
      const left = ignored.length ? `; ${ignored.length} not` : "";
      summary.textContent = `What was understood${left}`;
    }

    get current() {
      return this.known.get(this.view.asked?.model.hash);
    }

    save() {
      const file = this.current;
      return this.careful(async () => {
        await ask(`models/${file.hash}?name=${encodeURIComponent(file.name)}`, { method: "PUT" });
        file.saved = true;
        this.describe(this.view.asked.model);
      });
    }

    remove() {
      const file = this.current;
      return this.careful(async () => {
        await ask(`models/${file.hash}`, { method: "DELETE" });
        this.known.delete(file.hash);
        const data = { kind: "example", name: this.view.config.start, anew: true, at: performance.now() };
        this.view.set("chosen", { data });
      });
    }

    /** Let the browser save what a route makes of the settings. */
    download(path, settings) {
      return this.careful(async () => {
        const headers = { "Content-Type": "application/json" };
        const body = JSON.stringify(settings);
        await download(path, { method: "POST", body, headers });
      });
    }
  }

  lab.Models = Models;
  lab.files = { send, receive, download };
})();
