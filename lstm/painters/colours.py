"""Colours as they are mixed, and whether what is written in one can be read on another."""

from ..errors import LabError

_HEX = "0123456789abcdefABCDEF"
READABLE = 4.5  # contrast of letters with what they stand on


def rgb(colour: str) -> tuple[int, int, int]:
    """Read a colour.

    Parameters
    ----------
    colour : str
        As #rrggbb.

    Raises
    ------
    LabError
        If it is written in another way.
    """
    if len(colour) != 7 or colour[0] != "#" or any(one not in _HEX for one in colour[1:]):
        raise LabError(f"'{colour[:20]}' is no colour. Use one like #56B4E9.")
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def mix(ground: str, colour: str, share: float) -> str:
    """Lay a colour over a ground.

    Parameters
    ----------
    ground, colour : str
    share : float
        0 is the ground, 1 the colour.

    Examples
    --------
    >>> mix("#000000", "#FF8000", 0.5)
    '#804000'
    """
    both = zip(rgb(ground), rgb(colour), strict=True)
    return "#" + "".join(f"{round(under + share * (over - under)):02x}" for under, over in both)


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, from 1 to 21.

    Parameters
    ----------
    one, other : str

    References
    ----------
    Web Content Accessibility Guidelines 2.2, "contrast ratio".

    Examples
    --------
    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def written(fill: str, inks: tuple[str, ...], force: float) -> str:
    """Give the colour of letters on a fill: no louder than asked for, but such that they read.

    Parameters
    ----------
    fill : str
    inks : tuple of str
        The one that reads best is taken; black or white where none reads well enough.
    force : float
        How much of it there is at least, from 0 to 1.
    """
    best = max(inks, key=lambda ink: contrast(fill, ink))
    if contrast(fill, best) < READABLE:
        best = max("#000000", "#ffffff", key=lambda ink: contrast(fill, ink))
    while force < 1:
        ink = mix(fill, best, force)
        if contrast(fill, ink) >= READABLE:
            return ink
        force += 0.05
    return best.lower()


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in rgb(colour)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
