"""An output for a model that has none: a softmax regression from its top states to the next token.

What is fitted is convex, so there is one best answer. Each step solves for it with
Böhning's bound of the curvature in the place of the curvature itself: the bound is
the same at every step, so one matrix is factored once, and the loss never rises.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array
from .errors import LabError
from .model import Linear, Model
from .states import hidden_states

RIDGE = 1e-2  # of the mean variance of a state's numbers, for each position
STEPS = 150
WINDOW = 200  # tokens that are read at once, each time from zero states
FEWEST, FEWEST_PER_UNIT = 200, 2  # tokens to fit on
HELD_OUT = 0.2  # of the text, its end
MOST_WORK = 1.5e11  # multiplications: some seconds on one core


class NextToken(NamedTuple):
    """An output that was fitted, and how good it is on text that it was not fitted on.

    Attributes
    ----------
    decoder : Linear
    tokens : int
        On how many it was fitted.
    surprise : float
        The mean surprise at the next token, in nats.
    baseline : float
        That of who knows only how frequent each token is.
    """

    decoder: Linear
    tokens: int
    surprise: float
    baseline: float


def fit_next_token(model: Model, tokens: ArrayLike, steps: int = STEPS) -> NextToken:
    """Fit an output to a model that has none: from its top state to the next token.

    Parameters
    ----------
    model : Model
        That takes tokens.
    tokens : array_like of int, of shape (N,)
        A text like that which the model was made for.
    steps : int

    Returns
    -------
    NextToken

    Raises
    ------
    LabError
        If the model takes no tokens, or the text is too short, or too much.

    References
    ----------
    Böhning 1992, "Multinomial logistic regression algorithm".
    """
    if not model.takes_tokens:
        raise LabError("This model takes numbers, not tokens: there is no next token to say.")
    text = np.asarray(tokens, np.int64)
    V, H = model.token_count, model.layers[-1].output_size
    fewest = max(FEWEST, FEWEST_PER_UNIT * H)
    if len(text) < fewest:
        raise LabError(
            f"The text has {len(text):,} tokens. To fit an output to {H} units, give at least "
            f"{fewest:,}."
        )
    if 2.0 * len(text) * V * (H + 1) * steps > MOST_WORK:
        most = int(MOST_WORK / (2.0 * V * (H + 1) * steps))
        raise LabError(
            f"To fit {V:,} tokens to {H} units takes too long on a text of {len(text):,} tokens "
            f"while you wait. There is time for {most:,}."
        )
    states, came = _pairs(model, text)
    split = round(len(came) * (1 - HELD_OUT))
    decoder = softmax_regression(states[:split], came[:split], V, steps)
    counts = np.bincount(came[:split], minlength=V) + 1.0
    baseline = -np.log(counts / counts.sum())[came[split:]].mean()
    log_p = _log_softmax(decoder(states[split:]))
    surprise = -log_p[np.arange(len(log_p)), came[split:]].mean()
    return NextToken(decoder, split, float(surprise), float(baseline))


def softmax_regression(
    states: Array, came: NDArray[np.int64], V: int, steps: int = STEPS, ridge: float = RIDGE
) -> Linear:
    """Fit scores of V tokens to states, with the least surprise at what came.

    Parameters
    ----------
    states : ndarray of shape (N, H)
    came : ndarray of int, of shape (N,)
    V, steps : int
    ridge : float
        How strongly weights are held down.

    Returns
    -------
    Linear
        In the dtype of the states.

    Examples
    --------
    >>> decoder = softmax_regression(np.array([[-1.0], [1.0]]), np.array([0, 1]), 2)
    >>> decoder(np.array([[-1.0], [1.0]])).argmax(axis=1)
    array([0, 1])
    """
    at = states.mean(axis=0, dtype=float)
    x = np.hstack([states - at, np.ones((len(states), 1))])
    held = ridge * np.var(x[:, :-1]) * len(x) + np.finfo(float).tiny
    bound = x.T @ x / 2 + held * np.eye(x.shape[1])
    towards = np.linalg.solve(bound, x.T)
    shrink = np.linalg.solve(bound, held * np.eye(x.shape[1]))
    true = np.zeros((len(x), V))
    true[np.arange(len(x)), came] = 1
    W = np.zeros((x.shape[1], V))
    for _ in range(steps):
        W += towards @ (true - np.exp(_log_softmax(x @ W))) - shrink @ W
    weights, bias = W[:-1].T, W[-1]
    return Linear(weights.astype(states.dtype), (bias - weights @ at).astype(states.dtype))


def _pairs(model: Model, text: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
    """Give the top states of a text, window by window, and the token that came after each."""
    starts = range(0, len(text) - 1, WINDOW)
    windows: Sequence[NDArray[np.int64]] = [text[n : n + WINDOW + 1] for n in starts]
    states = [hidden_states(model, one[:-1]).h[-1] for one in windows]
    return np.concatenate(states), np.concatenate([one[1:] for one in windows])


def _log_softmax(z: Array) -> Array:
    shifted: Array = z - z.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted
