"""The model that training starts from, as the settings have it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .cell import Array, Layer
from .initial import random_layers, without_forget_gate
from .model import Linear, Model
from .settings import Settings
from .variants import random_rnn_layers
from .vocabulary import Vocabulary

NARROW = 128  # tokens that are read one-hot, so that each can be seen in the gates' sums
WIDEST_EMBEDDING = 128


def embedding_size(V: int, H: int) -> int | None:
    """Give the numbers that stand for one of V tokens; None where they are read one-hot."""
    return None if V <= NARROW else min(WIDEST_EMBEDDING, H)


def untrained(settings: Settings, vocabulary: Vocabulary | None, D: int = 0, K: int = 0) -> Model:
    """Draw a model: the same bytes for the same settings.

    Parameters
    ----------
    settings : Settings
    vocabulary : Vocabulary, or None
        What its inputs and outputs are.
    D, K : int
        Without a vocabulary: how many numbers they are.

    Returns
    -------
    Model
        In float32.

    Examples
    --------
    >>> untrained(Settings("adding", size=3), None, D=2, K=1).layers[0].W_ih.shape
    (12, 2)
    """
    rng = np.random.default_rng([settings.seed, 0])
    H = settings.size
    embedding = None
    if vocabulary is not None:
        K = len(vocabulary)
        size = embedding_size(K, H)
        D = size or K
        if size is not None:
            embedding = _single(rng.normal(0, size**-0.5, (K, size)))
    layers = [
        replace(one, W_ih=_single(one.W_ih), W_hh=_single(one.W_hh), bias=_single(one.bias))
        for one in _layers(settings, rng, [D] + [H] * settings.layers)
    ]
    reach = H**-0.5
    decoder = Linear(_single(rng.uniform(-reach, reach, (K, H))), np.zeros(K, np.float32))
    return Model(layers, decoder, embedding, vocabulary)


def _layers(settings: Settings, rng: np.random.Generator, sizes: Sequence[int]) -> Sequence[Layer]:
    if settings.cell == "rnn":
        return random_rnn_layers(rng, sizes)
    layers = random_layers(rng, sizes, forget_bias=settings.forget_bias)
    return without_forget_gate(layers) if settings.cell == "no_forget" else layers


def _single(array: Array) -> Array:
    return np.asarray(array, np.float32)
