"""The output that is fitted to a model which has none."""

import numpy as np
import pytest

from lstm import LabError, Linear, Model, Vocabulary, random_layers
from lstm.next_token import FEWEST, fit_next_token, softmax_regression
from lstm.states import hidden_states

RNG = np.random.default_rng(3)
TOKENS = tuple("abcd")
MODEL = Model(random_layers(RNG, [4, 12]), None, vocabulary=Vocabulary(TOKENS))


def surprise(decoder: Linear, states: np.ndarray, came: np.ndarray) -> float:
    z = decoder(states)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), came]))


def test_the_regression_is_where_the_gradient_of_the_loss_is_nothing() -> None:
    states, came = RNG.normal(size=(300, 3)) + 2, RNG.integers(0, 4, 300)
    fitted = softmax_regression(states, came, 4, steps=2000, ridge=0)
    z = fitted(states)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    off = np.eye(4)[came] - p
    np.testing.assert_allclose(off.T @ states, 0, atol=1e-6)
    np.testing.assert_allclose(off.sum(axis=0), 0, atol=1e-6)


def test_each_step_brings_the_loss_down_and_the_ridge_holds_weights_down() -> None:
    states, came = RNG.normal(size=(200, 5)), RNG.integers(0, 3, 200)
    losses = [
        surprise(softmax_regression(states, came, 3, steps, ridge=0), states, came)
        for steps in (1, 2, 4, 8, 16)
    ]
    assert losses == sorted(losses, reverse=True)
    held, free = (softmax_regression(states, came, 3, ridge=one).W for one in (1.0, 0.0))
    assert np.linalg.norm(held) < 0.7 * np.linalg.norm(free)


def test_states_that_never_move_give_frequencies() -> None:
    came = np.array([0] * 30 + [1] * 10)
    fitted = softmax_regression(np.ones((40, 2)), came, 2, steps=500)
    z = fitted(np.ones((1, 2)))[0]
    assert 1 / (1 + np.exp(z[1] - z[0])) == pytest.approx(0.75)


def test_a_text_of_rules_is_said_better_than_by_frequency() -> None:
    text = np.tile([0, 1, 2, 3, 1, 0], 120)
    found = fit_next_token(MODEL, text)
    assert found.tokens == round(0.8 * (len(text) - 1))
    assert found.surprise < 0.4 * found.baseline
    top = hidden_states(MODEL, text[-180:]).h[-1]
    said = found.decoder(top[100:-1]).argmax(axis=1)
    assert (said == text[-180:][101:]).mean() > 0.9


def test_the_frequencies_are_the_plain_ones() -> None:
    text = RNG.integers(0, 4, 701)
    found = fit_next_token(MODEL, text)
    learnt, held = text[1:561], text[561:]
    p = (np.bincount(learnt, minlength=4) + 1) / (len(learnt) + 4)
    assert found.baseline == pytest.approx(-np.log(p[held]).mean())
    assert found.surprise > 0.95 * np.log(4)  # there is nothing to know


def test_what_cannot_be_fitted_is_said() -> None:
    numbers = Model(random_layers(RNG, [1, 3]), None)
    with pytest.raises(LabError, match="takes numbers"):
        fit_next_token(numbers, [0] * 500)
    with pytest.raises(LabError, match=f"has 20 tokens.*12 units, give at least {FEWEST}"):
        fit_next_token(MODEL, [0] * 20)
    with pytest.raises(LabError, match="There is time for 9,615"):
        fit_next_token(MODEL, [0] * 10_000, steps=150_000)
