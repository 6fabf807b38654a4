/* Taking things away: the menu of the top bar, figures as PNG and SVG, files. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SCALE = 2; // pixels of a PNG for each of the screen
  const LABELS = 60; // token labels that a picture has room for

  /** Let the browser save a file. */
  lab.saveAs = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  /** A file's name that tells what it shows of what. */
  const fileName = (about, name, format) => {
    const words = `${about} ${name}`.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-");
    return `${words.replaceAll(/^-|-$/g, "")}.${format}`;
  };
  const ground = () => getComputedStyle(document.body).getPropertyValue("--lab-panel").trim();

  /** A figure as it stands, on solid ground, with its title and the tokens on its axis. */
  async function figureImage({ name, plot, annotations, legend }, format, { tokens, about }) {
    const { width, height } = plot._fullLayout;
    const layout = { ...plot.layout, paper_bgcolor: ground(), width, height: height + 40 };
    if (annotations) layout.annotations = annotations;
    const { margin } = plot._fullLayout;
    layout.margin = { ...plot.layout.margin, t: (plot.layout.margin?.t ?? margin.t) + 30, b: margin.b + 10 };
    const title = [name, about].filter(Boolean).join(" · ").replaceAll("<", "&lt;");
    layout.title = { text: title, x: 0, xref: "paper", yref: "container", y: 0.97, yanchor: "top", font: { size: 13 } };
    if (legend) Object.assign(layout, { showlegend: true, legend: { orientation: "h", y: -0.1 }, height: layout.height + 30 });
    if (tokens && plot.layout.xaxis?.showticklabels === false) {
      const every = Math.ceil(tokens.length / LABELS);
      const times = tokens.map((_, n) => n + 1).filter((t) => (t - 1) % every === 0);
      layout.margin.b += 24;
      layout.height += 24;
      layout.xaxis = {
        ...plot.layout.xaxis,
        showticklabels: true,
        tickvals: times,
        ticktext: times.map((t) => tokens[t - 1].replaceAll("<", "&lt;")),
        tickangle: 0,
      };
    }
    const figure = { data: plot.data, layout };
    const options = { format, width, height: layout.height, scale: format === "png" ? SCALE : 1 };
    const url = await window.Plotly.toImage(figure, options);
    const data = url.slice(url.indexOf(",") + 1);
    if (format === "svg") return new Blob([decodeURIComponent(data)], { type: "image/svg+xml" });
    return new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type: "image/png" });
  }

  /** A drawing of our own, which is SVG already. */
  async function drawingImage({ svg }, format) {
    const text = svg();
    const blob = new Blob([text], { type: "image/svg+xml" });
    if (format === "svg") return blob;
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width * SCALE;
    canvas.height = image.height * SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  /** A button that does its work once at a time; it keeps the focus meanwhile. */
  function item(words, label, run) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "lab-chip";
    button.textContent = words;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return;
      button.ariaDisabled = "true";
      try {
        await run();
      } finally {
        button.ariaDisabled = null;
      }
    });
    return button;
  }

  /** A line of the menu: what, and the forms it can be had in. */
  function line(name, items) {
    const row = document.createElement("div");
    row.className = "lab-export-line";
    const title = document.createElement("span");
    title.textContent = name;
    row.append(title, ...items);
    return row;
  }

  /** Files of one name are a line; each has `words`, `run`, and perhaps a `label` of its own. */
  function fileLines(files) {
    const names = [...new Set(files.map(({ name }) => name))];
    return names.map((name) => {
      const same = files.filter((one) => one.name === name);
      return line(name, same.map(({ words, label, run }) => item(words, label ?? `${name} as ${words}`, run)));
    });
  }

  /** Lines that belong together, under a heading; nothing where there are none. */
  function group(title, lines) {
    if (!lines.length) return [];
    const box = document.createElement("div");
    const heading = document.createElement("div");
    heading.id = `lab-export-${title.toLowerCase()}`;
    heading.className = "lab-export-title";
    heading.textContent = title;
    box.className = "lab-export-group";
    box.setAttribute("role", "group");
    box.setAttribute("aria-labelledby", heading.id);
    box.append(heading, ...lines);
    return [box];
  }

  /** Fill the menu with what a view, or two that are compared, have to take away. */
  lab.fillExport = (menu, { figures = [], drawings = [], files = [], tokens, about = "" }) => {
    const picture = (one, draw) =>
      ["png", "svg"].map((format) =>
        item(format.toUpperCase(), `${one.name} as ${format.toUpperCase()}`, async () =>
          lab.saveAs(await draw(one, format, { tokens, about }), fileName(about, one.name, format)),
        ),
      );
    const all = [...files, ...lab.ofWholePage()];
    const of = (kind) => fileLines(all.filter((one) => (one.group ?? "Data") === kind));
    const pictures = [
      ...of("Pictures"),
      ...figures.filter(({ plot }) => plot?.data?.length).map((one) => line(one.name, picture(one, figureImage))),
      ...drawings.map((one) => line(one.name, picture(one, drawingImage))),
    ];
    menu.replaceChildren(
      ...group("Setting", of("Setting")),
      ...group("Data", of("Data")),
      ...group("Code", of("Code")),
      ...group("Pictures", pictures),
      ...group("Animation", of("Animation")),
    );
    menu.scrollTop = 0;
  };

  /* --- by the keys -------------------------------------------------------- */

  const among = (list, at) => list[(at + list.length) % list.length];

  /** The button that an arrow key leads to: along the line, or the same place of another line. */
  function next(button, key, menu) {
    const row = button.parentElement;
    const buttons = [...row.querySelectorAll("button")];
    const place = buttons.indexOf(button);
    if (key === "ArrowRight") return among(buttons, place + 1);
    if (key === "ArrowLeft") return among(buttons, place - 1);
    const rows = [...menu.querySelectorAll(".lab-export-line")];
    const at = rows.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
    if (to === undefined) return undefined;
    const others = [...among(rows, to).querySelectorAll("button")];
    return others[Math.min(place, others.length - 1)];
  }

  document.addEventListener("keydown", (event) => {
    const button = event.target.closest?.(".lab-export button");
    const to = button && next(button, event.key, button.closest(".lab-export"));
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
})();
