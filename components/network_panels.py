"""What the Network page shows: architecture, heat maps, states, layers, readings, saturation."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from . import interventions_panel, theme
from .controls import attributes, card, live, part, select, switch, unseen
from .figures.heatmaps import TITLES
from .network_controls import own
from .network_settings import ORDER_NAMES
from .network_words import BARS, LOOK_FOR, SYMBOLS


def architecture(aio_id: str) -> Component:
    """Frame the layers and, for the chosen one, its gates and states as bars over its units."""
    rows = []
    for name, title in BARS.items():
        number = live(name) if name in "fiog" else part(f"mean_{name}")
        rows.append(
            html.Div(
                [
                    html.Div(
                        [html.Span(title), number],
                        className="lab-units-title",
                        **attributes(data_quantity=name),
                    ),
                    html.Div(className="lab-units-bars", **attributes(data_units=name)),
                ],
                className=f"lab-units role-{name}",
            )
        )
    return card(
        "Architecture",
        [
            html.Div(className="lab-stack", role="group", **attributes(aria_label="Stack")),
            html.Div(rows, className="lab-units-list"),
        ],
        look_for=LOOK_FOR["Architecture"],
        aside=select(own(aio_id, "layer"), "Layer", {"0": "1 of 1"}, "0"),
        class_name="lab-card-architecture",
    )


def heat_maps(aio_id: str) -> Component:
    """Frame the gates of all units over time."""
    means = [
        html.Div(
            [html.B(TITLES[name]), html.Span([word, " ", live(name)])],
            className=f"lab-mean role-{name}",
            **attributes(data_mean=name),
        )
        for name, word in (("f", "kept"), ("i", "written"), ("o", "exposed"), ("g", "mean"))
    ]
    rows = [html.Div(className="lab-row", hidden=True) for _ in range(4)]
    choices = html.Div(
        [
            html.Div(
                [
                    html.Label("Units", className="lab-first-label"),
                    html.Select(
                        className="form-select form-select-sm lab-first",
                        **attributes(aria_label="Units shown"),
                    ),
                ],
                className="lab-select lab-first-box",
                hidden=True,
            ),
            select(own(aio_id, "order"), "Units sorted by", ORDER_NAMES, "given"),
            switch("C̃", "candidate", "Show or hide the candidate", "role-g", on=False),
            switch("future", "future", "Show what comes after t, veiled"),
        ],
        className="lab-legend",
    )
    return card(
        "Gate heat maps",
        [
            _figure(
                aio_id,
                "heatmaps",
                [html.Div(className="lab-tokens"), html.Div(className="lab-token-here"), *means],
                rows,
            ),
            _alternative(),
        ],
        look_for=LOOK_FOR["Gate heat maps"],
        aside=choices,
        class_name="lab-card-heatmaps",
    )


def state(aio_id: str, name: str) -> Component:
    """Frame a state of all units over time."""
    title = {"c": "Cell state", "h": "Hidden state"}[name]
    aside: list[Component] = [
        html.Span(["unit ", part("unit", 0), " ", live(name)], className=f"lab-pinned role-{name}")
    ]
    if name == "c":
        aside.append(switch("heat maps", "heat", "C and h as heat maps or lines", on=False))
    return card(
        title,
        [_figure(aio_id, f"state_{name}", [], []), _alternative()],
        look_for=LOOK_FOR[title],
        aside=html.Div(aside, className="lab-legend"),
        class_name=f"lab-card-state lab-card-{name}",
    )


def layers(aio_id: str) -> Component:
    """Frame the small multiples of all layers."""
    return card(
        "Whole stack",
        [
            _figure(aio_id, "small", [], []),
            unseen(html.Span(className="lab-layers-words")),
        ],
        look_for=LOOK_FOR["Whole stack"],
        class_name="lab-card-layers",
    )


def _figure(
    aio_id: str, name: str, over: Sequence[Component], rows: Sequence[Component]
) -> Component:
    # Over several heat maps the frame at t has a part for each, and leaves the words between free.
    parts = [html.Div(hidden=True) for _ in rows]
    graph = dcc.Graph(
        id=own(aio_id, name),
        figure=theme.EMPTY_FIGURE,
        config={"displayModeBar": False, "doubleClick": False, "showTips": False},
        responsive=True,
        className="lab-graph",
    )
    return html.Div(
        [
            graph,
            *over,
            html.Div(html.Div(className="lab-veil"), className="lab-veil-box"),
            *rows,
            html.Div(parts, className="lab-here"),
        ],
        className="lab-figure",
        **attributes(data_figure=name),
    )


def _alternative() -> Component:
    """Say in words what the figures show now."""
    words: list[Any] = ["At t = ", live("t"), ", token ", live("token"), ": mean of the gates"]
    for name in "fiog":
        words += [f" {SYMBOLS[name]} = ", live(name), ","]
    return unseen(html.Span([*words, " unit ", part("unit", 0), ": C = ", live("c")]))


def readings() -> Component:
    """Give the layer in a few numbers."""

    def tile(symbol: str, content: Any, role: str, name: str = "", wide: str = "") -> Component:
        return html.Div(
            [html.Span(symbol, className="lab-tile-name"), html.Span(content)],
            className=f"lab-tile role-{role} {wide}",
            **attributes(**({"data_quantity": name} if name else {})),
        )

    words = [
        tile("t", [live("t"), " / ", html.Span("–", className="lab-length")], "plain", "t"),
        tile("token", live("token"), "x", "token", "lab-token-tile"),
        tile("status", html.Span(live("status"), className="lab-word"), "plain"),
    ]
    numbers = [
        tile("‖C‖", live("c_norm"), "c", "c_norm"),
        tile("‖h‖", live("h_norm"), "h", "h_norm"),
        *(tile(SYMBOLS[name], live(name), name, name) for name in "fiog"),
        tile("satur.", part("saturated"), "plain", "saturated"),
    ]
    return card(
        "Readings",
        [
            html.Div(words, className="lab-tiles lab-tiles-words"),
            html.Div(numbers, className="lab-tiles lab-tiles-numbers"),
        ],
        look_for=LOOK_FOR["Readings"],
    )


def intervene() -> Component:
    """Frame what is changed in the run: of any unit in any layer."""
    return interventions_panel.panel("fiog", "ch", units=2, layers=2)


def saturation(aio_id: str) -> Component:
    """Frame the saturation plot."""
    key = [
        html.Span(
            [html.Span(className=f"lab-mark lab-mark-{name}"), word], className=f"role-{name}"
        )
        for name, word in (("f", "f"), ("i", "i"), ("o", "o"))
    ]
    return card(
        "Saturation",
        [
            html.Div(
                dcc.Graph(
                    id=own(aio_id, "saturation"),
                    figure=theme.EMPTY_FIGURE,
                    config={"displayModeBar": False, "doubleClick": False, "showTips": False},
                    responsive=True,
                    className="lab-graph",
                ),
                className="lab-figure",
                **attributes(data_figure="saturation"),
            ),
            unseen(html.Span(className="lab-saturation-words")),
        ],
        look_for=LOOK_FOR["Saturation"],
        aside=html.Div(key, className="lab-legend lab-marks"),
        class_name="lab-card-saturation",
    )
