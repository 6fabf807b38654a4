"""The folder of a long piece of work: what a page and a worker both read of how it goes.

The page writes what is wanted; the worker writes how far it is, and how it ended.
Every file is replaced whole.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from .disk import locked, write

Wish = Literal["run", "pause", "stop"]
End = Literal["done", "stopped", "failed", "interrupted"]

_WISHES: tuple[Wish, ...] = get_args(Wish)
_ENDS: tuple[End, ...] = get_args(End)

STALE = 10.0  # seconds without a heartbeat after which nobody is at work
DAMAGE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Pulse(NamedTuple):
    """How far a job is: steps taken, seconds of work, when that was, and who says so.

    ``working`` is False where the worker laid it down in good order; ``stage`` says
    what it is at, where a job has stages.
    """

    step: int
    seconds: float
    at: float
    working: bool
    stage: str = ""


class Ended(NamedTuple):
    """How a job ended; ``interrupted`` ones can be gone on with."""

    state: End
    message: str


@dataclass(frozen=True)
class JobFolder:
    """One job; nothing here checks who asks.

    Attributes
    ----------
    path : Path
        Its last part is the job's name.
    """

    path: Path

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
            working, stage = stored["working"] is True, str(stored.get("stage", ""))
            return Pulse(int(stored["step"]), float(stored["seconds"]), at, working, stage)
        except (FileNotFoundError, OverflowError, *DAMAGE):
            return None

    def beat(self, step: int, seconds: float, *, working: bool = True, stage: str = "") -> None:
        """Write how far it is, and that somebody is at work, or no longer."""
        stored: dict[str, Any] = {"step": step, "seconds": round(seconds, 3), "working": working}
        if stage:
            stored["stage"] = stage
        self._store("progress.json", stored, lasting=False)

    def touch(self) -> None:
        """Say that somebody is still at work, without room for a word."""
        os.utime(self.path / "progress.json")

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

    def await_it(self) -> None:
        """Take note that somebody waits for it just now."""
        (self.path / "awaited").touch()

    def awaited_at(self) -> float:
        """Tell when somebody last waited for it, in seconds since 1970; 0 where nobody did."""
        try:
            return (self.path / "awaited").stat().st_mtime
        except FileNotFoundError:
            return 0.0

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the job as its one worker; False where another does."""
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
        except DAMAGE:
            return {}
        return stored if isinstance(stored, dict) else {}

    def _store(self, name: str, stored: Mapping[str, Any], *, lasting: bool = True) -> None:
        write(self.path / name, json.dumps(stored).encode(), lasting=lasting)
