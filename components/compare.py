"""Compare: a second setting of a page beside the first, under the same input and transport.

Setting A is the page's own view. Setting B is a second one that follows the same
player; it comes to the page, and with it the view of their difference, when a
reader presses Compare or opens a link that has both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from . import boundary, difference
from .concepts import Own
from .controls import attributes

FORMAT = "2"  # of links that can have two settings; assets/link.js writes them
_OF_B = "B."  # begins the names that a link says of Setting B


@dataclass(frozen=True)
class Compares:
    """How a page compares two settings: a view module that can has this as ``COMPARES``.

    Attributes
    ----------
    panel : function
        Lays out what the Difference shows, given ``own`` and its aio_id.
    shared : tuple of str
        What of a request Setting B takes from A: the input.
    linked : tuple of str
        The same by its names in a link, which are said of A alone.
    alone : tuple of str
        What of a link Setting B never has.
    kinds : tuple of str
        The kinds that ``layout(kind=…)`` takes, where it takes one.
    aside : function
        Lays out what stands in the Difference's title bar, beside the words.
    """

    panel: Callable[[Own, str], Sequence[Component]]
    shared: tuple[str, ...]
    linked: tuple[str, ...]
    alone: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    aside: Callable[[], Sequence[Component]] = tuple


def settings(link: Any) -> tuple[dict[str, str], dict[str, str] | None]:
    """Take a link apart, as far as the layout depends on it.

    Parameters
    ----------
    link : str
        What follows the page's address, from "#" on.

    Returns
    -------
    (dict, dict or None)
        What it says of A and of B, text by name.

    Raises
    ------
    BadRequest
        HTTP 400, if it is no text.

    Examples
    --------
    >>> settings("#v=2&kind=gru&B.kind=rnn")
    ({'v': '2', 'kind': 'gru'}, {'kind': 'rnn'})
    >>> settings("#lab-main")
    ({}, None)
    """
    said = parse_qsl(boundary.expect(str, link, "hash").removeprefix("#"), keep_blank_values=True)
    names = dict(reversed(said))  # as in the browser, the first of a name counts
    if names.get("v") != FORMAT:
        return (names if "v" in names else {}), None
    b = {name.removeprefix(_OF_B): names[name] for name in names if name.startswith(_OF_B)}
    return {name: names[name] for name in reversed(names) if not name.startswith(_OF_B)}, b or None


def page(view: ModuleType, link: Any) -> Component:
    """Lay out a page as a link says: with one setting, or with two and their difference.

    Parameters
    ----------
    view : module
        One of the lab's views.
    link : str
        What follows the page's address, from "#" on.
    """
    compares: Compares | None = getattr(view, "COMPARES", None)
    if not compares:
        return view.layout()  # type: ignore[no-any-return]
    a, b = settings(link)
    name = _name(view)
    return html.Div(
        [
            view.layout(name, **_kind(compares, a)),
            html.Div(_second(view, b) if b else [], id="lab-second", className="lab-second"),
            dcc.Store(id="lab-compare-wanted"),
        ],
        className="lab-pair" + (" is-comparing" if b else ""),
        **attributes(
            data_pair=name,
            data_shared=" ".join(compares.shared),
            data_linked=" ".join(compares.linked),
            data_alone=" ".join(compares.alone),
        ),
    )


def register(app: Dash, views: Sequence[ModuleType]) -> None:
    """Let the browser put a second setting on the page, and take it away."""
    comparing = {_name(view): view for view in views if hasattr(view, "COMPARES")}

    def wanted(asked: Any) -> list[Component]:
        asked = boundary.expect(dict, asked, "The request")
        view = comparing[boundary.choice(asked.get("page"), tuple(comparing), "page")]
        if not boundary.expect(bool, asked.get("on"), "on"):
            return []
        return _second(view, {"kind": boundary.expect(str, asked.get("kind"), "kind")})

    app.callback(
        Output("lab-second", "children"),
        Input("lab-compare-wanted", "data"),
        prevent_initial_call=True,
    )(wanted)


def _second(view: ModuleType, said: Mapping[str, str]) -> list[Component]:
    """Lay out Setting B and the difference."""
    name = _name(view)
    compares: Compares = view.COMPARES
    return [
        view.layout(f"{name}-b", name, **_kind(compares, said)),
        difference.layout(name, compares.panel, compares.aside()),
    ]


def _kind(compares: Compares, said: Mapping[str, str]) -> dict[str, str]:
    """Give the kind that a setting asks for; of one that is not there the browser tells."""
    kind = said.get("kind", "")
    return {"kind": kind} if kind in compares.kinds else {}


def _name(view: ModuleType) -> str:
    """Give the name of a view, which is also that of its ids."""
    return str(view.TITLE).lower()
