"""Sequences to learn from: the classic tasks of the literature, drawn without end.

Each task is a :class:`lstm.training.Source`. Token tasks have a vocabulary and
are learnt by the cross-entropy of the next token; number tasks have ``inputs``
columns and are learnt by the mean squared error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import grammar
from .cell import Array
from .errors import LabError
from .training import Batch
from .vocabulary import Vocabulary

Tokens = NDArray[np.int64]
T = TypeVar("T")

# The Reber grammar: from each state the symbols that may follow, and where they lead.
_REBER: tuple[tuple[tuple[str, int], ...], ...] = (
    (("B", 1),),
    (("T", 2), ("P", 3)),
    (("S", 2), ("X", 4)),
    (("T", 3), ("V", 5)),
    (("X", 3), ("S", 6)),
    (("P", 4), ("V", 6)),
    (("E", 7),),
    (),
)


@dataclass(frozen=True)
class Reber:
    """The embedded Reber grammar: what stood second must stand second to last.

    A string is B, T or P, a Reber string, the same T or P again, E. In the
    continual task the strings follow one another without a break, and nothing
    tells the network when to start anew.

    Attributes
    ----------
    size : int
        Strings side by side in a batch.
    continual : bool
    steps : int
        Of a batch of the continual task.

    References
    ----------
    Hochreiter & Schmidhuber 1997, experiment 1; Gers, Schmidhuber & Cummins
    2000 (continual).
    """

    size: int = 16
    continual: bool = False
    steps: int = 60

    vocabulary: ClassVar[Vocabulary] = Vocabulary(tuple("BEPSTVX"))

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw strings; each step's target is the next symbol."""
        if not self.continual:
            return _padded([self.string(rng) for _ in range(self.size)], self.vocabulary)
        streams = [self._stream(rng) for _ in range(self.size)]
        text = np.stack([self.vocabulary.numbers(stream) for stream in streams], axis=1)
        return Batch(text[:-1], text[1:])

    def string(self, rng: np.random.Generator) -> str:
        """Draw one string."""
        outer = _one("TP", rng)
        return f"B{outer}{_reber(rng)}{outer}E"

    def _stream(self, rng: np.random.Generator) -> str:
        text = ""
        while len(text) <= self.steps:
            text += self.string(rng)
        return text[: self.steps + 1]

    @staticmethod
    def successors(string: str) -> list[set[str]]:
        """Give for each symbol of a string the set of those that may follow it.

        Examples
        --------
        >>> [sorted(s) for s in Reber.successors("BTBTXSETE")][:3]
        [['P', 'T'], ['B'], ['P', 'T']]
        """
        found: list[set[str]] = [{"T", "P"}, {"B"}]
        state = 0
        for symbol in string[2:-2]:
            state = dict(_REBER[state])[symbol]
            found.append({symbol for symbol, _ in _REBER[state]} or {string[1]})
        return [*found, {"E"}, {"B"}]


def _reber(rng: np.random.Generator) -> str:
    text, state = "", 0
    while _REBER[state]:
        choices = _REBER[state]
        symbol, state = _one(choices, rng)
        text += symbol
    return text


@dataclass(frozen=True)
class LongLag:
    """The last symbol is the first one, after a lag of symbols that tell nothing.

    References
    ----------
    Hochreiter & Schmidhuber 1997, experiment 2 (there with as many different
    symbols as the lag is long).
    """

    size: int = 16
    lag: int = 50

    vocabulary: ClassVar[Vocabulary] = Vocabulary(tuple("xyabcd"))

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw sequences; only the last symbol counts."""
        first = rng.integers(0, 2, (1, self.size))
        lag = rng.integers(2, len(self.vocabulary), (self.lag, self.size))
        text = np.concatenate([first, lag, first])
        return Batch(text[:-1], text[1:], _only_last(text[1:].shape))


@dataclass(frozen=True)
class Adding:
    """The sum of two marked numbers among many, to be said at the end.

    Column 1 holds numbers from 0 to 1, column 2 marks one in each half.

    References
    ----------
    Hochreiter & Schmidhuber 1997, experiment 4 (there numbers from −1 to 1).
    """

    size: int = 32
    steps: int = 100

    inputs: ClassVar[int] = 2
    outputs: ClassVar[int] = 1

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw sequences; only the last step counts."""
        values = rng.random((self.steps, self.size))
        marks = np.zeros_like(values)
        column, half = np.arange(self.size), self.steps // 2
        marks[rng.integers(0, half, self.size), column] = 1
        marks[rng.integers(half, self.steps, self.size), column] = 1
        total = np.broadcast_to((values * marks).sum(axis=0), values.shape)
        counts = _only_last(values.shape)
        return Batch(np.stack([values, marks], axis=-1), total[..., None], counts)


@dataclass(frozen=True)
class TemporalOrder:
    """In which order X and Y came, far from each other among other symbols.

    The last symbol names one of 2^n classes, written as p, q, …

    References
    ----------
    Hochreiter & Schmidhuber 1997, experiment 6a (n = 2) and 6b (n = 3).
    """

    size: int = 16
    steps: int = 60
    relevant: int = 2

    vocabulary: ClassVar[Vocabulary] = Vocabulary(tuple("XYabcdpqrstuvw"))

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw sequences; only the last symbol, the class, counts."""
        n = self.relevant
        if n not in (2, 3):
            raise LabError(f"There are {n} relevant symbols. Use 2 or 3.")
        text = rng.integers(2, 6, (self.steps, self.size))
        which = rng.integers(0, 2, (n, self.size))
        column, part = np.arange(self.size), self.steps // n
        for k in range(n):
            # In the first half of its own part, so that lags are long.
            text[k * part + rng.integers(0, max(part // 2, 1), self.size), column] = which[k]
        classes = 6 + (which * 2 ** np.arange(n - 1, -1, -1)[:, None]).sum(axis=0)
        whole = np.concatenate([text, classes[None]])
        return Batch(whole[:-1], whole[1:], _only_last(text.shape))


@dataclass(frozen=True)
class CopyMemory:
    """Say a word again after a silence, from the bell (!) on.

    References
    ----------
    Hochreiter & Schmidhuber 1997 in spirit; in this form Arjovsky, Shah &
    Bengio 2016.
    """

    size: int = 16
    length: int = 5
    silence: int = 20

    vocabulary: ClassVar[Vocabulary] = Vocabulary(tuple("abcdefgh.!"))

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw words; only the steps that repeat them count."""
        word = rng.integers(0, 8, (self.length, self.size))
        quiet, bell = (np.full((n, self.size), token) for n, token in ((self.silence, 8), (1, 9)))
        text = np.concatenate([word, quiet, bell, word])
        counts = np.zeros(text[1:].shape)
        counts[-self.length :] = 1
        return Batch(text[:-1], text[1:], counts)


@dataclass(frozen=True)
class Counting:
    """Strings aⁿbⁿ or aⁿbⁿcⁿ between S and T: from the first b on all is decided.

    References
    ----------
    Gers & Schmidhuber 2001, "LSTM recurrent networks learn simple context-free
    and context-sensitive languages".
    """

    size: int = 16
    longest: int = 10
    letters: str = "ab"

    vocabulary: ClassVar[Vocabulary] = Vocabulary(tuple("SabcT"))

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw strings; each step's target is the next symbol."""
        lengths = rng.integers(1, self.longest + 1, self.size)
        return _padded([self.string(int(n)) for n in lengths], self.vocabulary)

    def string(self, n: int) -> str:
        """Give the string for n."""
        return "S" + "".join(letter * n for letter in self.letters) + "T"


@dataclass(frozen=True)
class Brackets:
    """Text with nested brackets and with quotes, which must all be closed again."""

    size: int = 16
    steps: int = 64
    deepest: int = 4

    vocabulary: ClassVar[Vocabulary] = Vocabulary(tuple('()[]{}" abcdefghijklmnopqrstuvwxyz.'))

    _WORDS: ClassVar[str] = "see the old map of low lands and a far sea by noon or on time no more"

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw text; each step's target is the next character."""
        texts = []
        for _ in range(self.size):
            text = ""
            while len(text) <= self.steps:
                text += self.sentence(rng) + " "
            texts.append(self.vocabulary.numbers(text[: self.steps + 1]))
        text_array = np.stack(texts, axis=1)
        return Batch(text_array[:-1], text_array[1:])

    def sentence(self, rng: np.random.Generator) -> str:
        """Draw one sentence; everything that it opens it closes."""
        return self._phrase(rng, 0, quoted=False) + "."

    def _phrase(self, rng: np.random.Generator, depth: int, *, quoted: bool) -> str:
        parts = []
        for _ in range(rng.integers(1, 4)):
            draw = rng.random()
            if draw < 0.4 and depth < self.deepest:
                opens, closes = _one((("(", ")"), ("[", "]"), ("{", "}")), rng)
                parts.append(opens + self._phrase(rng, depth + 1, quoted=quoted) + closes)
            elif draw < 0.5 and not quoted:
                parts.append('"' + self._phrase(rng, depth + 1, quoted=True) + '"')
            else:
                parts.append(_one(self._WORDS.split(), rng))
        return " ".join(parts)


@dataclass(frozen=True)
class Agreement:
    """Sentences of a small grammar: verbs agree with subjects over other nouns.

    Most sentences are for agreement; others have a planted bias, or count
    (:mod:`lstm.grammar`). They follow one another to the end of the batch.

    References
    ----------
    Linzen, Dupoux & Goldberg 2016, "Assessing the ability of LSTMs to learn
    syntax-sensitive dependencies".
    """

    size: int = 32
    most_attractors: int = 4
    steps: int = 40

    vocabulary: ClassVar[Vocabulary] = grammar.VOCABULARY

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Draw sentences; each step's target is the next word."""
        texts = []
        for _ in range(self.size):
            words: list[str] = []
            while len(words) <= self.steps:
                words += self._any(rng)
            texts.append(self.vocabulary.numbers(words[: self.steps + 1]))
        text = np.stack(texts, axis=1)
        return Batch(text[:-1], text[1:])

    def sentence(
        self, rng: np.random.Generator, attractors: int, same: int = 0
    ) -> tuple[list[str], int]:
        """Draw a sentence for agreement: :func:`lstm.grammar.agreement`."""
        return grammar.agreement(rng, attractors, same)

    def _any(self, rng: np.random.Generator) -> list[str]:
        draw = rng.random()
        if draw < 0.2:
            return grammar.profession(rng)
        if draw < 0.4:
            return grammar.counting(rng)
        # As many of the other number as of its own: they do not give the subject away.
        between = int(rng.integers(self.most_attractors + 1))
        attractors = int(rng.integers(between + 1))
        return grammar.agreement(rng, attractors, between - attractors)[0]


def _one(items: Sequence[T], rng: np.random.Generator) -> T:
    return items[int(rng.integers(len(items)))]


def _padded(texts: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Batch:
    """Put texts of different lengths side by side; what lies beyond an end counts nothing."""
    longest = max(len(text) for text in texts)
    tokens = np.zeros((longest, len(texts)), np.int64)
    counts = np.zeros((longest - 1, len(texts)))
    for column, text in enumerate(texts):
        tokens[: len(text), column] = vocabulary.numbers(text)
        counts[: len(text) - 1, column] = 1
    return Batch(tokens[:-1], tokens[1:], counts)


def _only_last(shape: tuple[int, ...]) -> Array:
    counts = np.zeros(shape)
    counts[-1] = 1
    return counts
