"""Untrained models: random weights, the same for the same seed."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import numpy as np

from .cell import Array, Layer
from .errors import LabError

Kind = Literal["glorot", "uniform", "orthogonal", "normal"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# σ of it is 1 exactly, in float32 and float64, and no training comes near it.
FORGETS_NOTHING = 1000.0


def random_layers(
    rng: np.random.Generator,
    sizes: Sequence[int],
    kind: Kind = "glorot",
    forget_bias: float = 1.0,
) -> list[Layer]:
    """Draw a stack of layers.

    Parameters
    ----------
    rng : numpy.random.Generator
    sizes : sequence of int
        D, then the units of each layer.
    kind : "glorot", "uniform", "orthogonal" or "normal"
        Uniform within ±√(6 / (fan in + fan out)) of each gate; uniform within
        ±1/√H, as PyTorch does it; W_hh orthogonal gate by gate, W_ih as
        "glorot"; or normal with σ = 1, which drives the gates into saturation.
    forget_bias : float
        The bias of every forget gate; all other biases are 0.

    Returns
    -------
    list of Layer
        In float64.

    Raises
    ------
    LabError
        For an unknown kind.

    References
    ----------
    Glorot & Bengio 2010; Saxe, McClelland & Ganguli 2014 (orthogonal);
    Jozefowicz, Zaremba & Sutskever 2015 (a forget bias of 1).

    Examples
    --------
    >>> one, two = random_layers(np.random.default_rng(0), [3, 4, 2])
    >>> one.hidden_size, two.input_size
    (4, 4)
    """
    if kind not in KINDS:
        raise LabError(f"There is no initialisation '{kind}'. Use one of {', '.join(KINDS)}.")
    layers = []
    for D, H in itertools.pairwise(sizes):
        W_ih, W_hh = _weights(rng, D, H, kind)
        bias = np.zeros(4 * H)
        bias[H : 2 * H] = forget_bias
        layers.append(Layer(W_ih, W_hh, bias))
    return layers


def without_forget_gate(layers: Sequence[Layer]) -> list[Layer]:
    """Hold every forget gate at 1: the LSTM as it was before there was one.

    Its weights become 0 and its bias so large that the gate is 1 exactly. Then
    its gradients are 0 exactly, and :func:`lstm.parameters.with_parameters`
    keeps weight decay from the bias: the gate stays 1 under training.

    Parameters
    ----------
    layers : sequence of Layer

    Returns
    -------
    list of Layer

    References
    ----------
    Hochreiter & Schmidhuber 1997; the forget gate came with Gers, Schmidhuber &
    Cummins 2000.

    Examples
    --------
    >>> from lstm import forward
    >>> (layer,) = without_forget_gate(random_layers(np.random.default_rng(0), [1, 1]))
    >>> forward(layer, [[[5.0]], [[-5.0]]]).f.ravel()
    array([1., 1.])
    """
    held = []
    for layer in layers:
        arrays = {name: getattr(layer, name).copy() for name in ("W_ih", "W_hh", "bias")}
        gate = slice(layer.hidden_size, 2 * layer.hidden_size)
        for name, array in arrays.items():
            array[gate] = FORGETS_NOTHING if name == "bias" else 0
        held.append(dataclasses.replace(layer, **arrays))
    return held


def token_vectors(tokens: Iterable[str], size: int, seed: int) -> Array:
    """Give every token a random vector that depends on the token and the seed alone.

    So a text can be edited without changing the network that reads it.

    Parameters
    ----------
    tokens : iterable of str, V of them
    size : int
        D, the numbers in a vector.
    seed : int

    Returns
    -------
    ndarray of shape (V, D)
        Normal, σ = 1.

    Examples
    --------
    >>> a_b, b = token_vectors("ab", 3, seed=0), token_vectors("b", 3, seed=0)
    >>> bool((a_b[1] == b[0]).all())
    True
    """
    rows = [
        np.random.default_rng([seed, *token.encode("utf-8", "surrogatepass")]).normal(size=size)
        for token in tokens
    ]
    return np.array(rows)


def _weights(rng: np.random.Generator, D: int, H: int, kind: Kind) -> tuple[Array, Array]:
    if kind == "normal":
        return rng.normal(size=(4 * H, D)), rng.normal(size=(4 * H, H))
    if kind == "uniform":
        reach = 1 / np.sqrt(H)
        return rng.uniform(-reach, reach, (4 * H, D)), rng.uniform(-reach, reach, (4 * H, H))
    W_ih = _glorot(rng, D, H)
    if kind == "glorot":
        return W_ih, _glorot(rng, H, H)
    return W_ih, np.concatenate([_orthogonal(rng, H) for _ in range(4)])


def _glorot(rng: np.random.Generator, fan_in: int, fan_out: int) -> Array:
    """Draw the weights of four gates; each gate counts as a layer of its own."""
    reach = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-reach, reach, (4 * fan_out, fan_in))


def _orthogonal(rng: np.random.Generator, H: int) -> Array:
    Q, R = np.linalg.qr(rng.normal(size=(H, H)))
    # The signs of R make the draw uniform over all rotations (Mezzadri 2007).
    rotation: Array = Q * np.sign(np.diag(R))
    return rotation
