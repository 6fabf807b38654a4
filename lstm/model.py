"""Layers on top of one another and the linear output, run as one model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer, Trace, forward
from .errors import LabError


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
        arrays = [np.asarray(self.W), np.asarray(self.b)]
        dtype = np.result_type(*arrays, np.float32)
        for name, array in zip(("W", "b"), arrays, strict=True):
            object.__setattr__(self, name, array.astype(dtype, copy=False))
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
    """A stack of LSTM layers with a linear output.

    Attributes
    ----------
    layers : sequence of Layer
        From the input upwards; each takes the hidden states of the one below.
    decoder : Linear, optional
        Without one, the outputs are the hidden states of the top layer.

    Raises
    ------
    LabError
        If there is no layer, or two neighbours do not fit.
    """

    layers: Sequence[Layer]
    decoder: Linear | None = None

    def __post_init__(self) -> None:
        """Check that each part fits the one below it."""
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise LabError("A model needs at least one layer.")
        for number, (below, above) in enumerate(
            zip(self.layers, self.layers[1:], strict=False), start=2
        ):
            if above.input_size != below.hidden_size:
                raise LabError(
                    f"Layer {number} takes {above.input_size} inputs, "
                    f"but the layer below has {below.hidden_size} units."
                )
        top = self.layers[-1].hidden_size
        if self.decoder is not None and self.decoder.W.shape[1] != top:
            raise LabError(
                f"The output takes {self.decoder.W.shape[1]} values, "
                f"but the top layer has {top} units."
            )


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


def run(model: Model, inputs: ArrayLike) -> ModelTrace:
    """Run a model over whole sequences, from zero states.

    Parameters
    ----------
    model : Model
    inputs : array_like of shape (T, B, D)

    Returns
    -------
    ModelTrace

    Raises
    ------
    LabError
        If the inputs do not fit the first layer.

    Examples
    --------
    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> model = Model([cell], Linear(np.array([[2.0]]), np.array([0.5])))
    >>> trace = run(model, np.ones((3, 1, 1)))
    >>> bool(np.all(trace.outputs == 2 * trace.layers[0].h + 0.5))
    True
    """
    traces: list[Trace] = []
    x = np.asarray(inputs)
    for layer in model.layers:
        traces.append(forward(layer, x))
        x = traces[-1].h
    return ModelTrace(tuple(traces), model.decoder(x) if model.decoder else x)
