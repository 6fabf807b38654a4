"""The Cell page: one LSTM cell as a glass box.

The settings travel in one request; the answer is one trace over the whole
sequence with the two figures drawn from it. ``assets/cell.js`` plays it.
"""

from collections.abc import Mapping, Sequence
from typing import Unpack

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from . import boundary, view
from . import cell_panels as panels
from . import cell_training_panel as training
from .cell_controls import controls, own
from .cell_run import answer
from .cell_settings import (
    EXAMPLES,
    LARGEST_INPUT,
    LARGEST_PARAMETER,
    LONGEST,
    PARAMETERS,
    PRESETS,
    Preset,
)
from .cell_training import MOST_EPOCHS, RATES, train
from .cell_words import TRY, dictionary
from .controls import live
from .place import Place
from .still import dom_id

TITLE = "Cell"
PATH = "/"
PANELS = {  # as a portal names them
    "controls": "Settings",
    "diagram": "Cell diagram",
    "unrolled": "Unrolled network",
    "traces": "Traces",
    "worked": "Worked step",
    "readings": "Readings",
}
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"


def layout(
    aio_id: str = "cell",
    player_id: str | None = None,
    *,
    sequence: Sequence[float] | str = EXAMPLES["single"][1],
    weights: Mapping[str, float] | str = "defaults",
    **place: Unpack[Place],
) -> Component:
    """Lay out a Cell view.

    Parameters
    ----------
    aio_id : str
        Tells this view from others on the page.
    player_id : str, optional
        The player of another view that it follows; by default it has its own,
        with its own transport bar.
    sequence : sequence of float, or str
        The inputs that it begins with.
    weights : mapping of str to float, or str
        The weights and biases that it begins with, where they are not the defaults,
        by their names on the page: ``{"W_f": 1, "b_f": 2}``; with any U_ the
        recurrent weights are separate ones. Or the name of a setting, "latch".
    **place
        On a portal's page: ``show``, some of its panels (``PANELS``);
        ``height`` in pixels; ``theme``, "dark" or "light".

    Raises
    ------
    ValueError
        Where one of these cannot be.
    """
    setting = _setting(weights)
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
            "sequence": _sequence(sequence),
            "separate": setting.separate,
            "numbers": setting.complete(),
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
        panels=PANELS,
        place=place,
    )


def _sequence(given: Sequence[float] | str) -> str:
    """Write the inputs as a reader would type them."""
    text = given if isinstance(given, str) else ", ".join(repr(float(x)) for x in given)
    boundary.sequence(text, LONGEST, LARGEST_INPUT)
    return text


def _setting(given: Mapping[str, float] | str) -> Preset:
    if isinstance(given, str):
        if given not in PRESETS:
            raise ValueError(f"weights is {given!r}. Give one of {', '.join(PRESETS)}, or numbers.")
        return PRESETS[given]
    if unknown := set(given) - set(PARAMETERS):
        raise ValueError(
            f"weights has {', '.join(sorted(unknown))}. There are {', '.join(PARAMETERS)}."
        )
    numbers = {
        name: boundary.number(name, value, -LARGEST_PARAMETER, LARGEST_PARAMETER)
        for name, value in given.items()
    }
    return Preset("", "", numbers, separate=any(name.startswith("U_") for name in numbers))


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
