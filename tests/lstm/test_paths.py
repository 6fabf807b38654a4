"""The paths of a gradient: they add up to it, each is what its name says, in any run."""

import numpy as np
import pytest

from lstm import Array, LabError, Layer, Trace, forward
from lstm.coupled import CoupledLayer
from lstm.gru import GRULayer
from lstm.interventions import (
    Clamp,
    Intervention,
    SetState,
    ShiftState,
    Silence,
    gates_of,
    intervene,
    states_of,
)
from lstm.paths import held, paths
from lstm.peephole import PeepholeLayer
from lstm.variants import RNNLayer, run_layer, run_layer_backward

T, B, D, H = 9, 2, 3, 4
STEP = 1e-6
KINDS = {"lstm": "ifgo", "peephole": "ifgo", "coupled": "fgo", "gru": "rzn", "rnn": "a"}
every_kind = pytest.mark.parametrize("kind", KINDS)


def layer_of(kind: str, rng: np.random.Generator) -> Layer:
    rows = len(KINDS[kind]) * H
    W_ih, W_hh, bias = (rng.normal(size=shape) for shape in ((rows, D), (rows, H), rows))
    if kind == "rnn":
        return RNNLayer(W_ih, W_hh, bias)
    if kind == "gru":
        return GRULayer(W_ih, W_hh, bias, b_hn=rng.normal(size=H))
    if kind == "coupled":
        return CoupledLayer(W_ih, W_hh, bias)
    if kind == "peephole":
        p_i, p_f, p_o = rng.normal(size=(3, H))
        return PeepholeLayer(W_ih, W_hh, bias, p_i=p_i, p_f=p_f, p_o=p_o)
    return Layer(W_ih, W_hh, bias)


def problem(kind: str) -> tuple[Layer, Trace, Array]:
    rng = np.random.default_rng(list(KINDS).index(kind))
    layer = layer_of(kind, rng)
    cells = 0 if kind in ("rnn", "gru") else H
    h0, c0 = rng.normal(size=(B, H)), rng.normal(size=(B, cells))
    trace = run_layer(layer, rng.normal(size=(T, B, D)), h0, c0)
    return layer, trace, rng.normal(size=(T, B, H))


def total(terms: dict[str, Array]) -> Array:
    return sum(terms.values(), np.zeros(()))


def near(found: Array, wanted: Array) -> None:
    """Hold sums of a few terms together: to 1e-12 of the largest."""
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1e-12 * np.abs(wanted).max()


@every_kind
def test_the_paths_to_a_state_add_up_to_its_gradient(kind: str) -> None:
    layer, trace, above = problem(kind)
    last = np.random.default_rng(7).normal(size=trace.c0.shape)
    above_c = np.zeros_like(trace.c)
    above_c[-1] = last
    found = paths(layer, trace, above, above_c)
    back = run_layer_backward(layer, trace, above, last)
    near(found.dx, back.dx)
    near(total(dict(found.h)), np.concatenate([back.dh0[None], back.dh]))
    if trace.c.shape[2]:
        near(total(dict(found.c)), np.concatenate([back.dc0[None], back.dc]))
    else:
        assert found.c == {}


@every_kind
def test_each_gate_is_a_path_to_h_and_what_is_above_comes_first(kind: str) -> None:
    layer, trace, above = problem(kind)
    found = paths(layer, trace, above)
    kept = ["keep"] if kind == "gru" else []
    assert list(found.h) == ["above", *kept, *KINDS[kind]]
    np.testing.assert_array_equal(found.h["above"][1:], above)
    assert not found.h["above"][0].any()


@every_kind
def test_a_gate_that_does_not_listen_is_no_path_and_leaves_the_others(kind: str) -> None:
    """To the last state but one no longer way leads: its other paths stay to the bit."""
    layer, trace, above = problem(kind)
    found = paths(layer, trace, above)
    for n, letter in enumerate(KINDS[kind]):
        deaf = layer.W_hh.copy()
        deaf[n * H : (n + 1) * H] = 0
        # The same run: only going back sees the other weights.
        other = paths(type(layer)(**{**vars(layer), "W_hh": deaf}), trace, above)
        assert not other.h[letter].any()
        for name in set(found.h) - {letter}:
            np.testing.assert_array_equal(other.h[name][T - 1], found.h[name][T - 1])


@every_kind
def test_one_run_can_be_looked_back_through_in_many_ways_at_once(kind: str) -> None:
    layer, _, above = problem(kind)
    trace = run_layer(layer, np.random.default_rng(3).normal(size=(T, 1, D)))
    both = paths(layer, trace, above)
    for b in range(B):
        alone = paths(layer, trace, above[:, b : b + 1])
        for name, terms in alone.h.items():
            near(both.h[name][:, b : b + 1] + 1, terms + 1)
        near(both.dx[:, b : b + 1], alone.dx)


def test_the_paths_of_one_plain_cell_are_the_equations_of_its_last_two_steps() -> None:
    weights = {"i": (0.4, -0.3, 0.1), "f": (0.2, 0.6, 0.5), "g": (0.9, -0.7, 0.0)}
    cell = Layer.scalar(**weights, o=(0.3, 0.8, -0.2))
    trace = forward(cell, np.array([1.0, -0.5, 0.25])[:, None, None])
    found = paths(cell, trace, np.array([0.0, 0.0, 1.0])[:, None, None])
    i, f, g, o, c = (getattr(trace, name).ravel() for name in "ifgoc")
    dc3 = o[2] * (1 - np.tanh(c[2]) ** 2)
    wanted = {
        "i": dc3 * g[2] * i[2] * (1 - i[2]) * -0.3,
        "f": dc3 * c[1] * f[2] * (1 - f[2]) * 0.6,
        "g": dc3 * i[2] * (1 - g[2] ** 2) * -0.7,
        "o": np.tanh(c[2]) * o[2] * (1 - o[2]) * 0.8,
    }
    for name, value in wanted.items():
        assert found.h[name][2].item() == pytest.approx(value, rel=1e-13)
    assert found.c["c"][2].item() == pytest.approx(dc3 * f[2], rel=1e-13)
    through_h = sum(wanted.values()) * o[1] * (1 - np.tanh(c[1]) ** 2)
    assert found.c["h"][2].item() == pytest.approx(through_h, rel=1e-13)


def interventions_for(layer: Layer) -> list[Intervention]:
    """Reach into everything that a kind has, at steps that partly meet."""
    found: list[Intervention] = [
        Clamp(gate, unit, 2 + unit, 4 + unit, 0.3) for unit, gate in enumerate(gates_of(layer))
    ]
    for state in states_of(layer):
        found += [SetState(state, 2, 5, 0.7), ShiftState(state, 1, 3, -0.4)]
        found += [SetState(state, 0, 0, 0.2), ShiftState(state, 2, 5, 0.1)]
    return [*found, Silence(1, 6, 7), Silence(3, 2, 2)]


@every_kind
def test_through_a_run_that_was_reached_into_they_agree_with_central_differences(
    kind: str,
) -> None:
    layer, trace, above = problem(kind)
    rng = np.random.default_rng(5)
    above_c = rng.normal(size=trace.c.shape)
    reached = interventions_for(layer)
    start = trace.x, trace.h0, trace.c0

    def loss(x: Array, *more: Intervention) -> Array:
        run = intervene(layer, x, [*reached, *more], trace.h0, trace.c0)
        of_each: Array = (above * run.h).sum(axis=(0, 2)) + (above_c * run.c).sum(axis=(0, 2))
        return of_each

    run = intervene(layer, start[0], reached, *start[1:])
    found = paths(layer, run, above, above_c, held(reached, T, H))
    for state in states_of(layer):
        sums = total(dict(getattr(found, state)))
        for s in range(T + 1):
            for unit in range(H):
                ends = [loss(trace.x, ShiftState(state, unit, s, by)) for by in (STEP, -STEP)]
                wanted = (ends[0] - ends[1]) / (2 * STEP)
                np.testing.assert_allclose(sums[s, :, unit], wanted, rtol=1e-6, atol=1e-7)
    for s, d in np.ndindex(T, D):
        moved = [trace.x.copy(), trace.x.copy()]
        moved[0][s, :, d] += STEP
        moved[1][s, :, d] -= STEP
        slopes = (loss(moved[0]) - loss(moved[1])) / (2 * STEP)
        np.testing.assert_allclose(found.dx[s, :, d], slopes, rtol=1e-6, atol=1e-7)


def test_what_is_put_in_at_the_start_or_added_holds_nothing() -> None:
    assert held([SetState("c", 0, 0, 1.0), ShiftState("h", 0, 2, 1.0)], T=3, units=1) == {}
    found = held([SetState("c", 1, 2, 1.0), Silence(0, 1, 2), Silence(1, 3, 3)], T=3, units=2)
    assert found["c"][:, 0].tolist() == [[1, 1], [1, 0], [1, 1]]
    assert found["said"][:, 0].tolist() == [[0, 1], [0, 1], [1, 0]]


def test_a_layer_with_a_projection_is_refused() -> None:
    rng = np.random.default_rng(0)
    layer = Layer(
        rng.normal(size=(16, 3)), rng.normal(size=(16, 2)), np.zeros(16), rng.normal(size=(2, 4))
    )
    trace = run_layer(layer, np.zeros((3, 1, 3)))
    with pytest.raises(LabError, match="A layer with a projection cannot be taken apart"):
        paths(layer, trace, np.zeros((3, 1, 2)))
