"""The folder of one training run: its truth, which a page and a worker both read.

The page writes what was chosen and what is wanted; the worker that trains it
writes how far it is, what it saw, and how it ended. Every file but the records
is replaced whole; the records grow by a line at a time, and a line that was cut
off is passed over.
"""

import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from .disk import locked, tidy, write

Wish = Literal["run", "pause", "stop"]
End = Literal["done", "stopped", "failed", "interrupted"]

_WISHES: tuple[Wish, ...] = get_args(Wish)
_ENDS: tuple[End, ...] = get_args(End)

STALE = 10.0  # seconds without a heartbeat after which nobody is at work
_LEFTOVER = 60.0  # seconds after which a file that is still being written is nobody's

_DAMAGE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True)
class About:
    """What was chosen; ``owner`` is the hash of a token, ``created`` seconds since 1970."""

    settings: Mapping[str, Any]
    title: str
    created: float
    owner: str


class Pulse(NamedTuple):
    """How far a run is: steps taken, seconds of work, when that was, and who says so.

    ``working`` is False where the worker laid it down in good order.
    """

    step: int
    seconds: float
    at: float
    working: bool


class Ended(NamedTuple):
    """How a run ended; ``interrupted`` ones can be gone on with."""

    state: End
    message: str


@dataclass(frozen=True)
class RunFolder:
    """One run; nothing here checks who asks.

    Attributes
    ----------
    path : Path
        Its last part is the run's name.
    """

    path: Path

    def about(self) -> About | None:
        """Read what was chosen; None where there is no such run, or it is damaged."""
        stored = self._json("settings.json")
        try:
            about = About(**stored)
            task, steps = about.settings["task"], about.settings["steps"]
            kinds = [type(one) for one in (task, steps, about.title, about.owner)]
            if kinds != [str, int, str, str] or not math.isfinite(about.created):
                return None
            return about
        except _DAMAGE:
            return None

    def describe(self, about: About) -> None:
        """Write what was chosen."""
        self._store("settings.json", asdict(about))

    def data(self) -> bytes | None:
        """Read the reader's own text or table; None where the task draws its own."""
        path = self.path / "data.bin"
        return path.read_bytes() if path.exists() else None

    def wish(self) -> Wish:
        """Read what is wanted."""
        wanted = self._json("control.json").get("wish")
        for wish in _WISHES:
            if wish == wanted:
                return wish
        return "run"

    def want(self, wish: Wish) -> None:
        """Write what is wanted."""
        self._store("control.json", {"wish": wish})

    def pulse(self) -> Pulse | None:
        """Read how far it is; None where nobody has begun."""
        path = self.path / "progress.json"
        stored = self._json(path.name)
        try:
            at = path.stat().st_mtime
            working = stored["working"] is True
            return Pulse(int(stored["step"]), float(stored["seconds"]), at, working)
        except (FileNotFoundError, OverflowError, *_DAMAGE):
            return None

    def beat(self, step: int, seconds: float, *, working: bool = True) -> None:
        """Write how far it is, and that somebody is at work, or no longer."""
        stored = {"step": step, "seconds": round(seconds, 3), "working": working}
        self._store("progress.json", stored, lasting=False)

    def touch(self) -> None:
        """Say that somebody is still at work, without room for a word."""
        os.utime(self.path / "progress.json")

    def facts(self) -> dict[str, Any]:
        """Read what its worker said of its data; empty before that."""
        return self._json("facts.json")

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Write what the data are, what the accuracy counts, and what a constant answer costs."""
        self._store("facts.json", facts)

    def ended(self) -> Ended | None:
        """Read how it ended; None where it goes on, waits or is paused."""
        stored = self._json("end.json")
        for state in _ENDS:
            if state == stored.get("state"):
                return Ended(state, str(stored.get("message", "")))
        return None

    def end(self, state: End, message: str = "") -> None:
        """Write how it ended."""
        self._store("end.json", {"state": state, "message": message})

    def reopen(self) -> None:
        """Take back that it ended."""
        (self.path / "end.json").unlink(missing_ok=True)

    def records(self, after: int = 0) -> list[dict[str, Any]]:
        """Read the records of later steps, in their order."""
        try:
            lines = (self.path / "records.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            with suppress(*_DAMAGE):
                record = json.loads(line)
                if record["step"] > after:
                    found.append(record)
        return found

    def record(self, record: Mapping[str, Any]) -> None:
        """Add a record."""
        line = json.dumps(record, allow_nan=False) + "\n"
        with (self.path / "records.jsonl").open("ab") as file:
            file.write(line.encode())

    def cut(self, step: int) -> None:
        """Drop the records of later steps, and what was left half-written."""
        kept = [json.dumps(one) + "\n" for one in self.records() if one["step"] <= step]
        write(self.path / "records.jsonl", "".join(kept).encode())
        tidy(self.path, time.time() - _LEFTOVER)

    def checkpoint(self) -> bytes | None:
        """Read the last checkpoint; None where there is none yet."""
        return self._bytes("checkpoint.safetensors")

    def model(self) -> bytes | None:
        """Read the model as it was at the last checkpoint; None where there is none yet."""
        return self._bytes("model.safetensors")

    @property
    def has_model(self) -> bool:
        """Whether there is a model to take."""
        return (self.path / "model.safetensors").exists()

    def keep(self, checkpoint: bytes, model: bytes | None) -> None:
        """Write a checkpoint, and the model that it holds as a file to take."""
        write(self.path / "checkpoint.safetensors", checkpoint, lasting=True)
        if model is not None:
            write(self.path / "model.safetensors", model, lasting=True)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the run as its one worker; False where another does."""
        with locked(self.path / "lock", wait=False) as mine:
            yield mine

    def _bytes(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def _json(self, name: str) -> dict[str, Any]:
        """Read an object; empty where it is not there, or damaged."""
        content = self._bytes(name)
        try:
            stored = json.loads(content or b"{}")
        except _DAMAGE:
            return {}
        return stored if isinstance(stored, dict) else {}

    def _store(self, name: str, stored: Mapping[str, Any], *, lasting: bool = True) -> None:
        write(self.path / name, json.dumps(stored).encode(), lasting=lasting)
