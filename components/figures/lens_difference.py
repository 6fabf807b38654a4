"""The ranks of tokens that two settings of the lens both watch, through their texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import theme
from .watched import watched_ranks


def compared_ranks(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    tokens: Sequence[str],
    V: int,
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw a pair of lines for each token: A solid, B dashed.

    Parameters
    ----------
    a, b : ndarray of int, of shapes (T, K) and (S, K)
        Their ranks in the top layer.
    tokens : sequence of str, K of them
    V : int
        The number of tokens that there are.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        A Plotly figure over the longer of the two texts.
    """
    drawn = [watched_ranks(ranks[None], tokens, 0, V, theme_name) for ranks in (a, b)]
    layout = drawn[0 if len(a) >= len(b) else 1]["layout"]
    data = [
        trace
        | {
            "name": f"{side} · {trace['name']}",
            "line": trace["line"] | {"dash": dash},
            "showlegend": True,
        }
        for side, dash, figure in zip("AB", ("solid", "dash"), drawn, strict=True)
        for trace in figure["data"]
    ]
    legend = {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 11}}
    margin = layout["margin"] | {"t": 26}
    more = {"showlegend": True, "legend": legend, "margin": margin}
    return {"data": data, "layout": layout | more}
