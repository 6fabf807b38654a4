"""Files that many processes share: replaced whole, changed under a lock.

Who reads a file sees the old content or the new one, never a part, whatever ends
the process that writes it.
"""

import errno
import importlib
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import LabError

# Where there is no fcntl (Windows), one process is taken for granted.
fcntl: Any = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None

_FULL = (errno.ENOSPC, errno.EDQUOT)


def write(path: Path, content: bytes, at: float | None = None, *, lasting: bool = False) -> None:
    """Write a file so that others see it whole or not at all.

    Parameters
    ----------
    path : Path
    content : bytes
    at : float, optional
        The time that the file is to bear, in seconds since 1970.
    lasting : bool
        Whether it is to be on the disk, and not only on its way there, before it
        takes the place of the old one: then it outlives the machine's going down.
    """
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        if at is not None:
            os.utime(part, (at, at))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def tidy(folder: Path, last: float) -> None:
    """Remove what a process left, before ``last``, that was ended while it wrote."""
    for path in folder.glob("*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < last:
                path.unlink()


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock that a file stands for, as one process at a time can.

    Parameters
    ----------
    path : Path
        The file; it is made where it is not there.
    wait : bool
        Whether to wait for who holds it now.

    Yields
    ------
    bool
        Whether it is held: False where another holds it, and nobody waits.
    """
    with path.open("ab") as lock:
        held = True
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                held = False
        yield held


def in_words(error: OSError) -> str:
    """Say what the disk does not do, and what can be done."""
    if error.errno in _FULL:
        return "The lab's disk is full. Delete saved files that are no longer needed."
    return (
        f"The lab's data directory cannot be used ({error.strerror}). "
        "Whoever runs the lab can set LSTM_LAB_DATA to one that can be written."
    )


@contextmanager
def disk_in_words() -> Iterator[None]:
    """Make what the disk does not do a message for the reader."""
    try:
        yield
    except OSError as error:
        raise LabError(in_words(error)) from error
