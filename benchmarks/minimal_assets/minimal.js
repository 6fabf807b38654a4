/* Moves one element at each tick of a dcc.Interval. */
"use strict";
(() => {
  let left = 0;
  let done;

  /** Run the clock for some ticks; resolves after the last. */
  function play(interval, ticks) {
    left = ticks;
    window.dash_clientside.set_props("clock", { interval, disabled: false });
    return new Promise((resolve) => (done = resolve));
  }

  function tick() {
    if (!left) return;
    left -= 1;
    document.getElementById("mark").style.transform = `translateX(${left}px)`;
    if (left) return;
    window.dash_clientside.set_props("clock", { disabled: true });
    done();
  }

  window.minimal = { play };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { minimal: { tick } });
})();
