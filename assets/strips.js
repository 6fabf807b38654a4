/* The difference of two cells: which quantities have a strip, and their numbers beside them. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FIRST = ["c", "h", "f"]; // quantities that have a strip at first
  const ONLY = { a: "A only", b: "B only" };

  class Strips {
    constructor(view) {
      this.view = view;
      this.show = [...FIRST];
      this.gap = null; // the quantity whose difference is measured; null: the cell's memory
      this.chips = view.root.querySelector(".lab-strip-chips");
      this.rows = view.root.querySelector(".lab-strip-rows");
      this.chips.addEventListener("click", (event) => {
        const { strip } = event.target.closest("[data-strip]")?.dataset ?? {};
        if (strip) this.toggle(strip);
      });
      this.rows.addEventListener("change", (event) => {
        this.gap = event.target.value;
        this.changed();
      });
    }

    toggle(name) {
      const shown = this.show.includes(name);
      this.show = shown ? this.show.filter((one) => one !== name) : [...this.show, name];
      this.changed();
    }

    changed() {
      this.view.again();
      if (lab.compare.a) lab.settled(lab.compare.a);
    }

    settings() {
      return { show: this.show, gap: this.gap };
    }

    /* --- an answer ------------------------------------------------------- */

    accept(_asked, answer) {
      const { decode } = lab.numbers;
      this.series = {};
      for (const { meta, y, z } of answer.figures.strips.data) {
        const values = decode(y ?? z);
        if (meta.name === "x") values[0] = NaN; // its line begins there, but nothing is read at t = 0
        (this.series[meta.name] ??= {})[meta.of] = values;
      }
      this.quantities = answer.quantities;
      this.drawChips();
      this.drawRows(answer);
    }

    drawChips() {
      const known = this.quantities.map(({ name, of }) => `${name}:${of}`).join();
      if (this.known !== known) {
        this.known = known;
        this.chips.replaceChildren(...this.quantities.map(chip));
      }
      for (const one of this.chips.children)
        one.setAttribute("aria-pressed", String(this.show.includes(one.dataset.strip)));
    }

    /** Beside each strip its name and the values of A and B at t; at last, of what the gap is. */
    drawRows({ figures, gap, quantities }) {
      const { rows, reach } = figures.strips.layout.meta;
      const known = `${rows.map(({ name }) => name).join()} ${this.known} ${gap}`;
      if (this.drawn !== known) {
        this.drawn = known;
        const hadFocus = this.rows.contains(document.activeElement);
        this.rows.replaceChildren(
          ...rows.map(({ name, top, height }) => {
            const row = name === "gap" ? gapRow(gap, quantities) : stripRow(quantities.find((one) => one.name === name));
            Object.assign(row.style, { top: `${top}px`, minHeight: `${height}px` });
            return row;
          }),
        );
        this.rows.style.height = `${figures.strips.layout.meta.height}px`;
        if (hadFocus) this.rows.querySelector("select").focus();
        this.live = [...this.rows.querySelectorAll("data")];
      }
      this.rows.querySelector(".lab-scale-end").textContent = lab.numbers.given(reach, 0, 4);
    }

    paint(t, words) {
      if (!words || !this.live) return;
      for (const element of this.live) {
        const { name, of } = element.dataset;
        const value = this.series[name]?.[of]?.[t];
        const text = lab.numbers.shown(value, 3);
        if (element.textContent !== text) element.textContent = text;
        const full = lab.numbers.exact(value);
        if (element.getAttribute("value") !== full) element.setAttribute("value", full);
      }
    }

    /** Say the values of a step that the pointer is over, and how far apart they are. */
    hover(t, event) {
      const rows = this.quantities
        .filter(({ name }) => this.show.includes(name))
        .flatMap(({ name, symbol, role }) => {
          const { a, b } = this.series[name] ?? {};
          const say = (value) => lab.numbers.shown(value?.[t], 4);
          const apart = a && b ? say({ [t]: Math.abs(a[t] - b[t]) }) : "–";
          return [
            [role, `${symbol} A ${say(a)}  B ${say(b)}`],
            [role, `gap ${apart}`],
          ];
        });
      this.view.explainer.table(`t = ${t}`, rows, event);
    }

    /* --- links ------------------------------------------------------------- */

    toQuery() {
      const query = {};
      if (this.show.join() !== FIRST.join()) query.show = this.show.join(",");
      if (this.gap) query.gap = this.gap;
      return query;
    }

    restore(query) {
      const known = (name) => "c h f z i r g n o y x".split(" ").includes(name);
      const show = query?.get("show");
      this.show = show === null || show === undefined ? [...FIRST] : [...new Set(show.split(","))].filter(known);
      this.gap = known(query?.get("gap")) ? query.get("gap") : null;
      this.view.again();
    }
  }

  function chip({ name, symbol, title, role, of }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `lab-toggle role-${role}`;
    button.dataset.strip = name;
    button.title = `Show or hide ${title}${ONLY[of] ? ` (${ONLY[of]})` : ""}`;
    button.setAttribute("aria-label", title);
    button.textContent = symbol;
    return button;
  }

  function stripRow({ name, symbol, title, role, of }) {
    const row = document.createElement("div");
    row.className = `lab-strip-row role-${role}`;
    const label = document.createElement("span");
    label.className = "lab-strip-name";
    label.textContent = symbol;
    label.title = title;
    row.append(label, ...["a", "b"].filter((one) => of.includes(one)).map((one) => value(name, one)));
    if (ONLY[of]) row.append(words("lab-strip-only", ONLY[of]));
    return row;
  }

  /** One number of a strip, with the line that is drawn for it. */
  function value(name, of) {
    const box = words("lab-strip-value", "");
    const key = words(`lab-key lab-key-${of}-side`, "");
    const number = document.createElement("data");
    Object.assign(number.dataset, { name, of, part: `${name}_${of}` });
    box.append(key, words("", of.toUpperCase()), number);
    return box;
  }

  function gapRow(gap, quantities) {
    const row = document.createElement("div");
    row.className = `lab-strip-row lab-strip-gap role-${quantities.find(({ name }) => name === gap).role}`;
    const choice = document.createElement("select");
    choice.className = "form-select form-select-sm";
    choice.setAttribute("aria-label", "Gap of");
    for (const { name, symbol } of quantities.filter(({ of }) => of === "ab"))
      choice.append(new Option(`|A − B| of ${symbol}`, name, false, name === gap));
    const scale = words("lab-scale", "");
    scale.append(words("", "0"), words("lab-scale-bar", ""), words("lab-scale-end", ""));
    row.append(choice, scale);
    return row;
  }

  function words(className, text) {
    const element = document.createElement("span");
    element.className = className;
    element.textContent = text;
    return element;
  }

  lab.Strips = Strips;
  (lab.differences ??= {}).cell = Strips;
})();
