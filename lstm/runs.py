"""Training runs in the data directory: begun, watched, steered and cleared away.

A run is a folder, runs/ID (:mod:`lstm.run_folder` has what lies in it), whose ID
nobody can guess. Whoever has the ID can watch the run; only its owner can steer,
rename or delete it. What state it is in is not stored but follows from what the
page wants, and from whether a worker's heart beats.
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .disk import disk_in_words, locked, write
from .errors import LabError
from .library import DAY, data_directory, owner_key, plain
from .own_text import LARGEST_DATA
from .run_folder import About, RunFolder, Wish
from .run_view import BUSY, OVER, RunView, State, view_of
from .settings import Settings

__all__ = ["RunView", "Runs", "State", "Wish"]

KEPT_FOR = 30 * DAY  # seconds after its end
MOST_RUNS = 200  # of one owner
MOST_WAITING = 20  # of one owner, together with those that are trained now

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Runs:
    """The runs of a data directory.

    Attributes
    ----------
    root : Path
        The data directory; it is made when the first run comes.
    now : function
        Gives the time, in seconds since 1970.
    shared : bool
        Everybody is the same owner.
    most : int
        The runs that there may be, of all owners together: anybody can be many owners.

    Raises
    ------
    LabError
        From every method: if the ID or the owner's token is none, the run is gone
        or another's, or the disk does not do its part.
    """

    root: Path
    now: Callable[[], float] = time.time
    shared: bool = False
    most: int = field(default=2000, kw_only=True)

    @classmethod
    def from_environment(cls) -> "Runs":
        """Give the runs that LSTM_LAB_DATA and LSTM_LAB_SHARED describe."""
        return cls(data_directory(), shared=os.environ.get("LSTM_LAB_SHARED") == "1")

    def create(
        self, settings: Mapping[str, Any], data: bytes | None, owner: str, title: str
    ) -> str:
        """Begin a run, which then waits for a worker.

        Runs that ended long ago make room for it.

        Parameters
        ----------
        settings : mapping
            The JSON of :class:`lstm.settings.Settings`.
        data : bytes or None
            The reader's own text or table.
        owner : str
            The token of whoever begins it.
        title : str
            What they call it; shortened, and never used as a path.

        Returns
        -------
        str
            Its ID.
        """
        key = owner_key(owner, shared=self.shared)
        chosen = Settings.from_json(settings).to_json()
        if data is not None and len(data) > LARGEST_DATA:
            raise LabError(
                f"The data have {len(data) / 2**20:.1f} MB; a run takes up to "
                f"{LARGEST_DATA // 2**20} MB. Choose a part of them."
            )
        id = secrets.token_urlsafe(16)
        with self._changing():
            self._make_room(key)
            # Elsewhere first, so that nobody sees a run that is only half there.
            made = RunFolder(self._folder / f".new-{id}")
            try:
                made.path.mkdir()
                made.describe(About(chosen, plain(title), self.now(), key))
                made.want("run")
                if data is not None:
                    write(made.path / "data.bin", data, lasting=True)
                made.path.rename(self._folder / id)
            except BaseException:  # a full disk needs its room back
                shutil.rmtree(made.path, ignore_errors=True)
                raise
        return id

    def get(self, id: str) -> RunView:
        """Give a run to whoever has its ID."""
        with disk_in_words():
            seen = view_of(self.folder(id), self.now(), shared=self.shared)
        if seen is None:
            raise LabError("This run is no longer here: it was deleted, or ended long ago.")
        return seen

    def listed(self, owner: str) -> list[RunView]:
        """Give an owner's runs, the newest first."""
        key = owner_key(owner, shared=self.shared)
        with disk_in_words():
            mine = self._all(key)
        return sorted(mine, key=lambda run: (-run.created, run.id))

    def at_work(self) -> int:
        """Tell how many runs, of all owners, are trained just now."""
        with disk_in_words():
            return sum(run.state in ("running", "pausing") for run in self._all())

    def records(self, id: str, after: int = 0) -> list[dict[str, Any]]:
        """Give what was recorded after a step; some 660 records at most, as a run writes no more.

        Each has step, seconds (of work), loss and norm of its batch; where the
        model was measured, also held_out (loss), accuracy, saturation and sample.
        """
        with disk_in_words():
            return self.folder(id).records(after)

    def facts(self, id: str) -> dict[str, Any]:
        """Give what its worker said of a run's data: describes, measures and baseline.

        Empty before a worker has begun with it.
        """
        with disk_in_words():
            return self.folder(id).facts()

    def model_bytes(self, id: str) -> bytes:
        """Give the file of the model: the finished one, or as it was at the last checkpoint."""
        run = self.get(id)
        with disk_in_words():
            content = self.folder(id).model()
        if content is None and run.settings.get("cell") == "rnn":
            raise LabError("A basic RNN has no gates that other pages could show: it is no file.")
        if content is None:
            raise LabError("This run has no model yet. Wait until it has learnt for some seconds.")
        return content

    def wish(self, id: str, owner: str, wish: Wish) -> None:
        """Say what is to become of a run.

        Pausing keeps the checkpoint and frees the worker; "run" lets it go on, once
        it is in the queue again; "stop" ends it for good and keeps the model.
        """
        with self._changing():
            seen = self._own(id, owner)
            if seen.state in OVER:
                raise LabError("This run has ended. Start a new one with its settings.")
            folder = self.folder(id)
            if seen.state in ("paused", "interrupted"):
                # A worker that died has left word that it is at work.
                folder.beat(seen.step, seen.elapsed, working=False)
                folder.reopen()
            folder.want(wish)

    def rename(self, id: str, owner: str, title: str) -> None:
        """Give a run another title."""
        with self._changing():
            self._own(id, owner)
            folder = self.folder(id)
            about = folder.about()
            assert about is not None
            folder.describe(replace(about, title=plain(title)))

    def delete(self, id: str, owner: str) -> None:
        """Delete a run; where it is still trained, its worker leaves it."""
        with self._changing():
            self._own(id, owner)
            self._remove(id)

    def folder(self, id: str) -> RunFolder:
        """Give a run's folder; an ID from outside is checked here, and only here."""
        if not isinstance(id, str) or not _ID.fullmatch(id):
            raise LabError("This names no run of the lab. Follow its link again.")
        return RunFolder(self._folder / id)

    @property
    def _folder(self) -> Path:
        return self.root / "runs"

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with disk_in_words():
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder / "lock"):
                yield

    def _own(self, id: str, owner: str) -> RunView:
        seen = self.get(id)
        if not seen.mine(owner):
            raise LabError("This run is another reader's. Start one of your own to change it.")
        return seen

    def _all(self, key: str | None = None) -> list[RunView]:
        """Read all runs, or those of one owner."""
        paths = self._folder.iterdir() if self._folder.is_dir() else ()
        views = [
            view_of(RunFolder(path), self.now(), shared=self.shared, owner=key)
            for path in paths
            if _ID.fullmatch(path.name)
        ]
        return [view for view in views if view is not None]

    def _make_room(self, key: str) -> None:
        """Remove runs that ended long ago, or more than there may be; refuse too many."""
        runs = self._clear()
        mine = [run for run in runs if run.owner == key]
        if sum(run.state in BUSY for run in mine) >= MOST_WAITING:
            raise LabError(
                f"{MOST_WAITING} runs of yours wait or are trained already. "
                "Wait until one is done, or stop one."
            )
        removed = self._thin_out(
            mine,
            MOST_RUNS,
            f"You have {MOST_RUNS} runs that have not ended. Delete or stop some of them.",
        )
        self._thin_out(
            [run for run in runs if run.id not in removed],
            self.most,
            f"The lab has {self.most} runs that have not ended, and takes no more. "
            "Try again when some of them are done.",
        )

    def _thin_out(self, runs: list[RunView], most: int, refusal: str) -> set[str]:
        """Remove the oldest that ended, so that one more makes ``most``; give their IDs."""
        excess = len(runs) - most + 1
        over = sorted((run for run in runs if run.state in OVER), key=lambda run: run.created)
        if excess > len(over):
            raise LabError(refusal)
        removed = {run.id for run in over[: max(excess, 0)]}
        for id in removed:
            self._remove(id)
        return removed

    def _clear(self) -> list[RunView]:
        """Remove runs that ended long ago, and what ended processes left; give the others."""
        last, kept = self.now() - KEPT_FOR, []
        for run in self._all():
            if run.state in OVER and self._touched(run.id) < last:
                self._remove(run.id)
            else:
                kept.append(run)
        for path in self._folder.glob(".*-*"):
            if path.stat().st_mtime < self.now() - DAY:
                shutil.rmtree(path, ignore_errors=True)
        return kept

    def _touched(self, id: str) -> float:
        """Tell when a run was last changed."""
        paths = (self._folder / id / name for name in ("control.json", "end.json"))
        return max((path.stat().st_mtime for path in paths if path.exists()), default=self.now())

    def _remove(self, id: str) -> None:
        # Out of sight at once: its worker finds nothing to write into, and leaves.
        gone = self._folder / f".gone-{id}"
        (self._folder / id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
