"""How a view stands on a portal's page: its height, its theme, and which of its panels it has."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from dash.development.base_component import Component

from .controls import attributes

LOWEST, HIGHEST = 300, 4000  # pixels
_WIDTHS = ("290px", "minmax(0, 1fr)", "336px")  # of controls, picture and explanation


class Place(TypedDict, total=False):
    """What a portal says of a view's place; what it does not say is as in the lab."""

    show: Sequence[str]
    height: int
    theme: str


def properties(
    columns: Sequence[Component],
    panels: Mapping[str, str],
    *,
    show: Sequence[str] | None = None,
    height: int | None = None,
    theme: str | None = None,
) -> dict[str, Any]:
    """Hide the panels that are not to be shown, and give the properties of the view's root.

    Parameters
    ----------
    columns : sequence of Component
        Controls, picture and explanation: panels, or columns of panels.
    panels : mapping of str to str
        The panels that can be chosen: what a portal calls them, and their names
        on the page.
    show : sequence of str, optional
        Those to be shown; by default all.
    height : int, optional
        Pixels; a narrow view is as high as it needs.
    theme : {"dark", "light"}, optional
        By default as the page around it has it.

    Raises
    ------
    ValueError
        Where there is no such panel, height or theme.
    """
    style: dict[str, str] = {}
    if show is not None:
        style["--lab-columns"] = _choose(columns, panels, show)
    if height is not None:
        if not LOWEST <= height <= HIGHEST:
            raise ValueError(f"height is {height}. Give pixels, from {LOWEST} to {HIGHEST}.")
        style["--lab-height"] = f"{height}px"
    if theme not in (None, "dark", "light"):
        raise ValueError(f"theme is {theme!r}. Give 'dark' or 'light'.")
    # The script keeps the theme as the page around it changes; until it runs, this makes it so.
    themed = attributes(data_theme=theme, data_bs_theme=theme) if theme else {}
    return themed | ({"style": style} if style else {})


def _choose(columns: Sequence[Any], panels: Mapping[str, str], show: Sequence[str]) -> str:
    """Hide panels, and columns that have none left; give the widths of those that are left."""
    if isinstance(show, str) or not show or not set(show) <= set(panels):
        raise ValueError(f"show is {show!r}. Give some of {', '.join(panels)}, as a tuple.")
    away = {title for name, title in panels.items() if name not in show}
    choosable = set(panels.values())
    widths = []
    for column, width in zip(columns, _WIDTHS, strict=True):
        inside = [column] if _title(column) else column.children
        chosen = [panel for panel in inside if _title(panel) in choosable]
        for panel in chosen:
            if _title(panel) in away:
                panel.hidden = True
        if all(_title(panel) in away for panel in chosen):
            column.hidden = True
        else:
            widths.append(width)
    # One of them takes what room there is.
    return " ".join(widths if _WIDTHS[1] in widths else [_WIDTHS[1]] * len(widths))


def _title(panel: Component) -> str | None:
    return getattr(panel, "aria-label", None)
