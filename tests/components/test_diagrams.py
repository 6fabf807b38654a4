"""Every kind of cell has its drawing, wide and narrow, and each says what that cell computes."""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from components.cell_words import dictionary

DIAGRAMS = Path(__file__).parents[2] / "assets" / "diagrams"
SHAPES = ("wide", "narrow")
SIZES = {"wide": "0 0 800 312", "narrow": "0 0 366 424"}

# What each quantity is computed from, as the equations of the kinds have it.
STEP = ("h_prev", "x")
LSTM = {
    "f": STEP,
    "i": STEP,
    "g": STEP,
    "o": STEP,
    "keep": ("f", "c_prev"),
    "write": ("i", "g"),
    "c": ("keep", "write"),
    "tanh_c": ("c",),
    "h": ("o", "tanh_c"),
    "y": ("h",),
}
WITHOUT_F = {name: operands for name, operands in LSTM.items() if name not in {"f", "keep"}}
MADE_OF: dict[str, dict[str, tuple[str, ...]]] = {
    "lstm": LSTM,
    "no_forget": WITHOUT_F | {"c": ("c_prev", "write")},
    "coupled": LSTM | {"i": ("f",)},
    "peephole": LSTM | {"f": (*STEP, "c_prev"), "i": (*STEP, "c_prev"), "o": (*STEP, "c")},
    "gru": {
        "r": STEP,
        "z": STEP,
        "recall": ("r", "h_prev"),
        "n": ("recall", "x"),
        "keep": ("z", "h_prev"),
        "write": ("z", "n"),
        "h": ("keep", "write"),
        "y": ("h",),
    },
    "rnn": {
        "keep": ("h_prev",),
        "write": ("x",),
        "a": ("keep", "write"),
        "h": ("a",),
        "y": ("h",),
    },
}
# The number of these wires is not a quantity of its own: what z leaves over, 1 − z.
RESTS = {"gru": ["z"]}
LEFT_OVER = {"z": "What z(t) leaves over, 1 − z(t)"}


class Drawing(NamedTuple):
    """One drawing of one kind."""

    kind: str
    shape: str
    root: ET.Element


def drawn(kind: str, shape: str) -> Drawing:
    path = DIAGRAMS / f"{kind.replace('_', '-')}-{shape}.svg"
    return Drawing(kind, shape, ET.parse(path).getroot())


@pytest.fixture(params=itertools.product(MADE_OF, SHAPES), ids="-".join)
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return drawn(*request.param)


def classes(element: ET.Element) -> set[str]:
    return set((element.get("class") or "").split())


def stated(root: ET.Element, attribute: str) -> list[str]:
    return [value for element in root.iter() if (value := element.get(attribute)) is not None]


def wires(root: ET.Element) -> list[ET.Element]:
    return [element for element in root.iter() if "wire" in classes(element)]


def series_of(kind: str) -> set[str]:
    """Name everything that the browser has of a run, which the page's numbers are."""
    numbers = KINDS[kind].defaults
    return set(timeline(CellSettings((1.0, 0.0), numbers, separate=True, kind=kind)))


def quantities(kind: str) -> set[str]:
    made_of = MADE_OF[kind]
    return set(made_of).union(*made_of.values())


def test_every_kind_is_drawn_for_wide_and_for_narrow_places() -> None:
    assert set(MADE_OF) == set(KINDS)
    names = {f"{kind.drawing}-{shape}.svg" for kind in KINDS.values() for shape in SHAPES}
    assert names == {path.name for path in DIAGRAMS.iterdir()}


def test_all_drawings_have_the_size_of_the_first(drawing: Drawing) -> None:
    assert drawing.root.get("viewBox") == SIZES[drawing.shape]
    assert classes(drawing.root) == {"lab-svg"}


def test_a_drawing_shows_every_quantity_and_parameter_of_its_kind(drawing: Drawing) -> None:
    known = quantities(drawing.kind) | set(KINDS[drawing.kind].parameters)
    there = set(stated(drawing.root, "data-quantity")) | set(stated(drawing.root, "data-own"))
    assert there == known
    numbers = set(stated(drawing.root, "data-value")) | set(stated(drawing.root, "data-part"))
    assert numbers == known


def test_numbers_and_strengths_are_those_of_the_run(drawing: Drawing) -> None:
    series = series_of(drawing.kind)
    assert quantities(drawing.kind) <= series
    for attribute in ("data-value", "data-level", "data-flow"):
        assert set(stated(drawing.root, attribute)) <= series, attribute
    for wire in wires(drawing.root):
        assert wire.get("data-level") == wire.get("data-flow")
    rests = [wire.get("data-flow") for wire in wires(drawing.root) if "data-rest" in wire.attrib]
    assert rests == RESTS.get(drawing.kind, [])


def test_every_operand_has_a_wire_to_what_is_computed_from_it(drawing: Drawing) -> None:
    leads = {
        (wire.attrib["data-flow"], into)
        for wire in wires(drawing.root)
        for into in wire.attrib["data-into"].split()
    }
    for name, operands in MADE_OF[drawing.kind].items():
        for operand in operands:
            assert (operand, name) in leads, f"{operand} into {name}"


def test_a_wire_leads_only_to_what_is_computed_from_it(drawing: Drawing) -> None:
    made_of = MADE_OF[drawing.kind]

    def behind(name: str) -> set[str]:
        operands = made_of.get(name, ())
        return set(operands).union(*map(behind, operands))

    for wire in wires(drawing.root):
        flow = wire.attrib["data-flow"]
        for into in wire.attrib["data-into"].split():
            assert flow in behind(into), f"{flow} into {into}"


def ends(wire: ET.Element) -> list[tuple[float, float]]:
    """Give the points of a path of M, H and V alone."""
    path = wire.attrib["d"]
    assert re.fullmatch(r"M[\d.]+ [\d.]+([HV][\d.]+)+", path), path
    points = []
    x = y = 0.0
    for command, rest in re.findall(r"([MHV])([^MHV]+)", path):
        if command == "M":
            x, y = map(float, rest.split())
        elif command == "H":
            x = float(rest)
        else:
            y = float(rest)
        points.append((x, y))
    return points


def test_wires_run_across_and_up_and_down_within_the_drawing(drawing: Drawing) -> None:
    _, _, width, height = map(float, drawing.root.attrib["viewBox"].split())
    for wire in wires(drawing.root):
        points = ends(wire)
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            assert (x1 == x2) != (y1 == y2), wire.attrib["d"]


def boxes_of_shapes(root: ET.Element) -> Iterator[tuple[float, float, float, float]]:
    for element in root.iter():
        if element.get("class") != "shape":
            continue
        number = {name: float(value) for name, value in element.attrib.items() if name != "class"}
        if "r" in number:
            x, y, r = number["cx"], number["cy"], number["r"]
            yield x - r, y - r, x + r, y + r
        else:
            x, y = number["x"], number["y"]
            yield x, y, x + number["width"], y + number["height"]


def test_no_wire_ends_in_the_open(drawing: Drawing) -> None:
    slack = 1  # an end touches a node or another wire
    nodes = list(boxes_of_shapes(drawing.root))
    lines = [ends(wire) for wire in wires(drawing.root)]
    for line in lines:
        stretches = [
            (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            for other in lines
            if other is not line
            for (x1, y1), (x2, y2) in itertools.pairwise(other)
        ]
        for x, y in (line[0], line[-1]):
            assert any(
                left - slack <= x <= right + slack and top - slack <= y <= bottom + slack
                for left, top, right, bottom in nodes + stretches
            ), (x, y)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_loop_of_a_basic_rnn_takes_h_back_to_where_it_was(shape: str) -> None:
    root = drawn("rnn", shape).root
    nodes = [element for element in root.iter() if "node" in classes(element)]
    (pill,) = (node for node in nodes if node.get("data-quantity") == "h_prev")
    left, top, right, bottom = next(boxes_of_shapes(pill))
    points = {
        flow: [ends(wire) for wire in wires(root) if wire.get("data-flow") == flow]
        for flow in ("h", "h_prev")
    }
    assert (right, (top + bottom) / 2) in [line[-1] for line in points["h"]]
    assert [line[0] for line in points["h_prev"]] == [(left, (top + bottom) / 2)]


def test_peepholes_are_dashed_and_only_they(drawing: Drawing) -> None:
    dashed = {
        (wire.attrib["data-flow"], into)
        for wire in wires(drawing.root)
        if "peephole" in classes(wire)
        for into in wire.attrib["data-into"].split()
    }
    looking = {("c_prev", "f"), ("c_prev", "i"), ("c", "o")}
    assert dashed == (looking if drawing.kind == "peephole" else set())


def test_a_recurrent_weight_shows_the_one_that_is_in_force(drawing: Drawing) -> None:
    switched = {
        element.attrib["data-own"]: element.attrib["data-tied"]
        for element in drawing.root.iter()
        if element.get("data-own")
    }
    assert switched == KINDS[drawing.kind].tied
    for element in drawing.root.iter():
        if own := element.get("data-own"):
            assert element.get("data-quantity") == element.get("data-tied")
            assert stated(element, "data-part") == [own]


def test_what_can_be_pointed_at_can_be_reached_by_key_and_has_a_name(drawing: Drawing) -> None:
    words = dictionary(drawing.kind)
    for element in drawing.root.iter():
        name, label = element.get("data-quantity", ""), element.get("aria-label")
        if classes(element) & {"node", "weight"}:
            assert element.get("tabindex") == "0"
            assert element.get("role") == "img"
        if "node" in classes(element):
            assert label in {f"{words[name]['title']} {words[name]['symbol']}", LEFT_OVER.get(name)}
        if "weight" in classes(element):
            assert label == name
            assert f"role-{KINDS[drawing.kind].parameters[name].role}" in classes(element)


@pytest.mark.parametrize("kind", MADE_OF)
def test_the_two_drawings_of_a_kind_show_the_same(kind: str) -> None:
    wide, narrow = (drawn(kind, shape).root for shape in SHAPES)
    for attribute in ("data-value", "data-part", "data-quantity", "data-own", "aria-label"):
        assert sorted(stated(wide, attribute)) == sorted(stated(narrow, attribute)), attribute

    def carried(root: ET.Element) -> set[tuple[str, str]]:
        return {
            (wire.attrib["data-flow"], into)
            for wire in wires(root)
            for into in wire.attrib["data-into"].split()
        }

    assert carried(wide) == carried(narrow)


# What is written, and how large


class Written(NamedTuple):
    """The ink of one piece of text: what it says, and its box."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def meet(one: Written, other: Written) -> bool:
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


LETTER, DIGIT = 0.55, 0.602  # widths in the size of the letters: a mean, and that of each digit
SIZES_OF_TEXT = {"sign": 16.0, "squash": 13.0}


def written(root: ET.Element) -> Iterator[Written]:
    """Give all text, numbers as long as a page usually has them."""
    for parent in root.iter():
        for element in parent:
            tag = element.tag.rpartition("}")[2]
            if tag == "text":
                yield letters(element)
            elif tag == "foreignObject":
                small = bool(classes(parent) & {"weight", "product"})
                yield number(element, "−0.12" if "weight" in classes(parent) else "−0.123", small)


def letters(element: ET.Element) -> Written:
    text = element.text or ""
    size = next((SIZES_OF_TEXT[one] for one in classes(element) if one in SIZES_OF_TEXT), 11.0)
    width = LETTER * size * sum(not unicodedata.combining(letter) for letter in text)
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    middle = classes(element) & {"symbol", "sign", "squash", "middle"}
    share = 0 if "start" in classes(element) else 1 if "end" in classes(element) else 0.5
    left = x - width * (share if middle else 0)
    return Written(text, left, y - 0.75 * size, left + width, y + 0.1 * size)


def number(element: ET.Element, text: str, small: bool) -> Written:
    size, line = (11.5, 13.0) if small else (12.5, 16.0)
    x, y, room = (float(element.attrib[name]) for name in ("x", "y", "width"))
    width = DIGIT * size * len(text)
    assert width <= room
    share = {"start": 0.0, "end": 1.0}
    where = next((share[one] for one in classes(element[0]) if one in share), 0.5)
    left = x + (room - width) * where
    top = y + (line - 0.73 * size) / 2
    return Written(text, left, top, left + width, top + 0.73 * size)


def test_no_text_lies_over_another(drawing: Drawing) -> None:
    for one, other in itertools.combinations(written(drawing.root), 2):
        assert not meet(one, other), (one, other)
