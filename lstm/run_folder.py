"""The folder of one training run: its truth, which a page and a worker both read.

The page writes what was chosen and what is wanted; the worker that trains it
writes how far it is, what it saw, and how it ended. Every file but the records
is replaced whole; the records grow by a line at a time, and a line that was cut
off is passed over.
"""

import json
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from .disk import tidy, write
from .job_folder import DAMAGE, STALE, End, Ended, JobFolder, Pulse, Wish

__all__ = ["STALE", "About", "End", "Ended", "Pulse", "RunFolder", "Wish"]

_LEFTOVER = 60.0  # seconds after which a file that is still being written is nobody's


@dataclass(frozen=True)
class About:
    """What was chosen; ``owner`` is the hash of a token, ``created`` seconds since 1970."""

    settings: Mapping[str, Any]
    title: str
    created: float
    owner: str


@dataclass(frozen=True)
class RunFolder(JobFolder):
    """One run: a job with settings, data, records and a checkpoint."""

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
        except DAMAGE:
            return None

    def describe(self, about: About) -> None:
        """Write what was chosen."""
        self._store("settings.json", asdict(about))

    def data(self) -> bytes | None:
        """Read the reader's own text or table; None where the task draws its own."""
        path = self.path / "data.bin"
        return path.read_bytes() if path.exists() else None

    def facts(self) -> dict[str, Any]:
        """Read what its worker said of its data; empty before that."""
        return self._json("facts.json")

    def tell(self, facts: Mapping[str, Any]) -> None:
        """Write what the data are, what the accuracy counts, and what a constant answer costs."""
        self._store("facts.json", facts)

    def records(self, after: int = 0) -> list[dict[str, Any]]:
        """Read the records of later steps, in their order."""
        try:
            lines = (self.path / "records.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            with suppress(*DAMAGE):
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
