"""The Train page: a model learns in the background, and the page watches it.

The settings travel as on the other pages, and come back with an estimate. A run
is begun by a route; from then on the page asks every second how it is going.
``assets/train.js`` asks and shows.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from lstm.catalogue import TASKS
from lstm.runs import Runs
from lstm.settings import TABLE, TEXT, Settings
from lstm.vocabulary import UNITS

from . import train_files, train_samples, view
from . import train_panels as panels
from .still import dom_id
from .train_controls import START, controls, own
from .train_examples import examples
from .train_plan import answer
from .train_run import progress
from .train_settings import CELLS, CHOICES, METHODS, NEXT_ROW, fields_of

TITLE = "Train"
PATH = "/train"
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"
POLL = 1000  # milliseconds between two looks at a run
TRY = (
    "Train the embedded Reber grammar: it is solved in seconds, and the accuracy jumps when the "
    "cell learns to hold T or P. Then take the forget gate away on the continual one. Then bring "
    "a text of your own: a few pages are enough to see it learn words."
)
PLACEHOLDERS = {
    TEXT: "Paste a text here: a page or more",
    TABLE: "Paste rows of numbers here, as in a .csv file:\nhour,load\n0,0.51\n1,0.48",
}


def layout(aio_id: str = "train") -> Component:
    """Lay out a Train view; ``aio_id`` tells it from others on the page."""
    config = {
        "tasks": {name: _task(name) for name in CHOICES},
        "start": START,
        "choices": {"cell": list(CELLS), "method": list(METHODS), "unit": list(UNITS)},
        "own": [TEXT, TABLE],
        "next_row": NEXT_ROW,
        "placeholders": PLACEHOLDERS,
        "literature": _literature(),
        "sample": train_samples.TEXT,
        "poll": POLL,
        "empty": panels.EMPTY,
    }
    columns = [
        controls(aio_id),
        html.Div([panels.run(), *panels.figures(aio_id)], className="lab-column lab-picture"),
        html.Div(
            [panels.guide(), panels.samples(), panels.literature(), panels.runs()],
            className="lab-column lab-explanation",
        ),
        dcc.Interval(id=own(aio_id, "clock"), interval=POLL, disabled=True),
        dcc.Store(id=own(aio_id, "poll")),
        dcc.Store(id=own(aio_id, "progress")),
        dcc.Store(id=own(aio_id, "looking")),
    ]
    return view.frame(
        own,
        aio_id,
        config,
        columns,
        glance=[],
        to_try=TRY,
        class_name="lab-train",
        player_id=aio_id,  # it has no time axis, and no transport bar
    )


def _task(name: str) -> dict[str, Any]:
    """Say what the page needs to know of a task."""
    advised = Settings.advised(name)
    task = TASKS.get(name)
    says = {
        TEXT: "The model learns to say which character or word comes next.",
        TABLE: "The model learns the next row of a table, or one column from the others.",
    }
    return {
        "says": task.says if task else says[name],
        "numbers": fields_of(advised),
        "cell": advised.cell,
        "method": advised.method,
        "options": {key: option.label for key, option in (task.options if task else {}).items()},
        "examples": list(examples(name)) if task else [],
    }


@cache
def _literature() -> list[dict[str, Any]]:
    """Read the published results and ours, as ``make literature`` wrote them."""
    rows: list[dict[str, Any]] = json.loads(
        Path(__file__).with_name("literature.json").read_text("utf-8")
    )["rows"]
    shown = ("task", "title", "paper", "experiment", "theirs", "ours", "beside", "seeds", "differs")
    return [{key: row.get(key) for key in shown} for row in rows]


def register(app: Dash) -> None:
    """Register the callbacks of all Train views of an app, and the routes of its runs."""
    data = train_files.register(app)

    def answered(request: dict[str, Any] | None) -> dict[str, Any]:
        return answer(request, data)

    view.register(
        app,
        own,
        answered,
        script="lstm_lab_train",
        values=("task", "cell", "method", "unit", "target"),
    )

    def watched(request: dict[str, Any] | None) -> dict[str, Any]:
        return progress(request, Runs.from_environment())

    app.callback(
        Output(own(MATCH, "progress"), "data"),
        Input(own(MATCH, "poll"), "data"),
        running=[(Output(own(MATCH, "looking"), "data"), True, False)],
        prevent_initial_call=True,
    )(watched)
    for name, part, prop in (
        ("tick", "clock", "n_intervals"),
        ("progress", "progress", "data"),
        ("looked", "looking", "data"),
    ):
        app.clientside_callback(
            ClientsideFunction("lstm_lab_train", name),
            Input(own(MATCH, part), prop),
            State(own(MATCH, "root"), "id"),
            prevent_initial_call=True,
        )
