"""What a portal can say of a view: its beginning, its panels, its height, its theme."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from components import CellView, NetworkView, cell_view, network_view
from components.cell_run import answer
from components.cell_settings import DEFAULTS, PRESETS

Tree = Callable[[Any], ET.Element]


def config_of(view: Any) -> dict[str, Any]:
    stores = (part for part in view.children if getattr(part, "id", {}).get("part") == "config")
    config: dict[str, Any] = next(stores).data
    return config


def begins(**options: Any) -> dict[str, Any]:
    """Run the cell as the page does first, and give the answer."""
    start = config_of(CellView("a", **options))["defaults"]
    numbers = {name: str(value) for name, value in start["numbers"].items()}
    return answer({"n": 1, "theme": "dark", **start, "numbers": numbers})


def shown(tree: Tree, view: Any) -> list[str | None]:
    """Names of the panels that can be seen, in their order."""
    root = tree(view)

    def seen(part: ET.Element) -> list[str | None]:
        if part.get("hidden") is not None:
            return []
        own = [part.get("aria-label")] if part.get("role") == "region" else []
        return own + [name for child in part for name in seen(child)]

    return seen(root)


def style_of(view: Any) -> dict[str, str]:
    style: dict[str, str] = getattr(view, "style", None) or {}
    return style


# Where it begins


def test_a_view_begins_with_what_it_was_given() -> None:
    data = begins(sequence=[1, 0, -0.25], weights={"W_f": 0.9, "b_f": 2})
    assert data["error"] is None
    assert data["inputs"] == [1.0, 0.0, -0.25]
    assert (data["numbers"]["W_f"], data["numbers"]["b_f"], data["numbers"]["U_f"]) == (0.9, 2, 0.9)
    assert not data["separate"]


def test_recurrent_weights_make_them_separate() -> None:
    data = begins(weights={"U_f": 0.0})
    assert data["separate"]
    assert (data["numbers"]["W_f"], data["numbers"]["U_f"]) == (0.5, 0.0)


def test_a_view_begins_with_a_named_setting() -> None:
    data = begins(weights="remember", sequence="1 0 0")
    assert data["numbers"] == PRESETS["remember"].complete()
    assert data["separate"]


def test_a_view_that_was_given_nothing_begins_as_in_the_lab() -> None:
    start = config_of(CellView("a"))["defaults"]
    pulse = "1, 0, 0, 0, 0, 0, 0, 0, 0"
    assert start == {"sequence": pulse, "separate": False, "numbers": DEFAULTS}
    assert config_of(NetworkView("a"))["start"] == "brackets"
    assert style_of(CellView("a")) == {}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sequence": []}, "empty"),
        ({"sequence": "1, abc"}, "'abc'"),
        ({"sequence": [float("nan")]}, "nan"),
        ({"sequence": [0.0] * 501}, "501"),
        ({"weights": "nothing"}, "'nothing'. Give one of defaults, remember"),
        ({"weights": {"W_x": 1}}, "W_x. There are W_f"),
        ({"weights": {"W_f": 1e9}}, "out of range"),
        ({"show": ("diagram", "map")}, "Give some of controls, diagram"),
        ({"show": "diagram"}, "as a tuple"),
        ({"show": ()}, "Give some of"),
        ({"height": 10}, "from 300 to 4000"),
        ({"theme": "blue"}, "Give 'dark' or 'light'"),
    ],
)
def test_what_cannot_be_is_explained_to_who_writes_the_portal(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        CellView("a", **options)


def test_a_network_view_begins_with_an_example() -> None:
    assert config_of(NetworkView("a", example="counting"))["start"] == "counting"
    with pytest.raises(ValueError, match=r"example is 'none'\. Give one of brackets"):
        NetworkView("a", example="none")


# Its panels


def test_every_panel_that_can_be_chosen_is_on_the_page(tree: Tree) -> None:
    for view, layout in ((cell_view, CellView), (network_view, NetworkView)):
        assert set(view.PANELS.values()) <= set(shown(tree, layout("a")))
        for name, title in view.PANELS.items():
            assert shown(tree, layout("a", show=(name,))) == [title]


def test_the_columns_that_are_left_share_the_room(tree: Tree) -> None:
    both = CellView("a", show=("traces", "diagram"))
    assert shown(tree, both) == ["Cell diagram", "Traces"]
    assert style_of(both) == {"--lab-columns": "minmax(0, 1fr)"}
    assert style_of(CellView("a", show=("controls", "traces"))) == {
        "--lab-columns": "290px minmax(0, 1fr)"
    }
    assert style_of(CellView("a", show=("controls", "worked"))) == {
        "--lab-columns": "minmax(0, 1fr) minmax(0, 1fr)"
    }
    assert style_of(NetworkView("a", show=("gates", "unit"), height=700)) == {
        "--lab-columns": "minmax(0, 1fr) 336px",
        "--lab-height": "700px",
    }


def test_a_view_has_the_theme_that_it_was_given() -> None:
    given = CellView("a", theme="light").to_plotly_json()["props"]
    assert (given["data-theme"], given["data-bs-theme"]) == ("light", "light")
    assert "data-theme" not in CellView("a").to_plotly_json()["props"]
