"""What the Train page shows: a run as it learns, its figures and samples, and the other runs."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from . import theme
from .controls import attributes, card, part
from .train_controls import own

LOOK_FOR = {
    "Loss": "Held out is what counts: where it stops falling while the other falls on, "
    "the model learns by heart.",
    "Accuracy": "How often it is right where the answer can be known.",
    "Gradient norm": "A spike is a step on steep ground; above the dotted line it is clipped.",
    "Gate saturation": "Share of gate values below 0.1 or above 0.9: open or shut.",
    "Samples": "What the model writes by itself, the newest first.",
    "Published result": "Theirs beside ours, over several seeds.",
    "How to read this page": "From random weights to a model of your own.",
    "Runs": "Yours; whoever has a run's link can watch it.",
}
EMPTY = (
    "Choose a task, or bring a text of your own, and press Train. The model then learns in the "
    "background, and this page shows how."
)
GUIDE = (
    "Pick a task, or bring a text or a table of your own. What is filled in works.",
    "Press Train. The weights begin at random, so the loss begins near that of a constant answer, "
    "the dotted line.",
    "Watch the loss on held-out data: the model has never seen them. When it falls, something is "
    "learnt; the accuracy says how often the model is right.",
    "Keep the model, and open it in Network to see what its gates do.",
)
_TILES = (
    ("loss", "Loss, last batch", 4),
    ("held_out", "Loss, held out", 4),
    ("accuracy", "Accuracy, %", 1),
    ("norm", "Gradient norm", 3),
)
_BUTTONS = (
    ("pause", "Pause", "Stop for now; nothing learnt is lost"),
    ("resume", "Resume", "Go on from the last checkpoint"),
    ("stop", "Stop", "End the run here; the model so far can be kept"),
    ("delete", "Delete", "Delete this run and what it has learnt"),
    ("keep", "Keep", "Put the model as it is now among your models"),
)


def run() -> Component:
    """Frame the run that is watched: its state, how far it is, what can be done."""
    tiles = [
        html.Div([html.Span(words), part(name, decimals)], className="lab-tile")
        for name, words, decimals in _TILES
    ]
    bar = [
        html.H2("No run yet", className="lab-run-title", tabIndex=-1),
        html.Span("", className="lab-state", role="status"),
        html.Div(_buttons(), className="lab-chips lab-run-buttons"),
    ]
    line = [
        html.P(className="lab-does lab-progress-words"),
        html.P(className="lab-kept", role="status", hidden=True),
    ]
    body = [
        _progress(),
        html.Div(line, className="lab-progress-line"),
        html.P(EMPTY, className="lab-does lab-run-says"),
        html.Div(tiles, className="lab-tiles"),
    ]
    return html.Section(
        [html.Div(bar, className="lab-card-bar"), html.Div(body, className="lab-card-body")],
        className="lab-card lab-card-run",
        **attributes(aria_label="Run", data_card="Run"),
    )


def _buttons() -> list[Component]:
    return [
        html.Button(
            words,
            type="button",
            className="lab-chip is-away",
            title=hint,
            **attributes(data_train=name),
        )
        for name, words, hint in _BUTTONS
    ]


def _progress() -> Component:
    values = attributes(
        aria_label="Progress", aria_valuemin="0", aria_valuemax="100", aria_valuenow="0"
    )
    fill = html.Div(className="lab-progress-fill")
    return html.Div(fill, className="lab-progress", role="progressbar", **values)


def figure(aio_id: str, name: str, title: str, legend: Sequence[Component] = ()) -> Component:
    """Frame one of the figures."""
    graph = dcc.Graph(
        id=own(aio_id, name),
        figure=theme.EMPTY_FIGURE,
        config={"displayModeBar": False, "responsive": True},
        className="lab-graph",
    )
    return card(
        title,
        [
            html.Div(
                graph,
                className="lab-figure",
                role="group",
                **attributes(aria_label=title, data_figure=name),
            ),
            html.P(className="visually-hidden", **attributes(data_words=name)),
        ],
        look_for=LOOK_FOR[title],
        aside=html.Div([*legend], className="lab-legend") if legend else None,
        class_name=f"lab-card-{name}",
    )


def figures(aio_id: str) -> list[Component]:
    """Frame all four."""
    lines = [
        html.Span([html.Span(className=f"lab-key lab-key-{kind}"), words], className=f"role-{role}")
        for kind, words, role in (
            ("thin", "learnt from", "x"),
            ("thick", "held out", "y"),
            ("dotted", "constant answer", "plain"),
        )
    ]
    gates = [
        html.Span([html.Span(className="lab-key lab-key-thick"), name], className=f"role-{name}")
        for name in "fio"
    ]
    small = [
        figure(aio_id, "accuracy", "Accuracy"),
        figure(aio_id, "norm", "Gradient norm"),
        figure(aio_id, "saturation", "Gate saturation", gates),
    ]
    return [figure(aio_id, "loss", "Loss", lines), html.Div(small, className="lab-three")]


def guide() -> Component:
    """Say what happens here, where no run writes anything."""
    name = "How to read this page"
    steps = html.Ol([html.Li(words) for words in GUIDE], className="lab-guide")
    return card(name, steps, look_for=LOOK_FOR[name], class_name="lab-card-guide")


def samples() -> Component:
    """Frame what a language model writes."""
    return card(
        "Samples",
        [
            html.P("The model writes here while it learns.", className="lab-does lab-none"),
            html.Ol(className="lab-samples", tabIndex=0, **attributes(aria_label="Samples")),
        ],
        look_for=LOOK_FOR["Samples"],
        class_name="lab-card-samples is-empty",
    )


def literature() -> Component:
    """Frame ours beside theirs, for the task that is chosen."""
    return card(
        "Published result",
        html.Div(
            className="lab-literature",
            role="group",
            tabIndex=0,
            **attributes(aria_label="Figures of the literature and of this lab"),
        ),
        look_for=LOOK_FOR["Published result"],
        class_name="lab-card-literature",
    )


def runs() -> Component:
    """Frame the list of runs."""
    return card(
        "Runs",
        [
            html.P("None yet.", className="lab-does lab-none"),
            html.Ul(className="lab-runs"),
        ],
        look_for=LOOK_FOR["Runs"],
        class_name="lab-card-runs is-empty",
    )
