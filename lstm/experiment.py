"""A training run from its settings: what is learnt, from what, how, and how well.

Everything follows from the settings and the data: the same ones give the same
bytes, on any worker and however often the run was interrupted.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .catalogue import TASKS, Task
from .errors import LabError
from .estimate import Extent, extent_of
from .held_out import Score, baseline, drawn, pieces, saturation, score
from .model import Model
from .optimisers import Optimiser
from .own_table import Table, learnt_rows, read_table
from .own_text import Text, read_text
from .sampling import End, sample
from .scale import Scale
from .scoring import Judge, next_token
from .settings import LIMITS, TABLE, TEXT, Settings
from .streams import Streams
from .training import Batch, Plan, Source
from .untrained import untrained

__all__ = ["LIMITS", "TABLE", "TEXT", "Experiment", "Score", "Settings", "prepare"]

_PRIMED = 20  # tokens of the held-out text that a sample goes on from
_DRAWN = 11  # sets what samples draw apart from what training draws
_SCORED = 0.4  # seconds that a score may take, by the estimate: a forward pass is a third of a step
_STEPS = (1000, 20_000)  # of all sequences together, that a score is measured on
_MOST_BATCHES = 16  # of a task


@dataclass(frozen=True, eq=False)
class Experiment:
    """All that a run needs, ready.

    Attributes
    ----------
    settings : Settings
    model : Model
        Untrained, in float32.
    source : Source
    held_out : tuple of Batch
        What scores are measured on.
    judge : Judge, or None
    describes : str
        What the data are.
    measures : str
        What the accuracy counts.
    start : tuple of int, or None
        The tokens that samples begin with; None where a text would say nothing.
    end : End, or None
        What ends a string of a sample.
    scale : Scale, or None
        Of an own table, which is learnt in units of its columns' spread.
    """

    settings: Settings
    model: Model
    source: Source
    held_out: tuple[Batch, ...]
    judge: Judge | None
    describes: str
    measures: str
    start: tuple[int, ...] | None = None
    end: End | None = None
    scale: Scale | None = None

    @property
    def plan(self) -> Plan:
        """How to train."""
        s = self.settings
        optimiser = Optimiser(s.method, s.rate, weight_decay=s.weight_decay, clip=s.clip)
        return Plan(s.steps, optimiser, s.dropout, s.seed)

    def evaluate(self, model: Model) -> Score:
        """Measure a model on what is held out."""
        return score(model, self.held_out, self.judge)

    @cached_property
    def baseline(self) -> float:
        """The held-out loss of the best constant answer, in the loss' own units."""
        return baseline(self.held_out)

    def saturation(self, model: Model) -> dict[str, float]:
        """Give the share of gate values that are below 0.1 or above 0.9, over all layers.

        A basic RNN has no gates: nothing.
        """
        return {} if self.settings.cell == "rnn" else saturation(model, self.held_out[0])

    def sample(self, model: Model, seed: int, length: int = 200) -> str | None:
        """Let a language model go on by itself.

        Parameters
        ----------
        model : Model
        seed : int
        length : int
            How many tokens are drawn, at least 1.

        Returns
        -------
        str, or None
            What it begins with and the tokens after it, a line for each string; None
            where a text would say nothing.
        """
        if self.start is None:
            return None
        rng = np.random.default_rng([self.settings.seed, seed, _DRAWN])
        return sample(model, self.start, self.end, length, rng)

    def finished(self, model: Model) -> Model:
        """Give the model as it is used: one of an own table takes and gives its own units."""
        return model if self.scale is None else self.scale.undone(model)


def prepare(settings: Settings, data: bytes | None = None) -> Experiment:
    """Make everything ready for a run.

    Parameters
    ----------
    settings : Settings
    data : bytes, optional
        The own text or table.

    Raises
    ------
    LabError
        If the data cannot be learnt from, or a step would need too much memory.

    Examples
    --------
    >>> experiment = prepare(Settings.advised("reber"))
    >>> experiment.model.layers[0].hidden_size
    8
    """
    if settings.task in TASKS:
        return _from_task(settings, TASKS[settings.task])
    if data is None:
        raise LabError("There are no data to learn from. Paste them, or open a file.")
    if settings.task == TEXT:
        return _from_text(settings, read_text(data, settings.unit))
    return _from_table(settings, read_table(data))


def _from_task(settings: Settings, task: Task) -> Experiment:
    extent = extent_of(settings)
    batches = _scored(extent) // (extent.T * extent.B)
    source = task.make(settings.batch, settings.options)
    start = end = None
    if task.start is not None and task.vocabulary is not None:
        start = tuple(task.vocabulary.read(task.start)[1].tolist())
        if task.end is not None:
            token, times = task.end
            end = End(int(task.vocabulary.numbers([token])[0]), times)
    return Experiment(
        settings,
        untrained(settings, task.vocabulary, extent.D, extent.K),
        source,
        drawn(source, settings.seed, max(min(batches, _MOST_BATCHES), 1)),
        task.judge,
        "Drawn anew at every step; scores are on sequences drawn for them alone.",
        task.measures,
        start,
        end,
    )


def _from_text(settings: Settings, text: Text) -> Experiment:
    N, V = len(text.learnt) + len(text.held_out), len(text.vocabulary)
    extent = extent_of(settings, N, V)
    rare = f", {text.rare:,} of them too rare to be told apart" if text.rare else ""
    return Experiment(
        settings,
        untrained(settings, text.vocabulary),
        Streams(text.learnt[:-1], text.learnt[1:], settings.batch, settings.unroll),
        pieces(text.held_out[:-1], text.held_out[1:], _scored(extent)),
        next_token,
        f"{N:,} {settings.unit}, {V:,} different{rare}; "
        "scores are on the last tenth, which is not learnt from.",
        f"The likeliest of the {settings.unit} is the one that comes next",
        tuple(text.held_out[:_PRIMED].tolist()),
    )


def _from_table(settings: Settings, table: Table) -> Experiment:
    N, D = table.rows.shape
    known, wanted = table.columns(settings.target)
    extent = extent_of(settings, N, D)
    end = learnt_rows(N)
    scale = Scale.of(table, end, known, wanted)
    rows = scale.rows(table)
    later = 1 if settings.target is None else 0
    inputs, targets = rows[: N - later, known], rows[later:, wanted]
    split = end - later
    model = untrained(settings, None, len(known), len(wanted))
    what = "the next row" if later else f"'{settings.target}' from the other columns"
    return Experiment(
        settings,
        replace(model, input_names=tuple(table.names[n] for n in known)),
        Streams(inputs[:split], targets[:split], settings.batch, settings.unroll),
        pieces(inputs[split:], targets[split:], _scored(extent)),
        None,
        f"{N:,} rows of {D} columns, {what}; "
        "scores are on the last fifth, which is not learnt from.",
        "",
        scale=scale,
    )


def _scored(extent: Extent) -> int:
    """Give how many steps a score is measured on."""
    each = extent.seconds(1) / 3 / (extent.T * extent.B)
    low, high = _STEPS
    return min(max(int(_SCORED / each), low), high)
