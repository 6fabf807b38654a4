"""Every formula with numbers put in is the engine's value; every drawing shows all of it."""

import ast
import itertools
import math
import operator
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from components import cell_words
from components.cell_kinds import KINDS, LSTM
from components.cell_quantity import Quantity
from components.cell_run import timeline
from components.cell_settings import CellSettings
from components.cell_words import WORDS
from components.concepts import CONCEPTS

DIAGRAMS = Path(__file__).parents[2] / "assets" / "diagrams"
DRAWINGS = sorted(DIAGRAMS.glob("lstm-*.svg"))

# Every product and sum is written out in another order than the engine's:
# a few roundings of 1e-16, of numbers below 10.
TOLERANCE = 1e-12

INPUTS = (1.0, 0.0, -0.5, 0.25, 2.0, 0.0, -1.0)


def settings_of(name: str, *, separate: bool) -> CellSettings:
    """Give every parameter of a kind an odd number of its own, as far as it is free."""
    kind = KINDS[name]
    odd = np.linspace(-1.3, 1.7, len(kind.parameters)).tolist()
    numbers = dict(zip(kind.parameters, odd, strict=True))
    if not separate:
        numbers |= {U: numbers[W] for U, W in kind.tied.items()}
    return CellSettings(INPUTS, numbers, separate, kind=name)


TIED = settings_of("lstm", separate=False)
SEPARATE = settings_of("lstm", separate=True)
PARAMETERS = LSTM.parameters


def quantities_of(kind: str) -> dict[str, Quantity]:
    """Give the words of all but the parameters."""
    words = WORDS[kind].quantities
    return {name: one for name, one in words.items() if name not in KINDS[kind].parameters}


QUANTITIES = quantities_of("lstm")


def dictionary() -> dict[str, dict[str, object]]:
    return cell_words.dictionary("lstm")


# A calculator of its own: nothing of what it checks is used in it.


OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "tanh": math.tanh,
}


def names_in(template: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", template)


def calculate(template: str, numbers: dict[str, float]) -> float:
    """Compute a template as a reader with a calculator does."""
    text = template.replace("σ", "sigmoid").replace("·", "*").replace("−", "-")
    text = text.replace("{", "").replace("}", "")

    def value(node: ast.AST) -> float:
        match node:
            case ast.Expression(body):
                return value(body)
            case ast.Name(name):
                return numbers[name]
            case ast.Constant(1):
                return 1.0
            case ast.BinOp(left, sign, right):
                return OPERATORS[type(sign)](value(left), value(right))
            case ast.Call(ast.Name(name), [argument]):
                return FUNCTIONS[name](value(argument))
        raise AssertionError(f"{template} has something that is no part of a formula")

    return value(ast.parse(text, mode="eval"))


def numbers_at(settings: CellSettings, t: int) -> dict[str, float]:
    """All numbers that a step can name."""
    numbers = {name: float(values[t]) for name, values in timeline(settings).items()}
    return numbers | dict(settings.numbers)


TEMPLATES = [
    (kind, name, template, separate)
    for kind in KINDS
    for name, words in quantities_of(kind).items()
    for template, separate in (
        ("worked", False),
        ("worked_separate", True),
        ("squashed", False),
        ("squashed", True),
    )
    if getattr(words, template)
]


@pytest.mark.parametrize(("kind", "name", "template", "separate"), TEMPLATES)
def test_a_formula_with_numbers_put_in_is_the_engine_s_value(
    kind: str, name: str, template: str, separate: bool
) -> None:
    for t in range(1, len(INPUTS) + 1):
        numbers = numbers_at(settings_of(kind, separate=separate), t)
        computed = calculate(getattr(quantities_of(kind)[name], template), numbers)
        assert computed == pytest.approx(numbers[name], rel=0, abs=TOLERANCE), t


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_has_no_formula_of_its_own_for_separate_weights_needs_none(kind: str) -> None:
    numbers = numbers_at(settings_of(kind, separate=True), 3)
    for name, words in quantities_of(kind).items():
        if words.worked and not words.worked_separate:
            computed = calculate(words.worked, numbers)
            assert computed == pytest.approx(numbers[name], rel=0, abs=TOLERANCE), name


def test_the_calculator_tells_a_wrong_formula() -> None:
    numbers = numbers_at(TIED, 3)
    wrong = calculate("{f}·{c_prev} + {i}·{h_prev}", numbers)
    assert abs(wrong - numbers["c"]) > 0.01


@pytest.mark.parametrize("kind", list(KINDS))
def test_with_tied_weights_no_formula_names_a_recurrent_one(kind: str) -> None:
    for name, words in quantities_of(kind).items():
        named = names_in(words.worked + words.squashed)
        assert not [one for one in named if one.startswith("U_")], name


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_equation_is_worked_and_computed_in_the_order_of_the_step(kind: str) -> None:
    known = {"x", "h_prev", "c_prev", "keep", "write", "tanh_c", *KINDS[kind].parameters}
    equations = WORDS[kind].equations
    for name in equations:
        words = WORDS[kind].quantities[name]
        assert words.formula.startswith(words.symbol.removesuffix("(t)") + " = "), name
        assert words.worked, name
        assert set(names_in(words.worked)) <= known, name
        known.add(name)
    # Each gate and state that is shown is worked out: what else is there was given.
    gates = {gate.name for gate in KINDS[kind].gates}
    assert gates | {KINDS[kind].state, "h", "y"} <= set(equations)


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_gate_shows_the_sum_before_its_squashing(kind: str) -> None:
    for gate in KINDS[kind].gates:
        assert names_in(quantities_of(kind)[gate.name].squashed) == [f"a_{gate.name}"]


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_operand_is_a_quantity_and_stands_in_the_formula(kind: str) -> None:
    quantities = quantities_of(kind)
    for name, words in quantities.items():
        assert set(words.operands) <= set(quantities), name
        # What the first line writes out, such as tanh C, is a number of the second.
        for first in filter(None, (words.worked, words.worked_separate)):
            written = set(names_in(first + words.squashed))
            for operand in words.operands:
                parts = set(quantities[operand].operands)
                assert operand in written or (parts and parts <= written), (name, operand)


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_quantity_and_every_parameter_has_its_words(kind: str) -> None:
    words = WORDS[kind].quantities
    assert set(KINDS[kind].parameters) < set(words)
    # Whatever the page shows of a run has words, and the other way round.
    run = {name for name in timeline(settings_of(kind, separate=True)) if name[:2] != "a_"}
    shown = set(words) - set(KINDS[kind].parameters)
    assert shown <= run
    unsaid = {"half_life", "sum"} | ({"keep"} if kind == "no_forget" else set())
    assert run - shown == unsaid & run
    for name, one in words.items():
        assert one.title, name
        assert not one.feeds or one.feeds in shown, name
        assert one.says.endswith("."), name
        assert one.role in {"f", "i", "g", "o", "c", "h", "x", "y"}, name


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_words_of_a_parameter_are_those_of_its_slider(kind: str) -> None:
    for name, parameter in KINDS[kind].parameters.items():
        words = WORDS[kind].quantities[name]
        assert f"{words.title} {words.symbol}" == parameter.label
        assert words.role == parameter.role


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_browser_gets_the_words_of_one_kind_and_nothing_empty(kind: str) -> None:
    told = cell_words.dictionary(kind)
    assert set(told) == set(WORDS[kind].quantities)
    for name, words in told.items():
        assert all(value for key, value in words.items() if key != "operands"), name
        for key, value in words.items():
            assert getattr(WORDS[kind].quantities[name], key) == value


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_panel_says_in_one_line_what_to_look_for(kind: str) -> None:
    look_for = WORDS[kind].look_for
    panels = {"Cell diagram", "Unrolled network", "Traces", "Worked step", "Readings"}
    assert look_for.keys() == panels | {"start", "same"}
    assert all(len(line) < 90 and "\n" not in line for line in look_for.values())
    assert bool(look_for["same"]) == bool(KINDS[kind].alike)


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_kind_speaks_of_what_it_does_not_have(kind: str) -> None:
    words = WORDS[kind]
    said = [*words.look_for.values(), *(bar.words for bar in words.bars), words.half_life]
    for one in words.quantities.values():
        said += [one.formula, one.formula_separate, one.says]
    text = " ".join(said)
    if KINDS[kind].state == "h":
        assert not re.search(r"\bC\b", text)
    if kind == "no_forget":
        assert not re.search(r"\bf\b|forget gate", text)
    if kind == "rnn":
        assert "gate" not in text


def test_the_squashed_numbers_in_the_concepts_are_those_of_the_functions() -> None:
    text = next(paragraph for title, paragraph in CONCEPTS if title == "Squashing")
    stated = re.findall(r"(σ|tanh)\((−?\d)\) = (−?[\d.]*\d)", text)
    assert len(stated) == 6
    for function, at, value in stated:
        squash = FUNCTIONS["sigmoid" if function == "σ" else "tanh"]
        decimals = len(value.partition(".")[2])
        computed = squash(float(at.replace("−", "-")))
        assert round(computed, decimals) == float(value.replace("−", "-")), (function, at)


def test_the_half_lives_in_the_concepts_are_those_of_the_formula() -> None:
    text = next(paragraph for title, paragraph in CONCEPTS if title == "Memory has a half-life")
    stated = re.findall(r"(\d) gives ([\d.]+)", text)
    assert len(stated) == 4
    for bias, steps in stated:
        computed = math.log(0.5) / math.log(1 / (1 + math.exp(-float(bias))))
        decimals = len(steps.partition(".")[2])
        assert round(computed, decimals) == float(steps), bias


# The drawings


def drawing(path: Path) -> ET.Element:
    return ET.parse(path).getroot()


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def stated(root: ET.Element, attribute: str) -> list[str]:
    return [value for element in root.iter() if (value := element.get(attribute)) is not None]


def wires(root: ET.Element) -> list[ET.Element]:
    return [element for element in root.iter() if "wire" in (element.get("class") or "").split()]


def corners(path: str) -> list[tuple[float, float]]:
    """Give the points of a path of M, H and V alone."""
    x = y = 0.0
    points = []
    assert re.fullmatch(r"M-?[\d.]+ -?[\d.]+([HV]-?[\d.]+)+", path), path
    for command, rest in re.findall(r"([MHV])([^MHV]+)", path):
        if command == "M":
            x, y = map(float, rest.split())
        elif command == "H":
            x = float(rest)
        else:
            y = float(rest)
        points.append((x, y))
    return points


@pytest.fixture(params=DRAWINGS, ids=lambda path: path.stem)
def root(request: pytest.FixtureRequest) -> ET.Element:
    path: Path = request.param
    return drawing(path)


def test_there_is_a_wide_drawing_and_a_narrow_one() -> None:
    assert [path.stem for path in DRAWINGS] == ["lstm-narrow", "lstm-wide"]


@pytest.mark.parametrize("attribute", ["data-quantity", "data-own", "data-tied"])
def test_what_a_drawing_explains_has_words(root: ET.Element, attribute: str) -> None:
    named = stated(root, attribute)
    assert named
    assert set(named) <= set(dictionary())


def test_what_a_wire_carries_and_leads_to_is_a_quantity(root: ET.Element) -> None:
    assert wires(root)
    assert set(stated(root, "data-flow")) <= set(QUANTITIES)
    leads_to = {name for into in stated(root, "data-into") for name in into.split()}
    assert leads_to <= set(QUANTITIES)


def test_a_wire_leads_to_what_is_computed_from_it(root: ET.Element) -> None:
    def made_of(name: str) -> set[str]:
        operands = QUANTITIES[name].operands
        return set(operands).union(*map(made_of, operands))

    for wire in wires(root):
        flow = wire.attrib["data-flow"]
        for into in wire.attrib["data-into"].split():
            assert flow in made_of(into), f"{flow} into {into}"


def test_every_operand_has_a_wire_to_what_is_computed_from_it(root: ET.Element) -> None:
    drawn = {
        (wire.attrib["data-flow"], into)
        for wire in wires(root)
        for into in wire.attrib["data-into"].split()
    }
    for name, words in QUANTITIES.items():
        for operand in words.operands:
            assert (operand, name) in drawn, f"{operand} into {name}"


def test_strengths_follow_numbers_that_the_browser_has(root: ET.Element) -> None:
    levels = set(stated(root, "data-level"))
    assert levels
    assert levels <= set(numbers_at(TIED, 1))
    for wire in wires(root):
        assert wire.get("data-level") == wire.get("data-flow")


def test_every_quantity_and_every_parameter_is_in_the_drawing(root: ET.Element) -> None:
    there = set(stated(root, "data-quantity")) | set(stated(root, "data-own"))
    assert there == set(QUANTITIES) | set(PARAMETERS)


def test_every_quantity_and_every_weight_has_its_number_on_the_drawing(root: ET.Element) -> None:
    numbers = set(stated(root, "data-value")) | set(stated(root, "data-part"))
    assert numbers == set(QUANTITIES) | set(PARAMETERS)


def test_a_live_number_on_the_drawing_has_one_of_the_names_that_stay_put(root: ET.Element) -> None:
    assert set(stated(root, "data-value")) == {
        "x",
        "f",
        "i",
        "g",
        "o",
        "c",
        "h",
        "y",
        "c_prev",
        "h_prev",
    }
    for element in root.iter():
        if element.get("data-value") or element.get("data-part"):
            assert element.tag == "{http://www.w3.org/1999/xhtml}data"
            assert element.text == "–"  # until there is a number


def test_what_can_be_pointed_at_can_be_reached_by_key_and_has_a_name(root: ET.Element) -> None:
    words = dictionary()
    for element in root.iter():
        classes = set((element.get("class") or "").split())
        name = element.get("data-quantity")
        if classes & {"node", "weight"}:
            assert name
            assert element.get("tabindex") == "0", name
            expected = {name, f"{words[name]['title']} {words[name]['symbol']}"}
            assert element.get("aria-label") in expected, name


def test_wires_run_only_across_and_up_and_down(root: ET.Element) -> None:
    for wire in wires(root):
        assert local(wire) == "path"
        points = corners(wire.attrib["d"])
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            assert (x1 == x2) != (y1 == y2), wire.attrib["d"]


def test_wires_stay_within_the_drawing(root: ET.Element) -> None:
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for wire in wires(root):
        for x, y in corners(wire.attrib["d"]):
            assert 0 <= x <= width
            assert 0 <= y <= height


def shapes(root: ET.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every node's shape."""
    boxes = []
    for element in root.iter():
        if element.get("class") != "shape":
            continue
        number = {name: float(value) for name, value in element.attrib.items() if name != "class"}
        if local(element) == "circle":
            x, y, r = number["cx"], number["cy"], number["r"]
            boxes.append((x - r, y - r, x + r, y + r))
        else:
            x, y = number["x"], number["y"]
            boxes.append((x, y, x + number["width"], y + number["height"]))
    return boxes


def test_no_wire_ends_in_the_open(root: ET.Element) -> None:
    """An end touches a node (drawn over it by less than a corner), or another wire."""
    slack = 7  # a gate is a circle: wires that enter beside its middle end within its box
    boxes = shapes(root)
    lines = [corners(wire.attrib["d"]) for wire in wires(root)]

    def touches_node(x: float, y: float) -> bool:
        return any(
            left - slack <= x <= right + slack and top - slack <= y <= bottom + slack
            for left, top, right, bottom in boxes
        )

    def touches_wire(x: float, y: float, but: list[tuple[float, float]]) -> bool:
        return any(
            min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2)
            for line in lines
            if line is not but
            for (x1, y1), (x2, y2) in itertools.pairwise(line)
        )

    for line in lines:
        for x, y in (line[0], line[-1]):
            assert touches_node(x, y) or touches_wire(x, y, line), (x, y)


def test_the_two_drawings_show_the_same() -> None:
    narrow, wide = (drawing(path) for path in DRAWINGS)

    def carried(root: ET.Element) -> set[tuple[str, str]]:
        return {(wire.attrib["data-flow"], wire.attrib["data-into"]) for wire in wires(root)}

    assert carried(narrow) == carried(wide)
    for attribute in ("data-value", "data-part", "data-quantity", "data-own", "data-tied"):
        assert sorted(stated(narrow, attribute)) == sorted(stated(wide, attribute)), attribute
    assert sorted(stated(narrow, "aria-label")) == sorted(stated(wide, "aria-label"))


def test_the_recurrent_connection_shows_the_weight_that_is_in_force(root: ET.Element) -> None:
    switched = [element for element in root.iter() if element.get("data-tied")]
    assert [element.get("data-own") for element in switched] == ["U_f", "U_i", "U_C", "U_o"]
    for element in switched:
        own, tied = element.attrib["data-own"], element.attrib["data-tied"]
        assert tied == own.replace("U_", "W_")
        assert element.get("data-quantity") == tied  # tied is the first thing seen
        assert stated(element, "data-part") == [own]  # which repeats W while they are tied


def test_a_drawing_brings_no_script_and_nothing_from_elsewhere(root: ET.Element) -> None:
    for element in root.iter():
        assert local(element) not in {"script", "image", "use", "style", "a"}
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name]
