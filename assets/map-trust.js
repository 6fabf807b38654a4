/* How far the whole map can be trusted: the gain, its control, three measures, in words. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  const FINE = 0.995; // from which two decimals would write the same as of what is perfect

  /** A measure of which 1 is perfect: written as 1 by nothing else. */
  const measure = (value) => {
    if (value === 1) return "1";
    return lab.numbers.shown(value < FINE ? value : Math.min(value, 0.999), value < FINE ? 2 : 3);
  };

  class MapTrust {
    constructor(view) {
      this.view = view;
      const { root } = view;
      this.gain = root.querySelector(".lab-map-gain");
      this.says = root.querySelector(".lab-map-trusted");
      this.measures = [...root.querySelectorAll("[data-measure]")];
      this.unit = root.querySelector(".lab-map-unit");
      this.unitCard = root.querySelector(".lab-card-unit");
    }

    accept(_asked, { trust, unit }) {
      const number = (value) => lab.numbers.shown(value, 2);
      const { peak, peak_k: k, peak_share: share, control, measured } = trust;
      const strong = document.createElement("b");
      strong.textContent = `${number(peak)} at k = ${lab.numbers.shown(100 * share, share < 0.02 ? 1 : 0)} %`;
      const whole = (value) => value.toLocaleString("en");
      this.gain.replaceChildren("mutual-kNN gain, peak ", strong, ` (${whole(k)} of ${whole(measured)}); shuffled map ${number(control)}`);
      lab.mapRecord.say(this.says, trust.says);
      for (const place of this.measures) {
        const value = trust[place.dataset.measure];
        place.textContent = measure(value);
        place.title = String(value);
      }
      this.unitCard.classList.toggle("is-away", !unit);
      if (unit && this.unit.textContent !== unit.says) this.unit.textContent = unit.says;
    }
  }

  lab.MapTrust = MapTrust;
})();
