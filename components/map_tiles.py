"""The tiles of a map's panorama, as pictures that the browser asks for one by one.

What a model painted has tiles of its own (:mod:`.map_paint`), at addresses like these.
"""

import functools
import gzip
import re
import threading

import numpy as np
from flask import Response, request
from werkzeug.exceptions import BadRequest, NotFound

from lstm import Array, LabError
from lstm.maps import Maps
from lstm.painters import BY_ROWS, PAINTERS, Painter
from lstm.painters.kept import KeptTiles
from lstm.painters.painter import SVG, check_tile

from . import map_matrix, map_sheet, routes
from .map_colours import look
from .models import Models
from .theme import SURFACES, ThemeName

READY = 6  # painters at hand, of all maps
LOCKS = 16
DAY = 24 * 3600  # seconds that a browser keeps a tile, before it asks whether it has changed

_KEY = re.compile(r"[0-9a-f]{64}")
_AS_WRITTEN = re.compile(r"0|[1-9][0-9]{0,3}")  # numbers, as our pages write them


class Panoramas:
    """The panoramas of an app, the last few of their painters at hand."""

    def __init__(self) -> None:
        self._models = Models()
        # A page asks for many tiles at once; what paints them is made by one, and once.
        self._locks = [threading.Lock() for _ in range(LOCKS)]
        self._ready = functools.lru_cache(READY)(self._new)

    def tiles(self, key: str, name: str, theme: str) -> KeptTiles:
        """Give the tiles of a painter of a map, in a theme.

        Raises
        ------
        BadRequest
            HTTP 400: if there is no such painter or theme.
        NotFound
            HTTP 404: if the map is not here.
        """
        if name not in PAINTERS:
            raise BadRequest(f"The painter must be one of {', '.join(PAINTERS)}.")
        colours, maps = look(themed(theme)), here(key)
        painter = functools.partial(self._painter, key, name, themed(theme))
        return KeptTiles(maps.job(key).path / "tiles", name, colours, painter)

    def _painter(self, key: str, name: str, theme: ThemeName) -> Painter:
        with self._locks[int(key[0], LOCKS)]:
            return self._ready(key, name, theme)

    def _new(self, key: str, name: str, theme: ThemeName) -> Painter:
        maps = Maps.from_environment()
        atlas = map_sheet.sheet(maps, key).atlas
        rows: Array = np.empty((0, 0))
        if name in BY_ROWS:
            opened, file = self._models.opened, map_matrix.file_of
            rows = map_sheet.contexts(maps, maps.order(key), opened, file).rows
        return PAINTERS[name](atlas, rows, look(theme))


def register_tiles(at: routes.Routes) -> None:
    """Add the route of the tiles."""
    tile = functools.partial(_tile, Panoramas())
    at.add("GET", "map/<key>/tile/<name>/<theme>/<z>/<x>/<y>", tile)


def themed(theme: str) -> ThemeName:
    """Check the name of a theme.

    Raises
    ------
    BadRequest
        HTTP 400: if it is none.
    """
    if theme not in SURFACES:
        raise BadRequest(f"The theme must be one of {', '.join(SURFACES)}.")
    return theme


def here(key: str) -> Maps:
    """Give the maps with a finished one.

    Raises
    ------
    NotFound
        HTTP 404: if it is not here, or the key is none.
    """
    maps = Maps.from_environment()
    if not _KEY.fullmatch(key) or not maps.has(key):
        raise NotFound("This map is no longer here. Make it again.")
    return maps


def number(text: str) -> int:
    """Read a number of an address.

    Raises
    ------
    BadRequest
        HTTP 400: if our pages would not write it so.
    """
    if not _AS_WRITTEN.fullmatch(text):
        raise BadRequest("A tile has a level, a column and a row: whole numbers from 0.")
    return int(text)


def _tile(
    panoramas: Panoramas, key: str, name: str, theme: str, z: str, x: str, y: str
) -> Response:
    place = number(z), number(x), number(y)
    try:
        check_tile(*place)
    except LabError as error:
        raise NotFound(str(error)) from error
    tiles = panoramas.tiles(key, name, theme)
    response = Response(mimetype=SVG)
    response.set_etag(tiles.mark)
    response.headers["Cache-Control"] = f"private, max-age={DAY}"
    response.vary.add("Accept-Encoding")
    if request.if_none_match.contains(tiles.mark):
        response.status_code = 304
        return response
    content = tiles.packed(*place)
    if request.accept_encodings.quality("gzip") > 0:
        response.content_encoding = "gzip"
    else:
        content = gzip.decompress(content)
    response.set_data(content)
    return response
