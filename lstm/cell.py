"""One LSTM layer: its parameters, one step, and the whole sequence.

The equations are those of Gers, Schmidhuber & Cummins (2000), "Learning to
forget", in the arrangement that PyTorch uses: with a = W_ih x(t) + W_hh h(t−1)
+ bias, its rows stacked in the order i, f, g, o,

    i = σ(a_i)    f = σ(a_f)    g = tanh(a_g)    o = σ(a_o)
    c(t) = f · c(t−1) + i · g
    h(t) = o · tanh(c(t))

A layer with a projection (Sak, Senior & Beaufays 2014) says h(t) = W_hr (o ·
tanh(c(t))) instead.

Axis letters: T time, B batch, D input, H hidden, P what h(t) has (H, or fewer
with a projection); time first.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import LabError

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Layer:
    """The parameters of one LSTM layer.

    Attributes
    ----------
    W_ih : ndarray of shape (4H, D)
        Weights of the input x(t); rows stacked i, f, g, o.
    W_hh : ndarray of shape (4H, P)
        Weights of the previous hidden state h(t−1); the same rows.
    bias : ndarray of shape (4H,)
        The sum of the two biases that PyTorch keeps apart.
    W_hr : ndarray of shape (P, H), optional
        The projection; without one P = H.

    Raises
    ------
    LabError
        If the shapes do not belong together.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> layer = Layer(rng.normal(size=(8, 3)), rng.normal(size=(8, 2)), np.zeros(8))
    >>> layer.input_size, layer.hidden_size
    (3, 2)
    """

    W_ih: Array
    W_hh: Array
    bias: Array
    W_hr: Array | None = None

    def __post_init__(self) -> None:
        """Bring the arrays to one floating dtype and check their shapes."""
        to_one_dtype(self, "W_ih", "W_hh", "bias", *(() if self.W_hr is None else ("W_hr",)))
        rows, outputs = self.W_hh.shape if self.W_hh.ndim == 2 else (0, 0)
        hidden = rows // 4
        if self.W_hr is None and (hidden < 1 or self.W_hh.shape != (4 * hidden, hidden)):
            raise LabError(f"W_hh has shape {self.W_hh.shape}; it must be (4·H, H).")
        if self.W_hr is not None and (
            hidden < 1 or rows % 4 or self.W_hr.shape != (outputs, hidden) or outputs < 1
        ):
            raise LabError(
                f"W_hh has shape {self.W_hh.shape} and W_hr {self.W_hr.shape}; "
                "they must be (4·H, P) and (P, H)."
            )
        if self.W_ih.ndim != 2 or self.W_ih.shape[0] != 4 * hidden:
            raise LabError(
                f"W_ih has shape {self.W_ih.shape}; with H = {hidden} it must be ({4 * hidden}, D)."
            )
        if self.bias.shape != (4 * hidden,):
            raise LabError(
                f"bias has shape {self.bias.shape}; with H = {hidden} it must be ({4 * hidden},)."
            )

    @classmethod
    def scalar(
        cls,
        *,
        i: tuple[float, float, float],
        f: tuple[float, float, float],
        g: tuple[float, float, float],
        o: tuple[float, float, float],
    ) -> "Layer":
        """Build the layer with one input and one unit, gate by gate.

        Parameters
        ----------
        i, f, g, o : (weight of x(t), weight of h(t−1), bias)
            The input gate, forget gate, candidate and output gate.

        Returns
        -------
        Layer
            With D = H = 1, in float64.

        Examples
        --------
        >>> cell = Layer.scalar(i=(1, 0, 0), f=(0, 0, 5), g=(2, 0, 0), o=(0, 0, 0))
        >>> cell.bias
        array([0., 5., 0., 0.])
        """
        w, u, b = np.array([i, f, g, o], dtype=np.float64).T
        return cls(w[:, None], u[:, None], b)

    @property
    def input_size(self) -> int:
        """D, the number of inputs."""
        return int(self.W_ih.shape[1])

    @property
    def hidden_size(self) -> int:
        """H, the number of units."""
        return int(self.W_hh.shape[0]) // 4

    @property
    def output_size(self) -> int:
        """P, the number of values in h(t): H, unless the layer has a projection."""
        return int(self.W_hh.shape[1])


class Step(NamedTuple):
    """What one step computed: four gates and the two new states, each (B, H), h (B, P)."""

    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    h: Array


@dataclass(frozen=True, eq=False)
class Trace:
    """Everything that a layer computed over a sequence.

    ``c[t - 1]`` is the state after step t, for t = 1 … T; the state at t = 0 is
    ``c0``.

    Attributes
    ----------
    x : ndarray of shape (T, B, D)
    i, f, g, o, c : ndarray of shape (T, B, H)
        Gates and cell states, without units; i, f, o in [0, 1], g in [−1, 1].
    h : ndarray of shape (T, B, P)
        Hidden states; in [−1, 1] without a projection.
    c0 : ndarray of shape (B, H)
    h0 : ndarray of shape (B, P)
    """

    x: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    h: Array
    h0: Array
    c0: Array

    @property
    def c_prev(self) -> Array:
        """c(t−1) for every step, of shape (T, B, H)."""
        return np.concatenate([self.c0[None], self.c[:-1]])

    @property
    def h_prev(self) -> Array:
        """h(t−1) for every step, of shape (T, B, P)."""
        return np.concatenate([self.h0[None], self.h[:-1]])


def step(layer: Layer, x: Array, h: Array, c: Array) -> Step:
    """Take one step.

    Parameters
    ----------
    layer : Layer
    x : ndarray of shape (B, D)
    h : ndarray of shape (B, P)
    c : ndarray of shape (B, H)
        The states before the step.

    Returns
    -------
    Step

    Examples
    --------
    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> zero = np.zeros((1, 1))
    >>> round(step(cell, np.ones((1, 1)), zero, zero).c.item(), 3)
    0.288
    """
    a = x @ layer.W_ih.T + h @ layer.W_hh.T + layer.bias
    return _advance(layer, a, c)


def forward(
    layer: Layer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> Trace:
    """Run a layer over whole sequences and keep every gate and state.

    Parameters
    ----------
    layer : Layer
    x : array_like of shape (T, B, D), T ≥ 1
    h0 : array_like of shape (B, P), optional
    c0 : array_like of shape (B, H), optional
        The states at t = 0; zeros where left out.

    Returns
    -------
    Trace
        In the dtype of the layer. Its arrays are views of two blocks, not C-contiguous.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer.

    Examples
    --------
    A forget gate that is held at one half, and nothing written: c halves.

    >>> cell = Layer.scalar(i=(0, 0, -100), f=(0, 0, 0), g=(0, 0, 0), o=(0, 0, 0))
    >>> forward(cell, np.zeros((3, 1, 1)), c0=[[8.0]]).c.ravel()
    array([4., 2., 1.])
    """
    dtype, H, P = layer.W_hh.dtype, layer.hidden_size, layer.output_size
    x = np.asarray(x, dtype)
    if x.ndim != 3 or x.shape[0] < 1 or x.shape[2] != layer.input_size:
        raise LabError(f"x has shape {x.shape}; it must be (T, B, {layer.input_size}), T ≥ 1.")
    T, B, D = x.shape
    h0 = _state(h0, "h0", (B, P), "(B, P)", dtype)
    c0 = _state(c0, "c0", (B, H), "(B, H)", dtype)

    # Inside, a sequence is a column: each gate of a step is then one run of memory,
    # whatever B. At t, `inputs` has what makes step t + 1, x(t+1), h(t) and 1, and
    # `gates` what that step computes, i, f, o and g, above the c(t) that it starts from.
    inputs = np.empty((T + 1, D + P + 1, B), dtype)
    inputs[:-1, :D] = x.transpose(0, 2, 1)
    inputs[0, D:-1] = h0.T
    inputs[:, -1] = 1
    gates = np.empty((T + 1, 5 * H, B), dtype)
    gates[0, 4 * H :] = c0.T
    _recur(layer, inputs, gates)

    # x as well is a view of `inputs`, which h keeps alive: the trace has it once.
    inputs, gates = inputs.transpose(0, 2, 1), gates.transpose(0, 2, 1)
    i, f, o, g = (gates[:-1, :, n * H : (n + 1) * H] for n in range(4))
    c, h = gates[1:, :, 4 * H :], inputs[1:, :, D:-1]
    return Trace(inputs[:-1, :, :D], i, f, g, o, c, h, h0, c0)


def pre_activations(layer: Layer, trace: Trace) -> Array:
    """Give the sums before the squashing: a = W_ih x(t) + W_hh h(t−1) + bias.

    Parameters
    ----------
    layer : Layer
    trace : Trace
        Of that layer.

    Returns
    -------
    ndarray of shape (4, T, B, H)
        In the order i, f, g, o.
    """
    a = trace.x @ layer.W_ih.T + trace.h_prev @ layer.W_hh.T + layer.bias
    return np.stack(np.split(a, 4, axis=-1))


def half_life(f: ArrayLike) -> Array:
    """Say how many steps a cell state needs to halve at a constant forget gate.

    Parameters
    ----------
    f : array_like
        Forget gate, in [0, 1].

    Returns
    -------
    ndarray of the same shape
        ln ½ / ln f, in steps; 0 where f = 0, infinity where f = 1.

    Raises
    ------
    LabError
        If a value is outside [0, 1].

    Examples
    --------
    >>> half_life([0.0, 0.5, 1.0])
    array([ 0.,  1., inf])
    """
    gate = np.asarray(f, dtype=np.float64)
    if not np.all((gate >= 0) & (gate <= 1)):
        raise LabError("A forget gate outside [0, 1] has no half-life.")
    with np.errstate(divide="ignore"):
        # −0.0 / ln 1 would come out negative: the magnitude is what is meant.
        steps: Array = np.abs(np.log(0.5) / np.log(gate))
    return steps


def sigmoid(a: Array) -> Array:
    """Squash to (0, 1): σ(a) = 1 / (1 + e^−a), written with tanh, which cannot overflow.

    Parameters
    ----------
    a : ndarray of any shape

    Returns
    -------
    ndarray of the same shape and dtype
    """
    half: Array = 0.5 * np.tanh(0.5 * a)
    return half + 0.5


def _advance(layer: Layer, a: Array, c: Array) -> Step:
    """From the sums before the squashing, (B, 4H), and c(t−1) to the new states."""
    H = c.shape[-1]
    # One call for two gates: on small layers the number of calls is the cost.
    i_f = sigmoid(a[:, : 2 * H])
    i, f = i_f[:, :H], i_f[:, H:]
    g, o = np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
    c = f * c + i * g
    h = o * np.tanh(c)
    return Step(i, f, g, o, c, h if layer.W_hr is None else h @ layer.W_hr.T)


def _recur(layer: Layer, inputs: Array, gates: Array) -> None:
    """Fill in the gates and states of all steps, in the blocks that `forward` lays out."""
    H, D, B = layer.hidden_size, layer.input_size, inputs.shape[2]
    # Times a single column, a matrix that is stored by columns is quicker.
    weights = np.asarray(stacked(layer), order="F" if B == 1 else "C")
    products, tanh_c = np.empty_like(gates[0, : 2 * H]), np.empty_like(gates[0, :H])
    i_g, f_c = products[:H], products[H:]

    # In a small layer a call costs more than its arithmetic. So: as few as can be, no
    # new array (the last argument is where the result goes), no slice within the loop,
    # and ½ as an array, as a Python float would be made one in every call.
    half = np.array(0.5, gates.dtype)
    dot, tanh, multiply, add = np.dot, np.tanh, np.multiply, np.add
    steps = zip(
        inputs[:-1],
        gates[:-1, : 4 * H],
        gates[:-1, : 3 * H],
        gates[:-1, : 2 * H],
        gates[:-1, 2 * H : 3 * H],
        gates[:-1, 3 * H :],
        gates[1:, 4 * H :],
        inputs[1:, D:-1],
        strict=True,
    )
    for x_h_1, a, i_f_o, i_f, o, g_c, c, h in steps:
        dot(weights, x_h_1, a)
        tanh(a, a)
        # σ(a) = ½ + ½ tanh(a/2), and these rows are a/2: one tanh serves all four gates.
        multiply(i_f_o, half, i_f_o)
        add(i_f_o, half, i_f_o)
        # i · g and f · c(t−1), whose sum is c(t).
        multiply(i_f, g_c, products)
        add(i_g, f_c, c)
        tanh(c, tanh_c)
        if layer.W_hr is None:
            multiply(o, tanh_c, h)
        else:
            dot(layer.W_hr, multiply(o, tanh_c, tanh_c), h)


def to_one_dtype(record: object, *names: str) -> None:
    """Bring arrays of a frozen record to one floating dtype, while it is being made."""
    arrays = [np.asarray(getattr(record, name)) for name in names]
    dtype = np.result_type(*arrays, np.float32)
    for name, array in zip(names, arrays, strict=True):
        object.__setattr__(record, name, array.astype(dtype, copy=False))


def stacked(layer: Layer) -> Array:
    """Give [W_ih W_hh bias] with its rows in the order i, f, o, g, and halved for the σ's."""
    H = layer.hidden_size
    rows = np.concatenate([layer.W_ih, layer.W_hh, layer.bias[:, None]], axis=1)
    i_f, g, o = rows[: 2 * H], rows[2 * H : 3 * H], rows[3 * H :]
    return np.concatenate([0.5 * i_f, 0.5 * o, g])


def _state(
    given: ArrayLike | None, name: str, shape: tuple[int, int], letters: str, dtype: Any
) -> Array:
    """Take an initial state, or zeros, and check its shape."""
    state = np.zeros(shape, dtype) if given is None else np.asarray(given, dtype)
    if state.shape != shape:
        raise LabError(f"{name} has shape {state.shape}; it must be {shape}, that is {letters}.")
    return state
