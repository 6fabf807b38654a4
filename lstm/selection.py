"""Any part of a finished map, and the path of a new text through it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .atlas import Atlas, Region
from .blocks import blocks
from .cartography import region_of
from .cell import Array
from .contexts import Contexts, drawn
from .errors import LabError
from .labels import names_of, traits_by_part, traits_in, units_by_part
from .map_source import ModelSource
from .metric import space
from .model import Model
from .model_contexts import contexts_of
from .projection import placed

_NEAREST = 3  # contexts that a step of a path is shown beside
_COMPARED = 500  # contexts by which it is judged what is far
_FAR = 0.99  # of them are closer to their nearest than this


class Path(NamedTuple):
    """Where the states of a text lie on a map, step by step.

    Attributes
    ----------
    places : ndarray of shape (T, 2)
    near : ndarray of int, of shape (T, 3)
        The contexts of the map that are nearest in truth, nearest first.
    distance : ndarray of shape (T, 3)
        How far they are, in the map's metric.
    usual : float
        So far from their own nearest are, at most, 99 of 100 contexts of the map.
    """

    places: Array
    near: NDArray[np.int64]
    distance: Array
    usual: float

    @property
    def far(self) -> NDArray[np.bool_]:
        """Where the text is at nothing that was mapped: ndarray of bool, of shape (T,)."""
        found: NDArray[np.bool_] = self.distance[:, 0] > self.usual
        return found


def describe(atlas: Atlas, contexts: Contexts, which: ArrayLike) -> Region:
    """Say what some contexts of a map share, in the words of a region.

    Parameters
    ----------
    atlas : Atlas
    contexts : Contexts
        Of the atlas, with its rows.
    which : array_like of int
        At least one of 0 to N − 1; their order and repetitions say nothing.

    Returns
    -------
    Region

    Raises
    ------
    LabError
        If there is none, or one that is not on the map.
    """
    mine = np.unique(np.asarray(which, np.int64))
    if not mine.size or not 0 <= mine[0] <= mine[-1] < len(atlas):
        raise LabError(f"Choose at least one context of the map, from 0 to {len(atlas) - 1}.")
    parts = np.full(len(atlas), -1, np.int32)
    parts[mine] = 0
    (traits,) = traits_by_part(traits_in(contexts.traits), parts)
    (units,) = units_by_part(contexts.rows, parts)
    (name,) = names_of([traits], [units])
    return region_of(contexts, atlas.places, atlas.trust, mine, name, traits, units)


def states_of(model: Model, source: ModelSource, tokens: ArrayLike) -> Array:
    """Give what a map's layer keeps after each token of a text.

    Parameters
    ----------
    model : Model
    source : ModelSource
        Of the map.
    tokens : array_like of int, of shape (T,)

    Returns
    -------
    ndarray of shape (T, D)

    Raises
    ------
    LabError
        If there are no tokens.
    """
    return contexts_of(model, [tokens], source.layer, source.what).rows


def path_of(atlas: Atlas, contexts: Contexts, rows: ArrayLike, usual: float | None = None) -> Path:
    """Find the way of a text through a map.

    Parameters
    ----------
    atlas : Atlas
    contexts : Contexts
        Of the atlas, with its rows.
    rows : array_like of shape (T, D)
        As :func:`states_of` gives them.
    usual : float, optional
        As :func:`usual_distance` gives it, where it was asked before.

    Returns
    -------
    Path

    Raises
    ------
    LabError
        If the rows do not suit the map.
    """
    found = placed(contexts.rows, atlas.places, rows, atlas.wanted.metric)
    return Path(
        found.places,
        found.near[:, :_NEAREST],
        found.distance[:, :_NEAREST],
        usual_distance(atlas, contexts.rows) if usual is None else usual,
    )


def usual_distance(atlas: Atlas, rows: Array) -> float:
    """Tell how far most contexts are from their nearest, by a sample of them.

    Parameters
    ----------
    atlas : Atlas
    rows : ndarray of shape (N, D)
        What it was made from.
    """
    known = space(rows, atlas.wanted.metric)
    some = drawn(len(rows), _COMPARED, 0)
    found = np.empty(len(some))
    for part in blocks(len(some), len(rows)):
        at = some[part]
        compared = np.take_along_axis(known.compared(at), atlas.near[at, :1].astype(int), axis=1)
        found[part] = known.distance(compared)[:, 0]
    return float(np.quantile(found, _FAR))
