"""How a map is looked at: by which painter, in which colours, and what is sought on it."""

from dash import html
from dash.development.base_component import Component

from .controls import attributes
from .map_fields import heading
from .map_paint_card import paint_card
from .still import Field

PAINTERS = {
    "collage": ("Token collage", "Each cell shows its commonest token"),
    "glyphs": ("State glyphs", "Each cell shows the mean pattern of its units"),
    "relief": ("Density relief", "Hills where contexts are many"),
    "painted": ("Painted (diffusion)", "A picture by a text-to-image model of your own"),
}
COLOURS = {
    "region": "region",
    "token": "token",
    "unit": "unit",
    "gate": "gate",
    "position": "position in the text",
    "trust": "trust: recall at 10",
    "gain": "trust: gain",
}


def panorama() -> list[Component]:
    """Lay out the choice of the painter, and of what the points over it show."""
    painters = [
        html.Button(
            words,
            type="button",
            className="lab-toggle",
            title=hint,
            **attributes(data_painter=name, aria_pressed=str(name == "collage").lower()),
        )
        for name, (words, hint) in PAINTERS.items()
    ]
    points = html.Button(
        "Points",
        type="button",
        className="lab-toggle",
        title="A point for each context",
        **attributes(data_map="points", aria_pressed="false"),
    )
    return [
        heading("Panorama"),
        html.Div(
            painters,
            className="lab-chips lab-map-painters",
            role="group",
            **attributes(aria_label="Painter"),
        ),
        paint_card(),
        html.Div(
            [points, html.Span("by", **attributes(aria_hidden="true")), *_colour()],
            className="lab-map-colouring",
        ),
    ]


def _colour() -> list[Component]:
    """Lay out by what the points are coloured; which gate or unit, where it is by one."""
    colours = html.Select(
        [html.Option(words, value=name) for name, words in COLOURS.items()],
        className="form-select form-select-sm",
        **attributes(data_field="colour", aria_label="Colour by"),
    )
    gates = html.Select(
        [],
        className="form-select form-select-sm",
        hidden=True,
        **attributes(data_field="gate", aria_label="Gate to colour by"),
    )
    unit = Field(
        type="text",
        inputmode="numeric",
        class_="form-control lab-number",
        value="0",
        autocomplete="off",
        data_field="unit",
        hidden="hidden",
        aria_label="Unit to colour by",
    )
    return [colours, gates, unit]


def finding() -> list[Component]:
    """Lay out the search over the contexts."""
    field = Field(
        type="search",
        class_="form-control lab-number lab-map-search",
        aria_label="Search contexts",
        placeholder="search contexts…",
        autocomplete="off",
        spellcheck="false",
        maxlength="60",
    )
    steps = [
        html.Button(
            sign,
            type="button",
            className="lab-chip",
            title=words,
            **attributes(data_found=name, aria_label=words),
        )
        for name, sign, words in (("back", "↑", "Previous hit"), ("next", "↓", "Next hit"))
    ]
    return [
        heading("Find"),
        html.Div([field, *steps], className="lab-map-finding"),
        html.P("", className="lab-does lab-map-count", role="status"),
        html.Ul(className="lab-map-contexts lab-map-hits", **attributes(aria_label="First hits")),
    ]
