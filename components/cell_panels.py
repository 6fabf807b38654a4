"""What the Cell page shows: diagram, unrolled network, traces, worked step, readings."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from . import cell_back_panel as looking_back
from . import cell_training_panel as training
from . import interventions_panel, theme
from .cell_controls import own
from .cell_kinds import CellKind
from .cell_presets import PRESETS
from .cell_quantity import Bar
from .cell_words import WORDS
from .controls import attributes, card, chip, live, part, switch, unseen
from .figures.traces import LINES


def diagram(kind: CellKind) -> Component:
    """Frame the drawing of the cell, which the script puts in."""
    return card(
        "Cell diagram",
        html.Div(className="lab-diagram", **attributes(data_diagram=kind.drawing)),
        look_for=WORDS[kind.name].look_for["Cell diagram"],
        aside=["at t = ", live("t")],
        class_name="lab-card-diagram",
    )


def unrolled(aio_id: str, kind: CellKind) -> Component:
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
            _alternative(kind),
        ],
        look_for=WORDS[kind.name].look_for["Unrolled network"],
        aside=looking_back.opener(),
        class_name="lab-card-unrolled",
    )


def traces(aio_id: str, kind: CellKind) -> Component:
    """Every quantity over time, each switchable."""
    words = WORDS[kind.name]
    lines = [
        switch(
            [
                html.Span(className=f"lab-key lab-key-{name}"),
                html.Span(symbol, **attributes(aria_hidden="true")),
                unseen(LINES[name]),
            ],
            f"line-{name}",
            f"Show or hide {LINES[name]}",
            f"role-{words.quantities[name].role}",
        )
        for name, symbol in words.lines.items()
    ]
    remember = PRESETS[kind.name]["remember"]
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
            _alternative(kind),
        ],
        look_for=[
            html.Span(words.look_for["Traces"], className="lab-when-apart"),
            html.Span(words.look_for["same"], className="lab-when-same"),
            html.Span(className="lab-memory"),
            chip("Remember", "preset", "remember", remember.does, "lab-offer"),
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


def _alternative(kind: CellKind) -> Component:
    """Say in words what a figure shows now."""
    words: list[Any] = ["At t = ", live("t")]
    for name in ("x", "c", "h", "y"):
        if name in WORDS[kind.name].lines:
            words += [f": {name} = " if name == "x" else f", {name} = ", live(name)]
    return unseen(html.Span(words))


def worked(kind: CellKind) -> Component:
    """Every equation with today's numbers."""
    told = WORDS[kind.name]
    rows = []
    for name in told.equations:
        words = told.quantities[name]
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
            html.Span(told.look_for["Worked step"], className="lab-when-moving"),
            html.Span(told.look_for["start"], className="lab-when-start"),
        ],
        aside=["t = ", live("t")],
    )


def readings(kind: CellKind) -> Component:
    """Every live number once, and how the state comes about."""
    words = WORDS[kind.name]
    tiles = [_tile("t", live("t"), "plain")]
    tiles += [
        _tile(symbol, live(name), words.quantities[name].role, name)
        for name, symbol in words.readings.items()
    ]
    states = [(name, symbol) for name, symbol in (("c", "C"), ("h", "h")) if name in words.lines]
    tiles += [
        _tile("status", html.Span(live("status"), className="lab-word"), "plain", wide="lab-wide"),
        *(_tile(f"|{symbol}|", part(f"abs_{name}"), name) for name, symbol in states),
        *training.tiles(),
    ]
    content: list[Component] = [
        html.Div(tiles, className="lab-tiles"),
        html.Div(_bars(words.bars), className="lab-bars"),
    ]
    if words.half_life:
        half_life: list[Any] = [f"{words.half_life} ", part("half_life", 2), " steps."]
        content.append(html.Div(half_life, className="lab-half-life"))
    return card("Readings", content, look_for=words.look_for["Readings"])


def intervene(kind: CellKind) -> Component:
    """List what a reader changes in the run, with a form to change more."""
    states = ("c", "h") if kind.state == "c" else ("h",)
    return interventions_panel.panel([gate.name for gate in kind.gates], states)


def _tile(
    symbol: str, content: Component, role: str, quantity: str = "", wide: str = ""
) -> Component:
    return html.Div(
        [html.Span(symbol, className="lab-tile-name"), content],
        className=f"lab-tile role-{role} {wide}",
        **attributes(**({"data_quantity": quantity} if quantity else {})),
    )


def _bars(bars: tuple[Bar, Bar, Bar]) -> list[Component]:
    """Lay out two parts end to end, and what they come to."""
    return [
        html.Div(
            [
                html.Span(bar.words, className="lab-bar-name"),
                html.Div(html.Div(className="lab-bar-fill"), className="lab-bar-track"),
                html.Div(part(name)),
            ],
            className=f"lab-bar role-{bar.role}",
            **attributes(data_bar=shows, data_quantity=bar.quantity),
        )
        for shows, name, bar in zip(
            ("keep", "write", bars[-1].quantity), ("keep", "write", "sum"), bars, strict=True
        )
    ]
