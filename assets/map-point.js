/* One context as a panel: what it is, how far its place can be trusted, who is nearest to it in truth. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const DOUBTED = 2; // nearest on the map, up to which a place is not to be trusted

  /** How far the neighbourhood of a context can be trusted, in words. */
  function trusted(kept, count) {
    const told = `${kept} of its ${count} nearest in truth are among the ${count} nearest on this map`;
    if (kept > DOUBTED || count < 5) return { words: `${told}.`, doubted: false };
    const few = kept ? `Only ${kept}` : "None";
    return {
      words: `${few} of its ${count} nearest are near here on the map: do not read much into this neighbourhood.`,
      doubted: true,
    };
  }

  class MapPoint {
    constructor(view) {
      this.view = view;
    }

    /** Which of its nearest in truth are near on the map too. */
    neighbours(n) {
      const { contexts } = this.view;
      const nearest = contexts.nearest(n);
      const shown = new Set(contexts.nearestShown(n, nearest.length));
      return { nearest, kept: nearest.filter((other) => shown.has(other)), shown };
    }

    /** How far its place can be trusted: counted, whether or not it was among those measured. */
    trusted(n) {
      const { kept, nearest } = this.neighbours(n);
      return trusted(kept.length, nearest.length);
    }

    fill(place, n) {
      const { view } = this;
      const { piece } = lab.mapRecord;
      const { contexts } = view;
      const { nearest, kept, shown } = this.neighbours(n);
      const text = contexts.write(piece("p", "", "lab-map-context"), n);
      const region = contexts.place(n);
      const where = [
        region ? `Region “${region.name}”` : "In no region",
        `text ${contexts.sequence[n] + 1}, token ${contexts.position[n] + 1}`,
      ];
      const means = Object.fromEntries(Object.entries(contexts.gates).map(([name, values]) => [name, values[n]]));
      const { words, doubted } = trusted(kept.length, nearest.length);
      const list = piece("ul", "", "lab-map-contexts");
      list.setAttribute("aria-label", "Nearest in truth");
      contexts.list(list, nearest, (other) => (shown.has(other) ? "near" : "far"));
      const link = piece("p", "", "lab-does lab-map-whole");
      place.replaceChildren(
        text,
        piece("p", where.join(" · "), "lab-does"),
        ...lab.mapRecord.gates(means),
        piece("p", words, doubted ? "lab-map-doubted" : "lab-does"),
        link,
        piece("h3", "Its nearest in truth; near or far on the map"),
        list,
      );
      view.canvas.links(nearest.map((other) => [n, other, shown.has(other)]));
      this.lead(link, n);
      return words;
    }

    /** The way to its gates on the Network page. */
    async lead(place, n) {
      const { view } = this;
      if (!lab.owned || view.answer.source.kind !== "model") return;
      try {
        const { link, says } = await (await lab.ask(view.contexts.path(`whole/${n}`))).json();
        if (!place.isConnected) return;
        const way = document.createElement("a");
        way.href = `${lab.root()}network${location.search}#${link}`;
        way.textContent = "See its gates on Network";
        way.title = says;
        place.replaceChildren(way);
      } catch (error) {
        place.textContent = error.message;
      }
    }
  }

  lab.MapPoint = MapPoint;
})();
