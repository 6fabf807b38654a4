"""Text that a model is at home in: new sequences of its task, held-out text, or its own words.

A model that learnt a task of the lab gets new sequences of that task; one that comes
with the lab, the text that was held out for it. Any other language model writes its
text itself, drawing from its own predictions: so nobody has to bring data.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .babble import babble
from .catalogue import TASKS
from .errors import LabError
from .experiment import prepare
from .model import Model
from .settings import Settings
from .shipped import folder, shipped

PIECE = 1000  # tokens of a long text that are read from zero states

# What the files in models/texts are, by the name of the model that has not learnt from them.
_HELD_OUT = {"python": "held-out code: a part of this lab's own"}


class HomeText(NamedTuple):
    """Sequences of tokens, and in words what they are."""

    sequences: list[NDArray[np.int64]]
    says: str


def home_text(model: Model, count: int, rng: np.random.Generator) -> HomeText:
    """Give text that a model is at home in.

    Parameters
    ----------
    model : Model
        Which reads tokens.
    count : int
        Tokens that are wanted, of all sequences together; where a text was held out for
        the model, there may be fewer.
    rng : numpy.random.Generator

    Returns
    -------
    HomeText

    Raises
    ------
    LabError
        If there is no such text, and the model predicts no tokens that it could write.
    """
    if not model.takes_tokens:
        raise LabError("This model reads numbers, not tokens: there is no text for it.")
    name = _name(model)
    if name in _HELD_OUT:
        return HomeText(_held_out(name, model, count, rng), _HELD_OUT[name])
    settings = model.card.settings if model.card else None
    if settings is not None and settings.get("task") in TASKS:
        with suppress(LabError):  # settings of another version: the model writes itself
            chosen = Settings.from_json(settings)
            found = _of_task(chosen, model, count, rng)
            return HomeText(found, f"new sequences of {TASKS[chosen.task].title}")
    if model.decoder is None or len(model.decoder.W) != model.token_count:
        raise LabError("This model predicts no tokens, so it cannot write a text. Give it one.")
    return HomeText(list(babble(model, rng, count)), "text that the model wrote itself")


def texts() -> Path:
    """Give the folder of the texts that come with the lab."""
    return folder() / "texts"


def pieces(numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Cut a long text: a run keeps every gate of all that it reads.

    Parameters
    ----------
    numbers : ndarray of int, of shape (T,)

    Returns
    -------
    list of ndarray
        Of PIECE tokens each; the last may be shorter.
    """
    return [numbers[n : n + PIECE] for n in range(0, len(numbers), PIECE)]


def _name(model: Model) -> str:
    """Give the name of a model that comes with the lab; empty for any other."""
    if model.card is None:
        return ""
    return next((one.name for one in shipped(folder()) if one.card == model.card), "")


def _held_out(
    name: str, model: Model, count: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Give pieces of the text that was held out, drawn by chance, in their order."""
    assert model.vocabulary is not None
    whole = pieces(model.vocabulary.read((texts() / f"{name}.txt").read_text("utf-8"))[1])
    many = min(len(whole), -(-count // PIECE))
    return [whole[n] for n in np.sort(rng.choice(len(whole), many, replace=False))]


def _of_task(
    settings: Settings, model: Model, count: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Draw sequences of a task, without what fills them up to the longest."""
    source = prepare(settings).source
    found: list[NDArray[np.int64]] = []
    while sum(map(len, found)) < count:
        batch = source.batch(1 + len(found), rng)
        tokens = np.asarray(batch.inputs)
        if tokens.ndim != 2 or tokens.max() >= model.token_count:
            raise LabError("This model does not read the sequences of its task.")
        counts = np.ones(tokens.shape) if batch.counts is None else batch.counts
        lengths = len(tokens) - (counts[::-1] > 0).argmax(axis=0)
        found += [tokens[:length, b] for b, length in enumerate(lengths)]
    return found
