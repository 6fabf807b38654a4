"""The small parts that views are made of: cards, labelled sliders, chips."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from .still import dom_id

Id = dict[str, Any]
Child = str | Component
Children = Child | Sequence[Child]


def attributes(**names: str) -> dict[str, Any]:
    """Give HTML attributes whose names have hyphens: data_card becomes data-card."""
    return {name.replace("_", "-"): value for name, value in names.items()}


def live(name: str, decimals: int = 3) -> Component:
    """Give a place for a live number; the browser fills it in at every step."""
    return html.Data("–", **attributes(data_value=name, data_decimals=str(decimals)), value="")


def part(name: str, decimals: int = 3) -> Component:
    """Give a place for a number that is computed from the live ones."""
    return html.Data("–", **attributes(data_part=name, data_decimals=str(decimals)), value="")


def unseen(text: Children) -> Component:
    """Give words for those who listen instead of looking."""
    return html.Span(text, className="visually-hidden")


def switch(
    text: Children, name: str, title: str, class_name: str = "", *, on: bool = True
) -> Component:
    """Give a button that is pressed or not, kept by the browser alone; ``on`` at first."""
    return html.Button(
        text,
        type="button",
        title=title,
        className=f"lab-toggle {class_name}",
        **attributes(
            data_switch=name, data_default="on" if on else "off", aria_pressed=str(on).lower()
        ),
    )


def card(
    name: str,
    body: Children,
    *,
    look_for: Children | None = None,
    aside: Children | None = None,
    class_name: str = "",
) -> Component:
    """Frame a panel: a region with its title, what to look for, and a button that folds it.

    Parameters
    ----------
    name : str
        The name of the region, and its title.
    look_for : str, optional
        One line on what to look for.
    aside : component, optional
        Stands in the title bar, at the right.
    """
    fold = html.Button(
        html.Span(className="lab-icon lab-icon-fold"),
        className="lab-fold",
        type="button",
        **attributes(data_fold=name, aria_expanded="true", aria_label=f"Fold {name}"),
    )
    bar = [html.H2(name), html.Div(aside or [], className="lab-card-aside"), fold]
    content: list[Child] = [html.P(look_for, className="lab-look-for")] if look_for else []
    content += [body] if isinstance(body, str | Component) else list(body)
    # No section: one whose role is another is still taken for a landmark by some.
    return html.Div(
        [html.Div(bar, className="lab-card-bar"), html.Div(content, className="lab-card-body")],
        className=f"lab-card {class_name}",
        role="region",
        **attributes(aria_label=name, data_card=name),
    )


def chip(text: str, kind: str, name: str, hint: str, class_name: str = "") -> Component:
    """Give a small button for a choice that is one click away.

    ``kind`` and ``name`` reach the view's script, which makes the choice.
    """
    return html.Button(
        text,
        className=f"lab-chip {class_name}",
        type="button",
        title=hint,
        **attributes(data_choose=kind, data_name=name),
    )


def slider(
    *,
    slider_id: Id,
    number_id: Id,
    label: str,
    symbol: str,
    role: str,
    value: float,
    low: float,
    high: float,
    step: float,
    decimals: int = 2,
    exact: str = "",
    class_name: str = "",
) -> Component:
    """Give a slider with a number field beside it, in the colour of a role.

    The number field holds the truth and takes more than the slider reaches;
    the slider then rests at its end.
    """
    caption = [html.Span(symbol, **attributes(aria_hidden="true")), unseen(label)]
    words = exact or f"Exact {symbol}"
    field = html.Label(words, htmlFor=dom_id(number_id), className="visually-hidden")
    return html.Div(
        [
            html.Label(caption, htmlFor=dom_id(slider_id), className="lab-symbol"),
            field,
            dbc.Input(
                id=slider_id,
                type="range",
                min=low,
                max=high,
                step=step,
                value=value,
                class_name="lab-range",
            ),
            number_field(number_id, f"{value:.{decimals}f}"),
        ],
        className=f"lab-slider role-{role} {class_name}",
        **attributes(data_quantity=symbol),
    )


def number_field(component_id: Id, value: str) -> Component:
    """Give a field for a number, of text so that a slip can be quoted back."""
    field: Component = dbc.Input(
        id=component_id,
        type="text",
        inputmode="decimal",
        autocomplete="off",
        value=value,
        class_name="lab-number",
    )
    return field


def select(component_id: Id, label: str, options: Mapping[str, str], value: str) -> Component:
    """Give a native select with its label."""
    choices: list[dict[str, Any]] = [{"value": key, "label": text} for key, text in options.items()]
    return html.Div(
        [
            html.Label(label, htmlFor=dom_id(component_id)),
            dbc.Select(id=component_id, options=choices, value=value, size="sm"),
        ],
        className="lab-select",
    )
