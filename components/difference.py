"""The view of how two settings differ: one frame for all pages that compare.

It sends both settings as the two views last showed them, in one request; what
comes back are figures over the time axis that both share, numbers and words.
``assets/difference.js`` plays it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from lstm import LabError

from . import boundary, view
from .concepts import Own
from .controls import attributes, switch
from .still import still
from .theme import EMPTY_FIGURE, ThemeName

Compare = Callable[[dict[str, Any], dict[str, Any], dict[str, Any], ThemeName], dict[str, Any]]

NOTHING_YET = "No difference yet. Change a slider in B."
HALF_LIFE = "Half-life: in how many steps the memory halves with nothing written, in the median."


def owned(page: str) -> Own:
    """Give the function that makes the ids of a page's difference."""

    def own(aio_id: Any, part: str, /, **more: Any) -> dict[str, Any]:
        return {"view": f"{page}-difference", "aio_id": aio_id, "part": part, **more}

    return own


def layout(
    page: str,
    panel: Callable[[Own, str], Sequence[Component]],
    aside: Sequence[Component] = (),
) -> Component:
    """Lay out the difference of the two settings of a page.

    Parameters
    ----------
    page : str
        The name of the page's view, which is that of its player too.
    panel : function
        Lays out what stands below the words: figures, framed by :func:`figure`,
        which an answer then fills by their names.
    aside : sequence of Component
        What stands beside the words.
    """
    own = owned(page)
    aio_id = f"{page}-difference"
    fold = html.Button(
        html.Span(className="lab-icon lab-icon-fold"),
        className="lab-fold",
        type="button",
        **attributes(data_fold="Difference", aria_expanded="true", aria_label="Fold Difference"),
    )
    bar = html.Div(
        [
            html.H2("Difference"),
            html.P("No difference yet.", className="lab-says", role="status", title=HALF_LIFE),
            html.Div(
                [
                    *aside,
                    _action("copy", "Copy A → B", "B becomes what A is"),
                    _action("swap", "Swap A ↔ B", "A and B change places"),
                    switch(
                        "link sliders",
                        "link-sliders",
                        "A slider or field that you move moves in both",
                        on=False,
                    ),
                ],
                className="lab-card-aside lab-difference-do",
            ),
            fold,
        ],
        className="lab-card-bar",
    )
    frame = html.Div(
        [
            dcc.Store(id=own(aio_id, "config"), data={"player": page, "page": page}),
            *(dcc.Store(id=own(aio_id, name)) for name in ("request", "answer", "busy")),
            bar,
            html.Div(panel(own, aio_id), className="lab-card-body"),
            dbc.Alert(
                id=own(aio_id, "alert"),
                is_open=False,
                dismissable=True,
                fade=False,
                color="danger",
                class_name="lab-alert",
            ),
            html.Div(className="lab-tip", role="tooltip", hidden=True, id=own(aio_id, "tip")),
        ],
        id=own(aio_id, "root"),
        className="lab-view lab-card lab-difference",
        **attributes(
            data_view=aio_id, data_player=page, data_title="Difference", data_card="Difference"
        ),
    )
    return still(frame)


def figure(own: Own, aio_id: str, name: str, *, columns: bool = False) -> Component:
    """Frame a figure over the time axis, with its playhead.

    Parameters
    ----------
    own : function
        Gives the id of a part.
    aio_id : str
    name : str
        Its name among the figures of an answer.
    columns : bool
        Whether its steps are columns, around which the playhead stands.
    """
    graph = dcc.Graph(
        id=own(aio_id, name),
        figure=EMPTY_FIGURE,
        config={"displayModeBar": False, "doubleClick": False, "showTips": False},
        responsive=True,
        className="lab-graph",
    )
    return html.Div(
        [graph, html.Div(className="lab-veil"), html.Div(className="lab-here")],
        className="lab-figure",
        **attributes(data_figure=name, data_steps="columns" if columns else "points"),
    )


def register(app: Dash, page: str, compare: Compare) -> None:
    """Register the callbacks of a page's difference.

    Parameters
    ----------
    app : dash.Dash
    page : str
        The name of the page's view.
    compare : function
        Given A, B, what the panel's own part asks for beside them, and the theme:
        ``figures`` by name, ``says`` (sentences, in which ``{first_difference}``
        and its like are places for numbers), ``numbers`` for these places, and
        what the panel's own part wants. ``numbers`` has ``first_difference``, a
        step or None, and ``largest_gap``.
    """
    own = owned(page)

    def answer(request: dict[str, Any] | None) -> dict[str, Any]:
        n, theme_name, asked = boundary.question(request)
        a, b = (boundary.expect(dict, asked.get(side), side) for side in "ab")
        try:
            return {"n": n, "error": None, **compare(a, b, asked, theme_name)}
        except LabError as error:
            return {"n": n, "error": {"message": str(error), "field": ""}}

    view.register_asking(app, own, answer)
    app.clientside_callback(
        ClientsideFunction("lstm_lab_difference", "begin"),
        # Of what comes to the page later Dash calls what has an output.
        Output(own(MATCH, "alert"), "is_open"),
        Input(own(MATCH, "config"), "data"),
        State(own(MATCH, "root"), "id"),
    )


def _action(name: str, text: str, hint: str) -> Component:
    return html.Button(
        text,
        type="button",
        className="lab-chip",
        title=hint,
        **attributes(data_compare=name),
    )
