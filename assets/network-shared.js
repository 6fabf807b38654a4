/* What two Network views of one comparison share: what of the run is looked at, wherever it is chosen. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const NAMES = { size: "Cell size", layers: "Depth", kind: "Weights", forget_bias: "Forget bias", seed: "Seed" };

  class SharedLook {
    constructor(view) {
      this.view = view;
      view.listen("input", ({ target }) => this.link(target));
    }

    /** The other views of the comparison; on a portal's page each view stands for itself. */
    get others() {
      const { view } = this;
      if (!lab.owned) return [];
      return [...lab.views.values()].filter(
        (one) =>
          one !== view && one.kind === view.kind && one.player === view.player && one.root.isConnected,
      );
    }

    /** Whether the text is this view's own. */
    get leads() {
      return !lab.owned || this.view.aio === this.view.config.player;
    }

    /** Whether what is dropped on a part of the page is meant for this view. */
    isMeant(target) {
      const into = target.closest?.("[data-view]")?.dataset.view;
      return into === this.view.aio || (this.leads && !this.others.some(({ aio }) => aio === into));
    }

    /** What of the model is not as in the other, and how much its run is reached into. */
    get apart() {
      const { asked, intervening } = this.view;
      const other = this.others[0]?.asked?.model;
      const areNew = [asked.model, other].every((model) => model?.source === "new");
      const words = Object.entries(NAMES)
        .filter(([name]) => areNew && asked.model[name] !== other[name])
        .map(([name, title]) => `${title} ${asked.model[name].replace("-", "−")}`);
      const count = intervening.acts.length;
      return count ? [...words, `${count} intervention${count === 1 ? "" : "s"}`] : words;
    }

    /** Time lasts as long as the longest of the runs: one that has ended stays at its end. */
    settle(...own) {
      const { player } = this.view;
      const T = Math.max(...own, ...this.others.map((one) => one.T ?? 0));
      if (T > 0 && T !== player.T) player.load(T, player.t);
    }

    leave() {
      this.settle();
    }

    /** Where sliders are linked, what makes a new network is set in both. */
    link(control) {
      const { difference } = lab.compare ?? {};
      if (!difference || !lab.switches.isOn("link-sliders", difference.root)) return;
      const { quantity } = control.closest(".lab-slider")?.dataset ?? {};
      const name = Object.keys(NAMES).find((one) => NAMES[one] === quantity);
      const chosen = control.matches(".lab-new select") && JSON.parse(control.id).part;
      for (const one of this.others) {
        if (name) one.set("number", { value: control.value }, { name });
        if (chosen) one.set(chosen, { value: control.value });
      }
    }

    /* --- the look -------------------------------------------------------- */

    /** Let the others look at the same: unit, first row, layer, order, zoom. */
    tell(look) {
      this.others.forEach((one) => one.shared.look(look));
    }

    look({ unit, first, layer, order, zoom }) {
      const { view } = this;
      const { wanted } = view.asking;
      if (!wanted || !view.answer) return;
      if (unit !== undefined && unit !== view.shown.unit) view.shownUnit(unit);
      if (first !== undefined && first !== view.shown.first) {
        view.shown.first = first;
        view.again();
      }
      // Of fewer layers it shows the top one, and keeps to it.
      const reached = layer === undefined ? layer : Math.min(layer, view.answer.sizes.length - 1);
      if (reached !== undefined && ![wanted.layer, view.answer.layer].includes(reached)) {
        this.followed = reached;
        view.set("layer", { value: String(reached) });
      }
      if (order !== undefined && order !== wanted.order) view.set("order", { value: order });
      if (zoom !== undefined) view.zoom(zoom ?? undefined);
    }

    /** A switch that was pressed in one is pressed in all: this browser remembers one state. */
    switched(name) {
      this.others.forEach((one) => one.switched(name));
      lab.compare?.difference?.showFuture();
    }

    /** What a reader has just set in the controls concerns the others too. */
    changed(settings, choosing) {
      if (choosing) {
        // A link says of each view by itself what it looks at.
        if (choosing.isExample) this.tell({ unit: choosing.unit });
        return;
      }
      const { wanted } = this.view.asking;
      if (!wanted) return;
      const { layer, order } = settings;
      // An answer with fewer layers corrects the control, or the other view; nobody has chosen that.
      const chosen = ![wanted.layer, this.view.answer?.layer, this.followed].includes(layer);
      this.followed = undefined;
      this.tell({ layer: chosen ? layer : undefined, order: order === wanted.order ? undefined : order });
    }
  }

  lab.SharedLook = SharedLook;
})();
