"""The LSTM with peepholes: gates that see the cell state (Gers & Schmidhuber 2000).

With a = W_ih x(t) + W_hh h(t−1) + bias as in :mod:`lstm.cell`, a unit's own
cell state goes into its gates, before the step for i and f, after it for o:

    i = σ(a_i + p_i · c(t−1))    f = σ(a_f + p_f · c(t−1))    g = tanh(a_g)
    c(t) = f · c(t−1) + i · g
    o = σ(a_o + p_o · c(t))      h(t) = o · tanh(c(t))

and backward, with d… for the gradient of a loss on …:

    da_o = dh · tanh(c) · o(1−o)
    dc += dh · o · (1 − tanh²(c)) + da_o · p_o
    da_i = dc · g · i(1−i)    da_f = dc · c(t−1) · f(1−f)    da_g = dc · i · (1−g²)
    dc(t−1) = dc · f + da_i · p_i + da_f · p_f    dh(t−1) = da W_hh

The contract is that of :mod:`lstm.cell`; with all peepholes 0 a run is that of
:func:`lstm.forward` to the bit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .backward import LayerGradients, through_weights
from .cell import Array, Layer, Trace, stacked, to_one_dtype
from .errors import LabError
from .sequences import gradients_above, laid_out, sequences_and_states, traced


@dataclass(frozen=True, eq=False, kw_only=True)
class PeepholeLayer(Layer):
    """The parameters of one LSTM layer with peepholes.

    Attributes
    ----------
    W_ih, W_hh, bias : ndarray
        As in :class:`lstm.Layer`.
    p_i, p_f, p_o : ndarray of shape (H,)
        The weight of each unit's own cell state in its three gates: c(t−1) in i
        and f, c(t) in o.
    W_hr : None
        It has no projection here.

    Raises
    ------
    LabError
        If the shapes do not belong together.

    Examples
    --------
    >>> rng, p = np.random.default_rng(0), np.ones(2)
    >>> W_ih, W_hh = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
    >>> PeepholeLayer(W_ih, W_hh, np.zeros(8), p_i=p, p_f=p, p_o=p).hidden_size
    2
    """

    p_i: Array
    p_f: Array
    p_o: Array

    def __post_init__(self) -> None:
        """Bring the arrays to one floating dtype and check their shapes."""
        to_one_dtype(self, "W_ih", "W_hh", "bias", "p_i", "p_f", "p_o")
        if self.W_hr is not None:
            raise LabError("An LSTM with peepholes has no projection here. Leave W_hr out.")
        super().__post_init__()
        H = self.hidden_size
        shapes = [peephole.shape for peephole in (self.p_i, self.p_f, self.p_o)]
        if shapes != [(H,)] * 3:
            raise LabError(
                f"p_i, p_f and p_o have the shapes {', '.join(map(str, shapes))}; "
                f"with H = {H} each must be ({H},)."
            )


@dataclass(frozen=True, eq=False)
class PeepholeGradients(LayerGradients):
    """The gradients of a loss on all that an LSTM layer with peepholes was given.

    Attributes
    ----------
    dp_i, dp_f, dp_o : ndarray of shape (H,)
        All others are those of :class:`lstm.LayerGradients`.
    """

    dp_i: Array
    dp_f: Array
    dp_o: Array


def forward_peephole(
    layer: PeepholeLayer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> Trace:
    """Run an LSTM layer with peepholes over whole sequences and keep every gate and state.

    Parameters
    ----------
    layer : PeepholeLayer
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
    Gers & Schmidhuber 2000, "Recurrent nets that time and count", equations 1–7
    (their c(t−1) into f and i, and c(t) into o).

    Examples
    --------
    A cell that listens to nothing but itself: the fuller it is, the less it forgets.

    >>> shut = np.array([-100.0, 0, 0, 0])  # nothing is written: i = 0
    >>> nothing, p = np.zeros((4, 1)), np.zeros(1)
    >>> layer = PeepholeLayer(nothing, nothing, shut, p_i=p, p_f=np.ones(1), p_o=p)
    >>> forward_peephole(layer, np.zeros((3, 1, 1)), c0=[[4.0]]).f.ravel().round(3)
    array([0.982, 0.981, 0.979])
    """
    x, h0, c0 = sequences_and_states(layer, x, h0, c0, cells=layer.hidden_size)
    blocks = laid_out(x, h0, c0)
    _recur(layer, *blocks)
    return traced(layer, blocks)


def backward_peephole(
    layer: PeepholeLayer, trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> PeepholeGradients:
    """Go backward through time in an LSTM layer with peepholes.

    Parameters
    ----------
    layer : PeepholeLayer
    trace : Trace
        Of that layer.
    dh : array_like of shape (T, B, H)
        The gradient of the loss on each h(t), from above alone.
    dc_last : array_like of shape (B, H), optional
        The gradient on c(T), from what comes after; zeros where left out.

    Returns
    -------
    PeepholeGradients

    Raises
    ------
    LabError
        If dh or dc_last do not fit the trace.

    Notes
    -----
    The full gradient; Gers & Schmidhuber cut it off where it leaves the cell.

    Examples
    --------
    Where c also opens its forget gate, c(3) depends on c(0) by more than Π f = 0.137.

    >>> shut = np.array([-100.0, 0, 0, 0])
    >>> nothing, p = np.zeros((4, 1)), np.zeros(1)
    >>> layer = PeepholeLayer(nothing, nothing, shut, p_i=p, p_f=np.ones(1), p_o=p)
    >>> trace = forward_peephole(layer, np.zeros((3, 1, 1)), c0=[[0.1]])
    >>> trace.f.prod().round(3)
    np.float64(0.137)
    >>> backward_peephole(layer, trace, np.zeros((3, 1, 1)), [[1.0]]).dc0.round(3)
    array([[0.149]])
    """
    above, dc_next = gradients_above(trace, dh, dc_last)
    dh_all = np.copy(above)
    da, dc_all, dh0, dc0 = _recur_back(layer, trace, dh_all, dc_next)
    (T, B), c_prev = da.shape[:2], trace.c_prev
    return PeepholeGradients(
        *through_weights(layer, trace, da.reshape(T, B, -1)),
        dh0,
        dc0,
        dh_all,
        dc_all,
        dp_i=(da[:, :, 0] * c_prev).sum(axis=(0, 1)),
        dp_f=(da[:, :, 1] * c_prev).sum(axis=(0, 1)),
        dp_o=(da[:, :, 3] * trace.c).sum(axis=(0, 1)),
    )


def _recur(layer: PeepholeLayer, inputs: Array, gates: Array, c: Array) -> None:
    """Fill in the gates and states of all steps, in blocks as `laid_out` gives them."""
    H, D = layer.hidden_size, layer.input_size
    # The very product of `forward`, so that without peepholes the bits are its bits: its
    # rows are i, f, o and g, and those of the σ's are halved, σ(a) = ½ + ½ tanh(a/2).
    weights = np.asarray(stacked(layer), order="F" if inputs.shape[2] == 1 else "C")
    half_p_i_f, half_p_o = (
        0.5 * p[:, None] for p in (np.concatenate([layer.p_i, layer.p_f]), layer.p_o)
    )
    for t, a in enumerate(gates):
        np.dot(weights, inputs[t], a)
        i_f, o, g = a[: 2 * H], a[2 * H : 3 * H], a[3 * H :]
        i_f += half_p_i_f * np.concatenate([c[t], c[t]])
        i_f[...] = 0.5 * np.tanh(i_f) + 0.5
        g[...] = np.tanh(g)
        c[t + 1] = i_f[:H] * g + i_f[H:] * c[t]
        o += half_p_o * c[t + 1]
        o[...] = 0.5 * np.tanh(o) + 0.5
        inputs[t + 1, D:-1] = o * np.tanh(c[t + 1])


def _recur_back(
    layer: PeepholeLayer, trace: Trace, dh_all: Array, dc_next: Array
) -> tuple[Array, Array, Array, Array]:
    """Add to dh what comes along the recurrence; give da, (T, B, 4, H), dc, dh(0) and dc(0)."""
    i, f, g, o = trace.i, trace.f, trace.g, trace.o
    tanh_c = np.tanh(trace.c)
    # What each gradient is multiplied by, for all steps at once: these need no recurrence.
    for_c, for_o = o * (1 - tanh_c * tanh_c), tanh_c * o * (1 - o)
    for_i, for_f, for_g = g * i * (1 - i), trace.c_prev * f * (1 - f), i * (1 - g * g)
    da = np.stack([for_i, for_f, for_g, for_o], axis=2)  # each is used once: da takes its place
    dc_all, dh_next = np.empty(trace.c.shape, da.dtype), np.zeros_like(trace.h0)
    for t in range(len(da) - 1, -1, -1):
        dh_all[t] += dh_next
        da_i, da_f, _, da_o = da[t].transpose(1, 0, 2)
        da_o *= dh_all[t]
        dc_all[t] = dc_next + dh_all[t] * for_c[t] + da_o * layer.p_o
        da[t, :, :3] *= dc_all[t][:, None]
        dc_next = dc_all[t] * f[t] + da_i * layer.p_i + da_f * layer.p_f
        dh_next = da[t].reshape(len(dh_next), -1) @ layer.W_hh
    return da, dc_all, dh_next, dc_next
