"""Which rows of a matrix lie nearest to which, exactly.

All pairs are looked at, a block of rows at a time, so that memory stays bounded. Of
rows at one distance, as far as rounding lets one tell, the lower number is nearer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .blocks import Report, side_by_side
from .cell import Array
from .errors import LabError
from .metric import EUCLIDEAN, Metric, Space, space

_LEAST = 1e-150  # what is compared is at least this: no denormal number


@dataclass(frozen=True, eq=False)
class Nearest:
    """The k nearest of each row, nearest first.

    Attributes
    ----------
    index : ndarray of int, of shape (N, k)
    distance : ndarray of shape (N, k)
        In the metric.
    """

    index: NDArray[np.int32]
    distance: Array


def nearest(
    rows: ArrayLike,
    k: int,
    metric: Metric = EUCLIDEAN,
    report: Report | None = None,
) -> Nearest:
    """Find the k nearest rows of each row.

    Parameters
    ----------
    rows : array_like of shape (N, D)
    k : int
        From 1 to N − 1: a row is not its own neighbour.
    metric : Metric
    report : function of float, optional

    Returns
    -------
    Nearest

    Raises
    ------
    LabError
        As :func:`space`, or if there are fewer rows than neighbours.

    Examples
    --------
    >>> nearest([[0.0], [1.0], [3.0], [7.0]], 2).index.tolist()
    [[1, 2], [0, 2], [1, 0], [2, 1]]
    """
    known = space(rows, metric)
    N = len(known)
    if not 1 <= k < N:
        raise LabError(
            f"There are {N} rows, so each has up to {N - 1} neighbours, and {k} are asked for. "
            "Ask for fewer, or give more rows."
        )

    def find(at: NDArray[np.int64]) -> tuple[NDArray[np.int64], Array]:
        compared = known.compared(at)
        order = _ordered(compared, k)
        return order, known.distance(np.take_along_axis(compared, order, axis=1))

    index, distance = np.empty((N, k), np.int32), np.empty((N, k))
    for at, found in side_by_side(find, N, N, report):
        index[at], distance[at] = found
    return Nearest(index, distance)


def ordered(known: Space, at: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """Give the k nearest to some rows in order; with k = N, the row itself is the last.

    Parameters
    ----------
    known : Space
        Of N rows.
    at : ndarray of int, of shape (B,)
    k : int

    Returns
    -------
    ndarray of int, of shape (B, k)
    """
    return _ordered(known.compared(at), k)


def _ordered(compared: Array, k: int) -> NDArray[np.int64]:
    """Give the numbers of the k least of each row, in order, of equal ones the lower first.

    The number of each column takes the place of the last bits of what is compared:
    then sorting numbers, which is fast, sorts both. Fifteen to seventeen bits of 52
    are less than what sums of squares round away.
    """
    N = compared.shape[1]
    last = np.int64((1 << int(N - 1).bit_length()) - 1)
    keys = np.maximum(compared, _LEAST).view(np.int64)
    keys &= ~last
    keys |= np.arange(N)
    # As floats of the same bits, in the same order: NumPy sorts these four times as fast.
    numbers = keys.view(float)
    if k < N // 8:
        numbers = np.partition(numbers, k - 1, axis=1)[:, :k]
    numbers.sort(axis=1)
    order: NDArray[np.int64] = np.ascontiguousarray(numbers[:, :k]).view(np.int64) & last
    return order
