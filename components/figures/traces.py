"""Every quantity of the cell as a line over the whole time axis."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire

# Drawn in this order, so that the memory lies on top.
LINES = {
    "x": "input x",
    "f": "forget f",
    "z": "update z",
    "i": "input gate i",
    "r": "reset r",
    "o": "output gate o",
    "g": "candidate C̃",
    "n": "candidate n",
    "y": "output y",
    "h": "hidden h",
    "c": "cell C",
}
FEW = 40  # steps up to which each has a point
FAR = 5  # an input beyond this many times the rest does not widen the axis


def traces(series: Mapping[str, Array], theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the traces.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (T + 1,)
        Those of ``LINES`` that the kind of cell has, and in training ``target``;
        index t is the value at time t, NaN where there is none (gates and input
        at t = 0).
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    surface = theme.SURFACES[theme_name]
    T = len(series["h"]) - 1
    time = wire.encode(np.arange(T + 1))
    lines = [_steps(series["x"], time, T, theme_name)]
    lines += [_line(name, series[name], time, T, theme_name) for name in LINES if name in series]
    if "target" in series:
        lines.append(_line("target", series["target"], time, T, theme_name))
    axis = {
        "gridcolor": surface.border,
        "zeroline": False,
        "linecolor": surface.border,
        "tickcolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
        "fixedrange": True,
    }
    layout = theme.figure_layout(theme_name) | {
        # In training a line of numbers stands above the lines.
        "margin": {"l": 40, "r": 14, "t": 30 if "target" in series else 6, "b": 20},
        "hovermode": "x",
        "hoverdistance": -1,
        "dragmode": "zoom",
        "xaxis": axis
        | {
            "range": [-0.25, T + 0.25],
            "fixedrange": False,
            "showgrid": False,
            "tickformat": "d",
            **({"dtick": 1} if T <= FEW // 2 else {"nticks": 12}),
            "tickprefix": "t = ",
            "showtickprefix": "first",
        },
        "yaxis": axis
        | {
            "range": value_range(series),
            "zeroline": True,
            "zerolinecolor": surface.muted,
            "zerolinewidth": 1,
            "nticks": 6,
        },
    }
    return {"data": lines, "layout": layout}


def value_range(series: Mapping[str, Array]) -> list[float]:
    """Choose a value axis that moves in few, large steps, so that it rarely jumps.

    An input or target far beyond everything else is cut off at the edge: it
    must not flatten all other lines.

    Examples
    --------
    >>> value_range({"c": np.array([0.0, 0.29])})
    [-0.08, 1.08]
    >>> value_range({"c": np.array([-0.2, 1.7]), "x": np.array([np.nan, 1e6])})
    [-1.16, 2.16]
    """
    given = [np.asarray(series[name]) for name in ("x", "target") if name in series]
    lines = [np.asarray(values) for name, values in series.items() if name not in ("x", "target")]
    reach = max(1.0, float(np.nanmax(np.abs(np.concatenate(lines)))))
    lines += [one for one in given if np.nanmax(np.abs(one), initial=0.0) <= FAR * reach]
    values = np.concatenate(lines)
    low = -step_up(-float(np.nanmin(values, initial=0.0)))
    high = max(1.0, step_up(float(np.nanmax(values, initial=0.0))))
    margin = 0.08 if high - low <= 2 else 0.16 * (high - low) / 3
    return [round(low - margin, 6), round(high + margin, 6)]


def step_up(value: float) -> float:
    """Round up to 0, 1, 1.5, 2, 3, 4, 5, 7, 10, 15 …, with a hair of tolerance."""
    if value <= 1e-9:
        return 0.0
    if value <= 1.0:
        return 1.0
    decade = 10.0 ** math.floor(math.log10(value))
    return next(
        step * decade for step in (1, 1.5, 2, 3, 4, 5, 7, 10) if value <= step * decade * (1 + 1e-9)
    )


def _thin(T: int) -> float:
    """Thin the lines of a long sequence, or they cover one another."""
    return 1.0 if T <= 4 * FEW else 0.55


def _steps(x: Array, time: dict[str, str], T: int, theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the input as a step line: step t, from t − 1 to t, reads x(t).

    The line needs a value at t = 0, where there is no input; so it says nothing
    on hover, and the points of the input do.
    """
    role = theme.ROLES["x"]
    ink = role.tone(theme_name).ink
    return {
        "type": "scatter",
        "meta": "x",
        "showlegend": False,
        "x": time,
        "y": wire.encode(np.append(x[1], x[1:])),
        "mode": "lines",
        "line": {
            "color": ink,
            "width": role.width * _thin(T),
            "dash": role.dash,
            "shape": role.shape,
        },
        "hoverinfo": "skip",
    }


def _line(
    name: str, values: Array, time: dict[str, str], T: int, theme_name: theme.ThemeName
) -> dict[str, Any]:
    role = theme.role(name)
    ink = role.tone(theme_name).ink
    mode = "lines+markers" if T <= FEW else "lines"
    if name == "x":  # its line is drawn in steps, by _steps
        mode = "markers" if T <= FEW else "none"
    return {
        "type": "scatter",
        "name": LINES.get(name, name),
        "meta": name,
        "x": time,
        "y": wire.encode(values),
        "mode": mode,
        "line": {"color": ink, "width": role.width * _thin(T), "dash": role.dash},
        "marker": {"size": 5 if name in "ch" else 3.5, "color": ink},
        "hoverinfo": "none",
    }
