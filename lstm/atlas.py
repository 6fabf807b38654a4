"""A finished map: where every context lies, what its regions are called, how far to trust it.

It is made once, from contexts and what is asked for, and kept as bytes: NumPy arrays
and JSON, never pickle.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .errors import LabError
from .labels import High, Trait
from .metric import Metric
from .projection import Umap
from .regions import WAYS, Frame, Way
from .trust import Trust

Projection = Literal["umap", "pca"]
PROJECTIONS: tuple[Projection, ...] = get_args(Projection)
VERSION = 2  # of what is computed and how it is kept; another one is another map


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes
    ----------
    projection : "umap" or "pca"
    metric : Metric
        Of the rows: for UMAP, and for how far the map can be trusted.
    umap : Umap
        Its seed is also that of the shuffled map, and of samples.
    way : "relief" or "hdbscan"
        How regions are found.

    Raises
    ------
    LabError
        If there is no such projection, or way.
    """

    projection: Projection = "umap"
    metric: Metric = field(default_factory=Metric)
    umap: Umap = field(default_factory=Umap)
    way: Way = "relief"

    def __post_init__(self) -> None:
        """Check the projection and the way; the others check themselves."""
        if self.projection not in PROJECTIONS:
            raise LabError(
                f"There is no projection '{self.projection}'. Use one of {', '.join(PROJECTIONS)}."
            )
        if self.way not in WAYS:
            raise LabError(f"There are no regions by '{self.way}'. Use one of {', '.join(WAYS)}.")


BY_UMAP = Wanted()


@dataclass(frozen=True)
class Region:
    """One region of a level.

    Attributes
    ----------
    name : str
    count : int
        Contexts in it.
    x, y : float
        Where its name stands: amid its points.
    traits : tuple of Trait
        What tells its contexts from the others.
    units : tuple of High
        The units that stand out in it.
    gates : dict of str to float
        The mean of each gate.
    trust, recall : float, or None
        The means over those of its points that were measured; None where none was.
    examples : tuple of int
        Contexts amid it, no two of them alike.
    """

    name: str
    count: int
    x: float
    y: float
    traits: tuple[Trait, ...]
    units: tuple[High, ...]
    gates: dict[str, float]
    trust: float | None
    recall: float | None
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Tile:
    """A tile of the quadtree with enough contexts to be named; x and y as in a region."""

    level: int
    column: int
    row: int
    name: str
    count: int
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class Atlas:
    """A finished map of N contexts.

    Attributes
    ----------
    source : dict
        What was mapped, in the words of who asked for it.
    wanted : Wanted
    note : str
        What the reader should know: that it is a sample.
    places : ndarray of shape (N, 2)
    share : tuple of float
        Of the variance, along both axes of PCA; empty for UMAP.
    frame : Frame
        The square that it is drawn in.
    token, before, sequence, position, gates
        As in :class:`lstm.contexts.Contexts`.
    near : ndarray of int, of shape (N, K)
        The nearest of each context in the metric, nearest first.
    levels : tuple of ndarray of int, of shape (N,)
        The region of each context, from the coarsest level to the finest; −1 is none.
    regions : tuple of tuple of Region
        Of each level.
    tiles : tuple of Tile
    trust : Trust
    """

    source: dict[str, Any]
    wanted: Wanted
    note: str
    places: Array
    share: tuple[float, ...]
    frame: Frame
    token: tuple[str, ...]
    before: tuple[str, ...]
    sequence: NDArray[np.int64]
    position: NDArray[np.int64]
    gates: dict[str, Array]
    near: NDArray[np.int32]
    levels: tuple[NDArray[np.int32], ...]
    regions: tuple[tuple[Region, ...], ...]
    tiles: tuple[Tile, ...]
    trust: Trust

    def __len__(self) -> int:
        """N, the number of contexts."""
        return len(self.places)
