"""The routes of maps: what is read of one, what is said of a selection, and what is refused."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from components import create_app, map_matrix
from components.map_run import answer
from components.models import Models, with_the_lab
from components.network_run import Run
from components.network_settings import NetworkSettings
from lstm.atlas import Atlas
from lstm.contexts import Contexts
from lstm.maps import Maps
from lstm.order import gather

pytestmark = pytest.mark.usefixtures("one_data_directory")

Settings = Callable[..., dict[str, Any]]

ANNA = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
HASHES = {one.name: name for name, one in with_the_lab().items()}
MODELS = Models()
NOBODY = "0" * 64
SHOWN = 2.0**-12  # to which what is read to three decimals is rounded


@pytest.fixture(scope="module", name="app")
def an_app() -> Dash:
    return create_app()


@pytest.fixture(name="client")
def a_client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


def made(map_settings: Settings, name: str = "brackets", **changes: Any) -> str:
    """Make a map of a model that comes with the lab, and give its key."""
    source = {"kind": "model", "hash": HASHES[name]}
    found = answer(map_settings(**{"source": source, **changes}), MODELS.opened)
    assert found["error"] is None, found["error"]
    return str(found["key"])


def atlas_of(key: str) -> Atlas:
    return Maps.from_environment().atlas(key)


def contexts_of(key: str) -> Contexts:
    """Give what a map was made from, made anew."""
    return gather(Maps.from_environment().order(key), MODELS.opened, map_matrix.file_of)


def got(client: FlaskClient, path: str) -> dict[str, Any]:
    response = client.get(f"/_lab/map/{path}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json  # type: ignore[assignment]
    return found


def error_of(response: TestResponse, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    message: str = response.json["error"]  # type: ignore[index]
    assert message[-1] in ".)"
    return message


def read(array: dict[str, Any]) -> Any:
    """Read an array as our script does, without our own decoder."""
    flat = np.frombuffer(base64.b64decode(array["bdata"]), "<" + array["dtype"])
    return flat.reshape([int(n) for n in array["shape"].split(",")]) if "shape" in array else flat


# Contexts


def test_points_say_where_each_context_lies_and_what_it_is(client: FlaskClient, key: str) -> None:
    found, atlas = got(client, f"{key}/points"), atlas_of(key)
    assert found["count"] == len(atlas) == 500
    left, bottom, side = atlas.frame
    x, y = atlas.places.T
    # Shares of the frame, y from the top.
    np.testing.assert_allclose(
        read(found["places"]), np.stack([(x - left) / side, 1 - (y - bottom) / side], 1), atol=1e-6
    )
    for array, level in zip(found["levels"], atlas.levels, strict=True):
        assert array["dtype"] == "i2"
        np.testing.assert_array_equal(read(array), level)
    texts = found["tokens"]["texts"]
    assert [texts[n] for n in read(found["tokens"]["index"])] == list(atlas.token)
    assert len(set(texts)) == len(texts)
    np.testing.assert_array_equal(read(found["sequence"]), atlas.sequence)
    np.testing.assert_array_equal(read(found["position"]), atlas.position)
    np.testing.assert_array_equal(read(found["near"]), atlas.near)
    for name, means in atlas.gates.items():
        np.testing.assert_allclose(read(found["gates"][name]), means, atol=SHOWN)
    trust = {name: read(array).mean() for name, array in found["trust"].items()}
    assert trust["trust"] == pytest.approx(atlas.trust.trustworthiness, abs=SHOWN)
    assert trust["recall"] == pytest.approx(atlas.trust.recall, abs=SHOWN)
    assert trust["gain"] == pytest.approx(atlas.trust.gain.max(), abs=SHOWN)
    assert got(client, f"{key}/texts") == {"before": list(atlas.before)}


def test_what_was_not_measured_is_no_number(client: FlaskClient, map_settings: Settings) -> None:
    key = made(map_settings, count="2001")
    found, trust = got(client, f"{key}/points")["trust"], atlas_of(key).trust
    assert trust.sampled
    for name in ("trust", "recall", "gain"):
        (missing,) = np.isnan(read(found[name])).nonzero()
        np.testing.assert_array_equal(missing, np.setdiff1d(np.arange(2001), trust.points))


def test_a_unit_is_read_with_its_range(client: FlaskClient, key: str) -> None:
    found, rows = got(client, f"{key}/unit/6"), contexts_of(key).rows
    np.testing.assert_array_equal(read(found["values"]), rows[:, 6])
    assert (found["low"], found["high"]) == (rows[:, 6].min(), rows[:, 6].max())


@pytest.mark.parametrize("what", ["points", "texts", "unit/0", "whole/3"])
def test_browsers_may_keep_what_lies_behind_a_key(client: FlaskClient, key: str, what: str) -> None:
    response = client.get(f"/_lab/map/{key}/{what}")
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"


# A selection


def test_a_region_s_contexts_share_what_the_region_says(
    client: FlaskClient, key: str, map_settings: Settings
) -> None:
    source = {"kind": "model", "hash": HASHES["brackets"]}
    region = answer(map_settings(source=source), MODELS.opened)["regions"][0][0]
    mine = np.flatnonzero(atlas_of(key).levels[0] == 0).tolist()
    response = client.post(f"/_lab/map/{key}/selection", json={"points": mine}, headers=ANNA)
    assert response.status_code == 200
    found: dict[str, Any] = response.json  # type: ignore[assignment]
    # Which trait comes first hangs on the other regions, of which a selection has none.
    for one in (found, region):
        one["traits"].sort(key=lambda trait: trait["name"])
    assert found | {"color": 0} == region | {"color": 0}


def test_contexts_that_are_chosen_twice_count_once(client: FlaskClient, key: str) -> None:
    sent = {"points": [3, 499, 3]}
    found = client.post(f"/_lab/map/{key}/selection", json=sent, headers=ANNA).json
    assert found is not None
    assert found["count"] == 2
    assert found["says"][0].startswith("2 contexts")


@pytest.mark.parametrize(
    "points", [None, "3", [-1], [500], [1.0], [True], ["3"], [[3]], list(range(501))]
)
def test_a_forged_selection_is_refused(client: FlaskClient, key: str, points: Any) -> None:
    sent = {"points": points}
    error_of(client.post(f"/_lab/map/{key}/selection", json=sent, headers=ANNA), 400)


def test_a_selection_of_nothing_is_said(client: FlaskClient, key: str) -> None:
    response = client.post(f"/_lab/map/{key}/selection", json={"points": []}, headers=ANNA)
    assert "at least one context" in error_of(response, 422)


def test_a_selection_of_all_of_the_largest_map_can_be_sent(client: FlaskClient, key: str) -> None:
    sent = {"points": [100_000] * 100_000}
    response = client.post(f"/_lab/map/{key}/selection", json=sent, headers=ANNA)
    assert "a list of at most 500" in error_of(response, 400)


# The way to the Network page


@pytest.mark.parametrize(("name", "layer"), [("brackets", 1), ("agreement", 0), ("reber", 0)])
def test_the_network_page_shows_the_same_state(
    client: FlaskClient,
    map_settings: Settings,
    network_settings: Settings,
    name: str,
    layer: int,
) -> None:
    key = made(map_settings, name, layer=layer)
    atlas, rows = atlas_of(key), contexts_of(key).rows
    n = int(atlas.position.argmax())
    found = got(client, f"{key}/whole/{n}")
    said = {field: values[0] for field, values in parse_qs(found["link"]).items()}
    assert (said["v"], said["m"], said["hash"]) == ("2", "file", HASHES[name])
    assert said["layer"] == str(layer + 1)
    assert said["t"] == str(atlas.position[n] + 1)
    assert found["says"] == (f"The text from its beginning to this token, step {int(said['t']):,}.")
    shown = network_settings({"source": "file", "hash": said["hash"]}, text=said["text"])
    ran = Run.of(NetworkSettings.read(shown | {"layer": layer}), MODELS.opened)
    assert len(ran.prepared.tokens) == int(said["t"])
    assert ran.prepared.tokens[-1] == atlas.token[n]
    np.testing.assert_allclose(ran.seen.h[-1, 0], rows[n], atol=1e-5)


def test_of_a_long_text_its_end_is_shown(
    client: FlaskClient, map_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.map_whole.LONGEST", 9)
    key = made(map_settings)
    n = int(atlas_of(key).position.argmax())
    found = got(client, f"{key}/whole/{n}")
    assert parse_qs(found["link"])["t"] == ["9"]
    assert len(parse_qs(found["link"], keep_blank_values=True)["text"][0]) == 9
    assert "what came before is not read there, so the gates may differ" in found["says"]


def test_a_matrix_has_no_gates_to_show(
    client: FlaskClient, map_settings: Settings, tmp_path: Path
) -> None:
    np.save(tmp_path / "rows.npy", np.random.default_rng(0).normal(size=(40, 3)))
    content = (tmp_path / "rows.npy").read_bytes()
    name = map_matrix.matrices().keep(content, ANNA["X-Lab-Owner"], "rows.npy")
    key = made(map_settings, source={"kind": "matrix", "hash": name})
    response = client.get(f"/_lab/map/{key}/whole/3")
    assert "A matrix has no gates" in error_of(response, 422)


# How far a map is


def test_a_map_is_told_of_and_stopped(client: FlaskClient, map_settings: Settings) -> None:
    source = {"kind": "model", "hash": HASHES["brackets"]}
    sent = map_settings(source=source, projection="umap", count="505")
    key = answer(sent, MODELS.opened)["wanted_key"]
    assert got(client, f"{key}/state")["state"] == "waiting"
    error_of(client.post(f"/_lab/map/{key}/stop"), 400)  # by a page of another site
    stopped = client.post(f"/_lab/map/{key}/stop", headers=ANNA).json
    assert stopped is not None
    assert stopped["state"] == "interrupted"
    assert got(client, f"{key}/state") == stopped


def test_of_a_map_that_nobody_ordered_that_is_said(client: FlaskClient) -> None:
    assert got(client, f"{NOBODY}/state") == {
        "state": "none",
        "done": 0.0,
        "says": "This map is not made yet.",
        "place": None,
    }


@pytest.mark.parametrize("what", ["points", "texts", "unit/0", "whole/0"])
def test_a_map_that_is_not_here_is_said(client: FlaskClient, what: str) -> None:
    assert "no longer here" in error_of(client.get(f"/_lab/map/{NOBODY}/{what}"), 404)


@pytest.mark.parametrize("forged", ["f" * 63, "F" * 64, "..", "x" * 64])
@pytest.mark.parametrize("what", ["points", "state", "unit/0"])
def test_a_forged_key_is_refused(client: FlaskClient, forged: str, what: str) -> None:
    assert "names no map" in error_of(client.get(f"/_lab/map/{forged}/{what}"), 404)


@pytest.mark.parametrize("what", ["unit/96", "unit/99999999999999999999", "whole/500"])
def test_what_the_map_has_not_is_refused(client: FlaskClient, key: str, what: str) -> None:
    error_of(client.get(f"/_lab/map/{key}/{what}"), 404)


@pytest.mark.parametrize("what", ["unit/-1", "unit/x", "whole/-1"])
def test_what_is_no_number_is_not_found(client: FlaskClient, key: str, what: str) -> None:
    assert client.get(f"/_lab/map/{key}/{what}").status_code == 404
