"""Settings: what may be chosen, and nothing else, from whoever sends it."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm import LabError
from lstm.catalogue import TASKS
from lstm.settings import LIMITS, TABLE, TEXT, Settings

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=200, deadline=None)

ALL = (*TASKS, TEXT, TABLE)
NAMES = [field.name for field in fields(Settings)]


@pytest.mark.parametrize("task", ALL)
def test_what_is_advised_can_be_chosen_and_comes_back_from_json(task: str) -> None:
    settings = Settings.advised(task)
    assert settings.task == task
    assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_all_that_is_chosen_comes_back_from_json() -> None:
    settings = Settings(
        "temporal_order",
        cell="no_forget",
        options={"relevant": 3, "length": 30},
        unit="words",
        target="load",
        size=3,
        layers=2,
        method="sgd",
        rate=0.1,
        clip=2.5,
        weight_decay=0.01,
        dropout=0.2,
        forget_bias=-1.5,
        batch=7,
        unroll=9,
        steps=11,
        seed=13,
    )
    data = json.loads(json.dumps(settings.to_json()))
    assert list(data) == NAMES
    assert Settings.from_json(data) == settings
    assert all(data[name] != Settings("reber").to_json()[name] for name in NAMES)


def test_what_is_left_out_is_as_usual() -> None:
    assert Settings.from_json({"task": "reber"}) == Settings("reber")


@pytest.mark.parametrize("task", TASKS)
def test_options_that_are_left_out_are_the_tasks_own(task: str) -> None:
    own = {name: option.default for name, option in TASKS[task].options.items()}
    assert Settings(task).options == own
    for name, option in TASKS[task].options.items():
        assert Settings(task, options={name: option.low}).options == own | {name: option.low}


def test_what_is_changed_goes_before_what_is_advised() -> None:
    settings = Settings.advised("reber", size=5)
    assert (settings.size, settings.steps) == (5, TASKS["reber"].advised["steps"])


def test_settings_are_not_changed_by_what_they_were_made_of() -> None:
    options = {"lag": 20}
    settings = Settings("long_lag", options=options)
    options["lag"] = 30
    settings.to_json()["options"]["lag"] = 40
    assert settings.options == {"lag": 20}


def test_an_unknown_task_is_named_with_the_known_ones() -> None:
    with pytest.raises(LabError, match=r"^There is no task 'chess'. Use one of reber, .*, table"):
        Settings("chess")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("cell", "lstm, no_forget, rnn"),
        ("unit", "characters, words"),
        ("method", "sgd, adam"),
    ],
)
def test_an_unknown_choice_is_named_with_the_known_ones(name: str, known: str) -> None:
    wrong: dict[str, Any] = {name: "gru"}
    with pytest.raises(LabError, match=f"^{name} is 'gru'. Use one of {known}.$"):
        Settings("reber", **wrong)


def with_(name: str, value: Any) -> Settings:
    return Settings("reber", **{name: value})


@pytest.mark.parametrize("name", LIMITS)
def test_numbers_have_limits(name: str) -> None:
    low, high = LIMITS[name]
    for fits in (low, high):
        assert getattr(with_(name, fits), name) == fits
    step = 1 if isinstance(low, int) and isinstance(high, int) and name != "rate" else 1e-9
    for wrong in (low - step, high + max(step, 1e-9 * high), float("nan"), float("inf")):
        with pytest.raises(LabError, match=r"\. Use .* to "):
            with_(name, wrong)


def test_a_number_out_of_its_limits_is_named_with_them() -> None:
    with pytest.raises(LabError, match=r"^Weight decay is 2. Use 0 to 1.$"):
        Settings("reber", weight_decay=2)
    with pytest.raises(LabError, match=r"^Seed is 4.29497e\+09. Use 0 to 4,294,967,295.$"):
        Settings("reber", seed=2**32)
    with pytest.raises(LabError, match=r"^Rate is nan. Use 1e-06 to 10.$"):
        Settings("reber", rate=float("nan"))


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf")])
def test_a_number_that_no_float_can_hold_is_refused_too(value: float) -> None:
    with pytest.raises(LabError, match=r"^Rate is out of range. Use 1e-06 to 10.$"):
        Settings("reber", rate=value)


@pytest.mark.parametrize("task", TASKS)
def test_options_have_limits(task: str) -> None:
    for name, option in TASKS[task].options.items():
        for wrong in (option.low - 1, option.high + 1):
            with pytest.raises(LabError) as caught:
                Settings(task, options={name: wrong})
            said = f" is {wrong}. Use {option.low} to {option.high}."
            assert str(caught.value) == option.label + said


def test_an_option_of_another_task_is_refused() -> None:
    with pytest.raises(LabError, match=r"^The task has no option 'lag'. It has none.$"):
        Settings("reber", options={"lag": 20})
    with pytest.raises(LabError, match=r"no option 'lag'. Its options are length, silence.$"):
        Settings("copy", options={"lag": 20, "length": 3})


@pytest.mark.parametrize("data", [None, 3, "reber", ["reber"], True])
def test_json_that_is_no_object_is_refused(data: Any) -> None:
    with pytest.raises(LabError, match=r"^The settings of this run are damaged: they are no table"):
        Settings.from_json(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task", 3),
        ("cell", None),
        ("options", [1]),
        ("options", {"lag": 2.5}),
        ("options", {"lag": True}),
        ("target", 4),
        ("size", 8.0),
        ("size", "8"),
        ("size", True),
        ("rate", "fast"),
        ("rate", False),
        ("colour", "red"),
        ("x" * 100, 1),
    ],
)
def test_a_damaged_value_is_named(name: str, value: Any) -> None:
    data: Mapping[str, Any] = {"task": "long_lag", name: value}
    with pytest.raises(LabError, match=f"^The settings of this run are damaged at '{name[:40]}'.$"):
        Settings.from_json(data)


def test_settings_without_a_task_are_refused() -> None:
    with pytest.raises(LabError, match=r"^The settings of this run name no task.$"):
        Settings.from_json({"size": 8})


@pytest.mark.parametrize("name", ["task", "cell"])
def test_long_nonsense_is_cut_in_messages(name: str) -> None:
    with pytest.raises(LabError) as caught:
        Settings.from_json({"task": "reber", name: "x" * 10_000})
    assert len(str(caught.value)) < 300


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@examples
@given(json_values)
def test_any_json_is_refused_in_words(data: Any) -> None:
    with pytest.raises(LabError):
        Settings.from_json(data)


@examples
@given(
    st.sampled_from(ALL),
    st.dictionaries(
        st.sampled_from([*NAMES, "more"]),
        json_values
        | st.sampled_from([*ALL, "rnn", "sgd", "words", 10**400, 1e400, {"lag": 10**400}]),
        max_size=3,
    ),
)
def test_damaged_settings_are_read_or_refused_in_words(task: str, damage: dict[str, Any]) -> None:
    data = Settings.advised(task).to_json() | damage
    try:
        settings = Settings.from_json(data)
    except LabError:
        return
    # What was read is all within its limits, and as it was sent.
    assert settings == replace(settings)
    for name, (low, high) in LIMITS.items():
        assert low <= getattr(settings, name) <= high
        assert getattr(settings, name) == data[name]
    assert "more" not in damage
    np.random.default_rng(settings.seed)
