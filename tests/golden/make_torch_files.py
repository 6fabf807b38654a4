"""Make torch_files/: models as PyTorch saves them, and what PyTorch computes with them.

Run it where torch==2.13.0, safetensors and NumPy are installed (the lab itself
needs no PyTorch), and commit the files that it writes beside itself:

    python tests/golden/make_torch_files.py

NAME.safetensors is opened by the lab; expected.npz has, for each NAME,

    NAME/inputs    (T, B) tokens or (T, B, D) numbers
    NAME/outputs   (T, B, K)
    NAME/h_n, c_n  the states of every layer after the last step, (L, B, ·)
"""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).with_name("torch_files")
TOKENS = ["\n", " ", "a", "b", "c", "é", "ł", "ש", "👩‍🚀"]
STEPS, BATCH = 7, 2

Arrays = dict[str, NDArray[Any]]


def golden_models() -> dict[str, tuple[Any, Arrays]]:
    """Give the tensors of each file and what they compute; the same ones each time."""
    # By name, so that collecting the tests and mypy do without PyTorch.
    torch: Any = importlib.import_module("torch")
    return {
        "language_float32": _language(torch, torch.float32),
        "language_float64": _language(torch, torch.float64),
        "projection": _network(torch, "rnn.encoder.", num_layers=2, proj_size=3),
        "no_bias": _network(torch, "", num_layers=1, bias=False),
        "cell": _cell(torch),
        "bfloat16": _network(torch, "module.lstm.", num_layers=1, dtype=torch.bfloat16),
    }


def _fill(torch: Any, module: Any) -> Any:
    """Set weights with NumPy's numbers, as PyTorch's own may change with its version."""
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.from_numpy(rng.uniform(-0.7, 0.7, tuple(parameter.shape))))
    return module


def _language(torch: Any, dtype: Any) -> tuple[Any, Arrays]:
    model = torch.nn.ModuleDict(
        {
            "encoder": torch.nn.Embedding(len(TOKENS), 5),
            "lstm": torch.nn.LSTM(5, 6, 2),
            "decoder": torch.nn.Linear(6, len(TOKENS)),
        }
    )
    _fill(torch, model.to(dtype))
    tokens = np.random.default_rng(1).integers(0, len(TOKENS), (STEPS, BATCH))
    with torch.no_grad():
        h, (h_n, c_n) = model["lstm"](model["encoder"](torch.from_numpy(tokens)))
        outputs = model["decoder"](h)
    return model.state_dict(), _arrays(tokens, outputs, h_n, c_n)


def _network(torch: Any, prefix: str, dtype: Any = None, **settings: Any) -> tuple[Any, Arrays]:
    network = _fill(torch, torch.nn.LSTM(4, 5, **settings)).to(dtype)
    tensors = {prefix + name: tensor for name, tensor in network.state_dict().items()}
    x = np.random.default_rng(1).normal(size=(STEPS, BATCH, 4)).astype(np.float32)
    with torch.no_grad():
        # Half-precision weights are computed with in float32 here as there.
        outputs, (h_n, c_n) = network.float()(torch.from_numpy(x))
    return tensors, _arrays(x, outputs, h_n, c_n)


def _cell(torch: Any) -> tuple[Any, Arrays]:
    cell = _fill(torch, torch.nn.LSTMCell(4, 5))
    x = np.random.default_rng(1).normal(size=(STEPS, BATCH, 4)).astype(np.float32)
    states: Any = None
    outputs: list[Any] = []
    with torch.no_grad():
        for x_t in torch.from_numpy(x):
            states = cell(x_t, states)
            outputs.append(states[0])
    h_n, c_n = states
    return cell.state_dict(), _arrays(x, torch.stack(outputs), h_n[None], c_n[None])


def _arrays(inputs: NDArray[Any], outputs: Any, h_n: Any, c_n: Any) -> Arrays:
    return {
        "inputs": inputs,
        "outputs": outputs.numpy(),
        "h_n": h_n.numpy(),
        "c_n": c_n.numpy(),
    }


if __name__ == "__main__":
    save_file: Any = importlib.import_module("safetensors.torch").save_file
    FOLDER.mkdir(exist_ok=True)
    expected: dict[str, Any] = {}
    for name, (tensors, arrays) in golden_models().items():
        tokens = {"vocabulary": json.dumps(TOKENS)} if name.startswith("language") else None
        save_file(tensors, FOLDER / f"{name}.safetensors", tokens)
        expected |= {f"{name}/{part}": array for part, array in arrays.items()}
    np.savez_compressed(FOLDER / "expected.npz", **expected)
