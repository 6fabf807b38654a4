"""What a reader sets on the Cell page: sequence, named settings, weights."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from . import cell_training_panel as training
from . import concepts
from .cell_settings import EXAMPLES, GATES, PARAMETERS, PRESETS, Parameter
from .controls import attributes, chip, slider
from .still import dom_id

HINTS = {
    "f": "keep more →",
    "i": "write more →",
    "g": "what to write",
    "o": "show more →",
    "y": "scale and shift",
}


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Cell view."""
    return {"view": "cell", "aio_id": aio_id, "part": part, **more}


def controls(aio_id: str) -> Component:
    """Lay out everything that can be set."""
    sequence_id = own(aio_id, "sequence")
    gates = [
        _gate(aio_id, role, title, [f"W_{letter}", f"U_{letter}", f"b_{letter}"])
        for role, letter, title in GATES
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.Label(
                        "Input sequence", htmlFor=dom_id(sequence_id), className="lab-heading"
                    ),
                    concepts.opener(own, aio_id),
                ],
                className="lab-controls-bar",
            ),
            dbc.Textarea(
                id=sequence_id,
                value=EXAMPLES["single"][1],
                rows=2,
                spellcheck=False,
                class_name="lab-sequence",
            ),
            html.Div(
                [
                    *(
                        chip(title, "example", name, text)
                        for name, (title, text) in EXAMPLES.items()
                    ),
                    chip("Random", "example", "random", "A new draw each time"),
                ],
                className="lab-chips",
                role="group",
                **attributes(aria_label="Example sequences"),
            ),
            training.opener(),
            html.Div(
                [
                    html.H2("Weights"),
                    dbc.Switch(
                        id=own(aio_id, "separate"),
                        label="separate W and U",
                        value=False,
                        class_name="lab-switch",
                    ),
                ],
                className="lab-controls-bar",
            ),
            html.Div(
                [
                    chip(preset.title, "preset", name, preset.does)
                    for name, preset in PRESETS.items()
                ],
                className="lab-chips",
                role="group",
                **attributes(aria_label="Named settings"),
            ),
            html.P(PRESETS["defaults"].does, className="lab-does", role="status"),
            *gates,
            _gate(aio_id, "y", "Output", ["W_out", "b_out"]),
        ],
        className="lab-card lab-controls",
        **attributes(aria_label="Settings"),
    )


def _gate(aio_id: str, role: str, title: str, names: list[str]) -> Component:
    return html.Div(
        [
            html.Div([html.H3(title), html.Span(HINTS[role])], className="lab-gate-title"),
            *(_parameter(aio_id, PARAMETERS[name]) for name in names),
        ],
        className=f"lab-gate role-{role}",
    )


def _parameter(aio_id: str, parameter: Parameter) -> Component:
    return slider(
        slider_id=own(aio_id, "slider", name=parameter.name),
        number_id=own(aio_id, "number", name=parameter.name),
        label=parameter.label,
        symbol=parameter.name,
        role=parameter.role,
        value=parameter.default,
        low=-parameter.reach,
        high=parameter.reach,
        step=parameter.step,
        class_name=f"lab-{parameter.kind}",
    )
