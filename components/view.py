"""What every view is made of, and how its questions reach the server."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from . import concepts, player
from .concepts import Own
from .controls import attributes
from .place import Place, properties
from .still import still

Answer = Callable[[dict[str, Any] | None], dict[str, Any]]


def frame(
    own: Own,
    aio_id: str,
    config: dict[str, Any],
    columns: Sequence[Component],
    *,
    glance: list[Any],
    to_try: str,
    class_name: str,
    player_id: str | None,
    panels: Mapping[str, str] | None = None,
    place: Place | None = None,
    changing: bool = False,
) -> Component:
    """Lay out a view.

    Parameters
    ----------
    own : function
        Gives the id of a part: ``own(aio_id, part)``.
    aio_id : str
        Tells this view from others on the page.
    config : dict
        What its script needs to know.
    columns : sequence of Component
        Controls, picture and explanation.
    glance : list of str or Component
        What a narrow screen shows beside the time.
    to_try : str
        What its explanation of the LSTM invites to.
    class_name : str
    player_id : str, optional
        The player of another view that it follows; by default it has its own,
        with its own transport bar.
    panels : mapping of str to str, optional
        The panels that a portal can choose from (:func:`.place.properties`).
    place : Place, optional
        What a portal says of the view's place.
    changing : bool
        Whether a callback may put other columns in the place of these: they stand
        in an element "columns", and the store "becoming" takes what is asked for.

    Raises
    ------
    ValueError
        Where that cannot be.
    """
    stands = properties(columns, panels or {}, **(place or {}))
    stores = ("chosen", "request", "answer", "busy", *(("becoming",) if changing else ()))
    if changing:
        columns = [html.Div(columns, id=own(aio_id, "columns"), className="lab-columns")]
    view = html.Div(
        [
            dcc.Store(id=own(aio_id, "config"), data=config | {"player": player_id or aio_id}),
            *(dcc.Store(id=own(aio_id, name)) for name in stores),
            # What tells it from the setting beside it, where two are compared.
            html.Div(className="lab-side", hidden=True),
            *columns,
            *([player.transport(aio_id, glance)] if player_id is None else []),
            dbc.Alert(
                id=own(aio_id, "alert"),
                is_open=False,
                dismissable=True,
                fade=False,
                color="danger",
                class_name="lab-alert",
            ),
            concepts.panel(own, aio_id, to_try),
            html.Div(className="lab-tip", role="tooltip", hidden=True, id=own(aio_id, "tip")),
        ],
        id=own(aio_id, "root"),
        className=f"lab-view {class_name}",
        **attributes(data_view=aio_id, data_player=player_id or aio_id),
        **stands,
    )
    return still(view)


def register_asking(app: Dash, own: Own, answer: Answer) -> None:
    """Register how the views of a kind ask the server, and get their answers.

    Parameters
    ----------
    app : dash.Dash
    own : function
        Gives the id of a part.
    answer : function
        Answers a request on the server.
    """
    app.callback(
        Output(own(MATCH, "answer"), "data"),
        Input(own(MATCH, "request"), "data"),
        running=[(Output(own(MATCH, "busy"), "data"), True, False)],
        prevent_initial_call=True,
    )(answer)
    for name, data in (("answered", "answer"), ("settled", "busy")):
        app.clientside_callback(
            ClientsideFunction("lstm_lab_view", name),
            Input(own(MATCH, data), "data"),
            State(own(MATCH, "root"), "id"),
            prevent_initial_call=True,
        )


def register(
    app: Dash,
    own: Own,
    answer: Answer,
    *,
    script: str,
    values: Sequence[str],
    also: Sequence[str] = (),
) -> None:
    """Register the callbacks of all views of a kind.

    Parameters
    ----------
    app : dash.Dash
    own : function
        Gives the id of a part.
    answer : function
        Answers a request on the server.
    script : str
        The namespace of the kind's own script, with ``choose`` (examples, named
        settings, links: many controls at once) and ``changed``.
    values : sequence of str
        The controls that ``choose`` sets, after the number fields.
    also : sequence of str
        Further controls whose change is one of the settings.
    """
    register_asking(app, own, answer)
    slider = own(MATCH, "slider", name=MATCH)
    number = own(MATCH, "number", name=MATCH)
    app.clientside_callback(
        ClientsideFunction("lstm_lab_view", "pair"),
        Output(slider, "value"),
        Output(number, "value", allow_duplicate=True),
        Input(slider, "value"),
        Input(number, "value"),
        State(slider, "id"),
        prevent_initial_call=True,
    )
    concepts.register(app, own)
    numbers = own(MATCH, "number", name=ALL)
    chosen = [numbers, *(own(MATCH, name) for name in values)]
    known = (
        State(numbers, "id"),
        State(own(MATCH, "config"), "data"),
        State(own(MATCH, "root"), "id"),
    )
    app.clientside_callback(
        ClientsideFunction(script, "choose"),
        *(Output(control, "value") for control in chosen),
        Input(own(MATCH, "chosen"), "data"),
        *known,
    )
    app.clientside_callback(
        ClientsideFunction(script, "changed"),
        *(Input(control, "value") for control in (*chosen, *(own(MATCH, name) for name in also))),
        *known,
        prevent_initial_call=True,  # choose, which is called first, sets it off
    )
