"""The kinds of cell: chosen by keyboard, kept apart, and restored by a link."""

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, expect

from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from components.cell_words import WORDS
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

INPUTS = (1.0, 0.5, -1.0, 0.25)
SCHEMES: tuple[Literal["dark"], Literal["light"]] = ("dark", "light")


def kind_field(lab: "Lab") -> Locator:
    return lab.page.get_by_role("combobox", name="Cell kind", exact=True)


def is_of(lab: "Lab", kind: str) -> None:
    """Expect the page to show a kind of cell: its select, drawing, traces and first answer."""
    expect(kind_field(lab)).to_have_value(kind)
    expect(lab.page.locator(f"[data-cell={kind}][data-ready]")).to_be_attached()
    drawing = lab.page.locator(f"[data-diagram={kind.replace('_', '-')}] svg")
    expect(drawing).to_be_visible()
    lab.until(
        """(lines) => {
            const plot = document.querySelector("[data-figure=traces] .js-plotly-plot");
            const drawn = new Set((plot?._fullData ?? []).map((trace) => trace.meta));
            return drawn.size === lines.length && lines.every((name) => drawn.has(name));
        }""",
        list(WORDS[kind].lines),
    )


def works_out(lab: "Lab", settings: CellSettings, t: int) -> None:
    """Expect every result and number of the worked step to be the engine's, to the bit."""
    lab.at(t)
    known = {name: float(values[t]) for name, values in timeline(settings).items()}
    known |= dict(settings.numbers)
    found: list[list[str]] = lab.page.evaluate(
        """() => [...document.querySelectorAll("[data-card='Worked step'] .lab-equation data")]
            .map((one) => [one.dataset.value ?? one.dataset.part, one.getAttribute("value")])"""
    )
    assert {name for name, _ in found} >= {*WORDS[settings.kind].equations, "x", "h_prev"}
    for name, value in found:
        assert float(value) == known[name], name


def axe_finds_nothing(lab: "Lab") -> None:
    assert violations(lab.page) == []


def test_each_kind_is_chosen_by_keyboard_and_works_out_its_step(lab: "Lab") -> None:
    lab.open(x=",".join(map(str, INPUTS)), W_out="1.7", t=3)
    for number, (kind, known) in enumerate(KINDS.items()):
        if number:
            kind_field(lab).press("ArrowDown")
        is_of(lab, kind)
        if number:
            expect(kind_field(lab)).to_be_focused()
        # What both kinds have is kept: the sequence, the time, and the numbers of the same name.
        works_out(lab, CellSettings(INPUTS, known.defaults | {"W_out": 1.7}, False, kind=kind), 3)
        for equation in WORDS[kind].equations:
            expect(lab.page.locator(f"[data-formula={equation}]")).to_have_text(
                WORDS[kind].quantities[equation].formula
            )
        can_be_separate = bool(known.tied)
        expect(lab.separate).to_be_visible(visible=can_be_separate)
        expect(lab.button("Training")).to_be_enabled(enabled=kind == "lstm")
        lab.page.emulate_media(color_scheme=SCHEMES[number % 2])  # each takes a second
        axe_finds_nothing(lab)


def test_every_kind_keeps_its_own_numbers_while_others_are_looked_at(lab: "Lab") -> None:
    lab.open(x="1,0,0", separate=1, W_f="0.1", U_f="0.3", b_f="2.5", t=2)
    kind_field(lab).select_option("gru")
    is_of(lab, "gru")
    lab.set("W_z", "2")
    lab.set("b_out", "-0.5")
    lab.button("Remember").first.click()
    lab.uses("b_z", "5")
    lab.set("b_n", "0.7")
    kind_field(lab).select_option("rnn")
    is_of(lab, "rnn")
    lab.slider("Hidden weight W_hidden").press("End")
    lab.uses("W_hidden", "1")
    kind_field(lab).select_option("lstm")
    is_of(lab, "lstm")
    fields = ("W_f", "U_f", "b_f", "W_i", "U_i", "W_out", "b_out")
    values = {name: float(lab.field(name).input_value()) for name in fields}
    # The output bias is one number, which all kinds have: the named setting made it 0 again.
    assert values == dict(zip(fields, (0.1, 0.3, 2.5, 0.5, 0.5, 1.0, 0.0), strict=True))
    expect(lab.separate).to_be_checked()
    lab.at(2)
    # Pressing a named setting is of the new view alone, and Random is drawn once.
    lab.button("Integrate").click()
    lab.uses("b_o", "6")
    kind_field(lab).select_option("gru")
    is_of(lab, "gru")
    assert float(lab.field("b_n").input_value()) == 0.7
    assert float(lab.field("W_z").input_value()) == -4
    expect(lab.page.locator(".lab-offcanvas")).to_have_count(0)


@pytest.mark.parametrize("version", [1, 2])
def test_a_link_of_a_gru_restores_it_exactly(lab: "Lab", version: int) -> None:
    numbers = {
        name: (index + 1) * 0.1234567890123456 - 0.7
        for index, name in enumerate(KINDS["gru"].parameters)
    }
    state: dict[str, Any] = {"kind": "gru", "x": "0.1,-2,1e-7,3", "separate": 1, "t": 3}
    lab.open(v=version, **state, **{name: repr(value) for name, value in numbers.items()})
    is_of(lab, "gru")
    settings = CellSettings((0.1, -2.0, 1e-7, 3.0), numbers, True, kind="gru")
    works_out(lab, settings, 3)
    # And what the address says then opens as the same.
    lab.until("() => location.hash.includes('kind=gru')")
    address = lab.page.url
    lab.leave()
    lab.page.goto(address)
    is_of(lab, "gru")
    works_out(lab, settings, 3)


def test_a_link_of_another_kind_in_the_same_tab_and_one_that_is_not_there(lab: "Lab") -> None:
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.open(x="1,0", t=1)

    def follow(**state: Any) -> None:
        lab.page.evaluate("(link) => { location.hash = link; }", urlencode({"v": 1, **state}))

    follow(kind="rnn", x="1,0,0", W_hidden="0.25", t=2)
    is_of(lab, "rnn")
    works_out(
        lab,
        CellSettings(
            (1.0, 0.0, 0.0), KINDS["rnn"].defaults | {"W_hidden": 0.25}, False, kind="rnn"
        ),
        2,
    )
    follow(kind="elman", x="1,0,0,0", t=1)
    expect(lab.time).to_have_attribute("max", "4")
    # The answer to the rest of the link leaves it standing.
    expect(lab.alert).to_contain_text("'elman', which is not there. There are LSTM, LSTM without")
    follow(x="1,0", t=2)
    is_of(lab, "lstm")
    lab.at(2)
    # On a narrow screen the select stays under the finger that chose with it.
    field = kind_field(lab)
    field.scroll_into_view_if_needed()
    field.focus()
    before = field.bounding_box()
    field.select_option("peephole")
    is_of(lab, "peephole")
    after = kind_field(lab).bounding_box()
    assert before
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=2)
    room = lab.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert room[0] <= room[1]
