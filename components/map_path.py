"""The path of a typed sequence through a map, step by step."""

from typing import Any

import numpy as np

from lstm import LabError, Model
from lstm.contexts import Contexts
from lstm.map_source import ModelSource
from lstm.selection import path_of, states_of
from lstm.shown import shown_token

from . import map_words, wire
from .boundary import FieldError
from .map_settings import LONGEST
from .map_sheet import Sheet

NO_MODEL = "A matrix has no model that could read a sequence, so there is no path."
_NO_NAMES = "The tokens of this model have no names, so it cannot read a sequence."


def path(
    sequence: str,
    model: Model,
    source: ModelSource,
    sheet: Sheet,
    contexts: Contexts,
    usual: float,
) -> dict[str, Any]:
    """Find the way of a sequence through a map.

    Parameters
    ----------
    sequence : str
        As the reader typed it.
    model : Model
    source : ModelSource
        Of the map.
    sheet : Sheet
    contexts : Contexts
        Of that map.
    usual : float
        How far its contexts usually are from their nearest.

    Returns
    -------
    dict
        ``tokens`` T of them, ``places`` (T, 2), the three ``nearest`` contexts of each,
        the ``regions`` that they lie in, and words. T is 0 where there can be no path.

    Raises
    ------
    FieldError
        About "sequence", if the model cannot read it.
    """
    if model.vocabulary is None:
        return no_path(_NO_NAMES)
    try:
        tokens, numbers = model.vocabulary.read(sequence)
        if not 0 < len(tokens) <= LONGEST:
            raise LabError(
                f"The sequence has {len(tokens):,} {model.vocabulary.unit}. Use 1 to {LONGEST}."
            )
        found = path_of(sheet.atlas, contexts, states_of(model, source, numbers), usual)
    except LabError as error:
        raise FieldError("sequence", str(error)) from error
    unknown = [
        token
        for token, number in zip(tokens, numbers.tolist(), strict=True)
        if number == model.vocabulary.unknown and token not in model.vocabulary.tokens
    ]
    shown = [shown_token(token) for token in tokens]
    return {
        "tokens": tokens,
        "places": wire.encode(sheet.on_screen(found.places), "f4"),
        "nearest": wire.encode(found.near, "i4"),
        "regions": [_region(sheet, near) for near in found.near[:, 0].tolist()],
        "says": map_words.path_in_words(shown, unknown, np.flatnonzero(found.far).tolist()),
    }


def no_path(why: str) -> dict[str, Any]:
    """Say why there can be no path."""
    return {
        "tokens": [],
        "places": wire.encode(np.zeros((0, 2)), "f4"),
        "nearest": wire.encode(np.zeros((0, 3), int), "i4"),
        "regions": [],
        "says": why,
    }


def _region(sheet: Sheet, context: int) -> str:
    """Name the region of a context as the map does at first: of the coarsest level that has one."""
    for level, regions in zip(sheet.atlas.levels, sheet.atlas.regions, strict=True):
        if level[context] >= 0:
            name: str = regions[level[context]].name
            return name
    return ""
