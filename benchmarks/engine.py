"""The forward pass beside the loop of the textbooks."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import numpy as np

from lstm import Layer, forward
from lstm.cell import Array

from .table import Row

ROUNDS = 15
CALLS = 20


def measure() -> Iterator[Row]:
    """Give CPU times for (T, B, D, H) = (50, 1, 1, 1) and (500, 1, 1, 1)."""
    rng = np.random.default_rng(0)
    layer = Layer(rng.normal(size=(4, 1)), rng.normal(size=(4, 1)), rng.normal(size=4))
    for T in (50, 500):
        x = rng.normal(size=(T, 1, 1))
        np.testing.assert_allclose(textbook(layer, x)[-1], forward(layer, x).h, atol=1e-12)
        ours, theirs = interleaved(partial(forward, layer, x), partial(textbook, layer, x))
        name = f"Engine, forward with every gate, {T} steps: "
        yield Row(name + "CPU a call", ours * 1e3, "ms")
        yield Row(name + "textbook loop", theirs * 1e3, "ms")
        yield Row(name + "against the textbook loop", ours / theirs, "×")


def textbook(layer: Layer, x: Array) -> list[Array]:
    """Run the layer as tutorials write it: concatenate, four products, σ by exp.

    Returns
    -------
    list of ndarray of shape (T, B, H)
        i, f, g, o, c, h.
    """
    W = np.concatenate([layer.W_hh, layer.W_ih], axis=1)
    W_i, W_f, W_g, W_o = np.split(W, 4)
    b_i, b_f, b_g, b_o = np.split(layer.bias, 4)
    h = c = np.zeros((x.shape[1], layer.hidden_size))
    kept: list[tuple[Array, ...]] = []
    for x_t in x:
        z = np.concatenate([h, x_t], axis=1)
        i = 1 / (1 + np.exp(-(z @ W_i.T + b_i)))
        f = 1 / (1 + np.exp(-(z @ W_f.T + b_f)))
        g = np.tanh(z @ W_g.T + b_g)
        o = 1 / (1 + np.exp(-(z @ W_o.T + b_o)))
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((i, f, g, o, c, h))
    return [np.stack(part) for part in zip(*kept, strict=True)]


def interleaved(*contenders: Callable[[], object]) -> list[float]:
    """Time contenders by turns, so that all meet the same machine.

    Returns
    -------
    list of float
        Median CPU seconds a call.
    """
    times: list[list[float]] = [[] for _ in contenders]
    for _ in range(ROUNDS):
        for contender, kept in zip(contenders, times, strict=True):
            start = time.process_time()
            for _ in range(CALLS):
                contender()
            kept.append((time.process_time() - start) / CALLS)
    return [median(kept) for kept in times]
