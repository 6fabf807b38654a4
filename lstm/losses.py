"""What training makes small: cross-entropy in nats, and mean squared error."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array
from .errors import LabError


class Loss(NamedTuple):
    """A loss and its gradient on the outputs.

    Attributes
    ----------
    value : float
        The mean over all steps that count.
    doutputs : ndarray of the shape of the outputs
    """

    value: float
    doutputs: Array


def cross_entropy(
    logits: Array, targets: NDArray[np.integer], counts: ArrayLike | None = None
) -> Loss:
    """Give the cross-entropy of next tokens, −log softmax(logits)[target].

    Parameters
    ----------
    logits : ndarray of shape (T, B, V)
    targets : ndarray of int, of shape (T, B)
    counts : array_like of shape (T, B), optional
        How much each step counts; 1 where left out.

    Returns
    -------
    Loss
        In nats a step.

    Raises
    ------
    LabError
        If the shapes do not belong together, a target is no token, or nothing counts.

    Examples
    --------
    >>> loss = cross_entropy(np.zeros((1, 1, 4)), np.array([[2]]))
    >>> round(loss.value, 4)  # ln 4
    1.3863
    """
    weights = _weights(counts, logits.shape[:2], logits.dtype)
    if targets.shape != logits.shape[:2]:
        raise LabError(f"targets have shape {targets.shape}; they must be {logits.shape[:2]}.")
    if targets.size and not (targets.min() >= 0 and targets.max() < logits.shape[2]):
        raise LabError(f"Targets must be tokens from 0 to {logits.shape[2] - 1}.")
    chosen = targets[..., None]
    # Less the largest, no exponential can overflow. From here on in one array.
    logits = logits - logits.max(axis=-1, keepdims=True)
    surprise = -np.take_along_axis(logits, chosen, axis=-1)
    exponentials = np.exp(logits, logits)
    sums = exponentials.sum(axis=-1, keepdims=True)
    surprise += np.log(sums)
    # softmax less 1 at the target, times the step's weight
    weights = weights[..., None]
    gradient = np.multiply(exponentials, weights / sums, exponentials)
    at_target = np.take_along_axis(gradient, chosen, axis=-1) - weights
    np.put_along_axis(gradient, chosen, at_target, axis=-1)
    return Loss(float((surprise * weights).sum()), gradient)


def mean_squared_error(outputs: Array, targets: ArrayLike, counts: ArrayLike | None = None) -> Loss:
    """Give the mean squared error, over all steps that count and all K outputs.

    Parameters
    ----------
    outputs : ndarray of shape (T, B, K)
    targets : array_like of the same shape
    counts : array_like of shape (T, B), optional
        How much each step counts; 1 where left out.

    Returns
    -------
    Loss

    Raises
    ------
    LabError
        If the shapes do not belong together, or nothing counts.

    Examples
    --------
    >>> mean_squared_error(np.array([[[1.0, 3.0]]]), [[[1.0, 1.0]]]).value
    2.0
    """
    weights = _weights(counts, outputs.shape[:2], outputs.dtype)[..., None] / outputs.shape[2]
    wanted = np.asarray(targets, outputs.dtype)
    if wanted.shape != outputs.shape:
        raise LabError(f"targets have shape {wanted.shape}; they must be {outputs.shape}.")
    error = outputs - wanted
    return Loss(float((error * error * weights).sum()), 2 * error * weights)


def _weights(
    counts: ArrayLike | None, shape: tuple[int, ...], dtype: np.dtype[np.floating]
) -> Array:
    """Give each step's share of the mean."""
    weights = np.ones(shape, dtype) if counts is None else np.asarray(counts, dtype)
    if weights.shape != shape:
        raise LabError(f"counts have shape {weights.shape}; they must be {shape}.")
    total = weights.sum()
    if not total > 0:
        raise LabError("No step counts. At least one must.")
    shares: Array = weights / total
    return shares
