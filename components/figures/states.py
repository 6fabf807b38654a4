"""A state of all units over time: a line for each, or a heat map."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lstm import Array

from .. import theme, wire
from . import timeline

State = Literal["c", "h"]
GROUPS = 4  # of lines, fainter and stronger, or many lines become one blot
MOST_LINES = 64
FEW = 16  # lines among which a pinned one stands out by itself


def states(
    name: State,
    values: Array,
    labels: Sequence[str],
    theme_name: theme.ThemeName,
    *,
    pinned: Array | None = None,
    as_heat: bool = False,
) -> dict[str, Any]:
    """Draw a state.

    Parameters
    ----------
    name : "c" or "h"
    values : ndarray of shape (R, T + 1)
        A row for a unit; column t is the state at time t.
    labels : sequence of str, R of them
        What the rows are.
    theme_name : "dark" or "light"
    pinned : ndarray of shape (T + 1,), optional
        The unit that stands out.
    as_heat : bool
        A heat map instead of lines.

    Returns
    -------
    dict
        A Plotly figure. The value axis is that of the whole sequence.
    """
    surface = theme.SURFACES[theme_name]
    role = theme.ROLES[name]
    T = values.shape[1] - 1
    time, value = timeline.axes(T, surface)
    largest = float(np.abs(values).max(initial=0.0))
    if pinned is not None:
        largest = max(largest, float(np.abs(pinned).max()))
    reach = timeline.reach(largest)
    layout = timeline.layout(theme_name) | {"xaxis": time}
    if name == "h":  # the lowest figure says the time
        layout["margin"] = timeline.MARGIN | {"b": 18}
        layout["xaxis"] = time | timeline.time_ticks(T, surface)
    if as_heat:
        scale = timeline.signed(role.tone(theme_name).fill, surface)
        trace = timeline.heat(values, 0, scale, (-reach, reach))
        trace |= {"meta": name, "colorbar": timeline.colour_bar(-reach, reach, (0, 1))}
        ticks = timeline.unit_ticks(list(labels))
        return {"data": [trace], "layout": layout | {"yaxis": value | ticks}}
    layout["yaxis"] = value | {
        "range": [-1.06 * reach, 1.06 * reach],
        "zeroline": True,
        "zerolinecolor": surface.muted,
        "zerolinewidth": 1,
        "tickvals": [-reach, 0, reach],
        "ticktext": [f"−{reach:g}", "0", f"{reach:g}"],
    }
    return {"data": _lines(name, values, pinned, theme_name), "layout": layout}


def drawn_lines(values: Array) -> NDArray[np.int64]:
    """Choose the rows that get a line, where there are too many: those that move most.

    A pinned unit is drawn whichever it is.
    """
    if len(values) <= MOST_LINES:
        return np.arange(len(values))
    return np.sort(np.argsort(-values.std(axis=1), kind="stable")[:MOST_LINES])


def _lines(
    name: State, values: Array, pinned: Array | None, theme_name: theme.ThemeName
) -> list[dict[str, Any]]:
    """Draw the lines of many units in few traces, with a gap after each."""
    ink = theme.ROLES[name].tone(theme_name).ink
    values = values[drawn_lines(values)]
    time = np.arange(values.shape[1] + 1, dtype=np.int16)
    traces = []
    for group, rows in enumerate(np.array_split(values, min(GROUPS, len(values)))):
        gaps = np.full((len(rows), 1), np.nan, np.float32)
        y = np.concatenate([wire.rounded(rows, timeline.READING), gaps], axis=1)
        strength = (0.2 + 0.1 * group) if len(values) > FEW else (0.32 + 0.14 * group)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "meta": name,
                "x": wire.encode(np.tile(time, len(rows)), "i2"),
                "y": wire.encode(y.ravel(), "f4"),
                "line": {"color": theme.fade(ink, strength), "width": 1.2},
                "connectgaps": False,
                "hoverinfo": "none",
            }
        )
    if pinned is not None:
        ground = theme.SURFACES[theme_name].panel
        # On ground of its own, or it is lost among lines of the same hue.
        for meta, line in (
            ("ground", {"color": ground, "width": 7}),
            ("pinned", {"color": ink, "width": 3, "dash": theme.ROLES[name].dash}),
        ):
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "meta": meta,
                    "x": wire.encode(time[:-1], "i2"),
                    "y": wire.encode(wire.rounded(pinned, timeline.READING), "f4"),
                    "line": line,
                    "hoverinfo": "none",
                }
            )
    return traces
