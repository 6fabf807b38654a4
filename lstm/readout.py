"""States through a decoder: what a layer would say next, were it the last one.

The scores of all tokens at once are many numbers (240 states of a model of 50,257
tokens: 48 MB), so the states go through in pieces, and of each piece stays what
was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array
from .errors import LabError
from .model import Linear

PIECE = 64 * 2**20  # bytes of scores that are there at once
LONG = 1024  # scores of a row that are worth a look of their own


@dataclass(frozen=True, eq=False)
class Readout:
    """What the states of L layers say at T positions, of K tokens that were asked for.

    Where a layer cannot be read (None among the states) its numbers are NaN, and its
    ranks and candidates −1.

    Attributes
    ----------
    logit : ndarray of shape (L, T, K)
    probability : ndarray of shape (L, T, K)
        Softmax over the whole vocabulary, at temperature 1.
    rank : ndarray of int, of shape (L, T, K)
        1 + how many tokens score higher: 1 is best.
    ties : ndarray of int, of shape (L, T, K)
        How many other tokens score exactly the same.
    surprise : ndarray of shape (L, T, K)
        −log of the probability, in nats.
    entropy : ndarray of shape (L, T)
        Of the layer's prediction, in nats.
    divergence : ndarray of shape (L, T)
        KL(final ‖ layer) in nats, the final prediction being the top layer's.
    top : ndarray of int, of shape (L, T, N)
        The N likeliest tokens, best first; of equal ones the lower number first.
    top_probability : ndarray of shape (L, T, N)
    """

    logit: Array
    probability: Array
    rank: NDArray[np.int64]
    ties: NDArray[np.int64]
    surprise: Array
    entropy: Array
    divergence: Array
    top: NDArray[np.int64]
    top_probability: Array


def read_out(
    decoder: Linear, states: Sequence[Array | None], tokens: ArrayLike, candidates: int = 10
) -> Readout:
    """Read the states of layers through one decoder.

    Parameters
    ----------
    decoder : Linear
        From the H numbers of a state to the scores of V tokens.
    states : sequence of (ndarray of shape (T, H), or None)
        A layer each, from the input upwards; None where a layer cannot be read. The
        last one must be there: it is the final prediction.
    tokens : array_like of int, of shape (T, K)
        The tokens that are asked for at each position.
    candidates : int
        N, how many of the likeliest are named; all V where there are fewer.

    Returns
    -------
    Readout

    Raises
    ------
    LabError
        If the shapes do not belong together, or a token is not there.

    Examples
    --------
    >>> decoder = Linear(np.eye(3), np.zeros(3))
    >>> said = read_out(decoder, [np.array([[0.0, 2.0, 1.0]])], [[2, 0]], candidates=2)
    >>> said.rank.tolist(), said.top.tolist()
    ([[[2, 3]]], [[[1, 2]]])
    """
    asked = np.asarray(tokens, np.int64)
    _check(decoder, states, asked, candidates)
    V = len(decoder.W)
    (T, K), L, N = asked.shape, len(states), min(candidates, V)
    readable = [n for n, state in enumerate(states) if state is not None]
    numbers = {
        name: np.full((L, T, K), np.nan) for name in ("logit", "probability", "surprise")
    } | {name: np.full((L, T), np.nan) for name in ("entropy", "divergence")}
    counts = {name: np.full((L, T, K), -1) for name in ("rank", "ties")}
    top, top_probability = np.full((L, T, N), -1), np.full((L, T, N), np.nan)
    row = V * decoder.W.itemsize * len(readable)
    piece = max(1, PIECE // row)
    for start in range(0, T, piece):
        at = slice(start, min(start + piece, T))
        stack = np.concatenate([state[at] for state in states if state is not None])
        scores = decoder(stack).reshape(len(readable), -1, V)
        final = _log_softmax(scores[-1])
        for n, z in zip(readable, scores, strict=True):
            log_p = _log_softmax(z)
            p = np.exp(log_p)
            told = np.take_along_axis(z, asked[at], axis=1)
            numbers["logit"][n, at] = told
            numbers["surprise"][n, at] = -np.take_along_axis(log_p, asked[at], axis=1)
            numbers["probability"][n, at] = np.take_along_axis(p, asked[at], axis=1)
            counts["rank"][n, at], counts["ties"][n, at] = ranks(z, told)
            numbers["entropy"][n, at] = -_expected(p, log_p)
            numbers["divergence"][n, at] = _expected(np.exp(final), final - log_p)
            top[n, at] = _best(z, N)
            top_probability[n, at] = np.take_along_axis(p, top[n, at], axis=1)
    return Readout(**numbers, **counts, top=top, top_probability=top_probability)


def ranks(scores: Array, told: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count how many tokens score higher than some, and how many the same.

    Counting needs one look at each score, where sorting needs log V of them.

    Parameters
    ----------
    scores : ndarray of shape (T, V)
    told : ndarray of shape (T, K)
        The scores of K tokens, taken from ``scores``: a product computed once more
        may differ in its last bit.

    Returns
    -------
    rank, ties : ndarray of int, of shape (T, K)
        1 + those that score higher; those others that score the same.

    Examples
    --------
    >>> ranks(np.array([[0.5, 2.0, 2.0, 1.0]]), np.array([[2.0, 0.5]]))
    (array([[1, 4]]), array([[1, 0]]))
    """
    rank, ties = np.empty((2, *told.shape), np.int64)
    if scores.shape[1] < LONG:
        for k in range(told.shape[1]):
            score = told[:, k, None]
            rank[:, k] = 1 + np.count_nonzero(scores > score, axis=1)
            ties[:, k] = np.count_nonzero(scores == score, axis=1) - 1
        return rank, ties
    # Row by row, which then stays close to the processor, and in place: three times as fast.
    found = np.empty(scores.shape[1], bool)
    for t, row in enumerate(scores):
        for k, score in enumerate(told[t]):
            rank[t, k] = 1 + np.count_nonzero(np.greater(row, score, out=found))
            ties[t, k] = np.count_nonzero(np.equal(row, score, out=found)) - 1
    return rank, ties


def _check(
    decoder: Linear, states: Sequence[Array | None], asked: NDArray[np.int64], candidates: int
) -> None:
    V, H = decoder.W.shape
    if not states or states[-1] is None:
        raise LabError("The top layer must be there: its prediction is the final one.")
    if asked.ndim != 2 or any(
        state is not None and state.shape != (len(asked), H) for state in states
    ):
        shapes = [None if state is None else state.shape for state in states]
        raise LabError(
            f"The states have shapes {shapes} and the tokens {asked.shape}; "
            f"they must be (T, {H}) and (T, K)."
        )
    if asked.size and not (asked.min() >= 0 and asked.max() < V):
        raise LabError(f"Tokens have numbers from 0 to {V - 1} here.")
    if candidates < 1:
        raise LabError(f"{candidates} candidates cannot be named. Ask for at least 1.")


def _log_softmax(z: Array) -> Array:
    shifted: Array = z - z.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted


def _expected(p: Array, values: Array) -> Array:
    """Give the mean of values under p: (T, V) and (T, V) to (T,); nothing times −∞ is nothing."""
    mean: Array = np.einsum("tv,tv->t", p, np.where(p > 0, values, 0))
    return mean


def _best(z: Array, N: int) -> NDArray[np.int64]:
    """Give the N best of each row in order, of equal ones the lower number first."""
    found = np.empty((len(z), N), np.int64)
    for t, row in enumerate(z):
        least = np.partition(row, len(row) - N)[len(row) - N]
        at = np.flatnonzero(row >= least)  # rising numbers, and a stable sort keeps them so
        found[t] = at[np.argsort(-row[at], kind="stable")][:N]
    return found
