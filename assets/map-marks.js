/* What the hand leaves on a map: lines from a point to its neighbours, rings, the line of a lasso. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TURN = 2 * Math.PI;

  class MapMarks {
    constructor() {
      Object.assign(this, { links: [], chosen: null, hovered: null, lasso: null });
    }

    /** @param pixelOf gives the pixel [x, y] of a point */
    drawLinks(pen, tones, pixelOf) {
      for (const [n, m, isNear = true] of this.links) link(pen, tones, pixelOf(n), pixelOf(m), isNear);
    }

    drawRings(pen, tones, pixelOf) {
      if (this.hovered !== null) ring(pen, pixelOf(this.hovered), 6, 1.5, tones);
      if (this.chosen !== null) ring(pen, pixelOf(this.chosen), 8, 2.5, tones);
    }

    drawLasso(pen, camera, tones) {
      if (!this.lasso) return;
      pen.beginPath();
      for (const place of this.lasso) pen.lineTo(...camera.toPixel(...place));
      pen.globalAlpha = 0.16;
      pen.fillStyle = tones.accent;
      pen.fill("evenodd");
      pen.globalAlpha = 1;
      pen.closePath();
      lined(pen, tones.panel, 4);
      lined(pen, tones.accent, 2);
    }
  }

  /** A line to a neighbour, dashed to one that is far away on the map. */
  function link(pen, tones, from, to, isNear) {
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    lined(pen, tones.panel, 4);
    pen.setLineDash(isNear ? [] : [5, 5]);
    lined(pen, tones.text, 1.5);
    pen.setLineDash([]);
    pen.beginPath();
    pen.arc(...to, 3.5, 0, TURN);
    lined(pen, tones.panel, 3);
    pen.fillStyle = tones.text;
    pen.fill();
  }

  function ring(pen, [x, y], radius, width, { text, panel }) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, TURN);
    lined(pen, panel, width + 3);
    lined(pen, text, width);
  }

  function lined(pen, colour, width) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }

  lab.MapMarks = MapMarks;
})();
