"""The card Training of the Cell page: a target, how to learn it, and the epochs so far.

Nothing in it is a component of Dash's: ``assets/training.js`` brings it to life.
Until a reader switches training on it is only text in an attribute, as is what
it adds to other cards, and costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from .cell_kinds import LSTM, CellKind
from .cell_training import METHODS, RATES
from .cell_words import NO_TRAINING, TRAINING
from .controls import attributes, card, chip, live, switch, unseen
from .still import Field, still

# Epochs per second.
PACES = ("2", "10", "50", "200")
DEFAULT_PACE = "50"


@dataclass(frozen=True)
class Example:
    """A target that follows from the input, and an input that it can be learnt from."""

    title: str
    says: str
    inputs: str


EXAMPLES: dict[str, Example] = {
    "copy": Example(
        "Copy",
        "Say what was just read. Learnt within a hundred epochs.",
        "1, 0, 0, 0, 0, 0, 0, 0, 0",
    ),
    "delay": Example(
        "Delay by two",
        "Say what was read two steps ago. One cell learns it for pulses that stand apart, with "
        "Adam in some 200 epochs; two inputs at once do not fit into its one memory.",
        "1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0",
    ),
    "parity": Example(
        "Running parity",
        "1 while the count of ones is odd. Hard: with Adam the loss rests near 0.23, which is "
        "guessing, for some 400 epochs and then falls; with SGD it stays there.",
        "1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1",
    ),
    "latch": Example(
        "Latch",
        "+1 switches on, −1 switches to −1, 0 holds. Learnt within a hundred epochs.",
        "1, 0, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0",
    ),
    "average": Example(
        "Decaying average",
        "Eight tenths of itself and two tenths of the input. Learnt at once: the cell is made so.",
        "1, 0, 0, 0, 0, 0, 0, 0, 0",
    ),
}

EPOCH = "One pass over the sequence, then one update of all weights. Epoch 0: untrained."
ITERATION = "Time steps gone through, forward and back: epochs times the length of the sequence."
LOSS = "Mean squared error: the mean of (y(t) − target)² over all steps."


def opener(kind: CellKind) -> Component:
    """Give the button that switches training on and off, where the kind of cell can be trained."""
    learns = kind is LSTM
    return html.Div(
        [
            html.Button(
                "Training",
                type="button",
                className="lab-toggle lab-training-switch",
                title="Give a target, and let the cell learn its weights",
                disabled=not learns,
                **attributes(data_training="switch", aria_pressed="false"),
            ),
            html.Span("let the cell learn a target" if learns else NO_TRAINING),
        ],
        className="lab-training-opener",
    )


def panel() -> Component:
    """Lay out the card."""
    return _later(
        card(
            "Training",
            html.Div([_what(), _curve(), _run()], className="lab-training"),
            aside=_says(),
            class_name="lab-card-training",
        )
    )


def overlay() -> Component:
    """Say over the traces where training stands."""
    entries = (("Epoch", "epoch", 0, EPOCH), ("Iteration", "iteration", 0, ITERATION))
    words = [
        html.Span([f"{name} ", live(value, decimals)], title=title)
        for name, value, decimals, title in (*entries, ("Loss (MSE)", "loss", 6, LOSS))
    ]
    status = html.Div(
        words,
        className="lab-training-status",
        role="group",
        **attributes(aria_label="Training Status"),
    )
    return _later(status)


def legend() -> Component:
    """Give the switch of the target's line."""
    key = html.Span(className="lab-key lab-key-target")
    line = switch([key, "target"], "line-target", "Show or hide target", "role-target")
    return _later(line)


def tiles() -> list[Component]:
    """Give the readings of training."""
    return [
        _later(
            html.Div(
                [html.Span(name, className="lab-tile-name"), live(value, decimals)],
                className=f"lab-tile role-plain {wide}",
                title=title,
            )
        )
        for name, value, decimals, title, wide in (
            ("Loss (MSE)", "loss", 6, LOSS, "lab-wide"),
            ("Iteration", "iteration", 0, ITERATION, "lab-wide"),
            ("Epoch", "epoch", 0, EPOCH, ""),
        )
    ]


def _later(part: Component) -> Component:
    """Hold a part as text; the script puts it behind this element."""
    markup = getattr(still(html.Div([part])), "data-markup")
    return html.Template(**attributes(data_later=markup))


def _what() -> Component:
    target = html.Textarea(
        rows=2,
        className="form-control lab-sequence lab-target",
        spellCheck="false",
        **attributes(data_training="target"),
    )
    chips = [
        chip(example.title, "target", name, example.says) for name, example in EXAMPLES.items()
    ]
    return html.Div(
        [
            html.Label([html.Span("Target sequence"), target], className="lab-training-target"),
            html.Div(
                chips,
                className="lab-chips",
                role="group",
                **attributes(aria_label="Example targets"),
            ),
        ],
        className="lab-training-what",
    )


def _curve() -> Component:
    slider = Field(
        type="range",
        min="0",
        max="1",
        step="1",
        value="0",
        class_="lab-range lab-epoch form-control",
        data_training="epoch",
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Div(className="lab-graph"),
                    html.Div(className="lab-veil"),
                    html.Div(className="lab-here"),
                ],
                className="lab-figure",
                **attributes(data_figure="loss"),
            ),
            unseen("Loss of each epoch on a logarithmic axis; a click goes to that epoch."),
            html.Label([html.Span("Epoch"), slider], title=EPOCH),
        ],
        className="lab-training-curve",
    )


def _run() -> Component:
    rate = Field(
        type="text",
        inputmode="decimal",
        autocomplete="off",
        value=f"{RATES['adam']:g}",
        class_="lab-number lab-rate form-control",
        data_training="rate",
    )
    paces = {pace: f"{pace} epochs/s" for pace in PACES}
    return html.Div(
        [
            html.Div(
                [
                    _button("Train", "train", "Learn, epoch by epoch", "lab-training-train"),
                    _button("One epoch", "one", "One pass over the sequence and one update"),
                    _button("Rewind", "rewind", "Back to the weights of epoch 0, bit for bit"),
                ],
                className="lab-training-buttons",
            ),
            html.Div(
                [
                    html.Label([unseen("Optimiser"), _select("method", METHODS, "adam")]),
                    html.Label(["Learning rate", rate]),
                    html.Label([unseen("Epochs per second"), _select("pace", paces, DEFAULT_PACE)]),
                ],
                className="lab-training-how",
            ),
        ],
        className="lab-training-run",
    )


def _says() -> Component:
    return html.P(TRAINING, className="lab-training-says", role="status")


def _button(text: str, name: str, hint: str, class_name: str = "") -> Component:
    return html.Button(
        text,
        type="button",
        title=hint,
        className=f"lab-chip {class_name}",
        **attributes(data_training=name),
    )


def _select(name: str, options: Mapping[Any, str], chosen: str) -> Component:
    return html.Select(
        [
            html.Option(text, value=value, selected="selected" if value == chosen else None)
            for value, text in options.items()
        ],
        className="form-select form-select-sm",
        **attributes(data_training=name),
    )
