"""What a reader takes away: traces, models, pictures."""

import csv
import io
import json
import struct
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

import lstm

if TYPE_CHECKING:
    from tests.browser.conftest import Network

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

TEXT = "((a) = +b"
PICTURES = (
    "Gate heat maps",
    "Cell state",
    "Hidden state",
    "Whole stack",
    "Saturation",
    "Architecture",
)


def take(network: "Network", name: str, form: str, folder: Path) -> Path:
    """Take something away by the menu."""
    menu = network.page.get_by_role("group", name="Export", exact=True)
    if not menu.is_visible():
        network.button("Export").click()
    with network.page.expect_download() as download:
        menu.get_by_role("button", name=f"{name} as {form}", exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def by_hand(text: str) -> lstm.Trace:
    model = lstm.characters_by_hand()
    assert model.vocabulary is not None
    return lstm.run(model, model.vocabulary.read(text)[1][:, None]).layers[0]


def test_the_trace_as_csv_has_a_row_for_each_step_and_unit(
    network: "Network", tmp_path: Path
) -> None:
    network.open(text=TEXT, m="characters", t=2)
    path = take(network, "Trace", "CSV", tmp_path)
    assert path.name == "trace.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    trace = by_hand(TEXT)
    assert len(rows) == len(TEXT) * 6
    # A spreadsheet must not run a token as a formula.
    assert [row["token"].removeprefix("'") for row in rows[::6]] == list(TEXT)
    assert all(row["token"][0] not in "=+-@" for row in rows)
    for row in rows:
        t, unit = int(row["t"]), int(row["unit"])
        for name in "ifgoch":
            assert float(row[name]) == pytest.approx(getattr(trace, name)[t - 1, 0, unit])
    network.at(2, "Paused")
    expect(network.alert).to_have_count(0)


def test_the_trace_as_json_and_as_numpy_has_the_same_numbers(
    network: "Network", tmp_path: Path
) -> None:
    network.open(text=TEXT, m="characters")
    trace = by_hand(TEXT)
    data = json.loads(take(network, "Trace", "JSON", tmp_path).read_text("utf-8"))
    assert data["tokens"] == list(TEXT)
    with np.load(take(network, "Trace", "NumPy", tmp_path)) as arrays:
        assert arrays["tokens"].tolist() == list(TEXT)
        for name in "ifgoch":
            wanted = getattr(trace, name)[:, 0]
            assert np.allclose(arrays[f"layer1_{name}"], wanted)
            assert np.allclose(data["layers"][0][name], wanted)


def test_the_model_as_safetensors_opens_again_with_the_same_numbers(
    network: "Network", tmp_path: Path
) -> None:
    network.open(m="new", text="over the hills", size=7, layers=2, seed=5, t=4)
    path = take(network, "Model", "safetensors", tmp_path)
    assert path.name == "model.safetensors"
    model = lstm.load(path)
    assert [layer.hidden_size for layer in model.layers] == [7, 7]
    assert model.vocabulary is not None
    trace = lstm.run(model, model.vocabulary.read("over the hills")[1][:, None])
    network.shows({"c_norm": float(np.linalg.norm(trace.layers[0].c[3, 0]))})
    # And in the lab itself.
    network.page.keyboard.press("Escape")
    network.file.set_input_files(path)
    expect(network.choice("Model").locator("option:checked")).to_have_text(path.name)
    network.runs("2 layers of 7 units")
    network.draws("heatmaps", "f", trace.layers[0].f[:, 0].T.tolist())
    expect(network.text).to_have_value("over the hills")


def pixels(path: Path) -> tuple[int, int, int]:
    """Give width and height of a PNG, and how many different bytes its pixels have."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    place, data, size = 8, b"", (0, 0)
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        body = content[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        if kind == b"IDAT":
            data += body
        place += length + 12
    return size[0], size[1], len(set(zlib.decompress(data)))


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_figure_can_be_had_as_png(network: "Network", tmp_path: Path, scheme: Any) -> None:
    network.page.emulate_media(color_scheme=scheme)
    network.open(m="new", text="<b>&amp; hills", size=7, layers=2, t=4)
    for name in PICTURES:
        width, height, colours = pixels(take(network, name, "PNG", tmp_path))
        assert width >= 600
        assert height >= 200
        assert colours > 20
    expect(network.alert).to_have_count(0)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_figure_can_be_had_as_svg(network: "Network", tmp_path: Path, scheme: Any) -> None:
    network.page.emulate_media(color_scheme=scheme)
    network.open(m="new", text="<b>&amp; hills", size=7, layers=2, t=4)
    for name in PICTURES:
        path = take(network, name, "SVG", tmp_path)
        assert path.suffix == ".svg"
        root = ET.fromstring(path.read_text("utf-8"))
        assert root.tag.endswith("svg")
        drawn = [one for one in root.iter() if one.tag.split("}")[-1] in ("path", "image", "rect")]
        assert len(drawn) > 8
    expect(network.alert).to_have_count(0)


def test_a_picture_of_the_architecture_is_that_of_t(network: "Network", tmp_path: Path) -> None:
    network.open()
    found = []
    for t in (1, 12):
        network.go(t)
        svg = take(network, "Architecture", "SVG", tmp_path)
        words = svg.read_text("utf-8")
        assert f"t = {t}" in words
        found.append(words)
        network.page.keyboard.press("Escape")
    assert found[0] != found[1]


def test_the_menu_opens_closes_and_has_no_layers_where_there_is_one(network: "Network") -> None:
    network.open()
    menu = network.page.get_by_role("group", name="Export", exact=True)
    expect(menu).to_be_hidden()
    network.button("Export").click()
    expect(network.button("Export")).to_have_attribute("aria-expanded", "true")
    expect(menu.get_by_role("button").first).to_be_focused()
    expect(menu.get_by_role("button", name="Whole stack as PNG")).to_have_count(0)
    network.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(network.button("Export")).to_be_focused()
    network.button("Export").click()
    network.page.get_by_role("heading", name="Gate heat maps").click()
    expect(menu).to_be_hidden()
