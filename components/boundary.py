"""The one place where what a browser sent becomes what the program can trust.

Dash checks no callback argument. Two kinds of bad input are told apart here:
what a reader can mistype is a :class:`FieldError`, shown on the page; what our
page can never send is a forgery and ends as HTTP 400.
"""

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from werkzeug.exceptions import BadRequest

from lstm import LabError

from . import theme
from .numerals import grouped

T = TypeVar("T")

# Python's float() would also take "nan", "1_000" and digits of other scripts.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SEPARATORS = re.compile(r"[,\s]+")
_SHOWN = 24


class FieldError(LabError):
    """A LabError that knows which control it is about."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def expect(kind: type[T], value: Any, what: str) -> T:
    """Return a value of the wanted type, or refuse the request as forged.

    Raises
    ------
    BadRequest
        HTTP 400: our own page never sends another type.
    """
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise BadRequest(f"{what} must be {kind.__name__}, not {type(value).__name__}.")
    return value


class Question(NamedTuple):
    """A request of a view: its running number, the theme to draw in, and the settings."""

    n: int
    theme: theme.ThemeName
    settings: dict[str, Any]


def question(request: Any) -> Question:
    """Take a view's request apart.

    Raises
    ------
    BadRequest
        HTTP 400, if it has another shape than our page gives it.
    """
    request = expect(dict, request, "The request")
    n = expect(int, request.get("n"), "n")
    return Question(n, choice(request.get("theme"), tuple(theme.SURFACES), "theme"), request)


def refusal(n: int, error: LabError, field: str = "") -> dict[str, Any]:
    """Answer a view's request with what the reader can put right.

    Parameters
    ----------
    n : int
        The running number of the request.
    error : LabError
    field : str
        The control that it is about, where the error does not know.

    Returns
    -------
    dict
    """
    known = error.field if isinstance(error, FieldError) else field
    return {"n": n, "error": {"message": str(error), "field": known}}


def choice(value: Any, options: Sequence[T], what: str) -> T:
    """Return one of the options, or refuse the request as forged.

    Raises
    ------
    BadRequest
        HTTP 400: our own page offers no other.
    """
    if value not in options:
        raise BadRequest(f"{what} is none of its choices.")
    return options[options.index(value)]


def number(field: str, raw: Any, low: float, high: float) -> float:
    """Read one number.

    Parameters
    ----------
    field : str
        The name on the page, such as "W_f" or "x(3)".
    raw : str, int or float
        What stands in the field.
    low, high : float
        The range, ends included.

    Raises
    ------
    FieldError
        If it is no number, not finite, or outside the range.
    BadRequest
        If it is neither text nor a number.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise BadRequest(f"{field} must be text or a number, not {type(raw).__name__}.")
    # Readers paste the minus sign that the page itself shows.
    text = str(raw).strip().replace("−", "-")
    wanted = f"Use a number between {grouped(low)} and {grouped(high)}, like 0.5."
    if not text:
        raise FieldError(field, f"{field} is empty. {wanted}")
    if not _NUMBER.fullmatch(text):
        raise FieldError(field, f"{field} is '{shorten(text)}'. {wanted}")
    value = float(text)
    if not math.isfinite(value) or not low <= value <= high:
        raise FieldError(field, f"{field} is {shorten(text)}, out of range. {wanted}")
    return value


def whole(field: str, raw: Any, low: int, high: int) -> int:
    """Read one whole number; as :func:`number`.

    Raises
    ------
    FieldError
        If it is none, or outside the range.
    """
    wanted = f"Use a whole number from {low} to {grouped(high)}."
    try:
        value = number(field, raw, low, high)
    except FieldError as error:  # it proposes 0.5, which is none
        given = shorten(str(raw).strip())
        is_what = f"is '{given}'" if given else "is empty"
        raise FieldError(field, f"{field} {is_what}. {wanted}") from error
    if not value.is_integer():
        raise FieldError(field, f"{field} is {value:g}. {wanted}")
    return int(value)


def sequence(raw: Any, longest: int, limit: float) -> tuple[float, ...]:
    """Read an input sequence: numbers separated by commas or white space.

    Parameters
    ----------
    raw : str
        Square or round brackets around the whole are allowed.
    longest : int
        The largest number of values.
    limit : float
        The largest magnitude of a value.

    Raises
    ------
    FieldError
        With the first value that cannot be read, and what to do.
    BadRequest
        If it is not text.
    """
    field = "sequence"
    text = expect(str, raw, "The input sequence").strip().strip("[]()").strip()
    values = [part for part in _SEPARATORS.split(text) if part]
    if not values:
        raise FieldError(
            field, "The input sequence is empty. Type numbers separated by commas, like 1, 0, 0.5."
        )
    if len(values) > longest:
        raise FieldError(
            field,
            f"The input sequence has {len(values)} values. Use at most {longest}.",
        )
    advice = "Use numbers separated by commas, like 1, 0, 0.5."
    return tuple(value_at(field, t, part, limit, advice) for t, part in enumerate(values, start=1))


def value_at(field: str, t: int, part: str, limit: float, advice: str) -> float:
    """Read the number at step t of a text.

    Parameters
    ----------
    field : str
        The control that holds the text.
    t : int
    part : str
        What stands there, without white space.
    limit : float
        The largest magnitude.
    advice : str
        What to write where it is no number.

    Raises
    ------
    FieldError
        About the field, naming x(t).
    """
    try:
        return number(f"x({t})", part, -limit, limit)
    except FieldError as error:
        if _NUMBER.fullmatch(part.replace("−", "-")):
            raise FieldError(field, str(error)) from error
        raise FieldError(field, f"x({t}) is '{shorten(part)}'. {advice}") from error


def shorten(text: str) -> str:
    """Keep a quoted input from filling the page."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
