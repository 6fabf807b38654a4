/*
 * Links: the state of a whole page as text, and back.
 *
 * Format 2 says of Setting A plain names, of Setting B the same with "B." before
 * them, and of their difference with "D.". Format 1 knew one setting.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FORMAT = "2"; // what a later page adds to it counts up
  const READ = ["1", FORMAT];
  const LONGEST = 2000; // characters of an address that survive being pasted
  const OF = { b: "B.", difference: "D." };

  /** Settings that a view shall take instead of those in the address, by its aio_id. */
  const handed = (lab.handed ??= new Map());

  const texts = (query) =>
    Object.fromEntries(Object.entries(query).map(([name, value]) => [name, lab.numbers.text(value)]));
  const prefixed = (query, prefix) =>
    Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [prefix + name, value]));

  /** Write a state {a, b, t, difference} as what follows "#". */
  function write({ a, b, t, difference }) {
    const said = { v: FORMAT, ...(t !== undefined && { t: String(t) }), ...a };
    const all = { ...said, ...prefixed(b, OF.b), ...prefixed(difference, OF.difference) };
    return new URLSearchParams(all).toString().replaceAll("%2C", ",");
  }

  /** Read what follows "#": {state}, or {problem} in words; nothing where it is no link. */
  function parse(text) {
    const said = new URLSearchParams(text);
    const format = said.get("v");
    if (format === null) return {};
    if (!READ.includes(format)) {
      const problem =
        `This link has format '${format.slice(0, 12)}'; this lab reads format ${READ.join(" and ")}. ` +
        "Nothing was changed. Ask for the link again, or update the lab.";
      return { problem };
    }
    const found = { a: new Map(), b: new Map(), difference: new Map() };
    for (const [name, value] of said) {
      const side = format === "1" ? undefined : Object.keys(OF).find((one) => name.startsWith(OF[one]));
      const names = found[side ?? "a"];
      const plain = side ? name.slice(OF[side].length) : name;
      if (!names.has(plain)) names.set(plain, value);
    }
    const t = found.a.get("t");
    for (const name of ["t", "v"]) found.a.delete(name);
    const state = {
      a: Object.fromEntries(found.a),
      b: found.b.size ? Object.fromEntries(found.b) : null,
      difference: Object.fromEntries(found.difference),
    };
    return { state: t === undefined ? state : { ...state, t } };
  }

  const inAddress = () => (lab.owned ? parse(location.hash.slice(1)) : {});

  lab.link = {
    FORMAT,
    LONGEST,
    texts,
    write,
    parse,

    /** What was handed to a view, or the address says of it; {problem} if it cannot be read. */
    read(view) {
      const query = view && handed.get(view.aio);
      if (query) {
        handed.delete(view.aio);
        return { query };
      }
      const { state, problem } = inAddress();
      if (!state) return { problem };
      const said = view ? lab.compare.queryOf(view, state) : lab.compare.queryOfA(state);
      return said ? { query: said } : {};
    },

    /** What was handed to the view of the difference, or the address says of it. */
    ofDifference({ aio }) {
      const query = handed.get(aio) ?? new URLSearchParams(inAddress().state?.difference);
      handed.delete(aio);
      return query;
    },
  };
})();
