"""What readers bring to learn from: stored by its hash, and read once for what to say of it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lstm import LabError
from lstm.library import Library
from lstm.own_table import read_table
from lstm.own_text import read_text
from lstm.settings import TABLE, TEXT
from lstm.vocabulary import Unit

from .boundary import FieldError
from .numerals import grouped

KEPT_SUMMARIES = 16
FIELD = "data"


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

    def to_json(self) -> dict[str, Any]:
        """Give what the page shows."""
        return {"says": self.says, "columns": list(self.columns)}


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
