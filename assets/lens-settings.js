/* From controls and links to the settings of the Lens view. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LAST = 1e6; // as a time it means the last one
  const FILE = "file:";
  const FOLDER = "folder:";

  /** Watched tokens as text for a link, and back: a token may hold any character. */
  const written = (tokens) => tokens.map(encodeURIComponent).join(",");
  function readTokens(text) {
    try {
      return text.split(",").filter(Boolean).map(decodeURIComponent);
    } catch {
      return []; // a broken link: nothing is watched
    }
  }

  /** What a link says: text for every control, as a reader would type it. */
  function fromQuery(said, config) {
    const query = new URLSearchParams(said);
    const start = config.experiments[config.start];
    const odd = Object.keys(config.choices).filter(
      (name) => query.has(name) && !config.choices[name].includes(query.get(name)),
    );
    for (const name of odd) query.delete(name);
    const isOther = query.has("text") || query.has("hash");
    const isFolder = query.get("m") === "folder" && query.has("hash");
    return {
      odd,
      numbers: Object.fromEntries(
        Object.entries(config.numbers).map(([name, value]) => [name, query.get(name) ?? value]),
      ),
      source: isFolder ? FOLDER + query.get("hash") : FILE + (query.get("hash") ?? start.hash),
      text: query.get("text") ?? start.text,
      prefix: query.get("prefix") ?? "",
      lens: query.get("lens") ?? (isFolder ? "raw" : "affine"),
      metric: query.get("metric") ?? "rank",
      bias: query.get("bias") !== "0",
      watch: query.has("watch") ? readTokens(query.get("watch")) : isOther ? [] : start.watch,
      layer: query.has("layer") ? Math.min(Math.max(Math.trunc(Number(query.get("layer"))) - 1 || 0, 0), LAST) : null,
      t: Number(query.get("t") ?? LAST) || 0,
    };
  }

  const callbacks = {
    choose(chosen, ids, config, rootId) {
      const { no_update: keep } = window.dash_clientside;
      const view = lab.viewOf(rootId, config, lab.LensView);
      const all = ({ numbers, source, text, prefix, lens, metric }) => [
        ids.map((id) => numbers?.[id.name] ?? keep),
        source ?? keep,
        text ?? keep,
        prefix ?? keep,
        lens ?? keep,
        metric ?? keep,
      ];
      if (chosen?.kind === "example") {
        const { hash, text, watch, generate } = config.experiments[chosen.name];
        // The article's own prompts are for the reader's model, which reads them, or says why not.
        view.choosing = { watch, t: LAST };
        return all({
          source: hash && FILE + hash,
          text,
          prefix: "",
          numbers: { ...config.numbers, generate: String(generate) },
        });
      }
      if (chosen?.kind === "probe") {
        view.probe.fill(view.folders.pair(config.probes[chosen.name]));
        return all({});
      }
      if (chosen?.kind === "model") {
        view.choosing = { watch: chosen.watch ?? [], t: LAST };
        return all({ source: chosen.source, text: chosen.text, prefix: "", lens: chosen.lens ?? view.folders.lensFor(chosen.source) });
      }
      const { query, problem } = lab.link?.read(view) ?? {};
      if (problem) view.alert(problem);
      if (problem && view.ready) return all({});
      const linked = fromQuery(query ?? new URLSearchParams(), config);
      if (linked.odd.length)
        view.told = `This link says of ${linked.odd.join(", ")} what this lab does not know. The rest of it was followed.`;
      const { watch, t, layer, bias } = linked;
      view.choosing = { watch, t, layer, bias };
      view.models.expect(linked.source, query?.get("name"));
      view.toParts("restore", query);
      return all(linked);
    },

    /** Something was set: ask for its consequences. */
    changed(numbers, source, text, prefix, lens, metric, ids, config, rootId) {
      const view = lab.viewOf(rootId, config, lab.LensView);
      const typed = Object.fromEntries(ids.map((id, n) => [id.name, String(numbers[n] ?? "")]));
      const model = lab.lensModelOf(String(source ?? ""));
      const { hash } = model;
      const { choosing } = view;
      view.choosing = undefined;
      const { wanted } = view.asking;
      const isOther = wanted && !choosing && (hash !== wanted.model.hash || model.source !== wanted.model.source);
      // The lenses of a transformer are others, and so are the texts that show it at work.
      if (isOther && [model.source, wanted.model.source].includes("folder")) {
        if (model.source === "folder") view.intervening.list = []; // nothing there can be changed
        view.set("chosen", { data: view.folders.chosen(source, view.models.textOf(hash) || text) });
        return;
      }
      // Another model has another vocabulary: what it says is to be seen on a text of its own.
      const sample = isOther && view.models.textOf(hash);
      if (sample) {
        view.set("chosen", { data: { kind: "model", source, text: sample, at: performance.now() } });
        return;
      }
      if (isOther) view.watching.begin([]);
      if (choosing?.watch) view.watching.begin(choosing.watch);
      if (choosing?.layer !== undefined) view.layer = choosing.layer;
      if (choosing?.bias !== undefined) view.useBias(choosing.bias);
      const settings = {
        ...typed,
        model,
        text: text ?? "",
        prefix: prefix ?? "",
        lens: lens ?? "affine",
        metric: metric ?? "rank",
      };
      if (choosing?.t !== undefined) settings.t = choosing.t;
      view.offer(settings, { typing: view.isTyping });
    },
  };

  lab.lensLink = { written };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { lstm_lab_lens: callbacks });
})();
