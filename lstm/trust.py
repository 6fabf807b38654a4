"""How far a map can be trusted: who is near on it, and who is near in truth.

With the k nearest rows in the source space and the k nearest points on the map,

    mKNN(k) = mean over i of |N_k(i) in the source ∩ N_k(i) on the map| / k
    chance  = k / (N − 1)        gain = mKNN − chance        scaled = gain / (1 − chance)

beside the same map with its points shuffled, whose gain is about 0. Trustworthiness
falls with strangers that the map puts near, continuity with neighbours that it puts
far away (Venna & Kaski 2001); both also point by point.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .blocks import Report, blocks, side_by_side
from .cell import Array
from .errors import LabError
from .metric import EUCLIDEAN, Metric, Space, space
from .neighbours import ordered

LOCAL = 10  # neighbours by which a place is judged
MOST_POINTS = 20_000  # that are measured; of more, a sample
MOST_NUMBERS = 25_000_000  # of the source: 200 MB, as they are compared
SHUFFLES = 10  # of the map, for the control
CONTROLS = 1000  # points that are looked at in all of them
_CURVE = 64  # sizes of neighbourhood


@dataclass(frozen=True, eq=False)
class Trust:
    """How far a map can be trusted, as a whole and at each of N points.

    Attributes
    ----------
    points : ndarray of int, of shape (N,)
        Which rows were measured: all, or a seeded sample, whose neighbours are those
        within the sample.
    of : int
        How many rows there are.
    k : int
        Neighbours by which trustworthiness, continuity and recall were found.
    ks : ndarray of int, of shape (K,)
        Sizes of neighbourhood, from 1 to N − 1.
    overlap : ndarray of shape (K,)
        mKNN of each.
    control, control_error : ndarray of shape (K,)
        mKNN of the shuffled map, and its standard error.
    point_trust, point_continuity, point_recall : ndarray of shape (N,)
        Whose means are those of the map.
    point_gain : ndarray of shape (N,)
        At the peak of the curve.
    """

    points: NDArray[np.int64]
    of: int
    k: int
    ks: NDArray[np.int64]
    overlap: Array
    control: Array
    control_error: Array
    point_trust: Array
    point_continuity: Array
    point_recall: Array
    point_gain: Array

    @property
    def sampled(self) -> bool:
        """Whether only some of the rows were measured."""
        return len(self.points) < self.of

    @property
    def chance(self) -> Array:
        """What mKNN would be by chance, for each k: ndarray of shape (K,)."""
        return chance(self.ks, len(self.points))

    @property
    def gain(self) -> Array:
        """The mKNN above chance, for each k: ndarray of shape (K,)."""
        return self.overlap - self.chance

    @property
    def scaled(self) -> Array:
        """The gain as a share of what there was to gain: ndarray of shape (K,), 1 at k = N − 1."""
        left = 1 - self.chance
        return np.divide(self.gain, left, out=np.ones_like(left), where=left > 0)

    @property
    def control_gain(self) -> Array:
        """The gain of the shuffled map: ndarray of shape (K,)."""
        return self.control - self.chance

    @property
    def peak(self) -> int:
        """Where in ``ks`` the gain is largest."""
        return int(self.gain.argmax())

    @property
    def trustworthiness(self) -> float:
        """How few strangers the map puts near, from 0 to 1."""
        return float(self.point_trust.mean())

    @property
    def continuity(self) -> float:
        """How few neighbours the map puts far away, from 0 to 1."""
        return float(self.point_continuity.mean())

    @property
    def recall(self) -> float:
        """What share of the k nearest rows are among the k nearest points."""
        return float(self.point_recall.mean())


def trust(
    rows: ArrayLike,
    places: ArrayLike,
    metric: Metric = EUCLIDEAN,
    k: int = LOCAL,
    seed: int = 0,
    report: Report | None = None,
    most: int = MOST_POINTS,
) -> Trust:
    """Measure how far a map of rows can be trusted.

    Parameters
    ----------
    rows : array_like of shape (N, D)
        The source space.
    places : array_like of shape (N, 2)
        The map; its metric is Euclidean.
    metric : Metric
        Of the source space.
    k : int
        Neighbours by which places are judged; all where there are fewer.
    seed : int
        Of the shuffled map, and of the sample where there are more than ``most``.
    report : function of float, optional
    most : int
        Points that are measured.

    Returns
    -------
    Trust

    Raises
    ------
    LabError
        If the two do not belong together, are not finite, or are fewer than 3.

    References
    ----------
    Venna & Kaski 2001, "Neighborhood preservation in nonlinear projection methods".

    Examples
    --------
    >>> found = trust([[0], [1], [3], [7], [8]], [[0], [1], [2.5], [9], [3.4]], k=2)
    >>> found.gain.round(2), round(found.trustworthiness, 3)
    (array([ 0.35,  0.3 , -0.02,  0.  ]), 0.8)
    """
    source, map_ = np.asanyarray(rows), np.asanyarray(places)
    if source.ndim != 2 or map_.ndim != 2 or len(source) != len(map_) or len(source) < 3:
        raise LabError(
            f"The rows have the shape {source.shape} and the map {map_.shape}; "
            "give each row a place, and at least 3 of both."
        )
    if k < 1:
        raise LabError(f"A place cannot be judged by {k} neighbours. Use at least 1.")
    rng = np.random.default_rng(seed)
    points = measured(len(source), source.shape[1], rng, most)
    N = len(points)
    k = min(k, N - 1)
    ks = _sizes(N, k)
    true, shown = space(source[points], metric), space(map_[points])
    shared, strangers, lost = np.empty((N, len(ks))), np.empty(N), np.empty(N)
    work = partial(_beside, true, shown, ks=ks, k=k)
    for at, found in side_by_side(work, N, N, report):
        shared[at], strangers[at], lost[at] = found
    overlap = shared / ks
    control, error = _control(true, map_[points], ks, rng)
    peak = int((overlap.mean(axis=0) - chance(ks, N)).argmax())
    worst = _worst(N, k)
    return Trust(
        points,
        len(source),
        k,
        ks,
        overlap.mean(axis=0),
        control,
        error,
        1 - strangers / worst,
        1 - lost / worst,
        overlap[:, np.searchsorted(ks, k)],
        overlap[:, peak] - chance(ks[peak], N),
    )


def measured(
    N: int, D: int, rng: np.random.Generator, most: int = MOST_POINTS
) -> NDArray[np.int64]:
    """Say which of N rows of D numbers are measured: all, or as many as time and memory allow."""
    most = max(3, min(most, MOST_POINTS, MOST_NUMBERS // D))
    return np.arange(N) if most >= N else np.sort(rng.choice(N, most, replace=False))


def chance(k: ArrayLike, N: int) -> Array:
    """Give the mKNN of two spaces that know nothing of each other."""
    return np.asarray(k) / (N - 1)


def _sizes(N: int, k: int) -> NDArray[np.int64]:
    """Give the k of the curve: all of a few points, else closer together where they are small."""
    spread = np.geomspace(1, N - 1, _CURVE).round().astype(np.int64)
    return np.arange(1, N) if N <= _CURVE else np.union1d(spread, [k])


def _beside(
    true: Space, shown: Space, at: NDArray[np.int64], ks: NDArray[np.int64], k: int
) -> tuple[Array, Array, Array]:
    """Compare the order of all others from some points, in truth and on the map.

    Returns
    -------
    shared : ndarray of shape (B, K)
        How many of the nearest are the same, for each of ks.
    strangers, lost : ndarray of shape (B,)
        By how many ranks the k nearest of one space miss those of the other.
    """
    N, B = len(true), len(at)
    near, by_map = ordered(true, at, N), ordered(shown, at, N)
    rank = np.empty((B, N), np.int32)
    ranks = np.arange(N, dtype=np.int32)
    for row, order in zip(rank, near, strict=True):
        row[order] = ranks
    # In the order of the map, the rank in truth; the last is the point itself.
    truly = np.stack([row[order] for row, order in zip(rank, by_map, strict=True)])[:, : N - 1]
    ranks = ranks[: N - 1]
    # Both ranks are below k exactly where the larger one is.
    cells = np.searchsorted(ks, ranks + 1).astype(np.uint8)[np.maximum(truly, ranks)]
    counted = np.stack([np.bincount(row, minlength=len(ks)) for row in cells])
    strangers = np.maximum(truly[:, :k] + 1 - k, 0).sum(axis=1)
    late = np.where(truly[:, k:] < k, ranks[k:] + 1 - k, 0)
    return counted.cumsum(axis=1), strangers, late.sum(axis=1)


def _control(
    true: Space, places: Array, ks: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Give mKNN of the map with its points shuffled, and its standard error.

    One shuffle errs alike at all points, so the error is that between shuffles.
    """
    N = len(places)
    some = min(N, CONTROLS // SHUFFLES)
    means = np.empty((SHUFFLES, len(ks)))
    for mean in means:
        shuffled = space(places[rng.permutation(N)])
        counted = np.zeros(len(ks))
        chosen = rng.permutation(N)[:some]
        for at in blocks(some, N):
            counted += _beside(true, shuffled, chosen[at], ks, 1)[0].sum(axis=0)
        mean[:] = counted / (some * ks)
    return means.mean(axis=0), means.std(axis=0, ddof=1) / np.sqrt(SHUFFLES)


def _worst(N: int, k: int) -> float:
    """Give the largest sum of ranks that can be missed at a point; 1 where none can."""
    if k < N / 2:
        return k * (2 * N - 3 * k - 1) / 2
    return (N - k) * (N - k - 1) / 2 or 1.0
