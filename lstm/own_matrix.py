"""A reader's own matrix, to be mapped: .npy or .safetensors, with labels in .txt or .csv.

A file may be larger than what is mapped of it: it stays on the disk, all of it is
checked a part at a time, and only the rows that are mapped come into memory. No
pickle is opened.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .blocks import blocks
from .cell import Array
from .contexts import MOST, MOST_NUMBERS, SHOWN, Contexts, drawn
from .errors import LabError
from .metric import finite
from .own_text import decode
from .projection import WIDEST

LEAST_ROWS = 20
LARGEST_FILE = 4 * 2**30

_LONGEST_HEADER = 4 * 2**20
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4"}
_NAMES = ("label", "token", "text", "word", "name")  # of the column of a table that is taken
_HOW_TO_SAVE = (
    "Save it in NumPy with np.save('matrix.npy', rows), or as .safetensors: "
    "one row of numbers for each point."
)


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
        As many as rows (:func:`read_labels`); their words name the regions.
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
        If the file is something else, damaged or too large, or a row is not finite, or
        there is another number of labels.
    """
    matrix, widened = _opened(Path(path), tensor)
    N, D = _checked(matrix)
    if labels is not None and len(labels) != N:
        raise LabError(f"There are {len(labels):,} labels for {N:,} rows. Give one for each row.")
    for at in blocks(N, D):  # all rows, not only those that are mapped
        finite(_numbers(matrix[at[0] : at[-1] + 1], widened=widened), int(at[0]) + 1)
    kept = drawn(N, min(most, MOST, max(1, MOST_NUMBERS // D)), seed)
    rows = _numbers(np.asarray(matrix[kept]), widened=widened)
    named = ("",) * len(kept) if labels is None else tuple(labels[n] for n in kept)
    return Contexts(
        rows,
        tuple(_shortened(name) for name in named),
        ("",) * len(kept),
        np.zeros(len(kept), np.int64),
        kept,
        tuple(tuple(dict.fromkeys(name.lower().split())) for name in named),
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


def _opened(path: Path, tensor: str | None) -> tuple[NDArray[Any], bool]:
    """Map a file into memory; say whether its numbers are halves that must be widened."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(9)
        if size > LARGEST_FILE:
            raise LabError(
                f"The file has {size / 2**30:.1f} GB; at most {LARGEST_FILE // 2**30} are read. "
                "Save fewer rows, or in half precision."
            )
        if start.startswith(b"\x93NUMPY"):
            return np.lib.format.open_memmap(path, mode="r"), False
        if start[8:] == b"{":
            return _tensor(path, size, tensor)
    except LabError:
        raise
    except OSError as error:
        raise LabError(f"The file cannot be read ({error.strerror}). Check its path.") from error
    except Exception as error:  # a header can be wrong in more ways than NumPy and JSON name
        raise LabError(f"The matrix cannot be read ({str(error)[:120]}). {_HOW_TO_SAVE}") from error
    raise LabError(f"This is neither a .npy nor a .safetensors file. {_HOW_TO_SAVE}")


def _tensor(path: Path, size: int, wanted: str | None) -> tuple[NDArray[Any], bool]:
    """Find the one matrix in a safetensors file."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > min(_LONGEST_HEADER, size - 8):
            raise ValueError("its header is too long, or the file is cut off")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    try:
        flat = {
            name: (part["dtype"], tuple(map(int, part["shape"])), *map(int, part["data_offsets"]))
            for name, part in header.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("its header is not that of a safetensors file") from error
    name = _chosen({name: shape for name, (_, shape, *_) in flat.items()}, wanted)
    kind, shape, begin, end = flat[name]
    if kind not in _KINDS:
        raise LabError(f"The numbers of '{name[:40]}' are {kind[:12]}. {_HOW_TO_SAVE}")
    dtype = np.dtype(_KINDS[kind])
    if end - begin != dtype.itemsize * int(np.prod(shape)) or not 0 <= begin <= end <= size:
        raise ValueError("its parts are not where its header says")
    matrix = np.memmap(path, dtype, "r", 8 + length + begin, shape)
    return matrix, kind == "BF16"


def _chosen(shapes: dict[str, tuple[int, ...]], wanted: str | None) -> str:
    matrices = [name for name, shape in shapes.items() if len(shape) == 2]
    if wanted is None and len(matrices) == 1:
        return matrices[0]
    if wanted in matrices:
        return str(wanted)
    named = ", ".join(f"'{name[:40]}'" for name in matrices[:5]) or "none"
    said = "Choose a matrix" if wanted is None else f"There is no matrix '{wanted[:40]}'"
    raise LabError(f"{said}: the file has {named}.")


def _checked(matrix: NDArray[Any]) -> tuple[int, int]:
    if matrix.ndim != 2:
        raise LabError(
            f"The array has the shape {matrix.shape}, not (rows, numbers). {_HOW_TO_SAVE}"
        )
    N, D = matrix.shape
    if N < LEAST_ROWS:
        raise LabError(f"The matrix has {N} rows. Use at least {LEAST_ROWS}.")
    if not 1 <= D <= WIDEST:
        raise LabError(f"The matrix has {D:,} numbers in a row. Use 1 to {WIDEST:,}.")
    return N, D


def _numbers(rows: NDArray[Any], *, widened: bool) -> Array:
    """Give rows in a precision that NumPy computes in."""
    if widened:  # bfloat16 is float32 without its lower half
        return (rows.astype(np.uint32) << 16).view(np.float32)
    return rows.astype(np.float32) if rows.dtype == np.float16 else rows


def _shortened(name: str) -> str:
    return name if len(name) <= SHOWN else f"{name[: SHOWN - 1]}…"
