"""Pictures of a map, tile by tile: what lies under its points.

Each painter takes a map, the rows that it was made from, and a look; its tiles are
pictures of their own, so that a page zooms into them as into any map.
"""

from collections.abc import Callable

from ..atlas import Atlas
from ..cell import Array
from .collage import Collage
from .glyphs import Glyphs
from .painter import DEEPEST, Look, Painter, Picture
from .relief import Relief

PAINTERS: dict[str, Callable[[Atlas, Array, Look], Painter]] = {
    "collage": Collage,
    "glyphs": Glyphs,
    "relief": Relief,
}
BY_ROWS = frozenset({"glyphs"})  # painters that look at the rows; the others may get none

__all__ = ["BY_ROWS", "DEEPEST", "PAINTERS", "Look", "Painter", "Picture"]
