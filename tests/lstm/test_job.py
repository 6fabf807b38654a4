"""A worker's job: it trains what was chosen and, ended anywhere, ends with the same bytes."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm import LabError, Layer, heart, job
from lstm.checkpoint import read
from lstm.experiment import prepare
from lstm.job import carry_out
from lstm.parameters import parameters
from lstm.run_folder import STALE, RunFolder
from lstm.runs import Runs
from lstm.settings import Settings
from lstm.snapshot import load_progress
from lstm.training import Progress, fit

ROOT = Path(__file__).parents[2]
ANNA = "anna-" + "a" * 22
TEXT = b"the quick brown fox jumps over the lazy dog. " * 30
TABLE = b"sine,cosine\n" + b"".join(
    b"%.4f,%.4f\n" % (3 + np.sin(n / 5), np.cos(n / 5)) for n in range(120)
)

# One of each kind of data, layer and optimiser; all but the first carry states on.
KINDS: dict[str, tuple[dict[str, Any], bytes | None]] = {
    "reber": ({"task": "reber", "size": 5, "batch": 4, "steps": 23}, None),
    "text": (
        {"task": "text", "size": 6, "layers": 2, "dropout": 0.3, "batch": 3, "unroll": 7}
        | {"steps": 23},
        TEXT,
    ),
    "words": ({"task": "text", "unit": "words", "size": 6, "batch": 2, "steps": 23}, TEXT),
    "table": ({"task": "table", "size": 5, "batch": 2, "method": "sgd", "steps": 23}, TABLE),
    "rnn": ({"task": "text", "cell": "rnn", "size": 6, "batch": 3, "steps": 23}, TEXT),
    "no forget gate": (
        {"task": "reber", "cell": "no_forget", "size": 5, "weight_decay": 0.01, "steps": 23},
        None,
    ),
}


@pytest.fixture(name="lab")
def no_runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "data")


@pytest.fixture
def always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a job look up what is wanted, and write a checkpoint, after every step."""
    monkeypatch.setattr(job, "LOOK", 0.0)
    monkeypatch.setattr(job, "KEEP", 0.0)


def begin(lab: Runs, kind: str = "reber", **changed: Any) -> RunFolder:
    chosen, data = KINDS[kind]
    settings = Settings.advised(**(chosen | changed))
    return lab.folder(lab.create(settings.to_json(), data, ANNA, kind))


def after(looks: int, then: Callable[[], object]) -> Callable[[], bool]:
    """Give a function that a job asks at every look, and that does something at one of them."""
    left = iter(range(looks))

    def asked() -> bool:
        if next(left, None) is None:
            return then() is True
        return False

    return asked


def trained(run: RunFolder) -> Progress:
    """Read where a run stands."""
    about, content = run.about(), run.checkpoint()
    assert about is not None
    assert content is not None
    made = prepare(Settings.from_json(about.settings), run.data())
    return load_progress(content, made.model)[0]


def whole(run: RunFolder) -> Progress:
    """Train a run's settings and data in one go, without its folder."""
    about = run.about()
    assert about is not None
    made = prepare(Settings.from_json(about.settings), run.data())
    *_, last = fit(made.model, made.source, made.plan)
    return last


def bytes_of(progress: Progress) -> dict[str, bytes]:
    arrays = parameters(progress.model) | progress.memory
    for n, (h, c) in enumerate(progress.states or ()):
        arrays |= {f"states {n} h": h, f"states {n} c": c}
    return {name: array.tobytes() for name, array in arrays.items()}


def without_times(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: one[name] for name in one if name != "seconds"} for one in records]


# Carried through


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_trained_as_it_was_chosen(lab: Runs, kind: str) -> None:
    run = begin(lab, kind)
    carry_out(run)
    seen = lab.get(run.path.name)
    assert (seen.state, seen.message, seen.step, seen.steps) == ("done", "", 23, 23)
    assert seen.elapsed > 0
    assert bytes_of(trained(run)) == bytes_of(whole(run))


def test_the_model_opens_like_any_other_and_its_card_says_what_it_learnt(lab: Runs) -> None:
    run = begin(lab, "text")
    carry_out(run)
    reading = read(lab.model_bytes(run.path.name))
    assert reading.ignored == ()
    expected = whole(run).model
    assert np.array_equal(reading.model.layers[1].W_hh, expected.layers[1].W_hh)
    card = reading.model.card
    assert card is not None
    last = run.records()[-1]
    assert (card.task, card.sizes, card.steps, card.seed) == ("text", (6, 6), 23, 0)
    assert (card.loss, card.accuracy) == (last["held_out"], last["accuracy"])
    assert card.data == run.facts()["describes"]
    # How often it is right, and not that it cannot.
    assert last["accuracy"] < 0.9
    right = f"{100 * last['accuracy']:.1f} %."
    assert card.can == (f"The likeliest of the characters is the one that comes next: {right}",)
    assert card.cannot == ()
    about = run.about()
    assert about is not None
    assert card.settings == about.settings


def test_a_card_says_what_the_model_can_do(lab: Runs) -> None:
    run = begin(lab, "text", size=24, layers=1, dropout=0.0, unroll=20, rate=0.03, steps=160)
    carry_out(run)
    model = read(lab.model_bytes(run.path.name)).model
    assert model.card is not None
    assert model.card.accuracy is not None
    assert model.card.accuracy > 0.9  # the same nine words again and again
    assert len(model.card.can) == 1
    assert model.card.cannot == ()


def test_a_model_of_a_table_takes_the_tables_own_numbers(lab: Runs) -> None:
    run = begin(lab, "table", steps=150)
    carry_out(run)
    model = read(lab.model_bytes(run.path.name)).model
    assert model.input_names == ("sine", "cosine")
    assert model.card is not None
    assert model.card.accuracy is None
    assert (model.card.can, model.card.cannot) == ((), ())
    # The mean of the first column is 3: what is learnt in units of the spread has mean 0.
    assert model.decoder is not None
    assert abs(float(model.decoder.b[0])) > 1


def test_a_basic_rnn_gives_no_file_as_other_pages_could_not_show_it(lab: Runs) -> None:
    run = begin(lab, "rnn")
    carry_out(run)
    assert not lab.get(run.path.name).has_model
    with pytest.raises(LabError, match=r"^A basic RNN has no gates that other pages"):
        lab.model_bytes(run.path.name)


def test_records_tell_how_the_run_went(lab: Runs) -> None:
    run = begin(lab, "text", steps=130)
    carry_out(run)
    records = run.records()
    made = prepare(Settings.advised(**(KINDS["text"][0] | {"steps": 130})), TEXT)
    expected = list(fit(made.model, made.source, made.plan))
    assert [record["step"] for record in records] == list(range(1, 131))
    assert [record["loss"] for record in records] == [progress.loss for progress in expected]
    assert [record["norm"] for record in records] == [progress.norm for progress in expected]
    seconds = [record["seconds"] for record in records]
    assert seconds == sorted(seconds)
    measured = [record for record in records if "held_out" in record]
    # Ten at least, however long a measurement takes beside a step.
    assert [record["step"] for record in measured] == [*range(13, 131, 13)]
    score = made.evaluate(expected[-1].model)
    assert (measured[-1]["held_out"], measured[-1]["accuracy"]) == score
    assert measured[-1]["saturation"] == made.saturation(expected[-1].model)
    assert measured[-1]["sample"] == made.sample(expected[-1].model, 0)


def test_a_long_run_has_at_most_some_660_records(lab: Runs) -> None:
    run = begin(lab, "reber", size=1, batch=1, steps=1999)
    carry_out(run)
    records = run.records()
    assert len([one for one in records if "held_out" in one]) == 59
    assert 500 <= len(records) <= 662
    assert records[-1]["step"] == 1999


def test_the_data_are_told_before_the_first_step(lab: Runs) -> None:
    run = begin(lab)
    told: list[dict[str, Any]] = []
    carry_out(Watched(run.path, at_keep=lambda: told.append(run.facts())))
    made = prepare(Settings.advised(**KINDS["reber"][0]))
    said = {"describes": made.describes, "measures": made.measures, "baseline": made.baseline}
    assert told == [said]


# Ended and gone on with


class Watched(RunFolder):
    """A folder in which something happens when a checkpoint is written, or data are read."""

    def __init__(
        self,
        path: Path,
        at_keep: Callable[[], object] = lambda: None,
        at_data: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(path)
        object.__setattr__(self, "at_keep", at_keep)
        object.__setattr__(self, "at_data", at_data)

    def keep(self, checkpoint: bytes, model: bytes | None) -> None:
        """Write it, and let happen what is to happen."""
        super().keep(checkpoint, model)
        self.at_keep()  # type: ignore[attr-defined]

    def data(self) -> bytes | None:
        """Let happen what is to happen, and read them."""
        self.at_data()  # type: ignore[attr-defined]
        return super().data()


@pytest.mark.usefixtures("always_looking")
@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_was_paused_and_resumed_ends_with_the_same_bytes(lab: Runs, kind: str) -> None:
    run = begin(lab, kind)
    id = run.path.name
    carry_out(run, after(6, lambda: lab.wish(id, ANNA, "pause")))
    assert (lab.get(id).state, lab.get(id).step) == ("paused", 8)
    lab.wish(id, ANNA, "run")
    assert lab.get(id).state == "waiting"
    carry_out(run)
    assert lab.get(id).state == "done"
    assert bytes_of(trained(run)) == bytes_of(whole(run))
    other = begin(lab, kind)
    carry_out(other)
    assert without_times(run.records()) == without_times(other.records())
    if kind != "rnn":
        assert run.model() == other.model()


@pytest.mark.usefixtures("always_looking")
def test_a_worker_that_is_to_end_leaves_the_run_interrupted(lab: Runs) -> None:
    run = begin(lab)
    carry_out(run, after(4, lambda: True))
    seen = lab.get(run.path.name)
    assert (seen.state, seen.step) == ("interrupted", 5)
    assert seen.message == "Its worker was stopped. Resume it to go on from where it was."
    carry_out(run)  # nobody has resumed it
    assert lab.get(run.path.name).step == 5
    lab.wish(run.path.name, ANNA, "run")
    carry_out(run)
    assert bytes_of(trained(run)) == bytes_of(whole(run))


@pytest.mark.usefixtures("always_looking")
def test_a_run_that_was_stopped_keeps_its_model_and_is_measured(lab: Runs) -> None:
    run = begin(lab)
    id = run.path.name
    carry_out(run, after(9, lambda: lab.wish(id, ANNA, "stop")))
    seen = lab.get(id)
    assert (seen.state, seen.step, seen.has_model) == ("stopped", 11, True)
    last = run.records()[-1]
    assert last["step"] == 11
    card = read(lab.model_bytes(id)).model.card
    assert card is not None
    assert (card.steps, card.loss) == (11, last["held_out"])


@pytest.mark.usefixtures("always_looking")
def test_a_run_that_is_resumed_while_it_is_being_paused_goes_on(lab: Runs) -> None:
    run = begin(lab)
    id = run.path.name

    def resume() -> None:
        if run.wish() == "pause":
            lab.wish(id, ANNA, "run")

    carry_out(Watched(run.path, at_keep=resume), after(3, lambda: lab.wish(id, ANNA, "pause")))
    # Each look asks for a pause again, and each is taken back.
    assert lab.get(id).state == "done"
    assert bytes_of(trained(run)) == bytes_of(whole(run))


def test_nothing_happens_where_it_is_not_wanted(lab: Runs) -> None:
    paused, stopped, done, deleted = (begin(lab) for _ in range(4))
    lab.wish(paused.path.name, ANNA, "pause")
    lab.wish(stopped.path.name, ANNA, "stop")
    done.end("done")
    lab.delete(deleted.path.name, ANNA)
    for run in (paused, stopped, done, deleted):
        carry_out(run)
        assert run.checkpoint() is None
        assert run.records() == []
    assert not deleted.path.exists()


def test_nothing_happens_where_another_worker_is_at_it(lab: Runs) -> None:
    run = begin(lab)
    with run.held():
        carry_out(run)
    assert lab.get(run.path.name).state == "waiting"


def test_a_run_that_ended_while_it_was_waited_for_is_left(
    lab: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(lab)
    real = RunFolder.held

    def late(self: RunFolder) -> Any:
        """Let the other worker finish between the first question and the lock."""
        self.end("done")
        return real(self)

    monkeypatch.setattr(RunFolder, "held", late)
    carry_out(run)
    assert run.checkpoint() is None


@pytest.mark.usefixtures("always_looking")
def test_a_run_that_is_deleted_is_left_and_does_not_come_back(lab: Runs) -> None:
    run = begin(lab)
    carry_out(run, after(3, lambda: lab.delete(run.path.name, ANNA)))
    assert not run.path.exists()
    assert lab.listed(ANNA) == []


def test_a_run_that_is_deleted_while_it_begins_is_left(lab: Runs) -> None:
    run = begin(lab)
    carry_out(Watched(run.path, at_data=lambda: lab.delete(run.path.name, ANNA)))
    assert not run.path.exists()


def test_a_heart_beats_while_a_step_takes_long(lab: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heart, "BEAT", 0.01)
    run = begin(lab)
    states = []

    def wait_for_a_beat() -> None:
        deadline = time.monotonic() + 30
        path = run.path / "progress.json"
        first = path.stat().st_mtime_ns
        while path.stat().st_mtime_ns == first:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        states.append(lab.get(run.path.name).state)

    carry_out(Watched(run.path, at_data=wait_for_a_beat))
    assert states == ["running"]


# When it goes wrong


@pytest.mark.usefixtures("always_looking")
def test_an_explosion_fails_in_words_and_keeps_the_last_checkpoint(lab: Runs) -> None:
    wild = {"method": "sgd", "rate": 10.0, "clip": 1000.0, "weight_decay": 1.0}
    run = begin(lab, "reber", steps=400, **wild)
    carry_out(run)
    seen = lab.get(run.path.name)
    assert seen.state == "failed"
    assert "training has exploded. Use a smaller learning rate" in seen.message
    assert 0 < trained(run).step < 400


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        ("text", b"", "empty"),
        ("text", b"a" * 5000, "character"),
        ("table", b"a,b\n" + b"1,x\n" * 60, "column"),
        ("text", b"\xff" * 500, "UTF-8"),
    ],
)
def test_data_that_cannot_be_learnt_from_fail_in_words(
    lab: Runs, kind: str, data: bytes, says: str
) -> None:
    id = lab.create(Settings.advised(**KINDS[kind][0]).to_json(), data, ANNA, "bad")
    carry_out(lab.folder(id))
    seen = lab.get(id)
    assert seen.state == "failed"
    assert says in seen.message
    assert not seen.has_model


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "There is not enough memory for this run. Use fewer units, layers"),
        (ZeroDivisionError("of ours"), "Something went wrong in the lab itself, not in this run"),
    ],
)
def test_what_goes_wrong_in_the_lab_is_said_too(lab: Runs, error: Exception, says: str) -> None:
    run = begin(lab)

    def fail() -> None:
        raise error

    carry_out(Watched(run.path, at_data=fail))
    seen = lab.get(run.path.name)
    assert seen.state == "failed"
    assert seen.message.startswith(says)
    assert "of ours" not in seen.message


def test_a_damaged_checkpoint_fails_in_words(lab: Runs) -> None:
    run = begin(lab)
    run.keep(b"damaged", None)
    carry_out(run)
    assert lab.get(run.path.name).state == "failed"
    assert lab.get(run.path.name).message.startswith("The checkpoint of this run cannot be read")


class Disk:
    """A disk that is full, as the operating system would say: no test can fill a real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full: Callable[[str], bool] = lambda _: False

        def put(path: Path, to: Path) -> None:
            if self.full(to.name):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.replace(path, to)

        monkeypatch.setattr(Path, "replace", put)


@pytest.mark.usefixtures("always_looking")
@pytest.mark.parametrize("even_words", [False, True])
def test_a_full_disk_interrupts_the_run_and_leaves_nothing_half_written(
    lab: Runs, monkeypatch: pytest.MonkeyPatch, even_words: bool
) -> None:
    run = begin(lab)
    disk = Disk(monkeypatch)

    def fill() -> None:
        disk.full = lambda name: even_words or name.startswith(("checkpoint", "model"))

    carry_out(run, after(5, fill))
    assert not list(run.path.glob("*.part"))
    assert trained(run).step == 5
    later = Runs(lab.root, now=lambda: time.time() + even_words * (STALE + 1))
    seen = later.get(run.path.name)
    assert seen.state == "interrupted"
    message = "The lab's disk is full. Delete saved files that are no longer needed."
    assert seen.message == ("" if even_words else message)
    disk.full = lambda _: False
    later.wish(run.path.name, ANNA, "run")
    carry_out(run)
    assert later.get(run.path.name).state == "done"
    assert bytes_of(trained(run)) == bytes_of(whole(run))


def test_a_heart_goes_on_beating_on_a_full_disk(lab: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin(lab)
    run.beat(3, 1.0)
    os.utime(run.path / "progress.json", (0, 0))
    assert lab.get(run.path.name).state == "interrupted"
    Disk(monkeypatch).full = lambda _: True
    heart.Heart(run).beat()
    assert (lab.get(run.path.name).state, lab.get(run.path.name).step) == ("running", 3)


# Killed

WORKER = """
import sys
from pathlib import Path
from lstm import job
from lstm.run_folder import RunFolder
job.KEEP = float(sys.argv[2])
job.carry_out(RunFolder(Path(sys.argv[1])))
"""


def work(run: RunFolder, keep: float = 0.0) -> subprocess.Popen[bytes]:
    """Let a process of its own train a run, with so many seconds between checkpoints."""
    return subprocess.Popen([sys.executable, "-c", WORKER, str(run.path), str(keep)], cwd=ROOT)


def until(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "The worker has ended."
        assert time.monotonic() < deadline
        time.sleep(0.0005)


@pytest.fixture(name="long")
def long_run(lab: Runs) -> RunFolder:
    """Begin a run that takes a second or two."""
    return begin(lab, "text", size=48, steps=300)


def check_that_it_goes_on(lab: Runs, run: RunFolder) -> None:
    """See that a killed run is interrupted, and ends with the bytes of one that was not."""
    id = run.path.name
    later = Runs(lab.root, now=lambda: time.time() + STALE + 1)
    assert later.get(id).state == "interrupted"
    step = trained(run).step
    assert 0 < step < 300
    later.wish(id, ANNA, "run")
    carry_out(run)
    assert later.get(id).state == "done"
    assert bytes_of(trained(run)) == bytes_of(whole(run))
    steps = [record["step"] for record in run.records()]
    assert steps == list(range(1, 301))


@pytest.mark.skipif(os.name != "posix", reason="processes are killed in another way")
def test_a_run_whose_worker_was_killed_ends_with_the_same_bytes(lab: Runs, long: RunFolder) -> None:
    worker = work(long, keep=0.1)
    until(lambda: long.checkpoint() is not None and len(long.records()) > 20, worker)
    worker.kill()
    worker.wait()
    check_that_it_goes_on(lab, long)


@pytest.mark.skipif(os.name != "posix", reason="processes are killed in another way")
def test_a_worker_that_is_killed_while_it_writes_a_checkpoint_leaves_the_last_one(
    lab: Runs, long: RunFolder
) -> None:
    worker = work(long)

    def writing() -> bool:
        """Catch it with a checkpoint half-written: stopped, it can be looked at in peace."""
        if not list(long.path.glob("checkpoint.*.part")) or long.checkpoint() is None:
            return False
        worker.send_signal(signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        caught = bool(list(long.path.glob("checkpoint.*.part")))
        if not caught:
            worker.send_signal(signal.SIGCONT)
        return caught

    until(writing, worker)
    worker.kill()
    worker.wait()
    assert list(long.path.glob("checkpoint.*.part"))
    check_that_it_goes_on(lab, long)


def test_a_folder_that_was_copied_goes_on_elsewhere(lab: Runs, tmp_path: Path) -> None:
    # Another machine that has the same data directory, or a copy of it.
    run = begin(lab, "text")
    copy = RunFolder(Path(shutil.copytree(run.path, tmp_path / "copy")))
    carry_out(copy)
    assert bytes_of(trained(copy)) == bytes_of(whole(run))


def test_layers_of_the_model_are_those_that_were_chosen(lab: Runs) -> None:
    run = begin(lab, "text")
    carry_out(run)
    layers = read(lab.model_bytes(run.path.name)).model.layers
    assert [type(layer) for layer in layers] == [Layer, Layer]
    assert [layer.hidden_size for layer in layers] == [6, 6]
