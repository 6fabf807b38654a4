"""Make torch_rnn.npz and torch_gru.npz: PyTorch's nn.RNN and nn.GRU, and their gradients.

The basic RNN and the GRU have to agree with them.

Run it where torch==2.13.0 and NumPy are installed (the lab itself needs no
PyTorch), and commit the files that it writes beside itself:

    python tests/golden/make_torch_rnn.py

Arrays are named CASE/NAME, all in float64, time first: PyTorch's own names for
the parameters, x, h0 (L, B, H), what came out, h (T, B, H), and dh (T, B, H),
which defines the loss Σ h·dh; its gradient on each is grad_NAME.
"""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[np.float64]]

# The class of PyTorch, and how far its parameters reach to both sides of 0.
KINDS: dict[str, tuple[str, float]] = {"rnn": ("RNN", 1.0), "gru": ("GRU", 1.5)}

# T, B, D, H, and the further arguments of PyTorch's class.
CASES: dict[str, tuple[tuple[int, int, int, int], dict[str, Any]]] = {
    "scalar": ((12, 1, 1, 1), {}),
    "batch": ((9, 3, 4, 5), {}),
    "without_bias": ((7, 2, 3, 4), {"bias": False}),
    "long": ((60, 1, 2, 3), {}),
    "two_layers": ((8, 2, 3, 4), {"num_layers": 2}),
}


def golden_arrays(kind: str = "rnn") -> Arrays:
    """Compute every array of a kind's file; the same ones each time."""
    return {
        f"{name}/{part}": array
        for seed, (name, (sizes, more)) in enumerate(CASES.items())
        for part, array in _arrays(kind, sizes, more, np.random.default_rng(seed)).items()
    }


def _arrays(
    kind: str, sizes: tuple[int, int, int, int], more: dict[str, Any], rng: np.random.Generator
) -> Arrays:
    # By name, so that collecting the tests and mypy do without PyTorch.
    torch: Any = importlib.import_module("torch")
    T, B, D, H = sizes
    name, reach = KINDS[kind]
    network = getattr(torch.nn, name)(D, H, dtype=torch.float64, **more)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(torch.from_numpy(rng.uniform(-reach, reach, tuple(parameter.shape))))
    given = {
        "x": rng.normal(size=(T, B, D)),
        "h0": rng.uniform(-1, 1, (more.get("num_layers", 1), B, H)),
    }
    dh = rng.normal(size=(T, B, H))
    leaves = {name: torch.tensor(array, requires_grad=True) for name, array in given.items()}
    h, _ = network(leaves["x"], leaves["h0"])
    (h * torch.from_numpy(dh)).sum().backward()
    parameters = dict(network.named_parameters())
    return {
        **{name: parameter.detach().numpy() for name, parameter in parameters.items()},
        **given,
        "dh": dh,
        "h": h.detach().numpy(),
        **{f"grad_{name}": leaf.grad.numpy() for name, leaf in {**parameters, **leaves}.items()},
    }


if __name__ == "__main__":
    for kind in KINDS:
        arrays: dict[str, Any] = {**golden_arrays(kind)}
        np.savez_compressed(Path(__file__).with_name(f"torch_{kind}.npz"), **arrays)
