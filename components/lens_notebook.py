"""The article's pictures in a notebook, each of what a method of ``lstm.output.Output`` gives.

>>> from lstm import probing
>>> from lstm.shipped import folder
>>> lm = probing.open(folder() / "agreement.safetensors")
>>> output = lm.generate("1 , 1 , 1 ,", generate=3)
>>> rankings(output).layout.xaxis.ticktext
('1', ',', '1')
"""

from collections.abc import Sequence

import plotly.graph_objects as go
from numpy.typing import ArrayLike

from lstm.output import Output
from lstm.probe import Lens
from lstm.shown import shown_token

from .figures.candidates import candidates
from .figures.ranks import rank_matrix
from .lens_words import layer_names
from .theme import SURFACES, ThemeName


def layer_predictions(
    output: Output,
    position: int,
    layer: int | None = None,
    topk: int = 10,
    lens: Lens | None = None,
    *,
    theme: ThemeName = "light",
) -> go.Figure:
    """Draw the likeliest tokens at a position, after each layer or one.

    Parameters
    ----------
    output : Output
    position, layer, topk, lens
        As :meth:`lstm.output.Output.layer_predictions` takes them.
    theme : "dark" or "light"
    """
    found = output.layer_predictions(position, layer, topk, lens)
    names = [f"Layer {number + 1}" for number in found.layers]
    return _finish(go.Figure(candidates(found.texts, found.probability, names, theme)), theme)


def rankings(
    output: Output,
    positions: Sequence[int] | None = None,
    lens: Lens | None = None,
    *,
    theme: ThemeName = "light",
) -> go.Figure:
    """Draw how each layer ranked the tokens that came, a column for each.

    Parameters
    ----------
    output : Output
    positions, lens
        As :meth:`lstm.output.Output.rankings` takes them.
    theme : "dark" or "light"
    """
    found = output.rankings(positions, lens)
    came = [shown_token(text) for (text,) in found.texts]
    return _matrix(output, found.rank[:, :, 0], came, theme)


def rankings_watch(
    output: Output,
    watch: Sequence[str],
    position: int,
    lens: Lens | None = None,
    *,
    theme: ThemeName = "light",
) -> go.Figure:
    """Draw how each layer ranked chosen tokens at one position, a column for each.

    Parameters
    ----------
    output : Output
    watch, position, lens
        As :meth:`lstm.output.Output.rankings_watch` takes them.
    theme : "dark" or "light"
    """
    found = output.rankings_watch(watch, position, lens)
    return _matrix(output, found.rank[:, 0], [shown_token(text) for text in watch], theme)


def _matrix(
    output: Output, ranks: ArrayLike, columns: Sequence[str], theme: ThemeName
) -> go.Figure:
    names = layer_names(len(output.states.h))
    V = len(output.probe.speaker.decoder.b)
    return _finish(go.Figure(rank_matrix("rank", ranks, columns, names, V, theme)), theme)


def _finish(figure: go.Figure, theme: ThemeName) -> go.Figure:
    """Give it a size and a ground of its own: a notebook has none."""
    rows, columns = len(figure.layout.yaxis.ticktext), figure.layout.xaxis.range[1] - 0.5
    figure.update_layout(
        height=90 + 38 * rows,
        width=min(150 + 82 * columns, 1100),
        paper_bgcolor=SURFACES[theme].panel,
        plot_bgcolor=SURFACES[theme].panel,
    )
    return figure
