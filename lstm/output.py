"""What a model has read and gone on with, and what each of its layers would have said.

A position is the index of a token in the whole sequence, prompt included; what is
told of it comes from the state *before* it, which predicts it. Layer 0 is the
lowest. Here is data alone; pictures of it are drawn elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .errors import LabError
from .probe import Lens, Probe
from .readout import Readout
from .states import HiddenStates


@dataclass(frozen=True, eq=False)
class LayerPredictions:
    """The likeliest tokens after each layer, at one position.

    Attributes
    ----------
    position : int
    layers : tuple of int
    tokens : ndarray of int, of shape (L, N)
        Best first; −1 where a layer cannot be read.
    texts : tuple of tuple of str
        The same as they stand in a text.
    probability : ndarray of shape (L, N)
    """

    position: int
    layers: tuple[int, ...]
    tokens: NDArray[np.int64]
    texts: tuple[tuple[str, ...], ...]
    probability: Array


@dataclass(frozen=True, eq=False)
class Rankings:
    """How each layer ranked tokens, at each of some positions.

    Attributes
    ----------
    positions : tuple of int
        T of them.
    tokens : ndarray of int, of shape (T, K)
        The K tokens that were asked for: the one that came, or those that are watched.
    texts : tuple of tuple of str
        The same as they stand in a text.
    said : Readout
        Of L layers: ranks, ties, probabilities and more.
    """

    positions: tuple[int, ...]
    tokens: NDArray[np.int64]
    texts: tuple[tuple[str, ...], ...]
    said: Readout

    @property
    def rank(self) -> NDArray[np.int64]:
        """1 is best, −1 none; of shape (L, T, K)."""
        return self.said.rank

    @property
    def probability(self) -> Array:
        """Of shape (L, T, K)."""
        return self.said.probability


@dataclass(frozen=True, eq=False)
class Output:
    """A text that a model has read, and gone on with.

    Attributes
    ----------
    probe : Probe
    states : HiddenStates
        Of all its tokens.
    prompt : int
        How many of them were given; the others were generated.
    """

    probe: Probe
    states: HiddenStates
    prompt: int

    @property
    def tokens(self) -> NDArray[np.int64]:
        """The numbers of all tokens, of shape (T,)."""
        return self.states.tokens

    @property
    def texts(self) -> tuple[str, ...]:
        """The tokens as they stand in a text."""
        return self.probe.texts_of(self.tokens)

    def layer_predictions(
        self, position: int, layer: int | None = None, topk: int = 10, lens: Lens | None = None
    ) -> LayerPredictions:
        """Name the likeliest tokens at a position, after each layer or one.

        Parameters
        ----------
        position : int
            From 1 to T; T is that of the token that would come next.
        layer : int, optional
            From 0.
        topk : int
            How many are named.
        lens : optional
            As :meth:`Probe.read_out` takes it.

        Returns
        -------
        LayerPredictions

        Raises
        ------
        LabError
            If there is no such position, layer or lens.
        """
        depth = len(self.states.h)
        if layer is not None and not 0 <= layer < depth:
            raise LabError(f"There is no layer {layer}: this model has 0 to {depth - 1}.")
        layers = tuple(range(depth)) if layer is None else (layer,)
        said = self.probe.read_out(self._before([position]), np.zeros((1, 0), int), lens, topk)
        tokens = said.top[list(layers), 0]
        texts = tuple(self.probe.texts_of(row) for row in tokens)
        chances = said.top_probability[list(layers), 0]
        return LayerPredictions(position, layers, tokens, texts, chances)

    def rankings(
        self, positions: Sequence[int] | None = None, lens: Lens | None = None
    ) -> Rankings:
        """Rank the tokens that came.

        Parameters
        ----------
        positions : sequence of int, optional
            From 1 to T − 1. By default those that were generated; where none was,
            every one of the text that has another before it.
        lens : optional
            As :meth:`Probe.read_out` takes it.

        Returns
        -------
        Rankings
            With K = 1.

        Raises
        ------
        LabError
            If there is no such position or lens.
        """
        T = len(self.tokens)
        if positions is None:
            positions = range(self.prompt if self.prompt < T else 1, T)
        states = self._before(positions, T - 1)
        return self._ranked(states, positions, self.tokens[list(positions), None], lens)

    def rankings_watch(
        self, watch: Sequence[str], position: int | None = None, lens: Lens | None = None
    ) -> Rankings:
        """Rank chosen tokens, whether they came or not.

        Parameters
        ----------
        watch : sequence of str
            K tokens as they stand in a text: GPT-2's mostly begin with a space.
        position : int, optional
            From 1 to T; all of them where it is left out.
        lens : optional
            As :meth:`Probe.read_out` takes it.

        Returns
        -------
        Rankings

        Raises
        ------
        LabError
            If there is no such position or lens, or a text is not one token.
        """
        positions = range(1, len(self.tokens) + 1) if position is None else [position]
        watched = [self.probe.speaker.token_of(text) for text in watch]
        asked = np.tile(np.array(watched, np.int64), (len(positions), 1))
        return self._ranked(self._before(positions), positions, asked, lens)

    def _ranked(
        self,
        states: HiddenStates,
        positions: Sequence[int],
        tokens: NDArray[np.int64],
        lens: Lens | None,
    ) -> Rankings:
        said = self.probe.read_out(states, tokens, lens, 1)
        texts = tuple(self.probe.texts_of(row) for row in tokens)
        return Rankings(tuple(positions), tokens, texts, said)

    def _before(self, positions: Sequence[int], last: int | None = None) -> HiddenStates:
        """Give the states that predict the tokens at positions."""
        last = len(self.tokens) if last is None else last
        wrong = next((one for one in positions if not 1 <= one <= last), None)
        if wrong is not None:
            raise LabError(
                f"There is no position {wrong} here: use 1 to {last}. "
                "Nothing predicts the first token, which is at 0."
            )
        at = [one - 1 for one in positions]
        states = self.states
        stored = None if states.c is None else tuple(one[at] for one in states.c)
        return HiddenStates(states.tokens[at], tuple(one[at] for one in states.h), stored)
