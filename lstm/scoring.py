"""What of a task counts as right: at the steps that the task is about, and there alone.

Much of a string is chance, which nobody can predict. What can be known is: the
symbol that closes the embedded Reber string, the bracket that was opened, the
verb that agrees with its subject.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .training import Batch
from .vocabulary import Vocabulary

# From the outputs (T, B, K) for a batch: how many of the steps that count are right, of how many.
Judge = Callable[[Array, Batch], tuple[int, int]]


def next_token(outputs: Array, batch: Batch) -> tuple[int, int]:
    """Count the steps at which the likeliest token is the one that came."""
    counts = _counts(batch)
    right = (outputs.argmax(axis=-1) == batch.targets) & counts
    return int(right.sum()), int(counts.sum())


def after(inputs: Sequence[str], vocabulary: Vocabulary, targets: Sequence[str] = ()) -> Judge:
    """Count as :func:`next_token`, only after given tokens, and where one of ``targets`` came.

    Parameters
    ----------
    inputs : sequence of str
    vocabulary : Vocabulary
    targets : sequence of str, optional
        All tokens where left out.
    """
    given = vocabulary.numbers(inputs)
    wanted = vocabulary.numbers(targets or vocabulary.tokens)

    def judge(outputs: Array, batch: Batch) -> tuple[int, int]:
        chosen = _counts(batch) & np.isin(batch.inputs, given) & np.isin(batch.targets, wanted)
        right = (outputs.argmax(axis=-1) == batch.targets) & chosen
        return int(right.sum()), int(chosen.sum())

    return judge


def among(groups: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Judge:
    """Count where a token of a group came: whether it beats the others of its group.

    Which closing bracket, when one comes; which form of the verb.

    Parameters
    ----------
    groups : sequence of sequences of str
        Tokens that exclude one another.
    vocabulary : Vocabulary
    """
    numbers = [vocabulary.numbers(group) for group in groups]

    def judge(outputs: Array, batch: Batch) -> tuple[int, int]:
        counts = _counts(batch)
        right = total = 0
        for group in numbers:
            chosen = counts & np.isin(batch.targets, group)
            best = group[outputs[chosen][:, group].argmax(axis=-1)]
            right += int((best == batch.targets[chosen]).sum())
            total += int(chosen.sum())
        return right, total

    return judge


def within(margin: float) -> Judge:
    """Count the steps at which every output is closer to its target than ``margin``."""

    def judge(outputs: Array, batch: Batch) -> tuple[int, int]:
        counts = _counts(batch)
        near = (np.abs(outputs - batch.targets) < margin).all(axis=-1) & counts
        return int(near.sum()), int(counts.sum())

    return judge


def _counts(batch: Batch) -> NDArray[np.bool_]:
    if batch.counts is None:
        return np.ones(batch.targets.shape[:2], bool)
    return batch.counts > 0
