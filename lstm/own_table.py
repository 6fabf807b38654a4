"""A reader's own numbers, made ready to be learnt: columns of a .csv file over time."""

import csv
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .cell import Array
from .errors import LabError
from .own_text import decode

LEAST_ROWS = 20
MOST_COLUMNS = 64
HELD_OUT = 0.2  # of the rows, the last ones, are not learnt from

LARGEST = 1e30  # a number beyond it, squared and added up, is none in float32

_QUOTED = 24
_DELIMITERS = "\t;,"
_LOOKED_AT = 10  # lines by which the delimiter is found

_Line = tuple[int, list[str]]  # its number, from 1, and its cells


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers over time.

    Attributes
    ----------
    names : tuple of str, D of them
    rows : ndarray of shape (N, D)
    """

    names: tuple[str, ...]
    rows: Array

    def columns(self, target: str | None) -> tuple[list[int], list[int]]:
        """Give the columns that a model takes and those that it gives.

        Parameters
        ----------
        target : str, or None
            The column that is to be known from the others; None to foresee the next row.

        Raises
        ------
        LabError
            If there is no such column, or no other one.
        """
        known = list(range(len(self.names)))
        if target is None:
            return known, known
        if target not in self.names:
            raise LabError(
                f"There is no column '{target[:_QUOTED]}'. "
                f"Choose one of {', '.join(self.names[:8])}."
            )
        if len(known) == 1:
            raise LabError(
                "The table has one column: none is left to know it from. "
                "Choose the next row instead, or give more columns."
            )
        wanted = self.names.index(target)
        known.remove(wanted)
        return known, [wanted]


def learnt_rows(N: int) -> int:
    """Give how many of N rows are learnt from."""
    return N - round(N * HELD_OUT)


def read_table(data: bytes) -> Table:
    r"""Read a .csv file: one step a row, with or without a line of names.

    The first line holds names where it has a cell that is neither a number nor
    empty, or where its first cell is empty, as above a column that numbers rows.
    Lines without anything in them are passed over.

    Parameters
    ----------
    data : bytes
        Separated by commas, semicolons or tabs.

    Raises
    ------
    LabError
        Naming the row and the column of what is no number.

    Examples
    --------
    >>> table = read_table(b"time,load" + b"".join(b"\n%d,0.5" % n for n in range(20)))
    >>> table.names, table.rows.shape
    (('time', 'load'), (20, 2))
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    try:
        return _read(_lines(text, _delimiter(text)))
    except csv.Error as error:
        raise LabError(f"The table cannot be read: {error}. Save it as .csv again.") from error


def _read(lines: Iterator[_Line]) -> Table:
    """Read lines one after the other: held all at once they take a hundred times their bytes."""
    head = list(itertools.islice(lines, LEAST_ROWS + 1))
    if not head:
        raise LabError("The table is empty. Give one row of numbers for each step.")
    (_, first), named = head[0], _has_names(head[0][1])
    if len(first) > MOST_COLUMNS:
        raise LabError(f"The table has {len(first)} columns. Use at most {MOST_COLUMNS}.")
    names = _names(first if named else [""] * len(first))
    body = head[named:]
    if len(body) < LEAST_ROWS:
        raise LabError(f"The table has {len(body)} rows of numbers. Use at least {LEAST_ROWS}.")
    rows = (_row(cells, names, n) for n, cells in itertools.chain(body, lines))
    numbers = np.fromiter(itertools.chain.from_iterable(rows), np.float64)
    return Table(names, numbers.reshape(-1, len(names)))


def _lines(text: str, delimiter: str) -> Iterator[_Line]:
    """Give the lines that hold anything, with their numbers."""
    for n, cells in enumerate(_cells(text, delimiter), start=1):
        if any(cell.strip() for cell in cells):
            yield n, cells


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)


def _delimiter(text: str) -> str:
    """Find what cuts the first lines into equally many cells; commas may be decimal ones."""
    lines = [line for line in text.splitlines() if line.strip()][:_LOOKED_AT]
    for delimiter in _DELIMITERS:
        widths = {len(cells) for cells in _cells("\n".join(lines), delimiter)}
        if len(widths) == 1 and widths != {1}:
            return delimiter
    return max(",;\t", key=lines[0].count) if lines else ","


def _has_names(cells: Sequence[str]) -> bool:
    if not cells[0].strip():
        return True
    return any(cell.strip() and _number(_with_point(cell)) is None for cell in cells)


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    """Give every column a name of its own."""
    names: list[str] = []
    for n, cell in enumerate(cells, start=1):
        shown = "".join(c for c in " ".join(cell.split()) if c.isprintable())
        name = stem = shown[:_QUOTED] or f"column {n}"
        count = n
        while name in names:
            name = f"{stem} ({count})"
            count += 1
        names.append(name)
    return tuple(names)


def _row(cells: Sequence[str], names: Sequence[str], n: int) -> list[float]:
    if len(cells) != len(names):
        raise LabError(
            f"Row {n} has {len(cells)} cells, but there are {len(names)} columns. "
            "Give every row as many."
        )
    numbers = [_number(cell) for cell in cells]
    row = [x for x in numbers if x is not None and abs(x) <= LARGEST]  # NaN is not
    if len(row) < len(cells):
        at = next(k for k, x in enumerate(numbers) if x is None or not abs(x) <= LARGEST)
        raise LabError(f"Row {n} of the column '{names[at]}' {_complaint(cells[at])}")
    return row


def _complaint(cell: str) -> str:
    """Say why a cell cannot be learnt, and what to do."""
    given, number = cell.strip()[:_QUOTED], _number(cell)
    if not given:
        return "is empty. Take the row or the column out, or write a number, like 0.5."
    if number is not None and math.isfinite(number):
        return f"holds '{given}'. Use numbers up to {LARGEST:g}, in a larger unit."
    if _number(_with_point(cell)) is not None and number is None:
        return f"holds '{given}'. Write numbers with a decimal point, like 0.5, not a comma."
    return (
        f"holds '{given}'; only numbers can be learnt. "
        "Take the row or the column out, or write a number, like 0.5."
    )


def _with_point(cell: str) -> str:
    return cell.replace(",", ".", 1)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
