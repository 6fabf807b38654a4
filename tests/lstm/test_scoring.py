"""What counts as right, by going through it step by step."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm.scoring import Judge, after, among, next_token, within
from lstm.training import Batch
from lstm.vocabulary import Vocabulary

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=60, deadline=None)

LETTERS = Vocabulary(tuple("abcdef"))
T, B, V = 9, 5, 6

Counts = Callable[[int, int], bool]  # of an input and a target: whether the step counts


def drawn(seed: int, *, counted: bool) -> tuple[np.ndarray, Batch]:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 3, (T, B)).astype(float) if counted else None
    inputs, targets = rng.integers(0, V, (2, T, B))
    outputs = rng.normal(size=(T, B, V))
    # Better than chance, so that right and wrong are both common.
    np.put_along_axis(outputs, targets[..., None], 1.5, axis=-1)
    return outputs, Batch(inputs, targets, counts)


def one_by_one(outputs: np.ndarray, batch: Batch, counts: Counts, of: Sequence[int]) -> list[bool]:
    """Say for each step that counts whether the target beats all others of ``of``."""
    right = []
    for t in range(T):
        for b in range(B):
            x, y = int(batch.inputs[t, b]), int(batch.targets[t, b])
            if (batch.counts is None or batch.counts[t, b] > 0) and counts(x, y):
                best = max(of, key=lambda k: outputs[t, b, k])
                right.append(best == y)
    return right


seeds = given(st.integers(0, 10_000), st.booleans())


@examples
@seeds
def test_next_token_is_the_likeliest_of_all(seed: int, counted: bool) -> None:
    outputs, batch = drawn(seed, counted=counted)
    right = one_by_one(outputs, batch, lambda x, y: True, range(V))
    assert next_token(outputs, batch) == (sum(right), len(right))


@examples
@seeds
def test_after_looks_behind_given_tokens_alone(seed: int, counted: bool) -> None:
    outputs, batch = drawn(seed, counted=counted)
    right = one_by_one(outputs, batch, lambda x, y: x in (1, 3), range(V))
    assert after("bd", LETTERS)(outputs, batch) == (sum(right), len(right))
    right = one_by_one(outputs, batch, lambda x, y: x == 1 and y in (0, 2, 5), range(V))
    assert after("b", LETTERS, "acf")(outputs, batch) == (sum(right), len(right))


@examples
@seeds
def test_among_compares_with_a_tokens_own_group_alone(seed: int, counted: bool) -> None:
    outputs, batch = drawn(seed, counted=counted)
    pair = one_by_one(outputs, batch, lambda x, y: y in (0, 4), (0, 4))
    three = one_by_one(outputs, batch, lambda x, y: y in (1, 2, 5), (1, 2, 5))
    judge = among(["ae", "bcf"], LETTERS)
    assert judge(outputs, batch) == (sum(pair) + sum(three), len(pair) + len(three))


@pytest.mark.parametrize("judge", [next_token, after("a", LETTERS), among(["ab"], LETTERS)])
def test_nothing_counts_where_no_step_does(judge: Judge) -> None:
    outputs, batch = drawn(0, counted=False)
    assert judge(outputs, batch)[1] > 0
    assert judge(outputs, batch._replace(counts=np.zeros((T, B)))) == (0, 0)


@examples
@given(st.integers(0, 10_000), st.floats(0.01, 2), st.booleans())
def test_within_wants_every_output_near_its_target(seed: int, margin: float, counted: bool) -> None:
    rng = np.random.default_rng(seed)
    outputs, targets = rng.normal(size=(2, T, B, 2))
    counts = rng.integers(0, 2, (T, B)).astype(float) if counted else None
    right = [
        all(abs(outputs[t, b, k] - targets[t, b, k]) < margin for k in range(2))
        for t in range(T)
        for b in range(B)
        if counts is None or counts[t, b]
    ]
    batch = Batch(np.zeros((T, B, 1)), targets, counts)
    assert within(margin)(outputs, batch) == (sum(right), len(right))


def test_outputs_that_are_no_numbers_are_not_right() -> None:
    outputs, batch = drawn(0, counted=False)
    judge = within(1.0)
    targets = np.zeros((T, B, V))
    assert judge(np.full_like(outputs, np.nan), batch._replace(targets=targets)) == (0, T * B)
