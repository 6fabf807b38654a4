"""Two maps of the same contexts: who stays near to whom, and what becomes of regions.

Two layers, two epochs or two models see the same contexts; each has its own nearest.
What share of a context's k nearest is the same in both is said of the spaces
themselves, not of how they were laid out in the plane. By chance it is k / (M − 1).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .atlas import Atlas
from .cell import Array
from .contexts import drawn
from .errors import LabError
from .neighbours import nearest
from .trust import LOCAL, MOST_NUMBERS, chance

MOST_MEASURED = 4_000  # contexts whose nearest are looked for anew

_ALIKE = 12  # characters before a token by which two contexts are the same to the eye
_SAME_TEXT = 0.9  # of the places that both maps have, that must hold the same token

Rows = Callable[[], tuple[Array, Array]]


@dataclass(frozen=True, eq=False)
class Linked:
    """M contexts that two maps, A and B, both have.

    Attributes
    ----------
    a, b : ndarray of int, of shape (M,)
        What number each has in A, rising, and in B.
    others : int
        Places that both maps have, at which their texts differ.
    points : ndarray of int, of shape (P,)
        Which of them were measured: all, or a seeded sample, whose nearest are those
        within the sample.
    near_a, near_b : ndarray of int, of shape (P, k)
        The nearest of each in both spaces, as numbers from 0 to P − 1.
    kept : ndarray of shape (P,)
        Which share of the nearest is the same.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    others: int
    points: NDArray[np.int64]
    near_a: NDArray[np.int64]
    near_b: NDArray[np.int64]
    kept: Array

    @property
    def k(self) -> int:
        """Neighbours that are compared."""
        return int(self.near_a.shape[1])

    @property
    def mean(self) -> float:
        """Which share of its nearest a context keeps, in the mean."""
        return float(self.kept.mean())

    @property
    def chance(self) -> float:
        """What that would be in two spaces that know nothing of each other."""
        return float(chance(self.k, len(self.points)))

    @property
    def gain(self) -> float:
        """How much more it is than by chance."""
        return self.mean - self.chance

    @property
    def sampled(self) -> bool:
        """Whether only some of the contexts were measured."""
        return len(self.points) < len(self.a)

    def spread(self, numbers: NDArray[np.int64], N: int) -> Array:
        """Give the share that each context of a map keeps; NaN where none was measured.

        Parameters
        ----------
        numbers : ndarray of int, of shape (M,)
            ``a`` or ``b``.
        N : int
            Contexts of that map.

        Returns
        -------
        ndarray of shape (N,)
        """
        found = np.full(N, np.nan)
        found[numbers[self.points]] = self.kept
        return found


@dataclass(frozen=True)
class Fate:
    """What becomes in B of a region of A.

    Attributes
    ----------
    region : int
    count : int
        Linked contexts in it.
    kept : float, or None
        Which share of its nearest a context of it keeps; None where none was measured.
    into : tuple of (int, float)
        The regions of B that take its contexts, −1 for none, and their shares, the
        largest first.
    """

    region: int
    count: int
    kept: float | None
    into: tuple[tuple[int, float], ...]


def linked(a: Atlas, b: Atlas, rows: Rows, k: int = LOCAL, seed: int = 0) -> Linked:
    """Link two maps.

    Parameters
    ----------
    a, b : Atlas
    rows : function
        Gives the rows of A and of B. It is called only where what the maps know of the
        nearest is not enough: for another k, or where one has contexts that the other
        has not.
    k : int
        Neighbours that are compared, each map's in its own metric.
    seed : int
        Of the sample, where there are more than MOST_MEASURED to be measured anew.

    Returns
    -------
    Linked

    Raises
    ------
    LabError
        If the maps do not show the same text, or have too few contexts in common.

    Examples
    --------
    >>> from lstm.atlas import Wanted
    >>> from lstm.cartography import atlas_of
    >>> from lstm.contexts import Contexts
    >>> rows = np.random.default_rng(0).normal(size=(30, 3))
    >>> n, no = np.arange(30), ("",) * 30
    >>> one = atlas_of(Contexts(rows, no, no, n, n, ((),) * 30, {}), Wanted("pca"))
    >>> linked(one, one, lambda: (rows, rows)).mean
    1.0
    """
    at_a, at_b, others = _same(a, b)
    M = len(at_a)
    if k + 2 > M:
        raise LabError(
            f"The two maps have {M} contexts in common. To compare the {k} nearest of each "
            f"takes at least {k + 2}: map the same text in both, and as many contexts."
        )
    if M == len(a) == len(b) and k == a.near.shape[1]:
        points = np.arange(M)
        place = np.empty(M, np.int64)
        place[at_b] = points
        near_a, near_b = a.near.astype(np.int64), place[b.near[at_b]]
    else:
        rows_a, rows_b = rows()
        widest = max(rows_a.shape[1], rows_b.shape[1])
        points = drawn(M, max(k + 2, min(MOST_MEASURED, MOST_NUMBERS // widest)), seed)
        near_a, near_b = (
            nearest(one[at[points]], k, atlas.wanted.metric).index.astype(np.int64)
            for one, at, atlas in ((rows_a, at_a, a), (rows_b, at_b, b))
        )
    return Linked(at_a, at_b, others, points, near_a, near_b, shared(near_a, near_b))


def shared(one: NDArray[np.int64], other: NDArray[np.int64]) -> Array:
    """Give which share of the numbers of each row is in both.

    Parameters
    ----------
    one, other : ndarray of int, of shape (P, k)
        No number twice in a row.

    Returns
    -------
    ndarray of shape (P,)

    Examples
    --------
    >>> shared(np.array([[1, 2], [0, 2]]), np.array([[2, 1], [2, 5]]))
    array([1. , 0.5])
    """
    both = np.sort(np.concatenate([one, other], axis=1), axis=1)
    twice: Array = (both[:, 1:] == both[:, :-1]).sum(axis=1) / one.shape[1]
    return twice


def fates(
    found: Linked, level_a: NDArray[np.int32], level_b: NDArray[np.int32]
) -> tuple[Fate, ...]:
    """Say what becomes of each region of A.

    Parameters
    ----------
    found : Linked
    level_a, level_b : ndarray of int
        The region of each context of A and of B, at a level of each; −1 is none.

    Returns
    -------
    tuple of Fate
        By number of region; one without a linked context is left out.
    """
    here, there = level_a[found.a], level_b[found.b]
    told = []
    for region in np.unique(here[here >= 0]).tolist():
        mine = here == region
        kept = found.kept[mine[found.points]]
        counts = np.bincount(there[mine] + 1)
        order = np.argsort(-counts, kind="stable")
        into = tuple((int(n) - 1, float(counts[n] / mine.sum())) for n in order if counts[n])
        told.append(Fate(region, int(mine.sum()), float(kept.mean()) if len(kept) else None, into))
    return tuple(told)


def parting(found: Linked, a: Atlas, most: int) -> tuple[int, ...]:
    """Give contexts of A that keep the fewest of their nearest, no two of them alike.

    Of those that keep as few, first come those whose nearest keep few themselves: there
    whole neighbourhoods part.

    Parameters
    ----------
    found : Linked
    a : Atlas
    most : int

    Returns
    -------
    tuple of int
    """
    around = (found.kept[found.near_a] + found.kept[found.near_b]).mean(axis=1)
    order = np.lexsort((around, found.kept))
    seen: dict[tuple[str, str], int] = {}
    for n in found.a[found.points[order]].tolist():
        if len(seen) == most:
            break
        seen.setdefault((a.before[n][-_ALIKE:], a.token[n]), n)
    return tuple(seen.values())


def _same(a: Atlas, b: Atlas) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Find the contexts that both maps have; count the places whose tokens differ."""
    wide = max(int(one.position.max()) for one in (a, b)) + 1
    place_a, place_b = (one.sequence * wide + one.position for one in (a, b))
    _, at_a, at_b = np.intersect1d(place_a, place_b, assume_unique=True, return_indices=True)
    order = np.argsort(at_a)
    at_a, at_b = at_a[order], at_b[order]
    pairs = zip(at_a.tolist(), at_b.tolist(), strict=True)
    alike = np.array([a.token[n] == b.token[m] for n, m in pairs], bool)
    if alike.sum() < _SAME_TEXT * len(alike):
        raise LabError(
            "The two maps do not show the same text: where A has one token, B mostly has "
            "another. Let B read the text of A."
        )
    return at_a[alike], at_b[alike], int((~alike).sum())
