/* From controls and links to the settings of the Network view. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LARGEST_INDEX = 1e6; // that a link can name; the server takes the last one where there are fewer

  /** What a link says: text for every control, as a reader would type it. */
  function fromQuery(said, config) {
    const query = new URLSearchParams(said);
    const start = config.examples[config.start];
    const odd = Object.keys(config.choices).filter(
      (name) => query.has(name) && !config.choices[name].includes(query.get(name)),
    );
    for (const name of odd) query.delete(name);
    const source = query.get("m") ?? start.source;
    const index = (name, from) =>
      Math.min(Math.max(Math.trunc(Number(query.get(name) ?? from)) - from || 0, 0), LARGEST_INDEX);
    return {
      odd,
      numbers: Object.fromEntries(
        Object.entries(config.numbers).map(([name, value]) => [name, query.get(name) ?? value]),
      ),
      source: source === "file" ? `file:${query.get("hash") ?? ""}` : source,
      layers: query.get("layers") ?? "1",
      kind: query.get("kind") ?? "glorot",
      text: query.get("text") ?? start.text,
      reads: query.get("reads") ?? start.reads,
      order: query.get("order") ?? "given",
      t: Number(query.get("t") ?? 0) || 0,
      layer: index("layer", 1),
      unit: query.has("unit") ? index("unit", 0) : start.unit,
      first: query.has("first") ? index("first", 0) : null,
    };
  }

  const callbacks = {
    choose(chosen, ids, config, rootId) {
      const { no_update: keep } = window.dash_clientside;
      const view = lab.viewOf(rootId, config, lab.NetworkView);
      const nothing = ids.map(() => keep);
      const all = ({ numbers, source, layers, kind, text, reads, order }) => {
        const values = ids.map((id) => numbers?.[id.name] ?? keep);
        return [values, source, layers ?? keep, kind ?? keep, text ?? keep, reads ?? keep, order ?? keep];
      };
      if (chosen?.kind === "example") {
        const { text, reads, source, unit } = config.examples[chosen.name];
        // An opened model is the reader's own: it reads the example, or says why not.
        if (view.asked?.model.source === "file" && !chosen.anew) {
          view.choosing = { t: 0 };
          return all({ text, source: keep });
        }
        view.choosing = { unit, t: 0, isExample: true };
        return all({ text, reads, source });
      }
      if (chosen?.kind === "model") {
        view.choosing = {};
        return all({ source: chosen.source, text: chosen.text });
      }
      const { query, problem } = lab.link?.read(view) ?? {};
      if (problem) view.alert(problem);
      if (problem && view.ready) return [nothing, keep, keep, keep, keep, keep, keep];
      const linked = fromQuery(query ?? new URLSearchParams(), config);
      if (linked.odd.length)
        view.told = `This link says of ${linked.odd.join(", ")} what this lab does not know. The rest of it was followed.`;
      view.choosing = { t: linked.t, layer: linked.layer, unit: linked.unit, first: linked.first };
      view.models.expect(linked.source, query?.get("name"));
      view.toParts("restore", query);
      if (query) {
        const show = (query.get("show") ?? "").split(",");
        for (const name of ["candidate", "heat"]) lab.switches.set(name, show.includes(name), view.root);
      }
      return all(linked);
    },

    /** Something was set: ask for its consequences. */
    changed(numbers, source, layers, kind, text, reads, order, layer, ids, config, rootId) {
      const view = lab.viewOf(rootId, config, lab.NetworkView);
      const typed = Object.fromEntries(ids.map((id, n) => [id.name, String(numbers[n] ?? "")]));
      const [from, hash] = String(source ?? "new").split(":");
      const { choosing } = view;
      view.choosing = undefined;
      // Who moves the cell size wants a network of that size, whatever model is there now.
      const { wanted } = view.asking;
      const resized = wanted && !choosing && typed.size !== wanted.model.size;
      if (resized && from !== "new") {
        view.set("source", { value: "new" });
        return;
      }
      // A model that comes with the lab brings a text of its own.
      const sample = view.models.textOf(hash);
      if (sample && wanted && !choosing && hash !== wanted.model.hash && view.shared.leads) {
        view.set("chosen", { data: { kind: "model", source, text: sample, at: performance.now() } });
        return;
      }
      if (choosing?.unit !== undefined) view.shown.unit = choosing.unit;
      if (choosing?.first !== undefined) view.shown.first = choosing.first;
      const settings = {
        model: { ...typed, layers: layers ?? "1", kind: kind ?? "glorot", source: from, hash: hash ?? "" },
        text: text ?? "",
        reads: !reads || reads === "tokens" ? "characters" : reads,
        order: order ?? "given",
        layer: choosing?.layer ?? Number(layer ?? 0),
      };
      if (choosing?.t !== undefined) settings.t = choosing.t;
      view.shared.changed(settings, choosing);
      view.root.dataset.source = from;
      view.offer(settings, { typing: view.isTyping });
    },
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_network: callbacks });
})();
