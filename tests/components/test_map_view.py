"""The Map page: its regions, its names, what it begins with, and what of it Dash keeps."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import plotly.graph_objects as go
import pytest
from dash import Dash, html
from dash.development.base_component import Component

from components import MapView, create_app, map_view, register_callbacks, setting_file
from components.map_fields import NUMBERS
from components.map_looks import COLOURS, PAINTERS
from components.map_representation import default_model
from components.map_settings import MapSettings
from components.models import with_the_lab

Tree = Callable[[Any], ET.Element]

FORM_CONTROLS = ("input", "select", "textarea")


@pytest.fixture(scope="module")
def map_page(tree: Tree) -> ET.Element:
    return tree(map_view.layout())


def components_of(part: Any, kind: str = "") -> Iterator[Any]:
    """Give every component of a layout, or those of one kind."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from components_of(one, kind)
    elif isinstance(part, Component):
        if kind in ("", part._type):
            yield part
        yield from components_of(getattr(part, "children", None), kind)


def words(node: ET.Element) -> str:
    return " ".join("".join(node.itertext()).split())


def names_of(page: ET.Element, control: ET.Element) -> list[str]:
    """Give the names that a control has by its labels, around it or by its id."""
    found = []
    for label in page.iter("label"):
        named = label.attrib.get("for", "no id") == control.attrib.get("id")
        if named or control in list(label.iter()):
            found.append(words(label))
    return found + [control.attrib[name] for name in ("aria-label",) if name in control.attrib]


def controls(page: ET.Element) -> list[ET.Element]:
    return [node for node in page.iter() if node.tag in FORM_CONTROLS]


def named(page: ET.Element, name: str) -> ET.Element:
    (found,) = (node for node in controls(page) if name in names_of(page, node))
    return found


def config() -> dict[str, Any]:
    stores = components_of(map_view.layout(), "Store")
    (found,) = (part.data for part in stores if part.id["part"] == "config")
    assert isinstance(found, dict)
    return found


# Names that stay put


@pytest.mark.parametrize("name", map_view.PANELS.values())
def test_every_panel_is_a_region_with_its_name(map_page: ET.Element, name: str) -> None:
    (region,) = (
        node
        for node in map_page.iter()
        if node.get("role") == "region" and node.get("aria-label") == name
    )
    if name not in ("Settings", "Panorama"):
        assert words(next(region.iter("h2"))) == name


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("select", "Model"),
        ("select", "Layer"),
        ("select", "State or gate"),
        ("input", "Contexts"),
        ("input", "Only unit"),
        ("textarea", "Text of your own"),
        ("input", "Open a text"),
        ("input", "Open a model"),
        ("input", "A matrix …"),
        ("input", "Add labels"),
        ("select", "Layout"),
        ("select", "Metric"),
        ("input", "Neighbours"),
        ("input", "Minimum distance"),
        ("input", "Seed"),
        ("input", "Pull along unit"),
        ("input", "Exact pull"),
        ("select", "Regions"),
        ("select", "Colour by"),
        ("input", "Unit to colour by"),
        ("input", "Search contexts"),
        ("textarea", "Sequence"),
    ],
)
def test_the_controls_have_the_names_that_stay_put(
    map_page: ET.Element, tag: str, name: str
) -> None:
    assert named(map_page, name).tag == tag


def test_every_control_and_button_has_a_name(map_page: ET.Element) -> None:
    for control in controls(map_page):
        assert names_of(map_page, control), control.attrib
    for button in map_page.iter("button"):
        assert words(button) or button.attrib.get("aria-label"), button.attrib


def test_every_label_has_its_control(map_page: ET.Element) -> None:
    by_id = {node.attrib.get("id") for node in controls(map_page)}
    for label in map_page.iter("label"):
        inside = [node for node in label.iter() if node.tag in FORM_CONTROLS]
        assert label.attrib.get("for") in by_id or inside, words(label)


def test_a_complaint_finds_the_field_that_it_is_about(map_page: ET.Element) -> None:
    boxes = {
        node.attrib["data-quantity"] for node in map_page.iter() if "data-quantity" in node.attrib
    }
    numbers = {"Contexts", "Only unit", "Neighbours", "Minimum distance", "Seed"}
    assert boxes == numbers | {"Pull unit", "Pull"}


# What it begins with


def test_it_begins_with_the_map_of_the_brackets_that_comes_with_the_lab(
    map_page: ET.Element,
) -> None:
    model = named(map_page, "Model")
    assert with_the_lab()[model.attrib["value"].removeprefix("file:")].name == "brackets"
    start = config()["start"]
    asked = {
        **NUMBERS,
        "source": {"kind": "model", "hash": start["hash"]},
        "layer": start["layer"],
        "what": start["what"],
        "text": "",
        "text_of": "",
        "projection": named(map_page, "Layout").attrib["value"],
        "metric": named(map_page, "Metric").attrib["value"],
        "way": named(map_page, "Regions").attrib["value"],
        "sequence": start["sequence"],
    }
    order = MapSettings.read(asked).order(start["layer"], start["what"])
    assert (start["hash"], order.count) == (default_model(), 4000)


def test_every_model_of_the_lab_can_be_mapped(map_page: ET.Element) -> None:
    offered = [one["value"] for one in json.loads(named(map_page, "Model").attrib["options"])]
    assert offered == [f"file:{hash}" for hash in with_the_lab()]


def test_every_painter_is_a_button_of_which_one_is_pressed(map_page: ET.Element) -> None:
    painters = {
        node.attrib["data-painter"]: node.attrib["aria-pressed"]
        for node in map_page.iter("button")
        if "data-painter" in node.attrib
    }
    assert set(PAINTERS) <= set(painters)
    assert [name for name, pressed in painters.items() if pressed == "true"] == ["collage"]


def test_points_can_be_coloured_by_all_that_is_known_of_them(map_page: ET.Element) -> None:
    options = [option.attrib["value"] for option in named(map_page, "Colour by").iter("option")]
    assert options == list(COLOURS)
    assert config()["choices"]["colour"] == options


# What Dash keeps


def test_few_components_are_left_for_dash_to_ask_at_every_tick() -> None:
    # 101 when this was written; what is not made still adds several hundred.
    assert sum(1 for _ in components_of(map_view.layout())) <= 110


def test_the_figure_is_empty_at_first_and_plotly_takes_it() -> None:
    (graph,) = components_of(map_view.layout(), "Graph")
    assert graph.id["part"] == "gain"
    assert len(go.Figure(graph.figure).data) == 0


def test_ids_are_unique_with_two_views_in_one_layout(tree: Tree) -> None:
    page = tree(html.Div([MapView("one"), MapView("two", player_id="one")]))
    found = Counter(node.attrib["id"] for node in page.iter() if "id" in node.attrib)
    assert [name for name, count in found.items() if count > 1] == []
    bars = [node for node in page.iter() if node.attrib.get("aria-label") == "Playback"]
    assert len(bars) == 1


def test_a_portal_can_show_the_panorama_and_its_trust_alone(tree: Tree) -> None:
    page = tree(MapView(show=("panorama", "trust"), height=700))
    shown = {
        node.attrib["aria-label"]
        for node in page.iter()
        if node.get("role") == "region" and node.get("hidden") is None
    }
    assert shown == {"Panorama", "How far to trust this map"}


def test_one_callback_asks_the_server_and_is_registered_once() -> None:
    app = Dash("portal")
    for _ in range(2):
        register_callbacks(app)
    maps = [name for name in app.callback_map if '"view":"map"' in name]
    asking = [name for name in maps if "callback" in app.callback_map[name]]
    assert asking == [map_view.ANSWER]


def test_every_callback_speaks_of_parts_that_the_layout_has() -> None:
    app = create_app()
    there = {
        part.id["part"]
        for part in components_of(map_view.layout())
        if isinstance(getattr(part, "id", None), dict) and part.id.get("view") == "map"
    }
    used = set()
    for declared in app._callback_list + list(app.callback_map.values()):
        for one in [*declared["inputs"], *declared["state"]]:
            pattern = json.loads(one["id"]) if one["id"].startswith("{") else {}
            if pattern.get("view") == "map":
                used.add(pattern["part"])
    assert used
    assert used <= there


def test_a_setting_of_it_opens_again_from_a_file() -> None:
    a = {"hash": default_model(), "colour": "unit", "of": "6", "region": "1.2"}
    said = {"format": "lstm-lab-setting", "version": 1, "page": "map", "a": a, "b": None}
    assert setting_file.read(json.dumps(said).encode())["a"] == a
