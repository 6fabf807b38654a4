"""What a map shows: rows of numbers, and what each of them stands for.

A row is what a layer keeps after a token of a text (:mod:`lstm.model_contexts`); or it
comes from a file of one's own (:mod:`lstm.own_matrix`), with a label or without.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array
from .errors import LabError
from .metric import finite

MOST = 100_000
MOST_NUMBERS = 40_000_000  # of all rows: 160 MB in float32
SHOWN = 60  # characters of the text before a token
TOP_SHARE = 0.05  # of contexts, those in which a chosen unit is highest


@dataclass(frozen=True, eq=False)
class Contexts:
    """N rows, and what they stand for.

    Attributes
    ----------
    rows : ndarray of shape (N, D)
    token : tuple of str, N of them
        What was read last, or the row's label; empty where there is none.
    before : tuple of str
        The end of the text before it.
    sequence, position : ndarray of int, of shape (N,)
        Which text, and which token of it, from 0.
    traits : tuple of tuple of str
        What can be said of it (:mod:`lstm.traits`).
    gates : dict of str to ndarray of shape (N,)
        The mean of each gate over the layer's units.
    note : str
        What the reader should know: that it is a sample.

    Raises
    ------
    LabError
        If a row is not finite, or the parts are not as many as the rows.
    """

    rows: Array
    token: tuple[str, ...]
    before: tuple[str, ...]
    sequence: NDArray[np.int64]
    position: NDArray[np.int64]
    traits: tuple[tuple[str, ...], ...]
    gates: dict[str, Array]
    note: str = ""

    def __post_init__(self) -> None:
        """Check that there is as much of everything."""
        N = len(finite(self.rows))
        parts = (self.token, self.before, self.sequence, self.position, self.traits)
        if any(len(part) != N for part in (*parts, *self.gates.values())):
            raise LabError(f"There are {N} rows, and not as many tokens, places or gates.")

    def __len__(self) -> int:
        """N, the number of rows."""
        return len(self.rows)

    def only(self, which: ArrayLike, note: str = "") -> "Contexts":
        """Give some of them, in the order that is given.

        Parameters
        ----------
        which : array_like of int, of shape (M,)
        note : str
            What the reader should know, beside what there was to know before.
        """
        at = np.asarray(which, np.int64)
        found: dict[str, object] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                found[field.name] = tuple(value[n] for n in at)
            elif isinstance(value, dict):
                found[field.name] = {name: one[at] for name, one in value.items()}
            elif isinstance(value, np.ndarray):
                found[field.name] = value[at]
        told = "; ".join(one for one in (self.note, note) if one)
        return replace(self, **found, note=told)  # type: ignore[arg-type]

    def sample(self, most: int, seed: int = 0) -> "Contexts":
        """Give at most so many, drawn by chance, in the order of the text."""
        at = drawn(len(self), most, seed)
        if len(at) == len(self):
            return self
        return self.only(
            at, f"{len(at):,} of {len(self):,} contexts, drawn by chance (seed {seed})"
        )

    def where_high(self, unit: int, share: float = TOP_SHARE) -> "Contexts":
        """Give the contexts in which a unit is highest, in the order of the text.

        Parameters
        ----------
        unit : int
            A column of the rows.
        share : float
            Which part of all; at least one.

        Raises
        ------
        LabError
            If there is no such unit, or the share is not above 0 and up to 1.
        """
        check_unit(unit, self.rows.shape[1])
        if not 0 < share <= 1:
            raise LabError(f"The share is {share}. Use more than 0, and up to 1.")
        return self.only(
            highest(self.rows[:, unit], share),
            f"the {share:.0%} of {len(self):,} contexts where unit {unit} is highest",
        )


def highest(values: Array, share: float) -> NDArray[np.int64]:
    """Give where the largest values stand, in rising order; of equal ones the first.

    Parameters
    ----------
    values : ndarray of shape (N,)
    share : float
        Which part of N; at least one.
    """
    many = max(1, round(share * len(values)))
    return np.sort(np.argsort(-values.astype(float), kind="stable")[:many])


def check_unit(unit: int, D: int) -> None:
    """Raise LabError where there is no such column among D."""
    if not 0 <= unit < D:
        raise LabError(f"There is no unit {unit}: the rows have 0 to {D - 1}.")


def drawn(N: int, most: int, seed: int) -> NDArray[np.int64]:
    """Draw at most so many of N numbers, in rising order."""
    if most >= N:
        return np.arange(N)
    return np.sort(np.random.default_rng(seed).choice(N, most, replace=False))
