/* Models in files: opening, keeping, taking away. Files go by routes of their own, not by callbacks. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LARGEST = 64 * 2 ** 20; // bytes, as on the server: a larger file need not be sent
  const PREFIX = "file:";

  /** Where the app is: a portal may have put it below a path of its own. */
  const root = () =>
    JSON.parse(document.getElementById("_dash-config").textContent).requests_pathname_prefix;

  /** An unguessable name for this browser: what it opened belongs to it. */
  function owner() {
    let token = lab.memory.get("owner") ?? owner.once;
    if (!token) {
      const bytes = crypto.getRandomValues(new Uint8Array(24));
      token = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
      lab.memory.set("owner", token);
      owner.once = token;
    }
    return token;
  }

  /** Ask a route; what the reader can put right comes back as an Error with words. */
  async function ask(path, options = {}) {
    const headers = { "X-Lab-Owner": owner(), ...options.headers };
    let answer;
    try {
      answer = await fetch(`${root()}_lab/${path}`, { ...options, headers });
    } catch {
      throw new Error("The server does not answer. Nothing is lost: try again in a moment.");
    }
    if (answer.ok) return answer;
    const { error } = await answer.json().catch(() => ({}));
    throw new Error(error ?? `The server answered ${answer.status}. Reload the page and try again.`);
  }

  class Models {
    constructor(view) {
      this.view = view;
      this.known = new Map();
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
      const { signal } = this.stopping;
      const input = element.querySelector(".lab-file");
      input.addEventListener("change", () => {
        this.open(input.files[0]);
        input.value = ""; // the same file can be opened again
      });
      document.addEventListener("dragover", (event) => event.preventDefault(), { signal });
      const drop = (event) => {
        const [file] = event.dataTransfer?.files ?? [];
        if (!file) return;
        event.preventDefault();
        this.open(file);
      };
      document.addEventListener("drop", drop, { signal });
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
        for (const file of files) this.known.set(file.hash, { ...this.known.get(file.hash), ...file, mine: true });
        this.offer();
      });
    }

    /** Bring the select up to date. */
    offer() {
      const { view } = this;
      const options = Object.entries(view.config.sources).map(([value, label]) => ({ value, label }));
      for (const { hash, name } of this.known.values())
        options.push({ value: PREFIX + hash, label: name || `file ${hash.slice(0, 8)}` });
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
        if (file.size > LARGEST)
          throw new Error(`${file.name} has ${Math.round(file.size / 2 ** 20)} MB. Open a file of at most 64 MB.`);
        this.busy(`Opening ${file.name} …`);
        const path = `models?name=${encodeURIComponent(file.name)}`;
        const options = { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } };
        const read = await (await ask(path, options)).json();
        this.known.set(read.hash, { ...read, name: file.name, saved: false, mine: true });
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
        const answer = await ask(path, { method: "POST", body, headers });
        const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"))?.[1];
        lab.saveAs(await answer.blob(), name ?? "lstm-lab");
      });
    }
  }

  lab.Models = Models;
})();
