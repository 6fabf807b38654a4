/* The Models view in the browser: asks for the list, shows it, and does what is pressed. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const KINDS = ["linked", "own", "shipped"];

  const path = ({ hash }, more = "") => `models/${encodeURIComponent(hash)}${more}`;
  const named = (name) => `?name=${encodeURIComponent(name)}`;

  class ModelsView {
    constructor(root, config) {
      this.root = root;
      this.config = config;
      this.aio = root.dataset.view;
      this.linked = {}; // what a link names: { hash, name }
      this.looked = undefined; // the hash of the model that the reader looks at
      this.doing = {}; // what is half done: { hash, mode }
      this.stopping = new AbortController();
      this.listen();
    }

    listen() {
      const { root } = this;
      const { signal } = this.stopping;
      lab.files.receive(root.querySelector(".lab-file"), signal, (file) => this.import(file));
      root.querySelector(".lab-models-train").href = lab.root() + this.config.train;
      root.addEventListener("click", (event) => {
        const model = this.modelAt(event.target);
        const act = event.target.closest("[data-act]")?.dataset.act;
        this.look(model);
        if (act) this.act(act, model);
      });
      root.addEventListener("focusin", (event) => this.look(this.modelAt(event.target)));
      root.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && this.doing.hash) this.begin(this.doing, undefined);
        if (event.key === "Enter" && event.target.matches(".lab-model-name")) {
          this.act("rename-now", this.modelAt(event.target));
        }
      });
      root.querySelector(".lab-models-search").addEventListener("input", () => this.filter());
      // Another tab may have trained or saved one since.
      const back = () => {
        // What is wrong then is said when the reader does something.
        if (document.visibilityState === "visible" && !this.doing.hash) this.list().catch(() => {});
      };
      document.addEventListener("visibilitychange", back, { signal });
    }

    leave() {
      this.stopping.abort();
    }

    /** Nothing here carries a colour of its own. */
    restyle() {}

    set(part, props) {
      window.dash_clientside.set_props({ view: "models", aio_id: this.aio, part }, props);
    }

    alert(message) {
      this.set("alert", { is_open: Boolean(message), ...(message && { children: message }) });
    }

    say(words) {
      this.root.querySelector(".lab-models-said").textContent = words;
    }

    /** Run something that can fail with words for the reader. */
    async careful(run) {
      try {
        this.alert(null);
        await run();
      } catch (error) {
        this.say("");
        this.alert(error.message);
      }
    }

    /* --- the list ----------------------------------------------------- */

    /** Bring the list up to date; where it was asked for again meanwhile, that answer counts. */
    list() {
      const { hash, name } = this.linked;
      const query = hash ? `?model=${encodeURIComponent(hash)}&name=${encodeURIComponent(name)}` : "";
      const listing = lab.ask(`library${query}`).then(async (answer) => {
        const { own, shipped, linked, shared } = await answer.json();
        if (listing !== this.listing) {
          await this.listing;
          return;
        }
        this.given = { own, shipped, linked: linked ? [linked] : [] };
        const look = this.root.querySelector("[aria-label='Your models'] .lab-look-for");
        if (shared) look.textContent = "One list for everybody who uses this lab.";
        this.draw();
        this.root.dataset.ready = "";
      });
      this.listing = listing;
      return listing;
    }

    find(hash) {
      return this.models.find((one) => one.hash === hash);
    }

    get models() {
      return KINDS.flatMap((kind) => this.given?.[kind] ?? []);
    }

    modelAt(element) {
      const hash = element.closest("[data-hash]")?.dataset.hash;
      const kind = element.closest("[data-list]")?.dataset.list;
      return this.given?.[kind]?.find((one) => one.hash === hash);
    }

    /** The names of the regions: no two are the same. */
    label(model) {
      const taken = this.models.filter(({ name }) => name === model.name).length > 1;
      return taken ? `${model.name}, ${model.hash.slice(0, 8)}` : model.name;
    }

    draw() {
      const { act } = document.activeElement?.dataset ?? {};
      const focused = document.activeElement?.closest("[data-hash]")?.dataset.hash;
      for (const kind of KINDS) {
        const grid = this.root.querySelector(`[data-list=${kind}]`);
        const options = (model) => ({
          kind,
          label: this.label(model),
          network: this.config.network,
          mode: model.hash === this.doing.hash && kind === "own" ? this.doing.mode : undefined,
        });
        grid.replaceChildren(...this.given[kind].map((model) => lab.modelCard(model, options(model))));
      }
      this.root.querySelector("[data-list=linked]").closest("section").hidden = !this.given.linked.length;
      this.root.querySelector(".lab-models-none").hidden = this.given.own.length > 0;
      this.root.querySelector(".lab-models-find").hidden = this.models.length <= this.config.many;
      this.filter();
      this.mark();
      if (focused && act) this.card(focused)?.querySelector(`[data-act="${act}"]`)?.focus({ preventScroll: true });
    }

    card(hash) {
      return this.root.querySelector(`[data-hash="${CSS.escape(hash)}"]`);
    }

    /** Show what has the words that are searched for. */
    filter() {
      const words = this.root.querySelector(".lab-models-search").value.toLowerCase().split(/\s+/);
      for (const card of this.root.querySelectorAll(".lab-model")) {
        const text = card.textContent.toLowerCase();
        card.hidden = !words.every((word) => text.includes(word));
      }
    }

    look(model) {
      if (!model || model.hash === this.looked) return;
      this.looked = model.hash;
      this.mark();
    }

    mark() {
      for (const card of this.root.querySelectorAll(".lab-model")) {
        const here = card.dataset.hash === this.looked;
        if (here) card.setAttribute("aria-current", "true");
        else card.removeAttribute("aria-current");
      }
    }

    /** Bring a model's card into view. */
    show(hash) {
      this.root.querySelector(".lab-models-search").value = "";
      this.filter();
      this.looked = hash;
      this.mark();
      this.card(hash)?.scrollIntoView({ block: "nearest" });
    }

    /** Look at what a link names. */
    async follow(query) {
      const hash = query.get("model");
      this.linked = hash ? { hash, name: query.get("name") ?? "" } : {};
      await this.careful(() => this.list());
      if (hash) this.show(hash);
    }

    /* --- what is done -------------------------------------------------- */

    act(act, model) {
      const acts = {
        export: () => lab.files.download(path(model, "/file"), {}, `${model.name.replace(/\.safetensors$/i, "")}.safetensors`),
        save: () => this.save(model),
        rename: () => this.begin(model, "rename"),
        delete: () => this.begin(model, "delete"),
        keep: () => this.begin(model, undefined),
        "rename-now": () => this.rename(model),
        "delete-now": () => this.remove(model),
      };
      return this.careful(acts[act]);
    }

    /** Begin or end what takes a second press, with the focus where it goes on. */
    begin({ hash, mode: before }, mode) {
      const was = before ?? this.doing.mode;
      this.doing = mode ? { hash, mode } : {};
      this.draw();
      const next = { rename: ".lab-model-name", delete: "[data-act=keep]" }[mode] ?? `[data-act=${was}]`;
      const place = this.card(hash)?.querySelector(next);
      place?.focus();
      if (mode === "rename") place?.select();
    }

    async save(model) {
      const more = model.saved ? "/saved" : named(model.name);
      await lab.ask(path(model, more), { method: model.saved ? "DELETE" : "PUT" });
      await this.list();
      const { saved, goes } = this.find(model.hash);
      this.say(saved ? `${model.name} is saved.` : `${model.name} goes ${lab.whenIt(goes)}, unless saved.`);
    }

    async rename(model) {
      const name = this.card(model.hash).querySelector(".lab-model-name").value;
      await lab.ask(path(model, `/name${named(name)}`), { method: "PUT" });
      await this.list();
      this.begin(model, undefined);
      this.say(`${model.name} is now called ${this.find(model.hash).name}.`);
    }

    async remove(model) {
      await lab.ask(path(model), { method: "DELETE" });
      this.doing = {};
      this.linked = {};
      await this.list();
      this.root.querySelector(".lab-file").focus();
      this.say(`${model.name} is deleted.`);
    }

    import(file) {
      if (!file) return undefined;
      return this.careful(async () => {
        this.say(`Importing ${file.name} …`);
        const { hash, shipped } = await lab.files.send(file);
        await this.list();
        this.show(hash);
        const { name, goes, saved } = this.find(hash);
        if (shipped) this.say(`This is ${name}, which comes with the lab.`);
        else this.say(`${name} is imported. ${saved ? "It is saved already." : `It goes ${lab.whenIt(goes)}, unless saved.`}`);
      });
    }

    /* --- links, and what can be taken away ------------------------------ */

    get ready() {
      return Boolean(this.given);
    }

    toQuery() {
      const model = this.find(this.looked);
      return model ? { model: model.hash, name: model.name } : {};
    }

    takeAway() {
      const json = JSON.stringify({ own: this.given.own, shipped: this.given.shipped }, null, 1);
      const cards = () => lab.saveAs(new Blob([json], { type: "application/json" }), "models.json");
      const model = this.find(this.looked);
      const take = { name: model?.name, words: "safetensors", run: () => this.act("export", model) };
      return { files: [...(model && !model.problem ? [take] : []), { name: "All cards", words: "JSON", run: cards }] };
    }
  }

  const callbacks = {
    choose(chosen, config, rootId) {
      const view = lab.viewOf(rootId, config, ModelsView);
      const { query, problem } = lab.link?.read() ?? {};
      view.follow(query ?? new URLSearchParams()).then(() => problem && view.alert(problem));
      return window.dash_clientside.no_update;
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_models: callbacks });
})();
