"""Figures are valid, hold the series they are given, and wear the theme's colours."""

import base64
import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components import theme
from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from components.figures.traces import LINES, traces, value_range
from components.figures.unrolled import unrolled
from components.numerals import short
from lstm.cell import Array

Figure = dict[str, Any]
Series = dict[str, Array]

THEMES: tuple[theme.ThemeName, ...] = ("dark", "light")
LENGTHS = (1, 2, 9, 20, 21, 40, 41, 500)
BUILDERS = {"traces": traces, "unrolled": unrolled}

in_each_theme = pytest.mark.parametrize("theme_name", THEMES)
at_each_length = pytest.mark.parametrize("T", LENGTHS)
each_figure = pytest.mark.parametrize("name", list(BUILDERS))


def cell(T: int, scale: float = 1.0, kind: str = "lstm", **numbers: float) -> Series:
    """Give what a cell computes over T random inputs."""
    inputs = scale * np.random.default_rng(T).normal(size=T)
    all_numbers = KINDS[kind].defaults | numbers
    settings = CellSettings(tuple(inputs.tolist()), all_numbers, separate=True, kind=kind)
    return {name: values for name, values in timeline(settings).items() if name in LINES}


def read(array: Any) -> Array:
    """Read an array as plotly.js does, without our own decoder."""
    if not isinstance(array, dict):
        return np.asarray(array)
    flat = np.frombuffer(base64.b64decode(array["bdata"]), "<" + array["dtype"])
    shape = [int(size) for size in array["shape"].split(",")] if "shape" in array else [-1]
    return flat.reshape(shape)


def drawn(figure: Figure, name: str) -> Figure:
    """Give the trace of a quantity that says its values on hover."""
    (found,) = (trace for trace in figure["data"] if trace.get("name") == LINES[name])
    assert isinstance(found, dict)
    return found


# Both figures


@each_figure
@in_each_theme
@at_each_length
def test_a_figure_is_one_that_plotly_accepts(
    name: str, theme_name: theme.ThemeName, T: int
) -> None:
    figure = BUILDERS[name](cell(T), theme_name)
    checked = go.Figure(figure)  # raises for every property that plotly.js would not know
    assert len(checked.data) == len(figure["data"]) > 0


@each_figure
@in_each_theme
def test_plotly_knows_every_property_of_the_empty_figure_too(
    name: str, theme_name: theme.ThemeName
) -> None:
    go.Figure(theme.EMPTY_FIGURE)
    go.Figure(layout=theme.figure_layout(theme_name))
    with pytest.raises(ValueError, match="colour"):  # so that the check is seen to check
        go.Figure(BUILDERS[name](cell(3), theme_name) | {"layout": {"colour": "red"}})


@each_figure
@in_each_theme
@at_each_length
def test_large_numbers_are_drawn_without_a_warning(
    name: str, theme_name: theme.ThemeName, T: int
) -> None:
    series = cell(T, scale=1e6, W_out=100.0, b_out=-100.0, W_i=100.0, b_f=100.0)
    figure = BUILDERS[name](series, theme_name)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)  # NaN would be no JSON: arrays travel as bytes


@each_figure
@in_each_theme
def test_a_figure_of_nothing_but_zeros_is_drawn(name: str, theme_name: theme.ThemeName) -> None:
    zeros = {line: np.zeros(4) for line in cell(3)}
    zeros["x"] = np.array([np.nan, 0, 0, 0])
    go.Figure(BUILDERS[name](zeros, theme_name))


@each_figure
@in_each_theme
def test_arrays_travel_as_bytes_and_not_as_lists_of_numbers(
    name: str, theme_name: theme.ThemeName
) -> None:
    def lists(part: Any) -> list[list[Any]]:
        if isinstance(part, dict):
            return [found for value in part.values() for found in lists(value)]
        if isinstance(part, list):
            inside = [found for value in part for found in lists(value)]
            return [part, *inside] if part and isinstance(part[0], int | float) else inside
        return []

    figure = BUILDERS[name](cell(100), theme_name)
    assert all(len(found) <= 2 for found in lists(figure))  # ranges and edges


@each_figure
def test_a_figure_brings_no_template_no_animation_and_no_shapes(name: str) -> None:
    layout = BUILDERS[name](cell(9), "dark")["layout"]
    assert not {"template", "transition", "shapes", "annotations"} & set(layout)


@each_figure
def test_a_figure_does_not_change_what_it_is_given(name: str) -> None:
    series = cell(9)
    before = {line: values.tobytes() for line, values in series.items()}
    BUILDERS[name](series, "dark")
    assert {line: values.tobytes() for line, values in series.items()} == before


@each_figure
def test_the_themes_differ_in_colours_alone(name: str) -> None:
    def plain(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: plain(value) for key, value in part.items()}
        if isinstance(part, list):
            return [plain(value) for value in part]
        is_colour = isinstance(part, str) and part.startswith(("#", "rgba("))
        return "a colour" if is_colour else part

    dark, light = (BUILDERS[name](cell(9), theme_name) for theme_name in THEMES)
    assert dark != light
    assert plain(dark) == plain(light)


# Traces


@in_each_theme
@at_each_length
def test_the_traces_hold_every_series_over_the_whole_time_axis(
    theme_name: theme.ThemeName, T: int
) -> None:
    for kind in KINDS:
        series = cell(T, kind=kind)
        figure = traces(series, theme_name)
        assert {trace["meta"] for trace in figure["data"]} == set(series)
        holds(figure, series, T)


def holds(figure: Figure, series: Series, T: int) -> None:
    for name in series:
        trace = drawn(figure, name)
        assert trace["meta"] == name
        np.testing.assert_array_equal(read(trace["x"]), np.arange(T + 1))
        np.testing.assert_array_equal(read(trace["y"]), series[name])
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < 0
    assert high > T


@in_each_theme
def test_each_trace_has_the_colour_and_the_line_of_its_role(theme_name: theme.ThemeName) -> None:
    for T in (9, 500):
        figure = traces(cell(T) | cell(T, kind="gru"), theme_name)
        for name in LINES:
            # A GRU's gates have the hues of those that do the same in an LSTM.
            role = theme.ROLES[{"z": "f", "r": "i", "n": "g"}.get(name, name)]
            lines = [trace for trace in figure["data"] if trace["meta"] == name]
            for trace in lines:
                assert trace["line"]["color"] == role.tone(theme_name).ink
                assert trace["line"]["dash"] == role.dash
                # Thinner where a long sequence would cover itself, in the same order.
                assert trace["line"]["width"] == role.width * (1 if T == 9 else 0.55)
            assert drawn(figure, name)["marker"]["color"] == role.tone(theme_name).ink


def test_the_input_is_a_step_line_whose_step_t_reads_x_of_t() -> None:
    series = cell(9)
    (steps,) = (
        trace
        for trace in traces(series, "dark")["data"]
        if trace["meta"] == "x" and "name" not in trace
    )
    assert steps["line"]["shape"] == "vh"  # up first, then across: from t − 1 to t at x(t)
    assert steps["mode"] == "lines"
    assert steps["hoverinfo"] == "skip"  # it has a value at t = 0, where there is no input
    np.testing.assert_array_equal(read(steps["y"])[1:], series["x"][1:])
    assert read(steps["y"])[0] == series["x"][1]
    assert "lines" not in drawn(traces(series, "dark"), "x")["mode"]


def test_few_steps_have_points_and_many_have_lines_alone() -> None:
    for name in "figochy":
        assert drawn(traces(cell(40), "dark"), name)["mode"] == "lines+markers"
        assert drawn(traces(cell(41), "dark"), name)["mode"] == "lines"


def test_the_value_axis_has_its_zero_line() -> None:
    axis = traces(cell(9), "dark")["layout"]["yaxis"]
    assert axis["zeroline"]
    low, high = axis["range"]
    assert low < 0 < high


@pytest.mark.parametrize("scale", [0.0, 1e-12, 1e-3, 0.3, 1.0, 1.1, 7.0, 1e3, 999.9999, 1e6])
@pytest.mark.parametrize("signs", [(1, 1), (-1, -1), (-1, 1)])
def test_every_value_is_within_the_value_axis(scale: float, signs: tuple[int, int]) -> None:
    values = np.array([signs[0] * scale, signs[1] * scale / 2])
    low, high = value_range({"y": np.append(np.nan, values)})
    assert low < min(values.min(), 0)
    assert high > max(values.max(), 1)  # gates reach 1
    # The axis moves in large steps, but no line is lost at its foot.
    assert low >= -2.5 * max(1, scale)
    assert high <= 2.5 * max(1, scale)


def test_a_value_that_moves_a_little_does_not_move_the_axis() -> None:
    ranges = {tuple(value_range({"c": np.array([0.0, c])})) for c in np.linspace(0, 1, 11)}
    assert len(ranges) == 1
    ranges = {tuple(value_range({"c": np.array([0.0, c])})) for c in np.linspace(1.05, 10, 200)}
    assert len(ranges) < 10  # as a hand on a slider goes from one end to the other


def test_a_series_without_any_value_leaves_the_axis_as_it_is() -> None:
    c, nothing = np.array([0.0, 0.3]), np.array([np.nan, np.nan])
    assert value_range({"c": c, "x": nothing}) == value_range({"c": c})


def test_an_input_far_beyond_everything_else_does_not_flatten_the_lines() -> None:
    c = np.array([0.0, 0.9])
    assert value_range({"c": c, "x": np.array([np.nan, 1e6])}) == value_range({"c": c})
    low, high = value_range({"c": c, "x": np.array([np.nan, 4.0])})
    assert low < 0
    assert high > 4


# The unrolled network


@in_each_theme
@at_each_length
def test_every_array_can_be_cut_into_steps(theme_name: theme.ThemeName, T: int) -> None:
    """The browser cuts a window out of them: assets/figures.js, cut()."""
    for trace in unrolled(cell(T), theme_name)["data"]:
        arrays = {key: read(trace[key]) for key in ("x", "text", "hovertext", "z") if key in trace}
        if trace["type"] != "heatmap":
            arrays["y"] = read(trace["y"])
        if isinstance(trace.get("marker"), dict):
            arrays["color"] = read(trace["marker"]["color"])
        for key, array in arrays.items():
            assert array.size % (T + 1) == 0, key
            assert array.size > 0, key


@in_each_theme
@at_each_length
def test_every_point_has_both_its_coordinates(theme_name: theme.ThemeName, T: int) -> None:
    for build in BUILDERS.values():
        for trace in build(cell(T), theme_name)["data"]:
            if trace["type"] == "scatter":
                assert read(trace["x"]).size == read(trace["y"]).size


def test_the_boxes_of_one_trace_are_closed_and_do_not_touch() -> None:
    polygons = [trace for trace in unrolled(cell(9), "dark")["data"] if "fill" in trace]
    assert len(polygons) == 3  # cells, and the tiles of C and h
    for trace in polygons:
        x, y = (read(trace[key]).astype(float).reshape(10, -1) for key in "xy")
        for t in range(10):
            if np.isnan(x[t]).all():  # around the initial state there is no cell
                assert t == 0
                continue
            assert np.isnan(x[t, -1])
            assert np.isnan(y[t, -1])
            assert (x[t, 0], y[t, 0]) == (x[t, -2], y[t, -2])
            if t:
                assert not np.nanmin(x[t]) <= np.max(x[t - 1, :-1])


@in_each_theme
def test_each_part_of_an_array_stands_at_its_own_step(theme_name: theme.ThemeName) -> None:
    T = 12
    for trace in unrolled(cell(T), theme_name)["data"]:
        steps = read(trace["x"]).astype(float).reshape(T + 1, -1)
        for t, part in enumerate(steps):
            there = part[~np.isnan(part)]
            assert np.all(np.abs(there - t) <= 0.5)


@in_each_theme
def test_the_states_are_those_of_the_series(theme_name: theme.ThemeName) -> None:
    series = cell(9)
    tiles = [t for t in unrolled(series, theme_name)["data"] if t["type"] == "heatmap"]
    for trace, name in zip(tiles, "ch", strict=True):
        np.testing.assert_array_equal(read(trace["z"]), series[name][None, :])
        np.testing.assert_array_equal(read(trace["x"]), np.arange(10))
        assert (trace["zmin"], trace["zmax"]) == (-1, 1)


@in_each_theme
def test_inputs_and_outputs_are_those_of_the_series(theme_name: theme.ThemeName) -> None:
    series = cell(9)
    dots = [t for t in unrolled(series, theme_name)["data"] if t.get("mode") == "markers+text"]
    for trace, name in zip(dots, "xy", strict=True):
        colours = read(trace["marker"]["color"])
        np.testing.assert_array_equal(colours[1:], series[name][1:])
        assert trace["text"][1:] == [short(value) for value in series[name][1:]]
        assert trace["marker"]["line"]["color"] == theme.ROLES[name].tone(theme_name).ink
        # The initial state has no step, so neither input nor output is drawn there.
        assert np.isnan(read(trace["y"])[0])
        assert not trace["text"][0]


def texts(figure: Figure) -> list[list[str]]:
    return [list(trace["text"]) for trace in figure["data"] if trace.get("mode") == "text"]


def test_each_cell_is_labelled_with_its_time_and_its_states() -> None:
    series = cell(3)
    c, h, times = texts(unrolled(series, "dark"))
    assert times == ["t=0", "t=1", "t=2", "t=3"]
    assert c == [f"C {short(value)}" for value in series["c"]]
    assert h == [f"h {short(value)}" for value in series["h"]]
    assert c[0] == "C 0.00"


def test_every_step_can_be_pointed_at_and_plotly_itself_says_nothing() -> None:
    # The view says all values of a step: its own words keep up while t moves.
    for figure in (unrolled(cell(9), "dark"), traces(cell(9), "dark")):
        silent = {trace["hoverinfo"] for trace in figure["data"]}
        assert silent == {"skip", "none"}  # "none" is seen by the pointer, "skip" is not
        (steps, *_) = (trace for trace in figure["data"] if trace["hoverinfo"] == "none")
        np.testing.assert_array_equal(read(steps["x"]), np.arange(10))


@in_each_theme
def test_the_rails_run_along_c_and_h_in_their_colours(theme_name: theme.ThemeName) -> None:
    rails = [
        trace
        for trace in unrolled(cell(9), theme_name)["data"]
        if trace.get("mode") == "lines" and "fill" not in trace
    ]
    for trace, name in zip(rails, "ch", strict=True):
        role = theme.ROLES[name]
        assert trace["line"]["color"] == role.tone(theme_name).ink
        assert trace["line"]["width"] == role.width
        assert trace["line"]["dash"] == role.dash
        np.testing.assert_array_equal(read(trace["x"]), np.arange(10))
        assert len(set(read(trace["y"]).tolist())) == 1


@in_each_theme
def test_strengths_run_from_grey_blue_over_nothing_to_the_role_s_own_hue(
    theme_name: theme.ThemeName,
) -> None:
    surface = theme.SURFACES[theme_name]
    scales: dict[str, list[list[Any]]] = {}
    for trace in unrolled(cell(9), theme_name)["data"]:
        if trace["type"] == "heatmap":
            scales["h" if "c" in scales else "c"] = trace["colorscale"]
        if "marker" in trace:
            scales["y" if "x" in scales else "x"] = trace["marker"]["colorscale"]
    assert set(scales) == set("chxy")

    def hue(colour: str) -> str:
        return theme.fade(colour, 0).removesuffix("0)")

    for name, ((start, low), (middle, none), (same, also_none), (end, high)) in scales.items():
        assert (start, middle, same, end) == (0, 0.5, 0.5, 1)
        assert low.startswith(hue(surface.negative))
        assert high.startswith(hue(theme.ROLES[name].tone(theme_name).fill))
        assert none.endswith(",0)")
        assert also_none.endswith(",0)")


def test_the_frame_of_a_cell_is_told_to_the_browser() -> None:
    layout = unrolled(cell(9), "dark")["layout"]
    low, high = layout["meta"]["box"]
    bottom, top = layout["yaxis"]["range"]
    assert bottom < low < high < top
