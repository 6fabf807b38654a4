"""What is odd about the rows of a map, so that its reader is told: copies, and still columns."""

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .blocks import blocks
from .cell import Array


class Oddities(NamedTuple):
    """What a map cannot show as it is.

    Attributes
    ----------
    copies : int
        Rows that are the same to the last bit as an earlier one.
    still : ndarray of int, of shape (K,)
        Columns that have one value throughout.
    """

    copies: int
    still: NDArray[np.int64]


def oddities(rows: Array) -> Oddities:
    """Count what is odd about rows.

    Parameters
    ----------
    rows : ndarray of shape (N, D)
        May lie on the disk: it is read a block at a time.

    Examples
    --------
    >>> found = oddities(np.array([[1.0, 7.0], [2.0, 7.0], [1.0, 7.0]]))
    >>> found.copies, found.still.tolist()
    (1, [1])
    """
    N, D = rows.shape
    still, seen = np.ones(D, bool), set[bytes]()
    for at in blocks(N, D):
        block = np.ascontiguousarray(rows[at[0] : at[-1] + 1])
        still &= (block == rows[0]).all(axis=0)
        # Their hashes: a set of the rows themselves would be a second matrix.
        seen.update(blake2b(row.tobytes(), digest_size=16).digest() for row in block)
    return Oddities(N - len(seen), np.flatnonzero(still))
