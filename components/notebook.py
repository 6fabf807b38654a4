"""The pictures of the Network page for a notebook: load, run, figure."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lstm import ModelTrace, order_units, saturation
from lstm.units import Order

from .figures.heatmaps import heatmaps
from .figures.saturation import saturation_plot
from .figures.states import State, states
from .network_arrays import by_row, row_label, with_start
from .theme import ThemeName


def gate_heat_maps(
    trace: ModelTrace,
    tokens: Sequence[str] | None = None,
    *,
    layer: int = 0,
    order: Order = "given",
    candidate: bool = False,
    theme: ThemeName = "light",
) -> go.Figure:
    """Draw the gates of a layer over time, a row for each unit.

    Parameters
    ----------
    trace : ModelTrace
        Of :func:`lstm.run`; the first sequence of the batch is drawn.
    tokens : sequence of str, T of them, optional
        Labels of the time axis.
    layer : int
        From 0.
    order : "given", "mean", "similarity" or "peak"
        As in :func:`lstm.order_units`.
    candidate : bool
        Show the candidate too.
    theme : "dark" or "light"

    Examples
    --------
    >>> from lstm import characters_by_hand, run
    >>> model = characters_by_hand()
    >>> tokens, numbers = model.vocabulary.read("(a [b])")
    >>> gate_heat_maps(run(model, numbers[:, None]), tokens).data[0].name
    'Forget gate f'
    """
    seen = trace.layers[layer]
    rows = np.array_split(order_units(seen, order), seen.c.shape[2])
    names = "fiog" if candidate else "fio"
    gates = {name: by_row(getattr(seen, name), rows) for name in names}
    figure = go.Figure(heatmaps(gates, [row_label(units) for units in rows], theme))
    figure.update_traces(
        hoverinfo=None, hovertemplate="row %{y}, t = %{x}: %{z:.3f}<extra>%{fullData.name}</extra>"
    )
    return _finish(figure, tokens, 160 * len(names))


def state_lines(
    trace: ModelTrace,
    name: State = "c",
    tokens: Sequence[str] | None = None,
    *,
    layer: int = 0,
    unit: int | None = None,
    theme: ThemeName = "light",
) -> go.Figure:
    """Draw the cell state ("c") or hidden state ("h") of a layer, a line for each unit.

    ``unit`` stands out; the other parameters are those of :func:`gate_heat_maps`.
    """
    seen = trace.layers[layer]
    values = with_start(getattr(seen, f"{name}0"), getattr(seen, name))[:, 0].T
    labels = [str(number) for number in range(len(values))]
    pinned = None if unit is None else values[unit]
    figure = go.Figure(states(name, values, labels, theme, pinned=pinned))
    figure.update_traces(hoverinfo=None, hovertemplate="t = %{x}: %{y:.3f}<extra></extra>")
    return _finish(figure, tokens, 260)


def gate_saturation(
    trace: ModelTrace, *, layer: int = 0, unit: int | None = None, theme: ThemeName = "light"
) -> go.Figure:
    """Draw how often each gate of each unit of a layer is shut, and how often open."""
    seen = trace.layers[layer]
    gates = {name: saturation(getattr(seen, name)) for name in "fio"}
    figure = go.Figure(saturation_plot(gates, theme, unit))
    figure.update_layout(width=420, height=400)
    return figure


def _finish(figure: go.Figure, tokens: Sequence[str] | None, height: int) -> go.Figure:
    """Label the time axis, and let Plotly say the values that the page says itself."""
    figure.update_layout(height=height, hovermode="closest", margin={"b": 40})
    figure.update_xaxes(showticklabels=True)
    if tokens is not None:
        figure.update_xaxes(
            tickvals=list(range(1, len(tokens) + 1)), ticktext=list(tokens), tickangle=0
        )
    return figure
