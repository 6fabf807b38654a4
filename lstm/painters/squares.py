"""The squares that a tile of cells is painted in.

As a rule they are its cells. Where contexts come to stand alone, on zooming in, a square
grows: as long as it holds one spot of the map, it is room for saying more of it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cells import IN_TILE, Cells, column_row

PLAIN = 2  # the deepest level at which all squares are cells: the whole map is a mosaic
FEW = 6  # contexts

_WIDEST = 2  # doublings: a square of 4 × 4 cells is the largest
_PLACES = column_row(IN_TILE).tolist()


class Square(NamedTuple):
    """A square of a tile in which contexts lie.

    Attributes
    ----------
    x, y : int
        Cells from the tile's left and top.
    cells : int
        Its side: 1, 2 or 4.
    start, end : int
        Its contexts, in the order of :class:`Cells`.
    told : bool
        Whether they are few, or all in one spot, and the level is one where that shows.
    """

    x: int
    y: int
    cells: int
    start: int
    end: int
    told: bool

    @property
    def contexts(self) -> int:
        """How many contexts lie in it."""
        return self.end - self.start


def squares(cells: Cells, z: int, x: int, y: int) -> Iterator[Square]:
    """Give the squares of a tile in which contexts lie, each as large as it can be.

    Parameters
    ----------
    cells : Cells
    z, x, y : int
        The tile; y from the top.
    """
    bounds = cells.bounds(z, x, y).tolist()
    doublings = min(_WIDEST, max(0, z - PLAIN))
    code = 0
    while code < len(_PLACES):
        step = next(
            (
                4**n
                for n in range(doublings, 0, -1)
                if code % 4**n == 0 and _one_spot(cells, bounds[code], bounds[code + 4**n])
            ),
            1,
        )
        start, end = bounds[code], bounds[code + step]
        if end > start:
            few = end - start <= FEW or _one_spot(cells, start, end)
            column, row = _PLACES[code]
            yield Square(column, row, round(step**0.5), start, end, z > PLAIN and few)
        code += step


def commonest(numbers: NDArray[Any]) -> int:
    """Give the number that is there most often; of equal ones the least.

    Parameters
    ----------
    numbers : ndarray of int, of shape (N,)
    """
    if len(numbers) == 1:
        return int(numbers[0])
    each, counts = np.unique(numbers, return_counts=True)
    return int(each[counts.argmax()])


def _one_spot(cells: Cells, start: int, end: int) -> bool:
    return bool(end > start and cells.spot[start] == cells.spot[end - 1])
