"""The LSTM with one gate for input and forget: what is forgotten makes room (Greff et al. 2017).

With a = W_ih x(t) + W_hh h(t−1) + bias, its rows stacked in the order f, g, o,

    f = σ(a_f)    i = 1 − f    g = tanh(a_g)    o = σ(a_o)
    c(t) = f · c(t−1) + (1 − f) · g
    h(t) = o · tanh(c(t))

and backward, with d… for the gradient of a loss on …:

    do = dh · tanh(c)              dc += dh · o · (1 − tanh²(c))
    df = dc · (c(t−1) − g)    dg = dc · (1 − f)    dc(t−1) = dc · f
    da = [df·f(1−f), dg·(1−g²), do·o(1−o)]    dh(t−1) = da W_hh

c(t) is a mean of what was and what is new, so that it never leaves [−1, 1]: this
cell cannot count. The contract is that of :mod:`lstm.cell`; i is in the trace.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .backward import LayerGradients, flat, through_weights
from .cell import Layer, Trace, sigmoid, to_one_dtype
from .errors import LabError
from .sequences import gradients_above, sequences_and_states


@dataclass(frozen=True, eq=False)
class CoupledLayer(Layer):
    """The parameters of one LSTM layer with coupled input and forget gates.

    Attributes
    ----------
    W_ih : ndarray of shape (3H, D)
        Weights of the input x(t); rows stacked f, g, o.
    W_hh : ndarray of shape (3H, H)
        Weights of the previous hidden state h(t−1); the same rows.
    bias : ndarray of shape (3H,)
    W_hr : None
        It has no projection here.

    Raises
    ------
    LabError
        If the shapes do not belong together.

    Examples
    --------
    >>> layer = CoupledLayer(np.ones((6, 3)), np.zeros((6, 2)), np.zeros(6))
    >>> layer.input_size, layer.hidden_size
    (3, 2)
    """

    def __post_init__(self) -> None:
        """Bring the arrays to one floating dtype and check their shapes."""
        to_one_dtype(self, "W_ih", "W_hh", "bias")
        if self.W_hr is not None:
            raise LabError("An LSTM with coupled gates has no projection here. Leave W_hr out.")
        H = self.W_hh.shape[1] if self.W_hh.ndim == 2 else 0
        fits = self.W_hh.shape == (3 * H, H) and self.bias.shape == (3 * H,)
        if H < 1 or not fits or self.W_ih.ndim != 2 or len(self.W_ih) != 3 * H:
            raise LabError(
                f"W_ih has shape {self.W_ih.shape}, W_hh {self.W_hh.shape} and bias "
                f"{self.bias.shape}; with coupled gates they must be (3·H, D), (3·H, H) and (3·H,)."
            )

    @property
    def hidden_size(self) -> int:
        """H, the number of units."""
        return int(self.W_hh.shape[1])


def coupled(layer: Layer) -> CoupledLayer:
    """Give an LSTM layer's weights to one with coupled gates: those of the input gate go.

    Parameters
    ----------
    layer : Layer
        With rows i, f, g, o, and without a projection.

    Returns
    -------
    CoupledLayer

    Raises
    ------
    LabError
        If the layer has a projection.

    Examples
    --------
    >>> cell = Layer.scalar(i=(9, 9, 9), f=(0, 0, 5), g=(2, 0, 0), o=(0, 0, 1))
    >>> coupled(cell).bias
    array([5., 0., 1.])
    """
    H = layer.hidden_size
    return CoupledLayer(layer.W_ih[H:], layer.W_hh[H:], layer.bias[H:], layer.W_hr)


def forward_coupled(
    layer: CoupledLayer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> Trace:
    """Run an LSTM layer with coupled gates over whole sequences and keep every gate and state.

    Parameters
    ----------
    layer : CoupledLayer
    x : array_like of shape (T, B, D), T ≥ 1
    h0, c0 : array_like of shape (B, H), optional
        The states at t = 0; zeros where left out.

    Returns
    -------
    Trace
        In the dtype of the layer.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer.

    References
    ----------
    Greff, Srivastava, Koutník, Steunebrink & Schmidhuber 2017, "LSTM: a search
    space odyssey", variant CIFG (there f = 1 − i, with the weights of i).

    Examples
    --------
    A gate of one half: half of what was, and half of the candidate, tanh(1) = 0.762.

    >>> cell = coupled(Layer.scalar(i=(0, 0, 0), f=(0, 0, 0), g=(0, 0, 1), o=(0, 0, 0)))
    >>> forward_coupled(cell, np.zeros((3, 1, 1))).c.ravel().round(3)
    array([0.381, 0.571, 0.666])
    """
    x, h0, c0 = sequences_and_states(layer, x, h0, c0, cells=layer.hidden_size)
    (T, B, _), H = x.shape, layer.hidden_size
    # What the inputs give needs no recurrence: one product for all steps.
    a = (flat(x) @ layer.W_ih.T + layer.bias).reshape(T, B, 3 * H)
    f, g, o = (a[..., n * H : (n + 1) * H] for n in range(3))
    c, h = np.empty((T, B, H), x.dtype), np.empty((T, B, H), x.dtype)
    i = np.empty_like(c)
    h_prev, c_prev, W_hh = h0, c0, np.ascontiguousarray(layer.W_hh.T)
    for t in range(T):
        a[t] += h_prev @ W_hh
        f[t] = sigmoid(f[t])
        g[t] = np.tanh(g[t])
        o[t] = sigmoid(o[t])
        i[t] = 1 - f[t]
        c[t] = f[t] * c_prev + i[t] * g[t]
        h[t] = o[t] * np.tanh(c[t])
        h_prev, c_prev = h[t], c[t]
    return Trace(x, i, f, g, o, c, h, h0, c0)


def backward_coupled(
    layer: CoupledLayer, trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> LayerGradients:
    """Go backward through time in an LSTM layer with coupled gates.

    Parameters
    ----------
    layer : CoupledLayer
    trace : Trace
        Of that layer.
    dh : array_like of shape (T, B, H)
        The gradient of the loss on each h(t), from above alone.
    dc_last : array_like of shape (B, H), optional
        The gradient on c(T), from what comes after; zeros where left out.

    Returns
    -------
    LayerGradients
        In the shapes of the parameters, (3H, …).

    Raises
    ------
    LabError
        If dh or dc_last do not fit the trace.

    Examples
    --------
    A gate of one half that listens to nothing: ∂c(3)/∂c(0) = ⅛.

    >>> cell = coupled(Layer.scalar(i=(0, 0, 0), f=(0, 0, 0), g=(0, 0, 1), o=(0, 0, 0)))
    >>> trace = forward_coupled(cell, np.zeros((3, 1, 1)))
    >>> backward_coupled(cell, trace, np.zeros((3, 1, 1)), [[1.0]]).dc0
    array([[0.125]])
    """
    above, dc_next = gradients_above(trace, dh, dc_last)
    dh_all = np.copy(above)
    i, f, g, o, tanh_c = trace.i, trace.f, trace.g, trace.o, np.tanh(trace.c)
    # What each gradient is multiplied by, for all steps at once: these need no recurrence.
    for_c = o * (1 - tanh_c * tanh_c)
    for_f, for_g, for_o = (trace.c_prev - g) * f * i, i * (1 - g * g), tanh_c * o * (1 - o)
    da = np.stack([for_f, for_g, for_o], axis=2)  # each is used once: da takes its place
    T, B = da.shape[:2]
    dc_all, dh_next = np.empty(trace.c.shape, da.dtype), np.zeros_like(trace.h0)
    for t in range(T - 1, -1, -1):
        dh_all[t] += dh_next
        dc_all[t] = dc_next + dh_all[t] * for_c[t]
        da[t, :, :2] *= dc_all[t][:, None]
        da[t, :, 2] *= dh_all[t]
        dc_next = dc_all[t] * f[t]
        dh_next = da[t].reshape(len(dh_next), -1) @ layer.W_hh
    return LayerGradients(
        *through_weights(layer, trace, da.reshape(T, B, -1)),
        dh_next,
        dc_next,
        dh_all,
        dc_all,
    )
