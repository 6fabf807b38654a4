"""Training as a stream of progress records, which can be stopped and gone on with.

Nothing random is kept between steps: what step n draws follows from the seed
and n. So a run that was stopped, written to a file and resumed ends with the
same bytes as one that was not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .errors import LabError
from .losses import Loss, cross_entropy, mean_squared_error
from .model import Model
from .optimisers import Optimiser, step_of
from .parameters import (
    Parameters,
    States,
    gradients,
    parameters,
    run_for_training,
    with_parameters,
)


class Batch(NamedTuple):
    """Sequences to learn from.

    Attributes
    ----------
    inputs : ndarray of int, of shape (T, B), or of float, of shape (T, B, D)
    targets : ndarray of int, of shape (T, B), or of float, of shape (T, B, K)
        Tokens are learnt by cross-entropy, numbers by mean squared error.
    counts : ndarray of shape (T, B), optional
        How much each step counts; all alike where left out.
    goes_on : bool
        Whether each sequence continues the one of the batch before: then it
        starts from the states that were left there, and gradients stop here
        (truncated backpropagation through time).
    """

    inputs: Array | NDArray[np.integer]
    targets: Array | NDArray[np.integer]
    counts: Array | None = None
    goes_on: bool = False


class Source(Protocol):
    """Where batches come from: the n-th, drawn with a generator of its own."""

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give the n-th batch, from 1."""
        ...


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes
    ----------
    steps : int
        Batches to learn from.
    optimiser : Optimiser
    dropout : float
        Between layers, in [0, 1).
    seed : int
        Of everything that is drawn.
    """

    steps: int
    optimiser: Optimiser = field(default_factory=Optimiser)
    dropout: float = 0.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Progress:
    """Where training stands after a step; all that is needed to go on.

    Attributes
    ----------
    step : int
        Steps taken.
    loss : float
        Of the last batch, before its step: nats a token, or the mean squared error.
    norm : float
        Of the gradients of the last batch, before clipping.
    model : Model
        As it is after the step.
    memory : dict
        The optimiser's.
    states : tuple of (h, c), optional
        What the last batch left, for one that goes on from there.
    """

    step: int
    loss: float
    norm: float
    model: Model
    memory: Parameters
    states: States | None


def fit(
    model: Model, source: Source, plan: Plan, start: Progress | None = None
) -> Iterator[Progress]:
    """Train a model, step by step.

    Parameters
    ----------
    model : Model
    source : Source
    plan : Plan
    start : Progress, optional
        Where an earlier run was stopped; its model is gone on with.

    Yields
    ------
    Progress
        After every step.

    Raises
    ------
    LabError
        If the loss is no number any more: with what to do.

    Examples
    --------
    >>> from lstm import random_layers
    >>> class Echo:
    ...     def batch(self, number, rng):
    ...         x = rng.normal(size=(4, 8, 1))
    ...         return Batch(x, x)
    >>> model = Model(random_layers(np.random.default_rng(0), [1, 1]))
    >>> losses = [progress.loss for progress in fit(model, Echo(), Plan(50))]
    >>> losses[-1] < losses[0]
    True
    """
    at = start or Progress(0, np.nan, np.nan, model, {}, None)
    while at.step < plan.steps:
        at = _next(at, source, plan)
        yield at


def _next(at: Progress, source: Source, plan: Plan) -> Progress:
    number = at.step + 1
    rng = np.random.default_rng([plan.seed, number])
    batch = source.batch(number, rng)
    states = at.states if batch.goes_on else None
    with np.errstate(over="ignore", invalid="ignore"):
        done = run_for_training(at.model, batch.inputs, states, dropout=plan.dropout, rng=rng)
        loss = _loss(done.outputs, batch)
        slopes = gradients(at.model, done, loss.doutputs)
        stepped = step_of(plan.optimiser, parameters(at.model), slopes, at.memory, number)
    if not (np.isfinite(loss.value) and np.isfinite(stepped.norm)):
        raise LabError(
            f"The loss is no number any more at step {number}: training has exploded. "
            "Use a smaller learning rate, or clip gradients to a smaller norm."
        )
    model = with_parameters(at.model, stepped.parameters)
    return Progress(number, loss.value, stepped.norm, model, stepped.memory, done.last)


def _loss(outputs: Array, batch: Batch) -> Loss:
    if np.issubdtype(batch.targets.dtype, np.integer):
        return cross_entropy(outputs, batch.targets.astype(np.int64), batch.counts)
    return mean_squared_error(outputs, batch.targets, batch.counts)
