"""The Cell page: the answer to a request, and the names that stay put."""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from dash import Dash
from plotly.utils import PlotlyJSONEncoder
from werkzeug.exceptions import BadRequest

from components import cell_view
from components.cell_kinds import LSTM
from components.cell_run import answer, memory_note, timeline
from components.cell_settings import DEFAULTS, EXAMPLES, PARAMETERS, PRESETS, CellSettings
from components.cell_view import layout
from components.figures.traces import LINES, traces
from components.figures.unrolled import unrolled
from components.wire import decode
from lstm import Layer, Linear, Model, half_life, run
from lstm.cell import Array

Tree = Callable[[Any], ET.Element]

PULSE = "1, 0, 0, 0, 0, 0, 0, 0, 0"
STATES = {"c", "h", "tanh_c", "y"}  # they have a value at t = 0; what a step computes has none
NAMES = ["t", "x", "f", "i", "g", "o", "c", "h", "y", "c_prev", "h_prev", "status"]
REGIONS = ["Cell diagram", "Unrolled network", "Traces", "Worked step", "Readings"]
SLIDERS = [
    "Time step",
    "Forget gate weight W_f",
    "Input gate weight W_i",
    "Candidate weight W_C",
    "Output gate weight W_o",
    "Output weight W_out",
    "Forget gate bias b_f",
    "Input gate bias b_i",
    "Candidate bias b_C",
    "Output gate bias b_o",
]


def texts(**changes: Any) -> dict[str, Any]:
    return {name: str(value) for name, value in DEFAULTS.items()} | changes


def ask(**changes: Any) -> dict[str, Any]:
    request = {
        "n": 1,
        "theme": "dark",
        "sequence": PULSE,
        "separate": False,
        "numbers": texts(),
    }
    return answer(request | changes)


def series_of(answered: dict[str, Any]) -> dict[str, Array]:
    assert answered["error"] is None
    return {name: decode(array) for name, array in answered["series"].items()}


def preset(name: str) -> dict[str, Any]:
    setting = PRESETS[name]
    return {"numbers": texts(**setting.complete()), "separate": setting.separate}


# The answer


def test_the_answer_has_everything_that_the_browser_plays() -> None:
    answered = ask(n=7)
    assert answered["n"] == 7
    assert answered["inputs"] == [1.0, *[0.0] * 8]
    assert answered["numbers"] == DEFAULTS
    assert answered["separate"] is False
    assert set(answered["figures"]) == {"unrolled", "traces"}
    gates = {"f", "i", "g", "o"}
    sums = {f"a_{name}" for name in gates}
    # What the browser can tell from these does not travel: c_prev, h_prev and the sum.
    assert set(answered["series"]) == (gates | sums | STATES | {"x", "keep", "write", "half_life"})


@pytest.mark.parametrize("T", [1, 2, 9, 500])
def test_every_series_runs_from_0_to_the_last_step(T: int) -> None:
    answered = ask(sequence="0.5 " * T)
    assert len(answered["inputs"]) == T
    for name, values in series_of(answered).items():
        assert values.shape == (T + 1,), name
        assert not np.isnan(values[1:]).any(), name


def test_at_t_0_the_states_are_zero_and_what_a_step_computes_is_not_there() -> None:
    series = series_of(ask(numbers=texts(b_out="0.25")))
    assert series["c"][0] == series["h"][0] == series["tanh_c"][0] == 0
    assert series["y"][0] == 0.25  # the output bias
    for name in set(series) - STATES:
        assert math.isnan(series[name][0]), name


def test_the_default_pulse_fades_as_the_page_says() -> None:
    c = series_of(ask())["c"]
    assert c[1:5].round(3).tolist() == [0.288, 0.195, 0.126, 0.080]
    assert c[9].round(3) == 0.008


def test_the_worked_example_on_the_screen_is_the_single_pulse() -> None:
    assert EXAMPLES["single"][1] == PULSE


@pytest.mark.parametrize("separate", [False, True])
def test_the_series_are_the_engine_s_to_the_bit(separate: bool) -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=50).tolist()
    numbers = dict(zip(PARAMETERS, rng.normal(size=len(PARAMETERS)).tolist(), strict=True))
    series = series_of(
        ask(
            sequence=" ".join(map(repr, inputs)),
            separate=separate,
            numbers={name: repr(value) for name, value in numbers.items()},
        )
    )
    gates: dict[str, tuple[float, float, float]] = {
        name: (
            numbers[f"W_{letter}"],
            numbers[f"U_{letter}" if separate else f"W_{letter}"],
            numbers[f"b_{letter}"],
        )
        for name, letter in zip("figo", "fiCo", strict=True)
    }
    decoder = Linear(np.array([[numbers["W_out"]]]), np.array([numbers["b_out"]]))
    result = run(Model([Layer.scalar(**gates)], decoder), np.array(inputs)[:, None, None])
    (trace,) = result.layers
    for name in ("x", "f", "i", "g", "o", "c", "h"):
        expected = getattr(trace, name).ravel()
        np.testing.assert_array_equal(series[name][1:], expected, err_msg=name)
    np.testing.assert_array_equal(series["y"][1:], result.outputs.ravel())
    np.testing.assert_array_equal(series["tanh_c"], np.tanh(series["c"]))
    np.testing.assert_array_equal(series["half_life"][1:], half_life(trace.f).ravel())


def test_the_state_before_a_step_is_the_one_after_the_step_before() -> None:
    series = timeline(CellSettings((1.0, 0.0, 1.0, 0.0), DEFAULTS, separate=False))
    np.testing.assert_array_equal(series["c_prev"][1:], series["c"][:-1])
    np.testing.assert_array_equal(series["h_prev"][1:], series["h"][:-1])


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_figures_are_drawn_from_the_same_series_in_the_theme(theme: Any) -> None:
    answered = ask(theme=theme)
    series = series_of(answered)
    lines = traces({name: series[name] for name in LINES if name in series}, theme)
    lines["layout"]["shapes"] = []  # nothing intervenes
    assert answered["figures"]["traces"] == lines
    assert answered["figures"]["unrolled"] == unrolled({n: series[n] for n in "xchy"}, theme)


def test_inputs_and_weights_come_back_as_they_were_read() -> None:
    # A link must restore them exactly.
    answered = ask(sequence="0.1 1e-7 −3", numbers=texts(W_f="0.1234567890123456", b_out="-7"))
    assert answered["inputs"] == [0.1, 1e-7, -3.0]
    assert answered["numbers"]["W_f"] == 0.1234567890123456
    assert answered["numbers"]["U_f"] == 0.1234567890123456
    assert answered["numbers"]["b_out"] == -7.0


def test_the_same_request_has_the_same_answer() -> None:
    assert ask() == ask()


def test_an_answer_is_json_without_nan() -> None:
    for changes in ({}, {"sequence": "1e6 " * 500}, preset("remember"), {"sequence": "abc"}):
        json.dumps(ask(**changes), cls=PlotlyJSONEncoder, allow_nan=False)


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize("example", list(EXAMPLES))
def test_every_example_runs_under_every_named_setting(name: str, example: str) -> None:
    series = series_of(ask(sequence=EXAMPLES[example][1], **preset(name)))
    for gate in ("f", "i", "o"):
        assert ((series[gate][1:] >= 0) & (series[gate][1:] <= 1)).all()


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_largest_settings_run_without_a_warning(sign: str) -> None:
    numbers = dict.fromkeys(PARAMETERS, f"{sign}100")
    series = series_of(ask(sequence=f"{sign}1e6 " * 500, separate=True, numbers=numbers))
    assert np.isfinite(series["c"]).all()


# Mistakes


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"sequence": "1, 0, abc"},
            "sequence",
            "x(3) is 'abc'. Use numbers separated by commas, like 1, 0, 0.5.",
        ),
        (
            {"sequence": ""},
            "sequence",
            "The input sequence is empty. Type numbers separated by commas, like 1, 0, 0.5.",
        ),
        (
            {"sequence": "0 " * 501},
            "sequence",
            "The input sequence has 501 values. Use at most 500.",
        ),
        (
            {"numbers": texts(W_C="abc")},
            "W_C",
            "W_C is 'abc'. Use a number between −100 and 100, like 0.5.",
        ),
        (
            {"numbers": texts(b_out="1e308")},
            "b_out",
            "b_out is 1e308, out of range. Use a number between −100 and 100, like 0.5.",
        ),
        (
            {"separate": True, "numbers": texts(U_o="")},
            "U_o",
            "U_o is empty. Use a number between −100 and 100, like 0.5.",
        ),
    ],
)
def test_a_mistake_is_answered_with_its_message_and_its_field_alone(
    changes: dict[str, Any], field: str, message: str
) -> None:
    # Without a trace, so that the last good picture stays.
    assert ask(n=3, **changes) == {"n": 3, "error": {"message": message, "field": field}}


@pytest.mark.parametrize(
    "changes",
    [
        {"n": None},
        {"n": "1"},
        {"n": 1.0},
        {"n": True},
        {"theme": None},
        {"theme": "blue"},
        {"theme": ["dark"]},
        {"sequence": None},
        {"sequence": [1, 0]},
        {"separate": "yes"},
        {"numbers": []},
        {"numbers": {}},
        {"numbers": {**texts(), "W_x": "1"}},
        {"numbers": texts(W_f=[])},
    ],
    ids=str,
)
def test_what_our_page_never_sends_is_a_bad_request(changes: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        ask(**changes)


@pytest.mark.parametrize("request_", [None, [], "x", 1, True, {}])
def test_a_request_that_is_no_request_is_a_bad_request(request_: Any) -> None:
    with pytest.raises(BadRequest):
        answer(request_)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),  # one weight for all
        ({"numbers": texts(W_C="3", b_C="-1", W_out="0")}, True),  # no gate is concerned
        ({"numbers": texts(W_f="0.6")}, False),
        ({"numbers": texts(b_o="0.1")}, False),
        ({"sequence": "0 0 0", "numbers": texts(W_f="2")}, True),
    ],
)
def test_the_answer_says_whether_the_three_gates_are_one_line(
    changes: dict[str, Any], same: bool
) -> None:
    answered = ask(**changes)
    assert answered["same"] is same
    series = series_of(answered)
    apart = max(np.nanmax(np.abs(series["f"] - series[name])) for name in "io")
    assert (apart < 1e-3) == same  # a tenth of a pixel, in the figure


# The note on memory


def note(x: list[float], c: list[float], f: float = 0.5) -> dict[str, Any]:
    series = {
        "x": np.array([np.nan, *x]),
        "c": np.array([0.0, *c]),
        "f": np.array([np.nan, *[f] * len(x)]),
    }
    return memory_note(LSTM, DEFAULTS, series)


def states(told: dict[str, Any], *numbers: str) -> bool:
    """Tell whether a note has these numbers, in this order; its words may be polished."""
    found = re.findall(r"t = \d+|−?[\d.]*\d(?: %)?", told["text"])
    return [number for number in found if number in numbers] == list(numbers)


def test_the_default_pulse_is_noted_with_its_numbers_and_the_setting_that_remembers() -> None:
    told = ask()["memory"]
    assert states(told, "0.288", "t = 1", "0.008", "2.7 %")
    assert told["offer"] is True


def test_the_setting_that_is_offered_makes_it_true_and_is_then_not_offered() -> None:
    answered = ask(**preset("remember"))
    c = series_of(answered)["c"]
    assert c[9] > 0.97 * c[1]
    assert states(answered["memory"], "98 %")
    assert answered["memory"]["offer"] is False


def test_a_memory_that_lasts_is_noted_without_an_offer() -> None:
    told = note([1, 1, 0, 0], [0.1, 0.8, 0.6, 0.4])
    assert states(told, "0.800", "t = 2", "0.400", "50 %")
    assert told["offer"] is False


def test_a_negative_memory_is_noted_with_a_real_minus_sign() -> None:
    told = note([-1, 0, 0], [-0.288, -0.1, -0.008])
    assert states(told, "−0.288", "t = 1", "−0.008", "2.8 %")
    assert "-" not in told["text"]


@pytest.mark.parametrize("end", [-0.4, 0.75])
def test_a_memory_that_turns_round_or_grows_is_noted_without_a_share(end: float) -> None:
    told = note([1, 0], [0.5, end])
    assert states(told, "0.500", "t = 1", f"{end:.3f}".replace("-", "−"))
    assert "%" not in told["text"]
    assert told["offer"] is False


def test_nothing_is_offered_where_the_forget_gate_keeps_all_already() -> None:
    assert note([1, 0], [1.0, 0.2], f=0.98)["offer"] is True
    assert note([1, 0], [1.0, 0.2], f=0.995)["offer"] is False


def test_a_pulse_that_wrote_nothing_is_noted_without_a_share() -> None:
    told = note([1, 0], [0.0, 0.0])
    assert "%" not in told["text"]
    assert "nan" not in told["text"]
    assert told["offer"] is False


def test_a_sequence_without_an_input_is_noted_without_an_offer() -> None:
    told = ask(sequence="0 0 0")["memory"]
    assert states(told, "0.000", "t = 3")
    assert told["offer"] is False


def test_a_sequence_that_ends_with_an_input_has_nothing_to_forget_yet() -> None:
    told = ask(sequence="1")["memory"]
    assert states(told, "0.288", "t = 1")
    assert told["offer"] is False


# The layout: names that stay put


def text_of(element: ET.Element) -> str:
    """Give the text that assistive technology reads."""
    if element.get("aria-hidden") == "true":
        return ""
    inside = (text_of(child) + (child.tail or "") for child in element)
    return " ".join(((element.text or "") + "".join(inside)).split())


def name_of(element: ET.Element, page: ET.Element) -> str:
    """Give the accessible name, as far as this page makes use of its rules."""
    if "aria-label" in element.attrib:
        return element.attrib["aria-label"]
    labels = [
        text_of(label)
        for label in page.iter("label")
        if (label.get("for") and label.get("for") == element.get("id")) or element in label.iter()
    ]
    return " ".join(labels) or text_of(element)


def names(page: ET.Element, tag: str, **attributes: str) -> list[str]:
    return [
        name_of(element, page)
        for element in page.iter(tag)
        if attributes.items() <= element.attrib.items()
    ]


def panels(page: ET.Element) -> list[ET.Element]:
    return [element for element in page.iter() if element.get("role") == "region"]


def region(page: ET.Element, name: str) -> ET.Element:
    (found,) = (element for element in panels(page) if name_of(element, page) == name)
    return found


def live(element: ET.Element) -> list[str]:
    return [data.attrib["data-value"] for data in element.iter("data") if data.get("data-value")]


@pytest.mark.parametrize("name", ["Play", "Step forward", "Step back", "Reset"])
def test_the_buttons_of_the_transport_have_their_names(cell_page: ET.Element, name: str) -> None:
    assert names(cell_page, "button").count(name) == 1


@pytest.mark.parametrize("name", SLIDERS)
def test_the_sliders_have_their_names(cell_page: ET.Element, name: str) -> None:
    assert names(cell_page, "input", type="range").count(name) == 1


def test_speed_is_a_select_with_the_three_known_speeds_and_two_faster(
    cell_page: ET.Element,
) -> None:
    (select,) = (one for one in cell_page.iter("select") if name_of(one, cell_page) == "Speed")
    options = json.loads(select.attrib["options"])
    milliseconds = [int(option["value"]) for option in options]
    assert milliseconds[:3] == [400, 250, 150]
    assert len(milliseconds) == 5
    assert milliseconds[4] < milliseconds[3] < 150
    assert milliseconds[4] <= 17  # one step a frame


def test_the_sequence_is_a_text_field_with_its_name_and_its_example(cell_page: ET.Element) -> None:
    assert names(cell_page, "textarea") == ["Input sequence"]
    (field,) = cell_page.iter("textarea")
    assert field.get("value") == PULSE


@pytest.mark.parametrize("name", REGIONS)
def test_the_panels_are_regions_with_their_names(cell_page: ET.Element, name: str) -> None:
    assert [name_of(panel, cell_page) for panel in panels(cell_page)].count(name) == 1


def test_readings_has_each_live_number_exactly_once(cell_page: ET.Element) -> None:
    assert Counter(live(region(cell_page, "Readings"))) == Counter(NAMES)


def test_readings_has_what_is_computed_from_the_live_numbers(cell_page: ET.Element) -> None:
    readings = region(cell_page, "Readings")
    parts = {data.get("data-part") for data in readings.iter("data")} - {None}
    assert parts == {"abs_c", "abs_h", "half_life", "keep", "write", "sum"}
    assert [bar.get("data-bar") for bar in readings.iter() if bar.get("data-bar")] == [
        "keep",
        "write",
        "c",
    ]


def test_every_live_number_has_a_known_name_and_shows_nothing_until_there_is_one(
    cell_page: ET.Element,
) -> None:
    assert set(live(cell_page)) == set(NAMES)
    for data in cell_page.iter("data"):
        assert data.get("value") == ""
        assert data.text == "–"
        assert bool(data.get("data-value")) != bool(data.get("data-part"))


def test_both_figures_say_in_words_what_they_show(cell_page: ET.Element) -> None:
    for name in ("Unrolled network", "Traces"):
        assert {"t", "x", "c", "h", "y"} <= set(live(region(cell_page, name)))


def test_every_line_of_the_traces_can_be_switched(cell_page: ET.Element) -> None:
    switches = [
        button.get("data-switch")
        for button in region(cell_page, "Traces").iter("button")
        if button.get("data-switch")
    ]
    assert switches == [*(f"line-{name}" for name in "xchyfigo"), "future"]


def test_every_equation_can_be_reached_by_key_and_has_a_name(cell_page: ET.Element) -> None:
    rows = [
        element
        for element in region(cell_page, "Worked step").iter("div")
        if element.get("data-quantity")
    ]
    assert [row.get("data-quantity") for row in rows] == ["f", "i", "g", "c", "o", "h", "y"]
    for row in rows:
        assert row.get("aria-label")
        assert row.get("tabindex") == "0", row.get("aria-label")


def test_every_equation_has_its_formula_its_numbers_and_its_result(cell_page: ET.Element) -> None:
    worked = region(cell_page, "Worked step")
    for name in ("f", "i", "g", "c", "o", "h", "y"):
        (row,) = (one for one in worked.iter("div") if one.get("data-quantity") == name)
        results = [(one.get("data-value"), one.get("data-decimals")) for one in row.iter("data")]
        assert results == [(name, "4")]
        for kind in ("data-formula", "data-worked", "data-squashed"):
            assert [one.get(kind) for one in row.iter() if one.get(kind)] == [name], kind


def test_the_strip_of_the_unrolled_network_can_be_scrolled_by_key(cell_page: ET.Element) -> None:
    (strip,) = (
        element
        for element in region(cell_page, "Unrolled network").iter("div")
        if element.get("class") == "lab-strip"
    )
    assert strip.get("tabindex") == "0"


def test_every_control_has_a_name_and_no_two_share_one(cell_page: ET.Element) -> None:
    for tag in ("input", "select", "textarea"):
        found = names(cell_page, tag)
        assert all(found)
        assert len(set(found)) == len(found), tag
    assert all(names(cell_page, "button"))


def test_every_label_belongs_to_a_control_and_ids_are_unique(cell_page: ET.Element) -> None:
    ids = [element.attrib["id"] for element in cell_page.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    for label in cell_page.iter("label"):
        inside = {one.tag for one in label.iter()} & {"input", "select", "textarea"}
        assert label.get("for") in ids or inside


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_a_slider_and_its_field_start_from_the_default(cell_page: ET.Element, name: str) -> None:
    parameter = PARAMETERS[name]
    (box,) = (
        element
        for element in cell_page.iter("div")
        if "lab-slider" in (element.get("class") or "") and element.get("data-quantity") == name
    )
    slider, field = box.iter("input")
    assert (slider.get("type"), field.get("type")) == ("range", "text")
    assert float(slider.attrib["value"]) == float(field.attrib["value"]) == parameter.default
    assert float(slider.attrib["min"]) == parameter.low
    assert float(slider.attrib["max"]) == parameter.high
    assert name_of(slider, cell_page) == parameter.label
    assert f"role-{parameter.role}" in box.attrib["class"].split()


def test_examples_and_named_settings_are_one_click_away(cell_page: ET.Element) -> None:
    chips = {
        (button.get("data-choose"), button.get("data-name"))
        for button in cell_page.iter("button")
        if button.get("data-choose")
    }
    examples = {("example", name) for name in (*EXAMPLES, "random")}
    assert chips == examples | {("preset", name) for name in PRESETS}


# The layout: what the browser is told


def config(**given: Any) -> dict[str, Any]:
    view = layout(**given)
    (store,) = (
        part
        for part in view._traverse()
        if isinstance(getattr(part, "id", None), dict) and part.id.get("part") == "config"
    )
    data: dict[str, Any] = json.loads(json.dumps(store.data))
    return data


def test_the_browser_is_told_the_settings_examples_and_words() -> None:
    told = config()
    assert told["defaults"] == {"sequence": PULSE, "separate": False, "numbers": DEFAULTS}
    assert told["longest"] == 500
    assert set(told["presets"]) == set(PRESETS)
    for name, told_of in told["presets"].items():
        assert told_of["numbers"] == PRESETS[name].complete()
        assert told_of["separate"] == PRESETS[name].separate
    assert told["examples"] == {name: text for name, (_, text) in EXAMPLES.items()}


def test_a_view_that_follows_another_s_player_has_no_transport_of_its_own(tree: Tree) -> None:
    def transports(view: Any) -> list[str | None]:
        found = (element.get("data-transport") for element in tree(view).iter())
        return [player for player in found if player]

    assert transports(layout("a")) == ["a"]
    assert transports(layout("b", player_id="a")) == []


def test_a_view_follows_its_own_player_unless_it_is_given_another() -> None:
    assert config(aio_id="a")["player"] == "a"
    assert config(aio_id="a", player_id="shared")["player"] == "shared"


def test_two_views_share_no_id(tree: Tree) -> None:
    def ids(view: Any) -> set[str]:
        return {element.attrib["id"] for element in tree(view).iter() if element.get("id")}

    assert not ids(layout("a")) & ids(layout("b"))


def test_each_layout_is_made_anew() -> None:
    first, second = layout(), layout()
    assert first is not second
    assert json.dumps(first, cls=PlotlyJSONEncoder) == json.dumps(second, cls=PlotlyJSONEncoder)


def test_the_callbacks_belong_to_the_app_that_they_are_registered_with() -> None:
    one, other = Dash("one"), Dash("other")
    cell_view.register(one)
    assert '{"aio_id":["MATCH"],"part":"answer","view":"cell"}.data' in one.callback_map
    assert not other.callback_map
