/* Gates and states at t as bars over the units of a layer. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SVG = "http://www.w3.org/2000/svg";
  const NAMES = ["f", "i", "o", "g", "c", "h"];
  const SIGNED = "gch";
  const GAP = 0.12; // of a bar, on each side

  class Units {
    /** @param react pin(row) of a bar that was pressed, point(row, event) and leave() */
    constructor(root, react) {
      this.boxes = Object.fromEntries(
        NAMES.map((name) => [name, root.querySelector(`[data-units=${name}]`)]),
      );
      for (const [name, box] of Object.entries(this.boxes)) {
        const svg = document.createElementNS(SVG, "svg");
        svg.setAttribute("preserveAspectRatio", "none");
        svg.setAttribute("aria-hidden", "true");
        for (const part of ["up", "down", "pinned"]) {
          const path = document.createElementNS(SVG, "path");
          path.setAttribute("class", part);
          svg.append(path);
        }
        box.append(svg);
        box.classList.toggle("is-signed", SIGNED.includes(name));
        const row = ({ clientX }) => {
          const { left, width } = box.getBoundingClientRect();
          return Math.floor(((clientX - left) / width) * this.rows.length);
        };
        box.addEventListener("click", (event) => react.pin(row(event)));
        box.addEventListener("pointermove", (event) => react.point(row(event), event));
        box.addEventListener("pointerleave", () => react.leave());
      }
    }

    /** Take the rows of a run, the largest magnitude of each quantity, and whether h has units of its own. */
    load(rows, reach, projected) {
      this.rows = rows;
      this.reach = reach;
      this.projected = projected;
      for (const name of NAMES)
        this.boxes[name].firstChild.setAttribute("viewBox", `0 0 ${rows.length} 1`);
    }

    /** @param value gives the value of (name, row); NaN at the start */
    paint(value, pinned) {
      const at = this.rows.findIndex((units) => units.includes(pinned));
      for (const name of NAMES) {
        const [up, down, mark] = this.boxes[name].firstChild.children;
        const [over, under, one] = this.paths(name, value, at);
        up.setAttribute("d", over);
        down.setAttribute("d", under);
        mark.setAttribute("d", one);
      }
    }

    paths(name, value, at) {
      const signed = SIGNED.includes(name);
      const floor = signed ? 0.5 : 1;
      let over = "";
      let under = "";
      let one = "";
      for (let row = 0; row < this.rows.length; row += 1) {
        const share = (value(name, row) || 0) / this.reach[name];
        const height = Math.min(Math.abs(share), 1) * floor;
        const top = share < 0 ? floor : floor - height;
        const bar = `M${row + GAP} ${top.toFixed(3)}h${1 - 2 * GAP}v${height.toFixed(3)}h-${1 - 2 * GAP}z`;
        if (share < 0) under += bar;
        else over += bar;
        if (row === at && !(name === "h" && this.projected)) one = `M${row} 0h1v1h-1z`;
      }
      return [over, under, one];
    }

    /** All bars as one drawing, to take away. */
    picture(title) {
      const style = getComputedStyle(document.querySelector(".lab-network"));
      const colour = (name) => style.getPropertyValue(`--lab-${name}`).trim();
      const [width, each] = [480, 60];
      const height = 30 + NAMES.length * each;
      const text = (x, y, words, fill) =>
        `<text x="${x}" y="${y}" fill="${fill}" font-family="sans-serif" font-size="12">${escape(words)}</text>`;
      const rows = NAMES.map((name, n) => {
        const box = this.boxes[name];
        const [up, down] = box.firstChild.children;
        const [label, number] = box.parentElement.firstElementChild.children;
        const words = `${label.textContent}  ${number.textContent}`;
        const top = 30 + n * each;
        const scale = `translate(10 ${top + 18}) scale(${(width - 20) / this.rows.length} ${each - 24})`;
        return `${text(10, top + 12, words, colour(name))}<g transform="${scale}"><path d="${up.getAttribute("d")}" fill="${colour(`${name}-fill`)}"/><path d="${down.getAttribute("d")}" fill="${colour("negative")}"/></g>`;
      });
      return (
        `<svg xmlns="${SVG}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
        `<rect width="100%" height="100%" fill="${colour("panel")}"/>` +
        `${text(10, 18, title, colour("text"))}${rows.join("")}</svg>`
      );
    }
  }

  const escape = (words) =>
    words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

  lab.Units = Units;
})();
