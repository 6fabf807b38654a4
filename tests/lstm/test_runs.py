"""Runs in the data directory: begun, seen, steered, cleared away; by whom, and what is refused."""

import errno
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm import LabError, disk, runs
from lstm.library import DAY
from lstm.run_folder import STALE, About, RunFolder
from lstm.run_view import view_of
from lstm.runs import Runs
from lstm.settings import Settings

ANNA, BERT = "anna-" + "a" * 22, "bert-" + "b" * 22
SETTINGS = Settings.advised("reber", steps=40).to_json()
NOBODY = "n" * 22


@dataclass
class Clock:
    """The real time, as files bear it, and what is added to it."""

    later: float = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return time.time() + self.later


@pytest.fixture(name="clock")
def running_clock() -> Clock:
    return Clock()


@pytest.fixture(name="lab")
def no_runs(tmp_path: Path, clock: Clock) -> Runs:
    return Runs(tmp_path / "data", clock)


def begin(lab: Runs, owner: str = ANNA, title: str = "a run", data: bytes | None = None) -> str:
    return lab.create(SETTINGS, data, owner, title)


def state(lab: Runs, id: str) -> str:
    return lab.get(id).state


def folders(lab: Runs) -> set[str]:
    return {path.name for path in (lab.root / "runs").iterdir()} - {"lock"}


# Begun and seen


def test_a_run_that_was_begun_waits(lab: Runs) -> None:
    id = begin(lab, title="My run")
    run = lab.get(id)
    assert (run.id, run.title, run.state, run.message) == (id, "My run", "waiting", "")
    assert run.settings == SETTINGS
    assert (run.step, run.steps, run.elapsed, run.remaining) == (0, 40, 0.0, None)
    assert run.created == pytest.approx(time.time(), abs=60)  # seconds
    assert not run.has_model
    assert folders(lab) == {id}
    assert lab.folder(id).data() is None
    assert lab.records(id) == []
    assert lab.facts(id) == {}


def test_what_a_reader_brought_lies_in_the_folder(lab: Runs) -> None:
    assert lab.folder(begin(lab, data=b"my text")).data() == b"my text"


def test_no_two_runs_have_the_same_id(lab: Runs) -> None:
    assert len({begin(lab) for _ in range(5)}) == 5


def test_the_owners_token_is_not_stored(lab: Runs) -> None:
    folder = lab.folder(begin(lab)).path
    assert not any(ANNA.encode() in path.read_bytes() for path in folder.iterdir())


def test_owners_see_their_own_runs_the_newest_first(lab: Runs, clock: Clock) -> None:
    for n in range(3):
        clock.later += 1
        begin(lab, title=f"{n}")
    begin(lab, BERT, "his")
    assert [run.title for run in lab.listed(ANNA)] == ["2", "1", "0"]
    assert [run.title for run in lab.listed(BERT)] == ["his"]


def test_no_runs_are_listed_where_there_are_none_and_no_directory_is_made(lab: Runs) -> None:
    assert lab.listed(ANNA) == []
    assert not lab.root.exists()


def test_whoever_has_the_id_sees_a_run_but_it_is_not_theirs(lab: Runs) -> None:
    run = lab.get(begin(lab))
    assert run.mine(ANNA)
    assert not run.mine(BERT)
    assert not run.mine("no token")


def test_runs_at_work_are_counted_whoever_owns_them(lab: Runs, clock: Clock) -> None:
    assert lab.at_work() == 0
    first, second, third = begin(lab), begin(lab, BERT), begin(lab)
    for run in (first, second):
        lab.folder(run).beat(1, 1.0)
    lab.wish(second, BERT, "pause")
    assert [state(lab, run) for run in (first, second, third)] == ["running", "pausing", "waiting"]
    assert lab.at_work() == 2
    clock.later = STALE + 1
    assert lab.at_work() == 0


def test_in_a_shared_lab_every_run_is_everybodys(tmp_path: Path) -> None:
    lab = Runs(tmp_path, shared=True)
    id = begin(lab)
    assert lab.get(id).mine(BERT)
    assert [run.id for run in lab.listed("")] == [id]
    lab.delete(id, BERT)
    assert lab.listed(ANNA) == []


def test_the_environment_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path))
    monkeypatch.setenv("LSTM_LAB_SHARED", "1")
    assert Runs.from_environment() == Runs(tmp_path, shared=True)


def test_settings_that_are_none_are_refused(lab: Runs) -> None:
    with pytest.raises(LabError, match=r"^The settings of this run are damaged at 'stepz'"):
        lab.create({"task": "reber", "stepz": 3}, None, ANNA, "title")
    assert not lab.root.exists()


def test_data_that_are_too_much_are_refused(lab: Runs) -> None:
    begin(lab, data=bytes(10 * 2**20))
    message = r"^The data have 10\.0 MB; a run takes up to 10 MB\. Choose a part of them\.$"
    with pytest.raises(LabError, match=message):
        begin(lab, data=bytes(10 * 2**20 + 1))


@pytest.mark.parametrize("id", ["", "../" + "a" * 19, "a" * 21, "a" * 23, "a" * 22 + "\n", None, 3])
def test_a_forged_id_is_refused(lab: Runs, id: Any) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: lab.get(id),
        lambda: lab.records(id),
        lambda: lab.facts(id),
        lambda: lab.model_bytes(id),
        lambda: lab.wish(id, ANNA, "stop"),
        lambda: lab.delete(id, ANNA),
        lambda: lab.rename(id, ANNA, "x"),
    ]
    for attempt in attempts:
        with pytest.raises(LabError, match=r"^This names no run of the lab\. Follow its link"):
            attempt()


def test_a_forged_owner_is_refused(lab: Runs) -> None:
    with pytest.raises(LabError, match=r"^This browser has no valid token"):
        begin(lab, "")
    with pytest.raises(LabError, match=r"^This browser has no valid token"):
        lab.listed("")


def test_a_run_that_is_gone_says_so(lab: Runs) -> None:
    with pytest.raises(LabError, match=r"^This run is no longer here: it was deleted, or ended"):
        lab.get(NOBODY)
    with pytest.raises(LabError, match=r"^This run is no longer here"):
        lab.delete(NOBODY, ANNA)


# The state that follows


def test_a_run_is_running_while_a_heart_beats(lab: Runs, clock: Clock) -> None:
    id = begin(lab)
    lab.folder(id).beat(10, 5.0)
    run = lab.get(id)
    assert (run.state, run.step, run.elapsed, run.remaining) == ("running", 10, 5.0, 15.0)
    clock.later = STALE - 5
    assert state(lab, id) == "running"
    clock.later = STALE + 1
    assert state(lab, id) == "interrupted"


@pytest.mark.parametrize(("wish", "state_then"), [("pause", "paused"), ("stop", "stopped")])
def test_a_run_that_is_to_end_does_so_when_its_worker_says_or_dies(
    lab: Runs, clock: Clock, wish: Any, state_then: str
) -> None:
    waiting, ended, dead = (begin(lab) for _ in range(3))
    lab.wish(waiting, ANNA, wish)
    assert state(lab, waiting) == state_then
    for id in (ended, dead):
        lab.folder(id).beat(10, 5.0)
        lab.wish(id, ANNA, wish)
        assert state(lab, id) == "pausing"
    lab.folder(ended).beat(11, 5.5, working=False)
    assert state(lab, ended) == state_then
    clock.later = STALE + 1
    assert state(lab, dead) == state_then


def test_a_paused_run_waits_again_when_it_is_to_go_on(lab: Runs, clock: Clock) -> None:
    never, rested, dead = (begin(lab) for _ in range(3))
    lab.folder(rested).beat(10, 5.0, working=False)
    lab.folder(dead).beat(10, 5.0)
    clock.later = STALE + 1
    for id in (never, rested, dead):
        lab.wish(id, ANNA, "pause")
        assert state(lab, id) == "paused"
        lab.wish(id, ANNA, "run")
        assert state(lab, id) == "waiting"
    assert [lab.get(id).step for id in (never, rested, dead)] == [0, 10, 10]


def test_an_interrupted_run_waits_again_when_it_is_to_go_on(lab: Runs, clock: Clock) -> None:
    dead, left = begin(lab), begin(lab)
    lab.folder(dead).beat(10, 5.0)
    lab.folder(left).beat(10, 5.0, working=False)
    lab.folder(left).end("interrupted", "Its worker left.")
    clock.later = STALE + 1
    assert [lab.get(id).message for id in (dead, left)] == ["", "Its worker left."]
    for id in (dead, left):
        assert state(lab, id) == "interrupted"
        lab.wish(id, ANNA, "run")
        assert state(lab, id) == "waiting"


def test_an_interrupted_run_can_be_paused_or_stopped(lab: Runs) -> None:
    for wish, state_then in (("pause", "paused"), ("stop", "stopped")):
        id = begin(lab)
        lab.folder(id).end("interrupted", "Its worker left.")
        lab.wish(id, ANNA, wish)  # type: ignore[arg-type]
        assert state(lab, id) == state_then


@pytest.mark.parametrize("end", ["done", "stopped", "failed"])
def test_a_run_that_has_ended_stays_so(lab: Runs, end: Any) -> None:
    id = begin(lab)
    lab.folder(id).beat(10, 5.0, working=False)
    lab.folder(id).end(end, "why")
    run = lab.get(id)
    assert (run.state, run.message, run.remaining) == (end, "why", None)
    for wish in ("run", "pause", "stop"):
        with pytest.raises(LabError, match=r"^This run has ended\. Start a new one with its sett"):
            lab.wish(id, ANNA, wish)


def test_runs_of_all_owners_that_are_trained_are_counted(lab: Runs) -> None:
    assert lab.at_work() == 0
    hers, his, _ = begin(lab), begin(lab, BERT), begin(lab)
    lab.folder(hers).beat(1, 1.0)
    lab.folder(his).beat(1, 1.0)
    lab.wish(his, BERT, "pause")
    assert lab.at_work() == 2
    lab.folder(his).beat(1, 1.0, working=False)
    assert lab.at_work() == 1


# Whose it is


def test_only_the_owner_steers_renames_and_deletes(lab: Runs) -> None:
    id = begin(lab, title="hers")
    attempts: list[Callable[[str], None]] = [
        lambda owner: lab.wish(id, owner, "pause"),
        lambda owner: lab.rename(id, owner, "ours"),
        lambda owner: lab.delete(id, owner),
    ]
    for attempt in attempts:
        with pytest.raises(LabError, match=r"^This run is another reader's\. Start one of your"):
            attempt(BERT)
    assert (lab.get(id).state, lab.get(id).title) == ("waiting", "hers")
    for attempt in attempts[:2]:
        attempt(ANNA)
    assert (lab.get(id).state, lab.get(id).title) == ("paused", "ours")
    attempts[2](ANNA)
    assert folders(lab) == set()


def test_a_title_is_shortened_and_made_harmless(lab: Runs) -> None:
    id = begin(lab, title="../\x00a\u202e" + "x" * 200)
    assert lab.get(id).title == "..a" + "x" * 77
    lab.rename(id, ANNA, " / ")
    assert lab.get(id).title == "unnamed"


# What came out


def test_records_are_read_from_a_step_on(lab: Runs) -> None:
    id = begin(lab)
    for step in (1, 5, 9):
        lab.folder(id).record({"step": step, "loss": 0.5})
    assert [record["step"] for record in lab.records(id)] == [1, 5, 9]
    assert lab.records(id, after=5) == [{"step": 9, "loss": 0.5}]


def test_a_record_that_was_cut_off_or_damaged_is_passed_over(lab: Runs) -> None:
    folder = lab.folder(begin(lab))
    folder.record({"step": 1})
    with (folder.path / "records.jsonl").open("ab") as file:
        file.write(b'\xff\n[]\n3\n{"step": "x"}\n{"loss": 3}\n' + b"[" * 9999 + b'\n{"step": 2}\n')
        file.write(b'{"step": 3, "lo')
    assert folder.records() == [{"step": 1}, {"step": 2}]
    folder.cut(1)
    folder.record({"step": 2, "again": True})
    assert folder.records() == [{"step": 1}, {"step": 2, "again": True}]


def test_a_model_is_given_once_there_is_one(lab: Runs) -> None:
    id = begin(lab)
    with pytest.raises(LabError, match=r"^This run has no model yet\. Wait until it has learnt"):
        lab.model_bytes(id)
    lab.folder(id).keep(b"checkpoint", None)
    assert not lab.get(id).has_model
    lab.folder(id).keep(b"checkpoint", b"model")
    assert lab.get(id).has_model
    assert lab.model_bytes(id) == b"model"
    assert lab.folder(id).checkpoint() == b"checkpoint"


def test_facts_are_what_the_worker_told(lab: Runs) -> None:
    id = begin(lab)
    lab.folder(id).tell({"describes": "a text"})
    assert lab.facts(id) == {"describes": "a text"}


# Room and time


def test_twenty_runs_of_an_owner_may_wait(lab: Runs) -> None:
    ids = [begin(lab) for _ in range(20)]
    lab.folder(ids[0]).beat(1, 1.0)
    message = r"^20 runs of yours wait or are trained already\. Wait until one is done, or stop"
    with pytest.raises(LabError, match=message):
        begin(lab)
    begin(lab, BERT)
    lab.wish(ids[1], ANNA, "stop")
    begin(lab)


def test_the_oldest_run_that_has_ended_makes_room(
    lab: Runs, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_RUNS", 4)
    ids = []
    for n in range(4):
        clock.later += 1
        ids.append(begin(lab, title=f"{n}"))
    for n in (3, 1, 2):
        lab.folder(ids[n]).end("done")
    begin(lab, BERT)
    begin(lab, title="4")
    assert [run.title for run in lab.listed(ANNA)] == ["4", "3", "2", "0"]
    for n in (2, 3):
        lab.folder(ids[n]).reopen()
    message = r"^You have 4 runs that have not ended\. Delete or stop some of them\.$"
    with pytest.raises(LabError, match=message):
        begin(lab)
    assert len(lab.listed(ANNA)) == 4


def test_there_is_an_end_to_the_runs_of_all_owners_together(lab: Runs, clock: Clock) -> None:
    lab = Runs(lab.root, clock, most=3)
    ids = []
    for n, owner in enumerate((ANNA, BERT, ANNA)):
        clock.later += 1
        ids.append(begin(lab, owner, title=f"{n}"))
    for owner in (ANNA, "clara-" + "c" * 22):
        with pytest.raises(LabError, match=r"^The lab has 3 runs that have not ended, and takes"):
            begin(lab, owner)
    for n in (2, 1):
        lab.folder(ids[n]).end("done")
    begin(lab, title="3")
    assert [run.title for run in lab.listed(ANNA)] == ["3", "2", "0"]
    assert lab.listed(BERT) == []


def test_runs_that_ended_a_month_ago_go(lab: Runs, clock: Clock) -> None:
    done, stopped, paused = (begin(lab) for _ in range(3))
    lab.folder(done).end("done")
    lab.wish(stopped, ANNA, "stop")
    lab.wish(paused, ANNA, "pause")
    clock.later = 30 * DAY - 60
    begin(lab, BERT)
    assert len(lab.listed(ANNA)) == 3
    clock.later = 30 * DAY + 60
    begin(lab, BERT)
    assert [run.id for run in lab.listed(ANNA)] == [paused]


def test_what_an_ended_process_left_goes_after_a_day(lab: Runs, clock: Clock) -> None:
    begin(lab)
    left = [lab.root / "runs" / f".{kind}-{NOBODY}" for kind in ("new", "gone")]
    for path in left:
        path.mkdir()
        (path / "data.bin").write_bytes(b"data")
    begin(lab)
    assert all(path.exists() for path in left)
    clock.later = DAY + 60
    begin(lab)
    assert not any(path.exists() for path in left)


def test_half_written_files_in_a_folder_go_once_nobody_can_be_writing_them(lab: Runs) -> None:
    folder = lab.folder(begin(lab))
    old, new = (folder.path / f"{age}.part" for age in ("old", "new"))
    for path, age in ((old, 120), (new, 0)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    folder.cut(0)
    assert not old.exists()
    assert new.exists()


# Damage


@pytest.mark.parametrize(
    "stored",
    [
        None,
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"settings": [], "title": "x", "created": 1, "owner": "x"}',
        b'{"settings": {"task": "reber", "steps": 4}, "title": 3, "created": 1, "owner": "x"}',
        b'{"settings": {"task": "reber", "steps": 4}, "title": "x", "created": "x", "owner": "x"}',
        b'{"settings": {"task": "reber", "steps": "x"}, "title": "x", "created": 1, "owner": "x"}',
        b'{"settings": {"task": "reber", "steps": 4}, "title": "x", "created": NaN, "owner": "x"}',
        b'{"settings": {"task": "reber", "steps": 4}, "title": "x", "created": 1, "owner": 3}',
        b'{"settings": {"task": "a", "steps": 4}, "title": "x", "created": 1, "owner": "", "b": 1}',
    ],
)
def test_a_run_whose_settings_are_damaged_is_none(lab: Runs, stored: bytes | None) -> None:
    id = begin(lab)
    path = lab.folder(id).path / "settings.json"
    path.unlink()
    if stored is not None:
        path.write_bytes(stored)
    with pytest.raises(LabError, match=r"^This run is no longer here"):
        lab.get(id)
    assert lab.listed(ANNA) == []


@given(st.sampled_from(["control", "progress", "end", "facts"]), st.binary(max_size=100))
def test_whatever_else_is_damaged_the_run_is_seen(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes
) -> None:
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    folder.describe(About(SETTINGS, "title", 0.0, "owner"))
    (folder.path / f"{name}.json").write_bytes(content)
    view = view_of(folder, 0.0, shared=False)
    assert view is not None
    assert view.state == "waiting"


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("control", {"wish": ["run"]}),
        ("control", {"wish": "dance"}),
        ("end", {"state": "dead", "message": ""}),
        ("progress", {"step": "x", "seconds": 1, "working": True}),
        ("progress", {"step": 1e999, "seconds": 1, "working": True}),
        ("progress", {"step": 1}),
    ],
)
def test_what_says_nothing_that_is_known_is_passed_over(
    lab: Runs, name: str, stored: dict[str, Any]
) -> None:
    id = begin(lab)
    (lab.folder(id).path / f"{name}.json").write_text(json.dumps(stored))
    assert state(lab, id) == "waiting"


def test_files_of_others_in_the_directory_are_left_alone(lab: Runs, clock: Clock) -> None:
    begin(lab)
    (lab.root / "runs" / "notes").mkdir()
    clock.later = 100 * DAY
    begin(lab)
    assert "notes" in folders(lab)
    assert len(lab.listed(ANNA)) == 2


# A disk that does not do its part


@pytest.mark.parametrize(
    ("number", "message"),
    [(errno.ENOSPC, r"^The lab's disk is full\."), (errno.EIO, r"^The lab's data directory cann")],
)
def test_a_disk_that_cannot_write_is_said_and_no_run_is_begun(
    lab: Runs, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    real = os.fsync

    def full(handle: int) -> None:
        """Fail as a full disk does: the operating system's part, which no test can fill."""
        real(handle)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    for data in (None, b"text"):
        with pytest.raises(LabError, match=message):
            begin(lab, data=data)
    assert lab.listed(ANNA) == []
    assert folders(lab) == set()  # half a run would take room for a day


def test_a_directory_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lab = Runs(tmp_path / "file")
    for attempt in (lambda: begin(lab), lambda: lab.get(NOBODY), lambda: lab.records(NOBODY)):
        with pytest.raises(LabError, match=r"^The lab's data directory cannot be used \("):
            attempt()


def test_a_run_has_one_worker_at_a_time(lab: Runs) -> None:
    folder = lab.folder(begin(lab))
    with folder.held() as first, folder.held() as second:
        assert (first, second) == (True, False)
    with folder.held() as third:
        assert third


def test_it_works_where_there_are_no_locks(lab: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "fcntl", None)
    folder = lab.folder(begin(lab))
    with folder.held() as mine:
        assert mine
