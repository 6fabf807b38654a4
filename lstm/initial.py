"""Untrained models: random weights, the same for the same seed."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import numpy as np

from .cell import Array, Layer
from .errors import LabError

Kind = Literal["glorot", "uniform", "orthogonal", "normal"]
KINDS: tuple[Kind, ...] = get_args(Kind)


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
