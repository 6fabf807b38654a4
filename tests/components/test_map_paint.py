"""Painted maps by their routes, without a model that paints: another function does."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from dash import Dash, html
from flask.testing import FlaskClient
from numpy.typing import NDArray

from components import map_paint, map_state, queue
from components.map_paint import register_paint
from components.map_paint_card import DEFAULTS, NONE, paint_card
from components.map_tiles import register_tiles
from components.painters import VARIABLE, folder_of, named
from components.routes import OWNER, Routes
from components.still import still
from lstm import LabError
from lstm.atlas import Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.order import Order
from lstm.painters.paint_job import carry_out
from lstm.painters.painting import Painting
from lstm.painters.paintings import Paintings
from lstm.painters.png import decode
from lstm.painters.prompts import Prompts

Tree = Callable[[Any], ET.Element]
Write = Callable[[Path], Path]
StartWorker = Callable[..., subprocess.Popen[bytes]]

ORDER = Order(ModelSource("0" * 64, 0), wanted=Wanted("pca"))
KEY = ORDER.key
HEADERS = {OWNER: "a" * 32}
SENT = {"folder": "sd", **DEFAULTS, "size": "2"}


@pytest.fixture(name="client")
def of_a_lab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, diffusion_folder: Write
) -> FlaskClient:
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path / "data"))
    diffusion_folder(tmp_path / "models" / "sd")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "models"))
    n = np.arange(60)
    rows = np.random.default_rng(0).normal(size=(60, 3))
    contexts = Contexts(rows, ("a",) * 60, ("",) * 60, n, n, ((),) * 60, {})
    Maps.from_environment().put(ORDER, atlas_of(contexts, Wanted("pca")))
    app = Dash("painted")
    app.layout = html.Div()
    at = Routes(app)
    register_tiles(at)
    register_paint(at)
    made: FlaskClient = app.server.test_client()
    return made


def post(client: FlaskClient, path: str, data: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/_lab/map/{path}", json=data, headers=HEADERS)
    return answer.status_code, json.loads(answer.text)


def red(
    folder: Path, wanted: Painting, prompts: Prompts, report: Callable[[float], None]
) -> NDArray[np.uint8]:
    """Paint all of it in one colour."""
    report(1)
    return np.full((1024, 1024, 3), (200, 30, 20), np.uint8)


def work(paint: Any = red) -> list[str]:
    """Do what a worker does of all that waits among the maps."""
    done: list[str] = []
    with queue.asked(done.append, queue.MAPS) as task:
        while waiting := task.huey.dequeue():
            task.huey.execute(waiting)
    for entry in done:
        key = entry.removeprefix(queue.PAINT)
        carry_out(
            Paintings.from_environment(), Maps.from_environment(), key, folder_of, paint=paint
        )
    return done


def test_a_map_is_painted_and_its_tiles_are_served(client: FlaskClient) -> None:
    status, found = post(client, f"{KEY}/paint", SENT)
    name = found["paint"]
    assert (status, found["state"]) == (
        200,
        {"state": "waiting", "done": 0.0, "says": "It begins soon.", "place": 1},
    )
    assert post(client, f"{KEY}/paint", SENT)[1]["paint"] == name  # it keeps its place
    tile = f"/_lab/map/{KEY}/tile/painted-{name}/dark/2/1/1"
    assert client.get(tile).status_code == 404
    assert work() == [queue.PAINT + name]
    state = json.loads(client.get(f"/_lab/map/{KEY}/paint/{name}/state").text)
    assert state == {"state": "done", "done": 1.0, "says": "", "place": None, "asked": SENT}
    answer = client.get(tile)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "max-age" in answer.headers["Cache-Control"]
    pixels = decode(answer.data)
    assert pixels.shape == (256, 256, 4)
    assert (pixels[..., :3] == (200, 30, 20)).all()
    deep = client.get(f"/_lab/map/{KEY}/tile/painted-{name}/light/8/200/17")
    assert (decode(deep.data)[..., :3] == (200, 30, 20)).all()
    again = client.get(tile, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert post(client, f"{KEY}/paint", SENT)[1]["state"]["state"] == "done"
    assert work() == []


def test_a_worker_for_maps_takes_it_from_the_queue(
    client: FlaskClient, start_worker: StartWorker, until: Callable[..., None]
) -> None:
    name = post(client, f"{KEY}/paint", SENT)[1]["paint"]
    start_worker("--maps")
    found: dict[str, Any] = {}

    def ended() -> bool:
        found.update(json.loads(client.get(f"/_lab/map/{KEY}/paint/{name}/state").text))
        return found["state"] not in ("waiting", "making")

    until(ended)
    # Whether what paints is installed or not: this folder has no model that it could open.
    assert found["state"] == "failed"
    assert found["says"].startswith("It could not be painted.")


def test_it_is_stopped_and_what_goes_wrong_is_said(client: FlaskClient) -> None:
    name = post(client, f"{KEY}/paint", SENT)[1]["paint"]
    state = post(client, f"{KEY}/paint/{name}/stop", {})[1]
    assert (state["state"], "Paint it again" in state["says"]) == ("interrupted", True)
    work()
    post(client, f"{KEY}/paint", SENT)

    def fail(*_: Any) -> NDArray[np.uint8]:
        raise LabError("Painting needs diffusers.")

    work(fail)
    state = json.loads(client.get(f"/_lab/map/{KEY}/paint/{name}/state").text)
    assert (state["state"], state["says"]) == (
        "failed",
        "It could not be painted. Painting needs diffusers.",
    )


def test_where_no_worker_takes_it_that_is_said(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_state, "SOON", -1.0)
    found = post(client, f"{KEY}/paint", SENT)[1]
    assert found["state"]["says"].startswith("No worker has taken it yet.")
    other = post(client, f"{KEY}/paint", {**SENT, "seed": "1"})[1]
    assert found["state"]["place"], other["state"]["place"] == (1, 2)
    assert other["state"]["says"] == "Number 2 in the queue."
    paintings = Paintings.from_environment()
    paintings.job(other["paint"]).beat(250, 1.0, stage="painting")  # a worker is at another one
    state = map_paint.state(paintings, found["paint"])
    assert state["says"] == "It begins soon."
    state = map_paint.state(paintings, other["paint"])
    assert (state["state"], state["done"], state["says"]) == ("making", 0.25, "Painting: 25 %.")


WRONG: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"seed": "x"}, "seed", "Seed is 'x'. Use a whole number"),
    ({"steps": "0"}, "steps", "Steps is '0'. Use a whole number from 1 to 150"),
    ({"guidance": "99"}, "guidance", "Guidance is 99, out of range"),
    ({"style": "a" * 201}, "style", "The style has 201 characters"),
    ({"folder": "../models/sd"}, "folder", "offers no text-to-image model '../models/sd'"),
    ({"size": "8", "folder": "wide"}, "folder", "8,192 pixels wide"),
    ({"folder": "bare"}, "folder", "'bare' has no weights of its UNet"),
)
FORGED: tuple[dict[str, Any], ...] = (
    {"folder": None},
    {"folder": 3},
    {"size": "3"},
    {"size": 2},
    {"style": None},
    {"seed": []},
)


def test_what_a_reader_can_put_right_is_said_at_its_field(
    client: FlaskClient, tmp_path: Path, diffusion_folder: Write
) -> None:
    wide = diffusion_folder(tmp_path / "models" / "wide")
    config = {"sample_size": 128, "in_channels": 4, "out_channels": 4}
    (wide / "unet" / "config.json").write_text(json.dumps(config))
    bare = diffusion_folder(tmp_path / "models" / "bare")
    (bare / "unet" / "model.safetensors").unlink()
    for changes, field, words in WRONG:
        status, found = post(client, f"{KEY}/paint", {**SENT, **changes})
        assert (status, found["field"], words in found["error"]) == (422, field, True), found
    for changes in FORGED:
        assert post(client, f"{KEY}/paint", {**SENT, **changes})[0] == 400
    assert work() == []


def test_forged_addresses_find_nothing(client: FlaskClient) -> None:
    name = post(client, f"{KEY}/paint", SENT)[1]["paint"]
    work()
    for path in (
        f"{'1' * 64}/paint/{name}/state",  # another map's
        f"{KEY}/paint/{'1' * 64}/state",
        f"{KEY}/paint/..{name}/state",
        f"{KEY}/paint/{name.upper()}/state",
        f"{'1' * 64}/tile/painted-{name}/dark/0/0/0",
        f"{KEY}/tile/painted-/dark/0/0/0",
        f"{KEY}/tile/painted-{name}/dark/9/0/0",
        f"{KEY}/tile/painted-{name}/dark/1/2/0",
    ):
        assert client.get(f"/_lab/map/{path}").status_code in (400, 404), path
    for path in (
        f"{KEY}/tile/painted-{name}/sepia/0/0/0",
        f"{KEY}/tile/painted-{name}/dark/-1/0/0",
    ):
        assert client.get(f"/_lab/map/{path}").status_code == 400
    for path in (f"{'1' * 64}/paint", "nonsense/paint", f"{KEY}/paint/{'1' * 64}/stop"):
        assert post(client, path, SENT)[0] == 404
    for path in (f"{KEY}/paint", f"{KEY}/paint/{name}/stop"):
        assert client.post(f"/_lab/map/{path}", json=SENT).status_code == 400  # nobody's


def test_the_card_offers_the_models_or_says_how_to_get_one(
    client: FlaskClient,
    tree: Tree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    diffusion_folder: Write,
) -> None:
    diffusion_folder(tmp_path / "models" / "other")
    card = tree(still(paint_card()))
    folder, size = card.iter("select")
    assert [one.attrib["value"] for one in folder] == ["other", "sd"] == list(named())
    assert [one.attrib["value"] for one in size] == ["2", "4", "8"]
    values = {one.attrib["data-paint-field"]: one.attrib["value"] for one in card.iter("input")}
    assert values == DEFAULTS
    monkeypatch.delenv(VARIABLE)
    said = "".join(tree(still(paint_card())).itertext())
    assert said == NONE
    assert VARIABLE in said
