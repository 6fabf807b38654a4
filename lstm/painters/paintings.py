"""Painted panoramas in the data directory: painted once, found by key.

A painting is a folder, paintings/KEY, with what was asked for, how far it is, and its
tiles, which are there all together or not at all. As with maps, whoever has the key may
look, and those used longest ago make room.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..cell import Array
from ..disk import disk_in_words, locked
from ..errors import LabError
from ..folder_room import make_room
from ..job_folder import JobFolder
from ..library import data_directory
from ..making import MapState, Words, how_far
from ..map_source import check_hash
from .painted import Painted, cut
from .painting import Painting

MOST_WAITING = 10  # that wait or are painted, together
LARGEST = 128 * 2**20  # bytes of a painting's tiles
WORDS = Words(
    waited="It waited for a day, and no worker took it. Paint it again.",
    lost="Its worker ended before it was painted. Paint it again.",
    left="Its worker was stopped. Paint it again.",
    stopped="It was stopped. Paint it again.",
)


class PaintingFolder(JobFolder):
    """The making of one painting: a job whose end is a folder of tiles."""

    def painting(self) -> Painting | None:
        """Read what was asked for; None where nothing was, or it is damaged."""
        try:
            painting = Painting.from_json(self._json("painting.json"))
        except LabError:
            return None
        return painting if painting.key == self.path.name else None

    def begin(self, painting: Painting) -> None:
        """Write what is asked for, and forget how an earlier try went."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._store("painting.json", painting.to_json())
        self.want("run")
        (self.path / "progress.json").unlink(missing_ok=True)
        self.await_it()
        self.reopen()

    def asked_at(self) -> float:
        """Tell when it was asked for, in seconds since 1970."""
        return (self.path / "painting.json").stat().st_mtime

    def state(self, now: float) -> MapState:
        """Read how far it is, at a time since 1970."""
        if self.tiles.is_dir():
            return MapState("done", 1.0)
        if self.painting() is None:
            return MapState("none")
        return how_far(self, self.asked_at(), now, WORDS)

    def keep(self, picture: NDArray[np.uint8], places: Array) -> None:
        """Cut the finished picture into tiles (:func:`lstm.painters.painted.cut`)."""
        half = self.path / "half-cut"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        cut(picture, places, half)
        half.rename(self.tiles)

    @property
    def tiles(self) -> Path:
        """Where they lie."""
        return self.path / "tiles"


@dataclass(frozen=True)
class Paintings:
    """The paintings of a data directory.

    Attributes
    ----------
    root : Path
        The data directory; it is made when the first painting comes.
    quota : int
        The bytes that all of them may take.
    now : function
        Gives the time, in seconds since 1970.

    Raises
    ------
    LabError
        From every method: if the key is none, or the disk does not do its part.
    """

    root: Path
    quota: int = field(default=2**30, kw_only=True)
    now: Callable[[], float] = field(default=time.time, kw_only=True)

    @classmethod
    def from_environment(cls) -> "Paintings":
        """Give the paintings of the data directory that LSTM_LAB_DATA names."""
        return cls(data_directory())

    def has(self, key: str) -> bool:
        """Tell whether a painting is finished, and here."""
        with disk_in_words():
            return self.job(key).tiles.is_dir()

    def painter(self, key: str) -> Painted:
        """Give what serves the tiles of a finished painting.

        Raises
        ------
        LabError
            If it is not here.
        """
        job = self.job(key)
        if not self.has(key):
            raise LabError("This picture is no longer here. Paint it again.")
        with suppress(OSError):  # it was used just now
            (job.path / "painting.json").touch()
        return Painted(job.tiles)

    def state(self, key: str) -> MapState:
        """Tell how far a painting is; in the states of a map."""
        with disk_in_words():
            return self.job(key).state(self.now())

    def at_work(self) -> bool:
        """Tell whether a worker paints just now."""
        with disk_in_words():
            place = self.root / "paintings"
            jobs = _jobs(place) if place.is_dir() else []
            return any(job.state(self.now()).state == "making" for job in jobs)

    def begin(self, painting: Painting) -> None:
        """Ask for a painting, which then waits for a worker, where it is not here yet."""
        with self._changing() as folders:
            if self.state(painting.key).state in ("waiting", "making", "done"):
                return
            now = self.now()
            busy = {job.path for job in folders if job.state(now).state in ("waiting", "making")}
            if len(busy) >= MOST_WAITING:
                raise LabError(
                    f"{MOST_WAITING} pictures wait or are painted already. Try again when one "
                    "is done."
                )
            places = [job.path for job in folders]
            make_room(places, self.quota, LARGEST, busy.__contains__, now)
            self.job(painting.key).begin(painting)

    def stop(self, key: str) -> None:
        """Let a painting that waits or is made be; one that is done stays."""
        with self._changing():
            job = self.job(key)
            state = self.state(key).state
            if state in ("waiting", "making"):
                job.want("stop")
            if state == "waiting":
                job.end("interrupted", WORDS.stopped)

    def job(self, key: str) -> PaintingFolder:
        """Give the making of a painting; a key from outside is checked here, and only here."""
        check_hash(key, "painting")
        return PaintingFolder(self.root / "paintings" / key)

    @contextmanager
    def _changing(self) -> Iterator[list[PaintingFolder]]:
        with disk_in_words():
            place = self.root / "paintings"
            place.mkdir(parents=True, exist_ok=True)
            with locked(place / "lock"):
                yield _jobs(place)


def _jobs(place: Path) -> list[PaintingFolder]:
    return [PaintingFolder(path) for path in place.iterdir() if len(path.name) == 64]
