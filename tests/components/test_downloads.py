"""What is taken away is what was computed: read back, it is the same to the bit."""

import csv
import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.exceptions import BadRequest

from components import create_app, downloads
from components.downloads import MOST_NUMBERS, QUANTITIES
from components.network_run import Run
from components.network_settings import NetworkSettings
from lstm import Array, LabError, Linear, Model, ModelTrace, Trace, run
from lstm.checkpoint import read

Settings = Callable[..., dict[str, Any]]
FileOf = Callable[..., bytes]
Ran = Callable[..., Run]

OWNER = {"X-Lab-Owner": "anna-has-an-unguessable-token"}


@pytest.fixture
def ran(network_settings: Settings) -> Ran:
    """Give a function that runs a network as the page would; ``opened`` is the model of a file."""

    def of(opened: Model | None = None, **changes: Any) -> Run:
        def library(_: str) -> Model:
            assert opened is not None
            return opened

        if opened is not None:
            changes["model"] = {"source": "file", "hash": "f" * 64}
        return Run.of(NetworkSettings.read(network_settings(**changes)), library)

    return of


CASES: dict[str, dict[str, Any]] = {
    "new": {"model": {"layers": "2", "size": "5"}, "text": "a, \"b\"\n'c' 👩‍🚀 שלום"},
    "by hand": {"model": {"source": "characters"}, "text": "((a) [b])"},
    "words by hand": {"model": {"source": "words"}, "text": "The keys are here ."},
    "numbers": {"text": "0.1, -0.5\n1e-3, 2", "reads": "numbers"},
    "saturated": {"model": {"kind": "normal", "size": "30"}, "text": "abcabc"},
}
each_case = pytest.mark.parametrize("case", list(CASES))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def plain(token: str) -> str:
    return token.removeprefix("'") if token[:2] in ("'=", "'+", "'-", "'@") else token


@each_case
def test_the_csv_has_every_number_to_the_bit(ran: Ran, case: str) -> None:
    one = ran(**CASES[case])
    content, mimetype, name = downloads.trace(one, "csv")
    assert (mimetype, name) == ("text/csv", "trace.csv")
    rows = iter(rows_of(content))
    for number, layer in enumerate(one.trace.layers, start=1):
        T, _, H = layer.c.shape
        dtype = layer.c.dtype.type
        for t in range(T):
            for unit in range(H):
                row = next(rows)
                assert (row["t"], row["layer"], row["unit"]) == (str(t + 1), str(number), str(unit))
                assert plain(row["token"]) == one.prepared.tokens[t]
                for quantity in QUANTITIES:
                    value = getattr(layer, quantity)[t, 0, unit]
                    assert dtype(float(row[quantity])) == value
    assert not list(rows)


@each_case
def test_the_json_has_every_number_to_the_bit(ran: Ran, case: str) -> None:
    one = ran(**CASES[case])
    content, mimetype, name = downloads.trace(one, "json")
    assert (mimetype, name) == ("application/json", "trace.json")

    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} is no JSON")

    data = json.loads(content, parse_constant=refuse)
    assert data["tokens"] == one.prepared.tokens
    assert len(data["layers"]) == len(one.trace.layers)
    for stored, layer in zip(data["layers"], one.trace.layers, strict=True):
        assert set(stored) == set(QUANTITIES)
        for quantity, values in stored.items():
            wanted = getattr(layer, quantity)[:, 0]
            np.testing.assert_array_equal(np.array(values, wanted.dtype), wanted)
    assert ("outputs" in data) == (one.prepared.model.decoder is not None)


def test_what_a_linear_output_gives_is_in_the_json(ran: Ran) -> None:
    plain = ran(**CASES["by hand"])
    model = plain.prepared.model
    H = model.layers[-1].hidden_size
    decoded = dataclasses.replace(model, decoder=Linear(np.eye(3, H), np.ones(3)))
    again = run(decoded, plain.prepared.inputs)
    one = dataclasses.replace(
        plain, prepared=dataclasses.replace(plain.prepared, model=decoded), trace=again
    )
    content, _, _ = downloads.trace(one, "json")
    np.testing.assert_allclose(
        json.loads(content)["outputs"], again.outputs[:, 0], rtol=0, atol=1e-12
    )


@each_case
def test_the_numpy_archive_has_every_array(ran: Ran, case: str) -> None:
    one = ran(**CASES[case])
    content, _, name = downloads.trace(one, "npz")
    assert name == "trace.npz"
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays: dict[str, Array] = dict(file)
    assert arrays.pop("tokens").tolist() == one.prepared.tokens
    np.testing.assert_array_equal(arrays.pop("outputs"), one.trace.outputs[:, 0])
    for number, layer in enumerate(one.trace.layers, start=1):
        for quantity in ("x", *QUANTITIES, "c0", "h0"):
            values = getattr(layer, quantity)
            wanted = values[0] if quantity in ("c0", "h0") else values[:, 0]
            found = arrays.pop(f"layer{number}_{quantity}")
            assert found.dtype == values.dtype
            np.testing.assert_array_equal(found, wanted)
    assert not arrays


def test_a_projection_leaves_h_empty_where_there_is_none(ran: Ran, file_of: FileOf) -> None:
    model = read(file_of((2, 6), projection=3)).model
    one = ran(model, text="1, 0\n0, 1")
    rows = rows_of(downloads.trace(one, "csv")[0])
    h = one.trace.layers[0].h
    for row in rows:
        t, unit = int(row["t"]) - 1, int(row["unit"])
        assert (row["h"] == "") == (unit >= 3)
        if unit < 3:
            assert np.float32(float(row["h"])) == h[t, 0, unit]
    data = json.loads(downloads.trace(one, "json")[0])
    assert np.shape(data["layers"][0]["h"]) == (2, 3)


# Spreadsheets


@pytest.mark.parametrize("token", ["=", "+", "-", "@", "\t"])
def test_no_token_is_run_as_a_formula(ran: Ran, token: str) -> None:
    rows = rows_of(downloads.trace(ran(text=f"a{token}", model={"size": "1"}), "csv")[0])
    assert [row["token"] for row in rows] == ["a", f"'{token}"]


def test_no_cell_of_a_csv_can_be_a_formula(ran: Ran) -> None:
    one = ran(text="=cmd|' /C calc'!A0 @SUM(1) +1 -1 \t\r\n=1", model={"size": "2"})
    for row in rows_of(downloads.trace(one, "csv")[0]):
        assert row["token"][:1] not in tuple("=+-@\t\r")
        for quantity in QUANTITIES:
            float(row[quantity])  # a number, though it may begin with a minus sign


def test_half_of_a_character_can_be_taken_away_too(ran: Ran) -> None:
    one = ran(text="a\ud800b", model={"size": "1"})
    for kind in ("csv", "json", "npz"):
        downloads.trace(one, kind)
    read(downloads.model(one))


# Lengths


def fabricated(ran: Ran, T: int, H: int, layers: int) -> Run:
    """Give a run with a trace of any size, all zeros, which takes no memory."""
    gates = np.broadcast_to(np.zeros(1, np.float32), (T, 1, H))
    state = np.zeros((1, H), np.float32)
    trace = Trace(gates, gates, gates, gates, gates, gates, gates, state, state)
    return dataclasses.replace(ran(), trace=ModelTrace((trace,) * layers, gates))


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_trace_too_long_for_text_is_told(ran: Ran, kind: str) -> None:
    one = fabricated(ran, 1000, 1024, 4)
    assert MOST_NUMBERS < 1000 * 1024 * 4 * 6
    with pytest.raises(LabError) as refused:
        downloads.trace(one, kind)
    assert str(refused.value) == (
        f"This trace has 24,576,000 numbers, too many for {kind.upper()}. "
        "Take it as NumPy, or use a shorter text."
    )


def test_a_trace_just_short_enough_is_written(ran: Ran) -> None:
    # Of nearly 1.5 million numbers; the text itself is not made.
    with pytest.raises(BadRequest):
        downloads.trace(fabricated(ran, 1000, 249, 1), "xml")
    assert 1000 * 249 * 6 < MOST_NUMBERS < 1000 * 252 * 6
    with pytest.raises(LabError):
        downloads.trace(fabricated(ran, 1000, 252, 1), "json")


@pytest.mark.parametrize("kind", ["", "xml", "CSV", "pickle", "../csv"])
def test_another_kind_is_forged(ran: Ran, kind: str) -> None:
    with pytest.raises(BadRequest, match="csv, json or npz"):
        downloads.trace(ran(), kind)


# The model


@each_case
def test_the_model_opens_again_and_gives_the_same_outputs(ran: Ran, case: str) -> None:
    one = ran(**CASES[case])
    reading = read(downloads.model(one))
    assert reading.ignored == ()
    assert_same(one, reading.model)


def assert_same(one: Run, again: Model) -> None:
    """Check that a model is the one of a run, by all it computes."""
    trace = run(again, one.prepared.inputs)
    np.testing.assert_array_equal(trace.outputs, one.trace.outputs)
    assert trace.outputs.dtype == one.trace.outputs.dtype
    for was, is_ in zip(one.trace.layers, trace.layers, strict=True):
        np.testing.assert_array_equal(is_.c, was.c)
    model = one.prepared.model
    assert again.vocabulary == model.vocabulary
    assert (again.input_names, again.unit_names) == (model.input_names, model.unit_names)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"projection": 3},
        {"vocabulary": ["a", "b", "c"]},
        {"decoder.weight": np.ones((2, 6)), "decoder.bias": np.ones(2)},
    ],
    ids=str,
)
def test_a_file_s_model_opens_again(
    ran: Ran, file_of: FileOf, more: dict[str, Any], dtype: type[np.floating[Any]]
) -> None:
    arrays = {
        key: value.astype(dtype) if isinstance(value, np.ndarray) else value
        for key, value in more.items()
    }
    model = read(file_of((3, 5, 6), dtype=dtype, **arrays)).model
    one = ran(model, text="cab" if "vocabulary" in more else "1, 0, 0\n0, 1, 0\n0, 0, 1")
    assert_same(one, read(downloads.model(one)).model)


def test_a_model_is_written_the_same_each_time(ran: Ran) -> None:
    assert downloads.model(ran()) == downloads.model(ran())


# The routes


@pytest.fixture(scope="module")
def app() -> Dash:
    return create_app()


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


@pytest.mark.parametrize(
    ("path", "mimetype", "name"),
    [
        ("trace?as=csv", "text/csv", "trace.csv"),
        ("trace?as=json", "application/json", "trace.json"),
        ("trace?as=npz", "application/octet-stream", "trace.npz"),
        ("model", "application/octet-stream", "model.safetensors"),
    ],
)
def test_what_is_taken_away_comes_as_a_file(
    client: FlaskClient, network_settings: Settings, ran: Ran, path: str, mimetype: str, name: str
) -> None:
    response = client.post(f"/_lab/{path}", json=network_settings(), headers=OWNER)
    assert response.status_code == 200
    assert response.mimetype == mimetype
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    wanted = (
        downloads.model(ran())
        if path == "model"
        else downloads.trace(ran(), path.removeprefix("trace?as="))[0]
    )
    if not name.endswith(".npz"):  # which has the time in it
        assert response.data == wanted


@pytest.mark.parametrize("path", ["trace?as=csv", "trace?as=npz", "model"])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"model": {"size": "0"}},
            "Cell size is '0'. Use a whole number from 1 to 64.",
        ),
        ({"text": ""}, "The text is empty. Type something, or choose an example."),
        (
            {"model": {"source": "file", "hash": "0" * 64}},
            "The file is no longer here: it was not saved, or deleted. Open it again.",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_json(
    client: FlaskClient,
    network_settings: Settings,
    path: str,
    changes: dict[str, Any],
    message: str,
) -> None:
    response = client.post(f"/_lab/{path}", json=network_settings(**changes), headers=OWNER)
    assert response.status_code == 422
    assert response.mimetype == "application/json"
    refused: Any = response.json
    assert refused["error"] == message
    assert "Content-Disposition" not in response.headers


@pytest.mark.parametrize("path", ["trace", "trace?as=", "trace?as=xml", "trace?as=csv&as=npz"])
def test_another_kind_of_trace_is_refused(
    client: FlaskClient, network_settings: Settings, path: str
) -> None:
    response = client.post(f"/_lab/{path}", json=network_settings(), headers=OWNER)
    if path.endswith("csv&as=npz"):  # the first one counts
        assert response.mimetype == "text/csv"
    else:
        assert response.status_code == 400
        assert response.json == {"error": "as must be csv, json or npz."}


def test_forged_settings_are_refused_in_json(
    client: FlaskClient, network_settings: Settings
) -> None:
    settings = (network_settings(order="random"), network_settings(layer=10**30))
    others: tuple[Any, ...] = (*settings, [], "abc")
    for sent in others:
        response = client.post("/_lab/model", json=sent, headers=OWNER)
        assert response.status_code == 400
        assert response.mimetype == "application/json"
