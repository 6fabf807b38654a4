"""One code of colour: the same in Python and in CSS, and readable in both themes."""

import re
from pathlib import Path

import pytest

from components import theme
from components.figures import unrolled

ASSETS = Path(__file__).parents[2] / "assets"
THEMES: tuple[theme.ThemeName, ...] = ("dark", "light")
GROUNDS = ("page", "panel", "raised")

TEXT = 4.5  # WCAG 2.2, 1.4.3 Contrast (Minimum)
MARKS = 3.0  # WCAG 2.2, 1.4.11 Non-text Contrast

in_each_theme = pytest.mark.parametrize("name", THEMES)


def rules(stylesheet: str) -> dict[str, dict[str, str]]:
    """Give what each selector of a stylesheet declares, media queries left out."""
    text = re.sub(r"/\*.*?\*/", "", (ASSETS / stylesheet).read_text("utf-8"), flags=re.DOTALL)
    found: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
        pairs = (line.split(":", 1) for line in body.split(";") if ":" in line)
        declared = {name.strip(): value.strip() for name, value in pairs}
        for selector in selectors.split(","):
            found.setdefault(" ".join(selector.split()), {}).update(declared)
    return found


def channels(colour: str) -> tuple[float, ...]:
    assert re.fullmatch(r"#[0-9A-Fa-f]{6}", colour), colour
    return tuple(int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """(L1 + 0.05) / (L2 + 0.05), as WCAG 2 defines it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def against(one: str, other: str) -> float:
    return contrast(channels(one), channels(other))


def mixed(over: str, ground: str, strength: float) -> tuple[float, ...]:
    return tuple(
        strength * a + (1 - strength) * b
        for a, b in zip(channels(over), channels(ground), strict=True)
    )


def test_the_contrast_of_known_pairs_is_the_known_one() -> None:
    assert against("#FFFFFF", "#000000") == pytest.approx(21, abs=1e-9)
    assert against("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert against("#E69F00", "#E69F00") == 1


# The stylesheet


@in_each_theme
def test_the_stylesheet_has_the_values_of_the_theme(name: theme.ThemeName) -> None:
    block = rules("theme.css")[f'[data-bs-theme="{name}"]']
    declared = {key: value for key, value in block.items() if key.startswith("--lab-")}
    assert declared == theme.css_variables(name)
    assert block["color-scheme"] == name


def test_dark_is_the_default() -> None:
    assert rules("theme.css")[":root"] == rules("theme.css")['[data-bs-theme="dark"]']


def test_every_role_has_its_class() -> None:
    classes = rules("theme.css")
    for role in theme.ROLES:
        assert classes[f".role-{role}"] == {
            "--hue": f"var(--lab-{role})",
            "--fill": f"var(--lab-{role}-fill)",
        }


def test_both_themes_name_the_same_colours() -> None:
    dark, light = (theme.css_variables(name) for name in THEMES)
    assert list(dark) == list(light)
    for colour in (*dark.values(), *light.values()):
        channels(colour)


@pytest.mark.parametrize("stylesheet", ["theme.css", "lab.css", "cell.css"])
def test_every_colour_that_a_stylesheet_uses_is_one_of_the_theme(stylesheet: str) -> None:
    text = (ASSETS / stylesheet).read_text("utf-8")
    own = set(re.findall(r"(--lab-[\w-]+)\s*:", "".join(p.read_text("utf-8") for p in CSS)))
    assert set(re.findall(r"var\((--lab-[\w-]+)", text)) <= own
    # A hue that is written out would not follow the theme.
    if stylesheet != "theme.css":
        assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b(?![^{}]*\{)", text)


CSS = [ASSETS / name for name in ("theme.css", "lab.css", "cell.css")]


# Contrast


@in_each_theme
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("words", ["text", "muted"])
def test_words_are_readable_on_every_ground(name: theme.ThemeName, ground: str, words: str) -> None:
    surface = theme.SURFACES[name]
    assert against(getattr(surface, words), getattr(surface, ground)) >= TEXT


@in_each_theme
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", list(theme.ROLES))
def test_words_in_a_role_s_colour_are_readable_on_every_ground(
    name: theme.ThemeName, ground: str, role: str
) -> None:
    surface = theme.SURFACES[name]
    assert against(theme.ROLES[role].tone(name).ink, getattr(surface, ground)) >= TEXT


@in_each_theme
@pytest.mark.parametrize("ground", ["page", "panel"])
def test_the_accent_and_the_alarm_are_readable(name: theme.ThemeName, ground: str) -> None:
    # The Play button has the page's colour on the accent, which is the same contrast.
    surface = theme.SURFACES[name]
    assert against(surface.accent, getattr(surface, ground)) >= TEXT
    assert against(surface.alarm, getattr(surface, ground)) >= TEXT


@in_each_theme
@pytest.mark.parametrize("role", list(theme.ROLES))
def test_a_mark_stands_out_by_its_fill_or_its_outline(name: theme.ThemeName, role: str) -> None:
    tone, panel = theme.ROLES[role].tone(name), theme.SURFACES[name].panel
    assert max(against(tone.ink, panel), against(tone.fill, panel)) >= MARKS


@in_each_theme
def test_the_negative_side_stands_out_as_a_mark(name: theme.ThemeName) -> None:
    surface = theme.SURFACES[name]
    for ground in GROUNDS:
        assert against(surface.negative, getattr(surface, ground)) >= MARKS


@in_each_theme
@pytest.mark.parametrize("role", ["c", "h", "negative"])
def test_numbers_on_the_tiles_of_the_unrolled_network_are_readable_at_full_strength(
    name: theme.ThemeName, role: str
) -> None:
    surface = theme.SURFACES[name]
    hue = surface.negative if role == "negative" else theme.ROLES[role].tone(name).fill
    tile = mixed(hue, surface.panel, unrolled.STRONGEST)
    assert contrast(channels(surface.text), tile) >= TEXT


@in_each_theme
@pytest.mark.parametrize("role", ["c", "h", "x", "y", "negative"])
def test_numbers_on_the_pills_of_the_diagram_are_readable_at_full_strength(
    name: theme.ThemeName, role: str
) -> None:
    surface = theme.SURFACES[name]
    hue = surface.negative if role == "negative" else theme.ROLES[role].tone(name).fill
    strongest = float(rules("cell.css")[".lab-svg .pill"]["--strongest"].rstrip("%")) / 100
    pill = mixed(hue, surface.panel, strongest)
    assert contrast(channels(surface.text), pill) >= TEXT


@in_each_theme
@pytest.mark.parametrize("role", ["c", "h", "x", "y"])
def test_names_on_the_pills_of_the_diagram_are_readable_at_full_strength(
    name: theme.ThemeName, role: str
) -> None:
    surface, tone = theme.SURFACES[name], theme.ROLES[role].tone(name)
    css = rules("cell.css")
    letters = css[".lab-svg text"] | css[".lab-svg .pill .symbol"]
    colours = {"var(--hue)": tone.ink, "var(--lab-text)": surface.text}
    ink = channels(colours[letters["fill"]])
    strongest = float(css[".lab-svg .pill"]["--strongest"].rstrip("%")) / 100
    ringed = letters.get("paint-order") == "stroke" and letters["stroke"] == "var(--lab-panel)"
    ground = channels(surface.panel) if ringed else mixed(tone.fill, surface.panel, strongest)
    assert contrast(ink, ground) >= TEXT


# Roles


def test_the_roles_are_those_of_the_design_page_and_no_two_look_alike() -> None:
    assert set(theme.ROLES) == {*"figochyx", "target"}
    for name in THEMES:
        inks = [role.tone(name).ink for role in theme.ROLES.values()]
        assert len(set(inks)) == len(inks)


def test_line_styles_repeat_what_the_colour_says() -> None:
    roles = theme.ROLES
    assert roles["c"].width == max(role.width for role in roles.values())  # thick
    assert {name: role.dash for name, role in roles.items() if role.dash != "solid"} == {
        "h": "dash",
        "y": "dot",
        "target": "dash",
    }
    assert roles["x"].shape == "vh"  # steps


@pytest.mark.parametrize(
    ("strength", "faded"),
    [(0, "rgba(230,159,0,0)"), (0.5, "rgba(230,159,0,0.5)"), (1, "rgba(230,159,0,1)")],
)
def test_a_faded_colour_is_the_hue_with_its_strength(strength: float, faded: str) -> None:
    assert theme.fade("#E69F00", strength) == faded
