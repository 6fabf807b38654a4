"""All pairs of many rows, a block of rows at a time: memory stays bounded, two cores work."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Report = Callable[[float], object]  # is told how much is done, from 0 to 1

_SIZE = 2**21  # numbers of a block: 16 MB, and some times that on the way
_CORES = 2  # blocks at once: NumPy sorts and gathers on one core each, whatever BLAS does


def blocks(N: int, width: int) -> Iterator[NDArray[np.int64]]:
    """Give the numbers 0 to N − 1, as many at a time as fit where each takes ``width`` numbers."""
    many = max(1, _SIZE // width)
    for start in range(0, N, many):
        yield np.arange(start, min(start + many, N))


def side_by_side(
    work: Callable[[NDArray[np.int64]], T], N: int, width: int, report: Report | None = None
) -> Iterator[tuple[NDArray[np.int64], T]]:
    """Do some work on all blocks, two at once.

    Parameters
    ----------
    work : function of an ndarray of int
        Which changes nothing outside of it.
    N, width : int
        As :func:`blocks` takes them.
    report : function of float, optional
        What it raises ends the work.

    Yields
    ------
    at : ndarray of int, of shape (B,)
    found : what the work gives, block by block in order
    """
    parts = list(blocks(N, width))
    with ThreadPoolExecutor(_CORES) as pool:
        for at, found in zip(parts, pool.map(work, parts), strict=True):
            yield at, found
            if report is not None:
                report((int(at[-1]) + 1) / N)
