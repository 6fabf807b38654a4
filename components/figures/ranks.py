"""The rank matrix: after each token, how each layer ranked the one that came."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm import Array
from lstm.shown import shown_probability

from .. import theme
from ..numerals import fixed, grouped
from . import timeline

HUE = "c"
# One colour of numbers on all cells: the strongest of them is kept apart from it.
INK: dict[theme.ThemeName, str] = {"dark": "#FFFFFF", "light": "#111827"}
STRONGEST: dict[theme.ThemeName, float] = {"dark": 0.76, "light": 0.8}
READABLE = 40  # columns whose numbers are written in their cells
ROOMY = 20  # columns up to which a rank of many digits has room
LABELLED = 60  # columns that each have a label
NARROW = 120  # columns up to which a gap between them leaves enough of them
LONGEST_LABEL = 12  # characters
MARGIN = {"l": 58, "r": 58, "t": 26, "b": 6}


def rank_matrix(
    metric: str,
    values: ArrayLike,
    came: Sequence[str],
    layers: Sequence[str],
    V: int,
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw a metric of all layers, the lowest at the top, over the positions of a text.

    Parameters
    ----------
    metric : "rank", "probability", "surprise", "entropy" or "divergence"
    values : array_like of shape (L, T)
        In column t − 1, after t tokens; NaN, or −1 of ranks, where there is none.
    came : sequence of str, T of them
        The token that came then.
    layers : sequence of str, L of them
    V : int
        The number of tokens that there are.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure. The hue is the stronger the surer a layer was of the token:
        logarithmic in the rank from 1 to V, linear in what is not a rank.

    References
    ----------
    Alammar 2021, "Finding the words to say".
    """
    surface = theme.SURFACES[theme_name]
    numbers = np.asarray(values, float)
    numbers = np.where(numbers < 0, np.nan, numbers) if metric == "rank" else numbers
    L, T = numbers.shape
    heat = timeline.heat(
        strength(metric, numbers, V),
        1,
        colours(theme_name),
        (0.0, 1.0),
    )
    heat |= {
        "meta": metric,
        "xgap": 1 if T <= NARROW else 0,
        "ygap": 2,
        "colorbar": _bar(metric, V),
    }
    if T <= READABLE:
        heat |= {
            "text": [
                [written(metric, one, short=T > ROOMY) for one in row] for row in numbers.tolist()
            ],
            "texttemplate": "%{text}",
            "textfont": {"family": theme.MONOSPACE, "color": INK[theme_name]},
        }
    time, value = timeline.axes(T, surface)
    return {
        "data": [heat],
        "layout": timeline.layout(theme_name)
        | {
            "margin": MARGIN,
            "xaxis": time | over_the_text(came, surface),
            "yaxis": value
            | {"range": [L - 0.5, -0.5], "tickvals": list(range(L)), "ticktext": list(layers)},
            "shapes": [_grey(n, T, surface) for n in _unread(numbers)],
        },
    }


def over_the_text(came: Sequence[str], surface: theme.Surface) -> dict[str, Any]:
    """Give the axis of positions 1 … T, labelled with the token that came."""
    T = len(came)
    step = -(-T // LABELLED)
    return {
        "range": [0.5, T + 0.5],
        "minallowed": 0.5,
        "maxallowed": T + 0.5,
        "side": "top",
        "showticklabels": True,
        "tickvals": list(range(1, T + 1, step)),
        "ticktext": [_label(one) for one in came[::step]],
        "tickfont": {"family": theme.MONOSPACE, "size": 11, "color": surface.text},
        "automargin": "height",
    }


def strength(metric: str, values: Array, V: int) -> Array:
    """Bring a metric to 0 … 1, where 1 is the surest; NaN stays.

    Examples
    --------
    >>> strength("rank", np.array([1.0, 10.0, 100.0]), V=100)
    array([1. , 0.5, 0. ])
    """
    if metric == "probability":
        return values
    part = (np.log(values) if metric == "rank" else values) / max(float(np.log(V)), 1e-9)
    sure: Array = 1 - np.clip(part, 0, 1)
    return sure


def written(metric: str, value: float, *, short: bool = False) -> str:
    """Write a value of a metric; nothing where there is none. Short ranks count thousands.

    Examples
    --------
    >>> written("rank", 12.0), written("probability", 1e-9), written("surprise", 0.5)
    ('12', '<0.01%', '0.50')
    >>> written("rank", 999.0, short=True), written("rank", 45185.0, short=True)
    ('999', '45k')
    """
    if np.isnan(value):
        return ""
    if metric == "probability":
        return shown_probability(value)
    if metric == "rank":
        return f"{value / 1000:.0f}k" if short and value >= 1000 else f"{value:.0f}"
    return fixed(value, 2)


def colours(theme_name: theme.ThemeName) -> list[list[Any]]:
    """Run from the panel's ground to the hue, as strong as the numbers on it can be read."""
    hue = theme.ROLES[HUE].tone(theme_name).fill
    return [[0.0, theme.fade(hue, 0)], [1.0, theme.fade(hue, STRONGEST[theme_name])]]


def _bar(metric: str, V: int) -> dict[str, Any]:
    """Label the colours with what they mean, the surest at the top."""
    most = float(np.log(V))
    ticks: list[float]
    write: Callable[[float], str] = grouped
    if metric == "rank":
        tens = [10.0**n for n in range(int(np.log10(V)) + 1) if 10**n <= V / 3 or n == 0]
        ticks = [*tens, float(V)] if V > 1 else [1.0]
    elif metric == "probability":
        ticks, write = [0.0, 0.5, 1.0], lambda value: f"{100 * value:.0f}%"
    else:
        ticks, write = [0.0, most / 2, most], lambda value: fixed(value, 1)
    at = strength(metric, np.array(ticks), V)
    return timeline.colour_bar(0.0, 1.0, (0.0, 1.0)) | {
        "tickvals": at.tolist(),
        "ticktext": [write(one) for one in ticks],
    }


def _label(token: str) -> str:
    cut = token if len(token) <= LONGEST_LABEL else token[: LONGEST_LABEL - 1] + "…"
    return cut.replace("<", "&lt;")  # what stands in labels is read as markup


def _unread(values: Array) -> NDArray[np.int64]:
    return np.flatnonzero(np.isnan(values).all(axis=1))


def _grey(layer: int, T: int, surface: theme.Surface) -> dict[str, Any]:
    """Put grey where a layer cannot be read."""
    return {
        "type": "rect",
        "x0": 0.5,
        "x1": T + 0.5,
        "y0": layer - 0.5,
        "y1": layer + 0.5,
        "line": {"width": 0},
        "fillcolor": theme.fade(surface.muted, 0.25),
        "layer": "below",
    }
