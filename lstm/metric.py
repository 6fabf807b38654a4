"""How far rows of a matrix are from each other, in a metric that is declared.

Rows that are the same to the last bit are compared once, so that nothing that rounds
sets them apart.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .blocks import blocks
from .cell import Array
from .errors import LabError

Name = Literal["euclidean", "cosine"]
NAMES: tuple[Name, ...] = get_args(Name)

_FEW = 8  # columns that are subtracted one by one, which rounds less than a product
_TOLD_APART = 64 * np.finfo(float).eps  # of the squared lengths: what a product rounds away
_LAST = 1e300  # more than any distance, and yet a number


@dataclass(frozen=True)
class Metric:
    """How far two rows are from each other.

    Attributes
    ----------
    name : "euclidean" or "cosine"
        1 − the cosine of the angle; a row of zeros is at 1 from all but another one.
    unit : int, optional
        The column along which rows are pulled apart: the distance is then
        (1 − strength) · cosine distance + strength · abs(difference in that column),
        the difference as a share of the column's whole range. A column that never
        moves adds nothing.
    strength : float
        From 0 to 1.

    Raises
    ------
    LabError
        If there is no such metric, or the pull has no column or is not from 0 to 1.

    References
    ----------
    White 2024, "VISTA: A panoramic view of neural representations", mixes a distance
    so; the scales of the two parts are ours.
    """

    name: Name = "euclidean"
    unit: int | None = None
    strength: float = 0.0

    def __post_init__(self) -> None:
        """Check that the parts belong together."""
        if self.name not in NAMES:
            raise LabError(f"There is no metric '{self.name}'. Use one of {', '.join(NAMES)}.")
        if not 0 <= self.strength <= 1:
            raise LabError(f"The strength of the pull is {self.strength}. Use 0 to 1.")
        if self.strength and (self.unit is None or self.name != "cosine"):
            raise LabError("A pull needs a unit to pull along, and the cosine metric.")

    def __str__(self) -> str:
        """Name it as the page does."""
        pull = f", pulled along unit {self.unit} by {self.strength:g}" if self.strength else ""
        return f"{self.name}{pull}"


EUCLIDEAN = Metric()


@dataclass(frozen=True, eq=False)
class Space:
    """Rows made ready to be compared in a metric.

    Attributes
    ----------
    points : ndarray of shape (U, D)
        The different rows: in units of ``scale`` from their mean, or of length 1 for
        angles.
    inverse : ndarray of int, of shape (N,)
        Which of them each row is.
    scale : float
    angles : bool
    along : ndarray of shape (U,), or None
        Where each lies along the unit that pulls, from 0 to 1.
    strength : float
    """

    points: Array
    inverse: NDArray[np.int64]
    scale: float = 1.0
    angles: bool = False
    along: Array | None = None
    strength: float = 0.0

    def __len__(self) -> int:
        """N, the number of rows."""
        return len(self.inverse)

    def compared(self, at: NDArray[np.int64]) -> Array:
        """Give what orders all rows by distance from some: squares, without angles.

        Parameters
        ----------
        at : ndarray of int, of shape (B,)

        Returns
        -------
        ndarray of shape (B, N)
            From a row to itself more than any distance.
        """
        here = self.inverse[at]
        found = self._apart(here)
        if len(self.points) < len(self):
            found = found[:, self.inverse]
        found[np.arange(len(at)), at] = _LAST
        return found

    def distance(self, compared: Array) -> Array:
        """Undo what :meth:`compared` does to a distance."""
        return compared if self.angles else self.scale * np.sqrt(compared)

    def _apart(self, here: NDArray[np.int64]) -> Array:
        """Compare different rows with all different rows: (B,) to (B, U)."""
        points, some = self.points, self.points[here]
        if self.angles:
            found = 1 - some @ points.T
            found[found < _TOLD_APART] = 0
        elif points.shape[1] <= _FEW:
            found = np.zeros((len(some), len(points)))
            for one, other in zip(some.T, points.T, strict=True):
                found += np.subtract.outer(one, other) ** 2
        else:
            lengths = np.einsum("ud,ud->u", points, points)
            both = np.add.outer(lengths[here], lengths)
            found = both - 2 * (some @ points.T)
            found[found < _TOLD_APART * both] = 0
        if self.along is not None:
            found *= 1 - self.strength
            found += self.strength * np.abs(np.subtract.outer(self.along[here], self.along))
        found[np.arange(len(here)), here] = 0
        return found


def space(rows: ArrayLike, metric: Metric = EUCLIDEAN) -> Space:
    """Make rows ready to be compared.

    Parameters
    ----------
    rows : array_like of shape (N, D)
    metric : Metric

    Returns
    -------
    Space

    Raises
    ------
    LabError
        If they are no matrix, a row is not finite, or there is no unit to pull along.
    """
    given = finite(rows)
    D = given.shape[1]
    if metric.unit is not None and not 0 <= metric.unit < D:
        raise LabError(f"There is no unit {metric.unit}: the rows have 0 to {D - 1}.")
    whole = given.astype(float) + 0.0  # no negative zeros, which have other bits
    # Brought near 1 first: squares of very large and very small numbers are none.
    scale = float(np.abs(whole).max()) or 1.0
    points, inverse = _distinct(whole)
    points /= scale
    if metric.name == "euclidean":
        # Off their mean, where a product of rows rounds least.
        return Space(points - points.mean(axis=0) if D > _FEW else points, inverse, scale)
    along = None
    if metric.unit is not None and metric.strength:
        along = points[:, metric.unit] - points[:, metric.unit].min()
        along /= along.max() or 1.0
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    points /= np.where(lengths > 0, lengths, 1.0)
    return Space(points, inverse, 1.0, True, along, metric.strength)


def finite(rows: ArrayLike, first: int = 1) -> Array:
    """Give rows as a matrix of finite numbers.

    Parameters
    ----------
    rows : array_like of shape (N, D)
    first : int
        The number that messages have for the first of them.

    Returns
    -------
    ndarray of shape (N, D)
        The same one, where it is one already.

    Raises
    ------
    LabError
        Naming the first row that is not.
    """
    matrix = np.asanyarray(rows)
    if matrix.ndim != 2 or not matrix.size:
        raise LabError(
            f"The matrix has the shape {matrix.shape}; give one row of numbers for each point."
        )
    if not (np.issubdtype(matrix.dtype, np.floating) or np.issubdtype(matrix.dtype, np.integer)):
        raise LabError(f"The matrix has entries of the kind {matrix.dtype}; give real numbers.")
    for at in blocks(*matrix.shape):
        right = np.isfinite(matrix[at[0] : at[-1] + 1]).all(axis=1)
        if not right.all():
            row = int(at[0] + right.argmin())
            column = int(np.isfinite(matrix[row]).argmin())
            raise LabError(
                f"Row {row + first:,} has no finite number in column {column + 1} "
                f"({matrix[row, column]}). Leave such rows out, or put numbers in."
            )
    return matrix


def _distinct(rows: Array) -> tuple[Array, NDArray[np.int64]]:
    """Give the rows that differ, and which of them each is."""
    bits = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.itemsize * rows.shape[1])))
    _, first, inverse = np.unique(bits.ravel(), return_index=True, return_inverse=True)
    if len(first) == len(rows):  # most often; then each stays where it is
        return rows, np.arange(len(rows))
    return rows[first], inverse.ravel()
