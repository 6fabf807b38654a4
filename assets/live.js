/* Live numbers in the page: <data> elements, formulas with places for numbers, Dash ids. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const LIVE = new Set("t x f i g o c h y c_prev h_prev c_norm h_norm token status".split(" "));

  /** A <data> element for a number: live, or computed from the live ones. */
  function liveNumber(name, decimals) {
    const element = document.createElement("data");
    element.dataset[LIVE.has(name) ? "value" : "part"] = name;
    element.dataset.decimals = decimals;
    return element;
  }

  /** Turn "σ({W_f}·{x})" into text and <data> elements. */
  const template = (text) =>
    text
      .split(/\{(\w+)\}/)
      .map((piece, index) => (index % 2 ? liveNumber(piece, 4) : piece))
      .filter((piece) => piece !== "");

  /** A dict id as Dash writes it into the page. */
  const domId = (id) =>
    `{${Object.keys(id)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${JSON.stringify(id[key])}`)
      .join(",")}}`;

  lab.live = { number: liveNumber, template, domId };
})();
