"""The Cell page: one cell, an LSTM's or another kind's, as a glass box.

The settings travel in one request; the answer is one trace over the whole
sequence with the two figures drawn from it. ``assets/cell.js`` plays it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from werkzeug.exceptions import BadRequest

from . import boundary, cell_difference, difference, view
from . import cell_back_panel as looking_back
from . import cell_panels as panels
from . import cell_training_panel as training
from .cell_controls import controls, own
from .cell_kinds import KINDS, LSTM, CellKind
from .cell_parameters import Preset
from .cell_presets import PRESETS
from .cell_run import answer
from .cell_settings import EXAMPLES, LARGEST_INPUT, LARGEST_PARAMETER, LONGEST, PARAMETERS
from .cell_training import MOST_EPOCHS, RATES, train
from .cell_words import TRY, WORDS, dictionary
from .controls import live
from .place import Place, properties
from .still import dom_id, still

TITLE = "Cell"
PATH = "/"
PANELS = {  # as a portal names them
    "controls": "Settings",
    "diagram": "Cell diagram",
    "unrolled": "Unrolled network",
    "traces": "Traces",
    "worked": "Worked step",
    "readings": "Readings",
    "intervene": "Intervene",
}
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"
COMPARES = cell_difference.COMPARES


def layout(
    aio_id: str = "cell",
    player_id: str | None = None,
    *,
    kind: str = LSTM.name,
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
    kind : str
        The kind of cell that it begins with: "lstm", "no_forget", "coupled",
        "peephole", "gru" or "rnn".
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
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}. Give one of {', '.join(KINDS)}.")
    setting = _setting(KINDS[kind], weights)
    glance = [
        html.Span([f" {symbol} = ", live(symbol.lower())], className=f"lab-glance-{symbol.lower()}")
        for symbol in "Chy"
    ]
    config = _of_kind(KINDS[kind]) | {
        "defaults": {
            "sequence": _sequence(sequence),
            "separate": setting.separate,
            "numbers": setting.complete(),
        },
        "examples": {name: text for name, (_, text) in EXAMPLES.items()},
        "longest": LONGEST,
        "show": list(place["show"]) if place.get("show") else None,
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
    return view.frame(
        own,
        aio_id,
        config,
        _columns(aio_id, KINDS[kind]),
        glance=glance,
        to_try=TRY,
        class_name="lab-cell",
        player_id=player_id,
        panels=PANELS,
        place=place,
        changing=True,
    )


def _of_kind(kind: CellKind) -> dict[str, Any]:
    """Tell the browser what is so in this kind of cell alone."""
    return {
        "kind": kind.name,
        "title": kind.title,
        "words": dictionary(kind.name),
        "symbols": dict(WORDS[kind.name].lines),
        "presets": {
            name: {
                "title": preset.title,
                "numbers": preset.complete(),
                "separate": preset.separate,
                "does": preset.does,
            }
            for name, preset in PRESETS[kind.name].items()
        },
    }


def _columns(aio_id: str, kind: CellKind) -> list[Component]:
    """Lay out controls, picture and explanation."""
    stores = ("training", "trained", "busy_training")
    return [
        controls(aio_id, kind),
        html.Div(
            [
                panels.diagram(kind),
                training.panel(),
                panels.unrolled(aio_id, kind),
                panels.traces(aio_id, kind),
                looking_back.panel(kind),
                *(dcc.Store(id=own(aio_id, name)) for name in stores),
            ],
            className="lab-column lab-picture",
        ),
        html.Div(
            [panels.worked(kind), panels.readings(kind), panels.intervene(kind)],
            className="lab-column lab-explanation",
        ),
    ]


def _become(asked: Any, root: Any, config: Any) -> tuple[Component, dict[str, Any]]:
    """Lay out the columns of another kind of cell, and tell the browser what is so in it."""
    asked = boundary.expect(dict, asked, "What the view shall become")
    aio_id = boundary.expect(str, boundary.expect(dict, root, "The id").get("aio_id"), "aio_id")
    kind = KINDS[boundary.choice(asked.get("kind"), tuple(KINDS), "kind")]
    columns = _columns(aio_id, kind)
    if asked.get("show") is not None:
        show = boundary.expect(list, asked["show"], "show")
        try:
            properties(columns, PANELS, show=[boundary.expect(str, name, "show") for name in show])
        except ValueError as error:
            raise BadRequest(str(error)) from error
    # Not a patch: it would fail where the view has left the page meanwhile.
    config = boundary.expect(dict, config, "config")
    defaults = boundary.expect(dict, config.get("defaults"), "defaults")
    defaults = defaults | {"numbers": kind.defaults, "separate": False}
    return still(html.Div(columns)).children, config | _of_kind(kind) | {"defaults": defaults}


def _sequence(given: Sequence[float] | str) -> str:
    """Write the inputs as a reader would type them."""
    text = given if isinstance(given, str) else ", ".join(repr(float(x)) for x in given)
    boundary.sequence(text, LONGEST, LARGEST_INPUT)
    return text


def _setting(kind: CellKind, given: Mapping[str, float] | str) -> Preset:
    presets = PRESETS[kind.name]
    if isinstance(given, str):
        if given not in presets:
            raise ValueError(f"weights is {given!r}. Give one of {', '.join(presets)}, or numbers.")
        return presets[given]
    if unknown := set(given) - set(kind.parameters):
        raise ValueError(
            f"weights has {', '.join(sorted(unknown))}. There are {', '.join(kind.parameters)}."
        )
    numbers = {
        name: boundary.number(name, value, -LARGEST_PARAMETER, LARGEST_PARAMETER)
        for name, value in given.items()
    }
    separate = any(name in kind.tied for name in numbers)
    return Preset("", "", kind.parameters, numbers, separate)


def register(app: Dash) -> None:
    """Register the callbacks of all Cell views of an app."""
    view.register(app, own, answer, script="lstm_lab_cell", values=("sequence", "separate"))
    difference.register(app, "cell", cell_difference.compare)
    app.callback(
        Output(own(MATCH, "columns"), "children"),
        Output(own(MATCH, "config"), "data"),
        Input(own(MATCH, "becoming"), "data"),
        State(own(MATCH, "root"), "id"),
        State(own(MATCH, "config"), "data"),
        prevent_initial_call=True,
    )(_become)
    app.clientside_callback(
        ClientsideFunction("lstm_lab_cell", "becomes"),
        Input(own(MATCH, "kind"), "value"),
        State(own(MATCH, "config"), "data"),
        State(own(MATCH, "root"), "id"),
        prevent_initial_call=True,
    )
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
