"""The tiles of a map over HTTP: pictures, kept by browser and server, and nothing else."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from components import create_app
from components.map_run import answer
from components.models import Models, with_the_lab
from lstm.maps import Maps
from lstm.painters import PAINTERS
from lstm.shipped_maps import maps_folder, shipped_maps

pytestmark = pytest.mark.usefixtures("one_data_directory")

Settings = Callable[..., dict[str, Any]]

MODELS = Models()
HASHES = {one.name: name for name, one in with_the_lab().items()}
SHIPPED = next(iter(shipped_maps(maps_folder())))


@pytest.fixture(scope="module", name="client")
def a_client() -> FlaskClient:
    client: FlaskClient = create_app().server.test_client()
    return client


def path_of(key: str, tile: str = "collage/dark/0/0/0") -> str:
    return f"/_lab/map/{key}/tile/{tile}"


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("painter", PAINTERS)
def test_every_painter_answers_in_both_themes(
    client: FlaskClient, key: str, painter: str, theme: str
) -> None:
    found = client.get(path_of(key, f"{painter}/{theme}/1/0/1"))
    assert found.status_code == 200
    assert found.mimetype == "image/svg+xml"
    assert len(ET.fromstring(found.data)) > 0


def test_a_tile_comes_packed_to_who_can_unpack_it(client: FlaskClient, key: str) -> None:
    plain = client.get(path_of(key))
    packed = client.get(path_of(key), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_browser_keeps_a_tile_and_asks_only_whether_it_has_changed(
    client: FlaskClient, key: str
) -> None:
    first = client.get(path_of(key))
    assert "max-age=86400" in first.headers["Cache-Control"]
    again = client.get(path_of(key), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    light = client.get(
        path_of(key, "collage/light/0/0/0"), headers={"If-None-Match": first.headers["ETag"]}
    )
    assert light.status_code == 200


def test_a_tile_is_kept_with_its_map(client: FlaskClient, key: str) -> None:
    folder = Maps.from_environment().folder(key)
    assert not list(folder.rglob("3-1-2.svg.gz"))
    client.get(path_of(key, "collage/dark/3/1/2"))
    (kept,) = folder.rglob("3-1-2.svg.gz")
    size = kept.stat().st_mtime_ns
    client.get(path_of(key, "collage/dark/3/1/2"))
    assert kept.stat().st_mtime_ns == size


def test_maps_that_come_with_the_lab_have_tiles(client: FlaskClient, place: Path) -> None:
    for painter in PAINTERS:
        found = client.get(path_of(SHIPPED, f"{painter}/dark/0/0/0"))
        assert found.status_code == 200
        assert len(found.data) > 2000
    assert (place / "maps" / SHIPPED / "tiles").is_dir()


@pytest.mark.parametrize(
    ("tile", "status", "words"),
    [
        ("painter/dark/0/0/0", 400, "collage, glyphs, relief"),
        ("painted-x/dark/0/0/0", 404, ""),
        ("collage/blue/0/0/0", 400, "dark, light"),
        ("collage/dark/9/0/0", 404, "levels 0 to 8"),
        ("collage/dark/1/2/0", 404, "the tiles 0 to 1"),
        ("collage/dark/1/0/99999", 400, "whole numbers"),
        ("collage/dark/-1/0/0", 400, "whole numbers"),
        ("collage/dark/00/0/0", 400, "whole numbers"),
        ("collage/dark/1/0x1/0", 400, "whole numbers"),
        ("collage/dark/1/٣/0", 400, "whole numbers"),
        ("..%2f..%2fsecret/dark/0/0/0", 404, ""),
    ],
)
def test_what_our_page_never_asks_for_is_refused(
    client: FlaskClient, key: str, tile: str, status: int, words: str
) -> None:
    found = client.get(path_of(key, tile))
    assert found.status_code == status
    assert words in found.get_data(as_text=True)


@pytest.mark.parametrize("name", ["0" * 64, "abc", "G" * 64, "..", "0" * 63 + "é"])
def test_a_map_that_is_not_there_is_said_so(client: FlaskClient, name: str) -> None:
    found = client.get(path_of(name))
    assert found.status_code == 404
    if len(name) > 2:
        assert found.json is not None
        assert "no longer here. Make it again" in found.json["error"]


def test_a_map_whose_model_is_gone_still_shows_its_tokens(
    client: FlaskClient, map_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"kind": "model", "hash": HASHES["brackets"]}
    key = answer(map_settings(source=source, seed="5"), MODELS.opened)["key"]

    def gone(self: Models, name: str) -> None:
        raise AssertionError("the model was asked for")

    monkeypatch.setattr(Models, "opened", gone)
    assert client.get(path_of(key)).status_code == 200
    assert client.get(path_of(key, "relief/dark/0/0/0")).status_code == 200
