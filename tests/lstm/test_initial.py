"""Untrained models: the same for the same seed, and drawn as their papers say."""

import numpy as np
import pytest

from lstm import LabError, random_layers, token_vectors
from lstm.initial import KINDS, Kind


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
