"""The likeliest tokens after each layer at one position, as the article draws them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm import Array
from lstm.shown import shown_probability, shown_token

from .. import theme
from . import timeline
from .ranks import INK, colours


def candidates(
    texts: Sequence[Sequence[str]],
    probability: Array,
    layers: Sequence[str],
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw a row for each layer, and in it its candidates, the likeliest first.

    Parameters
    ----------
    texts : sequence of sequence of str
        L of them with N tokens each; empty where a layer cannot be read.
    probability : ndarray of shape (L, N)
        The stronger the hue, the likelier.
    layers : sequence of str, L of them
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    L, N = probability.shape
    surface = theme.SURFACES[theme_name]
    words = [
        [_cell(text, p) for text, p in zip(row, chances, strict=True)]
        for row, chances in zip(texts, probability.tolist(), strict=True)
    ]
    heat = timeline.heat(
        probability,
        1,
        colours(theme_name),
        (0.0, 1.0),
    )
    heat |= {
        "text": words,
        "texttemplate": "%{text}",
        "textfont": {"family": theme.MONOSPACE, "color": INK[theme_name], "size": 11},
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
    }
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True}
    place = axis | {"range": [0.5, N + 0.5], "dtick": 1, "side": "top", "title": {"text": "rank"}}
    rows = {"range": [L - 0.5, -0.5], "tickvals": list(range(L)), "ticktext": list(layers)}
    return {
        "data": [heat],
        "layout": theme.figure_layout(theme_name)
        | {
            "margin": {"l": 60, "r": 10, "t": 40, "b": 10},
            "paper_bgcolor": surface.panel,
            "hovermode": False,
            "xaxis": place,
            "yaxis": axis | rows,
        },
    }


def _cell(text: str, probability: float) -> str:
    if np.isnan(probability):
        return ""
    # What stands in cells is read as markup.
    lines = (shown_token(text), shown_probability(probability))
    return "<br>".join(line.replace("<", "&lt;") for line in lines)
