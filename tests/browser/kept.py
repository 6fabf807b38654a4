"""A page that tests share: shown anew for each of them, and seen to be as if it were loaded."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import Page, ViewportSize

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

SIZE: ViewportSize = {"width": 1440, "height": 900}  # that of the design

# Bring the page to where it was before it was shown, or say what cannot be brought there.
EMPTY = """() => {
    const lab = window.lstmLab;
    const main = document.getElementById("lab-main");
    if (!lab?.owned || !main) return "This is no page of the lab.";
    if (lab.compare.on || lab.views.size > 1) return "There are two settings.";
    if ([...lab.views.values()].some(({ config }) => (config.kind ?? "lstm") !== "lstm"))
        return "The cell is of another kind.";
    if ([...main.querySelectorAll("option")].some(({ text }) => text.includes("Opened")))
        return "A model was opened, and stays this browser's.";
    for (const button of main.querySelectorAll("[data-fold][aria-expanded=false]")) button.click();
    for (const { dataset } of main.querySelectorAll("[data-switch]"))
        lab.switches.set(dataset.switch, dataset.default !== "off");
    for (const name of ["folded", "off"])
        if (lab.memory.get(name)) return `Of what is ${name} something is left.`;
    for (const view of lab.views.values()) {
        view.player.reset();
        view.player.setSpeed(250);
        view.leave();
    }
    lab.views.clear(); // so that none of them writes the address any more
    if (lab.theme() !== "dark") document.querySelector("[data-lab=theme]").click();
    const menu = document.getElementById("lab-export");
    if (!menu.hidden) document.querySelector("[data-lab=export]").click();
    menu.replaceChildren(); // it is filled whenever it is opened
    localStorage.clear();
    sessionStorage.clear();
    // A link that was followed can be followed again; this one says nothing.
    history.replaceState(null, "", "#v=");
    dispatchEvent(new HashChangeEvent("hashchange"));
    history.replaceState(null, "", location.pathname);
    // The next Tab begins at the top, as on a page that was just loaded.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.blur();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
    window.dash_clientside.set_props("lab-main", { children: null });
}"""
IS_EMPTY = "() => !document.getElementById('lab-main').children.length"

# Whatever of a page outlives its views.
AROUND = """() => {
    const trees = (selector) => [...document.querySelectorAll(selector)].map((one) => [
        one.tagName, one.children.length || one.textContent,
        ...[...one.attributes].map(({ name, value }) => `${name}=${value}`).sort()]);
    const { t, playing, direction, interval, followers } =
        lstmLab.player(location.pathname.slice(1) || "cell");
    return JSON.stringify({
        // Plotly's own place for measuring comes with its first drawing.
        frame: trees("html, body > :not(#js-plotly-tester, #react-entry-point), header *"),
        body: [...document.body.attributes].map(({ name, value }) => [name, value]),
        page: [document.title, location.hash, location.search, document.activeElement.tagName],
        place: [scrollX, scrollY, getComputedStyle(document.body).overflow],
        storage: [localStorage.length, sessionStorage.length],
        views: [lstmLab.views.size, ...(lstmLab.handed?.keys() ?? [])],
        player: [t, playing, direction, interval, followers.size],
    });
}"""

# Whatever a page shows and lets one set, in words and numbers; drawings follow the room they have.
SHOWN = """() => {
    const main = document.getElementById("lab-main");
    const words = main.cloneNode(true);
    for (const drawing of words.querySelectorAll("svg, .js-plotly-plot")) drawing.remove();
    const all = (selector, give) => [...main.querySelectorAll(selector)].map(give);
    return JSON.stringify({
        words: words.textContent,
        numbers: all("data:not(svg *)", (one) => one.getAttribute("value")),
        controls: all("input, select, textarea",
            ({ ariaLabel, value, checked, disabled, min, max, options }) => [ariaLabel, value,
                checked, disabled, min, max, [...(options ?? [])].map(({ text }) => text)]),
        buttons: all("button", (one) => [one.ariaLabel ?? one.textContent, one.ariaPressed,
            one.ariaExpanded]),
        state: lstmLab.compare.state(),
    });
}"""

# Whether a page is where a link says, and for all the rest as it is at first.
FOLLOWS = """([link, shown]) => {
    const { a, t } = lstmLab.link.parse(link.slice(1)).state;
    const said = { ...JSON.parse(shown).state.a, ...a, t: t ?? 0 };
    const now = lstmLab.compare.state();
    const parts = (value) => String(value).split(",");
    const same = (one, other) => one.length === other.length && one.every(
        (part, n) => part === other[n] || Number(part) === Number(other[n]));
    return Object.entries({ ...now.a, t: now.t }).every(
        ([name, value]) => !(name in said) || same(parts(value), parts(said[name])));
}"""

# Show the page once more, made anew by the server, without loading its scripts.
SHOW = """([path, link]) => {
    history.replaceState(null, "", path + link);
    const { href, pathname, hash, search } = location;
    window.dash_clientside.set_props("lab-location", { href, pathname, hash, search });
}"""


class Kept:
    """A page that is shown anew for each test instead of being loaded: a half of the time.

    Its views come from the server and begin from nothing, as on a page that was
    loaded. What outlives them (theme, folded panels, switches, players, storage)
    is brought back, and compared with what a loaded page has; where it is not
    that, or a test failed, the next one loads its page.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fresh: dict[str, tuple[str, str]] = {}  # by path: around it, and shown by it
        self.empty = False

    def open(self, lab: "Lab", link: str, *, follows: bool = True) -> None:
        """Open a page; within a test it is only the first that need not be loaded."""
        path = urlsplit(lab.url).path
        if path not in self.fresh:
            self.learn(lab, path)
        if not self.empty:
            lab.load(link)
            return
        self.empty = False
        self.page.evaluate(SHOW, [path, link])
        lab.ready()
        if not follows:
            return
        if link:
            lab.until(FOLLOWS, [link, self.fresh[path][1]])
        else:
            lab.until(f"(shown) => ({SHOWN})() === shown", self.fresh[path][1])

    def learn(self, lab: "Lab", path: str) -> None:
        """Load a page to see what it is like when nobody has touched it."""
        size = self.page.viewport_size
        light = self.page.evaluate("() => matchMedia('(prefers-color-scheme: light)').matches")
        self.reset()
        lab.load()
        self.page.wait_for_load_state("networkidle")  # the list of models comes by itself
        shown = self.page.evaluate(SHOWN)
        assert self.page.evaluate(EMPTY) is None
        lab.until(IS_EMPTY)
        self.fresh[path] = self.page.evaluate(AROUND), shown
        self.empty = True
        self.page.set_viewport_size(size or SIZE)
        self.page.emulate_media(color_scheme="light" if light else "dark")

    def rest(self, lab: "Lab") -> None:
        """Empty the page after a test, where that leaves nothing of it."""
        path = urlsplit(self.page.url).path
        self.empty = False
        if path not in self.fresh or self.page.evaluate(EMPTY):
            return
        lab.until(IS_EMPTY)
        self.reset()
        self.empty = self.page.evaluate(AROUND) == self.fresh[path][0]

    def reset(self) -> None:
        """Set what a browser brings to every page as it is at first."""
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(SIZE)
        self.page.emulate_media(color_scheme="dark", reduced_motion="no-preference")
