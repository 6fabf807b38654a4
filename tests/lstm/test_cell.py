"""One layer, against closed forms, plain Python and its own other ways of computing."""

import dataclasses
import functools
import math
import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm import (
    LabError,
    Layer,
    Step,
    Trace,
    forward,
    half_life,
    pre_activations,
    sigmoid,
    step,
)
from lstm.cell import Array

# Two orders of summing differ by a few roundings of 1e-16 each, which the
# recurrence may enlarge: about 1e-15 is seen at these sizes, a slip shows at 1e-3.
assert_close = functools.partial(np.testing.assert_allclose, rtol=1e-13, atol=1e-13)

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=30, deadline=None)
sizes = st.integers(1, 6)
projections = st.none() | sizes
seeds = st.integers(0, 2**32 - 1)

NOTHING_WRITTEN = (0, 0, -100)  # σ(−100) is exactly 0 here: i = 0
TIED = (0.5, 0.5, 0)

PARTS = ("i", "f", "g", "o", "c", "h")


def random_layer(
    rng: np.random.Generator, D: int, H: int, scale: float = 1.0, P: int | None = None
) -> Layer:
    return Layer(
        scale * rng.normal(size=(4 * H, D)),
        scale * rng.normal(size=(4 * H, P or H)),
        scale * rng.normal(size=4 * H),
        None if P is None else scale * rng.normal(size=(P, H)),
    )


def parts(trace: Trace | Step) -> dict[str, Array]:
    return {name: getattr(trace, name) for name in PARTS}


def pulse(steps: int) -> Array:
    x = np.zeros((steps, 1, 1))
    x[0] = 1
    return x


def textbook_sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def textbook_step(
    layer: Layer, x: Sequence[float], h: Sequence[float], c: Sequence[float]
) -> dict[str, list[float]]:
    """One step for one sequence, sum by sum, in Python's own floats."""
    H = layer.hidden_size
    W, U, b = layer.W_ih.tolist(), layer.W_hh.tolist(), layer.bias.tolist()

    def a(gate: int, unit: int) -> float:
        row = gate * H + unit
        return float(
            b[row]
            + sum(w * value for w, value in zip(W[row], x, strict=True))
            + sum(u * value for u, value in zip(U[row], h, strict=True))
        )

    units = range(H)
    i = [textbook_sigmoid(a(0, unit)) for unit in units]
    f = [textbook_sigmoid(a(1, unit)) for unit in units]
    g = [math.tanh(a(2, unit)) for unit in units]
    o = [textbook_sigmoid(a(3, unit)) for unit in units]
    new_c = [f[n] * c[n] + i[n] * g[n] for n in units]
    new_h = [o[n] * math.tanh(new_c[n]) for n in units]
    if layer.W_hr is not None:
        new_h = [
            sum(w * value for w, value in zip(row, new_h, strict=True))
            for row in layer.W_hr.tolist()
        ]
    return {"i": i, "f": f, "g": g, "o": o, "c": new_c, "h": new_h}


# Closed forms


@pytest.mark.parametrize("b_f", [-2.0, 0.0, 1.0, 5.0])
def test_a_constant_forget_gate_decays_the_cell_state_as_a_power(b_f: float) -> None:
    cell = Layer.scalar(i=NOTHING_WRITTEN, f=(0, 0, b_f), g=TIED, o=TIED)
    trace = forward(cell, np.ones((50, 1, 1)), c0=[[8.0]])
    powers = 8.0 * textbook_sigmoid(b_f) ** np.arange(1, 51)
    # Fifty products, each rounded once, of a gate that is itself good to 4e-16.
    np.testing.assert_allclose(trace.c.ravel(), powers, rtol=1e-13)


def test_an_open_forget_gate_holds_the_cell_state_exactly() -> None:
    cell = Layer.scalar(i=NOTHING_WRITTEN, f=(0, 0, 100), g=TIED, o=TIED)
    held = 0.1234567890123456789
    trace = forward(cell, np.random.default_rng(0).normal(size=(500, 1, 1)), c0=[[held]])
    assert np.all(trace.c == held)


def test_a_closed_forget_gate_keeps_nothing() -> None:
    cell = Layer.scalar(i=NOTHING_WRITTEN, f=(0, 0, -100), g=TIED, o=TIED)
    assert forward(cell, np.ones((1, 1, 1)), c0=[[8.0]]).c.item() == 0


def test_along_the_cell_path_the_derivative_is_the_product_of_the_forget_gates() -> None:
    rng = np.random.default_rng(1)
    D, H, T = 2, 3, 12
    # Nothing is fed back through h, so that c_0 reaches c_T through c alone.
    layer = Layer(rng.normal(size=(4 * H, D)), np.zeros((4 * H, H)), rng.normal(size=4 * H))
    x, c0 = rng.normal(size=(T, 1, D)), rng.normal(size=(1, H))
    eps = 0.5  # c_T is linear in c_0 here, so that a wide difference costs no accuracy

    derivative = np.empty((H, H))
    for unit in range(H):
        shift = eps * np.eye(H)[unit]
        above, below = (forward(layer, x, c0=c0 + s).c[-1, 0] for s in (shift, -shift))
        derivative[:, unit] = (above - below) / (2 * eps)

    product = np.diag(forward(layer, x).f.prod(axis=0)[0])
    # Roundings of c, of size 1, over 2·eps = 1.
    np.testing.assert_allclose(derivative, product, rtol=0, atol=1e-14)


def test_the_tied_default_cell_forgets_a_pulse_as_the_page_says() -> None:
    c = forward(Layer.scalar(i=TIED, f=TIED, g=TIED, o=TIED), pulse(10)).c.ravel()
    # The page shows three decimals.
    assert c[:4].round(3).tolist() == [0.288, 0.195, 0.126, 0.080]
    assert c[8:].round(3).tolist() == [0.008, 0.005]
    # "Under 3 % of the peak after 8 steps", and not sooner.
    assert c[8] < 0.03 * c[0] < c[7]


# Independent computation


def test_a_scalar_cell_agrees_with_its_four_equations() -> None:
    rng = np.random.default_rng(2)
    (w_i, u_i, b_i), (w_f, u_f, b_f), (w_g, u_g, b_g), (w_o, u_o, b_o) = rng.normal(
        size=(4, 3)
    ).tolist()
    cell = Layer.scalar(i=(w_i, u_i, b_i), f=(w_f, u_f, b_f), g=(w_g, u_g, b_g), o=(w_o, u_o, b_o))
    x = rng.normal(size=20)
    trace = forward(cell, x[:, None, None], h0=[[0.3]], c0=[[-0.7]])

    h, c = 0.3, -0.7
    for t, x_t in enumerate(x.tolist()):
        i = 1 / (1 + math.exp(-(w_i * x_t + u_i * h + b_i)))
        f = 1 / (1 + math.exp(-(w_f * x_t + u_f * h + b_f)))
        g = math.tanh(w_g * x_t + u_g * h + b_g)
        o = 1 / (1 + math.exp(-(w_o * x_t + u_o * h + b_o)))
        c = f * c + i * g
        h = o * math.tanh(c)
        computed = [getattr(trace, name)[t].item() for name in PARTS]
        assert_close(computed, [i, f, g, o, c, h])


@examples
@given(T=sizes, B=sizes, D=sizes, H=sizes, P=projections, seed=seeds)
def test_a_layer_agrees_with_sums_written_out_in_plain_python(
    T: int, B: int, D: int, H: int, P: int | None, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, D, H, P=P)
    x = rng.normal(size=(T, B, D))
    h0, c0 = rng.normal(size=(B, P or H)), rng.normal(size=(B, H))
    trace = forward(layer, x, h0, c0)
    for b in range(B):
        h, c = h0[b].tolist(), c0[b].tolist()
        for t in range(T):
            expected = textbook_step(layer, x[t, b].tolist(), h, c)
            h, c = expected["h"], expected["c"]
            for name in PARTS:
                assert_close(getattr(trace, name)[t, b], expected[name], err_msg=name)


# One computation in two ways


@examples
@given(T=sizes, B=sizes, D=sizes, H=sizes, P=projections, seed=seeds)
def test_step_by_step_is_the_whole_sequence(
    T: int, B: int, D: int, H: int, P: int | None, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, D, H, P=P)
    x = rng.normal(size=(T, B, D))
    h: Array = rng.normal(size=(B, P or H))
    c: Array = rng.normal(size=(B, H))
    whole = forward(layer, x, h, c)
    for t in range(T):
        now = step(layer, x[t], h, c)
        h, c = now.h, now.c
        # Not to the bit: `forward` has x, h and the bias in one sum, `step` in three.
        for name, value in parts(now).items():
            assert_close(value, getattr(whole, name)[t], err_msg=name)


@examples
@given(T=st.integers(2, 8), B=sizes, D=sizes, H=sizes, P=projections, seed=seeds, data=st.data())
def test_a_sequence_cut_in_two_and_carried_on_is_the_whole_sequence_exactly(
    T: int, B: int, D: int, H: int, P: int | None, seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    layer, x = random_layer(rng, D, H, P=P), rng.normal(size=(T, B, D))
    cut = data.draw(st.integers(1, T - 1))
    whole = forward(layer, x)
    first = forward(layer, x[:cut])
    second = forward(layer, x[cut:], first.h[-1], first.c[-1])
    for name, value in parts(whole).items():
        halves = np.concatenate([getattr(first, name), getattr(second, name)])
        np.testing.assert_array_equal(halves, value, err_msg=name)


@examples
@given(T=sizes, B=sizes, D=sizes, H=sizes, seed=seeds)
def test_a_batch_is_a_loop_over_its_sequences(T: int, B: int, D: int, H: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer, x = random_layer(rng, D, H), rng.normal(size=(T, B, D))
    h0, c0 = rng.normal(size=(2, B, H))
    together = parts(forward(layer, x, h0, c0))
    for b in range(B):
        one = np.s_[b : b + 1]
        alone = forward(layer, x[:, one], h0[one], c0[one])
        for name, value in parts(alone).items():
            assert_close(value, together[name][:, one], err_msg=name)


@examples
@given(T=sizes, B=sizes, D=sizes, H=sizes, seed=seeds)
def test_squashing_the_pre_activations_again_gives_the_gates(
    T: int, B: int, D: int, H: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, D, H)
    h0, c0 = rng.normal(size=(2, B, H))
    trace = forward(layer, rng.normal(size=(T, B, D)), h0, c0)
    a = pre_activations(layer, trace)
    assert a.shape == (4, T, B, H)
    for gate, expected in zip(
        (sigmoid(a[0]), sigmoid(a[1]), np.tanh(a[2]), sigmoid(a[3])),
        (trace.i, trace.f, trace.g, trace.o),
        strict=True,
    ):
        assert_close(gate, expected)


def test_the_same_inputs_give_identical_bytes() -> None:
    rng = np.random.default_rng(3)
    layer, x = random_layer(rng, 7, 32), rng.normal(size=(40, 5, 7))
    once, again = forward(layer, x), forward(layer, x)
    for name, value in parts(once).items():
        assert value.tobytes() == getattr(again, name).tobytes(), name


# Projections


@pytest.mark.parametrize("P", [1, 3, 5])  # fewer values than units, as many, more
def test_a_projection_is_applied_to_what_the_output_gate_lets_through(P: int) -> None:
    rng = np.random.default_rng(11)
    layer = random_layer(rng, 2, 3, P=P)
    trace = forward(layer, rng.normal(size=(7, 4, 2)))
    assert trace.h.shape == trace.h_prev.shape == (7, 4, P)
    assert trace.c.shape == trace.c_prev.shape == trace.o.shape == (7, 4, 3)
    assert layer.W_hr is not None
    assert_close(trace.h, trace.o * np.tanh(trace.c) @ layer.W_hr.T)


def test_a_projection_by_the_identity_changes_nothing() -> None:
    rng = np.random.default_rng(12)
    layer, x = random_layer(rng, 2, 3), rng.normal(size=(7, 4, 2))
    projected = dataclasses.replace(layer, W_hr=np.eye(3))
    for name, value in parts(forward(layer, x)).items():
        assert_close(getattr(forward(projected, x), name), value, err_msg=name)


def test_a_projected_cell_agrees_with_a_step_worked_by_hand() -> None:
    # No bias, and nothing from h: the sum of every gate is ln 3.
    ln3 = math.log(3)
    layer = Layer(np.full((4, 1), ln3), np.zeros((4, 2)), np.zeros(4), np.array([[4], [-8]]))
    trace = forward(layer, np.ones((1, 1, 1)), c0=[[0.4]])
    # σ(ln 3) = ¾ and tanh(ln 3) = ⅘: c = ¾ · ⅖ + ¾ · ⅘ = 0.9, and ¾ tanh 0.9 goes on.
    assert_close(trace.c.item(), 0.9)
    assert_close(trace.h.ravel(), [3 * math.tanh(0.9), -6 * math.tanh(0.9)])


# Bounds


@examples
@given(
    T=st.integers(1, 20),
    B=sizes,
    D=sizes,
    H=sizes,
    seed=seeds,
    scale=st.sampled_from([0.1, 3, 1e3]),
)
def test_gates_and_states_stay_within_their_bounds(
    T: int, B: int, D: int, H: int, seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, D, H, scale)
    c0 = scale * rng.normal(size=(B, H))
    trace = forward(layer, rng.normal(size=(T, B, D)), c0=c0)
    for gate in (trace.i, trace.f, trace.o):
        assert np.all((gate >= 0) & (gate <= 1))
    assert np.all(np.abs(trace.g) <= 1)
    assert np.all(np.abs(trace.h) <= 1)
    # Rounding keeps order, so that the bound holds without slack.
    assert np.all(np.abs(trace.c) <= np.abs(trace.c_prev) + 1)


# The trace


def test_a_trace_starts_from_zero_states_where_none_are_given() -> None:
    rng = np.random.default_rng(4)
    layer, x = random_layer(rng, 3, 2), rng.normal(size=(4, 5, 3))
    left_out, zeros = forward(layer, x), forward(layer, x, np.zeros((5, 2)), np.zeros((5, 2)))
    assert not left_out.h0.any()
    assert not left_out.c0.any()
    assert left_out.h0.shape == left_out.c0.shape == (5, 2)
    np.testing.assert_array_equal(left_out.h, zeros.h)


def test_a_trace_keeps_its_inputs_and_knows_the_state_before_each_step() -> None:
    rng = np.random.default_rng(5)
    layer, x = random_layer(rng, 3, 2), rng.normal(size=(4, 5, 3))
    h0, c0 = rng.normal(size=(2, 5, 2))
    trace = forward(layer, x, h0, c0)
    np.testing.assert_array_equal(trace.x, x)
    for before, start, after in ((trace.h_prev, h0, trace.h), (trace.c_prev, c0, trace.c)):
        assert before.shape == (4, 5, 2)
        np.testing.assert_array_equal(before[0], start)
        np.testing.assert_array_equal(before[1:], after[:-1])


def test_a_trace_stays_as_it_is_when_its_inputs_are_changed_afterwards() -> None:
    layer, x = random_layer(np.random.default_rng(13), 3, 2), np.ones((4, 5, 3))
    trace = forward(layer, x)
    x[:] = 0
    assert np.all(trace.x == 1)


def test_lists_are_taken_as_arrays() -> None:
    cell = Layer.scalar(i=TIED, f=TIED, g=TIED, o=TIED)
    from_lists = forward(cell, [[[1]], [[0]]], h0=[[0]], c0=[[0]])
    np.testing.assert_array_equal(from_lists.c, forward(cell, pulse(2)).c)


# Parameters and dtypes


def test_a_layer_knows_its_sizes() -> None:
    layer = random_layer(np.random.default_rng(6), 3, 5)
    assert (layer.input_size, layer.hidden_size, layer.output_size) == (3, 5, 5)
    projected = random_layer(np.random.default_rng(6), 3, 5, P=2)
    assert (projected.input_size, projected.hidden_size, projected.output_size) == (3, 5, 2)


def test_a_scalar_layer_stacks_its_gates_in_the_order_i_f_g_o() -> None:
    cell = Layer.scalar(i=(1, 2, 3), f=(4, 5, 6), g=(7, 8, 9), o=(10, 11, 12))
    assert cell.W_ih.ravel().tolist() == [1, 4, 7, 10]
    assert cell.W_hh.ravel().tolist() == [2, 5, 8, 11]
    assert cell.bias.tolist() == [3, 6, 9, 12]
    assert cell.W_ih.dtype == np.float64


def test_a_layer_is_frozen() -> None:
    layer = random_layer(np.random.default_rng(7), 1, 1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.bias = np.zeros(4)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given_dtypes", "dtype"),
    [
        (("f4", "f4", "f4"), "f4"),
        (("f8", "f8", "f8"), "f8"),
        (("f4", "f4", "f8"), "f8"),
        (("f2", "f2", "f2"), "f4"),  # half precision is for pictures, not for sums
        (("i8", "i8", "i8"), "f8"),
    ],
)
def test_a_layer_brings_its_parameters_to_one_floating_dtype(
    given_dtypes: tuple[str, str, str], dtype: str
) -> None:
    w_ih, w_hh, b = given_dtypes
    layer = Layer(np.ones((4, 1), w_ih), np.ones((4, 1), w_hh), np.ones(4, b))
    assert layer.W_ih.dtype == layer.W_hh.dtype == layer.bias.dtype == np.dtype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("dtype_of_inputs", [np.float32, np.float64, np.int64])
def test_the_dtype_of_a_trace_follows_the_parameters(dtype: Any, dtype_of_inputs: Any) -> None:
    layer = Layer(np.ones((8, 3), dtype), np.ones((8, 2), dtype), np.ones(8, dtype))
    states = np.ones((5, 2), dtype_of_inputs)
    trace = forward(layer, np.ones((4, 5, 3), dtype_of_inputs), states, states)
    for field in dataclasses.fields(trace):
        assert getattr(trace, field.name).dtype == dtype, field.name
    assert pre_activations(layer, trace).dtype == dtype


def test_single_precision_agrees_with_double_to_its_own_rounding() -> None:
    rng = np.random.default_rng(8)
    double = random_layer(rng, 3, 5, 0.5)
    single = Layer(*(a.astype(np.float32) for a in (double.W_ih, double.W_hh, double.bias)))
    x = rng.normal(size=(20, 2, 3))
    # About a hundred roundings of 6e-8 each.
    np.testing.assert_allclose(forward(single, x).h, forward(double, x).h, rtol=0, atol=5e-6)


# Small functions


def test_sigmoid_agrees_with_its_formula() -> None:
    a = np.linspace(-40, 40, 4001)
    expected = [textbook_sigmoid(value) for value in a.tolist()]
    # Two units in the last place of 1: what is left of σ below that is not seen by a gate.
    np.testing.assert_allclose(sigmoid(a), expected, rtol=0, atol=4.5e-16)


def test_sigmoid_takes_large_arguments_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in (np.float32, np.float64):
            assert sigmoid(np.array([-1000, 0, 1000], dtype)).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(("b_f", "steps", "decimals"), [(1, 2.2, 1), (3, 14.3, 1), (5, 103, 0)])
def test_the_half_life_of_a_forget_bias_is_the_published_one(
    b_f: float, steps: float, decimals: int
) -> None:
    f = textbook_sigmoid(b_f)
    assert round(half_life(f).item(), decimals) == steps


def test_after_its_half_life_a_cell_state_is_halved() -> None:
    f = np.linspace(0.01, 0.99, 99)
    # ln f near 1 loses two of the sixteen digits.
    np.testing.assert_allclose(f ** half_life(f), 0.5, rtol=1e-13)


def test_the_half_life_is_zero_at_a_closed_gate_and_infinite_at_an_open_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steps = half_life([[0.0, 1.0]])
    assert steps.tolist() == [[0.0, math.inf]]
    assert not np.signbit(steps).any()


# What does not fit


@pytest.mark.parametrize(
    ("W_ih", "W_hh", "bias", "message"),
    [
        ((8, 3), (8,), (8,), "W_hh has shape (8,); it must be (4·H, H)."),
        ((8, 3), (8, 3), (8,), "W_hh has shape (8, 3); it must be (4·H, H)."),
        ((0, 3), (0, 0), (0,), "W_hh has shape (0, 0); it must be (4·H, H)."),
        ((8,), (8, 2), (8,), "W_ih has shape (8,); with H = 2 it must be (8, D)."),
        ((4, 3), (8, 2), (8,), "W_ih has shape (4, 3); with H = 2 it must be (8, D)."),
        ((8, 3), (8, 2), (4,), "bias has shape (4,); with H = 2 it must be (8,)."),
        ((8, 3), (8, 2), (8, 1), "bias has shape (8, 1); with H = 2 it must be (8,)."),
    ],
)
def test_parameters_that_do_not_belong_together_are_refused(
    W_ih: tuple[int, ...], W_hh: tuple[int, ...], bias: tuple[int, ...], message: str
) -> None:
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Layer(np.zeros(W_ih), np.zeros(W_hh), np.zeros(bias))


@pytest.mark.parametrize(
    ("W_hh", "W_hr"),
    [
        ((8,), (2, 2)),
        ((8, 3), (3,)),
        ((8, 3), (2, 3)),  # the wrong way round
        ((8, 3), (3, 3)),
        ((9, 3), (3, 2)),
        ((8, 0), (0, 2)),
        ((0, 3), (3, 0)),
    ],
)
def test_a_projection_that_does_not_fit_is_refused(
    W_hh: tuple[int, ...], W_hr: tuple[int, ...]
) -> None:
    message = f"W_hh has shape {W_hh} and W_hr {W_hr}; they must be (4·H, P) and (P, H)."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Layer(np.zeros((8, 3)), np.zeros(W_hh), np.zeros(8), np.zeros(W_hr))


@pytest.mark.parametrize("shape", [(4,), (4, 3), (0, 5, 3), (4, 5, 2)])
def test_inputs_that_do_not_fit_the_layer_are_refused(shape: tuple[int, ...]) -> None:
    layer = random_layer(np.random.default_rng(9), 3, 2)
    message = f"x has shape {shape}; it must be (T, B, 3), T ≥ 1."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        forward(layer, np.zeros(shape))


@pytest.mark.parametrize(("name", "letters"), [("h0", "(B, P)"), ("c0", "(B, H)")])
@pytest.mark.parametrize("shape", [(2,), (1, 2), (5, 3), (1, 5, 2)])
def test_initial_states_that_do_not_fit_are_refused(
    name: str, letters: str, shape: tuple[int, ...]
) -> None:
    layer = random_layer(np.random.default_rng(10), 3, 2)
    message = f"{name} has shape {shape}; it must be (5, 2), that is {letters}."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        forward(layer, np.zeros((4, 5, 3)), **{name: np.zeros(shape)})


@pytest.mark.parametrize("outside", [-0.1, 1.1, np.nan])
def test_a_forget_gate_outside_its_range_has_no_half_life(outside: float) -> None:
    with pytest.raises(LabError, match=r"outside \[0, 1\] has no half-life"):
        half_life([0.5, outside])
