"""The land that cells make: strong in their region's hue where contexts lie, with faint coasts."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..cell import Array
from .cells import HALVINGS, IN_TILE, Cells
from .colours import contrast, mix
from .painter import CELL, CELLS, Look
from .squares import Square

REACH = 2  # cells, beyond which a context makes no coast

_APART = np.arange(-REACH, CELLS + REACH) - np.arange(CELLS)[:, None]
_BELL = np.exp(-0.5 * _APART**2) * (np.abs(_APART) <= REACH)  # one cell wide; 1 amid it
_CROWDED = 0.9  # of the contexts lie in cells no fuller than a full one
_FEW = 3  # contexts at least, that make a cell full
_LEAST = 0.1  # of a context, that makes a coast
_COAST = 0.32  # of a full cell's strength, that a coast has at most
_ON_DARK, _ON_LIGHT = 1.0, 0.72  # of a hue over the ground; a light one keeps dark letters
_LIGHT = 10  # contrast with black, from which on a ground is light
_STEPS = 32  # of strength: finer than eyes tell
_GAP = 2  # between cells


class Lying(NamedTuple):
    """What lies in and around the cells of a tile, by row from the top, and column.

    Attributes
    ----------
    height : ndarray of shape (8, 8)
        Contexts, those of cells nearby counted as less than one.
    main : ndarray of int, of shape (8, 8)
        The region that most of that is of; −1 is none.
    """

    height: Array
    main: NDArray[np.int64]


class Land:
    """The land of a map.

    Parameters
    ----------
    cells : Cells
    region : ndarray of int, of shape (N,)
        Of each context, as the map has them; −1 is none.
    look : Look
    """

    def __init__(self, cells: Cells, region: NDArray[np.int32], look: Look) -> None:
        self._cells, self._look = cells, look
        self.region = region[cells.order]
        self._most = _ON_LIGHT if contrast(look.ground, "#000000") > _LIGHT else _ON_DARK
        self._full = cache(self._fullest)
        self._mixed = cache(mix)

    def lying(self, z: int, x: int, y: int) -> Lying:
        """Look at a tile and at what lies just beyond it, so that no seam is seen.

        Parameters
        ----------
        z, x, y : int
            y from the top.
        """
        which, at = self._cells.around(z, x, y, REACH / CELLS)
        if not len(which):
            return Lying(np.zeros((CELLS, CELLS)), np.full((CELLS, CELLS), -1))
        side = CELLS + 2 * REACH
        column, row = (np.floor(at * CELLS).astype(np.int64) + REACH).T
        here, part = np.unique(self.region[which], return_inverse=True)
        flat = (part * side + row) * side + column
        counts = np.bincount(flat, minlength=len(here) * side * side)
        lying = _BELL @ counts.reshape(len(here), side, side) @ _BELL.T
        return Lying(lying.sum(axis=0), here[lying.argmax(axis=0)].astype(np.int64))

    def steepness(self, height: Array, z: int) -> Array:
        """Give heights as shares of what is high at a level, from 0 to 1."""
        found: Array = np.minimum(1, np.log1p(height) / np.log1p(2 * self._full(z)))
        return found

    def fill(self, region: int, strength: float) -> str:
        """Give the colour of a region where it is so strong, from 0 to 1."""
        look = self._look
        hue = look.hues[region % len(look.hues)] if region >= 0 else look.text
        most = self._most if region >= 0 else self._most / 2
        return self._mixed(look.ground, hue, round(most * strength * _STEPS) / _STEPS)

    def coast(self, lying: Lying, z: int, taken: list[Square]) -> list[str]:
        """Paint the cells that have contexts beside them, and none in them.

        Parameters
        ----------
        lying : Lying
        z : int
        taken : list of Square
            Where other things are painted.
        """
        free = lying.height >= _LEAST
        for square in taken:
            free[square.y : square.y + square.cells, square.x : square.x + square.cells] = False
        steep = self.steepness(lying.height, z)
        return [
            rect(
                *box(column, row),
                self.fill(int(lying.main[row, column]), _COAST * float(steep[row, column])),
            )
            for row, column in np.argwhere(free).tolist()
        ]

    def _fullest(self, z: int) -> int:
        """Say how many contexts make a cell of a level full."""
        return max(_FEW, self._cells.crowd(min(z + IN_TILE, HALVINGS), _CROWDED))


def box(x: int, y: int, cells: int = 1) -> tuple[float, float, float, float]:
    """Give left, top, width and height of a square of cells."""
    side = cells * CELL - _GAP
    return x * CELL + _GAP / 2, y * CELL + _GAP / 2, side, side


def rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    """Write a rectangle with round corners."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:.4g}" height="{height:.4g}" '
        f'rx="3" fill="{fill}"{more}/>'
    )
