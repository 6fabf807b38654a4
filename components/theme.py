"""One code of colour: a role has one hue, on every page, in both themes.

The hues are the Okabe–Ito palette, which colour-blind readers can tell apart.
``assets/theme.css`` has the same values as CSS variables; a test compares.
"""

from dataclasses import dataclass
from typing import Any, Literal

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True)
class Tone:
    """A role's colour in one theme: ``ink`` for text, lines and outlines, ``fill`` for areas."""

    ink: str
    fill: str


@dataclass(frozen=True)
class Role:
    """A quantity's colours and the line that repeats its meaning without colour."""

    dark: Tone
    light: Tone
    width: float
    dash: str = "solid"
    shape: str = "linear"

    def tone(self, theme: ThemeName) -> Tone:
        """Give the colours in a theme."""
        return self.dark if theme == "dark" else self.light


def _role(dark: str, light: str, light_fill: str | None = None, **line: Any) -> Role:
    return Role(Tone(dark, dark), Tone(light, light_fill or light), **line)


ROLES: dict[str, Role] = {
    "f": _role("#E69F00", "#9A5B00", "#E69F00", width=1.4),
    "i": _role("#2BB789", "#007A59", width=1.4),
    "g": _role("#F0E442", "#7A6C00", "#F0E442", width=1.4),
    "o": _role("#4C9BE8", "#0072B2", width=1.4),
    "c": _role("#CC79A7", "#A64D82", width=3.2),
    "h": _role("#56B4E9", "#0E7C86", width=2.2, dash="dash"),
    "y": _role("#F0743E", "#C04A00", width=2, dash="dot"),
    "x": _role("#C9D3E3", "#4A5568", width=1.2, shape="vh"),
    "target": _role("#FFFFFF", "#111827", width=1.6, dash="dash"),
}
# A GRU's gates have the roles of those that do the same in an LSTM.
SAME_ROLE = {"z": "f", "r": "i", "n": "g"}


def role(name: str) -> Role:
    """Give the role of a quantity by its name in a run."""
    return ROLES[SAME_ROLE.get(name, name)]


def symbol_of(name: str) -> str:
    """Write a gate or state as the page does."""
    return {"g": "C̃", "c": "C"}.get(name, name)


@dataclass(frozen=True)
class Surface:
    """What everything stands on: the page, the panels, and the words."""

    page: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    negative: str
    alarm: str


SURFACES: dict[ThemeName, Surface] = {
    "dark": Surface(
        page="#0B0F17",
        panel="#121826",
        raised="#1A2233",
        border="#263044",
        text="#E6EDF7",
        muted="#98A4B8",
        accent="#56B4E9",
        negative="#8A9BB8",
        alarm="#FF9A8B",
    ),
    "light": Surface(
        page="#F5F7FB",
        panel="#FFFFFF",
        raised="#F5F7FB",
        border="#D3DAE6",
        text="#111827",
        muted="#4B5768",
        accent="#0B6FAE",
        negative="#6B7A93",
        alarm="#B42318",
    ),
}

MONOSPACE = "ui-monospace, 'Cascadia Mono', 'Noto Sans Mono', 'DejaVu Sans Mono', monospace"
SANS = "'Noto Sans', 'Segoe UI', system-ui, sans-serif"


def css_variables(theme: ThemeName) -> dict[str, str]:
    """Name every colour of a theme as the stylesheet names it."""
    surface = SURFACES[theme]
    variables = {f"--lab-{name}": value for name, value in vars(surface).items()}
    for name, role in ROLES.items():
        variables[f"--lab-{name}"] = role.tone(theme).ink
        variables[f"--lab-{name}-fill"] = role.tone(theme).fill
    return variables


def figure_layout(theme: ThemeName) -> dict[str, Any]:
    """Give the layout that all figures of a theme start from.

    A dict instead of a Plotly template: a template adds 6.5 kB to every figure
    that travels.
    """
    surface = SURFACES[theme]
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": SANS, "size": 11, "color": surface.muted},
        "hoverlabel": {
            "bgcolor": surface.raised,
            "bordercolor": surface.border,
            "font": {"family": MONOSPACE, "size": 11, "color": surface.text},
        },
        "showlegend": False,
        # No "transition", not even of no duration: with it plotly.js draws a figure
        # whose axes moved three times.
    }


# What stands in a graph's place until its first figure comes: nothing to see.
EMPTY_FIGURE: dict[str, Any] = {
    "data": [],
    "layout": {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
    },
}


def fade(colour: str, strength: float) -> str:
    """Give a hue at a strength: 0 is the ground it stands on, 1 the full hue."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength:g})"
