"""Interventions against a loop by hand, and against the run that nobody has touched."""

import dataclasses
import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lstm import (
    Array,
    LabError,
    Layer,
    Linear,
    Model,
    Trace,
    forward,
    random_layers,
    run,
    sigmoid,
)
from lstm.coupled import CoupledLayer
from lstm.gru import GRULayer
from lstm.interventions import (
    Clamp,
    Intervention,
    SetState,
    ShiftState,
    Silence,
    during,
    gates_of,
    intervene,
    states_of,
)
from lstm.peephole import PeepholeLayer
from lstm.variants import RNNLayer, run_layer

T, D, H, P = 12, 3, 4, 2
PARTS = ("x", "i", "f", "g", "o", "c", "h", "h0", "c0")

# Two orders of summing: about 1e-15 is seen, and a change that is not made shows at 1e-2.
assert_close = functools.partial(np.testing.assert_allclose, rtol=0, atol=1e-13)

CLAMP, SET = Clamp("f", 1, 4, 7, 0.25), SetState("c", 2, 5, 3.0)
SHIFT, SILENCE = ShiftState("h", 1, 6, -0.5), Silence(3, 4, 8)


def problem(B: int = 2, *, projected: bool = False) -> tuple[Layer, Array, Array, Array]:
    rng = np.random.default_rng(B)
    out = P if projected else H
    layer = Layer(
        rng.normal(size=(4 * H, D)),
        rng.normal(size=(4 * H, out)),
        rng.normal(size=4 * H),
        rng.normal(size=(P, H)) if projected else None,
    )
    return layer, rng.normal(size=(T, B, D)), rng.normal(size=(B, out)), rng.normal(size=(B, H))


Reach = Callable[[str, int, dict[str, Array]], None]


def by_hand(layer: Layer, x: Array, h: Array, c: Array, reach: Reach) -> dict[str, Array]:
    """Run step by step; `reach` may change what stands in `now` after each part of a step."""
    steps = []
    for n in range(T):
        a = x[n] @ layer.W_ih.T + h @ layer.W_hh.T + layer.bias
        i, f, g, o = np.split(a, 4, axis=-1)
        now = {"i": sigmoid(i), "f": sigmoid(f), "g": np.tanh(g), "o": sigmoid(o)}
        reach("gates", n + 1, now)
        now["c"] = now["f"] * c + now["i"] * now["g"]
        reach("c", n + 1, now)
        now["h"] = now["o"] * np.tanh(now["c"])
        reach("m", n + 1, now)
        if layer.W_hr is not None:
            now["h"] = now["h"] @ layer.W_hr.T
        reach("h", n + 1, now)
        steps.append(now)
        h, c = now["h"], now["c"]
    return {name: np.stack([now[name] for now in steps]) for name in steps[0]}


def assert_same(found: Trace, wanted: dict[str, Array]) -> None:
    for name, value in wanted.items():
        assert_close(getattr(found, name), value, err_msg=name)


def assert_to_the_bit(found: Trace, wanted: Trace, steps: int = T) -> None:
    for name in PARTS:
        part, same = getattr(found, name), getattr(wanted, name)
        if name not in ("h0", "c0"):
            part, same = part[:steps], same[:steps]
        assert part.dtype == same.dtype, name
        assert part.tobytes() == same.tobytes(), name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("P", [None, 3])
@pytest.mark.parametrize(("B", "H"), [(1, 1), (1, 7), (1, 64), (3, 5), (16, 32)])
def test_without_interventions_it_is_the_run_to_the_bit(
    B: int, H: int, P: int | None, dtype: Any
) -> None:
    rng = np.random.default_rng([B, H])
    shapes = [(4 * H, D), (4 * H, P or H), (4 * H,), *([] if P is None else [(P, H)])]
    layer = Layer(*(rng.normal(size=shape).astype(dtype) for shape in shapes))
    x, h0, c0 = (rng.normal(size=size) for size in ((100, B, D), (B, P or H), (B, H)))
    assert_to_the_bit(intervene(layer, x, [], h0, c0), forward(layer, x, h0, c0), 100)
    assert_to_the_bit(intervene(layer, x, []), forward(layer, x), 100)


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize(
    ("intervention", "first"), [(CLAMP, 4), (SET, 5), (SHIFT, 6), (SILENCE, 4)]
)
def test_what_comes_before_an_intervention_is_the_untouched_run_to_the_bit(
    intervention: Intervention, first: int, projected: bool
) -> None:
    layer, x, h0, c0 = problem(projected=projected)
    untouched, found = forward(layer, x, h0, c0), intervene(layer, x, [intervention], h0, c0)
    assert_to_the_bit(found, untouched, first - 1)
    assert found.h[first - 1].tobytes() != untouched.h[first - 1].tobytes()


@pytest.mark.parametrize(
    "held", [Clamp("i", 1, 5, 5, 0.5), SetState("c", 1, 5, 0.5), SetState("h", 1, 5, 0.5)]
)
def test_other_units_are_the_same_to_the_bit_until_they_hear_of_it(held: Intervention) -> None:
    layer, x, h0, c0 = problem()
    untouched, found = forward(layer, x, h0, c0), intervene(layer, x, [held], h0, c0)
    others = [0, 2, 3]
    for name in ("i", "f", "g", "o", "c", "h"):
        wanted = getattr(untouched, name)[4][:, others]
        assert getattr(found, name)[4][:, others].tobytes() == wanted.tobytes(), name
    assert np.all(found.h[5] != untouched.h[5])


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("gate", ["i", "f", "g", "o"])
def test_a_clamped_gate_has_its_value_as_in_a_loop_by_hand(gate: Any, projected: bool) -> None:
    layer, x, h0, c0 = problem(projected=projected)

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place == "gates" and 4 <= t <= 7:
            now[gate][:, 1] = 0.25

    found = intervene(layer, x, [Clamp(gate, 1, 4, 7, 0.25)], h0, c0)
    assert np.all(getattr(found, gate)[3:7, :, 1] == 0.25)
    assert_same(found, by_hand(layer, x, h0, c0, reach))


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("state", ["c", "h"])
@pytest.mark.parametrize("shifted", [False, True])
def test_a_changed_state_goes_on_as_in_a_loop_by_hand(
    state: Any, shifted: bool, projected: bool
) -> None:
    layer, x, h0, c0 = problem(projected=projected)

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place == state and t == 5:
            now[state][:, 1] = now[state][:, 1] - 0.5 if shifted else -0.5

    change = (ShiftState if shifted else SetState)(state, 1, 5, -0.5)
    assert_same(intervene(layer, x, [change], h0, c0), by_hand(layer, x, h0, c0, reach))


@pytest.mark.parametrize("projected", [False, True])
def test_a_silenced_unit_is_not_heard_as_in_a_loop_by_hand(projected: bool) -> None:
    layer, x, h0, c0 = problem(projected=projected)

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place == "m" and 4 <= t <= 8:
            now["h"][:, 3] = 0

    found = intervene(layer, x, [SILENCE], h0, c0)
    assert_same(found, by_hand(layer, x, h0, c0, reach))
    assert np.all(found.c[3:8, :, 3] != 0)
    if not projected:
        assert np.all(found.h[3:8, :, 3] == 0)


def test_all_kinds_at_once_act_as_in_a_loop_by_hand() -> None:
    layer, x, h0, c0 = problem()

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place == "gates" and 4 <= t <= 7:
            now["f"][:, 1] = 0.25
        if place == "c" and t == 5:
            now["c"][:, 2] = 3.0
        if place == "m" and 4 <= t <= 8:
            now["h"][:, 3] = 0
        if place == "h" and t == 6:
            now["h"][:, 1] -= 0.5

    found = intervene(layer, x, [SHIFT, SILENCE, SET, CLAMP], h0, c0)
    assert_same(found, by_hand(layer, x, h0, c0, reach))


def test_where_two_meet_they_act_in_the_order_in_which_they_are_given() -> None:
    layer, x, _, _ = problem()
    found = intervene(layer, x, [Clamp("o", 0, 1, T, 1), Clamp("o", 0, 3, 4, 0)])
    assert found.o[:, 0, 0].tolist() == [1, 1, 0, 0] + [1] * (T - 4)
    add, put = ShiftState("c", 0, 2, 1.0), SetState("c", 0, 2, 5.0)
    assert intervene(layer, x, [put, add]).c[1, 0, 0] == 6
    assert intervene(layer, x, [add, put]).c[1, 0, 0] == 5


def test_a_change_at_the_start_is_a_run_from_other_states() -> None:
    layer, x, h0, c0 = problem()
    kept = h0.copy(), c0.copy()
    found = intervene(layer, x, [SetState("c", 1, 0, 0.5), ShiftState("h", 2, 0, 0.25)], h0, c0)
    np.testing.assert_array_equal(kept, (h0, c0))
    h0[:, 2] += 0.25
    c0[:, 1] = 0.5
    assert_to_the_bit(found, forward(layer, x, h0, c0))


def test_a_change_after_the_last_step_changes_that_state_alone() -> None:
    layer, x, h0, c0 = problem()
    found = intervene(layer, x, [SetState("h", 0, T, 0.75)], h0, c0)
    untouched = forward(layer, x, h0, c0)
    assert np.all(found.h[-1, :, 0] == 0.75)
    np.testing.assert_array_equal(found.h[-1, :, 1:], untouched.h[-1, :, 1:])
    np.testing.assert_array_equal(found.c, untouched.c)


def test_a_latch_made_by_clamps_holds_exactly() -> None:
    """With f = 1 and i = 0 the cell state stands still, whatever comes."""
    layer, x, h0, c0 = problem()
    held = [Clamp("f", 2, 3, 10, 1), Clamp("i", 2, 3, 10, 0)]
    c = intervene(layer, x, held, h0, c0).c[:, :, 2]
    assert np.all(c[2:10] == c[1])
    assert np.all(c[10] != c[1])


def test_five_hundred_clamped_steps_are_their_sum_by_hand() -> None:
    cell = Layer.scalar(i=(1, 0, 0), f=(0, 0, 5), g=(2, 0, 0), o=(0, 0, 0))
    found = intervene(cell, np.ones((500, 1, 1)), [Clamp("f", 0, 1, 500, 0.5)])
    c = 0.0
    for _ in range(500):
        c = 0.5 * c + math.tanh(2) / (1 + math.exp(-1))
    assert_close(found.c[-1].item(), c)


@pytest.mark.parametrize(
    ("intervention", "message"),
    [
        (Clamp("z", 0, 1, 2, 0), "There is no gate 'z'. Use one of i, f, g, o."),
        (Clamp("f", 4, 1, 2, 0), "There is no unit 4: this layer has 0 to 3."),
        (Clamp("f", -1, 1, 2, 0), "There is no unit -1"),
        (Clamp("f", 0, 0, 2, 0), "There are no steps 0 to 2: use steps from 1 to 12"),
        (Clamp("f", 0, 1, 13, 0), "There are no steps 1 to 13"),
        (Clamp("f", 0, 3, 2, 0), "There are no steps 3 to 2"),
        (Clamp("f", 0, 1, 2, -0.5), "The gate f cannot be -0.5: use a number from 0 to 1."),
        (Clamp("g", 0, 1, 2, 1.5), "The gate g cannot be 1.5: use a number from -1 to 1."),
        (Clamp("o", 0, 1, 2, math.nan), "The gate o cannot be nan"),
        (Silence(4, 1, 2), "There is no unit 4"),
        (Silence(0, 2, 1), "There are no steps 2 to 1"),
        (SetState("m", 0, 1, 0), "There is no state 'm'. Use c or h."),  # type: ignore[arg-type]
        (SetState("c", 4, 1, 0), "There is no unit 4: this layer has 0 to 3."),
        (SetState("h", 2, 1, 0), "There is no unit 2: this layer has 0 to 1."),
        (SetState("c", 0, 13, 0), "There is no step 13: use one from 0 to 12."),
        (ShiftState("c", 0, -1, 0), "There is no step -1"),
        (SetState("c", 0, 1, math.inf), r"A change of c(1) cannot be inf"),
        (ShiftState("h", 0, 2, 2e6), "A change of h(2) cannot be 2e+06: use a number from -1e+06"),
    ],
)
def test_what_does_not_exist_is_refused(intervention: Intervention, message: str) -> None:
    layer, x, h0, c0 = problem(projected=True)
    with pytest.raises(LabError) as told:
        intervene(layer, x, [intervention], h0, c0)
    assert message in str(told.value)


KINDS: dict[str, Callable[[np.random.Generator, int, int], Layer]] = {
    "coupled": lambda rng, D, H: CoupledLayer(*weights(rng, 3, D, H)),
    "peephole": lambda rng, D, H: PeepholeLayer(
        *weights(rng, 4, D, H), **{name: rng.normal(size=H) for name in ("p_i", "p_f", "p_o")}
    ),
    "gru": lambda rng, D, H: GRULayer(*weights(rng, 3, D, H), b_hn=rng.normal(size=H)),
    "rnn": lambda rng, D, H: RNNLayer(*weights(rng, 1, D, H)),
}


def weights(rng: np.random.Generator, gates: int, D: int, H: int) -> list[Array]:
    return [rng.normal(size=size) for size in ((gates * H, D), (gates * H, H), (gates * H,))]


def other(kind: str, B: int = 2, H: int = H) -> tuple[Layer, Array, Array, Array]:
    rng = np.random.default_rng([B, H])
    layer = KINDS[kind](rng, D, H)
    cells = H if "c" in states_of(layer) else 0
    return layer, rng.normal(size=(T, B, D)), rng.normal(size=(B, H)), rng.normal(size=(B, cells))


def other_by_hand(layer: Layer, x: Array, h: Array, c: Array, reach: Reach) -> dict[str, Array]:
    """As `by_hand`, from each kind's own equations."""
    steps = []
    for n in range(T):
        t = n + 1
        now: dict[str, Array] = {}
        a, u = x[n] @ layer.W_ih.T + layer.bias, h @ layer.W_hh.T
        if isinstance(layer, GRULayer):
            (a_r, a_z, a_n), (u_r, u_z, u_n) = (np.split(one, 3, axis=-1) for one in (a, u))
            now |= {"r": sigmoid(a_r + u_r), "z": sigmoid(a_z + u_z)}
            reach("gates", t, now)
            now["n"] = np.tanh(a_n + now["r"] * (u_n + layer.b_hn))
            reach("candidate", t, now)
            now["h"] = (1 - now["z"]) * now["n"] + now["z"] * h
        elif isinstance(layer, RNNLayer):
            now["h"] = np.tanh(a + u)
        elif isinstance(layer, PeepholeLayer):
            a_i, a_f, a_g, a_o = np.split(a + u, 4, axis=-1)
            now |= {"i": sigmoid(a_i + layer.p_i * c), "f": sigmoid(a_f + layer.p_f * c)}
            now["g"] = np.tanh(a_g)
            reach("gates", t, now)
            now["c"] = now["f"] * c + now["i"] * now["g"]
            reach("c", t, now)
            now["o"] = sigmoid(a_o + layer.p_o * now["c"])
            reach("o", t, now)
            now["h"] = now["o"] * np.tanh(now["c"])
        else:
            a_f, a_g, a_o = np.split(a + u, 3, axis=-1)
            now |= {"f": sigmoid(a_f), "g": np.tanh(a_g), "o": sigmoid(a_o)}
            reach("gates", t, now)
            reach("o", t, now)
            now["i"] = 1 - now["f"]
            now["c"] = now["f"] * c + now["i"] * now["g"]
            reach("c", t, now)
            now["h"] = now["o"] * np.tanh(now["c"])
        reach("m", t, now)
        reach("h", t, now)
        steps.append(now)
        h, c = now["h"], now.get("c", c)
    return {name: np.stack([now[name] for now in steps]) for name in steps[0]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("B", "H"), [(1, 1), (1, 7), (2, 4), (16, 32)])
def test_another_kind_without_interventions_is_its_run_to_the_bit(
    kind: str, dtype: Any, B: int, H: int
) -> None:
    layer, x, h0, c0 = other(kind, B, H)
    arrays = {
        name: np.asarray(part, dtype) for name, part in vars(layer).items() if part is not None
    }
    layer = dataclasses.replace(layer, **arrays)
    for states in ((h0, c0), (None, None)):
        found, wanted = intervene(layer, x, [], *states), run_layer(layer, x, *states)
        assert_to_the_bit(found, wanted)
        for name in set(vars(wanted)) - set(PARTS):
            assert getattr(found, name).tobytes() == getattr(wanted, name).tobytes(), name


@pytest.mark.parametrize(
    ("kind", "gate"),
    [(kind, gate) for kind in KINDS for gate in ("f", "i", "g", "o", "r", "z", "n")],
)
def test_a_clamped_gate_of_another_kind_has_its_value_as_in_a_loop_by_hand(
    kind: str, gate: Any
) -> None:
    layer, x, h0, c0 = other(kind)
    if gate not in gates_of(layer):
        with pytest.raises(LabError):
            intervene(layer, x, [Clamp(gate, 1, 4, 7, 0.25)], h0, c0)
        return

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place in ("gates", "candidate", "o") and gate in now and 4 <= t <= 7:
            now[gate][:, 1] = 0.25

    found = intervene(layer, x, [Clamp(gate, 1, 4, 7, 0.25)], h0, c0)
    assert np.all(getattr(found, gate)[3:7, :, 1] == 0.25)
    assert_same(found, other_by_hand(layer, x, h0, c0, reach))


@pytest.mark.parametrize(
    ("kind", "state"), [("coupled", "c"), ("peephole", "c"), *((kind, "h") for kind in KINDS)]
)
@pytest.mark.parametrize("shifted", [False, True])
def test_a_changed_state_of_another_kind_goes_on_as_in_a_loop_by_hand(
    kind: str, state: Any, shifted: bool
) -> None:
    layer, x, h0, c0 = other(kind)

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place == state and t == 5:
            now[state][:, 1] = now[state][:, 1] - 0.5 if shifted else -0.5

    change = (ShiftState if shifted else SetState)(state, 1, 5, -0.5)
    assert_same(intervene(layer, x, [change], h0, c0), other_by_hand(layer, x, h0, c0, reach))


@pytest.mark.parametrize("kind", KINDS)
def test_a_silenced_unit_of_another_kind_says_nothing_as_in_a_loop_by_hand(kind: str) -> None:
    layer, x, h0, c0 = other(kind)

    def reach(place: str, t: int, now: dict[str, Array]) -> None:
        if place == "m" and 4 <= t <= 8:
            now["h"][:, 3] = 0

    found = intervene(layer, x, [SILENCE], h0, c0)
    assert_same(found, other_by_hand(layer, x, h0, c0, reach))
    assert np.all(found.h[3:8, :, 3] == 0)
    assert np.all(found.h[8:, :, 3] != 0)


def test_with_coupled_gates_what_is_not_kept_is_written() -> None:
    layer, x, h0, c0 = other("coupled")
    found = intervene(layer, x, [Clamp("f", 0, 3, 3, 0.75)], h0, c0)
    assert np.all(found.i[2, :, 0] == 0.25)
    assert_close(found.c[2, :, 0], 0.75 * found.c[1, :, 0] + 0.25 * found.g[2, :, 0])


@pytest.mark.parametrize("kind", ["lstm", *KINDS])
def test_what_is_there_anyway_changes_nothing_to_the_bit(kind: str) -> None:
    layer, x, h0, c0 = problem(B=1) if kind == "lstm" else other(kind, B=1)
    untouched = run_layer(layer, x, h0, c0)
    held: list[Intervention] = [
        Clamp(gate, unit, t, t, getattr(untouched, gate)[t - 1, 0, unit].item())
        for gate in gates_of(layer)
        for unit, t in ((0, 1), (2, 6), (3, T))
    ]
    held += [
        SetState(state, 1, 5, getattr(untouched, state)[4, 0, 1].item())
        for state in states_of(layer)
    ]
    held += [ShiftState(state, 2, 7, 0.0) for state in states_of(layer)]
    assert_to_the_bit(intervene(layer, x, held, h0, c0), untouched)


@pytest.mark.parametrize("kind", ["lstm", *KINDS])
def test_a_run_that_is_reached_into_goes_on_from_its_states_as_one_that_is_not(kind: str) -> None:
    """Stepwise = whole: after the last intervention it is a plain run from where it then is."""
    layer, x, h0, c0 = problem() if kind == "lstm" else other(kind)
    found = intervene(layer, x, [SetState("h", 1, 4, 0.5), Silence(2, 3, 5)], h0, c0)
    rest = run_layer(layer, x[5:], found.h[4], found.c[4])
    assert_close(found.h[5:], rest.h)
    assert_close(found.c[5:], rest.c)


def test_what_is_added_to_a_state_is_kept_by_the_product_of_the_forget_gates() -> None:
    """Without feedback a run is linear in what is added to c."""
    rng = np.random.default_rng(3)
    layer = Layer(rng.normal(size=(4 * H, D)), np.zeros((4 * H, H)), rng.normal(size=4 * H))
    x = rng.normal(size=(T, 2, D))
    untouched = forward(layer, x)
    for by in (0.5, -2.0):
        found = intervene(layer, x, [ShiftState("c", 1, 4, by)])
        gained = found.c[3:, :, 1] - untouched.c[3:, :, 1]
        assert_close(gained[0], by)
        assert_close(gained[1:], by * np.cumprod(untouched.f[4:, :, 1], axis=0))


def test_what_another_kind_does_not_have_is_refused_in_words() -> None:
    for kind, one, message in (
        ("coupled", Clamp("i", 0, 1, 2, 0), "With coupled gates i is 1 − f. Clamp f instead."),
        ("coupled", Clamp("z", 0, 1, 2, 0), "There is no gate 'z'. Use one of f, g, o."),
        ("gru", Clamp("f", 0, 1, 2, 0), "There is no gate 'f'. Use one of r, z, n."),
        ("gru", SetState("c", 0, 1, 0), "There is no state 'c'. Use h."),
        ("rnn", Clamp("o", 0, 1, 2, 0), "A basic RNN has no gates. Change h, or silence a unit."),
        ("rnn", ShiftState("c", 0, 1, 0), "There is no state 'c'. Use h."),
    ):
        layer, x, h0, c0 = other(kind)
        with pytest.raises(LabError) as told:
            intervene(layer, x, [one], h0, c0)
        assert message == str(told.value)


def test_a_model_with_interventions_goes_on_above_them() -> None:
    one, two = random_layers(np.random.default_rng(0), [D, H, P])
    model = Model([one, two], Linear(np.ones((1, P)), np.zeros(1)))
    x = np.random.default_rng(1).normal(size=(T, 2, D))
    untouched, found = run(model, x), run(model, x, {0: [CLAMP, SILENCE], 1: []})
    below = intervene(one, x, [CLAMP, SILENCE])
    assert_to_the_bit(found.layers[0], below)
    assert_to_the_bit(found.layers[1], forward(two, below.h))
    np.testing.assert_array_equal(found.outputs, found.layers[1].h @ np.ones((P, 1)))
    np.testing.assert_array_equal(found.outputs[:3], untouched.outputs[:3])
    above = run(model, x, {1: [SetState("h", 0, 5, 1.0)]})
    assert_to_the_bit(above.layers[0], untouched.layers[0])
    assert np.all(above.outputs[4] != untouched.outputs[4])


def test_interventions_in_a_layer_that_is_not_there_are_refused() -> None:
    model = Model(random_layers(np.random.default_rng(0), [D, H]))
    with pytest.raises(LabError, match="There is no layer 1: this model has 0 to 0"):
        run(model, np.zeros((T, 1, D)), {1: [CLAMP]})


def test_inputs_that_do_not_fit_are_refused() -> None:
    (layer,) = random_layers(np.random.default_rng(0), [D, H])
    with pytest.raises(LabError, match="x has shape"):
        intervene(layer, np.zeros((T, 1, D + 1)), [])


def test_a_run_in_two_parts_with_what_happens_during_each_is_the_whole_run() -> None:
    layer, x, h0, c0 = problem()
    some: list[Intervention] = [CLAMP, SET, SHIFT, SILENCE]
    some += [SetState("c", 0, 0, 2.0), ShiftState("h", 0, T, 1.0)]
    whole = intervene(layer, x, some, h0, c0)
    for end in range(1, T):
        first = intervene(layer, x[:end], during(some, 1, end), h0, c0)
        second = intervene(layer, x[end:], during(some, end + 1, T), first.h[-1], first.c[-1])
        assert_close(np.concatenate([first.h, second.h]), whole.h)
        assert_close(np.concatenate([first.c, second.c]), whole.c)


def test_steps_before_the_first_put_off_what_happens() -> None:
    assert during([CLAMP, SET], -1, T) == [Clamp("f", 1, 6, 9, 0.25), SetState("c", 2, 7, 3.0)]
    # The state that a text begins with is the one that what stands before it leaves.
    assert during([SetState("c", 0, 0, 1.0)], -1, T) == [SetState("c", 0, 2, 1.0)]
