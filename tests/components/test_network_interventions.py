"""Reaching into a network: the page's run is the engine's, and says where it was changed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components.network_difference import difference
from components.network_difference_words import NOTHING_YET
from components.network_inputs import prepare
from components.network_run import Run, answer
from components.network_settings import NetworkSettings
from lstm import Model, ModelTrace, run
from lstm.interventions import Clamp, SetState, ShiftState, Silence

Settings = Callable[..., dict[str, Any]]

TEXT = "[[see (the) old] map"


def no_file(_: str) -> Model:
    raise AssertionError


def wish(kind: str, **more: Any) -> dict[str, Any]:
    """Write an intervention as the page sends it."""
    plain = {"what": None, "unit": 0, "layer": 0, "first": 1, "last": 1, "value": None, "on": True}
    return {**plain, "kind": kind, **more}


def traced(sent: dict[str, Any]) -> ModelTrace:
    return Run.of(NetworkSettings.read(sent), no_file).trace


def same(one: ModelTrace, other: ModelTrace) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for a, b in zip(one.layers, other.layers, strict=True)
        for name in ("i", "f", "g", "o", "c", "h", "c0", "h0")
    )


def test_each_kind_of_intervention_is_what_the_engine_makes_of_it(
    network_settings: Settings,
) -> None:
    asked = [
        wish("clamp", what="f", unit=2, first=3, last=9, value=0.25),
        wish("set", what="c", unit=1, layer=1, first=4, last=4, value=-2.5),
        wish("shift", what="h", unit=5, first=6, last=6, value=0.5),
        wish("silence", unit=7, layer=1, first=2, last=20),
        wish("clamp", what="o", unit=0, first=1, last=20, value=0, on=False),
    ]
    sent = network_settings({"layers": "2"}, text=TEXT, interventions=asked)
    prepared = prepare(NetworkSettings.read(sent), no_file)
    wanted = run(
        prepared.model,
        prepared.inputs,
        {
            0: [Clamp("f", 2, 3, 9, 0.25), ShiftState("h", 5, 6, 0.5)],
            1: [SetState("c", 1, 4, -2.5), Silence(7, 2, 20)],
        },
    )
    found = traced(sent)
    assert same(found, wanted)
    assert not same(found, run(prepared.model, prepared.inputs))
    np.testing.assert_array_equal(found.layers[0].f[2:9, 0, 2], np.float32(0.25))
    assert found.layers[1].c[3, 0, 1] == -2.5
    assert not found.layers[1].h[1:, 0, 7].any()
    assert found.layers[1].h[0, 0, 7] != 0


@pytest.mark.parametrize("first", [1, 5, 20])
def test_the_difference_begins_at_the_first_step_of_a_silenced_unit(
    network_settings: Settings, first: int
) -> None:
    """Before it, not one bit of any unit of any layer is another one."""
    a = network_settings({"layers": "2"}, text=TEXT)
    b = {**a, "interventions": [wish("silence", unit=3, first=first, last=20)]}
    found = difference(a, b, {}, "dark", opened=no_file)
    assert found["numbers"]["first_difference"] == first
    one, other = traced(a), traced(b)
    heard = np.abs(one.layers[0].h[:, 0].astype(float) - other.layers[0].h[:, 0])
    assert not heard[: first - 1].any()
    assert heard[first - 1, 3] == abs(float(one.layers[0].h[first - 1, 0, 3]))


def test_what_changes_nothing_is_said_to(network_settings: Settings) -> None:
    a = network_settings(text=TEXT)
    b = {**a, "interventions": [wish("silence", unit=3, first=2, last=5, on=False)]}
    says = difference(a, b, {}, "dark", opened=no_file)["says"]
    assert says[0] == NOTHING_YET
    # Another request, and the same run: a unit that is silent anyway.
    hushed = network_settings({"source": "characters"}, text="abc")
    b = {**hushed, "interventions": [wish("silence", unit=4, first=1, last=3)]}
    found = difference(hushed, b, {}, "dark", opened=no_file)
    assert found["numbers"]["first_difference"] is None
    assert found["says"][0] == "They never differ."


def test_the_answer_says_what_acts_where_and_what_waits(network_settings: Settings) -> None:
    asked = [
        wish("clamp", what="i", unit=2, first=3, last=99, value=1),
        wish("silence", unit=8, first=2, last=3),
        wish("set", what="h", unit=0, layer=1, first=2, last=2, value=0),
        wish("silence", unit=0, first=2, last=3, on=False),
    ]
    sent = network_settings(text=TEXT, interventions=asked)
    clamped, *others = answer(sent, no_file)["interventions"]
    assert clamped["acts"] == {
        "name": "i",
        "kind": "clamp",
        "says": "clamped to 1",
        "unit": 2,
        "layer": 0,
        "first": 3,
        "last": 20,
    }
    assert "t = 20" in clamped["waits"]
    assert [one["acts"] for one in others] == [None] * 3
    assert [part in one["waits"] for part, one in zip(("unit 8", "layer 2"), others, strict=False)]
    assert others[2]["waits"] == ""  # it is off


def test_what_the_form_adds_is_checked_against_the_model(network_settings: Settings) -> None:
    wanted = {"kind": "silence", "what": None, "value": None}
    typed = {"unit": "7", "layer": "2", "first": "3", "last": "20"}
    sent = network_settings({"layers": "2"}, text=TEXT, interventions=[], adding=wanted | typed)
    assert answer(sent, no_file)["added"] == wish("silence", unit=7, layer=1, first=3, last=20)
    for field, raw, message in (
        ("Unit", "8", "Unit is '8'. Use a whole number from 0 to 7."),
        ("Layer", "3", "Layer is '3'. Use a whole number from 1 to 2."),
        ("To", "21", "To is '21'. Use a whole number from 3 to 20."),
    ):
        slip = {**sent, "adding": wanted | typed | {field.lower().replace("to", "last"): raw}}
        assert answer(slip, no_file)["error"] == {"message": message, "field": field}


@pytest.mark.parametrize("forged", ["silence", [1], [wish("silence", unit=-1)], [wish("boom")]])
def test_interventions_that_the_page_never_sends_are_refused(
    network_settings: Settings, forged: Any
) -> None:
    with pytest.raises(BadRequest):
        answer(network_settings(interventions=forged), no_file)


def test_a_request_without_interventions_is_answered_as_ever(network_settings: Settings) -> None:
    without = answer(network_settings(text=TEXT), no_file)
    assert answer(network_settings(text=TEXT, interventions=[]), no_file) == without
    assert (without["interventions"], without["added"]) == ([], None)
