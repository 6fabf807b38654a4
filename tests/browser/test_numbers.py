"""Every number on the page against the engine, at every time."""

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from lstm import Layer, Linear, Model, pre_activations, run

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

NAMES = ("t", "x", "f", "i", "g", "o", "c", "h", "y", "c_prev", "h_prev")
LETTERS = {"f": "f", "i": "i", "g": "C", "o": "o"}
SINGLE_PULSE = "1,0,0,0,0,0,0,0,0"
AWKWARD: dict[
    str, Any
] = {  # every parameter another number, many of them out of the sliders' reach
    "separate": 1,
    "W_f": "-1.7",
    "U_f": "0.9",
    "b_f": "2.25",
    "W_i": "0.333333333333",
    "U_i": "-6",
    "b_i": "-0.1",
    "W_C": "5.5",
    "U_C": "1.25",
    "b_C": "0.07",
    "W_o": "-0.6",
    "U_o": "3",
    "b_o": "12",
    "W_out": "-2.5",
    "b_out": "0.125",
}
CASES: dict[str, dict[str, Any]] = {
    "the worked example": {"x": SINGLE_PULSE},
    "negative numbers": {"x": "-1,0.5,-0.25,0,1e-3"},
    "large numbers": {"x": "1000000,-1000000,3", "W_f": "-100", "b_C": "100", "W_out": "100"},
    "tied weights": {"x": "0.3,-0.7,1,1", "W_f": "2", "b_f": "-1", "W_C": "-3", "b_out": "-4"},
    "separate weights": {"x": "1,-1,0.5,0.25,-0.125,2", **AWKWARD},
}

# What stands in every live number of the page, stepping through all times.
ALL_TIMES = """() => {
    const slider = document.querySelector(".lab-time");
    return Array.from({ length: Number(slider.max) + 1 }, (_, t) => {
        slider.value = t;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        return [...document.querySelectorAll("data[data-value]")].map((element) =>
            [element.dataset.value, element.getAttribute("value"), element.textContent]);
    });
}"""


def expected(state: dict[str, Any]) -> dict[str, list[float]]:
    """Run the engine over what a link sets; NaN where a quantity does not exist."""
    x = np.array([float(value) for value in str(state["x"]).split(",")])

    def number(name: str, default: float) -> float:
        return float(state.get(name, default))

    gates = {}
    for gate, letter in LETTERS.items():
        w = number(f"W_{letter}", 0.5)
        u = number(f"U_{letter}", 0.5) if "separate" in state else w
        gates[gate] = (w, u, number(f"b_{letter}", 0))
    decoder = Linear(np.array([[number("W_out", 1)]]), np.array([number("b_out", 0)]))
    model = Model([Layer.scalar(**gates)], decoder)
    result = run(model, x[:, None, None])
    trace = result.layers[0]
    series = {"t": np.arange(len(x) + 1.0)}
    for name in ("x", "f", "i", "g", "o", "c_prev", "h_prev"):
        series[name] = np.append(np.nan, getattr(trace, name))
    for gate, sums in zip("ifgo", pre_activations(model.layers[0], trace), strict=True):
        series[f"a_{gate}"] = np.append(np.nan, sums)
    series["c"] = np.append(0.0, trace.c)
    series["h"] = np.append(0.0, trace.h)
    series["y"] = np.append(decoder.b[0], result.outputs)
    return {name: values.tolist() for name, values in series.items()}


@pytest.mark.parametrize("case", CASES)
def test_every_live_number_is_the_engine_s_at_every_time(lab: "Lab", case: str) -> None:
    state = CASES[case]
    lab.open(**state)
    wanted = expected(state)
    seen = lab.page.evaluate(ALL_TIMES)
    assert len(seen) == len(wanted["t"])
    for t, numbers in enumerate(seen):
        assert {name for name, _, _ in numbers} == {*NAMES, "status"}
        for name, value, shown in numbers:
            if name == "status":
                continue
            want = wanted[name][t]
            if math.isnan(want):
                assert (value, shown) == ("", "–"), f"{name} at t = {t}"
                continue
            assert value.isascii()
            assert float(value) == pytest.approx(want, rel=1e-12, abs=1e-12), f"{name} at t = {t}"
            assert "-" not in re.sub("e-", "", shown), f"{name} at t = {t} shows {shown}"


def test_at_time_zero_there_is_the_initial_state_and_nothing_else(lab: "Lab") -> None:
    lab.open(x="1,0", b_out="0.75")
    assert {name: lab.read(name) for name in NAMES} == {
        "t": "0",
        "c": "0",
        "h": "0",
        "y": "0.75",
        **dict.fromkeys(("x", "f", "i", "g", "o", "c_prev", "h_prev"), ""),
    }
    for name in ("x", "f", "i", "g", "o", "c_prev", "h_prev"):
        expect(lab.reading(name)).to_have_text("–")


def test_the_readings_have_each_live_number_exactly_once(lab: "Lab") -> None:
    lab.open()
    for name in (*NAMES, "status"):
        expect(lab.reading(name)).to_have_count(1)
        expect(lab.reading(name)).to_be_visible()
    expect(lab.region("Readings").locator("data[data-value]")).to_have_count(len(NAMES) + 1)


def test_negative_numbers_have_a_real_minus_sign(lab: "Lab") -> None:
    lab.open(x="-1,0", t=1)
    expect(lab.reading("x")).to_have_text("−1")
    expect(lab.reading("x")).to_have_attribute("value", "-1")
    expect(lab.reading("c")).to_have_text(re.compile(r"^−0\.\d{3}$"))
    everything = lab.page.locator("[data-view]").inner_text()
    assert not re.search(r"-\d", everything.replace("e-", ""))


def test_a_number_that_rounds_to_zero_has_no_sign(lab: "Lab") -> None:
    lab.open(x="-0.0001,0", t=1)
    expect(lab.reading("c")).to_have_text("0.000")
    assert lab.number("c") < 0


def test_the_readings_derive_magnitudes_half_life_and_bars(lab: "Lab") -> None:
    state: dict[str, Any] = {"x": "-1,0.5", "b_f": "2", "t": 2}
    lab.open(**state)
    numbers = {name: values[2] for name, values in expected(state).items()}
    keep, write = numbers["f"] * numbers["c_prev"], numbers["i"] * numbers["g"]
    wanted = {
        "abs_c": abs(numbers["c"]),
        "abs_h": abs(numbers["h"]),
        "half_life": math.log(0.5) / math.log(numbers["f"]),
        "keep": keep,
        "write": write,
        "sum": numbers["c"],
    }
    for name, want in wanted.items():
        place = lab.region("Readings").locator(f"data[data-part='{name}']")
        value = place.get_attribute("value")
        assert value is not None
        assert float(value) == pytest.approx(want, rel=1e-12)


def test_the_bars_of_the_readings_add_up(lab: "Lab") -> None:
    lab.open(x="-1,0.5", b_f="2", t=2)
    boxes = {
        name: lab.page.locator(f"[data-bar={name}] .lab-bar-fill").bounding_box()
        for name in ("keep", "write", "c")
    }
    keep, write, together = (boxes[name] for name in ("keep", "write", "c"))
    assert keep is not None
    assert write is not None
    assert together is not None
    # C(1) < 0, so what was kept reaches left of zero; what is written goes to the right from there.
    zero = keep["x"] + keep["width"]
    assert write["x"] == pytest.approx(keep["x"], abs=1)
    assert lab.number("c") < 0
    assert together["x"] == pytest.approx(write["x"] + write["width"], abs=1)
    assert together["x"] + together["width"] == pytest.approx(zero, abs=1)
    track = lab.page.locator("[data-bar=keep] .lab-bar-track").bounding_box()
    assert track is not None
    assert zero == pytest.approx(track["x"] + track["width"] / 2, abs=1)


def test_the_worked_step_puts_today_s_numbers_into_every_equation(lab: "Lab") -> None:
    state = {"x": "1,-0.5,0.25", "W_f": "2", "b_f": "-1", "W_out": "-3", "b_out": "0.5"}
    lab.open(**state, t=2)
    numbers = {name: values[2] for name, values in expected(state).items()}

    def four(value: float) -> str:
        return f"{value:.4f}".replace("-", "−")

    shown = {name: four(value) for name, value in numbers.items()}
    keep, write = four(numbers["f"] * numbers["c_prev"]), four(numbers["i"] * numbers["g"])
    tanh = four(math.tanh(numbers["c"]))
    weights = {"f": ("2.0000", "−1.0000"), **dict.fromkeys("igo", ("0.5000", "0.0000"))}
    for gate, (w, b) in weights.items():
        squash = "tanh" if gate == "g" else "σ"
        today = f"{squash}({w}·({shown['h_prev']} + {shown['x']}) + {b})"
        equation(lab, gate, today, f"= {squash}({shown[f'a_{gate}']})", shown[gate])
    c_today = f"{shown['f']}·{shown['c_prev']} + {shown['i']}·{shown['g']}"
    equation(lab, "c", c_today, f"= {keep} + {write}", shown["c"])
    equation(lab, "h", f"{shown['o']}·tanh({shown['c']})", f"= {shown['o']}·{tanh}", shown["h"])
    equation(lab, "y", f"−3.0000·{shown['h']} + 0.5000", "", shown["y"])


def equation(lab: "Lab", name: str, today: str, squashed: str, result: str) -> None:
    """Expect an equation of the worked step: with numbers, with the sum, and its result."""
    step = lab.region("Worked step")
    expect(step.locator(f"[data-worked={name}]")).to_have_text(today)
    expect(step.locator(f"[data-squashed={name}]")).to_have_text(squashed)
    expect(step.locator(f"[data-quantity={name}] .lab-equation-title data")).to_have_text(result)


def test_the_diagram_shows_every_value_and_the_weight_on_every_connection(lab: "Lab") -> None:
    lab.open(x="1,-0.5", t=2, **AWKWARD)
    diagram = lab.region("Cell diagram")
    for name in ("x", "c_prev", "h_prev", "f", "i", "g", "o", "c", "h", "y"):
        expect(diagram.locator(f"svg data[data-value={name}]").first).to_be_visible()
    for name in ("keep", "write", "tanh_c"):
        expect(diagram.locator(f"svg data[data-part={name}]")).to_be_visible()
    for name, value in AWKWARD.items():
        if name == "separate":
            continue
        place = diagram.locator(f"svg data[data-part={name}]")
        expect(place).to_be_visible()
        assert float(place.get_attribute("value") or "nan") == float(str(value))


def test_separate_weights_start_as_the_tied_ones_and_change_nothing(lab: "Lab") -> None:
    lab.open(x="1,-0.5,0.25", W_f="2", W_C="-1.5", W_o="7.25", t=3)
    slider = lab.slider("Forget gate recurrent weight U_f")
    expect(slider).to_be_hidden()
    before = lab.all_numbers()
    lab.separate.check()
    expect(slider).to_be_visible()
    for letter, value in {"f": "2", "i": "0.5", "C": "-1.5", "o": "7.25"}.items():
        lab.uses(f"U_{letter}", value)
        assert float(lab.field(f"U_{letter}").input_value()) == float(value)
    expect(lab.page.locator("[data-weights=separate]")).to_be_attached()
    assert lab.all_numbers() == before
    lab.separate.uncheck()
    expect(slider).to_be_hidden()
    expect(lab.page.locator("[data-weights=tied]")).to_be_attached()
    assert lab.all_numbers() == before


def test_separate_weights_are_written_out_in_formula_and_numbers(lab: "Lab") -> None:
    lab.open(x="1,-0.5", t=2)
    step = lab.region("Worked step")
    formula = step.locator("[data-formula=f]")
    expect(formula).to_have_text("f = σ(W_f·[h(t−1), x(t)] + b_f)")
    lab.separate.check()
    expect(formula).to_have_text("f = σ(W_f·x(t) + U_f·h(t−1) + b_f)")
    expect(step.locator("[data-worked=f] data")).to_have_count(5)
    lab.set("U_f", "3")
    expect(step.locator("[data-worked=f] data[data-part=U_f]")).to_have_text("3.0000")
    lab.separate.uncheck()
    expect(formula).to_have_text("f = σ(W_f·[h(t−1), x(t)] + b_f)")


def test_separate_weights_that_were_set_come_back_with_the_switch(lab: "Lab") -> None:
    lab.open(x="1,-0.5", t=2)
    lab.separate.check()
    lab.set("U_f", "3")
    own = lab.all_numbers()
    lab.separate.uncheck()
    lab.uses("U_f", "0.5")
    tied = lab.all_numbers()
    assert tied != own
    lab.separate.check()
    lab.uses("U_f", "3")
    assert lab.all_numbers() == own


def test_tied_weights_that_changed_meanwhile_are_where_separate_ones_start(lab: "Lab") -> None:
    lab.open(x="1,-0.5", t=2)
    lab.separate.check()
    expect(lab.page.locator("[data-weights=separate]")).to_be_attached()
    lab.separate.uncheck()
    expect(lab.page.locator("[data-weights=tied]")).to_be_attached()
    lab.set("W_f", "2")
    before = lab.all_numbers()
    lab.separate.check()
    expect(lab.page.locator("[data-weights=separate]")).to_be_attached()
    lab.uses("U_f", "2")
    assert lab.all_numbers() == before
