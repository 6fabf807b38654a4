/* What is kept and what becomes of regions, as bars and a table that can be pressed. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const BARS = 10; // and one for those that keep all

  const piece = (kind, words, name) =>
    Object.assign(document.createElement(kind), { textContent: words ?? "", className: name ?? "" });
  const few = (value) => lab.numbers.shown(value, value > 0 && value < 0.95 ? 2 : 1);
  const percent = (share) => `${lab.numbers.shown(100 * share, share < 0.1 ? 1 : 0)} %`;

  /** The bar to which a context belongs that keeps so many. */
  const bar = (kept, { nearest }) => Math.floor((kept * BARS) / nearest);

  /** How many contexts keep how many. */
  function bars(answer) {
    const { counts, nearest, chance } = answer;
    const sums = Array.from({ length: BARS + 1 }, () => 0);
    counts.forEach((count, kept) => (sums[bar(kept, answer)] += count));
    const most = Math.max(...sums);
    const box = piece("div", "", "lab-map-bars");
    box.append(
      ...sums.map((count, n) => {
        const first = (n * nearest) / BARS;
        const last = Math.min(((n + 1) * nearest) / BARS - 1, nearest);
        const button = piece("button");
        Object.assign(button, { type: "button", disabled: !count });
        button.title = `${count.toLocaleString("en")} contexts keep ${last > first ? `${first} to ${last}` : first} of ${nearest}`;
        button.setAttribute("aria-label", button.title);
        button.dataset.bar = n;
        button.style.setProperty("--share", count / most);
        button.append(piece("i"), piece("span", String(first)));
        return button;
      }),
    );
    return [box, piece("p", `of ${nearest} nearest; by chance ${few(chance)}`, "lab-does")];
  }

  /** What becomes of each region of A, the largest first. */
  function table({ regions, nearest }, hues) {
    if (!regions.length) return piece("p", "A has no regions: its contexts do not gather anywhere.", "lab-does");
    const found = piece("table", "", "lab-map-fates");
    const head = piece("tr");
    const titles = ["Region of A", "Contexts", `Kept of ${nearest}`, "Lies in B in"];
    head.append(...titles.map((words) => Object.assign(piece("th", words), { scope: "col" })));
    found.append(piece("thead"), piece("tbody"));
    found.tHead.append(head);
    const rows = [...regions].sort((one, other) => other.count - one.count);
    found.tBodies[0].append(...rows.map((region) => fate(region, nearest, hues)));
    return found;
  }

  function fate({ region, name, color, count, kept, into }, nearest, hues) {
    const row = piece("tr");
    const title = Object.assign(piece("th"), { scope: "row" });
    title.append(press(name, { fate: region }, hues[color]));
    const share = piece("td", kept === null ? "–" : few(kept), "lab-map-share");
    share.style.setProperty("--share", (kept ?? 0) / nearest);
    const parts = piece("div", "", "lab-map-into");
    for (const one of into) {
      const part = press(`${percent(one.share)} ${one.name}`, { fate: region, into: one.region }, hues[one.color] ?? "transparent");
      const where = one.region < 0 ? "no region" : `“${one.name}”`;
      part.title = `${percent(one.share)} of “${name}” lie in ${where} of B`;
      part.style.setProperty("--share", one.share);
      parts.append(part);
    }
    const where = piece("td");
    where.append(parts);
    row.append(title, piece("td", count.toLocaleString("en")), share, where);
    return row;
  }

  /** A button in a hue. */
  function press(words, data, hue) {
    const button = piece("button");
    button.type = "button";
    Object.assign(button.dataset, data);
    button.style.setProperty("--hue", hue);
    button.append(piece("bdi", words));
    return button;
  }

  lab.mapFates = { bar, bars, table };
})();
