"""Maps in the data directory: made once, found by key, cleared away when room is needed.

A map is a folder, maps/KEY, with its order, how far its making is, and the finished
atlas, which is there whole or not at all. What is mapped lies in contexts/KEY, since
several maps lay out the same rows. Maps that come with the lab are found as if they
lay here too. Everybody may read and make all: a key says what was made from what, and
nothing of who asked.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .atlas import Atlas
from .atlas_file import dump_atlas, load_atlas
from .contexts import Contexts
from .contexts_file import TOLD, keep_contexts, load_contexts
from .disk import disk_in_words, locked, write
from .errors import LabError
from .folder_room import make_room
from .library import data_directory
from .map_folder import STEPS, WORDS, MapFolder, MapState
from .order import FileOf, Opened, Order, gather
from .shipped_maps import maps_folder, shipped_map, shipped_maps

__all__ = ["STEPS", "MapFolder", "MapState", "Maps"]

LOOK_AGAIN = 60.0  # seconds between two counts of what all maps take
LARGE = 2**24  # bytes of what is to come, for which it is counted in any case
MOST_WAITING = 50  # maps that wait or are made, together

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Maps:
    """The maps of a data directory.

    Attributes
    ----------
    root : Path
        The data directory; it is made when the first map comes.
    quota : int
        The bytes that maps and what they are made from may take, all together. Those
        used longest ago make room, but none that waits or is being made.
    now : function
        Gives the time, in seconds since 1970.
    shipped : Path
        The folder of the maps that come with the lab.

    Raises
    ------
    LabError
        From every method: if the key is none, or the disk does not do its part.
    """

    root: Path
    quota: int = field(default=2 * 2**30, kw_only=True)
    now: Callable[[], float] = field(default=time.time, kw_only=True)
    shipped: Path = field(default_factory=maps_folder, kw_only=True)

    @classmethod
    def from_environment(cls) -> "Maps":
        """Give the maps of the data directory that LSTM_LAB_DATA names."""
        return cls(data_directory())

    def has(self, key: str) -> bool:
        """Tell whether the finished map is here."""
        with disk_in_words():
            return key in shipped_maps(self.shipped) or self.job(key).atlas.exists()

    def atlas(self, key: str) -> Atlas:
        """Give a finished map.

        Raises
        ------
        LabError
            If it is not here; one that turns out to be damaged is taken away.
        """
        job, known = self.job(key), shipped_maps(self.shipped)
        if key in known:
            return shipped_map(known[key])
        with disk_in_words():
            try:
                content = job.atlas.read_bytes()
            except FileNotFoundError as error:
                raise LabError("This map is no longer here. Make it again.") from error
            self._use(job.atlas)
            try:
                return load_atlas(content)
            except LabError:
                job.atlas.unlink(missing_ok=True)
                raise

    def order(self, key: str) -> Order:
        """Give what a map was ordered as.

        Raises
        ------
        LabError
            If nobody ordered it.
        """
        known = shipped_maps(self.shipped)
        with disk_in_words():
            if key in known:
                return Order.from_json(shipped_map(known[key]).source)
            order = self.job(key).order()
        if order is None:
            raise LabError("This map is no longer here. Choose it again.")
        return order

    def contexts(self, key: str, opened: Opened, file: FileOf) -> Contexts:
        """Give what a map was made from: kept, or made again.

        Parameters
        ----------
        key : str
        opened, file : function
            As :func:`lstm.order.gather` takes them.
        """
        return self.gathered(self.order(key), opened, file)

    def gathered(self, order: Order, opened: Opened, file: FileOf) -> Contexts:
        """Give what an order maps, and keep it: rows as a file that is mapped into memory."""
        folder = self.root / "contexts" / order.contexts_key
        with disk_in_words():
            found = load_contexts(folder)
            if found is not None:
                self._use(folder / TOLD)
                return found
        found = gather(order, opened, file)
        with self._changing():
            self._make_room(found.rows.nbytes)
            folder.mkdir(parents=True, exist_ok=True)
            return keep_contexts(folder, found)

    def state(self, key: str) -> MapState:
        """Tell how far a map is."""
        with disk_in_words():
            return MapState("done", 1.0) if self.has(key) else self.job(key).state(self.now())

    def at_work(self) -> bool:
        """Tell whether a worker makes a map just now."""
        with disk_in_words():
            return any(self.job(p.name).state(self.now()).state == "making" for p in self._busy())

    def begin(self, order: Order) -> None:
        """Order a map, which then waits for a worker, where it is not here and none is at it."""
        with self._changing():
            if self.state(order.key).state in ("waiting", "making", "done"):
                return
            if len(self._busy()) >= MOST_WAITING:
                raise LabError(
                    f"{MOST_WAITING} maps wait or are made already. Try again when one is done."
                )
            self._make_room(0)
            self.job(order.key).begin(order)

    def put(self, order: Order, atlas: Atlas) -> None:
        """Keep a finished map."""
        content = dump_atlas(atlas)
        with self._changing():
            self._make_room(len(content))
            job = self.job(order.key)
            if job.order() is None:
                job.begin(order)
            write(job.atlas, content, lasting=True)

    def stop(self, key: str) -> None:
        """Let a map that waits or is made be; one that is done stays."""
        with self._changing():
            job = self.job(key)
            state = job.state(self.now()).state
            if state in ("waiting", "making"):
                job.want("stop")
            if state == "waiting":
                job.end("interrupted", WORDS.stopped)

    def folder(self, key: str) -> Path:
        """Give a folder for what belongs to a map, such as its tiles; it is made where needed."""
        path = self.job(key).path
        with disk_in_words():
            path.mkdir(parents=True, exist_ok=True)
        return path

    def job(self, key: str) -> MapFolder:
        """Give the making of a map; a key from outside is checked here, and only here."""
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise LabError("This names no map of the lab. Choose the map again.")
        return MapFolder(self.root / "maps" / key)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with disk_in_words():
            place = self.root / "maps"
            place.mkdir(parents=True, exist_ok=True)
            with locked(place / "lock"):
                yield

    def _use(self, path: Path) -> None:
        """Remember that a file was used."""
        with suppress(OSError):  # it may be gone by now, or another's to change
            path.touch()

    def _folders(self, kind: str) -> list[Path]:
        place = self.root / kind
        found = place.iterdir() if place.is_dir() else ()
        return [path for path in found if _KEY.fullmatch(path.name)]

    def _busy(self) -> set[Path]:
        """Give the folders of maps that wait or are made."""
        return {
            job.path
            for job in map(MapFolder, self._folders("maps"))
            if not job.atlas.exists() and job.state(self.now()).state in ("waiting", "making")
        }

    def _make_room(self, room: int) -> None:
        """Remove what was used longest ago, until there is room for so much more."""
        looked = self.root / "maps" / "looked"
        # To count thousands of tiles takes longer than to make a map of a few.
        lately = looked.exists() and self.now() - looked.stat().st_mtime < LOOK_AGAIN
        if lately and room < LARGE:
            return
        looked.touch()
        folders = [*self._folders("maps"), *self._folders("contexts")]
        make_room(folders, self.quota, room, self._busy().__contains__, self.now())
