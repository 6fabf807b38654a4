"""What the Difference of the Map page shows: what is kept, where regions go, what parts most."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from .concepts import Own
from .controls import attributes

NEAREST = (10, 30, 100)  # how many of them can be compared
EPOCHS = (
    "Two epochs of a training are two models: press Keep on the Train page at both, and choose "
    "one in A and the other in B."
)


def panel(_own: Own, _aio_id: str) -> Sequence[Component]:
    """Lay out three places that the browser fills in."""
    contexts = html.Ul(className="lab-map-contexts", **attributes(aria_label="They part most"))
    return [
        _part(
            "kept",
            "Nearest that are kept",
            "How many contexts keep how many? A press marks them.",
            html.Div(),
        ),
        # The answer says which region holds together, and which one is torn.
        _part("regions", "What becomes of A's regions", "", html.Div()),
        _part(
            "parting",
            "Contexts that part most",
            "They keep the fewest, amid others that do: how many, and where in B they lie.",
            contexts,
        ),
        html.P(EPOCHS, className="lab-does lab-map-epochs"),
    ]


def _part(name: str, title: str, look_for: str, place: Component) -> Component:
    return html.Div(
        [html.H3(title), html.P(look_for, className="lab-look-for"), place],
        role="group",
        **attributes(data_map_part=name, aria_label=title),
    )


def aside() -> Sequence[Component]:
    """Lay out what colours both maps, and how many of the nearest are compared."""
    return [
        html.Button(
            "Colour both by it",
            type="button",
            className="lab-toggle",
            title="Colour the points of both maps by how many of their nearest they keep",
            **attributes(data_map_agree="", aria_pressed="false"),
        ),
        html.Select(
            [html.Option(f"{k} nearest", value=str(k)) for k in NEAREST],
            className="form-select form-select-sm",
            **attributes(data_field="nearest", aria_label="Nearest that are compared"),
        ),
    ]
