"""The cell unrolled through time: one box a step, its C and h, inputs and outputs."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm.cell import Array

from .. import theme, wire

# Where the rows stand on the value axis.
ROW = {"y": 3.0, "c": 2.05, "h": 1.15, "x": 0.2}
BOX = (0.65, 2.55)
TILE = 0.7
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
        "hovermode": "closest",
        "dragmode": False,
        "barmode": "overlay",
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
        "meta": {"box": [BOX[0] - 0.06, BOX[1] + 0.06]},
    }
    first = np.where(np.arange(T + 1) == 0, np.nan, 1.0)
    data = [
        _rail("c", time, theme_name),
        _rail("h", time, theme_name),
        {
            "type": "bar",
            "x": time,
            "y": wire.encode((BOX[1] - BOX[0]) * first),
            "base": BOX[0],
            "width": 0.8,
            "zorder": 1,
            "marker": {
                "color": surface.panel,
                "line": {"color": surface.muted, "width": 1},
                "cornerradius": 7,
            },
            "hoverinfo": "skip",
        },
        *_tile("c", "C", series["c"], time, theme_name),
        *_tile("h", "h", series["h"], time, theme_name),
        _dot("x", series["x"], time, theme_name),
        _dot("y", np.where(np.isnan(first), np.nan, series["y"]), time, theme_name),
        _hover(series, time),
    ]
    return {"data": data, "layout": layout}


def _rail(name: str, time: dict[str, str], theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the connection along which a state passes from step to step."""
    role = theme.ROLES[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": time,
        "y": wire.encode(np.full(len(wire.decode(time)), ROW[name])),
        "line": {"color": role.tone(theme_name).ink, "width": role.width, "dash": role.dash},
        "hoverinfo": "skip",
    }


def _tile(
    name: str, symbol: str, values: Array, time: dict[str, str], theme_name: theme.ThemeName
) -> list[dict[str, Any]]:
    """Draw a state in its box: a bar for its strength, and its number over it."""
    surface = theme.SURFACES[theme_name]
    tone = theme.ROLES[name].tone(theme_name)
    ground = {
        "type": "bar",
        "x": time,
        "y": wire.encode(np.full(len(values), TILE)),
        "base": ROW[name] - TILE / 2,
        "width": 0.7,
        "zorder": 2,
        "marker": {
            "color": surface.panel,
            "line": {"color": tone.ink, "width": 1},
            "cornerradius": 4,
        },
        "hoverinfo": "skip",
    }
    strength = ground | {
        "marker": {
            "color": wire.encode(values),
            "colorscale": _scale(tone.fill, surface),
            "cmin": -1,
            "cmax": 1,
            "cornerradius": 4,
        },
    }
    number = {
        "type": "scatter",
        "mode": "text",
        "zorder": 3,
        "name": symbol,
        "x": time,
        "y": wire.encode(np.full(len(values), ROW[name])),
        "text": [f"{symbol} {short(value)}" for value in values.tolist()],
        "textposition": "middle center",
        "textfont": {"family": theme.MONOSPACE, "size": 10, "color": surface.text},
        "hoverinfo": "skip",
    }
    return [ground, strength, number]


def _dot(
    name: str, values: Array, time: dict[str, str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    tone = theme.ROLES[name].tone(theme_name)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "zorder": 3,
        "name": name,
        # Left of the middle, so that the number beside it stays over its own cell.
        "x": wire.encode(wire.decode(time) - 0.2),
        "y": wire.encode(np.where(np.isnan(values), np.nan, ROW[name])),
        "text": [short(value) for value in values.tolist()],
        "marker": {
            "size": 11,
            "symbol": "circle",
            "color": wire.encode(values),
            "colorscale": _scale(tone.fill, surface),
            "cmin": -1,
            "cmax": 1,
            "line": {"color": tone.ink, "width": 1.4},
        },
        "textposition": "middle right",
        "textfont": {"family": theme.MONOSPACE, "size": 10, "color": surface.text},
        "hoverinfo": "skip",
    }


def _hover(series: Mapping[str, Array], time: dict[str, str]) -> dict[str, Any]:
    """Answer the pointer anywhere in a cell with all of its values."""
    shown = zip(*(series[name].tolist() for name in "xchy"), strict=True)
    return {
        "type": "bar",
        "zorder": 4,
        "x": time,
        "y": wire.encode(np.full(len(series["c"]), 3.6)),
        "base": -0.2,
        "width": 0.98,
        "marker": {"color": "rgba(0,0,0,0)"},
        "text": [
            "<br>".join(
                f"{symbol} {value:.4f}".replace("-", "−")
                for symbol, value in zip(("x", "C", "h", "y"), values, strict=True)
                if not math.isnan(value)
            )
            for values in shown
        ],
        "textposition": "none",
        "hovertemplate": "t = %{x}<br>%{text}<extra></extra>",
    }


def short(value: float) -> str:
    """Write a number so that it fits into a cell, with a real minus sign.

    Examples
    --------
    >>> short(-0.5), short(1.0), short(1234567.0), short(float("nan"))
    ('−0.50', '1.00', '1.2e6', '')
    """
    if math.isnan(value):
        return ""
    if abs(value) < 100:
        text = f"{value:.2f}"
    elif abs(value) < 1e4:
        text = f"{value:.0f}"
    else:
        text = f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def _scale(hue: str, surface: theme.Surface) -> list[list[Any]]:
    """From the neutral grey-blue of negative values over the ground to the role's hue."""
    return [
        [0.0, theme.fade(surface.negative, STRONGEST)],
        [0.5, theme.fade(surface.negative, 0.0)],
        [0.5, theme.fade(hue, 0.0)],
        [1.0, theme.fade(hue, STRONGEST)],
    ]
