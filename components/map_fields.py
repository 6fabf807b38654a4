"""What the controls of the Map page are made of: their ids, number fields, headings."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from .controls import attributes, number_field
from .still import dom_id

NUMBERS = {
    "count": "4000",
    "only": "",
    "neighbours": "15",
    "min_dist": "0.5",
    "seed": "0",
    "pull_unit": "",
    "pull": "0.40",
}


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Map view."""
    return {"view": "map", "aio_id": aio_id, "part": part, **more}


def heading(words: str) -> Component:
    """Give the title of a block of controls."""
    return html.H2(words, className="lab-map-heading")


def numbered(aio_id: str, name: str, label: str, hint: str) -> Component:
    """Give a number field with its label, where a complaint about it finds it."""
    field_id = own(aio_id, "number", name=name)
    return html.Div(
        [
            html.Label(label, htmlFor=dom_id(field_id), title=hint),
            number_field(field_id, NUMBERS[name]),
        ],
        className="lab-slider lab-map-number",
        **attributes(data_quantity=label),
    )
