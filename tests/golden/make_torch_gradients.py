"""Make torch_gradients.npz: PyTorch's gradients of nn.LSTM, for the engine to agree with.

Run it where torch==2.13.0 and NumPy are installed (the lab itself needs no
PyTorch), and commit the file that it writes beside itself:

    python tests/golden/make_torch_gradients.py

Arrays are named CASE/NAME, all in float64, one layer, time first: PyTorch's own
names for the parameters, x, h0, c0, and dh (T, B, P) and dc_last (B, H), which
define the loss Σ h·dh + Σ c(T)·dc_last; its gradient on each is grad_NAME.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]

FILE = Path(__file__).with_name("torch_gradients.npz")

# T, B, D, H, and nn.LSTM's further arguments.
CASES: dict[str, tuple[tuple[int, int, int, int], dict[str, Any]]] = {
    "scalar": ((12, 1, 1, 1), {}),
    "batch": ((9, 3, 4, 5), {}),
    "without_bias": ((7, 2, 3, 4), {"bias": False}),
    "projected": ((8, 2, 3, 5), {"proj_size": 2}),
    "long": ((60, 1, 2, 3), {}),
}


def golden_arrays() -> Arrays:
    """Compute every array of the file; the same ones each time."""
    return {
        f"{name}/{part}": array
        for seed, (name, (sizes, more)) in enumerate(CASES.items())
        for part, array in _arrays(sizes, more, np.random.default_rng(seed)).items()
    }


def _arrays(
    sizes: tuple[int, int, int, int], more: dict[str, Any], rng: np.random.Generator
) -> Arrays:
    # By name, so that collecting the tests and mypy do without PyTorch.
    torch: Any = importlib.import_module("torch")
    T, B, D, H = sizes
    P = more.get("proj_size", H)
    lstm = torch.nn.LSTM(D, H, dtype=torch.float64, **more)
    with torch.no_grad():
        for parameter in lstm.parameters():
            parameter.copy_(torch.from_numpy(rng.uniform(-1.5, 1.5, tuple(parameter.shape))))
    given = {
        "x": rng.normal(size=(T, B, D)),
        "h0": rng.uniform(-1, 1, (B, P)),
        "c0": rng.uniform(-1, 1, (B, H)),
    }
    above = {"dh": rng.normal(size=(T, B, P)), "dc_last": rng.normal(size=(B, H))}
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in given.items()}
    h, (_, c_last) = lstm(leaves["x"], (leaves["h0"][None], leaves["c0"][None]))
    dh, dc_last = (torch.from_numpy(array) for array in above.values())
    ((h * dh).sum() + (c_last[0] * dc_last).sum()).backward()
    parameters = dict(lstm.named_parameters())
    return {
        **{name: parameter.detach().numpy() for name, parameter in parameters.items()},
        **given,
        **above,
        **{f"grad_{name}": leaf.grad.numpy() for name, leaf in {**parameters, **leaves}.items()},
    }


if __name__ == "__main__":
    arrays: dict[str, Any] = {**golden_arrays()}
    np.savez_compressed(FILE, **arrays)
