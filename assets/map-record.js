/* What some contexts share, as a panel: a region's record, or that of a selection. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const GATES = { i: "input gate", f: "forget gate", g: "candidate", o: "output gate", r: "reset gate", z: "update gate", n: "candidate" };
  const SYMBOLS = { g: "C̃" };
  const ROLES = { z: "f", r: "i", n: "g" };
  const MOST_TRAITS = 4;

  const piece = (kind, words, name) =>
    Object.assign(document.createElement(kind), { textContent: words ?? "", className: name ?? "" });

  const percent = (share) => `${lab.numbers.shown(100 * share, 0)} %`;

  /** A name in which the beginning of a word is told from a token: beside the map there is room. */
  const spelled = (name) => name.replaceAll(/‘([\p{L}\p{N}_]+)…’/gu, "the word so far: ‘$1…’");

  /** What its contexts have that others have not: two bars for each trait. */
  function traits({ traits: list, name: of }) {
    const items = list.slice(0, MOST_TRAITS).map(({ name, share, elsewhere }) => {
      const item = piece("li");
      const bar = piece("i");
      bar.style.setProperty("--share", share);
      bar.style.setProperty("--elsewhere", elsewhere);
      const numbers = piece("span", `${percent(share)}`);
      numbers.title = `${percent(elsewhere)} elsewhere`;
      numbers.append(piece("small", ` / ${percent(elsewhere)}`));
      const words = piece("bdi", spelled(name));
      words.title = words.textContent;
      item.append(words, bar, numbers);
      return item;
    });
    const box = piece("ul", "", "lab-map-traits");
    box.setAttribute("aria-label", "What they share: here / elsewhere");
    box.append(...items);
    return items.length ? [caption(), box, piece("p", lab.mapMeaning([of]), "lab-does")] : [];
  }

  /** What stands in the columns below. */
  function caption() {
    const box = piece("p", "", "lab-map-caption");
    box.ariaHidden = "true"; // the list is called so
    box.append(piece("span", "They share"), piece("span", "here / elsewhere"));
    return box;
  }

  /** The mean of each gate, each in its hue. */
  function gates(means) {
    const names = Object.keys(means);
    if (!names.length) return [];
    const items = names.map((name) => {
      const item = piece("div", "", `role-${ROLES[name] ?? name}`);
      const symbol = piece("dt", SYMBOLS[name] ?? name);
      symbol.title = `${GATES[name] ?? name}, mean`;
      item.append(symbol, piece("dd", lab.numbers.shown(means[name], 2)));
      return item;
    });
    const box = piece("dl", "", "lab-map-gates");
    box.setAttribute("aria-label", "Mean of each gate");
    box.append(...items);
    return [box];
  }

  /** What can be done with them. */
  function actions({ units }) {
    const press = (words, name, more, label) => {
      const button = piece("button", words, "lab-chip");
      button.type = "button";
      Object.assign(button.dataset, { act: name, ...more });
      if (label) button.ariaLabel = button.title = label;
      return button;
    };
    const unit = units[0]?.unit;
    const box = piece("div", "", "lab-chips lab-map-acts");
    if (unit !== undefined)
      box.append(press(`Colour: unit ${unit}`, "colour", { unit }), press(`Only unit ${unit}`, "only", { unit }));
    box.append(press("Show", "fit", {}, "Show all of them on the map"), press("CSV", "csv", {}, "Save as CSV"));
    return box;
  }

  /** Fill a panel with a record. */
  function fill(place, view, record) {
    const [first, ...more] = record.says;
    const examples = piece("ul", "", "lab-map-contexts");
    examples.setAttribute("aria-label", "Examples");
    view.contexts.list(examples, record.examples);
    place.replaceChildren(
      piece("p", first ?? `${record.count} contexts`, "lab-map-summary"),
      actions(record),
      ...traits(record),
      ...gates(record.gates),
      ...more.map((words) => piece("p", words, "lab-does")),
      examples,
    );
  }

  /** Sentences of which the first is read at once, and the others by whoever opens them. */
  function say(place, [first = "", ...more]) {
    const key = JSON.stringify([first, more]);
    if (place.dataset.says === key) return;
    place.dataset.says = key;
    place.hidden = !first;
    place.classList.toggle("has-more", more.length > 0);
    place.querySelector("summary").textContent = first;
    place.querySelector("ul").replaceChildren(...more.map((words) => piece("li", words)));
  }

  lab.mapRecord = { fill, gates, piece, say, spelled };
})();
