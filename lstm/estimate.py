"""How large a training step is, and how long it takes: a rough guess for one core."""

from typing import NamedTuple

import numpy as np

from .catalogue import TASKS, Task
from .errors import LabError
from .own_table import learnt_rows
from .own_text import learnt_tokens
from .settings import TABLE, TEXT, Settings
from .streams import cut
from .untrained import embedding_size

MOST_NUMBERS = 2e8  # that one step keeps for its way back: 800 MB
_SEEN = 32  # sequences of a task that are drawn to see how long they are

# Seconds, measured by benchmarks/training.py and rounded; machines differ by factors.
_STEP = 2e-4  # of a batch: all that is there once
_CALL = 5e-6  # of a layer and a time step, forward and backward
_RNN = 0.4  # of that, in a basic RNN
_DRAWN = 3.5e-7  # of a sequence and a time step: where it comes from, its place in the loss
_UNIT = 1.6e-8  # of a unit, a sequence and a time step: gates, their gradients
_PRODUCT = 1.05e-11  # of a multiplication in a matrix product
_WEIGHT = 2.6e-8  # of a weight: the optimiser
_OUTPUT = 9e-9  # of an output, a sequence and a time step: softmax and its gradient


class Extent(NamedTuple):
    """The sizes of a training step.

    Attributes
    ----------
    T, B, D, H, L, K : int
        Time, batch, inputs, units, layers, outputs.
    V : int
        Tokens of an embedding; 0 where there is none.
    gates : int
        Blocks of H rows in a layer's weights: 4, or 1 of a basic RNN.
    """

    T: int
    B: int
    D: int
    H: int
    L: int
    K: int
    V: int = 0
    gates: int = 4

    @property
    def weights(self) -> int:
        """The numbers that are learnt."""
        return self._multiplied + self.V * self.D

    @property
    def _multiplied(self) -> int:
        """The weights that every step of every sequence is multiplied with, and the biases."""
        H, L, G = self.H, self.L, self.gates
        layers = G * H * (self.D + H + 1) + (L - 1) * G * H * (2 * H + 1)
        return layers + self.K * (H + 1)

    @property
    def kept(self) -> int:
        """The numbers that a step keeps for its way back, and needs on it."""
        values = self.gates * (2 * self.L + 2) * self.H  # gates, states and their gradients
        return self.T * self.B * (2 * self.D + values + 2 * self.K)

    def seconds(self, steps: int) -> float:
        """Guess how long so many steps take.

        Examples
        --------
        >>> small, large = Extent(10, 16, 7, 8, 1, 7), Extent(64, 32, 96, 256, 2, 96)
        >>> small.seconds(1000) < 2 < large.seconds(1000)
        True
        """
        T, B, _, H, L, K, _, G = self
        calls = _CALL * T * L * (_RNN if G == 1 else 1)
        values = _UNIT * H * L * G / 4 + _OUTPUT * K + 3 * _PRODUCT * self._multiplied
        return steps * (_STEP + calls + _WEIGHT * self.weights + T * B * (_DRAWN + values))


def extent_of(settings: Settings, length: int = 0, width: int = 0) -> Extent:
    """Find the sizes of a training step.

    Strings of a task have lengths of their own: the first ones are looked at.

    Parameters
    ----------
    settings : Settings
    length, width : int
        Of own data: tokens and how many are different, or rows and columns.

    Raises
    ------
    LabError
        If a step would need too much memory.

    Examples
    --------
    >>> extent_of(Settings.advised("adding", size=16)).T
    100
    """
    s = settings
    if s.task in TASKS:
        T, B, D, K = _of_task(TASKS[s.task], s)
    elif s.task == TABLE and s.target is not None:
        B, T = cut(learnt_rows(length), s.batch, s.unroll)
        D, K = width - 1, 1
    else:  # the last one has nothing after it
        learnt = learnt_rows(length) if s.task == TABLE else learnt_tokens(length)
        B, T = cut(learnt - 1, s.batch, s.unroll)
        D = K = width
    V = 0
    if s.task == TEXT or (s.task in TASKS and TASKS[s.task].vocabulary is not None):
        size = embedding_size(K, s.size)
        V, D = (0, K) if size is None else (K, size)
    extent = Extent(T, B, D, s.size, s.layers, K, V, gates=1 if s.cell == "rnn" else 4)
    if extent.kept > MOST_NUMBERS:
        raise LabError(
            f"One step would keep {extent.kept / 1e6:,.0f} million numbers for its way back; "
            f"{MOST_NUMBERS / 1e6:,.0f} million are the most. "
            "Use fewer units, layers, steps, or sequences side by side."
        )
    return extent


def _of_task(task: Task, settings: Settings) -> tuple[int, int, int, int]:
    """Give T, B, D and K of the first batch."""
    source = task.make(min(settings.batch, _SEEN), settings.options)
    batch = source.batch(1, np.random.default_rng([settings.seed, 1]))
    T, B = len(batch.targets), settings.batch
    if task.vocabulary is not None:
        return T, B, len(task.vocabulary), len(task.vocabulary)
    return T, B, batch.inputs.shape[2], batch.targets.shape[2]
