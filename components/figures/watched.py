"""The ranks of watched tokens through the positions of a text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import theme, wire
from ..numerals import grouped
from . import timeline
from .ranks import MARGIN, over_the_text

# Hues that lie far apart, and dashes that tell the same without colour.
STYLES = (
    ("o", "solid"),
    ("f", "dash"),
    ("i", "dot"),
    ("y", "dashdot"),
    ("c", "longdash"),
    ("g", "solid"),
    ("x", "dash"),
    ("h", "dot"),
)
FEW = 40  # positions up to which each has a point


def roles(count: int) -> list[str]:
    """Name the roles whose hues the watched tokens have, in their order.

    Examples
    --------
    >>> roles(2)
    ['o', 'f']
    """
    return [STYLES[k % len(STYLES)][0] for k in range(count)]


def watched_ranks(
    ranks: NDArray[np.int64],
    tokens: Sequence[str],
    chosen: int,
    V: int,
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw a line for each watched token, in the top layer and in a chosen one.

    Parameters
    ----------
    ranks : ndarray of int, of shape (L, T, K)
        −1 where a layer cannot be read.
    tokens : sequence of str, K of them
    chosen : int
        The layer that is drawn too, thin; from 0.
    V : int
        The number of tokens that there are.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure; rank 1 is at the top, and ranks are logarithmic.
    """
    surface = theme.SURFACES[theme_name]
    L, T, _ = ranks.shape
    layers = [L - 1] if chosen == L - 1 else [chosen, L - 1]
    data = [
        _line(ranks[layer, :, k], token, k, layer, theme_name, top=layer == L - 1)
        for layer in layers
        for k, token in enumerate(tokens)
    ]
    time, value = timeline.axes(T, surface)
    positions = over_the_text([""] * T, surface) | timeline.time_ticks(T, surface)
    positions |= {"side": "bottom", "tickvals": None, "ticktext": None}
    decades = [10**n for n in range(len(str(V))) if 10**n <= V]
    most = np.log10(max(V, 2))
    return {
        "data": data,
        "layout": timeline.layout(theme_name)
        | {
            "margin": MARGIN | {"t": 6, "b": 22},
            "xaxis": time | positions,
            "yaxis": value
            | {
                "type": "log",
                "range": [1.04 * most, -0.06 * most],
                "showgrid": True,
                "gridcolor": surface.border,
                "tickvals": decades,
                "ticktext": [grouped(one) for one in decades],
                "title": {"text": "rank", "standoff": 4},
            },
        },
    }


def _line(
    ranks: NDArray[np.int64],
    token: str,
    k: int,
    layer: int,
    theme_name: theme.ThemeName,
    *,
    top: bool,
) -> dict[str, Any]:
    hue, dash = STYLES[k % len(STYLES)]
    ink = theme.ROLES[hue].tone(theme_name).ink
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(ranks) <= FEW else "lines",
        "name": token,
        "meta": {"watched": k, "layer": layer},
        "x": wire.encode(np.arange(1, len(ranks) + 1)),
        "y": wire.encode(np.where(ranks < 1, np.nan, ranks), "f4"),
        "line": {"color": ink, "width": 2.2 if top else 1, "dash": dash},
        "marker": {"color": ink, "size": 5 if top else 3},
        "opacity": 1 if top else 0.6,
        "hoverinfo": "none",
    }
