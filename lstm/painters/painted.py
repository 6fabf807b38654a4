"""A painted panorama, cut into tiles: what a text-to-image model made, where there are contexts.

The tiles of all levels that the picture has detail for are files; those below are parts of
them, larger. Where nothing lies on the map the picture fades into what it lies on.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..cell import Array
from ..disk import write
from .painter import SIDE, Picture, check_tile
from .png import decode, encode

PNG = "image/png"

_GRID = 128  # cells to a side, on which density is counted
_BLUR = 4.0  # of them, as the standard deviation
_RIM = 4  # of them, at each edge, over which it fades
_FULL = 0.5  # of how dense it is where contexts are, usually, from which on all shows


def cut(picture: NDArray[np.uint8], places: Array, folder: Path) -> None:
    """Write the tiles of a picture.

    Parameters
    ----------
    picture : ndarray of uint8, of shape (side, side, 3)
    places : ndarray of shape (N, 2)
        Of the contexts, as shares of the side, below 1: to the right, and down.
    folder : Path
        Is there; gets a file for each tile.
    """
    deepest = ((len(picture) - 1) // SIDE).bit_length()
    shown = 255 * presence(places)
    side = SIDE * 2**deepest
    level = picture if len(picture) == side else _read(picture, _middles(side, len(picture)))
    for z in range(deepest, -1, -1):
        for y in range(2**z):
            for x in range(2**z):
                rows, columns = (slice(one * SIDE, (one + 1) * SIDE) for one in (y, x))
                at = _middles(SIDE * 2**z, _GRID)
                opaque = _read(shown[..., None], at[rows], at[columns])
                tile = np.concatenate([level[rows, columns], opaque], axis=2)
                write(folder / _name(z, x, y), encode(tile))
        level = _coarser(level)


def presence(places: Array) -> Array:
    """Say how much of a picture shows, on a grid: all amid the contexts, nothing far from them.

    Parameters
    ----------
    places : ndarray of shape (N, 2)

    Returns
    -------
    ndarray of shape (128, 128), from 0 to 1
    """
    cells = (places * _GRID).astype(np.int64)
    flat = cells[:, 1] * _GRID + cells[:, 0]
    counts = np.bincount(flat, minlength=_GRID**2).reshape(_GRID, _GRID)
    apart = np.subtract.outer(np.arange(_GRID), np.arange(_GRID))
    bell = np.exp(-0.5 * (apart / _BLUR) ** 2)
    density = bell @ counts @ bell
    usual = np.median(density[counts > 0])  # a place of thousands does not outshine the others
    # No edge is cut off, where contexts lie at one: the frame has a margin.
    rim = np.minimum(1, (0.5 + np.minimum(np.arange(_GRID), np.arange(_GRID)[::-1])) / _RIM)
    found: Array = np.minimum(1, density / (_FULL * usual)) * np.outer(rim, rim)
    return found


class Painted:
    """Serves the tiles of a picture.

    Parameters
    ----------
    folder : Path
        Filled by :func:`cut`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._deepest = max(int(one.name.split("-")[0]) for one in folder.glob("*-0-0.png"))

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Give a tile: as every painter does."""
        check_tile(z, x, y)
        if z <= self._deepest:
            return Picture((self._folder / _name(z, x, y)).read_bytes(), PNG)
        step = 2.0 ** (self._deepest - z)  # pixels of the deepest level to one of the tile
        last = SIDE * 2**self._deepest - 1
        wanted, beside = [], []
        for one in (y, x):
            at = np.clip((one * SIDE + np.arange(SIDE) + 0.5) * step - 0.5, 0, last)
            # What the next tile has counts at the edge, or a seam would show.
            tiles = range(int(at[0]) // SIDE, min(last, int(at[-1]) + 1) // SIDE + 1)
            wanted.append(at - tiles[0] * SIDE)
            beside.append(tiles)
        rows, columns = beside
        pixels = np.block([[[self._pixels(row, column)] for column in columns] for row in rows])
        return Picture(encode(_read(pixels, *wanted)), PNG)

    def _pixels(self, row: int, column: int) -> NDArray[np.uint8]:
        return decode((self._folder / _name(self._deepest, column, row)).read_bytes())


def _middles(side: int, cells: int) -> Array:
    """Give where the middles of so many pixels lie on cells, counted from middle to middle."""
    found: Array = np.clip((np.arange(side) + 0.5) * cells / side - 0.5, 0, cells - 1)
    return found


def _read(grid: NDArray[Any], rows: Array, columns: Array | None = None) -> NDArray[np.uint8]:
    """Read a grid of shape (n, m, C) at places between its cells, linearly."""
    found = grid
    for axis, at in enumerate((rows, rows if columns is None else columns)):
        low = np.minimum(at.astype(int), max(0, found.shape[axis] - 2))
        share = (at - low).astype(np.float32).reshape((-1, 1, 1) if axis == 0 else (-1, 1))
        above = np.minimum(low + 1, found.shape[axis] - 1)
        found = found.take(low, axis) * (1 - share) + found.take(above, axis) * share
    return (found + 0.5).astype(np.uint8)


def _coarser(level: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Halve a level: each pixel is the mean of four."""
    four = [level[row::2, column::2].astype(np.uint16) for row in (0, 1) for column in (0, 1)]
    return ((four[0] + four[1] + four[2] + four[3] + 2) // 4).astype(np.uint8)


def _name(z: int, x: int, y: int) -> str:
    return f"{z}-{x}-{y}.png"
