"""What the Lens page shows: rank matrix, candidates, watched tokens, units, bias probe."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from . import interventions_panel, theme
from .controls import attributes, card, chip, live, part, select, unseen
from .lens_controls import own
from .lens_experiments import CONTRAST, PROBES, Pair
from .lens_prompts import WORDS
from .lens_settings import METRICS
from .still import Field


def matrix(aio_id: str) -> Component:
    """Frame the rank of the token that came, after each layer."""
    return card(
        "Rank matrix",
        [
            _figure(aio_id, "matrix", [html.Div(className="lab-tokens"), _here()]),
            unseen(html.Span(className="lab-lens-words")),
        ],
        look_for="Each column asks for the token above it: how high did a layer rank it, before it "
        "came? A click opens a column.",
        aside=html.Div(
            select(own(aio_id, "metric"), "Show", dict(METRICS), "rank"), className="lab-legend"
        ),
        class_name="lab-card-matrix",
    )


def candidates() -> Component:
    """Frame what each layer would say next, at t."""
    here = html.Span(["after ", live("token"), " came ", part("came", 0)], className="lab-at")
    network = html.A("See it in the Network", className="lab-to-network", href="#", hidden=True)
    return card(
        "Candidates",
        html.Div(className="lab-candidates"),
        look_for="What each layer would say next, the likeliest first; watched tokens are framed.",
        aside=html.Div([network, here], className="lab-legend"),
        class_name="lab-card-candidates",
    )


def watched(aio_id: str) -> Component:
    """Frame the watched tokens through the positions."""
    return card(
        "Watched through the text",
        [
            _figure(aio_id, "watched", []),
            html.P(
                "Watch a token, at the left, to see its rank at every position.",
                className="lab-does lab-if-none",
            ),
        ],
        aside=html.Div([html.Span()], className="lab-legend lab-watched-key"),
        class_name="lab-card-watched",
    )


def grid() -> Component:
    """Frame the ranks of watched tokens, layer by layer, at t."""
    table = html.Table(
        [html.Thead(html.Tr()), html.Tbody()],
        className="lab-grid-table",
        **attributes(aria_label="Rank of each watched token after each layer"),
    )
    return card(
        "Watched tokens",
        [
            html.Div(table, className="lab-grid-box"),
            html.P("Nothing is watched yet.", className="lab-does lab-if-none"),
        ],
        look_for="Their ranks after each layer, at t: where does the right one take the lead?",
        aside=html.Span(["after ", live("token")], className="lab-at"),
        class_name="lab-card-grid",
    )


def intervene() -> Component:
    """Frame what is changed in the run."""
    return interventions_panel.panel("fiog", "ch", units=2, layers=2)


def units() -> Component:
    """Frame the search for the units that carry a contrast."""
    over = html.Select(
        [
            html.Option("sentences of subject and verb", value="agreement"),
            html.Option("prompts of your own", value="prompts"),
        ],
        className="form-select form-select-sm",
        **attributes(data_field="over", aria_label="Searched over"),
    )
    return card(
        "Units behind it",
        [
            html.Div([over, _run("Search")], className="lab-lens-form"),
            html.Div(_pair(CONTRAST, "Prompts to search over"), className="lab-lens-own"),
            *_found(),
        ],
        look_for="Each unit silenced in turn: whose silence costs the right word most? "
        "Press one to silence it in the text.",
        class_name="lab-card-found",
    )


def probe(aio_id: str) -> Component:
    """Frame a pair of words compared over a list of prompts."""
    chips = [chip(one.title, "probe", name, "Put them in") for name, one in PROBES.items()]
    figure = html.Div(
        dcc.Graph(
            id=own(aio_id, "probe"),
            figure=theme.EMPTY_FIGURE,
            config={"displayModeBar": False, "doubleClick": False, "showTips": False},
            responsive=True,
            className="lab-graph",
        ),
        className="lab-figure",
        **attributes(data_figure="probe"),
    )
    start = next(iter(PROBES.values()))
    body = [
        html.Div(chips, className="lab-chips lab-probe-pairs"),
        *_pair(start, "Prompts to compare after", _run("Compare words")),
    ]
    says, tables = _found()
    return card(
        "Bias probe",
        [*body, says, figure, tables],
        look_for="The odds of two words over prompts that differ in one place.",
        class_name="lab-card-probe has-no-answer",
    )


def _pair(pair: Pair, called: str, *more: Component) -> list[Component]:
    """Give fields for two words and, folded, for prompts: what is there can be asked at once."""
    fields = [
        html.Label(
            [
                html.Span(name),
                Field(
                    type="text",
                    class_="form-control lab-number",
                    value=value,
                    autocomplete="off",
                    spellcheck="false",
                    data_field=name,
                ),
            ]
        )
        for name, value in zip(WORDS, (pair.first, pair.second), strict=True)
    ]
    prompts = html.Textarea(
        "\n".join(pair.prompts),
        rows=6,
        className="form-control lab-sequence",
        spellCheck="false",
        **attributes(data_field="prompts", aria_label=called),
    )
    return [
        html.Div([*fields, *more], className="lab-lens-form"),
        html.Details([html.Summary("Prompts"), prompts], className="lab-lens-prompts"),
    ]


def _run(words: str) -> Component:
    return html.Button(words, type="button", className="lab-chip", **attributes(data_run=words))


def _found() -> tuple[Component, Component]:
    """Hold an answer: in words, and in tables."""
    return (
        html.P("", className="lab-does lab-lens-result", role="status"),
        html.Div(className="lab-lens-tables"),
    )


def _here() -> Component:
    return html.Div(className="lab-token-here")


def _figure(aio_id: str, name: str, over: Sequence[Component]) -> Component:
    graph = dcc.Graph(
        id=own(aio_id, name),
        figure=theme.EMPTY_FIGURE,
        config={"displayModeBar": False, "doubleClick": False, "showTips": False},
        responsive=True,
        className="lab-graph",
    )
    return html.Div(
        [
            graph,
            *over,
            html.Div(html.Div(className="lab-veil"), className="lab-veil-box"),
            html.Div(className="lab-here"),
        ],
        className="lab-figure",
        **attributes(data_figure=name),
    )
