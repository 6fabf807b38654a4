"""How the Network page looks and is reached: room, themes, axe, keyboard, touch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations, violations_in_all_looks

if TYPE_CHECKING:
    from tests.browser.conftest import Network

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
REGIONS = (
    "Gate heat maps",
    "Cell state",
    "Hidden state",
    "Architecture",
    "Readings",
    "Unit",
    "Saturation",
)
LARGE: dict[str, Any] = {
    "m": "new",
    "size": 64,
    "layers": 3,
    "text": "over the hills and far away " * 3,
}

# Every control that can be seen and used, by its place in the page.
CONTROLS = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }))
    .map((one) => [...document.querySelectorAll("*")].indexOf(one) + " " +
        (one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 30)))"""

FOCUSED = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const seen = (element) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    };
    return {
        name: [...document.querySelectorAll("*")].indexOf(one) + " " +
            (one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 30)),
        seen: seen(one) || seen(one.closest("label") ?? one),
    };
}"""


def test_axe_finds_nothing(network: "Network") -> None:
    network.open(t=9)
    assert violations_in_all_looks(network.page) == []
    network.open(**{**LARGE, "t": 3})
    assert violations_in_all_looks(network.page) == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_in_the_export_menu_nor_in_a_message(
    network: "Network", scheme: Any
) -> None:
    network.page.emulate_media(color_scheme=scheme)
    network.open()
    network.button("Export").click()
    expect(network.page.get_by_role("group", name="Export", exact=True)).to_be_visible()
    assert violations(network.page) == []
    network.page.keyboard.press("Escape")
    network.text.fill("")
    network.text.blur()
    expect(network.alert).to_be_visible()
    assert violations(network.page) == []


@pytest.mark.parametrize("state", [{}, LARGE], ids=["by hand", "large"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_on_a_desk_all_panels_are_in_view(
    network: "Network", state: dict[str, Any], scheme: Any
) -> None:
    network.page.emulate_media(color_scheme=scheme)
    network.open(**{**state, **({"t": 9} if state else {})})
    expect(network.page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    assert network.page.evaluate(
        """() => [document.documentElement.scrollHeight - innerHeight,
            document.documentElement.scrollWidth - innerWidth]"""
    ) == [0, 0]
    for name in (*REGIONS, *(["Whole stack"] if state else [])):
        box = network.region(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= WIDE["width"], name
        assert box["y"] + box["height"] <= WIDE["height"], name
        # Nothing of it is cut off, or must be scrolled to inside of it.
        cut = network.region(name).evaluate(
            """(region) => [region, ...region.querySelectorAll(".lab-card-body")]
                .map((one) => one.scrollHeight - one.clientHeight)"""
        )
        assert max(cut) <= 1, name


def test_nothing_jumps_while_the_time_moves(network: "Network") -> None:
    network.open()
    boxes = [network.region(name).bounding_box() for name in REGIONS]
    for t in (1, 2, 13, 30, 38):
        network.go(t)
        assert [network.region(name).bounding_box() for name in REGIONS] == boxes, t


@pytest.mark.parametrize("state", [{}, LARGE], ids=["by hand", "large"])
def test_on_a_phone_nothing_overflows_sideways_and_a_tap_goes_there(
    open_network: Callable[..., "Network"], state: dict[str, Any]
) -> None:
    phone = open_network(viewport=NARROW, has_touch=True, is_mobile=True)
    phone.open(**state)
    overflow = "() => document.documentElement.scrollWidth - innerWidth"
    assert phone.page.evaluate(overflow) <= 0
    for name in REGIONS:
        box = phone.region(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW["width"], name
    phone.page.touchscreen.tap(*phone.cell("heatmaps", 2, 7, 3))
    phone.at(7, "Paused")
    phone.button("Step forward").tap()
    phone.at(8, "Paused")
    assert phone.page.evaluate(overflow) <= 0


@pytest.mark.parametrize("state", [{}, LARGE], ids=["by hand", "large"])
def test_every_control_is_reached_by_tab_and_its_focus_is_seen(
    network: "Network", state: dict[str, Any]
) -> None:
    network.open(**state)
    wanted = network.page.evaluate(CONTROLS)
    network.page.evaluate("() => document.activeElement.blur()")
    reached = []
    for _ in range(len(wanted) + 5):
        network.page.keyboard.press("Tab")
        here = network.page.evaluate(FOCUSED)
        if here is None or here["name"] in reached:
            break
        reached.append(here["name"])
        assert here["seen"], here["name"]
    assert [name for name in wanted if name not in reached] == []


def test_the_page_is_used_with_the_keyboard_alone(network: "Network") -> None:
    network.open()
    keyboard = network.page.keyboard
    network.choice("Model").focus()
    keyboard.press("ArrowUp")
    network.runs("1 layer of 16 units")
    network.button("Quotes").focus()
    keyboard.press("Enter")
    network.runs("1 layer of 6 units")
    network.tokens(41)
    network.button("Step forward").focus()
    keyboard.press("Space")
    network.at(1, "Paused")
    network.pinned.focus()
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    expect(network.region("Unit")).to_contain_text("Unit 4:")


def test_folded_panels_are_remembered_and_give_their_room(network: "Network") -> None:
    network.open()
    before = network.area("heatmaps")
    network.button("Fold Cell state").click()
    network.until(
        """(height) => document.querySelector("[data-figure=heatmaps] .draglayer .xy .nsewdrag")
            .getBoundingClientRect().height > height""",
        before["height"],
    )
    network.page.reload()
    expect(network.button("Unfold Cell state")).to_have_attribute("aria-expanded", "false")
