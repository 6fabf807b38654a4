"""A reader's own matrix, to be mapped: .npy or .safetensors, with labels in .txt or .csv.

A file may be larger than what is mapped of it: it stays on the disk, all of it is
checked a part at a time, and only the rows that are mapped come into memory. No
pickle is opened.
"""

import csv
import io
from pathlib import Path

import numpy as np

from .blocks import blocks
from .cell import Array
from .contexts import MOST, MOST_NUMBERS, SHOWN, Contexts, drawn
from .errors import LabError
from .matrix_file import Table, chosen, mapped, numbers, opened
from .metric import finite
from .own_text import decode

LARGEST_FILE = 4 * 2**30
LARGEST_NUMBER = 1e30  # of which a place on a map is still a number in single precision

_NAMES = ("label", "token", "text", "word", "name")  # of the column of a table that is taken


def read_matrix(
    path: str | Path,
    labels: tuple[str, ...] | None = None,
    tensor: str | None = None,
    most: int = MOST,
    seed: int = 0,
) -> Contexts:
    """Read a matrix, one row for each point.

    Parameters
    ----------
    path : path of a .npy or .safetensors file
    labels : tuple of str, optional
        As many as rows (:func:`read_labels`); they and their words name the regions.
    tensor : str, optional
        Which one of a .safetensors file; the only matrix where it is left out.
    most : int
        Of more rows, so many are drawn by chance.
    seed : int
        Of that.

    Returns
    -------
    Contexts
        Whose note says so where it is a sample.

    Raises
    ------
    LabError
        If the file is something else, damaged or too large, or a row is not finite or has
        a number above LARGEST_NUMBER, or there is another number of labels.
    """
    table = _table(Path(path), tensor)
    matrix = mapped(Path(path), table)
    N, D = table.shape
    if labels is not None and len(labels) != N:
        raise LabError(f"There are {len(labels):,} labels for {N:,} rows. Give one for each row.")
    for at in blocks(N, D):  # all rows, not only those that are mapped
        _check(numbers(matrix[at[0] : at[-1] + 1], table), int(at[0]) + 1)
    kept = drawn(N, min(most, MOST, max(1, MOST_NUMBERS // D)), seed)
    rows = numbers(np.asarray(matrix[kept]), table)
    named = ("",) * len(kept) if labels is None else tuple(labels[n] for n in kept)
    return Contexts(
        rows,
        tuple(_shortened(name) for name in named),
        ("",) * len(kept),
        np.zeros(len(kept), np.int64),
        kept,
        tuple(map(_traits, named)),
        {},
        "" if len(kept) == N else f"{len(kept):,} of {N:,} rows, drawn by chance (seed {seed})",
    )


def read_labels(data: bytes, name: str) -> tuple[str, ...]:
    r"""Read labels: a line each, or a column of a table.

    Parameters
    ----------
    data : bytes
        In UTF-8.
    name : str
        Of the file. A .csv is a table: the column named label, token, text, word or
        name, where its first line has one of these, else the first column.

    Returns
    -------
    tuple of str

    Raises
    ------
    LabError
        If it is no text, or there are none.

    Examples
    --------
    >>> read_labels(b"id,label\n1,cat\n2,dog\n", "animals.csv")
    ('cat', 'dog')
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if name.lower().endswith(".csv"):
        found = _column(text)
    else:
        # Not splitlines: rarer ends of lines may stand in a label.
        found = tuple(text.removesuffix("\n").split("\n")) if text else ()
    if not found:
        raise LabError("There are no labels in the file. Give one for each row of the matrix.")
    return found


def _column(text: str) -> tuple[str, ...]:
    try:
        lines = [cells for cells in csv.reader(io.StringIO(text)) if cells]
    except csv.Error as error:
        raise LabError(f"The labels cannot be read: {error}. Save the table again.") from error
    names = [cell.strip().lower() for cell in lines[0]] if lines else []
    for name in _NAMES:
        if name in names:
            at = names.index(name)
            return tuple(cells[at] if at < len(cells) else "" for cells in lines[1:])
    return tuple(cells[0] for cells in lines)


def _table(path: Path, tensor: str | None) -> Table:
    """Find the array of a file that is meant."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise LabError(
                f"The file has {size / 2**30:.1f} GB; at most {LARGEST_FILE // 2**30} are read. "
                "Save fewer rows, or in half precision."
            )
        return chosen(opened(path), tensor)
    except OSError as error:
        raise LabError(f"The file cannot be read ({error.strerror}). Check its path.") from error


def _check(rows: Array, first: int) -> None:
    """Raise LabError where a row has numbers that cannot be mapped; they count from ``first``."""
    finite(rows, first)
    if max(rows.max(), -rows.min()) > LARGEST_NUMBER:
        most = np.abs(rows).max(axis=1)
        row = int(most.argmax())
        raise LabError(
            f"Row {row + first:,} has a number as large as {most[row]:.0e}. Use numbers up to "
            f"{LARGEST_NUMBER:.0e}: divide all by the same one."
        )


def _shortened(name: str) -> str:
    return name if len(name) <= SHOWN else f"{name[: SHOWN - 1]}…"


def _traits(label: str) -> tuple[str, ...]:
    """Give what names a region: the label, which may be that of a class, and its words."""
    words = label.lower().split()
    return tuple(dict.fromkeys(map(_shortened, (" ".join(words), *words)))) if words else ()
