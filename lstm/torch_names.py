"""What the tensors of a file are, by the names that PyTorch gives them.

nn.LSTM calls its tensors weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 (and
weight_hr_l0 with a projection), nn.LSTMCell leaves the layer out; what holds the
module puts its own name before: "lstm.", "module.rnn.encoder.". Files may come
from anybody: names are quoted, never used.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cell import Layer
from .errors import LabError

MOST_LAYERS = 4
MOST_UNITS = 1024

Tensor = NDArray[Any]
Tensors = Mapping[str, Tensor]

_PART = re.compile(
    r"(?P<prefix>(?:.*\.)?)(?P<part>weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)"
    r"(?:_l(?P<layer>[0-9]{1,6}))?(?P<reverse>_reverse)?",
    re.DOTALL,
)
_QUOTED = 60  # characters of a name that a message shows
_NAMED = 5  # tensors that a message names
_BIASES = ("bias_ih", "bias_hh")
_KINDS = {1: "a basic RNN (H rows of weights)", 3: "a GRU (3·H rows of weights)"}


class Stack(NamedTuple):
    """The layers of an LSTM, and what was used for them."""

    layers: list[Layer]
    names: frozenset[str]
    understood: tuple[str, ...]


def quote(name: str) -> str:
    """Show a name from a file: short, and without what could play tricks on the page."""
    shown = "".join(character if character.isprintable() else "·" for character in name[:_QUOTED])
    return f"'{shown}{'…' if len(name) > _QUOTED else ''}'"


def weights(tensors: Tensors, name: str, shape: tuple[int | None, ...]) -> Tensor:
    """Give a tensor that must be there, of a shape (None: any size), in finite floats.

    Raises
    ------
    LabError
        If it is not.
    """
    if name not in tensors:
        raise LabError(
            f"{quote(name)} is missing: the LSTM cannot run without it. "
            "Save all of the module's state_dict()."
        )
    array = tensors[name]
    fits = len(array.shape) == len(shape) and all(
        size == wanted or (wanted is None and size)
        for size, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        sizes = ", ".join("any" if size is None else str(size) for size in shape)
        raise LabError(
            f"{quote(name)} has shape {array.shape}; to fit the others it must be "
            f"({sizes}{',' * (len(shape) == 1)}). Save all tensors from one model."
        )
    if array.dtype.kind != "f":
        kind = "whole numbers" if array.dtype.kind in "iub" else "an unusual format"
        raise LabError(
            f"{quote(name)} holds {kind}; weights must be float64, float32, float16 or bfloat16. "
            "Save the model as it was before it was quantised, after model.float()."
        )
    return _finite(array, quote(name))


def _finite(array: Tensor, what: str) -> Tensor:
    wrong = array.size - int(np.count_nonzero(np.isfinite(array)))
    if wrong:
        raise LabError(
            f"{what} holds {wrong} values of {array.size} that are NaN or infinite; "
            "weights must be finite. Save the model from before its training went wrong."
        )
    return array


def find_layers(tensors: Tensors) -> Stack:
    """Find the one LSTM among the tensors, and build its layers.

    Raises
    ------
    LabError
        If there is none, more than one, or one that the lab cannot run.
    """
    prefix, found = _one_network(tensors)
    numbers = [n for n, _ in enumerate(found)]
    if None in found:  # nn.LSTMCell
        suffixes = {0: ""}
        if len(found) > 1:
            raise LabError(
                f"{quote(prefix)} has the tensors of an nn.LSTM and of an nn.LSTMCell. Save one."
            )
    else:
        suffixes = {n: f"_l{n}" for n in numbers}
        missing = next((n for n in numbers if n not in found), None)
        if missing is not None:
            raise LabError(
                f"{quote(f'{prefix}weight_ih_l{missing}')} is missing, though there are tensors of "
                f"layer {max(n for n in found if n is not None)}. "
                "Save all of the module's state_dict()."
            )
    parts = set().union(*found.values())
    if len(numbers) > MOST_LAYERS:
        raise LabError(
            f"The LSTM has {len(numbers)} layers; the lab runs at most {MOST_LAYERS}. "
            f"Train one with num_layers={MOST_LAYERS} or fewer."
        )
    layers: list[Layer] = []
    for n in numbers:
        below = layers[-1].output_size if layers else None
        layers.append(_layer(tensors, prefix, suffixes[n], parts, below))
    names = {f"{prefix}{part}{suffixes[n]}" for n in numbers for part in parts}
    return Stack(layers, frozenset(names), tuple(_describe(layers, parts)))


def _one_network(tensors: Tensors) -> tuple[str, dict[int | None, set[str]]]:
    """Give the prefix of the only recurrent network, and the parts of each of its layers."""
    networks: dict[str, dict[int | None, set[str]]] = {}
    for name in tensors:
        match = _PART.fullmatch(name)
        if match is None:
            continue
        if match["reverse"]:
            raise LabError(
                f"The LSTM reads in two directions ({quote(name)}); the lab runs one, forward. "
                "Train with bidirectional=False, or, of one layer, save the forward half alone: "
                "{k: v for k, v in lstm.state_dict().items() if not k.endswith('_reverse')}."
            )
        number = None if match["layer"] is None else int(match["layer"])
        layers = networks.setdefault(match["prefix"], {})
        layers.setdefault(number, set()).add(match["part"])
    if not networks:
        raise LabError(
            f"There is no LSTM in the file: {_listing(tensors)}. Wanted are the tensors of "
            "PyTorch's nn.LSTM, weight_ih_l0 and weight_hh_l0, with any prefix."
        )
    if len(networks) > 1:
        prefixes = [quote(prefix.removesuffix(".")) for prefix in networks]
        raise LabError(
            f"The file has {len(networks)} recurrent networks: {_some(prefixes)}. The lab runs "
            "one. Save it alone, with save_file(model.NAME.state_dict(), 'model.safetensors')."
        )
    return next(iter(networks.items()))


def _layer(tensors: Tensors, prefix: str, suffix: str, parts: set[str], below: int | None) -> Layer:
    """Build one layer from its tensors; ``below`` is what it must take."""

    def part(name: str, *shape: int | None) -> Tensor:
        return weights(tensors, f"{prefix}{name}{suffix}", shape)

    W_ih, W_hh = part("weight_ih", None, below), part("weight_hh", None, None)
    rows, outputs = W_hh.shape
    hidden = rows // 4
    W_hr = part("weight_hr", outputs, hidden) if "weight_hr" in parts else None
    if W_hr is None and rows in (outputs, 3 * outputs):
        raise LabError(
            f"{quote(prefix.removesuffix('.') or 'The network')} looks like "
            f"{_KINDS[rows // outputs]}; the lab opens LSTMs, which have 4·H. Save an nn.LSTM."
        )
    # The sizes follow from what h(t) has; with a projection, from its columns.
    hidden = outputs if W_hr is None else hidden
    part("weight_hh", 4 * hidden, outputs)
    part("weight_ih", 4 * hidden, W_ih.shape[1])
    if hidden > MOST_UNITS:
        raise LabError(
            f"The LSTM has {hidden} units in a layer; the lab runs at most {MOST_UNITS}. "
            f"Train one with hidden_size={MOST_UNITS} or fewer."
        )
    if not parts.intersection(_BIASES):
        return Layer(W_ih, W_hh, np.zeros(4 * hidden, W_hh.dtype), W_hr)
    ih, hh = (part(name, 4 * hidden) for name in _BIASES)
    # −0 + 0 would be +0, and a file of our own not come back to the bit.
    with np.errstate(over="ignore"):
        bias = _finite(ih + hh, "The sum of the two biases") if hh.any() else ih
    return Layer(W_ih, W_hh, bias, W_hr)


def _describe(layers: list[Layer], parts: set[str]) -> Iterable[str]:
    sizes = [layer.hidden_size for layer in layers]
    units = f"{sizes[0]} unit{'s' * (sizes[0] > 1)}"
    if len(set(sizes)) > 1:
        units = f"{', '.join(map(str, sizes[:-1]))} and {sizes[-1]} units"
    inputs = layers[0].input_size
    yield (
        f"{len(sizes)} LSTM layer{'s' * (len(sizes) > 1)} of {units}, "
        f"{inputs} input{'s' * (inputs > 1)}, {np.result_type(*(n.W_ih for n in layers))}."
    )
    order = "input gate i, forget gate f, candidate g, output gate o"
    if parts.intersection(_BIASES):
        yield f"Rows of the weights are read in PyTorch's order: {order}; its two biases add up."
    else:
        yield f"Rows of the weights are read in PyTorch's order: {order}."
        yield "No bias: taken as 0."
    if "weight_hr" in parts:
        outputs = " and ".join(dict.fromkeys(str(layer.output_size) for layer in layers))
        yield f"Projections to {outputs} values."


def _listing(tensors: Tensors) -> str:
    """Say what is there."""
    if not tensors:
        return "it has no tensors"
    return f"it has {_some([f'{quote(n)} {t.shape}' for n, t in tensors.items()])}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
