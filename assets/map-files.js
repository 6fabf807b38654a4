/* What can be taken away of a map, and of two that are compared: the panorama as a picture and as a page, the contexts as a table. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SIDE = 4096; // pixels of the picture

  /** A field of CSV: a token as it is, which programs find again, as in the table of the server. */
  const field = (value) => {
    const text = String(value ?? "");
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  /** Rows as CSV. */
  lab.csv = (rows) => `${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;

  /** Some contexts as CSV: what they are, where they lie, how far that can be trusted. */
  function table(view, ids) {
    const { contexts, answer } = view;
    const gates = Object.keys(contexts.gates);
    const levels = answer.regions.map((_, n) => `region_level_${n + 1}`);
    const known = (value) => (Number.isNaN(value) ? "" : Number(value.toPrecision(6)));
    const rows = ids.map((n) => [
      ...[n, contexts.token(n), contexts.before[n], contexts.sequence[n], contexts.position[n]],
      ...[contexts.places[2 * n], contexts.places[2 * n + 1]].map(known),
      ...levels.map((_, level) => contexts.region(n, level)?.name),
      ...gates.map((name) => known(contexts.gates[name][n])),
      ...[contexts.trust.recall[n], contexts.trust.gain[n]].map(known),
    ]);
    const named = ["index", "token", "before", "sequence", "position", "x_share", "y_share"];
    const head = [...named, ...levels, ...gates.map((name) => `gate_${name}`), "recall", "gain"];
    return lab.csv([head, ...rows]);
  }

  lab.saveMapTable = (view, ids) => lab.saveAs(new Blob([table(view, ids)], { type: "text/csv" }), "contexts.csv");

  /** What the Export menu offers of a Map view. */
  lab.mapFiles = (view) => {
    const theme = lab.theme(view.root);
    const painter = view.look.tiles || "collage";
    const careful = (run) => () => view.models.careful(run);
    const route = (name, words, path) => ({
      name,
      words,
      run: careful(() => lab.files.download(`map/${view.answer.key}/${path}`, {})),
    });
    const picture = async () => {
      const canvas = await view.canvas.picture(SIDE);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      lab.saveAs(blob, "panorama.png");
    };
    const { ids } = view.choice;
    const some = { name: "What is chosen", words: "CSV", run: () => lab.saveMapTable(view, ids) };
    return [
      { group: "Pictures", name: "Panorama", words: "PNG", run: careful(picture) },
      { ...route("Panorama", "SVG", `panorama.svg?painter=${painter}&theme=${theme}`), group: "Pictures" },
      { ...route("Panorama", "HTML", `page.html?painter=${painter}&theme=${theme}`), group: "Pictures" },
      route("Contexts", "CSV", "table.csv"),
      route("Contexts", "Parquet", "table.parquet"),
      ...(ids.length ? [some] : []),
    ];
  };
})();
