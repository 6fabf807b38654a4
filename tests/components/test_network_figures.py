"""The figures of a network: one time axis, scales that stay, and the theme's colours."""

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from components import theme
from components.figures import timeline
from components.figures.heatmaps import heatmaps
from components.figures.layers import layers
from components.figures.saturation import saturation_plot
from components.figures.states import MOST_LINES, State, states
from lstm.cell import Array

Figure = dict[str, Any]

THEMES: tuple[theme.ThemeName, ...] = ("dark", "light")
STATES: tuple[State, ...] = ("c", "h")
LENGTHS = (1, 2, 40, 1000)
SIZES = (1, 2, 5, 64, 128)

in_each_theme = pytest.mark.parametrize("theme_name", THEMES)
at_each_length = pytest.mark.parametrize("T", LENGTHS)
of_each_size = pytest.mark.parametrize("R", SIZES)
each_state = pytest.mark.parametrize("name", STATES)

# Half a step of the two roundings, 8 bits for pictures and 12 for what is read; and what
# float32 adds to values up to 8.
PICTURE = 2.0**-9 + 1e-6
READING = 2.0**-13 + 1e-6


def read(array: Any) -> Array:
    """Read an array as plotly.js does, without our own decoder."""
    flat = np.frombuffer(base64.b64decode(array["bdata"]), "<" + array["dtype"])
    shape = [int(size) for size in array["shape"].split(",")] if "shape" in array else [-1]
    return flat.reshape(shape)


def labels(R: int) -> list[str]:
    return [str(row) for row in range(R)]


def gates(R: int, T: int, names: str = "fio") -> dict[str, Array]:
    rng = np.random.default_rng(R + T)
    low = {"g": -1.0}
    return {name: rng.uniform(low.get(name, 0), 1, (R, T)) for name in names}


def state(R: int, T: int, scale: float = 1.0) -> Array:
    rows = scale * np.random.default_rng(R + T).normal(size=(R, T + 1))
    rows[:, 0] = 0
    return rows


def all_figures(R: int, T: int, theme_name: theme.ThemeName) -> dict[str, Figure]:
    values = state(R, T)
    return {
        "gates": heatmaps(gates(R, T), labels(R), theme_name),
        "gates and candidate": heatmaps(gates(R, T, "fiog"), labels(R), theme_name),
        "lines c": states("c", values, labels(R), theme_name, pinned=values[0]),
        "lines h": states("h", values, labels(R), theme_name),
        "heat c": states("c", values, labels(R), theme_name, pinned=values[0], as_heat=True),
        "heat h": states("h", values, labels(R), theme_name, as_heat=True),
        "one layer": layers([values], 0, theme_name),
        "layers": layers([values, state(2, T), values / 10], 1, theme_name),
    }


def heat_maps(figure: Figure) -> list[Figure]:
    return [trace for trace in figure["data"] if trace["type"] == "heatmap"]


def axis_of(figure: Figure, trace: Figure) -> Figure:
    found: Figure = figure["layout"][trace.get("yaxis", "y").replace("y", "yaxis")]
    return found


# All figures


@in_each_theme
@at_each_length
@of_each_size
def test_plotly_accepts_every_figure_and_json_too(
    theme_name: theme.ThemeName, T: int, R: int
) -> None:
    for name, figure in all_figures(R, T, theme_name).items():
        assert len(go.Figure(figure).data) == len(figure["data"]) > 0, name
        json.dumps(figure, allow_nan=False)


def test_plotly_is_seen_to_check() -> None:
    figure = heatmaps(gates(2, 3), labels(2), "dark")
    with pytest.raises(ValueError, match="colour"):
        go.Figure(figure | {"layout": {"colour": "red"}})


@at_each_length
def test_all_figures_stand_on_one_time_axis(T: int) -> None:
    for name, figure in all_figures(5, T, "dark").items():
        axis = figure["layout"]["xaxis"]
        assert axis["range"] == [-0.5, T + 0.5], name
        # Zooming out never leaves the sequence.
        assert (axis["minallowed"], axis["maxallowed"]) == (-0.5, T + 0.5), name
        assert not axis.get("autorange")
        assert [key for key in figure["layout"] if key.startswith("xaxis")] == ["xaxis"], name
        margin = figure["layout"]["margin"]
        # The same pixels at both sides, or steps would not stand in one column.
        assert (margin["l"], margin["r"]) == (timeline.MARGIN["l"], timeline.MARGIN["r"]), name


@at_each_length
def test_every_column_stands_at_its_own_step(T: int) -> None:
    for name, figure in all_figures(5, T, "dark").items():
        for trace in heat_maps(figure):
            columns = read(trace["z"]).shape[1]
            # Gates begin with step 1, states with t = 0; both end at T.
            assert trace["x0"] == (1 if name.startswith("gates") else 0)
            assert trace["dx"] == 1
            assert trace["x0"] + columns - 1 == T
        for trace in figure["data"]:
            if trace["type"] == "scatter":
                x = read(trace["x"])
                assert (x.min(), x[~np.isnan(x)].max()) == (
                    0,
                    T if trace["meta"] in ("pinned", "ground") else T + 1,
                )


def test_value_axes_neither_zoom_nor_change_by_themselves() -> None:
    for name, figure in all_figures(5, 40, "dark").items():
        for key, axis in figure["layout"].items():
            if key.startswith("yaxis"):
                assert axis["fixedrange"], (name, key)
                assert len(axis["range"]) == 2, (name, key)


def test_figures_bring_no_template_no_animation_and_no_shapes() -> None:
    for figure in all_figures(5, 40, "dark").values():
        assert not {"template", "transition", "shapes"} & set(figure["layout"])


def test_figures_say_nothing_themselves_on_hover() -> None:
    # What is under the pointer the view finds out, in the units' own order.
    for figure in all_figures(5, 40, "dark").values():
        assert figure["layout"]["hovermode"] is False
        assert {trace["hoverinfo"] for trace in figure["data"]} == {"none"}


def test_arrays_travel_as_bytes_and_not_as_lists_of_numbers() -> None:
    def longest(part: Any) -> int:
        if isinstance(part, dict):
            return max((longest(value) for value in part.values()), default=0)
        if isinstance(part, list):
            here = len(part) if part and isinstance(part[0], int | float) else 0
            return max([here, *(longest(value) for value in part)])
        return 0

    for figure in all_figures(64, 200, "dark").values():
        assert longest(figure) <= 3  # ranges, domains and three ticks


# Colour scales


@in_each_theme
def test_every_heat_map_has_its_ends_and_its_scale(theme_name: theme.ThemeName) -> None:
    for name, figure in all_figures(5, 40, theme_name).items():
        maps = heat_maps(figure)
        for trace in maps:
            assert isinstance(trace["zmin"], float), name
            assert trace["zmin"] < trace["zmax"], name
            assert not trace.get("zauto")
        # Layers share one scale, which is shown once; all others show their own.
        shown = [trace for trace in maps if trace.get("showscale", True)]
        assert len(shown) == (
            min(len(maps), 1) if name.endswith(("layer", "layers")) else len(maps)
        )
        for trace in shown:
            ticks = trace["colorbar"]["tickvals"]
            assert ticks[0] == pytest.approx(trace["zmin"], abs=0.005)  # layers round to two digits
            assert ticks[-1] == pytest.approx(trace["zmax"], abs=0.005)
            assert len(trace["colorbar"]["ticktext"]) == len(ticks)
            assert not any("-" in text for text in trace["colorbar"]["ticktext"])


@in_each_theme
def test_gates_run_from_the_ground_to_their_own_hue(theme_name: theme.ThemeName) -> None:
    figure = heatmaps(gates(3, 9, "fiog"), labels(3), theme_name)
    assert [trace["meta"] for trace in figure["data"]] == ["f", "i", "o", "g"]
    surface = theme.SURFACES[theme_name]
    for trace in figure["data"]:
        name = trace["meta"]
        low = -1 if name == "g" else 0
        assert (trace["zmin"], trace["zmax"]) == (low, 1)
        hue = theme.ROLES[name].tone(theme_name).fill
        if name == "g":
            wanted = [[0.0, surface.negative], [0.5, surface.panel], [1.0, hue]]
        else:
            wanted = [[0.0, surface.panel], [1.0, hue]]
        assert trace["colorscale"] == wanted


@in_each_theme
def test_signed_values_have_symmetric_scales_with_the_ground_at_zero(
    theme_name: theme.ThemeName,
) -> None:
    figures = all_figures(5, 40, theme_name)
    surface = theme.SURFACES[theme_name]
    for name, role in (("heat c", "c"), ("heat h", "h"), ("layers", "h"), ("one layer", "h")):
        for trace in heat_maps(figures[name]):
            assert trace["zmin"] == -trace["zmax"]
            assert trace["colorscale"] == [
                [0.0, surface.negative],
                [0.5, surface.panel],
                [1.0, theme.ROLES[role].tone(theme_name).fill],
            ]


# Gates


@at_each_length
@of_each_size
def test_the_gate_heat_maps_show_the_gates(T: int, R: int) -> None:
    values = gates(R, T, "fiog")
    figure = heatmaps(values, labels(R), "dark")
    for trace in figure["data"]:
        np.testing.assert_allclose(read(trace["z"]), values[trace["meta"]], rtol=0, atol=PICTURE)


@pytest.mark.parametrize("names", ["fio", "fiog"])
def test_gate_heat_maps_stand_under_one_another_without_touching(names: str) -> None:
    figure = heatmaps(gates(5, 9, names), labels(5), "dark")
    domains = [axis_of(figure, trace)["domain"] for trace in figure["data"]]
    for low, high in domains:
        assert 0 <= low < high <= 1
    for (above, _), (_, below) in itertools.pairwise(domains):
        assert below < above
    titles = [title["text"] for title in figure["layout"]["annotations"]]
    assert titles == [f"<b>{trace['name']}</b>" for trace in figure["data"]]


def test_the_first_row_is_at_the_top_and_first_and_last_are_labelled() -> None:
    for R in SIZES:
        figure = heatmaps(gates(R, 9), [f"u{row}" for row in range(R)], "dark")
        for trace in figure["data"]:
            axis = axis_of(figure, trace)
            assert axis["range"] == [R - 0.5, -0.5]
            assert axis["tickvals"][0] == 0
            assert axis["tickvals"][-1] == R - 1
            assert axis["ticktext"] == [f"u{row}" for row in axis["tickvals"]]
            assert len(axis["tickvals"]) == min(R, 3)


# States


def unrolled(trace: Figure, T: int) -> Array:
    """Take the lines of a trace apart; each ends with a gap."""
    y = read(trace["y"]).reshape(-1, T + 2)
    x = read(trace["x"]).reshape(-1, T + 2)
    assert np.isnan(y[:, -1]).all()
    np.testing.assert_array_equal(x[:, :-1], np.tile(np.arange(T + 1), (len(x), 1)))
    return y[:, :-1]


@each_state
@at_each_length
@pytest.mark.parametrize("R", [1, 2, 5, 64])
def test_a_line_for_every_unit_shows_its_values(name: State, T: int, R: int) -> None:
    values = state(R, T)
    figure = states(name, values, labels(R), "dark")
    drawn = np.concatenate([unrolled(trace, T) for trace in figure["data"]])
    np.testing.assert_allclose(drawn, values, rtol=0, atol=READING)
    assert not any(trace["connectgaps"] for trace in figure["data"])
    assert len(figure["data"]) == min(R, 4)


@each_state
def test_at_most_64_lines_are_drawn_those_that_move_most_and_the_pinned_one(name: State) -> None:
    T, R = 30, 128
    values = state(R, T)
    values[::2] *= 0.01  # every second unit hardly moves
    pinned = values[4]
    figure = states(name, values, labels(R), "dark", pinned=pinned)
    *groups, ground, line = figure["data"]
    drawn = np.concatenate([unrolled(trace, T) for trace in groups])
    assert len(drawn) == MOST_LINES == 64
    np.testing.assert_allclose(drawn, values[1::2], rtol=0, atol=READING)
    assert line["meta"] == "pinned"
    np.testing.assert_allclose(read(line["y"]), pinned, rtol=0, atol=READING)
    assert ground["y"] == line["y"]


@in_each_theme
@each_state
def test_lines_wear_their_role_s_colour_and_the_pinned_one_its_dash(
    theme_name: theme.ThemeName, name: State
) -> None:
    values = state(9, 20)
    *groups, ground, pinned = states(name, values, labels(9), theme_name, pinned=values[2])["data"]
    ink = theme.ROLES[name].tone(theme_name).ink
    hue = theme.fade(ink, 0).removesuffix("0)")
    assert all(trace["line"]["color"].startswith(hue) for trace in groups)
    assert len({trace["line"]["color"] for trace in groups}) == len(groups)
    assert pinned["line"]["color"] == ink
    assert pinned["line"]["dash"] == theme.ROLES[name].dash
    assert pinned["line"]["width"] > max(trace["line"]["width"] for trace in groups)
    # It stands on ground of its own among lines of the same hue.
    assert ground["line"]["color"] == theme.SURFACES[theme_name].panel
    assert ground["line"]["width"] > pinned["line"]["width"]


@each_state
@pytest.mark.parametrize("as_heat", [False, True])
@pytest.mark.parametrize("scale", [1e-6, 0.03, 1.0, 7.3, 1000.0, 1e14])
def test_the_scale_covers_the_whole_sequence_and_is_symmetric(
    name: State, as_heat: bool, scale: float
) -> None:
    values = state(9, 20, scale)
    values[3, -1] = 3 * scale  # only the very last step reaches as far
    figure = states(name, values, labels(9), "dark", as_heat=as_heat)
    if as_heat:
        low, high = figure["data"][0]["zmin"], figure["data"][0]["zmax"]
        np.testing.assert_allclose(read(figure["data"][0]["z"]), values, rtol=1e-6, atol=PICTURE)
    else:
        low, high = figure["layout"]["yaxis"]["range"]
        ticks = figure["layout"]["yaxis"]["tickvals"]
        assert ticks[0] == -ticks[2]
    assert low == -high
    largest = np.abs(values).max()
    assert largest <= high <= max(2.2 * largest, 0.107)


def test_a_pinned_unit_beyond_the_means_is_not_cut_off() -> None:
    means = 0.01 * state(128, 20)
    pinned = np.append(0, np.full(20, -5.0))
    low, high = states("c", means, labels(128), "dark", pinned=pinned)["layout"]["yaxis"]["range"]
    assert low < -5
    assert high > 5


@pytest.mark.parametrize("as_heat", [False, True])
def test_states_of_nothing_but_zeros_are_drawn(as_heat: bool) -> None:
    go.Figure(states("c", np.zeros((3, 5)), labels(3), "dark", as_heat=as_heat))
    go.Figure(layers([np.zeros((3, 5))], 0, "dark"))


@pytest.mark.parametrize("largest", [0.0, 0.01, 0.1, 0.5, 1.0, 1.2, 9.0, 123.0, 1e15])
def test_the_reach_of_an_axis_is_a_round_number_no_smaller_than_what_it_shows(
    largest: float,
) -> None:
    reach = timeline.reach(largest)
    assert max(largest, 0.1) <= reach * (1 + 1e-9)
    mantissa = float(f"{reach:e}".split("e")[0])
    assert mantissa in (1, 1.5, 2, 3, 4, 5, 7)


# Layers


def test_layers_stand_on_one_another_the_first_at_the_bottom() -> None:
    hidden = [state(4, 9), state(3, 9), state(2, 9)]
    figure = layers(hidden, 1, "dark")
    bottoms = []
    for number, trace in enumerate(figure["data"]):
        assert trace["meta"] == number
        np.testing.assert_allclose(read(trace["z"]), hidden[number], rtol=0, atol=PICTURE)
        axis = axis_of(figure, trace)
        bottoms.append(axis["domain"][0])
        assert axis["range"] == [len(hidden[number]) - 0.5, -0.5]
    assert bottoms == sorted(bottoms)
    assert len({(trace["zmin"], trace["zmax"]) for trace in figure["data"]}) == 1
    assert figure["data"][0]["zmax"] >= max(np.abs(h).max() for h in hidden)


@in_each_theme
@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_the_chosen_layer_is_framed_and_bold(theme_name: theme.ThemeName, chosen: int) -> None:
    figure = layers([state(3, 9)] * 3, chosen, theme_name)
    axes = [axis_of(figure, trace) for trace in figure["data"]]
    assert [axis["showline"] for axis in axes] == [number == chosen for number in range(3)]
    assert [axis["ticktext"] for axis in axes] == [
        [f"<b>{number + 1}</b>" if number == chosen else str(number + 1)] for number in range(3)
    ]
    assert axes[chosen]["linecolor"] == theme.ROLES["h"].tone(theme_name).ink


# Saturation


def shares(H: int) -> dict[str, tuple[Array, Array]]:
    rng = np.random.default_rng(H)
    drawn = {name: rng.dirichlet([1, 1, 1], size=H) for name in "fio"}
    return {name: (three[:, 0], three[:, 1]) for name, three in drawn.items()}


@in_each_theme
@pytest.mark.parametrize("H", [1, 6, 1024])
def test_a_point_of_each_gate_and_unit_stands_at_its_two_shares(
    theme_name: theme.ThemeName, H: int
) -> None:
    given = shares(H)
    figure = saturation_plot(given, theme_name, pinned=H - 1)
    go.Figure(figure)
    json.dumps(figure, allow_nan=False)
    points = {trace["meta"]: trace for trace in figure["data"] if "meta" in trace}
    assert set(points) == set("fio")
    for name, trace in points.items():
        shut, opened = given[name]
        np.testing.assert_allclose(read(trace["x"]), opened, rtol=1e-6)
        np.testing.assert_allclose(read(trace["y"]), shut, rtol=1e-6)
        tone = theme.ROLES[name].tone(theme_name)
        assert trace["marker"]["line"]["color"] == tone.ink
        assert trace["marker"]["color"].startswith(theme.fade(tone.fill, 0).removesuffix("0)"))
    # Not by colour alone.
    assert len({trace["marker"]["symbol"] for trace in points.values()}) == 3
    ring = figure["data"][-1]
    np.testing.assert_allclose(
        read(ring["x"]), [given[name][1][H - 1] for name in "fio"], rtol=1e-6
    )
    np.testing.assert_allclose(
        read(ring["y"]), [given[name][0][H - 1] for name in "fio"], rtol=1e-6
    )


def test_without_a_pinned_unit_there_is_no_ring() -> None:
    assert len(saturation_plot(shares(3), "dark", 0)["data"]) == 5
    assert len(saturation_plot(shares(3), "dark")["data"]) == 4


def test_both_axes_of_saturation_show_all_shares_and_say_what_they_are() -> None:
    layout = saturation_plot(shares(3), "dark")["layout"]
    for axis, words in (("xaxis", "above 0.9"), ("yaxis", "below 0.1")):
        low, high = layout[axis]["range"]
        assert low < 0
        assert high > 1
        assert words in layout[axis]["title"]["text"]


BUILDERS: dict[str, Callable[[theme.ThemeName], Figure]] = {
    "gates": lambda name: heatmaps(gates(3, 9, "fiog"), labels(3), name),
    "states": lambda name: states("c", state(3, 9), labels(3), name),
    "layers": lambda name: layers([state(3, 9)], 0, name),
    "saturation": lambda name: saturation_plot(shares(3), name, 0),
}


@pytest.mark.parametrize("name", list(BUILDERS))
def test_a_theme_changes_colours_and_nothing_else(name: str) -> None:
    def without_colours(part: Any) -> Any:
        if isinstance(part, dict):
            colours = ("color", "colorscale", "bgcolor", "bordercolor", "linecolor")
            more = ("tickcolor", "gridcolor", "zerolinecolor", "paper_bgcolor", "plot_bgcolor")
            return {
                key: without_colours(value)
                for key, value in part.items()
                if key not in (*colours, *more)
            }
        return [without_colours(one) for one in part] if isinstance(part, list) else part

    dark, light = (BUILDERS[name](theme_name) for theme_name in THEMES)
    assert dark != light
    assert without_colours(dark) == without_colours(light)
