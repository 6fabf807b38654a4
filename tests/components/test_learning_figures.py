"""The figures of a run: every record drawn as it is, on axes that keep still."""

import base64
import json
import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import theme
from components.figures.learning import learning
from lstm import Array

Figure = dict[str, Any]
Record = dict[str, Any]

NAMES = {"loss", "accuracy", "norm", "saturation"}
SINGLE = 2.0**-24  # relative: figures travel in single precision
in_each_theme = pytest.mark.parametrize("theme_name", ["dark", "light"])


def read(array: Any) -> Array:
    """Read an array as plotly.js does, without our own decoder."""
    return np.frombuffer(base64.b64decode(array["bdata"]), "<" + array["dtype"])


def record(step: int, loss: float, *, measured: bool = False, **more: Any) -> Record:
    """Write a record as a worker does."""
    one: Record = {"step": step, "seconds": step / 10, "loss": loss, "norm": 0.3 + step / 100}
    if measured:
        shares = {"i": 0.1, "f": 0.5 + step / 1000, "o": 0.9}
        one |= {"held_out": loss + 0.1, "accuracy": step / 100, "saturation": shares}
    return one | more


RECORDS = [record(n, 2 / n, measured=n % 5 == 0) for n in range(1, 31)]


def line(figure: Figure, name: str) -> tuple[Array, Array, Figure]:
    (found,) = [one for one in figure["data"] if one["meta"] == name]
    return read(found["x"]), read(found["y"]), found


def drawn(records: list[Record], **more: Any) -> dict[str, Figure]:
    return learning(records, 40, "dark", **more)


@in_each_theme
@pytest.mark.parametrize("count", [0, 1, 5, 30])
def test_plotly_accepts_every_figure_and_json_too(theme_name: theme.ThemeName, count: int) -> None:
    for logarithmic in (False, True):
        figures = learning(
            RECORDS[:count],
            40,
            theme_name,
            baseline=1.5,
            clip=1.0,
            logarithmic=logarithmic,
            scored=count > 1,
        )
        assert set(figures) == NAMES
        for figure in figures.values():
            assert len(go.Figure(figure).data) == len(figure["data"]) > 0
            json.dumps(figure, allow_nan=False)


def test_every_record_is_drawn_where_it_belongs() -> None:
    figures = drawn(RECORDS)
    measured = [one for one in RECORDS if "held_out" in one]
    wanted = {
        ("loss", "learnt from"): [(one["step"], one["loss"]) for one in RECORDS],
        ("loss", "held out"): [(one["step"], one["held_out"]) for one in measured],
        ("accuracy", "accuracy"): [(one["step"], one["accuracy"]) for one in measured],
        ("norm", "norm"): [(one["step"], one["norm"]) for one in RECORDS],
    }
    for gate in "ifo":
        points = [(one["step"], one["saturation"][gate]) for one in measured]
        wanted["saturation", gate] = points
    for (figure, name), points in wanted.items():
        x, y, _ = line(figures[figure], name)
        np.testing.assert_array_equal(x, [step for step, _ in points])
        np.testing.assert_allclose(y, [value for _, value in points], rtol=SINGLE)


def test_what_was_not_measured_leaves_no_mark() -> None:
    records = [
        record(1, 1.0),
        record(2, 1.0) | {"loss": None, "norm": None},  # exploded
        record(3, 1.0, measured=True) | {"accuracy": None, "saturation": {}},
    ]
    figures = drawn(records)
    np.testing.assert_array_equal(line(figures["loss"], "learnt from")[0], [1, 3])
    np.testing.assert_array_equal(line(figures["loss"], "held out")[0], [3])
    np.testing.assert_array_equal(line(figures["norm"], "norm")[0], [1, 3])
    assert len(line(figures["accuracy"], "accuracy")[0]) == 0
    for gate in "ifo":
        assert len(line(figures["saturation"], gate)[0]) == 0


def test_a_single_point_is_seen() -> None:
    assert line(drawn(RECORDS[:1])["loss"], "learnt from")[2]["mode"] == "markers"
    assert line(drawn(RECORDS[:2])["loss"], "learnt from")[2]["mode"] == "lines"


@in_each_theme
def test_lines_have_the_hues_of_their_roles(theme_name: theme.ThemeName) -> None:
    figures = learning(RECORDS, 40, theme_name, baseline=1.0)
    inks = {role: theme.ROLES[role].tone(theme_name).ink for role in "fioyx"}
    for gate in "fio":
        assert line(figures["saturation"], gate)[2]["line"]["color"] == inks[gate]
    assert line(figures["loss"], "held out")[2]["line"]["color"] == inks["y"]
    assert line(figures["loss"], "learnt from")[2]["line"]["color"] == inks["x"]
    widths = [one["line"]["width"] for one in figures["loss"]["data"]]
    assert len({*widths}) == 3  # so that no meaning rests on colour alone


def test_the_two_themes_differ_in_colours_alone() -> None:
    def plain(figures: dict[str, Figure]) -> str:
        text = json.dumps(figures)
        for name in ("dark", "light"):
            for role in theme.ROLES.values():
                text = text.replace(role.tone(name).ink, "INK")
            for colour in vars(theme.SURFACES[name]).values():
                text = text.replace(colour, "INK")
        return text

    dark, light = (learning(RECORDS, 40, name, baseline=1.0) for name in theme.SURFACES)
    assert dark != light
    assert plain(dark) == plain(light)


def test_levels_reach_over_the_whole_width() -> None:
    figures = drawn(RECORDS, baseline=1.25, clip=0.5)
    for figure, name, value in (("loss", "constant answer", 1.25), ("norm", "clipped above", 0.5)):
        x, y, one = line(figures[figure], name)
        np.testing.assert_array_equal(x, [0, 40])
        np.testing.assert_array_equal(y, [value, value])
        assert one["line"]["dash"] == "dot"
    assert {one["meta"] for one in drawn(RECORDS)["loss"]["data"]} == {"learnt from", "held out"}


def test_numbers_have_no_accuracy_and_the_figure_says_so() -> None:
    assert "annotations" not in drawn(RECORDS)["accuracy"]["layout"]
    (said,) = drawn(RECORDS, scored=False)["accuracy"]["layout"]["annotations"]
    assert said["text"].startswith("Not measured")


# Axes


def test_time_ends_with_the_budget_from_the_beginning() -> None:
    for count in (0, 1, 30):
        for figure in drawn(RECORDS[:count]).values():
            axis = figure["layout"]["xaxis"]
            assert (axis["range"], axis["fixedrange"]) == ([0, 40], True)
            assert axis["showticklabels"]


def test_long_budgets_have_short_ticks() -> None:
    formats = {
        steps: learning([], steps, "dark")["loss"]["layout"]["xaxis"]["tickformat"]
        for steps in (9_999, 10_000)
    }
    assert formats == {9_999: ",d", 10_000: "~s"}


def test_where_there_is_no_run_there_are_no_numbers_that_could_be_taken_for_one() -> None:
    figures = learning([], 0, "dark")
    for name, figure in figures.items():
        assert all(len(read(one["x"])) == 0 for one in figure["data"])
        assert not figure["layout"]["xaxis"]["showticklabels"]
        assert figure["layout"]["yaxis"].get("showticklabels", True) == (
            name in ("accuracy", "saturation")
        )


def test_shares_are_drawn_from_nothing_to_all() -> None:
    figures = drawn(RECORDS)
    for name in ("accuracy", "saturation"):
        low, high = figures[name]["layout"]["yaxis"]["range"]
        assert -0.05 < low < 0
        assert 1 < high < 1.05


def test_the_axis_of_the_loss_keeps_still_while_the_loss_falls() -> None:
    ranges = [
        drawn(RECORDS[:count], baseline=1.9)["loss"]["layout"]["yaxis"]["range"]
        for count in range(1, 31)
    ]
    assert ranges == [[0, 2]] * 30


@settings(derandomize=True, max_examples=200, deadline=None)
@given(losses=st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=8), logarithmic=st.booleans())
def test_the_axis_of_the_loss_holds_all_of_it_and_not_much_more(
    losses: list[float], logarithmic: bool
) -> None:
    records = [record(n, loss) for n, loss in enumerate(losses, start=1)]
    axis = drawn(records, logarithmic=logarithmic)["loss"]["layout"]["yaxis"]
    low, high = axis["range"]
    if logarithmic:
        assert axis["type"] == "log"
        # Half a decade's worth of rounding in log10 is nothing beside whole decades.
        assert low - 1e-9 <= math.log10(min(losses)) < low + 1 + 1e-9
        assert high - 1 - 1e-9 <= math.log10(max(losses)) <= high + 1e-9 or high == low + 1
        assert 1 <= (high - low) / axis["dtick"] <= 5
    else:
        assert low == 0
        assert max(losses) <= high * (1 + 1e-12)
        assert high <= 1.7 * max(losses)


def test_losses_that_are_nothing_are_no_trouble() -> None:
    for logarithmic in (False, True):
        records = [record(1, 0.0) | {"norm": 0.0}]
        for figure in drawn(records, logarithmic=logarithmic).values():
            low, high = figure["layout"]["yaxis"]["range"]
            assert low < high


def test_axes_neither_zoom_nor_move_by_themselves() -> None:
    for figure in drawn(RECORDS).values():
        layout = figure["layout"]
        assert "autorange" not in layout["yaxis"]
        assert layout["yaxis"]["fixedrange"]
        assert layout["dragmode"] is False
        assert "transition" not in layout
        assert not layout["yaxis"].get("automargin")
