"""Gradient descent: plain with momentum, and Adam; clipping; weight decay.

An optimiser's memory is arrays by name, so that a run can be stopped, written
to a file and gone on with to the same bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from .cell import Array
from .errors import LabError
from .parameters import Parameters

Method = Literal["sgd", "adam"]


@dataclass(frozen=True)
class Optimiser:
    """How parameters follow their gradients.

    Attributes
    ----------
    method : "adam" or "sgd"
    rate : float
        The learning rate.
    momentum : float
        Of SGD: the share of the last step that is taken again.
    betas : (float, float)
        Of Adam: how slowly the means of gradient and squared gradient move.
    epsilon : float
        Of Adam: added to the root of the second.
    weight_decay : float
        Added to the gradient, times the parameter (an L2 penalty), as in
        PyTorch's SGD and Adam.
    clip : float or None
        The largest norm of all gradients together; longer ones are shortened.

    References
    ----------
    Kingma & Ba 2015 (Adam); Pascanu, Mikolov & Bengio 2013 (clipping).
    """

    method: Method = "adam"
    rate: float = 1e-3
    momentum: float = 0.9
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    clip: float | None = 1.0

    def __post_init__(self) -> None:
        """Check what a reader can set."""
        if self.method not in ("adam", "sgd"):
            raise LabError(f"There is no optimiser '{self.method}'. Use adam or sgd.")
        if not 0 < self.rate < np.inf:
            raise LabError(f"The learning rate is {self.rate}. Use a number above 0, like 0.001.")
        if not 0 <= self.momentum < 1:
            raise LabError(f"The momentum is {self.momentum}. Use a number from 0 to below 1.")
        if not 0 <= self.weight_decay < np.inf:
            raise LabError(f"The weight decay is {self.weight_decay}. Use 0 or more.")
        if self.clip is not None and not self.clip > 0:
            raise LabError(f"Gradients cannot be clipped to {self.clip}. Use a number above 0.")


class Stepped(NamedTuple):
    """What a step of an optimiser gives."""

    parameters: Parameters
    memory: Parameters
    norm: float


def norm_of(gradients: Mapping[str, Array]) -> float:
    """Give the Euclidean norm of all gradients together."""
    return float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values())))


def step_of(
    optimiser: Optimiser,
    parameters: Mapping[str, Array],
    gradients: Mapping[str, Array],
    memory: Mapping[str, Array],
    number: int,
) -> Stepped:
    """Take one step.

    Parameters
    ----------
    optimiser : Optimiser
    parameters, gradients : mapping of str to ndarray
        By the same names.
    memory : mapping of str to ndarray
        What the last step returned; empty before the first.
    number : int
        Of the step, from 1 (Adam corrects its means by it).

    Returns
    -------
    Stepped
        New parameters and memory, and the norm of the gradients before clipping.
    """
    norm = norm_of(gradients)
    shorten = 1.0
    if optimiser.clip is not None and norm > optimiser.clip:
        shorten = optimiser.clip / norm
    advance = _adam if optimiser.method == "adam" else _sgd
    new: Parameters = {}
    kept: Parameters = {}
    for name, parameter in parameters.items():
        # An array of our own, by rows whatever the gradient's order: the same bytes in
        # memory and from a file. Python floats leave float32 what it is.
        gradient = np.empty(parameter.shape, parameter.dtype)
        np.multiply(gradients[name], shorten, gradient)
        if optimiser.weight_decay:
            gradient += optimiser.weight_decay * parameter
        new[name], more = advance(optimiser, name, parameter, gradient, memory, number)
        kept |= more
    return Stepped(new, kept, norm)


def _sgd(
    optimiser: Optimiser,
    name: str,
    parameter: Array,
    gradient: Array,
    memory: Mapping[str, Array],
    number: int,
) -> tuple[Array, Parameters]:
    """Give the new parameter and the velocity, which takes the gradient's place."""
    velocity = gradient
    if number > 1 and optimiser.momentum:
        velocity += optimiser.momentum * memory[f"{name}.velocity"]
    return parameter - optimiser.rate * velocity, {f"{name}.velocity": velocity}


def _adam(
    optimiser: Optimiser,
    name: str,
    parameter: Array,
    gradient: Array,
    memory: Mapping[str, Array],
    number: int,
) -> tuple[Array, Parameters]:
    """Give the new parameter and the means; that of the gradient takes its place.

    Three arrays are made, and these are returned: in a large model an array that
    is made costs more than what is computed in it.
    """
    one, two = optimiser.betas
    square = gradient * gradient
    square *= 1 - two
    mean = gradient
    mean *= 1 - one
    new = np.empty_like(mean)
    if number > 1:
        mean += np.multiply(memory[f"{name}.mean"], one, new)
        square += np.multiply(memory[f"{name}.square"], two, new)
    # The first means start from 0, which these two make up for.
    rate = optimiser.rate / (1 - one**number)
    np.sqrt(square, new)
    new /= float(np.sqrt(1 - two**number))
    new += optimiser.epsilon
    np.divide(mean, new, new)
    new *= rate
    np.subtract(parameter, new, new)
    return new, {f"{name}.mean": mean, f"{name}.square": square}
