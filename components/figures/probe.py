"""The bias probe: which of two words comes after each of some prompts, in every layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire

LONGEST_LABEL = 28  # characters
SYMBOLS = ("square", "diamond", "triangle-up", "cross", "x")  # of the layers below the top one


def probe_plot(
    shares: Array,
    prompts: Sequence[str],
    words: tuple[str, str],
    planted: Sequence[float | None],
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw the share of the first word of two: a row for each prompt, a mark for each layer.

    Parameters
    ----------
    shares : ndarray of shape (L, N)
        From 0 to 1; NaN where a layer cannot be read.
    prompts : sequence of str, N of them
        The first is at the top.
    words : tuple of str
    planted : sequence of float or None, N of them
        The share in what the model learnt from, where it is known.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    surface = theme.SURFACES[theme_name]
    L, N = shares.shape
    rows = np.arange(float(N))
    data = [_layer(share, n, L, rows, theme_name) for n, share in enumerate(shares)]
    known = [one is not None for one in planted]
    if any(known):
        data.append(_planted([np.nan if one is None else one for one in planted], rows, surface))
    axis = {
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": surface.border,
        "linecolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
    }
    first, second = (word.replace("<", "&lt;") for word in words)
    layout = theme.figure_layout(theme_name) | {
        "margin": {"l": 8, "r": 12, "t": 6, "b": 34},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": axis
        | {
            "range": [-0.03, 1.03],
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": ".0%",
            "title": {"text": f"share of “{first}” beside “{second}”", "standoff": 4},
        },
        "yaxis": axis
        | {
            "range": [N - 0.5, -0.5],
            "tickvals": rows.tolist(),
            "ticktext": [_label(one) for one in prompts],
            "automargin": True,
        },
        "shapes": [_middle(surface)],
    }
    return {"data": data, "layout": layout}


def _layer(
    share: Array, n: int, L: int, rows: Array, theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw a layer: the top one filled, those below it small and hollow."""
    top = n == L - 1
    ink = theme.ROLES["c"].tone(theme_name).ink
    marker: dict[str, Any] = {"color": ink, "size": 10, "symbol": "circle"}
    if not top:
        symbol = f"{SYMBOLS[n % len(SYMBOLS)]}-open"
        marker |= {"size": 6, "symbol": symbol, "opacity": 0.75}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"Layer {n + 1}",
        "meta": n,
        "x": wire.encode(share, "f4"),
        "y": wire.encode(rows),
        "marker": marker,
        "hovertemplate": f"layer {n + 1}: %{{x:.1%}}<extra></extra>",
        "cliponaxis": False,
    }


def _planted(shares: Sequence[float], rows: Array, surface: theme.Surface) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "planted",
        "meta": "planted",
        "x": wire.encode(np.array(shares), "f4"),
        "y": wire.encode(rows),
        "marker": {
            "size": 16,
            "symbol": "circle-open",
            "color": surface.text,
            "line": {"width": 1.5},
        },
        "hovertemplate": "planted: %{x:.0%}<extra></extra>",
        "cliponaxis": False,
    }


def _middle(surface: theme.Surface) -> dict[str, Any]:
    line = {"color": surface.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 0.5, "x1": 0.5, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _label(prompt: str) -> str:
    # The end is what the words come after.
    cut = prompt if len(prompt) <= LONGEST_LABEL else "…" + prompt[1 - LONGEST_LABEL :]
    return cut.replace("<", "&lt;")
