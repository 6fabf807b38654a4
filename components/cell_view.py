"""The Cell page: one LSTM cell as a glass box.

The settings travel in one request; the answer is one trace over the whole
sequence with the two figures drawn from it. ``assets/cell.js`` plays it.
"""

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from . import cell_panels as panels
from . import cell_training_panel as training
from . import view
from .cell_controls import controls, own
from .cell_run import answer
from .cell_settings import DEFAULTS, EXAMPLES, LONGEST, PARAMETERS, PRESETS
from .cell_training import MOST_EPOCHS, RATES, train
from .cell_words import TRY, dictionary
from .controls import live
from .still import dom_id

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
        "training": {
            "names": list(PARAMETERS),
            "rates": RATES,
            "most": MOST_EPOCHS,
            "examples": {
                name: {"inputs": example.inputs, "says": f"{example.title}: {example.says}"}
                for name, example in training.EXAMPLES.items()
            },
        },
    }
    stores = ("training", "trained", "busy_training")
    columns = [
        controls(aio_id),
        html.Div(
            [
                panels.diagram(),
                training.panel(),
                panels.unrolled(aio_id),
                panels.traces(aio_id),
                *(dcc.Store(id=own(aio_id, name)) for name in stores),
            ],
            className="lab-column lab-picture",
        ),
        html.Div([panels.worked(), panels.readings()], className="lab-column lab-explanation"),
    ]
    return view.frame(
        own,
        aio_id,
        config,
        columns,
        glance=glance,
        to_try=TRY,
        class_name="lab-cell",
        player_id=player_id,
    )


def register(app: Dash) -> None:
    """Register the callbacks of all Cell views of an app."""
    view.register(app, own, answer, script="lstm_lab_cell", values=("sequence", "separate"))
    app.callback(
        Output(own(MATCH, "trained"), "data"),
        Input(own(MATCH, "training"), "data"),
        running=[(Output(own(MATCH, "busy_training"), "data"), True, False)],
        prevent_initial_call=True,
    )(train)
    for name, data in (("trained", "trained"), ("ended", "busy_training")):
        app.clientside_callback(
            ClientsideFunction("lstm_lab_cell", name),
            Input(own(MATCH, data), "data"),
            State(own(MATCH, "root"), "id"),
            prevent_initial_call=True,
        )
