/* The contexts of a map: where each lies, what it is, and how it looks as a line of text. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const VISIBLE = { " ": "␣", "\n": "⏎", "\t": "⇥" };
  const NEAR = 10; // nearest of each that a map keeps

  /** A token with its spaces to be seen. */
  const visible = (token) => token.replaceAll(/[ \n\t]/g, (mark) => VISIBLE[mark]);

  class MapContexts {
    constructor(view) {
      this.view = view;
      this.units = new Map();
    }

    get ready() {
      return this.key !== undefined && this.key === this.view.answer?.key;
    }

    get count() {
      return this.places.length / 2;
    }

    path(rest) {
      return `map/${this.view.answer.key}/${rest}`;
    }

    /** Fetch a map; of two that are on their way the older one is forgotten. */
    async load(key) {
      const { view } = this;
      this.loading = key;
      this.key = undefined;
      this.units.clear();
      view.root.classList.add("is-loading");
      try {
        const [points, texts] = await Promise.all(
          ["points", "texts"].map(async (name) => (await lab.ask(`map/${key}/${name}`)).json()),
        );
        if (this.loading !== key || view.isGone) return;
        this.take(points, texts);
        this.key = key;
        view.loaded();
      } catch (error) {
        if (this.loading === key) view.alert(error.message);
      }
    }

    take({ places, levels, tokens, sequence, position, gates, trust, near }, { before }) {
      const { decode } = lab.numbers;
      const all = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, decode(array)]));
      this.places = decode(places);
      this.levels = levels.map(decode);
      this.texts = tokens.texts;
      this.index = decode(tokens.index);
      this.sequence = decode(sequence);
      this.position = decode(position);
      this.gates = all(gates);
      this.trust = all(trust);
      this.near = decode(near);
      this.before = before;
      const long = this.texts.filter((token) => [...token].length > 1).length;
      const spaced = this.texts.some((token) => token.includes(" ")); // these bring their own
      this.gap = long > this.texts.length / 3 && !spaced ? " " : "";
    }

    token(n) {
      return this.texts[this.index[n]];
    }

    /** The whole text of a context, as far as it is kept. */
    text(n) {
      return `${this.before[n]}${this.before[n] && this.gap}${this.token(n)}`;
    }

    /** The nearest of a context in truth, nearest first. */
    nearest(n) {
      const each = this.near.length / this.count;
      return [...this.near.subarray(n * each, (n + 1) * each)].filter((other) => other >= 0);
    }

    /** The nearest of a context on the map; of equally near ones the first. */
    nearestShown(n, k = NEAR) {
      const { places } = this;
      const best = []; // of [distance, number], farthest last
      for (let other = 0; other < this.count; other += 1) {
        if (other === n) continue;
        const far = (places[2 * other] - places[2 * n]) ** 2 + (places[2 * other + 1] - places[2 * n + 1]) ** 2;
        if (best.length === k && far >= best[k - 1][0]) continue;
        let at = best.length;
        while (at > 0 && best[at - 1][0] > far) at -= 1;
        best.splice(at, 0, [far, other]);
        if (best.length > k) best.pop();
      }
      return best.map(([, other]) => other);
    }

    /** The region of a context at a level; nothing where it belongs to none. */
    region(n, level) {
      const number = this.levels[level]?.[n] ?? -1;
      return number < 0 ? undefined : this.view.answer.regions[level][number];
    }

    /** Its region at the finest level that has one for it. */
    place(n) {
      for (let level = this.levels.length - 1; level >= 0; level -= 1) {
        const region = this.region(n, level);
        if (region) return region;
      }
      return undefined;
    }

    /** The contexts of a region. */
    members(level, number) {
      const found = [];
      this.levels[level].forEach((one, n) => {
        if (one === number) found.push(n);
      });
      return found;
    }

    /** The values of a unit: fetched once. */
    unit(unit) {
      if (!this.units.has(unit)) {
        const fetched = lab.ask(this.path(`unit/${unit}`)).then(async (answer) => {
          const { values, low, high } = await answer.json();
          return { values: lab.numbers.decode(values), low, high };
        });
        fetched.catch(() => this.units.delete(unit));
        this.units.set(unit, fetched);
      }
      return this.units.get(unit);
    }

    /** Write a context into an element: the text before, and the token marked. */
    write(element, n) {
      const before = document.createElement("span");
      const token = document.createElement("mark");
      before.textContent = this.before[n] + (this.before[n] && this.gap);
      token.textContent = visible(this.token(n)) || "–";
      element.replaceChildren(before, token);
      const hue = this.view.answer.regions[0]?.[this.levels[0]?.[n]]?.color;
      if (hue !== undefined) token.style.setProperty("--hue", this.view.config.hues[hue]);
      return element;
    }

    /** A list of contexts, each a button that chooses it; `note` says something of each. */
    list(place, ids, note) {
      const items = ids.map((n) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.dataset.context = n;
        this.write(button, n);
        const words = note?.(n);
        if (words) {
          const aside = document.createElement("small");
          aside.textContent = words;
          button.append(aside);
        }
        item.append(button);
        return item;
      });
      place.replaceChildren(...items);
      return place;
    }
  }

  lab.MapContexts = MapContexts;
  lab.visibleToken = visible;
})();
