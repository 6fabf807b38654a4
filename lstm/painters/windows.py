"""Windows that overlap over a square canvas, and how what is painted in them becomes one.

A text-to-image model paints squares of one size. A larger canvas is covered by such
squares, each half over the next; where several lie over a place, what they hold is
averaged, by weights that fall off linearly from the middle of a window.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..cell import Array


class Window(NamedTuple):
    """A square of a canvas.

    Attributes
    ----------
    rows, columns : slice
        Of the canvas.
    weight : ndarray of shape (side, side)
        How much of each place is this window's; those of all windows sum to 1 there.
    """

    rows: slice
    columns: slice
    weight: Array


def windows(length: int, side: int, scale: int = 1) -> tuple[Window, ...]:
    """Cover a square canvas, row by row from the top.

    Parameters
    ----------
    length : int
        The side of the canvas.
    side : int
        That of a window. Each lies half over the one before it; the last one ends
        where the canvas does, so that no strip stays uncovered. The canvas is no
        smaller.
    scale : int
        Gives the same windows over a canvas that is so many times finer.

    Returns
    -------
    tuple of Window

    Examples
    --------
    >>> [(one.rows.start, one.columns.start) for one in windows(7, 4)]
    [(0, 0), (0, 2), (0, 3), (2, 0), (2, 2), (2, 3), (3, 0), (3, 2), (3, 3)]
    """
    starts = [*range(0, length - side, max(1, side // 2)), length - side]
    slices = [slice(scale * start, scale * (start + side)) for start in starts]
    tent = np.minimum(np.arange(1, scale * side + 1), np.arange(scale * side, 0, -1.0))
    total = np.zeros(scale * length)
    for one in slices:
        total[one] += tent
    # Windows lie in rows and columns: what sums to 1 along each side does so everywhere.
    along = [tent / total[one] for one in slices]
    return tuple(
        Window(rows, columns, np.outer(down, across))
        for rows, down in zip(slices, along, strict=True)
        for columns, across in zip(slices, along, strict=True)
    )


def blend(parts: Iterable[Array], over: Sequence[Window], channels: int) -> Array:
    """Make one canvas of what the windows hold.

    Parameters
    ----------
    parts : iterable of ndarray of shape (channels, side, side)
        One for each window; each is let go before the next one is asked for.
    over : sequence of Window
        All that cover the canvas.
    channels : int

    Returns
    -------
    ndarray of shape (channels, length, length), float32
    """
    length = over[-1].rows.stop
    canvas = np.zeros((channels, length, length), np.float32)
    for part, window in zip(parts, over, strict=True):
        canvas[:, window.rows, window.columns] += part * window.weight
    return canvas
