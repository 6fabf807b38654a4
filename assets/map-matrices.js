/* Matrices, labels and texts of the reader's own: sent by routes, named by their hash from then on. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PREFIX = "matrix:";
  const LONGEST = 60000; // characters of a text, as on the server
  const LARGEST = 256 * 2 ** 20; // bytes of a matrix, as on the server
  const BEGINNING = 8 * 2 ** 20; // of a larger one: by it the server says what to do, in words

  class MapMatrices {
    static LONGEST = LONGEST;

    constructor(view) {
      this.view = view;
      this.known = new Map(); // by hash: {hash, name, labels, labelled, tensor, tensors}
      const { root } = view;
      this.form = root.querySelector(".lab-map-own");
      this.labelled = root.querySelector(".lab-map-labelled");
      this.tensor = this.form.querySelector("[data-field=tensor]");
      for (const [selector, open] of [
        [".lab-map-matrix", (file) => this.open(file)],
        [".lab-map-labels", (file) => this.label(file)],
        [".lab-map-text-file", (file) => this.read(file)],
      ])
        root.querySelector(selector).addEventListener("change", ({ target }) => {
          open(target.files[0]);
          target.value = ""; // the same file can be opened again
        });
      this.tensor.addEventListener("change", () => {
        this.current.tensor = this.tensor.value;
        this.again();
      });
      view.listen("click", ({ target }) => {
        if (target.closest("[data-map=held-out]")) view.set("text", { value: "" });
      });
    }

    get current() {
      return this.known.get(this.view.asking.wanted?.source.hash);
    }

    /** What a value of the select means in a request; nothing for a heading. */
    source(value) {
      const [kind, hash] = value.split(":");
      if (kind === "file") return { kind: "model", hash };
      if (kind !== "matrix") return undefined;
      const { labels = "", tensor = "" } = this.known.get(hash) ?? {};
      return { kind: "matrix", hash, labels, tensor };
    }

    /** A link names a matrix that may not be in the list. */
    expect(source, query) {
      if (!source.startsWith(PREFIX)) return;
      const hash = source.slice(PREFIX.length);
      const said = (name) => query?.get(name) ?? "";
      const known = this.known.get(hash) ?? { hash, name: said("name").slice(0, 80) || "Matrix", tensors: [] };
      this.known.set(hash, { ...known, labels: said("labels"), tensor: said("tensor") });
      this.view.models.key = undefined;
      this.view.models.offer();
    }

    /* --- the part of a view ------------------------------------------- */

    accept({ source }) {
      const one = source.kind === "matrix" ? this.known.get(source.hash) : undefined;
      this.form.hidden = !one;
      if (!one) return;
      const { tensors } = one;
      this.tensor.parentElement.hidden = tensors.length < 2;
      const options = tensors.map(({ name, shape }) => new Option(`${name} (${shape.join(" × ")})`, name));
      this.tensor.replaceChildren(...options);
      if (one.tensor) this.tensor.value = one.tensor;
      this.labelled.textContent = one.labelled ?? (one.labels ? "with labels" : "no labels yet");
    }

    /* --- bringing ------------------------------------------------------ */

    async send(path, file) {
      const { view } = this;
      view.models.busy(`Opening ${file.name} …`);
      try {
        const headers = { "Content-Type": "application/octet-stream" };
        const name = encodeURIComponent(file.name);
        return await (await lab.ask(`map/${path}?name=${name}`, { method: "POST", body: file, headers })).json();
      } finally {
        view.models.busy("");
      }
    }

    open(file) {
      if (!file) return undefined;
      return this.view.models.careful(async () => {
        const sent = file.size > LARGEST ? new File([file.slice(0, BEGINNING)], file.name) : file;
        const read = await this.send("matrix", sent);
        const tensor = read.tensors[0]?.name ?? ""; // of a file with several
        this.known.set(read.hash, { ...read, name: file.name, labels: "", tensor });
        this.view.models.key = undefined;
        this.view.models.offer();
        this.view.clear();
        this.view.set("chosen", { data: { kind: "model", source: PREFIX + read.hash, at: performance.now() } });
      });
    }

    label(file) {
      const one = this.current;
      if (!file || !one) return undefined;
      return this.view.models.careful(async () => {
        const read = await this.send("labels", file);
        Object.assign(one, { labels: read.hash, labelled: `${file.name}: ${read.says}` });
        this.again();
      });
    }

    /** A text of the reader's own, to be mapped. */
    read(file) {
      if (!file) return undefined;
      return this.view.models.careful(async () => {
        const text = await file.slice(0, 8 * LONGEST).text();
        if (file.size > 8 * LONGEST || [...text].length > LONGEST)
          throw new Error(`${file.name} is too long. Open a text of at most ${LONGEST.toLocaleString("en")} characters.`);
        this.view.clear();
        this.view.set("text", { value: text });
      });
    }

    again() {
      const { hash } = this.current;
      this.view.again({ source: this.source(PREFIX + hash) });
    }
  }

  lab.MapMatrices = MapMatrices;
})();
