"""A worker's job: to carry a training run through, from wherever it stands.

What is trained follows from the run's settings and data alone. The clock only
decides when a checkpoint is written and when the page's wish is looked up: so a
run that was paused, killed and resumed ends with the same bytes as one that was
not.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from .card import LONGEST_TEXT, Card
from .checkpoint import dump
from .disk import in_words
from .errors import LabError
from .experiment import Experiment, Score, prepare
from .heart import Heart, beating
from .model import Model
from .parameters import parameters
from .run_folder import About, End, RunFolder, Wish
from .settings import Settings
from .snapshot import dump_progress, load_progress
from .training import Batch, Progress, fit

LOOK = 0.2  # seconds between two looks at what the page wants
KEEP = 5.0  # seconds between checkpoints
POINTS = 600  # records of a run, at most
SCORES = 60  # measurements on held-out data, at most one more
LEAST_SCORES = 10  # where a measurement takes long; as many as there are steps, if those are fewer

_LEFT = "Its worker was stopped. Resume it to go on from where it was."
_BUG = "Something went wrong in the lab itself, not in this run; the worker's log says what."
_MEMORY = (
    "There is not enough memory for this run. "
    "Use fewer units, layers, steps, or sequences side by side."
)

_log = logging.getLogger(__name__)


def carry_out(run: RunFolder, leave: Callable[[], bool] = lambda: False) -> None:
    """Train a run until it is done, or somebody wants it to pause or stop.

    Nothing happens where it is not wanted, was deleted, or another worker is at it.

    Parameters
    ----------
    run : RunFolder
    leave : function
        Tells whether the worker is to end: then the run is left as interrupted.
    """
    paused = True
    # Whoever resumed it while it was being paused found it held, and left it to this worker.
    while paused and _wanted(run):
        with run.held() as mine:
            about = _wanted(run) if mine else None
            paused = about is not None and _work(run, about, leave)


def _wanted(run: RunFolder) -> About | None:
    """Read what was chosen of a run that is to be trained; None of any other."""
    return run.about() if run.wish() == "run" and run.ended() is None else None


def _work(run: RunFolder, about: About, leave: Callable[[], bool]) -> bool:
    """Train a run that is held, and write down how that ended; tell whether it was paused."""
    with beating(run) as heart:
        ending = _ending(run, about, heart, leave)
        if ending is not None:
            try:
                run.end(*ending)
            except OSError:  # the disk is full, or the run was deleted
                return False  # and the heart, which beats no more, says it instead
    heart.rest()
    return ending is None


def _ending(
    run: RunFolder, about: About, heart: Heart, leave: Callable[[], bool]
) -> tuple[End, str] | None:
    """Train a run, and tell how it ended; None where it is paused."""
    try:
        return _Training.of(run, about, heart).go(leave)
    except LabError as error:
        return "failed", str(error)
    except MemoryError:
        return "failed", _MEMORY
    except OSError as error:
        return "interrupted", in_words(error)
    except Exception:
        _log.exception("A run ended with an error of the lab's own.")
        return "failed", _BUG


@dataclass
class _Training:
    """A run that is being trained."""

    run: RunFolder
    heart: Heart
    experiment: Experiment
    at: Progress | None
    score: Score | None

    @classmethod
    def of(cls, run: RunFolder, about: About, heart: Heart) -> "_Training":
        """Make a run ready, from its last checkpoint."""
        experiment = prepare(Settings.from_json(about.settings), run.data())
        at, seconds = None, 0.0
        if (checkpoint := run.checkpoint()) is not None:
            at, seconds = load_progress(checkpoint, experiment.model)
        heart.step = at.step if at else 0
        heart.set(seconds)
        run.cut(heart.step)
        baseline = _finite(experiment.baseline)
        told = {"describes": experiment.describes, "measures": experiment.measures}
        run.tell(told | {"baseline": baseline})
        measured = [record for record in run.records() if record.get("held_out") is not None]
        score = Score(measured[-1]["held_out"], measured[-1]["accuracy"]) if measured else None
        return cls(run, heart, experiment, at, score)

    def go(self, leave: Callable[[], bool]) -> tuple[End, str] | None:
        """Train until it is done, or wanted to end; a checkpoint is left in any case."""
        plan = self.experiment.plan
        points, scores = math.ceil(plan.steps / POINTS), _between_scores(self.experiment)
        looked = kept = time.monotonic()
        ending: tuple[End, str] | None = ("done", "")
        for at in fit(self.experiment.model, self.experiment.source, plan, self.at):
            self.at = at
            step = self.heart.step = at.step
            last = step == plan.steps
            if step % scores == 0 or last:
                self.record(at, measured=True)
            elif step % points == 0 or step == 1:
                self.record(at)
            now = time.monotonic()
            if now - looked >= LOOK and not last:
                looked = now
                wish = self.run.wish()
                if wish != "run" or leave():
                    ending = _asked_for(wish)
                    break
            if now - kept >= KEEP:
                self.keep(at)
                kept = time.monotonic()
        assert self.at is not None
        if ending == ("stopped", ""):
            self.record(self.at, measured=True)  # of the model that is kept
        self.keep(self.at)
        return ending

    def record(self, at: Progress, *, measured: bool = False) -> None:
        """Write down where training stands, and how good the model is."""
        record: dict[str, Any] = {"step": at.step, "seconds": round(self.heart.seconds, 3)}
        record |= {"loss": _finite(at.loss), "norm": _finite(at.norm)}
        if measured:
            experiment = self.experiment
            self.score = experiment.evaluate(at.model)
            record["held_out"] = _finite(self.score.loss)
            record["accuracy"] = self.score.accuracy
            record["saturation"] = experiment.saturation(at.model)
            record["sample"] = experiment.sample(at.model, 0)
        self.run.record(record)

    def keep(self, at: Progress) -> None:
        """Write a checkpoint, and the model as it is used."""
        if not all(np.isfinite(array).all() for array in parameters(at.model).values()):
            raise LabError(
                f"The weights are no numbers any more after step {at.step}: training has exploded. "
                "Use a smaller learning rate, or clip gradients to a smaller norm."
            )
        model = None
        if self.experiment.settings.cell != "rnn":  # which other pages could not show
            used = self.experiment.finished(at.model)
            model = dump(replace(used, card=self.card(used, at.step)))
        self.run.keep(dump_progress(at, self.heart.seconds), model)

    def card(self, model: Model, steps: int) -> Card:
        """Say what is known of the model."""
        settings, experiment, score = self.experiment.settings, self.experiment, self.score
        accuracy = None if score is None else score.accuracy
        can = () if accuracy is None else (f"{experiment.measures}: {100 * accuracy:.1f} %.",)
        return Card(
            task=settings.task,
            data="".join(c if c.isprintable() else " " for c in experiment.describes)[
                :LONGEST_TEXT
            ],
            sizes=tuple(layer.hidden_size for layer in model.layers),
            steps=steps,
            loss=None if score is None else _finite(score.loss),
            accuracy=accuracy,
            seed=settings.seed,
            date=datetime.now(UTC).date().isoformat(),
            can=can,
            cannot=(),
            settings=settings.to_json(),
        )


def _between_scores(experiment: Experiment) -> int:
    """Give the steps between two measurements, so that most of the work is learning."""
    steps = experiment.plan.steps
    one = _steps(experiment.source.batch(1, np.random.default_rng(0)))
    worth = math.ceil(2 * sum(map(_steps, experiment.held_out)) / one)
    return max(math.ceil(steps / SCORES), min(worth, math.ceil(steps / LEAST_SCORES)))


def _steps(batch: Batch) -> int:
    T, B = batch.targets.shape[:2]
    return int(T * B)


def _asked_for(wish: Wish) -> tuple[End, str] | None:
    """Give the ending that somebody wants; "run" where the worker is to end."""
    endings: Mapping[Wish, tuple[End, str] | None]
    endings = {"pause": None, "stop": ("stopped", ""), "run": ("interrupted", _LEFT)}
    return endings[wish]


def _finite(value: float) -> float | None:
    """Give a number as JSON can hold it."""
    return value if math.isfinite(value) else None
