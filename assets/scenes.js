/*
 * Scenes of a film: the drawing, the numbers and the traces of a cell, or the heat maps
 * of a network. A scene is one setting: open() makes what stands still, prepare(t) the
 * pictures of a step, and draw(pen) puts them on a canvas.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const WIDTH = 960; // of a scene; lengths are pixels of the page
  const EDGE = 24;
  const HEAD = 64;
  const VEIL = 0.62; // how much of what comes after t it hides
  const SANS = '"Noto Sans", "Segoe UI", system-ui, sans-serif';
  const MONO = 'ui-monospace, "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace';
  const MOST_SAID = 6; // numbers of a setting that the title has room for

  /* --- pictures ------------------------------------------------------------- */

  const loaded = async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  };
  const colour = (view, name) => getComputedStyle(view.root).getPropertyValue(`--lab-${name}`).trim();

  /** A figure over the whole time axis as an image, and where a time lies on it. */
  async function figureOf(figure, width, height, scale) {
    const layout = { ...figure.layout, width, height };
    const url = await window.Plotly.toImage({ data: figure.data, layout }, { format: "png", width, height, scale });
    const { l, r, t, b } = layout.margin;
    const [from, to] = layout.xaxis.range;
    const at = (time) => l + ((time - from) / (to - from)) * (width - l - r);
    const down = (share) => t + (1 - share) * (height - t - b); // the domain of an axis, in pixels
    // Where its drawings stand one above the other, each has a playhead of its own.
    const bands = Object.keys(layout)
      .filter((name) => name.startsWith("yaxis"))
      .map((name) => [...(layout[name].domain ?? [0, 1])].reverse().map(down));
    return { image: await loaded(url), width, height, at, bands };
  }

  // What a style sheet decides about a drawing: in a picture of its own there is none.
  const LOOKS = (
    "fill stroke stroke-width stroke-dasharray stroke-linejoin stroke-linecap opacity fill-opacity " +
    "paint-order text-anchor font-family font-size font-style font-weight font-variant-numeric " +
    "color text-align display visibility white-space line-height"
  ).split(" ");

  // What of it differs from step to step, where an element shows a magnitude.
  const MOVING = ["fill", "stroke", "stroke-width", "opacity"];

  function wear(element, copy, names) {
    const looks = getComputedStyle(element);
    for (const name of names) copy.style.setProperty(name, looks.getPropertyValue(name));
  }

  /** The drawing of a cell, off the page, where any step can be shown in it. */
  class Stage {
    constructor(view) {
      this.view = view;
      const box = document.createElement("div");
      box.className = "lab-diagram";
      box.dataset.diagram = view.root.querySelector("[data-diagram]").dataset.diagram;
      this.root = document.createElement("div");
      this.root.className = `lab-view lab-stage ${view.kind === "cell" ? "lab-cell" : ""}`;
      this.root.inert = true;
      this.root.ariaHidden = "true";
      Object.assign(this.root.dataset, { weights: view.root.dataset.weights, cell: view.root.dataset.cell ?? "" });
      this.root.append(box);
      document.body.append(this.root);
      this.drawn = new Promise((done) => (this.diagram = new lab.Diagram(box, done)));
    }

    /** The drawing is there: name its weights, and copy it with its looks. */
    begin() {
      for (const label of this.root.querySelectorAll("[data-tied]"))
        label.querySelector("text").textContent = this.view.separate ? label.dataset.own : label.dataset.tied;
      const svg = (this.svg = this.root.querySelector("svg"));
      const { width, height } = svg.viewBox.baseVal;
      this.width = WIDTH - EDGE;
      this.height = Math.round((this.width * height) / width);
      this.copy = svg.cloneNode(true);
      this.copy.setAttribute("width", width);
      this.copy.setAttribute("height", height);
      const copies = this.copy.querySelectorAll("*");
      this.pairs = [...svg.querySelectorAll("*")].map((element, n) => [element, copies[n]]);
      this.pairs.forEach(([element, copy]) => wear(element, copy, LOOKS));
      this.moving = this.pairs.filter(([element]) => element.closest("[data-level]"));
      this.numbers = this.pairs.filter(([element]) => element.matches("data"));
    }

    /** A picture of the drawing at a step. */
    picture(frame) {
      this.root.classList.toggle("is-at-start", frame.t === 0);
      this.diagram.paint(frame, this.view.scale);
      this.moving.forEach(([element, copy]) => wear(element, copy, MOVING));
      this.numbers.forEach(([, copy]) => lab.numbers.fill(copy, frame));
      this.ring(frame.t);
      const text = new XMLSerializer().serializeToString(this.copy);
      return loaded(`data:image/svg+xml,${encodeURIComponent(text)}`);
    }

    /** Put the marks of what the reader changes at a step into the picture. */
    ring(t) {
      this.copy.querySelectorAll(".reached").forEach((ring) => ring.remove());
      this.view.intervening?.markDrawing(this.svg, t);
      for (const ring of this.svg.querySelectorAll(".reached")) {
        const copy = ring.cloneNode(true);
        wear(ring, copy, LOOKS);
        this.pairs.find(([element]) => element === ring.parentElement)[1].append(copy);
      }
    }

    leave() {
      this.diagram.leave();
      this.root.remove();
    }
  }

  /* --- scenes ----------------------------------------------------------------- */

  /** What both kinds of scene have: a title, t, and a figure with a playhead. */
  class Scene {
    constructor(view, side, scale) {
      Object.assign(this, { view, side, scale, t: 0 });
      this.hides = view.root.classList.contains("hides-future");
      this.tones = Object.fromEntries(
        ["panel", "text", "muted", "accent", "border"].map((name) => [name, colour(view, name)]),
      );
    }

    async prepare(t) {
      this.t = Math.min(t, this.T);
    }

    head(pen) {
      const { tones } = this;
      const words = [this.side && `Setting ${this.side}`, this.title].filter(Boolean).join(" · ");
      write(pen, words, EDGE, 30, `600 18px ${SANS}`, tones.text, WIDTH - 220);
      write(pen, this.says, EDGE, 51, `13px ${SANS}`, tones.muted, WIDTH - 2 * EDGE);
      pen.textAlign = "right";
      write(pen, this.now, WIDTH - EDGE, 30, `600 18px ${MONO}`, tones.text, 190);
      pen.textAlign = "left";
    }

    get now() {
      return `t = ${this.t} / ${this.T}`;
    }

    /** A figure, with what comes after t under a veil; `from` and `to` are the playhead's edges in steps. */
    figure(pen, { image, width, height, at, bands }, top, from, to) {
      pen.drawImage(image, 0, top, width, height);
      const [left, right, end] = [this.t + from, this.t + to, this.T + to].map(at);
      pen.fillStyle = this.tones.panel;
      pen.strokeStyle = this.tones.accent;
      pen.lineWidth = 2;
      for (const [high, low] of bands) {
        pen.globalAlpha = this.hides ? 1 : VEIL;
        if (end > right) pen.fillRect(right, top + high, end - right + 4, low - high);
        pen.globalAlpha = 1;
        pen.strokeRect(left, top + high, right - left, low - high);
      }
    }
  }

  function write(pen, words, x, y, font, ink, room) {
    pen.font = font;
    pen.fillStyle = ink;
    let text = words;
    while (text.length > 1 && pen.measureText(text).width > room) text = `${text.slice(0, -2).trimEnd()}…`;
    pen.fillText(text, x, y);
  }

  /** A cell: its drawing, its numbers, its traces. */
  class CellScene extends Scene {
    async open() {
      const { series, numbers, separate, scale } = this.view;
      // What is recorded stays what it is, while the reader goes on changing the page.
      const view = Object.assign(Object.create(this.view), { series, numbers, separate, scale });
      this.view = view;
      this.T = view.inputs.length;
      this.title = view.title ?? "LSTM";
      this.says = differing(view);
      this.stage = new Stage(view);
      await this.stage.drawn;
      this.stage.begin();
      this.lines = view.chosen(view.figures.traces);
      this.lines.data = this.lines.data.filter(({ visible }) => visible !== false);
      this.names = [...new Set(this.lines.data.map(({ meta }) => meta))].filter((name) => name in view.series);
      this.traces = await figureOf(this.lines, WIDTH, 260, this.scale);
      this.height = HEAD + this.stage.height + 34 + this.traces.height + 8;
    }

    async prepare(t) {
      await super.prepare(t);
      this.frame = this.view.frameAt(this.t);
      this.drawing = await this.stage.picture(this.frame);
    }

    draw(pen) {
      this.head(pen);
      pen.drawImage(this.drawing, EDGE / 2, HEAD, this.stage.width, this.stage.height);
      const below = HEAD + this.stage.height;
      const room = (WIDTH - 2 * EDGE) / Math.max(this.names.length, 1);
      this.names.forEach((name, n) => {
        const symbol = { c: "C", g: "C̃" }[name] ?? name;
        const words = `${symbol} ${lab.numbers.shown(this.frame[name], 3)}`;
        const { line } = this.lines.data.find(({ meta }) => meta === name);
        write(pen, words, EDGE + n * room, below + 22, `13px ${MONO}`, line.color, room - 6);
      });
      this.figure(pen, this.traces, below + 34, 0, 0);
    }

    leave() {
      this.stage?.leave();
    }
  }

  /** What of a setting is not as a fresh page has it. */
  function differing(view) {
    const { defaults } = view.config;
    const others = Object.entries(view.numbers).filter(
      ([name, value]) => value !== defaults.numbers[name] && (view.separate || !name.startsWith("U_")),
    );
    const said = others.slice(0, MOST_SAID).map(([name, value]) => `${name} ${lab.numbers.given(value, 0, 3)}`);
    if (others.length > MOST_SAID) said.push(`and ${others.length - MOST_SAID} more`);
    return said.join(", ") || "All weights and biases as they are at first";
  }

  /** A network: the heat maps of its gates over the text. */
  class NetworkScene extends Scene {
    async open() {
      const { view } = this;
      const { figures } = view.answer;
      this.T = view.T;
      this.title = "Gates of all units";
      this.says = view.takeAway().about;
      this.tokens = view.visible;
      this.maps = await figureOf(figures.heatmaps, WIDTH, 560, this.scale);
      this.height = HEAD + this.maps.height + 12;
    }

    get now() {
      return this.t ? `t = ${this.t} / ${this.T}  ${this.tokens[this.t - 1]}` : super.now;
    }

    draw(pen) {
      this.head(pen);
      this.figure(pen, this.maps, HEAD, -0.5, 0.5);
      const column = this.maps.at(1) - this.maps.at(0);
      pen.textAlign = "center";
      this.tokens.forEach((token, n) => {
        const isNow = n + 1 === this.t;
        if (!isNow && column < 12) return;
        const ink = isNow ? this.tones.text : this.tones.muted;
        write(pen, token, this.maps.at(n + 1), HEAD + 15, `${isNow ? 600 : 400} 12px ${MONO}`, ink, isNow ? 90 : column);
      });
      pen.textAlign = "left";
    }

    leave() {}
  }

  const KINDS = { cell: CellScene, network: NetworkScene };

  const knows = ({ kind }) => kind in KINDS;
  lab.scenes = { WIDTH, knows, of: (view, side, scale) => new KINDS[view.kind](view, side, scale) };
})();
