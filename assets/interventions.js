/*
 * Interventions: the list of what is changed in a run, the form that adds to it, and
 * the marks of it in the diagram and the worked step.
 *
 * The list is never changed in place: a request carries it, and an answer tells by it
 * whether it speaks of the list that stands there now.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const { MOST, RANGED, write, read } = lab.interventions;
  const FIELDS = ["What", "Layer", "Unit", "From", "To", "Value"];
  const THERE = "It is in the list already.";
  let goingOn; // the list of a Setting B that is on its way, and from where the hand goes on there

  /** A part of a view: what is listed travels with each request, and in links. */
  class Intervening {
    /** @param view the view; its page may have left the card out */
    constructor(view) {
      this.view = view;
      this.list = [];
      this.entries = []; // of the last answer, for each of a list: words, waits, acts
      this.acts = [];
      this.leaving = new AbortController();
      this.card = view.root.querySelector("[data-limits]");
      if (!this.card) return;
      this.limits = JSON.parse(this.card.dataset.limits);
      const named = [...this.card.querySelectorAll("[data-intervene]")];
      this.fields = Object.fromEntries(named.map((field) => [field.dataset.intervene, field]));
      this.rows = this.card.querySelector(".lab-reach-list");
      this.says = this.card.querySelector(".lab-reach-says");
      this.hint = this.says.textContent;
      this.card.addEventListener("click", (event) => this.clicked(event));
      this.card.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches(".lab-reach-field")) this.send();
      });
      this.fields.What.addEventListener("change", () => this.shape());
      // Whoever types on, or goes away, need not be told any more.
      this.card.addEventListener("input", () => this.forgive());
      this.listenToDrawing();
      this.shape();
    }

    /** A node of the drawing fills the form in, with what it is now. */
    listenToDrawing() {
      const chosen = (event) => {
        const node = event.target.closest?.(".lab-svg .node[data-quantity]");
        if (!node || (event.type === "keydown" && event.key !== "Enter")) return;
        // A finger has no other way to be told what it is on: it stays there.
        this.fill(node.dataset.quantity, {}, event.pointerType !== "touch");
      };
      const { signal } = this.leaving;
      this.view.root.addEventListener("click", chosen, { signal });
      this.view.root.addEventListener("keydown", chosen, { signal });
    }

    /* --- the part of a view ------------------------------------------- */

    settings() {
      const asked = { interventions: this.list, adding: this.adding ?? null };
      // Where there is no other setting to compare with, the untouched run lies behind the lines.
      return lab.owned ? asked : { ...asked, untouched: true };
    }

    /** What a heading says of the list. */
    get title() {
      const { length } = this.acts;
      if (length > 1) return `${length} interventions`;
      return this.entries.find((one) => one.acts)?.words;
    }

    accept(asked, answer) {
      const added = asked.adding && asked.adding === this.adding && answer.added;
      if (added) this.adding = undefined;
      if (asked.interventions === this.list) {
        this.good = this.list;
        this.entries = answer.interventions;
        this.acts = this.entries.map((one) => one.acts).filter(Boolean);
        this.draw();
        this.mark(this.view.player.t);
      }
      if (added) {
        this.empty();
        this.add(added);
      }
      if (goingOn?.iv === write(this.list) && lab.compare?.b === this.view) this.goOn();
    }

    /** Go on in this form, unless the hand is elsewhere by now. */
    goOn() {
      const { from } = goingOn;
      goingOn = undefined;
      if (![from, document.body].includes(document.activeElement)) return;
      this.unfold(true);
      this.fields.What.focus();
    }

    /** What was wrong stands in the form still, and must not keep the sliders from working. */
    refuse(asked, { field }) {
      this.hasSlip = Boolean(asked.adding);
      if (asked.adding === this.adding) this.adding = undefined;
      if (field === "interventions") this.list = this.good ?? [];
    }

    forgive() {
      if (this.hasSlip) this.view.again();
      this.hasSlip = false;
    }

    toQuery() {
      return this.list.length ? { iv: write(this.list) } : {};
    }

    restore(query) {
      const { list, lost } = read(query?.get("iv") ?? "", this.limits ?? {});
      this.list = list;
      this.adding = undefined;
      if (lost && this.card)
        this.view.warn(
          `${lost} of the interventions in this link cannot be read, and ${lost === 1 ? "is" : "are"} left out.`,
        );
      if (list.length) this.unfold(true);
    }

    get untouched() {
      return !this.list.length;
    }

    /** Whether anything is changed in the run, or would be if it were longer. */
    get isOn() {
      return this.list.some((one) => one.on);
    }

    leave() {
      this.leaving.abort();
    }

    /** The control that a complaint is about. */
    field(name) {
      return FIELDS.includes(name) ? this.fields?.[name] : undefined;
    }

    /* --- the list ------------------------------------------------------ */

    add(one) {
      const said = write([{ ...one, on: true }]);
      if (this.list.some((other) => write([{ ...other, on: true }]) === said)) {
        this.view.warn(THERE);
        return;
      }
      if (this.list.length >= MOST) {
        this.view.warn(`There are ${MOST} interventions, as many as can be. Remove one.`);
        return;
      }
      const list = [...this.list, one];
      this.fresh = true;
      if (!this.list.length && this.besideUntouched(write(list))) return;
      this.change(list);
    }

    /** Leave the only setting of a page as it is, and show beside it what follows. */
    besideUntouched(iv) {
      const { compare } = lab;
      if (!lab.owned || !compare || compare.a !== this.view) return false;
      if (compare.on) return !compare.b && goingOn?.iv === iv; // pressed twice: it is on its way
      goingOn = { iv, from: document.activeElement };
      return compare.open({ b: { ...compare.state().a, iv } });
    }

    change(list) {
      this.list = list;
      this.view.again();
    }

    clicked(event) {
      const name = event.target.closest("[data-intervene]")?.dataset.intervene;
      if (name === "fold") {
        this.forgive();
        this.unfold(this.card.classList.contains("is-folded"));
        this.card.scrollIntoView({ block: "nearest" });
      }
      if (name === "Add" && event.detail <= 1) this.send(); // a double click adds once
      const row = event.target.closest(".lab-reach-row");
      if (!row || !name) return;
      const at = [...this.rows.children].indexOf(row);
      if (name === "remove") {
        // Focus goes on to what takes its place.
        (row.nextElementSibling ?? row.previousElementSibling ?? this.card)
          .querySelector("[data-intervene=remove], select")
          ?.focus();
        this.change(this.list.filter((_, n) => n !== at));
      }
      if (name === "on")
        this.change(this.list.map((one, n) => (n === at ? { ...one, on: !one.on } : one)));
    }

    unfold(open) {
      if (!this.card || this.card.classList.contains("is-folded") !== open) return;
      this.card.classList.toggle("is-folded", !open);
      const { fold } = this.fields;
      fold.setAttribute("aria-expanded", String(open));
      fold.setAttribute("aria-label", `${open ? "Fold" : "Unfold"} Intervene`);
    }

    draw() {
      if (!this.card) return;
      const rows = this.entries.map((entry, n) => this.row(entry, this.list[n].on));
      const at = [...this.rows.children].findIndex((row) => row.contains(document.activeElement));
      const name = document.activeElement?.dataset.intervene;
      this.rows.replaceChildren(...rows);
      rows[at]?.querySelector(`[data-intervene=${name}]`)?.focus();
      const count = this.acts.length;
      const many = this.list.length - count;
      const behind = count && !lab.owned ? " · thin lines: without" : "";
      const words = `${count} on${many ? `, ${many} not` : ""}${behind}`;
      this.say(this.list.length ? words : this.hint);
      this.card.classList.toggle("is-reached", count > 0);
      this.view.training?.hold();
      if (this.fresh) this.card.scrollIntoView({ block: "nearest" });
      this.fresh = false;
    }

    row({ words, role, waits, acts }, on) {
      const row = document.createElement("li");
      row.className = `lab-reach-row role-${role}`;
      row.classList.toggle("is-waiting", Boolean(waits) && !acts);
      const button = (name, label, pressed) => {
        const element = document.createElement("button");
        element.type = "button";
        element.dataset.intervene = name;
        element.className = `lab-reach-${name}`;
        element.setAttribute("aria-label", label);
        element.title = label;
        if (pressed !== undefined) {
          element.setAttribute("role", "switch");
          element.setAttribute("aria-checked", String(pressed));
        }
        return element;
      };
      const text = document.createElement("span");
      text.className = "lab-reach-words";
      text.append(words);
      if (waits) {
        const why = document.createElement("small");
        why.textContent = waits;
        text.append(" ", why);
      }
      row.append(button("on", words, on), text, button("remove", `Remove: ${words}`));
      return row;
    }

    say(words) {
      if (this.says.textContent !== words) this.says.textContent = words;
    }

    /* --- the form -------------------------------------------------------- */

    /** What is chosen: [kind, quantity]. */
    get chosen() {
      const [kind, what = null] = this.fields.What.value.split("-");
      return [kind, what];
    }

    /** Only the fields that the choice needs. */
    shape() {
      const [kind] = this.chosen;
      const show = (name, on) => (this.fields[name].closest("label").hidden = !on);
      show("To", RANGED.has(kind));
      show("Value", kind !== "silence");
      this.fields.From.closest("label").firstElementChild.textContent = RANGED.has(kind) ? "From" : "At t =";
    }

    /** As on a fresh page, but for the value: the same is not to be added by accident. */
    empty() {
      for (const field of FIELDS.map((name) => this.fields[name]).filter(Boolean)) {
        if (field.options) field.selectedIndex = 0;
        else field.value = field === this.fields.Value ? "" : field.defaultValue;
      }
      this.shape();
    }

    /** Let the server check what stands in the form; it comes back as an intervention. */
    send() {
      const [kind, what] = this.chosen;
      const text = (name, none) => (this.fields[name] ? this.fields[name].value : none);
      this.adding = {
        kind,
        what,
        layer: text("Layer", "1"),
        unit: text("Unit", "0"),
        first: text("From"),
        last: text("To"),
        value: text("Value"),
      };
      this.view.again();
      this.view.asking.flush();
    }

    /**
     * Fill the form in for a quantity at the present t, with its present value.
     * @param where its unit and layer, and its value, on a page of many
     * @param goOn whether to go on there
     */
    fill(name, where = {}, goOn = true) {
      const { fields, view } = this;
      const options = [...(fields?.What.options ?? [])].map((option) => option.value);
      const choice = [`clamp-${name}`, `set-${name}`].find((one) => options.includes(one));
      if (!choice || this.card.hidden) return;
      const t = String(Math.max(view.player.t, 1));
      const value = where.value ?? view.series?.[name]?.[Number(t)];
      fields.What.value = choice;
      fields.From.value = fields.To.value = t;
      fields.Value.value = Number.isFinite(value) ? lab.numbers.given(value, 0, 4) : "0";
      if (fields.Unit && where.unit !== undefined) fields.Unit.value = String(where.unit);
      if (fields.Layer && where.layer !== undefined) fields.Layer.value = String(where.layer + 1);
      this.shape();
      if (!goOn) return;
      this.unfold(true);
      fields.Value.focus();
      fields.Value.select();
    }

    /* --- marks ------------------------------------------------------------ */

    /** What is done to a quantity at t. */
    actsOn(name, t, unit = 0, layer = 0) {
      const acts = this.acts.filter(
        (one) =>
          one.name === name &&
          one.unit === unit &&
          one.layer === layer &&
          t >= one.first &&
          t <= one.last,
      );
      // A change of h is made last of all, wherever it stands in the list.
      const silences = ({ kind }) => kind === "silence";
      return [...acts.filter(silences), ...acts.filter((one) => !silences(one))];
    }

    /** The same in words; empty where nothing is. */
    at(...where) {
      return this.actsOn(...where)
        .map((one) => one.says)
        .join(", then ");
    }

    paint(t) {
      if (this.card) this.mark(t);
    }

    /** Only when something begins or ends: a tick has no time to spare. */
    mark(t) {
      const drawing = this.view.root.querySelector(".lab-diagram > svg");
      const names = new Set(this.acts.map((one) => one.name));
      const signs = [...names].map((name) => `${name} ${this.at(name, t)}`).join("; ");
      if (signs === this.signs && drawing === this.drawing) return;
      this.signs = signs;
      this.drawing = drawing;
      this.markDrawing(drawing, t);
      this.markWorked(t);
    }

    /** A ring around each node that is held now. */
    markDrawing(drawing, t) {
      drawing?.querySelectorAll(".reached").forEach((ring) => ring.remove());
      for (const node of drawing?.querySelectorAll(".node[data-quantity]") ?? []) {
        const words = this.at(node.dataset.quantity, t);
        const shape = words && node.querySelector(".shape");
        // A state has two places: where it is made, and where it leaves. It is marked in the second.
        if (!shape || node.matches(".operation")) continue;
        const ring = shape.cloneNode(false);
        ring.setAttribute("class", "reached");
        for (const [size, more] of Object.entries({ r: 3.5, rx: 4 }))
          if (ring.hasAttribute(size)) ring.setAttribute(size, Number(ring.getAttribute(size)) + more);
        for (const [size, more] of Object.entries({ x: -4, y: -4, width: 8, height: 8 }))
          if (ring.hasAttribute(size)) ring.setAttribute(size, Number(ring.getAttribute(size)) + more);
        const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
        title.textContent = words;
        ring.append(title);
        node.append(ring);
      }
    }

    /** Where a quantity is held, its formula gives another number: say so in its last line. */
    markWorked(t) {
      for (const row of this.view.root.querySelectorAll(".lab-equation")) {
        const acts = this.actsOn(row.dataset.quantity, t);
        row.querySelector(".lab-reached")?.remove();
        row.classList.toggle("is-reached", acts.some((one) => one.kind !== "shift"));
        const lines = [...row.querySelectorAll(".lab-numbers")];
        lines.forEach((line) => (line.hidden = false));
        if (!acts.length) continue;
        // In its place, not below it: while time moves nothing jumps.
        const last = lines.findLast((line) => line.childNodes.length);
        const place = document.createElement("div");
        place.className = "lab-reached";
        place.textContent = this.at(row.dataset.quantity, t);
        last.hidden = true;
        last.after(place);
      }
    }
  }

  lab.Intervening = Intervening;
})();
