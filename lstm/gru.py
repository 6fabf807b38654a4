"""The gated recurrent unit (Cho et al. 2014), in the form that PyTorch gives it.

With a = W_ih x(t) + bias and u = W_hh h(t−1), their rows stacked r, z, n,

    r = σ(a_r + u_r)    z = σ(a_z + u_z)    m = u_n + b_hn    n = tanh(a_n + r · m)
    h(t) = (1 − z) · n + z · h(t−1)

and backward, with d… for the gradient of a loss on …:

    dn = dh · (1 − z)    dz = dh · (h(t−1) − n)    dr = da_n · m    dm = da_n · r
    da = [dr·r(1−r), dz·z(1−z), dn·(1−n²)]
    dh(t−1) = dh · z + [da_r, da_z, dm] W_hh

Cho et al. have z and 1 − z the other way round, and reset h before the product
with W_hh, not after it. The update gate does what an LSTM's forget gate does
for c: along the direct path ∂h(T)/∂h(0) = Π z(t).

The contract is that of :mod:`lstm.cell`. There is no cell state: in a trace i,
f, g, o and c are arrays for no unit, of shape (T, B, 0).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .backward import LayerGradients, flat
from .cell import Array, Layer, Trace, sigmoid, to_one_dtype
from .errors import LabError
from .sequences import gradients_above, sequences_and_states


@dataclass(frozen=True, eq=False, kw_only=True)
class GRULayer(Layer):
    """The parameters of one GRU layer.

    Attributes
    ----------
    W_ih : ndarray of shape (3H, D)
        Weights of the input x(t); rows stacked r, z, n.
    W_hh : ndarray of shape (3H, H)
        Weights of the previous hidden state h(t−1); the same rows.
    bias : ndarray of shape (3H,)
        For r and z the sum of the two biases that PyTorch keeps apart, for n the
        one of the input, ``bias_ih``.
    b_hn : ndarray of shape (H,)
        The last third of PyTorch's ``bias_hh``, which the reset gate acts on.
    W_hr : None
        It has no projection.

    Raises
    ------
    LabError
        If the shapes do not belong together.

    Examples
    --------
    >>> layer = GRULayer(np.ones((6, 3)), np.zeros((6, 2)), np.zeros(6), b_hn=np.zeros(2))
    >>> layer.input_size, layer.hidden_size
    (3, 2)
    """

    b_hn: Array

    def __post_init__(self) -> None:
        """Bring the arrays to one floating dtype and check their shapes."""
        to_one_dtype(self, "W_ih", "W_hh", "bias", "b_hn")
        if self.W_hr is not None:
            raise LabError("A GRU has no projection. Leave W_hr out.")
        H = len(self.b_hn) if self.b_hn.ndim == 1 else 0
        fits = self.W_hh.shape == (3 * H, H) and self.bias.shape == (3 * H,)
        if H < 1 or not fits or self.W_ih.ndim != 2 or len(self.W_ih) != 3 * H:
            raise LabError(
                f"W_ih has shape {self.W_ih.shape}, W_hh {self.W_hh.shape}, bias "
                f"{self.bias.shape} and b_hn {self.b_hn.shape}; in a GRU they must be "
                "(3·H, D), (3·H, H), (3·H,) and (H,)."
            )

    @property
    def hidden_size(self) -> int:
        """H, the number of units."""
        return int(self.W_hh.shape[1])


@dataclass(frozen=True, eq=False)
class GRUTrace(Trace):
    """Everything that a GRU layer computed over a sequence.

    Attributes
    ----------
    r, z, n : ndarray of shape (T, B, H)
        The reset gate, the update gate and the candidate; r, z in [0, 1], n in
        [−1, 1].
    m : ndarray of shape (T, B, H)
        W_hn h(t−1) + b_hn, of which the reset gate lets a share into n.
    h, h0
        As in :class:`lstm.Trace`; all other arrays of it are for no unit.
    """

    r: Array
    z: Array
    n: Array
    m: Array


@dataclass(frozen=True, eq=False)
class GRUGradients(LayerGradients):
    """The gradients of a loss on all that a GRU layer was given.

    Attributes
    ----------
    db_hn : ndarray of shape (H,)
        All others are as in :class:`lstm.LayerGradients`, in the shapes of the
        parameters; those on cell states are for no unit.
    """

    db_hn: Array


def forward_gru(
    layer: GRULayer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> GRUTrace:
    """Run a GRU layer over whole sequences and keep every gate and state.

    Parameters
    ----------
    layer : GRULayer
    x : array_like of shape (T, B, D), T ≥ 1
    h0 : array_like of shape (B, H), optional
        The states at t = 0; zeros where left out.
    c0 : array_like of shape (B, 0), optional
        There is none: taken so that what an LSTM is given fits here too.

    Returns
    -------
    GRUTrace
        In the dtype of the layer.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer.

    References
    ----------
    Cho et al. 2014, "Learning phrase representations using RNN encoder–decoder
    for statistical machine translation", section 2.3; torch.nn.GRU.

    Examples
    --------
    An update gate of one half and a candidate of 0: h halves.

    >>> layer = GRULayer(np.zeros((3, 1)), np.zeros((3, 1)), np.zeros(3), b_hn=np.zeros(1))
    >>> forward_gru(layer, np.zeros((3, 1, 1)), [[0.8]]).h.ravel()
    array([0.4, 0.2, 0.1])
    """
    x, h0, none = sequences_and_states(layer, x, h0, c0, cells=0)
    (T, B, _), H = x.shape, layer.hidden_size
    # What the inputs give needs no recurrence: one product for all steps.
    a = (flat(x) @ layer.W_ih.T + layer.bias).reshape(T, B, 3 * H)
    r_z, m, h = a[..., : 2 * H], np.empty((T, B, H), x.dtype), np.empty((T, B, H), x.dtype)
    r, z, n = (a[..., part * H : (part + 1) * H] for part in range(3))
    before, W_hh = h0, np.ascontiguousarray(layer.W_hh.T)
    for t in range(T):
        u = before @ W_hh
        r_z[t] = sigmoid(r_z[t] + u[:, : 2 * H])
        m[t] = u[:, 2 * H :] + layer.b_hn
        n[t] = np.tanh(n[t] + r[t] * m[t])
        h[t] = (1 - z[t]) * n[t] + z[t] * before
        before = h[t]
    nothing = np.zeros((T, B, 0), x.dtype)
    return GRUTrace(x, nothing, nothing, nothing, nothing, nothing, h, h0, none, r, z, n, m)


def backward_gru(
    layer: GRULayer, trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> GRUGradients:
    """Go backward through time in a GRU layer.

    Parameters
    ----------
    layer : GRULayer
    trace : GRUTrace
        Of that layer.
    dh : array_like of shape (T, B, H)
        The gradient of the loss on each h(t), from above alone.
    dc_last : array_like of shape (B, 0), optional
        There is no cell state: nothing is done with it.

    Returns
    -------
    GRUGradients

    Raises
    ------
    LabError
        If the trace is of another kind of layer, or dh does not fit it.

    Examples
    --------
    An update gate of one half and a candidate that does not listen: 0.5³.

    >>> layer = GRULayer(np.zeros((3, 1)), np.zeros((3, 1)), np.zeros(3), b_hn=np.zeros(1))
    >>> trace = forward_gru(layer, np.zeros((3, 1, 1)))
    >>> backward_gru(layer, trace, [[[0.0]], [[0.0]], [[1.0]]]).dh0
    array([[0.125]])
    """
    if not isinstance(trace, GRUTrace):
        raise LabError("This is not the trace of a GRU. Run the layer with forward_gru first.")
    dh_all = np.copy(gradients_above(trace, dh)[0])
    T, B, H = dh_all.shape
    r, z, n, m, h_prev = trace.r, trace.z, trace.n, trace.m, trace.h_prev
    # What each gradient is multiplied by, for all steps at once: these need no recurrence.
    by_dh_for_n, by_dh_for_z = (1 - z) * (1 - n * n), (h_prev - n) * z * (1 - z)
    by_dn_for_r = m * r * (1 - r)
    da = np.empty((T, B, 3 * H), dh_all.dtype)
    dh_next, du = np.zeros_like(trace.h0), np.empty_like(da)
    for t in range(T - 1, -1, -1):
        dh_all[t] += dh_next
        da_n = dh_all[t] * by_dh_for_n[t]
        du[t, :, :H] = da_n * by_dn_for_r[t]
        du[t, :, H : 2 * H] = dh_all[t] * by_dh_for_z[t]
        du[t, :, 2 * H :] = da_n * r[t]
        da[t, :, 2 * H :] = da_n
        dh_next = dh_all[t] * z[t] + du[t] @ layer.W_hh
    da[..., : 2 * H] = du[..., : 2 * H]
    rows = flat(da)
    return GRUGradients(
        rows.T @ flat(trace.x),
        flat(du).T @ flat(h_prev),
        rows.sum(axis=0),
        None,
        (rows @ layer.W_ih).reshape(trace.x.shape),
        dh_next,
        np.zeros_like(trace.c0),
        dh_all,
        np.zeros_like(trace.c),
        db_hn=flat(du)[:, 2 * H :].sum(axis=0),
    )
