/* The path of a typed sequence through the map: its tokens, where each step is, what is near there. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  const EACH = 3; // nearest contexts of a step

  class MapPath {
    constructor(view) {
      this.view = view;
      const { root } = view;
      this.tokens = root.querySelector(".lab-map-tokens");
      this.list = root.querySelector(".lab-map-nearest");
      this.says = root.querySelector(".lab-map-path-says");
      this.tokens.addEventListener("click", ({ target }) => {
        const { step } = target.closest("[data-step]")?.dataset ?? {};
        if (step === undefined) return;
        view.player.setPlaying(false);
        view.player.seek(Number(step));
      });
    }

    /* --- the part of a view ------------------------------------------- */

    accept(_asked, { path }) {
      this.path = path;
      const words = path?.says ?? "";
      // What it comes to stands before the colon or the bracket.
      const short = words.split(/ \(|:/)[0];
      lab.mapRecord.say(this.says, words ? [short === words ? words : `${short} …`, ...(short === words ? [] : [words])] : []);
      const key = path?.tokens.join("\u0000");
      if (key !== this.key) {
        this.key = key;
        this.write(path?.tokens ?? []);
      }
      this.nearest = path ? lab.numbers.decode(path.nearest) : undefined;
      this.view.canvas.path(path?.tokens.length ? lab.numbers.decode(path.places) : null);
    }

    write(tokens) {
      const isWords = tokens.filter((token) => [...token].length > 1).length > tokens.length / 3;
      this.pieces = tokens.map((token, n) => {
        const piece = document.createElement("span");
        piece.dataset.step = n + 1;
        piece.textContent = lab.visibleToken(token);
        return piece;
      });
      this.tokens.classList.toggle("are-words", isWords);
      this.tokens.replaceChildren(...this.pieces);
      this.here = undefined;
    }

    loaded() {
      this.shown = undefined;
      this.near(this.view.player.t);
    }

    paint(t, words) {
      if (words) this.near(t);
      const piece = this.pieces?.[t - 1];
      if (piece === this.here) return;
      this.here?.classList.remove("is-here");
      piece?.classList.add("is-here");
      this.here = piece;
      this.pieces?.forEach((one, n) => one.classList.toggle("is-read", n < t));
      if (piece) this.scrollTo(piece);
    }

    /** The context that is nearest to the step in truth. */
    near(t) {
      const { nearest, list, view } = this;
      const n = nearest?.[EACH * (t - 1)] ?? -1;
      if (n === this.shown || !view.contexts.ready) return;
      this.shown = n;
      const isThere = n >= 0 && n < view.contexts.count;
      view.contexts.list(list, isThere ? [n] : [], () => "nearest");
    }

    /** Keep the token at t in sight; only its own line scrolls. */
    scrollTo(piece) {
      const { tokens } = this;
      const top = piece.offsetTop;
      if (top < tokens.scrollTop || top + piece.offsetHeight > tokens.scrollTop + tokens.clientHeight) tokens.scrollTop = top - 4;
    }

    /** The live numbers of a step. */
    frame(t) {
      const { path } = this;
      if (!path?.tokens.length) return { token: "–", region: "no path" };
      if (t === 0) return { token: "–", region: "nothing is read yet" };
      return { token: lab.visibleToken(path.tokens[t - 1]), region: path.regions[t - 1] || "in no region" };
    }
  }

  lab.MapPath = MapPath;
})();
