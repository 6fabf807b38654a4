/*
 * The drawing of the cell, and what every symbol of the page says of itself.
 *
 * The drawings are files in diagrams/. Their attributes tell what they show:
 *   data-quantity  what a node or label stands for
 *   data-flow, data-into  what a wire carries, and what it helps to compute
 *   data-level     whose magnitude sets the strength of a fill or a wire
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FOLDER = new URL("diagrams/", document.currentScript.src);
  const NARROW = 560; // pixels below which the narrow drawing is the readable one
  const PATIENCE = 150; // milliseconds for the pointer to reach the explanation
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
      new ResizeObserver(() => this.fit()).observe(box);
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
        const name = element.dataset.level;
        const value = frame[name];
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
     * @param now gives the frame, and whether the weights are separate
     */
    constructor(root, words, now) {
      this.root = root;
      this.words = words;
      this.now = now;
      this.tip = root.querySelector(".lab-tip");
      const found = (event) => event.target.closest?.("[data-quantity], [data-flow]");
      root.addEventListener("pointerover", (event) => {
        if (this.tip.contains(event.target)) clearTimeout(this.leaving);
        // A whole slider lights its weight; only its name explains it, out of the hand's way.
        else if (found(event)) this.show(found(event), !event.target.matches(".lab-slider, input"));
        else this.leave();
      });
      root.addEventListener("pointerleave", () => this.leave());
      root.addEventListener("focusin", (event) => {
        const target = found(event);
        if (target) this.show(target, !event.target.matches("input"));
      });
      root.addEventListener("focusout", () => this.leave());
      document.addEventListener("keydown", (event) => event.key === "Escape" && this.hide());
    }

    leave() {
      clearTimeout(this.leaving);
      this.leaving = setTimeout(() => this.hide(), PATIENCE);
    }

    hide() {
      clearTimeout(this.leaving);
      if (!this.target) return;
      this.target.removeAttribute("aria-describedby");
      this.target = undefined;
      this.tip.hidden = true;
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
      this.light(name);
      if (!explain) return;
      this.tip.replaceChildren(...this.sentences(name, words));
      this.tip.className = `lab-tip role-${words.role}`;
      this.tip.hidden = false;
      target.setAttribute("aria-describedby", this.tip.id);
      this.update();
      this.place(target.getBoundingClientRect(), target.closest(".lab-diagram"));
    }

    sentences(name, words) {
      const { separate } = this.now();
      const line = (kind, ...content) => {
        const element = document.createElement("div");
        element.className = kind;
        element.append(...content);
        return element;
      };
      const lines = [line("lab-tip-title", `${words.title} ${words.symbol}`)];
      if (words.worked) {
        const template = (separate && words.worked_separate) || words.worked;
        lines.push(line("lab-tip-formula", lab.formula(words, separate)));
        lines.push(line("lab-tip-numbers", ...lab.template(template), " = ", lab.number(name, 4)));
      } else {
        lines.push(line("lab-tip-numbers", `${words.symbol} = `, lab.number(name, 4)));
      }
      lines.push(line("lab-tip-says", words.says));
      return lines;
    }

    /** Bring the numbers of an open explanation up to date. */
    update() {
      if (this.tip.hidden) return;
      const { frame } = this.now();
      this.tip.querySelectorAll("data").forEach((element) => lab.numbers.fill(element, frame));
    }

    /** Above what is explained or below it; below the drawing, whose lit path it must not hide. */
    place(around, drawing) {
      const { offsetWidth: width, offsetHeight: height } = this.tip;
      const middle = around.left + around.width / 2 - width / 2;
      const left = Math.min(Math.max(middle, 8), innerWidth - width - 8);
      const above = around.top - height - 8;
      const below = Math.min(around.bottom + 8, innerHeight - height - 8);
      const top = drawing ? drawing.getBoundingClientRect().bottom : above > 8 ? above : below;
      const visible = Math.min(top, innerHeight - height - 8);
      this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(visible)}px)`;
    }

    /** Light a quantity wherever it stands, its operands, and the wires between. */
    light(name) {
      this.root.querySelectorAll(".lit").forEach((element) => element.classList.remove("lit"));
      this.root.classList.toggle("has-lit", Boolean(name));
      if (!name) return;
      const operands = new Set(this.words[name].operands ?? []);
      this.root.querySelectorAll("[data-quantity]").forEach((element) => {
        const quantity = element.dataset.quantity;
        const near = element.closest("svg") && operands.has(quantity);
        element.classList.toggle("lit", quantity === name || near);
      });
      this.root.querySelectorAll("[data-flow]").forEach((wire) => {
        const into = wire.dataset.into.split(" ");
        wire.classList.toggle("lit", wire.dataset.flow === name || into.includes(name));
      });
    }
  }

  lab.Diagram = Diagram;
  lab.Explainer = Explainer;
})();
