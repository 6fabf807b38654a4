"""What a reader sets on the Cell page: kind of cell, sequence, named settings, weights."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from . import cell_training_panel as training
from . import concepts
from .cell_kinds import KINDS, CellKind
from .cell_parameters import Parameter
from .cell_presets import PRESETS
from .cell_settings import EXAMPLES
from .controls import attributes, chip, select, slider
from .still import dom_id

HINTS = {
    "f": "keep more →",
    "i": "write more →",
    "g": "what to write",
    "o": "show more →",
    "r": "hear more of h →",
    "z": "keep more →",
    "n": "what to write",
    "y": "scale and shift",
}


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Cell view."""
    return {"view": "cell", "aio_id": aio_id, "part": part, **more}


def controls(aio_id: str, kind: CellKind) -> Component:
    """Lay out everything that can be set in a kind of cell."""
    presets = PRESETS[kind.name]
    sequence_id = own(aio_id, "sequence")
    titles = {name: one.title for name, one in KINDS.items()}
    return html.Div(
        [
            select(own(aio_id, "kind"), "Cell kind", titles, kind.name),
            html.Div(
                [
                    html.Div(
                        [
                            html.Label(
                                "Input sequence",
                                htmlFor=dom_id(sequence_id),
                                className="lab-heading",
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
                    training.opener(kind),
                ],
                className="lab-input",
            ),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("Weights"),
                            # Where nothing is tied it is hidden, and keeps what it was set to.
                            dbc.Switch(
                                id=own(aio_id, "separate"),
                                label="separate W and U",
                                value=False,
                                class_name="lab-switch" + ("" if kind.tied else " lab-without"),
                            ),
                        ],
                        className="lab-controls-bar",
                    ),
                    html.Div(
                        [
                            chip(preset.title, "preset", name, preset.does)
                            for name, preset in presets.items()
                        ],
                        className="lab-chips",
                        role="group",
                        **attributes(aria_label="Named settings"),
                    ),
                    html.P(presets["defaults"].does, className="lab-does", role="status"),
                    *_groups(aio_id, kind),
                ],
                className="lab-weights",
            ),
        ],
        className="lab-card lab-controls",
        role="region",
        **attributes(aria_label="Settings"),
    )


def _groups(aio_id: str, kind: CellKind) -> list[Component]:
    """Lay out the parameters: each gate's, or those of the one state, and the output's."""
    rest = dict(kind.parameters)
    output = [rest.pop(name) for name in ("W_out", "b_out")]
    groups = []
    for gate in kind.gates:
        own_names = [
            name for name in rest if name.rpartition("_")[2] in (gate.letter, f"h{gate.letter}")
        ]
        own_parameters = [rest.pop(name) for name in own_names]
        groups.append(_group(aio_id, gate.role, gate.title, HINTS[gate.name], own_parameters))
    if rest:
        groups.append(_group(aio_id, "h", "Hidden state", "hear and keep", list(rest.values())))
    return [*groups, _group(aio_id, "y", "Output", HINTS["y"], output)]


def _group(aio_id: str, role: str, title: str, hint: str, parameters: list[Parameter]) -> Component:
    return html.Div(
        [
            html.Div([html.H3(title), html.Span(hint)], className="lab-gate-title"),
            *(_parameter(aio_id, parameter) for parameter in parameters),
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
        low=parameter.low,
        high=parameter.high,
        step=parameter.step,
        class_name=f"lab-{parameter.kind}",
    )
