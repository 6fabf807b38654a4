"""What a reader can mistype on the Network page is told; what the page never sends is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.exceptions import BadRequest

from components.boundary import FieldError
from components.network_examples import DEFAULT_EXAMPLE, EXAMPLES
from components.network_inputs import prepare
from components.network_settings import (
    KIND_NAMES,
    LARGEST_INDEX,
    ORDER_NAMES,
    SOURCES,
    NetworkSettings,
)
from lstm.initial import KINDS
from lstm.units import ORDERS

Settings = Callable[..., dict[str, Any]]


def refusal(sent: dict[str, Any]) -> FieldError:
    with pytest.raises(FieldError) as refused:
        NetworkSettings.read(sent)
    return refused.value


def test_what_the_page_sends_is_read(network_settings: Settings) -> None:
    model = {
        "size": "64",
        "layers": 3,
        "kind": "normal",
        "forget_bias": "−2.5",
        "seed": "4294967295",
    }
    shown = {"layer": 2, "unit": 63, "order": "peak", "first": 5, "candidate": True}
    settings = NetworkSettings.read(network_settings(model, text="ab", **shown))
    assert (settings.model.source, settings.model.kind) == ("new", "normal")
    assert (settings.model.size, settings.model.layers) == (64, 3)
    assert (settings.model.forget_bias, settings.model.seed) == (-2.5, 2**32 - 1)
    assert (settings.text, settings.reads) == ("ab", "characters")
    assert (settings.layer, settings.unit, settings.order, settings.first) == (2, 63, "peak", 5)
    assert settings.candidate
    assert not settings.as_heat


def test_a_model_without_a_file_needs_no_hash(network_settings: Settings) -> None:
    sent = network_settings()
    del sent["model"]["hash"]
    assert NetworkSettings.read(sent).model.hash == ""


def test_settings_survive_json(network_settings: Settings) -> None:
    sent = network_settings(text="שלום 👩‍🚀 é", first=3)
    assert NetworkSettings.read(json.loads(json.dumps(sent))) == NetworkSettings.read(sent)


# Slips


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("size", "0", "Cell size is '0'. Use a whole number from 1 to 64."),
        ("size", "65", "Cell size is '65'. Use a whole number from 1 to 64."),
        ("size", 65, "Cell size is '65'. Use a whole number from 1 to 64."),
        ("size", "2.5", "Cell size is 2.5. Use a whole number from 1 to 64."),
        ("size", "abc", "Cell size is 'abc'. Use a whole number from 1 to 64."),
        ("size", "", "Cell size is empty. Use a whole number from 1 to 64."),
        ("size", "٣", "Cell size is '٣'. Use a whole number from 1 to 64."),
        ("size", "nan", "Cell size is 'nan'. Use a whole number from 1 to 64."),
        ("size", "9" * 5000, f"Cell size is '{'9' * 23}…'. Use a whole number from 1 to 64."),
        ("layers", "4", "Depth is '4'. Use a whole number from 1 to 3."),
        ("seed", "-1", "Seed is '-1'. Use a whole number from 0 to 4,294,967,295."),
        ("seed", "4294967296", "Seed is '4294967296'. Use a whole number from 0 to 4,294,967,295."),
        ("seed", "0.5", "Seed is 0.5. Use a whole number from 0 to 4,294,967,295."),
        (
            "forget_bias",
            "1e9",
            "Forget bias is 1e9, out of range. Use a number between −100 and 100, like 0.5.",
        ),
        (
            "forget_bias",
            "one",
            "Forget bias is 'one'. Use a number between −100 and 100, like 0.5.",
        ),
    ],
)
def test_a_slip_names_the_field_and_what_to_do(
    network_settings: Settings, name: str, raw: Any, message: str
) -> None:
    error = refusal(network_settings({name: raw}))
    assert str(error) == message
    # The page finds the control by the words that stand before it.
    assert error.field == message.split(" is ")[0]


@pytest.mark.parametrize("raw", ["1", "64", " 7 ", "1e1", "8.0", 8, 8.0])
def test_whole_numbers_are_read_however_they_are_written(
    network_settings: Settings, raw: Any
) -> None:
    settings = NetworkSettings.read(network_settings({"size": raw}))
    assert settings.model.size == int(float(raw))


def test_half_of_a_character_is_read_as_the_sign_for_what_is_unknown(
    network_settings: Settings,
) -> None:
    sent = json.loads(json.dumps(network_settings()).replace("a (b) c", "a\\ud83d👩\\udc00"))
    assert NetworkSettings.read(sent).text == "a\ufffd👩\ufffd"


# Forgeries


OTHER_TYPES: list[Any] = [None, 1, 1.5, True, [], {}, ["new"], {"a": 1}]


@pytest.mark.parametrize("name", ["text", "reads", "order"])
@pytest.mark.parametrize("value", OTHER_TYPES, ids=repr)
def test_text_of_another_type_is_forged(network_settings: Settings, name: str, value: Any) -> None:
    with pytest.raises(BadRequest):
        NetworkSettings.read(network_settings(**{name: value}))


@pytest.mark.parametrize("name", ["source", "kind", "hash"])
@pytest.mark.parametrize("value", OTHER_TYPES, ids=repr)
def test_a_model_s_text_of_another_type_is_forged(
    network_settings: Settings, name: str, value: Any
) -> None:
    with pytest.raises(BadRequest):
        NetworkSettings.read(network_settings({name: value}))


@pytest.mark.parametrize("name", ["size", "layers", "forget_bias", "seed"])
@pytest.mark.parametrize("value", [None, True, False, [], {}, [8]], ids=repr)
def test_a_model_s_number_of_another_type_is_forged(
    network_settings: Settings, name: str, value: Any
) -> None:
    with pytest.raises(BadRequest):
        NetworkSettings.read(network_settings({name: value}))


@pytest.mark.parametrize("name", ["layer", "unit", "first"])
@pytest.mark.parametrize(
    "value",
    [True, False, "0", 0.0, 1.5, [], {}, -1, -(10**30), 10**30, LARGEST_INDEX + 1],
    ids=repr,
)
def test_an_index_that_is_no_place_is_forged(
    network_settings: Settings, name: str, value: Any
) -> None:
    with pytest.raises(BadRequest, match=name):
        NetworkSettings.read(network_settings(**{name: value}))


@pytest.mark.parametrize("name", ["candidate", "as_heat"])
@pytest.mark.parametrize("value", [None, 0, 1, "true", [], {}], ids=repr)
def test_a_switch_is_on_or_off_and_nothing_else(
    network_settings: Settings, name: str, value: Any
) -> None:
    with pytest.raises(BadRequest):
        NetworkSettings.read(network_settings(**{name: value}))


@pytest.mark.parametrize("value", [None, [], "new", 1, True], ids=repr)
def test_a_model_that_is_no_mapping_is_forged(network_settings: Settings, value: Any) -> None:
    with pytest.raises(BadRequest):
        NetworkSettings.read({**network_settings(), "model": value})


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("source", "trained"),
        ("source", ""),
        ("source", "__class__"),
        ("kind", "zeros"),
        ("kind", "Glorot"),
    ],
)
def test_a_model_of_an_unknown_kind_is_forged(
    network_settings: Settings, part: str, value: str
) -> None:
    with pytest.raises(BadRequest, match=part):
        NetworkSettings.read(network_settings({part: value}))


@pytest.mark.parametrize(
    ("part", "value"), [("reads", "bytes"), ("order", "random"), ("order", "")]
)
def test_an_unknown_choice_is_forged(network_settings: Settings, part: str, value: str) -> None:
    with pytest.raises(BadRequest, match=part):
        NetworkSettings.read(network_settings(**{part: value}))


@pytest.mark.parametrize(
    "name", ["model", "text", "reads", "layer", "unit", "order", "candidate", "as_heat"]
)
def test_settings_with_a_part_missing_are_forged(network_settings: Settings, name: str) -> None:
    sent = network_settings()
    del sent[name]
    with pytest.raises(BadRequest):
        NetworkSettings.read(sent)


@pytest.mark.parametrize("name", ["source", "size", "layers", "kind", "forget_bias", "seed"])
def test_a_model_with_a_part_missing_is_forged(network_settings: Settings, name: str) -> None:
    sent = network_settings()
    del sent["model"][name]
    with pytest.raises(BadRequest):
        NetworkSettings.read(sent)


# What the page offers


def test_the_page_offers_each_kind_and_order_of_the_engine() -> None:
    assert tuple(KIND_NAMES) == KINDS
    assert tuple(ORDER_NAMES) == ORDERS


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_every_example_can_be_read_and_names_a_unit_that_is_there(
    network_settings: Settings, name: str
) -> None:
    example = EXAMPLES[name]
    assert example.source in SOURCES
    sent = network_settings({"source": example.source}, text=example.text, reads=example.reads)

    def none_opened(_: str) -> Any:
        raise AssertionError("an example opens no file")

    prepared = prepare(NetworkSettings.read(sent), none_opened)
    assert len(prepared.tokens) > 12
    assert example.unit < prepared.model.layers[0].hidden_size
    assert example.look_for.endswith((".", "mark."))


def test_the_examples_have_titles_of_their_own_and_one_of_them_is_the_first() -> None:
    assert len({example.title for example in EXAMPLES.values()}) == len(EXAMPLES)
    assert DEFAULT_EXAMPLE in EXAMPLES
