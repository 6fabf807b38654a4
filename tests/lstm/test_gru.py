"""The GRU: its equations in plain floats, and PyTorch's nn.GRU with its gradients (golden file)."""

import math
from pathlib import Path

import numpy as np
import pytest

from lstm import Array, LabError, Layer, forward
from lstm.gru import GRUGradients, GRULayer, GRUTrace, backward_gru, forward_gru

GOLDEN = Path(__file__).parents[1] / "golden" / "torch_gru.npz"


def from_pytorch(weights: dict[str, Array], n: int) -> GRULayer:
    H = weights[f"weight_hh_l{n}"].shape[1]
    none = np.zeros(3 * H)
    b_ih, b_hh = (weights.get(f"bias_{name}_l{n}", none) for name in ("ih", "hh"))
    bias = b_ih + np.concatenate([b_hh[: 2 * H], np.zeros(H)])
    return GRULayer(
        weights[f"weight_ih_l{n}"], weights[f"weight_hh_l{n}"], bias, b_hn=b_hh[2 * H :]
    )


@pytest.mark.parametrize("case", ["scalar", "batch", "without_bias", "long", "two_layers"])
def test_it_agrees_with_pytorch(case: str) -> None:
    """Stored results of nn.GRU and autograd in float64; about 1e-15 is seen."""
    with np.load(GOLDEN) as file:
        prefix = f"{case}/"
        a = {name.removeprefix(prefix): file[name] for name in file if name.startswith(prefix)}
    layers = [from_pytorch(a, n) for n in range(len(a["h0"]))]
    below, traces = a["x"], []
    for layer, h0 in zip(layers, a["h0"], strict=True):
        traces.append(forward_gru(layer, below, h0))
        below = traces[-1].h
    np.testing.assert_allclose(below, a["h"], rtol=0, atol=1e-12)

    above = a["dh"]
    found: dict[str, Array] = {}
    for n in range(len(layers) - 1, -1, -1):
        back = backward_gru(layers[n], traces[n], above)
        found |= {f"weight_ih_l{n}": back.dW_ih, f"weight_hh_l{n}": back.dW_hh}
        if f"bias_ih_l{n}" in a:
            gates = back.dbias[: -len(back.db_hn)]
            found[f"bias_ih_l{n}"] = back.dbias
            found[f"bias_hh_l{n}"] = np.concatenate([gates, back.db_hn])
        found[f"h0_l{n}"] = back.dh0
        above = back.dx
    found["x"] = above
    found["h0"] = np.stack([found.pop(f"h0_l{n}") for n in range(len(layers))])
    assert {f"grad_{name}" for name in found} == {name for name in a if name.startswith("grad_")}
    for name, gradient in found.items():
        wanted = a[f"grad_{name}"]
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(gradient / scale, wanted / scale, rtol=0, atol=1e-12)


def test_a_scalar_gru_agrees_with_its_equations() -> None:
    rng = np.random.default_rng(0)
    (w_r, w_z, w_n), (u_r, u_z, u_n), (b_r, b_z, b_n), (b_hn, *_) = rng.normal(size=(4, 3)).tolist()
    layer = GRULayer(
        np.array([[w_r], [w_z], [w_n]]),
        np.array([[u_r], [u_z], [u_n]]),
        np.array([b_r, b_z, b_n]),
        b_hn=np.array([b_hn]),
    )
    x = rng.normal(size=20)
    trace = forward_gru(layer, x[:, None, None], [[0.3]])
    h = 0.3
    for t, x_t in enumerate(x.tolist()):
        r = 1 / (1 + math.exp(-(w_r * x_t + u_r * h + b_r)))
        z = 1 / (1 + math.exp(-(w_z * x_t + u_z * h + b_z)))
        m = u_n * h + b_hn
        n = math.tanh(w_n * x_t + b_n + r * m)
        h = (1 - z) * n + z * h
        found = [getattr(trace, name)[t].item() for name in ("r", "z", "n", "m", "h")]
        np.testing.assert_allclose(found, [r, z, n, m, h], rtol=0, atol=1e-13)


def test_an_open_update_gate_holds_h_exactly() -> None:
    rng, H = np.random.default_rng(1), 3
    W_ih, W_hh = rng.normal(size=(3 * H, 2)), rng.normal(size=(3 * H, H))
    W_ih[H : 2 * H], W_hh[H : 2 * H] = 0, 0
    bias = np.concatenate([np.zeros(H), np.full(H, 100.0), np.zeros(H)])
    h0 = rng.uniform(-1, 1, (1, H))
    trace = forward_gru(
        GRULayer(W_ih, W_hh, bias, b_hn=np.ones(H)), rng.normal(size=(50, 1, 2)), h0
    )
    assert np.all(trace.h == h0)


def test_there_are_no_cell_states_and_no_gates_of_an_lstm() -> None:
    layer = GRULayer(np.ones((6, 3)), np.ones((6, 2)), np.ones(6), b_hn=np.ones(2))
    trace = forward_gru(layer, np.ones((4, 5, 3)), None, np.zeros((5, 0)))
    assert [getattr(trace, name).shape for name in "ifgoc"] == [(4, 5, 0)] * 5
    assert trace.c0.shape == (5, 0)
    back = backward_gru(layer, trace, np.ones((4, 5, 2)), np.zeros((5, 0)))
    assert (back.dc0.shape, back.dc.shape, back.dW_hr) == ((5, 0), (4, 5, 0), None)
    assert isinstance(trace, GRUTrace)
    assert isinstance(back, GRUGradients)


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    fitting = {"W_ih": (15, 4), "W_hh": (15, 5), "bias": (15,), "b_hn": (5,)}
    wrong: list[tuple[str, tuple[int, ...]]] = [
        ("W_ih", (14, 4)),
        ("W_ih", (15,)),
        ("W_hh", (15, 4)),
        ("bias", (20,)),
        ("b_hn", (4,)),
        ("b_hn", (5, 1)),
        ("b_hn", (0,)),
    ]
    for name, shape in wrong:
        arrays = {part: np.zeros(size) for part, size in (fitting | {name: shape}).items()}
        with pytest.raises(LabError, match=r"in a GRU they must be \(3·H, D\), \(3·H, H\), "):
            GRULayer(**arrays)
    with pytest.raises(LabError, match="A GRU has no projection"):
        GRULayer(**{name: np.zeros(size) for name, size in fitting.items()}, W_hr=np.eye(5))


def test_the_trace_of_an_lstm_is_refused() -> None:
    layer = GRULayer(np.ones((3, 1)), np.ones((3, 1)), np.ones(3), b_hn=np.ones(1))
    lstm = Layer(np.ones((4, 1)), np.ones((4, 1)), np.ones(4))
    x = np.ones((2, 1, 1))
    with pytest.raises(LabError, match="This is not the trace of a GRU"):
        backward_gru(layer, forward(lstm, x), x)
