"""Files that PyTorch saves here and now, where it is installed (make test-extras)."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm import Layer, Linear, Model, run
from lstm.checkpoint import from_torch, load, read, save
from lstm.vocabulary import Vocabulary

pytestmark = pytest.mark.extras

GOLDEN = Path(__file__).parents[1] / "golden"
T, B = 25, 3


@pytest.fixture(name="torch", scope="module")
def pytorch() -> Any:
    # In a fixture: imported at the top, it would cost every collection seconds.
    torch = pytest.importorskip("torch")
    importlib.import_module("safetensors.torch")
    return torch


def saved(module: Any, path: Path, **metadata: str) -> Path:
    """Save a module the way the lab's messages tell to."""
    save_file = importlib.import_module("safetensors.torch").save_file
    save_file(module.state_dict(), path, metadata)
    return path


def language_model(torch: Any, V: int, H: int, dtype: Any) -> Any:
    return torch.nn.ModuleDict(
        {
            "encoder": torch.nn.Embedding(V, 32),
            "rnn": torch.nn.LSTM(32, H, num_layers=2),
            "decoder": torch.nn.Linear(H, V),
        }
    ).to(dtype)


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-6), ("float64", 1e-12)])
def test_a_language_model_of_two_layers_opens_and_agrees(
    torch: Any, tmp_path: Path, precision: str, tolerance: float
) -> None:
    torch.manual_seed(0)
    network = language_model(torch, 65, 128, getattr(torch, precision))
    tokens = [chr(48 + n) for n in range(65)]
    path = saved(network, tmp_path / "model", vocabulary=json.dumps(tokens))
    reading = read(path.read_bytes())
    assert reading.ignored == ()
    assert reading.understood[0] == f"2 LSTM layers of 128 units, 32 inputs, {precision}."

    inputs = np.random.default_rng(0).integers(0, 65, (T, B))
    with torch.no_grad():
        h, (h_n, c_n) = network["rnn"](network["encoder"](torch.from_numpy(inputs)))
        outputs = network["decoder"](h)
    trace = run(reading.model, inputs)
    # The order of sums differs; values are below 1.
    np.testing.assert_allclose(trace.outputs, outputs.numpy(), rtol=0, atol=tolerance)
    np.testing.assert_allclose(trace.layers[-1].h, h.numpy(), rtol=0, atol=tolerance)
    for n, layer in enumerate(trace.layers):
        np.testing.assert_allclose(layer.h[-1], h_n[n].numpy(), rtol=0, atol=tolerance)
        np.testing.assert_allclose(layer.c[-1], c_n[n].numpy(), rtol=0, atol=tolerance)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(
    "settings",
    [
        {"num_layers": 2},
        {"num_layers": 4, "bias": False},
        {"num_layers": 2, "proj_size": 16},
        {"num_layers": 1, "proj_size": 5, "bias": False},
    ],
)
def test_any_lstm_below_any_prefix_opens_and_agrees(
    torch: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    torch.manual_seed(1)
    network = torch.nn.LSTM(7, 128, **settings)
    holder = torch.nn.DataParallel(torch.nn.ModuleDict({"lstm": network}))
    model = load(saved(holder, tmp_path / "model"))
    x = np.random.default_rng(1).normal(size=(T, B, 7)).astype(np.float32)
    with torch.no_grad():
        h, _ = network(torch.from_numpy(x))
    # float32: rounding, of values below 1.
    np.testing.assert_allclose(run(model, x).outputs, h.numpy(), rtol=0, atol=1e-6)


def test_an_lstm_cell_opens_and_agrees(torch: Any, tmp_path: Path) -> None:
    torch.manual_seed(2)
    cell = torch.nn.LSTMCell(7, 128)
    trace = run(
        load(saved(cell, tmp_path / "model")),
        x := np.random.default_rng(2).normal(size=(T, B, 7)).astype(np.float32),
    )
    states = None
    with torch.no_grad():
        for t, x_t in enumerate(torch.from_numpy(x)):
            states = cell(x_t, states)
            np.testing.assert_allclose(trace.outputs[t], states[0].numpy(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_is_widened_without_loss(torch: Any, tmp_path: Path, precision: str) -> None:
    torch.manual_seed(3)
    network = torch.nn.LSTM(7, 128, 2).to(getattr(torch, precision))
    model = load(saved(network, tmp_path / "model"))
    for n, layer in enumerate(model.layers):
        for name, array in (("weight_ih", layer.W_ih), ("weight_hh", layer.W_hh)):
            wide = getattr(network, f"{name}_l{n}").detach().float().numpy()
            np.testing.assert_array_equal(array, wide)


def test_tied_weights_of_save_model_are_used_twice(torch: Any, tmp_path: Path) -> None:
    torch.manual_seed(4)
    network = language_model(torch, 20, 32, torch.float32)
    network["decoder"].weight = network["encoder"].weight
    save_model = importlib.import_module("safetensors.torch").save_model
    save_model(network, str(tmp_path / "model"))
    model = read((tmp_path / "model").read_bytes()).model
    assert model.embedding is not None
    assert model.decoder is not None
    weight = network["encoder"].weight.detach().numpy()
    np.testing.assert_array_equal(model.embedding, weight)
    np.testing.assert_array_equal(model.decoder.W, weight)


def test_a_state_dict_is_taken_as_it_is(torch: Any) -> None:
    network = torch.nn.LSTM(3, 4)
    model = from_torch(network.state_dict())
    np.testing.assert_array_equal(model.layers[0].W_hh, network.weight_hh_l0.detach().numpy())


def test_pytorch_opens_what_the_lab_saved(torch: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    layers = [
        Layer(rng.normal(size=(32, D)), rng.normal(size=(32, 8)), rng.normal(size=32))
        for D in (4, 8)
    ]
    decoder = Linear(rng.normal(size=(6, 8)), rng.normal(size=6))
    model = Model(layers, decoder, rng.normal(size=(6, 4)), Vocabulary(tuple("abcdef")))
    save(model, tmp_path / "model.safetensors")
    network = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(6, 4),
            "lstm": torch.nn.LSTM(4, 8, num_layers=2),
            "decoder": torch.nn.Linear(8, 6),
        }
    ).double()
    load_file = importlib.import_module("safetensors.torch").load_file
    network.load_state_dict(load_file(tmp_path / "model.safetensors"))
    tokens = rng.integers(0, 6, (T, B))
    with torch.no_grad():
        h, _ = network["lstm"](network["embedding"](torch.from_numpy(tokens)))
        outputs = network["decoder"](h).numpy()
    np.testing.assert_allclose(run(model, tokens).outputs, outputs, rtol=0, atol=1e-12)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_the_maker_of_the_golden_files_still_makes_them(torch: Any) -> None:
    assert torch
    spec = importlib.util.spec_from_file_location(
        "make_torch_files", GOLDEN / "make_torch_files.py"
    )
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    load_file = importlib.import_module("safetensors.torch").load_file
    with np.load(GOLDEN / "torch_files" / "expected.npz") as expected:
        for name, (tensors, arrays) in maker.golden_models().items():
            stored = load_file(GOLDEN / "torch_files" / f"{name}.safetensors")
            assert set(stored) == set(tensors)
            assert all(stored[part].equal(tensors[part]) for part in stored)
            for part, array in arrays.items():
                # Another machine may sum in another order.
                np.testing.assert_allclose(array, expected[f"{name}/{part}"], rtol=0, atol=1e-6)
