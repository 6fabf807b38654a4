/* The canvases of a panorama, one over another, and when each of them is drawn. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LAYERS = ["ground", "points", "walk", "marks"];
  const REST = 110; // milliseconds without a movement until everything is drawn sharp
  const FRAME = 17; // milliseconds: the clock of frames may be behind that of timers
  const SLOW = 12; // milliseconds: points that take longer are moved as a picture meanwhile

  class MapScreen {
    /**
     * @param box the element that it fills
     * @param shown what is drawn: pictures, places, names, walk and marks, for camera and motion
     * @param moved is called with the view at each frame that shows another one
     */
    constructor(box, shown, moved) {
      this.box = box;
      this.moved = moved;
      Object.assign(this, shown);
      this.layers = Object.fromEntries(LAYERS.map((name) => [name, new lab.MapLayer(box, name, name === "points")]));
      // Where the walk is at t: drawn on a canvas it would cost all of it at every step.
      this.here = Object.assign(document.createElement("div"), { className: "lab-map-here", hidden: true });
      box.append(this.here);
      this.due = new Set();
      this.restsAt = -Infinity;
      this.ending = new AbortController();
      this.sizes = new ResizeObserver(() => this.resize());
      this.sizes.observe(box);
      // The pixels of the screen may become other ones while the box keeps its size.
      addEventListener("resize", () => this.resize(), { signal: this.ending.signal });
    }

    leave() {
      this.ending.abort();
      this.sizes.disconnect();
      cancelAnimationFrame(this.frame);
      clearTimeout(this.resting);
      LAYERS.forEach((name) => this.layers[name].canvas.remove());
      this.here.remove();
    }

    resize() {
      const { clientWidth: width, clientHeight: height } = this.box;
      const ratio = devicePixelRatio;
      const known = `${width} ${height} ${ratio}`;
      // A box that is hidden comes back as it was.
      if (!width || !height || known === this.known) return;
      Object.assign(this, { known, ratio });
      LAYERS.forEach((name) => this.layers[name].resize(Math.round(width * ratio), Math.round(height * ratio)));
      this.camera.resize(width, height);
      this.seen = this.camera.view; // the same part in another box is no movement
      this.due = new Set(LAYERS);
      // At once: a canvas that was sized is empty, and the next frame would show it so.
      this.draw(performance.now());
    }

    /** Draw some of the layers at the next frame; with none named, those that a movement asks for. */
    redraw(...layers) {
      if (this.ending.signal.aborted) return;
      for (const name of layers) this.due.add(name);
      this.frame ??= requestAnimationFrame((now) => this.draw(now));
    }

    redrawAll() {
      this.redraw(...LAYERS);
    }

    draw(now) {
      cancelAnimationFrame(this.frame);
      this.frame = undefined;
      if (!this.ratio) return;
      this.motion.travel(now);
      this.notice(now);
      const { due } = this;
      const when = { now, calm: now >= this.restsAt, still: lab.MapMotion.isStill };
      this.due = new Set();
      if (due.has("ground")) this.drawGround(when);
      if (due.has("points")) this.drawPoints(when);
      if (due.has("walk")) this.drawWalk(when);
      if (due.has("marks")) this.drawMarks(when);
      if (this.due.size || this.motion.isGoing) this.redraw();
    }

    /** Tell where it looks now, if that is another place than at the frame before. */
    notice(now) {
      const { camera, seen } = this;
      if (camera.x === seen.x && camera.y === seen.y && camera.zoom === seen.zoom) return;
      this.seen = camera.view;
      this.due = new Set(LAYERS);
      this.restsAt = now + REST;
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.redraw("ground", "points", "walk"), REST + FRAME);
      this.moved(camera.view);
    }

    drawGround(when) {
      const { box, camera, pictures } = this;
      const { ground } = this.layers;
      ground.clear();
      if (pictures.draw(ground.pen, camera, this.ratio, when)) this.due.add("ground");
      box.classList.toggle("is-whole", camera.zoom === 0);
      box.toggleAttribute("data-drawn", pictures.isComplete);
    }

    /** Where points are slow, their last picture is moved until the hand rests. */
    drawPoints({ now, calm }) {
      const { camera } = this;
      const { points } = this.layers;
      const { shot } = points;
      if (!this.places.passes.length) {
        points.empty();
        return;
      }
      if (!calm && shot?.cost > SLOW && now - shot.at < 4 * shot.cost) {
        points.follow(camera);
        return;
      }
      const began = performance.now();
      this.places.draw(points.pen, camera, this.ratio, this.tones);
      points.drawn(camera, now, performance.now() - began);
    }

    /** While the camera stands, a step adds to what is there; a long walk is moved as a picture. */
    drawWalk({ now, calm }) {
      const { camera, tones } = this;
      const { walk } = this.layers;
      this.placeHere();
      if (!this.walk.T) {
        walk.empty();
        return;
      }
      if (walk.isAt(camera) && this.walk.goOn(walk.pen, camera, tones)) return;
      if (!walk.isAt(camera) && walk.shot && this.walk.isLong && !calm) {
        walk.follow(camera);
        return;
      }
      walk.clear();
      walk.pen.scale(this.ratio, this.ratio);
      this.walk.draw(walk.pen, camera, tones);
      walk.drawn(camera, now);
    }

    placeHere() {
      const { here } = this.walk;
      this.here.hidden = !here;
      if (!here) return;
      const [x, y] = this.camera.toPixel(...here);
      this.here.style.transform = `translate(${x}px, ${y}px)`;
    }

    drawMarks(when) {
      const { camera, ratio, tones, places } = this;
      const { marks } = this.layers;
      const { pen } = marks;
      marks.clear();
      pen.scale(ratio, ratio);
      const pixelOf = (n) => camera.toPixel(...places.at(n));
      this.marks.drawLinks(pen, tones, pixelOf);
      pen.setTransform(1, 0, 0, 1, 0, 0);
      if (this.names.draw(pen, camera, ratio, tones, when)) this.due.add("marks");
      pen.scale(ratio, ratio);
      this.marks.drawRings(pen, tones, pixelOf); // over the names, which would hide what is chosen
      this.marks.drawLasso(pen, camera, tones);
    }
  }

  lab.MapScreen = MapScreen;
})();
