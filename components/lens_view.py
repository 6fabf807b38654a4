"""The Lens page: what each layer of a language model would say next.

The settings travel in one request; the answer is the whole text read through one
lens: ranks, candidates and figures at every position. ``assets/lens.js`` plays it.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any, Unpack

from dash import Dash, html
from dash.development.base_component import Component
from flask import Response

from . import difference, lens_difference, lens_folders, routes, view
from . import lens_panels as panels
from .controls import live, part
from .lens_controls import NUMBERS, controls, own
from .lens_experiments import EXPERIMENTS, GALLERY, PROBES, default_model
from .lens_output import fit_output
from .lens_probe import probe
from .lens_run import answer
from .lens_settings import LENSES, METRICS
from .lens_speaker import Opened
from .lens_units import find_units
from .lens_words import FOLDER_LENS_NAMES, LENS_NAMES
from .models import Models, offered
from .place import Place
from .still import dom_id

TITLE = "Lens"
PATH = "/lens"
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"
PANELS = {  # as a portal names them
    "controls": "Settings",
    "matrix": "Rank matrix",
    "candidates": "Candidates",
    "through": "Watched through the text",
    "watched": "Watched tokens",
    "intervene": "Intervene",
    "units": "Units behind it",
    "probe": "Bias probe",
}
COMPARES = lens_difference.COMPARES
START = "keys"  # of the experiments
TRY = (
    "Press keys / cabinet, and read the last column from below: at which layer does are come "
    "first? Add an attractor, and watch is come closer. Switch to the raw lens to see why lower "
    "layers need a translation, or to withheld: what is stored, and not yet said."
)


def layout(aio_id: str = "lens", player_id: str | None = None, **place: Unpack[Place]) -> Component:
    """Lay out a Lens view.

    Parameters
    ----------
    aio_id : str
        Tells this view from others on the page.
    player_id : str, optional
        The player of another view that it follows; by default it has its own,
        with its own transport bar.
    **place
        On a portal's page: ``show``, some of its panels
        (``PANELS``); ``height`` in pixels; ``theme``, "dark" or "light".

    Raises
    ------
    ValueError
        Where there is no such panel, height or theme.
    """
    glance = ["after ", live("token"), " came ", part("came", 0)]
    config = {
        "experiments": {
            name: dataclasses.asdict(one) | {"hash": default_model()}
            for name, one in EXPERIMENTS.items()
        }
        | {name: dataclasses.asdict(one) for name, one in GALLERY.items()},
        "probes": {name: dataclasses.asdict(one) for name, one in PROBES.items()},
        "start": START,
        "sources": lens_folders.offered(),
        "lenses": {"file": dict(LENS_NAMES), "folder": FOLDER_LENS_NAMES},
        "shipped": offered(),
        "numbers": NUMBERS,
        "choices": {"lens": list(LENSES), "metric": list(METRICS)},
        "gate_order": "",
    }
    columns = [
        html.Div([controls(aio_id, EXPERIMENTS[START])], className="lab-column lab-left"),
        html.Div(
            [panels.matrix(aio_id), panels.candidates(), panels.watched(aio_id)],
            className="lab-column lab-picture",
        ),
        html.Div(
            [panels.grid(), panels.intervene(), panels.units(), panels.probe(aio_id)],
            className="lab-column lab-explanation",
        ),
    ]
    return view.frame(
        own,
        aio_id,
        config,
        columns,
        glance=glance,
        to_try=TRY,
        class_name="lab-lens",
        player_id=player_id,
        panels=PANELS,
        place=place,
    )


def register(app: Dash) -> None:
    """Register the callbacks of all Lens views of an app, and the routes of its searches."""
    models = Models()

    def answered(request: dict[str, Any] | None) -> dict[str, Any]:
        return answer(request, models.opened)

    view.register(
        app,
        own,
        answered,
        script="lstm_lab_lens",
        values=("source", "text", "prefix", "lens", "metric"),
    )
    compare = functools.partial(lens_difference.difference, opened=models.opened)
    difference.register(app, "lens", compare)
    at = routes.Routes(app)
    at.add("POST", "lens/output", lambda: _fitted(models))
    for path, question in (("lens/units", find_units), ("lens/probe", probe)):
        at.add("POST", path, _route(question, models.opened))


def _fitted(models: Models) -> Response:
    owner = routes.owner()
    return routes.answer(fit_output(routes.payload(), models, owner))


def _route(
    question: Callable[[Mapping[str, Any], Opened], dict[str, Any]], opened: Opened
) -> Callable[[], Response]:
    def answered() -> Response:
        routes.owner()
        return routes.answer(question(routes.payload(), opened))

    return answered
