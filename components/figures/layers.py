"""All layers of a network on one time axis, as small heat maps of h."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm import Array

from .. import theme
from . import timeline


def layers(hidden: Sequence[Array], chosen: int, theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the hidden states of every layer, the first at the bottom.

    Parameters
    ----------
    hidden : sequence of ndarray of shape (R, T + 1)
        For each layer, a row for a unit or for the mean of several.
    chosen : int
        The layer that the page shows large, from 0.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    surface = theme.SURFACES[theme_name]
    tone = theme.ROLES["h"].tone(theme_name)
    T = hidden[0].shape[1] - 1
    time, value = timeline.axes(T, surface)
    layout = timeline.layout(theme_name) | {"xaxis": time | {"anchor": "free", "position": 0}}
    reach = timeline.reach(max(float(np.abs(rows).max()) for rows in hidden))
    data = []
    gap = 0.1 / len(hidden)
    for number, rows in enumerate(hidden):
        axis = "y" if number == 0 else f"y{number + 1}"
        scale = timeline.signed(tone.fill, surface)
        here = number == chosen
        domain = (number / len(hidden) + gap, (number + 1) / len(hidden) - gap)
        data.append(
            timeline.heat(rows, 0, scale, (-reach, reach))
            | {"yaxis": axis, "meta": number, "showscale": here}
            | ({"colorbar": timeline.colour_bar(-reach, reach, (0, 1))} if here else {})
        )
        words = f"<b>{number + 1}</b>" if here else str(number + 1)
        layout[axis.replace("y", "yaxis")] = value | {
            "domain": list(domain),
            "range": [len(rows) - 0.5, -0.5],
            "tickvals": [(len(rows) - 1) / 2],
            "ticktext": [words],
            "mirror": here,
            "showline": here,
            "linecolor": tone.ink,
        }
    return {"data": data, "layout": layout}
