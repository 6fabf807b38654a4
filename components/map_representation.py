"""What is mapped: a layer of a model over its own text or another, or a matrix of one's own."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from . import concepts
from .controls import attributes, select
from .map_fields import heading, numbered, own
from .map_settings import WHATS
from .model_file_controls import file_chip, model_chips, understood
from .models import offered, with_the_lab
from .still import dom_id

START = "brackets"  # of the models that come with the lab
TOP_LAYER = "1"  # of it, from 0


def default_model() -> str:
    """Give the hash of the model that the page begins with."""
    return next((one.hash for one in with_the_lab().values() if one.name == START), "")


def representation(aio_id: str) -> list[Component]:
    """Lay out the choice of the rows that are mapped."""
    choices = {f"file:{one['hash']}": one["title"] for one in offered()}
    open_, *buttons = model_chips()
    return [
        html.Div(
            [heading("Representation"), concepts.opener(own, aio_id)],
            className="lab-controls-bar",
        ),
        select(own(aio_id, "source"), "Model", choices, f"file:{default_model()}"),
        html.Div(
            [
                open_,
                file_chip("A matrix …", "lab-map-matrix", ".npy,.safetensors", "Rows of your own"),
                *buttons,
            ],
            className="lab-chips",
        ),
        understood(),
        _matrix(),
        html.Div(
            [
                select(own(aio_id, "layer"), "Layer", {TOP_LAYER: "2 of 2"}, TOP_LAYER),
                select(own(aio_id, "what"), "State or gate", WHATS, "h"),
            ],
            className="lab-map-layer-of lab-map-of-model",
        ),
        html.Div(
            [
                numbered(aio_id, "count", "Contexts", "How many are drawn, from 500 to 100,000"),
                numbered(
                    aio_id, "only", "Only unit", "Only where this unit is highest; empty: all"
                ),
            ],
            className="lab-map-pair",
        ),
        _text(aio_id),
    ]


def _matrix() -> Component:
    """Offer what a matrix of one's own may have beside it."""
    tensor = html.Select(
        [],
        className="form-select form-select-sm",
        **attributes(data_field="tensor", aria_label="Tensor of the file"),
    )
    return html.Div(
        [
            file_chip("Add labels", "lab-map-labels", ".txt,.csv", "A line for each row"),
            html.Span(className="lab-does lab-map-labelled"),
            html.Label([html.Span("Tensor"), tensor], className="lab-select lab-map-tensor"),
        ],
        className="lab-map-own",
        hidden=True,
    )


def _text(aio_id: str) -> Component:
    text_id = own(aio_id, "text")
    label = html.Label("Text of your own", htmlFor=dom_id(text_id), className="visually-hidden")
    field = dbc.Textarea(
        id=text_id,
        value="",
        rows=4,
        spellcheck=False,
        placeholder="Empty: the model's own held-out text. Type or paste another.",
        class_name="lab-sequence lab-map-text",
    )
    return html.Details(
        [
            html.Summary(["Text: ", html.Span("held-out", className="lab-map-whose")]),
            html.Div([label, field]),
            html.Div(
                [
                    file_chip(
                        "Open a text", "lab-map-text-file", ".txt,.md,.py,.csv", "A text file"
                    ),
                    html.Button(
                        "Held-out text again",
                        type="button",
                        className="lab-chip",
                        **attributes(data_map="held-out"),
                    ),
                ],
                className="lab-chips",
            ),
        ],
        className="lab-map-more lab-map-of-model",
    )
