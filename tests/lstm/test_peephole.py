"""Peepholes: the equations in plain floats, and the LSTM where all of them are 0."""

import math

import numpy as np
import pytest

from lstm import Array, LabError, Layer, backward, forward
from lstm.peephole import PeepholeLayer, backward_peephole, forward_peephole

SIZES = [(1, 1, 1), (1, 4, 5), (3, 4, 5), (1, 7, 32), (4, 2, 16)]  # B, D, H


def lstm_of(rng: np.random.Generator, D: int, H: int) -> Layer:
    return Layer(*(rng.normal(size=size) for size in ((4 * H, D), (4 * H, H), 4 * H)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("B", "D", "H"), SIZES)
def test_without_peepholes_it_is_the_lstm_to_the_bit(B: int, D: int, H: int, dtype: type) -> None:
    rng = np.random.default_rng([B, H])
    layer = lstm_of(rng, D, H)
    layer = Layer(*(a.astype(dtype) for a in (layer.W_ih, layer.W_hh, layer.bias)))
    x, h0, c0 = (rng.normal(size=size) for size in ((100, B, D), (B, H), (B, H)))
    none: Array = np.zeros(H, dtype)
    peephole = PeepholeLayer(layer.W_ih, layer.W_hh, layer.bias, p_i=none, p_f=none, p_o=none)
    wanted, found = forward(layer, x, h0, c0), forward_peephole(peephole, x, h0, c0)
    for name in ("x", "i", "f", "g", "o", "c", "h", "h0", "c0"):
        assert getattr(found, name).tobytes() == getattr(wanted, name).tobytes(), name


def test_without_peepholes_the_gradients_are_those_of_the_lstm() -> None:
    rng, none = np.random.default_rng(1), np.zeros(5)
    layer = lstm_of(rng, 4, 5)
    x, dh, dc_last = rng.normal(size=(9, 3, 4)), rng.normal(size=(9, 3, 5)), rng.normal(size=(3, 5))
    peephole = PeepholeLayer(layer.W_ih, layer.W_hh, layer.bias, p_i=none, p_f=none, p_o=none)
    wanted = backward(layer, forward(layer, x), dh, dc_last)
    found = backward_peephole(peephole, forward_peephole(peephole, x), dh, dc_last)
    for name in ("dW_ih", "dW_hh", "dbias", "dx", "dh0", "dc0", "dh", "dc"):
        # Values up to 30, and another order of summing: about 1e-14 is seen.
        np.testing.assert_allclose(
            getattr(found, name), getattr(wanted, name), rtol=0, atol=1e-12, err_msg=name
        )


def test_a_scalar_cell_agrees_with_its_equations() -> None:
    rng = np.random.default_rng(2)
    W, U, b = rng.normal(size=(3, 4)).tolist()
    p_i, p_f, p_o = rng.normal(size=3).tolist()
    layer = PeepholeLayer(
        np.array(W)[:, None],
        np.array(U)[:, None],
        np.array(b),
        p_i=np.array([p_i]),
        p_f=np.array([p_f]),
        p_o=np.array([p_o]),
    )
    x = rng.normal(size=20)
    trace = forward_peephole(layer, x[:, None, None], [[0.3]], [[-0.7]])
    h, c = 0.3, -0.7
    for t, x_t in enumerate(x.tolist()):
        a_i, a_f, a_g, a_o = (w * x_t + u * h + bias for w, u, bias in zip(W, U, b, strict=True))
        i = 1 / (1 + math.exp(-(a_i + p_i * c)))
        f = 1 / (1 + math.exp(-(a_f + p_f * c)))
        g = math.tanh(a_g)
        c = f * c + i * g
        o = 1 / (1 + math.exp(-(a_o + p_o * c)))
        h = o * math.tanh(c)
        found = [getattr(trace, name)[t].item() for name in ("i", "f", "g", "o", "c", "h")]
        np.testing.assert_allclose(found, [i, f, g, o, c, h], rtol=0, atol=1e-13)


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    W_ih, W_hh, bias, p = np.zeros((20, 4)), np.zeros((20, 5)), np.zeros(20), np.zeros(5)
    message = r"have the shapes \(5,\), \(4,\), \(5,\); with H = 5 each must be \(5,\)"
    with pytest.raises(LabError, match=message):
        PeepholeLayer(W_ih, W_hh, bias, p_i=p, p_f=np.zeros(4), p_o=p)
    with pytest.raises(LabError, match=r"bias has shape \(19,\)"):
        PeepholeLayer(W_ih, W_hh, bias[1:], p_i=p, p_f=p, p_o=p)
    with pytest.raises(LabError, match="peepholes has no projection"):
        PeepholeLayer(W_ih, W_hh, bias, np.eye(5), p_i=p, p_f=p, p_o=p)
