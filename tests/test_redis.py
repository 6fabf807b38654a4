"""One queue in a real Redis for two workers: nothing is lost when a worker or Redis dies."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from components import queue
from lstm import LabError
from lstm.atlas import Wanted
from lstm.experiment import prepare
from lstm.heart import BEAT
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.order import FEWEST, Order
from lstm.parameters import parameters
from lstm.run_folder import STALE
from lstm.runs import Runs
from lstm.settings import Settings
from lstm.shipped import folder, shipped
from lstm.snapshot import load_progress
from lstm.training import fit

StartWorker = Callable[..., subprocess.Popen[bytes]]
Until = Callable[..., None]

ANNA = "anna-" + "a" * 22
SERVER = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(
    SERVER is None, reason="needs redis-server, which `make test` installs where apt is there"
)


class Redis:
    """A server on a free port of this machine, which keeps nothing on the disk."""

    def __init__(self, until: Until) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._until = until
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        assert SERVER is not None
        options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "appendonly": "no"}
        self._process = subprocess.Popen(
            [SERVER, *(word for name, value in options.items() for word in (f"--{name}", value))],
            stdout=subprocess.DEVNULL,
        )
        self._until(self._answers)

    def stop(self) -> None:
        """End it at once, and all that waits in it."""
        self._process.kill()
        self._process.wait()

    def waiting(self) -> int:
        """Tell how many workers wait for a run."""
        with redis.Redis(port=self.port) as client:
            return int(client.info("clients")["blocked_clients"])

    def _answers(self) -> bool:
        assert self._process.poll() is None
        with redis.Redis(port=self.port) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


@pytest.fixture(name="server")
def redis_server(until: Until) -> Iterator[Redis]:
    server = Redis(until)
    yield server
    server.stop()


@pytest.fixture(name="runs")
def no_runs(tmp_path: Path, server: Redis, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Give a data directory without runs, whose queue is in Redis."""
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path / "data"))
    monkeypatch.setenv(queue.REDIS, server.url)
    monkeypatch.delenv("LSTM_LAB_SHARED", raising=False)
    return Runs.from_environment()


def begin(runs: Runs, **changed: Any) -> str:
    chosen = {"size": 8, "batch": 8, "steps": 400} | changed
    id = runs.create(Settings.advised("reber", **chosen).to_json(), None, ANNA, "a run")
    queue.submit(runs, id)
    return id


def state(runs: Runs, id: str) -> str:
    return runs.get(id).state


def check_whole(runs: Runs, id: str) -> None:
    """See that a run ended with the bytes of one in this process that nobody disturbed."""
    made = prepare(Settings.from_json(runs.get(id).settings))
    *_, last = fit(made.model, made.source, made.plan)
    content = runs.folder(id).checkpoint()
    assert content is not None
    found, _ = load_progress(content, made.model)
    assert found.step == last.step
    for name, array in parameters(last.model).items():
        assert parameters(found.model)[name].tobytes() == array.tobytes(), name


def test_two_workers_train_through_redis_and_a_killed_one_loses_nothing(
    runs: Runs, server: Redis, start_worker: StartWorker, until: Until
) -> None:
    workers = [start_worker(), start_worker()]
    until(lambda: server.waiting() == 2)
    ids = [begin(runs, steps=800, seed=n) for n in range(2)]
    waiting = begin(runs, steps=40)
    until(lambda: all(len(runs.records(id)) > 20 for id in ids))
    assert [state(runs, id) for id in ids] == ["running", "running"]
    assert queue.look(runs, runs.get(waiting)) == (runs.get(waiting), 1)

    workers[0].kill()
    workers[0].wait()
    later = Runs(runs.root, now=lambda: time.time() + STALE + 1)  # rather than to wait as long
    until(lambda: state(runs, waiting) == "done")  # by the other worker, after its own run
    (killed,) = [id for id in ids if state(runs, id) != "done"]
    assert state(later, killed) == "interrupted"

    later.wish(killed, ANNA, "run")
    queue.submit(runs, killed)
    until(lambda: state(runs, killed) == "done")
    for id in (*ids, waiting):
        check_whole(runs, id)


def test_a_killed_workers_run_is_shown_as_interrupted_within_fifteen_seconds(
    runs: Runs, start_worker: StartWorker, until: Until
) -> None:
    id = begin(runs, steps=100_000)
    worker = start_worker()
    until(lambda: len(runs.records(id)) > 1)
    worker.kill()
    worker.wait()
    killed = time.time()
    # A heart that outlived its worker would beat by then; the rest of the wait is spared.
    until(lambda: time.time() > killed + 1.5 * BEAT)
    assert state(Runs(runs.root, now=lambda: killed), id) == "running"
    assert state(Runs(runs.root, now=lambda: killed + 15), id) == "interrupted"


def test_redis_may_go_and_come_back(
    runs: Runs, server: Redis, start_worker: StartWorker, until: Until, tmp_path: Path
) -> None:
    start_worker()
    working = begin(runs, steps=600)
    until(lambda: len(runs.records(working)) > 1)
    waiting = begin(runs, steps=40)
    assert queue.place(waiting) == 1

    server.stop()
    with pytest.raises(LabError, match=r"^The queue at LSTM_LAB_REDIS_URL does not answer\."):
        queue.submit(runs, waiting)
    until(lambda: state(runs, working) == "done")  # a run needs its folder only
    log = tmp_path / "workers.txt"
    until(lambda: "does not answer; trying again" in log.read_text())

    server.start()  # and has forgotten what waited
    run, place = queue.look(runs, runs.get(waiting))
    assert (run.state, place) == ("interrupted", None)
    queue.submit(runs, waiting)
    until(lambda: state(runs, waiting) == "done")
    for id in (working, waiting):
        check_whole(runs, id)


def test_maps_wait_in_redis_too_and_their_worker_makes_them(
    runs: Runs, server: Redis, start_worker: StartWorker, until: Until
) -> None:
    (reber,) = (one for one in shipped(folder()) if one.name == "reber")
    order = Order(ModelSource(reber.hash, 0), FEWEST, wanted=Wanted("pca"))
    maps = Maps(runs.root)
    id = begin(runs)
    queue.submit_map(maps, order)
    assert queue.look_map(maps, order.key) == (maps.state(order.key), 1)
    start_worker("--maps")
    until(lambda: maps.has(order.key))
    assert state(runs, id) == "waiting"
