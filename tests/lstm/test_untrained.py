"""The model that training starts from: its bytes follow from the settings alone."""

import numpy as np
import pytest

from lstm import Model
from lstm.parameters import parameters
from lstm.settings import Settings
from lstm.untrained import NARROW, WIDEST_EMBEDDING, untrained
from lstm.variants import RNNLayer
from lstm.vocabulary import Vocabulary


def vocabulary(V: int) -> Vocabulary:
    return Vocabulary(tuple(f"w{n:04d}" for n in range(V)), "words")


def bytes_of(model: Model) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in parameters(model).items()}


@pytest.mark.parametrize("cell", ["lstm", "no_forget", "rnn"])
@pytest.mark.parametrize("layers", [1, 3])
def test_the_same_settings_give_the_same_bytes(cell: str, layers: int) -> None:
    settings = Settings("adding", cell=cell, size=5, layers=layers, seed=3)  # type: ignore[arg-type]
    one, two = (untrained(settings, None, 2, 1) for _ in range(2))
    assert bytes_of(one) == bytes_of(two)
    other = untrained(Settings("adding", cell=cell, size=5, layers=layers), None, 2, 1)  # type: ignore[arg-type]
    assert bytes_of(one) != bytes_of(other)
    assert all(array.dtype == np.float32 for array in parameters(one).values())
    assert [layer.W_ih.shape[1] for layer in one.layers] == [2] + [5] * (layers - 1)
    assert one.decoder is not None
    assert one.decoder.W.shape == (1, 5)


def test_how_it_is_trained_changes_nothing() -> None:
    one = Settings("reber", size=5)
    two = Settings("reber", size=5, rate=0.1, method="sgd", batch=3, steps=9, dropout=0.5)
    V = vocabulary(7)
    assert bytes_of(untrained(one, V)) == bytes_of(untrained(two, V))


def test_few_tokens_are_read_one_hot() -> None:
    model = untrained(Settings("text", size=5), vocabulary(NARROW))
    assert model.embedding is None
    assert (model.input_size, model.token_count) == (128, 128)


@pytest.mark.parametrize("H", [5, 300])
def test_many_tokens_are_read_by_an_embedding(H: int) -> None:
    model = untrained(Settings("text", size=H), vocabulary(NARROW + 1))
    D = min(H, WIDEST_EMBEDDING)
    assert model.embedding is not None
    assert model.embedding.shape == (129, D)
    assert model.input_size == D
    # So that a row is about as long as 1, within four standard errors.
    squares = (model.embedding.astype(float) ** 2).sum(axis=1)
    assert abs(squares.mean() - 1) < 4 * np.sqrt(2 / D / 129)


def test_the_forget_bias_is_that_of_the_settings() -> None:
    (layer,) = untrained(Settings("reber", size=4, forget_bias=-2.5), vocabulary(7)).layers
    np.testing.assert_array_equal(layer.bias, [0] * 4 + [-2.5] * 4 + [0] * 8)


def test_without_a_forget_gate_it_is_1() -> None:
    model = untrained(Settings("reber", cell="no_forget", size=4, layers=2), vocabulary(7))
    for layer in model.layers:
        assert not layer.W_ih[4:8].any()
        assert not layer.W_hh[4:8].any()
        # σ of it is 1 in float32.
        assert (np.float32(1) / (np.float32(1) + np.exp(-layer.bias[4:8])) == 1).all()
        assert layer.W_ih[:4].all()


def test_a_basic_rnn_has_no_gates() -> None:
    model = untrained(Settings("reber", cell="rnn", size=4, layers=2), vocabulary(7))
    assert all(isinstance(layer, RNNLayer) for layer in model.layers)
    assert [layer.W_ih.shape for layer in model.layers] == [(4, 7), (4, 4)]


def test_the_output_starts_within_its_reach() -> None:
    decoder = untrained(Settings("reber", size=64), vocabulary(100)).decoder
    assert decoder is not None
    assert not decoder.b.any()
    assert 0.12 < np.abs(decoder.W).max() <= 0.125  # 64^−½
    assert abs(decoder.W.mean()) < 4 * 0.125 / np.sqrt(3 * 6400)
