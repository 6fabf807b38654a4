"""The least that Dash can play: a clock, a clientside callback, one moving div."""

import sys
from pathlib import Path

from dash import ClientsideFunction, Dash, Input, dcc, html

from components import serve


def create_app() -> Dash:
    """Build the page that the lab is compared with."""
    app = Dash(
        "minimal",
        assets_folder=str(Path(__file__).with_name("minimal_assets")),
        update_title="",
        health_endpoint="health",
    )
    app.layout = html.Div(
        [dcc.Interval(id="clock", interval=16, disabled=True), html.Div("→", id="mark")]
    )
    app.clientside_callback(
        ClientsideFunction("minimal", "tick"),
        Input("clock", "n_intervals"),
        prevent_initial_call=True,
    )
    return app


if __name__ == "__main__":
    sys.exit(serve.main(create_app().server))
