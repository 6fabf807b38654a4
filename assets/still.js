/* Puts the markup of components/still.py in place: parts of a view that Dash never changes. */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});

  lab.still = (root) => {
    for (const element of root.querySelectorAll("[data-markup]")) {
      // Our own server wrote it, from constants: nothing that a reader typed is in it.
      element.innerHTML = element.dataset.markup;
      element.removeAttribute("data-markup");
    }
  };
})();
