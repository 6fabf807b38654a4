"""The loss over the epochs, on a logarithmic axis."""

from typing import Any

from .. import theme


def loss_curve(theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the frame of the loss curve.

    The browser keeps the epochs and fills the line in as they come, with the
    range of both axes.

    Parameters
    ----------
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure.
    """
    surface = theme.SURFACES[theme_name]
    axis = {
        "gridcolor": surface.border,
        "zeroline": False,
        "linecolor": surface.border,
        "tickcolor": surface.border,
        "tickfont": {"family": theme.MONOSPACE, "size": 10},
        "fixedrange": True,
    }
    line = {
        "type": "scatter",
        "name": "loss (MSE)",
        "meta": "loss",
        "x": [],
        "y": [],
        "mode": "lines+markers",
        "line": {"color": surface.text, "width": 1.6},
        # A single epoch is no line yet.
        "marker": {"size": 3, "color": surface.text},
        "hoverinfo": "none",
    }
    layout = theme.figure_layout(theme_name) | {
        "margin": {"l": 40, "r": 10, "t": 4, "b": 20},
        "hovermode": "x",
        "hoverdistance": -1,
        "dragmode": False,
        "xaxis": axis | {"range": [0, 50], "showgrid": False, "tickformat": "d", "nticks": 6},
        "yaxis": axis
        | {
            "type": "log",
            "range": [-4, 0],
            "dtick": 1,
            "exponentformat": "power",
            "showexponent": "all",
        },
    }
    return {"data": [line], "layout": layout}
