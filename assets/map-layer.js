/* One canvas of a panorama: it fills the box, takes no events, and can follow the camera as it was drawn last. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  class MapLayer {
    /** @param isPixels whether it is written pixel by pixel, which a graphics card would have to fetch */
    constructor(box, name, isPixels = false) {
      this.canvas = document.createElement("canvas");
      this.canvas.className = `lab-map-layer lab-map-${name}`;
      this.canvas.setAttribute("aria-hidden", "true");
      box.append(this.canvas);
      this.pen = this.canvas.getContext("2d", { willReadFrequently: isPixels });
    }

    resize(width, height) {
      Object.assign(this.canvas, { width, height });
      this.shot = undefined; // it is empty
    }

    clear() {
      this.pen.setTransform(1, 0, 0, 1, 0, 0);
      this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    }

    /** Nothing is to be seen on it. */
    empty() {
      if (!this.shot) return;
      this.clear();
      this.shot = undefined;
    }

    /** Remember for which camera it was drawn, and how many milliseconds that took. */
    drawn(camera, at, cost = 0) {
      const [left, top] = camera.toPlace(0, 0);
      this.shot = { ...camera.view, left, top, scale: camera.scale, at, cost };
      this.canvas.style.transform = "";
    }

    isAt({ x, y, zoom }) {
      const { shot } = this;
      return shot?.x === x && shot.y === y && shot.zoom === zoom;
    }

    /** Move what was drawn to where the camera sees it now: not sharp, but at once. */
    follow(camera) {
      const { left, top, scale } = this.shot;
      const [x, y] = camera.toPixel(left, top);
      this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${camera.scale / scale})`;
    }
  }

  lab.MapLayer = MapLayer;
})();
