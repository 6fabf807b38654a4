"""What a text-to-image model is told at each place of a map: the names of the regions there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..atlas import Atlas
from ..cell import Array
from ..labels import NONE
from .windows import windows

_MEET = 2  # regions that a window may be of


class Prompts(NamedTuple):
    """What is painted in each window.

    Attributes
    ----------
    texts : tuple of str, P of them
        The first one is of no region.
    shares : ndarray of shape (W, P)
        How much of each text a window hears; a row sums to 1.
    """

    texts: tuple[str, ...]
    shares: Array


def prompts_of(atlas: Atlas, style: str, size: int) -> Prompts:
    """Find what is painted where.

    Each window hears the names of the regions that hold most of its contexts, by how
    many they hold: where two meet, of both. Smaller windows hear of finer regions.

    Parameters
    ----------
    atlas : Atlas
    style : str
        Comes before each name.
    size : int
        How many windows stand side by side across the map; those that lie half over
        two of them come to that: W = (2·size − 1)².

    Returns
    -------
    Prompts
    """
    names, text = _named(atlas, size.bit_length() - 2)
    texts = dict.fromkeys(f"{style} {name}".strip() for name in names)
    number = {one: n for n, one in enumerate(texts)}
    of = np.array([number[f"{style} {name}".strip()] for name in names])[text]
    half = 2 * size  # the windows' halves are cells of a grid
    cells = (top_left(atlas) * half).astype(np.int64)
    counts = np.zeros((half, half, len(texts)))
    np.add.at(counts, (cells[:, 1], cells[:, 0], of), 1)
    held = np.array([counts[one.rows, one.columns].sum(axis=(0, 1)) for one in windows(half, 2)])
    few = np.argsort(-held, axis=1, kind="stable")[:, _MEET:]
    np.put_along_axis(held, few, 0, axis=1)
    held[held.sum(axis=1) == 0, 0] = 1  # nothing lies there
    return Prompts(tuple(texts), held / held.sum(axis=1, keepdims=True))


def top_left(atlas: Atlas) -> Array:
    """Give the places of all contexts as shares of the frame, y downwards: (N, 2), below 1."""
    x, y = atlas.frame.shares(atlas.places.astype(float)).T
    return np.column_stack([x, np.nextafter(1.0, 0.0) - y])


def _named(atlas: Atlas, finest: int) -> tuple[list[str], NDArray[np.int64]]:
    """Give names, and which of them is that of the finest region of each context."""
    names, text = [""], np.zeros(len(atlas), np.int64)
    for level, regions in list(zip(atlas.levels, atlas.regions, strict=True))[: finest + 1]:
        inside = level >= 0
        text[inside] = level[inside] + len(names)
        names += ["" if region.name == NONE else region.name for region in regions]
    return names, text
