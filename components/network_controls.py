"""What a reader sets on the Network page: model, text, and what of it is shown."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from . import concepts
from .controls import attributes, chip, number_field, select, slider
from .model_file_controls import model_chips, understood
from .network_examples import DEFAULT_EXAMPLE, EXAMPLES
from .network_settings import KIND_NAMES, LARGEST_SIZE, MOST_LAYERS, SOURCES
from .still import dom_id

# The last is not to be chosen: a model without a vocabulary takes nothing else.
READS = {
    "characters": "Characters",
    "words": "Words",
    "numbers": "Numbers",
    "tokens": "Token numbers",
}


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Network view."""
    return {"view": "network", "aio_id": aio_id, "part": part, **more}


def controls(aio_id: str) -> Component:
    """Lay out everything that can be set of model and text."""
    return html.Div(
        [
            html.Div(_model(aio_id), className="lab-network-model"),
            html.Div(_text(aio_id), className="lab-input"),
        ],
        className="lab-card lab-controls",
        role="region",
        **attributes(aria_label="Settings"),
    )


def _model(aio_id: str) -> list[Component]:
    start = EXAMPLES[DEFAULT_EXAMPLE].source
    return [
        select(own(aio_id, "source"), "Model", SOURCES, start),
        html.Div(
            [
                *model_chips(),
                concepts.opener(own, aio_id),
            ],
            className="lab-chips",
        ),
        understood(),
        _new(aio_id),
    ]


def _new(aio_id: str) -> Component:
    layers = {str(n): str(n) for n in range(1, MOST_LAYERS + 1)}
    numbers = [
        _number(aio_id, "forget_bias", "Forget bias", "1"),
        _number(aio_id, "seed", "Seed", "0"),
    ]
    return html.Div(
        [
            slider(
                slider_id=own(aio_id, "slider", name="size"),
                number_id=own(aio_id, "number", name="size"),
                label="Cell size",
                symbol="Cell size",
                exact="Exact number of units",
                role="plain",
                value=16,
                low=1,
                high=LARGEST_SIZE,
                step=1,
                decimals=0,
                class_name="lab-size",
            ),
            html.Div(
                [
                    select(own(aio_id, "layers"), "Depth", layers, "1"),
                    select(own(aio_id, "kind"), "Weights", KIND_NAMES, "glorot"),
                    *numbers,
                ],
                className="lab-grid",
            ),
        ],
        className="lab-new",
    )


def _number(aio_id: str, name: str, label: str, value: str) -> Component:
    field_id = own(aio_id, "number", name=name)
    return html.Div(
        [
            html.Label(label, htmlFor=dom_id(field_id)),
            number_field(field_id, value),
        ],
        className="lab-select lab-slider",
        **attributes(data_quantity=label),
    )


def _text(aio_id: str) -> list[Component]:
    text_id = own(aio_id, "text")
    start = EXAMPLES[DEFAULT_EXAMPLE]
    return [
        html.Div(
            [
                html.Label("Text", htmlFor=dom_id(text_id), className="lab-heading"),
                html.Div(
                    [
                        html.Label(
                            "Read as",
                            htmlFor=dom_id(own(aio_id, "reads")),
                            className="visually-hidden",
                        ),
                        dbc.Select(
                            id=own(aio_id, "reads"),
                            options=[
                                {"value": key, "label": words, "disabled": key == "tokens"}
                                for key, words in READS.items()
                            ],
                            value=start.reads,
                            size="sm",
                        ),
                    ],
                    className="lab-select lab-reads",
                ),
            ],
            className="lab-controls-bar",
        ),
        dbc.Textarea(
            id=text_id,
            value=start.text,
            rows=2,
            spellcheck=False,
            class_name="lab-sequence",
        ),
        html.Div(
            [
                chip(example.title, "example", name, example.look_for)
                for name, example in EXAMPLES.items()
            ],
            className="lab-chips",
            role="group",
            **attributes(aria_label="Examples"),
        ),
        html.P(start.look_for, className="lab-does lab-example", role="status"),
    ]
