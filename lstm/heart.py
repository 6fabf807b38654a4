"""A worker's heart, which beats in a job's folder for as long as it is at work."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .job_folder import JobFolder

BEAT = 1.0  # seconds between heartbeats


class Heart:
    """Says how far a job is.

    Attributes
    ----------
    step : int
        Steps taken; the worker sets it.
    stage : str
        What it is at, where a job has stages.
    """

    def __init__(self, job: JobFolder) -> None:
        pulse = job.pulse()
        self._job = job
        self.stage = ""
        self.step = pulse.step if pulse else 0
        self.set(pulse.seconds if pulse else 0.0)

    def set(self, seconds: float) -> None:
        """Say how long has been worked until now."""
        self._begun = time.monotonic() - seconds

    @property
    def seconds(self) -> float:
        """Of work so far."""
        return time.monotonic() - self._begun

    def beat(self, *, working: bool = True) -> None:
        """Write how far the job is."""
        try:
            self._job.beat(self.step, self.seconds, working=working, stage=self.stage)
        except OSError:  # where the disk is full, the old file can still say that it beats
            with suppress(OSError):
                self._job.touch()

    def rest(self) -> None:
        """Say that nobody is at work any more."""
        self.beat(working=False)


@contextmanager
def beating(job: JobFolder) -> Iterator[Heart]:
    """Let a heart beat, in a thread of its own: one step alone may take long."""
    heart, over = Heart(job), threading.Event()

    def go_on() -> None:
        while not over.wait(BEAT):
            heart.beat()

    heart.beat()
    thread = threading.Thread(target=go_on, name="heart", daemon=True)
    thread.start()
    try:
        yield heart
    finally:
        over.set()
        thread.join()
