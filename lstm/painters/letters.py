"""Tokens and texts of any script, as they can stand in a picture."""

import unicodedata
from collections.abc import Iterable

from ..shown import shown_token

_NEVER = "\ufffe\uffff"  # which XML does not know, nor surrogates and most controls
_CARRIER = "\u25cc"  # carries a mark that stands alone


def legible(text: str) -> str:
    r"""Replace what no picture may hold, or nobody would see.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> legible("a\x07"), legible("\u0301")
    ('a␇', '◌́')
    """
    letters = "".join(map(_legible, shown_token(text)))
    return _CARRIER + letters if letters and unicodedata.combining(letters[0]) else letters


def as_read(text: str) -> str:
    """Write a text as it is read, its spaces as spaces that no picture drops.

    Parameters
    ----------
    text : str
    """
    return legible(text).replace("␣", "\u00a0")


def escaped(text: str) -> str:
    """Write a text into XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wide(text: str) -> int:
    """Count the columns that a text takes in letters of one width.

    Examples
    --------
    >>> wide("ab"), wide("漢字"), wide("e\u0301")
    (2, 4, 1)
    """
    return sum(map(_columns, text))


def beginning(text: str, columns: int) -> str:
    """Give as much of a text's beginning as there is room for.

    Parameters
    ----------
    text : str
    columns : int

    Examples
    --------
    >>> beginning("reading", 7), beginning("readings", 7)
    ('reading', 'readin…')
    """
    return text if wide(text) <= columns else _taken(text, columns - 1) + "…"


def ending(text: str, columns: int) -> str:
    """Give as much of a text's end as there is room for; it may be none.

    Parameters
    ----------
    text : str
    columns : int

    Examples
    --------
    >>> ending("it was", 3), ending("it was", 0)
    ('…as', '')
    """
    if columns < 1 or wide(text) <= columns:
        return text if columns > 0 else ""
    return "…" + _taken(text[::-1], columns - 1)[::-1]


def lines(text: str, columns: int) -> list[str]:
    """Break a text where a line is full, be it amid a word.

    Examples
    --------
    >>> lines("abcde", 2)
    ['ab', 'cd', 'e']
    """
    found = []
    while text:
        line = _taken(text, columns) or text[0]
        found.append(line)
        text = text[len(line) :]
    return found


def gap(tokens: Iterable[str]) -> str:
    """Give what stands between tokens in a text: a space between words, which have none.

    Parameters
    ----------
    tokens : iterable of str
        All different ones.

    Examples
    --------
    >>> gap(["the", "map", "."]), gap(["t", "h", "\u2026"]), gap([" the", "map"])
    (' ', '', '')
    """
    known = list(tokens)
    words = sum(len(token) > 1 for token in known) > len(known) / 3
    return " " if words and not any(" " in token for token in known) else ""


def common_ending(texts: Iterable[str]) -> str:
    """Give the end that all texts share.

    Examples
    --------
    >>> common_ending(["he said [", "she ran ["])
    ' ['
    """
    first, *others = texts
    for other in others:
        same = 0
        while same < min(len(first), len(other)) and first[-1 - same] == other[-1 - same]:
            same += 1
        first = first[len(first) - same :]
    return first


def _legible(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)  # the picture of a control
    kind = unicodedata.category(letter)
    if letter in _NEVER or kind in ("Cs", "Cc"):
        return "\ufffd"
    return letter


def _columns(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _taken(text: str, columns: int) -> str:
    """Give the longest beginning that fits."""
    for count, letter in enumerate(text):
        columns -= _columns(letter)
        if columns < 0:
            return text[:count]
    return text
