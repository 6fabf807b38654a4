"""A page with one setting or two, as a link or the Compare button wants it."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import BadRequest

from components import cell_view, compare, train_view
from components.lab import create_app
from tests.components.conftest import Tree

B = "#v=2&x=1,0&W_f=2&t=1&B.W_f=3"


def views(page: ET.Element) -> list[str]:
    """Name the views on a page, in their order."""
    return [one.get("data-view", "") for one in page.iter() if one.get("data-view")]


def kind_of(page: ET.Element, aio_id: str) -> str | None:
    """Tell which drawing a Cell view has."""
    (view,) = [one for one in page.iter() if one.get("data-view") == aio_id]
    return next(one.get("data-diagram") for one in view.iter() if one.get("data-diagram"))


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    client: FlaskClient = create_app().server.test_client()
    return client


def put(client: FlaskClient, wanted: Any) -> Any:
    """Ask for a second setting as the browser does."""
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": "lab-second.children",
            "outputs": {"id": "lab-second", "property": "children"},
            "inputs": [{"id": "lab-compare-wanted", "property": "data", "value": wanted}],
            "changedPropIds": ["lab-compare-wanted.data"],
        },
    )
    if answer.status_code != 200:
        return answer.status_code
    return json.loads(answer.text)["response"]["lab-second"]["children"]


@pytest.mark.parametrize("link", ["", "#", "#lab-main", "#v=2", "#v=1&W_f=2", "#v=1&B.W_f=2"])
def test_without_a_second_setting_the_page_has_one(tree: Tree, link: str) -> None:
    page = tree(compare.page(cell_view, link))
    assert views(page) == ["cell"]
    assert page.get("class") == "lab-pair"


def test_a_link_with_a_second_setting_brings_it_and_the_difference_at_once(tree: Tree) -> None:
    page = tree(compare.page(cell_view, B))
    assert views(page) == ["cell", "cell-b", "cell-difference"]
    assert page.get("class") == "lab-pair is-comparing"
    assert {one.get("data-player") for one in page.iter() if one.get("data-view")} == {"cell"}
    assert [one.get("data-transport") for one in page.iter() if one.get("data-transport")] == [
        "cell"
    ]


def test_each_setting_is_laid_out_in_its_own_kind(tree: Tree) -> None:
    page = tree(compare.page(cell_view, "#v=2&kind=gru&B.kind=no_forget"))
    assert (kind_of(page, "cell"), kind_of(page, "cell-b")) == ("gru", "no-forget")


@pytest.mark.parametrize("kind", ["", "nope", "../gru", "GRU"])
def test_of_a_kind_that_is_not_there_the_page_shows_the_first(tree: Tree, kind: str) -> None:
    page = tree(compare.page(cell_view, f"#v=2&kind={kind}&B.kind={kind}"))
    assert (kind_of(page, "cell"), kind_of(page, "cell-b")) == ("lstm", "lstm")


@pytest.mark.parametrize("name", ["kind", "B.kind"])
def test_as_in_the_browser_the_first_of_a_name_counts(name: str) -> None:
    a, b = compare.settings(f"#v=2&{name}=gru&{name}=rnn")
    assert (a if name == "kind" else b or {}).get("kind") == "gru"


@pytest.mark.parametrize("link", ["#v=3&B.W_f=1", "#v=&B.W_f=1", "#B.W_f=1"])
def test_a_link_of_another_format_brings_no_second_setting(link: str) -> None:
    assert compare.settings(link)[1] is None


@pytest.mark.parametrize("link", [None, 3, ["#v=2"], {"v": 2}])
def test_what_is_no_text_is_no_link(link: Any) -> None:
    with pytest.raises(BadRequest):
        compare.settings(link)


def test_a_page_that_does_not_compare_is_as_it_was(tree: Tree) -> None:
    assert views(tree(compare.page(train_view, B))) == ["train"]


def test_pressing_compare_brings_the_second_setting_and_the_difference(client: FlaskClient) -> None:
    second, difference = put(client, {"page": "cell", "on": True, "kind": "rnn"})
    assert second["props"]["data-view"] == "cell-b"
    assert second["props"]["data-player"] == "cell"
    assert "Basic RNN" in json.dumps(second)
    assert difference["props"]["data-title"] == "Difference"


def test_pressing_it_again_takes_both_away(client: FlaskClient) -> None:
    assert put(client, {"page": "cell", "on": False, "kind": ""}) == []


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        {},
        {"page": "train", "on": True, "kind": ""},
        {"page": "cell", "on": 1, "kind": ""},
        {"page": "cell", "on": True, "kind": None},
        {"page": ["cell"], "on": True, "kind": ""},
    ],
)
def test_what_the_button_never_sends_is_refused(client: FlaskClient, wanted: Any) -> None:
    assert put(client, wanted) == 400
