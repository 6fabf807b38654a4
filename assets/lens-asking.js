/* A question of the Lens view's own to the server, beside its settings: a form, an answer in words and tables. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  class Question {
    /**
     * @param view the view
     * @param card selector of the card
     * @param path the route that is asked
     */
    constructor(view, card, path) {
      this.view = view;
      this.path = path;
      this.card = view.root.querySelector(card);
      const named = [...this.card.querySelectorAll("[data-field]")];
      this.fields = Object.fromEntries(named.map((field) => [field.dataset.field, field]));
      this.button = this.card.querySelector("[data-run]");
      this.result = this.card.querySelector(".lab-lens-result");
      this.tables = this.card.querySelector(".lab-lens-tables");
      this.button.addEventListener("click", () => this.run());
      this.card.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("input")) this.run();
      });
      this.card.addEventListener("input", () => this.mark(""));
    }

    /** What the form asks for, beside the model. */
    get asked() {
      const text = (name) => this.fields[name].value;
      return { pair: [text("First word"), text("Second word")].map(lab.rawToken), prompts: text("prompts") };
    }

    /** What an answer depends on, beside the form: when it changes, the answer is an old one. */
    get key() {
      const { model } = this.view.asked;
      return JSON.stringify([model.hash]);
    }

    async run() {
      if (!this.view.ready || this.button.ariaDisabled === "true") return;
      const { key } = this;
      this.button.ariaDisabled = "true";
      this.say(this.waiting);
      this.mark("");
      try {
        const { model, lens, bias } = this.view.asked;
        const theme = lab.theme(this.view.root);
        const answer = await lab.askJson(this.path, "POST", { theme, model, lens, bias, ...this.asked });
        if (key !== this.key || !this.card.isConnected) return;
        this.shown = key;
        this.say([answer.says].flat().join(" "));
        this.show(answer);
      } catch (error) {
        this.clear(error.message);
        this.mark(error.field);
      } finally {
        this.button.ariaDisabled = null;
      }
    }

    accept() {
      if (this.shown !== undefined && this.shown !== this.key) this.stale();
    }

    stale() {
      this.clear("");
    }

    clear(words) {
      this.shown = undefined;
      this.tables.replaceChildren();
      this.say(words);
    }

    say(words) {
      if (this.result.textContent !== words) this.result.textContent = words;
    }

    mark(name) {
      for (const field of Object.values(this.fields)) field.removeAttribute("aria-invalid");
      const field = this.fields[name];
      field?.setAttribute("aria-invalid", "true");
      field?.closest("details")?.setAttribute("open", "");
    }

    /** A table: its caption, its head, and rows of texts or elements. */
    table(caption, head, rows) {
      const element = (kind, content, more) => {
        const made = Object.assign(document.createElement(kind), more);
        made.append(...[content].flat());
        return made;
      };
      const table = element("table", [], { className: "lab-lens-table" });
      const cells = (row) => [element("th", row[0], { scope: "row" }), ...row.slice(1).map((one) => element("td", one))];
      table.append(
        element("caption", caption),
        element("thead", element("tr", head.map((words) => element("th", words, { scope: "col" })))),
        element("tbody", rows.map((row) => element("tr", cells(row)))),
      );
      return table;
    }
  }

  lab.LensQuestion = Question;
})();
