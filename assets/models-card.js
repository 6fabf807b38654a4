/* The card of a model: what is known of it, and what can be done with it. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const DAY = 24 * 60 * 60 * 1000;

  /** An element with properties and children; text stays text. */
  function make(tag, properties = {}, ...children) {
    const { dataset, ...others } = properties;
    const element = Object.assign(document.createElement(tag), others);
    Object.assign(element.dataset, dataset);
    element.append(...children);
    return element;
  }

  /** When an unsaved model goes: "at 14:05 tomorrow". */
  function whenIt(goes) {
    const at = new Date(goes * 1000);
    const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    const days = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / DAY);
    const day = ["today", "tomorrow"][days] ?? `on ${at.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}`;
    return `at ${time} ${day}`;
  }

  const button = (words, act, more = {}) =>
    make("button", { type: "button", className: "lab-chip", textContent: words, dataset: { act }, ...more });

  /** What is known, a name and a value a line; and what is not. */
  function facts({ rows, unknown }) {
    const line = (name, value, className = "") =>
      make("div", { className }, make("dt", { textContent: name }), make("dd", { textContent: value }));
    const lines = rows.map(([name, value]) => line(name, value));
    if (unknown.length) lines.push(line("Unknown", unknown.join(", ").toLowerCase(), "is-unknown"));
    return make("dl", { className: "lab-model-facts" }, ...lines);
  }

  function sentences(title, list) {
    if (!list.length) return [];
    const items = list.map((words) => make("li", { textContent: words }));
    return [make("h4", { textContent: title }), make("ul", {}, ...items)];
  }

  function leftOut(list) {
    if (!list.length) return [];
    const items = list.map((words) => make("li", { textContent: words }));
    const summary = make("summary", { textContent: `Not understood: ${list.length}` });
    return [make("details", {}, summary, make("ul", {}, ...items))];
  }

  /** The address of the Network page with this model and a text that it can read. */
  function address({ hash, name, text }, network) {
    const query = new URLSearchParams({ v: "1", m: "file", hash, name, text });
    return `${lab.root()}${network}#${query}`;
  }

  /** What can be done with a model. */
  function actions(model, { kind, network }) {
    const open = make("a", {
      className: "lab-chip lab-model-open",
      textContent: "Open in Network",
      href: model.problem ? "" : address(model, network),
    });
    const usable = model.problem ? [] : [open, button("Export", "export")];
    if (kind === "shipped" || (kind === "linked" && model.problem)) return usable;
    const save = button(model.saved ? "Saved" : "Save", "save", { ariaPressed: String(Boolean(model.saved)) });
    save.title = model.saved ? "Press to let it go 24 hours from now" : "Keep this model in your list";
    if (kind === "linked") return [...usable, save];
    return [...usable, save, button("Rename", "rename"), button("Delete", "delete")];
  }

  /** Instead of the actions: is it to be deleted? */
  function confirmation() {
    const words = "Delete it? It goes for good, unless somebody else has it in a list.";
    // What was pressed once must not delete when it is pressed twice: Keep stands first.
    return [
      make("p", { className: "lab-model-ask", textContent: words }),
      button("Keep", "keep"),
      button("Delete for good", "delete-now", { className: "lab-chip lab-model-alarm" }),
    ];
  }

  /** In the place of the title: its new name. */
  function naming({ name }) {
    const input = make("input", { className: "lab-model-name", value: name, maxLength: 80 });
    return make("label", {}, make("span", { className: "visually-hidden", textContent: "Name" }), input);
  }

  const INSTEAD = {
    rename: () => [button("Rename", "rename-now"), button("Cancel", "keep")],
    delete: confirmation,
  };

  /** How long it is here; nothing where that goes without saying. */
  const stays = ({ saved, goes }) => (saved ? "Kept until you delete it." : `Goes ${whenIt(goes)}, unless saved.`);

  /**
   * @param model as the server gives it
   * @param options kind: "own", "shipped" or "linked"; label: its name among the regions;
   *   mode: "rename" or "delete", if that is going on; network: where the Network page is
   */
  lab.modelCard = (model, { kind, label, mode, network }) => {
    const title = mode === "rename" ? naming(model) : make("h3", { textContent: model.name });
    const section = make(
      "section",
      { className: "lab-card lab-model", ariaLabel: label, dataset: { hash: model.hash } },
      make("div", { className: "lab-model-head" }, title),
    );
    if (kind === "own") section.append(make("p", { className: "lab-look-for", textContent: stays(model) }));
    const buttons = mode ? INSTEAD[mode]() : actions(model, { kind, network });
    section.append(make("div", { className: "lab-chips lab-model-actions" }, ...buttons));
    if (model.problem) section.append(make("p", { className: "lab-model-problem", textContent: model.problem }));
    else
      section.append(
        facts(model),
        ...sentences("Can", model.can),
        ...sentences("Cannot", model.cannot),
        ...leftOut(model.ignored),
      );
    return section;
  };
  lab.whenIt = whenIt;
})();
