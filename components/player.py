"""The transport bar and the clock that every view with a time axis shares.

The clock is a ``dcc.Interval``; each tick goes to ``assets/player.js``, which
holds the time of every player on the page and moves what follows it. Nothing
here asks the server while time passes.
"""

from typing import Any

import dash_bootstrap_components as dbc
from dash import MATCH, ClientsideFunction, Dash, Input, State, dcc, html
from dash.development.base_component import Component

from .controls import attributes, live, select
from .still import dom_id

# Milliseconds a step; the first three are those of the gates page that readers know.
SPEEDS = {
    "400": "Slow · 400 ms",
    "250": "Medium · 250 ms",
    "150": "Fast · 150 ms",
    "60": "Faster · 60 ms",
    "16": "Fastest · every frame",
}
DEFAULT_SPEED = "250"


def part(player_id: str, name: str) -> dict[str, str]:
    """Give the id of a part of a player."""
    return {"player": player_id, "part": name}


def transport(player_id: str, glance: list[Any]) -> Component:
    """Lay out the transport bar of a player, with its clock.

    Parameters
    ----------
    player_id : str
    glance : list of str or component
        What a narrow screen shows beside the time, wherever it is scrolled to.
    """
    slider_id = part(player_id, "time")
    return html.Div(
        [
            dcc.Interval(id=part(player_id, "clock"), interval=int(DEFAULT_SPEED), disabled=True),
            html.Div(
                [
                    _button("reset", "Reset", "Reset: back to t = 0 (Home)"),
                    _button("back", "Step back", "Step back (←)"),
                    _button("play", "Play", "Play or pause (Space)"),
                    _button("forward", "Step forward", "Step forward (→)"),
                ],
                className="lab-transport-buttons",
            ),
            html.Div(
                [
                    html.Label("Time step", htmlFor=dom_id(slider_id), className="visually-hidden"),
                    dbc.Input(
                        id=slider_id,
                        type="range",
                        min=0,
                        max=1,
                        step=1,
                        value=0,
                        class_name="lab-range lab-time",
                    ),
                ],
                className="lab-transport-slider",
            ),
            html.Div(
                ["t ", live("t"), " / ", html.Span("–", className="lab-length")],
                className="lab-clock",
            ),
            select(part(player_id, "speed"), "Speed", SPEEDS, DEFAULT_SPEED),
            html.Div(live("status"), className="lab-status"),
            html.Div(glance, className="lab-glance"),
        ],
        className="lab-transport",
        role="group",
        **attributes(aria_label="Playback", data_transport=player_id),
    )


def register(app: Dash) -> None:
    """Let the clock drive the player in the browser."""
    app.clientside_callback(
        ClientsideFunction("lstm_lab_player", "tick"),
        Input({"player": MATCH, "part": "clock"}, "n_intervals"),
        State({"player": MATCH, "part": "clock"}, "id"),
        prevent_initial_call=True,
    )


def _button(action: str, name: str, hint: str) -> Component:
    return html.Button(
        html.Span(className=f"lab-icon lab-icon-{action}"),
        type="button",
        className=f"lab-button lab-button-{action}",
        title=hint,
        **attributes(aria_label=name, data_action=action),
    )
