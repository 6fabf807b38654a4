"""Embedding, layers on top of one another and the linear output, run as one model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .card import Card
from .cell import Array, Layer, Trace, to_one_dtype
from .errors import LabError
from .interventions import Intervention, intervene
from .variants import run_layer
from .vocabulary import Vocabulary

# A one-hot input has a number for each token at each step.
WIDEST_ONE_HOT = 8192


@dataclass(frozen=True, eq=False)
class Linear:
    """The linear output y = W h + b.

    Attributes
    ----------
    W : ndarray of shape (K, H)
    b : ndarray of shape (K,)

    Raises
    ------
    LabError
        If the shapes do not belong together.
    """

    W: Array
    b: Array

    def __post_init__(self) -> None:
        """Bring both arrays to one floating dtype and check their shapes."""
        to_one_dtype(self, "W", "b")
        if self.W.ndim != 2 or self.b.shape != self.W.shape[:1]:
            raise LabError(
                f"The output has W of shape {self.W.shape} and b of shape {self.b.shape}; "
                "they must be (K, H) and (K,)."
            )

    def __call__(self, h: Array) -> Array:
        """Map h, an ndarray of shape (…, H), to y of shape (…, K)."""
        return h @ self.W.T + self.b


@dataclass(frozen=True, eq=False)
class Model:
    """A stack of layers, with what turns tokens into inputs and states into outputs.

    Attributes
    ----------
    layers : sequence of Layer
        From the input upwards; each takes the hidden states of the one below. Basic
        RNN layers (:class:`lstm.variants.RNNLayer`) can be trained, but have no gates.
    decoder : Linear, optional
        Without one, the outputs are the hidden states of the top layer.
    embedding : ndarray of shape (V, D), optional
        A row for each token.
    vocabulary : Vocabulary, optional
        What the tokens are. A model without an embedding then takes them one-hot.
    input_names : tuple of str, optional
        What each of the D inputs means, where somebody gave them a meaning.
    unit_names : tuple of tuple of str, optional
        What each unit of each layer is for.
    card : Card, optional
        What is known of its training.

    Raises
    ------
    LabError
        If there is no layer, or two parts do not fit.
    """

    layers: Sequence[Layer]
    decoder: Linear | None = None
    embedding: Array | None = None
    vocabulary: Vocabulary | None = None
    input_names: tuple[str, ...] | None = None
    unit_names: tuple[tuple[str, ...], ...] | None = None
    card: Card | None = None

    def __post_init__(self) -> None:
        """Check that each part fits the one below it."""
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise LabError("A model needs at least one layer.")
        for number, (below, above) in enumerate(
            zip(self.layers, self.layers[1:], strict=False), start=2
        ):
            if above.input_size != below.output_size:
                raise LabError(
                    f"Layer {number} takes {above.input_size} inputs, "
                    f"but the layer below gives {below.output_size}."
                )
        top = self.layers[-1].output_size
        if self.decoder is not None and self.decoder.W.shape[1] != top:
            raise LabError(
                f"The output takes {self.decoder.W.shape[1]} values, but the top layer gives {top}."
            )
        self._check_tokens()
        self._check_names()

    def _check_tokens(self) -> None:
        if self.embedding is not None:
            rows = np.asarray(self.embedding)
            rows = rows.astype(np.result_type(rows, np.float32), copy=False)
            object.__setattr__(self, "embedding", rows)
            if rows.ndim != 2 or rows.shape[1] != self.input_size or not len(rows):
                raise LabError(
                    f"The embedding has shape {rows.shape}; it must be (V, {self.input_size})."
                )
        if self.vocabulary is not None and len(self.vocabulary) != self.token_count:
            raise LabError(
                f"The vocabulary has {len(self.vocabulary)} tokens, "
                f"but the model takes {self.token_count}."
            )

    def _check_names(self) -> None:
        inputs, units = self.input_names, self.unit_names
        if inputs is not None and len(inputs) != self.input_size:
            raise LabError(f"There are {len(inputs)} names for {self.input_size} inputs.")
        sizes = [layer.hidden_size for layer in self.layers]
        if units is not None and [len(names) for names in units] != sizes:
            raise LabError(f"The units' names must be as many as the units: {sizes}.")
        if self.card is not None and list(self.card.sizes) != sizes:
            raise LabError(f"The card is of layers of {list(self.card.sizes)} units, not {sizes}.")

    @property
    def input_size(self) -> int:
        """D, the number of inputs of the first layer."""
        return self.layers[0].input_size

    @property
    def token_count(self) -> int:
        """V, the number of different tokens that the model can take."""
        return self.input_size if self.embedding is None else len(self.embedding)

    @property
    def takes_tokens(self) -> bool:
        """Whether the inputs are tokens, and not numbers."""
        return self.embedding is not None or self.vocabulary is not None

    def embed(self, tokens: ArrayLike) -> Array:
        """Turn tokens into inputs: rows of the embedding, or one-hot.

        Parameters
        ----------
        tokens : array_like of int, of shape (T, B)

        Returns
        -------
        ndarray of shape (T, B, D)

        Raises
        ------
        LabError
            If a token is not there, or there are too many for one-hot inputs.
        """
        numbers = np.asarray(tokens)
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < self.token_count):
            raise LabError(f"Tokens have numbers from 0 to {self.token_count - 1} here.")
        if self.embedding is not None:
            rows: Array = self.embedding[numbers]
            return rows
        if self.token_count > WIDEST_ONE_HOT:
            raise LabError(
                f"One-hot inputs of {self.token_count} tokens take too much memory. "
                f"Use an embedding, or at most {WIDEST_ONE_HOT} tokens."
            )
        one_hot: Array = np.eye(self.token_count, dtype=self.layers[0].W_ih.dtype)[numbers]
        return one_hot


@dataclass(frozen=True, eq=False)
class ModelTrace:
    """What a model computed.

    Attributes
    ----------
    layers : tuple of Trace
        One for each layer, from the input upwards.
    outputs : ndarray of shape (T, B, K)
    """

    layers: tuple[Trace, ...]
    outputs: Array


def run(
    model: Model,
    inputs: ArrayLike,
    interventions: Mapping[int, Sequence[Intervention]] | None = None,
) -> ModelTrace:
    """Run a model over whole sequences, from zero states.

    Parameters
    ----------
    model : Model
    inputs : array_like of float, of shape (T, B, D), or of int, of shape (T, B)
        Numbers, or tokens.
    interventions : mapping of int to sequence of Intervention, optional
        By layer, counted from 0 at the input (:func:`lstm.interventions.intervene`).

    Returns
    -------
    ModelTrace

    Raises
    ------
    LabError
        If the inputs, or the interventions, do not fit the model.

    Examples
    --------
    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> model = Model([cell], Linear(np.array([[2.0]]), np.array([0.5])))
    >>> trace = run(model, np.ones((3, 1, 1)))
    >>> bool(np.all(trace.outputs == 2 * trace.layers[0].h + 0.5))
    True
    """
    traces: list[Trace] = []
    reached = interventions or {}
    for number in reached:
        if not 0 <= number < len(model.layers):
            last = len(model.layers) - 1
            raise LabError(f"There is no layer {number}: this model has 0 to {last}.")
    x = np.asarray(inputs)
    if x.ndim == 2 and np.issubdtype(x.dtype, np.integer):
        x = model.embed(x)
    for number, layer in enumerate(model.layers):
        here = reached.get(number)
        traces.append(intervene(layer, x, here) if here else run_layer(layer, x))
        x = traces[-1].h
    return ModelTrace(tuple(traces), model.decoder(x) if model.decoder else x)
