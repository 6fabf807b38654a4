"""One LSTM layer: its parameters, one step, and the whole sequence.

The equations are those of Gers, Schmidhuber & Cummins (2000), "Learning to
forget", in the arrangement that PyTorch uses: with a = W_ih x(t) + W_hh h(t−1)
+ bias, its rows stacked in the order i, f, g, o,

    i = σ(a_i)    f = σ(a_f)    g = tanh(a_g)    o = σ(a_o)
    c(t) = f · c(t−1) + i · g
    h(t) = o · tanh(c(t))

Axis letters: T time, B batch, D input, H hidden; time first.
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
    W_hh : ndarray of shape (4H, H)
        Weights of the previous hidden state h(t−1); the same rows.
    bias : ndarray of shape (4H,)
        The sum of the two biases that PyTorch keeps apart.

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

    def __post_init__(self) -> None:
        """Bring the three arrays to one floating dtype and check their shapes."""
        arrays = [np.asarray(a) for a in (self.W_ih, self.W_hh, self.bias)]
        dtype = np.result_type(*arrays, np.float32)
        for name, array in zip(("W_ih", "W_hh", "bias"), arrays, strict=True):
            object.__setattr__(self, name, array.astype(dtype, copy=False))
        hidden = self.W_hh.shape[-1] if self.W_hh.ndim == 2 else 0
        wanted = (4 * hidden, hidden)
        if hidden < 1 or self.W_hh.shape != wanted:
            raise LabError(f"W_hh has shape {self.W_hh.shape}; it must be (4·H, H).")
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
        return int(self.W_hh.shape[1])


class Step(NamedTuple):
    """What one step computed: four gates and the two new states, each (B, H)."""

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
    i, f, g, o, c, h : ndarray of shape (T, B, H)
        Gates and states, without units; i, f, o in [0, 1], g and h in [−1, 1].
    h0, c0 : ndarray of shape (B, H)
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
        """h(t−1) for every step, of shape (T, B, H)."""
        return np.concatenate([self.h0[None], self.h[:-1]])


def step(layer: Layer, x: Array, h: Array, c: Array) -> Step:
    """Take one step.

    Parameters
    ----------
    layer : Layer
    x : ndarray of shape (B, D)
    h, c : ndarray of shape (B, H)
        The states before the step.

    Returns
    -------
    Step
        Gates and new states, each of shape (B, H).

    Examples
    --------
    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> zero = np.zeros((1, 1))
    >>> round(step(cell, np.ones((1, 1)), zero, zero).c.item(), 3)
    0.288
    """
    a = x @ layer.W_ih.T + h @ layer.W_hh.T + layer.bias
    return _advance(a, c)


def forward(
    layer: Layer, x: ArrayLike, h0: ArrayLike | None = None, c0: ArrayLike | None = None
) -> Trace:
    """Run a layer over whole sequences and keep every gate and state.

    Parameters
    ----------
    layer : Layer
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

    Examples
    --------
    A forget gate that is held at one half, and nothing written: c halves.

    >>> cell = Layer.scalar(i=(0, 0, -100), f=(0, 0, 0), g=(0, 0, 0), o=(0, 0, 0))
    >>> forward(cell, np.zeros((3, 1, 1)), c0=[[8.0]]).c.ravel()
    array([4., 2., 1.])
    """
    dtype, H = layer.W_hh.dtype, layer.hidden_size
    x = np.asarray(x, dtype)
    if x.ndim != 3 or x.shape[0] < 1 or x.shape[2] != layer.input_size:
        raise LabError(f"x has shape {x.shape}; it must be (T, B, {layer.input_size}), T ≥ 1.")
    B = x.shape[1]
    h0, c0 = _state(h0, "h0", (B, H), dtype), _state(c0, "c0", (B, H), dtype)

    # All inputs in one product: what remains in the loop is the recurrence alone.
    a_x = x @ layer.W_ih.T + layer.bias
    W_hh_T = layer.W_hh.T
    h, c = h0, c0
    steps: list[Step] = []
    for a in a_x:
        steps.append(_advance(a + h @ W_hh_T, c))
        h, c = steps[-1].h, steps[-1].c
    i, f, g, o, cs, hs = (np.stack(part) for part in zip(*steps, strict=True))
    return Trace(x, i, f, g, o, cs, hs, h0, c0)


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


def _advance(a: Array, c: Array) -> Step:
    """From the sums before the squashing, (B, 4H), and c(t−1) to the new states."""
    H = c.shape[-1]
    # One call for two gates: on small layers the number of calls is the cost.
    i_f = sigmoid(a[:, : 2 * H])
    i, f = i_f[:, :H], i_f[:, H:]
    g, o = np.tanh(a[:, 2 * H : 3 * H]), sigmoid(a[:, 3 * H :])
    c = f * c + i * g
    return Step(i, f, g, o, c, o * np.tanh(c))


def _state(given: ArrayLike | None, name: str, shape: tuple[int, int], dtype: Any) -> Array:
    """Take an initial state, or zeros, and check its shape."""
    state = np.zeros(shape, dtype) if given is None else np.asarray(given, dtype)
    if state.shape != shape:
        raise LabError(f"{name} has shape {state.shape}; it must be {shape}, that is (B, H).")
    return state
