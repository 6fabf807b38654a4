"""What a reader sets on the Train page: what is learnt, by which model, how."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from lstm.catalogue import TASKS
from lstm.settings import Settings

from . import concepts
from .controls import attributes, number_field, select
from .still import Field, dom_id
from .train_settings import CELLS, CHOICES, LABELS, METHODS, NEXT_ROW, OPTIONS, fields_of

START = "reber"  # solved in a second or two: the first run shows what a run is
UNIT_NAMES = {"characters": "Characters", "words": "Words"}

_FIRST = ("size", "layers", "steps")
_MORE = ("rate", "clip", "batch", "unroll", "dropout", "weight_decay", "forget_bias", "seed")


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Train view."""
    return {"view": "train", "aio_id": aio_id, "part": part, **more}


def controls(aio_id: str) -> Component:
    """Lay out everything that can be set."""
    return html.Section(
        [*_task(aio_id), *_model(aio_id), _more(aio_id), *_go()],
        className="lab-card lab-controls",
        **attributes(aria_label="Settings"),
    )


def _task(aio_id: str) -> list[Component]:
    options = [_number(aio_id, name, name, "1", hidden=True) for name in OPTIONS]
    return [
        html.Div(
            [html.H2("What to learn"), concepts.opener(own, aio_id)], className="lab-controls-bar"
        ),
        select(own(aio_id, "task"), "Task", CHOICES, START),
        html.P(TASKS[START].says, className="lab-does", role="status"),
        html.Div(className="lab-example", role="group", **attributes(aria_label="Examples")),
        _own_data(aio_id),
        html.Div(options, className="lab-grid lab-options"),
    ]


def _own_data(aio_id: str) -> Component:
    """Lay out what an own text or table needs; the script shows it with them alone."""
    text_id = own(aio_id, "text")
    return html.Div(
        [
            html.Div(
                [
                    html.Label("Your data", htmlFor=dom_id(text_id), className="lab-heading"),
                    html.Button(
                        "Sample",
                        type="button",
                        className="lab-chip",
                        title="Something to try, put in here",
                        **attributes(data_sample=""),
                    ),
                    html.Label(
                        ["Open a file", Field(type="file", class_="lab-file", accept=".txt,.csv")],
                        className="lab-chip lab-open",
                        title="A .txt or .csv file of up to 10 MB, or drop one on the page",
                    ),
                ],
                className="lab-controls-bar",
            ),
            # Not read by any callback: up to 10 MB go to the server once, by a route.
            dbc.Textarea(
                id=text_id,
                rows=4,
                spellcheck=False,
                class_name="lab-sequence",
                placeholder="Paste a text here",
            ),
            html.P(className="lab-does lab-brought", role="status"),
            html.Div(
                [
                    select(own(aio_id, "unit"), "Read as", UNIT_NAMES, "characters"),
                    select(own(aio_id, "target"), "Predict", {NEXT_ROW: "the next row"}, NEXT_ROW),
                ],
                className="lab-grid",
            ),
        ],
        className="lab-own",
    )


def _model(aio_id: str) -> list[Component]:
    values = fields_of(Settings.advised(START))
    fields = [_number(aio_id, name, LABELS[name], values[name]) for name in _FIRST]
    return [
        html.Div(html.H2("Model and budget"), className="lab-controls-bar"),
        select(own(aio_id, "cell"), "Cell", CELLS, "lstm"),
        html.Div(fields, className="lab-grid"),
    ]


def _more(aio_id: str) -> Component:
    values = fields_of(Settings.advised(START))
    fields = [_number(aio_id, name, LABELS[name], values[name]) for name in _MORE]
    return html.Details(
        [
            html.Summary("How it is trained"),
            select(own(aio_id, "method"), "Optimiser", METHODS, "adam"),
            html.Div(fields, className="lab-grid"),
        ],
        className="lab-more",
        open=True,
    )


def _go() -> list[Component]:
    return [
        html.P(className="lab-does lab-estimate", role="status"),
        html.Button(
            "Train", type="button", className="lab-primary", **attributes(data_train="start")
        ),
    ]


def _number(aio_id: str, name: str, label: str, value: str, *, hidden: bool = False) -> Component:
    field_id = own(aio_id, "number", name=name)
    return html.Div(
        [html.Label(label, htmlFor=dom_id(field_id)), number_field(field_id, value)],
        className="lab-select lab-slider",
        hidden=hidden,
        **attributes(data_quantity=label, data_number=name),
    )
