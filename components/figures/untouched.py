"""The run that nobody reached into, as thin lines behind the traces of one that somebody did."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire
from .traces import value_range

STRENGTH = 0.6
WIDTH = 1.2


def with_untouched(
    figure: dict[str, Any],
    series: Mapping[str, Array],
    untouched: Mapping[str, Array],
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw the states of the untouched run behind the traces.

    Parameters
    ----------
    figure : dict
        As :func:`.traces.traces` draws it.
    series : mapping of str to ndarray of shape (T + 1,)
        What it was drawn from.
    untouched : mapping of str to ndarray of shape (T + 1,)
        Of the other run; of them c, where there is one, and h are drawn.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure. Each line goes with the switch of its quantity.
    """
    states = {name: untouched[name] for name in "ch" if name in untouched}
    axis = figure["layout"]["yaxis"]
    seen = value_range({**series, **{f"untouched {name}": states[name] for name in states}})
    lines = [_line(name, values, theme_name) for name, values in states.items()]
    layout = figure["layout"] | {"yaxis": axis | {"range": seen}}
    return {"data": [*lines, *figure["data"]], "layout": layout}


def _line(name: str, values: Array, theme_name: theme.ThemeName) -> dict[str, Any]:
    role = theme.role(name)
    return {
        "type": "scatter",
        "name": f"untouched {name}",
        "meta": name,
        "x": wire.encode(np.arange(len(values))),
        "y": wire.encode(values),
        "mode": "lines",
        "line": {
            "color": theme.fade(role.tone(theme_name).ink, STRENGTH),
            "width": WIDTH,
            "dash": role.dash,
        },
        "hoverinfo": "skip",
    }
