"""The file of a setting is checked before the page takes anything of it."""

import json
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from components import create_app
from components.cell_kinds import KINDS
from components.setting_file import LARGEST, MOST_NAMES, read
from lstm import LabError

OWNER = {"X-Lab-Owner": "anna-has-an-unguessable-token"}


def written(**changes: Any) -> bytes:
    found = {"format": "lstm-lab-setting", "version": 1, "page": "cell"}
    found |= {"a": {"x": "1,0,0.5", "W_f": "0.1"}, "b": None, "t": 2}
    return json.dumps({**found, **changes}).encode()


def test_a_setting_comes_back_as_it_was_written() -> None:
    a = {"x": "1,0,-0.30000000000000004", "W_f": "1e-7", "iv": "f.1-3=0.5", "new": "of tomorrow"}
    b = {"kind": "gru", "W_n": "-0"}
    found = read(written(a=a, b=b, difference={"gap": "c"}))
    assert found == {"page": "cell", "a": a, "b": b, "t": 2, "difference": {"gap": "c"}}


def test_what_can_be_left_out_may_be() -> None:
    content = b'{"format": "lstm-lab-setting", "version": 1, "page": "network", "a": {}}'
    wanted: dict[str, Any] = {"page": "network", "a": {}, "b": None, "t": 0, "difference": {}}
    assert read(content) == wanted


@pytest.mark.parametrize("value", [0.1, 1e-300, -3, 0.30000000000000004, 12345678])
def test_numbers_may_stand_as_numbers_and_stay_exact(value: float) -> None:
    said = read(written(page="network", a={"seed": value}))["a"]["seed"]
    assert type(value)(said) == value


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_cell_is_read_and_checked(kind: str) -> None:
    name = next(iter(KINDS[kind].parameters))
    assert read(written(a={"kind": kind, name: "2"}))["a"] == {"kind": kind, name: "2"}
    with pytest.raises(LabError, match=f"^Setting B of this file cannot be: {name} is 'abc'"):
        read(written(b={"kind": kind, name: "abc"}))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"W_f = 0.5", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1, 2]", "no setting of the lab"),
        (b'{"layers": []}', "no setting of the lab"),
        (written(format="lens"), "no setting of the lab"),
        (written(version=2), "has version '2'; this lab reads version 1"),
        (written(version="1"), "has version '1'; this lab reads version 1"),
        (written(version=True), "has version 'true'"),
        (written(version=None), "has version 'null'"),
        (written(page="atlas"), "of a page 'atlas'"),
        (written(page=["cell"]), "of a page"),
        (written(a=None), "a must be an object"),
        (written(a=[1]), "a must be an object"),
        (written(b="all"), "b must be an object"),
        (written(a={str(n): "1" for n in range(MOST_NAMES + 1)}), "at most 200 names"),
        (written(difference=[1]), "difference must be an object"),
        (written(a={"W_f": None}), "W_f is 'null'"),
        (written(a={"W_f": [1]}), r"W_f is '\[1\]'"),
        (written(a={"W_f": True}), "W_f is 'true'"),
        (written(a={"W_f": float("nan")}), "W_f is 'NaN'"),
        (written(t=-1), "t is '-1'"),
        (written(t=0.5), "t is 0.5"),
        (written(t="two"), "t is 'two'"),
        (written(t=10**9), "t is '1000000000'"),
        (written(a={"kind": "transformer"}), "Setting A of this file is of a kind 'transformer'"),
        (written(a={"x": "1, zwei"}), "Setting A of this file cannot be: x[(]2[)] is 'zwei'"),
        (written(a={"x": ""}), "The input sequence is empty"),
        (written(a={"x": "1," * 501}), "Use at most 500"),
        (written(a={"W_f": 1e9}), "W_f is 1000000000.0, out of range"),
    ],
)
def test_what_is_wrong_is_said(content: bytes, says: str) -> None:
    with pytest.raises(LabError, match=says) as error:
        read(content)
    assert "Traceback" not in str(error.value)
    assert len(str(error.value)) < 300


def test_what_a_file_says_is_quoted_in_short() -> None:
    with pytest.raises(LabError) as error:
        read(written(version="<b>" * 1000))
    assert len(str(error.value)) < 200


def test_b_reads_the_input_of_a() -> None:
    found = read(written(a={"x": "1, 2"}, b={"x": "what no one reads"}))
    assert found["b"] == {"x": "what no one reads"}


# --- the route ------------------------------------------------------------------


@pytest.fixture(scope="module")
def app() -> Dash:
    return create_app()


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


def post(client: FlaskClient, content: bytes, headers: dict[str, str] = OWNER) -> TestResponse:
    return client.post("/_lab/setting", data=content, headers=headers)


def test_the_route_answers_with_what_the_file_says(client: FlaskClient) -> None:
    answer = post(client, written())
    assert answer.status_code == 200
    assert answer.json == read(written())


def test_the_route_refuses_in_words(client: FlaskClient) -> None:
    answer = post(client, b"no")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"].endswith("Open a file that Export saved under Setting.")
    assert post(client, b" " * (LARGEST + 1)).status_code == 413
    assert post(client, written(), headers={}).status_code == 400
