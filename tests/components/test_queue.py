"""The queues of runs and maps: in order, with nothing lost, and in words where they are gone."""

import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components import queue, turns
from lstm import LabError
from lstm.atlas import Wanted
from lstm.experiment import prepare
from lstm.map_source import ModelSource
from lstm.maps import Maps, MapState
from lstm.order import FEWEST, Order
from lstm.painters.painting import Painting
from lstm.painters.paintings import Paintings
from lstm.parameters import parameters
from lstm.projection import Umap
from lstm.run_folder import STALE, RunFolder
from lstm.runs import Runs
from lstm.settings import Settings
from lstm.shipped import folder, shipped
from lstm.snapshot import load_progress
from lstm.training import fit

StartWorker = Callable[..., subprocess.Popen[bytes]]
Until = Callable[..., None]

ANNA = "anna-" + "a" * 22
NOBODY = "n" * 22
LONG = 100_000  # steps, of which nobody waits for the last


@pytest.fixture(name="runs")
def no_runs(data_directory: Path) -> Runs:
    return Runs(data_directory)


def begin(runs: Runs, **changed: Any) -> str:
    """Begin a run of some steps; it takes a fraction of a second."""
    chosen = {"size": 4, "batch": 4, "steps": 40} | changed
    return runs.create(Settings.advised("reber", **chosen).to_json(), None, ANNA, "a run")


def stored(runs: Runs) -> list[bytes]:
    """Read what lies in the queue's file."""
    connection = sqlite3.connect(runs.root / "queue.db")
    try:
        return [bytes(data) for (data,) in connection.execute("select data from task order by id")]
    finally:
        connection.close()


def check_whole(run: RunFolder) -> None:
    """See that a run ended with the bytes of one that nobody disturbed."""
    about, checkpoint = run.about(), run.checkpoint()
    assert about is not None
    assert checkpoint is not None
    made = prepare(Settings.from_json(about.settings))
    *_, last = fit(made.model, made.source, made.plan)
    found, _ = load_progress(checkpoint, made.model)
    for name, array in parameters(last.model).items():
        assert parameters(found.model)[name].tobytes() == array.tobytes(), name


# The queue


def test_runs_wait_in_the_order_in_which_they_came(runs: Runs) -> None:
    ids = [begin(runs) for _ in range(3)]
    assert queue.place(ids[0]) is None
    for id in ids:
        queue.submit(runs, id)
    assert [queue.place(id) for id in ids] == [1, 2, 3]
    queue.submit(runs, ids[0])  # once more: it keeps its place
    assert [queue.place(id) for id in ids] == [1, 2, 3]
    assert queue.place(NOBODY) is None


def test_only_the_ids_of_runs_lie_in_the_queue(runs: Runs) -> None:
    id = begin(runs)
    queue.submit(runs, id)
    assert stored(runs) == [id.encode()]


def test_a_run_that_is_none_cannot_wait(runs: Runs) -> None:
    with pytest.raises(LabError, match=r"^This run is no longer here"):
        queue.submit(runs, NOBODY)
    assert queue.place(NOBODY) is None


def test_a_page_sees_a_waiting_run_with_its_place(runs: Runs) -> None:
    first, second = begin(runs), begin(runs)
    for id in (first, second):
        queue.submit(runs, id)
    run = runs.get(second)
    assert queue.look(runs, run) == (run, 2)


def test_a_page_sees_a_run_that_does_not_wait_as_it_is(runs: Runs) -> None:
    id = begin(runs)
    runs.folder(id).end("done")
    run = runs.get(id)
    assert queue.look(runs, run) == (run, None)


def test_a_run_that_somebody_took_out_of_the_queue_is_interrupted_and_can_be_put_back(
    runs: Runs,
) -> None:
    id = begin(runs)
    run, place = queue.look(runs, runs.get(id))
    assert (run.state, place) == ("interrupted", None)
    assert run.message == "It is no longer in the queue. Resume it to put it back."
    runs.wish(id, ANNA, "run")
    queue.submit(runs, id)
    assert queue.look(runs, runs.get(id))[0].state == "waiting"


def test_a_run_that_a_worker_is_just_taking_is_not_lost(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "GRACE", 60.0)
    id = begin(runs)
    run = runs.get(id)
    worker = threading.Timer(0.05, lambda: runs.folder(id).beat(0, 0.0))
    worker.start()
    seen, place = queue.look(runs, run)
    worker.join()
    assert (seen.state, place) == ("running", None)


def test_nothing_stays_open_between_two_questions(runs: Runs) -> None:
    queue.submit(runs, begin(runs))
    with queue.asked() as task:
        storage = task.huey.storage
        assert storage.queue_size() == 1
    assert storage._conn is None


def test_a_web_worker_never_works(runs: Runs) -> None:
    queue.submit(runs, begin(runs))
    with queue.asked() as task:
        taken = task.huey.dequeue()
        with pytest.raises(AssertionError, match=r"^A web worker was asked to work on "):
            taken.execute()


def test_a_queue_that_is_damaged_is_said(runs: Runs) -> None:
    id = begin(runs)
    (runs.root / "queue.db").write_bytes(b"no database at all" * 100)
    message = (
        r"^The queue in the data directory cannot be used \(file is not a database\)\. Whoever"
    )
    with pytest.raises(LabError, match=message):
        queue.submit(runs, id)
    run, place = queue.look(runs, runs.get(id))
    assert (run.state, place) == ("waiting", None)
    assert run.message.startswith("The queue in the data directory cannot be used")


def test_a_data_directory_that_is_none_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path / "file"))
    with pytest.raises(LabError, match=r"^The lab's data directory cannot be used \("):
        queue.place(NOBODY)


@pytest.mark.parametrize("address", ["localhost", "http://localhost", "redis://localhost:x"])
def test_an_address_of_redis_that_is_none_is_said(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(queue.REDIS, address)
    with pytest.raises(LabError, match=r"^LSTM_LAB_REDIS_URL is no address of a queue\. Whoever"):
        queue.place(NOBODY)


def test_a_redis_that_is_gone_is_said_and_the_run_stays(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as probe:  # bound but not listening: whoever connects is refused
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        monkeypatch.setenv(queue.REDIS, f"redis://:secret@127.0.0.1:{port}/0")
        id = begin(runs)
        with pytest.raises(LabError, match=r"^The queue at LSTM_LAB_REDIS_URL does not") as raised:
            queue.submit(runs, id)
        assert "secret" not in str(raised.value)
        run, place = queue.look(runs, runs.get(id))
    assert (run.state, place) == ("waiting", None)
    assert run.message == str(raised.value)


# Workers


def test_a_worker_trains_what_waits_one_run_after_the_other(
    runs: Runs, start_worker: StartWorker, until: Until
) -> None:
    ids = [begin(runs, seed=n) for n in range(3)]
    for id in ids:
        queue.submit(runs, id)
    start_worker()
    until(lambda: all(runs.get(id).state == "done" for id in ids))
    for id in ids:
        check_whole(runs.folder(id))
    ends = [(runs.folder(id).path / "end.json").stat().st_mtime for id in ids]
    assert ends == sorted(ends)
    assert stored(runs) == []


def test_a_worker_passes_over_what_is_no_run(
    runs: Runs, start_worker: StartWorker, until: Until
) -> None:
    ids = [begin(runs) for _ in range(3)]
    with queue.asked() as task:
        for entry in ("../../etc/passwd", NOBODY, ids[0], ids[1], ids[2], ids[0]):
            task(entry)
    runs.delete(ids[1], ANNA)
    start_worker()
    until(lambda: runs.get(ids[2]).state == "done" and not stored(runs))
    assert runs.get(ids[0]).state == "done"
    check_whole(runs.folder(ids[0]))


def test_a_paused_run_makes_way_for_the_next(
    runs: Runs, start_worker: StartWorker, until: Until
) -> None:
    first, second = begin(runs, steps=LONG), begin(runs)
    for id in (first, second):
        queue.submit(runs, id)
    start_worker()
    until(lambda: len(runs.records(first)) > 1)
    assert runs.get(second).state == "waiting"
    runs.wish(first, ANNA, "pause")
    until(lambda: runs.get(second).state == "done")
    assert runs.get(first).state == "paused"
    step = runs.get(first).step
    assert 0 < step < LONG
    runs.wish(first, ANNA, "run")
    queue.submit(runs, first)
    until(lambda: runs.get(first).state == "running" and runs.get(first).step > step)
    runs.wish(first, ANNA, "stop")
    until(lambda: runs.get(first).state == "stopped")
    assert runs.get(first).has_model


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_worker_that_is_told_to_end_leaves_a_checkpoint(
    runs: Runs, start_worker: StartWorker, until: Until, name: str
) -> None:
    id = begin(runs, steps=LONG)
    queue.submit(runs, id)
    worker = start_worker()
    until(lambda: len(runs.records(id)) > 1)
    worker.send_signal(getattr(signal, name))
    assert worker.wait(60) == 0
    run = runs.get(id)
    assert (run.state, run.has_model) == ("interrupted", True)
    assert run.message.startswith("Its worker was stopped.")


def test_a_run_whose_worker_was_killed_is_interrupted_and_resumed_to_the_same_bytes(
    runs: Runs, start_worker: StartWorker, until: Until
) -> None:
    id = begin(runs, size=12, batch=8, steps=400)
    queue.submit(runs, id)
    worker = start_worker()
    until(lambda: len(runs.records(id)) > 20)
    worker.kill()
    worker.wait()
    later = Runs(runs.root, now=lambda: time.time() + STALE)
    assert later.get(id).state == "interrupted"
    later.wish(id, ANNA, "run")
    queue.submit(runs, id)
    start_worker()
    until(lambda: runs.get(id).state == "done")
    check_whole(runs.folder(id))


def test_a_worker_without_a_queue_says_so(tmp_path: Path, start_worker: StartWorker) -> None:
    (tmp_path / "file").touch()
    assert start_worker(LSTM_LAB_DATA=str(tmp_path / "file")).wait(60) == 2
    assert start_worker(LSTM_LAB_REDIS_URL="localhost").wait(60) == 2
    said = (tmp_path / "workers.txt").read_text()
    assert "The lab's data directory cannot be used (" in said
    assert "LSTM_LAB_REDIS_URL is no address of a queue." in said


# Maps


MAPPED = Order(
    ModelSource(next(one.hash for one in shipped(folder()) if one.name == "reber"), 0),
    FEWEST,
    wanted=Wanted("pca"),
)


@pytest.fixture(name="maps")
def no_maps(data_directory: Path) -> Maps:
    return Maps(data_directory)


def seeded(seed: int) -> Order:
    return replace(MAPPED, wanted=Wanted("pca", umap=Umap(seed=seed)))


def test_maps_wait_in_a_queue_of_their_own(runs: Runs, maps: Maps) -> None:
    queue.submit(runs, begin(runs))
    for seed in range(2):
        queue.submit_map(maps, seeded(seed))
    queue.submit_map(maps, seeded(0))  # once more: it keeps its place
    waiting = MapState("waiting")
    assert [queue.look_map(maps, seeded(n).key) for n in range(2)] == [(waiting, 1), (waiting, 2)]
    assert queue.look_map(maps, "0" * 64) == (MapState("none"), None)


def test_a_worker_for_maps_makes_them_and_trains_nothing(
    runs: Runs, maps: Maps, start_worker: StartWorker, until: Until
) -> None:
    id = begin(runs)
    queue.submit(runs, id)
    with queue.asked(line=queue.MAPS) as task:
        task("../../etc/passwd")
    queue.submit_map(maps, MAPPED)
    start_worker("--maps")
    until(lambda: maps.state(MAPPED.key).state == "done")
    assert Order.from_json(maps.atlas(MAPPED.key).source) == MAPPED
    assert queue.look_map(maps, MAPPED.key) == (MapState("done", 1.0), None)
    queue.submit_map(maps, MAPPED)  # it is there: nothing waits
    assert queue.place(MAPPED.key, queue.MAPS) is None
    assert runs.get(id).state == "waiting"


def test_a_map_whose_worker_was_killed_is_interrupted_and_made_when_it_is_asked_for_again(
    maps: Maps, start_worker: StartWorker, until: Until
) -> None:
    long = replace(MAPPED, count=20_000)
    queue.submit_map(maps, long)
    worker = start_worker("--maps")
    until(lambda: maps.state(long.key).state == "making")
    worker.kill()
    worker.wait()
    later = Maps(maps.root, now=lambda: time.time() + STALE)
    assert later.state(long.key).state == "interrupted"
    assert not maps.has(long.key)
    with pytest.raises(LabError, match="no longer here"):
        maps.atlas(long.key)
    maps.job(long.key).end("interrupted", "")  # rather than to wait until the heart is cold
    queue.submit_map(maps, long)
    start_worker("--maps")
    until(lambda: maps.state(long.key).state == "making")
    maps.stop(long.key)
    until(lambda: maps.state(long.key).state == "interrupted")
    assert "stopped" in maps.state(long.key).message


def test_a_map_that_somebody_took_out_of_the_queue_is_interrupted(maps: Maps) -> None:
    maps.begin(MAPPED)
    found, place = queue.look_map(maps, MAPPED.key)
    assert (found.state, place) == ("interrupted", None)
    assert found.message == "It is no longer in the queue. Make it again."
    queue.submit_map(maps, MAPPED)
    assert queue.look_map(maps, MAPPED.key) == (MapState("waiting"), 1)


def test_a_map_says_that_its_queue_does_not_answer(
    maps: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps.begin(MAPPED)
    monkeypatch.setenv("LSTM_LAB_REDIS_URL", "localhost")
    found, place = queue.look_map(maps, MAPPED.key)
    assert (found.state, place) == ("waiting", None)
    assert "LSTM_LAB_REDIS_URL is no address of a queue" in found.message


# Whose turn it is


def looked_at(maps: Maps, order: Order, ago: float) -> None:
    """Make an order one that a page last waited for so many seconds ago."""
    at = time.time() - ago
    os.utime(maps.job(order.key).path / "awaited", (at, at))


def in_turn(maps: Maps) -> list[str]:
    """Take what waits as a worker does, and tell in which order it would be made."""
    made: list[str] = []
    with queue.asked(made.append, queue.MAPS) as task:
        while taken := task.huey.dequeue():
            (id,) = taken.args
            if not turns.passed_on(id, maps, Paintings(maps.root)):
                made.append(id)
    return made


def test_a_map_that_a_page_waits_for_goes_before_those_that_nobody_looks_at(maps: Maps) -> None:
    orders = [seeded(n) for n in range(4)]
    keys = [order.key for order in orders]
    for order, ago in zip(orders, (90, 60, 30, 30), strict=True):
        queue.submit_map(maps, order)
        looked_at(maps, order, ago)
    queue.look_map(maps, keys[2])  # as a page does that waits for it
    assert in_turn(maps) == [keys[2], keys[3], keys[0], keys[1]]


def test_maps_that_nobody_looks_at_are_made_in_their_order(maps: Maps) -> None:
    for n, ago in enumerate((90, 60, 30)):
        queue.submit_map(maps, seeded(n))
        looked_at(maps, seeded(n), ago)
    assert in_turn(maps) == [seeded(n).key for n in range(3)]


def test_a_map_that_was_stopped_is_no_reason_to_wait_and_no_job_of_ours_neither(
    maps: Maps,
) -> None:
    for n in range(2):
        queue.submit_map(maps, seeded(n))
    looked_at(maps, seeded(0), 90)
    maps.stop(seeded(1).key)
    with queue.asked(line=queue.MAPS) as task:
        task("../../etc/passwd")
    assert in_turn(maps) == [seeded(0).key, seeded(1).key, "../../etc/passwd"]


def test_a_painting_that_a_page_waits_for_goes_first_too(maps: Maps) -> None:
    paintings = Paintings(maps.root)
    painting = Painting(MAPPED.key, "sd", "1" * 64)
    queue.submit_map(maps, MAPPED)
    looked_at(maps, MAPPED, 90)
    queue.submit_painting(paintings, painting)
    awaited = paintings.job(painting.key).path / "awaited"
    os.utime(awaited, (1000, 1000))
    queue.look_painting(paintings, painting.key)
    assert in_turn(maps) == [queue.PAINT + painting.key, MAPPED.key]


def test_where_the_queue_does_not_answer_a_map_is_made_rather_than_lost(
    maps: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.submit_map(maps, MAPPED)
    looked_at(maps, MAPPED, 90)
    monkeypatch.setenv("LSTM_LAB_REDIS_URL", "localhost")
    assert not turns.passed_on(MAPPED.key, maps, Paintings(maps.root))


def test_a_worker_for_maps_makes_first_what_a_page_waits_for(
    maps: Maps, start_worker: StartWorker, until: Until
) -> None:
    for n in range(2):
        queue.submit_map(maps, seeded(n))
    looked_at(maps, seeded(0), 90)
    start_worker("--maps")
    until(lambda: all(maps.has(seeded(n).key) for n in range(2)))
    ends = [maps.job(seeded(n).key).atlas.stat().st_mtime_ns for n in range(2)]
    assert ends[1] < ends[0]
