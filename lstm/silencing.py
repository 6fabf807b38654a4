"""Which units a prediction hangs on: each is silenced in turn, and a contrast measured.

The contrast of a prompt is the score of the right token less that of the wrong
one ("are" less "is" after "the keys to the cabinet"). Lakretz et al. 2019 found
number units so: a few units without which agreement is lost over distance.
"""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .errors import LabError
from .model import Model, run


class Prompt(NamedTuple):
    """A text that can go on in two ways, by the tokens' numbers."""

    tokens: tuple[int, ...]
    right: int
    wrong: int


class Silenced(NamedTuple):
    """What a model loses with each unit of a layer silenced.

    Attributes
    ----------
    contrast : ndarray of shape (H,)
        By how much the mean contrast falls, in units of the scores (nats of odds).
    accuracy : ndarray of shape (H,)
        By how much the share of prompts falls whose contrast is above 0.
    """

    contrast: Array
    accuracy: Array


def without_unit(model: Model, layer: int, unit: int) -> Model:
    """Silence a unit: nothing hears what it says, itself included.

    Its gates and its cell go on, unheard; so does :class:`lstm.interventions.Silence`
    over all steps.

    Parameters
    ----------
    model : Model
    layer, unit : int
        From 0.

    Returns
    -------
    Model

    Raises
    ------
    LabError
        If there is no such unit.
    """
    sizes = [one.hidden_size for one in model.layers]
    if not (0 <= layer < len(sizes) and 0 <= unit < sizes[layer]):
        raise LabError(f"There is no unit {unit} in layer {layer}; the layers have {sizes} units.")
    layers = list(model.layers)
    own = layers[layer]
    if own.W_hr is not None:
        layers[layer] = dataclasses.replace(own, W_hr=_without(own.W_hr, unit))
        return dataclasses.replace(model, layers=layers)
    layers[layer] = dataclasses.replace(own, W_hh=_without(own.W_hh, unit))
    if layer + 1 < len(layers):
        above = layers[layer + 1]
        layers[layer + 1] = dataclasses.replace(above, W_ih=_without(above.W_ih, unit))
        return dataclasses.replace(model, layers=layers)
    if model.decoder is None:
        raise LabError("A model without an output has no contrasts.")
    decoder = dataclasses.replace(model.decoder, W=_without(model.decoder.W, unit))
    return dataclasses.replace(model, layers=layers, decoder=decoder)


def contrasts(model: Model, prompts: Sequence[Prompt]) -> Array:
    """Give how much more the right token scores than the wrong one, at the end of each prompt.

    Parameters
    ----------
    model : Model
    prompts : sequence of Prompt

    Returns
    -------
    ndarray of shape (N,)

    Raises
    ------
    LabError
        If there are no prompts, one is empty, a token is not there, or the model has
        no output.
    """
    return _contrasts(model, model.embed(_side_by_side(prompts)), prompts)


def _side_by_side(prompts: Sequence[Prompt]) -> NDArray[np.int64]:
    """Lay prompts side by side, of shape (T, N); what comes after an end is never looked at."""
    if not prompts or not all(prompt.tokens for prompt in prompts):
        raise LabError("There is nothing to measure a contrast on. Give prompts with tokens.")
    tokens = np.zeros((max(len(prompt.tokens) for prompt in prompts), len(prompts)), np.int64)
    for n, prompt in enumerate(prompts):
        tokens[: len(prompt.tokens), n] = prompt.tokens
    return tokens


def _contrasts(model: Model, x: Array, prompts: Sequence[Prompt]) -> Array:
    """Give the contrasts of prompts whose inputs are x, of shape (T, N, D)."""
    if model.decoder is None:
        raise LabError("A model without an output has no contrasts.")
    asked = np.array([(prompt.right, prompt.wrong) for prompt in prompts])
    if asked.min() < 0 or asked.max() >= len(model.decoder.b):
        raise LabError(f"Tokens have numbers from 0 to {len(model.decoder.b) - 1} here.")
    # Two scores of each prompt: those of all tokens at all steps would take hundreds of MB.
    heard = run(dataclasses.replace(model, decoder=None), x).outputs
    lengths = np.array([len(prompt.tokens) for prompt in prompts])
    last = heard[lengths - 1, np.arange(len(prompts))]
    W, b = (one[asked[:, 0]] - one[asked[:, 1]] for one in (model.decoder.W, model.decoder.b))
    difference: Array = np.einsum("nh,nh->n", last, W) + b
    return difference


def silence_each(model: Model, prompts: Sequence[Prompt]) -> list[Silenced]:
    """Silence each unit in turn, and measure what is lost.

    Parameters
    ----------
    model : Model
    prompts : sequence of Prompt

    Returns
    -------
    list of Silenced
        One for each layer. A negative number is a gain.

    Raises
    ------
    LabError
        As :func:`contrasts`.
    """
    whole = contrasts(model, prompts)
    x = model.embed(_side_by_side(prompts))
    found = []
    for layer, one in enumerate(model.layers):
        # What is below a unit is as it was: each layer is run once for all above it.
        from_here = Model(model.layers[layer:], model.decoder)
        left = np.array(
            [
                _contrasts(without_unit(from_here, 0, unit), x, prompts)
                for unit in range(one.hidden_size)
            ]
        )
        x = run(Model([one]), x).outputs
        found.append(
            Silenced(whole.mean() - left.mean(axis=1), (whole > 0).mean() - (left > 0).mean(axis=1))
        )
    return found


def strongest(found: Sequence[Silenced], count: int) -> list[tuple[int, int]]:
    """Name the units whose silence changes the contrast most, either way.

    Parameters
    ----------
    found : sequence of Silenced
    count : int

    Returns
    -------
    list of (layer, unit)
        The strongest first.

    Examples
    --------
    >>> change = Silenced(np.array([0.1, -3.0, 2.0]), np.zeros(3))
    >>> strongest([change], 2)
    [(0, 1), (0, 2)]
    """
    units: list[tuple[int, int]] = [
        (layer, unit) for layer, one in enumerate(found) for unit in range(len(one.contrast))
    ]
    size: NDArray[np.float64] = np.concatenate([np.abs(one.contrast) for one in found])
    return [units[n] for n in np.argsort(-size, kind="stable")[:count]]


def _without(W: Array, unit: int) -> Array:
    """Give a matrix that does not hear a unit."""
    deaf = W.copy()
    deaf[:, unit] = 0
    return deaf
