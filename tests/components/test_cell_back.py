"""Looking back on the Cell page: its numbers against central differences, its words, its figure."""

import dataclasses
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components.cell_back import BESIDE, backward_series, look_back, share
from components.cell_back_panel import equations, lines
from components.cell_kinds import KINDS
from components.cell_run import answer, timeline
from components.cell_settings import CellSettings
from components.figures.looking_back import LINES
from components.wire import decode
from lstm import Array
from lstm.interventions import Clamp, Intervention, SetState, ShiftState, Silence
from lstm.variants import run_layer

every_kind = pytest.mark.parametrize("kind", KINDS)
STEPS, T = 9, 7
STEP = 1e-6


def settings_of(kind: str, **changes: Any) -> CellSettings:
    """Give a cell with no two numbers alike under an input with something at each step."""
    rng = np.random.default_rng(list(KINDS).index(kind))
    parameters = KINDS[kind].parameters
    numbers = dict(zip(parameters, rng.normal(size=len(parameters)).tolist(), strict=True))
    inputs = tuple(rng.normal(size=STEPS).tolist())
    return dataclasses.replace(
        CellSettings(inputs, numbers, separate=True, kind=kind, back=T), **changes
    )


def ask(**changes: Any) -> dict[str, Any]:
    kind = KINDS[changes.get("kind", "lstm")]
    request = {
        "n": 1,
        "theme": "dark",
        "sequence": "1, 0, 0, 0, 0, 0, 0, 0, 0",
        "separate": False,
        "numbers": {name: str(value) for name, value in kind.defaults.items()},
    }
    return answer(request | changes)


def slope(ends: list[float]) -> float:
    return (ends[0] - ends[1]) / (2 * STEP)


def near(found: Array, wanted: Array | list[float]) -> None:
    """Central differences with a step of 1e-6 in float64."""
    assert np.abs(found - wanted).max() < 1e-6 * max(1.0, float(np.abs(wanted).max()))


def rest_of(settings: CellSettings, s: int, state: str, by: float) -> dict[str, Array]:
    """Run the cell on from t = s, where one of its states is another; C takes h along."""
    line, numbers = timeline(settings), settings.numbers
    c, h = (line[name][s] if name in line else np.nan for name in "ch")
    if state == "h":
        h += by
    elif s == 0:
        c += by
    else:
        o = line["o"][s]
        if "P_o" in numbers:
            o = 1 / (1 + math.exp(-math.log(o / (1 - o)) - numbers["P_o"] * by))
        c, h = c + by, o * math.tanh(c + by)
    x = np.array(settings.inputs[s:])[:, None, None]
    cells = [] if math.isnan(c) else [c]
    if not x.size:
        return {"c": np.array(cells), "h": np.array([h])}
    trace = run_layer(settings.layer(), x, [[h]], [cells])
    return {"c": np.append(cells, trace.c), "h": np.append(h, trace.h)}


# The numbers


@every_kind
def test_what_still_counts_agrees_with_central_differences_of_the_page_s_run(kind: str) -> None:
    settings = settings_of(kind)
    found = backward_series(settings, T)
    for state in "ch" if KINDS[kind].state == "c" else "h":
        wanted = [
            slope([float(rest_of(settings, s, state, by)[state][T - s]) for by in (STEP, -STEP)])
            for s in range(T + 1)
        ]
        near(found[f"d{state}_d{state}"][: T + 1], wanted)


@every_kind
def test_how_each_input_moves_the_output_agrees_with_central_differences(kind: str) -> None:
    settings = settings_of(kind)
    wanted = []
    for s in range(T):
        ends = []
        for by in (STEP, -STEP):
            inputs = list(settings.inputs)
            inputs[s] += by
            ends.append(timeline(dataclasses.replace(settings, inputs=tuple(inputs)))["y"][T])
        wanted.append(slope(ends))
    near(backward_series(settings, T)["dy_dx"][1 : T + 1], wanted)


@pytest.mark.parametrize(("kind", "trained"), [(kind, False) for kind in KINDS] + [("lstm", True)])
def test_how_the_states_move_l_agrees_with_central_differences(kind: str, trained: bool) -> None:
    """L is y(T), or with a target the mean squared error over all steps."""
    settings = settings_of(kind)
    target = tuple(np.linspace(-1, 1, STEPS).tolist())
    if trained:
        settings = dataclasses.replace(settings, target=target)
    found = backward_series(settings, T)
    W, b = settings.numbers["W_out"], settings.numbers["b_out"]
    end = STEPS if trained else T

    def loss(h: Array, s: int) -> float:
        y = W * h + b
        if not trained:
            return float(y[T - s])
        # What lies before s does not move; h(0) says nothing.
        first = max(s, 1)
        return float(((y[first - s :] - target[first - 1 :]) ** 2).sum() / STEPS)

    for state in "ch" if KINDS[kind].state == "c" else "h":
        wanted = [
            slope([loss(rest_of(settings, s, state, by)["h"], s) for by in (STEP, -STEP)])
            for s in range(end + 1)
        ]
        near(found[f"dl_d{state}"][: end + 1], wanted)
        assert np.isnan(found[f"dl_d{state}"][end + 1 :]).all()


@every_kind
def test_the_terms_add_up_to_the_value_to_the_bit(kind: str) -> None:
    """As a reader, or the browser, adds them: from left to right."""
    found = backward_series(settings_of(kind), T)
    for row in equations(KINDS[kind]):
        terms = [name for text in row.numbers for name in re.findall(r"\{([ch]_\w+)\}", text)]
        terms = [name for name in terms if not name.endswith("slope")]
        assert bool(terms) == row.value.startswith("dl_")
        if terms:
            total = np.zeros(STEPS + 1)
            for name in terms:
                total = total + found[name]
            np.testing.assert_array_equal(total, found[row.value])


@every_kind
@pytest.mark.parametrize("changed", [False, True])
def test_the_worked_products_are_the_terms_that_they_stand_for(kind: str, changed: bool) -> None:
    settings = settings_of(kind, interventions=interventions_for(kind) if changed else ())
    found, at = backward_series(settings, T), slice(1, T)
    kept = found.get("keeper", np.full(STEPS + 1, np.nan))
    if KINDS[kind].state == "c":
        np.testing.assert_allclose((found["dl_dc_next"] * kept)[at], found["c_c"][at], rtol=1e-9)
        through_h = found["dl_dh"] * found["show"] * found["c_slope"]
        np.testing.assert_allclose(through_h[at], found["c_h"][at], rtol=1e-9)
    if kind == "rnn":
        ahead = found["h_slope"] * settings.numbers["W_hidden"]
        np.testing.assert_allclose((found["dh_dh_next"] * ahead)[at], found["dh_dh"][at], rtol=1e-9)
        np.testing.assert_allclose((found["dl_dh_next"] * ahead)[at], found["h_a"][at], rtol=1e-9)
    else:
        np.testing.assert_allclose((found["path_next"] * kept)[at], found["path"][at], rtol=1e-13)
        beside = found["rnn_next"] * found["rnn_slope"] * BESIDE.defaults["W_hidden"]
        np.testing.assert_allclose(beside[at], found["rnn"][at], rtol=1e-13)


def interventions_for(kind: str) -> tuple[Intervention, ...]:
    """Reach into what a kind has, so that not all that lies before is cut off."""
    found: list[Intervention] = [
        SetState(KINDS[kind].state, 0, 2, 0.7),
        ShiftState("h", 0, 6, -0.4),
    ]
    if KINDS[kind].gates:
        found.append(Clamp(KINDS[kind].gates[0].name, 0, 4, 5, 0.3))  # type: ignore[arg-type]
    return (*found, Silence(0, 3, 3)) if KINDS[kind].state == "c" else tuple(found)


@every_kind
def test_a_run_that_was_reached_into_is_looked_back_through_exactly(kind: str) -> None:
    """Against central differences, with one intervention more that moves a state."""
    reached = interventions_for(kind)
    settings = settings_of(kind, interventions=reached)
    found = backward_series(settings, T)
    for state in "ch" if KINDS[kind].state == "c" else "h":
        wanted = []
        for s in range(T + 1):
            ends = []
            for by in (STEP, -STEP):
                more = (*reached, ShiftState(state, 0, s, by))  # type: ignore[arg-type]
                line = timeline(dataclasses.replace(settings, interventions=more))
                ends.append((line[state][T], line["y"][T]))
            wanted.append([(ends[0][n] - ends[1][n]) / (2 * STEP) for n in range(2)])
        near(found[f"d{state}_d{state}"][: T + 1], np.array(wanted)[:, 0])
        near(found[f"dl_d{state}"][: T + 1], np.array(wanted)[:, 1])


def test_a_forget_gate_that_is_held_open_lets_all_of_the_memory_count() -> None:
    held = (Clamp("f", 0, 2, 9, 1.0),)
    found = backward_series(settings_of("lstm", interventions=held), T)
    assert found["path"][1 : T + 1].tolist() == [1.0] * T
    erased = (SetState("c", 0, 4, 0.5),)
    found = backward_series(settings_of("lstm", interventions=erased), T)
    assert found["path"][:4].tolist() == [0.0] * 4
    assert found["path"][4] > 0


def test_along_the_cell_it_is_the_plain_product_of_the_gates_that_keep() -> None:
    for kind, gate in (("lstm", "f"), ("coupled", "f"), ("peephole", "f"), ("gru", "z")):
        settings = settings_of(kind)
        gates = timeline(settings)[gate]
        wanted = [math.prod(gates[s + 1 : T + 1]) for s in range(T + 1)]
        path = backward_series(settings, T)["path"]
        np.testing.assert_allclose(path[: T + 1], wanted, rtol=1e-13)
        assert np.isnan(path[T + 1 :]).all()
    assert (backward_series(settings_of("no_forget"), T)["path"][: T + 1] == 1).all()


def test_the_basic_rnn_beside_hears_the_same_input_and_is_a_product_of_slopes() -> None:
    settings = settings_of("lstm")
    h = [0.0]
    for x in settings.inputs:
        h.append(math.tanh(0.5 * x + 0.8 * h[-1]))
    wanted = [math.prod(0.8 * (1 - one * one) for one in h[s + 1 : T + 1]) for s in range(T + 1)]
    found = backward_series(settings, T)["rnn"]
    np.testing.assert_allclose(found[: T + 1], wanted, rtol=1e-13)
    assert "rnn" not in backward_series(settings_of("rnn"), T)  # it would be itself


# The request and the answer


def test_a_page_that_does_not_look_back_gets_not_a_byte_more() -> None:
    plain = ask()
    assert "back" not in plain
    assert json.dumps(plain) == json.dumps(ask(back=None))


@every_kind
def test_the_answer_is_the_series_as_the_engine_has_them(kind: str) -> None:
    found = ask(kind=kind, back={"t": 5})["back"]
    assert found["t"] == 5
    assert found["loss"] == "L = y(5)"
    settings = CellSettings.read(
        {
            "sequence": "1 0 0 0 0 0 0 0 0",
            "separate": False,
            "kind": kind,
            "numbers": dict(KINDS[kind].defaults),
        }
    )
    wanted = backward_series(settings, 5)
    assert set(found["series"]) == set(wanted)
    for name, values in wanted.items():
        np.testing.assert_array_equal(decode(found["series"][name]), values)
    assert set(lines(KINDS[kind])) == set(LINES) & set(wanted)


@pytest.mark.parametrize(("t", "T"), [(None, 9), (1, 1), (9, 9), (12, 9)])
def test_it_looks_back_from_the_step_that_was_chosen_or_from_the_last(t: Any, T: int) -> None:
    assert ask(back={"t": t})["back"]["t"] == T


@pytest.mark.parametrize("back", [3, "3", [], {"t": "3"}, {"t": 0}, {"t": 1.5}, {"t": True}])
def test_what_the_page_never_sends_is_refused(back: Any) -> None:
    with pytest.raises(BadRequest):
        ask(back=back)


def test_the_training_target_makes_l_the_loss() -> None:
    found = ask(back={"t": None}, target="1 0 0 0 0 0 0 0 0")["back"]
    assert found["loss"] == "L = the loss"


def test_the_words_say_how_much_of_the_first_input_s_step_still_counts() -> None:
    series = timeline(CellSettings((1.0, *[0.0] * 8), dict(KINDS["lstm"].defaults), False))
    kept = share(math.prod(series["f"][2:]))
    assert ask(back={"t": None})["back"]["says"] == (
        f"Of C(9), {kept} of what stood at t = 1 still counts along the cell; "
        "the basic RNN beside it keeps 12 %."
    )
    assert ask(kind="rnn", back={"t": None})["back"]["says"] == (
        "Of h(9), 12 % of what stood at t = 1 still counts: "
        "each step back multiplies by (1 − h²)·W_hidden."
    )
    settings = CellSettings((0, 0, 0, 2.0, 0, 0), KINDS["gru"].defaults, False, kind="gru")
    kept = share(math.prod(timeline(settings)["z"][5:]))
    says = ask(kind="gru", back={"t": None}, sequence="0 0 0 2 0 0")["back"]["says"]
    assert says.startswith(f"Of h(6), {kept} of what stood at t = 4 still counts;")
    assert ask(back={"t": 1})["back"]["says"] == (
        "At t = 1 the first input comes. Look back from a later step."
    )


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_share_that_is_no_number_is_said_to_be_too_large(value: float) -> None:
    assert share(value) == "more than can be counted"
    assert share(0.0) == "nothing"
    assert share(1e5) == "1.0e5 times"


# The figure


def figure_of(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(**{"back": {"t": None}} | changes)["back"]["figure"]
    return found


@every_kind
@pytest.mark.parametrize("t", [None, 1, 4])
def test_the_figure_draws_every_line_of_the_kind_over_the_whole_axis(kind: str, t: Any) -> None:
    figure = figure_of(kind=kind, back={"t": t})
    assert {trace["meta"] for trace in figure["data"]} == set(lines(KINDS[kind]))
    assert figure["layout"]["xaxis"]["range"] == [-0.25, 9.25]
    for trace in figure["data"]:
        times, values = decode(trace["x"]), decode(trace["y"])
        assert len(times) == len(values)
        assert np.isfinite(values).all()
        first = 1 if trace["meta"] == "dy_dx" else 0
        assert times.tolist() == list(range(first, (t or 9) + 1))


def test_gradients_that_explode_are_left_out_of_the_figure_where_they_are_no_numbers() -> None:
    """A weight of 100 at a pre-activation of 0 multiplies by 100 at each of 400 steps."""
    numbers = {"W_in": "0", "W_hidden": "100", "b": "0", "W_out": "1", "b_out": "0"}
    zeros = " ".join(["0"] * 400)
    found = ask(kind="rnn", numbers=numbers, sequence=zeros, back={"t": None})["back"]
    assert decode(found["series"]["dh_dh"])[0] == math.inf
    assert "more than can be counted" in found["says"]
    for trace in found["figure"]["data"]:
        assert np.isfinite(decode(trace["y"])).all()
    for axes in (found["figure"]["layout"], found["figure"]["layout"]["meta"]["log"]):
        for name in ("yaxis", "yaxis2", "yaxis3"):
            low, high = axes[name]["range"]
            assert math.isfinite(low)
            assert low < high < math.inf


def test_the_figure_says_where_it_looks_back_from_and_what_l_is() -> None:
    layout = figure_of(back={"t": 4})["layout"]
    assert layout["shapes"][0]["x0"] == layout["shapes"][0]["x1"] == 4
    assert [one["text"] for one in layout["annotations"]] == [
        "what still counts at T = 4",
        "how x(t) moves y(4)",
        "how the states move L = y(4)",
    ]


def test_signed_axes_have_a_zero_line_and_logarithmic_ones_reach_what_has_vanished() -> None:
    layout = figure_of(sequence=" ".join(["1"] + ["0"] * 49))["layout"]
    for name in ("yaxis", "yaxis2", "yaxis3"):
        assert layout[name]["zeroline"]
        low, high = layout[name]["range"]
        assert low < 0 < high
        axis = layout["meta"]["log"][name]
        assert axis["type"] == "log"
        assert axis["domain"] == layout[name]["domain"]
        assert axis["range"][1] - axis["range"][0] <= 13


@pytest.mark.parametrize("weight", [5e-324, -1e-320, 1e-310, 1e-290])
def test_gradients_at_the_end_of_the_numbers_are_drawn_too(weight: float) -> None:
    numbers = {name: str(value) for name, value in KINDS["lstm"].defaults.items()}
    found = ask(numbers=numbers | {"W_out": repr(weight)}, back={"t": None})["back"]
    for axis in ("yaxis2", "yaxis3"):
        low, high = found["figure"]["layout"][axis]["range"]
        assert low < high


def test_a_cell_that_says_nothing_is_drawn_too() -> None:
    numbers = {name: "0" for name in KINDS["lstm"].parameters}
    figure = figure_of(numbers=numbers)
    assert figure["layout"]["yaxis3"]["range"] == [-1.0, 1.0]
    settings = settings_of("lstm", numbers=dict.fromkeys(KINDS["lstm"].parameters, 0.0))
    assert set(look_back(settings, "light")) == {"t", "series", "figure", "says", "loss"}
