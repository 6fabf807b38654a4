"""A card says what is known of a trained model: from what it learnt, and how well."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from .errors import LabError

LONGEST_NAME = 100  # characters of the task
LONGEST_TEXT = 500  # of what is said of the data, and of each sentence
MOST_SENTENCES = 20
LONGEST_SETTINGS = 10_000  # characters, as JSON

_LARGEST = 2**64  # of a seed or a number of steps
_LARGEST_LOSS = 1e300


@dataclass(frozen=True)
class Card:
    """What is known of a trained model; anybody may have written it.

    Attributes
    ----------
    task : str
        By its short name, like "reber".
    data : str
        What it learnt from, in words.
    sizes : tuple of int
        The units of each layer, from the input upwards.
    steps : int
        Batches that it learnt from.
    loss : float, optional
        On held-out data: nats a token, or the mean squared error.
    accuracy : float, optional
        The share of held-out steps that it gets right, from 0 to 1.
    seed : int, optional
    date : str
        The day it was trained on, like "2026-03-01".
    can, cannot : tuple of str
        Sentences: what it does well and where it fails, as measured.
    settings : mapping, optional
        As chosen for its training; what JSON can hold.

    Raises
    ------
    LabError
        If a part is of another kind or too long, with what it must be.

    Examples
    --------
    >>> card = Card("reber", "drawn strings", (8,), 3000, 0.31, 0.7, 1, "2026-03-01", (), ())
    >>> Card.from_json(card.to_json()) == card
    True
    """

    task: str
    data: str
    sizes: tuple[int, ...]
    steps: int
    loss: float | None
    accuracy: float | None
    seed: int | None
    date: str
    can: tuple[str, ...]
    cannot: tuple[str, ...]
    settings: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        """Check each part, and bring it to its kind."""
        _check_text("task", self.task, LONGEST_NAME)
        _check_text("data", self.data, LONGEST_TEXT)
        self._set("sizes", _sizes(self.sizes))
        _check_whole("steps", self.steps)
        if self.seed is not None:
            _check_whole("seed", self.seed)
        self._set("loss", _number("loss", self.loss, _LARGEST_LOSS))
        self._set("accuracy", _number("accuracy", self.accuracy, 1))
        _check_date(self.date)
        for name in ("can", "cannot"):
            self._set(name, _sentences(name, getattr(self, name)))
        self._set("settings", _settings(self.settings))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @classmethod
    def from_json(cls, data: Any) -> "Card":
        """Undo :meth:`to_json`; the data may come from anybody.

        Parameters
        ----------
        data : anything that JSON can hold
            Parts that a card does not have are passed over.

        Raises
        ------
        LabError
            If it is no card.
        """
        if not isinstance(data, Mapping):
            raise LabError("A card is an object in JSON.")
        names = [field.name for field in fields(cls)]
        missing = [name for name in names[:-1] if name not in data]
        if missing:
            raise LabError(f"The card does not say '{missing[0]}'.")
        return cls(**{name: data[name] for name in names if name in data})

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: list(part) if isinstance(part, tuple) else part for name, part in parts.items()
        }


def _check_text(name: str, value: Any, longest: int) -> None:
    # Control characters and lone surrogates cannot be shown; JSON may hold both.
    if not isinstance(value, str) or any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        raise LabError(f"'{name}' of the card must be one line of text.")
    if len(value) > longest:
        raise LabError(f"'{name}' of the card has {len(value)} characters; it may have {longest}.")


def _check_whole(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST:
        raise LabError(f"'{name}' of the card must be a whole number from 0.")


def _sizes(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise LabError("'sizes' of the card must be the units of each layer, like [64, 64].")
    for size in value:
        _check_whole("sizes", size)
    return tuple(value)


def _number(name: str, value: Any, largest: float) -> float | None:
    if value is None:
        return None
    # Compared before it is made a float, which a whole number may be too large for.
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= largest  # no NaN is
    ):
        raise LabError(f"'{name}' of the card must be a number from 0 to {largest:g}, or left out.")
    return float(value)


def _check_date(value: Any) -> None:
    try:
        # Other ways of ISO 8601 to write a day are read too, but do not come back the same.
        right = date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        right = False
    if not right:
        raise LabError("'date' of the card must be a day, like 2026-03-01.")


def _sentences(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_SENTENCES:
        raise LabError(f"'{name}' of the card must be a list of up to {MOST_SENTENCES} sentences.")
    for sentence in value:
        _check_text(name, sentence, LONGEST_TEXT)
    return tuple(value)


def _settings(value: Any) -> dict[str, Any] | None:
    """Give a copy as JSON will give it back: with lists for tuples."""
    if value is None:
        return None
    try:
        text = json.dumps(dict(value), allow_nan=False, ensure_ascii=False)
        text.encode()  # a lone surrogate cannot be
    except (TypeError, ValueError, RecursionError) as error:
        raise LabError("'settings' of the card must be what JSON can hold, by name.") from error
    if len(text) > LONGEST_SETTINGS:
        raise LabError(
            f"'settings' of the card has {len(text)} characters; it may have {LONGEST_SETTINGS}."
        )
    settings: dict[str, Any] = json.loads(text)
    return settings
