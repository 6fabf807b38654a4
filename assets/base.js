/* What all views share: ids, asking the server, complaints, the place among other views. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const HURRIED = 1000; // milliseconds of rest before a half-typed slip is complained about
  const FIGURES = 80; // milliseconds between two drawings of the figures for all the rest
  const LONGEST_TEXT = 100000; // characters that are worth sending

  class View {
    /**
     * @param root the view's element
     * @param config its dcc.Store "config"
     * @param kind the first part of its ids: "cell", "network"
     * @param typing selector of the fields that a reader types into
     */
    constructor(root, config, kind, typing) {
      this.root = root;
      this.aio = root.dataset.view;
      this.config = config;
      this.kind = kind;
      this.ending = new AbortController(); // of what it listens to on its root, which may stay
      this.parts = []; // each: settings, accept, paint, toQuery, restore, takeAway, untouched, leave
      this.typing = typing;
      this.player = lab.player(config.player);
      const send = (data) => this.set("request", { data: { theme: lab.theme(root), ...data } });
      this.asking = new lab.Asking(send, this);
      this.player.follow(this.aio, {
        paint: (t, words) => this.paint(t, words),
        beforeMoving: () => this.asking.flush(),
      });
      this.listen("focusout", (event) => {
        if (event.target.matches(typing)) this.asking.flush();
      });
      this.listen("keydown", (event) => {
        if (event.key !== "Enter" || !event.target.matches(".lab-number")) return;
        this.asking.offeredAt = -Infinity; // done typing: what is wrong is said at once
        this.asking.flush();
      });
      this.listen("click", (event) => {
        const { choose, name } = event.target.closest("[data-choose]")?.dataset ?? {};
        // The time makes each choice a new one: Random draws again.
        if (choose) this.set("chosen", { data: { kind: choose, name, at: performance.now() } });
      });
    }

    /** Listen on the root for as long as this view has it. */
    listen(event, heard) {
      this.root.addEventListener(event, heard, { signal: this.ending.signal });
    }

    /** The view is no longer on the page. */
    leave() {
      this.player.unfollow(this.aio);
      this.ending.abort();
      clearTimeout(this.complaint);
      clearTimeout(this.drawing);
      if (this.asking.awaited || this.asking.owed) owing.add(`${this.kind}/${this.aio}`);
      this.asking.leave();
      this.toParts("leave");
    }

    /** Whether others stand already where it stood, and a view of them is yet to be made. */
    get isGone() {
      return !this.root.isConnected;
    }

    /* --- parts: what several kinds of view may have beside their own ---- */

    /** Call what the parts have under a name. */
    toParts(name, ...given) {
      this.parts.forEach((part) => part[name]?.(...given));
    }

    /** What all parts say together: their "settings", or what "toQuery" gives. */
    ofParts(name) {
      return Object.assign({}, ...this.parts.map((part) => part[name]?.()));
    }

    /** What of the view itself can be taken away, and what its parts add. */
    withParts({ figures = [], drawings = [], files = [], ...more }) {
      const added = this.parts.map((part) => part.takeAway?.() ?? {});
      const all = (name, own) => [...own, ...added.flatMap((one) => one[name] ?? [])];
      return {
        ...more,
        figures: all("figures", figures),
        drawings: all("drawings", drawings),
        files: all("files", files),
      };
    }

    get partsUntouched() {
      return this.parts.every((part) => part.untouched ?? true);
    }

    id(part, more) {
      return { view: this.kind, aio_id: this.aio, part, ...more };
    }

    set(part, props, more) {
      if (!this.root.isConnected) return; // Dash fails on what it no longer has
      window.dash_clientside.set_props(this.id(part, more), props);
    }

    get isTyping() {
      const focused = document.activeElement;
      return this.root.contains(focused) && focused.matches(this.typing);
    }

    /* --- asking ------------------------------------------------------- */

    /** Take new settings; `text` is what the reader typed, which may be too long to send. */
    ask(settings, text, tooLong, options) {
      if (text !== this.text) this.editedAt = performance.now();
      this.text = text;
      if (this.isTooLong(text)) this.refuse(settings, tooLong());
      else this.asking.offer(settings, options);
    }

    isTooLong(text) {
      return text.length > LONGEST_TEXT;
    }

    /** The theme changed, and figures carry their colours. */
    restyle() {
      if (this.ready || this.asking.awaited) this.asking.repeat();
    }

    silent(message) {
      this.alert(message);
      this.lost = true;
    }

    refuse(asked, { message, field }) {
      this.toParts("refuse", asked, { message, field });
      const settings = JSON.stringify({ ...asked, t: undefined });
      const complain = () => {
        // Whoever closed the message and sets something else must learn why nothing follows.
        if (settings !== this.complained) this.alerted = undefined;
        this.complained = settings;
        this.alert(message);
        this.mark(field);
      };
      // Nobody likes to be corrected in the middle of a word.
      clearTimeout(this.complaint);
      const rest = this.isTyping ? this.asking.offeredAt + HURRIED - performance.now() : 0;
      if (rest > 0) this.complaint = setTimeout(complain, rest);
      else complain();
      // Even a link that cannot be used must not leave an empty page.
      if (!this.ready) this.asking.next ??= this.fallback();
    }

    /** After an answer: what a link could not do stays said until the reader does something. */
    accepted(asked, answer) {
      this.toParts("accept", asked, answer);
      const isAnother = asked === this.asking.wanted && this.asking.shown && !this.warned;
      if (this.lost || isAnother) this.clear();
      this.lost = this.warned = false;
      this.root.dataset.ready = "";
    }

    /** Begin what is new at t = 0, or where a link says. */
    start(asked, T) {
      const t = asked.t ?? 0;
      delete asked.t; // once: asking again must not go back there
      if (lab.compare?.follows(this)) {
        this.player.changed(); // time is that of Setting A
        return;
      }
      const pressedPlaySince = this.player.startedAt > this.editedAt;
      if (!pressedPlaySince) this.player.setPlaying(false);
      this.player.load(T, t);
    }

    /**
     * Draw the figures, with a pause after each drawing: while a hand is on a
     * slider the numbers must not wait for Plotly.
     */
    drawSoon() {
      if (this.drawing) return;
      const since = performance.now() - (this.drawnAt ?? -Infinity);
      this.drawing = setTimeout(
        () => {
          this.drawing = undefined;
          this.draw();
          // Plotly draws before the next timer, however long that takes.
          setTimeout(() => (this.drawnAt = performance.now()));
        },
        Math.max(FIGURES - since, 0),
      );
    }

    /* --- one time axis: for views that have a figureList --------------- */

    /** Every figure shows the same part of the time axis. */
    zoom(range, from) {
      this.figureList.forEach((one) => one !== from && one.zoomTo(range));
    }

    /** Where only a part is shown of what lies between two ends, the part moves on with t. */
    follow(t, start, end) {
      const { zoom } = this.figureList[0];
      if (!zoom || (t >= zoom[0] && t <= zoom[1])) return;
      const span = zoom[1] - zoom[0];
      const wanted = t < zoom[0] ? t - 0.8 * span : t - 0.2 * span;
      const from = Math.min(Math.max(wanted, start), end - span);
      this.zoom([from, from + span]);
    }

    /* --- complaints --------------------------------------------------- */

    /** What was wrong is right again. */
    clear() {
      clearTimeout(this.complaint);
      this.alert(null);
      this.mark("");
    }

    alert(message) {
      this.warned = false;
      if (message === (this.alerted ?? null)) return; // a dismissed one stays dismissed
      this.alerted = message;
      this.set("alert", { is_open: Boolean(message), ...(message && { children: message }) });
    }

    /** Say what a link could not do, for longer than until the answer to it. */
    warn(message) {
      this.alert(message);
      this.warned = true;
    }

    mark(field) {
      this.root.querySelectorAll("[aria-invalid]").forEach((element) => {
        element.removeAttribute("aria-invalid");
      });
      if (field) this.field(field)?.setAttribute("aria-invalid", "true");
    }

    /** The control that a complaint is about. */
    field(name) {
      const ofPart = this.parts.map((part) => part.field?.(name)).find(Boolean);
      if (ofPart) return ofPart;
      return ["sequence", "text"].includes(name)
        ? this.root.querySelector(".lab-sequence")
        : this.root.querySelector(`.lab-slider[data-quantity="${CSS.escape(name)}"] .lab-number`);
    }
  }

  const views = new Map();
  const owing = new Set(); // names of views that left before the answer to them came

  /**
   * The view at a root; a page that came back has new elements, and gets a new view.
   * So does a root whose columns are now those of another kind of cell.
   */
  function viewOf(rootId, config, Kind) {
    const root = document.getElementById(lab.live.domId(rootId));
    const name = `${rootId.view}/${rootId.aio_id}`;
    const known = views.get(name);
    if (known?.root === root && known.config.kind === config.kind) return known;
    known?.leave();
    delete root.dataset.ready;
    lab.still(root);
    lab.place(root);
    lab.keep?.(root);
    const view = new Kind(root, config);
    // What the view before it asked ends still, in the place of what this one asks.
    if (owing.delete(name)) view.asking.owed = true;
    views.set(name, view);
    lab.compare?.join(view);
    return view;
  }

  /** The view that an id belongs to, if it is there already, and still. */
  function knownView(rootId) {
    const view = views.get(`${rootId.view}/${rootId.aio_id}`);
    return view?.isGone ? undefined : view;
  }

  Object.assign(lab, { View, views, viewOf, knownView });
})();
