/* The callbacks that all views share: question and answer, a slider and its number field. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FRAMES = 60; // that a panel may take to come to the page
  const MOVING = 500; // milliseconds after which a slider is no longer being moved

  /** As a number field shows it: as many decimals as the slider's steps, unless it has more. */
  function asText(value, step) {
    const decimals = step === "1" ? 0 : 2;
    const number = Number(value);
    const short = number.toFixed(decimals);
    const isSame = Object.is(Number(short), number) && !Number.isNaN(number) && String(value).trim();
    return isSame ? short : lab.numbers.text(value);
  }

  /** Colour the track from zero, or from its start, to its thumb. */
  function fillRange(range, value) {
    const low = Number(range.min);
    const high = Number(range.max);
    const share = (number) => (number - low) / (high - low);
    const origin = share(Math.min(Math.max(0, low), high));
    range.style.setProperty("--from", Math.min(share(value), origin));
    range.style.setProperty("--to", Math.max(share(value), origin));
  }

  const callbacks = {
    /** The field holds the truth, and takes more than the slider reaches. */
    pair(slider, number, id) {
      const { no_update: keep, callback_context: context } = window.dash_clientside;
      const range = document.getElementById(lab.live.domId(id));
      if (context.triggered_id?.part === "slider") {
        fillRange(range, slider);
        const text = asText(Number(slider), range.step);
        // What it wrote comes back as its number; a moment later it may stand elsewhere.
        if (performance.now() - (range.movedAt ?? -Infinity) > MOVING) range.wrote = new Set();
        range.wrote.add(text);
        range.movedAt = performance.now();
        return [keep, text];
      }
      const value = Number(String(number).replace("−", "-"));
      // A slider that is being moved leads: its own older number must not pull it back.
      const moving = performance.now() - (range.movedAt ?? -Infinity) < MOVING;
      if (moving && range.wrote.has(String(number))) return [keep, keep];
      if (String(number).trim() === "" || Number.isNaN(value)) return [keep, keep];
      const reachable = Math.min(Math.max(value, Number(range.min)), Number(range.max));
      fillRange(range, reachable);
      return [reachable, keep];
    },

    answered(answer, rootId) {
      if (answer) lab.knownView(rootId)?.asking.answered(answer);
    },

    settled(busy, rootId) {
      const asking = lab.knownView(rootId)?.asking;
      if (busy !== false || !asking) return;
      if (asking.owed) {
        asking.owed = false;
        return;
      }
      const { n } = asking;
      // The answer, where there is one, may arrive a moment after this.
      setTimeout(() => asking.failed(n), 50);
    },

    /** The panel comes to the page when it is opened, and its text with it. */
    open(clicks) {
      // A button that has just come to the page has not been pressed.
      if (!clicks) return window.dash_clientside.no_update;
      const { view, aio_id } = window.dash_clientside.callback_context.triggered_id;
      const root = lab.knownView({ view, aio_id })?.root;
      const place = (frames) => {
        const panel = document.querySelector(".lab-offcanvas");
        if (panel) {
          lab.still(panel);
          // It does not lie within the view, and on a page that is not ours has no theme.
          if (!lab.owned) panel.dataset.bsTheme = lab.theme(root);
        } else if (frames) requestAnimationFrame(() => place(frames - 1));
      };
      requestAnimationFrame(() => place(FRAMES));
      return true;
    },
  };

  Object.assign(lab, { asText, fillRange });
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    lstm_lab_view: callbacks,
  });
})();
