"""What a reader can mistype on the Train page is told; what the page never sends is refused."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from components.boundary import FieldError
from components.train_settings import (
    CHOICES,
    LABELS,
    NEXT_ROW,
    OPTIONS,
    TrainSettings,
    fields_of,
)
from lstm.catalogue import TASKS
from lstm.settings import LIMITS, Settings

Sent = Callable[..., dict[str, Any]]


def refusal(sent: dict[str, Any]) -> FieldError:
    with pytest.raises(FieldError) as refused:
        TrainSettings.read(sent)
    return refused.value


@pytest.mark.parametrize("task", CHOICES)
def test_what_is_filled_in_for_a_task_is_what_is_advised_for_it(
    train_settings: Sent, task: str
) -> None:
    read = TrainSettings.read(train_settings(task))
    assert read == TrainSettings(Settings.advised(task), "")
    assert TrainSettings.read(json.loads(json.dumps(train_settings(task)))) == read


def test_what_the_page_sends_is_read(train_settings: Sent) -> None:
    numbers = {"size": " 24 ", "layers": "2", "rate": "5e-3", "clip": "0.5", "dropout": ".2"}
    numbers |= {"weight_decay": "1e-4", "forget_bias": "−1.5", "seed": "4294967295"}
    numbers |= {"batch": "8", "unroll": "20", "steps": "123"}
    more = {"cell": "no_forget", "method": "sgd", "unit": "words", "data": "f" * 64}
    read = TrainSettings.read(train_settings("text", numbers, **more))
    assert read.data == "f" * 64
    assert read.run == Settings(
        "text",
        cell="no_forget",
        unit="words",
        size=24,
        layers=2,
        method="sgd",
        rate=0.005,
        clip=0.5,
        weight_decay=1e-4,
        dropout=0.2,
        forget_bias=-1.5,
        batch=8,
        unroll=20,
        steps=123,
        seed=2**32 - 1,
    )


def test_only_the_options_of_the_task_count(train_settings: Sent) -> None:
    numbers = {"lag": "20", "silence": "nonsense that no one sees"}
    assert TrainSettings.read(train_settings("long_lag", numbers)).run.options == {"lag": 20}
    assert TrainSettings.read(train_settings("reber", {"lag": "nonsense"})).run.options == {}


@pytest.mark.parametrize(
    ("task", "target", "column"),
    [("table", "load", "load"), ("table", NEXT_ROW, None), ("text", "load", None)],
)
def test_a_target_is_a_column_of_a_table_or_the_next_row(
    train_settings: Sent, task: str, target: str, column: str | None
) -> None:
    assert TrainSettings.read(train_settings(task, target=target)).run.target == column


def test_every_field_of_the_page_has_a_name_and_limits() -> None:
    assert set(LABELS) == set(LIMITS)
    assert len({*LABELS.values()}) == len(LABELS)  # a complaint finds its field by its name
    for task in TASKS.values():
        names = [option.label for option in task.options.values()]
        assert not {*names} & {*LABELS.values()}
        assert len({*names}) == len(names)


def test_fields_show_numbers_as_they_are_typed() -> None:
    fields = fields_of(Settings("long_lag", rate=1e-6, clip=1000.0, options={"lag": 7}))
    shown = (fields["rate"], fields["clip"], fields["lag"], fields["steps"])
    assert shown == ("1e-06", "1000", "7", "2000")


# Slips

BETWEEN = "Use a number between"


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("size", "0", "Units is '0'. Use a whole number from 1 to 512."),
        ("size", "513", "Units is '513'. Use a whole number from 1 to 512."),
        ("size", "2.5", "Units is 2.5. Use a whole number from 1 to 512."),
        ("size", "", "Units is empty. Use a whole number from 1 to 512."),
        ("layers", "many", "Layers is 'many'. Use a whole number from 1 to 4."),
        ("steps", "1000001", "Batches is '1000001'. Use a whole number from 1 to 1,000,000."),
        ("batch", "257", "Batch size is '257'. Use a whole number from 1 to 256."),
        ("unroll", "1", "Unrolled steps is '1'. Use a whole number from 2 to 500."),
        ("seed", "-1", "Seed is '-1'. Use a whole number from 0 to 4,294,967,295."),
        ("rate", "fast", f"Learning rate is 'fast'. {BETWEEN} 0.000001 and 10, like 0.5."),
        ("rate", "11", f"Learning rate is 11, out of range. {BETWEEN} 0.000001 and 10, like 0.5."),
        ("rate", "0", f"Learning rate is 0, out of range. {BETWEEN} 0.000001 and 10, like 0.5."),
        ("rate", "nan", f"Learning rate is 'nan'. {BETWEEN} 0.000001 and 10, like 0.5."),
        ("clip", "0", f"Clip norm at is 0, out of range. {BETWEEN} 0.001 and 1,000, like 0.5."),
        ("dropout", "1", f"Dropout is 1, out of range. {BETWEEN} 0 and 0.9, like 0.5."),
        ("weight_decay", "2", f"Weight decay is 2, out of range. {BETWEEN} 0 and 1, like 0.5."),
        ("forget_bias", "", f"Forget bias is empty. {BETWEEN} -10 and 10, like 0.5."),
    ],
)
def test_a_slip_names_its_field_what_was_given_and_what_is_wanted(
    train_settings: Sent, name: str, raw: str, message: str
) -> None:
    refused = refusal(train_settings(numbers={name: raw}))
    assert str(refused).replace("−", "-") == message
    assert refused.field == LABELS[name]


@pytest.mark.parametrize("name", OPTIONS)
def test_a_slip_in_an_option_of_a_task_names_it_as_the_page_does(
    train_settings: Sent, name: str
) -> None:
    task, option = next((k, t.options[name]) for k, t in TASKS.items() if name in t.options)
    for raw in ("x", "", str(option.low - 1), str(option.high + 1), "2.5"):
        refused = refusal(train_settings(task, {name: raw}))
        assert refused.field == option.label
        assert f"from {option.low} to {option.high:,}." in str(refused)


@pytest.mark.parametrize("end", [0, 1])
def test_the_ends_of_every_range_may_be_used(train_settings: Sent, end: int) -> None:
    numbers = {name: f"{limits[end]:.12g}" for name, limits in LIMITS.items()}
    read = TrainSettings.read(train_settings(numbers=numbers)).run
    assert {name: getattr(read, name) for name in LIMITS} == {
        name: limits[end] for name, limits in LIMITS.items()
    }


# Forgeries


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "nothing"},
        {"task": None},
        {"task": ["reber"]},
        {"cell": "rnn"},  # it learns, but no page could show it
        {"cell": 1},
        {"method": "rmsprop"},
        {"unit": "letters"},
        {"target": 3},
        {"data": None},
        {"data": 5},
        {"numbers": None},
        {"numbers": []},
        {"numbers": {}},
        {"numbers": {"size": "8"}},
    ],
    ids=str,
)
def test_what_the_page_never_sends_is_refused(
    train_settings: Sent, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        TrainSettings.read(train_settings() | changes)


@pytest.mark.parametrize("value", [None, True, ["8"], {"size": 8}], ids=str)
@pytest.mark.parametrize("name", ["size", "rate", "lag"])
def test_a_field_holds_text_or_a_number(train_settings: Sent, name: str, value: Any) -> None:
    with pytest.raises(BadRequest):
        TrainSettings.read(train_settings("long_lag", {name: value}))


def test_a_field_that_there_is_not_is_refused(train_settings: Sent) -> None:
    with pytest.raises(BadRequest, match="each field once"):
        TrainSettings.read(train_settings(numbers={"speed": "1"}))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(place=st.sampled_from(["task", "cell", "method", "unit", "target", "data"]), value=ANYTHING)
def test_whatever_is_sent_is_read_or_refused_in_order(
    train_settings: Sent, place: str, value: Any
) -> None:
    with suppress(FieldError, BadRequest):
        TrainSettings.read(train_settings() | {place: value})


@settings(derandomize=True, max_examples=200, deadline=None)
@given(place=st.sampled_from(sorted(LABELS)), value=ANYTHING | st.text(max_size=30))
def test_whatever_stands_in_a_field_is_read_or_refused_in_order(
    train_settings: Sent, place: str, value: Any
) -> None:
    try:
        read = TrainSettings.read(train_settings(numbers={place: value})).run
    except (FieldError, BadRequest):
        return
    low, high = LIMITS[place]
    assert low <= getattr(read, place) <= high
