"""What every kind of layer is given, checked, and laid out for going through step by step.

Forward these are whole sequences and the states that they start from, backward
the gradients on what the layer gave.
"""

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer, Trace
from .errors import LabError


def sequences_and_states(
    layer: Layer, x: ArrayLike, h0: ArrayLike | None, c0: ArrayLike | None, cells: int
) -> tuple[Array, Array, Array]:
    """Take what a layer is given in the dtype of the layer, and check that it fits.

    Parameters
    ----------
    layer : Layer
    x : array_like of shape (T, B, D), T ≥ 1
    h0 : array_like of shape (B, P), optional
    c0 : array_like of shape (B, cells), optional
        The states at t = 0; zeros where left out.
    cells : int
        How many cell states there are: H, or 0 for a kind without any.

    Returns
    -------
    x, h0, c0 : ndarray
        x is a copy, so that a trace can keep it.

    Raises
    ------
    LabError
        If one does not fit.

    Examples
    --------
    >>> layer = Layer(np.ones((8, 3)), np.ones((8, 2)), np.ones(8))
    >>> x, h0, c0 = sequences_and_states(layer, np.ones((5, 1, 3)), None, None, 2)
    >>> x.shape, h0, c0
    ((5, 1, 3), array([[0., 0.]]), array([[0., 0.]]))
    """
    dtype = layer.W_hh.dtype
    x = np.array(x, dtype)
    if x.ndim != 3 or x.shape[0] < 1 or x.shape[2] != layer.input_size:
        raise LabError(f"x has shape {x.shape}; it must be (T, B, {layer.input_size}), T ≥ 1.")
    of_h, of_c = (x.shape[1], layer.output_size), (x.shape[1], cells)
    h0 = np.zeros(of_h, dtype) if h0 is None else np.asarray(h0, dtype)
    c0 = np.zeros(of_c, dtype) if c0 is None else np.asarray(c0, dtype)
    if h0.shape != of_h or c0.shape != of_c:
        raise LabError(
            f"h0 has shape {h0.shape} and c0 {c0.shape}; they must be {of_h} and {of_c}."
        )
    return x, h0, c0


def gradients_above(
    trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Take the gradients on what a layer gave in the dtype of its trace, and check that they fit.

    Parameters
    ----------
    trace : Trace
    dh : array_like of shape (T, B, P)
    dc_last : array_like of shape (B, H), optional
        Zeros where left out.

    Returns
    -------
    dh, dc_last : ndarray
        No copies, where none are needed.

    Raises
    ------
    LabError
        If one does not fit.
    """
    above = np.asarray(dh, trace.h.dtype)
    if above.shape != trace.h.shape:
        raise LabError(f"dh has shape {above.shape}; it must be {trace.h.shape}, that of h.")
    last = np.zeros_like(trace.c0) if dc_last is None else np.asarray(dc_last, trace.c.dtype)
    if last.shape != trace.c0.shape:
        raise LabError(f"dc_last has shape {last.shape}; it must be {trace.c0.shape}.")
    return above, last


Blocks = tuple[Array, Array, Array]


def laid_out(x: Array, h0: Array, c0: Array) -> Blocks:
    """Make room for a run of an LSTM, as :func:`lstm.forward` does: a sequence is a column.

    Returns
    -------
    inputs : ndarray of shape (T + 1, D + P + 1, B)
        At t what makes step t + 1: x(t+1), h(t) and 1. Of h there is h(0) only.
    gates : ndarray of shape (T, 4H, B)
        For i, f, o and g of each step, to be filled in.
    c : ndarray of shape (T + 1, H, B)
        c(0), and room for the others.
    """
    (T, B, D), P, H = x.shape, h0.shape[1], c0.shape[1]
    inputs = np.empty((T + 1, D + P + 1, B), x.dtype)
    inputs[:-1, :D] = x.transpose(0, 2, 1)
    inputs[0, D:-1] = h0.T
    inputs[:, -1] = 1
    gates, c = np.empty((T, 4 * H, B), x.dtype), np.empty((T + 1, H, B), x.dtype)
    c[0] = c0.T
    return inputs, gates, c


def traced(layer: Layer, blocks: Blocks) -> Trace:
    """Give the trace of a run whose blocks are filled in; it consists of views of them."""
    inputs, gates, c = (block.transpose(0, 2, 1) for block in blocks)
    D, H = layer.input_size, layer.hidden_size
    i, f, o, g = (gates[..., n * H : (n + 1) * H] for n in range(4))
    h = inputs[..., D:-1]
    return Trace(inputs[:-1, :, :D], i, f, g, o, c[1:], h[1:], h[0], c[0])
