"""The portal's page: its own things, three lessons, and the lab in a frame."""

from dash import Dash, Input, Output, html
from dash.development.base_component import Component
from lstm_lab import CellView

# A link as the lab's Copy link gives it, with the question that takes the navigation away.
FRAMED = "/dispatched/?embed=1&theme=light#v=1&x=1,0,0,0,1,0,0&t=3"


def layout() -> Component:
    """Lay out the page."""
    return html.Div(
        [
            html.Header(
                [
                    html.H1("Sensor portal"),
                    html.Nav(
                        [
                            html.A("The lab on this server", href="/shared/"),
                            html.A("The lab behind dispatch", href="/dispatched/"),
                        ]
                    ),
                ]
            ),
            html.Main(
                [
                    html.H2("Readings"),
                    html.P("The portal's own text, button and callback."),
                    html.Button("Read the sensors", id="read"),
                    html.P("Not read yet.", id="said"),
                    html.H2("Lesson 1: what a cell keeps"),
                    CellView("lesson-1"),
                    html.H2("Lesson 2: the same, in the light"),
                    CellView("lesson-2", theme="light"),
                    html.H2("Lesson 3: a latch, to be watched only"),
                    CellView(
                        "lesson-3",
                        sequence=[1, 0, 0, -1, 0, 0, 1, 0],
                        weights="latch",
                        show=("diagram", "traces"),
                        height=700,
                    ),
                    html.H2("The lab in a frame"),
                    html.Iframe(src=FRAMED, title="The lab", className="framed"),
                ]
            ),
        ]
    )


def register(portal: Dash) -> None:
    """Register the portal's own callback."""

    @portal.callback(
        Output("said", "children"), Input("read", "n_clicks"), prevent_initial_call=True
    )
    def read(times: int) -> str:
        return f"Read {times} times."
