"""How two settings of the Cell page differ: numbers, words and strips."""

import math
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components import wire
from components.boundary import FieldError
from components.cell_difference import QUANTITIES, compare, first_difference, half_life
from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings

Setting = dict[str, Any]
PULSE = "1, 0, 0, 0, 0, 0, 0, 0, 0"
ASKED = {"show": ["c", "h", "f"], "gap": None}


def setting(kind: str = "lstm", sequence: str = PULSE, **numbers: str) -> Setting:
    """Write what a view sends: a kind with its defaults, where nothing else is said."""
    shown = {name: str(value) for name, value in KINDS[kind].defaults.items()}
    return {
        "kind": kind,
        "sequence": sequence,
        "separate": False,
        "numbers": {**shown, **numbers},
    }


def difference(a: Setting, b: Setting, **asked: Any) -> dict[str, Any]:
    return compare(a, b, {**ASKED, **asked}, "dark")


def drawn(answer: dict[str, Any]) -> dict[tuple[str, str], np.ndarray[Any, Any]]:
    """Read the lines of the strips back, by quantity and setting."""
    return {
        (line["meta"]["name"], line["meta"]["of"]): wire.decode(line.get("y") or line["z"])
        for line in answer["figures"]["strips"]["data"]
    }


def by_hand(bias: float, steps: int) -> tuple[list[float], list[float]]:
    """Run the default LSTM, with another forget bias, over a pulse: C from t = 0, f from 1."""

    def squash(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    c, h, states, gates = 0.0, 0.0, [0.0], []
    for t in range(steps):
        z = 0.5 * ((t == 0) + h)
        f, i = squash(z + bias), squash(z)
        c = f * c + i * math.tanh(z)
        h = i * math.tanh(c)
        states.append(c)
        gates.append(f)
    return states, gates


def test_two_forget_biases_on_one_pulse_differ_as_an_independent_run_says() -> None:
    answer = difference(setting(), setting(b_f="3"))
    (one, f_one), (other, f_other) = by_hand(0, 9), by_hand(3, 9)
    gaps = [abs(a - b) for a, b in zip(one, other, strict=True)]
    assert answer["gap"] == "c"
    # At t = 1 there is nothing to keep yet, so the forget gate makes no difference.
    assert answer["numbers"]["first_difference"] == 2
    assert answer["numbers"]["gap_at"] == gaps.index(max(gaps))
    assert answer["numbers"]["largest_gap"] == pytest.approx(max(gaps), abs=1e-12)
    halves = [np.median(np.log(0.5) / np.log(gates)) for gates in (f_one, f_other)]
    assert answer["says"] == [
        "C first differs at t = {first_difference}.",
        "Largest gap of C: {largest_gap} at t = {gap_at}.",
        f"Half-life A {halves[0]:.1f} steps, B {halves[1]:.1f} steps.",
    ]


def test_the_strips_show_both_runs_and_the_heat_their_difference_bit_for_bit() -> None:
    a, b = setting("gru", W_z="1.5"), setting("gru", b_n="-0.3")
    lines = drawn(difference(a, b, show=["h", "z", "r", "n", "y"], gap="n"))
    runs = {"a": timeline(CellSettings.read(a)), "b": timeline(CellSettings.read(b))}
    for name in ("h", "z", "r", "n", "y"):
        for of, run in runs.items():
            np.testing.assert_array_equal(lines[name, of], run[name])
    gap = np.abs(runs["a"]["n"] - runs["b"]["n"])
    np.testing.assert_array_equal(lines["n", "gap"].ravel(), gap)


def test_where_nothing_differs_the_page_says_so() -> None:
    answer = difference(setting(), setting())
    assert answer["says"] == ["No difference yet. Change a slider in B."]
    assert answer["numbers"] == {"first_difference": None, "largest_gap": 0.0, "gap_at": 0}


def test_what_a_setting_is_trained_for_makes_no_difference() -> None:
    target = {"target": ", ".join("0" * 9)}
    assert difference(setting() | target, setting())["numbers"]["first_difference"] is None


def test_a_quantity_that_never_differs_is_said_to() -> None:
    answer = difference(setting(), setting(b_out="1"))
    assert answer["says"][0] == "C never differs."
    answer = difference(setting(), setting(b_out="1"), gap="y")
    assert answer["numbers"] == {"first_difference": 0, "largest_gap": 1.0, "gap_at": 0}


def test_a_difference_in_the_last_bit_counts() -> None:
    answer = difference(setting(), setting(b_out="5e-324"), gap="y")
    assert answer["numbers"] == {"first_difference": 0, "largest_gap": 5e-324, "gap_at": 0}


def test_where_neither_has_a_value_they_do_not_differ() -> None:
    nan = math.nan
    assert first_difference(np.array([nan, 1, 2]), np.array([nan, 1, 2])) is None
    assert first_difference(np.array([nan, 1, 2]), np.array([nan, 1, 2.5])) == 2
    assert first_difference(np.array([0.0]), np.array([-0.0])) is None


def test_cells_of_two_kinds_are_compared_in_what_both_have() -> None:
    answer = difference(setting(), setting("rnn"))
    assert answer["gap"] == "h"
    owners = {one["name"]: one["of"] for one in answer["quantities"]}
    assert owners == dict.fromkeys("cfigo", "a") | dict.fromkeys("hyx", "ab")
    assert set(drawn(answer)) == {("c", "a"), ("f", "a"), ("h", "a"), ("h", "b"), ("h", "gap")}
    assert answer["says"][-1] == "B has no gate that keeps."
    assert answer["says"][-2] == "Half-life A 1.0 steps."
    assert difference(setting("rnn"), setting("rnn", W_in="1"))["says"][-1].startswith("Largest")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_compared_with_every_other(kind: str) -> None:
    for other in KINDS:
        answer = difference(setting(kind), setting(other), show=list(QUANTITIES))
        names = {one["name"] for one in answer["quantities"]}
        gates = {gate.name for one in (kind, other) for gate in KINDS[one].gates}
        assert names - {"c"} == gates | {"h", "x", "y"}
        assert len(answer["figures"]["strips"]["layout"]["meta"]["rows"]) == len(names) + 1
        both = [one["name"] for one in answer["quantities"] if one["of"] == "ab"]
        assert answer["gap"] == ("c" if "c" in both else "h")


def test_a_gap_that_only_one_cell_has_is_measured_in_its_memory() -> None:
    assert difference(setting(), setting("gru"), gap="f")["gap"] == "h"


def test_runs_of_different_length_are_compared_as_far_as_both_go() -> None:
    answer = difference(setting(), setting(sequence="1, 0, 0, 2", b_f="1"))
    assert answer["says"][0] == "A has 9 steps, B 4: compared up to t = 4."
    assert {line.size for line in drawn(answer).values()} == {5}


def test_every_cell_kind_without_forgetting_remembers_without_end() -> None:
    assert difference(setting(), setting("no_forget"))["says"][-1] == (
        "Half-life A 1.0 steps, B without end."
    )


def test_one_step_that_wipes_the_memory_does_not_speak_for_the_run() -> None:
    clamped = {"kind": "clamp", "what": "f", "unit": 0, "layer": 0, "first": 3, "last": 3}
    once = {"interventions": [clamped | {"value": 0.0, "on": True}]}
    answer = difference(setting(), setting() | once)
    assert answer["numbers"]["first_difference"] == 3
    assert answer["says"][-1] == "Half-life A 1.0 steps, B 1.0 steps."


def test_a_cell_without_a_keeping_gate_has_no_half_life() -> None:
    assert half_life({"half_life": np.array([math.nan, 2.0, math.inf])}) == math.inf
    assert half_life({"half_life": np.array([math.nan, 2.0, 0.0, 5.0])}) == 2.0
    assert half_life({}) is None


@pytest.mark.parametrize(
    ("gap", "end"), [(0.0, 1.0), (1e-6, 0.001), (0.0012, 0.0015), (0.009, 0.01), (0.3, 0.3), (2, 2)]
)
def test_the_scale_of_the_gap_is_not_much_longer_than_the_largest(gap: float, end: float) -> None:
    figure = difference(setting(), setting(b_out=str(gap)), gap="y")["figures"]["strips"]
    heat = next(one for one in figure["data"] if one["type"] == "heatmap")
    assert (heat["zmin"], heat["zmax"]) == (0, end)
    assert figure["layout"]["meta"]["reach"] == end


def test_in_the_strips_only_b_is_dashed() -> None:
    for line in difference(setting(), setting(b_f="1"), show=list("chfigoyx"))["figures"]["strips"][
        "data"
    ]:
        if line["type"] == "scatter":
            assert (line["line"]["dash"] == "solid") == (line["meta"]["of"] == "a")


def test_no_strip_at_all_leaves_the_gap() -> None:
    answer = difference(setting(), setting(b_f="1"), show=[])
    assert set(drawn(answer)) == {("c", "gap")}


def test_a_slip_in_a_setting_is_said_as_there() -> None:
    with pytest.raises(FieldError, match="W_f is 'abc'"):
        difference(setting(), setting(W_f="abc"))


@pytest.mark.parametrize(
    "asked",
    [
        {"show": None},
        {"show": "c"},
        {"show": ["nope"]},
        {"show": [["c"]]},
        {"gap": "nope"},
        {"gap": ["c"]},
    ],
)
def test_what_the_page_never_sends_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        difference(setting(), setting(), **asked)


@pytest.mark.parametrize("broken", [{"numbers": {}}, {"kind": "nope"}, {"separate": 1}])
def test_a_setting_that_no_view_sends_is_refused(broken: Setting) -> None:
    with pytest.raises(BadRequest):
        difference(setting(), setting() | broken)
