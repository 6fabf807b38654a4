"""A reader's own text, made ready to be learnt: tokens, a vocabulary, a part held out."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .errors import LabError
from .vocabulary import Unit, Vocabulary, split

LARGEST_DATA = 10 * 2**20  # bytes
LEAST_TOKENS = 100
MOST_TOKENS = {"characters": 256, "words": 5000}  # that a vocabulary of an own text has
HELD_OUT = 0.1  # of the text, its end, is not learnt from

_UNKNOWN = {"characters": "\ufffd", "words": "<unk>"}
_QUOTED = 20


@dataclass(frozen=True, eq=False)
class Text:
    """A text by its tokens' numbers.

    Attributes
    ----------
    vocabulary : Vocabulary
    learnt, held_out : ndarray of int, of shape (N,)
        What is learnt from, and the end of the text, which is not.
    rare : int
        Tokens of the text that are read as the unknown one.
    """

    vocabulary: Vocabulary
    learnt: NDArray[np.int64]
    held_out: NDArray[np.int64]
    rare: int


def decode(data: bytes) -> str:
    """Read bytes as text.

    Raises
    ------
    LabError
        If they are too many, or no text in UTF-8.
    """
    if len(data) > LARGEST_DATA:
        raise LabError(
            f"The data has {len(data):,} bytes. Use at most {LARGEST_DATA // 2**20} MB, "
            f"which is {LARGEST_DATA:,}."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabError(
            f"This is no text in UTF-8: byte {error.start + 1} cannot be read. "
            "Save it as plain text in UTF-8, and open it again."
        ) from error
    if "\0" in text:
        raise LabError("This is no plain text: it has zero bytes. Save it as text in UTF-8.")
    return text


def read_text(data: bytes, unit: Unit) -> Text:
    """Cut a text into tokens, and hold the end of it out.

    Parameters
    ----------
    data : bytes
        In UTF-8, at most LARGEST_DATA.
    unit : "characters" or "words"

    Raises
    ------
    LabError
        If it is empty, too short, or has one token only.

    Examples
    --------
    >>> text = read_text(b"to be or not to be, " * 20, "words")
    >>> text.vocabulary.tokens
    (',', 'be', 'not', 'or', 'to')
    >>> len(text.learnt), len(text.held_out)
    (126, 14)
    """
    tokens = split(decode(data), unit)
    if not tokens:
        raise LabError("The text is empty. Paste a text, or open a .txt file.")
    counted = Counter(tokens)
    if len(counted) == 1:
        token = repr(tokens[0][:_QUOTED])
        raise LabError(
            f"The text has one of the {unit} only, {token}, over and over: there is nothing to "
            "predict. Use a text with more."
        )
    if len(tokens) < LEAST_TOKENS:
        raise LabError(
            f"The text has {len(tokens)} {unit}. Use at least {LEAST_TOKENS}; "
            "some thousands make a model that says something."
        )
    vocabulary = _vocabulary(counted, unit)
    place = {token: number for number, token in enumerate(vocabulary.tokens)}
    unknown = -1 if vocabulary.unknown is None else vocabulary.unknown
    numbers = np.array([place.get(token, unknown) for token in tokens], np.int64)
    end = learnt_tokens(len(numbers))
    rare = sum(count for token, count in counted.items() if token not in place)
    return Text(vocabulary, numbers[:end], numbers[end:], rare)


def learnt_tokens(N: int) -> int:
    """Give how many of N tokens are learnt from."""
    return N - round(N * HELD_OUT)


def _vocabulary(counted: Counter[str], unit: Unit) -> Vocabulary:
    """Name the most frequent tokens, and one for all others where there are more."""
    most = MOST_TOKENS[unit]
    if len(counted) <= most:
        return Vocabulary.of(counted, unit)
    # Equally frequent ones by their spelling, so that a text always has the same vocabulary.
    frequent = sorted(counted, key=lambda token: (-counted[token], token))
    kept = [token for token in frequent if token != _UNKNOWN[unit]][: most - 1]
    return Vocabulary((_UNKNOWN[unit], *sorted(kept)), unit)
