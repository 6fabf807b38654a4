"""How training goes: loss, accuracy, gradient norm and gate saturation over its batches."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire

Records = Sequence[Mapping[str, Any]]

_MARGIN = {"l": 44, "r": 20, "t": 8, "b": 36}

# Where an axis that starts at 0 may end, times a power of ten: it seldom moves as lines come.
_ENDS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_SHORTENED = 10_000  # batches from which ticks say 20k
_NOT_SCORED = {
    "text": "Not measured: a number is<br>never just right or wrong.",
    "xref": "paper",
    "yref": "paper",
    "x": 0.5,
    "y": 0.75,
    "showarrow": False,
}
_MOST_DECADES = 5  # that are named one by one


def learning(
    records: Records,
    steps: int,
    theme_name: theme.ThemeName,
    *,
    baseline: float | None = None,
    clip: float | None = None,
    logarithmic: bool = False,
    scored: bool = True,
) -> dict[str, Any]:
    """Draw all four figures.

    Parameters
    ----------
    records : sequence of mapping
        Of a run: ``step``, ``loss`` and ``norm``, some also with ``held_out``,
        ``accuracy`` and ``saturation``.
    steps : int
        Where the axis of time ends; 0 where there is no run yet.
    theme_name : "dark" or "light"
    baseline : float, optional
        The held-out loss of the best constant answer.
    clip : float, optional
        The norm above which gradients are shortened.
    logarithmic : bool
        Whether losses are drawn on a logarithmic axis.
    scored : bool
        Whether there is an accuracy.

    Returns
    -------
    dict
        Plotly figures by "loss", "accuracy", "norm" and "saturation".
    """
    y, x = (theme.ROLES[name].tone(theme_name).ink for name in "yx")
    losses = [
        _line("learnt from", *_series(records, "loss"), {"color": x, "width": 1}),
        _line("held out", *_series(records, "held_out"), {"color": y, "width": 2.4}),
        *_level("constant answer", baseline, steps, theme_name),
    ]
    accuracy = _line("accuracy", *_series(records, "accuracy"), {"color": y, "width": 2.2})
    norms = [
        _line("norm", *_series(records, "norm"), {"color": x, "width": 1}),
        *_level("clipped above", clip, steps, theme_name),
    ]
    gates = [
        _line(name, *_gate(records, name), {"color": theme.ROLES[name].tone(theme_name).ink})
        for name in "fio"
    ]
    share = {"range": [-0.03, 1.03], "tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    seen = [one.get(name) for one in records for name in ("loss", "held_out")]
    seen_norms = [one.get("norm") for one in records]
    axis = _decades if logarithmic else _from_zero
    drawn: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
        "loss": (losses, axis([*seen, baseline])),
        "accuracy": ([accuracy], share),
        "norm": (norms, _decades([*seen_norms, clip])),
        "saturation": (gates, share),
    }
    figures: dict[str, Any] = {
        name: {"data": lines, "layout": _layout(steps, axis, theme_name)}
        for name, (lines, axis) in drawn.items()
    }
    if not scored:
        figures["accuracy"]["layout"]["annotations"] = [_NOT_SCORED]
    return figures


def _from_zero(values: Iterable[float | None]) -> dict[str, Any]:
    """Give an axis from 0 to a round number above all values."""
    top = max((value for value in values if value is not None), default=0.0)
    if top <= 0:
        return {"range": [0, 1], "showticklabels": False}
    power = 10.0 ** math.floor(math.log10(top))
    end = next((end for end in _ENDS if top <= end * power), 10.0)
    return {"range": [0, end * power]}


def _decades(values: Iterable[float | None]) -> dict[str, Any]:
    """Give a logarithmic axis over whole decades."""
    powers = [math.log10(value) for value in values if value is not None and value > 0]
    if not powers:
        return {"type": "log", "range": [-1, 1], "dtick": 1, "showticklabels": False}
    low, high = math.floor(min(powers)), math.ceil(max(powers))
    high = max(high, low + 1)
    every = math.ceil((high - low) / _MOST_DECADES)
    return {"type": "log", "range": [low, high], "dtick": every, "exponentformat": "e"}


def _level(
    name: str, value: float | None, steps: int, theme_name: theme.ThemeName
) -> list[dict[str, Any]]:
    """Draw a dotted line over the whole width, where there is a value."""
    if value is None:
        return []
    dotted = {"color": theme.SURFACES[theme_name].muted, "width": 1.2, "dash": "dot"}
    return [_line(name, np.array([0.0, steps]), np.full(2, value), dotted)]


def _series(records: Records, name: str) -> tuple[Array, Array]:
    found = [(one["step"], one[name]) for one in records if one.get(name) is not None]
    return np.array([step for step, _ in found]), np.array([value for _, value in found])


def _gate(records: Records, name: str) -> tuple[Array, Array]:
    found = [(one["step"], one["saturation"]) for one in records if one.get("saturation")]
    return np.array([step for step, _ in found]), np.array([shares[name] for _, shares in found])


def _line(name: str, x: Array, y: Array, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines" if len(x) != 1 else "markers",
        "name": name,
        "meta": name,
        "x": wire.encode(x, "f4"),
        "y": wire.encode(y, "f4"),
        "line": line,
        "marker": {"color": line["color"], "size": 6},
        "hovertemplate": "%{y:.4g}",
    }


def _layout(steps: int, axis: dict[str, Any], theme_name: theme.ThemeName) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    common = {
        "fixedrange": True,
        "zeroline": False,
        "linecolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
    }
    return theme.figure_layout(theme_name) | {
        "margin": _MARGIN,
        "hovermode": "x unified",
        "dragmode": False,
        "xaxis": common
        | {
            "range": [0, steps or 1],
            "showgrid": False,
            "showticklabels": steps > 0,
            "title": {"text": "batch", "font": {"size": 10}, "standoff": 2},
            "nticks": 6,
            "tickformat": ",d" if steps < _SHORTENED else "~s",
            "hoverformat": ",d",
            "ticks": "outside",
            "ticklen": 3,
            "tickcolor": surface.muted,
        },
        "yaxis": common | {"gridcolor": surface.border, "nticks": 6} | axis,
    }
