"""How a language model goes on from a prompt: greedily, or by drawing from its predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .cell import Array
from .errors import LabError
from .model import Model
from .parameters import run_for_training


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


def generate(
    model: Model,
    prompt: Sequence[int],
    count: int,
    choice: Choice,
    rng: np.random.Generator,
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

    Returns
    -------
    list of int
        The tokens that follow.

    Raises
    ------
    LabError
        If there is no prompt, its tokens are not there, or the outputs are no
        numbers any more.

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
    done = None
    unread = np.array(prompt)[:, None]
    while len(drawn) < count:
        done = run_for_training(model, unread, done.last if done else None)
        logits = done.outputs[-1, 0]
        if not np.isfinite(logits).all():
            raise LabError("The outputs of this model are no numbers here. Try another prompt.")
        chances = choice.chances(logits)
        if choice.temperature == 0:
            drawn.append(int(chances.argmax()))
        else:
            drawn.append(int(rng.choice(len(chances), p=chances)))
        unread = np.array([drawn[-1:]])
    return drawn
