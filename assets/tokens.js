/* The tokens over the columns of a figure, and the one at t in a box of its own. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LETTER = 12; // least pixels for a token of one character
  const AROUND = 28; // tokens before and after t, where there is no room over the columns
  const WORD = 30; // least pixels for a longer one: what does not fit is cut off

  const WIDEST = 80; // pixels: half of the widest box of a token
  const FULL = /[\u1100-\u11ff\u2e80-\uffdc\u{1f000}-\u{3ffff}]/u; // as wide as high

  /** About how wide a token is: to ask the page would cost a layout at every step. */
  const widthOf = (text) => {
    let width = 10;
    for (const letter of text) width += FULL.test(letter) ? 13 : 7.3;
    return width;
  };

  const SEGMENTER = new Intl.Segmenter();
  const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufefc]/;
  /** Isolate a token of another direction, so that the order of tokens stays that of the text. */
  const apart = (token) => (RIGHT_TO_LEFT.test(token) ? `\u2068${token}\u2069` : token);

  class Tokens {
    constructor(strip, figure) {
      this.strip = strip;
      this.figure = figure;
      this.here = strip.parentElement.querySelector(".lab-token-here");
      this.list = [];
    }

    /** Write as many tokens as there is room for; the figure was drawn anew. */
    draw(tokens) {
      const layout = this.figure.plot._fullLayout;
      const { _size: size, width, xaxis } = layout;
      const [from, to] = xaxis.range;
      const key = JSON.stringify([tokens, width, from, to]);
      if (key === this.key) return;
      this.key = key;
      if (tokens !== this.list) this.isWords = this.areWords(tokens);
      this.list = tokens;
      const column = xaxis.d2p(1) - xaxis.d2p(0);
      const least = this.isWords ? WORD : LETTER;
      this.isTight = column < least;
      this.strip.replaceChildren(...(this.isTight ? this.around() : this.over(from, to, column, size.l)));
      this.saidAt = undefined;
      this.say(this.t ?? 0);
      this.figure.place(this.figure.t);
    }

    /** Whether most tokens have several letters, as a reader counts them. */
    areWords(tokens) {
      const long = tokens.filter((token) => [...SEGMENTER.segment(token)].length > 2);
      return long.length > tokens.length / 3;
    }

    /** A token over each column. */
    over(from, to, column, left) {
      const { xaxis } = this.figure.plot._fullLayout;
      const pieces = [];
      for (let t = Math.max(Math.ceil(from), 1); t <= Math.min(to, this.list.length); t += 1) {
        const piece = document.createElement("bdi");
        piece.textContent = this.list[t - 1];
        piece.style.left = `${left + xaxis.d2p(t) - column / 2}px`;
        piece.style.width = `${column}px`;
        pieces.push(piece);
      }
      return pieces;
    }

    /** Where columns are too narrow: the text before and after the token at t, side by side. */
    around() {
      this.before = document.createElement("bdi");
      this.before.className = "before";
      this.after = document.createElement("bdi");
      this.after.className = "after";
      return [this.before, this.after];
    }

    /** Put the box with the token at t over its column, inside the figure. */
    place(left, right) {
      const { _size: size, width } = this.figure.plot._fullLayout;
      const half = (this.half ??= Math.min(widthOf(this.here.textContent) / 2, WIDEST));
      const middle = Math.min(Math.max((left + right) / 2, size.l + half), width - size.r - half);
      const start = Math.round(middle - half);
      this.here.style.transform = `translateX(${start}px)`;
      if (!this.isTight) return;
      this.before.style.transform = `translateX(calc(${start - 4}px - 100%))`;
      this.after.style.transform = `translateX(${start + 2 * half + 4}px)`;
    }

    /** Write the text around t. */
    write(t) {
      if (!this.isTight) return;
      const text = (from, to) => this.list.slice(Math.max(from, 0), to).map(apart).join(this.isWords ? " " : "");
      this.before.textContent = text(t - 1 - AROUND, Math.max(t - 1, 0));
      this.after.textContent = text(t, t + AROUND);
    }

    say(t) {
      this.t = t;
      const text = t === 0 ? "–" : (this.list[t - 1] ?? "");
      if (this.saidAt === t && this.here.textContent === text) return;
      this.saidAt = t;
      this.here.textContent = text;
      this.half = undefined;
      this.write(t);
      if (this.figure.plot?._fullLayout?._size) this.figure.place(this.figure.t);
    }
  }

  lab.Tokens = Tokens;
})();
