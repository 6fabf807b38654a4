"""The routes for files: opening, keeping and taking away, each for its owner alone."""

import gzip
import io
import json
import pickle
import re
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from components import create_app
from components.forgery import LARGEST_BODY
from components.models import KEPT_READINGS
from lstm import Layer, Model
from lstm.card import Card
from lstm.checkpoint import LARGEST_FILE, dump, read
from lstm.library import DAY, Library
from lstm.shipped import Shipped, folder, shipped

Settings = Callable[..., dict[str, Any]]
FileOf = Callable[..., bytes]

ANNA = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
BEN = {"X-Lab-Owner": "ben-has-another-one-of-his-own"}
UPDATE = "_dash-update-component"

GONE = "The file is no longer here: it was not saved, or deleted. Open it again."
NO_FILE = "This names no file of the lab. Open the file again."


@pytest.fixture(scope="module")
def app() -> Dash:
    return create_app()


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


def post(
    client: FlaskClient, content: bytes, owner: dict[str, str] = ANNA, name: str = "my.safetensors"
) -> TestResponse:
    return client.post(f"/_lab/models?name={quote(name)}", data=content, headers=owner)


def opened(client: FlaskClient, content: bytes, **more: Any) -> str:
    """Open a file, and give its hash."""
    response = post(client, content, **more)
    assert response.status_code == 200, response.text
    found: str = response.json["hash"]  # type: ignore[index]
    return found


def listed(client: FlaskClient, owner: dict[str, str] = ANNA) -> list[dict[str, Any]]:
    response = client.get("/_lab/models", headers=owner)
    assert response.status_code == 200
    files: list[dict[str, Any]] = response.json  # type: ignore[assignment]
    return files


def error_of(response: TestResponse, status: int) -> str:
    """Check that an answer is a refusal in words, and give them."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    assert "Traceback" not in response.text
    message: str = response.json["error"]  # type: ignore[index]
    assert message[-1] in ".)"
    return message


def body(sent: dict[str, Any]) -> dict[str, Any]:
    """Give the body of the callback that runs the network, as Dash's renderer writes it."""
    one = {"aio_id": "network", "view": "network"}
    return {
        "output": '{"aio_id":["MATCH"],"part":"answer","view":"network"}.data',
        "outputs": {"id": one | {"part": "answer"}, "property": "data"},
        "inputs": [{"id": one | {"part": "request"}, "property": "data", "value": sent}],
        "changedPropIds": ['{"aio_id":"network","part":"request","view":"network"}.data'],
    }


def answer(client: FlaskClient, sent: dict[str, Any], prefix: str = "/") -> dict[str, Any]:
    response = client.post(prefix + UPDATE, json=body(sent))
    assert response.status_code == 200, response.text
    name = '{"aio_id":"network","part":"answer","view":"network"}'
    data: dict[str, Any] = json.loads(response.text)["response"][name]["data"]
    return data


def of_file(network_settings: Settings, hash: str, **changes: Any) -> dict[str, Any]:
    return network_settings(
        {"source": "file", "hash": hash}, **({"text": "1, 0, 0\n0, 1, 0"} | changes)
    )


# Opening


def test_a_file_is_opened_and_what_was_understood_is_said(
    client: FlaskClient, file_of: FileOf
) -> None:
    content = file_of((3, 5, 4), position=np.zeros((7, 9), np.float32))
    response = post(client, content)
    assert response.status_code == 200
    answered: dict[str, Any] = response.json  # type: ignore[assignment]
    reading = read(content)
    assert re.fullmatch("[0-9a-f]{64}", answered["hash"])
    assert answered["understood"] == list(reading.understood)
    assert answered["ignored"] == list(reading.ignored)
    words = " ".join(answered["understood"])
    assert "2" in words
    assert re.search(r"order i, f, g, o|input.*forget.*(cell|candidate).*output", words)
    assert "'position' 7×9 is left out" in " ".join(answered["ignored"])
    assert answered["text"].splitlines()[0] == "1, 0, 0"


def test_a_file_that_was_opened_is_in_its_owner_s_list(
    client: FlaskClient, file_of: FileOf
) -> None:
    hash = opened(client, file_of(), name="counter.safetensors")
    assert listed(client) == [{"hash": hash, "name": "counter.safetensors", "saved": False}]
    # The same content is the same file.
    assert opened(client, file_of(), name="counter.safetensors") == hash
    assert len(listed(client)) == 1


def test_a_file_runs_by_its_hash_and_again_without_being_sent(
    client: FlaskClient, file_of: FileOf, network_settings: Settings
) -> None:
    hash = opened(client, file_of())
    for text in ("1, 0, 0", "0, 0, 1\n1, 1, 1"):
        answered = answer(client, of_file(network_settings, hash, text=text))
        assert answered["error"] is None
        assert answered["sizes"] == [5]
        assert len(answered["tokens"]) == text.count("\n") + 1


def test_what_was_understood_can_be_asked_for_by_the_hash(
    client: FlaskClient, file_of: FileOf
) -> None:
    first: Any = post(client, file_of()).json
    response = client.get(f"/_lab/models/{first['hash']}")
    assert response.json == first


@pytest.mark.parametrize(
    "more",
    [
        {"sizes": (20, 6)},
        {"sizes": (2, 8), "projection": 3},
        {"vocabulary": ["a", "b", "c"]},
        {"embedding.weight": np.eye(3, dtype=np.float32)},
    ],
    ids=str,
)
def test_the_text_that_comes_with_a_file_can_be_read_by_it(
    client: FlaskClient, file_of: FileOf, network_settings: Settings, more: dict[str, Any]
) -> None:
    response: Any = post(client, file_of(**more)).json
    answered = answer(client, of_file(network_settings, response["hash"], text=response["text"]))
    assert answered["error"] is None


# Owners


def test_a_file_is_in_nobody_else_s_list_and_nobody_else_can_delete_it(
    client: FlaskClient, file_of: FileOf
) -> None:
    hash = opened(client, file_of())
    assert listed(client, BEN) == []
    client.delete(f"/_lab/models/{hash}", headers=BEN)
    assert [file["hash"] for file in listed(client)] == [hash]
    assert client.get(f"/_lab/models/{hash}").status_code == 200


def test_whoever_has_the_hash_can_run_the_file(
    client: FlaskClient, file_of: FileOf, network_settings: Settings
) -> None:
    hash = opened(client, file_of())
    assert answer(client, of_file(network_settings, hash))["error"] is None  # says no owner
    response = client.post("/_lab/model", json=of_file(network_settings, hash), headers=BEN)
    assert response.status_code == 200


def test_a_file_stays_while_another_has_it(client: FlaskClient, file_of: FileOf) -> None:
    hash = opened(client, file_of())
    assert opened(client, file_of(), owner=BEN, name="ben.safetensors") == hash
    assert [file["name"] for file in listed(client, BEN)] == ["ben.safetensors"]
    client.delete(f"/_lab/models/{hash}", headers=ANNA)
    assert listed(client) == []
    assert client.get(f"/_lab/models/{hash}").status_code == 200
    client.delete(f"/_lab/models/{hash}", headers=BEN)
    assert error_of(client.get(f"/_lab/models/{hash}"), 422) == GONE


REQUESTS = [
    ("POST", "models"),
    ("GET", "models"),
    ("PUT", "models/" + "0" * 64),
    ("DELETE", "models/" + "0" * 64),
    ("PUT", "models/" + "0" * 64 + "/name?name=x"),
    ("DELETE", "models/" + "0" * 64 + "/saved"),
    ("GET", "library"),
    ("POST", "trace?as=csv"),
    ("POST", "model"),
]


@pytest.mark.parametrize(("method", "path"), REQUESTS)
def test_without_the_owner_s_header_nothing_is_done(
    client: FlaskClient, data_directory: Path, file_of: FileOf, method: str, path: str
) -> None:
    for headers in ({}, {"X-Lab-Owner": ""}):
        response = client.open(f"/_lab/{path}", method=method, data=file_of(), headers=headers)
        assert error_of(response, 400) == "The header X-Lab-Owner is missing."
    assert not data_directory.exists()


@pytest.mark.parametrize(
    "token", ["short", "../../../../etc/passwd/etc", "a" * 65, "a" * 21 + "\xe9", "a b" * 10]
)
@pytest.mark.parametrize(("method", "path"), REQUESTS[:7])
def test_a_forged_owner_is_refused(
    client: FlaskClient, file_of: FileOf, method: str, path: str, token: str
) -> None:
    response = client.open(
        f"/_lab/{path}", method=method, data=file_of(), headers={"X-Lab-Owner": token}
    )
    assert "Reload the page" in error_of(response, 422)


def test_the_token_is_written_down_nowhere(
    client: FlaskClient, file_of: FileOf, data_directory: Path
) -> None:
    opened(client, file_of())
    stored = [path.read_bytes() for path in data_directory.rglob("*") if path.is_file()]
    assert stored
    assert not any(ANNA["X-Lab-Owner"].encode() in content for content in stored)


# Keeping


def later(data_directory: Path, hours: float) -> None:
    """Let time pass in the library, and sweep it."""
    then = time.time() + hours * 3600
    Library(data_directory, now=lambda: then).sweep(then)


def test_a_file_that_nobody_saved_goes_after_a_day(
    client: FlaskClient, file_of: FileOf, data_directory: Path, network_settings: Settings
) -> None:
    assert DAY == 24 * 3600
    hash = opened(client, file_of())
    later(data_directory, 23.9)
    assert len(listed(client)) == 1
    later(data_directory, 24.1)
    assert listed(client) == []
    assert answer(client, of_file(network_settings, hash))["error"]["message"] == GONE


def test_a_saved_file_lasts_under_the_name_it_was_given(
    client: FlaskClient, file_of: FileOf, data_directory: Path
) -> None:
    hash = opened(client, file_of())
    response = client.put(f"/_lab/models/{hash}?name=Counter", headers=ANNA)
    assert response.json == {"saved": True}
    later(data_directory, 24 * 365)
    assert listed(client) == [{"hash": hash, "name": "Counter", "saved": True}]
    # Opened again, it is as it was.
    opened(client, file_of(), name="other.safetensors")
    assert listed(client) == [{"hash": hash, "name": "Counter", "saved": True}]


def test_a_file_that_is_gone_cannot_be_saved(client: FlaskClient) -> None:
    response = client.put(f"/_lab/models/{'0' * 64}?name=x", headers=ANNA)
    assert error_of(response, 422) == GONE


def test_a_deleted_file_is_not_answered_from_memory(
    client: FlaskClient, file_of: FileOf, data_directory: Path, network_settings: Settings
) -> None:
    hash = opened(client, file_of())
    assert answer(client, of_file(network_settings, hash))["error"] is None
    assert client.delete(f"/_lab/models/{hash}", headers=ANNA).json == {"deleted": True}
    assert not list(data_directory.rglob(f"{hash}*"))
    assert error_of(client.get(f"/_lab/models/{hash}"), 422) == GONE
    assert answer(client, of_file(network_settings, hash))["error"] == {
        "message": GONE,
        "field": "model",
    }
    # Opened again, it is there again.
    assert opened(client, file_of()) == hash
    assert answer(client, of_file(network_settings, hash))["error"] is None


def test_more_files_than_are_kept_in_memory_each_give_their_own_answer(
    client: FlaskClient, file_of: FileOf, network_settings: Settings
) -> None:
    sizes = range(2, KEPT_READINGS + 5)
    hashes = {H: opened(client, file_of((3, H))) for H in sizes}
    for _ in range(2):
        for H, hash in hashes.items():
            assert answer(client, of_file(network_settings, hash))["sizes"] == [H]


def test_an_unsaved_file_says_when_it_goes_and_a_saved_one_does_not(
    client: FlaskClient, file_of: FileOf
) -> None:
    before = time.time()
    hash = opened(client, file_of())
    (one,) = library(client)["own"]
    assert one["saved"] is False
    assert before + DAY <= one["goes"] <= time.time() + DAY
    client.put(f"/_lab/models/{hash}?name=Counter", headers=ANNA)
    (one,) = library(client)["own"]
    assert (one["saved"], one["goes"], one["name"]) == (True, None, "Counter")
    response = client.delete(f"/_lab/models/{hash}/saved", headers=ANNA)
    assert response.json == {"saved": False}
    (one,) = library(client)["own"]
    assert one["saved"] is False
    assert before + DAY <= one["goes"] <= time.time() + DAY


def test_only_who_saved_a_file_can_let_it_go(client: FlaskClient, file_of: FileOf) -> None:
    hash = opened(client, file_of())
    client.put(f"/_lab/models/{hash}?name=Counter", headers=ANNA)
    client.delete(f"/_lab/models/{hash}/saved", headers=BEN)
    assert [file["saved"] for file in listed(client)] == [True]
    assert listed(client, BEN) == []


# The whole library


def library(client: FlaskClient, owner: dict[str, str] = ANNA, query: str = "") -> dict[str, Any]:
    response = client.get(f"/_lab/library{query}", headers=owner)
    assert response.status_code == 200, response.text
    given: dict[str, Any] = response.json  # type: ignore[assignment]
    return given


def test_the_library_says_of_every_model_what_is_known(
    client: FlaskClient, file_of: FileOf
) -> None:
    hash = opened(client, file_of((3, 5, 4), position=np.zeros((7, 9), np.float32)))
    given = library(client)
    (one,) = given["own"]
    assert (one["hash"], one["name"]) == (hash, "my.safetensors")
    rows = dict(one["rows"])
    assert rows["Layers"] == "2 layers of 5, 4 units"
    assert rows["Vocabulary"] == "none: 3 numbers a step"
    # (3 + 5 + 1) · 20 and (5 + 4 + 1) · 16
    assert rows["All weights"] == "340"
    unknown = ["Task", "Learnt from", "Steps", "Loss", "Accuracy", "Seed", "Date"]
    assert one["unknown"] == unknown
    assert "'position' 7×9" in one["ignored"][0]
    assert given["shared"] is False
    assert "linked" not in given


def test_a_card_in_a_file_is_read_out(client: FlaskClient) -> None:
    card = Card(
        "reber", "drawn", (2,), 12000, 0.31415, 0.99999, 7, "2026-03-01", ("Can.",), ("Not.",)
    )
    layer = Layer(np.ones((8, 3)), np.ones((8, 2)), np.zeros(8))
    opened(client, dump(Model([layer], card=card)))
    (one,) = library(client)["own"]
    assert one["unknown"] == []
    rows = dict(one["rows"])
    assert rows["Task"] == "Embedded Reber grammar"
    assert rows["Learnt from"] == "drawn"
    assert rows["Steps"] == "12,000 batches"
    assert rows["Loss"] == "0.314 mean squared error, held out"
    assert rows["Accuracy"] == "99.9 %, held out"
    assert (rows["Seed"], rows["Date"]) == ("7", "2026-03-01")
    assert (one["can"], one["cannot"]) == (["Can."], ["Not."])


def test_the_library_of_another_has_neither_the_file_nor_its_name(
    client: FlaskClient, file_of: FileOf
) -> None:
    hash = opened(client, file_of(), name="secret plan")
    response = client.get("/_lab/library", headers=BEN)
    assert hash not in response.text
    assert "secret" not in response.text


def test_a_file_is_known_to_the_library_by_its_link_too(
    client: FlaskClient, file_of: FileOf
) -> None:
    hash = opened(client, file_of())
    given = library(client, BEN, f"?model={hash}&name={quote('Her/model' + chr(0x202E))}")
    assert (given["linked"]["hash"], given["linked"]["name"]) == (hash, "Hermodel")
    assert dict(given["linked"]["rows"])["Layers"] == "1 layer of 5 units"
    assert given["own"] == []
    # Who has it in a list needs no link.
    assert "linked" not in library(client, ANNA, f"?model={hash}")


@pytest.mark.parametrize(
    ("name", "words"),
    [("0" * 64, GONE), ("../../etc/passwd", NO_FILE), ("A" * 64, NO_FILE), ("x" * 5000, NO_FILE)],
    ids=len,
)
def test_a_link_to_what_is_not_here_says_so_and_the_rest_is_listed(
    client: FlaskClient, name: str, words: str
) -> None:
    given = library(client, ANNA, f"?model={quote(name)}")
    assert given["linked"]["problem"] == words
    assert {one["hash"] for one in given["shipped"]} == {one.hash for one in ours()}


def test_a_file_that_was_damaged_on_the_disk_says_so_and_can_be_deleted(
    client: FlaskClient, file_of: FileOf, data_directory: Path
) -> None:
    hash = opened(client, file_of(seed=41))  # one that the app has not read yet
    other = opened(client, file_of((3, 4)), name="other")
    (data_directory / "opened" / f"{hash}.safetensors").write_bytes(b"not any more")
    entries = {one["hash"]: one for one in library(client)["own"]}
    assert "no safetensors file" in entries[hash]["problem"]
    assert "problem" not in entries[other]
    assert client.delete(f"/_lab/models/{hash}", headers=ANNA).status_code == 200
    assert [one["hash"] for one in library(client)["own"]] == [other]


def test_a_deleted_file_is_not_known_to_the_library(client: FlaskClient, file_of: FileOf) -> None:
    hash = opened(client, file_of())
    assert len(library(client)["own"]) == 1
    client.delete(f"/_lab/models/{hash}", headers=ANNA)
    given = library(client, ANNA, f"?model={hash}")
    assert given["own"] == []
    assert given["linked"]["problem"] == GONE


def test_a_shared_lab_says_that_its_list_is_everybody_s(
    client: FlaskClient, file_of: FileOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_LAB_SHARED", "1")
    hash = opened(client, file_of())
    given = library(client, BEN)
    assert given["shared"] is True
    assert [one["hash"] for one in given["own"]] == [hash]


# Taking a model away


def test_an_exported_file_has_the_same_bytes(client: FlaskClient, file_of: FileOf) -> None:
    content = file_of((3, 5), position=np.zeros((7, 9), np.float32))
    hash = opened(client, content)
    for headers in (ANNA, BEN, {}):  # whoever has the hash
        response = client.get(f"/_lab/models/{hash}/file", headers=headers)
        assert response.data == content
        assert response.mimetype == "application/octet-stream"
        said = response.headers["Content-Disposition"]
        assert said == f'attachment; filename="{hash[:12]}.safetensors"'


def test_what_is_not_here_is_not_exported(client: FlaskClient) -> None:
    assert error_of(client.get(f"/_lab/models/{'0' * 64}/file"), 422) == GONE
    assert error_of(client.get(f"/_lab/models/{'A' * 64}/file"), 422) == NO_FILE


# Those that come with the lab


def ours() -> tuple[Shipped, ...]:
    return shipped(folder())


def test_everybody_has_the_models_that_come_with_the_lab(client: FlaskClient) -> None:
    for owner in (ANNA, BEN):
        entries = library(client, owner)["shipped"]
        assert {one["hash"] for one in entries} == {one.hash for one in ours()}
        for one in entries:
            assert one["unknown"] == [], one["name"]
            assert one["can"], one["name"]
            assert one["cannot"], one["name"]


@pytest.mark.parametrize("one", ours(), ids=lambda one: one.name)
def test_a_model_of_the_lab_runs_by_its_hash_on_the_text_that_comes_with_it(
    client: FlaskClient, network_settings: Settings, one: Shipped
) -> None:
    understood: Any = client.get(f"/_lab/models/{one.hash}").json
    assert understood["shipped"] is True
    answered = answer(client, of_file(network_settings, one.hash, text=understood["text"]))
    assert answered["error"] is None
    assert answered["unknown"] == 0
    assert client.get(f"/_lab/models/{one.hash}/file").data == one.path.read_bytes()
    response = client.post(
        "/_lab/model",
        json=of_file(network_settings, one.hash, text=understood["text"]),
        headers=ANNA,
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("method", "more"),
    [("PUT", "?name=mine"), ("PUT", "/name?name=mine"), ("DELETE", "/saved"), ("DELETE", "")],
)
def test_a_model_of_the_lab_stays_as_it_is(client: FlaskClient, method: str, more: str) -> None:
    one = ours()[0]
    response = client.open(f"/_lab/models/{one.hash}{more}", method=method, headers=ANNA)
    assert "comes with the lab" in error_of(response, 422)
    assert client.get(f"/_lab/models/{one.hash}/file").data == one.path.read_bytes()
    assert listed(client) == []


def test_a_model_of_the_lab_that_is_opened_as_a_file_is_not_kept_again(
    client: FlaskClient, data_directory: Path
) -> None:
    one = ours()[0]
    response: Any = post(client, one.path.read_bytes()).json
    assert (response["hash"], response["shipped"]) == (one.hash, True)
    assert listed(client) == []
    assert not list(data_directory.rglob("*.safetensors"))


def test_a_copy_that_somebody_had_before_can_still_be_deleted(
    client: FlaskClient, data_directory: Path
) -> None:
    one = ours()[0]
    Library(data_directory).keep(one.content(), ANNA["X-Lab-Owner"], "my copy")
    assert [file["hash"] for file in library(client)["own"]] == [one.hash]
    assert client.delete(f"/_lab/models/{one.hash}", headers=ANNA).json == {"deleted": True}
    assert library(client)["own"] == []
    assert client.get(f"/_lab/models/{one.hash}").status_code == 200


# Names


def test_an_owner_s_file_is_renamed_and_nobody_else_s_list_changes(
    client: FlaskClient, file_of: FileOf
) -> None:
    hash = opened(client, file_of())
    opened(client, file_of(), owner=BEN, name="ben.safetensors")
    response = client.put(f"/_lab/models/{hash}/name?name={quote('Über /2')}", headers=ANNA)
    assert response.json == {"renamed": True}
    assert listed(client) == [{"hash": hash, "name": "Über 2", "saved": False}]
    assert [file["name"] for file in listed(client, BEN)] == ["ben.safetensors"]


def test_a_file_of_another_is_not_renamed(client: FlaskClient, file_of: FileOf) -> None:
    hash = opened(client, file_of())
    message = error_of(client.put(f"/_lab/models/{hash}/name?name=mine", headers=BEN), 422)
    assert "Save it first" in message
    assert [file["name"] for file in listed(client)] == ["my.safetensors"]
    assert listed(client, BEN) == []


@pytest.mark.parametrize("query", ["", "?name=", "?name=%20"])
def test_a_file_is_not_renamed_to_nothing(client: FlaskClient, file_of: FileOf, query: str) -> None:
    hash = opened(client, file_of())
    message = error_of(client.put(f"/_lab/models/{hash}/name{query}", headers=ANNA), 422)
    assert message.startswith("The name is empty.")
    assert [file["name"] for file in listed(client)] == ["my.safetensors"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\windows\\system32",
        "/etc/passwd",
        "a" * 200,
        "👩‍🚀" * 100,
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "שלום.safetensors",
        "a\u202eb",
        "a\x00b\nc",
        "",
        ".",
        " ",
    ],
    ids=repr,
)
def test_a_name_is_words_and_never_a_path(
    client: FlaskClient, file_of: FileOf, data_directory: Path, name: str
) -> None:
    hash = opened(client, file_of(), name=name)
    response = client.get("/_lab/models", headers=ANNA)
    assert response.mimetype == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    (file,) = listed(client)
    assert 0 < len(file["name"]) <= 80
    assert not set("/\\\x00\n\u202e") & set(file["name"])
    names = {path.name for path in data_directory.rglob("*") if path.is_file()}
    assert names == {f"{hash}.safetensors", f"{hash}.json", "lock"}
    assert [path.name for path in data_directory.parent.iterdir()] == [data_directory.name]


FORGED = {
    "a path": "../../etc/passwd",
    "a path in one piece": "..%2F..%2Fetc%2Fpasswd",
    "a path written twice": "..%252F..%252Fetc%252Fpasswd",
    "a path of Windows": "..%5C..%5Cetc",
    "capitals": "A" * 64,
    "63 digits": "0" * 63,
    "65 digits": "0" * 65,
    "with its ending": "0" * 64 + ".safetensors",
    "no hexadecimal digits": "g" * 64,
    "digits of another script": "%D9%A3" * 64,
    "nothing but zero bytes": "%00" * 64,
    "a line end": "0" * 64 + "%0A",
    "very long": "0" * 5000,
    "a dot": ".",
}


@pytest.mark.parametrize("name", list(FORGED))
@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("GET", "/file"),
        ("PUT", "/name?name=x"),
        ("DELETE", "/saved"),
    ],
)
def test_a_forged_hash_is_refused(client: FlaskClient, method: str, more: str, name: str) -> None:
    response = client.open(f"/_lab/models/{FORGED[name]}{more}", method=method, headers=ANNA)
    assert 300 < response.status_code < 500
    assert "Traceback" not in response.text
    assert "root:" not in response.text
    if response.status_code == 422:
        assert error_of(response, 422) == NO_FILE


@pytest.mark.parametrize("name", ["capitals", "63 digits", "very long", "no hexadecimal digits"])
def test_a_forged_hash_is_told_so(client: FlaskClient, name: str) -> None:
    assert error_of(client.get(f"/_lab/models/{FORGED[name]}"), 422) == NO_FILE


@pytest.mark.parametrize(
    "hash", ["", "../../etc/passwd", "A" * 64, "0" * 63, "\x00" * 64, "٣" * 64]
)
def test_a_forged_hash_in_the_settings_is_told(
    client: FlaskClient, network_settings: Settings, hash: str
) -> None:
    error = answer(client, of_file(network_settings, hash))["error"]
    assert error == {"message": NO_FILE, "field": "model"}


def test_a_hash_that_is_not_here_is_told_what_to_do(
    client: FlaskClient, network_settings: Settings
) -> None:
    error = answer(client, of_file(network_settings, "0" * 64))["error"]
    assert error == {"message": GONE, "field": "model"}


# What is no model


def archive(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name in names:
            written.writestr(name, "x" * 100)
    return file.getvalue()


def numpy_file() -> bytes:
    file = io.BytesIO()
    np.savez(file, W=np.zeros(3))
    return file.getvalue()


REFUSED = {
    "empty": (b"", "The file is empty"),
    "text": (b"hello", "no safetensors file, but text"),
    "PyTorch": (archive("model/data.pkl", "model/version"), "pickled file"),
    "pickle": (pickle.dumps({"weight_ih_l0": [0.0] * 100}), "pickled file"),
    "NumPy": (numpy_file(), "NumPy archive"),
    "Keras": (archive("metadata.json", "config.json"), "Keras"),
    "a header without end": (struct.pack("<Q", 2**30) + b"{" + b" " * 100, "header"),
    "a header of another kind": (struct.pack("<Q", 2) + b"[]", "no safetensors file"),
    "nothing in it": (struct.pack("<Q", 2) + b"{}", ""),
}


@pytest.mark.parametrize("kind", list(REFUSED))
def test_what_is_no_model_is_refused_in_words_and_not_kept(
    client: FlaskClient, kind: str, data_directory: Path
) -> None:
    content, words = REFUSED[kind]
    assert words in error_of(post(client, content), 422)
    assert not list(data_directory.rglob("*.safetensors"))
    assert listed(client) == []


def test_a_pickled_file_is_told_the_two_lines_that_write_safetensors(client: FlaskClient) -> None:
    message = error_of(post(client, REFUSED["PyTorch"][0]), 422)
    assert "from safetensors.torch import save_file" in message
    assert 'save_file(model.state_dict(), "model.safetensors")' in message


def test_a_file_that_is_cut_off_anywhere_is_refused(client: FlaskClient, file_of: FileOf) -> None:
    content = file_of((2, 3))
    for length in [*range(0, 24), *range(24, len(content), 37), len(content) - 1]:
        message = error_of(post(client, content[:length]), 422)
        assert len(message) > 20


def test_a_file_with_a_byte_too_many_is_refused(client: FlaskClient, file_of: FileOf) -> None:
    assert "damaged" in error_of(post(client, file_of() + b"\0"), 422)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_named(
    client: FlaskClient, file_of: FileOf, value: float
) -> None:
    bad = np.zeros((20, 3), np.float32)
    bad[7, 1] = value
    message = error_of(post(client, file_of(weight_ih_l0=bad)), 422)
    assert "weight_ih_l0" in message


def test_shapes_that_do_not_fit_are_named(client: FlaskClient, file_of: FileOf) -> None:
    message = error_of(post(client, file_of(weight_hh_l0=np.zeros((20, 6), np.float32))), 422)
    assert "weight_hh_l0" in message


@pytest.mark.parametrize(
    ("sizes", "words"), [((1, 1025), "1025 units"), ((1, 2, 2, 2, 2, 2), "5 layers")]
)
def test_a_model_too_large_is_told_the_limit(
    client: FlaskClient, file_of: FileOf, sizes: tuple[int, ...], words: str
) -> None:
    assert words in error_of(post(client, file_of(sizes)), 422)


# Sizes


def test_a_file_larger_than_64_mb_is_refused_before_it_is_read(client: FlaskClient) -> None:
    assert LARGEST_FILE == 64 * 2**20
    response = client.post(
        "/_lab/models",
        data=b"x",
        headers=ANNA,
        environ_overrides={"CONTENT_LENGTH": str(LARGEST_FILE + 1)},
    )
    assert error_of(response, 413) == ("The file is larger than 64 MB, the most there is room for.")


def test_a_file_of_just_64_mb_is_looked_at(client: FlaskClient) -> None:
    assert "no safetensors file" in error_of(post(client, bytes(LARGEST_FILE)), 422)


def test_a_file_larger_than_other_requests_may_be_is_opened(
    client: FlaskClient, file_of: FileOf
) -> None:
    content = file_of((3, 200))
    assert len(content) > 2 * LARGEST_BODY
    assert re.fullmatch("[0-9a-f]{64}", opened(client, content))


def test_all_other_requests_keep_their_limit(
    client: FlaskClient, file_of: FileOf, network_settings: Settings
) -> None:
    opened(client, file_of())
    long = "x" * (LARGEST_BODY + 1)
    assert LARGEST_BODY == 256 * 1024
    assert client.post("/" + UPDATE, json=body(network_settings(text=long))).status_code == 413
    for path in ("/_lab/trace?as=csv", "/_lab/model"):
        response = client.post(path, json=network_settings(text=long), headers=ANNA)
        assert "64 MB" not in error_of(response, 413)


def test_a_text_of_40000_characters_passes_and_is_answered_in_words(
    client: FlaskClient, network_settings: Settings
) -> None:
    text = json.dumps(body(network_settings(text="👩" * 40_000)), ensure_ascii=False)
    response = client.post("/" + UPDATE, data=text.encode(), content_type="application/json")
    assert response.status_code == 200
    assert "Use at most 1,000 steps" in response.text


# Settings


@pytest.mark.parametrize("path", ["/_lab/trace?as=csv", "/_lab/model"])
@pytest.mark.parametrize(
    "sent",
    ["", "{", "[]", "null", "1", '"abc"', "{}", "[" * 100_000, '{"a":' * 30_000, "\xff"],
    ids=lambda sent: sent[:9],
)
def test_forged_settings_are_refused(client: FlaskClient, path: str, sent: str) -> None:
    response = client.post(
        path, data=sent.encode("latin-1"), content_type="application/json", headers=ANNA
    )
    error_of(response, 400)


@pytest.mark.parametrize("path", ["model", "trace", "nope", "models/"])
def test_other_routes_are_not_there(client: FlaskClient, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = client.open(f"/_lab/{path}", method=method, headers=ANNA)
        assert response.status_code in (404, 405)


def test_answers_have_the_security_headers(client: FlaskClient, file_of: FileOf) -> None:
    for response in (post(client, file_of()), post(client, b""), client.get("/_lab/models")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in response.headers


# Places


def test_under_a_path_prefix_the_routes_are_below_it(
    file_of: FileOf, network_settings: Settings
) -> None:
    client: FlaskClient = create_app(url_base_pathname="/lab/").server.test_client()
    response: Any = client.post("/lab/_lab/models", data=file_of(), headers=ANNA)
    assert response.status_code == 200
    hash = response.json["hash"]
    assert answer(client, of_file(network_settings, hash), "/lab/")["error"] is None
    assert client.get("/lab/_lab/models", headers=ANNA).status_code == 200
    assert client.get(f"/lab/_lab/models/{hash}").status_code == 200
    assert client.delete(f"/lab/_lab/models/{hash}", headers=ANNA).status_code == 200
    sent = network_settings()
    for path in ("trace?as=npz", "model"):
        assert client.post(f"/lab/_lab/{path}", json=sent, headers=ANNA).status_code == 200
    assert client.post("/_lab/models", data=file_of(), headers=ANNA).status_code >= 400


def test_another_worker_finds_a_file_too(
    client: FlaskClient, file_of: FileOf, network_settings: Settings
) -> None:
    hash = opened(client, file_of())
    other: FlaskClient = create_app().server.test_client()
    assert answer(other, of_file(network_settings, hash))["error"] is None
    client.delete(f"/_lab/models/{hash}", headers=ANNA)
    assert answer(other, of_file(network_settings, hash))["error"]["message"] == GONE


def test_a_shared_lab_has_one_list_for_all(
    client: FlaskClient, file_of: FileOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_LAB_SHARED", "1")
    hash = opened(client, file_of())
    assert [file["hash"] for file in listed(client, BEN)] == [hash]


def test_a_data_directory_that_cannot_be_written_is_told(
    client: FlaskClient, file_of: FileOf, data_directory: Path
) -> None:
    data_directory.write_text("a file stands in the way")
    message = error_of(post(client, file_of()), 422)
    assert "LSTM_LAB_DATA" in message


# How much is sent


def test_the_callback_sends_less_than_500_kb_for_64_units_200_tokens_and_2_layers(
    client: FlaskClient, network_settings: Settings
) -> None:
    letters = np.random.default_rng(0).choice(list("abcdefghij ()[]"), 200)
    sent = network_settings({"size": "64", "layers": "2"}, text="".join(letters.tolist()))
    response = client.post("/" + UPDATE, json=body(sent))
    assert response.status_code == 200
    assert len(gzip.compress(response.data, 6)) < 500_000
