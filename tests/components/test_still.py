"""Parts without an id become markup, and the reader sees the same page."""

import copy
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

import dash_bootstrap_components as dbc
import pytest
from dash import dcc, html
from dash.development.base_component import Component

from components import cell_view, player
from components.controls import attributes, card, chip, live, part, select, slider, switch
from components.still import dom_id, still

Tree = Callable[[Any], ET.Element]


def components(layout: Component) -> Iterator[Component]:
    """Every component of a layout, each of which costs Dash time at every tick."""
    yield layout
    yield from (one for one in layout._traverse() if isinstance(one, Component))


def seen(element: ET.Element) -> tuple[Any, ...]:
    """Give what a reader meets: tags, attributes and text in order, without our own wrappers."""
    content: list[Any] = []

    def add(piece: Any) -> None:
        if isinstance(piece, str) and content and isinstance(content[-1], str):
            content[-1] += piece
        elif piece != "":
            content.append(piece)

    def walk(inside: ET.Element) -> None:
        add(inside.text or "")
        for child in inside:
            if child.attrib == {"class": "lab-still"}:
                walk(child)
            else:
                add(seen(child))
            add(child.tail or "")

    walk(element)
    return (element.tag, element.attrib, *content)


def gate() -> Component:
    """Lay out a card such as views are made of: some of it moves, some does not."""
    return card(
        "Gate",
        [
            html.Div(
                [html.H3("Forget < gate"), html.Span("keep & more →", className="hint")],
                className="title",
            ),
            slider(
                slider_id={"part": "slider", "name": "W_f"},
                number_id={"part": "number", "name": "W_f"},
                label="Forget gate weight W_f",
                symbol="W_f",
                role="f",
                value=0.5,
                low=-4,
                high=4,
                step=0.05,
            ),
            html.Div(
                ["t = ", live("t"), ", C = ", live("c", 4), part("keep")],
                tabIndex=0,
                role="group",
                **attributes(aria_label='"quoted" & <angled>', data_quantity="c"),
            ),
            chip("Remember", "preset", "remember", "1 keeps > 0"),
            switch("C", "line-c", "Show or hide C"),
            select({"part": "speed"}, "Speed", {"400": "Slow"}, "400"),
            dcc.Graph(id="graph", figure={}),
            "words",
            html.P(),
            html.Div([], id="empty"),
            html.Div(["a", html.B("b"), "c"], id="moving"),
        ],
        look_for="What to look for",
        aside=["t = ", live("t")],
    )


def one_quantity() -> Component:
    return html.Div([html.Data("–", value="", **attributes(data_value="x"))])


LAYOUTS: dict[str, Callable[[], Component]] = {
    "a card": gate,
    "the transport bar": lambda: player.transport("cell", [" C = ", live("c")]),
    "only text": lambda: html.P("1 < 2 & 3"),
    "only markup": one_quantity,
    "nothing": html.Div,
    "a list of parts": lambda: html.Div([html.P("a"), html.P(id="b"), html.P("c"), "d"]),
}


@pytest.fixture(params=list(LAYOUTS))
def layout(request: pytest.FixtureRequest) -> Component:
    return LAYOUTS[request.param]()


def test_the_reader_sees_the_same_page(layout: Component, tree: Tree) -> None:
    before = seen(tree(copy.deepcopy(layout)))
    assert seen(tree(still(layout))) == before


def test_everything_that_has_an_id_stays_a_component(layout: Component) -> None:
    def ids(one: Component) -> list[str]:
        found = [getattr(part, "id", None) for part in components(one)]
        return [str(found_id) for found_id in found if found_id is not None]

    before = ids(copy.deepcopy(layout))
    assert ids(still(layout)) == before


def test_components_of_other_libraries_stay_components(layout: Component) -> None:
    def foreign(one: Component) -> list[str]:
        return [part._type for part in components(one) if part._namespace != "dash_html_components"]

    before = foreign(copy.deepcopy(layout))
    assert foreign(still(layout)) == before


def test_no_part_that_could_be_markup_is_left_with_parts_of_its_own(layout: Component) -> None:
    for one in components(still(layout)):
        plain = one._namespace == "dash_html_components"
        children = getattr(one, "children", None)
        inside = list(components(one))[1:]
        if plain and children and not any(getattr(part, "id", None) for part in [one, *inside]):
            assert not inside or any(p._namespace != "dash_html_components" for p in inside)


def test_what_is_inside_a_library_s_component_is_left_to_it() -> None:
    # An offcanvas shows its children later, and elsewhere on the page.
    panel = dbc.Offcanvas(html.Div([html.H3("Why"), html.P("Because")]), id="panel")
    held = still(html.Div([panel]))
    assert [one._type for one in components(held)] == ["Div", "Offcanvas", "Div", "H3", "P"]


def test_text_is_escaped() -> None:
    markup = getattr(still(html.Div(html.P('1 < 2 & 3 > "2"'))), "data-markup")
    assert markup == '<p>1 &lt; 2 &amp; 3 &gt; "2"</p>'


def test_attributes_are_escaped(tree: Tree) -> None:
    title = "a \"b\" <c> & 'd'"
    held = still(html.Div(html.P("e", title=title)))
    assert "<c>" not in getattr(held, "data-markup")
    assert tree(held)[0].attrib == {"title": title}


def test_markup_in_a_text_stays_text(tree: Tree) -> None:
    text = "<img src=x onerror=alert(1)>"
    element = tree(still(html.Div(html.P(text, title=text))))
    assert [one.tag for one in element.iter()] == ["div", "p"]
    assert element[0].text == element[0].get("title") == text


@pytest.mark.parametrize(
    ("given", "attribute", "value"),
    [
        ({"tabIndex": 0}, "tabindex", "0"),  # reachable by Tab; nothing to do with False
        ({"tabIndex": -1}, "tabindex", "-1"),
        ({"className": "a b"}, "class", "a b"),
        ({"htmlFor": "field"}, "for", "field"),
        ({"role": "group"}, "role", "group"),
        ({"title": ""}, "title", ""),
        ({"aria-label": "Gate"}, "aria-label", "Gate"),
        ({"data-value": "x"}, "data-value", "x"),
    ],
)
def test_a_property_becomes_the_attribute_that_html_knows(
    given: dict[str, Any], attribute: str, value: str, tree: Tree
) -> None:
    element = tree(still(html.Div(html.Label("l", **given))))
    assert element[0].attrib == {attribute: value}


@pytest.mark.parametrize("nothing", [{"title": None}, {"hidden": False}])
def test_a_property_that_is_not_there_becomes_no_attribute(
    nothing: dict[str, Any], tree: Tree
) -> None:
    assert tree(still(html.Div(html.P("p", **nothing))))[0].attrib == {}


def test_numbers_among_the_children_are_shown(tree: Tree) -> None:
    assert "".join(tree(still(html.Div(html.P(["t = ", 0])))).itertext()) == "t = 0"


def test_a_layout_is_made_still_once_and_stays_so() -> None:
    once = still(gate())
    first = str(once)
    assert str(still(once)) == first


def test_a_dict_id_is_written_as_dash_writes_it() -> None:
    component_id = {"view": "cell", "aio_id": "a b", "part": "slider"}
    assert dom_id(component_id) == '{"aio_id":"a b","part":"slider","view":"cell"}'


# The Cell page


def on_the_page(layout: Component) -> Iterator[Component]:
    """Give what Dash keeps up to date: the content of a closed panel is not on the page."""
    yield layout
    children = getattr(layout, "children", None) or []
    if isinstance(layout, dbc.Offcanvas):
        return
    for child in children if isinstance(children, list | tuple) else [children]:
        if isinstance(child, Component):
            yield from on_the_page(child)


def test_the_cell_page_has_few_components() -> None:
    # Several hundred would cost more at each tick than everything else.
    assert len(list(on_the_page(cell_view.layout()))) < 130


def test_the_cell_page_keeps_what_is_set_and_filled_through_dash() -> None:
    kept = [getattr(one, "id", None) for one in components(cell_view.layout())]
    parts = [component_id["part"] for component_id in kept if component_id]
    assert parts.count("slider") == parts.count("number") == 14
    once = {part for part in parts if parts.count(part) == 1}
    assert {"request", "answer", "busy", "sequence", "separate", "alert", "unrolled"} <= once
    assert {"traces", "clock", "time", "speed", "tip", "concepts", "root"} <= once
