"""The Models page: its regions and names, and the words for the models of the lab."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from components import create_app, models_view
from components.models import offered, title, with_the_lab
from components.models_facts import facts
from components.models_words import SHIPPED_WORDS
from components.network_inputs import prepare
from components.network_settings import NetworkSettings
from components.network_view import layout as network_layout
from components.still import dom_id
from lstm import Layer, Linear, Model, Vocabulary
from lstm.card import Card
from lstm.catalogue import TASKS
from lstm.checkpoint import Reading, load
from lstm.shipped import Shipped, folder, shipped
from lstm.tasks import Brackets, Counting, Reber

Tree = Callable[[Any], ET.Element]
Settings = Callable[..., dict[str, Any]]

SHIPPED = pytest.mark.parametrize("one", shipped(folder()), ids=lambda one: one.name)


@pytest.fixture
def page(tree: Tree) -> ET.Element:
    return tree(models_view.layout("models"))


def words(node: ET.Element) -> str:
    return " ".join("".join(node.itertext()).split())


# The layout


@pytest.mark.parametrize("name", ["With the lab", "Your models", "By this link"])
def test_every_list_is_a_region_with_its_name(page: ET.Element, name: str) -> None:
    (region,) = (node for node in page.iter("section") if node.attrib.get("aria-label") == name)
    assert words(next(region.iter("h2"))) == name
    assert ("hidden" in region.attrib) == (name == "By this link")


def test_files_and_words_to_search_for_have_labels(page: ET.Element) -> None:
    labels = {words(label): label for label in page.iter("label")}
    assert set(labels) == {"Import a model", "Search"}
    (file,) = labels["Import a model"].iter("input")
    assert (file.attrib["type"], file.attrib["accept"]) == ("file", ".safetensors")
    (search,) = labels["Search"].iter("input")
    assert search.attrib["type"] == "search"


def test_it_begins_by_a_callback_of_its_own_in_the_browser() -> None:
    name = dom_id(models_view.own(["MATCH"], "alert")) + ".is_open"
    assert create_app().callback_map[name]["inputs"] == [
        {"id": dom_id(models_view.own(["MATCH"], "chosen")), "property": "data"}
    ]


def test_two_of_them_have_no_id_in_common(tree: Tree) -> None:
    def ids(aio_id: str) -> set[str]:
        view = tree(models_view.layout(aio_id))
        return {node.attrib["id"] for node in view.iter() if "id" in node.attrib}

    assert ids("one")
    assert not ids("one") & ids("two")


def test_a_portal_can_have_its_pages_elsewhere() -> None:
    config = next(iter(models_view.layout("a", network="nets/look", train="learn").children))
    assert config.data["network"] == "nets/look"
    assert config.data["train"] == "learn"


# What is said of a model

VOCABULARY = Vocabulary(("a", "b", "c"))
WORDS = Vocabulary(("one", "two", "three"), "words")
CARD = Card("text", "", (2,), 1, None, 1.0, None, "2026-03-01", (), ())


def cell(inputs: int = 3) -> Layer:
    return Layer(np.ones((8, inputs)), np.ones((8, 2)), np.zeros(8))


def said(model: Model, size: int = 2048) -> dict[str, Any]:
    given = facts(Reading(model, (), ()), size)
    return {"unknown": given["unknown"], **dict(given["rows"])}


@pytest.mark.parametrize(
    ("model", "vocabulary", "weights"),
    [
        (Model([cell(1)]), "none: 1 number a step", "32"),
        (Model([cell()], vocabulary=VOCABULARY), "3 characters", "48"),
        (Model([cell()], vocabulary=WORDS), "3 words", "48"),
        (Model([cell()], None, np.ones((7, 3))), "7 tokens, by number", "69"),
        (
            Model([cell(), cell(2)], Linear(np.ones((5, 2)), np.zeros(5))),
            "none: 3 numbers a step",
            "103",
        ),
    ],
)
def test_what_the_file_shows_is_said_without_a_card(
    model: Model, vocabulary: str, weights: str
) -> None:
    given = said(model)
    assert given["Vocabulary"] == vocabulary
    assert given["All weights"] == weights
    assert given["File"] == "2.0 kB"
    assert given["unknown"][0] == "Task"


def test_what_a_card_leaves_open_is_unknown() -> None:
    given = said(Model([cell()], vocabulary=VOCABULARY, card=CARD))
    assert given["Task"] == "The next token of a text"
    assert given["Steps"] == "1 batch"
    assert given["Accuracy"] == "100 %, held out"
    assert given["unknown"] == ["Learnt from", "Loss", "Seed"]


def test_a_task_that_the_lab_does_not_have_is_named_as_the_card_has_it() -> None:
    card = Card("weather", "x", (2,), 1, 0.5, None, None, "2026-03-01", (), ())
    given = said(Model([cell()], card=card))
    assert given["Task"] == "weather"
    assert given["Loss"] == "0.5 mean squared error, held out"


# Those that come with the lab


@SHIPPED
def test_a_model_of_the_lab_has_a_title_and_a_text_of_its_own(
    one: Shipped, network_settings: Settings
) -> None:
    assert one.name in SHIPPED_WORDS
    assert title(one) == SHIPPED_WORDS[one.name].title
    assert one.card is not None
    assert one.card.task in (*TASKS, "text")
    model = load(one.path)
    sent = network_settings({"source": "file", "hash": one.hash}, text=SHIPPED_WORDS[one.name].text)
    prepared = prepare(NetworkSettings.read(sent), lambda _: model)
    assert model.vocabulary is not None
    known = [model.vocabulary.tokens[int(number)] for number in prepared.inputs[:, 0]]
    assert known == prepared.tokens


def test_the_texts_of_the_tasks_are_such_as_were_learnt() -> None:
    string = SHIPPED_WORDS["reber"].text
    followers = Reber.successors(string)
    assert all(symbol in allowed for symbol, allowed in zip(string[1:], followers, strict=False))
    assert followers[-1] == {"B"}
    assert SHIPPED_WORDS["counter"].text == Counting().string(5)
    opened: list[str] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for symbol in SHIPPED_WORDS["brackets"].text:
        assert symbol in Brackets.vocabulary.tokens
        if symbol in pairs:
            assert opened.pop() == pairs[symbol]
        elif symbol in pairs.values():
            opened.append(symbol)
    assert opened == []
    assert SHIPPED_WORDS["brackets"].text.count('"') == 2


def test_the_network_page_offers_them_in_the_order_of_the_words() -> None:
    names = [one.name for one in with_the_lab().values()]
    assert names == [name for name in SHIPPED_WORDS if name in names]
    stores = [part for part in network_layout("a").children if part._type == "Store"]
    (config,) = (store for store in stores if store.id["part"] == "config")
    assert config.data["shipped"] == offered()
    assert [one["title"] for one in offered()] == [SHIPPED_WORDS[name].title for name in names]
    assert json.dumps(offered())
