"""How the page looks and how it is reached: axe, room, memory of choices, explanations."""

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations, violations_in_all_looks

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
REGIONS = ("Cell diagram", "Unrolled network", "Traces", "Worked step", "Readings")
PULSE = "1,0,0,0,0,0,0,0,0"


def test_axe_finds_nothing(lab: "Lab") -> None:
    lab.open()
    assert violations_in_all_looks(lab.page) == []
    lab.go(3)
    assert violations_in_all_looks(lab.page) == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_in_the_panel_of_concepts_nor_in_a_message(
    lab: "Lab", scheme: Any
) -> None:
    lab.page.emulate_media(color_scheme=scheme)
    lab.open()
    lab.button("How an LSTM works").click()
    dialog = lab.page.get_by_role("dialog", name="How an LSTM works")
    expect(dialog.get_by_role("heading", name="Try this")).to_be_visible()
    # Half-way through its movement the panel has colours that do not stay.
    expect(dialog).not_to_have_class("showing")
    assert violations(lab.page) == []
    lab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    lab.sequence.fill("1, abc")
    lab.sequence.blur()
    expect(lab.alert).to_be_visible()
    assert violations(lab.page) == []


def test_on_a_desk_everything_that_moves_is_in_view(lab: "Lab") -> None:
    lab.open(x=PULSE, t=4)
    assert lab.page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    for name in REGIONS:
        box = lab.region(name).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= WIDE["height"], name


def test_on_a_phone_nothing_overflows_sideways(lab: "Lab") -> None:
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.open(x=PULSE, t=4)
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_nothing_jumps_while_the_time_moves(lab: "Lab") -> None:
    lab.open(x=PULSE)
    boxes = [lab.region(name).bounding_box() for name in REGIONS]
    for t in range(1, 10):
        lab.go(t)
        assert [lab.region(name).bounding_box() for name in REGIONS] == boxes, t


def test_theme_and_folded_panels_are_remembered(lab: "Lab") -> None:
    lab.open()
    lab.button("Light theme").click()
    lab.button("Fold Traces").click()
    lab.page.reload()
    lab.page.wait_for_selector("[data-view][data-ready]")
    expect(lab.page.locator("html")).to_have_attribute("data-bs-theme", "light")
    expect(lab.button("Unfold Traces")).to_have_attribute("aria-expanded", "false")


def test_pointing_explains_with_today_s_numbers_and_lights_the_path(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.page.locator(".lab-svg .gate[data-quantity=f]").hover()
    tip = lab.page.get_by_role("tooltip")
    expect(tip).to_contain_text("Forget gate")
    expect(tip).to_contain_text("keeps the whole memory")
    assert float(tip.locator("[data-value=f]").get_attribute("value") or "nan") == lab.number("f")
    expect(lab.page.locator(".lab-svg [data-flow=f].lit")).to_have_count(1)
    expect(lab.page.locator(".lab-svg .wire[data-into=g].lit")).to_have_count(0)
    lab.page.keyboard.press("ArrowRight")
    lab.at(3)
    assert float(tip.locator("[data-value=f]").get_attribute("value") or "nan") == lab.number("f")
    lab.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_an_equation_explains_itself_to_the_keyboard(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.region("Worked step").get_by_role("group", name="Cell state").focus()
    expect(lab.page.get_by_role("tooltip")).to_contain_text("long-term memory")


def test_a_number_in_a_formula_lights_the_same_quantity_in_the_diagram(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.region("Worked step").locator(".lab-numbers [data-quantity=c_prev]").first.hover()
    expect(lab.page.locator(".lab-svg .pill[data-quantity=c_prev]")).to_have_class(
        "node pill role-c lit"
    )
