"""Contexts in a folder: rows as a file that is mapped into memory, and all else beside it."""

import io
import json
import os
import tempfile
import zlib
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .contexts import Contexts
from .disk import write
from .errors import LabError

ROWS, TOLD = "rows.npy", "told.npz"

_DAMAGE = (BadZipFile, EOFError, KeyError, LabError, TypeError, ValueError, zlib.error)


def keep_contexts(folder: Path, contexts: Contexts) -> Contexts:
    """Write contexts down.

    Parameters
    ----------
    folder : Path
        Which is there. What says that the contexts are whole is written last.
    contexts : Contexts

    Returns
    -------
    Contexts
        The same ones, whose rows stay on the disk.
    """
    _keep_rows(folder / ROWS, np.ascontiguousarray(contexts.rows))
    names = dict.fromkeys(chain.from_iterable(contexts.traits))
    number = {name: n for n, name in enumerate(names)}
    told = {
        "token": contexts.token,
        "before": contexts.before,
        "traits": list(names),
        "gates": list(contexts.gates),
        "note": contexts.note,
    }
    text = json.dumps(told).encode()
    gates: dict[str, Any] = {f"gate{n}": one for n, one in enumerate(contexts.gates.values())}
    file = io.BytesIO()
    np.savez_compressed(
        file,
        told=np.frombuffer(text, np.uint8),
        sequence=contexts.sequence,
        position=contexts.position,
        many=np.array([len(one) for one in contexts.traits], np.int32),
        traits=np.array([number[name] for one in contexts.traits for name in one], np.int32),
        **gates,
    )
    write(folder / TOLD, file.getvalue())
    return replace(contexts, rows=_rows(folder / ROWS))


def load_contexts(folder: Path) -> Contexts | None:
    """Undo :func:`keep_contexts`; the rows stay on the disk.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Contexts, or None where they are not there, or damaged
    """
    try:
        with np.load(folder / TOLD, allow_pickle=False) as file:
            told = json.loads(file["told"].tobytes())
            return Contexts(
                _rows(folder / ROWS),
                tuple(told["token"]),
                tuple(told["before"]),
                file["sequence"],
                file["position"],
                _traits(told["traits"], file["many"], file["traits"]),
                {name: file[f"gate{n}"] for n, name in enumerate(told["gates"])},
                told["note"],
            )
    except (FileNotFoundError, *_DAMAGE):
        return None


def _rows(path: Path) -> Array:
    """Give a matrix as a plain array, whose pages are read when somebody looks at them."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _traits(
    names: list[str], many: NDArray[np.int32], numbers: NDArray[np.int32]
) -> tuple[tuple[str, ...], ...]:
    flat = [names[n] for n in numbers.tolist()]
    ends = np.cumsum(many).tolist()
    return tuple(tuple(flat[start:end]) for start, end in zip([0, *ends], ends, strict=False))


def _keep_rows(path: Path, rows: NDArray[np.floating]) -> None:
    """Write a matrix, which may be large, without a second one in memory."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, rows, allow_pickle=False)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
