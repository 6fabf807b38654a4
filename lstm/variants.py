"""The basic RNN (Elman 1990), the layer to compare an LSTM with; and layers of any kind.

    h(t) = tanh(a),    a = W_ih x(t) + W_hh h(t−1) + bias

and backward, with d… for the gradient of a loss on …:

    da = dh · (1 − h²)    dh(t−1) = da W_hh

Each step back multiplies dh by (1 − h²) and W_hh again, so that it vanishes or
explodes with the lag (Bengio, Simard & Frasconi 1994); an LSTM's dc is
multiplied by its forget gate alone.

The contract is that of :mod:`lstm.cell`. There are no gates and no cell state:
in a trace i, f, g, o and c are arrays for no unit, of shape (T, B, 0).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .backward import LayerGradients, backward, flat, through_weights
from .cell import Layer, Trace, forward, to_one_dtype
from .coupled import CoupledLayer, backward_coupled, forward_coupled
from .errors import LabError
from .gru import GRULayer, backward_gru, forward_gru
from .peephole import PeepholeLayer, backward_peephole, forward_peephole
from .sequences import gradients_above, sequences_and_states


@dataclass(frozen=True, eq=False)
class RNNLayer(Layer):
    """The parameters of one basic RNN layer, under the names of :class:`lstm.Layer`.

    Attributes
    ----------
    W_ih : ndarray of shape (H, D)
        Weights of the input x(t).
    W_hh : ndarray of shape (H, H)
        Weights of the previous hidden state h(t−1).
    bias : ndarray of shape (H,)
        The sum of the two biases that PyTorch keeps apart.
    W_hr : None
        It has no projection.

    Raises
    ------
    LabError
        If the shapes do not belong together.

    Examples
    --------
    >>> layer = RNNLayer(np.ones((2, 3)), np.zeros((2, 2)), np.zeros(2))
    >>> layer.input_size, layer.hidden_size
    (3, 2)
    """

    def __post_init__(self) -> None:
        """Bring the arrays to one floating dtype and check their shapes."""
        to_one_dtype(self, "W_ih", "W_hh", "bias")
        if self.W_hr is not None:
            raise LabError("A basic RNN has no projection. Leave W_hr out.")
        H = len(self.bias) if self.bias.ndim == 1 else 0
        fits = self.W_hh.shape == (H, H) and self.W_ih.ndim == 2 and len(self.W_ih) == H
        if H < 1 or not fits:
            raise LabError(
                f"W_ih has shape {self.W_ih.shape}, W_hh {self.W_hh.shape} and bias "
                f"{self.bias.shape}; in a basic RNN they must be (H, D), (H, H) and (H,)."
            )

    @property
    def hidden_size(self) -> int:
        """H, the number of units."""
        return int(self.W_hh.shape[0])


def random_rnn_layers(rng: np.random.Generator, sizes: Sequence[int]) -> list[RNNLayer]:
    """Draw a stack of basic RNN layers: weights as Glorot & Bengio 2010 have them, biases 0.

    Parameters
    ----------
    rng : numpy.random.Generator
    sizes : sequence of int
        D, then the units of each layer.

    Returns
    -------
    list of RNNLayer
        In float64.

    Examples
    --------
    >>> one, two = random_rnn_layers(np.random.default_rng(0), [3, 4, 2])
    >>> one.hidden_size, two.input_size
    (4, 4)
    """
    layers = []
    for D, H in itertools.pairwise(sizes):
        W_ih, W_hh = (
            np.sqrt(6 / (fan_in + H)) * rng.uniform(-1, 1, (H, fan_in)) for fan_in in (D, H)
        )
        layers.append(RNNLayer(W_ih, W_hh, np.zeros(H)))
    return layers


def run_layer(
    layer: Layer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> Trace:
    """Run a layer of any kind over whole sequences: as :func:`lstm.forward` an LSTM's."""
    if isinstance(layer, RNNLayer):
        return forward_rnn(layer, x, h0, c0)
    if isinstance(layer, GRULayer):
        return forward_gru(layer, x, h0, c0)
    if isinstance(layer, PeepholeLayer):
        return forward_peephole(layer, x, h0, c0)
    if isinstance(layer, CoupledLayer):
        return forward_coupled(layer, x, h0, c0)
    return forward(layer, x, h0, c0)


def run_layer_backward(
    layer: Layer, trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> LayerGradients:
    """Go backward through a layer of any kind: as :func:`lstm.backward` through an LSTM's."""
    if isinstance(layer, RNNLayer):
        return backward_rnn(layer, trace, dh, dc_last)
    if isinstance(layer, GRULayer):
        return backward_gru(layer, trace, dh, dc_last)
    if isinstance(layer, PeepholeLayer):
        return backward_peephole(layer, trace, dh, dc_last)
    if isinstance(layer, CoupledLayer):
        return backward_coupled(layer, trace, dh, dc_last)
    return backward(layer, trace, dh, dc_last)


def forward_rnn(
    layer: Layer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> Trace:
    """Run a basic RNN layer over whole sequences and keep every state.

    Parameters
    ----------
    layer : RNNLayer
    x : array_like of shape (T, B, D), T ≥ 1
    h0 : array_like of shape (B, H), optional
        The states at t = 0; zeros where left out.
    c0 : array_like of shape (B, 0), optional
        There is none: taken so that what an LSTM is given fits here too.

    Returns
    -------
    Trace
        In the dtype of the layer; without gates and cell states.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer.

    References
    ----------
    Elman 1990, "Finding structure in time".

    Examples
    --------
    A pulse is forgotten as fast as the one weight says.

    >>> layer = RNNLayer(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1))
    >>> forward_rnn(layer, [[[1.0]], [[0.0]], [[0.0]]]).h.ravel().round(3)
    array([0.762, 0.363, 0.18 ])
    """
    x, h0, none = sequences_and_states(layer, x, h0, c0, cells=0)
    (T, B, _), H = x.shape, layer.hidden_size
    # What the inputs give needs no recurrence: one product for all steps.
    h = (flat(x) @ layer.W_ih.T + layer.bias).reshape(T, B, H)
    before, W_hh = h0, np.ascontiguousarray(layer.W_hh.T)
    for a in h:
        a += before @ W_hh
        before = np.tanh(a, a)
    nothing = np.zeros((T, B, 0), x.dtype)
    return Trace(x, nothing, nothing, nothing, nothing, nothing, h, h0, none)


def backward_rnn(
    layer: Layer, trace: Trace, dh: ArrayLike, dc_last: ArrayLike | None = None
) -> LayerGradients:
    """Go backward through time in a basic RNN layer.

    Parameters
    ----------
    layer : RNNLayer
    trace : Trace
        Of that layer.
    dh : array_like of shape (T, B, H)
        The gradient of the loss on each h(t), from above alone.
    dc_last : array_like of shape (B, 0), optional
        There is no cell state: nothing is done with it.

    Returns
    -------
    LayerGradients
        Those on cell states are for no unit.

    Raises
    ------
    LabError
        If dh does not fit the trace.

    Examples
    --------
    At h = 0 each step back multiplies by the weight alone: 0.5³.

    >>> layer = RNNLayer(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1))
    >>> trace = forward_rnn(layer, np.zeros((3, 1, 1)))
    >>> backward_rnn(layer, trace, [[[0.0]], [[0.0]], [[1.0]]]).dh0
    array([[0.125]])
    """
    dh_all = np.copy(gradients_above(trace, dh)[0])
    slope = 1 - trace.h * trace.h
    da = slope  # each step's slope is used once: its gradient takes its place
    carried = np.zeros_like(trace.h0)
    for t in range(len(da) - 1, -1, -1):
        dh_all[t] += carried
        np.multiply(slope[t], dh_all[t], da[t])
        carried = da[t] @ layer.W_hh
    return LayerGradients(
        *through_weights(layer, trace, da),
        carried,
        np.zeros_like(trace.c0),
        dh_all,
        np.zeros_like(trace.c),
    )
