"""Regions of a map: the hills of its relief, and the squares of its tiles.

The relief is the density of the points, on a grid. From each cell the way leads up
to a summit; summits that a high pass joins are one hill (Chazal et al. 2013 merge
so, by prominence). A coarser level is a smoother relief. Every point of a hill with
enough of them belongs to it; the others belong to none.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .borrowed import hdbscan
from .cell import Array
from .errors import LabError
from .metric import finite

Way = Literal["relief", "hdbscan"]
WAYS: tuple[Way, ...] = get_args(Way)
SMOOTHED: tuple[float, ...] = (0.035, 0.02, 0.01)  # of the map's side, level by level
SHARPER: tuple[float, ...] = (1.0, 0.7, 0.5, 0.4)  # times that, until there are two regions
LEAST_SHARES: tuple[float, ...] = (0.02, 0.008, 0.003)  # of all points, that a region needs
LEAST = 5  # points that it needs in any case
DEEPEST = 10  # levels of tiles: 1,024 to a side

_GRID = 160  # cells to a side
_PASS = 0.75  # of a summit's height, from which on a pass makes two hills one
_MARGIN = 0.02  # of the side, around the points


class Frame(NamedTuple):
    """The square that a map is drawn in.

    Attributes
    ----------
    left, bottom, side : float
        In the coordinates of the map.
    """

    left: float
    bottom: float
    side: float

    def shares(self, places: Array) -> Array:
        """Give places as shares of the side: (N, 2), from 0 to 1."""
        found: Array = (places - [self.left, self.bottom]) / self.side
        return np.clip(found, 0.0, np.nextafter(1.0, 0.0))


def frame_of(places: ArrayLike) -> Frame:
    """Give the square around all points, with a margin.

    Parameters
    ----------
    places : array_like of shape (N, 2)

    Raises
    ------
    LabError
        If they are no points of a plane.
    """
    points = _checked(places)
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) * (1 + 2 * _MARGIN) or 1.0
    left, bottom = (low + high - side) / 2
    return Frame(float(left), float(bottom), side)


def tiles(places: ArrayLike, level: int, frame: Frame | None = None) -> NDArray[np.int64]:
    """Give the tile that each point lies in.

    Parameters
    ----------
    places : array_like of shape (N, 2)
    level : int
        Of the quadtree: 2 to its power of tiles to a side, 1 at level 0.
    frame : Frame, optional
        :func:`frame_of` the places where it is left out.

    Returns
    -------
    ndarray of int, of shape (N, 2)
        Column from the left, row from the bottom.

    Raises
    ------
    LabError
        If the level is not from 0 to DEEPEST.
    """
    points = _checked(places)
    if not 0 <= level <= DEEPEST:
        raise LabError(f"There are tiles of the levels 0 to {DEEPEST}, not {level}.")
    shares = (frame or frame_of(points)).shares(points)
    found: NDArray[np.int64] = (shares * 2**level).astype(np.int64)
    return found


def regions(places: ArrayLike, way: Way = "relief") -> tuple[NDArray[np.int32], ...]:
    """Find the regions of a map, level by level.

    Parameters
    ----------
    places : array_like of shape (N, 2)
    way : "relief" or "hdbscan"
        The second needs scikit-learn.

    Returns
    -------
    tuple of ndarray of int, of shape (N,)
        The region of each point from the coarsest level to the finest; the largest is
        0, and −1 is none. Each region lies within one of the level above, or in none.

    Raises
    ------
    LabError
        If these are no points of a plane, there is no such way, or it is not installed.

    References
    ----------
    Chazal, Guibas, Oudot & Skraba 2013, "Persistence-based clustering in Riemannian
    manifolds".
    """
    points = _checked(places)
    if way not in WAYS:
        raise LabError(f"There are no regions by '{way}'. Use one of {', '.join(WAYS)}.")
    least = [max(LEAST, round(share * len(points))) for share in LEAST_SHARES]
    if way == "hdbscan":
        found = [hdbscan.clusters(points, few) for few in least]
    else:
        shares = frame_of(points).shares(points)
        sharp = _sharpness(shares, least[0])
        found = [_hills(shares, sharp * s, few) for s, few in zip(SMOOTHED, least, strict=True)]
    return _nested(found)


def _sharpness(shares: Array, least: int) -> float:
    """Give how much sharper the reliefs are to be: where all is one hill, a name says nothing."""
    for sharp in SHARPER:
        if _hills(shares, sharp * SMOOTHED[0], least).max() > 0:
            return sharp
    return SHARPER[0]


def _checked(places: ArrayLike) -> Array:
    points = finite(places).astype(float)
    if points.shape[1] != 2:
        raise LabError(f"The map has the shape {points.shape}; it must be (N, 2).")
    return points


def _hills(shares: Array, smoothed: float, least: int) -> NDArray[np.int32]:
    """Give the hill of each point on a relief smoothed by a share of the side."""
    cells = (shares * _GRID).astype(np.int64)
    flat = cells[:, 1] * _GRID + cells[:, 0]
    counted = np.bincount(flat, minlength=_GRID * _GRID).reshape(_GRID, _GRID)
    height = _smooth(counted.astype(float), smoothed * _GRID)
    return _numbered(_climbed(height)[flat], least)


def _smooth(counts: Array, width: float) -> Array:
    """Blur a grid with a bell of some standard deviation, in cells; nothing lies beyond it."""
    apart = np.subtract.outer(np.arange(_GRID), np.arange(_GRID))
    bell = np.exp(-0.5 * (apart / width) ** 2)
    bell[np.abs(apart) > 4 * width] = 0
    smoothed: Array = bell @ counts @ bell
    return smoothed


def _climbed(height: Array) -> NDArray[np.int64]:
    """Give the summit that each cell leads to, cells from high to low; flat numbers."""
    rim = np.zeros((_GRID + 2, _GRID + 2))
    rim[1:-1, 1:-1] = height
    heights = rim.ravel()
    summit = np.full(heights.size, -1)
    around = [dy * (_GRID + 2) + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    # Stable, so that of cells of one height the first is the summit.
    for cell in np.argsort(-heights, kind="stable")[: np.count_nonzero(heights)].tolist():
        beside = {_top(summit, cell + step) for step in around if summit[cell + step] >= 0}
        if not beside:
            summit[cell] = cell
            continue
        highest = max(beside, key=lambda one: (heights[one], -one))
        summit[cell] = highest
        for other in beside:
            if heights[cell] >= _PASS * heights[other]:  # a pass as high as that
                summit[other] = highest
    tops = np.array([_top(summit, cell) if summit[cell] >= 0 else -1 for cell in range(rim.size)])
    return tops.reshape(rim.shape)[1:-1, 1:-1].ravel()


def _top(summit: NDArray[np.int64], cell: int) -> int:
    """Follow a cell up to the summit that it leads to by now."""
    while summit[cell] != cell:
        summit[cell] = summit[summit[cell]]
        cell = int(summit[cell])
    return cell


def _numbered(found: NDArray[np.int64], least: int) -> NDArray[np.int32]:
    """Give groups numbers from the largest on, of equal ones the first; −1 for those too small."""
    _, first, inverse, counts = np.unique(
        found, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -counts))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    number[counts < least] = -1
    return number[inverse].astype(np.int32)


def _nested(levels: Sequence[NDArray[np.int32]]) -> tuple[NDArray[np.int32], ...]:
    """Put each region whole into the one above it that holds most of it."""
    found = [levels[-1]]
    for above in levels[-2::-1]:
        below, whole = found[0], above.copy()
        for region in range(int(below.max()) + 1):
            mine = below == region
            whole[mine] = np.bincount(above[mine] + 1).argmax() - 1
        found.insert(0, _renumbered(whole))
    return tuple(found)


def _renumbered(groups: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give regions numbers from the largest on again, and leave no number out."""
    inside = groups >= 0
    result = groups.copy()
    if inside.any():
        result[inside] = _numbered(groups[inside].astype(np.int64), 0)
    return result
