"""The cell unrolled through time: one box a step, its C and h, inputs and outputs."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire
from ..numerals import short

# Where the rows stand on the value axis, and how far boxes and tiles reach.
ROW = {"y": 3.0, "c": 2.05, "h": 1.15, "x": 0.2, "t": -0.55}
ALONE = {**ROW, "h": 1.6}  # h where there is no cell state above it
BOX = (0.65, 2.55)
TILE = 0.7
STRONGEST = 0.5  # text must stay readable on a full hue


def unrolled(series: Mapping[str, Array], theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the unrolled network.

    Every array of the figure has the same number of entries for each time step,
    0 … T, so that the browser can cut a window out of it when the sequence is
    long. Shapes that all steps share are one polygon trace each: an element for
    each shape would take plotly.js three times as long.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (T + 1,)
        x, h, y and, where the cell has one, c; index t is the value at time t,
        NaN for x at t = 0.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    surface = theme.SURFACES[theme_name]
    time = np.arange(len(series["h"]), dtype=np.float64)
    rows = ROW if "c" in series else ALONE
    states = {name: symbol for name, symbol in (("c", "C"), ("h", "h")) if name in series}
    steps = np.where(time == 0, np.nan, time)  # the initial state has no cell around it
    fixed: dict[str, Any] = {"fixedrange": True, "showgrid": False, "zeroline": False}
    fixed |= {"showticklabels": False, "ticks": ""}
    layout = theme.figure_layout(theme_name) | {
        "margin": {"l": 0, "r": 0, "t": 2, "b": 2},
        "hovermode": "x",
        "hoverdistance": -1,
        "dragmode": False,
        "xaxis": fixed | {"range": [-0.5, time[-1] + 0.5]},
        "yaxis": fixed | {"range": [-1.0, 3.45]},
        "meta": {"box": [BOX[0] - 0.06, BOX[1] + 0.06]},
    }
    data = [
        *(_rail(name, rows[name], time, theme_name) for name in states),
        _boxes(steps, BOX, 0.45, surface.muted, surface.panel, 0.09),
    ]
    for name, symbol in states.items():
        tone = theme.ROLES[name].tone(theme_name)
        reach = (rows[name] - TILE / 2, rows[name] + TILE / 2)
        data.append(_boxes(time, reach, 0.4, tone.ink, surface.panel, 0.05))
        data.append(_strengths(series[name], time, reach, _scale(tone.fill, surface)))
        words = [f"{symbol} {short(v)}" for v in series[name]]
        data.append(_words(name, rows[name], time, words, theme_name))
    data.append(_dot("x", series["x"], time, theme_name))
    data.append(_dot("y", np.where(np.isnan(steps), np.nan, series["y"]), time, theme_name))
    times = _words("t", ROW["t"], time, [f"t={t:.0f}" for t in time], theme_name)
    # Seen by the pointer, but silent: the view itself says all values of a step.
    times["hoverinfo"] = "none"
    data.append(times)
    return {"data": data, "layout": layout}


def _rail(name: str, row: float, time: Array, theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the connection along which a state passes from step to step."""
    role = theme.ROLES[name]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": wire.encode(time),
        "y": wire.encode(np.full(len(time), row)),
        "line": {"color": role.tone(theme_name).ink, "width": role.width, "dash": role.dash},
        "hoverinfo": "skip",
    }


def _boxes(
    time: Array, reach: tuple[float, float], half: float, ink: str, ground: str, corner: float
) -> dict[str, Any]:
    """Draw a box with cut corners around every time, all in one polygon trace."""
    low, high = reach
    inner, rise = half - corner, corner * (high - low)
    right = [-inner, inner, half, half, inner, -inner, -half, -half, -inner, np.nan]
    up = [low, low, low + rise, high - rise, high, high, high - rise, low + rise, low, np.nan]
    return {
        "type": "scatter",
        "mode": "lines",
        "fill": "toself",
        "fillcolor": ground,
        "x": wire.encode((time[:, None] + np.array(right)).ravel()),
        "y": wire.encode(np.tile(np.array(up), len(time))),
        "line": {"color": ink, "width": 1, "simplify": False},
        "hoverinfo": "skip",
    }


def _strengths(
    values: Array, time: Array, reach: tuple[float, float], scale: list[list[Any]]
) -> dict[str, Any]:
    """Fill the tiles of a state by its magnitude, as one row of a heat map."""
    return {
        "type": "heatmap",
        "zorder": 1,
        "x": wire.encode(time),
        "y": list(reach),
        "z": wire.encode(values[None, :]),
        "zmin": -1,
        "zmax": 1,
        "xgap": 12,  # in pixels: the browser, which knows them, makes it a fifth of a cell
        "colorscale": scale,
        "showscale": False,
        "hoverinfo": "skip",
    }


def _words(
    name: str, row: float, time: Array, words: list[str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    return {
        "type": "scatter",
        "mode": "text",
        "zorder": 2,
        "x": wire.encode(time),
        "y": wire.encode(np.full(len(time), row)),
        "text": words,
        "textposition": "middle center",
        "textfont": {
            "family": theme.MONOSPACE,
            "size": 10,
            "color": surface.muted if name == "t" else surface.text,
        },
        "hoverinfo": "skip",
    }


def _dot(name: str, values: Array, time: Array, theme_name: theme.ThemeName) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    tone = theme.ROLES[name].tone(theme_name)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "zorder": 2,
        # Left of the middle, so that the number beside it stays over its own cell.
        "x": wire.encode(time - 0.29),
        "y": wire.encode(np.where(np.isnan(values), np.nan, ROW[name])),
        "text": [short(value) for value in values],
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


def _scale(hue: str, surface: theme.Surface) -> list[list[Any]]:
    """From the neutral grey-blue of negative values over the ground to the role's hue."""
    return [
        [0.0, theme.fade(surface.negative, STRONGEST)],
        [0.5, theme.fade(surface.negative, 0.0)],
        [0.5, theme.fade(hue, 0.0)],
        [1.0, theme.fade(hue, STRONGEST)],
    ]
