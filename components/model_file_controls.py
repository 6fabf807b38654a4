"""What pages on models in files share: the chips for a file, and what was understood of it."""

from dash import html
from dash.development.base_component import Component

from .controls import attributes
from .still import Field


def file_chip(words: str, class_name: str, kinds: str, hint: str) -> Component:
    """Give a chip that opens a file."""
    return html.Label(
        [words, Field(type="file", class_=f"{class_name} visually-hidden", accept=kinds)],
        className="lab-chip lab-open",
        title=f"{hint}, or drop one anywhere on the page",
    )


def model_chips(hint: str = "A .safetensors file") -> list[Component]:
    """Give the chips that open a model, and those that keep or remove it, hidden at first."""
    open_ = file_chip("Open a model", "lab-file", ".safetensors", hint)
    return [
        open_,
        *(
            html.Button(
                words,
                type="button",
                className="lab-chip",
                title=hint,
                hidden=True,
                **attributes(data_file=name),
            )
            for name, words, hint in (
                ("save", "Save", "Keep this model; otherwise it goes after 24 hours"),
                ("delete", "Remove", "Take this model out of your list"),
            )
        ),
    ]


def understood() -> Component:
    """Hold what was read out of a file, and what was not."""
    summary = html.Summary("What was understood")
    return html.Div(
        [
            html.Span(className="lab-what"),
            html.Details([summary, html.Ul(className="lab-understood")], hidden=True),
        ],
        className="lab-does",
        role="status",
    )
