"""Backward through time: from the gradient of a loss on h(t) to that on everything else.

Beside :mod:`lstm.cell`, line by line. With m = o · tanh(c), h = m (or W_hr m),
and d… for the gradient of the loss on …:

    do = dm · tanh(c)                    dc += dm · o · (1 − tanh²(c))
    di = dc · g    df = dc · c(t−1)    dg = dc · i    dc(t−1) = dc · f
    da = [di·i(1−i), df·f(1−f), dg·(1−g²), do·o(1−o)]    dh(t−1) = da W_hh

Along the cell path alone ∂c(T)/∂c(0) = Π f(t): what the forget gate is for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer, Trace
from .errors import LabError


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """The gradients of a loss on all that a layer was given.

    Attributes
    ----------
    dW_ih : ndarray of shape (4H, D)
    dW_hh : ndarray of shape (4H, P)
    dbias : ndarray of shape (4H,)
    dW_hr : ndarray of shape (P, H), or None without a projection
    dx : ndarray of shape (T, B, D)
    dh0 : ndarray of shape (B, P)
    dc0 : ndarray of shape (B, H)
    dh : ndarray of shape (T, B, P)
        On every h(t), along all paths.
    dc : ndarray of shape (T, B, H)
        On every c(t), along all paths.
    """

    dW_ih: Array
    dW_hh: Array
    dbias: Array
    dW_hr: Array | None
    dx: Array
    dh0: Array
    dc0: Array
    dh: Array
    dc: Array


def backward(
    layer: Layer, trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> LayerGradients:
    """Go backward through time.

    Parameters
    ----------
    layer : Layer
    trace : Trace
        Of that layer.
    dh : array_like of shape (T, B, P)
        The gradient of the loss on each h(t), from above alone.
    dc_last : array_like of shape (B, H), optional
        The gradient on c(T), from what comes after; zeros where left out.

    Returns
    -------
    LayerGradients

    Raises
    ------
    LabError
        If dh or dc_last do not fit the trace.

    References
    ----------
    Gers, Schmidhuber & Cummins 2000; full backpropagation through time as in
    Graves & Schmidhuber 2005.

    Examples
    --------
    A forget gate of one half and nothing written: ∂c(3)/∂c(0) = ⅛.

    >>> from lstm import forward
    >>> cell = Layer.scalar(i=(0, 0, -100), f=(0, 0, 0), g=(0, 0, 0), o=(0, 0, 0))
    >>> trace = forward(cell, np.zeros((3, 1, 1)))
    >>> backward(cell, trace, np.zeros((3, 1, 1)), [[1.0]]).dc0
    array([[0.125]])
    """
    above = np.asarray(dh, trace.h.dtype)
    if above.shape != trace.h.shape:
        raise LabError(f"dh has shape {above.shape}; it must be {trace.h.shape}, that of h.")
    last = np.zeros_like(trace.c0) if dc_last is None else np.asarray(dc_last, trace.c.dtype)
    if last.shape != trace.c0.shape:
        raise LabError(f"dc_last has shape {last.shape}; it must be {trace.c0.shape}.")
    da, dh_all, dc_all, dh0, dc0 = _recur(layer, trace, above, last)

    # One product for each gradient: over all steps and sequences at once.
    rows = flat(da)
    said = trace.o * np.tanh(trace.c)
    dW_hr = None if layer.W_hr is None else flat(dh_all).T @ flat(said)
    return LayerGradients(
        rows.T @ flat(trace.x),
        rows.T @ flat(trace.h_prev),
        rows.sum(axis=0),
        dW_hr,
        (rows @ layer.W_ih).reshape(trace.x.shape),
        dh0,
        dc0,
        dh_all,
        dc_all,
    )


def _recur(
    layer: Layer, trace: Trace, above: Array, last: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Give da, dh and dc of every step, and dh and dc at t = 0.

    As in :func:`forward`, units lie along rows and sequences along columns within.
    """
    i, f, g, o, c = (a.transpose(0, 2, 1) for a in (trace.i, trace.f, trace.g, trace.o, trace.c))
    T, H, B = c.shape
    tanh_c = np.tanh(c)
    # What each gate's gradient is multiplied by, for all steps at once: these need no recurrence.
    local = np.empty((T, 4, H, B), c.dtype)
    np.multiply(g, i - i * i, local[:, 0])
    np.multiply(trace.c_prev.transpose(0, 2, 1), f - f * f, local[:, 1])
    np.multiply(i, 1 - g * g, local[:, 2])
    np.multiply(tanh_c, o - o * o, local[:, 3])
    to_c = o - o * tanh_c * tanh_c

    dh_all = np.array(above.transpose(0, 2, 1), order="C")
    dc_all = np.empty((T, H, B), c.dtype)
    da = local  # each step's factors are used once: its gradients take their place
    dh, dc = np.zeros_like(dh_all[0]), np.array(last.T, order="C")
    W_back = np.ascontiguousarray(layer.W_hh.T)
    for t in range(T - 1, -1, -1):
        dh_all[t] += dh
        dm = dh_all[t] if layer.W_hr is None else layer.W_hr.T @ dh_all[t]
        np.multiply(dm, to_c[t], dc_all[t])
        dc_all[t] += dc
        np.multiply(local[t, :3], dc_all[t], da[t, :3])
        np.multiply(local[t, 3], dm, da[t, 3])
        np.multiply(dc_all[t], f[t], dc)
        np.dot(W_back, da[t].reshape(4 * H, B), dh)
    time_first = (a.transpose(0, 2, 1) for a in (da.reshape(T, 4 * H, B), dh_all, dc_all))
    return (*time_first, dh.T, dc.T)


def flat(array: Array) -> Array:
    """Put steps and sequences in one row: (T, B, N) becomes (T·B, N)."""
    return array.reshape(-1, array.shape[-1])
