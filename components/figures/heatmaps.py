"""The gates of all units over time, one heat map each on one time axis."""

from collections.abc import Mapping, Sequence
from typing import Any

from lstm import Array

from .. import theme
from . import timeline

TITLES = {"f": "Forget gate f", "i": "Input gate i", "o": "Output gate o", "g": "Candidate C̃"}
TOKENS = 24  # pixels over all of them


def heatmaps(
    gates: Mapping[str, Array], labels: Sequence[str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw gate heat maps.

    Parameters
    ----------
    gates : mapping of str to ndarray of shape (R, T)
        By "f", "i", "o" and, where it is wanted, "g"; a row for a unit, or for
        the mean of several; column t − 1 is step t.
    labels : sequence of str, R of them
        What the rows are.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.

    Examples
    --------
    >>> import numpy as np
    >>> figure = heatmaps({"f": np.full((2, 5), 0.5)}, ["0", "1"], "dark")
    >>> figure["layout"]["xaxis"]["range"]
    [-0.5, 5.5]
    """
    surface = theme.SURFACES[theme_name]
    names = [name for name in TITLES if name in gates]
    T = gates[names[0]].shape[1]
    time, value = timeline.axes(T, surface)
    layout = timeline.layout(theme_name, TOKENS) | {
        "xaxis": time | {"anchor": "free", "position": 0},
        "annotations": [],
    }
    data = []
    for place, name in enumerate(names):
        domain = _domain(place, len(names))
        low, high = (-1.0, 1.0) if name == "g" else (0.0, 1.0)
        hue = theme.ROLES[name].tone(theme_name)
        scale = timeline.signed if name == "g" else timeline.strength
        axis = "y" if place == 0 else f"y{place + 1}"
        data.append(
            timeline.heat(gates[name], 1, scale(hue.fill, surface), (low, high))
            | {
                "yaxis": axis,
                "meta": name,
                "name": TITLES[name],
                "colorbar": timeline.colour_bar(low, high, domain),
            }
        )
        ticks = timeline.unit_ticks(list(labels))
        layout[axis.replace("y", "yaxis")] = value | ticks | {"domain": list(domain)}
        layout["annotations"].append(_title(name, domain, hue.ink))
    return {"data": data, "layout": layout}


def _domain(place: int, count: int) -> tuple[float, float]:
    """Divide the height, from the top, with room for each title."""
    room = 0.06 if count < 4 else 0.075
    each = 1 / count
    return (round(1 - (place + 1) * each, 4), round(1 - place * each - room, 4))


def _title(name: str, domain: tuple[float, float], ink: str) -> dict[str, Any]:
    return {
        "text": f"<b>{TITLES[name]}</b>",
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": domain[1],
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "borderpad": 0,
        "font": {"size": 11.5, "color": ink},
    }
