"""How far a map can be trusted, over the size of the neighbourhood: the curve of the gain."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import theme, wire
from ..numerals import fixed
from .timeline import PICTURE

ROLE = "h"
_TICKS = (0.001, 0.01, 0.1, 1.0)  # shares of all other points
_TOP = (0.25, 0.5, 0.75, 1.0)  # where the axis may end


def gain_curve(
    ks: ArrayLike,
    gain: ArrayLike,
    control: ArrayLike,
    points: int,
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw the mutual-kNN gain of a map over k, beside that of the shuffled map.

    Parameters
    ----------
    ks : array_like of int, of shape (K,)
        Sizes of neighbourhood.
    gain, control : array_like of shape (K,)
        Of the map, and of the same map with its points shuffled (dashed).
    points : int
        N, how many were measured: k is shown as a share of the N − 1 others.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure. The share is logarithmic, and the peak is marked.
    """
    k, high, low = np.asarray(ks, int), np.asarray(gain, float), np.asarray(control, float)
    share = k / (points - 1)
    tone, surface = theme.role(ROLE).tone(theme_name), theme.SURFACES[theme_name]
    peak = int(high.argmax())
    lines = [
        _line("shuffled", share, low, k) | {"line": _dashed(surface)},
        _line("gain", share, high, k) | {"line": {"color": tone.ink, "width": 2}},
        {
            "type": "scatter",
            "name": "peak",
            "x": [float(share[peak])],
            "y": [float(high[peak])],
            "mode": "markers+text",
            "text": [fixed(float(high[peak]), 2)],
            "textposition": "top center",
            "cliponaxis": False,
            "textfont": {"family": theme.MONOSPACE, "color": surface.text, "size": 11},
            "marker": {"size": 8, "color": surface.panel, "line": {"color": tone.ink, "width": 2}},
            "hoverinfo": "skip",
        },
    ]
    return {"data": lines, "layout": _layout(share, high, theme_name)}


def _line(name: str, share: Any, values: Any, ks: Any) -> dict[str, Any]:
    return {
        "type": "scatter",
        "name": name,
        "x": wire.encode(share, "f4"),
        "y": wire.encode(wire.rounded(values, PICTURE + 4), "f4"),
        "customdata": wire.encode(ks, "i4"),
        "mode": "lines",
        "hovertemplate": f"k = %{{customdata}}: {name} %{{y:.2f}}<extra></extra>",
    }


def _dashed(surface: theme.Surface) -> dict[str, Any]:
    return {"color": surface.muted, "width": 1.4, "dash": "dash"}


def _layout(share: Any, gain: Any, theme_name: theme.ThemeName) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    axis = {
        "fixedrange": True,
        "zeroline": False,
        "linecolor": surface.border,
        "tickcolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
    }
    # Few ends, so that the axis of one map is seldom not that of another.
    top = next((one for one in _TOP if one >= 1.12 * gain.max()), 1.15)
    bottom = min(-0.04 * top, 1.1 * float(gain.min()))
    ticks = [one for one in _TICKS if one >= share[0] / 1.5]
    written = [f"{100 * one:g} %" for one in ticks]
    return theme.figure_layout(theme_name) | {
        "margin": {"l": 34, "r": 20, "t": 8, "b": 20},
        "hovermode": "x",
        "dragmode": False,
        "xaxis": axis
        | {
            "type": "log",
            "range": [float(np.log10(share[0])) - 0.03, 0.03],
            "showgrid": False,
            "tickvals": ticks,
            "ticktext": [f"k = {written[0]}", *written[1:]],
            "ticklabeloverflow": "allow",
        },
        "yaxis": axis
        | {
            "range": [bottom, top],
            "gridcolor": surface.border,
            "nticks": 4,
            "zeroline": True,
            "zerolinecolor": surface.border,
        },
        "annotations": [_named(share[gain.argmax()], surface)],
    }


def _named(share: float, surface: theme.Surface) -> dict[str, Any]:
    """Name the dashed line, below the peak, where nothing else is near."""
    return {
        "text": "shuffled",
        "x": float(np.log10(share)),
        "y": 0,
        "yshift": 2,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 10, "color": surface.muted},
    }
