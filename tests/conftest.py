"""Workers in processes of their own, as they are started by hand."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Before NumPy is imported: two test processes on a busy machine, and threads that wait for
# one another, take a hundred times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]

Worker = subprocess.Popen[bytes]
StartWorker = Callable[..., Worker]
Until = Callable[..., None]


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[StartWorker]:
    """Give a function that starts a worker; it takes options, and changes of the environment."""
    workers: list[Worker] = []
    log = tmp_path / "workers.txt"

    def start(*options: str, **environment: str) -> Worker:
        with log.open("ab") as errors:
            worker = subprocess.Popen(
                [sys.executable, "-m", "components.worker", *options],
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.PIPE,
                stderr=errors,
            )
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.communicate(timeout=60)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="session")
def until() -> Until:
    """Give a function that waits until a condition is true; the limit is for what hangs."""

    def wait(condition: Callable[[], object], patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, "It never came true."
            time.sleep(0.01)

    return wait
