"""Looking at the Network page in other ways: a pinned unit, another order, other layers."""

from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from lstm import Model, Trace, characters_by_hand, order_units, run, saturation

if TYPE_CHECKING:
    from tests.browser.conftest import Network

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

BRACKETS = "[[see (the) old] map of the] low lands"
UNITS = 6
NAMES = (
    "bracket depth",
    "a minus b",
    "inside [ ]",
    "inside quotes",
    "last + or -, when asked",
    "in a word",
)


def by_hand() -> tuple[Model, Trace]:
    model = characters_by_hand()
    assert model.vocabulary is not None
    return model, run(model, model.vocabulary.read(BRACKETS)[1][:, None]).layers[0]


def shows_unit(network: "Network", trace: Trace, unit: int) -> None:
    """Expect a unit in all panels: number, name, lines, bars, frames, sums and states."""
    network.pins(unit)
    expect(network.region("Unit")).to_contain_text(f"Unit {unit}: {NAMES[unit]}")
    for name, line in (("c", trace.c[:, 0, unit]), ("h", trace.h[:, 0, unit])):
        network.until(
            """([name, line]) => {
                const plot = document.querySelector(
                    `[data-figure=state_${name}] .js-plotly-plot`);
                const pinned = plot._fullData.find(({ meta }) => meta === "pinned");
                return pinned && line.every(
                    (value, t) => Math.abs(pinned.y[t + 1] - value) <= 1e-3);
            }""",
            [name, line.tolist()],
        )
    network.until(
        """(unit) => [...document.querySelectorAll("[data-units] .pinned")]
            .every((mark) => mark.getAttribute("d").startsWith(`M${unit} `))""",
        unit,
    )
    for place in (1, 2, 3):
        box = network.area("heatmaps", place)
        network.until(
            """([place, top, height]) => {
                const frame = document.querySelectorAll("[data-figure=heatmaps] .lab-row")[place];
                const box = frame.getBoundingClientRect();
                return !frame.hidden && Math.abs(box.top - top) <= 2 &&
                    Math.abs(box.height - height) <= 3;
            }""",
            [place - 1, box["y"] + box["height"] * unit / UNITS, box["height"] / UNITS],
        )
    t = int(network.read("t"))
    shown = network.page.locator("data[data-value=c]").first.get_attribute("value")
    assert float(shown or "nan") == pytest.approx(trace.c[t - 1, 0, unit], abs=1e-5)


@pytest.mark.parametrize(("place", "t", "unit"), [(1, 7, 2), (3, 30, 5)])
def test_a_click_on_a_heat_map_goes_there_and_pins_the_unit_of_its_row(
    network: "Network", place: int, t: int, unit: int
) -> None:
    network.open()
    network.page.mouse.click(*network.cell("heatmaps", place, t, unit))
    network.at(t, "Paused")
    shows_unit(network, by_hand()[1], unit)


def test_a_click_on_a_line_goes_there_and_pins_its_unit(network: "Network") -> None:
    network.open()
    trace = by_hand()[1]
    for figure, values in (("state_c", trace.c), ("state_h", trace.h)):
        # The step at which the line of unit 2 is farthest from all others.
        away = np.abs(np.delete(values[:, 0], 2, axis=1) - values[:, 0, 2:3]).min(axis=1)
        t = int(away.argmax()) + 1
        box = network.area(figure)
        low, high = network.page.evaluate(
            """(name) => document.querySelector(`[data-figure=${name}] .js-plotly-plot`)
                ._fullLayout.yaxis.range""",
            figure,
        )
        x = box["x"] + box["width"] * (t + 0.5) / (len(BRACKETS) + 1)
        y = box["y"] + box["height"] * (high - values[t - 1, 0, 2]) / (high - low)
        network.page.mouse.click(x, y)
        network.at(t, "Paused")
        shows_unit(network, trace, 2)
        network.pinned.fill("0")
        network.pinned.press("Enter")
        shows_unit(network, trace, 0)
        network.pinned.blur()


def test_a_click_far_from_every_line_goes_there_and_keeps_the_unit(network: "Network") -> None:
    network.open()
    box = network.area("state_c")
    network.page.mouse.click(box["x"] + box["width"] * 20.5 / 39, box["y"] + box["height"] - 4)
    network.at(20, "Paused")
    network.pins(0)


def test_a_click_on_a_bar_pins_its_unit(network: "Network") -> None:
    network.open(t=12)
    for name, unit in (("f", 3), ("c", 5), ("h", 0)):
        bars = network.page.locator(f"[data-units={name}]")
        box = bars.bounding_box()
        assert box is not None
        bars.click(position={"x": box["width"] * (unit + 0.5) / UNITS, "y": box["height"] / 2})
        shows_unit(network, by_hand()[1], unit)
        network.at(12, "Paused")


def test_a_click_on_a_point_of_the_saturation_plot_pins_its_unit(network: "Network") -> None:
    network.open(t=12)
    trace = by_hand()[1]
    shut, opened = saturation(trace.f)
    unit = 2  # the one whose forget gate is neither always open nor always shut
    box = network.area("saturation")
    span = 1.1  # from −0.05 to 1.05
    network.page.mouse.click(
        box["x"] + box["width"] * (opened[unit] + 0.05) / span,
        box["y"] + box["height"] * (1.05 - shut[unit]) / span,
    )
    shows_unit(network, trace, unit)
    network.at(12, "Paused")


def test_the_number_field_pins_a_unit(network: "Network") -> None:
    network.open(t=12)
    for unit in (4, 1, 0):
        network.pinned.fill(str(unit))
        network.pinned.press("Enter")
        shows_unit(network, by_hand()[1], unit)
    network.at(12, "Paused")


def test_the_number_field_keeps_to_the_units_there_are(network: "Network") -> None:
    network.open(t=12)
    for typed, unit in (("99", 5), ("-3", 0), ("2.4", 2)):
        network.pinned.fill(typed)
        network.pinned.press("Enter")
        expect(network.region("Unit")).to_contain_text(f"Unit {unit}: {NAMES[unit]}")
        network.pinned.blur()
        shows_unit(network, by_hand()[1], unit)


def test_the_number_field_follows_a_click_that_pins_another_unit(network: "Network") -> None:
    network.open(t=12)
    network.pinned.fill("4")
    network.pinned.press("Enter")
    network.pins(4)
    network.page.mouse.click(*network.cell("heatmaps", 1, 12, 2))
    network.pins(2)


def test_pinning_while_playing_goes_on_playing(network: "Network") -> None:
    network.open(m="new", text="x" * 200)
    network.button("Play").click()
    expect(network.time).not_to_have_value("0")
    network.pinned.fill("3")
    network.pinned.press("Enter")
    network.pins(3)
    network.status("Playing")
    assert int(network.read("t")) > 0


def test_pointing_at_a_heat_map_says_the_values_of_unit_and_step(network: "Network") -> None:
    network.open()
    trace = by_hand()[1]
    network.page.mouse.move(*network.cell("heatmaps", 1, 5, 2), steps=2)
    tip = network.page.get_by_role("tooltip")
    expect(tip).to_contain_text("unit 2, inside [ ] · t = 5, ‘e’")
    for symbol, name in {"f": "f", "i": "i", "o": "o", "C": "c", "h": "h", "C̃": "g"}.items():
        value = f"{getattr(trace, name)[4, 0, 2]:.3f}".replace("-0.000", "0.000")
        expect(tip).to_contain_text(f"{symbol} {value.replace('-', '−')}")
    network.page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


@pytest.mark.parametrize("order", ["mean", "similarity", "peak"])
def test_another_order_permutes_the_rows(network: "Network", order: str) -> None:
    network.open(m="new", text="over the hills", size=12, seed=3, t=4, unit=7)
    before = {one["meta"]: np.array(one["z"]) for one in network.heat("heatmaps")}
    network.choice("Units sorted by").select_option(order)
    network.until(
        """(first) => document.querySelector("[data-figure=heatmaps] .js-plotly-plot")
            ._fullData[0].z.some((row, n) => row[0] !== first[n])""",
        before["f"][:, 0].tolist(),
    )
    after = {one["meta"]: np.array(one["z"]) for one in network.heat("heatmaps")}
    rows = [before["f"].tolist().index(row) for row in after["f"].tolist()]
    assert sorted(rows) == list(range(12)) != rows
    for name in "fio":  # all gates by the same order
        assert np.array_equal(after[name], before[name][rows])
    if order == "mean":
        means = after["f"].mean(axis=1)
        assert (np.diff(means) <= 0.005).all()
    network.at(4, "Paused")
    network.pins(7)
    # The frame goes along with its unit, and a click pins what stands in the row now.
    network.page.mouse.click(*network.cell("heatmaps", 1, 4, 0))
    network.pins(rows[0])


def test_the_orders_are_those_of_the_engine(network: "Network") -> None:
    network.open()
    trace = by_hand()[1]
    for order in ("mean", "similarity", "peak", "given"):
        network.choice("Units sorted by").select_option(order)
        units = order_units(trace, order)
        for name in "fio":
            network.draws("heatmaps", name, getattr(trace, name)[:, 0, units].T.tolist())


def test_a_switch_adds_the_candidate_as_a_fourth_heat_map(network: "Network") -> None:
    network.open(t=3)
    button = network.region("Gate heat maps").get_by_role("button", name="C̃", exact=True)
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    network.draws("heatmaps", "g", by_hand()[1].g[:, 0].T.tolist())
    assert [one["meta"] for one in network.heat("heatmaps")] == list("fiog")
    expect(network.page.locator("[data-mean=g]")).to_be_visible()
    network.at(3, "Paused")
    network.page.mouse.click(*network.cell("heatmaps", 4, 8, 1))
    network.at(8)
    network.pins(1)
    button.click()
    network.until(
        """() => document.querySelector("[data-figure=heatmaps] .js-plotly-plot")
            ._fullData.length === 3"""
    )
    expect(network.page.locator("[data-mean=g]")).to_be_hidden()


def test_a_switch_shows_both_states_as_heat_maps(network: "Network") -> None:
    network.open(t=3)
    trace = by_hand()[1]
    network.button("heat maps").click()
    for name, start, values in (("c", trace.c0, trace.c), ("h", trace.h0, trace.h)):
        rows = np.concatenate([start[None], values])[:, 0].T
        network.draws(f"state_{name}", name, rows.tolist())
    network.at(3, "Paused")
    network.page.mouse.click(*network.cell("state_h", 1, 25, 4))
    network.at(25)
    network.pins(4)
    network.button("heat maps").click()
    shows_unit(network, trace, 4)


def test_what_is_switched_is_remembered(network: "Network") -> None:
    network.open()
    network.button("heat maps").click()
    network.until(
        """() => document.querySelector("[data-figure=state_c] .js-plotly-plot")
            ._fullData[0].type === "heatmap" """
    )
    network.load()
    expect(network.button("heat maps")).to_have_attribute("aria-pressed", "true")
    assert [one["meta"] for one in network.heat("state_c")] == ["c"]


def layer_button(network: "Network", layer: int) -> Locator:
    """Find the button of a layer in the stack."""
    stack = network.page.get_by_role("group", name="Stack")
    return stack.get_by_role("button", name=f"Layer {layer}")


def layer_is(network: "Network", layer: int, of: int) -> None:
    """Expect all places to name this layer, counted from 1."""
    expect(network.choice("Layer").locator("option:checked")).to_have_text(f"{layer} of {of}")
    expect(layer_button(network, layer)).to_have_attribute("aria-pressed", "true")
    pressed = network.page.get_by_role("group", name="Stack").locator("[aria-pressed=true]")
    expect(pressed).to_have_count(1)
    expect(network.region("Unit")).to_contain_text(f"of layer {layer}")


def test_select_buttons_and_small_multiples_choose_the_layer(network: "Network") -> None:
    network.open(m="new", text="over the hills", size=10, layers=3, t=6)
    layer_is(network, 1, 3)
    first = network.read("c_norm")
    network.choice("Layer").select_option("2")
    layer_is(network, 3, 3)
    expect(network.reading("c_norm")).not_to_have_attribute("value", first)
    network.at(6, "Paused")
    layer_button(network, 2).click()
    layer_is(network, 2, 3)
    network.at(6, "Paused")
    for layer, t in ((1, 4), (3, 9)):
        network.page.mouse.click(*network.cell("small", layer, t, 5))
        layer_is(network, layer, 3)
        network.at(t, "Paused")
    layer_button(network, 1).click()
    layer_is(network, 1, 3)
    network.go(6)
    expect(network.reading("c_norm")).to_have_attribute("value", first)


def test_with_one_layer_there_are_no_small_multiples(network: "Network") -> None:
    network.open(m="new", text="abc")
    expect(network.region("Whole stack")).to_have_count(0)
    network.choice("Depth").select_option("2")
    expect(network.region("Whole stack")).to_be_visible()
    network.until(
        """() => document.querySelector("[data-figure=small] .js-plotly-plot")
            ?._fullData?.length === 2"""
    )
    network.choice("Depth").select_option("1")
    expect(network.region("Whole stack")).to_have_count(0)
    network.button("Brackets").click()
    network.runs("1 layer of 6 units")
    expect(network.region("Whole stack")).to_have_count(0)


def test_fewer_layers_and_units_keep_to_those_there_are(network: "Network") -> None:
    network.open(m="new", text="abcdef", size=20, layers=3, layer=3, unit=19)
    layer_is(network, 3, 3)
    network.pins(19)
    network.choice("Depth").select_option("2")
    layer_is(network, 2, 2)
    network.size.focus()
    network.page.keyboard.press("Home")
    network.runs("2 layers of 1 unit,")
    network.pins(0)


def drag_over(network: "Network", name: str, first: int, last: int) -> None:
    """Zoom into a figure, as a mouse does it."""
    network.page.mouse.move(*network.cell(name, 1, first, 1))
    network.page.mouse.down()
    network.page.mouse.move(*network.cell(name, 1, last, 1), steps=5)
    network.page.mouse.up()


ZOOMED = """([figures, first, last]) => figures.every((name) => {
    const plot = document.querySelector(`[data-figure=${name}] .js-plotly-plot`);
    const [from, to] = plot._fullLayout.xaxis.range;
    return Math.abs(from - first) <= 0.2 && Math.abs(to - last) <= 0.2;
})"""


def test_dragging_zooms_all_figures_and_a_double_click_restores_them(network: "Network") -> None:
    network.open(m="new", text="over the hills and far away", size=8, layers=2, t=9, unit=3)
    figures = ["heatmaps", "state_c", "state_h", "small"]
    drag_over(network, "heatmaps", 5, 15)
    network.until(ZOOMED, [figures, 5, 15])
    network.at(9, "Paused")
    network.pins(3)
    box = network.area("heatmaps")
    # The frame around t = 9, and the tokens, lie over what is now drawn.
    network.until(
        """([figures, left]) => figures.every((name) => Math.abs(document
            .querySelector(`[data-figure=${name}] .lab-here`)
            .getBoundingClientRect().left - left) <= 3)""",
        [figures, box["x"] + box["width"] * 0.35],
    )
    shown = "".join(network.page.locator(".lab-tokens bdi").all_text_contents())
    assert shown == "␣the␣hills"
    network.page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + 10)
    network.until(ZOOMED, [figures, -0.5, 27.5])


def test_a_zoom_stays_when_a_unit_is_pinned_and_when_the_time_moves(network: "Network") -> None:
    network.open()
    figures = ["heatmaps", "state_c", "state_h"]
    drag_over(network, "heatmaps", 10, 20)
    network.until(ZOOMED, [figures, 10, 20])
    network.pinned.fill("2")
    network.pinned.press("Enter")
    shows_unit_line(network, 2)
    network.go(12)
    network.until(ZOOMED, [figures, 10, 20])
    network.button("Count aⁿbⁿ").click()
    network.tokens(24)
    network.until(ZOOMED, [figures, -0.5, 24.5])


def shows_unit_line(network: "Network", unit: int) -> None:
    network.pins(unit)
    expect(network.region("Unit")).to_contain_text(f"Unit {unit}: {NAMES[unit]}")


def test_a_zoom_in_a_state_zooms_the_heat_maps_too(network: "Network") -> None:
    network.open()
    box = network.area("state_h")
    column = box["width"] / (len(BRACKETS) + 1)
    middle = box["y"] + box["height"] / 2
    network.page.mouse.move(box["x"] + 10.5 * column, middle)
    network.page.mouse.down()
    network.page.mouse.move(box["x"] + 30.5 * column, middle, steps=5)
    network.page.mouse.up()
    network.until(ZOOMED, [["heatmaps", "state_c", "state_h"], 10, 30])
