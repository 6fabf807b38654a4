"""What the shipped models can and cannot do, measured on data that they have not seen."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from lstm.cell import Array
from lstm.errors import LabError
from lstm.model import Model, run
from lstm.tasks import Counting, Reber
from lstm.vocabulary import Vocabulary

_CLOSERS = ")]}"
_PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"'}


class Share(NamedTuple):
    """How many were right, of how many."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1; none of none is NaN."""
        return self.right / self.of if self.of else float("nan")


def vocabulary_of(model: Model) -> Vocabulary:
    """Give the vocabulary; every shipped model has one."""
    if model.vocabulary is None:
        raise LabError("The model has no vocabulary, by which it could be asked.")
    return model.vocabulary


def logits(model: Model, texts: Sequence[Sequence[str]]) -> list[Array]:
    """Run a model over texts side by side.

    Returns
    -------
    list of ndarray of shape (length of the text, V)
    """
    tokens = np.zeros((max(map(len, texts)), len(texts)), np.int64)
    for column, text in enumerate(texts):
        tokens[: len(text), column] = vocabulary_of(model).numbers(text)
    outputs = run(model, tokens).outputs
    return [outputs[: len(text), column] for column, text in enumerate(texts)]


def reber(model: Model, strings: Sequence[str]) -> tuple[Share, Share]:
    """Tell after how many symbols exactly those that may follow are the likeliest.

    Returns
    -------
    steps : Share
        Of all symbols.
    whole : Share
        Of all strings: those with no symbol wrong.
    """
    right, whole, of = 0, 0, 0
    for string, outputs in zip(strings, logits(model, strings), strict=True):
        good = 0
        for row, allowed in zip(outputs[:-1], Reber.successors(string), strict=False):
            best = np.argsort(-row)[: len(allowed)]
            good += {vocabulary_of(model).tokens[int(number)] for number in best} == allowed
        right, of = right + good, of + len(string) - 1
        whole += good == len(string) - 1
    return Share(right, of), Share(whole, len(strings))


def closes_again(model: Model, pairs: Sequence[tuple[str, str]]) -> Share:
    """Tell how often a Reber string that follows another one ends as it began."""
    found = []
    texts = [one + other for one, other in pairs]
    for (_, other), outputs in zip(pairs, logits(model, texts), strict=True):
        right, wrong = vocabulary_of(model).numbers([other[1], "TP".replace(other[1], "")])
        found.append(bool(outputs[-3][right] > outputs[-3][wrong]))
    return share(found)


def counts_to(model: Model, most: int = 200) -> int:
    """Tell up to which n all strings aⁿbⁿ are right: from the first b on, every symbol."""
    for n in range(1, most + 1):
        text = Counting().string(n)
        (outputs,) = logits(model, [text])
        said = [vocabulary_of(model).tokens[int(number)] for number in outputs.argmax(axis=-1)]
        if said[n + 1 : -1] != list(text[n + 2 :]):
            return n - 1
    return most


def stops_after(model: Model, n: int) -> int | None:
    """Tell at how many b the model ends a string of n a; None where not before 3 n."""
    (outputs,) = logits(model, ["S" + "a" * n + "b" * 3 * n])
    (end,) = vocabulary_of(model).numbers("T")
    ends = np.flatnonzero(outputs[n + 1 :].argmax(axis=-1) == end)
    return int(ends[0]) + 1 if len(ends) else None


class Closing(NamedTuple):
    """A mark that closes another.

    Attributes
    ----------
    depth : int
        1 for the outermost.
    distance : int
        Steps since the one that it closes.
    right : bool
        Whether the model had it likelier than the others that close.
    """

    depth: int
    distance: int
    right: bool


def closings(model: Model, sentences: Sequence[str]) -> list[Closing]:
    """Find all marks that close one.

    A quote is compared with all brackets that close; a bracket with the other two,
    as a quote may well open before it.
    """
    places = {mark: vocabulary_of(model).tokens.index(mark) for mark in (*_CLOSERS, '"')}
    found = []
    for sentence, outputs in zip(sentences, logits(model, sentences), strict=True):
        opened: list[int] = []
        for t, symbol in enumerate(sentence):
            if opened and symbol == _PAIRS[sentence[opened[-1]]]:
                others = [*_CLOSERS, '"'] if symbol == '"' else [*_CLOSERS]
                best = max(others, key=lambda mark: outputs[t - 1][places[mark]])
                start = opened.pop()
                found.append(Closing(len(opened) + 1, t - start, best == symbol))
            elif symbol in _PAIRS:
                opened.append(t)
    return found


def share(right: Iterable[bool]) -> Share:
    """Count."""
    answers = list(right)
    return Share(sum(answers), len(answers))
