"""Two settings side by side: what a newcomer does, and what stays exact."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

PULSE = "1, 0, 0, 0, 0, 0, 0, 0, 0"
Run = dict[str, np.ndarray[Any, Any]]


class Compared:
    """Both settings of the page and their difference, found by the names that stay put."""

    def __init__(self, lab: "Lab") -> None:
        self.lab = lab
        self.a = self.region("Setting A")
        self.b = self.region("Setting B")
        self.difference = self.region("Difference")

    def region(self, name: str) -> Locator:
        """Find a setting or the difference."""
        return self.lab.page.get_by_role("region", name=name, exact=True)

    def press(self, name: str) -> None:
        """Press a button that the page has once."""
        self.lab.page.get_by_role("button", name=name, exact=True).click()

    def ready(self) -> None:
        """Wait until both settings and their difference are shown."""
        for root in (self.a, self.b, self.difference):
            expect(root).to_have_attribute("data-ready", "")

    def field(self, setting: Locator, symbol: str) -> Locator:
        """Find a number field of a setting."""
        return setting.get_by_role("textbox", name=f"Exact {symbol}", exact=True)

    def slider(self, setting: Locator, symbol: str) -> Locator:
        """Find the slider beside it."""
        return setting.locator(f".lab-slider[data-quantity='{symbol}'] input[type=range]")

    def kind(self, setting: Locator) -> Locator:
        """Find the kind of cell of a setting."""
        return setting.get_by_role("combobox", name="Cell kind", exact=True)

    def reading(self, setting: Locator, name: str) -> Locator:
        """Find a live number of a setting."""
        readings = setting.get_by_role("group", name="Readings", exact=True)
        return readings.locator(f"data[data-value='{name}']")

    def says(self, first: str, gap: float | None = None, at: int = 0) -> None:
        """Expect the words on the difference, with the exact numbers behind them."""
        expect(self.difference.locator(".lab-says")).to_contain_text(first)
        if gap is None:
            return
        number = self.difference.locator("data[data-value=largest_gap]")
        expect(number).to_have_attribute("value", str(gap))
        expect(self.difference.locator(".lab-says")).to_contain_text(f"at t = {at}")

    def shows(self, setting: Locator, run: Run, t: int, names: str = "chy") -> None:
        """Expect the readings of a setting to be a run's, to the last bit."""
        for name in names:
            expect(self.reading(setting, name)).to_have_attribute("value", js(run[name][t]))


def js(value: float) -> str:
    """Write a number as the browser does, where the two do not differ in form."""
    return repr(float(value)).removesuffix(".0")


def run_of(kind: str = "lstm", sequence: str = PULSE, **numbers: str) -> Run:
    shown = {name: str(value) for name, value in KINDS[kind].defaults.items()} | numbers
    payload = {"kind": kind, "sequence": sequence, "separate": False, "numbers": shown}
    return timeline(CellSettings.read(payload))


def axe_finds_nothing(page: Compared) -> None:
    assert violations(page.lab.page) == []


def test_a_newcomer_compares_two_forget_biases_on_one_pulse(lab: "Lab") -> None:
    lab.leave()
    lab.page.goto(lab.url)
    page = Compared(lab)
    compare = lab.page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_have_attribute("aria-pressed", "false")
    compare.click()  # however early
    page.ready()
    expect(compare).to_have_attribute("aria-pressed", "true")
    page.says("No difference yet. Change a slider in B.")
    page.field(page.b, "b_f").fill("3")
    one, other = run_of(), run_of(b_f="3")
    gaps = np.abs(one["c"] - other["c"])
    first = page.difference.locator("data[data-value=first_difference]")
    expect(first).to_have_attribute("value", str(int(np.argmax(gaps > 0))))
    page.says("C first differs at t = 2. Largest gap of C: ", gaps.max(), int(gaps.argmax()))
    halves = [np.median(np.log(0.5) / np.log(run["f"][1:])) for run in (one, other)]
    page.says(f"Half-life A {halves[0]:.1f} steps, B {halves[1]:.1f} steps.")
    expect(page.b.locator(".lab-side")).to_contain_text("b_f 3")
    # All of it is in view at once.
    for what in (page.slider(page.b, "b_f"), page.a.locator("[data-diagram]")):
        expect(what).to_be_in_viewport(ratio=1)
    expect(page.difference.locator(".lab-figure")).to_be_in_viewport(ratio=0.99)
    # One transport for both, wherever the focus is: a click in a strip goes to its step.
    strip = page.difference.locator(".nsewdrag").first
    box = strip.bounding_box()
    assert box is not None
    strip.click(position={"x": box["width"] / 4, "y": 20})
    expect(page.reading(page.b, "t")).to_have_attribute("value", "2")
    lab.page.evaluate("() => document.activeElement.blur()")
    for _ in range(2):
        lab.page.keyboard.press("ArrowRight")
    page.shows(page.a, one, 4)
    page.shows(page.b, other, 4)
    beside = page.difference.locator("data[data-part=c_b]")
    expect(beside).to_have_attribute("value", js(other["c"][4]))
    # From the header of one a keyboard goes on to the other, and to what differs.
    lab.page.get_by_role("button", name="Skip to Setting B").press("Enter")
    expect(page.b.locator(".lab-side")).to_be_focused()
    lab.page.keyboard.press("Tab")
    expect(page.b.get_by_role("button", name="Skip to Difference")).to_be_in_viewport(ratio=1)
    lab.page.keyboard.press("Enter")
    expect(page.difference).to_be_focused()
    axe_finds_nothing(page)
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.page.emulate_media(color_scheme="light")
    for root in (page.a.locator("[data-diagram]"), page.b, page.difference):
        assert lab.page.evaluate("() => document.documentElement.scrollWidth") == 390
        root.first.scroll_into_view_if_needed()
    axe_finds_nothing(page)
    # Again pressed, B is gone and A as it was.
    compare.click()
    expect(page.b).to_have_count(0)
    expect(lab.region("Readings")).to_be_visible()
    lab.at(4, "Paused")
    assert lab.number("c") == one["c"][4]


def test_settings_of_two_kinds_are_swapped_copied_linked_and_restored(lab: "Lab") -> None:
    sequence, exact = "1,0.5,-2,0,0.25", "0.30000000000000004"
    link = {"v": 2, "x": sequence, "b_f": exact, "t": 3, "B.kind": "gru", "B.b_z": "1.7"}
    lab.leave()
    lab.page.goto(f"{lab.url}#{urlencode(link | {'D.show': 'h,y', 'D.gap': 'y'}, safe=',')}")
    page = Compared(lab)
    page.ready()
    one, other = run_of(sequence=sequence, b_f=exact), run_of("gru", sequence, b_z="1.7")
    gap = np.abs(one["y"] - other["y"])
    page.says("y first differs at t = 1. Largest gap of y: ", gap.max(), int(gap.argmax()))
    page.shows(page.a, one, 3)
    page.shows(page.b, other, 3, "hy")
    page.press("Swap A ↔ B")
    expect(page.kind(page.a)).to_have_value("gru")
    expect(page.kind(page.b)).to_have_value("lstm")
    page.shows(page.a, other, 3, "hy")
    page.shows(page.b, one, 3)
    lab.until("() => location.hash.includes('&kind=gru') && location.hash.includes('&B.b_f=0.3')")
    lab.page.reload()
    page.ready()
    page.shows(page.a, other, 3, "hy")
    page.shows(page.b, one, 3)
    strips = page.difference.get_by_role("group", name="Quantities")
    for name, on in (("hidden h", "true"), ("output y", "true"), ("cell C", "false")):
        chip = strips.get_by_role("button", name=name, exact=True)
        expect(chip).to_have_attribute("aria-pressed", on)
    expect(page.difference.get_by_label("Gap of")).to_have_value("y")
    # Copied, nothing differs; what is set in one is not set in the other …
    page.press("Copy A → B")
    page.says("No difference yet.")
    page.shows(page.b, other, 3, "hy")
    page.slider(page.a, "b_r").press("ArrowRight")
    page.says("y first differs at t = ")
    expect(page.field(page.a, "b_r")).to_have_value("0.10")
    expect(page.field(page.b, "b_r")).to_have_value("0.00")
    # … until the sliders are linked, by keyboard as by typing.
    page.press("link sliders")
    page.slider(page.a, "b_r").press("ArrowRight")
    expect(page.field(page.b, "b_r")).to_have_value("0.20")
    page.says("No difference yet.")
    page.field(page.b, "W_n").fill("-1.25")
    expect(page.field(page.a, "W_n")).to_have_value("-1.25")
    page.says("No difference yet.")
    # The input is that of both.
    lab.sequence.fill("1, 1")
    both = run_of("gru", "1, 1", b_z="1.7", b_r="0.2", W_n="-1.25", U_n="-1.25")
    expect(lab.time).to_have_attribute("max", "2")
    lab.time.fill("2")
    page.shows(page.a, both, 2, "hy")
    page.shows(page.b, both, 2, "hy")
    page.says("No difference yet.")
