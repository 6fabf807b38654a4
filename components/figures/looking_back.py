"""How much each state and input still counts at a later step, on the time axis of the traces."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm import Array

from .. import theme, wire
from .traces import FEW, step_up, value_range

Times = NDArray[np.integer[Any]]

# The three strips, from above: what still counts of a state, which inputs still matter,
# and what a loss sends back. Each line with the role whose hue it has; the basic RNN
# beside has none.
STATES = {"path": "f", "dc_dc": "c", "dh_dh": "h", "rnn": None}
INPUTS = {"dy_dx": "x"}
LOSS = {"dl_dc": "c", "dl_dh": "h"}
STRIPS: dict[str, tuple[Iterable[str], list[float]]] = {
    "yaxis": (STATES, [0.60, 1.0]),
    "yaxis2": (INPUTS, [0.30, 0.505]),
    "yaxis3": (LOSS, [0.0, 0.205]),
}
LINES = {
    "path": "along the memory alone",
    "dc_dc": "∂C(T)/∂C(t)",
    "dh_dh": "∂h(T)/∂h(t)",
    "rnn": "∂h(T)/∂h(t), basic RNN",
    "dy_dx": "∂y(T)/∂x(t)",
    "dl_dc": "∂L/∂C(t)",
    "dl_dh": "∂L/∂h(t)",
}
DECADES = 12  # of a logarithmic axis; what is less lies below it
SMALLEST = 1e-300  # what is less is nothing: powers of ten end there, and with them axes


def looking_back(
    series: Mapping[str, Array], T: int, loss: str, theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw what still counts at T, over the whole time axis.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (steps + 1,)
        Those of ``LINES`` that the cell has, NaN where there is nothing.
    T : int
        The step that is looked back from.
    loss : str
        What L is, in words.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure; what is infinite is not drawn. The value axes are those of
        the signed values; ``layout.meta.log`` has those of their magnitudes.
    """
    surface = theme.SURFACES[theme_name]
    steps = len(series["dh_dh"]) - 1
    shown = {name: _finite(series[name]) for name in LINES if name in series}
    lines = [_bars(*shown["dy_dx"], theme_name)]
    lines += [
        _line(name, *shown[name], steps, theme_name)
        # The memory lies on top.
        for name in (*LOSS, *reversed(STATES))
        if name in shown
    ]
    axis = {
        "gridcolor": surface.border,
        "zeroline": False,
        "linecolor": surface.border,
        "tickcolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
        "fixedrange": True,
    }
    linear, log = {}, {}
    for name, (names, domain) in STRIPS.items():
        values = np.concatenate([shown[one][1] for one in names if one in shown])
        # What counts for itself is 1: the measure of the upper strip.
        ends = value_range({"all": values}) if names is STATES else scale(values)
        linear[name] = axis | {"domain": domain} | _signed(ends, surface)
        log[name] = axis | {"domain": domain} | _logarithmic(values)
    layout = theme.figure_layout(theme_name) | {
        "margin": {"l": 40, "r": 14, "t": 16, "b": 20},
        "hovermode": "x",
        "hoverdistance": -1,
        "dragmode": "zoom",
        "bargap": 0.45,
        "meta": {"log": log},
        "shapes": [_mark(T, surface)],
        "annotations": [
            _title(f"what still counts at T = {T}", "yaxis", surface),
            _title(f"how x(t) moves y({T})", "yaxis2", surface),
            _title(f"how the states move L = {loss}", "yaxis3", surface),
        ],
        "xaxis": axis
        | {
            "anchor": "y3",
            "range": [-0.25, steps + 0.25],
            "fixedrange": False,
            "showgrid": False,
            "tickformat": "d",
            **({"dtick": 1} if steps <= FEW // 2 else {"nticks": 12}),
            "tickprefix": "t = ",
            "showtickprefix": "first",
        },
    }
    return {"data": lines, "layout": layout | linear}


def scale(values: Array) -> list[float]:
    """Choose a value axis around 0 that moves in few steps, in the decade of the largest.

    Examples
    --------
    >>> scale(np.array([0.0, 0.032])), scale(np.array([-0.2, 0.1])), scale(np.array([]))
    ([-0.0032, 0.0432], [-0.224, 0.124], [-1.0, 1.0])
    """
    largest = float(np.max(np.abs(values), initial=0.0))
    if largest < SMALLEST:
        return [-1.0, 1.0]
    decade = 10.0 ** math.floor(math.log10(largest))
    low = -step_up(-float(values.min(initial=0.0)) / decade)
    high = step_up(float(values.max(initial=0.0)) / decade)
    margin = 0.08 * (high - low)
    return [float(f"{end * decade:.6g}") for end in (low - margin, high + margin)]


def decades(values: Array) -> list[float]:
    """Choose the range of a logarithmic axis, in powers of ten.

    Examples
    --------
    >>> decades(np.array([-1.0, 0.02])), decades(np.array([1e-40, 1.0])), decades(np.zeros(3))
    ([-2.2, 0.2], [-12.2, 0.2], [-2.2, 0.2])
    """
    sizes = np.abs(values[values != 0])
    high = math.ceil(math.log10(sizes.max())) if sizes.size else 0
    low = math.floor(math.log10(sizes.min())) if sizes.size else -2
    return [max(min(low, high - 2), high - DECADES) - 0.2, high + 0.2]


def _finite(values: Array) -> tuple[Times, Array]:
    """Give the times at which there is something to draw, and what."""
    times = np.flatnonzero(np.isfinite(values))
    return times, values[times]


def _signed(ends: list[float], surface: theme.Surface) -> dict[str, Any]:
    return {
        "range": ends,
        "zeroline": True,
        "zerolinecolor": surface.muted,
        "zerolinewidth": 1,
        "nticks": 3,
    }


def _logarithmic(values: Array) -> dict[str, Any]:
    low, high = decades(values)
    return {
        "type": "log",
        "range": [low, high],
        "dtick": max(round((high - low) / 2), 1),
        "exponentformat": "power",
        "showexponent": "all",
    }


def _line(
    name: str, times: Times, values: Array, steps: int, theme_name: theme.ThemeName
) -> dict[str, Any]:
    hue = (STATES | LOSS)[name]
    role = theme.ROLES[hue] if hue else None
    ink = role.tone(theme_name).ink if role else theme.SURFACES[theme_name].muted
    width = role.width if role else 1.8
    return {
        "type": "scatter",
        "name": LINES[name],
        "meta": name,
        "x": wire.encode(times),
        "y": wire.encode(values),
        "yaxis": "y" if name in STATES else "y3",
        "mode": "lines+markers" if steps <= FEW else "lines",
        "line": {
            "color": ink,
            "width": width if name in STATES else 0.7 * width,
            "dash": role.dash if role else "longdash",
        },
        "marker": {"size": 4, "color": ink},
        "hoverinfo": "none",
    }


def _bars(times: Times, values: Array, theme_name: theme.ThemeName) -> dict[str, Any]:
    role = theme.ROLES["x"].tone(theme_name)
    return {
        "type": "bar",
        "name": LINES["dy_dx"],
        "meta": "dy_dx",
        "x": wire.encode(times),
        "y": wire.encode(values),
        "yaxis": "y2",
        "marker": {"color": theme.fade(role.ink, 0.45), "line": {"width": 0}},
        "hoverinfo": "none",
    }


def _mark(T: int, surface: theme.Surface) -> dict[str, Any]:
    """Draw a line where the looking back begins."""
    return {
        "type": "line",
        "yref": "paper",
        "x0": T,
        "x1": T,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": surface.accent, "width": 1},
    }


def _title(text: str, strip: str, surface: theme.Surface) -> dict[str, Any]:
    """Say over a strip what it shows."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        # At the right, where the veil comes last.
        "x": 1,
        "y": STRIPS[strip][1][1],
        "xanchor": "right",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 10.5, "color": surface.muted},
    }
