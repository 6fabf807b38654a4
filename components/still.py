"""Parts of a layout that Dash never changes, handed over as markup.

On every change of any property Dash asks each component on the page whether it
is concerned; with the clock ticking sixty times a second, several hundred of
them cost more than everything else. So each element without an id becomes one
component, with all that is inside it as markup, which ``assets/still.js`` puts
in place once.
"""

import html as text
import itertools
import json
from typing import Any

from dash import html
from dash.development.base_component import Component

_VOID = {"br", "hr", "img", "input"}  # elements that HTML never closes
_NAMES = {"className": "class", "htmlFor": "for", "tabIndex": "tabindex", "role": "role"}


class Field(Component):
    """A native ``<input>``, which ``dash.html`` lacks; it lives as markup only.

    Parameters
    ----------
    **attributes : str
        As in HTML; a hyphen is written as an underscore, ``id`` as ``id_``.
    """

    _namespace = "dash_html_components"
    _type = "Input"

    def __init__(self, **attributes: str) -> None:
        self.children = None
        self._attributes = {
            name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()
        }

    def to_plotly_json(self) -> dict[str, Any]:
        """Give the attributes where Dash's own components have them."""
        return {"props": self._attributes}


def dom_id(component_id: dict[str, Any]) -> str:
    """Write a dict id as Dash writes it into the page, for labels and ARIA."""
    return json.dumps(component_id, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def still(component: Component) -> Component:
    """Turn every part of a layout that has no id into markup, in place.

    Parameters
    ----------
    component : Component
        A layout, such as a whole view.

    Returns
    -------
    Component
        The same, with few components left.
    """
    if _is_still(component):
        return _holder(component, _children(component))
    if component._namespace != "dash_html_components":
        return component  # a library's component may show its children later, elsewhere
    parts: list[Any] = []
    for moving, group in itertools.groupby(_children(component), key=_is_moving):
        children = list(group)
        if moving:
            parts += [still(child) for child in children]
        elif len(children) == 1 and isinstance(children[0], Component):
            parts.append(still(children[0]))
        else:
            parts.append(_holder(html.Div(className="lab-still"), children))
    if parts:
        component.children = parts
    return component


def _is_moving(part: Any) -> bool:
    return isinstance(part, Component) and not _is_still(part)


def _holder(component: Component, parts: list[Any]) -> Component:
    """Let a component hold its parts as markup."""
    if any(isinstance(part, Component) for part in parts):
        component.children = None
        setattr(component, "data-markup", "".join(_markup(part) for part in parts))
    elif parts:
        component.children = parts
    return component


def _children(component: Component) -> list[Any]:
    children = getattr(component, "children", None)
    if children is None:
        return []
    return list(children) if isinstance(children, list | tuple) else [children]


def _is_still(component: Component) -> bool:
    """Tell whether nothing in this part can change through Dash."""
    return (
        component._namespace == "dash_html_components"
        and getattr(component, "id", None) is None
        and all(_is_still(child) for child in _children(component) if isinstance(child, Component))
    )


def _markup(part: Any) -> str:
    if not isinstance(part, Component):
        return text.escape(str(part), quote=False)
    tag = part._type.lower()
    properties = part.to_plotly_json()["props"]
    attributes = "".join(
        f' {_NAMES.get(name, name)}="{text.escape(str(value))}"'
        for name, value in properties.items()
        if name != "children" and value is not None and value is not False
    )
    if tag in _VOID:
        return f"<{tag}{attributes}>"
    inside = "".join(_markup(child) for child in _children(part))
    return f"<{tag}{attributes}>{inside}</{tag}>"
