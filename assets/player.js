/*
 * The time of every player on the page, and the transport bar that moves it.
 *
 * Time runs from 0, the initial state, to T. A player knows nothing of what
 * follows it: views add a function that is called with the new time.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = "input, select, textarea, button, a, [contenteditable=true]";
  const READABLE = 100; // milliseconds that a number must stand to be read
  const players = new Map();

  class Player {
    constructor(id) {
      this.id = id;
      this.t = 0;
      this.T = 0;
      this.playing = false;
      this.direction = 1; // of playing; −1 from the last step to the first
      this.interval = 250;
      this.startedAt = 0;
      this.wordsAt = 0;
      this.followers = new Map();
    }

    /**
     * Let a view follow, in the place of an older one of the same name.
     * @param follower paint(t, words); beforeMoving(): what the reader typed last must count
     */
    follow(name, follower) {
      this.followers.set(name, follower);
    }

    unfollow(name) {
      this.followers.delete(name);
      if (!this.followers.size) this.setPlaying(false);
    }

    get status() {
      if (this.playing) return "Playing";
      if (this.t === 0) return "Ready";
      return this.t === this.T ? "Complete" : "Paused";
    }

    /** Take over a sequence of another length or content, at time t. */
    load(T, t) {
      this.T = T;
      this.seek(t);
    }

    seek(t) {
      this.t = Math.min(Math.max(Math.round(t) || 0, 0), this.T);
      const end = this.direction < 0 ? 0 : this.T;
      if (this.playing && this.t === end) this.setPlaying(false);
      this.changed();
    }

    step(by) {
      this.followers.forEach((follower) => follower.beforeMoving());
      this.setPlaying(false);
      this.seek(this.t + by);
    }

    /** Rest at t; the next play is forward. */
    reset(t = 0) {
      this.setPlaying(false);
      this.direction = 1;
      this.seek(t);
    }

    toggle() {
      if (this.playing) {
        this.setPlaying(false);
        this.changed();
        return;
      }
      this.start(1, this.t === this.T ? 0 : this.t);
    }

    /** Play from a step back to the first, or pause; after a pause it goes on from where it is. */
    toggleBack(from) {
      const wasBack = this.direction < 0;
      if (this.playing && wasBack) this.toggle();
      else this.start(-1, wasBack && this.t > 0 && this.t < from ? this.t : from);
    }

    start(direction, t) {
      this.followers.forEach((follower) => follower.beforeMoving());
      if (this.T === 0) return;
      this.startedAt = performance.now();
      this.direction = direction;
      this.setPlaying(true);
      this.seek(t);
    }

    /** One tick of the clock; one may still come after the clock was stopped. */
    tick() {
      if (this.playing) this.seek(this.t + this.direction);
    }

    setPlaying(playing) {
      if (playing === this.playing) return;
      this.playing = playing;
      this.setClock({ disabled: !playing });
    }

    setSpeed(interval) {
      this.interval = interval;
      this.setClock({ interval });
    }

    setClock(props) {
      window.dash_clientside.set_props({ player: this.id, part: "clock" }, props);
    }

    /** Tell everything that follows; words only as often as they can be read. */
    changed() {
      const now = performance.now();
      const unreadable = this.playing && this.interval < READABLE && now - this.wordsAt < READABLE;
      if (!unreadable) this.wordsAt = now;
      this.paintTransport(!unreadable);
      this.followers.forEach((follower) => follower.paint(this.t, !unreadable));
    }

    paintTransport(words) {
      if (!this.bar?.isConnected) {
        this.bar = document.querySelector(`[data-transport="${CSS.escape(this.id)}"]`);
        if (!this.bar) return;
        this.slider = this.bar.querySelector(".lab-time");
        this.button = this.bar.querySelector("[data-action=play]");
        this.badge = this.bar.querySelector(".lab-status");
        this.length = this.bar.querySelector(".lab-length");
      }
      const { slider, status } = this;
      if (slider.max !== String(this.T)) slider.max = this.T;
      if (slider.value !== String(this.t)) slider.value = this.t;
      slider.style.setProperty("--to", this.T ? this.t / this.T : 0);
      if (!words) return;
      slider.setAttribute("aria-valuetext", `step ${this.t} of ${this.T}`);
      if (this.length.textContent !== String(this.T)) this.length.textContent = this.T;
      if (this.badge.dataset.status !== status) {
        this.badge.dataset.status = status;
        this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
        this.button.classList.toggle("is-playing", this.playing);
      }
      const frame = { t: this.t, status };
      this.bar
        .querySelectorAll("data[data-value]")
        .forEach((element) => lab.numbers.fill(element, frame));
    }
  }

  function player(id) {
    if (!players.has(id)) players.set(id, new Player(id));
    return players.get(id);
  }

  const ACTIONS = {
    play: (p) => p.toggle(),
    forward: (p) => p.step(1),
    back: (p) => p.step(-1),
    reset: (p) => p.reset(),
  };
  const KEYS = {
    " ": (p) => p.toggle(),
    ArrowRight: (p) => p.step(1),
    ArrowLeft: (p) => p.step(-1),
    Home: (p) => p.reset(),
    End: (p) => {
      p.setPlaying(false);
      p.seek(p.T);
    },
  };

  function barOf(event) {
    const bar = event.target.closest?.("[data-transport]");
    return bar && player(bar.dataset.transport);
  }

  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-action]")?.dataset.action;
    const target = action && barOf(event);
    if (target) ACTIONS[action](target);
  });

  // Native events instead of Dash props: the script itself moves the slider, so
  // Dash would not notice when a reader puts it back to where Dash last saw it.
  document.addEventListener("input", (event) => {
    if (event.target.matches(".lab-time")) barOf(event)?.seek(Number(event.target.value));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-transport] select"))
      barOf(event)?.setSpeed(Number(event.target.value));
  });

  document.addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (!move || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at.matches(TYPING)) return;
    const own = at.closest("[data-player]");
    const onPage = at === document.body || at.id === "lab-main";
    const view =
      own ?? (onPage && document.body.matches(".lab") && document.querySelector("[data-player]"));
    if (!view) return;
    event.preventDefault();
    move(player(view.dataset.player));
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    lstm_lab_player: { tick: (_, id) => player(id.player).tick() },
  });
  lab.player = player;
})();
