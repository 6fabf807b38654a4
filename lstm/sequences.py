"""What every kind of layer is given: whole sequences, and the states that they start from."""

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer
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
