"""How an LSTM works: a panel that every view with an LSTM opens beside itself."""

from collections.abc import Callable
from typing import Any

import dash_bootstrap_components as dbc
from dash import MATCH, ClientsideFunction, Dash, Input, Output, html
from dash.development.base_component import Component

from .still import dom_id, still

Own = Callable[..., dict[str, Any]]

CONCEPTS: tuple[tuple[str, str], ...] = (
    (
        "A loop with a memory",
        "An LSTM reads a sequence one number at a time. Between two steps it carries two "
        "numbers: the cell state C, its long-term memory, and the hidden state h, what it says. "
        "Both start at 0, at t = 0; step t reads x(t).",
    ),
    (
        "Three gates and a candidate",
        "A gate is a number between 0 and 1 that the cell computes from x(t) and h(t−1). The "
        "forget gate f says how much memory stays, the input gate i how much is written, the "
        "output gate o how much is shown. The candidate C̃, between −1 and 1, is what would be "
        "written.",
    ),
    (
        "Squashing",
        "σ brings any sum between 0 and 1: σ(−2) = 0.12, σ(0) = 0.5, σ(2) = 0.88. That makes a "
        "gate of it. tanh brings any sum between −1 and 1: tanh(−1) = −0.76, tanh(0) = 0, "
        "tanh(1) = 0.76.",
    ),
    (
        "The highway",
        "C(t) = f·C(t−1) + i·C̃. The old memory is only multiplied and added to, never squashed. "
        "With f near 1 it passes through hundreds of steps almost unchanged; with f = ½ half is "
        "lost at every step.",
    ),
    (
        "Memory has a half-life",
        "At a constant forget gate the memory halves every ln ½ / ln f steps. A forget bias of "
        "0 gives 1 step, 1 gives 2.2, 3 gives 14, 5 gives 103. That is why engineers start "
        "training with a forget bias of 1 or more.",
    ),
    (
        "Why not a plain recurrent network?",
        "A plain one rewrites its whole state through a squashing function at each step, so "
        "what it knew, and the gradient that would teach it, fade quickly. Along the highway "
        "the gradient is simply the product of the forget gates.",
    ),
    (
        "Tied and separate weights",
        "Here one weight per gate first serves both x(t) and h(t−1), so that there is little to "
        "set: W times the sum of h(t−1) and x(t). Real LSTMs have separate ones, W for x(t) and "
        "U for h(t−1); the switch beside Weights gives them.",
    ),
)


def opener(own: Own, aio_id: str) -> Component:
    """Give the button that opens the panel."""
    return html.Button(
        "How an LSTM works",
        id=own(aio_id, "open-concepts"),
        className="lab-link",
        type="button",
    )


def panel(own: Own, aio_id: str, to_try: str) -> Component:
    """Lay out the panel of a view; ``to_try`` is what this view invites to."""
    text: list[Component] = []
    for title, paragraph in (*CONCEPTS, ("Try this", to_try)):
        text += [html.H3(title), html.P(paragraph)]
    offcanvas: Component = dbc.Offcanvas(
        still(html.Div(text, className="lab-concepts", tabIndex=0)),
        id=own(aio_id, "concepts"),
        title=html.Span("How an LSTM works", id=own(aio_id, "concepts-title")),
        labelledby=dom_id(own(aio_id, "concepts-title")),
        placement="end",
        backdrop=False,  # what it says to try lies beside it
        scrollable=True,
        is_open=False,
        class_name="lab-offcanvas",
    )
    return offcanvas


def register(app: Dash, own: Own) -> None:
    """Let the buttons of a kind of view open its panels."""
    app.clientside_callback(
        ClientsideFunction("lstm_lab_view", "open"),
        Output(own(MATCH, "concepts"), "is_open"),
        Input(own(MATCH, "open-concepts"), "n_clicks"),
        prevent_initial_call=True,
    )
