/* What hands and keys do on a map: drag, wheel, pinch, click, lasso. It only tells its map. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SLACK = 4; // pixels that a press may move and still be a click
  const NOTCH = 50; // pixels of a wheel from which on it turns in notches
  const WHEEL = 0.003; // doublings for a pixel of the wheel
  const PINCH = 0.012; // of a touch pad, where the browser writes a pinch as a wheel with Ctrl
  const KEY = 0.5; // doublings for a press of + or −
  const PAN = 0.15; // of the box for a press of an arrow
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  class MapGestures {
    /**
     * @param box the element that is pressed and has the focus
     * @param map what the hand moves: camera, view, mode, look(view, {slowly}), clicked, pointed, drawn
     * @param signal ends it
     */
    constructor(box, map, signal) {
      Object.assign(this, { box, map, pointers: new Map(), line: null });
      const listen = (type, heard, options) => box.addEventListener(type, heard.bind(this), { signal, ...options });
      listen("pointerdown", this.down);
      listen("pointermove", this.move);
      listen("pointerup", this.up);
      listen("pointercancel", this.cancel);
      listen("pointerleave", () => this.map.pointed(null));
      listen("wheel", this.wheel, { passive: false });
      listen("dblclick", this.twice);
      listen("keydown", this.key);
    }

    /** Where an event is, in pixels of the box. */
    at({ clientX, clientY }) {
      const { left, top } = this.box.getBoundingClientRect();
      return [clientX - left - this.box.clientLeft, clientY - top - this.box.clientTop];
    }

    /** Whether an event is on the map itself, not on a button that lies over it. */
    isOurs({ target }) {
      return target === this.box;
    }

    down(event) {
      if (event.button || !this.isOurs(event)) return;
      this.pointers.set(event.pointerId, this.at(event));
      if (this.pointers.size === 1) {
        this.start = this.at(event);
        this.moved = false;
        this.drawing = this.map.mode === "lasso" || event.shiftKey;
      } else {
        this.line = this.drawing = null; // two fingers zoom, whatever one does
        this.map.drawn(null);
        this.moved = true;
      }
      this.hold();
    }

    move(event) {
      if (!event.buttons) this.pointers.delete(event.pointerId); // let go where we did not hear of it
      if (!this.pointers.has(event.pointerId)) {
        if (this.isOurs(event) && event.pointerType !== "touch") this.map.pointed(this.at(event));
        return;
      }
      const here = this.at(event);
      const slack = event.pointerType === "touch" ? 2 * SLACK : SLACK;
      if (!this.moved && Math.hypot(here[0] - this.start[0], here[1] - this.start[1]) < slack) return;
      if (!this.moved) {
        this.moved = true;
        // Only now: a press that is captured at once would take the click from what lies over the map.
        this.box.setPointerCapture(event.pointerId);
        this.map.pointed(null);
      }
      this.pointers.set(event.pointerId, here);
      if (this.drawing) this.draw(here);
      else this.drag();
    }

    /** Remember what lies under the fingers. */
    hold() {
      const { middle, apart } = this.span;
      const { camera } = this.map;
      this.held = { place: camera.toPlace(...middle), apart, zoom: camera.zoom };
    }

    /** The middle of the fingers, and how far apart they are. */
    get span() {
      const [one, other = one] = [...this.pointers.values()];
      return {
        middle: [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2],
        apart: Math.max(Math.hypot(one[0] - other[0], one[1] - other[1]), 1),
      };
    }

    /** What the fingers were put on stays under them. */
    drag() {
      const { middle, apart } = this.span;
      const { held } = this;
      this.map.look(this.map.camera.holding(held.place, middle, held.zoom + Math.log2(apart / held.apart)));
    }

    draw(here) {
      this.line ??= [this.map.camera.toPlace(...this.start)];
      this.line.push(this.map.camera.toPlace(...here));
      this.map.drawn(this.line);
    }

    up(event) {
      if (!this.pointers.delete(event.pointerId)) return;
      if (this.pointers.size) {
        this.hold(); // the other finger pans on
        return;
      }
      const { line } = this;
      this.line = null;
      if (line) this.map.drawn(line, true);
      else if (!this.moved) this.map.clicked(this.at(event), event);
    }

    cancel(event) {
      this.pointers.delete(event.pointerId);
      this.stop();
    }

    /** Forget the line that is being drawn, and what else a hand has begun. */
    stop() {
      const had = Boolean(this.line);
      this.line = null;
      if (had) {
        this.pointers.clear();
        this.map.drawn(null);
      }
      return had;
    }

    wheel(event) {
      if (!this.isOurs(event)) return;
      const { camera } = this.map;
      // Where there is nothing to zoom out of, the page scrolls.
      if (event.deltaY > 0 && camera.zoom === 0 && !event.ctrlKey) return;
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
      const slowly = Math.abs(pixels) >= NOTCH;
      const from = slowly ? this.map.view.zoom : camera.zoom;
      const zoom = from - pixels * (event.ctrlKey && !slowly ? PINCH : WHEEL);
      this.map.look(camera.zoomed(zoom, ...this.at(event)), { slowly });
    }

    twice(event) {
      if (!this.isOurs(event)) return;
      const { camera } = this.map;
      this.map.look(camera.zoomed(camera.zoom + 1, ...this.at(event)), { slowly: true });
    }

    key(event) {
      if (event.target !== this.box || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") {
        if (this.stop()) event.preventDefault();
        return;
      }
      const view = this.keyed(event.key);
      if (!view) return;
      event.preventDefault(); // nor does the player take it for its own
      this.map.look(view, { slowly: true });
    }

    /** The view that a key leads to; nothing where it leads nowhere. */
    keyed(key) {
      const { camera, view: goal } = this.map;
      const middle = [camera.width / 2, camera.height / 2];
      if (key === "+" || key === "=") return camera.zoomed(goal.zoom + KEY, ...middle);
      if (key === "-" || key === "−") return camera.zoomed(goal.zoom - KEY, ...middle);
      if (key === "Home") return { x: 0.5, y: 0.5, zoom: 0 };
      const step = ARROWS[key];
      if (!step) return undefined;
      const [x, y] = [camera.width, camera.height].map((size, n) => (step[n] * PAN * size) / camera.scale);
      return { x: goal.x + x, y: goal.y + y, zoom: goal.zoom };
    }
  }

  lab.MapGestures = MapGestures;
})();
