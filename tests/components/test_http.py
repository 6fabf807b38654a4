"""The lab over HTTP: what it answers, and what it refuses without falling over."""

import base64
import copy
import gzip
import hashlib
import json
import random
import re
import threading
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from dash import Dash
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from components import CellView, create_app, register_callbacks
from components.cell_settings import DEFAULTS, PRESETS
from components.forgery import LARGEST_BODY
from components.wire import decode

UPDATE = "_dash-update-component"
PULSE = "1, 0, 0, 0, 0, 0, 0, 0, 0"
ANSWER = {"aio_id": "cell", "part": "answer", "view": "cell"}
ANSWER_NAME = '{"aio_id":"cell","part":"answer","view":"cell"}'
REQUEST = {"aio_id": "cell", "part": "request", "view": "cell"}

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=300, deadline=None)


# What the page sends


def request_for(**changes: Any) -> dict[str, Any]:
    numbers = {name: str(value) for name, value in DEFAULTS.items()}
    request = {"n": 1, "theme": "dark", "sequence": PULSE, "separate": False, "numbers": numbers}
    return request | changes


def cell_body(**changes: Any) -> dict[str, Any]:
    """Give the body of the callback that runs the cell, as Dash's renderer writes it."""
    return {
        "output": '{"aio_id":["MATCH"],"part":"answer","view":"cell"}.data',
        "outputs": {"id": dict(ANSWER), "property": "data"},
        "inputs": [{"id": dict(REQUEST), "property": "data", "value": request_for(**changes)}],
        "changedPropIds": ['{"aio_id":"cell","part":"request","view":"cell"}.data'],
        "parsedChangedPropsIds": [{"aio_id": "cell", "part": "request", "view": "cell"}],
    }


def page_body(pathname: Any, link: Any = "") -> dict[str, Any]:
    """Give the body of the callback that brings the page at a path, as a link wants it."""
    return {
        "output": "..lab-nav.children...lab-main.children...lab-compare.hidden..",
        "outputs": [
            {"id": "lab-nav", "property": "children"},
            {"id": "lab-main", "property": "children"},
            {"id": "lab-compare", "property": "hidden"},
        ],
        "inputs": [{"id": "lab-location", "property": "pathname", "value": pathname}],
        "state": [{"id": "lab-location", "property": "hash", "value": link}],
        "changedPropIds": ["lab-location.pathname"],
        "parsedChangedPropsIds": ["lab-location"],
    }


def send(client: Client, body: Any, prefix: str = "/", **more: Any) -> TestResponse:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(prefix + UPDATE, data=text, content_type="application/json", **more)


def data_of(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    data: dict[str, Any] = json.loads(response.text)["response"][ANSWER_NAME]["data"]
    return data


def goes_on(client: Client, prefix: str = "/") -> None:
    """Check that the next good request is answered as ever."""
    data = data_of(send(client, cell_body(), prefix))
    assert data["error"] is None
    c = decode(data["series"]["c"])
    assert c[[1, 9]].round(3).tolist() == [0.288, 0.008]


def is_refused(response: TestResponse) -> None:
    assert 400 <= response.status_code < 500, response.text
    assert "Traceback" not in response.text
    assert "Internal Server Error" not in response.text


@pytest.fixture(scope="module")
def app() -> Dash:
    return create_app()


@pytest.fixture
def client(app: Dash) -> Iterator[FlaskClient]:
    client: FlaskClient = app.server.test_client()
    yield client
    goes_on(client)


# The page


class Index(HTMLParser):
    """What an index page loads and runs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.script: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, and whether a script begins."""
        given = dict(attrs)
        self.tags.append((tag, given))
        runs = given.get("type") in (
            None,
            "",
            "module",
            "text/javascript",
            "application/javascript",
        )
        if tag == "script" and "src" not in given and runs:
            self.script = ""

    def handle_data(self, data: str) -> None:
        """Keep the text of a script."""
        if self.script is not None:
            self.script += data

    def handle_endtag(self, tag: str) -> None:
        """Note that a script ends."""
        if tag == "script" and self.script is not None:
            self.inline.append(self.script)
            self.script = None

    @property
    def addresses(self) -> list[str]:
        """All that the browser fetches for this page."""
        return [
            address
            for tag, given in self.tags
            for name in ("src", "href", "srcset", "data", "action", "poster")
            if (address := given.get(name)) is not None
        ]

    def meta(self, name: str) -> str | None:
        """Give what the page says of itself under a name."""
        return next(
            given.get("content")
            for tag, given in self.tags
            if tag == "meta" and given.get("name") == name
        )


def config_of(page: str) -> dict[str, Any]:
    found = re.search(r'id="_dash-config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return config


@pytest.fixture
def index(client: FlaskClient) -> Index:
    return Index(client.get("/").text)


def test_the_page_says_its_language_its_title_and_what_it_is(client: FlaskClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    index = Index(response.text)
    assert ("html", "en") in [(tag, given.get("lang")) for tag, given in index.tags]
    assert "<title>LSTM Lab</title>" in response.text
    assert len(index.meta("description") or "") > 40
    assert index.meta("viewport") == "width=device-width, initial-scale=1"


def test_the_page_loads_nothing_from_another_host(index: Index) -> None:
    assert len(index.addresses) > 10
    for address in index.addresses:
        parts = urlsplit(address)
        assert parts.scheme in ("", "data")
        assert parts.netloc == ""
    assert not [tag for tag, _ in index.tags if tag in ("iframe", "object", "embed", "base")]


def test_no_address_of_another_host_is_written_on_the_page(client: FlaskClient) -> None:
    text = client.get("/").text
    text = text.replace("http%3A//www.w3.org/2000/svg", "")  # the name of SVG in the icon
    config = config_of(text)
    # Dash writes this one down for its developer tools, which are off.
    assert not config["ui"]
    text = text.replace(json.dumps(config["dash_version_url"]).replace("/", "\\u002f"), "")
    assert not re.search(r"https?(:|%3A)(//|\\u002f\\u002f)", text, re.IGNORECASE)
    assert not re.search(r"\b(cdn|unpkg|jsdelivr|googleapis)\b", text, re.IGNORECASE)


def test_everything_that_the_page_loads_is_there(client: FlaskClient, index: Index) -> None:
    fetched = [address for address in index.addresses if not address.startswith("data:")]
    for address in fetched:
        response = client.get(address, buffered=True)
        assert response.status_code == 200, address
        assert response.data, address
    names = {urlsplit(address).path.rpartition("/")[2] for address in fetched}
    assert {"cell.js", "player.js", "diagram.js", "figures.js", "theme.css", "cell.css"} <= names


def test_stylesheets_fetch_nothing(client: FlaskClient, index: Index) -> None:
    sheets = [address for address in index.addresses if urlsplit(address).path.endswith(".css")]
    assert len(sheets) >= 4
    for sheet in sheets:
        text = client.get(sheet, buffered=True).text
        assert "@import" not in text
        assert not re.search(r"""url\((?!["']?data:)""", text), sheet


@pytest.mark.parametrize("name", ["lstm-wide", "lstm-narrow"])
def test_the_drawings_are_served(client: FlaskClient, name: str) -> None:
    response = client.get(f"/assets/diagrams/{name}.svg", buffered=True)
    assert response.status_code == 200
    assert response.mimetype == "image/svg+xml"


def test_the_page_at_the_root_is_the_cell(client: FlaskClient) -> None:
    response = send(client, page_body("/"))
    children = json.loads(response.text)["response"]
    link, *others = children["lab-nav"]["children"]
    assert [other["props"] for other in others] == [
        {"children": name, "href": f"/{name.lower()}"}
        for name in ("Network", "Train", "Lens", "Map", "Models")
    ]
    assert link["props"] == {"children": "Cell", "href": "/", "aria-current": "page"}
    heading, pair = children["lab-main"]["children"]["props"]["children"]
    assert (heading["type"], heading["props"]["children"]) == ("H1", "Cell")
    view = pair["props"]["children"][0]
    assert view["props"]["data-view"] == "cell"


def test_health_answers_ok(client: FlaskClient) -> None:
    response = client.get("/health")
    assert (response.status_code, response.text) == (200, "OK")


def test_robots_are_told_where_they_may_go(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert response.text.startswith("User-agent: *\n")


@pytest.mark.parametrize("path", ["/nope", "/nope/", "/a/b", "/health/", "/networks", "/%00"])
def test_a_page_that_is_not_there_says_so(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "<title>LSTM Lab</title>" in response.text


def test_a_page_that_is_not_there_names_those_that_are(client: FlaskClient) -> None:
    response = send(client, page_body("/nope"))
    assert response.status_code == 200
    assert "There is no such page" in response.text
    assert json.loads(response.text)["response"]["lab-nav"]["children"][0]["props"]["href"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nope.js",
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/diagrams/",
        "/_dash-component-suites/nope/nope.js",
        "/_dash-component-suites/dash/nope.js",
        "/_dash-component-suites/os/path.py",
    ],
)
def test_a_file_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "Traceback" not in response.text


# Headers


PATHS = ["/", "/health", "/nope", "/robots.txt", "/assets/cell.js", "/_dash-layout"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert "Content-Security-Policy" in headers
    assert "Python" not in headers.get("Server", "")


def test_an_error_has_the_security_headers_too(client: FlaskClient) -> None:
    for response in (send(client, "{"), send(client, " " * (LARGEST_BODY + 1)), client.put("/")):
        assert response.status_code >= 400
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in response.headers


def policy_of(client: FlaskClient) -> dict[str, list[str]]:
    header = client.get("/").headers["Content-Security-Policy"]
    directives = (directive.split() for directive in header.split(";"))
    return {name: sources for name, *sources in directives}


def test_the_policy_allows_our_own_host_and_nothing_else(client: FlaskClient) -> None:
    policy = policy_of(client)
    assert policy["default-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    for name, sources in policy.items():
        assert "'unsafe-eval'" not in sources, name
        assert not [source for source in sources if "." in source or source in ("*", "https:")]
    assert "'unsafe-inline'" not in policy["script-src"]
    assert policy["base-uri"] == policy["form-action"] == ["'none'"]
    assert "frame-ancestors" in policy  # says who may embed the lab


def test_every_script_on_the_page_is_allowed_by_its_hash(client: FlaskClient) -> None:
    policy = policy_of(client)
    inline = Index(client.get("/").text).inline
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["script-src"]


def test_no_element_brings_a_script_in_an_attribute(client: FlaskClient) -> None:
    for _, attributes in Index(client.get("/").text).tags:
        assert not [name for name in attributes if name.startswith("on")]


# Answers


def test_a_good_request_is_answered_with_the_trace(client: FlaskClient) -> None:
    data = data_of(send(client, cell_body(n=12)))
    assert (data["n"], len(data["inputs"]), data["error"]) == (12, 9, None)
    c = decode(data["series"]["c"])
    assert c[1:5].round(3).tolist() == [0.288, 0.195, 0.126, 0.080]
    assert np.isnan(decode(data["series"]["f"])[0])
    assert set(data["figures"]) == {"unrolled", "traces"}


def test_an_answer_comes_to_the_view_that_asked(client: FlaskClient) -> None:
    body = cell_body()
    body["outputs"]["id"] = ANSWER | {"aio_id": "second"}
    body["inputs"][0]["id"] = REQUEST | {"aio_id": "second"}
    response = json.loads(send(client, body).text)["response"]
    assert list(response) == [ANSWER_NAME.replace('"cell","part"', '"second","part"')]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"sequence": "1, abc"}, "sequence", "x(2) is 'abc'."),
        ({"sequence": ""}, "sequence", "The input sequence is empty."),
        ({"sequence": "NaN"}, "sequence", "x(1) is 'NaN'."),
        ({"sequence": "1 Infinity"}, "sequence", "x(2) is 'Infinity'."),
        ({"sequence": "1e308"}, "sequence", "x(1) is 1e308, out of range."),
        ({"sequence": "1 " * 501}, "sequence", "The input sequence has 501 values."),
        ({"sequence": "1" * 100_000}, "sequence", "x(1) is 1111"),
        ({"sequence": "\ud800"}, "sequence", "x(1) is '\ud800'."),
        ({"sequence": "<script>alert(1)</script>"}, "sequence", "x(1) is '<script>alert(1)"),
    ],
)
def test_a_reader_s_mistake_is_answered_with_a_message(
    client: FlaskClient, changes: dict[str, Any], field: str, message: str
) -> None:
    response = send(client, cell_body(n=5, **changes))
    data = data_of(response)
    assert data["n"] == 5
    assert data["error"]["field"] == field
    assert data["error"]["message"].startswith(message)
    assert "figures" not in data
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ('"abc"', "W_f is 'abc'."),
        ('"1e308"', "W_f is 1e308, out of range."),
        ("1e308", "W_f is 1e+308, out of range."),
        ("1e999", "W_f is 'inf'."),
        ("NaN", "W_f is 'nan'."),
        ("-Infinity", "W_f is '-inf'."),
        ('""', "W_f is empty."),
    ],
)
def test_a_weight_that_is_none_is_answered_with_a_message(
    client: FlaskClient, raw: str, message: str
) -> None:
    text = json.dumps(cell_body()).replace('"W_f": "0.5"', f'"W_f": {raw}')
    assert data_of(send(client, text))["error"]["message"].startswith(message)


def test_answers_to_many_at_once_do_not_mix(app: Dash) -> None:
    wrong: list[str] = []

    def ask(reader: int) -> None:
        client = app.server.test_client()
        for turn in range(4):
            n, weight = 100 * reader + turn, reader / 10
            numbers = request_for()["numbers"] | {"W_out": str(weight)}
            data = data_of(send(client, cell_body(n=n, numbers=numbers)))
            if data["n"] != n or data["numbers"]["W_out"] != weight:
                wrong.append(f"{reader} got the answer of {data['n']}")

    readers = [threading.Thread(target=ask, args=(reader,)) for reader in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert not wrong


# Sizes, at the limits of the contract


@pytest.mark.parametrize(("T", "kilobytes"), [(50, 25), (500, 300)])
@pytest.mark.parametrize("preset", ["defaults", "remember", "latch"])
def test_an_answer_is_small_on_the_wire(
    client: FlaskClient, T: int, kilobytes: int, preset: str
) -> None:
    inputs = np.random.default_rng(T).normal(size=T).tolist()
    setting = PRESETS[preset]
    body = cell_body(
        sequence=" ".join(map(repr, inputs)),
        separate=setting.separate,
        numbers={name: str(value) for name, value in setting.complete().items()},
    )
    response = send(client, body, headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.data) < kilobytes * 1000
    data = json.loads(gzip.decompress(response.data))["response"][ANSWER_NAME]["data"]
    np.testing.assert_array_equal(decode(data["series"]["x"])[1:], inputs)


def test_the_longest_request_of_the_page_is_far_below_the_limit() -> None:
    longest = repr(-0.1234567890123456789e-100)
    body = cell_body(sequence=", ".join([longest] * 500))
    assert len(json.dumps(body)) < LARGEST_BODY / 10


# Forgeries


def altered(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    body = cell_body()
    change(body)
    return body


def put(*path: Any) -> Callable[[dict[str, Any]], None]:
    """Put a value, the last of the arguments, at a path of the body."""
    *way, last, value = path

    def change(body: Any) -> None:
        for step in way:
            body = body[step]
        body[last] = value

    return change


def drop(*path: Any) -> Callable[[dict[str, Any]], None]:
    *way, last = path

    def change(body: Any) -> None:
        for step in way:
            body = body[step]
        del body[last]

    return change


SENT = ("inputs", 0, "value")  # where the settings are

FORGERIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "no output": drop("output"),
    "output null": put("output", None),
    "output a list": put("output", ["x"]),
    "output an object": put("output", {}),
    "output empty": put("output", ""),
    "output unknown": put("output", "lab-main.children"),
    "output without property": put("output", "x"),
    "output of a clientside callback": put(
        "output", '{"aio_id":["MATCH"],"part":"concepts","view":"cell"}.is_open'
    ),
    "output several": put("output", "..a.b...c.d.."),
    "outputs null": put("outputs", None),
    "no outputs": drop("outputs"),
    "outputs a list": put("outputs", [{"id": ANSWER, "property": "data"}]),
    "outputs text": put("outputs", "data"),
    "outputs of another part": put("outputs", "id", "part", "request"),
    "outputs of another view": put("outputs", "id", "view", "network"),
    "outputs with a list for an id": put("outputs", "id", [ANSWER]),
    "outputs with text for an id": put("outputs", "id", "cell"),
    "outputs with another property": put("outputs", "property", "children"),
    "outputs without property": drop("outputs", "property"),
    "outputs with a number for a name": put("outputs", "id", "aio_id", 1),
    "outputs with an object for a name": put("outputs", "id", "aio_id", {"a": 1}),
    "outputs with a name too many": put("outputs", "id", "name", "W_f"),
    "no inputs": drop("inputs"),
    "inputs null": put("inputs", None),
    "inputs empty": put("inputs", []),
    "inputs text": put("inputs", "abc"),
    "inputs an object": put("inputs", {"0": 1}),
    "inputs too many": put("inputs", [{"id": REQUEST, "property": "data", "value": 1}] * 2),
    "inputs of nulls": put("inputs", [None]),
    "inputs of lists": put("inputs", [[{"id": REQUEST, "property": "data", "value": 1}]]),
    "inputs without id": drop("inputs", 0, "id"),
    "inputs of another part": put("inputs", 0, "id", "part", "answer"),
    "inputs with another property": put("inputs", 0, "property", "value"),
    "inputs with a list for a name": put("inputs", 0, "id", "aio_id", ["MATCH"]),
    "state from nowhere": put("state", [{"id": REQUEST, "property": "data", "value": 1}]),
    "state text": put("state", "abc"),
    "state null": put("state", None),
    "changed null": put("changedPropIds", None),
    "changed a number": put("changedPropIds", 1),
    "changed of objects": put("changedPropIds", [{}]),
    "changed of lists": put("changedPropIds", [["a"]]),
    "no value": drop(*SENT),
    "value null": put(*SENT, None),
    "value text": put(*SENT, "abc"),
    "value a list": put(*SENT, []),
    "value empty": put(*SENT, {}),
    "value true": put(*SENT, True),
    "n text": put(*SENT, "n", "1"),
    "n a float": put(*SENT, "n", 1.5),
    "n true": put(*SENT, "n", True),
    "n null": put(*SENT, "n", None),
    "n NaN": put(*SENT, "n", float("nan")),
    "n infinite": put(*SENT, "n", float("inf")),
    "n a list": put(*SENT, "n", [1]),
    "no theme": drop(*SENT, "theme"),
    "theme unknown": put(*SENT, "theme", "../dark"),
    "theme an object": put(*SENT, "theme", {"name": "dark"}),
    "sequence a list": put(*SENT, "sequence", [1, 0]),
    "sequence a number": put(*SENT, "sequence", 1),
    "sequence NaN": put(*SENT, "sequence", float("nan")),
    "sequence null": put(*SENT, "sequence", None),
    "separate text": put(*SENT, "separate", "false"),
    "separate 0": put(*SENT, "separate", 0),
    "numbers text": put(*SENT, "numbers", "W_f"),
    "numbers a list": put(*SENT, "numbers", [["W_f", 1]]),
    "numbers empty": put(*SENT, "numbers", {}),
    "numbers one less": drop(*SENT, "numbers", "W_f"),
    "numbers one more": put(*SENT, "numbers", "W_x", "1"),
    "numbers with a list": put(*SENT, "numbers", "W_f", ["0.5"]),
    "numbers with an object": put(*SENT, "numbers", "W_f", {"value": 0.5}),
    "numbers with null": put(*SENT, "numbers", "W_f", None),
    "numbers with true": put(*SENT, "numbers", "W_f", True),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_a_forged_request_is_refused(client: FlaskClient, name: str) -> None:
    is_refused(send(client, altered(FORGERIES[name])))


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "abc",
        "null",
        "true",
        "1",
        '"text"',
        "[]",
        "{}",
        "[1, 2]",
        "NaN",
        "Infinity",
        "{'output': 1}",
        '{"output": 1e999}',
        "\x00",
        "﻿{}",
        b"\xff\xfe{",
        b"\x1f\x8b\x08\x00",
        '{"output": ' + "1" * 5000 + "}",
    ],
    ids=lambda text: repr(text)[:24],
)
def test_a_body_that_is_no_request_is_refused(client: FlaskClient, text: str | bytes) -> None:
    is_refused(send(client, text))


@pytest.mark.parametrize("depth", [100, 500, 900, 960, 980, 1000, 2000, 20_000, 120_000])
def test_a_body_that_is_nested_deeply_is_refused(client: FlaskClient, depth: int) -> None:
    is_refused(send(client, nested(depth)))
    is_refused(send(client, '{"a":' * depth + "1" + "}" * depth))
    for place in ('"dark"', '"0.5"', '"data"'):
        is_refused(send(client, json.dumps(cell_body()).replace(place, nested(depth), 1)))


@pytest.mark.parametrize("depth", [100, 500, 900, 960, 980, 1000, 20_000])
def test_deep_nesting_where_nobody_looks_is_refused_or_overlooked(
    client: FlaskClient, depth: int
) -> None:
    text = json.dumps(cell_body(extra="HERE")).replace('"HERE"', nested(depth))
    response = send(client, text)
    assert response.status_code < 500
    assert "Traceback" not in response.text


@pytest.mark.parametrize("n", [0, -1, 2**31, 2**63, 2**64, 10**400])
def test_a_running_number_of_any_size_is_answered_or_refused(client: FlaskClient, n: int) -> None:
    response = send(client, cell_body(n=n))
    assert response.status_code < 500
    if response.status_code == 200:
        assert data_of(response)["n"] == n


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_kind_is_refused(client: FlaskClient, kind: str) -> None:
    is_refused(client.post("/" + UPDATE, data=json.dumps(cell_body()), content_type=kind))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "GET"])
def test_another_method_is_refused(client: FlaskClient, method: str) -> None:
    is_refused(client.open("/" + UPDATE, method=method, json=cell_body()))


@pytest.mark.parametrize("path", ["/", "/health", "/nope", "/assets/cell.js", "/_dash-layout"])
def test_pages_take_no_posts(client: FlaskClient, path: str) -> None:
    is_refused(client.post(path, json=cell_body()))


def test_a_body_over_the_limit_is_refused_as_too_large(client: FlaskClient) -> None:
    body = json.dumps(cell_body())
    assert send(client, body + " " * (LARGEST_BODY - len(body))).status_code == 200
    for size in (LARGEST_BODY + 1, 5_000_000):
        assert send(client, body + " " * (size - len(body))).status_code == 413


@pytest.mark.parametrize(
    "pathname", [None, 1, True, [], {}, ["/"], "abc", "http://x/", "\ud800", "cell"]
)
def test_a_path_that_is_none_is_refused(client: FlaskClient, pathname: Any) -> None:
    is_refused(send(client, page_body(pathname)))


@pytest.mark.parametrize("pathname", ["/", "//", "/x", "/../..", "/\ud800", "/" + "a" * 10_000])
def test_any_path_of_the_lab_has_a_page(client: FlaskClient, pathname: str) -> None:
    response = send(client, page_body(pathname))
    assert response.status_code == 200
    assert "lab-main" in response.text


@pytest.mark.parametrize(
    "query", ["?cacheKey=1&job=2", "?endId=x", "?oldJob=1&cancelJob=2", "?_csrf_token=1"]
)
def test_what_a_query_says_changes_nothing(client: FlaskClient, query: str) -> None:
    response = client.post(f"/{UPDATE}{query}", json=cell_body())
    assert data_of(response)["error"] is None


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["data", "cell", "MATCH", "__proto__", "1e308", "W_f", "..", "x.y"]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from(["id", "property"]), inside)
    ),
    max_leaves=6,
)


def places(part: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a body."""
    if isinstance(part, dict):
        inside = list(part.items())
    elif isinstance(part, list):
        inside = list(enumerate(part))
    else:
        inside = []
    return [(*way, key) for key, _ in inside] + [
        found for key, value in inside for found in places(value, (*way, key))
    ]


BODIES = [cell_body(), page_body("/")]
CHANGES = st.one_of(
    st.tuples(st.just("put"), JUNK),
    st.tuples(st.just("drop"), st.none()),
    st.tuples(st.just("add"), JUNK),
)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Replace, drop or add one, two or three parts of a good body."""
    body = copy.deepcopy(draw(st.sampled_from(BODIES)))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(places(body) or [("output",)]))
        change, junk = draw(CHANGES)
        inside: Any = body
        for step in way:
            inside = inside[step]
        if change == "put":
            inside[last] = junk
        elif change == "drop" and len(places(body)) > 1:
            del inside[last]
        elif isinstance(inside, list):
            inside.append(junk)
        else:
            inside[draw(st.text(max_size=4))] = junk
    return body


@examples
@given(body=mutated())
def test_no_altered_body_brings_the_server_down(app: Dash, body: Any) -> None:
    response = send(app.server.test_client(), body)
    assert response.status_code < 500, body
    assert "Traceback" not in response.text
    if response.status_code == 200:
        assert "response" in json.loads(response.text)


@examples
@given(body=JUNK)
def test_no_body_at_all_brings_the_server_down(app: Dash, body: Any) -> None:
    is_refused(send(app.server.test_client(), body))


def test_bytes_changed_by_chance_do_not_bring_the_server_down(
    app: Dash, client: FlaskClient
) -> None:
    rng = random.Random(0)
    good = json.dumps(cell_body()).encode()
    for _ in range(200):
        body = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            body[rng.randrange(len(body))] = rng.randrange(256)
        response = send(client, bytes(body))
        assert response.status_code < 500, bytes(body)
        assert "Traceback" not in response.text


# No switch from outside


SWITCHES = [
    "FLASK_DEBUG",
    "DASH_DEBUG",
    "DASH_UI",
    "DASH_PROPS_CHECK",
    "DASH_HOT_RELOAD",
    "DASH_SERVE_DEV_BUNDLES",
    "DASH_VALIDATE_CALLBACKS",
    "DASH_MCP_ENABLED",
]


@pytest.mark.parametrize("value", ["1", "true"])
@pytest.mark.parametrize("switch", SWITCHES)
def test_no_switch_in_the_environment_opens_anything(
    app: Dash, monkeypatch: pytest.MonkeyPatch, switch: str, value: str
) -> None:
    def opened(one: Dash) -> dict[str, Any]:
        page = one.server.test_client().get("/").text
        config = config_of(page)
        del config["end_id"]  # a new one for every page
        return {
            "config": config,
            "scripts": [urlsplit(address).path for address in Index(page).addresses],
            "routes": sorted(str(rule) for rule in one.server.url_map.iter_rules()),
            "debug": one.server.debug,
        }

    before = opened(app)
    assert not before["debug"]
    assert not before["config"]["ui"]
    monkeypatch.setenv(switch, value)
    assert opened(create_app()) == before


@pytest.mark.parametrize("switch", ["FLASK_DEBUG", "DASH_DEBUG"])
def test_a_bug_of_ours_is_answered_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, switch: str
) -> None:
    monkeypatch.setenv(switch, "1")
    app = create_app()

    def bug() -> str:
        raise RuntimeError("a secret of the server")

    app.server.view_functions["/health"] = bug
    client = app.server.test_client()
    response = client.get("/health")
    assert response.status_code == 500
    assert "Traceback" not in response.text
    assert "secret" not in response.text
    assert "a secret of the server" in caplog.text  # it is logged, with its traceback
    goes_on(client)


# Where it can stand


def test_two_apps_in_one_process_know_nothing_of_each_other() -> None:
    first, second = create_app(), create_app(url_base_pathname="/lab/")
    one, other = first.server.test_client(), second.server.test_client()
    assert list(first.callback_map) == list(second.callback_map)
    dependencies = [
        client.get(f"{prefix}_dash-dependencies").get_json()
        for client, prefix in ((one, "/"), (other, "/lab/"))
    ]
    assert dependencies[0] == dependencies[1]
    assert config_of(one.get("/").text)["requests_pathname_prefix"] == "/"
    assert config_of(other.get("/lab/").text)["requests_pathname_prefix"] == "/lab/"
    is_refused(send(one, "{"))
    goes_on(other, "/lab/")
    goes_on(one)


def test_an_app_that_is_made_later_takes_nothing_from_an_earlier_one() -> None:
    first = create_app()
    callbacks = dict(first.callback_map)
    second = Dash("portal")
    register_callbacks(second)
    assert first.callback_map == callbacks
    assert set(second.callback_map) < set(callbacks)
    goes_on(first.server.test_client())


def test_callbacks_are_registered_once_however_often_it_is_asked_for() -> None:
    portal = Dash("portal")
    portal.layout = CellView("cell")
    register_callbacks(portal)
    callbacks = dict(portal.callback_map)
    register_callbacks(portal)
    assert portal.callback_map == callbacks
    goes_on(portal.server.test_client())


@pytest.fixture
def prefixed() -> Iterator[FlaskClient]:
    client: FlaskClient = create_app(url_base_pathname="/lab/").server.test_client()
    yield client
    goes_on(client, "/lab/")


def test_the_lab_serves_under_a_prefix(prefixed: FlaskClient) -> None:
    response = prefixed.get("/lab/")
    assert response.status_code == 200
    addresses = [a for a in Index(response.text).addresses if not a.startswith("data:")]
    assert addresses
    for address in addresses:
        assert address.startswith("/lab/")
        assert prefixed.get(address, buffered=True).status_code == 200, address
    assert prefixed.get("/lab/health").text == "OK"
    assert prefixed.get("/lab/assets/diagrams/lstm-wide.svg", buffered=True).status_code == 200


def test_under_a_prefix_the_navigation_has_it(prefixed: FlaskClient) -> None:
    response = json.loads(send(prefixed, page_body("/lab/"), "/lab/").text)["response"]
    link, other, *_ = response["lab-nav"]["children"]
    assert link["props"] == {"children": "Cell", "href": "/lab/", "aria-current": "page"}
    assert other["props"]["href"] == "/lab/network"


def test_the_prefix_without_its_last_stroke_leads_to_the_lab(prefixed: FlaskClient) -> None:
    response = prefixed.get("/lab")
    assert response.status_code in (301, 308)
    assert urlsplit(response.headers["Location"]).path == "/lab/"


def test_under_a_prefix_a_page_that_is_not_there_says_so(prefixed: FlaskClient) -> None:
    response = prefixed.get("/lab/nope")
    assert response.status_code == 404
    assert "<title>LSTM Lab</title>" in response.text


@pytest.mark.parametrize("path", ["/", "/nope", "/la", "/labx", "/health"])
def test_what_lies_outside_the_prefix_is_not_found(prefixed: FlaskClient, path: str) -> None:
    response = prefixed.get(path)
    assert response.status_code == 404
    assert "Traceback" not in response.text


def test_robots_find_their_file_at_the_root_whatever_the_prefix(prefixed: FlaskClient) -> None:
    assert prefixed.get("/robots.txt").status_code == 200


@pytest.mark.parametrize("pathname", ["/", "/other/", ""])
def test_under_a_prefix_a_path_outside_it_is_refused(prefixed: FlaskClient, pathname: str) -> None:
    is_refused(send(prefixed, page_body(pathname), "/lab/"))


@pytest.mark.parametrize("name", ["no output", "inputs null", "outputs of another part"])
def test_under_a_prefix_forgeries_are_refused_too(prefixed: FlaskClient, name: str) -> None:
    is_refused(send(prefixed, altered(FORGERIES[name]), "/lab/"))


def test_the_lab_serves_behind_a_dispatcher() -> None:
    app = create_app(requests_pathname_prefix="/lab/", routes_pathname_prefix="/")
    client = Client(DispatcherMiddleware(NotFound(), {"/lab": app.server}))
    response = client.get("/lab/")
    assert response.status_code == 200
    for address in Index(response.text).addresses:
        if not address.startswith("data:"):
            assert address.startswith("/lab/")
            assert client.get(address, buffered=True).status_code == 200, address
    assert client.get("/lab/health").text == "OK"
    assert urlsplit(client.get("/lab").headers["Location"]).path == "/lab/"
    assert client.get("/lab/nope").status_code == 404
    assert client.get("/elsewhere").status_code == 404
    goes_on(client, "/lab/")


def test_on_a_portal_s_own_server_the_portal_stays_as_it_was() -> None:
    portal = Flask("portal")
    portal.add_url_rule("/", "home", lambda: "the portal")
    limit = portal.config["MAX_CONTENT_LENGTH"]
    create_app(server=portal, url_base_pathname="/lab/")
    portal.add_url_rule("/later", "later", lambda: "a page that came later")
    client = portal.test_client()
    assert client.get("/later").text == "a page that came later"
    home = client.get("/")
    assert home.text == "the portal"
    assert "Content-Security-Policy" not in home.headers
    assert portal.config["MAX_CONTENT_LENGTH"] == limit
    assert client.get("/lab/").status_code == 200
    assert client.get("/robots.txt").status_code == 404
    goes_on(client, "/lab/")
