"""The Cell page: one LSTM cell as a glass box.

The settings travel in one request; the answer is one trace over the whole
sequence with the two figures drawn from it. ``assets/cell.js`` plays it.
"""

from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from . import cell_panels as panels
from . import concepts, player
from .cell_controls import controls, own
from .cell_run import answer
from .cell_settings import DEFAULTS, EXAMPLES, LONGEST, PRESETS
from .cell_words import TRY, dictionary
from .controls import attributes, live
from .still import dom_id, still

TITLE = "Cell"
PATH = "/"
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"


def layout(aio_id: str = "cell", player_id: str | None = None) -> Component:
    """Lay out a Cell view.

    Parameters
    ----------
    aio_id : str
        Tells this view from others on the page.
    player_id : str, optional
        The player of another view that it follows; by default it has its own,
        with its own transport bar.
    """
    glance = [piece for name in "chy" for piece in (f" {name} = ", live(name))]
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
        "player": player_id or aio_id,
    }
    view = html.Div(
        [
            dcc.Store(id=own(aio_id, "config"), data=config),
            dcc.Store(id=own(aio_id, "chosen")),
            dcc.Store(id=own(aio_id, "request")),
            dcc.Store(id=own(aio_id, "answer")),
            dcc.Store(id=own(aio_id, "busy")),
            controls(aio_id),
            html.Div(
                [panels.diagram(), panels.unrolled(aio_id), panels.traces(aio_id)],
                className="lab-column lab-picture",
            ),
            html.Div([panels.worked(), panels.readings()], className="lab-column lab-explanation"),
            *([player.transport(aio_id, glance)] if player_id is None else []),
            dbc.Alert(
                id=own(aio_id, "alert"),
                is_open=False,
                dismissable=True,
                fade=False,
                color="danger",
                class_name="lab-alert",
            ),
            concepts.panel(own, aio_id, TRY),
            html.Div(className="lab-tip", role="tooltip", hidden=True, id=own(aio_id, "tip")),
        ],
        id=own(aio_id, "root"),
        className="lab-view lab-cell",
        **attributes(data_view=aio_id, data_player=player_id or aio_id, data_weights="tied"),
    )
    return still(view)


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
        State(mine("root"), "id"),
    )
    one = {"view": "cell", "aio_id": MATCH, "name": MATCH}
    app.clientside_callback(
        ClientsideFunction("lstm_lab_controls", "pair"),
        Output(one | {"part": "slider"}, "value"),
        Output(one | {"part": "number"}, "value", allow_duplicate=True),
        Input(one | {"part": "slider"}, "value"),
        Input(one | {"part": "number"}, "value"),
        State(one | {"part": "slider"}, "id"),
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
        prevent_initial_call=True,  # choose, which is called first, sets it off
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
    concepts.register(app, own)
