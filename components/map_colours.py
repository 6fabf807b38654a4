"""The colours of a map: of its regions, and of what is high or low on it.

The hues of regions mean no role: they only tell neighbours apart, whose names say
which is which.
"""

from lstm.painters.painter import Look

from . import theme

# Dark enough for light letters on them (4.5 : 1), and light enough to stand out on the dark
# panel (3 : 1): so they are the same in both themes. A test computes it.
HUES: tuple[str, ...] = (
    "#2C6CAE",
    "#97590A",
    "#0D795D",
    "#A44C81",
    "#766A10",
    "#7A58B4",
    "#B0481C",
    "#5E6B81",
)


def look(theme_name: theme.ThemeName) -> Look:
    """Give the colours in which a map is painted."""
    surface = theme.SURFACES[theme_name]
    positive = theme.role("h").tone(theme_name).fill
    return Look(surface.panel, surface.text, HUES, positive, surface.negative)


def hue_of(region: int) -> int:
    """Give the place in HUES of a region of the coarsest level, from 0."""
    return region % len(HUES)
