"""Clusters by density without a grid: HDBSCAN, by scikit-learn."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import LabError


def clusters(places: ArrayLike, least: int) -> NDArray[np.int32]:
    """Give the cluster of each point.

    Parameters
    ----------
    places : array_like of shape (N, 2)
    least : int
        Points of the smallest cluster.

    Returns
    -------
    ndarray of int, of shape (N,)
        The largest is 0; −1 where a point is in none.

    Raises
    ------
    LabError
        If scikit-learn is not installed.

    References
    ----------
    Campello, Moulavi & Sander 2013, "Density-based clustering based on hierarchical
    density estimates".
    """
    points = np.asarray(places, float)
    if len(points) < max(2, least):
        return np.full(len(points), -1, np.int32)
    model = _library().HDBSCAN(min_cluster_size=max(2, least), copy=True)
    found: NDArray[np.int64] = model.fit_predict(points)
    counted = np.bincount(found[found >= 0])
    place = np.argsort(np.argsort(-counted, kind="stable"), kind="stable")
    return np.append(place, -1)[found].astype(np.int32)


def _library() -> Any:
    try:
        return importlib.import_module("sklearn.cluster")
    except ImportError as error:
        raise LabError(
            f"HDBSCAN needs {error.name}, which is not installed here. Install it with: "
            "pip install 'lstm-lab[map]', or choose the regions of the relief."
        ) from error
