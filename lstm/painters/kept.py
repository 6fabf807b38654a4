"""Tiles on the disk: painted once, packed, and then only read."""

import gzip
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..disk import write
from .painter import EMPTY, SVG, VERSION, Look, Painter, Picture, check_tile

DEEPEST_KEPT = 5  # level: 1,365 tiles at most; what lies deeper is little, and soon painted


class KeptTiles:
    """The tiles of one painter of a map, in one look.

    Parameters
    ----------
    folder : Path
        For all tiles of the map; it is made where needed.
    name : str
        Of the painter.
    look : Look
    painter : function
        Gives the painter, whenever one is needed; its tiles are SVG.

    Attributes
    ----------
    mark : str
        Changes with how tiles look, so that one of an older lab is not taken for one of these.
    """

    def __init__(self, folder: Path, name: str, look: Look, painter: Callable[[], Painter]) -> None:
        told = json.dumps([VERSION, name, look]).encode()
        self.mark = hashlib.sha256(told).hexdigest()[:16]
        self._folder = folder / f"{name}-{self.mark}"
        self._painter = painter

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Give a tile, as every painter does."""
        return Picture(gzip.decompress(self.packed(z, x, y)), SVG)

    def packed(self, z: int, x: int, y: int) -> bytes:
        """Give the bytes of a tile, packed by gzip.

        Parameters
        ----------
        z, x, y : int

        Raises
        ------
        LabError
            If there is no such tile.
        """
        check_tile(z, x, y)
        path = self._folder / f"{z}-{x}-{y}.svg.gz"
        if z <= DEEPEST_KEPT:
            with suppress(OSError):  # it is not there yet, or not to be read
                return path.read_bytes()
        picture = self._painter().tile(z, x, y)
        content = _EMPTY if picture is EMPTY else gzip.compress(picture.content, 6, mtime=0)
        if z <= DEEPEST_KEPT:
            # A disk that is full, or a map that makes way just now, costs only the next painting.
            with suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                write(path, content)
        return content


_EMPTY = gzip.compress(EMPTY.content, 6, mtime=0)
