"""Losses against their definitions and central differences."""

import math
import re

import numpy as np
import pytest

from lstm import Array, LabError
from lstm.losses import cross_entropy, mean_squared_error

STEP = 1e-6


@pytest.fixture(name="rng")
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def test_cross_entropy_is_the_mean_surprise_in_nats(rng: np.random.Generator) -> None:
    logits, targets = rng.normal(size=(3, 2, 5)), rng.integers(0, 5, (3, 2))
    counts = np.array([[1, 0], [2, 1], [0, 1]])
    total = 0.0
    for t in range(3):
        for b in range(2):
            chances = [math.exp(value) for value in logits[t, b]]
            surprise = -math.log(chances[targets[t, b]] / sum(chances))
            total += counts[t, b] * surprise
    assert abs(cross_entropy(logits, targets, counts).value - total / 5) < 1e-14


def test_large_logits_do_not_overflow() -> None:
    loss = cross_entropy(np.array([[[1e5, -1e5, 0.0]]]), np.array([[1]]))
    assert loss.value == 2e5
    assert np.isfinite(loss.doutputs).all()


def test_what_is_given_is_not_changed_and_what_does_not_count_has_no_gradient(
    rng: np.random.Generator,
) -> None:
    logits, targets = rng.normal(size=(3, 2, 5)), rng.integers(0, 5, (3, 2))
    before = logits.tobytes()
    counts = np.array([[1, 0], [2, 1], [0, 1]])
    gradient = cross_entropy(logits, targets, counts).doutputs
    assert logits.tobytes() == before
    assert not gradient[counts == 0].any()
    # Chances sum to 1: what a step's gradient takes from the target it gives to the others.
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, rtol=0, atol=1e-16)


def test_mean_squared_error_is_the_mean_over_steps_and_outputs(rng: np.random.Generator) -> None:
    outputs, targets = rng.normal(size=(2, 3, 4, 2))
    errors = ((outputs - targets) ** 2).mean()
    assert abs(mean_squared_error(outputs, targets).value - errors) < 1e-15


@pytest.mark.parametrize("kind", ["tokens", "numbers"])
def test_gradients_agree_with_central_differences(rng: np.random.Generator, kind: str) -> None:
    outputs, counts = rng.normal(size=(3, 2, 4)), rng.random((3, 2))
    tokens, numbers = rng.integers(0, 4, (3, 2)), rng.normal(size=(3, 2, 4))

    def value(moved: Array) -> float:
        if kind == "tokens":
            return cross_entropy(moved, tokens, counts).value
        return mean_squared_error(moved, numbers, counts).value

    if kind == "tokens":
        found = cross_entropy(outputs, tokens, counts).doutputs
    else:
        found = mean_squared_error(outputs, numbers, counts).doutputs
    for index in np.ndindex(outputs.shape):
        up, down = outputs.copy(), outputs.copy()
        up[index] += STEP
        down[index] -= STEP
        # Central differences of values near 1: 1e-9 is seen.
        assert abs(found[index] - (value(up) - value(down)) / (2 * STEP)) < 1e-8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda x: cross_entropy(x, np.zeros((2, 2), int)),
            "targets have shape (2, 2); they must be (2, 1).",
        ),
        (
            lambda x: cross_entropy(x, np.full((2, 1), 3)),
            "Targets must be tokens from 0 to 2.",
        ),
        (
            lambda x: cross_entropy(x, np.zeros((2, 1), int), np.zeros((2, 1))),
            "No step counts. At least one must.",
        ),
        (
            lambda x: mean_squared_error(x, x[:1]),
            "targets have shape (1, 1, 3); they must be (2, 1, 3).",
        ),
        (
            lambda x: mean_squared_error(x, x, np.ones(2)),
            "counts have shape (2,); they must be (2, 1).",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        call(np.zeros((2, 1, 3)))
