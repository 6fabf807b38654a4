"""Looking back in the browser: its numbers at every step, played backwards, links, axe."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from components.cell_back import backward_series
from components.cell_kinds import KINDS
from components.cell_settings import CellSettings
from lstm import Array
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Watch

pytestmark = pytest.mark.browser

THEMES: tuple[Any, ...] = ("dark", "light")
PULSE = "1,0,0,0,0,0,0,0,0"

# Every time that the card shows from now on, until it has gone back to 0.
TIMES = """() => new Promise((done) => {
    const place = document.querySelector(".lab-back-legend [data-value=t]");
    const seen = [Number(place.value)];
    const look = new MutationObserver(() => {
        const t = Number(place.getAttribute("value"));
        if (t !== seen.at(-1)) seen.push(t);
        if (t === 0) done(seen);
    });
    look.observe(place, { attributes: true });
})"""
# Where the veil of a figure begins and ends, and where its playhead stands.
VEIL = """(name) => {
    const figure = document.querySelector(`[data-figure=${name}]`);
    const box = (part) => figure.querySelector(part).getBoundingClientRect();
    const { left, right } = box(".lab-veil");
    return [left, right, box(".lab-here").left];
}"""
SUM = """([terms, value]) => {
    const card = document.querySelector(".lab-card-back");
    const read = (name) => Number(card.querySelector(`[data-part=${name}]`).getAttribute("value"));
    return terms.reduce((sum, name) => sum + read(name), 0) === read(value);
}"""


def series_of(kind: str, T: int) -> dict[str, Array]:
    """Look back from T over the pulse, with the kind's own numbers, without the page."""
    inputs = tuple(float(x) for x in PULSE.split(","))
    settings = CellSettings(inputs, dict(KINDS[kind].defaults), separate=False, kind=kind)
    return backward_series(settings, T)


def card(lab: "Lab") -> Locator:
    return lab.region("Look back")


def button(lab: "Lab", name: str) -> Locator:
    return card(lab).get_by_role("button", name=name, exact=True)


def from_step(lab: "Lab", T: int) -> None:
    """Expect it to look back from a step, in words, numbers and figure."""
    expect(card(lab).locator("[data-value=back_t]")).to_have_attribute("value", str(T))
    lab.until(
        """(T) => document.querySelector("[data-figure=back] .js-plotly-plot")
            ?.layout.shapes[0].x0 === T""",
        T,
    )


def shows(lab: "Lab", series: dict[str, Array], t: int) -> None:
    """Expect every live number of the card to be that of the engine, to the last bit."""
    for place in card(lab).locator(".lab-back-legend data[data-value]").all():
        name = place.get_attribute("data-value") or ""
        shown = place.get_attribute("value")
        if name != "t":
            assert (
                shown == ""
                if series[name][t] != series[name][t]
                else (float(shown or "nan") == series[name][t])
            ), name


def test_a_reader_looks_back_plays_backwards_and_finds_it_again_by_the_link(
    lab: "Lab", watch: "Watch"
) -> None:
    lab.open(x=PULSE, t=3)
    opener = lab.button("Look back")
    expect(card(lab)).to_have_count(0)
    with lab.page.expect_request("**/_dash-update-component*") as asked:
        opener.click()
    sent = json.loads(asked.value.post_data or "")["inputs"][0]["value"]
    assert sent["back"] == {"t": None}
    expect(opener).to_have_attribute("aria-pressed", "true")
    from_step(lab, 9)
    expect(card(lab)).to_contain_text("Of C(9), 0.44 % of what stood at t = 1 still counts")
    shows(lab, series_of("lstm", 9), 3)

    # The terms of the worked step are the value shown, added as a reader would.
    for t in (3, 0, 8):
        lab.go(t)
        assert lab.page.evaluate(SUM, [["c_c", "c_h"], "dl_dc"])
        assert lab.page.evaluate(SUM, [["h_above", "h_i", "h_f", "h_g", "h_o"], "dl_dh"])

    # Another step, by a click in the figure and by its button.
    ground = lab.figure("back").locator(".nsewdrag").first
    ground.scroll_into_view_if_needed()
    box = ground.bounding_box()
    assert box is not None
    x = box["x"] + box["width"] * (5 + 0.25) / 9.5
    lab.page.mouse.click(x, box["y"] + 20)
    from_step(lab, 5)
    lab.page.mouse.move(x - box["width"] / 9.5, box["y"] + 30)
    expect(lab.page.get_by_role("tooltip")).to_contain_text("T = 5, t = 4")
    lab.go(7)
    button(lab, "from here").click()
    from_step(lab, 7)
    lab.go(2)
    shows(lab, series_of("lstm", 7), 2)

    # Backwards over every step, with no request; what is before t lies under the veil.
    lab.speed.select_option("150")
    before = len(watch.requests)
    lab.page.evaluate(f"() => {{ window.seen = ({TIMES})(); }}")
    button(lab, "Play backwards").click()
    assert lab.page.evaluate("() => window.seen") == [2, 7, 6, 5, 4, 3, 2, 1, 0]
    lab.at(0, "Ready")
    assert len(watch.requests) == before
    lab.go(4)
    for name in ("back", "traces"):
        left, right, here = lab.page.evaluate(VEIL, name)
        assert left < here
        assert abs(right - here) <= 2

    # As forward, it can be paused and goes on; Play is forward again.
    lab.speed.select_option("400")
    button(lab, "Play backwards").click()
    lab.status("Playing")
    lab.button("Pause").click()
    lab.status("Paused")
    assert lab.number("t") < 5  # on from 4, not from T
    expect(button(lab, "Play backwards")).to_have_attribute("aria-pressed", "false")
    lab.button("Reset").click()
    left, right, here = lab.page.evaluate(VEIL, "traces")
    assert abs(left - here) <= 2

    # Magnitudes on a logarithmic axis, and all of it in the link.
    button(lab, "log").click()
    lab.until(
        """() => {
            const { data, _fullLayout } = document
                .querySelector("[data-figure=back] .js-plotly-plot");
            return _fullLayout.yaxis.type === "log" &&
                data.every(({ y }) => y.every((value) => value === null || value > 0));
        }"""
    )
    lab.until("() => /back=7/.test(location.hash) && /back_log=1/.test(location.hash)")
    lab.page.evaluate("() => localStorage.clear()")
    lab.page.reload()
    lab.ready()
    from_step(lab, 7)
    expect(button(lab, "log")).to_have_attribute("aria-pressed", "true")
    lab.button("Export").click()
    expect(lab.page.locator(".lab-export")).to_contain_text("Look back")
    lab.page.keyboard.press("Escape")
    lab.button("Look back").click()
    expect(card(lab)).to_be_hidden()
    lab.until("() => !/back=/.test(location.hash)")
    assert "back" not in parse_qs(urlsplit(lab.page.url).fragment)


def test_other_kinds_of_cell_and_both_themes_at_both_widths(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2, kind="gru", back=6)
    from_step(lab, 6)
    shows(lab, series_of("gru", 6), 2)
    lab.page.set_viewport_size({"width": 390, "height": 844})
    for scheme in THEMES:
        lab.page.emulate_media(color_scheme=scheme)
        assert violations(lab.page) == []
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    lab.page.set_viewport_size({"width": 1440, "height": 900})
    lab.page.get_by_role("combobox", name="Cell kind", exact=True).select_option("rnn")
    expect(card(lab)).to_contain_text("each step back multiplies by (1 − h²)·W_hidden")
    from_step(lab, 6)
    shows(lab, series_of("rnn", 6), 2)
    for scheme in THEMES[::-1]:
        lab.page.emulate_media(color_scheme=scheme)
        assert violations(lab.page) == []
