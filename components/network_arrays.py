"""A layer's trace as the Network page and the notebook show it: rows, readings, one unit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm import Array, Trace
from lstm.units import OPEN, SHUT


def by_row(values: Array, rows: Sequence[NDArray[np.int64]]) -> Array:
    """Give each row the mean of its units: (T, 1, H) becomes (R, T)."""
    flat = values[:, 0]
    if all(len(units) == 1 for units in rows):
        return np.ascontiguousarray(flat[:, np.concatenate(rows)].T)
    return np.stack([flat[:, units].mean(axis=1) for units in rows])


def with_start(start: Array, values: Array) -> Array:
    """Put the state at t = 0 before those after each step."""
    return np.concatenate([start[None], values])


def readings(trace: Trace) -> dict[str, Array]:
    """Give the numbers that sum a layer up, each of shape (T + 1,); NaN at t = 0 where none is.

    Norms are Euclidean; ``saturated`` is the fraction of the three gates of all
    units that are below 0.1 or above 0.9.
    """
    found: dict[str, Array] = {}
    for name in "figo":
        found[name] = np.append(np.nan, getattr(trace, name)[:, 0].mean(axis=1))
    gates = np.concatenate([trace.f[:, 0], trace.i[:, 0], trace.o[:, 0]], axis=1)
    found["saturated"] = np.append(np.nan, ((gates < SHUT) | (gates > OPEN)).mean(axis=1))
    found["c_norm"] = np.linalg.norm(with_start(trace.c0, trace.c)[:, 0], axis=1)
    found["h_norm"] = np.linalg.norm(with_start(trace.h0, trace.h)[:, 0], axis=1)
    return found


def level(trace: Trace) -> Array:
    """Say how strongly a layer speaks at each t: the root mean square of h, of shape (T + 1,)."""
    h = with_start(trace.h0, trace.h)[:, 0]
    return np.sqrt(np.mean(h * h, axis=1))  # type: ignore[no-any-return]


def timeline(trace: Trace, unit: int) -> dict[str, Array]:
    """Give one unit's gates and states, each of shape (T + 1,); NaN where none is."""
    found = {name: np.append(np.nan, getattr(trace, name)[:, 0, unit]) for name in "figo"}
    found["c"] = np.append(trace.c0[0, unit], trace.c[:, 0, unit])
    if trace.h.shape == trace.c.shape:  # what a projection says belongs to no unit
        found["h"] = np.append(trace.h0[0, unit], trace.h[:, 0, unit])
    return found


def row_label(units: NDArray[np.int64]) -> str:
    """Name a row by its unit, or by the first of several."""
    return str(units[0]) if len(units) == 1 else f"{units[0]}…"
