"""What a language model says when nobody has said anything: text to fit its lens on.

A lens is best fitted on text like that which the model was made for. Of a model
that somebody brings there may be none; but a model that has learnt a language
writes it.
"""

import numpy as np
from numpy.typing import NDArray

from .errors import LabError
from .model import Model
from .parameters import run_for_training

LENGTH = 100  # tokens of a sequence


def babble(model: Model, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Let a language model write sequences, each from zero states and a token by chance.

    Parameters
    ----------
    model : Model
        Whose outputs are scores of its tokens.
    rng : numpy.random.Generator
    count : int
        How many tokens are wanted, of all sequences together.

    Returns
    -------
    ndarray of int, of shape (B, T)
        So many, or a few more to fill the last sequence.

    Raises
    ------
    LabError
        If the outputs are no numbers.
    """
    B = -(-count // LENGTH)
    text = np.empty((B, LENGTH), np.int64)
    text[:, 0] = rng.integers(model.token_count, size=B)
    states = None
    for t in range(1, LENGTH):
        done = run_for_training(model, text[None, :, t - 1], states)
        scores, states = done.outputs[0].astype(float), done.last
        if not np.isfinite(scores).all():
            raise LabError("The outputs of this model are no numbers: it cannot write a text.")
        scores -= scores.max(axis=1, keepdims=True)
        # In place: of a model of 50,000 words, each copy would be tens of MB.
        p = np.cumsum(np.exp(scores, out=scores), axis=1, out=scores)
        text[:, t] = (p < rng.random((B, 1)) * p[:, -1:]).sum(axis=1)
    return text
