/*
 * The drawing of the cell, and what every symbol of the page says of itself.
 *
 * The drawings are files in diagrams/. Their attributes tell what they show:
 *   data-quantity  what a node or label stands for
 *   data-flow, data-into  what a wire carries, and what it helps to compute
 *   data-level     whose magnitude sets the strength of a fill or a wire
 *   data-rest      it is what that quantity leaves over, 1 − z
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FOLDER = new URL("diagrams/", document.currentScript.src);
  const NARROW = 560; // pixels below which the narrow drawing is the readable one
  const PATIENCE = 150; // milliseconds for the pointer to reach the explanation
  const PRODUCTS = { keep: true, write: true, tanh_c: true, recall: true };
  const drawings = new Map();

  async function drawing(name) {
    if (!drawings.has(name)) {
      const wanted = fetch(new URL(`${name}.svg`, FOLDER))
        .then((answer) => {
          if (!answer.ok) throw new Error(`the drawing ${name} answered ${answer.status}`);
          return answer.text();
        })
        .then((text) => new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
      wanted.catch(() => drawings.delete(name)); // so that the next try can succeed
      drawings.set(name, wanted);
    }
    return (await drawings.get(name)).cloneNode(true);
  }

  /** The drawing that fits its box; `drawn` is called whenever it was put there. */
  class Diagram {
    constructor(box, drawn) {
      this.box = box;
      this.drawn = drawn;
      this.levels = [];
      this.observer = new ResizeObserver(() => this.fit());
      this.observer.observe(box);
    }

    leave() {
      this.observer.disconnect();
    }

    async fit() {
      if (!this.box.clientWidth) return;
      const shape = this.box.clientWidth < NARROW ? "narrow" : "wide";
      if (shape === this.shape) return;
      this.shape = shape;
      this.box.dataset.shape = shape;
      try {
        const svg = await drawing(`${this.box.dataset.diagram}-${shape}`);
        if (shape !== this.shape) return;
        this.box.replaceChildren(svg);
        this.levels = [...svg.querySelectorAll("[data-level]")];
        this.drawn();
      } catch (error) {
        this.shape = undefined;
        setTimeout(() => this.fit(), 1000);
      }
    }

    /** Fill strengths and line weights; scale gives the largest magnitude of a state. */
    paint(frame, scale) {
      for (const element of this.levels) {
        const { level: name, rest } = element.dataset;
        const value = rest === undefined ? frame[name] : 1 - frame[name];
        const level = Number.isNaN(value) ? 0 : Math.min(Math.abs(value) / (scale[name] ?? 1), 1);
        element.style.setProperty("--level", level.toFixed(3));
        element.classList.toggle("negative", value < 0);
      }
    }
  }

  /**
   * Explanations on hover and focus, one at a time: name, formula, today's
   * operands, a sentence; the same quantity and its path light up everywhere.
   */
  class Explainer {
    /**
     * @param root the view
     * @param words the dictionary of components/cell_words.py
     * @param now gives the frame, whether the weights are separate, and what of a
     *   quantity somebody changes: held(name), words or nothing
     */
    constructor(root, words, now) {
      this.root = root;
      this.words = words;
      this.now = now;
      this.tip = root.querySelector(".lab-tip");
      const found = (event) => event.target.closest?.("[data-quantity], [data-flow]");
      this.stopping = new AbortController();
      const { signal } = this.stopping;
      const listen = (event, heard) => root.addEventListener(event, heard, { signal });
      listen("pointerover", (event) => {
        if (this.tip.contains(event.target)) clearTimeout(this.leaving);
        // A whole slider lights its weight; only its name explains it, out of the hand's way.
        else if (found(event)) this.show(found(event), !event.target.matches(".lab-slider, input"));
        else this.leave();
      });
      listen("pointerleave", () => this.leave());
      listen("focusin", (event) => {
        const target = found(event);
        if (target) this.show(target, !event.target.matches("input"));
      });
      listen("focusout", () => this.leave());
      const escape = (event) => event.key === "Escape" && this.hide();
      document.addEventListener("keydown", escape, { signal });
    }

    stop() {
      this.hide();
      this.stopping.abort();
    }

    leave() {
      clearTimeout(this.leaving);
      this.leaving = setTimeout(() => this.hide(), PATIENCE);
    }

    hide() {
      clearTimeout(this.leaving);
      this.target?.removeAttribute("aria-describedby");
      this.target = undefined;
      this.tip.hidden = true;
      this.tip.replaceChildren(); // numbers that nobody brings up to date must not stay
      this.light();
    }

    /** Light what an element stands for or carries, and explain it. */
    show(target, explain) {
      clearTimeout(this.leaving);
      const name = target.dataset.quantity ?? target.dataset.flow;
      const words = this.words[name];
      if (!words || (target === this.target && explain !== this.tip.hidden)) return;
      this.hide();
      this.target = target;
      // The diagram must stay bright while a hand on a slider changes it.
      this.light(name, !target.matches(".lab-slider"));
      if (!explain) return;
      this.tip.replaceChildren(...this.sentences(name, words));
      this.tip.className = `lab-tip role-${words.role}`;
      this.tip.hidden = false;
      target.setAttribute("aria-describedby", this.tip.id);
      this.update();
      this.place(target.getBoundingClientRect(), target);
    }

    /** Say in a table what the pointer is over in a figure: rows of [role, words]. */
    table(title, rows, event) {
      clearTimeout(this.leaving);
      this.hide();
      const cells = rows.map(([role, words]) => {
        const cell = document.createElement("span");
        cell.textContent = words;
        cell.className = `role-${role}`;
        return cell;
      });
      const heading = document.createElement("div");
      heading.className = "lab-tip-title";
      heading.textContent = title;
      const table = document.createElement("div");
      table.className = "lab-tip-values";
      table.append(...cells);
      this.tip.className = "lab-tip role-plain";
      this.tip.replaceChildren(heading, table);
      this.tip.hidden = false;
      this.place({ left: event.clientX, width: 0, top: event.clientY - 6, bottom: event.clientY + 10 });
    }

    sentences(name, words) {
      const { separate, held } = this.now();
      const reached = held?.(name);
      const line = (kind, ...content) => {
        const element = document.createElement("div");
        element.className = kind;
        element.append(...content);
        return element;
      };
      const lines = [line("lab-tip-title", `${words.title} ${words.symbol}`)];
      if (words.worked) {
        const template = (separate && words.worked_separate) || words.worked;
        const symbols = (separate && words.formula_separate) || words.formula;
        lines.push(line("lab-tip-formula", symbols));
        lines.push(line("lab-tip-numbers", ...lab.live.template(template), " = ", lab.live.number(name, 4)));
      } else {
        lines.push(line("lab-tip-numbers", `${words.symbol} = `, lab.live.number(name, 4)));
      }
      if (reached) lines.splice(1, lines.length, line("lab-tip-numbers", `${reached}: `, lab.live.number(name, 4)));
      lines.push(line("lab-tip-says", words.says));
      this.told = reached;
      return lines;
    }

    /** Bring the numbers of an open explanation up to date. */
    update() {
      if (this.tip.hidden) return;
      const { frame, held } = this.now();
      const name = this.target?.dataset.quantity ?? this.target?.dataset.flow;
      if (name && this.words[name] && (held?.(name) ?? "") !== (this.told ?? ""))
        this.tip.replaceChildren(...this.sentences(name, this.words[name]));
      this.tip.querySelectorAll("data").forEach((element) => lab.numbers.fill(element, frame));
    }

    /**
     * Above what is explained or below it; under the drawing, whose lit path it must
     * not hide; beside the column of explanations, which it explains.
     */
    place(around, target) {
      const { offsetWidth: width, offsetHeight: height } = this.tip;
      const within = (value, room) => Math.min(Math.max(value, 8), room - 8);
      const drawing = target?.closest(".lab-diagram")?.getBoundingClientRect();
      const column = target?.closest(".lab-explanation")?.getBoundingClientRect();
      let left = around.left + around.width / 2 - width / 2;
      let top = around.top - height - 8 > 8 ? around.top - height - 8 : around.bottom + 8;
      if (drawing) top = drawing.bottom;
      else if (column && column.left > width + 16) {
        left = column.left - width - 8;
        top = around.top;
      }
      const x = Math.round(within(left, innerWidth - width));
      const y = Math.round(within(top, innerHeight - height));
      this.tip.style.transform = `translate(${x}px, ${y}px)`;
    }

    /** Light a quantity wherever it stands, its operands, and the wires between. */
    light(name, dim = true) {
      this.root.querySelectorAll(".lit").forEach((element) => element.classList.remove("lit"));
      this.root.classList.toggle("has-lit", Boolean(name) && dim);
      if (!name) return;
      const { operands, feeds } = this.words[name];
      // Through a product, such as f·C(t−1), to what it is made of.
      const through = operands.flatMap((one) => (one in PRODUCTS ? this.words[one].operands : []));
      const near = new Set([...operands, ...through, feeds]);
      this.root.querySelectorAll("[data-quantity]").forEach((element) => {
        const quantity = element.dataset.quantity;
        const drawn = element.closest("svg") && near.has(quantity);
        element.classList.toggle("lit", quantity === name || Boolean(drawn));
      });
      const reached = new Set([name, ...operands.filter((one) => one in PRODUCTS)]);
      if (feeds) reached.add(feeds);
      this.root.querySelectorAll("[data-flow]").forEach((wire) => {
        const into = wire.dataset.into.split(" ");
        const lit = wire.dataset.flow === name || into.some((one) => reached.has(one));
        wire.classList.toggle("lit", lit);
      });
    }
  }

  lab.Diagram = Diagram;
  lab.Explainer = Explainer;
})();
