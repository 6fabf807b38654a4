"""UMAP, by umap-learn, on neighbours that are found exactly and in the lab's metrics."""

import importlib
import warnings
from typing import Any

import numpy as np

from ..blocks import Report
from ..cell import Array
from ..errors import LabError
from ..neighbours import Nearest


def embed(
    near: Nearest,
    start: Array,
    min_dist: float,
    seed: int,
    report: Report | None = None,
) -> Array:
    """Lay points out so that neighbours stay neighbours.

    Parameters
    ----------
    near : Nearest
        Of N rows.
    start : ndarray of shape (N, 2)
        Where the points begin.
    min_dist : float
        How close they may come, from 0 to 1.
    seed : int
        The same one gives the same map on the same machine.
    report : function of float, optional
        Is told of the rounds; before them, up to a minute goes by in a new process.

    Returns
    -------
    ndarray of shape (N, 2)

    Raises
    ------
    LabError
        If umap-learn is not installed.

    References
    ----------
    McInnes, Healy & Melville 2018, "UMAP: Uniform manifold approximation and projection".
    """
    umap = _library()
    if report is not None:
        report(0.0)  # who asks may have left meanwhile
    N, k = near.index.shape
    # Its own convention: the first neighbour of each point is the point.
    index = np.column_stack([np.arange(N, dtype=np.int32), near.index])
    distance = np.column_stack([np.zeros(N), near.distance]).astype(np.float32)
    told = {} if report is None else {"file": _Rounds(report), "bar_format": "{n}/{total}"}
    model = umap.UMAP(
        n_neighbors=k + 1,
        min_dist=min_dist,
        init=start.astype(np.float32),
        random_state=seed,
        n_jobs=1,  # more would give another map each time
        precomputed_knn=(index, distance),
        force_approximation_algorithm=True,  # below 4,096 points too: these neighbours
        tqdm_kwds={**told, "disable": report is None},
    )
    with warnings.catch_warnings():
        # That new points cannot be placed by UMAP itself: nobody asks it to.
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
        found: Array = model.fit_transform(np.zeros((N, 1), np.float32))
    return found


class _Rounds:
    """What a progress bar writes to, and which passes the numbers on."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> None:
        done, _, total = text.strip().partition("/")
        if done.isdigit() and total.isdigit():
            self._report(int(done) / max(1, int(total)))

    def flush(self) -> None:
        """Do nothing: there is no file."""


def _library() -> Any:
    try:
        return importlib.import_module("umap")
    except ImportError as error:
        raise LabError(
            f"UMAP needs {error.name}, which is not installed here. Install it with: "
            "pip install 'lstm-lab[map]', or choose PCA."
        ) from error
