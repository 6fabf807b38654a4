"""What a reader sets on the Map page: what is mapped, how it is laid out, how it is shown."""

from dash import html
from dash.development.base_component import Component

from .controls import attributes, number_field, select, slider
from .map_fields import NUMBERS, heading, numbered, own
from .map_looks import finding, panorama
from .map_representation import representation
from .map_settings import METRICS, PROJECTION_NAMES, WAY_NAMES
from .still import dom_id


def controls(aio_id: str) -> Component:
    """Lay out everything that can be set."""
    return html.Div(
        [
            html.Div(representation(aio_id), className="lab-map-block"),
            html.Div(_projection(aio_id), className="lab-map-block"),
            html.Div(panorama(), className="lab-map-block lab-map-looks"),
            html.Div(finding(), className="lab-map-block"),
        ],
        className="lab-card lab-controls",
        role="region",
        **attributes(aria_label="Settings"),
    )


def _projection(aio_id: str) -> list[Component]:
    more = html.Details(
        [
            html.Summary("Metric, neighbours, regions …"),
            select(own(aio_id, "metric"), "Metric", METRICS, "cosine"),
            numbered(aio_id, "neighbours", "Neighbours", "Of each context, that UMAP keeps near"),
            numbered(aio_id, "min_dist", "Minimum distance", "Between points on the map"),
            numbered(aio_id, "seed", "Seed", "The same seed gives the same map"),
            select(own(aio_id, "way"), "Regions", WAY_NAMES, "relief"),
        ],
        className="lab-map-more",
    )
    return [
        html.Div(
            [heading("Projection"), html.Span(className="lab-map-how")],
            className="lab-controls-bar",
        ),
        select(own(aio_id, "projection"), "Layout", PROJECTION_NAMES, "umap"),
        _pull(aio_id),
        more,
        _progress(),
    ]


def _pull(aio_id: str) -> Component:
    """Lay out the unit whose distance is mixed into that of the states, and how strongly."""
    unit_id = own(aio_id, "number", name="pull_unit")
    return html.Div(
        [
            html.Div(
                [
                    html.Label(
                        "Pull along unit",
                        htmlFor=dom_id(unit_id),
                        title="Its distance is mixed into that of the states; empty: none",
                    ),
                    number_field(unit_id, NUMBERS["pull_unit"]),
                ],
                className="lab-slider lab-map-number",
                **attributes(data_quantity="Pull unit"),
            ),
            slider(
                slider_id=own(aio_id, "slider", name="pull"),
                number_id=own(aio_id, "number", name="pull"),
                label="Strength of the pull",
                symbol="Pull",
                exact="Exact pull",
                role="c",
                value=0.4,
                low=0,
                high=1,
                step=0.05,
                class_name="lab-map-pull",
            ),
        ],
        className="lab-map-pulls",
    )


def _progress() -> Component:
    """Hold how far a map is that is being made."""
    bar = html.Div(
        html.Span(),
        className="lab-progress",
        role="progressbar",
        **attributes(
            aria_label="The map that is being made",
            aria_valuemin="0",
            aria_valuemax="100",
            aria_valuenow="0",
        ),
    )
    return html.Div(
        [
            bar,
            html.P("", className="lab-does lab-map-says", role="status"),
            html.Div(
                [
                    html.Button(
                        "Stop",
                        type="button",
                        className="lab-chip",
                        title="It stops for everyone who waits for this map",
                        **attributes(data_map="stop"),
                    ),
                    html.Button(
                        "Make it",
                        type="button",
                        className="lab-chip",
                        **attributes(data_map="make"),
                    ),
                ],
                className="lab-chips",
            ),
        ],
        className="lab-map-progress",
        hidden=True,
    )
