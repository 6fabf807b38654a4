"""Texts for a model to read: one that a reader gives, or one of another model."""

import numpy as np
from numpy.typing import NDArray

from .contexts import MOST
from .errors import LabError
from .home_text import PIECE, pieces
from .model import Model
from .traits import quoted
from .vocabulary import Vocabulary


def encoded(model: Model, text: str, least: int) -> tuple[list[NDArray[np.int64]], str]:
    """Turn a text that a reader gives into numbers of tokens.

    Parameters
    ----------
    model : Model
    text : str
    least : int
        Tokens that it needs.

    Returns
    -------
    sequences : list of ndarray of int
        In pieces of :data:`lstm.home_text.PIECE` tokens.
    says : str
        What should be known of it.

    Raises
    ------
    LabError
        If the model does not know a token and has none for the unknown, if its tokens
        have no names, or they are too few or too many.
    """
    known = model.vocabulary
    if known is None:
        raise LabError(
            "The tokens of this model have no names, so it cannot read a text. "
            "Leave the text out: then it is drawn for the model."
        )
    tokens, numbers = known.read(text)
    if not least <= len(tokens) <= MOST:
        raise LabError(
            f"The text has {len(tokens):,} {known.unit}. A map needs {least} to {MOST:,}."
        )
    says = [f"a text of {len(tokens):,} {known.unit}"]
    if unknown := _unknown(known, tokens, numbers):
        says.append(f"{unknown:,} of them unknown to the model")
    if len(tokens) > PIECE:
        says.append(f"read in pieces of {PIECE:,}")
    return pieces(numbers), ", ".join(says)


def translated(
    sequences: list[NDArray[np.int64]], other: Model, model: Model
) -> list[NDArray[np.int64]]:
    """Turn another model's sequences into the numbers that a model has for the same tokens.

    Parameters
    ----------
    sequences : list of ndarray of int
        As the other model numbers them.
    other, model : Model

    Returns
    -------
    list of ndarray of int

    Raises
    ------
    LabError
        If the model does not know one of the tokens.
    """
    theirs, ours = other.vocabulary, model.vocabulary
    if theirs is None and ours is None and other.token_count == model.token_count:
        return sequences
    if theirs is None or ours is None:
        raise LabError("The tokens of one of the two models have no names. Give both one text.")
    if theirs.unit != ours.unit:
        raise LabError(
            f"The other model's text is of {theirs.unit}, and this model reads {ours.unit}. "
            "Give both models one text."
        )
    used = np.unique(np.concatenate(sequences))
    tokens = [theirs.tokens[n] for n in used]
    if strange := [token for token in tokens if not _knows(ours, token)]:
        raise LabError(
            "The other model's text has tokens that this one does not know: "
            f"{' '.join(quoted(token) for token in strange[:5])}. Give both models one text."
        )
    numbers = np.zeros(len(theirs), np.int64)
    numbers[used] = ours.numbers(tokens)
    return [numbers[one] for one in sequences]


def _knows(vocabulary: Vocabulary, token: str) -> bool:
    """Tell whether a token is one of a vocabulary, and not only an unknown one."""
    try:
        (number,) = vocabulary.numbers([token])
    except LabError:
        return False
    return number != vocabulary.unknown or token in vocabulary.tokens


def _unknown(vocabulary: Vocabulary, tokens: list[str], numbers: NDArray[np.int64]) -> int:
    """Count the tokens of a text that stand for what a vocabulary does not know."""
    return sum(
        number == vocabulary.unknown and token not in vocabulary.tokens
        for token, number in zip(tokens, numbers.tolist(), strict=True)
    )
