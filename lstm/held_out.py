"""What is held out of training, and how well a model does on it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .losses import cross_entropy, mean_squared_error
from .model import Model
from .parameters import States, run_for_training
from .scoring import Judge
from .streams import Streams
from .training import Batch, Source

_APART = 7  # sets the held-out sequences apart from those that are learnt from
_SIDE_BY_SIDE, _UNROLL = 20, 100  # so that memory does not grow with what is held out


class Score(NamedTuple):
    """How well a model does on what it has not learnt from.

    Attributes
    ----------
    loss : float
        Nats a token, or the mean squared error.
    accuracy : float, or None
        The share that is right of the steps that the task is about; None for
        numbers of one's own.
    """

    loss: float
    accuracy: float | None


def drawn(source: Source, seed: int, count: int) -> tuple[Batch, ...]:
    """Draw batches of a task for scores alone."""
    rngs = (np.random.default_rng([seed, n, _APART]) for n in range(count))
    return tuple(source.batch(0, rng) for rng in rngs)


def pieces(inputs: NDArray[Any], targets: NDArray[Any], most: int) -> tuple[Batch, ...]:
    """Put the first ``most`` steps of what is held out side by side, in batches that go on."""
    inputs, targets = inputs[:most], targets[:most]
    size = max(1, min(_SIDE_BY_SIDE, len(inputs) // _UNROLL))
    streams = Streams(inputs, targets, size, _UNROLL)
    nothing = np.random.default_rng(0)  # streams draw nothing
    return tuple(streams.batch(n, nothing) for n in range(1, streams.batches + 1))


def score(model: Model, held_out: Sequence[Batch], judge: Judge | None) -> Score:
    """Measure a model.

    Parameters
    ----------
    model : Model
    held_out : sequence of Batch
    judge : Judge, or None
        Counts what is right; None where nothing is right or wrong.

    Returns
    -------
    Score
        Its loss is no finite number where the model's weights are none.
    """
    loss = weight = 0.0
    right = total = 0
    states: States | None = None
    for batch in held_out:
        with np.errstate(over="ignore", invalid="ignore"):
            done = run_for_training(model, batch.inputs, states if batch.goes_on else None)
            count = float(counts_of(batch).sum())
            loss += count * _loss(done.outputs, batch)
        weight, states = weight + count, done.last
        if judge is not None:
            counted = judge(done.outputs, batch)
            right, total = right + counted[0], total + counted[1]
    return Score(loss / weight, right / total if total else None)


def baseline(held_out: Sequence[Batch]) -> float:
    """Give the loss of the best constant answer: the entropy of the tokens, or the variance."""
    weights = np.concatenate([counts_of(batch).ravel() for batch in held_out])
    if np.issubdtype(held_out[0].targets.dtype, np.integer):
        tokens = np.concatenate([batch.targets.ravel() for batch in held_out])
        seen = np.bincount(tokens, weights)
        shares = seen[seen > 0] / seen.sum()
        return float(-(shares * np.log(shares)).sum())
    rows = np.concatenate([b.targets.reshape(-1, b.targets.shape[-1]) for b in held_out])
    mean = np.average(rows, axis=0, weights=weights)
    return float(np.average((rows - mean) ** 2, axis=0, weights=weights).mean())


def saturation(model: Model, batch: Batch) -> dict[str, float]:
    """Give the share of values of the gates i, f and o below 0.1 or above 0.9, over all layers.

    What comes after the last step that counts is filling, and left out.
    """
    counts = counts_of(batch) > 0
    within = np.flip(np.logical_or.accumulate(np.flip(counts, axis=0)), axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        traces = run_for_training(model, batch.inputs).traces
    found = {}
    for name in "ifo":
        gates = np.concatenate([getattr(trace, name)[within].ravel() for trace in traces])
        found[name] = float(np.mean((gates < 0.1) | (gates > 0.9)))
    return found


def counts_of(batch: Batch) -> Array:
    """Give how much each step counts, as an ndarray of shape (T, B)."""
    return np.ones(batch.targets.shape[:2]) if batch.counts is None else batch.counts


def _loss(outputs: Array, batch: Batch) -> float:
    if np.issubdtype(batch.targets.dtype, np.integer):
        return cross_entropy(outputs, batch.targets.astype(np.int64), batch.counts).value
    return mean_squared_error(outputs, batch.targets, batch.counts).value
