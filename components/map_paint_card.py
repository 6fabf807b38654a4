"""The card that asks for a painted map; ``assets/map-paint.js`` fills it."""

from dash import html
from dash.development.base_component import Component

from lstm.painters.painting import STYLE

from . import painters
from .controls import attributes
from .still import Field

NONE = (
    "No text-to-image model is offered here. Whoever runs the lab can name folders of them in "
    f"{painters.VARIABLE} (models like Stable Diffusion 1, 2 or XL, as diffusers saves them), and "
    "install what opens them: pip install 'lstm-lab[paint]'. Nothing is ever downloaded. "
    "Meanwhile the relief is shown."
)
SIZE_NAMES = {"2": "small: 9 windows", "4": "medium: 49 windows", "8": "large: 225 windows"}
DEFAULTS = {"style": STYLE, "seed": "0", "steps": "25", "guidance": "7.5"}


def paint_card() -> Component:
    """Lay out what asks for a painting; shown while it is the painter that is chosen."""
    offered = list(painters.named())
    if not offered:
        return html.Div(html.P(NONE, className="lab-does"), className="lab-paint")
    return html.Div(
        [
            _labelled("Model", _select("folder", {name: name for name in offered})),
            _labelled("Style", _field("style", "The words before each region's name")),
            html.Div(
                [
                    _labelled("Seed", _field("seed", "The same seed paints the same picture")),
                    _labelled("Steps", _field("steps", "From noise to picture")),
                    _labelled("Guidance", _field("guidance", "How much the words count")),
                ],
                className="lab-paint-numbers",
            ),
            _labelled("Size", _select("size", SIZE_NAMES)),
            html.Div(
                html.Div(className="lab-progress-fill"),
                className="lab-progress",
                role="progressbar",
                hidden=True,
                **attributes(
                    aria_label="The picture that is being painted",
                    aria_valuemin="0",
                    aria_valuemax="100",
                    aria_valuenow="0",
                ),
            ),
            html.P("", className="lab-does lab-paint-says", role="status"),
            html.Div(
                [
                    html.Button(
                        words, type="button", className="lab-chip", **attributes(data_paint=name)
                    )
                    for name, words in (("begin", "Paint"), ("stop", "Stop"))
                ],
                className="lab-chips",
            ),
        ],
        className="lab-paint",
        role="group",
        **attributes(aria_label="Painted (diffusion)"),
    )


def _labelled(words: str, control: Component) -> Component:
    return html.Label([html.Span(words), control], className="lab-paint-field")


def _select(name: str, options: dict[str, str]) -> Component:
    return html.Select(
        [html.Option(words, value=value) for value, words in options.items()],
        className="form-select form-select-sm",
        **attributes(data_paint_field=name),
    )


def _field(name: str, hint: str) -> Component:
    return Field(
        type="text",
        class_="form-control lab-number",
        value=DEFAULTS[name],
        autocomplete="off",
        spellcheck="false",
        title=hint,
        data_paint_field=name,
    )
