"""Every kind of callback that Dash knows passes the check; what its page cannot send does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dash import ALL, MATCH, Dash, Input, Output, State, html
from flask.testing import FlaskClient

from components.forgery import refuse_forgeries

Body = dict[str, Any]

CHANGED = ["pressed.n_clicks"]


def of(component_id: Any, name: str, value: Any = None) -> Body:
    return {"id": component_id, "property": name, "value": value}


def target(component_id: Any, name: str) -> Body:
    return {"id": component_id, "property": name}


@pytest.fixture
def app() -> Dash:
    """Give an app with a callback of each kind that a view may have."""
    app = Dash("checked")
    app.layout = html.Div()
    app.callback(Output("one", "children"), Input("pressed", "n_clicks"))(lambda n: n)
    app.callback(
        Output("two", "children"),
        Output("three", "title"),
        Input("pressed", "n_clicks"),
        State("field", "value"),
    )(lambda n, value: (n, value))
    app.callback(
        Output({"sum": MATCH}, "children"),
        Input({"of": MATCH}, "value"),
        State({"of": MATCH}, "id"),
    )(lambda value, component_id: f"{component_id['of']}: {value}")
    app.callback(Output("total", "children"), Input({"part": ALL}, "value"))(sum)
    app.callback(Input("silent", "n_clicks"))(lambda n: None)
    refuse_forgeries(app, app.server)
    return app


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


def one(**changes: Any) -> Body:
    return {
        "output": "one.children",
        "outputs": target("one", "children"),
        "inputs": [of("pressed", "n_clicks", 3)],
        "changedPropIds": CHANGED,
    } | changes


def several(**changes: Any) -> Body:
    return {
        "output": "..two.children...three.title..",
        "outputs": [target("two", "children"), target("three", "title")],
        "inputs": [of("pressed", "n_clicks", 3)],
        "state": [of("field", "value", "abc")],
        "changedPropIds": CHANGED,
    } | changes


def matched(**changes: Any) -> Body:
    return {
        "output": '{"sum":["MATCH"]}.children',
        "outputs": target({"sum": "a"}, "children"),
        "inputs": [of({"of": "a"}, "value", 7)],
        "state": [of({"of": "a"}, "id", {"of": "a"})],
        "changedPropIds": ['{"of":"a"}.value'],
    } | changes


def total(**changes: Any) -> Body:
    parts = [of({"part": name}, "value", value) for name, value in (("a", 1), ("b", 2))]
    return {
        "output": "total.children",
        "outputs": target("total", "children"),
        "inputs": [parts],
        "changedPropIds": ['{"part":"a"}.value'],
    } | changes


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (one(), {"one": {"children": 3}}),
        (several(), {"two": {"children": 3}, "three": {"title": "abc"}}),
        (matched(), {'{"sum":"a"}': {"children": "a: 7"}}),
        (total(), {"total": {"children": 3}}),
        (total(inputs=[[]]), {"total": {"children": 0}}),
        # Older renderers leave these out.
        ({key: value for key, value in one().items() if key != "changedPropIds"}, None),
    ],
    ids=["one", "several", "matched", "all", "all of none", "nothing changed"],
)
def test_what_the_page_sends_passes(client: FlaskClient, body: Body, answer: Any) -> None:
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200, response.text
    assert answer is None or json.loads(response.text)["response"] == answer


FORGERIES: dict[str, tuple[Callable[..., Body], Body]] = {
    "another input": (one, {"inputs": [of("other", "n_clicks", 3)]}),
    "another property": (one, {"inputs": [of("pressed", "value", 3)]}),
    "two inputs for one": (one, {"inputs": [of("pressed", "n_clicks", 3)] * 2}),
    "a list for one": (one, {"inputs": [[of("pressed", "n_clicks", 3)]]}),
    "state where there is none": (one, {"state": [of("field", "value", 1)]}),
    "another output": (one, {"outputs": target("two", "children")}),
    "outputs for an output": (one, {"outputs": [target("one", "children")]}),
    "state left out": (several, {"state": []}),
    "outputs in another order": (
        several,
        {"outputs": [target("three", "title"), target("two", "children")]},
    ),
    "an output too few": (several, {"outputs": [target("two", "children")]}),
    "an output for outputs": (several, {"outputs": target("two", "children")}),
    "text for an id": (matched, {"inputs": [of("a", "value", 7)]}),
    "a key too many": (matched, {"inputs": [of({"of": "a", "and": "b"}, "value", 7)]}),
    "a key too few": (matched, {"inputs": [of({}, "value", 7)]}),
    "a list for a name": (matched, {"inputs": [of({"of": ["a"]}, "value", 7)]}),
    "null for a name": (matched, {"inputs": [of({"of": None}, "value", 7)]}),
    "one for all": (total, {"inputs": [of({"part": "a"}, "value", 1)]}),
    "lists within all": (total, {"inputs": [[[of({"part": "a"}, "value", 1)]]]}),
    "another among all": (
        total,
        {"inputs": [[of({"part": "a"}, "value", 1), of({"of": "b"}, "value", 2)]]},
    ),
    "null among all": (total, {"inputs": [[None]]}),
    "text for all": (total, {"inputs": ["abc"]}),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_what_the_page_cannot_send_is_refused(client: FlaskClient, name: str) -> None:
    good, changes = FORGERIES[name]
    response = client.post("/_dash-update-component", json=good(**changes))
    assert response.status_code == 400
    assert response.mimetype == "text/plain"
    assert "Traceback" not in response.text
    assert client.post("/_dash-update-component", json=good()).status_code == 200


def test_lists_within_lists_for_all_are_refused_however_deep(client: FlaskClient) -> None:
    for depth in (10, 500, 900, 2000):
        text = json.dumps(total(inputs=["HERE"])).replace('"HERE"', "[" * depth + "]" * depth)
        response = client.post(
            "/_dash-update-component", data=text, content_type="application/json"
        )
        assert response.status_code == 400, depth


def test_what_is_refused_is_told_what_is_wanted(client: FlaskClient) -> None:
    def told(body: Any) -> str:
        return client.post("/_dash-update-component", json=body).text

    assert told([]) == "The request must be a JSON object."
    assert told({}) == "The request names no callback of this app."
    assert told(one(inputs=[])) == "inputs must be a list of 1."
    assert told(one(inputs=[None])) == "inputs are not those of this callback."
    assert told(one(state=None)) == "state must be a list of 0."
    assert told(one(outputs=None)) == "outputs are not those of this callback."
    assert told(one(changedPropIds=1)) == "changedPropIds must be a list of names."


def test_other_requests_are_not_looked_at(client: FlaskClient) -> None:
    assert client.get("/_dash-dependencies").status_code == 200
    assert client.get("/_dash-layout").status_code == 200


# A callback that tells the page nothing


def silent(app: Dash, **changes: Any) -> Body:
    (name,) = (name for name, one in app.callback_map.items() if one.get("no_output"))
    return {
        "output": name,
        "inputs": [of("silent", "n_clicks", 3)],
        "changedPropIds": ["silent.n_clicks"],
    } | changes


def test_a_callback_without_an_output_passes(app: Dash, client: FlaskClient) -> None:
    leaving_out: list[Body] = [{}, {"outputs": None}, {"outputs": []}]
    for more in leaving_out:
        response = client.post("/_dash-update-component", json=silent(app, **more))
        assert response.status_code in (200, 204), response.text


@pytest.mark.parametrize(
    "changes",
    [
        {"outputs": target("one", "children")},
        {"outputs": [target("one", "children")]},
        {"outputs": "one.children"},
        {"inputs": [of("other", "n_clicks", 3)]},
        {"inputs": []},
    ],
    ids=str,
)
def test_a_callback_without_an_output_is_checked_too(
    app: Dash, client: FlaskClient, changes: Body
) -> None:
    response = client.post("/_dash-update-component", json=silent(app, **changes))
    assert response.status_code == 400
    assert "Traceback" not in response.text
