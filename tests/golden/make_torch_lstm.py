"""Make torch_lstm.npz: what PyTorch's nn.LSTM computes, for the engine to agree with.

Run it where torch==2.13.0 and NumPy are installed (the lab itself needs no
PyTorch), and commit the file that it writes beside itself:

    python tests/golden/make_torch_lstm.py

Arrays are named CASE/NAME, all in float64, L layers, time first; P is H, or what a
projection makes of it:

    weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, …   PyTorch's own names
    weight_hr_l0 (P, H), …      the projections; cases without biases have none of those
    x (T, B, D), h0 (L, B, P), c0 (L, B, H)                 what goes in
    h (T, B, P)                 the top layer at every step
    h_n (L, B, P), c_n (L, B, H)     every layer after the last step
    h_from_zero (T, B, P)       h again, from zero states
    i, f, g, o, c (T, B, H)     the first layer at every step
"""

import importlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]

FILE = Path(__file__).with_name("torch_lstm.npz")


class Case(NamedTuple):
    """The sizes of one network and its sequences."""

    layers: int
    D: int
    H: int
    B: int
    T: int
    P: int | None = None
    bias: bool = True


CASES = {
    "scalar": Case(layers=1, D=1, H=1, B=1, T=12),
    "one_layer": Case(layers=1, D=3, H=5, B=2, T=9),
    "two_layers": Case(layers=2, D=3, H=4, B=3, T=8),
    "four_layers": Case(layers=4, D=2, H=3, B=2, T=10),
    # At the end: a case's place is its seed.
    "projected": Case(layers=2, D=3, H=5, B=2, T=9, P=2),
    "without_bias": Case(layers=2, D=3, H=4, B=2, T=7, bias=False),
}


def golden_arrays() -> Arrays:
    """Compute every array of the file; the same ones each time."""
    return {
        f"{name}/{part}": array
        for seed, (name, case) in enumerate(CASES.items())
        for part, array in _arrays(case, np.random.default_rng(seed)).items()
    }


def _arrays(case: Case, rng: np.random.Generator) -> Arrays:
    """Run one network on random sequences, from random states and from zero."""
    # By name, so that collecting the tests and mypy do without PyTorch.
    torch: Any = importlib.import_module("torch")
    layers, D, H, B, T, P, bias = case
    # PyTorch says 0 for no projection.
    lstm = torch.nn.LSTM(D, H, layers, bias, proj_size=P or 0, dtype=torch.float64)
    # NumPy's numbers, as PyTorch's own may change with its version; and wider
    # than its defaults, so that gates come near 0 and 1.
    with torch.no_grad():
        for parameter in lstm.parameters():
            parameter.copy_(torch.from_numpy(rng.uniform(-1.5, 1.5, tuple(parameter.shape))))
    x = torch.from_numpy(rng.uniform(-2, 2, (T, B, D)))
    h0, c0 = (torch.from_numpy(rng.uniform(-1, 1, (layers, B, n))) for n in (P or H, H))
    with torch.no_grad():
        h, (h_n, c_n) = lstm(x, (h0, c0))
        results = {
            **lstm.state_dict(),
            **{"x": x, "h0": h0, "c0": c0, "h": h, "h_n": h_n, "c_n": c_n},
            "h_from_zero": lstm(x)[0],
            **_first_layer(torch, lstm, x, h0[0], c0[0]),
        }
    return {name: tensor.numpy() for name, tensor in results.items()}


def _first_layer(torch: Any, lstm: Any, x: Any, h: Any, c: Any) -> dict[str, Any]:
    """Gates and cell states, which nn.LSTM keeps to itself, by nn.LSTMCell's formula."""
    linear = torch.nn.functional.linear
    b_ih, b_hh = (lstm.bias_ih_l0, lstm.bias_hh_l0) if lstm.bias else (None, None)
    steps: dict[str, list[Any]] = {name: [] for name in "ifgoc"}
    for x_t in x:
        a = linear(x_t, lstm.weight_ih_l0, b_ih)
        a = a + linear(h, lstm.weight_hh_l0, b_hh)
        a_i, a_f, a_g, a_o = a.chunk(4, dim=1)
        i, f, g, o = a_i.sigmoid(), a_f.sigmoid(), a_g.tanh(), a_o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        if lstm.proj_size:
            h = linear(h, lstm.weight_hr_l0)
        for name, value in zip("ifgoc", (i, f, g, o, c), strict=True):
            steps[name].append(value)
    return {name: torch.stack(values) for name, values in steps.items()}


if __name__ == "__main__":
    arrays: dict[str, Any] = {**golden_arrays()}
    np.savez_compressed(FILE, **arrays)
