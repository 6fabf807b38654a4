"""What of the page's interventions reaches the engine, and how the page speaks of them."""

from typing import Any

import numpy as np
import pytest
from dash import html
from dash.development.base_component import Component
from werkzeug.exceptions import BadRequest

from components import interventions, wire
from components.boundary import FieldError
from components.cell_kinds import KINDS
from components.cell_run import answer, timeline
from components.cell_settings import CellSettings
from components.figures.spans import with_spans
from components.interventions_panel import panel
from components.still import still
from lstm import Layer, random_layers
from lstm.interventions import Clamp, SetState, ShiftState, Silence
from lstm.variants import random_rnn_layers

STEPS = 9


def listed(**changes: Any) -> dict[str, Any]:
    """Give an intervention as the page keeps it: f clamped to 0 from t = 3 to 6."""
    held = {"kind": "clamp", "what": "f", "unit": 0, "layer": 0, "first": 3, "last": 6}
    return held | {"value": 0, "on": True} | changes


def typed(**changes: Any) -> dict[str, Any]:
    """Give what the form of the page sends."""
    form = {"kind": "clamp", "what": "f", "layer": "1", "unit": "0", "first": "3", "last": "6"}
    return form | {"value": "0.5"} | changes


def at(what: str, t: int, value: float, kind: str = "set") -> dict[str, Any]:
    return listed(kind=kind, what=what, first=t, last=t, value=value)


SILENT = listed(kind="silence", what=None, value=None)


def payload(kind: str = "lstm", **changes: Any) -> dict[str, Any]:
    numbers = {name: str(value) for name, value in KINDS[kind].defaults.items()}
    sent = {"sequence": "1, 0, 0, 0, 0, 0, 0, 0, 0", "separate": False, "numbers": numbers}
    return sent | {"kind": kind} | changes


def asked(**changes: Any) -> dict[str, Any]:
    return answer({"n": 1, "theme": "dark"} | payload(**changes))


def cell(kind: str = "lstm") -> list[Layer]:
    return [KINDS[kind].build(KINDS[kind].defaults)]


def entries(*raw: Any, kind: str = "lstm") -> tuple[interventions.Entry, ...]:
    gates = [gate.name for gate in KINDS[kind].gates]
    return interventions.read(list(raw), cell(kind), STEPS, gates)


def markup(component: Component) -> str:
    return str(getattr(still(html.Div([component])), "data-markup"))


# The list


@pytest.mark.parametrize(
    ("raw", "record", "words"),
    [
        (listed(), Clamp("f", 0, 3, 6, 0), "f clamped to 0 from t = 3 to 6"),
        (listed(last=3), Clamp("f", 0, 3, 3, 0), "f clamped to 0 at t = 3"),
        (listed(what="g", value=-0.25), Clamp("g", 0, 3, 6, -0.25), "C̃ clamped to −0.25 from t"),
        (at("c", 4, 2.5), SetState("c", 0, 4, 2.5), "C set to 2.5 at t = 4"),
        (at("h", 9, -1e6), SetState("h", 0, 9, -1e6), "h set to −1.0e6 at t = 9"),
        (at("h", 9, 1e-7), SetState("h", 0, 9, 1e-7), "h set to 1.0e−7 at t = 9"),
        (at("h", 4, -0.5, "shift"), ShiftState("h", 0, 4, -0.5), "−0.5 added to h at t = 4"),
        (SILENT, Silence(0, 3, 6), "h silenced from t = 3 to 6"),
    ],
)
def test_each_becomes_a_record_of_the_engine_and_words(raw: Any, record: Any, words: str) -> None:
    (found,) = entries(raw)
    assert found.record == record
    assert found.words.startswith(words)
    assert found.waits == ""


def test_one_that_is_off_is_listed_and_does_nothing() -> None:
    (found,) = entries(listed(on=False))
    assert found.record is None
    assert found.acts is None
    assert interventions.acting([found]) == {}


def test_what_lies_beyond_the_end_waits() -> None:
    partly, wholly = entries(listed(last=20), listed(first=10, last=20))
    assert partly.record == Clamp("f", 0, 3, 9, 0)
    assert partly.words == "f clamped to 0 from t = 3 to 20"
    assert partly.waits == "What is after t = 9 waits."
    assert partly.acts == {
        "name": "f",
        "kind": "clamp",
        "says": "clamped to 0",
        "unit": 0,
        "layer": 0,
        "first": 3,
        "last": 9,
    }
    assert wholly.record is None
    assert wholly.waits == "Waits: the sequence ends at t = 9."


@pytest.mark.parametrize(
    ("kind", "raw", "waits"),
    [
        ("gru", listed(), "Waits: this kind of cell has no f."),
        ("gru", at("c", 3, 1), "Waits: this kind of cell has no C."),
        ("no_forget", listed(), "Waits: this kind of cell has no f."),
        ("coupled", listed(what="i"), "Waits: this kind of cell has no i."),
        ("rnn", listed(what="z"), "Waits: this kind of cell has no z."),
        ("lstm", listed(unit=1), "Waits: there is no unit 1 now."),
        ("lstm", listed(layer=1), "Waits: there is no layer 2 now."),
    ],
)
def test_what_the_cell_does_not_have_waits_for_one_that_has(
    kind: str, raw: Any, waits: str
) -> None:
    (found,) = entries(raw, kind=kind)
    assert (found.record, found.waits) == (None, waits)
    run = asked(kind=kind, interventions=[raw])
    assert run["error"] is None
    assert run["interventions"][0]["waits"] == waits


def test_in_a_model_of_many_units_and_layers_the_words_say_where() -> None:
    layers = random_layers(np.random.default_rng(0), [2, 4, 3])
    raw = [listed(unit=3), listed(unit=2, layer=1), SILENT | {"unit": 3, "layer": 1}]
    one, two, gone = interventions.read(raw, layers, STEPS)
    assert one.words == "layer 1, unit 3: f clamped to 0 from t = 3 to 6"
    assert two.words == "layer 2, unit 2: f clamped to 0 from t = 3 to 6"
    assert gone.waits == "Waits: there is no unit 3 now."
    assert interventions.acting([one, two, gone]) == {
        0: [Clamp("f", 3, 3, 6, 0)],
        1: [Clamp("f", 2, 3, 6, 0)],
    }
    (single,) = interventions.read([SILENT | {"unit": 2}], layers[:1], STEPS)
    assert single.words == "unit 2 silenced from t = 3 to 6"


def test_values_that_a_gate_cannot_have_are_refused_in_words() -> None:
    with pytest.raises(FieldError) as told:
        entries(listed(value=1.5))
    assert told.value.field == "interventions"
    assert str(told.value) == (
        "The value of f is 1.5, out of range. Use a number between 0 and 1, like 0.5."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "break"},
        {"kind": []},
        {"what": "c"},
        {"what": None},
        {"kind": "set", "what": "f", "last": 3},
        {"kind": "silence", "what": "f", "value": None},
        {"kind": "silence", "what": None},
        {"kind": "set", "what": "c"},
        {"value": None},
        {"value": [0]},
        {"unit": -1},
        {"unit": 0.0},
        {"layer": 2**31},
        {"first": 0},
        {"first": "3"},
        {"first": True},
        {"last": 2},
        {"on": 1},
    ],
)
def test_what_our_page_never_sends_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        entries(listed(**changes))


@pytest.mark.parametrize("raw", [{}, "f", [3], [None], [listed()] * 33])
def test_what_is_no_list_of_interventions_is_refused(raw: Any) -> None:
    with pytest.raises(BadRequest):
        interventions.read(raw, cell(), STEPS)


# The form


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        (typed(), listed(value=0.5)),
        (typed(value=" −0.25 ", what="g"), listed(what="g", value=-0.25)),
        (typed(kind="set", what="c", last="nonsense"), at("c", 3, 0.5)),
        (typed(kind="shift", what="h", value="-1e3"), at("h", 3, -1000, "shift")),
        (typed(kind="silence", what=None, value=""), SILENT),
    ],
)
def test_what_stands_in_the_form_comes_back_as_the_page_keeps_it(form: Any, wanted: Any) -> None:
    found = asked(adding=form)
    assert found["added"] == wanted
    assert found["interventions"] == []  # it is the page that adds it
    entries(found["added"])


def test_zero_has_no_sign() -> None:
    assert np.copysign(1, asked(adding=typed(value="-0"))["added"]["value"]) == 1
    assert np.copysign(1, entries(listed(value=-0.0))[0].asked.value or 0) == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"first": "0"}, "From", "From is '0'. Use a whole number from 1 to 9."),
        ({"first": "2.5"}, "From", "From is 2.5. Use a whole number from 1 to 9."),
        ({"first": ""}, "From", "From is empty. Use a whole number from 1 to 9."),
        ({"last": "2"}, "To", "To is '2'. Use a whole number from 3 to 9."),
        ({"last": "10"}, "To", "To is '10'. Use a whole number from 3 to 9."),
        ({"value": "1.01"}, "Value", "Value is 1.01, out of range. Use a number between 0 and 1,"),
        ({"value": "high"}, "Value", "Value is 'high'. Use a number between 0 and 1, like 0.5."),
        ({"what": "g", "value": "-2"}, "Value", "Use a number between −1 and 1, like 0.5."),
        (
            {"kind": "set", "what": "c", "value": "1e7"},
            "Value",
            "Use a number between −1,000,000 and 1,000,000",
        ),
        ({"unit": "1"}, "Unit", "Unit is '1'. Use a whole number from 0 to 0."),
        ({"layer": "0"}, "Layer", "Layer is '0'. Use a whole number from 1 to 1."),
    ],
)
def test_a_slip_in_the_form_is_told_at_its_field(
    changes: dict[str, Any], field: str, message: str
) -> None:
    error = asked(adding=typed(**changes))["error"]
    assert error["field"] == field
    assert message in error["message"]


def test_there_can_be_thirty_two() -> None:
    many = [listed(value=0)] * 31
    assert asked(interventions=many, adding=typed())["added"]
    error = asked(interventions=[*many, SILENT], adding=typed())["error"]
    assert error["message"] == "There are 32 interventions, as many as can be. Remove one."


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("lstm", typed(what="z")),
        ("gru", typed(what="f")),
        ("no_forget", typed(what="f")),
        ("coupled", typed(what="i")),
        ("rnn", typed(kind="set", what="c")),
        ("lstm", typed(first=["3"])),
        ("lstm", []),
    ],
)
def test_the_form_offers_no_more_than_the_cell_has(kind: str, form: Any) -> None:
    with pytest.raises(BadRequest):
        asked(kind=kind, adding=form)


def test_the_form_of_a_basic_rnn_is_about_h() -> None:
    choices = [f'value="{one}"' for one in ("set-h", "shift-h", "silence", "clamp-f", "set-c")]
    fields = [f'data-intervene="{one}"' for one in ("From", "To", "Value", "Unit", "Layer")]
    of_rnn = markup(panel((), ("h",)))
    assert [one in of_rnn for one in choices] == [True] * 3 + [False] * 2
    assert [one in of_rnn for one in fields] == [True] * 3 + [False] * 2
    of_many = markup(panel(("f",), ("c", "h"), units=16, layers=2))
    assert all(one in of_many for one in choices + fields)


def test_another_kind_of_layer_has_its_own_limits() -> None:
    layers = random_rnn_layers(np.random.default_rng(0), [2, 5])
    assert interventions.added(typed(kind="set", what="h", unit="4"), (), layers, STEPS)
    with pytest.raises(FieldError, match="Use a whole number from 0 to 4"):
        interventions.added(typed(kind="set", what="h", unit="5"), (), layers, STEPS)


# The run


def test_a_clamped_forget_gate_wipes_the_memory_as_the_equations_say() -> None:
    settings = CellSettings.read(payload(interventions=[listed(first=4, last=4)]))
    assert settings.interventions == (Clamp("f", 0, 4, 4, 0),)
    found, untouched = timeline(settings), timeline(CellSettings.read(payload()))
    for name in ("c", "h", "f"):
        np.testing.assert_array_equal(found[name][:4], untouched[name][:4])
    assert found["f"][4] == 0
    assert found["c"][4] == found["i"][4] * found["g"][4]
    assert found["y"][4] == found["h"][4]
    assert np.all(found["c"][5:] != untouched["c"][5:])
    # What the gate would have been can still be seen: the sum is the one of the weights.
    assert found["a_f"][4] == 0.5 * untouched["h"][3]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_reached_into(kind: str) -> None:
    raw = [at("h", 4, 0.75), SILENT | {"first": 7, "last": 8}]
    raw += [listed(what=gate.name, value=0.5, first=2, last=2) for gate in KINDS[kind].gates]
    run = asked(kind=kind, interventions=raw)
    assert run["error"] is None
    assert not any(one["waits"] for one in run["interventions"])
    series = timeline(CellSettings.read(payload(kind, interventions=raw)))
    assert series["h"][4] == series["h_prev"][5] == 0.75
    np.testing.assert_array_equal(series["h"][7:9], 0)
    for gate in KINDS[kind].gates:
        assert series[gate.name][2] == 0.5


def test_a_request_without_a_list_is_the_untouched_run() -> None:
    without, empty = asked(), asked(interventions=[], adding=None)
    assert without == empty
    assert without["interventions"] == []
    assert without["added"] is None
    assert without["figures"]["traces"]["layout"]["shapes"] == []


# What shows


def test_spans_lie_above_the_traces_and_have_room() -> None:
    raw = [listed(), at("c", 4, 1), listed(on=False), listed(what="i", first=8, last=30)]
    layout = asked(interventions=raw)["figures"]["traces"]["layout"]
    shapes = layout["shapes"]
    assert [(one["label"]["text"], one["x0"], one["x1"]) for one in shapes] == [
        ("f", 2.6, 6.4),
        ("C", 3.6, 4.4),
        ("i", 7.6, 9.4),
    ]
    heights = [one["y0"] for one in shapes]
    assert heights[1] > heights[0] == heights[2]
    assert layout["margin"]["t"] >= max(one["y1"] for one in shapes) + 5


def test_the_untouched_run_can_lie_behind_the_traces() -> None:
    def drawn(**changes: Any) -> dict[str, Any]:
        figure: dict[str, Any] = asked(**changes)["figures"]["traces"]
        return figure

    far = at("c", 4, -9)
    alone, beside = drawn(interventions=[far]), drawn(interventions=[far], untouched=True)
    behind = beside["data"][:2]
    assert beside["data"][2:] == alone["data"]
    wanted = timeline(CellSettings.read(payload()))
    for line, name in zip(behind, "ch", strict=True):
        assert line["meta"] == name
        assert line["y"] == wire.encode(wanted[name])
    # What the untouched run reaches is within sight as well.
    numbers = payload()["numbers"] | {"b_f": "6", "b_i": "6"}
    counting: dict[str, Any] = {"sequence": "9, 9, 9, 9, 9, 9, 9, 9, 9", "numbers": numbers}
    wiped = [at("c", t, 0) for t in range(1, 10)]
    top = drawn(**counting, interventions=wiped, untouched=True)["layout"]["yaxis"]["range"][1]
    assert top > max(timeline(CellSettings.read(payload(**counting)))["c"])
    assert drawn(untouched=True) == drawn()
    with pytest.raises(BadRequest):
        drawn(untouched=1)


def test_even_many_spans_leave_most_of_the_figure_free() -> None:
    acts = [{"name": "z", "first": 1, "last": 9}] * 32
    layout = with_spans({"margin": {"t": 6}}, acts, "light")
    assert len(layout["shapes"]) == 32
    assert layout["margin"]["t"] <= 50
