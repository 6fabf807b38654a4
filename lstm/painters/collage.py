"""The token collage: each cell of the map shows the token that is commonest there.

Its hue is that of its region, the stronger the more contexts lie in it. A square with
one spot only says more: the end of the text before the token.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from ..atlas import Atlas
from ..cell import Array
from .cells import Cells
from .colours import written
from .land import Land, box, rect
from .letters import as_read, beginning, common_ending, ending, escaped, gap, legible, lines, wide
from .painter import Look, Picture, check_tile, drawn
from .squares import Square, commonest, squares

_FAINTEST = 0.2  # of the hue, where any contexts lie
_CARD, _RIM = 0.22, 0.6
_LOOKED_AT = 64  # contexts of a spot, whose texts are compared
_ADVANCE = 0.61  # of a letter, in its size
_LETTER, _BELOW = 17.0, 14.0  # its size, where a cell shows but one; below the text before it
_MOST_LETTERS = 6  # of a token in a cell
_SMALL, _SHORT = 8.4, 5  # size of the text before the token in a cell, and its letters
_QUIET = 0.6  # of the ink, where letters are not the main thing


class _Room(NamedTuple):
    """What a card has room for: letters of a size, so many in a line, and lines."""

    size: float
    columns: int
    lines: int


_ROOM = {2: _Room(9.6, 9, 4), 4: _Room(13.0, 14, 6)}


class Collage:
    """Paints the commonest tokens.

    Parameters
    ----------
    atlas : Atlas
    rows : ndarray of shape (N, D)
        Not looked at.
    look : Look
    """

    def __init__(self, atlas: Atlas, rows: Array, look: Look) -> None:
        del rows
        self._before = atlas.before
        self._cells = Cells(atlas.places, atlas.frame)
        self._land = Land(self._cells, atlas.levels[0], look)
        numbers = {text: number for number, text in enumerate(dict.fromkeys(atlas.token))}
        self._gap = gap(numbers)
        self._texts = [legible(text) for text in numbers]
        self._token = np.array([numbers[text] for text in atlas.token])[self._cells.order]
        self._ink = cache(lambda fill, force: written(fill, (look.text, look.ground), force))

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Paint a tile, as every painter does."""
        check_tile(z, x, y)
        lying = self._land.lying(z, x, y)
        if not lying.height.any():
            return drawn([])
        steep = self._land.steepness(lying.height, z)
        taken = list(squares(self._cells, z, x, y))
        found = self._land.coast(lying, z, taken)
        for square in taken:
            found += self._square(square, float(steep[square.y, square.x]))
        return drawn(['<g font-family="monospace" text-anchor="middle">', *found, "</g>"])

    def _square(self, square: Square, steep: float) -> list[str]:
        at = slice(square.start, square.end)
        token, region = commonest(self._token[at]), commonest(self._land.region[at])
        if square.cells > 1:
            return self._card(square, token, region)
        fill = self._land.fill(region, _FAINTEST + (1 - _FAINTEST) * steep)
        return self._cell(square, token, fill)

    def _cell(self, square: Square, token: int, fill: str) -> list[str]:
        left, top, side, _ = box(square.x, square.y)
        found = [rect(left, top, side, side, fill)]
        text = beginning(self._texts[token], _MOST_LETTERS)
        if not text:
            return found
        before = self._text_before(square, token)[-_SHORT:] if square.told else ""
        size = min(_BELOW if before else _LETTER, (side - 3) / _ADVANCE / max(1, wide(text)))
        base = top + side / 2 + 0.34 * size + (4 if before else 0)
        found.append(_text(left + side / 2, base, size, self._ink(fill, 0.8), text))
        if before:
            ink = self._ink(fill, _QUIET)
            found.append(_text(left + side / 2, top + 9, _SMALL, ink, before))
        return found

    def _card(self, square: Square, token: int, region: int) -> list[str]:
        """Say of one spot what there is room for, the token marked by its hue."""
        room = _ROOM[square.cells]
        left, top, side, _ = box(square.x, square.y, square.cells)
        fill, rim, chip = (self._land.fill(region, strength) for strength in (_CARD, _RIM, 1.0))
        found = [rect(left + 0.5, top + 0.5, side - 1, side - 1, fill, f' stroke="{rim}"')]
        text = beginning(self._texts[token], room.columns)
        most = room.lines - (square.contexts > 1)  # how many they are stands in the first line
        left_over = room.columns * most - wide(text)
        rows = lines(ending(self._text_before(square, token), left_over), room.columns)
        # A token is never broken.
        if not rows or wide(rows[-1]) + wide(text) > room.columns:
            rows.append("")
        if len(rows) > most:  # letters of two columns do not always fill a line
            rows = ["…" + rows[-most][1:], *rows[1 - most :]]
        step, advance = 1.45 * room.size, _ADVANCE * room.size
        base = top + (side - step * (len(rows) + most - room.lines)) / 2 + 0.76 * step
        start = left + (side - advance * room.columns) / 2
        quiet = self._ink(fill, _QUIET)
        for number, row in enumerate(rows):
            width = advance * wide(row)
            found += _line(start, base + step * number, room.size, quiet, row, width)
        at, last = start + advance * wide(rows[-1]), base + step * (len(rows) - 1)
        if text:
            width = advance * wide(text)
            found.append(rect(at - 0.5, last - 0.72 * step, width + 1, step, chip))
            found += _line(at, last, room.size, self._ink(chip, 1.0), text, width)
        if square.contexts > 1:
            many = f"×{square.contexts:,}"
            found.append(_text(left + side - 2.6 * len(many) - 4, top + 10, _SMALL, quiet, many))
        return found

    def _text_before(self, square: Square, token: int) -> str:
        """Give the text before a token of a spot: what all that have the token share."""
        mine = np.flatnonzero(self._token[square.start : square.end] == token)[:_LOOKED_AT]
        which = self._cells.order[square.start + mine].tolist()
        shared = common_ending([self._before[n] for n in which])
        return as_read(shared + self._gap if shared else "")


def _text(x: float, y: float, size: float, ink: str, text: str, more: str = "") -> str:
    return (
        f'<text x="{x:.4g}" y="{y:.4g}" font-size="{size:.3g}" fill="{ink}"{more}>'
        f"{escaped(text)}</text>"
    )


def _line(x: float, y: float, size: float, ink: str, text: str, width: float) -> list[str]:
    """Write from x on, exactly so wide in whatever font there is; nothing for no text."""
    exact = f' textLength="{width:.4g}" lengthAdjust="spacingAndGlyphs"'
    return [_text(x + width / 2, y, size, ink, text, exact)] if width else []
