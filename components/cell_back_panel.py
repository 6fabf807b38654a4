"""The card Look back of the Cell page: what still counts at a later step, played backwards.

Nothing in it is a component of Dash's: ``assets/looking-back.js`` brings it to life.
Until a reader opens it, it is only text in an attribute.
"""

import re
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from .cell_kinds import CellKind
from .controls import Child, attributes, card, live, part, switch, unseen
from .still import Field, still

TITLE = "Look back"
LOOK_FOR = "How much of each state and input still counts at T. Click a step to look back from it."
INVITES = "Which states and inputs still count at a later step: the gradients, played backwards"
LETTERS = {"g": "C̃", "c": "C"}


@dataclass(frozen=True)
class Line:
    """What a line of the figure shows: its symbol, the role whose hue it has, a sentence."""

    symbol: str
    role: str
    says: str


LINES = {
    "dc_dc": Line("∂C(T)/∂C(t)", "c", "How much C(T) follows a change of C(t), along all paths."),
    "dh_dh": Line("∂h(T)/∂h(t)", "h", "How much h(T) follows a change of h(t), along all paths."),
    "rnn": Line(
        "basic RNN",
        "plain",
        "∂h(T)/∂h(t) of a basic RNN under the same input, W_in = 0.5 and W_hidden = 0.8: "
        "each step back multiplies by less than 1, and it vanishes.",
    ),
    "dy_dx": Line("∂y(T)/∂x(t)", "x", "How much each input still moves the output at T."),
    "dl_dc": Line("∂L/∂C(t)", "c", "What going backward brings to C(t): how it moves L."),
    "dl_dh": Line("∂L/∂h(t)", "h", "What going backward brings to h(t): how it moves L."),
}


@dataclass(frozen=True)
class Row:
    """One equation of a step back: its formula, the name of its value, and its numbers."""

    formula: str
    value: str
    role: str
    numbers: tuple[str, ...]


def opener() -> Component:
    """Give the button that opens and closes the card."""
    return html.Button(
        TITLE,
        type="button",
        className="lab-toggle lab-back-switch",
        title=INVITES,
        **attributes(data_back="open", aria_pressed="false"),
    )


def panel(kind: CellKind) -> Component:
    """Hold the card as text; the script puts it behind this element."""
    body = [
        html.P(className="lab-back-says", role="status", **attributes(data_back="says")),
        html.Div([_legend(kind), _figure(), _worked(kind)], className="lab-back"),
    ]
    whole = card(TITLE, body, look_for=LOOK_FOR, aside=_how(), class_name="lab-card-back")
    markup = getattr(still(html.Div([whole])), "data-markup")
    return html.Template(**attributes(data_back_card=markup))


def _how() -> Component:
    slider = Field(
        type="range",
        min="1",
        max="1",
        step="1",
        value="1",
        class_="lab-range lab-back-from form-control",
        data_back="from",
    )
    return html.Div(
        [
            html.Label([html.Span(["from ", unseen("step "), "T ="]), slider, live("back_t", 0)]),
            _button("from here", "here", "Look back from the present t"),
            switch("log", "back-log", "Magnitudes on a logarithmic scale", on=False),
            _button(
                "Play backwards", "play", "Play from T back to t = 0, or pause", "lab-back-play"
            ),
        ],
        className="lab-back-how",
    )


def _button(text: str, name: str, hint: str, class_name: str = "") -> Component:
    return html.Button(
        text,
        type="button",
        title=hint,
        className=f"lab-chip {class_name}",
        **attributes(data_back=name),
    )


def lines(kind: CellKind) -> dict[str, Line]:
    """Give the lines that a kind of cell has, in the order of the legend."""
    if kind.name == "rnn":
        return {name: LINES[name] for name in ("dh_dh", "dy_dx", "dl_dh")}
    state, kept = _letter(kind.state), f"Π {kind.keeper}" if kind.keeper else "1"
    path = Line(
        f"along {state}: {kept}",
        "f",
        f"What of {state}(t) is kept until T by itself: along the memory alone, step by step.",
    )
    found = {"path": path} | LINES
    return {name: found[name] for name in found if kind.state == "c" or "c" not in name}


def _legend(kind: CellKind) -> Component:
    """Switch the lines, and say their values at t."""
    entries = [
        html.Div(
            [
                switch(
                    [html.Span(className=f"lab-key lab-key-{name}"), line.symbol],
                    f"back-{name}",
                    f"{line.says} Show or hide it.",
                    f"role-{line.role}",
                ),
                live(name, 4),
            ]
        )
        for name, line in lines(kind).items()
    ]
    where = html.Div(["at t = ", live("t", 0), ", ", html.Span(**attributes(data_back="loss"))])
    return html.Div(
        [*entries, where],
        className="lab-back-legend",
        role="group",
        **attributes(aria_label="Lines of Look back"),
    )


def _figure() -> Component:
    return html.Div(
        [
            html.Div(className="lab-graph"),
            html.Div(className="lab-veil"),
            html.Div(className="lab-here"),
        ],
        className="lab-figure",
        **attributes(data_figure="back"),
    )


def equations(kind: CellKind) -> list[Row]:
    """Give the equations of a step back in a kind of cell.

    In the numbers ``{name}`` stands for one of :func:`.cell_back.backward_series`,
    or for a parameter.
    """
    if kind.name == "rnn":
        ahead = "(1 − h(t+1)²)·W_hidden"
        return [
            Row(
                f"∂h(T)/∂h(t) = ∂h(T)/∂h(t+1)·{ahead}",
                "dh_dh",
                "h",
                ("{dh_dh_next}·{h_slope}·{W_hidden}",),
            ),
            Row(
                f"∂L/∂h(t) = ∂L/∂y(t)·W_out + ∂L/∂h(t+1)·{ahead}",
                "dl_dh",
                "h",
                ("{h_above} + {h_a}",),
            ),
        ]
    state, keeper = _letter(kind.state), f"{kind.keeper}(t+1)" if kind.keeper else "1"
    along = Row(
        f"along {state} alone: Π(t) = Π(t+1)·{keeper}",
        "path",
        "f",
        ("{path_next}·{keeper}",),
    )
    beside = Row(
        "RNN: ∂h(T)/∂h(t) = ∂h(T)/∂h(t+1)·(1 − h(t+1)²)·0.8",
        "rnn",
        "plain",
        ("{rnn_next}·{rnn_slope}·0.8",),
    )
    kept = " + ∂L/∂h(t+1)·z(t+1)" if kind.state == "h" else ""
    gates = " + ".join(f"{_letter(gate)} {{h_{gate}}}" for gate in _as_added(kind))
    of_h = Row(
        f"∂L/∂h(t) = ∂L/∂y(t)·W_out{kept} + through the gates of t + 1",
        "dl_dh",
        "h",
        ("y {h_above}" + (" + z·h {h_keep}" if kept else "") + f" + {gates}",),
    )
    return [along, of_h, beside] if kind.state == "h" else [along, _of_c(kind), of_h, beside]


def _of_c(kind: CellKind) -> Row:
    """Give the equation of ∂L/∂C(t)."""
    keeper = "f(t+1)" if kind.keeper else "1"
    formula = f"∂L/∂C(t) = ∂L/∂C(t+1)·{keeper} + ∂L/∂h(t)·o·(1 − tanh²C)"
    factors = "{dl_dc_next}·{keeper} + {dl_dh}·{show}·{c_slope}"
    terms = "= {c_c} + {c_h}"
    if "P_f" in kind.parameters:
        formula += " + peepholes"
        terms += " + f {c_f} + i {c_i} + o {c_o}"
    return Row(formula, "dl_dc", "c", (factors, terms))


def _as_added(kind: CellKind) -> list[str]:
    """Give the gates in the order in which the engine adds what comes through them."""
    names = [gate.name for gate in kind.gates]
    return sorted(names, key="rznifgo".index)


def _worked(kind: CellKind) -> Component:
    rows = [
        html.Div(
            [
                html.Div(
                    [html.Span(row.formula, className="lab-formula"), part(row.value, 4)],
                    className="lab-equation-title",
                ),
                *(html.Div(_filled(text), className="lab-numbers") for text in row.numbers),
            ],
            className=f"lab-equation role-{row.role}",
        )
        for row in equations(kind)
    ]
    return html.Div(
        rows,
        className="lab-back-worked",
        role="group",
        **attributes(aria_label="Worked step back"),
    )


def _filled(text: str) -> list[Child]:
    """Turn "{a}·{b}" into text and places for numbers."""
    pieces = re.split(r"\{(\w+)\}", text)
    return [part(piece, 4) if n % 2 else piece for n, piece in enumerate(pieces) if piece]


def _letter(name: str) -> str:
    return LETTERS.get(name, name)
