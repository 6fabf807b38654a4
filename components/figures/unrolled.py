"""The cell unrolled through time: one box a step, its C and h, inputs and outputs."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm.cell import Array

from .. import theme, wire

# Where the rows stand on the value axis.
ROW = {"y": 3.0, "c": 2.05, "h": 1.15, "x": 0.2}
HALF_BOX = 0.40
STRONGEST = 0.62  # text must stay readable on a full hue


def unrolled(series: Mapping[str, Array], theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the unrolled network.

    Every array of the figure has one entry a time step, 0 … T, so that the
    browser can cut a window out of it when the sequence is long.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (T + 1,)
        x, c, h and y; index t is the value at time t, NaN for x at t = 0.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    surface = theme.SURFACES[theme_name]
    T = len(series["c"]) - 1
    time = wire.encode(np.arange(T + 1))
    fixed = {"fixedrange": True, "showgrid": False, "zeroline": False}
    layout = theme.figure_layout(theme_name) | {
        "margin": {"l": 0, "r": 0, "t": 2, "b": 18},
        "hovermode": "x",
        "hoverdistance": 60,
        "dragmode": False,
        "barmode": "overlay",
        "bargap": 1 - 2 * HALF_BOX,
        "xaxis": fixed
        | {
            "range": [-0.5, T + 0.5],
            "dtick": 1,
            "tickprefix": "t=",
            "tickangle": 0,
            "tickfont": {"family": theme.MONOSPACE, "size": 10},
            "showline": False,
        },
        "yaxis": fixed | {"range": [-0.25, 3.42], "visible": False},
    }
    first = np.where(np.arange(T + 1) == 0, np.nan, 1.0)
    data = [
        _rail("c", np.full(T + 1, ROW["c"]), time, theme_name),
        _rail("h", np.full(T + 1, ROW["h"]), time, theme_name),
        {
            "type": "bar",
            "x": time,
            "y": wire.encode(1.9 * first),
            "base": 0.65,
            "marker": {
                "color": surface.panel,
                "line": {"color": surface.muted, "width": 1},
                "cornerradius": 7,
            },
            "hoverinfo": "skip",
        },
        _tile("c", "C", series["c"], time, theme_name),
        _tile("h", "h", series["h"], time, theme_name),
        _dot("x", series["x"], time, theme_name),
        _dot("y", np.where(np.isnan(first), np.nan, series["y"]), time, theme_name),
    ]
    return {"data": data, "layout": layout}


def _rail(
    name: str, height: Array, time: dict[str, str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    role = theme.ROLES[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": time,
        "y": wire.encode(height),
        "line": {"color": role.tone(theme_name).ink, "width": role.width, "dash": role.dash},
        "hoverinfo": "skip",
    }


def _tile(
    name: str, symbol: str, values: Array, time: dict[str, str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw the state in its box: a bar for the colour, whose text is the number."""
    surface = theme.SURFACES[theme_name]
    tone = theme.ROLES[name].tone(theme_name)
    return {
        "type": "bar",
        "name": symbol,
        "x": time,
        "y": wire.encode(np.full(len(values), 0.7)),
        "base": ROW[name] - 0.35,
        "width": 0.68,
        "customdata": wire.encode(values),
        "marker": {
            "color": wire.encode(np.abs(values) * np.where(values < 0, -1, 1)),
            "colorscale": _scale(tone.fill, surface),
            "cmin": -1,
            "cmax": 1,
            "line": {"color": tone.ink, "width": 1},
            "cornerradius": 4,
        },
        "texttemplate": symbol + " %{customdata:.2f}",
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"family": theme.MONOSPACE, "size": 10, "color": surface.text},
        "hovertemplate": symbol + " %{customdata:.4f}<extra></extra>",
    }


def _dot(
    name: str, values: Array, time: dict[str, str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    tone = theme.ROLES[name].tone(theme_name)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": name,
        "x": time,
        "y": wire.encode(np.where(np.isnan(values), np.nan, ROW[name])),
        "customdata": wire.encode(values),
        "marker": {
            "size": 11,
            "symbol": "circle",
            "color": wire.encode(values),
            "colorscale": _scale(tone.fill, surface),
            "cmin": -1,
            "cmax": 1,
            "line": {"color": tone.ink, "width": 1.4},
        },
        "texttemplate": "%{customdata:.3~g}" if name == "x" else "%{customdata:.2f}",
        "textposition": "middle right",
        "textfont": {"family": theme.MONOSPACE, "size": 10, "color": surface.text},
        "hovertemplate": name + " %{customdata:.4~f}<extra></extra>",
    }


def _scale(hue: str, surface: theme.Surface) -> list[list[Any]]:
    """From the neutral grey-blue of negative values over the ground to the role's hue."""
    return [
        [0.0, theme.fade(surface.negative, STRONGEST)],
        [0.5, theme.fade(surface.negative, 0.0)],
        [0.5, theme.fade(hue, 0.0)],
        [1.0, theme.fade(hue, STRONGEST)],
    ]
