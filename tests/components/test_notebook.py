"""The pictures of the Network page in a notebook: real Plotly figures of the right values."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components import theme
from components.figures.states import State
from components.notebook import gate_heat_maps, gate_saturation, state_lines
from components.wire import decode
from lstm import Model, ModelTrace, order_units, random_layers, run
from lstm.units import Order

TOKENS = list("((a) [b])")

# Rounded to 8 bits for heat maps and 12 for lines; float32 adds a little.
PICTURE = 2.0**-9 + 1e-6
READING = 2.0**-13 + 1e-6

THEMES: tuple[theme.ThemeName, ...] = ("dark", "light")
STATES: tuple[State, ...] = ("c", "h")
ORDERS: tuple[Order, ...] = ("given", "mean", "similarity", "peak")
in_each_theme = pytest.mark.parametrize("theme_name", THEMES)


@pytest.fixture(scope="module")
def trace() -> ModelTrace:
    rng = np.random.default_rng(0)
    model = Model(random_layers(rng, [3, 6, 4], "normal"))
    return run(model, rng.normal(size=(len(TOKENS), 1, 3)))


def array(values: Any) -> Any:
    return decode(values) if isinstance(values, dict) else np.asarray(values)


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("order", ORDERS)
def test_gate_heat_maps_show_the_gates_of_a_layer_in_an_order(
    trace: ModelTrace, layer: int, order: Order
) -> None:
    figure = gate_heat_maps(trace, TOKENS, layer=layer, order=order)
    assert isinstance(figure, go.Figure)
    seen = trace.layers[layer]
    units = order_units(seen, order)
    assert [drawn.name for drawn in figure.data] == [
        "Forget gate f",
        "Input gate i",
        "Output gate o",
    ]
    for drawn, gate in zip(figure.data, (seen.f, seen.i, seen.o), strict=True):
        np.testing.assert_allclose(array(drawn.z), gate[:, 0].T[units], rtol=0, atol=PICTURE)
        assert (drawn.zmin, drawn.zmax) == (0, 1)
    shown = [figure.layout.yaxis.ticktext[0], figure.layout.yaxis.ticktext[-1]]
    assert shown == [str(units[0]), str(units[-1])]


def test_the_candidate_is_drawn_where_it_is_wanted(trace: ModelTrace) -> None:
    figure = gate_heat_maps(trace, candidate=True)
    assert [drawn.name for drawn in figure.data][-1] == "Candidate C̃"
    drawn = figure.data[-1]
    np.testing.assert_allclose(array(drawn.z), trace.layers[0].g[:, 0].T, rtol=0, atol=PICTURE)
    assert (drawn.zmin, drawn.zmax) == (-1, 1)
    assert figure.layout.height > gate_heat_maps(trace).layout.height


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("name", STATES)
def test_state_lines_show_every_unit_and_the_one_that_stands_out(
    trace: ModelTrace, name: State, layer: int
) -> None:
    figure = state_lines(trace, name, TOKENS, layer=layer, unit=2)
    assert isinstance(figure, go.Figure)
    T = len(TOKENS)
    states = getattr(trace.layers[layer], name)[:, 0].T
    wanted = np.concatenate([np.zeros((len(states), 1)), states], axis=1)
    *groups, ground, pinned = figure.data
    drawn = np.concatenate([array(group.y).reshape(-1, T + 2)[:, :-1] for group in groups])
    np.testing.assert_allclose(drawn, wanted, rtol=0, atol=READING)
    np.testing.assert_allclose(array(pinned.y), wanted[2], rtol=0, atol=READING)
    np.testing.assert_array_equal(array(ground.y), array(pinned.y))
    assert len(state_lines(trace, name, layer=layer).data) == len(groups)


@pytest.mark.parametrize("layer", [0, 1])
def test_saturation_counts_steps_below_a_tenth_and_above_nine_tenths(
    trace: ModelTrace, layer: int
) -> None:
    figure = gate_saturation(trace, layer=layer, unit=1)
    assert isinstance(figure, go.Figure)
    seen = trace.layers[layer]
    points = {drawn.meta: drawn for drawn in figure.data if drawn.meta}
    for name in "fio":
        gate = getattr(seen, name)[:, 0].T
        shut = [sum(value < 0.1 for value in unit) / len(unit) for unit in gate]
        opened = [sum(value > 0.9 for value in unit) / len(unit) for unit in gate]
        np.testing.assert_allclose(array(points[name].y), shut, rtol=1e-6)
        np.testing.assert_allclose(array(points[name].x), opened, rtol=1e-6)
    assert len(gate_saturation(trace, layer=layer).data) == len(figure.data) - 1  # the ring


def test_tokens_label_the_time_axis(trace: ModelTrace) -> None:
    for figure in (gate_heat_maps(trace, TOKENS), state_lines(trace, "h", TOKENS)):
        axis = figure.layout.xaxis
        assert list(axis.ticktext) == TOKENS
        assert list(axis.tickvals) == list(range(1, len(TOKENS) + 1))
        assert axis.showticklabels
    assert gate_heat_maps(trace).layout.xaxis.ticktext is None


@in_each_theme
def test_a_theme_gives_its_colours(trace: ModelTrace, theme_name: theme.ThemeName) -> None:
    gates = gate_heat_maps(trace, theme=theme_name)
    surface = theme.SURFACES[theme_name]
    for drawn, name in zip(gates.data, "fio", strict=True):
        assert drawn.colorscale[0][1] == surface.panel
        assert drawn.colorscale[-1][1] == theme.ROLES[name].tone(theme_name).fill
    lines = state_lines(trace, "c", unit=0, theme=theme_name)
    assert lines.data[-1].line.color == theme.ROLES["c"].tone(theme_name).ink
    points = gate_saturation(trace, theme=theme_name)
    inks = {drawn.meta: drawn.marker.line.color for drawn in points.data if drawn.meta}
    assert inks == {name: theme.ROLES[name].tone(theme_name).ink for name in "fio"}


def test_plotly_says_the_values_that_the_page_says_itself(trace: ModelTrace) -> None:
    for figure in (gate_heat_maps(trace), state_lines(trace)):
        assert figure.layout.hovermode == "closest"
        for drawn in figure.data:
            assert drawn.hovertemplate
            assert drawn.hoverinfo is None


def test_a_layer_with_many_units_is_drawn_unit_by_unit() -> None:
    model = Model(random_layers(np.random.default_rng(0), [1, 200]))
    figure = gate_heat_maps(run(model, np.ones((5, 1, 1))))
    assert array(figure.data[0].z).shape == (200, 5)


def test_a_figure_can_be_written_as_a_page_of_its_own(trace: ModelTrace) -> None:
    for figure in (gate_heat_maps(trace, TOKENS), state_lines(trace), gate_saturation(trace)):
        assert "Plotly.newPlot" in figure.to_html(include_plotlyjs=False)
