"""One unit of a network as a glass box, and the buttons that reach into it."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from .controls import attributes, card, part
from .network_words import BARS, LOOK_FOR, SYMBOLS
from .still import Field


def unit(aio_id: str) -> Component:
    """Frame one unit as a glass box: what each of its gates got."""
    field = f"{aio_id}-unit"
    squash = dict.fromkeys("fio", "σ") | {"g": "tanh"}
    gates: list[Component] = [
        html.Div(
            [
                html.Div(
                    [
                        html.Span(SYMBOLS[name], className="lab-sum-symbol"),
                        *_worked(name, [f" = {squash[name]}(", part(f"a_{name}"), ") = "]),
                        part(f"unit_{name}", 3),
                    ],
                    className="lab-sum-title",
                ),
                html.Div(className="lab-sum-terms"),
            ],
            className=f"lab-sum role-{name}",
            tabIndex=0,
            role="group",
            **attributes(
                data_sum=name, data_quantity=f"a_{name}", aria_label=f"Sum of {BARS[name]}"
            ),
        )
        for name in "figo"
    ]
    keep: list[Any] = [part("unit_f", 3), " · ", part("c_before", 3)]
    write: list[Any] = [part("unit_i", 3), " · ", part("unit_g", 3)]
    show: list[Any] = [" = ", part("unit_o", 3), " · tanh ", part("unit_c", 3), " = "]
    return card(
        "Unit",
        [
            html.Div(className="lab-unit-name"),
            _reach(),
            html.Div(gates, className="lab-sums"),
            html.Div(
                [
                    html.Div("C = f·C(t−1) + i·C̃"),
                    html.Div(
                        [*_worked("c", ["= ", *keep, " + ", *write, " = "]), part("unit_c", 3)]
                    ),
                ],
                className="lab-numbers role-c",
            ),
            html.Div(
                ["h = o·tanh C", *_worked("h", show), part("unit_h", 3)],
                className="lab-numbers role-h lab-unprojected",
            ),
            html.Div(
                "h = W_hr·(o·tanh C): a projection, whose values belong to no unit.",
                className="lab-numbers role-h lab-projected",
            ),
        ],
        look_for=[
            html.Span(LOOK_FOR["Unit"], className="lab-when-moving"),
            html.Span(LOOK_FOR["Unit at the start"], className="lab-when-start"),
        ],
        aside=html.Div(
            [
                html.Label("Pinned unit", htmlFor=field),
                Field(
                    id_=field,
                    type="number",
                    min="0",
                    class_="form-control lab-number lab-unit-number",
                ),
            ],
            className="lab-select",
        ),
        class_name="lab-card-unit",
    )


def _worked(name: str, numbers: Sequence[Any]) -> list[Component]:
    """Give how a value comes about; where it is another one by an intervention, words instead."""
    return [
        html.Span(list(numbers), className="lab-worked"),
        html.Span(className="lab-reach-now", hidden=True, **attributes(data_reached=name)),
    ]


def _reach() -> Component:
    """Offer to reach into the pinned unit; assets/network-reaching.js does it."""
    choices = [("silence", "Silence", "Let this unit say nothing, from here to the end")]
    choices += [
        (name, f"Clamp {SYMBOLS[name]}", f"Hold {BARS[name]} of this unit") for name in "fio"
    ]
    choices += [("c", "Set C", "Give this unit another memory, at this step")]
    return html.Div(
        [
            html.Button(
                words,
                type="button",
                className="lab-chip",
                title=hint,
                **attributes(data_reach=name),
            )
            for name, words, hint in choices
        ],
        className="lab-chips lab-unit-reach",
        role="group",
        **attributes(aria_label="Intervene in this unit"),
    )
