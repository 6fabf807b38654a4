/*
 * Two settings of a page side by side: A, its own view, and B, which follows the
 * same player. B and the view of their difference come from the server when they
 * are asked for, and leave again.
 */
"use strict";
(() => {
  const lab = (window.lstmLab ??= {});
  const PATIENCE = 15000; // milliseconds after which B will not come
  const MOST = 3; // differing numbers that a header names

  /** What is special to a view that can have another beside it: a part of it. */
  class Side {
    constructor(view) {
      this.view = view;
    }

    /** B reads what A reads. */
    settings() {
      return lab.compare.follows(this.view) ? shared() : {};
    }

    accept() {
      // Only after this are the settings known as those that are shown.
      queueMicrotask(() => accepted(this.view));
    }
  }

  /* --- what is on the page ------------------------------------------------- */

  const frame = () => document.querySelector("[data-pair]");
  const page = () => frame()?.dataset.pair;
  const names = (what) => (frame()?.dataset[what] ?? "").split(" ").filter(Boolean);
  const viewAt = (kind, aio) => {
    const view = lab.views.get(`${kind}/${aio}`);
    return view?.root.isConnected ? view : undefined;
  };
  const isOn = () => Boolean(frame()?.classList.contains("is-comparing"));
  const sideA = () => viewAt(page(), page());
  const sideB = () => (isOn() ? viewAt(page(), `${page()}-b`) : undefined);
  const difference = () => (isOn() ? viewAt(`${page()}-difference`, `${page()}-difference`) : undefined);

  /** The part of A's settings that B takes from it. */
  function shared() {
    const asked = sideA()?.asking.shown;
    return asked ? Object.fromEntries(names("shared").map((name) => [name, asked[name]])) : {};
  }

  /* --- settings as text ----------------------------------------------------- */

  /** What a view shows, as text by name; t stands for itself. */
  function textsOf(view) {
    const { t, ...query } = lab.link.texts(view.toQuery());
    return query;
  }

  /** What can be said of B: not what it has from A, or A alone has. */
  const ownOfB = (query) =>
    Object.fromEntries(Object.entries(query).filter(([name]) => !common().includes(name)));
  const commonOf = (query) =>
    Object.fromEntries(Object.entries(query).filter(([name]) => common().includes(name)));
  const common = () => [...names("linked"), ...names("alone")];
  const queryOfA = ({ a, t }) => new URLSearchParams({ ...a, ...(t !== undefined && { t: String(t) }) });

  /** B's settings with what both have in common. */
  function queryOfB({ a, b, t }) {
    const linked = Object.entries(a).filter(([name]) => names("linked").includes(name));
    return new URLSearchParams({ ...ownOfB(b), ...Object.fromEntries(linked), ...(t !== undefined && { t: String(t) }) });
  }

  /** Let a view take settings, as a link gives them. */
  function hand(view, query) {
    lab.handed.set(view.aio, query);
    view.set("chosen", { data: { kind: "link", at: performance.now() } });
  }

  /* --- on and off ------------------------------------------------------------- */

  const wanted = (data) =>
    window.dash_clientside.set_props("lab-compare-wanted", { data: { ...data, at: performance.now() } });

  function show(on) {
    frame().classList.toggle("is-comparing", on);
    dress();
    // The figures of A have other room now.
    requestAnimationFrame(() => window.dispatchEvent(new Event("resize")));
  }

  /** Name A and the button after whether there is a B. */
  function dress() {
    const a = sideA();
    const on = isOn();
    document.querySelector("[data-lab=compare]")?.setAttribute("aria-pressed", String(on));
    if (on) a?.root.setAttribute("data-title", "Setting A");
    else a?.root.removeAttribute("data-title");
    sideB()?.root.setAttribute("data-title", "Setting B");
    for (const { root } of [a, sideB()].filter(Boolean)) root.querySelector(".lab-side").hidden = !on;
    lab.nameViews();
  }

  let waiting; // for B
  let early; // what was asked for before there was an A, as open takes it
  function open({ a, b, t } = {}) {
    const view = sideA();
    early = view?.ready ? undefined : { a, b, t };
    if (early) return false;
    const here = lab.compare.state();
    const first = () => lab.beginnings[page()]?.(view, here.a) ?? here.a;
    const state = { a: a ?? here.a, b: b ?? first(), t: t ?? here.t };
    if (a) hand(view, queryOfA(state));
    if (sideB()) {
      hand(sideB(), queryOfB(state));
      return true;
    }
    lab.handed.set(`${page()}-b`, queryOfB(state));
    if (isOn()) return true; // B is on its way
    show(true);
    wanted({ page: page(), on: true, kind: state.b.kind ?? "" });
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (sideB()) return;
      close();
      view.alert("Setting B did not come: the server does not answer. Press Compare again.");
    }, PATIENCE);
    return true;
  }

  function close() {
    early = undefined;
    if (!isOn()) return;
    clearTimeout(waiting);
    for (const view of [sideB(), difference()].filter(Boolean)) {
      view.leave();
      lab.views.delete(`${view.kind}/${view.aio}`);
    }
    for (const name of ["b", "difference"]) lab.handed.delete(`${page()}-${name}`);
    wanted({ page: page(), on: false });
    show(false);
    if (sideA()) lab.settled(sideA());
  }

  /* --- what follows from an answer ---------------------------------------------- */

  function accepted(view) {
    const [a, b] = [sideA(), sideB()];
    if (early && a?.ready) early.b === null ? close() : open(early);
    if (!b?.ready || !a?.ready) return;
    const differs = (settings) => Object.entries(shared()).some(([name, value]) => settings?.[name] !== value);
    // B may have asked while A's answer was on its way, and be answered after it.
    if (differs(b.asking.wanted)) b.again();
    for (const [side, one, other] of [["A", a, b], ["B", b, a]]) head(side, one, other);
    // The drawings leave room for the one that has more sliders.
    const count = (one) => Object.keys(textsOf(one)).filter((name) => name in (one.numbers ?? {})).length;
    frame().style.setProperty("--rows", Math.ceil(Math.max(count(a), count(b)) / 4));
    if (!differs(b.asking.shown)) difference()?.ask();
  }

  /** Say of a setting what it is, and what is not as in the other. */
  function head(side, view, other) {
    const place = view.root.querySelector(".lab-side");
    const [own, others] = [textsOf(view), textsOf(other)];
    const apart = Object.keys(own).filter(
      (name) => name in others && own[name] !== others[name] && view.numbers && name in view.numbers,
    );
    const named = apart.slice(0, MOST).map((name) => `${name} ${lab.numbers.given(view.numbers[name], 0, 3)}`);
    if (apart.length > MOST) named.push(`and ${apart.length - MOST} more`);
    const title = view.title ?? view.config.title ?? "";
    const words = [title, named.join(", ")].filter(Boolean).join(" · ");
    if (place.dataset.says === `${side} ${words}`) return;
    place.dataset.says = `${side} ${words}`;
    const badge = document.createElement("b");
    badge.textContent = side;
    const text = document.createTextNode(words || "as the other");
    place.replaceChildren(...skips(place, side), badge, text);
  }

  /** Where a keyboard can go on to from the header of a setting; made once, since focus may be on it. */
  function skips(place, side) {
    const known = [...place.querySelectorAll("[data-skip]")];
    if (known.length) return known;
    place.tabIndex = -1;
    const to = { A: ["Setting B", "Difference"], B: ["Difference"] }[side];
    return to.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "lab-side-skip";
      button.dataset.skip = name;
      button.textContent = `Skip to ${name}`;
      return button;
    });
  }

  document.addEventListener("click", (event) => {
    const name = event.target.closest?.("[data-skip]")?.dataset.skip;
    // The root of a setting has no box of its own, and can have no focus.
    const goal = name === "Difference" ? difference()?.root : sideB()?.root.querySelector(".lab-side");
    if (!name || !goal) return;
    goal.tabIndex = -1;
    goal.focus({ preventScroll: true });
    goal.scrollIntoView({ block: "nearest" });
  });

  /* --- one slider for both --------------------------------------------------------- */

  const isLinked = () => difference() && lab.switches.isOn("link-sliders", difference().root);

  document.addEventListener("input", (event) => {
    const box = event.target.closest?.(".lab-slider");
    const from = box && [sideA(), sideB()].find((view) => view?.root.contains(box));
    if (!from || !isLinked()) return;
    const other = from === sideA() ? sideB() : sideA();
    const name = box.dataset.quantity;
    const range = other && document.getElementById(lab.live.domId(other.id("slider", { name })));
    if (!range) return; // the other kind has no such number
    const { value } = event.target;
    const text = event.target.type === "range" ? lab.asText(Number(value), range.step) : value;
    other.set("number", { value: text }, { name });
  });

  // One press folds or switches in both, since this browser remembers one state for both.
  document.addEventListener("lab-switch", (event) => {
    for (const view of [sideA(), sideB()])
      if (view && !view.root.contains(event.target)) view.showLines?.();
  });

  const ACTIONS = {
    copy: () => open({ b: lab.compare.state()?.a }),
    swap() {
      const { a, b, t } = lab.compare.state() ?? {};
      if (!b) return;
      open({ a: { ...b, ...commonOf(a) }, b: a, t });
    },
  };
  document.addEventListener("click", (event) => {
    const action = event.target.closest?.("[data-compare]")?.dataset.compare;
    if (action) ACTIONS[action]();
  });

  /** As what Setting B begins where it is no copy of A, by page: a function of the view A and its settings. */
  lab.beginnings ??= {};

  lab.compare = {
    get on() {
      return isOn();
    },
    get a() {
      return sideA();
    },
    get b() {
      return sideB();
    },
    get difference() {
      return difference();
    },

    /** Whether a view is Setting B, which reads what A reads and leaves time to it. */
    follows: (view) => names("shared").length > 0 && view.aio === `${page()}-b`,

    /** A view has come to the page. */
    join(view) {
      if (!lab.owned || !page()) return;
      if ([sideA(), sideB()].includes(view)) view.parts.push(new Side(view));
      dress();
      if (view === difference()) accepted(view);
    },

    /** What a link says of a view of this page; nothing of B where it has none. */
    queryOf(view, state) {
      if (view.aio !== `${page()}-b`) return queryOfA(state);
      return state.b && queryOfB(state);
    },
    queryOfA,

    /** The state of the page: of A and B text by name, as links have it. */
    state() {
      const a = sideA() ?? [...lab.views.values()].find((view) => view.ready);
      if (!a?.ready) return undefined;
      const b = sideB();
      const state = { page: page() ?? a.aio, a: textsOf(a), b: null, t: a.player?.t };
      if (!isOn()) return state;
      state.b = b?.ready ? ownOfB(textsOf(b)) : null;
      return { ...state, difference: difference()?.toQuery() ?? {} };
    },

    /** Bring the page to a state, as another link in the same tab asks for it. */
    apply(state) {
      if (!sideA()) {
        early = state; // what it says of A is read in the address
        return;
      }
      if (!state.b) {
        hand(sideA(), queryOfA(state));
        close();
        return;
      }
      open(state);
      const shown = new URLSearchParams(state.difference);
      if (difference()) difference().restore(shown);
      else lab.handed.set(`${page()}-difference`, shown);
    },

    open,
    close,
    toggle() {
      if (isOn() || early) close();
      else open();
    },

    /** What can be taken away of both settings and their difference. */
    takeAway() {
      const a = sideA().takeAway();
      const marked = (side, list = []) => list.map((one) => ({ ...one, name: `${side} · ${one.name}` }));
      const b = sideB()?.ready ? sideB().takeAway() : {};
      const both = (what) => [...marked("A", a[what]), ...marked("B", b[what])];
      const between = difference()?.takeAway() ?? {};
      return {
        ...a,
        figures: [...(between.figures ?? []), ...both("figures")],
        drawings: both("drawings"),
        files: [...(between.files ?? []), ...both("files")],
      };
    },
  };
})();
