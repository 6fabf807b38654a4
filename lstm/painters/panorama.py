"""The whole panorama as one picture: its tiles, the names of regions, and points if wanted."""

import base64
from collections.abc import Iterator

import numpy as np

from ..atlas import Atlas, Region
from .cells import downwards
from .colours import mix
from .letters import escaped, wide
from .painter import HEAD, SIDE, SVG, TAIL, Look, Painter, Picture

FINEST = 4  # level that a whole panorama is painted at: 256 tiles
LEVELS = {0: 1, 1: 1, 2: 1, 3: 2, 4: 3}  # of regions that are named in a picture of a level

_SIZES = (1.0, 0.8, 0.66)  # of names, by the level of their region
_NAME = 15.0  # size of the largest, where the whole is 740 wide
_ADVANCE = 0.58


def tile_parts(painter: Painter, z: int) -> Iterator[tuple[int, int, str]]:
    """Give what is drawn in the tiles of a level, and where; empty ones are left out.

    Parameters
    ----------
    painter : Painter
    z : int

    Yields
    ------
    x, y : int
    inner : str
        Pieces of SVG, 256 wide and high.
    """
    for x in range(2**z):
        for y in range(2**z):
            inner = _inner(painter.tile(z, x, y))
            if inner:
                yield x, y, inner


def panorama(
    atlas: Atlas, painter: Painter, look: Look, z: int, title: str, *, points: bool = False
) -> str:
    """Paint a whole map.

    Parameters
    ----------
    atlas : Atlas
    painter : Painter
    look : Look
    z : int
        The level of its tiles, from 0 to FINEST.
    title : str
        What a reader is told who sees no pictures.
    points : bool
        Whether the contexts are drawn.

    Returns
    -------
    str
        SVG, of any size.
    """
    side = SIDE * 2**z
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'width="{max(side, 1024)}" height="{max(side, 1024)}" role="img">',
        f"<title>{escaped(title)}</title>",
        f'<rect width="{side}" height="{side}" fill="{look.ground}"/>',
        *(_placed(*tile) for tile in tile_parts(painter, z)),
    ]
    if points:
        parts.append(dots(atlas, look, side))
    return "".join([*parts, *names(atlas, look, side, LEVELS[z]), "</svg>"])


def dots(atlas: Atlas, look: Look, side: float) -> str:
    """Draw all contexts, in the hue of their region, brighter than what they lie on.

    Parameters
    ----------
    atlas : Atlas
    look : Look
    side : float
        Of the picture.
    """
    at = np.rint(downwards(atlas.places, atlas.frame) * side).astype(int)
    level = atlas.levels[0]
    hues = np.where(level < 0, -1, level % len(look.hues))
    found = []
    for hue in np.unique(hues).tolist():
        colour = mix(look.hues[hue], look.text, 0.5) if hue >= 0 else look.text
        path = "".join(f"M{x} {y}h0" for x, y in np.unique(at[hues == hue], axis=0).tolist())
        found.append(f'<path stroke="{colour}" d="{path}"/>')
    wide_line = f'stroke-width="{side / 300:.3g}" stroke-linecap="round" fill="none"'
    return f'<g {wide_line} opacity=".8">{"".join(found)}</g>'


def names(atlas: Atlas, look: Look, side: float, levels: int) -> list[str]:
    """Write the names of regions, the largest first, and none over another.

    Parameters
    ----------
    atlas : Atlas
    look : Look
    side : float
        Of the picture.
    levels : int
        Of regions, from the coarsest.
    """
    taken: list[tuple[float, float, float, float]] = []
    found = [
        f'<g font-family="sans-serif" font-weight="700" text-anchor="middle" '
        f'fill="{look.text}" stroke="{look.ground}" paint-order="stroke" stroke-linejoin="round">'
    ]
    shown: set[str] = set()
    for level, size in zip(atlas.regions[:levels], _SIZES, strict=False):
        size *= _NAME * side / 740 / max(1.0, (levels + 1) / 2)
        for region in sorted(level, key=lambda one: -one.count):
            x, y, half = _middle(region, atlas, side, size)
            box = (x - half, y - size, x + half, y + 0.4 * size)
            if region.name in shown or any(_over(box, other) for other in taken):
                continue
            taken.append(box)
            shown.add(region.name)
            found.append(
                f'<text x="{x:.5g}" y="{y:.5g}" font-size="{size:.3g}" '
                f'stroke-width="{size / 4:.3g}">{escaped(region.name)}</text>'
            )
    return [*found, "</g>"]


def _middle(region: Region, atlas: Atlas, side: float, size: float) -> tuple[float, float, float]:
    """Give where a name stands, all of it inside the picture, and half its width."""
    across, down = downwards(np.array([[region.x, region.y]]), atlas.frame)[0] * side
    half = min(side / 2, _ADVANCE * size * wide(region.name) / 2)
    x = min(max(across, half), side - half)
    return float(x), float(min(max(down, size), side - size)), half


def _over(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _placed(x: int, y: int, inner: str) -> str:
    at = f'x="{x * SIDE}" y="{y * SIDE}" width="{SIDE}" height="{SIDE}"'
    # A picture in a picture ends at its own edges.
    return f'<svg {at} viewBox="0 0 {SIDE} {SIDE}">{inner}</svg>'


def _inner(picture: Picture) -> str:
    """Give what is drawn in a tile."""
    if picture.mimetype == SVG:
        return picture.content.decode()[len(HEAD) : -len(TAIL)]
    data = base64.b64encode(picture.content).decode()
    return f'<image width="{SIDE}" height="{SIDE}" href="data:{picture.mimetype};base64,{data}"/>'
