"""From many numbers a row to two: principal components at once, UMAP in its own time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .blocks import Report, blocks
from .borrowed import umap
from .cell import Array
from .errors import LabError
from .metric import EUCLIDEAN, Metric, finite, space
from .neighbours import Nearest, nearest

WIDEST = 4096  # columns of which the principal axes are found
MOST_NEIGHBOURS = 200  # of each row, by which UMAP lays it out

_JITTER = 1e-4  # of the map's width, by which UMAP's start is shaken: no two points in one place
NEAREST_FOUND, BEGUN = 0.2, 0.3  # of UMAP's work: all before it lays out, and its preparation
_PLACERS = 5  # neighbours between which a new row is placed


class Principal(NamedTuple):
    """The directions in which rows vary most.

    Attributes
    ----------
    places : ndarray of shape (N, K)
    axes : ndarray of shape (K, D)
        Of length 1; the largest number of each is positive.
    mean : ndarray of shape (D,)
    share : ndarray of shape (K,)
        Of the whole variance; 0 where there is none.
    """

    places: Array
    axes: Array
    mean: Array
    share: Array


@dataclass(frozen=True)
class Umap:
    """What UMAP is asked for.

    Attributes
    ----------
    neighbours : int
        From 2 to MOST_NEIGHBOURS: few show detail, many the whole.
    min_dist : float
        How close points may come on the map, from 0 to 1.
    seed : int

    Raises
    ------
    LabError
        If a number is out of its range.
    """

    neighbours: int = 15
    min_dist: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not 2 <= self.neighbours <= MOST_NEIGHBOURS:
            raise LabError(
                f"UMAP cannot work with {self.neighbours} neighbours. Use 2 to {MOST_NEIGHBOURS}."
            )
        if not 0 <= self.min_dist <= 1:
            raise LabError(f"The minimum distance is {self.min_dist}. Use 0 to 1.")
        if not 0 <= self.seed < 2**32:
            raise LabError(f"The seed is {self.seed}. Use 0 to {2**32 - 1}.")


def principal(rows: ArrayLike, count: int = 2) -> Principal:
    """Project rows on their principal axes.

    Parameters
    ----------
    rows : array_like of shape (N, D)
        May lie on the disk: it is read a block at a time.
    count : int
        K; where there are fewer columns, the others are zero.

    Returns
    -------
    Principal

    Raises
    ------
    LabError
        If a row is not finite, or there are too many columns.

    References
    ----------
    Pearson 1901, "On lines and planes of closest fit to systems of points in space".

    Examples
    --------
    >>> found = principal([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    >>> found.axes[0], found.share.round(6)
    (array([0.6, 0.8]), array([1., 0.]))
    """
    given = finite(rows)
    N, D = given.shape
    if D > WIDEST:
        raise LabError(f"The rows have {D} numbers each. Use at most {WIDEST}.")
    parts = [slice(at[0], at[-1] + 1) for at in blocks(N, D)]
    # As shares of the largest: the squares of very large numbers are none.
    scale = max(float(np.abs(given[part]).max()) for part in parts) or 1.0
    mean = np.zeros(D)
    for part in parts:
        mean += np.divide(given[part], scale, dtype=float).sum(axis=0) / N
    moments = np.zeros((D, D))
    for part in parts:
        centred = np.divide(given[part], scale, dtype=float) - mean
        moments += centred.T @ centred
    found, vectors = np.linalg.eigh(moments)
    axes = np.zeros((count, D))
    axes[:D] = vectors.T[::-1][:count]
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes *= np.where(largest < 0, -1.0, 1.0)
    share = np.zeros(count)
    share[:D] = np.maximum(found[::-1][:count], 0) / (np.trace(moments) or 1.0)
    places = [(np.divide(given[p], scale, dtype=float) - mean) @ axes.T * scale for p in parts]
    return Principal(np.concatenate(places), axes, scale * mean, share)


def umap_of(
    rows: ArrayLike,
    asked: Umap = Umap(),
    metric: Metric = EUCLIDEAN,
    report: Report | None = None,
) -> tuple[Array, Nearest]:
    """Lay rows out by UMAP, beginning at their principal components.

    Parameters
    ----------
    rows : array_like of shape (N, D)
    asked : Umap
        Of few rows, fewer neighbours are taken.
    metric : Metric
    report : function of float, optional

    Returns
    -------
    places : ndarray of shape (N, 2)
    near : Nearest
        The neighbours that it was made from.

    Raises
    ------
    LabError
        As :func:`principal`, if there are fewer than 4 rows, or umap-learn is not there.
    """
    given = finite(rows)
    if len(given) < 4:
        raise LabError(f"UMAP needs at least 4 rows, not {len(given)}. Choose PCA.")
    k = min(asked.neighbours - 1, len(given) - 2)  # UMAP counts the point itself
    sooner = None if report is None else lambda done: report(NEAREST_FOUND * done)
    near = nearest(given, k, metric, sooner)
    start = jittered(principal(given).places, asked.seed)
    later = None if report is None else lambda done: report(BEGUN + (1 - BEGUN) * done)
    return umap.embed(near, start, asked.min_dist, asked.seed, later), near


def jittered(places: Array, seed: int) -> Array:
    """Shake points by a ten-thousandth of the map's width, so that all are different.

    Parameters
    ----------
    places : ndarray of shape (N, 2)
    seed : int
    """
    width = float(np.ptp(places, axis=0).max()) or 1.0
    noise: Array = np.random.default_rng(seed).normal(size=places.shape)
    return places + _JITTER * width * noise


class Amid(NamedTuple):
    """Where new rows lie on a finished map, and what they lie amid.

    Attributes
    ----------
    places : ndarray of shape (M, 2)
    near : ndarray of int, of shape (M, K)
        The nearest rows of the map, nearest first.
    distance : ndarray of shape (M, K)
        In the metric.
    """

    places: Array
    near: NDArray[np.int64]
    distance: Array


def placed(
    rows: ArrayLike,
    places: ArrayLike,
    new: ArrayLike,
    metric: Metric = EUCLIDEAN,
) -> Amid:
    """Place new rows on a finished map: amid their nearest, the nearer ones counting more.

    Parameters
    ----------
    rows : array_like of shape (N, D)
        What the map was made from.
    places : array_like of shape (N, 2)
    new : array_like of shape (M, D)
    metric : Metric

    Returns
    -------
    Amid
        A row that is on the map lies exactly where it is there.

    Raises
    ------
    LabError
        If the new rows have another number of columns, or are not finite.

    Examples
    --------
    >>> placed([[0.0], [1.0], [5.0]], [[0, 0], [2, 0], [9, 9]], [[1.0]]).places
    array([[2., 0.]])
    """
    known, more, at = finite(rows), finite(new), np.asarray(places, float)
    if known.shape[1] != more.shape[1]:
        raise LabError(
            f"The new rows have {more.shape[1]} numbers each; those of the map {known.shape[1]}."
        )
    N, k = len(known), min(_PLACERS, len(known))
    both = space(np.concatenate([known, more]), metric)
    near, distance = np.empty((len(more), k), np.int64), np.empty((len(more), k))
    for part in blocks(len(more), len(both)):
        compared = both.compared(N + part)[:, :N]
        near[part] = np.argsort(compared, axis=1, kind="stable")[:, :k]
        distance[part] = both.distance(np.take_along_axis(compared, near[part], axis=1))
    weights = np.where(distance[:, :1] == 0, distance == 0, 1 / np.maximum(distance, 1e-150))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return Amid(np.einsum("mk,mkc->mc", weights, at[near]), near, distance)
