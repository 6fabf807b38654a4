"""The time axis that all figures of a network share, and what lies along it."""

from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire
from .traces import step_up

# Pixels beside the drawing, the same in every figure: their steps stand in one column.
MARGIN = {"l": 36, "r": 50, "t": 4, "b": 6}
PICTURE = 8  # bits of a value that is only looked at
READING = 12  # bits of a value that is read to three decimals


def axes(T: int, surface: theme.Surface) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the time axis from 0 to T, and what every value axis starts from."""
    common = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": surface.border,
        "tickcolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
    }
    time = common | {
        "range": [-0.5, T + 0.5],
        "showticklabels": False,
        "ticks": "",
        "minallowed": -0.5,
        "maxallowed": T + 0.5,
    }
    return time, common | {"fixedrange": True}


def time_ticks(T: int, surface: theme.Surface) -> dict[str, Any]:
    """Label the time axis with steps."""
    return {
        "showticklabels": True,
        "ticks": "outside",
        "ticklen": 3,
        "tickcolor": surface.muted,
        "tickformat": "d",
        "tickprefix": "t = ",
        "showtickprefix": "first",
        **_spacing(T),
    }


def _spacing(T: int) -> dict[str, int]:
    if T <= 4:  # where Plotly would label half steps too
        return {"dtick": 1}
    return {"dtick": 5} if 10 < T <= 60 else {"nticks": 10}


def layout(theme_name: theme.ThemeName, top: int = MARGIN["t"]) -> dict[str, Any]:
    """Give the layout that figures with this axis start from."""
    return theme.figure_layout(theme_name) | {
        "margin": MARGIN | {"t": top},
        # What is under the pointer the view itself finds out, and says.
        "hovermode": False,
        "dragmode": "zoom",
    }


def heat(
    values: Array, start: int, scale: list[list[Any]], reach: tuple[float, float]
) -> dict[str, Any]:
    """Draw rows of values over time.

    Parameters
    ----------
    values : ndarray of shape (R, n)
    start : int
        The time of the first column.
    scale : list
        Plotly's colour scale.
    reach : (float, float)
        The values at the ends of the scale.
    """
    return {
        "type": "heatmap",
        "z": wire.encode(wire.rounded(values, PICTURE), "f4"),
        "x0": start,
        "dx": 1,
        "y0": 0,
        "dy": 1,
        "zmin": reach[0],
        "zmax": reach[1],
        "colorscale": scale,
        "hoverinfo": "none",
    }


def colour_bar(low: float, high: float, domain: tuple[float, float]) -> dict[str, Any]:
    """Put the colour scale at the right of its heat map."""
    ticks = [low, (low + high) / 2, high]
    return {
        "thickness": 7,
        "outlinewidth": 0,
        "x": 1,
        "xpad": 5,
        "ypad": 0,
        "y": (domain[0] + domain[1]) / 2,
        # A little shorter than a whole figure, whose edge would cut the labels off.
        "len": min(domain[1] - domain[0], 0.86),
        "tickvals": ticks,
        "ticktext": [f"{value:.3g}".replace("-", "−") for value in ticks],
        "tickfont": {"family": theme.MONOSPACE, "size": 9},
    }


def strength(hue: str, surface: theme.Surface) -> list[list[Any]]:
    """Run from the panel's ground to a role's hue, for what lies in [0, 1]."""
    return [[0.0, surface.panel], [1.0, hue]]


def signed(hue: str, surface: theme.Surface) -> list[list[Any]]:
    """Run from the neutral grey-blue over the ground to a role's hue."""
    return [[0.0, surface.negative], [0.5, surface.panel], [1.0, hue]]


def reach(largest: float) -> float:
    """Choose the end of a value axis in few steps, so that it seldom changes.

    Examples
    --------
    >>> reach(0.03), reach(0.24), reach(1.2)
    (0.1, 0.3, 1.5)
    """
    # A tenth, so that small states get steps below 1 too.
    return max(round(step_up(10 * largest) / 10, 6), 0.1)


def unit_ticks(labels: list[str]) -> dict[str, Any]:
    """Label a few rows of a heat map, the first and last always."""
    rows = np.unique(np.linspace(0, len(labels) - 1, min(len(labels), 3)).round().astype(int))
    return {
        "tickvals": rows.tolist(),
        "ticktext": [labels[row] for row in rows],
        "range": [len(labels) - 0.5, -0.5],
    }
