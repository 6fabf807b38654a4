"""Files on the disk by their content's hash, and beside each a record of its owners.

Many processes share the folder: a file is replaced whole, so that who reads it
needs no lock, and every change happens under one lock. A record may be damaged
(somebody edited it, the machine went down): its file then has no owners.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .disk import disk_in_words, locked, tidy, write
from .errors import LabError

# Each file takes some room besides its bytes: what counts millions of tiny ones.
LEAST_ROOM = 2**14

_HASH = re.compile(r"[0-9a-f]{64}")
_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Entry:
    """What one owner knows of a file."""

    name: str
    saved: bool
    at: float


@dataclass(frozen=True)
class File:
    """One file, with its owners by the hash of their token."""

    hash: str
    size: int
    opened_at: float
    owners: Mapping[str, Entry]

    @property
    def room(self) -> int:
        """The bytes that count for the quota."""
        return max(self.size, LEAST_ROOM)

    @property
    def saved(self) -> bool:
        """Whether it is to last for anybody."""
        return any(entry.saved for entry in self.owners.values())


@dataclass(frozen=True)
class Shelf:
    """A folder of such files."""

    folder: Path
    now: Callable[[], float]
    suffix: str = ".safetensors"

    def path(self, hash: str) -> Path:
        """Give the place of a file; a hash from outside is checked here, and only here."""
        if not isinstance(hash, str) or not _HASH.fullmatch(hash):
            raise LabError("This names no file of the lab. Open the file again.")
        return self.folder / (hash + self.suffix)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock of the directory."""
        with disk_in_words():
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder / "lock"):
                yield

    def files(self) -> list[File]:
        """Read the records of all files."""
        paths = self.folder.glob("*" + self.suffix) if self.folder.is_dir() else []
        found = [self.find(path.stem) for path in paths if _HASH.fullmatch(path.stem)]
        return [file for file in found if file is not None]

    def find(self, hash: str) -> File | None:
        """Read what is known of a file; what is damaged counts as opened by nobody."""
        path = self.path(hash)
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        try:
            stored = json.loads(path.with_suffix(".json").read_bytes())
            owners = {key: _entry(**entry) for key, entry in stored["owners"].items()}
            return File(hash, status.st_size, float(stored["opened_at"]), owners)
        # Any other OSError is the disk's: a record that is only unreadable now may be whole.
        except (FileNotFoundError, *_DAMAGE):
            return File(hash, status.st_size, status.st_mtime, {})

    def store(self, file: File) -> None:
        """Write the record of a file."""
        stored = {
            "size": file.size,
            "opened_at": file.opened_at,
            "owners": {key: asdict(entry) for key, entry in file.owners.items()},
        }
        path = self.path(file.hash).with_suffix(".json")
        self.write(path, json.dumps(stored).encode())

    def write(self, path: Path, content: bytes) -> None:
        """Write a file so that others see it whole or not at all."""
        write(path, content, self.now())

    @contextmanager
    def arriving(self) -> Iterator[Path]:
        """Give a place for a file that is still to come; what is left there is taken away."""
        with disk_in_words():
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=".part", dir=self.folder)
            os.close(handle)
            try:
                yield Path(name)
            finally:
                Path(name).unlink(missing_ok=True)

    def remove(self, hash: str) -> None:
        """Remove a file and its record."""
        path = self.path(hash)
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)

    def tidy(self, last: float) -> None:
        """Remove what a process left, before ``last``, that was ended while it wrote."""
        tidy(self.folder, last)


def _entry(name: Any, saved: Any, at: Any) -> Entry:
    if not isinstance(name, str) or not isinstance(saved, bool):
        raise TypeError("a damaged entry")
    return Entry(name, saved, float(at))


def gone() -> LabError:
    """Say that a file is not there."""
    return LabError("The file is no longer here: it was not saved, or deleted. Open it again.")
