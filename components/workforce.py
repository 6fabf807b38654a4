"""The workers that a lab starts beside itself, keeps alive, and ends with itself."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lstm.disk import locked
from lstm.library import data_directory

from .worker import BESIDE, FOR_MAPS

MOST = 64  # workers beside a lab
LOOK = 0.5  # seconds between two looks at them
AGAIN = 5.0  # seconds before one that died at once is started again
TAKE_OVER = 2.0  # seconds between two looks whether another lab's workers are gone
PATIENCE = 15.0  # seconds that a worker has to finish its step and write a checkpoint

_log = logging.getLogger(__name__)


@contextmanager
def working(jobs: int) -> Iterator[None]:
    """Keep so many workers at work on the data directory's runs, and one on its maps.

    Where there are none for runs, there is none for maps either: then all are started by hand.

    Labs that share a data directory have one set of workers together: of the first
    of them, and when it has ended, of another.
    """
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(jobs, over), name="workforce", daemon=True)
    if jobs:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if jobs:
            thread.join()


def _keep(jobs: int, over: threading.Event) -> None:
    """Keep workers at work where no other lab does, until it is over."""
    said = False
    while not over.is_set():
        try:
            folder = data_directory()
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder / "workers.lock", wait=False) as ours:
                if ours:
                    workers = [_Worker() for _ in range(jobs)]
                    _keep_up([*workers, _Worker(FOR_MAPS)], over)
        except OSError as error:
            if not said:
                _log.warning(
                    "No worker can be started (%s): no run is trained, and no map is made.",
                    error.strerror,
                )
            said = True
        over.wait(TAKE_OVER)


def _keep_up(workers: list["_Worker"], over: threading.Event) -> None:
    try:
        while not over.is_set():
            for worker in workers:
                worker.start_where_dead()
            over.wait(LOOK)
    finally:
        for worker in workers:
            worker.ask_to_end()
        for worker in workers:
            worker.end()


class _Worker:
    """A process that trains runs, or makes maps, or none yet."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -AGAIN

    def start_where_dead(self) -> None:
        """Start it, where it has not begun or has died."""
        alive = self._process is not None and self._process.poll() is None
        if alive or time.monotonic() - self._started < AGAIN:
            return
        self.end()
        self._started = time.monotonic()
        package = Path(__file__).parent
        paths = [str(package.parent), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.worker", BESIDE, *self._options],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            # It ends when this pipe does, and so with the lab, however that ends.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # the lab's interrupt is not its own
        )

    def ask_to_end(self) -> None:
        """Let it finish its step, and write a checkpoint."""
        if self._process is not None:
            self._process.terminate()

    def end(self) -> None:
        """See that it has ended."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
