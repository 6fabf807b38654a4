/*
 * Interventions as the text of a link, exactly; made of characters that an address
 * keeps as they are.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const MOST = 32;
  const RANGED = new Set(["clamp", "silence"]); // over steps; the others happen at one
  const NAMES = { set: "set", shift: "add", silence: "hush" };
  const INDEX = 2 ** 31 - 1;

  /** The list as text: f_3_9_0 is f clamped to 0 from t = 3 to 9, setc_4_2, addh_4_0.5, hush_1_3. */
  function write(list) {
    const item = ({ kind, what, unit, layer, first, last, value, on }) => {
      const name = kind === "clamp" ? what : NAMES[kind] + (what ?? "");
      const parts = [name, first];
      if (RANGED.has(kind)) parts.push(last);
      if (value !== null) parts.push(value);
      if (unit || layer) parts.push(unit, layer);
      return (on ? "" : "*") + parts.join("_");
    };
    return list.map(item).join(",");
  }

  /** The list of a text, without what cannot be: {list, lost}. */
  function read(text, limits) {
    const items = text.split(",").filter(Boolean);
    const list = items.slice(0, MOST).map((item) => readOne(item, limits)).filter(Boolean);
    return { list, lost: items.length - list.length };
  }

  function readOne(item, limits) {
    const on = !item.startsWith("*");
    const [name, ...texts] = item.slice(on ? 0 : 1).split("_");
    const [, verb, state] = /^(set|add|hush)([ch]?)$/.exec(name) ?? [];
    const kind = { set: "set", add: "shift", hush: "silence" }[verb] ?? "clamp";
    const what = kind === "silence" ? null : (state ?? name);
    const fits = kind === "silence" ? state === "" : Object.hasOwn(limits, what);
    if (!fits || (kind === "clamp" && "ch".includes(what))) return null;
    const numbers = texts.map((text) => (text.trim() ? Number(text) : NaN));
    const first = numbers.shift();
    const last = RANGED.has(kind) ? numbers.shift() : first;
    const value = kind === "silence" ? null : numbers.shift() + 0; // −0 is 0
    const [unit = 0, layer = 0, ...more] = numbers;
    const whole = [first - 1, last - 1, unit, layer];
    if (more.length || !whole.every((n) => Number.isInteger(n) && n >= 0 && n < INDEX)) return null;
    const [low, high] = value === null ? [0, 0] : limits[what];
    if (last < first || !(value >= low && value <= high)) return null;
    return { kind, what, unit, layer, first, last, value, on };
  }

  lab.interventions = { MOST, RANGED, write, read };
})();
