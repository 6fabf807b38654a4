/* How numbers arrive and how they are shown. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const GIVEN = new Set(["x", "t"]);
  const ARRAYS = {
    f8: Float64Array,
    f4: Float32Array,
    i4: Int32Array,
    i2: Int16Array,
    u1: Uint8Array,
  };

  /** Decode an array of components/wire.py: {dtype, bdata} to a typed array. */
  function decode({ dtype, bdata }) {
    const bytes = Uint8Array.from(atob(bdata), (char) => char.charCodeAt(0));
    return new ARRAYS[dtype](bytes.buffer);
  }

  /** Undo decode, for figures: plotly.js reads the same form. */
  function encode(array, shape) {
    const dtype = array instanceof Int32Array ? "i4" : "f8";
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    return { dtype, bdata: btoa(String.fromCharCode(...bytes)), ...(shape && { shape }) };
  }

  /** Write a number with fixed decimals and a real minus sign; "–" where there is none. */
  function shown(value, decimals) {
    if (value === undefined || Number.isNaN(value)) return "–";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    const magnitude = Math.abs(value);
    // Large numbers give up decimals, so that what stands beside them keeps its place.
    const spare = magnitude >= 100 ? Math.floor(Math.log10(magnitude)) - 1 : 0;
    const text =
      magnitude >= 1e5
        ? magnitude.toExponential(1).replace("+", "")
        : magnitude.toFixed(Math.max(decimals - spare, 0));
    return value < 0 && Number(text) !== 0 ? `−${text}` : text;
  }

  /** Write a number that the reader gave: no more digits than it has. */
  function given(value, least, most) {
    const small = Math.abs(value) < 10 ** -most && value !== 0;
    // In six characters, for which a drawing has room: with an exponent cut off it would be another number.
    const decimals = value < 0 || Math.abs(value) < 1e-9 ? 0 : 1;
    if (small) return value.toExponential(decimals).replaceAll("-", "−");
    const text = shown(value, most);
    if (!text.includes(".") || text.includes("e")) return text;
    const [whole, digits] = text.split(".");
    const kept = digits.replace(/0+$/, "").padEnd(least, "0");
    return kept ? `${whole}.${kept}` : whole;
  }

  /** The number in full precision and plain ASCII; empty where there is none. */
  function exact(value) {
    return value === undefined || Number.isNaN(value) ? "" : String(value);
  }

  /**
   * Fill a <data> element with its quantity. In formulas (four decimals) all
   * numbers have the same width; elsewhere inputs and weights stay as given.
   */
  function fill(element, frame) {
    const name = element.dataset.value ?? element.dataset.part;
    const value = frame[name];
    const decimals = Number(element.dataset.decimals);
    const text =
      typeof value === "string"
        ? value
        : GIVEN.has(name) && decimals < 4
          ? given(value, 0, 3)
          : decimals === 2
            ? given(value, Math.abs(value) < 10 ? 2 : 1, Math.abs(value) < 10 ? 3 : 1)
            : shown(value, decimals);
    if (element.textContent !== text) element.textContent = text;
    const full = typeof value === "string" ? value : exact(value);
    if (element.getAttribute("value") !== full) element.setAttribute("value", full);
  }

  /** A number as text that means the same number, to the last bit; text stays as it is. */
  const text = (value) => (Object.is(value, -0) ? "-0" : String(value));

  lab.numbers = { text, decode, encode, shown, given, exact, fill };
})();
