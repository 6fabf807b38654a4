"""Coupled input and forget gates: the equations in plain floats, and what is held exactly."""

import math

import numpy as np
import pytest

from lstm import LabError, Layer, forward
from lstm.coupled import CoupledLayer, coupled, forward_coupled


def test_a_scalar_cell_agrees_with_its_equations() -> None:
    rng = np.random.default_rng(0)
    W, U, b = rng.normal(size=(3, 3)).tolist()
    layer = CoupledLayer(np.array(W)[:, None], np.array(U)[:, None], np.array(b))
    x = rng.normal(size=20)
    trace = forward_coupled(layer, x[:, None, None], [[0.3]], [[-0.7]])
    h, c = 0.3, -0.7
    for t, x_t in enumerate(x.tolist()):
        a_f, a_g, a_o = (w * x_t + u * h + bias for w, u, bias in zip(W, U, b, strict=True))
        f = 1 / (1 + math.exp(-a_f))
        i = 1 - f
        g = math.tanh(a_g)
        o = 1 / (1 + math.exp(-a_o))
        c = f * c + i * g
        h = o * math.tanh(c)
        found = [getattr(trace, name)[t].item() for name in ("i", "f", "g", "o", "c", "h")]
        np.testing.assert_allclose(found, [i, f, g, o, c, h], rtol=0, atol=1e-13)


def test_an_open_forget_gate_holds_c_exactly_and_writes_nothing() -> None:
    cell = coupled(Layer.scalar(i=(0, 0, 0), f=(0, 0, 100), g=(1, 1, 1), o=(0, 0, 0)))
    trace = forward_coupled(cell, np.random.default_rng(1).normal(size=(500, 1, 1)), c0=[[0.123]])
    assert np.all(trace.c == 0.123)
    assert not trace.i.any()


def test_a_shut_forget_gate_writes_the_candidate() -> None:
    cell = coupled(Layer.scalar(i=(0, 0, 0), f=(0, 0, -100), g=(1, 0, 0), o=(0, 0, 0)))
    trace = forward_coupled(cell, np.random.default_rng(2).normal(size=(50, 1, 1)), c0=[[0.9]])
    assert np.all(trace.c == trace.g)


def test_an_lstm_whose_input_gate_is_one_less_its_forget_gate_computes_the_same() -> None:
    """As σ(−a) = 1 − σ(a), the weights of i are those of f with the other sign."""
    rng, H = np.random.default_rng(3), 5
    W_ih, W_hh, bias = (rng.normal(size=size) for size in ((4 * H, 4), (4 * H, H), 4 * H))
    for array in (W_ih, W_hh, bias):
        array[:H] = -array[H : 2 * H]
    layer = Layer(W_ih, W_hh, bias)
    x, h0, c0 = rng.normal(size=(30, 3, 4)), rng.normal(size=(3, H)), rng.normal(size=(3, H))
    wanted, found = forward(layer, x, h0, c0), forward_coupled(coupled(layer), x, h0, c0)
    for name in ("i", "f", "g", "o", "c", "h"):
        # Thirty steps, each of a few roundings of 1e-16.
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=0, atol=1e-13)


def test_the_cell_state_never_leaves_its_bounds() -> None:
    rng, H = np.random.default_rng(4), 5
    layer = CoupledLayer(*(9 * rng.normal(size=size) for size in ((3 * H, 2), (3 * H, H), 3 * H)))
    c = forward_coupled(layer, rng.normal(size=(300, 2, 2))).c
    assert np.abs(c).max() <= 1 + 1e-15  # two products and a sum, each rounded


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    for shapes in (
        ((14, 4), (15, 5), (15,)),
        ((15,), (15, 5), (15,)),
        ((15, 4), (20, 5), (15,)),
        ((15, 4), (15,), (15,)),
        ((15, 4), (15, 5), (15, 1)),
        ((0, 4), (0, 0), (0,)),
    ):
        with pytest.raises(LabError, match=r"with coupled gates they must be \(3·H, D\)"):
            CoupledLayer(*(np.zeros(shape) for shape in shapes))


def test_a_projection_is_refused() -> None:
    with pytest.raises(LabError, match="coupled gates has no projection"):
        CoupledLayer(np.zeros((15, 4)), np.zeros((15, 5)), np.zeros(15), np.eye(5))
    projected = Layer(np.zeros((20, 4)), np.zeros((20, 2)), np.zeros(20), np.zeros((2, 5)))
    with pytest.raises(LabError, match="coupled gates has no projection"):
        coupled(projected)
