"""Text that a model writes to itself."""

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, Vocabulary, random_layers, run
from lstm.babble import LENGTH, babble

RNG = np.random.default_rng(6)
V = 4
WORDS = Vocabulary(tuple("abcd"), "characters")


def test_each_token_comes_as_often_as_the_model_says() -> None:
    layers = random_layers(np.random.default_rng(0), [V, 120])
    model = Model(layers, Linear(RNG.normal(size=(V, 120)), RNG.normal(size=V)), vocabulary=WORDS)
    text = babble(model, np.random.default_rng(1), 2400)
    assert text.shape == (24, LENGTH)
    assert len(set(text[:, 0])) > 1
    scores = run(model, text.T).outputs[:-1]
    p = np.exp(scores)
    p /= p.sum(axis=2, keepdims=True)
    drawn = text.T[1:, :, None] == np.arange(V)
    spread = np.sqrt((p * (1 - p)).sum(axis=(0, 1)))
    assert (np.abs((drawn - p).sum(axis=(0, 1))) < 4 * spread).all()  # four standard errors


def test_the_same_seed_writes_the_same_and_the_last_sequence_is_full() -> None:
    layers = random_layers(np.random.default_rng(0), [V, 2])
    model = Model(layers, Linear(RNG.normal(size=(V, 2)), np.zeros(V)), vocabulary=WORDS)
    one, same = (babble(model, np.random.default_rng(3), 1901) for _ in range(2))
    assert one.size == 2000
    np.testing.assert_array_equal(one, same)


def test_what_is_impossible_never_comes() -> None:
    layer = Layer(np.zeros((4, V)), np.zeros((4, 1)), np.zeros(4))
    only_c = Linear(np.zeros((V, 1)), np.array([-1e9, -1e9, 0.0, -1e9]))
    text = babble(Model([layer], only_c, vocabulary=WORDS), np.random.default_rng(0), 100)
    assert (text[:, 1:] == 2).all()


def test_outputs_that_are_no_numbers_are_refused() -> None:
    layer = Layer(np.zeros((4, V)), np.zeros((4, 1)), np.zeros(4))
    broken = Model([layer], Linear(np.zeros((V, 1)), np.full(V, np.nan)), vocabulary=WORDS)
    with pytest.raises(LabError, match="cannot write a text"):
        babble(broken, np.random.default_rng(0), 100)
