"""What all painters of a map share: tiles of a pyramid, and the colours they are painted in.

At level z the map's square has 2^z tiles to a side, counted from the left and from the
TOP, as screens count; a tile has 8 × 8 cells, whatever the level, so that each level
shows what the one above could not.
"""

from typing import NamedTuple, Protocol

from ..errors import LabError

DEEPEST = 8  # level; 256 tiles to a side
CELLS = 8  # of a tile, to a side
SIDE = 256  # of a tile, in its own units
CELL = SIDE // CELLS

VERSION = 1  # of how tiles look; another one is painted anew

SVG = "image/svg+xml"


class Look(NamedTuple):
    """Colours, as #rrggbb.

    Attributes
    ----------
    ground, text : str
        What the map lies on, and what is written there.
    hues : tuple of str
        Of the regions: region n of the coarsest level has hue n, counted round.
    positive, negative : str
        Of numbers above and below zero.
    """

    ground: str
    text: str
    hues: tuple[str, ...]
    positive: str
    negative: str


class Picture(NamedTuple):
    """A finished tile: its bytes, and what kind of bytes they are."""

    content: bytes
    mimetype: str


class Painter(Protocol):
    """Paints a map, tile by tile."""

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Paint a tile.

        Parameters
        ----------
        z : int
            The level, from 0 to DEEPEST.
        x, y : int
            The column from the left, and the row from the top, from 0 to 2^z − 1.

        Raises
        ------
        LabError
            If there is no such tile.
        """
        ...


# Beyond its own edges nothing shows: a nested picture would not show it either.
HEAD = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
TAIL = "</svg>"
EMPTY = Picture((HEAD + TAIL).encode(), SVG)


def drawn(parts: list[str]) -> Picture:
    """Give a tile of pieces of SVG; the one empty tile where there are none."""
    return Picture((HEAD + "".join(parts) + TAIL).encode(), SVG) if parts else EMPTY


def check_tile(z: int, x: int, y: int) -> None:
    """Refuse a tile that does not exist.

    Parameters
    ----------
    z, x, y : int

    Raises
    ------
    LabError
        Saying which there are.
    """
    if not 0 <= z <= DEEPEST:
        raise LabError(f"There are tiles of the levels 0 to {DEEPEST}, not {z}.")
    if not (0 <= x < 2**z and 0 <= y < 2**z):
        raise LabError(f"Level {z} has the tiles 0 to {2**z - 1} each way, not {x}, {y}.")
