"""A model's parameters by PyTorch's names, and the gradients on them."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .backward import flat
from .cell import Array, Layer, Trace
from .errors import LabError
from .initial import FORGETS_NOTHING
from .model import Linear, Model
from .variants import RNNLayer, run_layer, run_layer_backward

Parameters = dict[str, Array]
States = tuple[tuple[Array, Array], ...]


def parameters(model: Model) -> Parameters:
    """Give every array that training changes, by name.

    The two biases that PyTorch keeps apart are one here, under ``bias_ih``.

    Raises
    ------
    LabError
        For a layer that is neither an LSTM nor a basic RNN.

    Examples
    --------
    >>> from lstm import random_layers
    >>> sorted(parameters(Model(random_layers(np.random.default_rng(0), [2, 3]))))
    ['lstm.bias_ih_l0', 'lstm.weight_hh_l0', 'lstm.weight_ih_l0']
    """
    found: Parameters = {}
    if model.embedding is not None:
        found["embedding.weight"] = model.embedding
    for n, layer in enumerate(model.layers):
        kind = _kind(layer)
        found[f"{kind}.weight_ih_l{n}"] = layer.W_ih
        found[f"{kind}.weight_hh_l{n}"] = layer.W_hh
        found[f"{kind}.bias_ih_l{n}"] = layer.bias
        if layer.W_hr is not None:
            found[f"{kind}.weight_hr_l{n}"] = layer.W_hr
    if model.decoder is not None:
        found |= {"decoder.weight": model.decoder.W, "decoder.bias": model.decoder.b}
    return found


def with_parameters(model: Model, changed: Mapping[str, Array]) -> Model:
    """Give the model with other parameters of the same names and shapes.

    The bias of a forget gate that is held at 1 stays as it was
    (:func:`lstm.initial.without_forget_gate`).
    """
    layers = [
        dataclasses.replace(
            layer,
            W_ih=changed[f"{_kind(layer)}.weight_ih_l{n}"],
            W_hh=changed[f"{_kind(layer)}.weight_hh_l{n}"],
            bias=_held(layer, changed[f"{_kind(layer)}.bias_ih_l{n}"]),
            W_hr=changed.get(f"{_kind(layer)}.weight_hr_l{n}"),
        )
        for n, layer in enumerate(model.layers)
    ]
    decoder = None
    if model.decoder is not None:
        decoder = Linear(changed["decoder.weight"], changed["decoder.bias"])
    embedding = changed.get("embedding.weight")
    return dataclasses.replace(model, layers=layers, decoder=decoder, embedding=embedding)


def _kind(layer: Layer) -> str:
    """Give what PyTorch's names of a layer's parameters begin with."""
    if isinstance(layer, RNNLayer):
        return "rnn"
    # The other kinds have parameters besides these, which would stay as they are.
    if type(layer) is not Layer:
        raise LabError(
            f"A {type(layer).__name__} cannot be trained here. Use an LSTM or a basic RNN."
        )
    return "lstm"


def _held(layer: Layer, bias: Array) -> Array:
    """Keep a forget gate that is held at 1 from weight decay, the one thing that moves it."""
    if isinstance(layer, RNNLayer):
        return bias
    gate = slice(layer.hidden_size, 2 * layer.hidden_size)
    if layer.bias[gate].min() < FORGETS_NOTHING:
        return bias
    held = bias.copy()
    held[gate] = layer.bias[gate]
    return held


class Pass(NamedTuple):
    """A run that can be gone through backward.

    Attributes
    ----------
    inputs : ndarray of int, of shape (T, B), or of float, of shape (T, B, D)
    traces : list of Trace
    masks : list of ndarray, or None
        Dropout below each layer but the first: 0, or 1 / (1 − dropout).
    outputs : ndarray of shape (T, B, K)
    """

    inputs: Array | NDArray[np.integer[Any]]
    traces: list[Trace]
    masks: list[Array | None]
    outputs: Array

    @property
    def last(self) -> States:
        """The states (h, c) of every layer after the last step."""
        return tuple((trace.h[-1], trace.c[-1]) for trace in self.traces)


def run_for_training(
    model: Model,
    inputs: ArrayLike,
    states: States | None = None,
    *,
    dropout: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Pass:
    """Run a model forward, with dropout between its layers, from given states.

    Parameters
    ----------
    model : Model
    inputs : array_like of int, of shape (T, B), or of float, of shape (T, B, D)
    states : tuple of (h, c) for each layer, optional
        Zeros where left out.
    dropout : float
        The share of hidden states that are left out between layers.
    rng : numpy.random.Generator, optional
        Draws which; needed with dropout.

    Raises
    ------
    LabError
        If dropout is not in [0, 1), or has no generator.
    """
    if not 0 <= dropout < 1:
        raise LabError(f"Dropout is {dropout}. Use a share from 0 to below 1, like 0.2.")
    if dropout and rng is None:
        raise LabError("Dropout needs a random generator.")
    given = np.asarray(inputs)
    x = model.embed(given) if np.issubdtype(given.dtype, np.integer) else given
    traces: list[Trace] = []
    masks: list[Array | None] = []
    for n, layer in enumerate(model.layers):
        mask = None
        if n and dropout and rng is not None:
            kept = rng.random(x.shape, np.float32) >= dropout
            mask = kept.astype(x.dtype) / x.dtype.type(1 - dropout)
            x = x * mask
        masks.append(mask)
        h0, c0 = states[n] if states else (None, None)
        traces.append(run_layer(layer, x, h0, c0))
        x = traces[-1].h
    return Pass(given, traces, masks, model.decoder(x) if model.decoder else x)


def gradients(model: Model, done: Pass, doutputs: Array) -> Parameters:
    """Go backward through decoder, layers and embedding.

    Parameters
    ----------
    model : Model
    done : Pass
        Of that model.
    doutputs : ndarray of shape (T, B, K)
        The gradient of the loss on the outputs.

    Returns
    -------
    dict
        A gradient for each of :func:`parameters`.
    """
    found: Parameters = {}
    dh = doutputs
    if model.decoder is not None:
        rows = flat(doutputs)
        found["decoder.weight"] = rows.T @ flat(done.traces[-1].h)
        found["decoder.bias"] = rows.sum(axis=0)
        dh = doutputs @ model.decoder.W
    for n in range(len(model.layers) - 1, -1, -1):
        back = run_layer_backward(model.layers[n], done.traces[n], dh)
        kind = _kind(model.layers[n])
        found[f"{kind}.weight_ih_l{n}"] = back.dW_ih
        found[f"{kind}.weight_hh_l{n}"] = back.dW_hh
        found[f"{kind}.bias_ih_l{n}"] = back.dbias
        if back.dW_hr is not None:
            found[f"{kind}.weight_hr_l{n}"] = back.dW_hr
        mask = done.masks[n]
        dh = back.dx if mask is None else back.dx * mask
    if model.embedding is not None:
        tokens = done.inputs.ravel().astype(np.int64)
        found["embedding.weight"] = _by_token(flat(dh), tokens, len(model.embedding))
    return found


def _by_token(slopes: Array, tokens: NDArray[np.int64], V: int) -> Array:
    """Add up the rows that have the same token, into a table of V rows.

    What ``np.add.at`` does, four times as fast: rows are sorted first.
    """
    table = np.zeros((V, slopes.shape[1]), slopes.dtype)
    order = np.argsort(tokens, kind="stable")
    tokens = tokens[order]
    starts = np.flatnonzero(np.diff(tokens, prepend=-1))
    table[tokens[starts]] = np.add.reduceat(slopes[order], starts)
    return table
