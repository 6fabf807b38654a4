"""Room for folders that can be made again: those used longest ago make way."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from .shelf import LEAST_ROOM

_GONE = ".gone-"
_LEFTOVER = 60.0  # seconds after which a file that is still being written is nobody's


def make_room(
    folders: Iterable[Path],
    quota: int,
    room: int,
    busy: Callable[[Path], bool],
    now: float,
) -> None:
    """Remove folders, those used longest ago first, until there is room for more.

    Parameters
    ----------
    folders : iterable of Path
    quota : int
        The bytes that all of them may take.
    room : int
        The bytes that are to come.
    busy : function of a path
        Tells which must stay.
    now : float
        Seconds since 1970.
    """
    folders = list(folders)
    for parent in {folder.parent for folder in folders}:
        for gone in parent.glob(_GONE + "*"):  # by a process that was ended meanwhile
            shutil.rmtree(gone, ignore_errors=True)
    sizes: dict[Path, int] = {}
    used: dict[Path, float] = {}
    for folder in folders:
        with suppress(FileNotFoundError):  # another process may clear up too
            found = list(_files(folder, now - _LEFTOVER))
            used[folder] = max((one.st_mtime for one in found), default=folder.stat().st_mtime)
            sizes[folder] = max(sum(one.st_size for one in found), LEAST_ROOM)
    free = quota - sum(sizes.values())
    for folder in sorted(sizes, key=lambda one: (used[one], one)):
        if free >= room:
            break
        if not busy(folder):
            remove(folder)
            free += sizes[folder]


def _files(folder: Path, last: float) -> Iterator[os.stat_result]:
    """Look at all files in a folder: there may be thousands, so only once at each.

    What a process left, before ``last``, that was ended while it wrote is removed.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path), last)
                continue
            found = entry.stat(follow_symlinks=False)
            if entry.name.endswith(".part") and found.st_mtime < last:
                Path(entry.path).unlink(missing_ok=True)
            else:
                yield found


def remove(folder: Path) -> None:
    """Remove a folder: out of sight at once, so that nobody sees it half there."""
    gone = folder.with_name(_GONE + folder.name)
    with suppress(FileNotFoundError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
