"""Files of matrices, .npy and .safetensors: what their first bytes say, and their numbers.

The first bytes name every array with its shape, its kind of numbers and its place, so
that a file can be refused before the rest of it has come. No pickle is opened.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .errors import LabError
from .projection import WIDEST

LEAST_ROWS = 20
HOW_TO_SAVE = (
    "Save it in NumPy with np.save('matrix.npy', rows), or as .safetensors: "
    "one row of numbers for each point."
)

_NPY = b"\x93NUMPY"
_LONGEST_HEADER = 4 * 2**20
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4"}


class Table(NamedTuple):
    """One array of a file.

    Attributes
    ----------
    name : str
        Empty in a .npy file, which has one alone.
    kind : str
        Of the numbers, as the file names it.
    dtype : numpy.dtype, or None
        How they are read; None where they cannot be.
    shape : tuple of int
    begin, end : int
        Its bytes in the file.
    by_columns : bool
        Whether columns lie one after another, and not rows.
    """

    name: str
    kind: str
    dtype: np.dtype[Any] | None
    shape: tuple[int, ...]
    begin: int
    end: int
    by_columns: bool = False


def tables_of(start: bytes) -> tuple[Table, ...] | None:
    """Read what a file holds from its first bytes.

    Parameters
    ----------
    start : bytes
        Any number of them, from the first on.

    Returns
    -------
    tuple of Table, or None
        None where more of the file must be seen.

    Raises
    ------
    LabError
        If it is another kind of file, or damaged.
    """
    try:
        if start.startswith(_NPY):
            return _of_npy(start)
        if start[8:9] == b"{":
            return _of_safetensors(start)
    except LabError:
        raise
    except Exception as error:  # a header can be wrong in more ways than NumPy and JSON name
        raise _unreadable(str(error)) from error
    if len(start) < 9 and start:
        return None
    raise LabError(f"This is neither a .npy nor a .safetensors file. {HOW_TO_SAVE}")


def opened(path: Path) -> tuple[Table, ...]:
    """Read what a file on the disk holds.

    Raises
    ------
    LabError
        As :func:`tables_of`, or if the file is cut off.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(2**16)
        tables = tables_of(start)
        if tables is None and size > len(start):
            tables = tables_of(start + file.read(_LONGEST_HEADER + 8))
    if tables is None:
        raise _unreadable("its header is too long, or the file is cut off")
    if any(table.end > size for table in tables):
        raise _unreadable("the file is cut off")
    return tables


def chosen(tables: tuple[Table, ...], wanted: str | None = None) -> Table:
    """Give the one array that is meant: by its name, or as the only one that can be mapped.

    Raises
    ------
    LabError
        If it is not there, is one of several, or cannot be mapped.
    """
    if len(tables) == 1 and not tables[0].name:
        return checked(tables[0])
    matrices = [table for table in tables if len(table.shape) == 2]
    meant = [table for table in matrices if wanted in (None, table.name)]
    usable = [table for table in meant if not _problem(table)] or meant
    if len(usable) == 1:
        return checked(usable[0])
    named = ", ".join(f"'{table.name[:40]}'" for table in matrices[:5]) or "none"
    said = "Choose a matrix" if wanted is None else f"There is no matrix '{wanted[:40]}'"
    raise LabError(f"{said}: the file has {named}.")


def mappable(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Give the arrays that can be mapped; at least one.

    Raises
    ------
    LabError
        As :func:`chosen`, where none can.
    """
    return tuple(table for table in tables if not _problem(table)) or (chosen(tables),)


def checked(table: Table) -> Table:
    """Give an array back if it is a matrix of numbers that can be mapped; else LabError."""
    if problem := _problem(table):
        raise LabError(problem)
    return table


def _problem(table: Table) -> str:
    """Say why an array cannot be mapped; nothing where it can."""
    if table.dtype is None:
        whose = f"of '{table.name[:40]}' " if table.name else ""
        return f"The numbers {whose}are {table.kind[:12]}. {HOW_TO_SAVE}"
    if len(table.shape) != 2:
        return f"The array has the shape {table.shape}, not (rows, numbers). {HOW_TO_SAVE}"
    N, D = table.shape
    if N < LEAST_ROWS:
        return f"The matrix has {N} rows. Use at least {LEAST_ROWS}."
    if not 1 <= D <= WIDEST:
        return f"The matrix has {D:,} numbers in a row. Use 1 to {WIDEST:,}."
    return ""


def mapped(path: Path, table: Table) -> NDArray[Any]:
    """Give the numbers of an array as they lie on the disk: :func:`numbers` widens them."""
    assert table.dtype is not None  # else it cannot be mapped
    found: NDArray[Any] = np.memmap(
        path, table.dtype, "r", table.begin, table.shape, "F" if table.by_columns else "C"
    )
    return found


def numbers(rows: NDArray[Any], table: Table) -> Array:
    """Give rows of an array in single or double precision, which holds them or comes nearest."""
    if table.kind == "BF16":  # which is float32 without its lower half
        return (rows.astype(np.uint32) << 16).view(np.float32)
    single = rows.dtype.itemsize <= 2 or (rows.dtype.kind == "f" and rows.dtype.itemsize == 4)
    with np.errstate(over="ignore"):  # what is too large for both is not finite then
        return rows.astype(np.float32 if single else np.float64, copy=False)


def _of_npy(start: bytes) -> tuple[Table, ...] | None:
    # The length of the header has two bytes, or four where many columns have names.
    length = 10 if start[6:7] == b"\x01" else 12
    if len(start) < length:
        return None
    begin = length + int.from_bytes(start[8:length], "little")
    if len(start) < min(begin, _LONGEST_HEADER):
        return None
    file = io.BytesIO(start)
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError("it is of a newer version, which holds no plain matrix")
    shape, by_columns, dtype = read(file)
    if dtype.hasobject:
        raise LabError(
            "This .npy file holds Python objects (pickle), which could run any program: it is "
            f"not opened. {HOW_TO_SAVE}"
        )
    end = begin + dtype.itemsize * int(np.prod(shape, dtype=object))
    real = dtype if dtype.kind in "fiu" else None
    return (Table("", str(dtype), real, shape, begin, end, by_columns),)


def _of_safetensors(start: bytes) -> tuple[Table, ...] | None:
    length = int.from_bytes(start[:8], "little")
    if length > _LONGEST_HEADER:
        raise ValueError("its header is too long, or the file is cut off")
    if len(start) < 8 + length:
        return None
    header = json.loads(start[8 : 8 + length])
    header.pop("__metadata__", None)
    try:
        return tuple(_tables(header, 8 + length))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("its header is not that of a safetensors file") from error


def _tables(header: dict[str, Any], first: int) -> Iterator[Table]:
    for name, part in header.items():
        kind, shape = part["dtype"], tuple(map(int, part["shape"]))
        begin, end = map(int, part["data_offsets"])
        dtype = np.dtype(_KINDS[kind]) if kind in _KINDS else None
        size = None if dtype is None else dtype.itemsize * int(np.prod(shape, dtype=object))
        if not 0 <= begin <= end or size not in (None, end - begin):
            raise ValueError("its parts are not where its header says")
        yield Table(name, str(kind), dtype, shape, first + begin, first + end)


def _unreadable(why: str) -> LabError:
    return LabError(f"The matrix cannot be read ({why[:120]}). {HOW_TO_SAVE}")
