"""A card is checked part by part, and comes back from a file as it was written."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from lstm import LabError, Layer, Model, load, save
from lstm.card import Card
from lstm.checkpoint import dump, read

CARD = Card(
    task="text",
    data="“Alice”, 150 kB ✓ 👩‍🚀",
    sizes=(2,),
    steps=300,
    loss=1.5,
    accuracy=0.6,
    seed=3,
    date="2026-03-01",
    can=("It spells.", "It closes brackets at depth 3 in 95 % of 200 cases."),
    cannot=("It rhymes.",),
    settings={"size": 2, "options": {"lag": 5}, "clip": None},
)


def model(card: Card | None) -> Model:
    return Model([Layer(np.ones((8, 3)), np.ones((8, 2)), np.zeros(8))], card=card)


def file_with(card: Any) -> bytes:
    """Write a model's file whose card is what somebody else wrote there."""
    content = dump(model(None))
    length = int.from_bytes(content[:8], "little")
    own = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["lstm_lab"])
    metadata = {"lstm_lab": json.dumps(own | {"card": card})}
    changed: bytes = safetensors.numpy.save(safetensors.numpy.load(content), metadata)
    return changed


def test_a_card_comes_back_from_a_file_as_it_was_written(tmp_path: Any) -> None:
    save(model(CARD), tmp_path / "model.safetensors")
    assert load(tmp_path / "model.safetensors").card == CARD
    assert read(dump(model(None))).model.card is None


def test_the_same_model_gives_the_same_bytes() -> None:
    assert dump(read(dump(model(CARD))).model) == dump(model(CARD))


def test_a_card_is_what_json_can_hold() -> None:
    assert Card.from_json(json.loads(json.dumps(CARD.to_json()))) == CARD
    bare = replace(CARD, loss=None, accuracy=None, seed=None, settings=None, can=(), cannot=())
    assert Card.from_json(json.loads(json.dumps(bare.to_json()))) == bare


def test_parts_that_a_card_does_not_have_are_passed_over() -> None:
    assert Card.from_json(CARD.to_json() | {"colour": "red"}) == CARD
    without = {name: part for name, part in CARD.to_json().items() if name != "settings"}
    assert Card.from_json(without) == replace(CARD, settings=None)


def test_settings_are_kept_as_they_were_when_the_card_was_written() -> None:
    settings: dict[str, Any] = {"sizes": (2, 3)}
    card = replace(CARD, settings=settings)
    settings["seed"] = 1
    assert card.settings == {"sizes": [2, 3]}


def test_whole_numbers_are_numbers() -> None:
    card = replace(CARD, loss=0, accuracy=1)
    assert (card.loss, card.accuracy) == (0.0, 1.0)
    assert isinstance(card.accuracy, float)


BROKEN: tuple[tuple[Mapping[str, Any], str], ...] = (
    ({"task": 3}, "'task' of the card must be one line of text."),
    ({"task": "x" * 101}, "'task' of the card has 101 characters; it may have 100."),
    ({"data": "half \ud83d"}, "'data' of the card must be one line of text."),
    ({"data": "a\x00b"}, "'data' of the card must be one line of text."),
    ({"data": "x" * 501}, "'data' of the card has 501 characters; it may have 500."),
    ({"sizes": []}, "'sizes' of the card must be the units of each layer, like [64, 64]."),
    ({"sizes": 2}, "'sizes' of the card must be the units of each layer, like [64, 64]."),
    ({"sizes": [2.0]}, "'sizes' of the card must be a whole number from 0."),
    ({"steps": -1}, "'steps' of the card must be a whole number from 0."),
    ({"steps": None}, "'steps' of the card must be a whole number from 0."),
    ({"seed": True}, "'seed' of the card must be a whole number from 0."),
    ({"seed": 2**64}, "'seed' of the card must be a whole number from 0."),
    ({"loss": "1"}, "'loss' of the card must be a number from 0 to 1e+300, or left out."),
    ({"loss": float("nan")}, "'loss' of the card must be a number from 0 to 1e+300, or left out."),
    ({"loss": 10**400}, "'loss' of the card must be a number from 0 to 1e+300, or left out."),
    ({"accuracy": 1.1}, "'accuracy' of the card must be a number from 0 to 1, or left out."),
    ({"accuracy": True}, "'accuracy' of the card must be a number from 0 to 1, or left out."),
    ({"date": "20260301"}, "'date' of the card must be a day, like 2026-03-01."),
    ({"date": "yesterday"}, "'date' of the card must be a day, like 2026-03-01."),
    ({"date": 2026}, "'date' of the card must be a day, like 2026-03-01."),
    ({"can": "all"}, "'can' of the card must be a list of up to 20 sentences."),
    ({"cannot": ["no"] * 21}, "'cannot' of the card must be a list of up to 20 sentences."),
    ({"cannot": [None]}, "'cannot' of the card must be one line of text."),
    ({"can": ["x" * 501]}, "'can' of the card has 501 characters; it may have 500."),
    ({"settings": 3}, "'settings' of the card must be what JSON can hold, by name."),
    ({"settings": {"a": float("inf")}}, "'settings' of the card must be what JSON can hold"),
    ({"settings": {"a": "\ud83d"}}, "'settings' of the card must be what JSON can hold"),
    ({"settings": {"a": "x" * 9992}}, "'settings' of the card has 10001 characters; it may have"),
)


@pytest.mark.parametrize(("part", "words"), BROKEN, ids=lambda value: str(value)[:30])
def test_a_broken_part_is_refused_with_what_it_must_be(part: Mapping[str, Any], words: str) -> None:
    with pytest.raises(LabError) as refusal:
        Card.from_json(CARD.to_json() | dict(part))
    assert str(refusal.value).startswith(words)


@pytest.mark.parametrize(("part", "words"), BROKEN, ids=lambda value: str(value)[:30])
def test_a_file_with_a_broken_card_opens_without_it(part: Mapping[str, Any], words: str) -> None:
    reading = read(file_with(CARD.to_json() | dict(part)))
    assert reading.model.card is None
    (sentence,) = reading.ignored
    assert sentence.startswith(
        f"The card is left out, so that nothing is said of the training. {words}"
    )


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("card", "A card is an object in JSON."),
        ([], "A card is an object in JSON."),
        ({"task": "text"}, "The card does not say 'data'."),
        (CARD.to_json() | {"sizes": [3]}, "The card is of layers of [3] units, not [2]."),
    ],
)
def test_what_is_no_card_of_the_model_is_left_out(card: Any, words: str) -> None:
    reading = read(file_with(card))
    assert reading.model.card is None
    assert reading.ignored[0].endswith(words)


def test_a_complaint_about_a_card_stays_short() -> None:
    (sentence,) = read(file_with(CARD.to_json() | {"sizes": [1] * 5000})).ignored
    assert len(sentence) < 300


def test_a_model_takes_no_card_of_other_layers() -> None:
    with pytest.raises(LabError, match=r"The card is of layers of \[2, 2\] units, not \[2\]\."):
        model(replace(CARD, sizes=(2, 2)))
