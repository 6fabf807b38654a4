"""Two runs over one time axis: a strip for each quantity, and how far one of them is apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire
from .network_difference import gap_reach
from .timeline import axes, strength, time_ticks
from .traces import FEW, step_up

STRIP, GAP, HEAT = 46, 9, 18  # pixels: a strip's height, what lies between two, the heat strip's
MARGIN = {"l": 40, "r": 14, "t": 5, "b": 20}
SMALLEST = 0.001  # end of the heat scale: what is rounded otherwise is no difference to look at
DASH = "7px,4px"  # of B, there and nowhere else


@dataclass(frozen=True)
class Strip:
    """One quantity in both runs, each of shape (T + 1,); None where a run does not have it."""

    name: str
    symbol: str
    role: str
    a: Array | None
    b: Array | None

    @property
    def gap(self) -> Array:
        """Give |A − B|, NaN where there is no value; both runs must have the quantity."""
        assert self.a is not None
        assert self.b is not None
        return np.abs(self.a - self.b)


def strips(shown: Sequence[Strip], measured: Strip, theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the strips, A solid and B dashed, and below them |A − B| of one quantity as heat.

    Parameters
    ----------
    shown : sequence of Strip
        From the top.
    measured : Strip
        The quantity whose difference is drawn; both runs have it.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure; ``layout.meta`` has its ``height`` in pixels, the ``rows``
        of it (name, top and height in pixels), the ``reach`` of the heat scale and the
        ``annotations`` that a picture has.
    """
    surface = theme.SURFACES[theme_name]
    T = len(measured.gap) - 1
    inner = len(shown) * (STRIP + GAP) + HEAT
    time, value = axes(T, surface)
    layout = theme.figure_layout(theme_name) | {
        "margin": MARGIN,
        "hovermode": "x",
        "hoverdistance": -1,
        "dragmode": "zoom",
        "xaxis": time | time_ticks(T, surface) | {"anchor": "free", "position": 0, "tickangle": 0},
    }
    data: list[dict[str, Any]] = []
    rows = []
    for place, strip in enumerate(shown):
        top = place * (STRIP + GAP)
        axis = "y" if place == 0 else f"y{place + 1}"
        data += [line | {"yaxis": axis} for line in _lines(strip, T, theme_name)]
        layout[axis.replace("y", "yaxis")] = (
            value | _values(strip, surface) | _at(top, STRIP, inner)
        )
        rows.append({"name": strip.name, "top": MARGIN["t"] + top, "height": STRIP})
    top = len(shown) * (STRIP + GAP)
    axis = f"y{len(shown) + 1}" if shown else "y"
    largest = max(gap_reach(float(np.nanmax(measured.gap, initial=0.0))), SMALLEST)
    data.append(_heat(measured, largest, theme_name) | {"yaxis": axis})
    layout[axis.replace("y", "yaxis")] = (
        value
        | {"range": [-0.5, 0.5], "showticklabels": False, "ticks": "", "showline": False}
        | _at(top, HEAT, inner)
    )
    rows.append({"name": "gap", "top": MARGIN["t"] + top, "height": HEAT})
    height = MARGIN["t"] + inner + MARGIN["b"]
    layout["meta"] = {
        "height": height,
        "rows": rows,
        "reach": largest,
        "annotations": _titles(shown, measured, inner, theme_name),
    }
    return {"data": data, "layout": layout}


def _titles(
    shown: Sequence[Strip], measured: Strip, inner: int, theme_name: theme.ThemeName
) -> list[dict[str, Any]]:
    """Name the strips in a picture that is taken away; the page does it beside them."""
    texts = [(strip.symbol, strip.role) for strip in shown]
    texts.append((f"|A − B| of {measured.symbol}", measured.role))
    if shown:
        texts[0] = (f"{texts[0][0]} · A solid, B dashed", texts[0][1])
    return [
        {
            "text": text,
            "xref": "paper",
            "yref": "paper",
            "x": 1,
            "y": 1 - place * (STRIP + GAP) / inner,
            "xanchor": "right",
            "yanchor": "top",
            "showarrow": False,
            "bgcolor": theme.SURFACES[theme_name].panel,
            "font": {"size": 11, "color": theme.ROLES[role].tone(theme_name).ink},
        }
        for place, (text, role) in enumerate(texts)
    ]


def _at(top: int, height: int, inner: int) -> dict[str, Any]:
    """Place an axis, given in pixels from the top."""
    return {"domain": [1 - (top + height) / inner, 1 - top / inner]}


def _values(strip: Strip, surface: theme.Surface) -> dict[str, Any]:
    """Give the value axis of a strip: one for both, with its zero line."""
    both = np.concatenate([one for one in (strip.a, strip.b) if one is not None])
    low = -step_up(-float(np.nanmin(both, initial=0.0)))
    high = max(1.0, step_up(float(np.nanmax(both, initial=0.0))))
    margin = 0.08 * (high - low)
    room = 0.2 * (high - low)  # between two labels
    ticks = [tick for tick in (low, high) if abs(tick) > room] + [0.0]
    return {
        "range": [low - margin, high + margin],
        "tickvals": ticks,
        "ticktext": [f"{tick:.3g}".replace("-", "−").replace("e+0", "e") for tick in ticks],
        "zeroline": True,
        "zerolinecolor": surface.muted,
        "zerolinewidth": 1,
        "showline": True,
    }


def _lines(strip: Strip, T: int, theme_name: theme.ThemeName) -> list[dict[str, Any]]:
    role = theme.ROLES[strip.role]
    ink = role.tone(theme_name).ink
    lines = []
    for of, values in (("a", strip.a), ("b", strip.b)):
        if values is None:
            continue
        line = {"color": ink, "width": 2.2 if T <= 4 * FEW else 1.4}
        if strip.role == "x":  # step t, from t − 1 to t, reads x(t)
            line["shape"] = role.shape
            values = np.append(values[1], values[1:])
        lines.append(
            {
                "type": "scatter",
                # Of one step a gate has one value, and no line.
                "mode": "lines" if T > 1 else "lines+markers",
                "meta": {"of": of, "name": strip.name},
                "x": wire.encode(np.arange(T + 1)),
                "y": wire.encode(values),
                "line": line | {"dash": "solid" if of == "a" else DASH},
                "hoverinfo": "none",
            }
        )
    return lines


def _heat(measured: Strip, largest: float, theme_name: theme.ThemeName) -> dict[str, Any]:
    surface = theme.SURFACES[theme_name]
    hue = theme.ROLES[measured.role].tone(theme_name).fill
    return {
        "type": "heatmap",
        "meta": {"of": "gap", "name": measured.name},
        "z": wire.encode(measured.gap[None]),
        "x0": 0,
        "dx": 1,
        "y0": 0,
        "dy": 1,
        "zmin": 0,
        "zmax": largest,
        "colorscale": strength(hue, surface),
        "showscale": False,
        "hoverinfo": "none",
    }
