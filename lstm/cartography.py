"""From contexts to a finished map: lay out, measure, find regions, name them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .atlas import BY_UMAP, Atlas, Region, Tile, Wanted
from .blocks import Report
from .cell import Array
from .contexts import Contexts
from .errors import LabError
from .labels import High, Trait, Traits, names_of, traits_by_part, traits_in, units_by_part
from .neighbours import Nearest, nearest
from .projection import principal, umap_of
from .regions import LEAST, Frame, frame_of, regions, tiles
from .trust import LOCAL, MOST_POINTS, Trust, trust

TILE_LEVELS = (2, 3, 4, 5)  # of which tiles are named
LAID_OUT, MEASURED = 0.6, 0.95  # of the work

_EXAMPLES = 8
_ALIKE = 12  # characters before a token by which two examples are the same


def atlas_of(
    contexts: Contexts,
    wanted: Wanted = BY_UMAP,
    source: dict[str, Any] | None = None,
    report: Report | None = None,
    measured: int = MOST_POINTS,
) -> Atlas:
    """Make a map.

    Parameters
    ----------
    contexts : Contexts
        At least 4.
    wanted : Wanted
    source : dict, optional
        What was mapped, as JSON can hold it; the map keeps it.
    report : function of float, optional
        Is told how much is done, from 0 to 1.
    measured : int
        Of more contexts, how far the map can be trusted is measured on so many, drawn
        by chance.

    Returns
    -------
    Atlas

    Raises
    ------
    LabError
        If there are too few contexts, or a library that is asked for is not there.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(30, 3))
    >>> none = np.arange(30)
    >>> some = Contexts(rows, ("",) * 30, ("",) * 30, none, none, ((),) * 30, {})
    >>> atlas_of(some, Wanted("pca")).places.shape
    (30, 2)
    """
    if len(contexts) < 4:
        raise LabError(f"A map needs at least 4 contexts, not {len(contexts)}. Give more text.")
    rows = contexts.rows
    places, near, share = _projected(rows, wanted, _part(report, 0, LAID_OUT))
    # As they are kept: what is measured is the map that is shown.
    places = places.astype(np.float32)
    trusted = trust(
        rows,
        places,
        wanted.metric,
        seed=wanted.umap.seed,
        report=_part(report, LAID_OUT, MEASURED),
        most=measured,
    )
    levels = regions(places, wanted.way)
    traits = traits_in(contexts.traits)
    found = tuple(_regions(contexts, places, traits, level, trusted) for level in levels)
    frame = frame_of(places)
    if report is not None:
        report(1.0)
    return Atlas(
        dict(source or {}),
        wanted,
        contexts.note,
        places,
        share,
        frame,
        contexts.token,
        contexts.before,
        contexts.sequence,
        contexts.position,
        contexts.gates,
        near.index[:, :LOCAL],
        levels,
        found,
        _tiles(places, frame, traits),
        trusted,
    )


def _part(report: Report | None, start: float, end: float) -> Report | None:
    """Give what reports a part of the work as one from start to end."""
    return None if report is None else lambda done: report(start + (end - start) * done)


def _projected(
    rows: Array, wanted: Wanted, report: Report | None
) -> tuple[Array, Nearest, tuple[float, ...]]:
    if wanted.projection == "umap":
        return *umap_of(rows, wanted.umap, wanted.metric, report), ()
    found = principal(rows)
    near = nearest(rows, min(LOCAL, len(rows) - 1), wanted.metric, report)
    return found.places, near, tuple(found.share.tolist())


def region_of(
    contexts: Contexts,
    places: Array,
    trusted: Trust,
    mine: NDArray[np.int64],
    name: str,
    traits: tuple[Trait, ...],
    units: tuple[High, ...],
) -> Region:
    """Describe a part of a map.

    Parameters
    ----------
    contexts : Contexts
        Of the whole map.
    places : ndarray of shape (N, 2)
    trusted : Trust
        Of the whole map.
    mine : ndarray of int, of shape (M,)
        The contexts of the part, at least one.
    name, traits, units
        Of the part.
    """
    among = np.isin(trusted.points, mine)
    apart = places[mine] - places[mine].mean(axis=0, dtype=float)
    inwards = mine[np.argsort((apart**2).sum(axis=1), kind="stable")]
    x, y = places[inwards[0]].astype(float)
    return Region(
        name,
        len(mine),
        float(x),
        float(y),
        traits,
        units,
        {gate: float(one[mine].mean()) for gate, one in contexts.gates.items()},
        float(trusted.point_trust[among].mean()) if among.any() else None,
        float(trusted.point_recall[among].mean()) if among.any() else None,
        _examples(contexts, inwards),
    )


def _regions(
    contexts: Contexts, places: Array, traits: Traits, level: NDArray[np.int32], trusted: Trust
) -> tuple[Region, ...]:
    """Describe the regions of a level."""
    told, units = traits_by_part(traits, level), units_by_part(contexts.rows, level)
    return tuple(
        region_of(
            contexts,
            places,
            trusted,
            np.flatnonzero(level == number),
            name,
            told[number],
            units[number],
        )
        for number, name in enumerate(names_of(told, units))
    )


def _examples(contexts: Contexts, order: NDArray[np.int64]) -> tuple[int, ...]:
    """Choose the first contexts of an order that are not alike."""
    seen: dict[tuple[str, str], int] = {}
    for n in order.tolist():
        seen.setdefault((contexts.before[n][-_ALIKE:], contexts.token[n]), n)
        if len(seen) == _EXAMPLES:
            break
    return tuple(seen.values())


def _tiles(places: Array, frame: Frame, traits: Traits) -> tuple[Tile, ...]:
    """Name the tiles of all levels that hold enough."""
    found = []
    for level in TILE_LEVELS:
        at = tiles(places, level, frame)
        each, inverse, counts = np.unique(at, axis=0, return_inverse=True, return_counts=True)
        number = np.full(len(each), -1, np.int32)
        enough = np.flatnonzero(counts >= LEAST)
        number[enough] = np.arange(len(enough))
        parts = number[inverse.ravel()]
        names = names_of(traits_by_part(traits, parts), differently=False)
        for part, (tile, name) in enumerate(zip(enough, names, strict=True)):
            x, y = places[parts == part].mean(axis=0, dtype=float)
            column, row = map(int, each[tile])
            found.append(Tile(level, column, row, name, int(counts[tile]), float(x), float(y)))
    return tuple(found)
