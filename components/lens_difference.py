"""The Difference of the Lens page: two prompts, or two models, through one lens each."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component
from numpy.typing import NDArray

from lstm.shown import shown_probability

from . import difference as views
from . import theme
from .compare import Compares
from .concepts import Own
from .figures.lens_difference import compared_ranks
from .lens_run import LensRun
from .lens_settings import LensSettings
from .lens_speaker import Opened

NOTHING_YET = "No difference yet. Change the prompt, the model or the lens of B."
LOOK_FOR = (
    "The ranks, in the top layer, of what both watch: where do A (solid) and B (dashed) part?"
)


def panel(own: Own, aio_id: str) -> Sequence[Component]:
    """Lay out the figure."""
    return [
        html.P(LOOK_FOR, className="lab-look-for"),
        html.Div(views.figure(own, aio_id, "ranks"), className="lab-lens-differs"),
    ]


# Nothing is shared: prompts and models are what is compared.
COMPARES = Compares(panel, shared=(), linked=("t",))


def difference(
    a: dict[str, Any],
    b: dict[str, Any],
    _asked: dict[str, Any],
    theme_name: theme.ThemeName,
    *,
    opened: Opened,
) -> dict[str, Any]:
    """Read both texts, and say how the two differ: as :func:`.difference.register` wants it.

    Parameters
    ----------
    a, b : dict
        What :class:`LensSettings` reads, of Setting A and Setting B.
    theme_name : "dark" or "light"
    opened : function of a file's hash
        Gives the model of an opened file.

    Returns
    -------
    dict
        The figure, where both watch something; ``first_difference``, the first step
        after which their likeliest tokens differ, and ``largest_gap``, between the
        probabilities of what both watch; and the words.

    Raises
    ------
    FieldError
        As either setting alone would.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    one, other = (LensRun.of(LensSettings.read(side), opened) for side in (a, b))
    both = [text for text in _watched(one) if text in _watched(other)]
    first, gap = first_difference(one, other), largest_gap(one, other, both)
    return {
        "figures": {"ranks": _figure(one, other, both, theme_name)} if both else {},
        "numbers": {"first_difference": first, "largest_gap": gap},
        "says": _says(one, other, first, gap),
    }


def first_difference(a: LensRun, b: LensRun) -> int | None:
    """Give the first step after which the likeliest tokens differ, or None."""
    pairs = zip(_likeliest(a), _likeliest(b), strict=False)
    return next((t for t, (one, other) in enumerate(pairs, start=1) if one != other), None)


def largest_gap(a: LensRun, b: LensRun, both: Sequence[str]) -> float | None:
    """Give the largest gap between probabilities of what both watch, in the top layers."""
    if not both:
        return None
    one, other = (_of(ran, ran.said.probability, both) for ran in (a, b))
    steps = min(len(one), len(other))
    return float(np.abs(one[:steps] - other[:steps]).max())


def _figure(
    a: LensRun, b: LensRun, both: Sequence[str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    ranks, others = (_of(ran, ran.said.rank, both).astype(np.int64) for ran in (a, b))
    most = max(len(ran.speaker.decoder.b) for ran in (a, b))
    return compared_ranks(ranks, others, both, most, theme_name)


def _watched(ran: LensRun) -> list[str]:
    return [ran.text_of(number) for number in ran.watched.tolist()]


def _of(ran: LensRun, numbers: NDArray[Any], both: Sequence[str]) -> NDArray[Any]:
    """Give the top layer's numbers of some watched tokens, of shape (T, K)."""
    watched = _watched(ran)
    found: NDArray[Any] = numbers[-1][:, [1 + watched.index(text) for text in both]]
    return found


def _likeliest(ran: LensRun) -> list[str]:
    return [ran.text_of(number) for number in ran.said.top[-1, :, 0].tolist()]


def _says(a: LensRun, b: LensRun, first: int | None, gap: float | None) -> list[str]:
    same = a.tokens == b.tokens
    if first is None and same and not gap:
        return [NOTHING_YET]
    said = [f"A says {_next(a)} after its prompt, B {_next(b)}."]
    if first is None:
        said.append("As far as both go they would say the same tokens.")
    else:
        said.append("They first say different tokens at t = {first_difference}.")
    if gap is not None:
        said.append("Largest gap between probabilities of what both watch: {largest_gap}.")
    return said


def _next(ran: LensRun) -> str:
    """Say what comes next after the prompt."""
    at = ran.prompt - 1
    share = shown_probability(float(ran.said.top_probability[-1, at, 0]))
    return f"“{_braceless(_likeliest(ran)[at])}” ({share})"


def _braceless(token: str) -> str:
    """Keep a token from being taken for a place of a number."""
    return token.replace("{", "❴").replace("}", "❵")
