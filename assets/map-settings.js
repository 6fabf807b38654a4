/* From controls and links to the settings of the Map view, and back to a link. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FILE = "file:";
  const MATRIX = "matrix:";
  const TOP = 1e5; // as a layer it means the last one
  const LAST = 1e6; // as a time it means the last one
  const CHOICES = { projection: "umap", metric: "cosine", way: "relief" };

  /** What a link says: text for every control, as a reader would type it. */
  function fromQuery(said, config) {
    const query = new URLSearchParams(said);
    const { start } = config;
    const odd = Object.keys(config.choices).filter(
      (name) => query.has(name) && !config.choices[name].includes(query.get(name)),
    );
    for (const name of odd) query.delete(name);
    const isMatrix = query.get("m") === "matrix" && query.has("hash");
    const isStart = (query.get("hash") ?? start.hash) === start.hash;
    const layer = query.has("layer") ? Math.trunc(Number(query.get("layer"))) - 1 || 0 : isStart ? start.layer : TOP;
    return {
      odd,
      query,
      numbers: Object.fromEntries(
        Object.entries(config.numbers).map(([name, value]) => [name, query.get(name) ?? value]),
      ),
      source: (isMatrix ? MATRIX : FILE) + (query.get("hash") ?? start.hash),
      layer: Math.min(Math.max(layer, 0), TOP),
      what: query.get("what") ?? start.what,
      text: query.get("text") ?? "",
      sequence: query.get("sequence") ?? (isStart && !isMatrix ? start.sequence : ""),
      ...Object.fromEntries(Object.entries(CHOICES).map(([name, value]) => [name, query.get(name) ?? value])),
      t: query.has("t") ? Number(query.get("t")) || 0 : LAST,
    };
  }

  const callbacks = {
    choose(chosen, ids, config, rootId) {
      const { no_update: keep } = window.dash_clientside;
      const view = lab.viewOf(rootId, config, lab.MapView);
      const all = ({ numbers, source, layer, what, text, projection, metric, way, sequence }) => [
        ids.map((id) => numbers?.[id.name] ?? keep),
        ...[source, layer, what, text, projection, metric, way, sequence].map((value) => value ?? keep),
      ];
      if (chosen?.kind === "set") return all(chosen.values); // by a press on the page
      if (chosen?.kind === "model" || chosen?.kind === "example") {
        view.choosing = { layer: TOP, t: LAST };
        // Units and texts are those of another model.
        const numbers = { only: "", pull_unit: "" };
        const source = chosen.source ?? FILE + config.start.hash;
        const hash = source.slice(source.indexOf(":") + 1);
        const sequence = hash === config.start.hash ? config.start.sequence : view.models.textOf(hash);
        return all({ numbers, source, what: "h", text: "", sequence: sequence ?? "" });
      }
      const { query, problem } = lab.link?.read(view) ?? {};
      if (problem) view.alert(problem);
      if (problem && view.ready) return all({});
      const linked = fromQuery(query ?? new URLSearchParams(), config);
      if (linked.odd.length)
        view.told = `This link says of ${linked.odd.map((name) => `“${name}”`).join(", ")} what this lab does not know. The rest of it was followed.`;
      view.choosing = { layer: linked.layer, what: linked.what, t: linked.t };
      view.matrices.expect(linked.source, query);
      view.models.expect(linked.source, query?.get("name"));
      view.toParts("restore", linked.query);
      return all({ ...linked, layer: undefined });
    },

    /** Something was set: ask for its consequences. */
    changed(numbers, source, layer, what, text, projection, metric, way, sequence, ids, config, rootId) {
      const view = lab.viewOf(rootId, config, lab.MapView);
      const typed = Object.fromEntries(ids.map((id, n) => [id.name, String(numbers[n] ?? "")]));
      const { choosing } = view;
      view.choosing = undefined;
      const from = view.matrices.source(String(source ?? ""));
      if (!from) return; // a heading of the list
      const { wanted } = view.asking;
      if (wanted && !choosing && from.hash !== wanted.source.hash) {
        view.set("chosen", { data: { kind: "model", source, at: performance.now() } });
        return;
      }
      const settings = {
        ...typed,
        source: from,
        layer: choosing?.layer ?? Number(layer ?? 0),
        what: choosing?.what ?? what ?? "h",
        text: text ?? "",
        text_of: from.kind === "model" ? from.hash : "",
        projection: projection ?? "umap",
        metric: metric ?? "cosine",
        way: way ?? "relief",
        sequence: sequence ?? "",
      };
      if (choosing?.t !== undefined) settings.t = choosing.t;
      const isDragging = document.activeElement?.matches(".lab-range") && view.root.contains(document.activeElement);
      view.offer(settings, { typing: view.isTyping || isDragging });
    },
  };

  /** What a link says of the settings that are shown: what is not as at first. */
  function settings(view) {
    const { asked, config, answer } = view;
    const { source } = asked;
    const query = { hash: source.hash, name: answer.source.title, layer: answer.source.layer + 1 };
    if (source.kind === "matrix") Object.assign(query, { m: "matrix", labels: source.labels, tensor: source.tensor });
    if (asked.what !== "h") query.what = asked.what;
    if (asked.text) query.text = asked.text;
    if (asked.sequence || source.hash === config.start.hash) query.sequence = asked.sequence;
    for (const [name, value] of Object.entries(CHOICES)) if (asked[name] !== value) query[name] = asked[name];
    for (const [name, value] of Object.entries(config.numbers)) if (asked[name] !== value) query[name] = asked[name];
    return query;
  }

  /** Whether everything is as the page begins. */
  function untouched({ asked, config }) {
    const { start, numbers } = config;
    const as = (given) => Object.entries(given).every(([name, value]) => asked[name] === value);
    const { layer, what, sequence } = start;
    return asked.source.hash === start.hash && as({ layer, what, sequence, text: "", ...numbers, ...CHOICES });
  }

  lab.mapLink = { settings, untouched };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_map: callbacks });
})();
