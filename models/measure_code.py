"""What the model of Python's source code can and cannot do, on files it has not seen."""

import codeop
import io
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm.cell import Array
from lstm.losses import cross_entropy
from lstm.model import Model, run
from lstm.parameters import run_for_training

from .library_code import VOCABULARY
from .measure import Share

PIECE = 1000  # characters of a file that are read from zero states
_TOGETHER = 50  # pieces
_CLOSERS = ")]}"
_PAIRS = dict(zip("([{", _CLOSERS, strict=True))


class CodeScore(NamedTuple):
    """How well a model foresees source code.

    Attributes
    ----------
    loss : float
        Nats a character.
    characters : Share
        The likeliest is the one that comes.
    brackets : Share
        Where a bracket closes: that one is the likeliest of the three.
    indents : Share
        After a line that opens a block: every space of the next line's beginning
        is the likeliest character, and then none is.
    """

    loss: float
    characters: Share
    brackets: Share
    indents: Share


def score(model: Model, texts: Sequence[str]) -> CodeScore:
    """Measure a model on texts, in pieces that start from zero states.

    Parameters
    ----------
    model : Model
        Over the characters of :data:`VOCABULARY`.
    texts : sequence of str
        Whole files.
    """
    surprise, steps, right = 0.0, 0, 0
    brackets: list[bool] = []
    indents: list[bool] = []
    closers = VOCABULARY.numbers(_CLOSERS)
    for text in texts:
        numbers = VOCABULARY.numbers(text)
        outputs = _foreseen(model, numbers)
        counted = np.flatnonzero(np.isfinite(outputs[:, 0]))
        logits, targets = outputs[counted, None], numbers[counted, None]
        surprise += cross_entropy(logits.astype(float), targets).value * len(counted)
        steps += len(counted)
        best = outputs.argmax(axis=-1)
        right += int((best == numbers)[counted].sum())
        for place, opened in _closings(text):
            if place // PIECE == opened // PIECE:
                brackets.append(closers[outputs[place, closers].argmax()] == numbers[place])
        for start, width in _indents(text):
            if start // PIECE == (start + width) // PIECE and start % PIECE:
                said = best[start : start + width + 1] == VOCABULARY.numbers([" "])
                indents.append(bool(said[:-1].all() and not said[-1]))
    return CodeScore(
        surprise / steps,
        Share(right, steps),
        Share(sum(brackets), len(brackets)),
        Share(sum(indents), len(indents)),
    )


def _foreseen(model: Model, numbers: NDArray[np.int64]) -> Array:
    """Give the outputs before each character, of shape (N, V); NaN before a piece's first."""
    found = np.full((len(numbers), len(VOCABULARY)), np.nan, np.float32)
    whole = len(numbers) // PIECE * PIECE
    pieces = numbers[:whole].reshape(-1, PIECE).T
    for first in range(0, pieces.shape[1], _TOGETHER):
        outputs = run(model, pieces[:-1, first : first + _TOGETHER]).outputs
        for column in range(outputs.shape[1]):
            start = (first + column) * PIECE
            found[start + 1 : start + PIECE] = outputs[:, column]
    rest = numbers[whole:]
    if len(rest) > 1:
        found[whole + 1 :] = run(model, rest[:-1, None]).outputs[:, 0]
    return found


def _tokens(text: str) -> Iterator[tuple[tokenize.TokenInfo, int]]:
    """Give the tokens of a program, each with its place in the text."""
    starts = np.cumsum([0, *map(len, text.splitlines(keepends=True))])
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        yield token, int(starts[token.start[0] - 1]) + token.start[1]


def _closings(text: str) -> Iterator[tuple[int, int]]:
    """Find the brackets that close, and for each the one that it closes."""
    opened: list[int] = []
    for token, place in _tokens(text):
        if token.type == tokenize.OP and token.string in _PAIRS:
            opened.append(place)
        elif token.type == tokenize.OP and token.string in _CLOSERS:
            yield place, opened.pop()


def _indents(text: str) -> Iterator[tuple[int, int]]:
    """Find the lines that stand further in than the one before: their starts and widths."""
    for token, place in _tokens(text):
        if token.type == tokenize.INDENT:
            yield place, len(token.string)


def draw(model: Model, prompt: str, count: int, length: int, rng: np.random.Generator) -> list[str]:
    """Let a model write programs, character after character, by its own chances."""
    tokens = np.repeat(VOCABULARY.numbers(prompt)[:, None], count, axis=1)
    texts = [prompt] * count
    done = run_for_training(model, tokens)
    for _ in range(length):
        # The largest of the logits, each with noise of Gumbel's, is a draw from their softmax.
        noisy = done.outputs[-1] + rng.gumbel(size=done.outputs.shape[1:])
        new = noisy.argmax(axis=-1)
        texts = [
            text + VOCABULARY.tokens[int(number)] for text, number in zip(texts, new, strict=True)
        ]
        done = run_for_training(model, new[None], done.last)
    return texts


def is_python(text: str) -> bool:
    r"""Tell whether whole lines are Python as far as they go: nothing is run.

    Examples
    --------
    >>> is_python("def f(x):\n    return (x +\n"), is_python("def f(x:\n    return\n")
    (True, False)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            codeop.compile_command(text, symbol="exec")
        except (SyntaxError, ValueError, OverflowError):
            return False
    return True
