"""Untrained models: the same for the same seed, and drawn as their papers say."""

from types import SimpleNamespace

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, random_layers, run, sigmoid, token_vectors
from lstm.checkpoint import dump, read
from lstm.initial import KINDS, Kind, without_forget_gate
from lstm.optimisers import Method, Optimiser
from lstm.parameters import gradients, run_for_training
from lstm.training import Batch, Plan, fit


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_identical_bytes(kind: Kind) -> None:
    one, two = (random_layers(np.random.default_rng(7), [3, 8, 5], kind, 2.0) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        for name in ("W_ih", "W_hh", "bias"):
            assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_another_seed_gives_other_weights() -> None:
    one, two = (random_layers(np.random.default_rng(seed), [3, 8])[0] for seed in (0, 1))
    assert not np.any(one.W_ih == two.W_ih)


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_forget_gate_has_a_bias(kind: Kind) -> None:
    (layer,) = random_layers(np.random.default_rng(0), [3, 4], kind, 1.5)
    assert layer.bias.tolist() == [0] * 4 + [1.5] * 4 + [0] * 8


def test_layers_stand_on_one_another() -> None:
    layers = random_layers(np.random.default_rng(0), [3, 4, 6, 2])
    assert [(one.input_size, one.hidden_size) for one in layers] == [(3, 4), (4, 6), (6, 2)]


@pytest.mark.parametrize(
    ("kind", "reach_ih", "reach_hh"),
    [
        ("glorot", np.sqrt(6 / (200 + 100)), np.sqrt(6 / 200)),
        ("uniform", 1 / np.sqrt(100), 1 / np.sqrt(100)),
    ],
)
def test_uniform_weights_fill_their_range(kind: Kind, reach_ih: float, reach_hh: float) -> None:
    (layer,) = random_layers(np.random.default_rng(0), [200, 100], kind)
    for weights, reach in ((layer.W_ih, reach_ih), (layer.W_hh, reach_hh)):
        assert 0.99 * reach < np.abs(weights).max() <= reach
        # Of a uniform distribution: σ = reach/√3; 40,000 draws come within 2 %.
        assert abs(weights.std() / (reach / np.sqrt(3)) - 1) < 0.02


def test_normal_weights_have_a_deviation_of_one() -> None:
    (layer,) = random_layers(np.random.default_rng(0), [200, 100], "normal")
    assert abs(layer.W_hh.std() - 1) < 0.02


def test_orthogonal_weights_keep_lengths() -> None:
    (layer,) = random_layers(np.random.default_rng(0), [5, 6], "orthogonal")
    for block in np.split(layer.W_hh, 4):
        np.testing.assert_allclose(block @ block.T, np.eye(6), rtol=0, atol=1e-13)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(LabError, match="There is no initialisation 'zeros'"):
        random_layers(np.random.default_rng(0), [1, 1], "zeros")  # type: ignore[arg-type]


def test_a_token_keeps_its_vector_whatever_else_is_in_the_text() -> None:
    few, many = token_vectors(["é", "b"], 4, 3), token_vectors(["a", "b", "c", "é"], 4, 3)
    assert few[0].tolist() == many[3].tolist()
    assert few[1].tolist() == many[1].tolist()


def test_another_seed_gives_a_token_another_vector() -> None:
    assert not np.any(token_vectors("a", 4, 0) == token_vectors("a", 4, 1))


def held(dtype: type) -> Model:
    rng = np.random.default_rng(0)
    layers = [
        Layer(*(getattr(one, name).astype(dtype) for name in ("W_ih", "W_hh", "bias")))
        for one in random_layers(rng, [2, 6, 5])
    ]
    decoder = Linear(rng.normal(size=(1, 5)).astype(dtype), np.zeros(1, dtype))
    return Model(without_forget_gate(layers), decoder)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_forget_gate_held_at_1_is_1_exactly_and_has_no_gradient(dtype: type) -> None:
    model = held(dtype)
    done = run_for_training(model, 50 * np.random.default_rng(1).normal(size=(9, 3, 2)))
    found = gradients(model, done, np.ones((9, 3, 1)))
    for n, (layer, trace) in enumerate(zip(model.layers, done.traces, strict=True)):
        assert layer.W_ih.dtype == dtype
        assert (trace.f == 1).all()
        gate = slice(layer.hidden_size, 2 * layer.hidden_size)
        for name in ("weight_ih", "weight_hh", "bias_ih"):
            assert not found[f"lstm.{name}_l{n}"][gate].any()
            assert found[f"lstm.{name}_l{n}"].any()


def test_only_the_forget_gate_is_held() -> None:
    (layer,) = random_layers(np.random.default_rng(0), [3, 4])
    (other,) = without_forget_gate([layer])
    for name in ("W_ih", "W_hh", "bias"):
        before, after = (getattr(one, name).reshape(4, 4, -1) for one in (layer, other))
        np.testing.assert_array_equal(after[[0, 2, 3]], before[[0, 2, 3]])
        assert (after[1] == (1000 if name == "bias" else 0)).all()


@pytest.mark.parametrize("method", ["adam", "sgd"])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_training_leaves_a_held_forget_gate_at_1(method: Method, decay: float) -> None:
    """Weight decay alone would take the bias from 1000 to below 0 in these steps of SGD."""

    def batch(number: int, rng: np.random.Generator) -> Batch:
        x = rng.normal(size=(7, 8, 2))
        return Batch(x, x.sum(axis=-1, keepdims=True))

    start = held(np.float32)
    plan = Plan(100, Optimiser(method, 0.1, weight_decay=decay))
    *_, last = fit(start, SimpleNamespace(batch=batch), plan)
    for before, after in zip(start.layers, last.model.layers, strict=True):
        gate = slice(before.hidden_size, 2 * before.hidden_size)
        assert not after.W_ih[gate].any()
        assert not after.W_hh[gate].any()
        np.testing.assert_array_equal(after.bias[gate], before.bias[gate])
        assert np.abs(after.W_ih - before.W_ih).max() > 0.01
        np.testing.assert_array_equal(sigmoid(after.bias[gate]), 1)


def test_a_model_whose_forget_gate_is_held_is_a_file_like_any_other() -> None:
    model = held(np.float32)
    again = read(dump(model)).model
    for one, two in zip(model.layers, again.layers, strict=True):
        assert type(two) is Layer
        np.testing.assert_array_equal(one.bias, two.bias)
    x = np.random.default_rng(1).normal(size=(9, 3, 2))
    np.testing.assert_array_equal(run(again, x).outputs, run(model, x).outputs)
