"""A model from named tensors: embedding, LSTM layers, linear output, vocabulary.

The layers are known by their names (:mod:`lstm.torch_names`); for what stands
before and after them PyTorch has no names, so that sizes, usual words and the
lack of a bias have to tell.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .cell import Array, Layer
from .metadata import own_metadata, own_names, read_vocabulary, with_card
from .model import Linear, Model
from .torch_names import Stack, Tensor, Tensors, find_layers, quote, weights
from .vocabulary import Vocabulary

_EMBEDDING = re.compile(r"emb|encoder|wte|token|lookup", re.IGNORECASE)
_DECODER = re.compile(
    r"decoder|linear|fc|head|out|proj|classif|dense|logit|predict|generator", re.IGNORECASE
)
_LISTED = 20  # tensors that are named one by one


@dataclass(frozen=True, eq=False)
class Reading:
    """A model, and how its file was understood.

    Attributes
    ----------
    model : Model
    understood : tuple of str
        Sentences: what was found, and what was taken for granted.
    ignored : tuple of str
        Sentences: what was not understood, and what to do.
    """

    model: Model
    understood: tuple[str, ...]
    ignored: tuple[str, ...]


class _End(NamedTuple):
    """The tensor that was taken for the embedding or the output, and whether its name says so."""

    name: str
    sure: bool


def understand(tensors: Tensors, metadata: Mapping[str, str]) -> Reading:
    """Make a model of named tensors, as PyTorch or the lab itself names them.

    Parameters
    ----------
    tensors : mapping of str to ndarray
    metadata : mapping of str to str
        The vocabulary is a JSON list under "vocabulary".

    Returns
    -------
    Reading

    Raises
    ------
    LabError
        If there is no LSTM among them that the lab can run.
    """
    own = own_metadata(metadata)
    tensors, widened = _widen(tensors)
    tensors = _with_aliases(tensors, metadata)  # then: each of thousands would be a copy
    stack = find_layers(tensors)
    rest = {name: array for name, array in tensors.items() if name not in stack.names}
    embedding, decoder = _ends(rest, stack.layers)
    linear, output_names = _linear(tensors, decoder, embedding)
    rows = None if embedding is None else weights(tensors, embedding.name, (None, None))
    model = _one_dtype(Model(stack.layers, linear, rows), own is not None)
    model = replace(model, **own_names(own))
    vocabulary, complaints = read_vocabulary(metadata, own)
    if own is None:
        vocabulary, complaints = _fitting(vocabulary, complaints, model)
    model, more = with_card(replace(model, vocabulary=vocabulary), own)
    complaints = complaints + more
    used = {*stack.names, *output_names, *([embedding.name] if embedding else [])}
    return Reading(
        model,
        tuple(_sentences(model, stack, embedding, decoder, widened)),
        tuple(complaints + _left_out({n: t for n, t in tensors.items() if n not in used})),
    )


def _fitting(
    vocabulary: Vocabulary | None, complaints: list[str], model: Model
) -> tuple[Vocabulary | None, list[str]]:
    """Leave out a vocabulary that is not the model's, and say so where one is missing."""
    if vocabulary is not None and len(vocabulary) != model.token_count:
        return None, [
            f"The vocabulary has {len(vocabulary)} tokens, but the model takes "
            f"{model.token_count}: tokens are shown by number. Save the one it was trained with."
        ]
    if vocabulary is None and not complaints and _speaks(model):
        return None, [
            "No vocabulary: tokens are shown by number. Save one with "
            "metadata={'vocabulary': json.dumps(tokens)}."
        ]
    return vocabulary, complaints


def _speaks(model: Model) -> bool:
    """Tell whether a vocabulary is to be expected: tokens go in, or as many go out as in."""
    K = None if model.decoder is None else len(model.decoder.b)
    return model.embedding is not None or model.input_size == K


def _with_aliases(tensors: Tensors, metadata: Mapping[str, str]) -> dict[str, Tensor]:
    """Add tensors that are stored under another name: save_model writes tied weights once."""
    aliases = {name: other for name, other in metadata.items() if other in tensors}
    return {**{name: tensors[other] for name, other in aliases.items()}, **tensors}


def _widen(tensors: Tensors) -> tuple[dict[str, Tensor], bool]:
    """Bring half precision to float32, and what is wider than float64 to that."""
    widths = {2: np.float32, 4: np.float32, 8: np.float64}
    with np.errstate(over="ignore"):
        floats = {
            name: array.astype(widths.get(array.dtype.itemsize, np.float64), copy=False)
            for name, array in tensors.items()
            if array.dtype.kind == "f"
        }
    half = any(tensors[name].dtype.itemsize == 2 for name in floats)
    return {name: floats.get(name, array) for name, array in tensors.items()}, half


def _one_dtype(model: Model, own: bool) -> Model:
    """Bring a model to the widest dtype that it has; ours are left as they were."""
    arrays: list[Array] = [layer.W_ih for layer in model.layers]
    arrays += [] if model.embedding is None else [model.embedding]
    arrays += [] if model.decoder is None else [model.decoder.W]
    dtype = np.result_type(*arrays)
    if own or all(array.dtype == dtype for array in arrays):
        return model

    def wide(array: Array) -> Array:
        return array.astype(dtype, copy=False)

    return Model(
        [
            Layer(
                wide(n.W_ih), wide(n.W_hh), wide(n.bias), None if n.W_hr is None else wide(n.W_hr)
            )
            for n in model.layers
        ],
        None if model.decoder is None else Linear(wide(model.decoder.W), wide(model.decoder.b)),
        None if model.embedding is None else wide(model.embedding),
    )


def _ends(rest: Tensors, layers: Sequence[Layer]) -> tuple[_End | None, _End | None]:
    """Choose the tensors that are the embedding and the weights of the output."""
    matrices = {
        name: array
        for name, array in rest.items()
        if name.endswith("weight") and array.ndim == 2 and len(array) and array.dtype.kind == "f"
    }
    bottom, top = layers[0].input_size, layers[-1].output_size
    outputs = {n: len(a) for n, a in matrices.items() if a.shape[1] == top}
    # An nn.Embedding has no bias; a layer before the LSTM may have the same size.
    inputs = {
        name: len(array)
        for name, array in matrices.items()
        if array.shape[1] == bottom and _bias_of(name) not in rest
    }
    embedding = _choose(inputs, _EMBEDDING, _DECODER, set(outputs.values()))
    outputs.pop(embedding.name if embedding else "", None)
    tokens = {inputs[embedding.name]} if embedding else {bottom}
    return embedding, _choose(outputs, _DECODER, _EMBEDDING, tokens)


def _choose(
    sizes: Mapping[str, int], own: re.Pattern[str], other: re.Pattern[str], likely: set[int]
) -> _End | None:
    """Take the tensor whose name says most; without such a name, the only one."""

    def words(name: str, pattern: re.Pattern[str]) -> int:
        # The module's own name says more than the names of those around it.
        leaf = ".".join(name.split(".")[-2:-1])
        return 2 * bool(pattern.search(leaf)) + bool(pattern.search(name))

    scores = {name: words(name, own) - words(name, other) for name in sizes}
    named = [name for name in sizes if scores[name] > 0]
    if named:
        return _End(max(named, key=lambda name: (scores[name], sizes[name] in likely)), True)
    silent = [name for name in sizes if scores[name] == 0]
    return _End(silent[0], False) if len(silent) == 1 else None


def _bias_of(name: str) -> str:
    return f"{name.removesuffix('weight')}bias"


def _linear(
    tensors: Tensors, decoder: _End | None, embedding: _End | None
) -> tuple[Linear | None, list[str]]:
    """Build the linear output, and name the tensors that were used for it."""
    if decoder is None:
        return None, []
    W = weights(tensors, decoder.name, (None, None))
    bias = _bias_of(decoder.name)
    if bias not in tensors:
        return Linear(W, np.zeros(len(W), W.dtype)), [decoder.name]
    return Linear(W, weights(tensors, bias, (len(W),))), [decoder.name, bias]


def _sentences(
    model: Model, stack: Stack, embedding: _End | None, decoder: _End | None, widened: bool
) -> list[str]:
    """Say what was understood."""
    sentences = [*stack.understood]
    if widened:
        sentences.append("Weights in float16 are widened to float32, without loss.")
    if embedding is not None:
        guess = "" if embedding.sure else ", by its size, as no name says so"
        sentences.append(
            f"An embedding of {model.token_count} tokens ({quote(embedding.name)[1:-1]}{guess})."
        )
    if model.vocabulary is not None:
        sentences.append(f"A vocabulary of {len(model.vocabulary)} {model.vocabulary.unit}.")
    if model.decoder is None or decoder is None:
        sentences.append("No linear output: what comes out is h(t) of the top layer.")
    else:
        guess = "" if decoder.sure else ", by its size, as no name says so"
        sentences.append(
            f"A linear output of {len(model.decoder.b)} values "
            f"({quote(decoder.name)[1:-1]}{guess})."
        )
    return sentences


def _left_out(tensors: Tensors) -> list[str]:
    """Say which tensors are left out, one by one while they are few."""
    sentences = [
        f"{quote(name)} {'×'.join(map(str, array.shape)) or 'a single value'} is left out: "
        "the lab runs embedding, LSTM layers and one linear output."
        for name, array in list(tensors.items())[:_LISTED]
    ]
    if len(tensors) > _LISTED:
        sentences.append(f"{len(tensors) - _LISTED} more tensors are left out too.")
    return sentences
