"""What the Map page shows: the panorama, how far to trust it, what lies where, a path."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from . import theme
from .controls import attributes, card, live, part
from .map_fields import own
from .still import dom_id

_TOOLS = (
    ("in", "+", "Zoom in (+)"),
    ("out", "−", "Zoom out (−)"),
    ("home", "Whole", "Show the whole map (Home)"),
    ("lasso", "Lasso", "Draw around contexts to select them (Escape ends it)"),
)


def panorama() -> Component:
    """Frame the map itself, with what lies over it."""
    tools = [
        html.Button(
            sign,
            type="button",
            className="lab-chip",
            title=hint,
            **attributes(data_tool=name, aria_label=hint.partition(" (")[0])
            | (attributes(aria_pressed="false") if name == "lasso" else {}),
        )
        for name, sign, hint in _TOOLS
    ]
    return html.Div(
        [
            html.Div(
                className="lab-map-box",
                role="application",
                tabIndex=0,
                **attributes(aria_label="Map"),
            ),
            html.Div(
                tools,
                className="lab-map-tools",
                role="group",
                **attributes(aria_label="Move over the map"),
            ),
            html.Div(className="lab-map-legend", hidden=True),
            html.Details(
                [html.Summary(""), html.Ul()], className="lab-map-note lab-map-said", hidden=True
            ),
            html.Div(className="lab-map-hover", hidden=True, **attributes(aria_hidden="true")),
            html.P("", className="lab-map-astray", role="status"),
            html.Div(html.P("Reading the map …"), className="lab-map-waiting", role="status"),
        ],
        className="lab-card lab-map-panorama",
        role="region",
        **attributes(aria_label="Panorama"),
    )


def trust(aio_id: str) -> Component:
    """Frame the map's own faithfulness."""
    graph = dcc.Graph(
        id=own(aio_id, "gain"),
        figure=theme.EMPTY_FIGURE,
        config={"displayModeBar": False, "doubleClick": False, "showTips": False},
        responsive=True,
        className="lab-graph",
    )
    tiles = [
        html.Div([html.Dt(words, title=hint), html.Dd("–", **attributes(data_measure=name))])
        for name, words, hint in (
            (
                "trustworthiness",
                "trustworthy",
                "1 where what is near on the map is near in truth (Venna and Kaski)",
            ),
            ("continuity", "continuity", "1 where what is near in truth is near on the map"),
            (
                "recall",
                "recall@10",
                "The share of the 10 nearest in truth that are among the 10 nearest on the map",
            ),
        )
    ]
    return card(
        "How far to trust this map",
        [
            html.P("", className="lab-map-gain"),
            html.Div(graph, className="lab-figure", **attributes(data_figure="gain")),
            html.Dl(tiles, className="lab-map-measures"),
            html.Details(
                [html.Summary(""), html.Ul()], className="lab-map-trusted lab-map-said", hidden=True
            ),
        ],
        class_name="lab-card-trust",
    )


def region() -> Component:
    """Frame what is chosen: a region, a selection, one context; or the list of all regions."""
    back = html.Button(
        "All regions",
        type="button",
        className="lab-chip",
        hidden=True,
        **attributes(data_map="regions"),
    )
    return card(
        "Region",
        [
            html.Div(
                className="lab-chips lab-map-levels",
                role="group",
                **attributes(aria_label="Regions, from coarse to fine"),
            ),
            html.Div(className="lab-map-record"),
            html.P("", className="visually-hidden lab-map-told", role="status"),
        ],
        aside=back,
        class_name="lab-card-region",
    )


def unit() -> Component:
    """Frame the one line on the unit that the map was pulled along, or chosen by."""
    return card(
        "Unit in one line",
        html.P("", className="lab-does lab-map-unit", role="status"),
        class_name="lab-card-unit is-away",
    )


def path(aio_id: str) -> Component:
    """Frame the path of a typed sequence."""
    field_id = own(aio_id, "sequence")
    return card(
        "Path of this sequence",
        [
            html.Label("Sequence", htmlFor=dom_id(field_id), className="visually-hidden"),
            dbc.Textarea(
                id=field_id,
                value="",
                rows=1,
                placeholder="Type a sequence: its path is drawn.",
                spellcheck=False,
                class_name="lab-sequence lab-map-sequence",
            ),
            html.Div(
                className="lab-map-tokens",
                role="group",
                tabIndex=0,
                **attributes(aria_label="Tokens of the sequence"),
            ),
            html.P(
                ["After ", live("token"), " · ", part("region", 0)],
                className="lab-does lab-map-step",
            ),
            html.Ul(
                className="lab-map-contexts lab-map-nearest",
                **attributes(aria_label="Nearest to this step in truth"),
            ),
            html.Details(
                [html.Summary(""), html.Ul()],
                className="lab-map-path-says lab-map-said",
                hidden=True,
            ),
        ],
        class_name="lab-card-path",
    )
