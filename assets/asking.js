/*
 * Asking the server, one request at a time.
 *
 * While an answer is awaited, newer settings replace each other; the last ones
 * go out when it is there. So nothing queues up, and an old answer never shows.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const TYPING = 250; // milliseconds of rest before half-typed text counts
  const PATIENCE = 10000; // milliseconds after which an answer will not come
  const RETRY = 1000; // milliseconds before asking again; doubled each time
  const RETRIES = 5; // doublings of it, and tries before advising a reload
  let asked = 0; // questions of all views: one that comes in another's place must not get its answers

  class Asking {
    /**
     * @param send called with {n, ...settings}; the answer comes to answered()
     * @param view accept(asked, answer), refuse(asked, error), silent(message)
     */
    constructor(send, view) {
      this.send = send;
      this.view = view;
      this.wanted = null; // the settings as they stand in the controls
      this.next = null; // settings to ask for as soon as no answer is awaited
      this.awaited = null; // settings whose answer is awaited
      this.shown = null; // settings of the answer that is shown
      this.refused = null; // settings that the server could not read
      this.n = 0;
      this.failures = 0;
      this.owed = false; // whether what ends next is an older request, which nobody waits for
    }

    /** Take new settings; half-typed ones wait for the hand to rest. */
    offer(settings, { typing = false } = {}) {
      this.wanted = this.next = settings;
      this.offeredAt = performance.now();
      clearTimeout(this.timer);
      if (typing) this.timer = setTimeout(() => this.flush(), TYPING);
      else this.flush();
    }

    flush() {
      clearTimeout(this.timer);
      if (!this.next || this.awaited) return;
      this.awaited = this.next;
      this.next = null;
      const n = (this.n = asked += 1);
      this.hung = setTimeout(() => {
        this.owed = true; // it may end yet, while the next one is under way
        this.failed(n);
      }, this.view.patience ?? PATIENCE);
      this.send({ n, ...this.awaited });
    }

    /** Ask once more for what is shown, since it must look different. */
    repeat() {
      this.next ??= this.refused === this.wanted ? this.shown : this.wanted;
      this.flush();
    }

    answered(answer) {
      if (answer.n !== this.n || !this.awaited) return;
      const asked = this.awaited;
      this.awaited = null;
      clearTimeout(this.hung);
      if (answer.error) {
        this.refused = asked;
        this.view.refuse(asked, answer.error);
      } else {
        this.view.accept(asked, answer);
        this.shown = asked;
      }
      this.failures = 0;
      this.flush();
    }

    /** Nobody waits for an answer any more. */
    leave() {
      clearTimeout(this.timer);
      clearTimeout(this.hung);
      this.awaited = this.next = null;
    }

    /** Request n ended, or must be given up: say so, and ask again, ever more slowly. */
    failed(n) {
      if (n !== this.n || !this.awaited) return;
      clearTimeout(this.hung);
      this.next ??= this.awaited;
      this.awaited = null;
      this.n = 0; // a late answer is an old one
      this.failures += 1;
      this.view.silent(
        this.failures < RETRIES
          ? "The server does not answer. Nothing is lost: asking again."
          : "The server still does not answer. Copy the link if you want to keep this setting, then reload the page.",
      );
      clearTimeout(this.timer);
      const pause = RETRY * 2 ** (Math.min(this.failures, RETRIES) - 1);
      this.timer = setTimeout(() => this.flush(), pause);
    }
  }

  lab.Asking = Asking;
})();
