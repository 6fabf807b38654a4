"""How often the gates of each unit are shut or open."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire
from . import timeline

SYMBOLS = {"f": "circle", "i": "square", "o": "diamond"}
NAMES = {"f": "forget", "i": "input", "o": "output"}


def saturation_plot(
    gates: Mapping[str, tuple[Array, Array]],
    theme_name: theme.ThemeName,
    pinned: int | None = None,
) -> dict[str, Any]:
    """Draw the saturation plot: a point for each unit and gate.

    Parameters
    ----------
    gates : mapping of str to (shut, opened), each an ndarray of shape (H,)
        By "f", "i" and "o": the fraction of steps below 0.1 and above 0.9.
    theme_name : "dark" or "light"
    pinned : int, optional
        The unit that stands out.

    Returns
    -------
    dict
        A Plotly figure.

    References
    ----------
    Karpathy, Johnson & Li 2015, figure 3.
    """
    surface = theme.SURFACES[theme_name]
    # As far as the points go: those of an untrained network lie close together.
    most = timeline.reach(max(float(max(a.max(), b.max())) for a, b in gates.values()))
    axis = {
        "range": [-0.05 * most, 1.05 * most],
        "fixedrange": True,
        "gridcolor": surface.border,
        "zeroline": False,
        "linecolor": surface.border,
        "tickvals": [0, most],
        "tickformat": ".3~g",
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
    }
    layout = theme.figure_layout(theme_name) | {
        "margin": {"l": 44, "r": 8, "t": 6, "b": 34},
        "hovermode": "closest",
        "hoverdistance": 12,
        "dragmode": False,
        "xaxis": axis | {"title": {"text": "open: share of steps above 0.9", "standoff": 4}},
        "yaxis": axis | {"title": {"text": "shut: below 0.1", "standoff": 4}},
    }
    # What can never be: a gate is not shut and open at the same step.
    never = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [1, 0],
        "line": {"color": surface.border, "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
    return {
        "data": [never]
        + [_points(name, *gates[name], theme_name) for name in SYMBOLS]
        + ([] if pinned is None else [_ring(gates, pinned, surface)]),
        "layout": layout,
    }


def _points(name: str, shut: Array, opened: Array, theme_name: theme.ThemeName) -> dict[str, Any]:
    tone = theme.ROLES[name].tone(theme_name)
    return {
        "type": "scatter",
        "mode": "markers",
        "meta": name,
        "name": NAMES[name],
        "x": wire.encode(opened, "f4"),
        "y": wire.encode(shut, "f4"),
        "marker": {
            "size": 8,
            "symbol": SYMBOLS[name],
            "color": theme.fade(tone.fill, 0.75),
            "line": {"color": tone.ink, "width": 1},
        },
        "hoverinfo": "none",
        "cliponaxis": False,
    }


def _ring(
    gates: Mapping[str, tuple[Array, Array]], pinned: int, surface: theme.Surface
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": wire.encode(np.array([gates[name][1][pinned] for name in SYMBOLS]), "f4"),
        "y": wire.encode(np.array([gates[name][0][pinned] for name in SYMBOLS]), "f4"),
        "marker": {
            "size": 14,
            "symbol": "circle-open",
            "color": surface.text,
            "line": {"width": 2},
        },
        "hoverinfo": "skip",
    }
