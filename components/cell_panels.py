"""What the Cell page shows: diagram, unrolled network, traces, worked step, readings."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from . import cell_training_panel as training
from . import theme
from .cell_controls import own
from .cell_settings import PRESETS
from .cell_words import EQUATIONS, LOOK_FOR, QUANTITIES
from .controls import attributes, card, chip, live, part, switch, unseen
from .figures.traces import LINES

SYMBOLS = {"x": "x", "c": "C", "h": "h", "y": "y", "f": "f", "i": "i", "g": "C̃", "o": "o"}


def diagram() -> Component:
    """Frame the drawing of the cell, which the script puts in."""
    return card(
        "Cell diagram",
        html.Div(className="lab-diagram", **attributes(data_diagram="lstm")),
        look_for=LOOK_FOR["Cell diagram"],
        aside=["at t = ", live("t")],
        class_name="lab-card-diagram",
    )


def unrolled(aio_id: str) -> Component:
    """Frame the figure of the same cell at every step."""
    return card(
        "Unrolled network",
        [
            html.Div(
                html.Div(
                    [
                        _graph(own(aio_id, "unrolled")),
                        html.Div(className="lab-veil"),
                        html.Div(className="lab-here"),
                    ],
                    className="lab-figure",
                    **attributes(data_figure="unrolled"),
                ),
                className="lab-strip",
                tabIndex=0,
                role="group",
                **attributes(aria_label="Unrolled network, scrolls sideways"),
            ),
            _alternative(),
        ],
        look_for=LOOK_FOR["Unrolled network"],
        class_name="lab-card-unrolled",
    )


def traces(aio_id: str) -> Component:
    """Every quantity over time, each switchable."""
    lines = [
        switch(
            [
                html.Span(className=f"lab-key lab-key-{name}"),
                html.Span(symbol, **attributes(aria_hidden="true")),
                unseen(LINES[name]),
            ],
            f"line-{name}",
            f"Show or hide {LINES[name]}",
            f"role-{name}",
        )
        for name, symbol in SYMBOLS.items()
    ]
    future = switch("future", "future", "Show what comes after t, veiled")
    legend = html.Div(
        [*lines, training.legend(), future],
        className="lab-legend",
        role="group",
        **attributes(aria_label="Lines"),
    )
    return card(
        "Traces",
        [
            html.Div(
                [
                    _graph(own(aio_id, "traces"), responsive=True),
                    html.Div(className="lab-veil"),
                    html.Div(className="lab-here"),
                    training.overlay(),
                ],
                className="lab-figure",
                **attributes(data_figure="traces"),
            ),
            _alternative(),
        ],
        look_for=[
            html.Span(LOOK_FOR["Traces"], className="lab-when-apart"),
            html.Span(LOOK_FOR["same"], className="lab-when-same"),
            html.Span(className="lab-memory"),
            chip("Remember", "preset", "remember", PRESETS["remember"].does, "lab-offer"),
        ],
        aside=legend,
        class_name="lab-card-traces",
    )


def _graph(component_id: dict[str, Any], *, responsive: bool = False) -> Component:
    return dcc.Graph(
        id=component_id,
        figure=theme.EMPTY_FIGURE,
        config={"displayModeBar": False, "doubleClick": False, "showTips": False},
        responsive=responsive,
        className="lab-graph",
    )


def _alternative() -> Component:
    """Say in words what a figure shows now."""
    words: list[Any] = ["At t = ", live("t")]
    for name in ("x", "c", "h", "y"):
        words += [f": {name} = " if name == "x" else f", {name} = ", live(name)]
    return unseen(html.Span(words))


def worked() -> Component:
    """Every equation with today's numbers."""
    rows = []
    for name in EQUATIONS:
        words = QUANTITIES[name]
        rows.append(
            html.Div(
                [
                    html.Div(
                        [
                            html.Span(className="lab-formula", **attributes(data_formula=name)),
                            live(name, 4),
                        ],
                        className="lab-equation-title",
                    ),
                    html.Div(className="lab-numbers", **attributes(data_worked=name)),
                    html.Div(className="lab-numbers", **attributes(data_squashed=name)),
                ],
                className=f"lab-equation role-{words.role}",
                tabIndex=0,
                role="group",
                **attributes(data_quantity=name, aria_label=f"{words.title} {words.symbol}"),
            )
        )
    return card(
        "Worked step",
        html.Div(rows, className="lab-equations"),
        look_for=[
            html.Span(LOOK_FOR["Worked step"], className="lab-when-moving"),
            html.Span(LOOK_FOR["start"], className="lab-when-start"),
        ],
        aside=["t = ", live("t")],
    )


def readings() -> Component:
    """Every live number once, and how C(t) comes about."""

    def tile(
        symbol: str, content: Component, role: str, quantity: str = "", wide: str = ""
    ) -> Component:
        return html.Div(
            [html.Span(symbol, className="lab-tile-name"), content],
            className=f"lab-tile role-{role} {wide}",
            **attributes(**({"data_quantity": quantity} if quantity else {})),
        )

    symbols = SYMBOLS | {"c_prev": "C(t−1)", "h_prev": "h(t−1)"}
    tiles = [tile("t", live("t"), "plain")]
    tiles += [
        tile(symbol, live(name), QUANTITIES[name].role, name) for name, symbol in symbols.items()
    ]
    tiles += [
        tile("status", html.Span(live("status"), className="lab-word"), "plain", wide="lab-wide"),
        tile("|C|", part("abs_c"), "c"),
        tile("|h|", part("abs_h"), "h"),
        *training.tiles(),
    ]
    bars = [
        html.Div(
            [
                html.Span(symbol, className="lab-bar-name"),
                html.Div(html.Div(className="lab-bar-fill"), className="lab-bar-track"),
                html.Div(content),
            ],
            className=f"lab-bar role-{role}",
            **attributes(data_bar=name, data_quantity=name),
        )
        for name, symbol, role, content in (
            ("keep", "kept f·C(t−1)", "f", part("keep")),
            ("write", "written i·C̃", "i", part("write")),
            ("c", "together C(t)", "c", part("sum")),
        )
    ]
    half_life = html.Div(
        ["With nothing written C halves in ", part("half_life", 2), " steps."],
        className="lab-half-life",
    )
    return card(
        "Readings",
        [html.Div(tiles, className="lab-tiles"), html.Div(bars, className="lab-bars"), half_life],
        look_for=LOOK_FOR["Readings"],
    )
