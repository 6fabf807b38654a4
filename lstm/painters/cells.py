"""Where the contexts of a map lie, so that those of any tile are found at once.

The map's square is cut into quarters, these into quarters, and so on down to the cells
of the deepest tiles. Numbered along that order (Morton 1966), the contexts of a tile of
any level, or of a cell in it, are neighbours in one sorted list.
"""

import numpy as np
from numpy.typing import NDArray

from ..cell import Array
from ..regions import Frame
from .painter import CELLS, DEEPEST

IN_TILE = CELLS.bit_length() - 1  # halvings of a tile that make its cells
HALVINGS = DEEPEST + IN_TILE  # from the whole square to the smallest cell


class Cells:
    """The contexts of a map, in the order of its quarters.

    Parameters
    ----------
    places : ndarray of shape (N, 2)
    frame : Frame

    Attributes
    ----------
    order : ndarray of int, of shape (N,)
        The contexts along that order.
    spot : ndarray of int, of shape (N,)
        In which of the smallest cells each of them lies, in rising order.
    across : ndarray of shape (N, 2)
        Where, as shares of the square: to the right, and DOWN.
    """

    def __init__(self, places: Array, frame: Frame) -> None:
        shares = downwards(places, frame)
        fine = (shares * 2**HALVINGS).astype(np.int64)
        spot = _spread(fine[:, 0]) | (_spread(fine[:, 1]) << 1)
        self.order = np.argsort(spot, kind="stable")
        self.spot = spot[self.order]
        self.across = shares[self.order]

    def bounds(self, z: int, x: int, y: int, depth: int = IN_TILE) -> NDArray[np.int64]:
        """Give where in the order the cells of a tile begin, and where the last one ends.

        Parameters
        ----------
        z, x, y : int
            The tile; y from the top.
        depth : int
            How often it is halved: 3 for its 8 × 8 cells, 0 for itself.

        Returns
        -------
        ndarray of int, of shape (4^depth + 1,)
            Cell n, counted by :func:`column_row`, has the contexts from [n] to [n + 1].
        """
        first = sum((x >> n & 1) << 2 * n | (y >> n & 1) << 2 * n + 1 for n in range(z))
        steps = (first << 2 * depth) + np.arange(4**depth + 1)
        found: NDArray[np.int64] = np.searchsorted(self.spot, steps << 2 * (HALVINGS - z - depth))
        return found

    def around(self, z: int, x: int, y: int, margin: float) -> tuple[NDArray[np.int64], Array]:
        """Find the contexts of a tile and of a margin around it.

        Parameters
        ----------
        z, x, y : int
        margin : float
            In sides of the tile, from 0 to 1.

        Returns
        -------
        which : ndarray of int, of shape (M,)
            Where they stand in the order.
        at : ndarray of shape (M, 2)
            How far from the tile's left and top, in its sides.
        """
        tiles = [
            self.bounds(z, column, row, 0)
            for column in range(max(0, x - 1), min(2**z, x + 2))
            for row in range(max(0, y - 1), min(2**z, y + 2))
        ]
        which = np.concatenate([np.arange(start, end) for start, end in tiles])
        at = self.across[which] * 2**z - [x, y]
        near = ((at >= -margin) & (at < 1 + margin)).all(axis=1)
        return which[near], at[near]

    def crowd(self, depth: int, share: float) -> int:
        """Say how full the cells are, at a depth, in which contexts lie.

        Parameters
        ----------
        depth : int
            Cells 2^−depth of the side wide.
        share : float
            Of the contexts that lie in such a full cell, or an emptier one.

        Returns
        -------
        int
            At least 1.
        """
        if not len(self.spot):
            return 1
        counts = np.unique(self.spot >> 2 * (HALVINGS - depth), return_counts=True)[1]
        counts.sort()
        return int(counts[np.searchsorted(np.cumsum(counts), share * len(self.spot))])


def downwards(places: Array, frame: Frame) -> Array:
    """Give places as shares of the square, to the right and DOWN: (N, 2), from 0 to below 1."""
    shares = frame.shares(places.astype(float))
    shares[:, 1] = np.nextafter(1.0, 0.0) - shares[:, 1]
    return shares


def column_row(depth: int) -> NDArray[np.int64]:
    """Give column and row of cells in the order of quarters: (4^depth, 2), from the top left."""
    code = np.arange(4**depth)
    return np.stack([_gathered(code, depth), _gathered(code >> 1, depth)], axis=1)


def _spread(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put a zero between any two binary digits of numbers below 2^HALVINGS."""
    found = np.zeros_like(numbers)
    for digit in range(HALVINGS):
        found |= (numbers >> digit & 1) << 2 * digit
    return found


def _gathered(code: NDArray[np.int64], depth: int) -> NDArray[np.int64]:
    """Undo it for every second digit."""
    found = np.zeros_like(code)
    for digit in range(depth):
        found |= (code >> 2 * digit & 1) << digit
    return found
