"""What the reader's browser would see of a layout: one tree of elements."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from dash.development.base_component import Component

from components import cell_view

Tree = Callable[[Any], ET.Element]

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
        """Open an element."""
        self.open.append(tag)
        self.builder.start(tag, {name: value or "" for name, value in attrs})

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
