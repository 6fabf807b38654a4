"""What the Difference of the Network page shows: maps of A − B, and curves of both."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from . import difference
from .concepts import Own
from .controls import attributes, part
from .figures.network_difference import CURVES, TITLES

LOOK_FOR = {
    "maps": "A − B unit by unit: in the role's hue where A is larger, grey where B is. A click "
    "goes there and pins the unit.",
    "curves": "Both over the same steps: A solid, B dashed. Where do they part?",
}


def panel(own: Own, aio_id: str) -> Sequence[Component]:
    """Lay out both figures, with the numbers at t over each of their parts."""
    gaps = [
        _over(name, title, name, ["unit ", part("unit", 0), " ", part(f"gap_{name}")])
        for name, title in TITLES.items()
    ]
    lines = [
        _over(
            name,
            title,
            name[0],
            ["A ", part(f"a_{name}"), "  B ", part(f"b_{name}")],
        )
        for name, title in CURVES.items()
    ]
    return [
        html.Div(
            [
                html.P(LOOK_FOR[name], className="lab-look-for"),
                html.Div(
                    [difference.figure(own, aio_id, name, columns=name == "maps"), *over],
                    className=f"lab-differs lab-differs-{name}",
                ),
            ],
            className="lab-differs-part",
            **attributes(data_part_of=name),
        )
        for name, over in (("maps", gaps), ("curves", lines))
    ]


def _over(name: str, title: str, role: str, numbers: list[Component | str]) -> Component:
    return html.Div(
        [html.B(title), html.Span(numbers)],
        className=f"lab-mean role-{role}",
        hidden=True,
        **attributes(data_mean=name),
    )
