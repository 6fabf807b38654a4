"""The card on which a reader lists what to change in a run."""

import json
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from lstm.interventions import LARGEST, RANGES

from .controls import attributes
from .still import Field
from .theme import symbol_of


def panel(
    gates: Sequence[str], states: Sequence[str], *, units: int = 1, layers: int = 1
) -> Component:
    """Lay out the list and the form, as a card that is folded until it is needed.

    Parameters
    ----------
    gates, states : sequence of str
        What can be clamped and changed.
    units, layers : int
        Where there may be more than one, the form has a field for which.
    """
    fold = html.Button(
        html.Span(className="lab-icon lab-icon-fold"),
        className="lab-fold",
        type="button",
        **attributes(data_intervene="fold", aria_expanded="false", aria_label="Unfold Intervene"),
    )
    says = html.Span("change the run", className="lab-reach-says", role="status")
    bar = [html.H2("Intervene"), html.Div(says, className="lab-card-aside"), fold]
    on_drawing = "Enter or a click on the diagram fills"
    fills = "The pinned unit's buttons fill" if units > 1 else on_drawing
    body = [
        html.P(
            "Hold a gate or edit the memory for some steps, and see what follows. "
            f"{fills} this in.",
            className="lab-look-for",
        ),
        html.Ul(className="lab-reach-list", **attributes(aria_label="Interventions")),
        _form(gates, states, units, layers),
    ]
    limits: dict[str, list[float]] = {name: list(reach) for name, reach in RANGES.items()}
    limits |= {name: [-LARGEST, LARGEST] for name in ("c", "h")}
    return html.Div(
        [
            html.Div(bar, className="lab-card-bar"),
            html.Div(body, className="lab-card-body"),
        ],
        className="lab-card lab-card-intervene is-folded",
        role="region",
        **attributes(aria_label="Intervene", data_card="Intervene", data_limits=json.dumps(limits)),
    )


def _form(gates: Sequence[str], states: Sequence[str], units: int, layers: int) -> Component:
    choices = {f"clamp-{gate}": f"Clamp {symbol_of(gate)}" for gate in gates}
    choices |= {f"set-{state}": f"Set {symbol_of(state)}" for state in states}
    choices |= {f"shift-{state}": f"Add to {symbol_of(state)}" for state in states}
    choices |= {"silence": "Silence"}
    options = [html.Option(words, value=value) for value, words in choices.items()]
    select = html.Select(
        options, className="form-select form-select-sm", **attributes(data_intervene="What")
    )
    fields: list[Component] = [html.Label([html.Span("What"), select], className="lab-reach-what")]
    many = [("Layer", "1")] * (layers > 1) + [("Unit", "0")] * (units > 1)
    fields += [_field(name, value) for name, value in (*many, ("From", "1"), ("To", "1"))]
    fields.append(_field("Value", "0"))
    fields.append(
        html.Button(
            "Add",
            type="button",
            className="lab-chip lab-reach-add",
            **attributes(data_intervene="Add"),
        )
    )
    return html.Div(
        fields,
        className="lab-reach-form",
        role="group",
        **attributes(aria_label="New intervention"),
    )


def _field(name: str, value: str) -> Component:
    field = Field(
        type="text",
        inputmode="decimal" if name == "Value" else "numeric",
        autocomplete="off",
        value=value,
        class_="form-control lab-reach-field",
        data_intervene=name,
    )
    return html.Label([html.Span(name), field], className=f"lab-reach-{name.lower()}")
