"""What a model keeps after each token of texts: the rows of a map."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cell import Array, Trace
from .contexts import MOST, MOST_NUMBERS, SHOWN, Contexts, drawn
from .errors import LabError
from .gru import GRUTrace
from .model import Model, run
from .traits import traits_of

_PIECE = 2**21  # numbers of a layer's trace that are there at once


def quantities(model: Model, layer: int) -> tuple[str, ...]:
    """Say what can be mapped of a layer: h, c where it has one, and its gates.

    Parameters
    ----------
    model : Model
    layer : int
        From 0 at the input.

    Raises
    ------
    LabError
        If there is no such layer.
    """
    _check_layer(model, layer)
    trace = run(model, np.zeros((1, 1, model.input_size))).layers[layer]
    return ("h", *(("c",) if trace.c.shape[2] else ()), *_gates(trace))


def contexts_of(
    model: Model,
    sequences: Sequence[ArrayLike],
    layer: int,
    what: str = "h",
    most: int = MOST,
    seed: int = 0,
) -> Contexts:
    """Run a model over texts, and give a row for each of their tokens.

    Parameters
    ----------
    model : Model
        Which reads tokens.
    sequences : sequence of array_like of int
        Each is read from zero states.
    layer : int
        From 0 at the input.
    what : str
        One of :func:`quantities`.
    most : int
        Of more contexts, so many are drawn by chance.
    seed : int
        Of that.

    Returns
    -------
    Contexts

    Raises
    ------
    LabError
        If there is nothing to map: no such layer or quantity, or no text.
    """
    _check(model, sequences, layer, what)
    texts = [np.asarray(one, np.int64) for one in sequences]
    lengths = np.array([len(one) for one in texts])
    whole = int(lengths.sum())
    width = model.layers[layer].output_size if what == "h" else model.layers[layer].hidden_size
    kept = drawn(whole, min(most, MOST, max(1, MOST_NUMBERS // width)), seed)
    sequence = np.repeat(np.arange(len(texts)), lengths)
    position = np.arange(whole) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    rows, gates = _run(model, texts, layer, what, kept)
    at = sequence[kept], position[kept]
    token, before, traits = _read(model, texts, *at)
    note = f"{len(kept):,} of {whole:,} contexts, drawn by chance (seed {seed})"
    return Contexts(rows, token, before, *at, traits, gates, note if len(kept) < whole else "")


def _check(model: Model, sequences: Sequence[ArrayLike], layer: int, what: str) -> None:
    if not model.takes_tokens:
        raise LabError("This model reads numbers, not tokens, so its states have no contexts.")
    known = quantities(model, layer)
    if what not in known:
        raise LabError(f"This layer has no {what[:20]}. Choose one of {', '.join(known)}.")
    if not sequences or any(np.ndim(one) != 1 or not np.size(one) for one in sequences):
        raise LabError("There is no text to map, or one without tokens. Give at least one token.")


def _check_layer(model: Model, layer: int) -> None:
    if not 0 <= layer < len(model.layers):
        raise LabError(f"There is no layer {layer}: this model has 0 to {len(model.layers) - 1}.")


def _gates(trace: Trace) -> tuple[str, ...]:
    if isinstance(trace, GRUTrace):
        return ("r", "z", "n")
    return ("i", "f", "g", "o") if trace.i.shape[2] else ()


def _run(
    model: Model, texts: list[NDArray[np.int64]], layer: int, what: str, kept: NDArray[np.int64]
) -> tuple[Array, dict[str, Array]]:
    """Give the rows that are kept, and the mean gates of each."""
    below = replace(
        model,
        layers=model.layers[: layer + 1],
        decoder=None,
        unit_names=None,
        card=None,
    )
    rows: list[Array] = []
    gates: dict[str, list[Array]] = {}
    first = 0
    for some in _side_by_side(texts, model.layers[layer].hidden_size):
        batch = np.zeros((max(map(len, some)), len(some)), np.int64)
        for b, one in enumerate(some):
            batch[: len(one), b] = one  # what comes after the end of a text is never looked at
        trace = run(below, batch).layers[layer]
        within = np.zeros(batch.shape, bool)
        ends = first + np.cumsum([0, *map(len, some)])
        for b, (start, end) in enumerate(pairwise(ends)):
            mine = kept[np.searchsorted(kept, start) : np.searchsorted(kept, end)] - start
            within[mine, b] = True
        # By text, then by place, as the contexts are counted.
        rows.append(getattr(trace, what).swapaxes(0, 1)[within.T])
        for name in _gates(trace):
            mean = getattr(trace, name).mean(axis=2)
            gates.setdefault(name, []).append(mean.T[within.T])
        first = int(ends[-1])
    return np.concatenate(rows), {name: np.concatenate(one) for name, one in gates.items()}


def _side_by_side(texts: list[NDArray[np.int64]], width: int) -> Iterator[list[NDArray[np.int64]]]:
    """Give texts in pieces that are run at once: a run keeps every gate of every step."""
    piece: list[NDArray[np.int64]] = []
    longest = 0
    for one in texts:
        longest = max(longest, len(one))
        if piece and longest * (len(piece) + 1) * width > _PIECE:
            yield piece
            piece, longest = [], len(one)
        piece.append(one)
    yield piece


def _read(
    model: Model,
    texts: list[NDArray[np.int64]],
    sequence: NDArray[np.int64],
    position: NDArray[np.int64],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give the token of each context, the text before it and its traits."""
    vocabulary = model.vocabulary
    token, before, traits = [], [], []
    words: list[str] = []
    found: list[tuple[str, ...]] = []
    last = -1
    for s, t in zip(sequence, position, strict=True):
        if s != last:
            numbers = texts[s]
            known = vocabulary.tokens if vocabulary is not None else None
            words = [known[n] if known is not None else str(n) for n in numbers]
            unit = "words" if vocabulary is None else vocabulary.unit
            found, last = traits_of(words, unit), s
        gap = "" if vocabulary is not None and vocabulary.unit == "characters" else " "
        text = gap.join(words[max(0, t - SHOWN) : t])
        token.append(words[t])
        before.append(text if len(text) <= SHOWN else f"…{text[1 - SHOWN :]}")
        traits.append(found[t])
    return tuple(token), tuple(before), tuple(traits)
