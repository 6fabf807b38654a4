"""The routes of maps: contexts, units and selections, what becomes of a map, matrices brought.

Whoever has the key of a map may read it: the key is a hash of what it was made from.
What lies behind a key never changes, so browsers may keep it.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from dash import Dash
from flask import Response
from werkzeug.exceptions import BadRequest, NotFound

from lstm import LabError
from lstm.contexts import Contexts
from lstm.maps import Maps
from lstm.selection import describe

from . import map_sheet, map_state, map_whole, routes, wire
from .map_export import register_export
from .map_matrix import bring_labels, bring_matrix, file_of
from .map_paint import register_paint
from .map_tiles import register_tiles
from .models import Models

LARGEST_SELECTION = 2**20  # bytes: the numbers of all contexts of the largest map
FOR_EVER = "private, max-age=31536000, immutable"


def register(app: Dash, models: Models) -> None:
    """Add the routes below the app's own prefix."""
    at = routes.Routes(app)
    for method, path, function in (
        ("GET", "points", _points),
        ("GET", "texts", _texts),
        ("GET", "unit/<int:unit>", _unit),
        ("POST", "selection", _selection),
        ("GET", "whole/<int:n>", _whole),
        ("GET", "state", _state),
        ("POST", "stop", _stop),
    ):
        at.add(method, f"map/<key>/{path}", functools.partial(function, models))
    register_tiles(at)
    register_export(at)
    register_paint(at)
    at.add("POST", "map/matrix", _brought(bring_matrix))
    at.add("POST", "map/labels", _brought(bring_labels))


def _brought(bring: Callable[[], dict[str, Any]]) -> Callable[[], Response]:
    return lambda: routes.answer(bring())


def kept(answer: Response) -> Response:
    """Let browsers keep an answer: what lies behind its address never changes."""
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


def _points(_models: Models, key: str) -> Response:
    return kept(routes.answer(_sheet(key).points()))


def _texts(_models: Models, key: str) -> Response:
    return kept(routes.answer({"before": list(_sheet(key).atlas.before)}))


def _unit(models: Models, key: str, unit: int) -> Response:
    """Give the values of a unit in all contexts."""
    rows = _contexts(_sheet(key), models).rows
    if unit >= rows.shape[1]:
        raise NotFound(f"There is no unit {unit}: the rows have 0 to {rows.shape[1] - 1}.")
    values = np.asarray(rows[:, unit], np.float32)
    low, high = float(values.min()), float(values.max())
    return kept(routes.answer({"values": wire.encode(values, "f4"), "low": low, "high": high}))


def _selection(models: Models, key: str) -> Response:
    """Say what some contexts share."""
    routes.owner()
    sheet, ids = _sheet(key), routes.payload(LARGEST_SELECTION).get("points")
    if not isinstance(ids, list) or len(ids) > len(sheet.atlas):
        raise BadRequest(f"points must be a list of at most {len(sheet.atlas)} numbers.")
    if not all(type(one) is int and 0 <= one < len(sheet.atlas) for one in ids):
        raise BadRequest(f"points must be whole numbers from 0 to {len(sheet.atlas) - 1}.")
    found = describe(sheet.atlas, _contexts(sheet, models), ids)
    return routes.answer(sheet.record(found))


def _whole(models: Models, key: str, n: int) -> Response:
    """Say where the Network page shows the gates of a context."""
    sheet = _sheet(key)
    if n >= len(sheet.atlas):
        raise NotFound(f"The map has the contexts 0 to {len(sheet.atlas) - 1}.")
    return kept(routes.answer(map_whole.whole(sheet, n, models.opened)))


def _contexts(sheet: map_sheet.Sheet, models: Models) -> Contexts:
    return map_sheet.contexts(Maps.from_environment(), sheet.order, models.opened, file_of)


def _state(_models: Models, key: str) -> Response:
    return routes.answer(_told(key))


def _stop(_models: Models, key: str) -> Response:
    """Let a map be that waits or is made."""
    routes.owner()
    _told(key)
    Maps.from_environment().stop(key)
    return routes.answer(_told(key))


def _told(key: str) -> dict[str, Any]:
    """Say how far a map is; HTTP 404 where the key is none."""
    with _or_not_found():
        return map_state.state(Maps.from_environment(), key)


def _sheet(key: str) -> map_sheet.Sheet:
    """Give a map; HTTP 404 where it is none, or gone."""
    with _or_not_found():
        return map_sheet.sheet(Maps.from_environment(), key)


@contextmanager
def _or_not_found() -> Iterator[None]:
    try:
        yield
    except LabError as error:
        raise NotFound(str(error)) from error
