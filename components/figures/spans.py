"""Where on a time axis somebody reached into the run: a thin bar for each, above the figure."""

from collections.abc import Mapping, Sequence
from typing import Any

from .. import theme

HIGH = 11  # pixels of a bar
APART = 13
MOST_ROWS = 3  # more would take the figure's room


def with_spans(
    layout: dict[str, Any], acts: Sequence[Mapping[str, Any]], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw bars above a figure over time.

    Parameters
    ----------
    layout : dict
        Of a Plotly figure.
    acts : sequence of mapping
        Each with ``name``, the quantity, and its steps, ``first`` to ``last``.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        The layout with their shapes, and room for them. Bars that overlap lie above
        one another.
    """
    shapes, ends = [], [0] * MOST_ROWS
    for act in sorted(acts, key=lambda one: one["first"]):
        free = (row for row, end in enumerate(ends) if end < act["first"])
        row = next(free, MOST_ROWS - 1)
        ends[row] = max(ends[row], act["last"])
        shapes.append(_bar(act, row, theme_name))
    margin, rows = layout["margin"], sum(end > 0 for end in ends)
    return layout | {"shapes": shapes, "margin": margin | {"t": margin["t"] + APART * rows}}


def _bar(act: Mapping[str, Any], row: int, theme_name: theme.ThemeName) -> dict[str, Any]:
    ink = theme.role(act["name"]).tone(theme_name).ink
    return {
        "type": "rect",
        "xref": "x",
        "x0": act["first"] - 0.4,
        "x1": act["last"] + 0.4,
        "yref": "paper",
        "yanchor": 1,
        "ysizemode": "pixel",
        "y0": APART * row + 3,
        "y1": APART * row + 3 + HIGH,
        "fillcolor": theme.fade(ink, 0.14),
        "line": {"color": ink, "width": 1},
        "label": {
            "text": theme.symbol_of(act["name"]),
            "font": {"size": 9, "color": ink, "family": theme.SANS},
        },
    }
