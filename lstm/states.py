"""What every layer of a model handed on, token by token: all that lens and map read.

The record does not know what model made it: ours, one of PyTorch, a transformer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array, Layer, Trace
from .errors import LabError
from .interventions import Intervention
from .model import Model, run


@dataclass(frozen=True, eq=False)
class HiddenStates:
    """The hidden states of one sequence, layer by layer.

    Attributes
    ----------
    tokens : ndarray of int, of shape (T,)
        What was read.
    h : tuple of ndarray of shape (T, H)
        What each layer handed on after each token, from the input upwards; layers
        may have different widths.
    c : tuple of ndarray of shape (T, H), or None
        What the cells of each layer would hand on if their output gates stood open:
        tanh(c), and its projection where the layer has one. None for other models.

    Raises
    ------
    LabError
        If the shapes do not belong together.
    """

    tokens: NDArray[np.int64]
    h: tuple[Array, ...]
    c: tuple[Array, ...] | None = None

    def __post_init__(self) -> None:
        """Check that every layer has a state for each token."""
        object.__setattr__(self, "tokens", np.asarray(self.tokens, np.int64))
        object.__setattr__(self, "h", tuple(self.h))
        T = len(self.tokens)
        if not self.h or any(one.ndim != 2 or len(one) != T for one in self.h):
            raise LabError(
                f"There are {T} tokens, and states of shapes {[one.shape for one in self.h]}; "
                "each layer must have (T, H)."
            )
        if self.c is not None:
            object.__setattr__(self, "c", tuple(self.c))
            if [one.shape for one in self.c] != [one.shape for one in self.h]:
                raise LabError("The cell states must have the shapes of the hidden states.")

    @property
    def steps(self) -> int:
        """T, the number of tokens."""
        return len(self.tokens)


def hidden_states(
    model: Model,
    tokens: ArrayLike,
    interventions: Mapping[int, Sequence[Intervention]] | None = None,
) -> HiddenStates:
    """Run a model over tokens, from zero states.

    Parameters
    ----------
    model : Model
    tokens : array_like of int, of shape (T,)
    interventions : mapping of int to sequence of Intervention, optional
        By layer, as :func:`lstm.model.run` takes them.

    Returns
    -------
    HiddenStates

    Raises
    ------
    LabError
        If a token is not there, or there are none, or an intervention does not fit.

    Examples
    --------
    >>> from lstm import words_by_hand
    >>> model = words_by_hand()
    >>> hidden_states(model, [0, 1, 2]).h[0].shape == (3, model.layers[0].output_size)
    True
    """
    (states,) = hidden_states_of_all(model, [tokens], interventions)
    return states


def hidden_states_of_all(
    model: Model,
    sequences: Sequence[ArrayLike],
    interventions: Mapping[int, Sequence[Intervention]] | None = None,
) -> list[HiddenStates]:
    """Run a model over sequences side by side, each from zero states.

    Parameters
    ----------
    model : Model
    sequences : sequence of array_like of int
        Of any lengths from 1; none hears of another.
    interventions : mapping of int to sequence of Intervention, optional
        In every sequence the same; their steps are those of the longest one.

    Returns
    -------
    list of HiddenStates

    Raises
    ------
    LabError
        If a token is not there, a sequence has none, or an intervention does not fit.
    """
    lists = [np.asarray(one, np.int64) for one in sequences]
    if any(one.ndim != 1 or not one.size for one in lists):
        raise LabError("There is a sequence without tokens. Give at least one.")
    batch = np.zeros((max(map(len, lists), default=0), len(lists)), np.int64)
    for b, one in enumerate(lists):
        batch[: len(one), b] = one  # what comes after the end of a sequence is never looked at
    # Without the decoder: the scores of a long text would take hundreds of MB.
    trace = run(replace(model, decoder=None), batch, interventions)
    stored = [_if_open(layer, seen) for layer, seen in zip(model.layers, trace.layers, strict=True)]
    return [
        HiddenStates(
            one,
            tuple(seen.h[: len(one), b] for seen in trace.layers),
            None
            if any(state is None for state in stored)
            else tuple(state[: len(one), b] for state in stored if state is not None),
        )
        for b, one in enumerate(lists)
    ]


def _if_open(layer: Layer, trace: Trace) -> Array | None:
    """Give what a layer would hand on with open output gates; None if it has no cell state."""
    if not trace.c.shape[2]:
        return None
    stored: Array = np.tanh(trace.c)
    return stored if layer.W_hr is None else stored @ layer.W_hr.T
