/*
 * What belongs to the page and not to a view: theme, links, folded panels.
 * What is remembered stays in this browser; without storage the lab forgets, and works.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const SETTLE = 300; // milliseconds of rest before the address follows

  /** Whether the page is the lab's own, and not a portal's with views of ours in it. */
  const owned = Boolean(document.body?.matches(".lab"));
  lab.owned = owned;

  const memory = {
    get(key) {
      try {
        return localStorage.getItem(`lstm-lab.${key}`);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(`lstm-lab.${key}`, value);
      } catch {
        /* storage is blocked or full: the choice lasts as long as the page */
      }
    },
  };

  lab.memory = memory;

  /* --- theme ------------------------------------------------------------ */

  const system = matchMedia("(prefers-color-scheme: light)");
  const page = document.documentElement;
  const known = (theme) => (theme === "light" ? "light" : "dark");
  /** The theme of the page, or of a view on a page that is not ours. */
  lab.theme = (root = page) => known(root.closest("[data-bs-theme]")?.dataset.bsTheme);

  function nameThemeButton() {
    document
      .querySelector("[data-lab=theme]")
      ?.setAttribute("aria-label", lab.theme() === "dark" ? "Light theme" : "Dark theme");
  }

  function applyTheme(theme) {
    page.dataset.bsTheme = theme;
    nameThemeButton();
    lab.views?.forEach((view) => view.restyle());
  }
  const asked = new URLSearchParams(location.search);
  const embedded = owned && asked.get("embed") === "1";
  const preferred = () =>
    known(
      (embedded && asked.get("theme")) ||
        memory.get("theme") ||
        (system.matches ? "light" : "dark"),
    );
  if (owned) applyTheme(preferred());
  system.addEventListener("change", () => owned && applyTheme(preferred()));

  function toggleTheme() {
    const theme = lab.theme() === "dark" ? "light" : "dark";
    memory.set("theme", theme);
    applyTheme(theme);
  }

  /* --- in a frame of another page -------------------------------------------- */

  if (embedded) {
    document.body.classList.add("is-embedded");
    const kept = ["embed", "theme"].filter((name) => asked.has(name));
    // From page to page it stays without navigation; before the click does its work.
    for (const kind of ["click", "auxclick"]) {
      document.addEventListener(kind, (event) => {
        const link = event.target.closest?.("a[href]");
        const to = link && new URL(link.href, location.href);
        if (!link || to.origin !== location.origin || !to.pathname.startsWith(lab.root())) return;
        for (const name of kept) to.searchParams.set(name, asked.get(name));
        link.href = to.href;
      }, true);
    }
  }

  /* --- what is folded and switched off ------------------------------------ */

  /** A set of names that this browser remembers. */
  class Kept {
    constructor(key) {
      this.key = key;
      this.names = new Set((memory.get(key) ?? "").split(" ").filter(Boolean));
    }
    toggle(name) {
      if (!this.names.delete(name)) this.names.add(name);
      memory.set(this.key, [...this.names].join(" "));
      return this.names.has(name);
    }
  }
  const folded = new Kept("folded");
  const changed = new Kept("off"); // switches that are not as they are at first
  const panel = (button) => inside(button) + button.dataset.fold.replaceAll(" ", "-");

  /** On a page that is not ours each view remembers its own. */
  function inside(element) {
    return owned ? "" : `${encodeURIComponent(element.closest("[data-view]").dataset.view)}/`;
  }

  function paintFold(button) {
    const closed = folded.names.has(panel(button));
    button.setAttribute("aria-expanded", String(!closed));
    button.setAttribute("aria-label", `${closed ? "Unfold" : "Fold"} ${button.dataset.fold}`);
    button.closest("[data-card]").classList.toggle("is-folded", closed);
  }

  const switchOf = (root, name) => root.querySelector(`[data-switch="${CSS.escape(name)}"]`);
  lab.switches = {
    isOn: (name, root = document) =>
      changed.names.has(inside(root) + name) !==
      (switchOf(root, name)?.dataset.default !== "off"),
    /** Bring a switch to where a link says. */
    set(name, on, root = document) {
      if (lab.switches.isOn(name, root) === on) return;
      changed.toggle(inside(root) + name);
      root.querySelectorAll(`[data-switch="${CSS.escape(name)}"]`).forEach(paintSwitch);
    },
  };

  function paintSwitch(button) {
    const root = button.closest("[data-view]");
    button.setAttribute("aria-pressed", String(lab.switches.isOn(button.dataset.switch, root)));
  }

  /** Bring a view that has just come to the page to what this browser remembers. */
  lab.keep = (root) => {
    root.querySelectorAll("[data-fold]").forEach(paintFold);
    root.querySelectorAll("[data-switch]").forEach(paintSwitch);
    nameThemeButton(); // it came to the page after the theme was set
  };

  /** The same button in all views, of which this browser remembers one state. */
  const alike = (button, name) => {
    const of = `[data-${name}="${CSS.escape(button.dataset[name])}"]`;
    return owned ? document.querySelectorAll(`[data-view] ${of}`) : [button];
  };

  function toggleFold(button) {
    folded.toggle(panel(button));
    alike(button, "fold").forEach(paintFold);
    window.dispatchEvent(new Event("resize")); // the other panels' figures have new room
  }

  function toggleSwitch(button) {
    changed.toggle(inside(button) + button.dataset.switch);
    alike(button, "switch").forEach(paintSwitch);
    button.dispatchEvent(new Event("lab-switch", { bubbles: true }));
  }

  /* --- links ------------------------------------------------------------ */

  /** The view of the page that a link speaks of: Setting A, where there are two. */
  const linkedView = () => lab.compare.a ?? [...lab.views.values()].find((view) => view.ready);

  const address = () => new URL(`#${lab.link.write(lab.compare.state())}`, location.href).href;

  let settling;
  let followed = location.hash;
  /** Whether the address is a link that nobody has followed yet. */
  const isNews = () => location.hash !== followed && /[#&]v=/.test(location.hash);
  /** Let the address follow, once the page rests, so that a reload loses nothing. */
  lab.settled = (view) => {
    if (!owned) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      const { on, a, b } = lab.compare;
      if (!view.ready || view.player.playing || ![linkedView(), b].includes(view)) return;
      if (on && !(a?.ready && b?.ready)) return; // half of it would be lost
      if (isNews()) return;
      if (a?.asking.awaited || b?.asking.awaited) {
        lab.settled(view); // what is shown is not what a link just asked for
        return;
      }
      const fresh = location.pathname + location.search;
      history.replaceState(history.state, "", !on && view.untouched ? fresh : address());
      followed = location.hash;
    }, SETTLE);
  };

  window.addEventListener("hashchange", () => {
    if (!owned || !isNews()) return;
    followed = location.hash;
    const { state } = lab.link.parse(location.hash.slice(1));
    const view = linkedView();
    // Before there is a view, the page may have been asked for as another link wanted it.
    if (state && (lab.compare.a || !view)) lab.compare.apply(state);
    else view?.set("chosen", { data: { kind: "link", hash: location.hash } });
  });

  async function copyLink() {
    const { on, b } = lab.compare;
    if (!linkedView()?.ready || (on && !b?.ready)) return; // half of it would be lost
    const href = address();
    if (href.length > lab.link.LONGEST) {
      lab.saveSetting?.();
      const instead = lab.saveSetting ? "It is saved as a file instead." : "Export it as a file.";
      say(`Too long for a link: ${href.length} characters. ${instead}`);
      return;
    }
    history.replaceState(history.state, "", href);
    followed = location.hash;
    try {
      await navigator.clipboard.writeText(href);
      say("Link copied");
    } catch {
      say("The link is in the address bar");
    }
  }

  /* --- export ------------------------------------------------------------- */

  const exporting = () => document.querySelector(".lab-export");

  /** Open or close the menu with what the view has to take away now. */
  function toggleExport(button) {
    const menu = exporting();
    const view = linkedView();
    if (menu.hidden && view) lab.fillExport(menu, (lab.compare.on ? lab.compare : view).takeAway());
    menu.hidden = !menu.hidden || !view;
    button.setAttribute("aria-expanded", String(!menu.hidden));
    if (!menu.hidden) menu.querySelector("button")?.focus();
  }

  function closeExport(focus) {
    const menu = exporting();
    if (!menu || menu.hidden) return;
    menu.hidden = true;
    const button = document.querySelector("[data-lab=export]");
    button.setAttribute("aria-expanded", "false");
    if (focus) button.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeExport(true);
  });

  function say(words) {
    const place = document.querySelector(".lab-said");
    place.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => (place.textContent = ""), 4000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".lab-view button, .lab-top button");
    if (button?.dataset.fold) toggleFold(button);
    if (button?.dataset.switch) toggleSwitch(button);
    if (button?.dataset.lab === "theme") toggleTheme();
    if (button?.dataset.lab === "compare") lab.compare.toggle();
    if (button?.dataset.lab === "copy-link") copyLink();
    if (button?.dataset.lab === "export") toggleExport(button);
    else if (!event.target.closest?.(".lab-export")) closeExport(false);
  });
})();
