/*
 * What belongs to the page and not to a view: theme, links, folded panels.
 * What is remembered stays in this browser; without storage the lab forgets, and works.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const FORMAT = "1"; // of links; a later page that adds to it counts up
  const SETTLE = 300; // milliseconds of rest before the address follows

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

  /* --- theme ------------------------------------------------------------ */

  const system = matchMedia("(prefers-color-scheme: light)");
  const page = document.documentElement;
  lab.theme = () => page.dataset.bsTheme ?? "dark";

  function applyTheme(theme) {
    page.dataset.bsTheme = theme;
    document
      .querySelector("[data-lab=theme]")
      ?.setAttribute("aria-label", theme === "dark" ? "Light theme" : "Dark theme");
    lab.views?.forEach((view) => view.restyle());
  }
  const preferred = () => memory.get("theme") ?? (system.matches ? "light" : "dark");
  applyTheme(preferred());
  system.addEventListener("change", () => applyTheme(preferred()));

  function toggleTheme() {
    const theme = lab.theme() === "dark" ? "light" : "dark";
    memory.set("theme", theme);
    applyTheme(theme);
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
  const off = new Kept("off");
  const panel = (button) => button.dataset.fold.replaceAll(" ", "-");

  function paintFold(button) {
    const closed = folded.names.has(panel(button));
    button.setAttribute("aria-expanded", String(!closed));
    button.setAttribute("aria-label", `${closed ? "Unfold" : "Fold"} ${button.dataset.fold}`);
    button.closest("[data-card]").classList.toggle("is-folded", closed);
  }

  lab.switches = { isOn: (name) => !off.names.has(name) };

  function paintSwitch(button) {
    button.setAttribute("aria-pressed", String(lab.switches.isOn(button.dataset.switch)));
  }

  /** Bring a view that has just come to the page to what this browser remembers. */
  lab.keep = (root) => {
    root.querySelectorAll("[data-fold]").forEach(paintFold);
    root.querySelectorAll("[data-switch]").forEach(paintSwitch);
    applyTheme(lab.theme()); // the button's name came after the theme was set
  };

  function toggleFold(button) {
    folded.toggle(panel(button));
    paintFold(button);
    window.dispatchEvent(new Event("resize")); // the other panels' figures have new room
  }

  function toggleSwitch(button) {
    off.toggle(button.dataset.switch);
    paintSwitch(button);
    button.dispatchEvent(new Event("lab-switch", { bubbles: true }));
  }

  /* --- links ------------------------------------------------------------ */

  const address = () => {
    const state = [...lab.views.values()][0]?.state();
    if (!state) return location.href;
    const query = new URLSearchParams({ v: FORMAT, x: state.x, t: state.t });
    if (state.separate) query.set("separate", "1");
    for (const [name, value] of Object.entries(state.numbers))
      if (state.separate || !name.startsWith("U_")) query.set(name, String(value));
    return new URL(`#${query.toString().replaceAll("%2C", ",")}`, location.href).href;
  };

  lab.link = {
    time: undefined,
    problem: undefined,

    /** Read the link in the address: text for every control, as a reader would type it. */
    take(defaults) {
      this.time = this.problem = undefined;
      if (!document.body.matches(".lab") || location.hash.length < 2) return null;
      const query = new URLSearchParams(location.hash.slice(1));
      if (query.get("v") !== FORMAT) {
        this.problem =
          `This link has format '${(query.get("v") ?? "none").slice(0, 12)}'; this lab reads format ${FORMAT}. ` +
          "Nothing was changed. Ask for the link again, or update the lab.";
        return null;
      }
      const time = Number(query.get("t") ?? 0);
      this.time = Number.isFinite(time) ? time : 0;
      const numbers = {};
      for (const [name, value] of Object.entries(defaults.numbers))
        numbers[name] = query.get(name) ?? String(value);
      return {
        sequence: (query.get("x") ?? defaults.sequence).replaceAll(",", ", "),
        separate: query.get("separate") === "1",
        numbers,
        t: this.time,
      };
    },
  };

  let settling;
  let followed = location.hash;
  /** Let the address follow, once the page rests, so that a reload loses nothing. */
  lab.settled = () => {
    if (!document.body.matches(".lab")) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      const [view] = lab.views.values();
      if (view.player.playing) return;
      const fresh = location.pathname + location.search;
      history.replaceState(history.state, "", view.untouched ? fresh : address());
      followed = location.hash;
    }, SETTLE);
  };

  window.addEventListener("hashchange", () => {
    if (location.hash === followed) return;
    followed = location.hash;
    lab.views.forEach((view) => view.set("chosen", { data: { kind: "link", hash: location.hash } }));
  });

  async function copyLink() {
    const href = address();
    history.replaceState(history.state, "", href);
    followed = location.hash;
    try {
      await navigator.clipboard.writeText(href);
      say("Link copied");
    } catch {
      say("The link is in the address bar");
    }
  }

  function say(words) {
    const place = document.querySelector(".lab-said");
    place.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => (place.textContent = ""), 4000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.dataset.fold) toggleFold(button);
    if (button?.dataset.switch) toggleSwitch(button);
    if (button?.dataset.lab === "theme") toggleTheme();
    if (button?.dataset.lab === "copy-link") copyLink();
  });
})();
