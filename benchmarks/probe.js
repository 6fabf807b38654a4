/*
 * What the benchmarks see of a page from inside it. Observers only: a probe
 * that polls would be part of what it measures.
 */
"use strict";
(() => {
  const figure = (name) => document.querySelector(`[data-figure=${name}] .js-plotly-plot`);
  performance.setResourceTimingBufferSize(10000);

  /** Resolves once the first answer is shown and both figures are drawn: milliseconds from navigation. */
  const loaded = new Promise((resolve) => {
    const times = {};
    const isDrawn = (name) => document.querySelector(`[data-figure=${name}] .trace`);
    const observer = new MutationObserver(() => {
      const now = performance.now();
      if (document.querySelector(".lab-view[data-ready]")) times.ready ??= now;
      if (!times.ready || !isDrawn("traces") || !isDrawn("unrolled")) return;
      observer.disconnect();
      resolve({ ...times, drawn: now });
    });
    observer.observe(document, {
      childList: true,
      subtree: true,
      attributeFilter: ["data-ready"],
    });
  });

  /** Press Play; resolves when the status is Complete, with the seconds that it took. */
  function play() {
    const badge = document.querySelector(".lab-status");
    const began = performance.now();
    return new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (badge.dataset.status !== "Complete") return;
        observer.disconnect();
        resolve((performance.now() - began) / 1000);
      });
      observer.observe(badge, { attributeFilter: ["data-status"] });
      document.querySelector("[data-action=play]").click();
    });
  }

  /* --- a slider that is dragged ------------------------------------------- */

  let drag;

  /** C(t) as the unrolled network has it: tells which answer was drawn. */
  function drawnState(plot, t) {
    const { x, z } = plot._fullData.find(({ type }) => type === "heatmap");
    return z[0][x.indexOf(t)];
  }

  /** Begin to note everything that a drag causes, seen at time t. */
  function watchDrag(t) {
    performance.clearResourceTimings();
    drag = { moves: [], inputs: [], numbers: [], diagram: [], traces: [], unrolled: [], stop: [] };
    const listen = (type, note) => {
      document.addEventListener(type, note, true);
      drag.stop.push(() => document.removeEventListener(type, note, true));
    };
    listen("pointermove", (event) => drag.moves.push(event.timeStamp));
    listen("input", (event) =>
      drag.inputs.push({ at: event.timeStamp, moved: drag.moves.at(-1) }),
    );
    const observe = (selector, name, options) => {
      const observer = new MutationObserver(() => drag[name].push(performance.now()));
      observer.observe(document.querySelector(selector), options);
      drag.stop.push(() => observer.disconnect());
    };
    observe("[aria-label=Readings] [data-value=y]", "numbers", { attributeFilter: ["value"] });
    observe("[data-diagram]", "diagram", { subtree: true, attributeFilter: ["style", "value"] });
    const onDrawn = (name, note) => {
      const plot = figure(name);
      const heard = () => drag[name].push(note(plot));
      plot.on("plotly_afterplot", heard);
      drag.stop.push(() => plot.removeListener("plotly_afterplot", heard));
    };
    onDrawn("traces", () => performance.now());
    onDrawn("unrolled", (plot) => ({ at: performance.now(), state: drawnState(plot, t) }));
  }

  /** Milliseconds from the last input event of the drag, and its requests. */
  function readDrag() {
    drag.stop.forEach((stop) => stop());
    const { at: last, moved } = drag.inputs.at(-1);
    // What can be seen of the unrolled network comes first, the rest of its window later.
    const { state: final } = drag.unrolled.at(-1);
    const unrolled = drag.unrolled.find(({ state }) => state === final).at;
    const requests = performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.includes("_dash-update-component"));
    return {
      inputs: drag.inputs.length,
      seconds: (drag.moves.at(-1) - drag.moves[0]) / 1000,
      waited: last - moved,
      numbers: drag.numbers.at(-1) - last,
      diagram: drag.diagram.at(-1) - last,
      figures: Math.max(drag.traces.at(-1), unrolled) - last,
      drawings: drag.traces.length,
      requests: requests.length,
      at_once: atOnce(requests),
    };
  }

  /** The largest number of requests that were under way at the same time. */
  function atOnce(requests) {
    const during = ({ startTime }) =>
      requests.filter((one) => one.startTime <= startTime && startTime < one.responseEnd);
    return Math.max(0, ...requests.map((request) => during(request).length));
  }

  window.bench = { loaded, play, watchDrag, readDrag };
})();
