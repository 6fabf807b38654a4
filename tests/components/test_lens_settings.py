"""What the Lens page sends, read on the server."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.exceptions import BadRequest

from components.boundary import FieldError
from components.lens_settings import (
    LONGEST_WATCHED,
    MOST_CHARACTERS,
    MOST_GENERATED,
    MOST_WATCHED,
    LensSettings,
)
from lstm.generation import Choice

Settings = Callable[..., dict[str, Any]]


def test_settings_are_read_as_the_page_sends_them(lens_settings: Settings) -> None:
    sent = lens_settings(
        generate="3", temperature="0.5", top_k="5", top_p="0.9", seed="7", watch=["is", "are", "is"]
    )
    read = LensSettings.read(sent)
    assert read.model == ("file", "f" * 64)
    assert (read.text, read.prefix, read.generate, read.seed) == ("the keys", "", 3, 7)
    assert read.choice == Choice(0.5, 5, 0.9)
    assert (read.lens, read.bias, read.metric) == ("affine", True, "rank")
    assert read.watch == ("is", "are")
    assert read.layer is None
    assert LensSettings.read(lens_settings(layer=2)).layer == 2


def test_empty_fields_draw_from_all_tokens(lens_settings: Settings) -> None:
    assert LensSettings.read(lens_settings(top_k=" ", top_p="")).choice == Choice(0, None, None)


@pytest.mark.parametrize(
    ("name", "value", "field", "message"),
    [
        ("generate", "61", "Tokens", f"from 0 to {MOST_GENERATED}"),
        ("generate", "", "Tokens", "is empty"),
        ("temperature", "-1", "Temperature", "between 0 and 10"),
        ("temperature", "warm", "Temperature", "is 'warm'"),
        ("top_k", "0", "Top k", "from 1"),
        ("top_k", "2.5", "Top k", "whole number"),
        ("top_p", "0", "Top p", "out of range"),
        ("seed", "x", "Seed", "whole number"),
        ("text", "a" * (MOST_CHARACTERS + 1), "text", "at most 12,000"),
        ("prefix", "a" * (MOST_CHARACTERS + 1), "prefix", "at most 12,000"),
        ("watch", ["a"] * (MOST_WATCHED + 1), "watch", "Remove one"),
        ("watch", ["a" * (LONGEST_WATCHED + 1)], "watch", "too long"),
    ],
)
def test_what_can_be_mistyped_is_said_at_its_field(
    lens_settings: Settings, name: str, value: Any, field: str, message: str
) -> None:
    with pytest.raises(FieldError, match=message) as raised:
        LensSettings.read(lens_settings(**{name: value}))
    assert raised.value.field == field


@pytest.mark.parametrize(
    "forged",
    [
        {"model": None},
        {"model": {"source": "new", "hash": ""}},
        {"model": {"source": "file", "hash": 3}},
        {"text": None},
        {"prefix": 1},
        {"temperature": None},
        {"lens": "other"},
        {"bias": 1},
        {"metric": "loss"},
        {"watch": "is"},
        {"watch": [1]},
        {"layer": "0"},
        {"layer": -1},
    ],
)
def test_what_the_page_never_sends_is_refused(
    lens_settings: Settings, forged: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        LensSettings.read(lens_settings(**forged))


def test_half_a_character_becomes_a_whole_one(lens_settings: Settings) -> None:
    assert LensSettings.read(lens_settings(text="a\ud800b")).text == "a\ufffdb"
