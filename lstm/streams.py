"""One long sequence, cut into parallel streams that training goes through piece by piece."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .training import Batch

_REST = 0.01  # of a stream: a shorter rest is left out, so that batches are of one length


def cut(length: int, size: int, unroll: int) -> tuple[int, int]:
    """Find into how many streams a sequence is cut, and into pieces of how many steps.

    Parameters
    ----------
    length : int
        Steps of the sequence, at least 1.
    size, unroll : int
        What is wanted.

    Returns
    -------
    size, unroll : int
        Fewer streams where they would have no whole piece, and a shorter piece where
        the whole sequence is shorter.

    Examples
    --------
    >>> cut(1000, 16, 50), cut(120, 16, 50), cut(30, 16, 50)
    ((16, 50), (2, 50), (1, 30))
    """
    size = max(1, min(size, length // unroll))
    return size, min(unroll, length // size)


@dataclass(frozen=True, eq=False)
class Streams:
    """A :class:`lstm.training.Source` over a text or a table.

    The sequence is cut into ``size`` parts of equal length, which lie side by
    side in every batch; each batch goes on where the one before stopped, until
    the parts are at their end and begin anew. The last batch is shorter where
    the parts are no whole number of pieces. At the end of the sequence fewer than
    ``size`` steps are left out, or less than a hundredth of a long one.

    Attributes
    ----------
    inputs : ndarray of int, of shape (N,), or of float, of shape (N, D)
    targets : ndarray of int, of shape (N,), or of float, of shape (N, K)
    size : int
        Streams side by side; fewer where the sequence is short.
    unroll : int
        Steps of a batch, through which gradients are followed back; fewer where
        the sequence is shorter.
    """

    inputs: Array | NDArray[np.int64]
    targets: Array | NDArray[np.int64]
    size: int
    unroll: int

    def __post_init__(self) -> None:
        """Give a short sequence fewer streams, rather than no step at all."""
        size, unroll = cut(len(self.inputs), self.size, self.unroll)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "unroll", unroll)

    @property
    def part(self) -> int:
        """How many steps of each stream are gone through."""
        part = len(self.inputs) // self.size
        rest = part % self.unroll
        return part - rest if rest < _REST * part else part

    @property
    def batches(self) -> int:
        """How many batches go once through the whole sequence (an epoch)."""
        return -(-self.part // self.unroll)

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Cut the n-th batch; nothing is drawn."""
        piece = (number - 1) % self.batches
        inputs, targets = (self._piece(a, piece) for a in (self.inputs, self.targets))
        return Batch(inputs, targets, goes_on=piece > 0)

    def _piece(self, sequence: NDArray[Any], piece: int) -> NDArray[Any]:
        parts = sequence[: self.size * self.part].reshape(self.size, self.part, *sequence.shape[1:])
        # Behind the end of a part there is nothing: the last piece is shorter by itself.
        steps = parts[:, piece * self.unroll : (piece + 1) * self.unroll]
        return np.ascontiguousarray(steps.swapaxes(0, 1))
