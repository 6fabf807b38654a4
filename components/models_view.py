"""The Models page: all models, the lab's and one's own, each with what is known of it.

The list comes by a route, as it belongs to the browser that asks;
``assets/models-page.js`` shows it.
"""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from .controls import attributes
from .still import Field, still

TITLE = "Models"
PATH = "/models"
MANY = 12  # models, above which there is something to search


def own(aio_id: Any, part: str, /) -> dict[str, Any]:
    """Give the id of a part of a Models view."""
    return {"view": "models", "aio_id": aio_id, "part": part}


def layout(aio_id: str = "models", network: str = "network", train: str = "train") -> Component:
    """Lay out a Models view.

    Parameters
    ----------
    aio_id : str
        Tells this view from others on the page.
    network, train : str
        Where the app has its Network and its Train page, below its own prefix.
    """
    config = {"network": network, "train": train, "many": MANY}
    view = html.Div(
        [
            dcc.Store(id=own(aio_id, "config"), data=config),
            dcc.Store(id=own(aio_id, "chosen")),
            _section(
                "By this link",
                "linked",
                "Somebody gave you the link to it. Save it to have it in your list.",
                hidden=True,
            ),
            _own_models(),
            _section(
                "With the lab",
                "shipped",
                "Trained for the lab, to be looked into. What each can and cannot do was measured.",
            ),
            dbc.Alert(
                id=own(aio_id, "alert"),
                is_open=False,
                dismissable=True,
                fade=False,
                color="danger",
                class_name="lab-alert",
            ),
        ],
        id=own(aio_id, "root"),
        className="lab-view lab-models",
        **attributes(data_view=aio_id),
    )
    return still(view)


def _own_models() -> Component:
    bar = [
        html.Label(
            ["Import a model", Field(type="file", class_="lab-file", accept=".safetensors")],
            className="lab-chip lab-open",
            title="A .safetensors file, or drop one anywhere on the page",
        ),
        html.Label(
            ["Search", Field(type="search", class_="lab-models-search")],
            className="lab-models-find",
            hidden=True,
        ),
        html.Span(className="lab-models-said", role="status"),
    ]
    none: list[str | Component] = [
        "None yet. ",
        html.A("Train one", className="lab-models-train"),
        " on a task or on your own text, or import a .safetensors file of an LSTM, from PyTorch "
        "or from the lab. You can drop it anywhere on this page.",
    ]
    return _section(
        "Your models",
        "own",
        "Listed in this browser only; whoever has the link to one can open it too.",
        [
            html.Div(bar, className="lab-models-bar"),
            html.P(none, className="lab-models-none", hidden=True),
        ],
    )


def _section(
    name: str, kind: str, look_for: str, more: Sequence[Component] = (), *, hidden: bool = False
) -> Component:
    return html.Section(
        [
            html.H2(name),
            html.P(look_for, className="lab-look-for"),
            *more,
            html.Div(className="lab-models-grid", **attributes(data_list=kind)),
        ],
        className="lab-models-section",
        hidden=hidden,
        **attributes(aria_label=name),
    )


def register(app: Dash) -> None:
    """Register the callbacks of all Models views of an app; the routes are the Network view's."""
    app.clientside_callback(
        ClientsideFunction("lstm_lab_models", "choose"),
        Output(own(MATCH, "alert"), "is_open"),  # without one, nothing would begin it
        Input(own(MATCH, "chosen"), "data"),
        State(own(MATCH, "config"), "data"),
        State(own(MATCH, "root"), "id"),
    )
