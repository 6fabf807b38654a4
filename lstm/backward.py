"""Backward through time: from the gradient of a loss on h(t) to that on everything else.

Beside :mod:`lstm.cell`, line by line. With m = o · tanh(c), h = m (or W_hr m),
and d… for the gradient of the loss on …:

    do = dm · tanh(c)                    dc += dm · o · (1 − tanh²(c))
    di = dc · g    df = dc · c(t−1)    dg = dc · i    dc(t−1) = dc · f
    da = [di·i(1−i), df·f(1−f), dg·(1−g²), do·o(1−o)]    dh(t−1) = da W_hh

Along the cell path alone ∂c(T)/∂c(0) = Π f(t): what the forget gate is for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer, Trace
from .sequences import gradients_above

# Steps × sequences that are gone through at a time: what they need then stays in the
# processor's cache, and a product over them is as quick as one over all.
COLUMNS = 512


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
    above, last = gradients_above(trace, dh, dc_last)
    (T, B, H), D, P = trace.c.shape, layer.input_size, layer.output_size

    # As in `forward`, units lie along rows and sequences along columns within.
    dh_all, dc_all = np.empty((T, P, B), last.dtype), np.empty((T, H, B), last.dtype)
    dx = np.empty((T * B, D), last.dtype)
    dW = np.zeros((4 * H, D + P + 1), last.dtype)
    dW_hr = None if layer.W_hr is None else np.zeros_like(layer.W_hr)
    dh_next, dc_next = np.zeros((P, B), last.dtype), last.T
    for steps in _from_the_last(T, B):
        m = trace.h[steps] if layer.W_hr is None else trace.o[steps] * np.tanh(trace.c[steps])
        factors = _factors(trace, m.transpose(0, 2, 1), steps)
        dh, dc = dh_all[steps], dc_all[steps]
        dc_next = _recur(layer, factors, above[steps].transpose(0, 2, 1), dh, dc, dh_next, dc_next)
        # One product for W_ih, W_hh and the bias, over all these steps and sequences.
        da = _columns(factors[:, 1:5].reshape(len(dc), 4 * H, B))
        dW += da @ _inputs(trace, steps).T
        np.dot(da.T, layer.W_ih, dx[steps.start * B : steps.stop * B])
        if dW_hr is not None:
            dW_hr += _columns(dh) @ flat(m)
    return LayerGradients(
        dW[:, :D],
        dW[:, D:-1],
        dW[:, -1],
        dW_hr,
        dx.reshape(T, B, D),
        dh_next.T,
        dc_next.T.copy(),  # not a view of all the factors
        dh_all.transpose(0, 2, 1),
        dc_all.transpose(0, 2, 1),
    )


def _from_the_last(T: int, B: int) -> Iterator[slice]:
    """Part T steps into pieces of about COLUMNS columns; the last comes first."""
    size = max(1, COLUMNS // max(1, B))
    for stop in range(T, 0, -size):
        yield slice(max(0, stop - size), stop)


def _factors(trace: Trace, m: Array, steps: slice) -> Array:
    """Give what each gradient is multiplied by: for many steps at once, as none needs another.

    Returns
    -------
    ndarray of shape (steps, 6, H, B)
        dc is multiplied by the first four, for c(t−1), i, f and g; dm by the
        other two, for c and o.
    """
    i, f, g, o, c = (
        a[steps].transpose(0, 2, 1) for a in (trace.i, trace.f, trace.g, trace.o, trace.c)
    )
    c_before = _before(trace.c0, trace.c, steps).transpose(0, 2, 1)
    factors = np.empty((len(c), 6, *c.shape[1:]), c.dtype)
    for_c_before, for_i, for_f, for_g, for_c, for_o = (factors[:, n] for n in range(6))

    for_c_before[...] = f
    product = i * g
    np.multiply(np.subtract(1, i, for_i), product, for_i)  # g · i (1 − i)
    np.subtract(i, np.multiply(product, g, for_g), for_g)  # i · (1 − g²)
    np.multiply(c_before, f, product)
    np.multiply(np.subtract(1, f, for_f), product, for_f)  # c(t−1) · f (1 − f)
    np.multiply(np.subtract(1, o, for_o), m, for_o)  # tanh(c) · o (1 − o), as m = o · tanh(c)
    np.subtract(o, np.multiply(np.tanh(c, for_c), m, for_c), for_c)  # o · (1 − tanh²(c))
    return factors


def _recur(
    layer: Layer,
    factors: Array,
    above: Array,
    dh_all: Array,
    dc_all: Array,
    dh: Array,
    dc_next: Array,
) -> Array:
    """Go through some steps from the last, and fill in dh and dc of all of them.

    The factors are used once: da takes their place. `dh` and `dc_next` are what the
    step after gives for its h(t−1) and c(t−1); `dh` becomes what the first of these
    steps gives, and the new `dc_next` is returned.
    """
    W_back, projection = layer.W_hh.T, layer.W_hr
    dot, multiply, add = np.dot, np.multiply, np.add
    # As forward: few calls, no new array and no slice within the loop. And where a result
    # could go over what it is made of, it does not: NumPy is slow at that for one number.
    along_h = np.empty_like(dc_all[0])
    steps = zip(
        above[::-1],
        dh_all[::-1],
        dc_all[::-1],
        factors[::-1, :4],
        factors[::-1, 0],
        factors[::-1, 1:5].reshape(len(factors), 4 * layer.hidden_size, dh.shape[1]),
        factors[::-1, 4],
        factors[::-1, 5],
        strict=True,
    )
    for dh_above, dh_t, dc, by_dc, dc_before, da, by_dm, for_o in steps:
        add(dh_above, dh, dh_t)
        dm = dh_t if projection is None else dot(projection.T, dh_t)
        multiply(dm, by_dm, along_h)
        add(along_h, dc_next, dc)
        multiply(by_dc, dc, by_dc)
        multiply(for_o, dm, by_dm)  # do, the last quarter of da
        dot(W_back, da, dh)
        dc_next = dc_before
    return dc_next


def _inputs(trace: Trace, steps: slice) -> Array:
    """Give x(t), h(t−1) and 1, which the weights and the bias were multiplied by, as columns."""
    x, h_before = trace.x[steps], _before(trace.h0, trace.h, steps)
    k, B, D = x.shape
    inputs = np.empty((D + h_before.shape[2] + 1, k, B), x.dtype)
    inputs[:D] = x.transpose(2, 0, 1)
    inputs[D:-1] = h_before.transpose(2, 0, 1)
    inputs[-1] = 1
    return inputs.reshape(len(inputs), k * B)


def _before(first: Array, states: Array, steps: slice) -> Array:
    """Give the state that each of some steps starts from, of shape (steps, B, ·)."""
    if steps.start:
        return states[steps.start - 1 : steps.stop - 1]
    return np.concatenate([first[None], states[: steps.stop - 1]])


def _columns(steps: Array) -> Array:
    """Put steps and sequences in one row: (T, N, B) becomes (N, T·B)."""
    T, N, B = steps.shape
    return steps.transpose(1, 0, 2).reshape(N, T * B)


def through_weights(
    layer: Layer, trace: Trace, da: Array
) -> tuple[Array, Array, Array, None, Array]:
    """Go back through a = W_ih x(t) + W_hh h(t−1) + bias, at all steps at once.

    Parameters
    ----------
    layer : Layer
        Without a projection.
    trace : Trace
    da : ndarray of shape (T, B, rows of W_ih)

    Returns
    -------
    dW_ih, dW_hh, dbias, dW_hr (None), dx
        In the order of :class:`LayerGradients`.
    """
    rows = flat(da)
    dx = (rows @ layer.W_ih).reshape(trace.x.shape)
    return rows.T @ flat(trace.x), rows.T @ flat(trace.h_prev), rows.sum(axis=0), None, dx


def flat(array: Array) -> Array:
    """Put steps and sequences in one row: (T, B, N) becomes (T·B, N)."""
    return array.reshape(-1, array.shape[-1])
