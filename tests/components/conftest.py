"""What the reader's browser would see of a layout: one tree of elements."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from dash.development.base_component import Component
from safetensors.numpy import save

from components import cell_view, map_run, network_view
from components.models import Models, with_the_lab
from components.train_settings import NEXT_ROW, OPTIONS, fields_of
from lstm.settings import Settings as Advised

Tree = Callable[[Any], ET.Element]
Settings = Callable[..., dict[str, Any]]
FileOf = Callable[..., bytes]

# Elements that HTML never closes.
VOID = {"br", "hr", "img", "input"}

# What React calls these attributes, and HTML does not.
REACT_NAMES = {
    "className": "class",
    "class_name": "class",
    "htmlFor": "for",
    "tabIndex": "tabindex",
}


class MarkupReader(HTMLParser):
    """Reads markup into a tree, and refuses tags that do not match."""

    def __init__(self, builder: ET.TreeBuilder) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = builder
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, and close it where HTML never does."""
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        """Take the text as it stands."""
        self.builder.data(data)

    def read(self, markup: str) -> None:
        """Read all of it, to the last closing tag."""
        self.feed(markup)
        self.close()
        assert self.open == []


def attributes_of(properties: dict[str, Any]) -> dict[str, str]:
    """Give the HTML attributes that React makes of properties."""
    attributes = {}
    for name, value in properties.items():
        # Identity: 0 is a value, and a tab index of its own.
        if name in ("children", "data-markup") or value is None or value is False:
            continue
        text = (
            json.dumps(value, sort_keys=True, separators=(",", ":"))
            if isinstance(value, dict | list)
            else str(value)
        )
        attributes[REACT_NAMES.get(name, name)] = text
    return attributes


def build(part: Any, builder: ET.TreeBuilder) -> None:
    if part is None:
        return
    if isinstance(part, list | tuple):
        for one in part:
            build(one, builder)
    elif isinstance(part, Component):
        plain = part.to_plotly_json()
        tag, properties = plain["type"].lower(), plain["props"]
        builder.start(tag, attributes_of(properties))
        if "data-markup" in properties:
            MarkupReader(builder).read(properties["data-markup"])
        build(properties.get("children"), builder)
        builder.end(tag)
    else:
        builder.data(str(part))


@pytest.fixture(autouse=True)
def data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Keep every test out of the data directory and the queue of whoever runs it."""
    folder = tmp_path / "data"
    monkeypatch.setenv("LSTM_LAB_DATA", str(folder))
    monkeypatch.delenv("LSTM_LAB_SHARED", raising=False)
    monkeypatch.delenv("LSTM_LAB_REDIS_URL", raising=False)
    return folder


@pytest.fixture(scope="session")
def network_settings() -> Settings:
    """Give a function that writes what the Network page sends; ``model`` changes the model."""

    def settings(model: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        chosen = {"source": "new", "size": "8", "layers": "1", "kind": "glorot"}
        chosen |= {"forget_bias": "1", "seed": "0", "hash": ""}
        shown = {"layer": 0, "unit": 0, "order": "given", "first": None}
        shown |= {"candidate": False, "as_heat": False}
        sent = {"n": 1, "theme": "dark", "text": "a (b) c", "reads": "characters"}
        return {**sent, **shown, "model": {**chosen, **(model or {})}, **changes}

    return settings


@pytest.fixture(scope="session")
def lens_settings() -> Settings:
    """Give a function that writes what the Lens page sends."""

    def settings(**changes: Any) -> dict[str, Any]:
        sent: dict[str, Any] = {"n": 1, "theme": "dark", "text": "the keys", "prefix": ""}
        sent |= {"model": {"source": "file", "hash": "f" * 64}, "watch": []}
        sent |= {"generate": "0", "temperature": "0", "top_k": "", "top_p": "", "seed": "0"}
        sent |= {"lens": "affine", "bias": True, "metric": "rank", "interventions": []}
        return {**sent, **changes}

    return settings


@pytest.fixture(scope="session")
def train_settings() -> Settings:
    """Give a function that writes what the Train page sends; ``numbers`` changes fields of it."""

    def settings(
        task: str = "reber", numbers: dict[str, Any] | None = None, **changes: Any
    ) -> dict[str, Any]:
        shown = {name: "" for name in OPTIONS} | fields_of(Advised.advised(task))
        sent = {"n": 1, "theme": "dark", "task": task, "cell": "lstm", "method": "adam"}
        more = {"unit": "characters", "target": NEXT_ROW, "data": ""}
        return {**sent, **more, "numbers": {**shown, **(numbers or {})}, **changes}

    return settings


@pytest.fixture(scope="session")
def file_of() -> FileOf:
    """Give a function that writes an LSTM as PyTorch's script would, with random weights."""

    def content(
        sizes: tuple[int, ...] = (3, 5),
        *,
        projection: int = 0,
        dtype: type[np.floating[Any]] = np.float32,
        seed: int = 0,
        vocabulary: list[str] | None = None,
        **more: Any,
    ) -> bytes:
        rng = np.random.default_rng(seed)
        tensors: dict[str, Any] = {}
        D = sizes[0]
        for n, H in enumerate(sizes[1:]):
            P = projection or H
            shapes: dict[str, tuple[int, ...]]
            shapes = {"weight_ih": (4 * H, D), "weight_hh": (4 * H, P)}
            shapes |= {"bias_ih": (4 * H,), "bias_hh": (4 * H,)}
            if projection:
                shapes["weight_hr"] = (P, H)
            for name, shape in shapes.items():
                tensors[f"{name}_l{n}"] = (rng.normal(size=shape) / 2).astype(dtype)
            D = P
        tensors |= more
        metadata = {"vocabulary": json.dumps(vocabulary)} if vocabulary else None
        written: bytes = save(tensors, metadata)
        return written

    return content


@pytest.fixture(scope="session")
def tree() -> Tree:
    """Give a function that turns a layout, components and markup alike, into its elements."""

    def elements(layout: Any) -> ET.Element:
        builder = ET.TreeBuilder()
        build(layout, builder)
        return builder.close()

    return elements


@pytest.fixture(scope="session")
def cell_page(tree: Tree) -> ET.Element:
    return tree(cell_view.layout("cell"))


@pytest.fixture(scope="session")
def network_page(tree: Tree) -> ET.Element:
    return tree(network_view.layout("network"))


@pytest.fixture(scope="session")
def map_settings() -> Settings:
    """Give a function that writes what the Map page sends: principal components of 500 contexts."""

    def settings(**changes: Any) -> dict[str, Any]:
        sent: dict[str, Any] = {"n": 1, "theme": "dark", "layer": 1, "what": "h", "count": "500"}
        sent |= {"source": {"kind": "model", "hash": "f" * 64}, "text": "", "text_of": ""}
        sent |= {"only": "", "projection": "pca", "metric": "cosine", "neighbours": "15"}
        sent |= {"min_dist": "0.5", "seed": "0", "pull_unit": "", "pull": "0.4", "way": "relief"}
        return {**sent, "sequence": "", **changes}

    return settings


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data directory to all tests of a module that use ``one_data_directory``."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def one_data_directory(data_directory: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests of a module share the maps that they make."""
    monkeypatch.setenv("LSTM_LAB_DATA", str(place))


@pytest.fixture
def key(map_settings: Settings, one_data_directory: None) -> str:
    """Give the key of a finished map of the brackets model."""
    brackets = next(one.hash for one in with_the_lab().values() if one.name == "brackets")
    source = {"kind": "model", "hash": brackets}
    return str(map_run.answer(map_settings(source=source), Models().opened)["key"])
