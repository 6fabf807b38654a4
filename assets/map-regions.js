/* The list of the regions of a level: the keyboard's way to what a click on the map does. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const NAMES = ["Coarse", "Middle", "Fine"];
  const MEANS = "A name is what over half of the contexts share, more often than elsewhere";
  const OFTEN = "(“often”, “·”: fewer)";

  /** What the names of some regions mean, in words. */
  function meaning(names) {
    const ofFewer = names.some((name) => name.includes("often ") || name.includes(" · "));
    return `${MEANS}${ofFewer ? ` ${OFTEN}` : ""}.`;
  }

  class MapRegions {
    constructor(view) {
      this.view = view;
      this.level = 0;
      this.levels = view.root.querySelector(".lab-map-levels");
    }

    /** List the regions of a level, or of the one before; tells how many these are. */
    show(place, level = this.level) {
      const { regions } = this.view.answer;
      this.level = Math.min(level, regions.length - 1);
      const shown = regions[this.level] ?? [];
      this.offer(regions);
      const { piece } = lab.mapRecord;
      const none = "There is no region: the contexts do not gather anywhere.";
      if (!shown.length) place.replaceChildren(piece("p", none, "lab-does"));
      else place.replaceChildren(piece("p", meaning(shown.map(({ name }) => name)), "lab-does"), this.list(shown));
      return shown.length;
    }

    /** A toggle for each level. */
    offer(regions) {
      const chips = regions.map(({ length }, n) => {
        const chip = document.createElement("button");
        chip.type = "button";
        chip.className = "lab-toggle";
        chip.dataset.mapLevel = n;
        chip.textContent = `${NAMES[n] ?? n + 1} ${length}`;
        chip.setAttribute("aria-pressed", String(n === this.level));
        return chip;
      });
      const had = this.levels.contains(document.activeElement);
      this.levels.replaceChildren(...chips);
      if (had) chips[this.level]?.focus();
    }

    /** Buttons that choose them, the largest first. */
    list(shown) {
      const { piece } = lab.mapRecord;
      const items = shown.map((region, number) => {
        const item = piece("li");
        const button = piece("button");
        button.type = "button";
        Object.assign(button.dataset, { region: number, level: this.level });
        const swatch = piece("i");
        swatch.style.background = this.view.config.hues[region.color];
        button.append(swatch, piece("bdi", region.name), piece("span", region.count.toLocaleString("en")));
        item.append(button);
        return [region.count, item];
      });
      const box = piece("ul", "", "lab-map-regions");
      box.setAttribute("aria-label", "Regions");
      box.append(...items.sort(([one], [other]) => other - one).map(([, item]) => item));
      return box;
    }
  }

  lab.MapRegions = MapRegions;
  lab.mapMeaning = meaning;
})();
