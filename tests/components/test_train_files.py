"""Training over HTTP: data brought, runs begun and steered by their owner, models kept."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from components import create_app, queue
from components.train_settings import CHOICES
from lstm.checkpoint import read
from lstm.job import carry_out
from lstm.library import Library
from lstm.own_text import LARGEST_DATA
from lstm.runs import MOST_WAITING, Runs
from lstm.settings import Settings

Sent = Callable[..., dict[str, Any]]

ANNA = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
BEN = {"X-Lab-Owner": "ben-has-another-one-of-his-own"}
TEXT = b"to be or not to be, that is the question. " * 20
ROWS = b"hour,load\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(100))
SMALL = {"size": "4", "batch": "4", "steps": "20"}
NOBODY = "n" * 22


@pytest.fixture(scope="module")
def server() -> Any:
    return create_app().server


@pytest.fixture
def client(server: Any) -> FlaskClient:
    client: FlaskClient = server.test_client()
    return client


@pytest.fixture
def runs(data_directory: Path) -> Runs:
    return Runs(data_directory)


def json_of(response: TestResponse) -> Any:
    assert response.status_code == 200, response.text
    return response.json


def error_of(response: TestResponse, status: int) -> dict[str, Any]:
    """Check that an answer is a refusal in words, and give it."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    assert "Traceback" not in response.text
    found: dict[str, Any] = response.json  # type: ignore[assignment]
    assert found["error"][-1] in ".)"
    return found


def bring(
    client: FlaskClient, content: bytes, task: str = "text", unit: str = "characters", **more: Any
) -> TestResponse:
    path = f"/_lab/data?task={task}&unit={unit}&name=mine"
    return client.post(path, data=content, **{"headers": ANNA, **more})


def begin(client: FlaskClient, sent: dict[str, Any], owner: dict[str, str] = ANNA) -> TestResponse:
    return client.post("/_lab/runs", json=sent, headers=owner)


def begun(client: FlaskClient, sent: dict[str, Any]) -> str:
    run: str = json_of(begin(client, sent))["id"]
    return run


def wish(client: FlaskClient, run: str, wanted: Any, owner: dict[str, str] = ANNA) -> TestResponse:
    return client.put(f"/_lab/runs/{run}", json={"wish": wanted}, headers=owner)


def keep(
    client: FlaskClient, run: str, owner: dict[str, str] = ANNA, name: str = "My model"
) -> TestResponse:
    return client.post(f"/_lab/runs/{run}/model?name={quote(name)}", headers=owner)


# Data


@pytest.mark.parametrize(("times", "steps"), [(1, 200), (10, 600), (1000, 2000)])
def test_so_many_batches_are_advised_that_little_data_are_not_learnt_by_heart(
    client: FlaskClient, times: int, steps: int
) -> None:
    length = 840 * times
    assert json_of(bring(client, TEXT * times))["steps"] == steps
    # 2,048 characters a batch: at most 150 times through the text, or the fewest that teach.
    assert steps in (200, 2000) or abs(steps * 2048 / length - 150) < 8


def test_a_text_is_brought_and_described(client: FlaskClient) -> None:
    answer = json_of(bring(client, TEXT))
    assert answer == {
        "hash": hashlib.sha256(TEXT).hexdigest(),
        "says": "840 characters, 15 different.",
        "columns": [],
        "steps": 200,
    }


def test_a_table_is_brought_and_described(client: FlaskClient) -> None:
    answer = json_of(bring(client, ROWS, "table"))
    assert answer["says"] == "100 rows of 2 columns: hour, load."
    assert answer["columns"] == ["hour", "load"]


def test_what_is_brought_is_kept_by_its_hash_for_whoever_brought_it(client: FlaskClient) -> None:
    name = json_of(bring(client, TEXT))["hash"]
    shelf = Library.from_environment(shelf="data", suffix=".txt")
    assert shelf.content(name) == TEXT
    assert [one.hash for one in shelf.listed(ANNA["X-Lab-Owner"])] == [name]
    assert shelf.listed(BEN["X-Lab-Owner"]) == []
    # It is no model, and not among them.
    assert json_of(client.get("/_lab/library", headers=ANNA))["own"] == []


@pytest.mark.parametrize(
    ("task", "content", "says"),
    [
        ("text", b"", "The text is empty. Paste a text, or open a .txt file."),
        ("text", b"a" * 500, "over and over: there is nothing to predict"),
        ("text", "Grüße".encode("latin-1") * 50, "This is no text in UTF-8: byte 3"),
        ("text", b"text with \0 in it " * 20, "it has zero bytes"),
        ("table", b"name,age\nAnna,x\n", "Use at least 20."),
        ("table", ROWS + b"x,1\n", "Row 102 of the column 'hour' holds 'x'"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_words(
    client: FlaskClient, task: str, content: bytes, says: str
) -> None:
    refused = error_of(bring(client, content, task), 422)
    assert refused["field"] == "data"
    assert says in refused["error"]


def test_more_than_there_is_room_for_is_refused_in_words(client: FlaskClient) -> None:
    refused = error_of(bring(client, b"ab" * (LARGEST_DATA // 2 + 1)), 413)
    assert refused["error"] == "The file is larger than 10 MB, the most there is room for."
    assert json_of(bring(client, b"ab" * (LARGEST_DATA // 2)))["says"].startswith("10,485,760 ")


@pytest.mark.parametrize("query", ["task=reber&unit=words", "task=text&unit=x", "unit=words", ""])
def test_data_for_what_our_page_does_not_offer_are_refused(client: FlaskClient, query: str) -> None:
    error_of(client.post(f"/_lab/data?{query}", data=TEXT, headers=ANNA), 400)


# Beginning


def test_a_run_is_begun_and_waits_in_the_queue(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    view = runs.get(run)
    assert (view.state, view.title) == ("waiting", CHOICES["reber"])
    assert view.mine(ANNA["X-Lab-Owner"])
    assert not view.mine(BEN["X-Lab-Owner"])
    assert Settings.from_json(view.settings) == Settings.advised("reber", size=4, batch=4, steps=20)
    assert queue.place(run) == 1


def test_a_run_has_a_copy_of_the_data_and_their_name(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    name = json_of(bring(client, TEXT))["hash"]
    run = begun(client, train_settings("text", SMALL, data=name, title="Hamlet", unit="words"))
    assert runs.folder(run).data() == TEXT
    assert runs.get(run).title == "Hamlet"
    assert runs.get(run).settings["unit"] == "words"
    # A task brings its own data, whatever was brought before.
    assert runs.folder(begun(client, train_settings("reber", data=name))).data() is None


def test_a_column_of_a_table_can_be_learnt(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    name = json_of(bring(client, ROWS, "table"))["hash"]
    run = begun(client, train_settings("table", SMALL, data=name, target="load"))
    carry_out(runs.folder(run))
    assert runs.get(run).state == "done"
    model = read(runs.model_bytes(run)).model
    assert model.layers[0].input_size == 1  # the other column


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"task": "text"}, "data", "There is nothing to learn from yet"),
        ({"task": "text", "data": "0" * 64}, "data", "no longer there"),
        ({"numbers": {"rate": "fast"}}, "Learning rate", "Learning rate is 'fast'."),
        (
            {"task": "adding", "numbers": {"size": "512", "layers": "4", "batch": "256"}},
            "Units",
            "Use fewer units",
        ),
    ],
)
def test_a_run_that_could_not_learn_is_not_begun(
    client: FlaskClient,
    runs: Runs,
    train_settings: Sent,
    changes: dict[str, Any],
    field: str,
    says: str,
) -> None:
    refused = error_of(begin(client, train_settings(**changes)), 422)
    assert refused["field"] == field
    assert says in refused["error"]
    assert runs.listed(ANNA["X-Lab-Owner"]) == []


def test_nobody_can_fill_the_queue(client: FlaskClient, runs: Runs, train_settings: Sent) -> None:
    for _ in range(MOST_WAITING):
        begun(client, train_settings("reber", SMALL))
    refused = error_of(begin(client, train_settings("reber", SMALL)), 422)
    assert "Wait until one is done, or stop one." in refused["error"]
    assert begin(client, train_settings("reber", SMALL), BEN).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "nothing"},
        {"numbers": {}},
        {"cell": "rnn"},
        {"title": 5},
        {"title": None},
        {"data": ["x"]},
    ],
    ids=str,
)
def test_a_run_that_our_page_would_not_begin_is_refused(
    client: FlaskClient, runs: Runs, train_settings: Sent, changes: dict[str, Any]
) -> None:
    error_of(begin(client, train_settings() | changes), 400)
    assert runs.listed(ANNA["X-Lab-Owner"]) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"text"', b"[" * 100_000, b"\xff"])
def test_what_is_no_object_in_json_is_refused(client: FlaskClient, body: bytes) -> None:
    headers = ANNA | {"Content-Type": "application/json"}
    error_of(client.post("/_lab/runs", data=body, headers=headers), 400)
    error_of(client.put(f"/_lab/runs/{NOBODY}", data=body, headers=headers), 400)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "data?task=text&unit=words"),
        ("POST", "runs"),
        ("PUT", f"runs/{NOBODY}"),
        ("DELETE", f"runs/{NOBODY}"),
        ("POST", f"runs/{NOBODY}/model?name=x"),
    ],
)
def test_a_page_of_another_site_can_do_nothing(client: FlaskClient, method: str, path: str) -> None:
    # It cannot send the header, which every request of ours has.
    refused = error_of(client.open(f"/_lab/{path}", method=method, json={"wish": "stop"}), 400)
    assert refused["error"] == "The header X-Lab-Owner is missing."


# Steering


def test_an_owner_pauses_resumes_and_stops_a_run(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    assert json_of(wish(client, run, "pause")) == {"wished": "pause"}
    assert runs.get(run).state == "paused"
    assert json_of(wish(client, run, "resume")) == {"wished": "resume"}
    assert runs.get(run).state == "waiting"
    assert queue.place(run) == 1  # once, however often it was resumed
    assert json_of(wish(client, run, "stop")) == {"wished": "stop"}
    assert runs.get(run).state == "stopped"
    refused = error_of(wish(client, run, "resume"), 422)
    assert refused["error"] == "This run has ended. Start a new one with its settings."


def test_a_paused_run_is_put_back_into_the_queue(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    other = begun(client, train_settings("reber", SMALL))
    wish(client, run, "pause")
    with queue.asked() as train:
        train.huey.flush()  # as if a worker had taken both
    wish(client, run, "resume")
    assert (queue.place(run), queue.place(other)) == (1, None)


def test_a_run_is_renamed_by_its_owner(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    path = f"/_lab/runs/{run}"
    assert json_of(client.put(path, json={"title": "Mine"}, headers=ANNA)) == {"renamed": True}
    assert runs.get(run).title == "Mine"
    error_of(client.put(path, json={"title": "His"}, headers=BEN), 422)
    error_of(client.put(path, json={"title": 3}, headers=ANNA), 400)
    client.put(path, json={"title": "x" * 5000}, headers=ANNA)
    assert len(runs.get(run).title) <= 200


def test_a_stranger_who_has_the_link_changes_nothing(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    said = "This run is another reader's. Start one of your own to change it."
    for wanted in ("pause", "resume", "stop"):
        assert error_of(wish(client, run, wanted, BEN), 422)["error"] == said
    assert error_of(client.delete(f"/_lab/runs/{run}", headers=BEN), 422)["error"] == said
    assert runs.get(run).state == "waiting"


@pytest.mark.parametrize("wanted", [None, "", "run", "delete", 1, ["stop"], {"x": 1}], ids=str)
def test_other_wishes_are_refused(
    client: FlaskClient, runs: Runs, train_settings: Sent, wanted: Any
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    error_of(wish(client, run, wanted), 400)
    assert runs.get(run).state == "waiting"


def test_a_run_is_deleted_by_its_owner(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    assert json_of(client.delete(f"/_lab/runs/{run}", headers=ANNA)) == {"deleted": True}
    assert not runs.folder(run).path.exists()
    for response in (
        client.delete(f"/_lab/runs/{run}", headers=ANNA),
        wish(client, run, "stop"),
        keep(client, run),
    ):
        assert "no longer here" in error_of(response, 422)["error"]


@pytest.mark.parametrize("run", ["x", "..", "%2e%2e", "n" * 23, "ä" * 22, "settings.json"])
def test_what_names_no_run_reaches_no_file(client: FlaskClient, run: str) -> None:
    for response in (wish(client, run, "stop"), keep(client, run)):
        assert response.status_code in (404, 405, 422)
        assert "Traceback" not in response.text


# The model


def test_the_model_is_kept_among_the_owners_models_with_its_card(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    carry_out(runs.folder(run))
    hash = json_of(keep(client, run, name="My Reber"))["hash"]
    assert json_of(client.get("/_lab/models", headers=ANNA)) == [
        {"hash": hash, "name": "My Reber", "saved": True}
    ]
    content = client.get(f"/_lab/models/{hash}/file", headers=ANNA).data
    assert content == runs.model_bytes(run)
    card = read(content).model.card
    assert card is not None
    assert (card.task, card.sizes, card.steps, card.seed) == ("reber", (4,), 20, 0)
    last = runs.records(run)[-1]
    assert card.loss == pytest.approx(last["held_out"], rel=1e-6)
    assert card.accuracy == pytest.approx(last["accuracy"], rel=1e-6)
    (entry,) = json_of(client.get("/_lab/library", headers=ANNA))["own"]
    assert (entry["hash"], entry["name"], entry["saved"]) == (hash, "My Reber", True)


def test_a_kept_model_runs_on_the_network_page(
    client: FlaskClient, runs: Runs, train_settings: Sent, network_settings: Sent
) -> None:
    name = json_of(bring(client, TEXT))["hash"]
    run = begun(client, train_settings("text", SMALL, data=name))
    carry_out(runs.folder(run))
    hash = json_of(keep(client, run))["hash"]
    sent = network_settings({"source": "file", "hash": hash}, text="to be or not")
    one = {"aio_id": "network", "view": "network"}
    body = {
        "output": '{"aio_id":["MATCH"],"part":"answer","view":"network"}.data',
        "outputs": {"id": one | {"part": "answer"}, "property": "data"},
        "inputs": [{"id": one | {"part": "request"}, "property": "data", "value": sent}],
        "changedPropIds": ['{"aio_id":"network","part":"request","view":"network"}.data'],
    }
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200
    (answer,) = json.loads(response.text)["response"].values()
    assert answer["data"]["error"] is None


def test_whoever_has_the_link_keeps_the_model_for_themselves(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    carry_out(runs.folder(run))
    hash = json_of(keep(client, run, BEN, "Anna's"))["hash"]
    assert json_of(client.get("/_lab/models", headers=ANNA)) == []
    assert json_of(client.get("/_lab/models", headers=BEN))[0]["hash"] == hash


def test_a_kept_model_outlives_its_run(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    carry_out(runs.folder(run))
    hash = json_of(keep(client, run))["hash"]
    client.delete(f"/_lab/runs/{run}", headers=ANNA)
    assert read(client.get(f"/_lab/models/{hash}/file", headers=ANNA).data).model.token_count == 7


def test_a_run_without_a_model_has_none_to_keep(client: FlaskClient, train_settings: Sent) -> None:
    run = begun(client, train_settings("reber", SMALL))
    said = "This run has no model yet. Wait until it has learnt for some seconds."
    assert error_of(keep(client, run), 422)["error"] == said


def test_a_model_is_kept_under_a_name(
    client: FlaskClient, runs: Runs, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    carry_out(runs.folder(run))
    for response in (
        keep(client, run, name=""),
        client.post(f"/_lab/runs/{run}/model", headers=ANNA),
    ):
        assert error_of(response, 400)["error"] == "name is missing."


# Looking, and other places


def test_the_page_looks_at_a_run_through_a_callback(
    client: FlaskClient, train_settings: Sent
) -> None:
    run = begun(client, train_settings("reber", SMALL))
    one = {"aio_id": "train", "view": "train"}
    sent = {"n": 3, "theme": "dark", "run": run, "owner": ANNA["X-Lab-Owner"]}
    body = {
        "output": '{"aio_id":["MATCH"],"part":"progress","view":"train"}.data',
        "outputs": {"id": one | {"part": "progress"}, "property": "data"},
        "inputs": [{"id": one | {"part": "poll"}, "property": "data", "value": sent}],
        "changedPropIds": ['{"aio_id":"train","part":"poll","view":"train"}.data'],
    }
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200
    (answer,) = json.loads(response.text)["response"].values()
    assert (answer["data"]["n"], answer["data"]["run"]["id"]) == (3, run)
    for forged in (None, {}, {"n": 1}, sent | {"theme": "x"}, sent | {"owner": 1}, [sent]):
        body["inputs"][0]["value"] = forged  # type: ignore[index]
        assert client.post("/_dash-update-component", json=body).status_code == 400


def test_below_a_portal_s_path_all_this_works_too(train_settings: Sent, runs: Runs) -> None:
    client: FlaskClient = create_app(url_base_pathname="/lab/").server.test_client()
    path = "/lab/_lab/runs"
    run = json_of(client.post(path, json=train_settings("reber", SMALL), headers=ANNA))["id"]
    assert runs.get(run).state == "waiting"
    assert client.post("/_lab/runs", json=train_settings(), headers=ANNA).status_code == 404


def test_in_a_shared_lab_everybody_steers_every_run(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, train_settings: Sent
) -> None:
    monkeypatch.setenv("LSTM_LAB_SHARED", "1")
    run = begun(client, train_settings("reber", SMALL))
    assert json_of(wish(client, run, "stop", BEN)) == {"wished": "stop"}


def test_a_queue_that_does_not_answer_is_said_and_the_run_can_be_resumed(
    client: FlaskClient, runs: Runs, monkeypatch: pytest.MonkeyPatch, train_settings: Sent
) -> None:
    monkeypatch.setenv(queue.REDIS, "redis://127.0.0.1:9/0")  # where nobody listens
    refused = error_of(begin(client, train_settings("reber", SMALL)), 422)
    assert "does not answer" in refused["error"]
    monkeypatch.delenv(queue.REDIS)
    (run,) = runs.listed(ANNA["X-Lab-Owner"])
    assert json_of(wish(client, run.id, "resume")) == {"wished": "resume"}
    assert queue.place(run.id) == 1


def test_a_file_that_is_sent_in_pieces_is_refused_at_its_limit(client: FlaskClient) -> None:
    # Without a length in the header the limit is met while reading.
    stream = io.BytesIO(b"ab" * (LARGEST_DATA // 2 + 1))
    response = client.post(
        "/_lab/data?task=text&unit=characters",
        input_stream=stream,
        headers=ANNA,
        environ_overrides={"wsgi.input_terminated": True},
    )
    error_of(response, 413)
