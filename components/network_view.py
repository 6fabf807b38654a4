"""The Network page: many units in many layers, over a text.

The settings travel in one request; the answer is one run, with the rows of the
chosen layer and the figures drawn from them. ``assets/network.js`` plays it.
"""

import dataclasses
import functools
from typing import Any, Unpack

from dash import Dash, html
from dash.development.base_component import Component

from . import difference, files, network_difference, network_unit, view
from . import network_panels as panels
from .controls import live
from .models import offered
from .network_controls import READS, controls, own
from .network_examples import DEFAULT_EXAMPLE, EXAMPLES
from .network_inputs import LONGEST
from .network_run import answer
from .network_settings import KIND_NAMES, MOST_LAYERS, ORDER_NAMES, SOURCES
from .network_words import GATE_ORDER, TRY, WORDS
from .place import Place
from .still import dom_id

TITLE = "Network"
PATH = "/network"
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"
PANELS = {  # as a portal names them
    "controls": "Settings",
    "architecture": "Architecture",
    "gates": "Gate heat maps",
    "cell": "Cell state",
    "hidden": "Hidden state",
    "layers": "Whole stack",
    "readings": "Readings",
    "unit": "Unit",
    "intervene": "Intervene",
    "saturation": "Saturation",
}
NUMBERS = {"size": "16", "forget_bias": "1", "seed": "0"}
COMPARES = network_difference.COMPARES


def layout(
    aio_id: str = "network",
    player_id: str | None = None,
    *,
    example: str = DEFAULT_EXAMPLE,
    **place: Unpack[Place],
) -> Component:
    """Lay out a Network view.

    Parameters
    ----------
    aio_id : str
        Tells this view from others on the page.
    player_id : str, optional
        The player of another view that it follows; by default it has its own,
        with its own transport bar.
    example : str
        The name of the example that it begins with, such as "counting".
    **place
        On a portal's page: ``show``, some of its panels
        (``PANELS``); ``height`` in pixels; ``theme``, "dark" or "light".

    Raises
    ------
    ValueError
        Where there is no such example, panel, height or theme.
    """
    if example not in EXAMPLES:
        raise ValueError(f"example is {example!r}. Give one of {', '.join(EXAMPLES)}.")
    glance = ["token ", live("token"), "  ‖C‖ ", live("c_norm"), "  ‖h‖ ", live("h_norm")]
    config = {
        "words": WORDS,
        "examples": {name: dataclasses.asdict(example) for name, example in EXAMPLES.items()},
        "start": example,
        "sources": SOURCES,
        "shipped": offered(),
        "numbers": NUMBERS,
        "choices": {
            "m": [*SOURCES, "file"],
            "layers": [str(n) for n in range(1, MOST_LAYERS + 1)],
            "kind": list(KIND_NAMES),
            "reads": [name for name in READS if name != "tokens"],
            "order": list(ORDER_NAMES),
        },
        "longest": LONGEST,
        "gate_order": GATE_ORDER,
    }
    columns = [
        html.Div(
            [controls(aio_id), panels.architecture(aio_id), panels.intervene()],
            className="lab-column lab-left",
        ),
        html.Div(
            [
                panels.heat_maps(aio_id),
                panels.state(aio_id, "c"),
                panels.state(aio_id, "h"),
                panels.layers(aio_id),
            ],
            className="lab-column lab-picture",
        ),
        html.Div(
            [
                panels.readings(),
                network_unit.unit(aio_id),
                panels.saturation(aio_id),
            ],
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
        class_name="lab-network",
        player_id=player_id,
        panels=PANELS,
        place=place,
    )


def register(app: Dash) -> None:
    """Register the callbacks of all Network views of an app, and the routes for its files."""
    models = files.register(app)

    def answered(request: dict[str, Any] | None) -> dict[str, Any]:
        return answer(request, models.opened)

    view.register(
        app,
        own,
        answered,
        script="lstm_lab_network",
        values=("source", "layers", "kind", "text", "reads", "order"),
        also=("layer",),
    )
    compare = functools.partial(network_difference.difference, opened=models.opened)
    difference.register(app, "network", compare)
