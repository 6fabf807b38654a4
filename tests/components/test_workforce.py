"""The workers beside a lab: started, kept alive, and ended with it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from components import queue, serve, workforce
from lstm.runs import Runs
from lstm.settings import Settings

ROOT = Path(__file__).parents[2]
ANNA = "anna-" + "a" * 22
Until = Callable[..., None]

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a workforce look at its workers often."""
    for name in ("LOOK", "AGAIN", "TAKE_OVER"):
        monkeypatch.setattr(workforce, name, 0.02)


def workers_of(parent: int, *, maps: bool = False) -> list[int]:
    """Find the processes that are workers of another: those that train, or that make maps."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes()
            state, mother = (path / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it has ended meanwhile
            continue
        if b"components.worker" not in command or (b"--maps" in command) != maps:
            continue
        if int(mother) == parent and state != "Z":
            found.append(int(path.name))
    return found


def begin(runs: Runs) -> str:
    chosen: dict[str, Any] = {"size": 4, "batch": 4, "steps": 30}
    id = runs.create(Settings.advised("reber", **chosen).to_json(), None, ANNA, "a run")
    queue.submit(runs, id)
    return id


def test_runs_are_trained_as_long_as_the_lab_is_served(data_directory: Path, until: Until) -> None:
    runs = Runs(data_directory)
    with workforce.working(1):
        first, second = begin(runs), begin(runs)
        until(lambda: runs.get(second).state == "done")
        assert runs.get(first).state == "done"
        assert len(workers_of(os.getpid())) == 1
    assert workers_of(os.getpid()) == []


def test_there_are_as_many_as_was_said(until: Until) -> None:
    with workforce.working(2):
        until(lambda: len(workers_of(os.getpid())) == 2)
        until(lambda: len(workers_of(os.getpid(), maps=True)) == 1)
    assert workers_of(os.getpid(), maps=True) == []
    with workforce.working(0):
        assert workers_of(os.getpid()) == workers_of(os.getpid(), maps=True) == []


def test_a_worker_that_dies_is_started_again(data_directory: Path, until: Until) -> None:
    runs = Runs(data_directory)
    with workforce.working(1):
        until(lambda: workers_of(os.getpid()))
        (first,) = workers_of(os.getpid())
        os.kill(first, signal.SIGKILL)
        id = begin(runs)
        until(lambda: runs.get(id).state == "done")
        (second,) = workers_of(os.getpid())
        assert second != first


def test_labs_on_one_data_directory_have_one_set_of_workers(
    data_directory: Path, until: Until
) -> None:
    runs = Runs(data_directory)
    over, begun = threading.Event(), threading.Event()

    def first_lab() -> None:
        with workforce.working(1):
            begun.set()
            over.wait()

    lab = threading.Thread(target=first_lab)
    lab.start()
    begun.wait()
    until(lambda: workers_of(os.getpid()))
    first = workers_of(os.getpid())
    with workforce.working(1):
        id = begin(runs)
        until(lambda: runs.get(id).state == "done")
        assert workers_of(os.getpid()) == first
        over.set()
        lab.join()
        until(lambda: workers_of(os.getpid()))  # the second lab's turn
        assert workers_of(os.getpid()) != first


def test_a_data_directory_that_cannot_be_used_is_said_once(
    data_directory: Path, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    data_directory.touch()
    with workforce.working(1):
        until(lambda: caplog.messages)
    assert caplog.messages == [
        "No worker can be started (File exists): no run is trained, and no map is made."
    ]


def test_the_workers_of_a_lab_that_was_killed_end_too(data_directory: Path, until: Until) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = subprocess.Popen(
        [sys.executable, "-c", "from components.serve import main; main()"],
        cwd=ROOT,
        env=os.environ | {"HOST": "127.0.0.1", "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    until(lambda: workers_of(lab.pid) and workers_of(lab.pid, maps=True))
    workers = [*workers_of(lab.pid), *workers_of(lab.pid, maps=True)]
    lab.kill()
    lab.wait()
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert (data_directory / "queue.db").exists()


@pytest.mark.parametrize("jobs", ["abc", "-1", "65", "1.5", ""])
def test_a_number_of_workers_that_is_none_is_explained(
    jobs: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LSTM_LAB_JOBS", jobs)
    assert serve.main(Flask("nothing")) == 2
    assert capsys.readouterr().err == f"LSTM_LAB_JOBS is '{jobs}'. Use a number from 0 to 64.\n"
