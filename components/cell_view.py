"""The Cell page: one LSTM cell as a glass box.

The settings travel in one request; the answer is one trace over the whole
sequence with the two figures drawn from it. ``assets/cell.js`` plays it.
"""

from typing import Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from werkzeug.exceptions import BadRequest

from lstm import LabError, half_life, pre_activations, run
from lstm.cell import Array

from . import boundary, player, theme, wire
from .cell_settings import (
    DEFAULTS,
    EXAMPLES,
    GATES,
    LONGEST,
    PARAMETERS,
    PRESETS,
    CellSettings,
    Parameter,
)
from .cell_words import CONCEPTS, EQUATIONS, LOOK_FOR, QUANTITIES, dictionary
from .controls import attributes, card, chip, live, part, slider, switch, unseen
from .figures.traces import LINES, traces
from .figures.unrolled import unrolled
from .still import dom_id, still

TITLE = "Cell"
PATH = "/"
SYMBOLS = {"x": "x", "c": "C", "h": "h", "y": "y", "f": "f", "i": "i", "g": "C̃", "o": "o"}
# Below this share of its peak, the page offers the setting that remembers,
# unless the forget gate keeps as much already.
FORGOTTEN = 0.5
REMEMBERS = 0.99


def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
    """Give the id of a part of a Cell view."""
    return {"view": "cell", "aio_id": aio_id, "part": part, **more}


# --- What the server computes -------------------------------------------------


def answer(request: dict[str, Any] | None) -> dict[str, Any]:
    """Run the cell over the whole sequence.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme``, ``sequence`` (text), ``separate``
        and ``numbers`` (text by parameter).

    Returns
    -------
    dict
        The trace, the two figures and the note on memory; or ``error``, with
        the field that it is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    request = boundary.expect(dict, request, "The request")
    n = boundary.expect(int, request.get("n"), "n")
    theme_name = boundary.expect(str, request.get("theme"), "theme")
    if theme_name not in theme.SURFACES:
        raise BadRequest("theme must be dark or light.")
    try:
        settings = CellSettings.read(request)
    except LabError as error:
        return {"n": n, "error": {"message": str(error), "field": getattr(error, "field", "")}}
    series = timeline(settings)
    return {
        "n": n,
        "error": None,
        "length": len(settings.inputs),
        "inputs": list(settings.inputs),
        "numbers": dict(settings.numbers),
        "separate": settings.separate,
        "series": {name: wire.encode(values) for name, values in series.items()},
        "figures": {
            "unrolled": unrolled({name: series[name] for name in "xchy"}, theme_name),
            "traces": traces({name: series[name] for name in LINES}, theme_name),
        },
        "memory": memory_note(series["c"], series["f"]),
    }


def timeline(settings: CellSettings) -> dict[str, Array]:
    """Run the cell and put every quantity on the page's time axis, 0 … T.

    Returns
    -------
    dict of str to ndarray of shape (T + 1,)
        Index 0 is the initial state; what exists only within a step is NaN
        there. ``a_f`` and its like are the sums before the squashing.
    """
    model = settings.model()
    result = run(model, np.array(settings.inputs)[:, None, None])
    trace = result.layers[0]
    sums = pre_activations(model.layers[0], trace)
    within = {name: getattr(trace, name) for name in ("x", "f", "i", "g", "o")}
    within |= {"c_prev": trace.c_prev, "h_prev": trace.h_prev}
    within |= {f"a_{name}": a for name, a in zip("ifgo", sums, strict=True)}
    within |= {"half_life": half_life(trace.f)}
    series = {name: np.append(np.nan, values.ravel()) for name, values in within.items()}
    series["c"] = np.append(trace.c0, trace.c)
    series["h"] = np.append(trace.h0, trace.h)
    series["tanh_c"] = np.tanh(series["c"])
    series["y"] = np.append(settings.numbers["b_out"], result.outputs)
    return series


def memory_note(c: Array, f: Array) -> dict[str, Any]:
    """Say how much of its peak the cell state keeps to the end of the sequence.

    Parameters
    ----------
    c, f : ndarray of shape (T + 1,)
        Cell state and forget gate on the page's time axis.

    Returns
    -------
    dict
        ``text``, and whether to ``offer`` the setting that remembers.
    """
    last = len(c) - 1
    peak = int(np.argmax(np.abs(c)))
    if abs(c[peak]) < 1e-9:
        return {"text": "C stays at 0: nothing was written.", "offer": False}
    if peak == last:
        return {
            "text": f"C is largest at the end: {_three(c[last])} at t = {last}.",
            "offer": False,
        }
    share = c[last] / c[peak]
    return {
        "text": (
            f"C goes from {_three(c[peak])} (t = {peak}) to {_three(c[last])} (t = {last}): "
            f"{_percent(share)} is left."
        ),
        "offer": bool(share < FORGOTTEN and f[-1] < REMEMBERS),
    }


def _three(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{share * 100:.{1 if abs(share) < 0.1 else 0}f} %".replace("-", "−")


# --- What the page is made of -------------------------------------------------


def layout(aio_id: str = "cell", player_id: str | None = None) -> Component:
    """Lay out a Cell view.

    Parameters
    ----------
    aio_id : str
        Tells this view from others on the page.
    player_id : str, optional
        The player that it follows; by default its own.
    """
    player_id = player_id or aio_id
    config = {
        "words": dictionary(),
        "presets": {
            name: {
                "numbers": preset.complete(),
                "separate": preset.separate,
                "does": preset.does,
            }
            for name, preset in PRESETS.items()
        },
        "examples": {name: text for name, (_, text) in EXAMPLES.items()},
        "defaults": {
            "sequence": EXAMPLES["single"][1],
            "separate": False,
            "numbers": DEFAULTS,
        },
        "longest": LONGEST,
        "player": player_id,
    }
    view = html.Div(
        [
            dcc.Store(id=own(aio_id, "config"), data=config),
            dcc.Store(id=own(aio_id, "chosen")),
            dcc.Store(id=own(aio_id, "request")),
            dcc.Store(id=own(aio_id, "answer")),
            dcc.Store(id=own(aio_id, "busy")),
            _controls(aio_id),
            html.Div(
                [_diagram(), _unrolled(aio_id), _traces(aio_id)], className="lab-column lab-picture"
            ),
            html.Div([_worked(), _readings()], className="lab-column lab-explanation"),
            player.transport(player_id),
            dbc.Alert(
                id=own(aio_id, "alert"),
                is_open=False,
                dismissable=True,
                fade=False,
                color="danger",
                class_name="lab-alert",
            ),
            _concepts(aio_id),
            html.Div(className="lab-tip", role="tooltip", hidden=True, id=own(aio_id, "tip")),
        ],
        id=own(aio_id, "root"),
        className="lab-view lab-cell",
        **attributes(data_view=aio_id, data_player=player_id, data_weights="tied"),
    )
    return still(view)


def _controls(aio_id: str) -> Component:
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
                    html.Button(
                        "How an LSTM works",
                        id=own(aio_id, "open-concepts"),
                        className="lab-link",
                        type="button",
                    ),
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


HINTS = {
    "f": "keep more →",
    "i": "write more →",
    "g": "what to write",
    "o": "show more →",
    "y": "scale and shift",
}


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
        reach=parameter.reach,
        step=parameter.step,
        class_name=f"lab-{parameter.kind}",
    )


def _diagram() -> Component:
    return card(
        "Cell diagram",
        html.Div(className="lab-diagram", **attributes(data_diagram="lstm")),
        look_for=LOOK_FOR["Cell diagram"],
        title="Cell diagram",
        aside=["at t = ", live("t")],
        class_name="lab-card-diagram",
    )


def _unrolled(aio_id: str) -> Component:
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


def _traces(aio_id: str) -> Component:
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
        [*lines, future], className="lab-legend", role="group", **attributes(aria_label="Lines")
    )
    return card(
        "Traces",
        [
            html.Div(
                [
                    _graph(own(aio_id, "traces"), responsive=True),
                    html.Div(className="lab-veil"),
                    html.Div(className="lab-here"),
                ],
                className="lab-figure",
                **attributes(data_figure="traces"),
            ),
            _alternative(),
        ],
        look_for=[
            html.Span(LOOK_FOR["Traces"]),
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
        config={"displayModeBar": False, "doubleClick": "reset", "scrollZoom": False},
        responsive=responsive,
        className="lab-graph",
    )


def _alternative() -> Component:
    """Say in words what a figure shows now."""
    words: list[Any] = ["At t = ", live("t")]
    for name in ("x", "c", "h", "y"):
        words += [f": {name} = " if name == "x" else f", {name} = ", live(name)]
    return unseen(html.Span(words))


def _worked() -> Component:
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
        look_for=LOOK_FOR["Worked step"],
        aside=["t = ", live("t")],
    )


def _readings() -> Component:
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
        ["Half-life of C at this forget gate: ", part("half_life", 2), " steps"],
        className="lab-half-life",
    )
    return card(
        "Readings",
        [html.Div(tiles, className="lab-tiles"), html.Div(bars, className="lab-bars"), half_life],
        look_for=LOOK_FOR["Readings"],
    )


def _concepts(aio_id: str) -> Component:
    text: list[Component] = []
    for title, paragraph in CONCEPTS:
        text += [html.H3(title), html.P(paragraph)]
    panel: Component = dbc.Offcanvas(
        html.Div(text, className="lab-concepts"),
        id=own(aio_id, "concepts"),
        title="How an LSTM works",
        placement="end",
        is_open=False,
        class_name="lab-offcanvas",
    )
    return panel


# --- What connects them -------------------------------------------------------


def register(app: Dash) -> None:
    """Register the callbacks of all Cell views of an app."""

    def js(name: str) -> ClientsideFunction:
        return ClientsideFunction("lstm_lab_cell", name)

    def mine(part: str, /, **more: Any) -> dict[str, Any]:
        return own(MATCH, part, **more)

    app.callback(
        Output(mine("answer"), "data"),
        Input(mine("request"), "data"),
        running=[(Output(mine("busy"), "data"), True, False)],
        prevent_initial_call=True,
    )(answer)

    # Choices that set many controls at once: examples, named settings, a link.
    app.clientside_callback(
        js("choose"),
        Output(mine("number", name=ALL), "value"),
        Output(mine("sequence"), "value"),
        Output(mine("separate"), "value"),
        Input(mine("chosen"), "data"),
        State(mine("number", name=ALL), "id"),
        State(mine("config"), "data"),
    )
    one = {"view": "cell", "aio_id": MATCH, "name": MATCH}
    app.clientside_callback(
        js("pair"),
        Output(one | {"part": "slider"}, "value"),
        Output(one | {"part": "number"}, "value", allow_duplicate=True),
        Input(one | {"part": "slider"}, "value"),
        Input(one | {"part": "number"}, "value"),
        State(one | {"part": "slider"}, "id"),
        State(one | {"part": "slider"}, "max"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        js("changed"),
        Input(mine("number", name=ALL), "value"),
        Input(mine("sequence"), "value"),
        Input(mine("separate"), "value"),
        State(mine("number", name=ALL), "id"),
        State(mine("config"), "data"),
        State(mine("root"), "id"),
    )
    app.clientside_callback(
        js("answered"),
        Input(mine("answer"), "data"),
        State(mine("root"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        js("settled"),
        Input(mine("busy"), "data"),
        State(mine("root"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        js("open_concepts"),
        Output(mine("concepts"), "is_open"),
        Input(mine("open-concepts"), "n_clicks"),
        prevent_initial_call=True,
    )
