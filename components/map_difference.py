"""The Difference of the Map page: two maps of the same contexts, and what stays near to what."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from werkzeug.exceptions import BadRequest

from lstm import LabError, matrix_file
from lstm.atlas import Atlas
from lstm.cell import Array
from lstm.linked import Fate, Linked, fates, linked, parting
from lstm.map_source import MatrixSource, Source
from lstm.maps import Maps
from lstm.order import FileOf, Opened

from . import boundary, map_colours, map_sheet, theme, wire
from . import map_difference_words as words
from .compare import Compares
from .map_difference_panel import NEAREST, aside, panel

NOT_MEASURED = 255  # in place of a count

_KEY = re.compile(r"[0-9a-f]{64}")
_PARTING = 10  # contexts that are listed
_INTO = 3  # regions of B that are named beside one of A


# Both show the same contexts: B reads the text of A, and as many contexts of it.
COMPARES = Compares(
    panel,
    shared=("text", "text_of", "count", "sequence"),
    linked=("text", "count", "sequence", "t"),
    aside=aside,
)


def difference(
    _a: dict[str, Any],
    _b: dict[str, Any],
    asked: dict[str, Any],
    _theme_name: theme.ThemeName,
    *,
    maps: Callable[[], Maps],
    opened: Opened,
    file: FileOf,
) -> dict[str, Any]:
    """Link two maps, and say how they differ: as :func:`.difference.register` wants it.

    Parameters
    ----------
    asked : dict
        ``maps``, the keys of A's and B's as they are shown, and ``nearest``, how many
        are compared.
    maps : function
        Gives the maps of the data directory.
    opened, file : function
        Give the model, and the path of a file that a reader brought, of a hash.

    Returns
    -------
    dict
        The words; ``links`` between the contexts, None where the maps cannot be linked;
        and with them ``counts`` of those that keep 0, 1 … of their nearest, what becomes
        of A's ``regions``, in words ``torn``, and the contexts that are ``parting``.

    Raises
    ------
    LabError
        If a map is gone.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    keys = _keys(asked)
    k = int(boundary.choice(asked.get("nearest"), tuple(map(str, NEAREST)), "nearest"))
    there = maps()
    sheets = [map_sheet.sheet(there, key) for key in keys]
    a, b = (one.atlas for one in sheets)
    sources = sheets[0].order.source, sheets[1].order.source

    def rows() -> tuple[Array, Array]:
        one, other = (map_sheet.contexts(there, sheet.order, opened, file).rows for sheet in sheets)
        return one, other

    answer: dict[str, Any] = {"figures": {}, "numbers": {}, "links": None}
    if keys[0] == keys[1]:
        return answer | {"says": [words.NOTHING_YET]}
    try:
        _check(*sources, file)
        found = linked(a, b, rows, k)
    except LabError as error:  # it is no slip: each of the two maps is right as it is
        return answer | {"says": [str(error)]}
    told = fates(found, a.levels[0], b.levels[0])
    return answer | {
        "links": _links(a, b, found),
        "nearest": k,
        "chance": found.chance * k,
        "counts": np.bincount(_counts(found), minlength=k + 1).tolist(),
        "regions": [_region(a, b, k, one) for one in told],
        "parting": list(parting(found, a, _PARTING)),
        "torn": words.regions_in_words(a, b, k, told),
        "says": words.says(a, b, sources, found),
    }


def _keys(asked: dict[str, Any]) -> tuple[str, str]:
    keys = boundary.expect(list, asked.get("maps"), "maps")
    if len(keys) != 2 or not all(isinstance(key, str) and _KEY.fullmatch(key) for key in keys):
        raise BadRequest("maps must be the keys of two maps.")
    return keys[0], keys[1]


def _check(a: Source, b: Source, file: FileOf) -> None:
    """Raise LabError where a row of one is nothing that the other could have."""
    if isinstance(a, MatrixSource) != isinstance(b, MatrixSource):
        raise LabError(words.OTHER_KINDS)
    if isinstance(a, MatrixSource) and isinstance(b, MatrixSource) and a.hash != b.hash:
        one, other = (_rows_of(source, file) for source in (a, b))
        if one != other:
            raise LabError(words.other_rows(one, other))


def _rows_of(source: MatrixSource, file: FileOf) -> int:
    tables = matrix_file.opened(file(source.hash))
    return matrix_file.chosen(tables, source.tensor or None).shape[0]


def _counts(found: Linked) -> NDArray[np.int64]:
    """Count the nearest that each measured context keeps."""
    return np.rint(found.kept * found.k).astype(np.int64)


def _links(a: Atlas, b: Atlas, found: Linked) -> dict[str, Any]:
    """Say for each context of A which one of B it is, and how many of its nearest it keeps."""
    to_b = np.full(len(a), -1)
    to_b[found.a] = found.b
    kept = np.full(len(a), NOT_MEASURED)
    kept[found.a[found.points]] = _counts(found)
    return {"to_b": wire.encode(to_b, "i4"), "of_b": len(b), "kept": wire.encode(kept, "u1")}


def _region(a: Atlas, b: Atlas, k: int, fate: Fate) -> dict[str, Any]:
    """Say what becomes of a region of A, and in which regions of B most of it lies."""
    into = [
        {
            "region": region,
            "name": words.name_of(b, region),
            "share": share,
            "color": map_colours.hue_of(region) if region >= 0 else None,
        }
        for region, share in fate.into[:_INTO]
    ]
    return {
        "region": fate.region,
        "name": words.name_of(a, fate.region),
        "color": map_colours.hue_of(fate.region),
        "count": fate.count,
        "kept": None if fate.kept is None else fate.kept * k,
        "into": into,
    }
