"""Looking back, against central differences and closed forms."""

import dataclasses
import re

import numpy as np
import pytest

from lstm import Array, LabError, Layer, Linear, Trace, forward
from lstm.coupled import CoupledLayer
from lstm.gru import GRULayer, GRUTrace
from lstm.interventions import ShiftState, intervene
from lstm.looking_back import (
    along_cell_path,
    dependence,
    gradients_on_states,
    influence_of_inputs,
)
from lstm.losses import mean_squared_error
from lstm.peephole import PeepholeLayer
from lstm.variants import RNNLayer, run_layer

T, B, D, H, P, K = 9, 2, 3, 4, 2, 3
STEP = 1e-6
KINDS = ["lstm", "projected", "peephole", "coupled", "rnn", "gru"]
WITHOUT_C = [("rnn", "c"), ("gru", "c")]
every_kind = pytest.mark.parametrize("kind", KINDS)


def layer_of(kind: str, rng: np.random.Generator) -> Layer:
    gates = {"rnn": 1, "gru": 3, "coupled": 3}.get(kind, 4)
    out = P if kind == "projected" else H
    W_ih, W_hh = rng.normal(size=(gates * H, D)), rng.normal(size=(gates * H, out))
    bias = rng.normal(size=gates * H)
    if kind == "rnn":
        return RNNLayer(W_ih, W_hh, bias)
    if kind == "gru":
        return GRULayer(W_ih, W_hh, bias, b_hn=rng.normal(size=H))
    if kind == "coupled":
        return CoupledLayer(W_ih, W_hh, bias)
    if kind == "peephole":
        p_i, p_f, p_o = rng.normal(size=(3, H))
        return PeepholeLayer(W_ih, W_hh, bias, p_i=p_i, p_f=p_f, p_o=p_o)
    return Layer(W_ih, W_hh, bias, rng.normal(size=(P, H)) if kind == "projected" else None)


def problem(kind: str) -> tuple[Layer, Trace, Linear]:
    rng = np.random.default_rng(KINDS.index(kind))
    layer = layer_of(kind, rng)
    cells = 0 if kind in ("rnn", "gru") else H
    h0, c0 = rng.normal(size=(B, layer.output_size)), rng.normal(size=(B, cells))
    trace = run_layer(layer, rng.normal(size=(T, B, D)), h0, c0)
    decoder = Linear(rng.normal(size=(K, layer.output_size)), rng.normal(size=K))
    return layer, trace, decoder


def moved(layer: Layer, trace: Trace, s: int, state: str, unit: int, by: float) -> Trace:
    """Give the run in which a state of a unit is another after step s, and what follows from it.

    c(s) takes h(s) along: o(s) · tanh(c(s)), with its peephole and projection.
    """
    h = (trace.h[s - 1] if s else trace.h0).copy()
    c = (trace.c[s - 1] if s else trace.c0).copy()
    (h if state == "h" else c)[:, unit] += by
    if state == "c" and s:
        o = trace.o[s - 1]
        if isinstance(layer, PeepholeLayer):
            a = np.log(o / (1 - o)) + layer.p_o * (c - trace.c[s - 1])
            o = 1 / (1 + np.exp(-a))
        m = o * np.tanh(c)
        h = m if layer.W_hr is None else m @ layer.W_hr.T
    rest = run_layer(layer, trace.x[s:], h, c)
    return dataclasses.replace(
        trace,
        h=np.concatenate([trace.h[: max(s - 1, 0)], [h] if s else trace.h[:0], rest.h]),
        c=np.concatenate([trace.c[: max(s - 1, 0)], [c] if s else trace.c[:0], rest.c]),
    )


def assert_agrees(found: Array, slopes: Array) -> None:
    """Central differences with a step of 1e-6 in float64."""
    assert np.abs(found - slopes).max() < 1e-6 * max(1.0, float(np.abs(slopes).max()))


@pytest.mark.parametrize(
    ("kind", "state"),
    [(kind, state) for kind in KINDS for state in "ch" if (kind, state) not in WITHOUT_C],
)
@pytest.mark.parametrize("t", [1, 6, T])
def test_the_whole_dependence_agrees_with_central_differences(
    kind: str, state: str, t: int
) -> None:
    layer, trace, _ = problem(kind)
    count = getattr(trace, state).shape[2]
    unit = 1
    found = dependence(layer, trace, t, unit, state)  # type: ignore[arg-type]
    assert found.shape == (t + 1, B, count)
    for s in range(t):
        for other in range(count):
            ends = [
                getattr(moved(layer, trace, s, state, other, by), state)[t - 1, :, unit]
                for by in (STEP, -STEP)
            ]
            assert_agrees(found[s, :, other], (ends[0] - ends[1]) / (2 * STEP))
    np.testing.assert_array_equal(found[t], np.tile(np.eye(count)[unit], (B, 1)))


def test_the_dependence_is_what_an_intervention_on_the_cell_state_shows() -> None:
    layer, trace, _ = problem("lstm")
    found = dependence(layer, trace, T, 2)
    for s in range(T):
        for unit in range(H):
            ends = [
                intervene(layer, trace.x, [ShiftState("c", unit, s, by)], trace.h0, trace.c0).c[
                    -1, :, 2
                ]
                for by in (STEP, -STEP)
            ]
            assert_agrees(found[s, :, unit], (ends[0] - ends[1]) / (2 * STEP))


@every_kind
@pytest.mark.parametrize("t", [1, 6, T])
def test_the_influence_of_inputs_agrees_with_central_differences(kind: str, t: int) -> None:
    layer, trace, decoder = problem(kind)
    found = influence_of_inputs(layer, trace, decoder, t, output=2)
    assert found.shape == (t, B, D)
    slopes = np.empty_like(found)
    for s in range(t):
        for d in range(D):
            ends = []
            for sign in (1, -1):
                x = trace.x.copy()
                x[s, :, d] += sign * STEP
                h = run_layer(layer, x, trace.h0, trace.c0).h
                ends.append(decoder(h)[t - 1, :, 2])
            slopes[s, :, d] = (ends[0] - ends[1]) / (2 * STEP)
    assert_agrees(found, slopes)


@every_kind
@pytest.mark.parametrize("counted", [False, True])
def test_gradients_on_states_agree_with_central_differences(kind: str, counted: bool) -> None:
    layer, trace, decoder = problem(kind)
    rng = np.random.default_rng(9)
    target = rng.normal(size=(T, B, K))
    counts = rng.uniform(size=(T, B)) if counted else None
    found = gradients_on_states(layer, trace, decoder, target, counts)

    def loss(other: Trace) -> float:
        return mean_squared_error(decoder(other.h), target, counts).value

    assert found.loss == loss(trace)
    assert found.dc.shape == (T + 1, B, trace.c.shape[2])
    for state in ("c", "h"):
        slopes = np.empty((T, *getattr(trace, state).shape[1:]))
        for s, b, unit in np.ndindex(slopes.shape):
            ends = []
            for sign in (1, -1):
                whole = moved(layer, trace, s, state, unit, sign * STEP)
                h = trace.h.copy()
                h[:, b] = whole.h[:, b]
                ends.append(loss(dataclasses.replace(trace, h=h)))
            slopes[s, b, unit] = (ends[0] - ends[1]) / (2 * STEP)
        if slopes.size:
            assert_agrees(getattr(found, f"d{state}")[:-1], slopes)
    # At T there is nothing after: only the outputs of that step.
    last = mean_squared_error(decoder(trace.h), target, counts).doutputs[-1] @ decoder.W
    np.testing.assert_allclose(found.dh[-1], last, rtol=0, atol=1e-15)


def test_along_the_cell_path_it_is_the_product_of_the_forget_gates() -> None:
    _, trace, _ = problem("lstm")
    for t in (1, 6, T):
        found = along_cell_path(trace, t)
        assert found.shape == (t + 1, B, H)
        for s in range(t + 1):
            # The same products in another order, each rounded.
            np.testing.assert_allclose(found[s], trace.f[s:t].prod(axis=0), rtol=1e-14)


def test_along_h_in_a_gru_it_is_the_product_of_the_update_gates() -> None:
    _, trace, _ = problem("gru")
    assert isinstance(trace, GRUTrace)
    for t in (1, 6, T):
        wanted = [trace.z[s:t].prod(axis=0) for s in range(t + 1)]
        np.testing.assert_allclose(along_cell_path(trace, t), wanted, rtol=1e-14)


def test_where_h_goes_nowhere_the_cell_path_is_the_whole_dependence() -> None:
    layer, trace, _ = problem("lstm")
    layer = dataclasses.replace(layer, W_hh=np.zeros_like(layer.W_hh))
    trace = forward(layer, trace.x, trace.h0, trace.c0)
    whole, path = dependence(layer, trace, T, 1), along_cell_path(trace, T)
    np.testing.assert_allclose(whole[:, :, 1], path[:, :, 1], rtol=1e-13)
    assert not whole[:, :, [0, 2, 3]].any()


def test_in_a_basic_rnn_each_step_back_is_a_slope_times_the_weight() -> None:
    rng = np.random.default_rng(3)
    layer = RNNLayer(np.array([[0.5]]), np.array([[0.8]]), np.array([0.1]))
    trace = run_layer(layer, rng.normal(size=(30, 1, 1)))
    found = dependence(layer, trace, 30, 0, "h").ravel()
    steps = 0.8 * (1 - trace.h.ravel() ** 2)
    wanted = [steps[s:].prod() for s in range(31)]
    np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_an_lstm_still_knows_what_a_basic_rnn_has_long_forgotten() -> None:
    """The vanishing gradient: 0.99³⁰⁰ ≈ 0.05 is left of one, 0.8³⁰⁰ ≈ 1e-29 of the other."""
    x = np.zeros((300, 1, 1))
    cell = Layer.scalar(i=(1, 0, 0), f=(0, 0, 4.6), g=(1, 0, 0), o=(0, 0, 0))
    rnn = RNNLayer(np.array([[0.5]]), np.array([[0.8]]), np.zeros(1))
    same = Linear(np.eye(1), np.zeros(1))
    far = [
        influence_of_inputs(layer, run_layer(layer, x), same, 300)[0].item()
        for layer in (cell, rnn)
    ]
    assert far[0] > 1e-3
    assert 0 < far[1] < 1e-28


@every_kind
def test_a_layer_in_float32_is_looked_back_through_in_float64(kind: str) -> None:
    layer, trace, decoder = problem(kind)
    arrays = {name: array for name, array in vars(layer).items() if array is not None}
    small = dataclasses.replace(layer, **{n: a.astype(np.float32) for n, a in arrays.items()})
    run = run_layer(small, trace.x, trace.h0, trace.c0)
    wide = dataclasses.replace(
        run, **{name: array.astype(np.float64) for name, array in vars(run).items()}
    )
    again = dataclasses.replace(layer, **{n: getattr(small, n).astype("f8") for n in arrays})
    target = np.zeros((T, B, K))
    found = [
        dependence(small, run, T, 0, "h"),
        influence_of_inputs(small, run, decoder, T),
        gradients_on_states(small, run, decoder, target).dh,
    ]
    wanted = [
        dependence(again, wide, T, 0, "h"),
        influence_of_inputs(again, wide, decoder, T),
        gradients_on_states(again, wide, decoder, target).dh,
    ]
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == np.float64
        np.testing.assert_array_equal(one, other)


def test_what_has_vanished_beyond_float32_is_a_number_still() -> None:
    rnn = RNNLayer(*(np.array(a, np.float32) for a in ([[0.5]], [[0.75]], [0.0])))
    trace = run_layer(rnn, np.zeros((400, 1, 1)))
    first = dependence(rnn, trace, 400, 0, "h")[0].item()
    np.testing.assert_allclose(first, 0.75**400, rtol=1e-12)  # 1e-50: in float32 it is 0


@pytest.mark.parametrize("t", [0, T + 1, -1])
def test_a_step_that_does_not_exist_is_refused(t: int) -> None:
    layer, trace, decoder = problem("lstm")
    message = re.escape(f"There is no step {t} to look back from: use one from 1 to {T}.")
    with pytest.raises(LabError, match=message):
        along_cell_path(trace, t)
    with pytest.raises(LabError, match=message):
        dependence(layer, trace, t, 0)
    with pytest.raises(LabError, match=message):
        influence_of_inputs(layer, trace, decoder, t)


def test_what_a_kind_of_cell_does_not_have_is_refused() -> None:
    layer, trace, _ = problem("rnn")
    with pytest.raises(LabError, match="cells of this kind have no forget gate"):
        along_cell_path(trace, T)
    with pytest.raises(LabError, match="Cells of this kind have no cell state c"):
        dependence(layer, trace, T, 0)
    with pytest.raises(LabError, match="There is no state 'o'"):
        dependence(layer, trace, T, 0, "o")  # type: ignore[arg-type]


def test_units_and_outputs_that_do_not_exist_are_refused() -> None:
    layer, trace, decoder = problem("projected")
    with pytest.raises(LabError, match="There is no unit 4: this layer has 0 to 3"):
        dependence(layer, trace, T, 4)
    with pytest.raises(LabError, match="There is no unit 2: this layer has 0 to 1"):
        dependence(layer, trace, T, 2, "h")
    with pytest.raises(LabError, match="There is no output 3: there are 0 to 2"):
        influence_of_inputs(layer, trace, decoder, T, 3)
    wide = Linear(np.ones((1, 5)), np.zeros(1))
    message = "The output takes 5 values, but the layer gives 2."
    with pytest.raises(LabError, match=message):
        influence_of_inputs(layer, trace, wide, T)
    with pytest.raises(LabError, match=message):
        gradients_on_states(layer, trace, wide, np.zeros((T, B, 1)))
