"""The affine lens of a language model, fitted once: on text that the model is at home in."""

import io
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .disk import disk_in_words, write
from .errors import LabError
from .home_text import home_text
from .lens import AffineLens, Quality, fit_affine, quality
from .model import Linear, Model
from .states import HiddenStates, hidden_states_of_all

TOKENS_PER_UNIT = 20
LEAST, MOST = 2000, 12_000  # tokens to fit on
FEWEST_PER_UNIT = 5
MOST_SCORED = 2 * 10**10  # multiplications by the decoder
HELD_OUT = 0.2  # of as many again
MOST_KEPT = 100  # files of lenses
_PIECE = 16  # sequences that are read side by side
_FORMAT = 2  # of the files; another one is fitted anew


class Fitted(NamedTuple):
    """A lens and how good it is.

    Attributes
    ----------
    affine : AffineLens
    text : str
        What it was fitted on, in words.
    tokens : int
        How many.
    affine_quality, raw_quality : Quality
        On text that was held out.
    """

    affine: AffineLens
    text: str
    tokens: int
    affine_quality: Quality
    raw_quality: Quality


def fit_lens(model: Model, seed: int = 0) -> Fitted:
    """Fit the affine lens of a language model, and measure it.

    Parameters
    ----------
    model : Model
        With a decoder to as many scores as it takes tokens.
    seed : int
        Of the text. The same model and seed give the same lens.

    Returns
    -------
    Fitted

    Raises
    ------
    LabError
        If the model is no language model, or its outputs are no numbers.
    """
    decoder = model.decoder
    if decoder is None or not model.takes_tokens or len(decoder.W) != model.token_count:
        raise LabError("This model does not predict tokens: it has no lens.")
    wanted = tokens_to_fit_on(max(one.output_size for one in model.layers), decoder)
    rng = np.random.default_rng(seed)
    sequences, text = home_text(model, round(wanted * (1 + HELD_OUT)), rng)
    states = _states(model, sequences)
    ends = np.cumsum([one.steps for one in states])
    split = max(1, int(np.searchsorted(ends, wanted)))
    learnt, held_out = states[:split], states[split:] or states[-1:]
    affine = fit_affine(learnt)
    return Fitted(
        affine,
        text,
        sum(one.steps for one in learnt),
        quality(decoder, held_out, "affine", affine),
        quality(decoder, held_out, "raw"),
    )


def tokens_to_fit_on(widest: int, decoder: Linear) -> int:
    """Choose on how many tokens a lens is fitted.

    Parameters
    ----------
    widest : int
        Of the layers, in units.
    decoder : Linear
        Where it is large, fewer tokens must do: somebody waits for the page.

    Examples
    --------
    >>> small = Linear(np.zeros((110, 96)), np.zeros(110))
    >>> tokens_to_fit_on(96, small), tokens_to_fit_on(300, small)
    (2000, 6000)
    """
    affordable = max(MOST_SCORED // decoder.W.size, FEWEST_PER_UNIT * widest, LEAST)
    return min(max(TOKENS_PER_UNIT * widest, LEAST), affordable, MOST)


def kept_lens(model: Model, name: str, folder: Path) -> Fitted:
    """Give the lens of a model, from a file where it was fitted before.

    Parameters
    ----------
    model : Model
    name : str
        Of the model: its content's hash, so that another model has another name.
    folder : Path
        Where the files lie; it is made where it is not there.

    Returns
    -------
    Fitted

    Raises
    ------
    LabError
        As :func:`fit_lens`, or if the disk does not do its part.
    """
    path = folder / f"{name}.npz"
    with disk_in_words():
        with suppress(FileNotFoundError):
            fitted = _undone(path.read_bytes(), model)
            if fitted is not None:
                return fitted
        fitted = fit_lens(model)
        folder.mkdir(parents=True, exist_ok=True)
        write(path, _done(fitted))
        _leave_newest(folder)
    return fitted


def _states(model: Model, sequences: Sequence[NDArray[np.int64]]) -> list[HiddenStates]:
    """Give the h of all layers; in pieces, as a run keeps every gate, and of it only h stays."""
    pieces = [sequences[n : n + _PIECE] for n in range(0, len(sequences), _PIECE)]
    found = chain.from_iterable(hidden_states_of_all(model, piece) for piece in pieces)
    return [replace(one, c=None) for one in found]


def _leave_newest(folder: Path) -> None:
    """Take away the oldest files: any lens can be fitted again."""
    with suppress(FileNotFoundError):  # another worker takes them away too
        files = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MOST_KEPT]:
            path.unlink()


def _done(fitted: Fitted) -> bytes:
    """Write a lens as the bytes of a file."""
    arrays = {
        f"{name}{n}": getattr(one, name)
        for n, one in enumerate(fitted.affine.maps)
        for name in ("W", "b")
    }
    told = [_FORMAT, fitted.text, fitted.tokens, fitted.affine_quality, fitted.raw_quality]
    file = io.BytesIO()
    np.savez(file, told=np.array(json.dumps(told)), **arrays)
    return file.getvalue()


def _undone(content: bytes, model: Model) -> Fitted | None:
    """Read a file; None where it is damaged, or was written by another version."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            form, text, tokens, *found = json.loads(str(file["told"]))
            maps = tuple(Linear(file[f"W{n}"], file[f"b{n}"]) for n in range(len(model.layers)))
            affine_quality, raw_quality = (_quality(one) for one in found)
    except (BadZipFile, EOFError, KeyError, LabError, TypeError, ValueError):
        return None
    if form != _FORMAT:
        return None
    return Fitted(AffineLens(maps), text, tokens, affine_quality, raw_quality)


def _quality(told: Sequence[object]) -> Quality:
    divergence, agreement, baseline = told
    return Quality(tuple(divergence), tuple(agreement), baseline)  # type: ignore[arg-type]
