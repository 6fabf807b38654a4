"""The Map page: a panorama of hidden states that says how far to trust it.

The settings travel in one request; the answer is the map with its regions, trust and
the path of a sequence. Where each context lies, and the pictures of the panorama, come
by routes of their own, which browsers keep. ``assets/map.js`` shows it all.
"""

import functools
from typing import Any, Unpack

from dash import Dash, html
from dash.development.base_component import Component

from lstm.maps import Maps

from . import difference, map_colours, map_difference, map_routes, view
from . import map_panels as panels
from .controls import live, part
from .map_controls import controls
from .map_fields import NUMBERS, own
from .map_looks import COLOURS
from .map_matrix import file_of
from .map_representation import TOP_LAYER, default_model
from .map_run import answer
from .map_settings import METRICS, PROJECTION_NAMES, WAY_NAMES, WHATS
from .models import Models, offered
from .place import Place
from .still import dom_id

TITLE = "Map"
PATH = "/map"
ANSWER = dom_id(own(["MATCH"], "answer")) + ".data"
PANELS = {  # as a portal names them
    "controls": "Settings",
    "panorama": "Panorama",
    "trust": "How far to trust this map",
    "region": "Region",
    "unit": "Unit in one line",
    "path": "Path of this sequence",
}
COMPARES = map_difference.COMPARES
SEQUENCE = "[see (the map) of]"
TRY = (
    "Zoom in until the cells show single contexts. Press a region to see what its contexts "
    "share. Colour by trust to see where the map deceives, and choose a context there: lines "
    "lead to those that are nearest to it in truth. Then play the path of the sequence."
)


def layout(aio_id: str = "map", player_id: str | None = None, **place: Unpack[Place]) -> Component:
    """Lay out a Map view.

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
    columns = [
        html.Div([controls(aio_id)], className="lab-column lab-left"),
        html.Div([panels.panorama()], className="lab-column lab-picture"),
        html.Div(
            [panels.trust(aio_id), panels.unit(), panels.region(), panels.path(aio_id)],
            className="lab-column lab-explanation",
        ),
    ]
    return view.frame(
        own,
        aio_id,
        _config(),
        columns,
        glance=["after ", live("token"), ": ", part("region", 0)],
        to_try=TRY,
        class_name="lab-map",
        player_id=player_id,
        panels=PANELS,
        place=place,
    )


def _config() -> dict[str, Any]:
    """Give what the script needs to know."""
    return {
        "start": {
            "hash": default_model(),
            "layer": int(TOP_LAYER),
            "what": "h",
            "sequence": SEQUENCE,
        },
        "shipped": offered(),
        "numbers": NUMBERS,
        "choices": {
            "projection": list(PROJECTION_NAMES),
            "metric": list(METRICS),
            "way": list(WAY_NAMES),
            "what": list(WHATS),
            "colour": list(COLOURS),
        },
        "hues": map_colours.HUES,
        "gate_order": "",
    }


def register(app: Dash) -> None:
    """Register the callbacks of all Map views of an app, and the routes of its maps."""
    models = Models()

    def answered(request: dict[str, Any] | None) -> dict[str, Any]:
        return answer(request, models.opened)

    view.register(
        app,
        own,
        answered,
        script="lstm_lab_map",
        values=("source", "layer", "what", "text", "projection", "metric", "way", "sequence"),
    )
    compare = functools.partial(
        map_difference.difference, maps=Maps.from_environment, opened=models.opened, file=file_of
    )
    difference.register(app, "map", compare)
    map_routes.register(app, models)
