"""What the Map page sends, read on the server."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.exceptions import BadRequest

from components.boundary import FieldError
from components.map_settings import LONGEST_TEXT, MOST_CHARACTERS, Chosen, MapSettings
from lstm.atlas import Wanted
from lstm.map_source import MatrixSource, ModelSource
from lstm.metric import Metric
from lstm.order import Order
from lstm.projection import Umap

Settings = Callable[..., dict[str, Any]]

HASH, LABELS = "f" * 64, "e" * 64


def test_settings_are_read_as_the_page_sends_them(map_settings: Settings) -> None:
    sent = map_settings(
        projection="umap",
        neighbours="30",
        min_dist="0.25",
        seed="7",
        pull_unit=" 6 ",
        pull="0.5",
        way="hdbscan",
        text="some text",
        text_of=LABELS,
        only="3",
        sequence="a (b)",
        begin=True,
    )
    read = MapSettings.read(sent)
    assert read.source == Chosen("model", HASH)
    assert (read.layer, read.what, read.count, read.only) == (1, "h", 500, 3)
    assert (read.sequence, read.begin) == ("a (b)", True)
    wanted = Wanted("umap", Metric("cosine", 6, 0.5), Umap(30, 0.25, 7), "hdbscan")
    assert read.wanted == wanted
    source = ModelSource(HASH, 0, "c", "some text", LABELS)
    assert read.order(0, "c") == Order(source, 500, 3, wanted)


def test_the_usual_settings_are_the_order_that_is_made_without_any(map_settings: Settings) -> None:
    read = MapSettings.read(map_settings(projection="umap", count="4000"))
    assert read.order(1, "h") == Order(
        ModelSource(HASH, 1), wanted=Wanted("umap", Metric("cosine"), Umap(15, 0.5, 0))
    )
    assert not read.begin


def test_a_matrix_is_an_order_of_its_own(map_settings: Settings) -> None:
    source = {"kind": "matrix", "hash": HASH, "labels": LABELS, "tensor": "rows"}
    read = MapSettings.read(map_settings(source=source))
    assert read.order(0, "h").source == MatrixSource(HASH, LABELS, "rows")
    plain = MapSettings.read(map_settings(source={"kind": "matrix", "hash": HASH}))
    assert plain.order(0, "h").source == MatrixSource(HASH)


def test_principal_components_ask_for_nothing_that_umap_does(map_settings: Settings) -> None:
    read = MapSettings.read(map_settings(neighbours="many", min_dist="", seed="5"))
    assert read.wanted == Wanted("pca", Metric("cosine"), Umap(seed=5))


def test_a_pull_of_no_strength_is_none(map_settings: Settings) -> None:
    assert MapSettings.read(map_settings(pull_unit="3", pull="0")).wanted.metric == Metric("cosine")
    assert MapSettings.read(map_settings(pull="strong")).wanted.metric == Metric("cosine")


@pytest.mark.parametrize(
    ("name", "value", "field", "message"),
    [
        ("count", "499", "Contexts", "from 500 to 100,000"),
        ("count", "many", "Contexts", "is 'many'"),
        ("neighbours", "1", "Neighbours", "from 2 to 200"),
        ("min_dist", "2", "Minimum distance", "between 0 and 1"),
        ("seed", "-1", "Seed", "from 0"),
        ("pull_unit", "x", "Pull unit", "whole number"),
        ("pull", "2", "Pull", "between 0 and 1"),
        ("only", "1.5", "Only unit", "whole number"),
        ("text", "a" * (LONGEST_TEXT + 1), "text", "at most 60,000"),
        ("sequence", "a" * (MOST_CHARACTERS + 1), "sequence", "at most 12,000"),
        ("metric", "euclidean", "Pull unit", "Choose the cosine metric"),
    ],
)
def test_what_can_be_mistyped_is_said_at_its_field(
    map_settings: Settings, name: str, value: Any, field: str, message: str
) -> None:
    sent = {"projection": "umap", "pull_unit": "3"} | {name: value}
    with pytest.raises(FieldError, match=message) as raised:
        MapSettings.read(map_settings(**sent))
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", None),
        ("source", {"kind": "folder", "hash": HASH}),
        ("source", {"kind": "model", "hash": 3}),
        ("source", {"kind": "matrix", "hash": HASH, "labels": 3}),
        ("source", {"kind": "matrix", "hash": HASH, "tensor": None}),
        ("layer", "1"),
        ("layer", -1),
        ("layer", True),
        ("what", "x"),
        ("count", None),
        ("only", None),
        ("projection", "tsne"),
        ("metric", "hamming"),
        ("way", ["relief"]),
        ("text", None),
        ("text_of", 3),
        ("sequence", 3),
        ("begin", "yes"),
    ],
)
def test_what_the_page_never_sends_is_refused(
    map_settings: Settings, name: str, value: Any
) -> None:
    with pytest.raises(BadRequest):
        MapSettings.read(map_settings(**{name: value}))


def test_half_a_character_is_replaced(map_settings: Settings) -> None:
    assert MapSettings.read(map_settings(sequence="a\ud800")).sequence == "a\ufffd"
