"""What single units do: their order, their saturation, and the sums behind a gate."""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from .cell import Array, Layer, Trace
from .errors import LabError

Order = Literal["given", "mean", "similarity", "peak"]
ORDERS: tuple[Order, ...] = get_args(Order)

# Karpathy, Johnson & Li 2015: below the first a gate counts as shut, above the second as open.
SHUT, OPEN = 0.1, 0.9


def order_units(trace: Trace, by: Order, batch: int = 0) -> NDArray[np.int64]:
    """Order the units of a layer for a picture.

    Parameters
    ----------
    trace : Trace
    by : "given", "mean", "similarity" or "peak"
        As the layer has them; by the mean of the forget gate, the longest
        memory first; so that units whose cell states move alike stand together
        (spectral seriation); or by the step at which abs(c) is largest.
    batch : int
        Which sequence.

    Returns
    -------
    ndarray of int, of shape (H,)
        The numbers of the units, first row first.

    Raises
    ------
    LabError
        For an unknown order.

    References
    ----------
    Atkins, Boman & Hendrickson 1998, "A spectral algorithm for seriation".
    """
    c = trace.c[:, batch].astype(np.float64)
    if by == "given":
        return np.arange(c.shape[1])
    if by == "mean":
        return np.argsort(-trace.f[:, batch].mean(axis=0), kind="stable")
    if by == "peak":
        return np.argsort(np.abs(c).argmax(axis=0), kind="stable")
    if by == "similarity":
        return _seriation(c)
    raise LabError(f"There is no order '{by}'. Use one of {', '.join(ORDERS)}.")


def saturation(gate: Array, batch: int = 0) -> tuple[Array, Array]:
    """Say how often each unit's gate is shut, and how often open.

    Parameters
    ----------
    gate : ndarray of shape (T, B, H)
        i, f or o of a trace.
    batch : int

    Returns
    -------
    shut, opened : ndarray of shape (H,)
        The fraction of steps below 0.1, and above 0.9.

    References
    ----------
    Karpathy, Johnson & Li 2015, "Visualizing and understanding recurrent
    networks", section 4.2.
    """
    values = gate[:, batch]
    return (values < SHUT).mean(axis=0), (values > OPEN).mean(axis=0)


class Contributions(NamedTuple):
    """The sums behind the four gates of one unit, in the order i, f, g, o.

    ``values.sum(-1) + rest + bias[:, None] == sums``, up to rounding.

    Attributes
    ----------
    which : ndarray of int, of shape (4, T, K)
        The largest contributions: below D an input, from D on h(t−1).
    values : ndarray of shape (4, T, K)
        Weight times what came, in the same places.
    rest : ndarray of shape (4, T)
        All others together.
    bias : ndarray of shape (4,)
    sums : ndarray of shape (4, T)
        What the gate got, before the squashing.
    """

    which: NDArray[np.int64]
    values: Array
    rest: Array
    bias: Array
    sums: Array


def contributions(
    layer: Layer, trace: Trace, unit: int, most: int, batch: int = 0
) -> Contributions:
    """Take the sums behind a unit's gates apart.

    Parameters
    ----------
    layer : Layer
    trace : Trace
        Of that layer.
    unit : int
        From 0 to H − 1.
    most : int
        K, the number of contributions to name; fewer where there are fewer.
    batch : int

    Returns
    -------
    Contributions

    Raises
    ------
    LabError
        If there is no such unit.
    """
    H = layer.hidden_size
    if not 0 <= unit < H:
        raise LabError(f"There is no unit {unit}: this layer has 0 to {H - 1}.")
    came = np.concatenate([trace.x[:, batch], trace.h_prev[:, batch]], axis=1)
    rows = [gate * H + unit for gate in range(4)]
    weights = np.concatenate([layer.W_ih[rows], layer.W_hh[rows]], axis=1)
    bias = layer.bias[rows]
    K = min(most, came.shape[1])
    parts = [_largest(came * row, K) for row in weights]
    which, values, totals = (np.stack(part) for part in zip(*parts, strict=True))
    return Contributions(which, values, totals - values.sum(axis=-1), bias, totals + bias[:, None])


def _largest(products: Array, K: int) -> tuple[NDArray[np.int64], Array, Array]:
    """Give place and value of the K largest of each row, largest first, and the row's sum."""
    sizes = np.abs(products)
    which = np.argpartition(-sizes, K - 1, axis=1)[:, :K]
    order = np.argsort(-np.take_along_axis(sizes, which, axis=1), axis=1, kind="stable")
    which = np.take_along_axis(which, order, axis=1)
    return which, np.take_along_axis(products, which, axis=1), products.sum(axis=1)


def _seriation(series: Array) -> NDArray[np.int64]:
    """Order columns by the Fiedler vector of their correlations."""
    centred = series - series.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    still = lengths < 1e-12 * max(1.0, float(np.abs(series).max()))
    centred = centred / np.where(still, 1.0, lengths)
    likeness = (1 + np.clip(centred.T @ centred, -1, 1)) / 2
    laplacian = np.diag(likeness.sum(axis=0)) - likeness
    fiedler = np.linalg.eigh(laplacian)[1][:, min(1, len(laplacian) - 1)]
    # An eigenvector has no sign of its own: the first unit decides, so that the
    # picture does not turn over when a slider moves.
    return np.argsort(fiedler if fiedler[0] <= 0 else -fiedler, kind="stable")
