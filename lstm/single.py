"""One cell with one input and one output, trained on one sequence in plain numbers.

With one unit there is nothing for NumPy to work on side by side: its calls cost
ten times what they compute. So the two passes stand here once more, step by
step, as in :mod:`lstm.cell` and :mod:`lstm.backward`; tests hold them together.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, tanh
from typing import NamedTuple

import numpy as np

from .cell import Array
from .errors import LabError
from .optimisers import Optimiser, step_of

# Which free number each parameter is: tied, the U of a gate is its W.
_SEPARATE = np.arange(14)
_TIED = np.array([0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9])


class Cell(NamedTuple):
    """The parameters: W of x(t), U of h(t−1) and b for each gate; y(t) = W_y h(t) + b_y."""

    W_f: float
    U_f: float
    b_f: float
    W_i: float
    U_i: float
    b_i: float
    W_g: float
    U_g: float
    b_g: float
    W_o: float
    U_o: float
    b_o: float
    W_y: float
    b_y: float


class Slope(NamedTuple):
    """The mean squared error over a sequence, and its gradient on each parameter."""

    loss: float
    gradient: Cell


class Epoch(NamedTuple):
    """Where training stands after a pass over the sequence and one update.

    Attributes
    ----------
    cell : Cell
        As it is after the update.
    loss : float
        Its own: the mean squared error after the update.
    memory : dict of str to ndarray
        The optimiser's.
    age : int
        The updates that the memory has seen.
    """

    cell: Cell
    loss: float
    memory: Mapping[str, Array]
    age: int


def learn(
    cell: Cell,
    x: Sequence[float],
    target: Sequence[float],
    optimiser: Optimiser,
    *,
    tied: bool = False,
    memory: Mapping[str, Array] | None = None,
    age: int = 0,
) -> Iterator[Epoch]:
    """Train a cell: each epoch is one pass over the sequence and one update.

    Parameters
    ----------
    cell : Cell
    x, target : sequence of float, of length T ≥ 1
    optimiser : Optimiser
    tied : bool
        Whether the U of each gate is its W: then one number learns, from the
        sum of both gradients.
    memory : mapping of str to ndarray, optional
    age : int
        Those of the epoch that is gone on from; with them the numbers are the
        same as without a stop.

    Yields
    ------
    Epoch
        Without end.

    Raises
    ------
    LabError
        If the loss or its gradient is no number any more.

    Examples
    --------
    >>> cell = Cell(*[0.5] * 14)
    >>> training = learn(cell, [1.0, 0.0, 1.0], [1.0, 0.0, 1.0], Optimiser(rate=0.05))
    >>> first, second = next(training), next(training)
    >>> first.loss > second.loss
    True
    """
    spread = _TIED if tied else _SEPARATE
    free = np.array(cell)[np.unique(spread, return_index=True)[1]]
    kept = dict(memory or {})
    here = slope(Cell(*free[spread].tolist()), x, target)
    while all(map(isfinite, (here.loss, *here.gradient))):
        age += 1
        gradient: Array = np.bincount(spread, here.gradient).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            stepped = step_of(optimiser, {"cell": free}, {"cell": gradient}, kept, age)
        free, kept = stepped.parameters["cell"], stepped.memory
        cell = Cell(*free[spread].tolist())
        here = slope(cell, x, target)
        if isfinite(here.loss):
            yield Epoch(cell, here.loss, kept, age)
    raise LabError(
        "The loss is no number any more: training has exploded. Use a smaller learning rate."
    )


def slope(cell: Cell, x: Sequence[float], target: Sequence[float]) -> Slope:
    """Go forward and backward through time.

    Parameters
    ----------
    cell : Cell
    x, target : sequence of float, of length T ≥ 1
        What each step reads, and what y(t) should be.

    Returns
    -------
    Slope

    Examples
    --------
    With all parameters 0 the output is 0, and only its bias has an effect.

    >>> loss, gradient = slope(Cell(*[0.0] * 14), [1.0, 0.0], [1.0, 0.0])
    >>> loss, gradient.b_y
    (0.5, -1.0)
    """
    W_f, U_f, b_f, W_i, U_i, b_i, W_g, U_g, b_g, W_o, U_o, b_o, W_y, b_y = cell
    share = 1 / len(x)
    h = c = loss = 0.0
    steps = []
    for now, wanted in zip(x, target, strict=True):
        # σ(a) = ½ + ½ tanh(a/2), which cannot overflow.
        f = 0.5 + 0.5 * tanh(0.5 * (W_f * now + U_f * h + b_f))
        i = 0.5 + 0.5 * tanh(0.5 * (W_i * now + U_i * h + b_i))
        g = tanh(W_g * now + U_g * h + b_g)
        o = 0.5 + 0.5 * tanh(0.5 * (W_o * now + U_o * h + b_o))
        before = now, h, c
        c = f * c + i * g
        squashed = tanh(c)
        h = o * squashed
        error = W_y * h + b_y - wanted
        loss += share * error * error
        steps.append((before, f, i, g, o, squashed, h, 2 * share * error))
    return Slope(loss, _back(cell, steps))


_Steps = Sequence[
    tuple[tuple[float, float, float], float, float, float, float, float, float, float]
]


def _back(cell: Cell, steps: _Steps) -> Cell:
    """Give the gradient, from the last step to the first."""
    U_f, U_i, U_g, U_o, W_y = cell.U_f, cell.U_i, cell.U_g, cell.U_o, cell.W_y
    dW_f = dU_f = db_f = dW_i = dU_i = db_i = dW_g = dU_g = db_g = dW_o = dU_o = db_o = 0.0
    dW_y = db_y = dh = dc = 0.0
    for (x, h_prev, c_prev), f, i, g, o, squashed, h, dy in reversed(steps):
        dW_y += dy * h
        db_y += dy
        dh += dy * W_y
        dc += dh * o * (1 - squashed * squashed)
        df = dc * c_prev * f * (1 - f)
        di = dc * g * i * (1 - i)
        dg = dc * i * (1 - g * g)
        do = dh * squashed * o * (1 - o)
        dW_f, dU_f, db_f = dW_f + df * x, dU_f + df * h_prev, db_f + df
        dW_i, dU_i, db_i = dW_i + di * x, dU_i + di * h_prev, db_i + di
        dW_g, dU_g, db_g = dW_g + dg * x, dU_g + dg * h_prev, db_g + dg
        dW_o, dU_o, db_o = dW_o + do * x, dU_o + do * h_prev, db_o + do
        dh = df * U_f + di * U_i + dg * U_g + do * U_o
        dc *= f
    return Cell(dW_f, dU_f, db_f, dW_i, dU_i, db_i, dW_g, dU_g, db_g, dW_o, dU_o, db_o, dW_y, db_y)
