"""What a reader sets on the Lens page: model, prompt, watched tokens, continuation, lens."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from . import concepts, lens_folders
from .controls import attributes, chip, number_field, select, slider
from .lens_experiments import EXPERIMENTS, GALLERY, Experiment, default_model
from .lens_words import LENS_NAMES
from .model_file_controls import model_chips, understood
from .models import offered
from .still import Field, dom_id

NUMBERS = {"generate": "0", "temperature": "0", "top_k": "", "top_p": "", "seed": "0"}
MOST_TO_DRAG = 40  # tokens that the slider reaches; its field takes more


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Lens view."""
    return {"view": "lens", "aio_id": aio_id, "part": part, **more}


def controls(aio_id: str, start: Experiment) -> Component:
    """Lay out everything that can be set, with the experiment that the page begins with."""
    return html.Div(
        [
            html.Div(_model(aio_id), className="lab-lens-block"),
            html.Div(_prompt(aio_id, start.text), className="lab-lens-block lab-lens-prompt"),
            html.Div(_watch(), className="lab-lens-block"),
            html.Div(_generate(aio_id), className="lab-lens-block"),
            html.Div(_lens(aio_id), className="lab-lens-block"),
        ],
        className="lab-card lab-controls",
        role="region",
        **attributes(aria_label="Settings"),
    )


def _model(aio_id: str) -> list[Component]:
    choices = lens_folders.offered()
    choices |= {f"file:{one['hash']}": one["title"] for one in offered()}
    chips = model_chips("A .safetensors file of a language model")
    return [
        select(own(aio_id, "source"), "Model", choices, f"file:{default_model()}"),
        html.Div([*chips, concepts.opener(own, aio_id)], className="lab-chips"),
        understood(),
        _output(),
    ]


def _output() -> Component:
    """Offer to fit what a model lacks that has no output."""
    field = html.Textarea(
        rows=4,
        className="form-control lab-fit-text",
        placeholder="A text like that which the model was made for",
        **attributes(aria_label="Text to fit an output on"),
    )
    button = html.Button(
        "Fit an output", type="button", className="lab-chip", **attributes(data_fit="output")
    )
    says = html.P("", className="lab-does lab-fit-says", role="status")
    return html.Div(
        [html.Div([field, button], className="lab-fit-form", hidden=True), says],
        className="lab-fit",
    )


def _prompt(aio_id: str, start: str) -> list[Component]:
    text_id, prefix_id = own(aio_id, "text"), own(aio_id, "prefix")
    chips = [
        chip(one.title, "example", name, one.look_for, "lab-experiment")
        for name, one in (EXPERIMENTS | GALLERY).items()
    ]
    return [
        html.Div(
            html.Label("Prompt", htmlFor=dom_id(text_id), className="lab-heading"),
            className="lab-controls-bar",
        ),
        dbc.Textarea(id=text_id, value=start, rows=2, spellcheck=False, class_name="lab-sequence"),
        html.Div(
            chips, className="lab-chips", role="group", **attributes(aria_label="Experiments")
        ),
        html.P("", className="lab-does lab-example", role="status"),
        html.Div(
            [
                html.Label("Starts after", htmlFor=dom_id(prefix_id)),
                dbc.Input(
                    id=prefix_id,
                    type="text",
                    value="",
                    placeholder="nothing: zero states",
                    autocomplete="off",
                    class_name="lab-number lab-prefix",
                ),
            ],
            className="lab-select",
        ),
    ]


def _watch() -> list[Component]:
    field = Field(
        type="text",
        class_="form-control lab-number lab-watch-field",
        aria_label="Token to watch",
        placeholder="token",
        autocomplete="off",
        spellcheck="false",
        maxlength="60",
    )
    add = html.Button("Watch", type="button", className="lab-chip", **attributes(data_watch="add"))
    return [
        html.Div([html.H2("Watch"), field, add], className="lab-controls-bar"),
        html.Ul(className="lab-chips lab-watching", **attributes(aria_label="Watched tokens")),
        html.P("", className="lab-does lab-watch-says", role="status"),
    ]


def _generate(aio_id: str) -> list[Component]:
    def numbered(name: str, label: str, high: float, step: float, decimals: int) -> Component:
        return slider(
            slider_id=own(aio_id, "slider", name=name),
            number_id=own(aio_id, "number", name=name),
            label=label,
            symbol=label,
            exact=f"Exact {label.lower()}",
            role="plain",
            value=0,
            low=0,
            high=high,
            step=step,
            decimals=decimals,
            class_name="lab-lens-slider",
        )

    fields = []
    for name, label, hint in (
        ("top_k", "Top k", "Draw among so many likeliest; empty: all"),
        ("top_p", "Top p", "Draw among the likeliest that have this probability together"),
        ("seed", "Seed", "Of the draw"),
    ):
        field_id = own(aio_id, "number", name=name)
        fields.append(
            html.Div(
                [
                    html.Label(label, htmlFor=dom_id(field_id), title=hint),
                    number_field(field_id, NUMBERS[name]),
                ],
                className="lab-select lab-slider",
                **attributes(data_quantity=label),
            )
        )
    return [
        html.Div(
            [html.H2("Generate"), html.Span(className="lab-lens-how")],
            className="lab-controls-bar",
        ),
        numbered("generate", "Tokens", MOST_TO_DRAG, 1, 0),
        numbered("temperature", "Temperature", 2, 0.05, 2),
        html.Div(fields, className="lab-lens-draw"),
    ]


def _lens(aio_id: str) -> list[Component]:
    bias = html.Button(
        "bias",
        type="button",
        className="lab-toggle lab-lens-bias",
        title="The decoder's bias: how frequent a token is",
        **attributes(aria_pressed="true"),
    )
    return [
        html.Div(
            [select(own(aio_id, "lens"), "Lens", dict(LENS_NAMES), "affine"), bias],
            className="lab-controls-bar",
        ),
        html.P("", className="lab-does lab-lens-says", role="status"),
        html.P("", className="lab-does lab-lens-warns"),
        html.Details(
            [
                html.Summary("How good is it?"),
                html.P("", className="lab-does lab-lens-fitted"),
                html.Ul(className="lab-understood lab-lens-quality"),
            ],
            className="lab-lens-measured",
        ),
    ]
