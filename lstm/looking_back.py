"""Looking back from a step: which states and inputs it still depends on, and how much.

In an LSTM c(t) = f · c(t−1) + i · g: along this path, the cell path, ∂c(t)/∂c(s)
is the product of the forget gates of the steps s + 1 … t. The whole dependence
has all other paths as well: c(s) also speaks through h(s), which the gates of
the next step listen to. In a basic RNN there are only these, each step through
W_hh once more (Bengio, Simard & Frasconi 1994; Hochreiter & Schmidhuber 1997).

Everything here is one run of :func:`lstm.backward`, or of what stands for it in
another kind of layer (:func:`lstm.variants.run_layer_backward`). A state is
where the page has it, at 0 … T: in what is given back, ``[s]`` is on the state
after step s, and ``[0]`` on the one that the run starts from. All of it is in
float64, whatever the layer is in: what has vanished to 1e-60 is a number still,
and in float32 numbers at the edge of nothing are also slow.
"""

import dataclasses
from typing import Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .backward import LayerGradients
from .cell import Array, Layer, Trace
from .errors import LabError
from .gru import GRUTrace
from .losses import mean_squared_error
from .model import Linear
from .variants import run_layer_backward

State = Literal["c", "h"]
Record = TypeVar("Record", Layer, Trace)


def along_cell_path(trace: Trace, t: int) -> Array:
    """Give ∂c(t)/∂c(s) along the cell path alone: Π f over the steps s + 1 … t.

    In a GRU h goes that way: ∂h(t)/∂h(s) along z · h(t−1) alone is Π z.

    Parameters
    ----------
    trace : Trace
        Of a layer with forget gates, or of a GRU.
    t : int
        The step to look back from, in 1 … T.

    Returns
    -------
    ndarray of shape (t + 1, B, H)
        For s = 0 … t; 1 at s = t.

    Raises
    ------
    LabError
        If there is no such step, or no such gates.

    Examples
    --------
    >>> from lstm import forward
    >>> cell = Layer.scalar(i=(0, 0, 0), f=(0, 0, 0), g=(1, 0, 0), o=(0, 0, 0))
    >>> along_cell_path(forward(cell, np.ones((5, 1, 1))), t=3).ravel()
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    part = _until(trace, t)
    f = part.z if isinstance(part, GRUTrace) else part.f
    if not f.shape[2]:
        raise LabError("There is no cell path: cells of this kind have no forget gate.")
    product = np.ones((t + 1, *f.shape[1:]), f.dtype)
    np.cumprod(f[::-1], axis=0, out=product[-2::-1])
    return product


def dependence(layer: Layer, trace: Trace, t: int, unit: int, state: State = "c") -> Array:
    """Give ∂c(t)/∂c(s) of one unit at t, or ∂h(t)/∂h(s), along all paths.

    Parameters
    ----------
    layer : Layer
        Of any kind.
    trace : Trace
        Of that layer.
    t : int
        The step to look back from, in 1 … T.
    unit : int
        Whose state at t, from 0.
    state : "c" or "h"
        A basic RNN and a GRU have h alone.

    Returns
    -------
    ndarray of shape (t + 1, B, H), for h (t + 1, B, P)
        For s = 0 … t, and the state of every unit at s.

    Raises
    ------
    LabError
        If there is no such step, state or unit.

    Examples
    --------
    In a basic RNN that stays at 0, each step back multiplies by its one weight.

    >>> from lstm.variants import RNNLayer, forward_rnn
    >>> layer = RNNLayer(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1))
    >>> dependence(layer, forward_rnn(layer, np.zeros((3, 1, 1))), 3, 0, "h").ravel()
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    part = _until(trace, t)
    if state not in ("c", "h"):
        raise LabError(f"There is no state '{state}'. Use c or h.")
    count = getattr(part, state).shape[2]
    if not count:
        raise LabError("Cells of this kind have no cell state c. Look back from h.")
    if not 0 <= unit < count:
        raise LabError(f"There is no unit {unit}: this layer has 0 to {count - 1}.")
    above, last = np.zeros_like(part.h), np.zeros_like(part.c0)
    (above[-1] if state == "h" else last)[:, unit] = 1
    back = run_layer_backward(_in_float64(layer), part, above, last)
    return _from_zero(back, state)


def influence_of_inputs(
    layer: Layer, trace: Trace, decoder: Linear, t: int, output: int = 0
) -> Array:
    """Give ∂y(t)/∂x(s), by which each input up to t still changes an output at t.

    Parameters
    ----------
    layer : Layer
        Of any kind.
    trace : Trace
        Of that layer.
    decoder : Linear
        y(t) = W h(t) + b.
    t : int
        The step to look back from, in 1 … T.
    output : int
        Which of the K outputs, from 0.

    Returns
    -------
    ndarray of shape (t, B, D)
        For the inputs of the steps s = 1 … t: that of step s is ``[s - 1]``, as in
        a trace.

    Raises
    ------
    LabError
        If there is no such step or output, or the decoder does not fit the layer.

    Examples
    --------
    >>> from lstm.variants import RNNLayer, forward_rnn
    >>> layer = RNNLayer(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1))
    >>> double = Linear(np.array([[2.0]]), np.zeros(1))
    >>> influence_of_inputs(layer, forward_rnn(layer, np.zeros((3, 1, 1))), double, 3).ravel()
    array([0.5, 1. , 2. ])
    """
    part, W = _until(trace, t), _fitting(decoder, trace)
    if not 0 <= output < len(W):
        raise LabError(f"There is no output {output}: there are 0 to {len(W) - 1}.")
    above = np.zeros_like(part.h)
    above[-1] = W[output]
    return run_layer_backward(_in_float64(layer), part, above).dx


class StateGradients(NamedTuple):
    """How a loss depends on the states: what training sends back through time.

    Attributes
    ----------
    loss : float
        The mean squared error.
    dh : ndarray of shape (T + 1, B, P)
    dc : ndarray of shape (T + 1, B, H)
        ∂L/∂h(s) and ∂L/∂c(s) along all paths, for s = 0 … T; for no unit where a
        kind of layer has no c.
    """

    loss: float
    dh: Array
    dc: Array


def gradients_on_states(
    layer: Layer,
    trace: Trace,
    decoder: Linear,
    target: ArrayLike,
    counts: ArrayLike | None = None,
) -> StateGradients:
    """Give ∂L/∂h(s) and ∂L/∂c(s) for the mean squared error L of the outputs.

    Parameters
    ----------
    layer : Layer
        Of any kind.
    trace : Trace
        Of that layer.
    decoder : Linear
        y(t) = W h(t) + b.
    target : array_like of shape (T, B, K)
        What y(t) should be.
    counts : array_like of shape (T, B), optional
        How much each step counts; 1 where left out.

    Returns
    -------
    StateGradients

    Raises
    ------
    LabError
        If target, counts or the decoder do not fit, or nothing counts.

    Examples
    --------
    Only the last step counts: y(3) = 0 should be 1, so L = 1 and ∂L/∂y(3) = −2.

    >>> from lstm.variants import RNNLayer, forward_rnn
    >>> layer = RNNLayer(np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1))
    >>> trace, same = forward_rnn(layer, np.zeros((3, 1, 1))), Linear(np.eye(1), np.zeros(1))
    >>> found = gradients_on_states(layer, trace, same, np.ones((3, 1, 1)), [[0.0], [0.0], [1.0]])
    >>> found.loss, found.dh.ravel()
    (1.0, array([-0.25, -0.5 , -1.  , -2.  ]))
    """
    trace, W = _in_float64(trace), _fitting(decoder, trace)
    loss = mean_squared_error(decoder(trace.h), target, counts)
    back = run_layer_backward(_in_float64(layer), trace, loss.doutputs @ W)
    return StateGradients(loss.value, _from_zero(back, "h"), _from_zero(back, "c"))


def _until(trace: Trace, t: int) -> Trace:
    """Give the trace of the first t steps, in float64."""
    T = len(trace.x)
    if not 1 <= t <= T:
        raise LabError(f"There is no step {t} to look back from: use one from 1 to {T}.")
    names = {field.name for field in dataclasses.fields(trace)} - {"h0", "c0"}
    return _in_float64(
        dataclasses.replace(trace, **{name: getattr(trace, name)[:t] for name in names})
    )


def _in_float64(record: Record) -> Record:
    """Give a layer or a trace with all of its arrays in float64."""
    arrays = {
        field.name: value.astype(np.float64, copy=False)
        for field in dataclasses.fields(record)
        if (value := getattr(record, field.name)) is not None
    }
    return dataclasses.replace(record, **arrays)


def _fitting(decoder: Linear, trace: Trace) -> Array:
    """Give the weights of the outputs, (K, P)."""
    P = trace.h.shape[2]
    if decoder.W.shape[1] != P:
        raise LabError(f"The output takes {decoder.W.shape[1]} values, but the layer gives {P}.")
    return decoder.W


def _from_zero(back: LayerGradients, state: State) -> Array:
    """Put the gradient on the state at t = 0 before those on the states after the steps."""
    first, rest = (back.dc0, back.dc) if state == "c" else (back.dh0, back.dh)
    return np.concatenate([first[None], rest])
