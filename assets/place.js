/*
 * A view in its place: on a page that is not ours it has a theme and a width of its own,
 * and where several stand on one page each is a region, and its panels are groups in it.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const system = matchMedia("(prefers-color-scheme: light)");

  /** Give a view its theme: as laid out, or as the page around it. Tells whether it is another. */
  function dress(root) {
    const around = root.parentElement.closest("[data-bs-theme]")?.dataset.bsTheme;
    const theme = root.dataset.theme ?? around ?? (system.matches ? "light" : "dark");
    const before = root.dataset.bsTheme;
    root.dataset.bsTheme = theme === "light" ? "light" : "dark";
    return root.dataset.bsTheme !== before;
  }

  function dressAll() {
    lab.views.forEach((view) => {
      if (view.root.isConnected && dress(view.root)) view.restyle();
    });
  }

  const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => measure(target)));

  /** Say for our styles which of their widths a view lies within. */
  function measure(root) {
    const known = getComputedStyle(root).getPropertyValue("--lab-widths").split(" ");
    const width = root.getBoundingClientRect().width;
    root.dataset.within = known.filter((one) => one && width <= Number(one)).join(" ");
  }

  /** Tell the panels of several views from one another; those of one alone are regions again. */
  function name() {
    // A second setting that is taken away is gone as soon as it is said to be.
    const roots = [...document.querySelectorAll("[data-view]:not(.lab-pair:not(.is-comparing) > .lab-second > *)")];
    const several = roots.length > 1;
    const give = (element, attribute, value) =>
      several ? element.setAttribute(attribute, value) : element.removeAttribute(attribute);
    for (const root of roots) {
      give(root, "role", "region");
      give(root, "aria-label", root.dataset.title ?? root.dataset.view);
      for (const panel of root.querySelectorAll(".lab-card[aria-label]"))
        panel.setAttribute("role", several ? "group" : "region");
    }
  }
  lab.nameViews = name;

  /** A view has come to the page. */
  lab.place = (root) => {
    if (!lab.owned) {
      dress(root);
      measure(root);
      widths.observe(root);
    }
    name();
  };

  if (!lab.owned) {
    const attributeFilter = ["data-bs-theme"];
    new MutationObserver(dressAll).observe(document.documentElement, { attributeFilter });
    system.addEventListener("change", dressAll);
  }
})();
