"""Two networks that read the same text: A − B unit by unit, and their curves overlaid."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm import Array

from .. import theme, wire
from . import timeline
from .heatmaps import TITLES as GATES
from .traces import step_up

TITLES = GATES | {"c": "Cell state C", "h": "Hidden state h"}
CURVES = {  # a name begins with that of its role
    "c_norm": "‖C‖ of the layer",
    "h_norm": "‖h‖ of the layer",
    "c": "C of the pinned unit",
    "h": "h of the pinned unit",
}
GAMMA = 0.55  # of the strength of a colour: below 1, small differences show
LEVELS = 127  # of a difference in each direction: more cannot be told apart
SMALLEST = 1e-300  # what is less is none: powers of ten end there, and with them scales
ROOM = 17  # pixels for the title over each part
DASH = "7px,4px"  # of B, there and nowhere else


def maps(
    gaps: Mapping[str, Array], labels: Mapping[str, Sequence[str]], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Draw the differences as heat maps on one time axis: the panel's ground is no difference.

    Parameters
    ----------
    gaps : mapping of str to ndarray
        A − B by the names of ``TITLES``: gates of shape (R, T) from step 1,
        states of shape (R, T + 1) from t = 0.
    labels : mapping of str to sequence of str
        What the rows are.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure. Each map has a scale of its own, in few steps; where A
        is larger it shows the role's hue, where B is, the neutral grey-blue.
    """
    T = gaps["c"].shape[1] - 1
    layout, value = _layout(T, theme_name)
    data = []
    for place, (name, gap) in enumerate(gaps.items()):
        domain = _domain(place, len(gaps))
        axis = "y" if place == 0 else f"y{place + 1}"
        reach = gap_reach(float(np.abs(gap).max(initial=0.0)))
        data.append(_map(name, gap, T, reach, domain, theme_name) | {"yaxis": axis})
        layout[axis.replace("y", "yaxis")] = (
            value | timeline.unit_ticks(list(labels[name])) | {"domain": domain}
        )
    return {"data": data, "layout": layout | _titles(TITLES, list(gaps), theme_name)}


def _map(
    name: str,
    gap: Array,
    T: int,
    reach: float,
    domain: list[float],
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw one difference, in a byte for each value."""
    hue = theme.ROLES[name].tone(theme_name).fill
    bar = timeline.colour_bar(-1, 1, (domain[0], domain[1]))
    ends = f"{reach:.3g}".replace("e-0", "e-")
    return {
        "type": "heatmap",
        "z": wire.encode(np.rint(gap * (LEVELS / reach)) + LEVELS, "u1"),
        "x0": T + 1 - gap.shape[1],
        "dx": 1,
        "y0": 0,
        "dy": 1,
        "zmin": 0,
        "zmax": 2 * LEVELS,
        "colorscale": _diverging(hue, theme.SURFACES[theme_name]),
        "hoverinfo": "none",
        "meta": name,
        "name": TITLES[name],
        "colorbar": bar
        | {"tickvals": [0, LEVELS, 2 * LEVELS], "ticktext": [f"−{ends}", "0", f"+{ends}"]},
    }


def _diverging(hue: str, surface: theme.Surface) -> list[list[Any]]:
    """Run from the neutral grey-blue over the ground to a role's hue, soon away from the ground.

    One unit that differs much must not hide that all others do; the scale beside
    the map shows how the strength grows.
    """
    ends = ((surface.negative, -1), (hue, 1))
    stops = [[0.5, surface.panel]]
    for end, side in ends:
        stops += [
            [0.5 + side * share / 2, _mix(surface.panel, end, share**GAMMA)]
            for share in (0.03, 0.1, 0.25, 0.5, 1.0)
        ]
    return sorted(stops)


def _mix(ground: str, hue: str, strength: float) -> str:
    """Give the colour on the way from a ground to a hue."""
    pairs = ((int(ground[at : at + 2], 16), int(hue[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + strength * (b - a)):02X}" for a, b in pairs)


def gap_reach(largest: float) -> float:
    """Choose the end of a scale of differences in few steps; 1 where there is none.

    Examples
    --------
    >>> gap_reach(0.0), gap_reach(0.0123), gap_reach(2.2)
    (1.0, 0.015, 3.0)
    """
    if largest < SMALLEST:
        return 1.0
    # In steps of its own decade: the smallest difference must be seen too.
    decade = float(10.0 ** np.floor(np.log10(largest)))
    return float(f"{decade * step_up(largest / decade):.3g}")


def curves(
    series: Mapping[str, tuple[Array, Array]], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Overlay curves of A, solid, and of B, dashed, a strip for each quantity.

    Parameters
    ----------
    series : mapping of str to (ndarray of shape (T + 1,), ndarray of shape (S + 1,))
        A's and B's, by the names of ``CURVES``.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure, as long as the longer one.
    """
    surface = theme.SURFACES[theme_name]
    T = max(len(one) for pair in series.values() for one in pair) - 1
    layout, value = _layout(T, theme_name)
    data = []
    for place, (name, pair) in enumerate(series.items()):
        axis = "y" if place == 0 else f"y{place + 1}"
        low, high = _range(pair, signed=name in ("c", "h"))
        layout[axis.replace("y", "yaxis")] = value | {
            "domain": _domain(place, len(series)),
            "range": [low - 0.06 * (high - low), high + 0.06 * (high - low)],
            "zeroline": True,
            "zerolinecolor": surface.muted,
            "zerolinewidth": 1,
            "tickvals": [low, 0, high] if low else [0, high],
            "ticktext": [
                f"{end:g}".replace("-", "−") for end in ([low] if low else []) + [0, high]
            ],
        }
        ink = theme.ROLES[name[0]].tone(theme_name).ink
        for setting, values in zip("AB", pair, strict=True):
            data.append(_line(name, setting, values, ink) | {"yaxis": axis})
    return {"data": data, "layout": layout | _titles(CURVES, list(series), theme_name)}


def _titles(
    titles: Mapping[str, str], names: Sequence[str], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Give the parts their titles for a picture that is taken away; the page has its own."""
    annotations = [
        {
            "text": f"<b>{titles[name]}</b>",
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": _domain(place, len(names))[1],
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "borderpad": 0,
            "font": {"size": 11.5, "color": theme.ROLES[name[0]].tone(theme_name).ink},
        }
        for place, name in enumerate(names)
    ]
    return {"meta": {"annotations": annotations}}


def _line(name: str, setting: str, values: Array, ink: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{name} {setting}",
        "meta": f"{name} {setting}",
        "x": wire.encode(np.arange(len(values)), "i2"),
        "y": wire.encode(values, "f4"),
        "line": {"color": ink, "width": 2, "dash": DASH if setting == "B" else "solid"},
        "hoverinfo": "none",
    }


def _range(pair: tuple[Array, Array], *, signed: bool) -> tuple[float, float]:
    """Give the ends of a strip: in few steps, and 0 within."""
    reach = timeline.reach(max(float(np.abs(one).max()) for one in pair))
    return (-reach if signed else 0.0), reach


def _layout(T: int, theme_name: theme.ThemeName) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the layout with its time axis below, and what every value axis starts from."""
    surface = theme.SURFACES[theme_name]
    time, value = timeline.axes(T, surface)
    layout = timeline.layout(theme_name, ROOM)
    layout["margin"] = layout["margin"] | {"b": 18}
    shared = {"anchor": "free", "position": 0} | timeline.time_ticks(T, surface)
    return layout | {"xaxis": time | shared}, value


def _domain(place: int, count: int) -> list[float]:
    """Divide the height, from the top, with room for the titles between."""
    room = 0.055
    each = (1 + room) / count
    return [round(max(1 - (place + 1) * each + room, 0), 4), round(1 - place * each, 4)]
