"""Text that a language model writes by itself."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .model import Model
from .parameters import run_for_training


class End(NamedTuple):
    """What ends a string: the token of this number, where it has come so many times."""

    token: int
    times: int

    def of(self, tokens: Sequence[int]) -> bool:
        """Tell whether a string is over."""
        return list(tokens).count(self.token) == self.times


def sample(
    model: Model, start: Sequence[int], end: End | None, length: int, rng: np.random.Generator
) -> str | None:
    """Let a model go on from a start, string after string where they have an end.

    Parameters
    ----------
    model : Model
        With a vocabulary.
    start : sequence of int
        The tokens that each string begins with.
    end : End, or None
    length : int
        How many tokens are drawn.
    rng : numpy.random.Generator

    Returns
    -------
    str, or None
        A line for each string; the last one is left out where it was cut off, if
        it is not the only one. None where the outputs are no numbers any more.
    """
    assert model.vocabulary is not None
    strings: list[list[int]] = []
    left = length
    while left > 0:
        with np.errstate(over="ignore", invalid="ignore"):  # outputs are looked at below
            drawn = _string(model, start, end, left, rng)
        if drawn is None:
            return None
        strings.append([*start, *drawn])
        left -= len(drawn)
    if len(strings) > 1 and end is not None and not end.of(strings[-1]):
        del strings[-1]
    between = " " if model.vocabulary.unit == "words" else ""
    names = model.vocabulary.tokens
    return "\n".join(between.join(names[token] for token in tokens) for tokens in strings)


def _string(
    model: Model, start: Sequence[int], end: End | None, most: int, rng: np.random.Generator
) -> list[int] | None:
    """Draw token after token, to the end of a string or so many of them."""
    drawn: list[int] = []
    done = run_for_training(model, np.array(start)[:, None])
    while True:
        logits = done.outputs[-1, 0].astype(float)
        if not np.isfinite(logits).all():
            return None
        chances = np.exp(logits - logits.max())
        drawn.append(int(rng.choice(len(chances), p=chances / chances.sum())))
        if len(drawn) == most or (end is not None and end.of([*start, *drawn])):
            return drawn
        done = run_for_training(model, np.array([drawn[-1:]]), done.last)
