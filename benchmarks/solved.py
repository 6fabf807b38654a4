"""When a task of the literature counts as solved: on sequences that were drawn for this alone."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lstm import Array, Model, Vocabulary, run
from lstm.parameters import run_for_training
from lstm.tasks import Counting, Reber
from lstm.training import Source

LONGEST_STREAM = 100_000  # symbols that each of ten continual streams is followed for
STATES_AT = (100, 1000, 10_000)
LONGEST_COUNT = 1000  # the largest n that counting is followed to

_APART = 31  # sets these draws apart from those of training and of scores
_PIECE = 1000


def reber_errors(model: Model, strings: int = 1000) -> float:
    """Give the share of Reber strings with a symbol that may not follow, ranked above one that may.

    At every step but the last, where the string is over.
    """
    tokens, may = _strings(strings)
    return float(_illegal(run(model, tokens).outputs, may).any(axis=0).mean())


def stream_reach(model: Model, streams: int = 10, longest: int = LONGEST_STREAM) -> int:
    """Give the symbols of continual streams before the first wrong ranking in any of them.

    The streams are drawn once, and followed piece by piece with their states carried on.
    """
    tokens, may = _streams(streams, longest)
    states = None
    for start in range(0, longest, _PIECE):
        piece = slice(start, start + _PIECE)
        done = run_for_training(model, tokens[piece], states)
        wrong = _illegal(done.outputs, may[piece]).any(axis=1)
        if wrong.any():
            return start + int(wrong.argmax())
        states = done.last
    return longest


def state_sizes(model: Model, at: Sequence[int] = STATES_AT) -> list[float]:
    """Give ‖c(t)‖ of the top layer in continual streams: its median over streams, for each t."""
    tokens, _ = _streams(10, max(at))
    c = run(model, tokens).layers[-1].c
    return [float(np.median(np.linalg.norm(c[t - 1], axis=-1))) for t in at]


def last_errors(model: Model, source: Source, batches: int = 16) -> float:
    """Give the share of sequences whose last symbol is not the likeliest."""
    wrong = []
    for n in range(batches):
        batch = source.batch(0, np.random.default_rng([_APART, n]))
        wrong.append(run(model, batch.inputs).outputs[-1].argmax(axis=-1) != batch.targets[-1])
    return float(np.mean(wrong))


def squared_error(model: Model, source: Source, batches: int = 32) -> float:
    """Give the mean squared error at the last step."""
    squares = []
    for n in range(batches):
        batch = source.batch(0, np.random.default_rng([_APART, n]))
        squares.append((run(model, batch.inputs).outputs[-1] - batch.targets[-1]) ** 2)
    return float(np.mean(squares))


def counts_to(model: Model, letters: str, longest: int = LONGEST_COUNT) -> int:
    """Give the largest N for which every string of n = 1 … N is followed to its end.

    While there are a's, an a and a b may follow and nothing else; from the first b
    on every symbol is decided.
    """
    task = Counting(letters=letters)
    for first in range(1, longest + 1, 50):
        texts = [
            (string, [{"a"}, *[{"a", "b"}] * n, *({symbol} for symbol in string[n + 2 :])])
            for n in range(first, min(first + 50, longest + 1))
            for string in [task.string(n)]
        ]
        tokens, may = _side_by_side(texts, task.vocabulary)
        wrong = _illegal(run(model, tokens).outputs, may).any(axis=0)
        if wrong.any():
            return first - 1 + int(wrong.argmax())
    return longest


@lru_cache
def _strings(strings: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Draw strings, and what may follow each symbol but the last."""
    rng = np.random.default_rng(_APART)
    drawn = [Reber().string(rng) for _ in range(strings)]
    texts = [(string, Reber.successors(string)[:-1]) for string in drawn]
    return _side_by_side(texts, Reber.vocabulary)


@lru_cache
def _streams(streams: int, length: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Draw continual streams, (T, B), and what may follow each symbol, (T, B, V)."""
    rng = np.random.default_rng(_APART)
    drawn = []
    for _ in range(streams):
        text, sets = "", list[set[str]]()
        while len(text) < length:
            string = Reber().string(rng)
            text += string
            sets += Reber.successors(string)
        drawn.append((text[:length], sets[:length]))
    return _side_by_side(drawn, Reber.vocabulary)


def _side_by_side(
    texts: Sequence[tuple[str, Sequence[set[str]]]], vocabulary: Vocabulary
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Put texts and what may follow each symbol in columns; beyond an end anything may."""
    longest, tokens = max(len(text) for text, _ in texts), vocabulary.tokens
    numbers = np.zeros((longest, len(texts)), np.int64)
    may = np.ones((longest, len(texts), len(tokens)), bool)
    for b, (text, sets) in enumerate(texts):
        numbers[: len(text), b] = vocabulary.numbers(text)
        may[: len(sets), b] = [[token in one for token in tokens] for one in sets]
    return numbers, may


def _illegal(outputs: Array, may: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell for each step whether what may not follow beats something that may."""
    worst = np.where(may, outputs, np.inf).min(axis=-1)
    wrong: NDArray[np.bool_] = worst <= np.where(may, -np.inf, outputs).max(axis=-1)
    return wrong
