/* What the cell can be trained to do: examples of targets, and inputs that they are for. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  const read = (text) => text.split(/[,\s]+/).filter(Boolean).map(Number);
  const each = (x, first, next) => {
    let last = first;
    return x.map((value) => (last = next(last, value)));
  };
  /** Pulses that stand apart: one cell has one memory, which holds one of them at a time. */
  const apart = (x) => {
    const at = x.flatMap((value, n) => (value ? [n] : []));
    const gaps = [...at.slice(1), x.length + 1].map((next, n) => next - at[n]);
    return at.length > 1 && gaps.every((gap) => gap > 3);
  };

  // What an example makes of an input, and the inputs that it is for.
  const EXAMPLES = {
    copy: { fits: () => true, target: (x) => x },
    delay: { fits: apart, target: (x) => x.map((_, n) => x[n - 2] ?? 0) },
    parity: {
      // From ones that stand apart it is learnt too late to wait for.
      fits: (x) =>
        x.every((value) => value === 0 || value === 1) && x.filter(Boolean).length > 2 && !apart(x),
      target: (x) => each(x, 0, (odd, value) => (odd + value) % 2),
    },
    latch: {
      fits: (x) => x.every((value) => [-1, 0, 1].includes(value)) && x.includes(1) && x.includes(-1),
      target: (x) => each(x, 0, (held, value) => value || held),
    },
    average: {
      fits: () => true,
      target: (x) => each(x, 0, (mean, value) => 0.8 * mean + 0.2 * value),
    },
  };
  const write = (numbers) => numbers.map((value) => Number(value.toFixed(4))).join(", ");

  lab.targets = { EXAMPLES, read, write };
})();
