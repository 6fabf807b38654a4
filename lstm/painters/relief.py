"""The density relief: how thickly contexts lie, as mountains on a map, with contour lines.

At each level the relief is less smooth than at the one above, so that a mountain splits
into its hills. Heights are contexts: h(x) = Σ exp(−|x − xₙ|² / 2w²), which one context
alone brings to 1.
"""

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from contourpy import FillType, contour_generator
from numpy.typing import NDArray

from ..atlas import Atlas
from ..cell import Array
from .cells import HALVINGS, Cells
from .colours import mix, written
from .painter import SIDE, Look, Picture, check_tile, drawn

GRID = 64  # heights along a tile's side

_WIDTH = 0.03  # w at level 0, of the map's side
_NARROWER = 0.54  # at each further level
_BELLS = ((1.0, 0.75), (3.0, 0.25))  # how wide, in w, and how high
_REACH = 3.8  # widths of a bell, beyond which it is level
_SHORE = 0.02  # of the map's side: the land ends before the map does
_COAST = 0.12  # the lowest contour
_TINTS = 10
_HIGH = 0.98  # of the contexts lie no higher than the highest contour
_LEAST = 6.0  # contexts, that the highest contour stands for at least
_RIM = 6  # heights beyond the tile's edge: contours end there, and what is written fits
_STEP = SIDE / GRID
_NEAR = 7  # heights, within which a summit has none above it
_SUMMIT = 4  # contour that is below a summit
_FINE = 10  # steps of a unit, in which lines are told
# From the coast up: what is laid over the ground, and how much of it.
_RAMP = ("#1f7f86", "#3f8f63", "#9a9440", "#c08a3e", "#d9b48a")
_FAINTEST, _FULL = 0.35, 0.85


class Relief:
    """Paints heights.

    Parameters
    ----------
    atlas : Atlas
    rows : ndarray of shape (N, D)
        Not looked at.
    look : Look
    """

    def __init__(self, atlas: Atlas, rows: Array, look: Look) -> None:
        del rows
        self._look, self._cells = look, Cells(atlas.places, atlas.frame)
        self._contours = cache(self.contours)
        self._ink = cache(lambda tint: written(tint, (look.text, look.ground), 0.8))
        self._tints = [_tint(look, n / (_TINTS - 1)) for n in range(_TINTS)]

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Paint a tile, as every painter does."""
        check_tile(z, x, y)
        heights = self.heights(z, x, y, _RIM + _NEAR)
        if heights.max() < self._contours(z)[0]:
            return drawn([])
        inner = heights[_NEAR:-_NEAR, _NEAR:-_NEAR]
        along = (np.arange(len(inner)) - _RIM) * _STEP
        made = contour_generator(along, along, inner, fill_type=FillType.OuterOffset)
        line = mix(self._look.ground, self._look.text, 0.3)
        found = [f'<g transform="scale({1 / _FINE:g})" stroke="{line}" stroke-width="{_FINE:g}">']
        for height, tint in zip(self._contours(z), self._tints, strict=True):
            areas: Any = made.filled(height, np.inf)  # points, and where each line of them begins
            path = "".join(map(_path, *areas))
            if path:
                found.append(f'<path fill="{tint}" fill-rule="evenodd" d="{path}"/>')
        return drawn([*found, "</g>", *self._summits(heights, z)])

    def heights(self, z: int, x: int, y: int, rim: int = 0) -> Array:
        """Give the heights on a tile's grid, the same ones on either side of a seam.

        Parameters
        ----------
        z, x, y : int
        rim : int
            Heights beyond each edge.

        Returns
        -------
        ndarray of shape (GRID + 1 + 2 rim, GRID + 1 + 2 rim)
            By row from the top, and column.
        """
        wide = width(z) * 2**z * GRID  # w in steps of the grid
        reach = int(np.ceil(_REACH * _BELLS[-1][0] * wide))
        _, at = self._cells.around(z, x, y, (rim + reach + 1) / GRID)
        if not len(at):
            return np.zeros((GRID + 1 + 2 * rim,) * 2)
        side = GRID + 1 + 2 * (rim + reach)
        # Each context is put on the grid, which is the same for all tiles of a level.
        column, row = (np.floor(at * GRID + 0.5).astype(np.int64) + rim + reach).T
        inside = (column >= 0) & (column < side) & (row >= 0) & (row < side)
        flat = row[inside] * side + column[inside]
        counts = np.bincount(flat, minlength=side * side).reshape(side, side).astype(float)
        apart = np.arange(side) - np.arange(side - 2 * reach)[:, None] - reach
        heights = np.zeros((side - 2 * reach,) * 2)
        for widths, high in _BELLS:
            bell = np.exp(-0.5 * (apart / (widths * wide)) ** 2)
            bell[np.abs(apart) > _REACH * widths * wide] = 0
            heights += high * (bell @ counts @ bell.T)
        along = np.arange(-rim, GRID + rim + 1) / GRID
        return heights * np.outer(_shore((y + along) / 2**z), _shore((x + along) / 2**z))

    def contours(self, z: int) -> Array:
        """Give the heights of a level's contour lines: (K,), the same for all its tiles.

        Parameters
        ----------
        z : int
        """
        # Cells as large as the area that a context spreads over.
        depth = round(np.log2(1 / (np.sqrt(2 * np.pi) * width(z))))
        crowd = self._cells.crowd(min(HALVINGS, depth), _HIGH)
        found: Array = np.geomspace(_COAST, max(_LEAST, crowd), _TINTS)
        return found

    def _summits(self, heights: Array, z: int) -> list[str]:
        """Mark what nothing near is higher than, with how many contexts stand for its height."""
        across = 2 * _NEAR + 1
        windows = np.lib.stride_tricks.sliding_window_view(heights, (across, across))
        inner = heights[_NEAR:-_NEAR, _NEAR:-_NEAR]
        high = np.argwhere(inner >= self._contours(z)[_SUMMIT])
        around = windows[high[:, 0], high[:, 1]].reshape(len(high), across**2)
        found = []
        # Of equal ones the first, counted from the top left, on whichever tile it lies.
        for row, column in high[around.argmax(axis=1) == across**2 // 2].tolist():
            x, y = (column - _RIM) * _STEP, (row - _RIM) * _STEP
            many = f"{inner[row, column]:.0f}" if inner[row, column] < 1000 else "1k+"
            tint = self._tints[int(np.searchsorted(self._contours(z), inner[row, column])) - 1]
            found.append(
                f'<g fill="{self._ink(tint)}"><path d="M{x - 3:g} {y + 2.5:g}h6l-3-5.5z"/>'
            )
            found.append(f'<text x="{x + 5:g}" y="{y + 3:g}">{many}</text></g>')
        return ['<g font-family="monospace" font-size="9.5">', *found, "</g>"]


def width(z: int) -> float:
    """Give w at a level, as a share of the map's side.

    Parameters
    ----------
    z : int
    """
    return _WIDTH * _NARROWER**z


def _shore(shares: Array) -> Array:
    """Give how much of the land is left near the map's edges: none at them."""
    inland = np.clip(np.minimum(shares, 1 - shares) / _SHORE, 0, 1)
    return inland * inland * (3 - 2 * inland)


def _tint(look: Look, share: float) -> str:
    """Give the colour of a height, from the coast at 0 to the summits at 1."""
    at = share * (len(_RAMP) - 1)
    low = min(int(at), len(_RAMP) - 2)
    hue = mix(_RAMP[low], _RAMP[low + 1], at - low)
    return mix(look.ground, hue, _FAINTEST + (_FULL - _FAINTEST) * share)


def _path(points: Array, offsets: NDArray[np.uint32]) -> str:
    """Write an area with its holes, each line by steps from where it begins."""
    found = []
    fine = np.rint(points * _FINE).astype(int)
    for start, end in pairwise(offsets.tolist()):
        steps = np.diff(fine[start : end - 1], axis=0, prepend=0)  # it ends where it began
        first, *others = steps.tolist()
        line = " ".join(f"{x} {y}" for x, y in others if x or y)
        found.append(f"M{first[0]} {first[1]}l{line}z")
    return "".join(found)
