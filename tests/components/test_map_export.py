"""What is taken away from a map: the panorama, a page, and tables."""

import base64
import csv
import gzip
import importlib
import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from flask.testing import FlaskClient

from components import create_app, map_table
from components.map_export import made_by, title_of
from components.map_run import answer
from components.map_sheet import Sheet
from components.models import Models, with_the_lab
from lstm.atlas import Atlas, Wanted
from lstm.map_source import MatrixSource, ModelSource
from lstm.maps import Maps
from lstm.metric import Metric
from lstm.order import Order
from lstm.painters.painting import Painting
from lstm.painters.paintings import Paintings

pytestmark = pytest.mark.usefixtures("one_data_directory")

Settings = Callable[..., dict[str, Any]]

MODELS = Models()
HASHES = {one.name: name for name, one in with_the_lab().items()}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", name="client")
def a_client() -> FlaskClient:
    client: FlaskClient = create_app().server.test_client()
    return client


@pytest.fixture(name="atlas")
def its_atlas(key: str) -> Atlas:
    return Maps.from_environment().atlas(key)


def unpacked(page: str) -> dict[str, Any]:
    found = re.search(r'id="data">([^<]*)<', page)
    assert found
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return data


def test_the_panorama_is_one_picture_that_stands_alone(
    client: FlaskClient, key: str, atlas: Atlas
) -> None:
    found = client.get(f"/_lab/map/{key}/panorama.svg?painter=relief&theme=light&z=2&points=1")
    assert found.mimetype == "image/svg+xml"
    assert f'filename="map-{key[:12]}.svg"' in found.headers["Content-Disposition"]
    root = ET.fromstring(found.data)
    assert root.get("viewBox") == "0 0 1024 1024"
    assert "Brackets and quotes · layer 2 · hidden state h" in (root.findtext(SVG + "title") or "")
    named = {one.text for one in root.findall(SVG + "g")[-1]}
    assert named
    assert named <= {region.name for level in atlas.regions for region in level}
    assert b"href" not in found.data
    assert b"url(" not in found.data


def test_a_panorama_is_given_with_what_is_usual(client: FlaskClient, key: str) -> None:
    usual = client.get(f"/_lab/map/{key}/panorama.svg")
    told = client.get(f"/_lab/map/{key}/panorama.svg?painter=collage&theme=dark&z=3&points=0")
    assert usual.data == told.data


@pytest.mark.parametrize("query", ["z=5", "z=x", "points=yes", "painter=oil", "theme=red"])
def test_another_panorama_is_refused(client: FlaskClient, key: str, query: str) -> None:
    assert client.get(f"/_lab/map/{key}/panorama.svg?{query}").status_code == 400


@pytest.mark.parametrize("name", ["panorama.svg", "page.html", "table.csv", "table.parquet"])
def test_of_a_map_that_is_not_there_nothing_is_taken(client: FlaskClient, name: str) -> None:
    assert client.get(f"/_lab/map/{'0' * 64}/{name}").status_code == 404
    assert client.get(f"/_lab/map/{'0' * 64}/page.html?painter=painted-x").status_code == 404


def test_a_picture_that_nobody_painted_is_not_there(client: FlaskClient, key: str) -> None:
    for name in ("painted-x", f"painted-{'1' * 64}"):
        found = client.get(f"/_lab/map/{key}/panorama.svg?painter={name}")
        assert found.status_code == 404


def test_what_a_model_painted_is_taken_away_too(
    client: FlaskClient, key: str, atlas: Atlas
) -> None:
    painting = Painting(key, "sd", "f" * 64, "an aerial photograph of", 0, 4, 7.5, 2)
    paintings = Paintings.from_environment()
    paintings.begin(painting)
    red = np.full((512, 512, 3), (200, 30, 30), np.uint8)
    paintings.job(painting.key).keep(red, Sheet(atlas).places.astype(float))
    name = f"painter=painted-{painting.key}"
    root = ET.fromstring(client.get(f"/_lab/map/{key}/panorama.svg?{name}&z=1").data)
    pictures = [one.get("href", "") for one in root.iter(SVG + "image")]
    assert len(pictures) == 4
    assert all(one.startswith("data:image/png;base64,") for one in pictures)
    tiles = unpacked(client.get(f"/_lab/map/{key}/page.html?{name}").get_data(as_text=True))[
        "tiles"
    ]
    assert set(tiles) == {"both"}  # one picture, on either ground
    assert pictures[0] in client.get(f"/_lab/map/{key}/panorama.svg?{name}&z=1").text
    other = Painting("e" * 64, "sd", "f" * 64, "", 0, 4, 7.5, 2)
    paintings.begin(other)
    assert client.get(f"/_lab/map/{key}/page.html?painter=painted-{other.key}").status_code == 404


def test_the_page_has_all_that_it_shows_in_itself(
    client: FlaskClient, key: str, atlas: Atlas
) -> None:
    page = client.get(f"/_lab/map/{key}/page.html").get_data(as_text=True)
    assert not re.search(r"\{\{[a-z]+\}\}", page)
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)=["']?http|url\(|@import|fetch\(""", page)
    data = unpacked(page)
    np.testing.assert_allclose(np.reshape(data["places"], (-1, 2)), Sheet(atlas).places, atol=1e-4)
    assert [data["texts"][n] for n in data["token"]] == list(atlas.token)
    assert data["before"] == list(atlas.before)
    assert data["level"] == atlas.levels[0].tolist()
    assert [[one[0] for one in level] for level in data["names"]] == [
        [region.name for region in level] for level in atlas.regions
    ]
    assert set(data["tiles"]) == {"dark", "light"}
    for name in ("2-1-1", "4-8-8"):
        tile = client.get(f"/_lab/map/{key}/tile/collage/dark/{name.replace('-', '/')}")
        assert data["tiles"]["dark"].get(name, "") in tile.get_data(as_text=True)
    assert {name.split("-")[0] for name in data["tiles"]["light"]} == {"2", "3", "4"}


def test_the_page_says_what_it_shows_and_how_far_to_trust_it(
    client: FlaskClient, key: str, atlas: Atlas
) -> None:
    page = client.get(f"/_lab/map/{key}/page.html").get_data(as_text=True)
    assert "<h1>Brackets and quotes · layer 2 · hidden state h</h1>" in page
    assert "500 contexts · PCA · cosine distance" in page
    assert "drawn by chance" in page
    peak = atlas.trust.gain[atlas.trust.peak]
    assert f"mutual-kNN gain, peak <strong>{peak:.2f} at k = " in page
    assert f"<dd>{atlas.trust.recall:.2f}</dd>" in page
    assert page.count("<details data-x") == len(atlas.regions[0])


def test_signs_in_a_text_do_no_harm_to_the_page(
    client: FlaskClient, map_settings: Settings
) -> None:
    text = "</script><b>&{{title}}{{data}} 'a' \"b\" <!-- " * 20
    source = {"kind": "model", "hash": HASHES["python"]}
    key = answer(map_settings(source=source, text=text), MODELS.opened)["key"]
    page = client.get(f"/_lab/map/{key}/page.html").get_data(as_text=True)
    assert page.count("</script>") == 2
    assert page.count("<h1>") == 1
    assert "<b>" not in page
    assert len(unpacked(page)["token"]) == 500


def test_the_table_has_a_row_for_each_context(client: FlaskClient, key: str, atlas: Atlas) -> None:
    found = client.get(f"/_lab/map/{key}/table.csv")
    assert found.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(found.get_data(as_text=True), newline="")))
    assert len(rows) == len(atlas) == 500
    levels = [f"region_level_{n}" for n in range(1, len(atlas.levels) + 1)]
    assert list(rows[0]) == [
        *("index", "token", "before", "sequence", "position", "x", "y", *levels),
        *("gate_i", "gate_f", "gate_g", "gate_o", "trust", "recall", "gain"),
    ]
    for n in (0, 7, 499):
        row = rows[n]
        assert (row["token"], row["before"]) == (atlas.token[n], atlas.before[n])
        assert (int(row["sequence"]), int(row["position"])) == (
            atlas.sequence[n],
            atlas.position[n],
        )
        assert (float(row["x"]), float(row["y"])) == pytest.approx(
            tuple(atlas.places[n].tolist()), rel=1e-6
        )
        for name, level, regions in zip(levels, atlas.levels, atlas.regions, strict=True):
            assert row[name] == ("" if level[n] < 0 else regions[level[n]].name)
        assert float(row["gate_f"]) == pytest.approx(float(atlas.gates["f"][n]), rel=1e-6)
        assert float(row["recall"]) == pytest.approx(float(atlas.trust.point_recall[n]), rel=1e-6)


def test_parquet_has_the_same_table(client: FlaskClient, key: str, atlas: Atlas) -> None:
    found = client.get(f"/_lab/map/{key}/table.parquet")
    parquet = importlib.import_module("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(found.data))
    assert table.to_pydict() == map_table.columns(atlas)


def test_without_pyarrow_it_says_what_to_do(
    client: FlaskClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = client.get(f"/_lab/map/{key}/table.parquet")
    assert found.status_code == 422
    assert found.json is not None
    assert "Take the table as CSV, or run: pip install pyarrow" in found.json["error"]


def test_what_was_not_measured_is_empty(atlas: Atlas) -> None:
    trust = replace(
        atlas.trust,
        points=atlas.trust.points[:100],
        point_trust=atlas.trust.point_trust[:100],
        point_recall=atlas.trust.point_recall[:100],
        point_gain=atlas.trust.point_gain[:100],
    )
    found = map_table.columns(replace(atlas, trust=trust))
    assert found["recall"][100:] == [None] * 400
    assert None not in found["recall"][:100]
    last = map_table.as_csv(replace(atlas, trust=trust)).decode().splitlines()[-1]
    assert last.endswith(",,,")


def test_a_table_holds_every_token_as_it_is(atlas: Atlas) -> None:
    signs = ["=1+1", "\r", "\n", "\r\n", '"', ",", "\t", "\u2028", "@", " ", ""]
    token = (*signs, *atlas.token[len(signs) :])
    table = map_table.as_csv(replace(atlas, token=token)).decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert tuple(row["token"] for row in rows) == token
    assert [int(row["index"]) for row in rows] == list(range(len(atlas)))


def test_a_map_is_named_by_what_it_shows() -> None:
    model = ModelSource(HASHES["brackets"], 1, "f")
    assert title_of(Order(model)) == "Brackets and quotes · layer 2 · forget gate f"
    assert title_of(Order(model, unit=6)).endswith(" · only where unit 6 is high")
    assert title_of(Order(ModelSource("a" * 64, 0))).startswith("A reader's model · layer 1")
    assert title_of(Order(MatrixSource("a" * 64))) == "A matrix brought by a reader"
    pulled = Order(model, wanted=Wanted(metric=Metric("cosine", 6, 0.4)))
    assert made_by(pulled, 4000) == (
        "4,000 contexts · UMAP · cosine distance · 15 neighbours · minimum distance 0.5 · seed 0 "
        "· pulled along unit 6 by 0.4"
    )
