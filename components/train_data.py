"""What readers bring to learn from: stored by its hash, and read once for what to say of it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lstm import LabError
from lstm.estimate import extent_of
from lstm.library import Library
from lstm.own_table import read_table
from lstm.own_text import read_text
from lstm.settings import TABLE, TEXT, Settings
from lstm.vocabulary import Unit

from .boundary import FieldError
from .numerals import grouped

KEPT_SUMMARIES = 16
FIELD = "data"
PASSES = 150  # through the data, at most, where nobody chose otherwise
LEAST_STEPS = 200


@dataclass(frozen=True)
class Summary:
    """What is known of a reader's data.

    Attributes
    ----------
    says : str
    length : int
        Tokens or rows.
    width : int
        Different tokens, or columns.
    columns : tuple of str
        Of a table.
    """

    says: str
    length: int
    width: int
    columns: tuple[str, ...] = ()

    def to_json(self, task: str) -> dict[str, Any]:
        """Give what the page shows, and how many batches are advised for so much data."""
        shown = {"says": self.says, "columns": list(self.columns)}
        return shown | {"steps": advised_steps(task, self.length, self.width)}


def advised_steps(task: str, length: int, width: int) -> int:
    """Advise a budget: what is seen hundreds of times is learnt by heart.

    Examples
    --------
    >>> advised_steps("text", 5_000, 60), advised_steps("text", 1_000_000, 90)
    (400, 2000)
    """
    advised = Settings.advised(task)
    extent = extent_of(advised, length, width)
    passes = PASSES * length / (extent.T * extent.B)
    return int(min(max(round(passes / 100) * 100, LEAST_STEPS), advised.steps))


class OwnData:
    """The data that readers brought."""

    def __init__(self) -> None:
        # The content behind a hash never changes, so what was read stays true.
        self._summary: Callable[[str, str, Unit], Summary] = functools.lru_cache(KEPT_SUMMARIES)(
            self._fresh
        )

    @property
    def library(self) -> Library:
        """Where they lie, as the environment names it now."""
        return Library.from_environment(shelf="data", suffix=".txt")

    def content(self, name: str) -> bytes:
        """Give the data of a hash.

        Raises
        ------
        FieldError
            If they are not there, or not any more.
        """
        if not name:
            raise FieldError(FIELD, "There is nothing to learn from yet: paste it, or open a file.")
        try:
            return self.library.content(name)
        except LabError as error:
            raise FieldError(
                FIELD, "These data are no longer there. Paste them or open the file again."
            ) from error

    def summary(self, task: str, name: str, unit: Unit) -> Summary:
        """Say what the data of a hash are, as text or as a table.

        Raises
        ------
        FieldError
            If they cannot be learnt from.
        """
        return self._summary(task, name, unit)

    def _fresh(self, task: str, name: str, unit: Unit) -> Summary:
        try:
            return summarise(task, self.content(name), unit)
        except FieldError:
            raise
        except LabError as error:
            raise FieldError(FIELD, str(error)) from error


def summarise(task: str, content: bytes, unit: Unit) -> Summary:
    """Read data, and say what they are.

    Raises
    ------
    LabError
        If they cannot be learnt from.
    """
    if task == TABLE:
        table = read_table(content)
        N, D = table.rows.shape
        says = f"{grouped(N)} rows of {D} columns: {', '.join(table.names)}."
        return Summary(says, N, D, table.names)
    assert task == TEXT
    text = read_text(content, unit)
    N, V = len(text.learnt) + len(text.held_out), len(text.vocabulary)
    rare = f" {grouped(text.rare)} are too rare to be told apart." if text.rare else ""
    return Summary(f"{grouped(N)} {unit}, {grouped(V)} different.{rare}", N, V)
