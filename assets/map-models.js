/* The models that a map can be made of, in one list with the matrices that a reader brought. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  /** Made when it is first asked for: what it extends is loaded after this. */
  const kind = () => class MapModels extends lab.Models {
    get current() {
      const { kind, hash } = this.view.asked?.source ?? {};
      return kind === "model" ? this.known.get(hash) : undefined;
    }

    /** Bring the select up to date. */
    offer() {
      const { view } = this;
      const files = [...this.known.values()];
      const groups = [
        ["Trained, with the lab", "file:", files.filter(({ shipped }) => shipped)],
        ["Opened", "file:", files.filter(({ shipped }) => !shipped)],
        ["Matrices", "matrix:", [...(view.matrices?.known.values() ?? [])]],
      ];
      const options = groups.flatMap(([label, prefix, members]) => [
        ...(members.length ? [{ value: `group:${label}`, label: `— ${label} —`, disabled: true }] : []),
        ...members.map(({ hash, name }) => ({ value: prefix + hash, label: name || `file ${hash.slice(0, 8)}` })),
      ]);
      const key = JSON.stringify(options);
      if (key === this.key) return;
      this.key = key;
      view.set("source", { options });
    }

    /** What is dropped on the page goes where its kind belongs. */
    open(file) {
      if (!file) return undefined;
      const { matrices } = this.view;
      if (/\.npy$/i.test(file.name)) return matrices.open(file);
      if (!/\.(txt|csv|md|py)$/i.test(file.name)) return super.open(file);
      const isLabels = this.view.asked?.source.kind === "matrix";
      return isLabels ? matrices.label(file) : matrices.read(file);
    }

    describe(model) {
      super.describe(model);
      const { kind } = this.view.asked.source;
      if (kind === "matrix") for (const button of this.view.root.querySelectorAll("[data-file]")) button.hidden = true;
    }

    save() {
      const file = this.current;
      return this.careful(async () => {
        await lab.ask(`models/${file.hash}?name=${encodeURIComponent(file.name)}`, { method: "PUT" });
        file.saved = true;
        this.describe({ source: "file", hash: file.hash });
      });
    }
  };

  let Kind;
  lab.mapModels = (view) => new (Kind ??= kind())(view);
})();
