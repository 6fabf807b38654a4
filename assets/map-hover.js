/* The card beside the pointer: the context there, its region, how far its place can be trusted. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const AWAY = 14; // pixels from the point

  class MapHover {
    constructor(view) {
      this.view = view;
      this.card = view.root.querySelector(".lab-map-hover");
    }

    /** Show the card of a context at a place of the box; of none it goes. */
    show(n, x, y) {
      const { view, card } = this;
      const isThere = n !== null && view.contexts.ready;
      view.tell("hover", { ids: isThere ? [n] : [] });
      card.hidden = !isThere;
      if (!isThere) return;
      const { piece } = lab.mapRecord;
      const { contexts } = view;
      const region = contexts.place(n);
      card.replaceChildren(
        contexts.write(piece("p", "", "lab-map-context"), n),
        piece("p", region ? lab.mapRecord.spelled(region.name) : "in no region", "lab-map-where"),
        piece("p", view.choice.point.trusted(n).words, "lab-does"),
      );
      this.place(x, y);
    }

    place(x, y) {
      const { card } = this;
      const room = card.parentElement.getBoundingClientRect();
      const { width, height } = card.getBoundingClientRect();
      const left = x + AWAY + width > room.width ? x - AWAY - width : x + AWAY;
      const top = y + AWAY + height > room.height ? y - AWAY - height : y + AWAY;
      card.style.transform = `translate(${Math.max(left, 4)}px, ${Math.max(top, 4)}px)`;
    }
  }

  lab.MapHover = MapHover;
})();
