"""State glyphs: each cell of the map shows the mean of what lies there, as a small heat map.

The same units stand in the same places of all glyphs: those that vary most, so that
glyphs alike are states alike. Below zero a unit has another colour, and is smaller.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..atlas import Atlas
from ..cell import Array
from .cells import Cells
from .colours import mix
from .land import Land, box, rect
from .painter import CELL, Look, Picture, check_tile, drawn
from .squares import Square, commonest, squares

MOST = 8  # units across a glyph

_GAP = 5  # between glyphs
_WIDER = ((2, 3), (3, 4), (4, 6))  # up to this level, so many units across
_STEPS = 6  # of strength, either side of zero
_HIGH = 0.98  # of all numbers are no larger than what has full strength
_BELOW = 0.62  # of a unit's square, where it is below zero
_LAND = 0.3  # of the region's hue, that glyphs lie on
_FAINTEST = 0.15  # what is left of a colour near zero


class Glyphs:
    """Paints the mean pattern of the units.

    Parameters
    ----------
    atlas : Atlas
    rows : ndarray of shape (N, D)
        What the map was made from.
    look : Look
    """

    def __init__(self, atlas: Atlas, rows: Array, look: Look) -> None:
        self._look, self._cells = look, Cells(atlas.places, atlas.frame)
        varied = np.argsort(-rows.var(axis=0, dtype=float), kind="stable")
        self._kept = [np.sort(varied[: across**2]) for across in range(MOST + 1)]
        self._rows = np.asarray(rows[:, self._kept[-1]], np.float32)[self._cells.order]
        self._largest = float(np.quantile(np.abs(self._rows), _HIGH)) or 1.0
        self._land = Land(self._cells, atlas.levels[0], look)
        self._colours = cache(self._colour)

    def across(self, z: int) -> int:
        """Say how many units stand side by side at a level.

        Parameters
        ----------
        z : int
        """
        wanted = next((across for level, across in _WIDER if z <= level), MOST)
        return min(wanted, int(np.ceil(len(self._kept[-1]) ** 0.5)))

    def units(self, z: int) -> NDArray[np.int64]:
        """Give the units of a level's glyphs, row by row: those that vary most, in their order.

        Parameters
        ----------
        z : int
        """
        return self._kept[self.across(z)]

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Paint a tile, as every painter does."""
        check_tile(z, x, y)
        lying = self._land.lying(z, x, y)
        if not lying.height.any():
            return drawn([])
        taken = list(squares(self._cells, z, x, y))
        found = self._land.coast(lying, z, taken)
        if taken:
            found += self._glyphs(taken, z)
        return drawn(found)

    def means(self, taken: list[Square], z: int) -> Array:
        """Give the means of squares that follow each other in the order of cells.

        Parameters
        ----------
        taken : list of Square
            At least one.
        z : int

        Returns
        -------
        ndarray of shape (number of squares, number of units)
        """
        start, end = taken[0].start, taken[-1].end
        begins = [square.start - start for square in taken]
        chosen = np.searchsorted(self._kept[-1], self.units(z))
        sums = np.add.reduceat(self._rows[start:end, chosen], begins, axis=0, dtype=float)
        found: Array = sums / [[square.contexts] for square in taken]
        return found

    def _glyphs(self, taken: list[Square], z: int) -> list[str]:
        steps = np.rint(self.means(taken, z) / self._largest * _STEPS)
        steps = np.clip(steps, -_STEPS, _STEPS).astype(int)
        across, paths = self.across(z), {step: [""] for step in range(-_STEPS, _STEPS + 1)}
        found = []
        for square, pattern in zip(taken, steps.tolist(), strict=True):
            region = commonest(self._land.region[square.start : square.end])
            found.append(
                rect(*box(square.x, square.y, square.cells), self._land.fill(region, _LAND))
            )
            side = (square.cells * CELL - _GAP) / across
            left, top = (at * CELL + _GAP / 2 for at in (square.x, square.y))
            for unit, step in enumerate(pattern):
                wide = side * (1 if step >= 0 else _BELOW)
                inset = (side - wide) / 2
                x, y = left + unit % across * side + inset, top + unit // across * side + inset
                paths[step].append(f"M{x:.4g} {y:.4g}h{wide:.3g}v{wide:.3g}h-{wide:.3g}z")
        return found + [
            f'<path fill="{self._colours(step)}" d="{"".join(path)}"/>'
            for step, path in paths.items()
            if step and len(path) > 1
        ]

    def _colour(self, step: int) -> str:
        look = self._look
        hue = look.positive if step > 0 else look.negative
        strength = _FAINTEST + (1 - _FAINTEST) * abs(step) / _STEPS
        return mix(look.ground, hue, strength)
