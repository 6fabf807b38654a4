"""What the page is told of a run: how far it is, in words, figures and samples; and of others."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components import queue
from components.train_advice import BY_HEART, NOTHING, PAST_BEST, RAN_AWAY, advice
from components.train_run import NOBODY, SAMPLES, SOON, STATES, progress, words
from components.wire import decode
from lstm.job import carry_out
from lstm.run_folder import STALE
from lstm.run_view import RunView
from lstm.runs import Runs
from lstm.settings import Settings

ANNA, BEN = "anna-" + "a" * 22, "ben-" + "b" * 22
NOBODY_S = "n" * 22  # an ID of no run
ROWS = b"hour,load\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(200))

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(name="runs")
def no_runs(data_directory: Path) -> Runs:
    return Runs(data_directory)


@pytest.fixture
def ask(runs: Runs) -> Ask:
    """Give a function that asks as the page does."""

    def asked(run: str = "", owner: str = ANNA, **more: Any) -> dict[str, Any]:
        return progress({"n": 1, "theme": "dark", "run": run, "owner": owner} | more, runs)

    return asked


def begin(runs: Runs, task: str = "reber", data: bytes | None = None, **changed: Any) -> str:
    chosen = {"size": 4, "batch": 4, "steps": 40} | changed
    return runs.create(Settings.advised(task, **chosen).to_json(), data, ANNA, "My run")


def trained(runs: Runs, *more: Any, **changed: Any) -> str:
    """Begin a run and carry it out here, as a worker would."""
    run = begin(runs, *more, **changed)
    carry_out(runs.folder(run))
    return run


def age(runs: Runs, run: str, seconds: float) -> None:
    """Let a run have been begun some time ago."""
    folder = runs.folder(run)
    about = folder.about()
    assert about is not None
    folder.describe(replace(about, created=about.created - seconds))


# A run that is done


def test_a_run_that_is_done_is_told_in_full(runs: Runs, ask: Ask) -> None:
    run = trained(runs)
    answer = ask(run, n=5)
    shown, records = answer["run"], runs.records(run)
    assert (answer["n"], answer["error"]) == (5, None)
    assert (shown["id"], shown["title"], shown["state"], shown["says"]) == (
        run,
        "My run",
        "done",
        "Done",
    )
    assert (shown["share"], shown["mine"], shown["has_model"], shown["task"]) == (
        1.0,
        True,
        True,
        "reber",
    )
    assert shown["words"].startswith("40 of 40 batches · ")
    assert shown["words"].endswith(" s of work")
    assert shown["message"] == ""
    last = records[-1]
    assert shown["readings"] == {
        "loss": last["loss"],
        "norm": last["norm"],
        "held_out": last["held_out"],
        "accuracy": 100 * last["accuracy"],
    }
    assert Settings.from_json(shown["settings"]).steps == 40


def test_it_is_said_what_the_data_are_and_what_the_accuracy_counts(runs: Runs, ask: Ask) -> None:
    about = ask(trained(runs))["run"]["about"]
    assert about.startswith("Drawn anew at every step;")
    assert about.endswith("Accuracy: the symbol that must repeat the second one, when it is due.")
    assert ask(begin(runs))["run"]["about"] == ""  # no worker has looked at the data yet


def test_the_figures_are_those_of_its_records(runs: Runs, ask: Ask) -> None:
    run = trained(runs)
    figures = ask(run)["figures"]
    loss = {line["meta"]: line for line in figures["loss"]["data"]}
    records = runs.records(run)
    np.testing.assert_allclose(
        decode(loss["learnt from"]["y"]), [one["loss"] for one in records], rtol=2.0**-24
    )
    assert decode(loss["constant answer"]["y"])[0] == np.float32(runs.facts(run)["baseline"])
    (clip,) = [line for line in figures["norm"]["data"] if line["meta"] == "clipped above"]
    assert decode(clip["y"])[0] == 1.0
    assert figures != ask(run, theme="light")["figures"]


def test_samples_come_the_newest_first_and_one_of_each_step(runs: Runs, ask: Ask) -> None:
    run = trained(runs)
    records = runs.records(run)
    runs.folder(run).record(records[-1])  # as a run does that is stopped where it was measured
    samples = ask(run)["samples"]
    assert len(samples) == SAMPLES
    assert samples[0] == {"step": 40, "text": records[-1]["sample"]}
    steps = [one["step"] for one in samples]
    assert steps == sorted({*steps}, reverse=True)


def test_numbers_write_nothing_and_have_no_accuracy(runs: Runs, ask: Ask) -> None:
    answer = ask(trained(runs, "table", ROWS, unroll=10))
    assert answer["samples"] == []
    assert answer["run"]["writes"] is False
    assert answer["run"]["readings"]["accuracy"] is None
    assert answer["run"]["readings"]["held_out"] > 0
    assert "annotations" in answer["figures"]["accuracy"]["layout"]
    assert answer["figures"]["loss"]["layout"]["yaxis"]["type"] == "log"


@pytest.mark.parametrize(
    ("task", "writes"), [("reber", True), ("copy", False), ("adding", False), ("agreement", True)]
)
def test_it_is_told_whether_there_will_be_samples(
    runs: Runs, ask: Ask, task: str, writes: bool
) -> None:
    assert ask(begin(runs, task))["run"]["writes"] is writes
    assert ask(begin(runs, "text", b"some text " * 40))["run"]["writes"] is True


# Which runs, and whose


def test_without_a_run_there_are_empty_figures_and_the_list(runs: Runs, ask: Ask) -> None:
    answer = ask()
    assert (answer["run"], answer["runs"], answer["samples"]) == (None, [], [])
    assert set(answer["figures"]) == {"loss", "accuracy", "norm", "saturation"}
    first, second = begin(runs), begin(runs)
    age(runs, first, 60)
    assert [one["id"] for one in ask()["runs"]] == [second, first]
    assert ask(owner=BEN)["runs"] == []


def test_whoever_has_the_id_sees_the_run_and_that_it_is_anothers(runs: Runs, ask: Ask) -> None:
    run = trained(runs)
    theirs = ask(run, owner=BEN)
    assert theirs["run"]["mine"] is False
    assert theirs["run"]["readings"] == ask(run)["run"]["readings"]
    assert theirs["runs"] == []


def test_the_owners_token_does_not_travel(runs: Runs, ask: Ask) -> None:
    run = trained(runs)
    assert ANNA not in str(ask(run, owner=BEN))
    about = runs.folder(run).about()
    assert about is not None
    assert about.owner not in str(ask(run, owner=BEN))


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (NOBODY_S, "This run is no longer here: it was deleted, or ended long ago."),
        ("../../etc/passwd", "This names no run of the lab. Follow its link again."),
        ("ü" * 22, "This names no run of the lab. Follow its link again."),
    ],
)
def test_a_run_that_there_is_not_is_said(ask: Ask, run: str, says: str) -> None:
    assert ask(run) == {"n": 1, "error": says, "run": None, "runs": []}


def test_a_deleted_run_is_gone_from_one_look_to_the_next(runs: Runs, ask: Ask) -> None:
    run = trained(runs)
    assert ask(run)["error"] is None
    runs.delete(run, ANNA)
    assert "no longer here" in ask(run)["error"]


# States


def test_the_place_in_the_queue_is_said(runs: Runs, ask: Ask) -> None:
    first, second = begin(runs), begin(runs)
    for run in (first, second):
        queue.submit(runs, run)
    assert ask(first)["run"]["words"] == "0 of 40 batches · number 1 in the queue"
    assert ask(second)["run"]["words"] == "0 of 40 batches · number 2 in the queue"
    assert ask(second)["run"]["says"] == "Waiting"


def test_a_run_that_is_in_no_queue_can_be_resumed(runs: Runs, ask: Ask) -> None:
    shown = ask(begin(runs))["run"]
    assert shown["state"] == "interrupted"
    assert shown["message"] == "It is no longer in the queue. Resume it to put it back."


def test_where_nobody_takes_what_waits_it_is_said_what_to_do(runs: Runs, ask: Ask) -> None:
    first, second = begin(runs), begin(runs)
    for run in (first, second):
        queue.submit(runs, run)
    assert ask(first)["run"]["message"] == ""  # a worker may come any moment
    for run in (first, second):
        age(runs, run, SOON + 1)
    assert ask(first)["run"]["message"] == NOBODY
    assert ask(second)["run"]["message"] == ""  # it waits for the first one


def test_a_run_that_waits_for_another_one_s_end_misses_no_worker(runs: Runs, ask: Ask) -> None:
    run, other = begin(runs), begin(runs)
    queue.submit(runs, run)
    age(runs, run, SOON + 1)
    runs.folder(other).beat(3, 1.0)
    assert ask(run)["run"]["message"] == ""


def test_a_run_that_was_just_resumed_misses_no_worker(runs: Runs, ask: Ask) -> None:
    run = begin(runs)
    age(runs, run, SOON + 1)
    runs.folder(run).beat(7, 1.0, working=False)
    queue.submit(runs, run)
    assert ask(run)["run"]["message"] == ""


def test_a_run_is_as_far_as_its_last_record(runs: Runs, ask: Ask) -> None:
    run = begin(runs, steps=100)
    folder = runs.folder(run)
    folder.beat(10, 1.0)
    for step, seconds in ((9, 0.9), (25, 2.5)):
        folder.record({"step": step, "seconds": seconds, "loss": 1.0, "norm": 1.0})
    answer = ask(run)
    assert answer["run"]["words"] == "25 of 100 batches · 2.5 s of work · about 10 s left"
    assert answer["run"]["share"] == 0.25
    assert answer["runs"][0]["share"] == 0.25  # the list says the same


def test_a_heartbeat_that_is_ahead_of_the_records_counts(runs: Runs, ask: Ask) -> None:
    run = begin(runs, steps=100)
    runs.folder(run).beat(50, 200.0)
    assert ask(run)["run"]["words"] == "50 of 100 batches · 3 min 20 s of work · about 3 min left"


def test_a_run_whose_worker_is_gone_says_how_to_go_on(runs: Runs, ask: Ask) -> None:
    run = begin(runs)
    folder = runs.folder(run)
    folder.beat(12, 3.0)
    long_ago = time.time() - STALE - 1
    os.utime(folder.path / "progress.json", (long_ago, long_ago))
    shown = ask(run)["run"]
    assert (shown["state"], shown["says"]) == ("interrupted", "Interrupted")
    assert shown["words"].endswith("its worker is gone; Resume goes on from the last checkpoint")


def test_a_learning_rate_that_is_too_large_is_said(runs: Runs, ask: Ask) -> None:
    # Gates saturate before anything overflows, so the run ends in good order, and is worth nothing.
    shown = ask(trained(runs, "adding", rate=10.0, steps=100))["run"]
    assert shown["state"] == "done"
    assert shown["message"] == RAN_AWAY


def test_a_run_that_failed_says_why(runs: Runs, ask: Ask) -> None:
    run = begin(runs, "text", b"aaaa" * 100)  # the page would have refused it
    carry_out(runs.folder(run))
    shown = ask(run)["run"]
    assert (shown["state"], shown["says"]) == ("failed", "Failed")
    assert "there is nothing to predict" in shown["message"]


# Advice


def recorded(loss: float, held_out: float, step: int = 50) -> list[dict[str, Any]]:
    return [{"step": step, "loss": loss, "norm": 1.0, "held_out": held_out}]


def test_held_out_data_that_were_better_before_are_said() -> None:
    falls = [*recorded(1.0, 1.0, step=50), *recorded(0.2, 1.19, step=90)]
    assert advice(falls, 100, 2.0, over=False) == ""
    rises = [*recorded(1.0, 1.0, step=50), *recorded(0.2, 1.21, step=90)]
    assert advice(rises, 100, 2.0, over=False) == advice(rises, 100, 2.0, over=True) == PAST_BEST


@pytest.mark.parametrize(
    ("loss", "held_out", "running", "over"),
    [
        (0.5, 0.6, "", ""),
        (2.6, 2.6, RAN_AWAY, RAN_AWAY),
        (1.9, 1.99, "", NOTHING),
        (2.1, 2.1, "", NOTHING),
        (0.4, 2.6, BY_HEART, BY_HEART),
        (0.4, 2.1, "", NOTHING),
    ],
)
def test_what_is_advised_follows_from_both_losses_beside_a_constant_answer(
    loss: float, held_out: float, running: str, over: str
) -> None:
    records = recorded(loss, held_out)
    assert advice(records, 100, 2.0, over=False) == running
    assert advice(records, 100, 2.0, over=True) == over


def test_nothing_is_advised_before_it_can_be_told() -> None:
    assert advice(recorded(9, 9, step=9), 100, 2.0, over=False) == ""
    assert advice(recorded(9, 9, step=10), 100, 2.0, over=False) == RAN_AWAY
    assert advice([], 100, 2.0, over=True) == ""
    assert advice(recorded(9, 9), 100, None, over=True) == ""
    nothing = [{"step": 50, "loss": None, "norm": None, "held_out": None}]
    assert advice(nothing, 100, 2.0, over=True) == ""


def test_a_single_bad_batch_is_no_reason_for_advice() -> None:
    calm = [{"step": 50 + n, "loss": 0.5, "held_out": 0.5} for n in range(4)]
    assert advice([*calm, {"step": 54, "loss": 3.0}], 100, 2.0, over=False) == ""


def test_every_state_has_a_word() -> None:
    assert set(STATES) == set(RunView.__annotations__["state"].__args__)


def test_nothing_is_said_of_the_time_before_there_is_any() -> None:
    run = RunView("i", "t", {}, "running", "", 0.0, 0, 10, 0.0, None, False, "o")
    assert words(run, None) == "0 of 10 batches"


# Forgeries


@pytest.mark.parametrize(
    "changes",
    [
        {"n": None},
        {"n": "1"},
        {"theme": "blue"},
        {"run": None},
        {"run": 3},
        {"run": ["x"]},
        {"owner": None},
        {"owner": {}},
    ],
    ids=str,
)
def test_forged_questions_are_refused(ask: Ask, changes: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        ask(**changes)


def test_no_question_is_refused(runs: Runs) -> None:
    with pytest.raises(BadRequest):
        progress(None, runs)
    with pytest.raises(BadRequest):
        progress({"n": 1, "theme": "dark"}, runs)


def test_a_token_that_is_none_is_said(ask: Ask) -> None:
    assert ask(owner="short")["error"]
