"""How a language model goes on from a prompt: greedily, or by drawing from its predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .errors import LabError
from .interventions import Intervention, during, intervene
from .model import Model
from .parameters import States, run_for_training


@dataclass(frozen=True)
class Choice:
    """How the next token is chosen.

    Attributes
    ----------
    temperature : float
        0 takes the likeliest token always; 1 draws as the model predicts; above 1
        the unlikely gain.
    top_k : int, optional
        Draw from the k likeliest alone (Fan et al. 2018).
    top_p : float, optional
        Draw from the fewest tokens that have at least this share together
        (Holtzman et al. 2020).

    Raises
    ------
    LabError
        If one of them cannot be.
    """

    temperature: float = 0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not 0 <= self.temperature <= 100:
            raise LabError(f"The temperature is {self.temperature}. Use 0 to 100.")
        if self.top_k is not None and self.top_k < 1:
            raise LabError(f"Top k is {self.top_k}. Use at least 1 token.")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise LabError(f"Top p is {self.top_p}. Use a share above 0, up to 1.")

    def chances(self, logits: Array) -> Array:
        """Give the chance of each token.

        Parameters
        ----------
        logits : ndarray of shape (V,)

        Returns
        -------
        ndarray of shape (V,)
            With sum 1. Of equal tokens the lower number is taken first.

        Examples
        --------
        >>> Choice(temperature=1, top_k=2).chances(np.log([0.2, 0.6, 0.2])).round(2)
        array([0.25, 0.75, 0.  ])
        """
        order = np.argsort(-logits, kind="stable")
        if self.temperature == 0:
            order = order[:1]
        z = (logits[order].astype(float) - float(logits[order[0]])) / (self.temperature or 1)
        p = np.exp(z)
        p /= p.sum()
        kept = len(order) if self.top_k is None else min(self.top_k, len(order))
        if self.top_p is not None:
            before = np.cumsum(p) - p
            kept = min(kept, int(np.count_nonzero(before < self.top_p)))
        chances = np.zeros(len(logits))
        chances[order[:kept]] = p[:kept] / p[:kept].sum()
        return chances

    def next(self, logits: Array, rng: np.random.Generator) -> int:
        """Choose the next token.

        Parameters
        ----------
        logits : ndarray of shape (V,)
        rng : numpy.random.Generator
            Is not used at temperature 0.

        Raises
        ------
        LabError
            If the scores are no numbers.
        """
        if not np.isfinite(logits).all():
            raise LabError("The outputs of this model are no numbers here. Try another prompt.")
        chances = self.chances(logits)
        if self.temperature == 0:
            return int(chances.argmax())
        return int(rng.choice(len(chances), p=chances))


def generate(
    model: Model,
    prompt: Sequence[int],
    count: int,
    choice: Choice,
    rng: np.random.Generator,
    interventions: Mapping[int, Sequence[Intervention]] | None = None,
) -> list[int]:
    """Let a language model go on from a prompt.

    Parameters
    ----------
    model : Model
        Whose outputs are scores of its tokens.
    prompt : sequence of int
        At least one token.
    count : int
        How many tokens are to follow.
    choice : Choice
    rng : numpy.random.Generator
        Is not used at temperature 0.
    interventions : mapping of int to sequence of Intervention, optional
        By layer, as :func:`lstm.model.run` takes them; steps count from the first
        token of the prompt.

    Returns
    -------
    list of int
        The tokens that follow.

    Raises
    ------
    LabError
        If there is no prompt, its tokens are not there, the outputs are no numbers
        any more, or the interventions do not fit the model.

    Examples
    --------
    >>> from lstm import Linear, Vocabulary, random_layers
    >>> layers = random_layers(np.random.default_rng(0), [2, 3])
    >>> always_b = Linear(np.zeros((2, 3)), np.array([0.0, 1.0]))
    >>> model = Model(layers, always_b, vocabulary=Vocabulary(("a", "b"), "characters"))
    >>> generate(model, [0], 3, Choice(), np.random.default_rng(0))
    [1, 1, 1]
    """
    if not prompt:
        raise LabError("There is no prompt. Give at least one token.")
    drawn: list[int] = []
    states: States | None = None
    # Only the last state is decoded: the scores of a long prompt would take hundreds of MB.
    decoder, silent = model.decoder, replace(model, decoder=None)
    unread = np.array(prompt)[:, None]
    while len(drawn) < count:
        if interventions:
            here = _during(interventions, len(prompt) + len(drawn), len(unread))
            last, states = _reached_into(silent, unread, here, states)
        else:
            done = run_for_training(silent, unread, states)
            last, states = done.outputs[-1, 0], done.last
        drawn.append(choice.next(decoder(last) if decoder else last, rng))
        unread = np.array([drawn[-1:]])
    return drawn


def _during(
    interventions: Mapping[int, Sequence[Intervention]], last: int, steps: int
) -> dict[int, list[Intervention]]:
    """Give what happens in so many steps up to the last one."""
    return {n: during(some, last - steps + 1, last) for n, some in interventions.items()}


def _reached_into(
    model: Model,
    tokens: NDArray[np.int64],
    interventions: Mapping[int, Sequence[Intervention]],
    states: States | None,
) -> tuple[Array, States]:
    """Read on from states, of shape (T, 1): the last output, and the states after it."""
    x, after = model.embed(tokens), []
    for n, layer in enumerate(model.layers):
        h0, c0 = states[n] if states else (None, None)
        trace = intervene(layer, x, interventions.get(n, ()), h0, c0)
        x = trace.h
        after.append((trace.h[-1], trace.c[-1]))
    return x[-1, 0], tuple(after)
