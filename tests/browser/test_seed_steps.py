"""The ten steps of the seed's usage example, by mouse alone and by keyboard alone."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

LIVE = ("t", "x", "f", "i", "g", "o", "c", "h", "y")
LINES = ("input x", "cell C", "hidden h", "output y", "forget f", "input gate i", "output gate o")


class Mouse:
    """A hand that clicks."""

    def press(self, place: Locator) -> None:
        """Press a control."""
        place.click()


class Keys:
    """Hands that never leave the keyboard."""

    def __init__(self) -> None:
        self._reached: set[str] = set()

    def press(self, place: Locator) -> None:
        """Go to a control, and press it."""
        self.go_to(place)
        place.page.keyboard.press("Enter")

    def go_to(self, place: Locator) -> None:
        """Press Tab until a control has the focus; where it came once, it comes again."""
        if str(place) in self._reached:
            place.focus()
            return
        wanted = place.element_handle()
        for _ in range(150):
            if wanted.evaluate("(element) => element === document.activeElement"):
                self._reached.add(str(place))
                return
            place.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {place}")


@pytest.mark.parametrize("hand", [Mouse, Keys])
def test_the_ten_steps_of_the_usage_example(lab: "Lab", hand: type[Mouse | Keys]) -> None:
    keyboard = lab.page.keyboard
    used = hand()
    press = used.press

    def type_sequence(text: str) -> None:
        if isinstance(used, Keys):
            used.go_to(lab.sequence)
        else:
            lab.sequence.click(click_count=3)
        keyboard.press("Control+A")
        keyboard.type(text)
        lab.shows_sequence([float(value) for value in text.split(",")])

    def move_slider(name: str, key: str, value: str) -> None:
        slider = lab.slider(name)
        if isinstance(used, Keys):
            used.go_to(slider)
            keyboard.press(key)
        else:
            box = slider.bounding_box()
            assert box is not None
            end = {"End": box["width"] - 7.5, "Home": 7.5}[key]
            slider.click(position={"x": end, "y": box["height"] / 2})
        lab.uses(name.split()[-1], value)

    # 1. Initial state: diagram, graph, calculation, everything at zero.
    lab.open()
    lab.at(0, "Ready")
    assert (lab.number("c"), lab.number("h")) == (0, 0)
    for name in ("Cell diagram", "Traces", "Worked step"):
        expect(lab.region(name)).to_be_visible()

    # 2. An input sequence.
    type_sequence("1, 0, 0, 0, 0")
    lab.at(0, "Ready")

    # 3. Step forward, and watch every quantity, the calculation and the graph.
    c = []
    for t in range(1, 6):
        press(lab.button("Step forward"))
        lab.at(t)
        assert lab.number("x") == (1 if t == 1 else 0)
        for name in LIVE:
            assert lab.read(name) != ""
            expect(lab.reading(name)).to_be_visible()
        c.append(lab.number("c"))
    lab.status("Complete")
    assert c == sorted(c, reverse=True)
    assert c[-1] > 0

    # 4. The gates' weights; reset and replay with each.
    kept = []
    for key, value in (("End", "4"), ("Home", "-4")):
        move_slider("Forget gate weight W_f", key, value)
        press(lab.button("Reset"))
        lab.at(0, "Ready")
        press(lab.button("Step forward"))
        press(lab.button("Step forward"))
        lab.at(2)
        kept.append(lab.number("f"))
    assert kept[0] > kept[1]
    for name, gate in (("Input gate weight W_i", "i"), ("Output gate weight W_o", "o")):
        press(lab.button("Defaults"))
        lab.uses("W_f", "0.5")
        press(lab.button("Reset"))
        press(lab.button("Step forward"))
        lab.at(1)
        before = lab.number(gate)
        move_slider(name, "End", "4")
        assert lab.number(gate) > before
    press(lab.button("Defaults"))
    lab.uses("W_o", "0.5")

    # 5. Play, pause to look, play on to the end.
    press(lab.button("Reset"))
    press(lab.button("Play"))
    lab.until("() => Number(document.querySelector('.lab-time').value) >= 1")
    press(lab.button("Pause"))
    lab.status("Paused")
    assert 0 < int(lab.read("t")) < 5
    press(lab.button("Play"))
    lab.at(5, "Complete")

    # 6. and 7. Cell state, hidden state and gates as lines that can be told apart.
    legend = lab.region("Traces").get_by_role("group", name="Lines")
    for line in LINES:
        expect(legend.get_by_role("button", name=line, exact=True)).to_be_visible()
    press(legend.get_by_role("button", name="input x", exact=True))
    press(legend.get_by_role("button", name="input x", exact=True))

    # 8. Every equation with today's numbers.
    worked = lab.region("Worked step")
    for name in ("f", "i", "g", "c", "o", "h", "y"):
        expect(worked.locator(f"[data-formula={name}]")).to_be_visible()
        expect(worked.locator(f"[data-worked={name}] data").first).to_be_visible()
        expect(worked.locator(f"[data-worked={name}]")).not_to_contain_text("–")

    # 9. Other sequences.
    type_sequence("1, 1, 1, 0, 0")
    rising = []
    for t in (1, 2, 3):
        press(lab.button("Step forward"))
        lab.at(t)
        rising.append(lab.number("c"))
    assert rising == sorted(rising)
    type_sequence("1, 0, 1, 0, 1")
    press(lab.button("Late pulse"))
    lab.at(0, "Ready")
    expect(lab.sequence).to_have_value("0, 0, 0, 1, 0, 0, 0, 0, 0, 0")

    # 10. Reset and explore: what the seed promises, a memory that lasts, is one click away.
    press(lab.region("Settings").get_by_role("button", name="Remember", exact=True))
    lab.uses("b_f", "6")
    press(lab.button("Play"))
    lab.at(10, "Complete")
    assert lab.number("c") > 0.9
    press(lab.button("Reset"))
    lab.at(0, "Ready")
    assert (lab.number("c"), lab.number("h")) == (0, 0)
