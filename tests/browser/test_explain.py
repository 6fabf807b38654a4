"""Every symbol explains itself, by mouse and by keyboard, with today's numbers."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

STATE = "1,-0.5,0.25"
# Name, formula, and what stands in the sentence, for every node of the drawing.
NODES = {
    "Input x(t)": ("", "sequence"),
    "Previous hidden state h(t−1)": ("", "said last"),
    "Previous cell state C(t−1)": ("", "memory"),
    "Forget gate f(t)": ("f = σ(W_f·[h(t−1), x(t)] + b_f)", "wipes"),
    "Input gate i(t)": ("i = σ(W_i·[h(t−1), x(t)] + b_i)", "written"),
    "Candidate C̃(t)": ("C̃ = tanh(W_C·[h(t−1), x(t)] + b_C)", "−1 to 1"),
    "Output gate o(t)": ("o = σ(W_o·[h(t−1), x(t)] + b_o)", "shown"),
    "Kept memory f·C(t−1)": ("f·C(t−1)", "forget gate"),
    "Written memory i·C̃": ("i·C̃", "candidate"),
    "Cell state C(t)": ("C = f·C(t−1) + i·C̃", "kept"),
    "Squashed cell state tanh C(t)": ("tanh(C)", "−1 and 1"),
    "Hidden state h(t)": ("h = o·tanh(C)", "says"),
    "Output y(t)": ("y = W_out·h + b_out", "network"),
}
WEIGHTS = ("W_f", "b_f", "W_i", "b_i", "W_C", "b_C", "W_o", "b_o", "W_out", "b_out")


def node(lab: "Lab", name: str) -> Locator:
    return lab.region("Cell diagram").get_by_role("img", name=name, exact=True).first


def tip(lab: "Lab") -> Locator:
    return lab.page.get_by_role("tooltip")


def four(value: float) -> str:
    return f"{value:.4f}".replace("-", "−")


def test_every_node_explains_itself_under_the_mouse(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    for name, (formula, says) in NODES.items():
        node(lab, name).hover()
        expect(tip(lab)).to_contain_text(name)
        expect(tip(lab)).to_contain_text(formula)
        expect(tip(lab)).to_contain_text(says)
        expect(tip(lab)).to_be_in_viewport(ratio=1)


def test_every_node_and_weight_explains_itself_to_the_keyboard(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    places = lab.region("Cell diagram").locator("svg [tabindex='0']")
    explained = []
    places.first.focus()
    for k in range(places.count()):
        expect(places.nth(k)).to_be_focused()
        expect(tip(lab)).to_be_visible()
        name = places.nth(k).get_attribute("aria-label")
        assert name is not None
        expect(tip(lab)).to_contain_text(name)
        described = tip(lab).get_attribute("id")
        expect(places.nth(k)).to_have_attribute("aria-describedby", str(described))
        explained.append(name)
        lab.page.keyboard.press("Tab")
    assert set(explained) == {*NODES, *WEIGHTS}


def test_an_explanation_has_today_s_operands(lab: "Lab") -> None:
    lab.open(x=STATE, W_f="2", b_f="-1", t=2)
    h_prev, f, c_prev = (four(lab.number(name)) for name in ("h_prev", "f", "c_prev"))
    node(lab, "Forget gate f(t)").hover()
    expect(tip(lab)).to_contain_text(f"σ(2.0000·({h_prev} + −0.5000) + −1.0000) = {f}")
    node(lab, "Kept memory f·C(t−1)").hover()
    keep = four(lab.number("f") * lab.number("c_prev"))
    expect(tip(lab)).to_contain_text(f"{f}·{c_prev} = {keep}")


def test_the_numbers_of_an_open_explanation_follow_the_time(lab: "Lab") -> None:
    lab.open(x=STATE, t=1)
    node(lab, "Hidden state h(t)").focus()
    for t in (2, 3):
        lab.page.keyboard.press("ArrowRight")
        lab.at(t)
        expect(tip(lab)).to_contain_text(f"= {four(lab.number('h'))}")
    lab.page.keyboard.press("Home")
    lab.at(0)
    expect(tip(lab)).to_contain_text("= 0.0000")


def test_the_numbers_of_an_open_explanation_follow_a_weight(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    node(lab, "Forget gate f(t)").hover()
    expect(tip(lab)).to_contain_text("0.5000·")
    lab.slider("Forget gate weight W_f").evaluate("(slider) => slider.focus()")
    node(lab, "Forget gate f(t)").hover()
    lab.page.keyboard.press("ArrowRight")
    lab.uses("W_f", "0.55")
    node(lab, "Input gate i(t)").hover()
    node(lab, "Forget gate f(t)").hover()
    expect(tip(lab)).to_contain_text(f"0.5500·({four(lab.number('h_prev'))} + −0.5000)")


def test_separate_weights_are_explained_as_such(lab: "Lab") -> None:
    lab.open(x=STATE, separate=1, U_f="3", t=2)
    node(lab, "Forget gate f(t)").hover()
    expect(tip(lab)).to_contain_text("W_f·x(t) + U_f·h(t−1) + b_f")
    expect(tip(lab)).to_contain_text("3.0000·")
    node(lab, "U_f").hover()
    expect(tip(lab)).to_contain_text("recurrent weight U_f")


def test_escape_hides_an_explanation_and_so_does_leaving(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    node(lab, "Forget gate f(t)").hover()
    expect(tip(lab)).to_be_visible()
    lab.page.keyboard.press("Escape")
    expect(tip(lab)).to_be_hidden()
    expect(lab.page.locator(".lit")).to_have_count(0)
    node(lab, "Output gate o(t)").hover()
    expect(tip(lab)).to_be_visible()
    lab.page.mouse.move(5, 5)
    expect(tip(lab)).to_be_hidden()
    expect(lab.page.locator(".lit")).to_have_count(0)
    node(lab, "Output gate o(t)").focus()
    expect(tip(lab)).to_be_visible()
    lab.button("Play").focus()
    expect(tip(lab)).to_be_hidden()


def test_the_mouse_can_reach_the_explanation_itself(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    node(lab, "Output gate o(t)").focus()
    expect(tip(lab)).to_be_visible()
    tip(lab).hover()
    expect(tip(lab)).to_be_visible()
    expect(tip(lab)).to_contain_text("Output gate o(t)")


def test_pointing_at_a_gate_lights_its_path(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    node(lab, "Forget gate f(t)").hover()
    diagram = lab.region("Cell diagram")
    for quantity in ("f", "x", "h_prev"):
        expect(diagram.locator(f".node[data-quantity={quantity}].lit")).not_to_have_count(0)
    for quantity in ("o", "g", "i", "y"):
        expect(diagram.locator(f".node[data-quantity={quantity}].lit")).to_have_count(0)
    expect(diagram.locator(".wire[data-flow=f].lit")).to_have_count(1)
    expect(diagram.locator(".wire[data-flow=x][data-into=f].lit")).to_have_count(1)
    expect(diagram.locator(".wire[data-flow=x][data-into=o].lit")).to_have_count(0)
    expect(lab.region("Worked step").locator("[data-quantity=f].lit").first).to_be_visible()
    expect(lab.region("Readings").locator("[data-quantity=f].lit").first).to_be_visible()


@pytest.mark.parametrize(
    ("number", "lights"),
    [("[data-worked=c] data[data-value=f]", "f"), ("[data-worked=h] data[data-value=c]", "c")],
)
def test_pointing_at_a_number_of_the_worked_step_lights_it_in_the_diagram(
    lab: "Lab", number: str, lights: str
) -> None:
    lab.open(x=STATE, t=2)
    lab.region("Worked step").locator(number).hover()
    lit = lab.region("Cell diagram").locator(f".node[data-quantity={lights}].lit")
    expect(lit.first).to_be_visible()
    expect(tip(lab)).to_be_visible()
    box, around = tip(lab).bounding_box(), lab.region("Cell diagram").bounding_box()
    assert box is not None
    assert around is not None
    lab.page.mouse.move(5, 5)
    expect(lit).to_have_count(0)


def test_pointing_at_a_slider_lights_its_weight_in_the_diagram(lab: "Lab") -> None:
    lab.open(x=STATE, t=2)
    lab.slider("Input gate weight W_i").hover()
    lit = lab.region("Cell diagram").locator("svg [data-quantity=W_i].lit")
    expect(lit).to_have_count(2)
    lab.slider("Input gate weight W_i").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.uses("W_i", "0.55")
    expect(lit).to_have_count(2)


def test_the_diagram_s_strengths_follow_the_values(lab: "Lab") -> None:
    lab.open(x="1,0,0,-1", b_f="1", t=1)

    def level(selector: str) -> float:
        style = lab.region("Cell diagram").locator(selector).first.get_attribute("style")
        assert style is not None
        return float(style.split("--level:")[1].split(";")[0])

    assert level(".node[data-quantity=f]") == pytest.approx(lab.number("f"), abs=1e-3)
    assert level(".wire[data-flow=f]") == pytest.approx(lab.number("f"), abs=1e-3)
    assert level(".node.pill[data-quantity=x]") == 1
    before = level(".node.pill[data-quantity=c]")
    lab.go(3)
    assert level(".node.pill[data-quantity=c]") < before
    assert level(".node.pill[data-quantity=x]") == 0
    lab.go(4)
    assert lab.number("g") < 0
    candidate = lab.region("Cell diagram").locator(".node[data-quantity=g]")
    assert "negative" in str(candidate.get_attribute("class"))
    lab.go(0)
    assert level(".node[data-quantity=f]") == 0
