"""Runs of layers of every kind in which somebody is shown each part of each step.

What is shown can be changed, and the rest of the run follows from it. The runs
are those of :func:`lstm.variants.run_layer`, to the bit where nothing is.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .backward import flat
from .cell import Array, Layer, Trace, sigmoid, stacked
from .coupled import CoupledLayer
from .gru import GRULayer, GRUTrace
from .peephole import PeepholeLayer
from .sequences import laid_out, sequences_and_states, traced
from .variants import RNNLayer

# Called with the name of a quantity, t, and the quantity itself, of shape (units, B).
Reach = Callable[[str, int, Array], None]


def run_stepwise(
    layer: Layer,
    x: ArrayLike,
    reach: Reach,
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
) -> Trace:
    """Run a layer over whole sequences, and show each quantity as soon as it is there.

    Parameters
    ----------
    layer : Layer
        Of any kind.
    x : array_like of shape (T, B, D), T ≥ 1
    reach : function
        Called as ``reach(name, t, rows)``, with an array of shape (units, B) that it
        may change. At t = 0 it is shown the states "c" and "h"; in step t the gates,
        each after its squashing ("i", "f", "g", "o"; in a GRU "r", "z", "n"), then
        "c", before tanh(c) is taken, then "said", what the units say before a
        projection, and last "h".
    h0 : array_like of shape (B, P), optional
    c0 : array_like of shape (B, H), optional
        The states at t = 0; zeros where left out.

    Returns
    -------
    Trace
        As of :func:`lstm.variants.run_layer`; h0 and c0 as they are after changes.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer.

    Examples
    --------
    A memory that somebody empties after the second step.

    >>> def empty(name, t, rows):
    ...     if (name, t) == ("c", 2):
    ...         rows[:] = 0
    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> run_stepwise(cell, np.ones((3, 1, 1)), empty).c.ravel().round(3)
    array([0.288, 0.   , 0.288])
    """
    cells = 0 if isinstance(layer, RNNLayer | GRULayer) else layer.hidden_size
    x, h0, c0 = sequences_and_states(layer, x, h0, c0, cells=cells)
    h0, c0 = h0.copy(), c0.copy()
    reach("c", 0, c0.T)
    reach("h", 0, h0.T)
    if isinstance(layer, RNNLayer):
        return _rnn(layer, x, h0, c0, reach)
    if isinstance(layer, GRULayer):
        return _gru(layer, x, h0, c0, reach)
    if isinstance(layer, CoupledLayer):
        return _coupled(layer, x, h0, c0, reach)
    return _lstm(layer, x, h0, c0, reach)


def _lstm(layer: Layer, x: Array, h0: Array, c0: Array, reach: Reach) -> Trace:
    """Run an LSTM layer, with peepholes or without."""
    H, D = layer.hidden_size, layer.input_size
    blocks = inputs, gates, c = laid_out(x, h0, c0)
    # The very product of `forward`, so that the bits are its bits: its rows are i, f, o
    # and g, and those of the σ's are halved, σ(a) = ½ + ½ tanh(a/2).
    weights = np.asarray(stacked(layer), order="F" if inputs.shape[2] == 1 else "C")
    half_p_i_f, half_p_o = _half_peepholes(layer)
    for n, a in enumerate(gates):
        t = n + 1
        np.dot(weights, inputs[n], a)
        i_f, o, g = a[: 2 * H], a[2 * H : 3 * H], a[3 * H :]
        i, f = i_f[:H], i_f[H:]
        i_f += half_p_i_f * np.concatenate([c[n], c[n]])
        i_f[...] = 0.5 * np.tanh(i_f) + 0.5
        g[...] = np.tanh(g)
        for name, gate in (("i", i), ("f", f), ("g", g)):
            reach(name, t, gate)
        np.add(i * g, f * c[n], c[t])
        reach("c", t, c[t])
        o += half_p_o * c[t]
        o[...] = 0.5 * np.tanh(o) + 0.5
        reach("o", t, o)
        said = o * np.tanh(c[t])
        reach("said", t, said)
        h = inputs[t, D:-1]
        h[...] = said if layer.W_hr is None else np.dot(layer.W_hr, said)
        reach("h", t, h)
    return traced(layer, blocks)


def _half_peepholes(layer: Layer) -> tuple[Array, Array]:
    """Give ½ of the weights from c to i and f, (2H, 1), and to o, (H, 1); without any, 0."""
    H = layer.hidden_size
    if not isinstance(layer, PeepholeLayer):
        none = np.zeros((2 * H, 1), layer.W_hh.dtype)
        return none, none[:H]
    to_i_f = np.concatenate([layer.p_i, layer.p_f])
    return 0.5 * to_i_f[:, None], 0.5 * layer.p_o[:, None]


def _coupled(layer: CoupledLayer, x: Array, h0: Array, c0: Array, reach: Reach) -> Trace:
    (T, B, _), H = x.shape, layer.hidden_size
    a = (flat(x) @ layer.W_ih.T + layer.bias).reshape(T, B, 3 * H)
    f, g, o = (a[..., n * H : (n + 1) * H] for n in range(3))
    i, c, h = (np.empty((T, B, H), x.dtype) for _ in "ich")
    h_prev, c_prev, W_hh = h0, c0, np.ascontiguousarray(layer.W_hh.T)
    for n in range(T):
        t = n + 1
        a[n] += h_prev @ W_hh
        f[n] = sigmoid(f[n])
        g[n] = np.tanh(g[n])
        o[n] = sigmoid(o[n])
        for name, gate in (("f", f), ("g", g), ("o", o)):
            reach(name, t, gate[n].T)
        i[n] = 1 - f[n]
        c[n] = f[n] * c_prev + i[n] * g[n]
        reach("c", t, c[n].T)
        h[n] = o[n] * np.tanh(c[n])
        reach("said", t, h[n].T)
        reach("h", t, h[n].T)
        h_prev, c_prev = h[n], c[n]
    return Trace(x, i, f, g, o, c, h, h0, c0)


def _gru(layer: GRULayer, x: Array, h0: Array, none: Array, reach: Reach) -> GRUTrace:
    (T, B, _), H = x.shape, layer.hidden_size
    a = (flat(x) @ layer.W_ih.T + layer.bias).reshape(T, B, 3 * H)
    r_z, m, h = a[..., : 2 * H], np.empty((T, B, H), x.dtype), np.empty((T, B, H), x.dtype)
    r, z, n = (a[..., part * H : (part + 1) * H] for part in range(3))
    before, W_hh = h0, np.ascontiguousarray(layer.W_hh.T)
    for k in range(T):
        t = k + 1
        u = before @ W_hh
        r_z[k] = sigmoid(r_z[k] + u[:, : 2 * H])
        reach("r", t, r[k].T)
        reach("z", t, z[k].T)
        m[k] = u[:, 2 * H :] + layer.b_hn
        n[k] = np.tanh(n[k] + r[k] * m[k])
        reach("n", t, n[k].T)
        h[k] = (1 - z[k]) * n[k] + z[k] * before
        reach("said", t, h[k].T)
        reach("h", t, h[k].T)
        before = h[k]
    nothing = np.zeros((T, B, 0), x.dtype)
    return GRUTrace(x, nothing, nothing, nothing, nothing, nothing, h, h0, none, r, z, n, m)


def _rnn(layer: RNNLayer, x: Array, h0: Array, none: Array, reach: Reach) -> Trace:
    (T, B, _), H = x.shape, layer.hidden_size
    h = (flat(x) @ layer.W_ih.T + layer.bias).reshape(T, B, H)
    before, W_hh = h0, np.ascontiguousarray(layer.W_hh.T)
    for n, a in enumerate(h):
        a += before @ W_hh
        before = np.tanh(a, a)
        reach("said", n + 1, a.T)
        reach("h", n + 1, a.T)
    nothing = np.zeros((T, B, 0), x.dtype)
    return Trace(x, nothing, nothing, nothing, nothing, nothing, h, h0, none)
