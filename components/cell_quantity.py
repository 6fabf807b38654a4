"""What a symbol of a cell has to say of itself, and the words that all kinds share.

One table for each kind serves the worked step, the explanations on hover and
focus, and the lit paths of the diagram. In the templates, ``{name}`` stands for
a number that the browser fills in: a gate, a state, a parameter, or a sum before
the squashing (``{a_f}``). A test evaluates every template against the engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .cell_kinds import CellKind
from .cell_parameters import Gate


@dataclass(frozen=True)
class Quantity:
    """One symbol: its name, its formula, its formula with numbers, and a sentence."""

    symbol: str
    title: str
    role: str
    says: str
    formula: str = ""
    formula_separate: str = ""
    worked: str = ""
    worked_separate: str = ""
    squashed: str = ""
    operands: tuple[str, ...] = field(default=())
    feeds: str = ""


class Bar(NamedTuple):
    """One of the bars that show how a sum comes about: the quantity, its words and role."""

    quantity: str
    words: str
    role: str


@dataclass(frozen=True)
class Words:
    """What the page says of a kind of cell.

    Attributes
    ----------
    quantities : mapping of str to Quantity
    equations : tuple of str
        Those that are worked out, in the order of a step.
    lines : mapping of str to str
        The symbols of what the traces show.
    readings : mapping of str to str
        The symbols of the readings, the lines first.
    bars : tuple of Bar
        Two parts and their sum.
    look_for : mapping of str to str
        What to look for in each panel.
    half_life : str
        What the half-life is one of; empty where there is none.
    """

    quantities: Mapping[str, Quantity]
    equations: tuple[str, ...]
    lines: Mapping[str, str]
    readings: Mapping[str, str]
    bars: tuple[Bar, Bar, Bar]
    look_for: Mapping[str, str]
    half_life: str = ""


INPUT = Quantity("x(t)", "Input", "x", "What step t reads: the next number of your sequence.")
OUTPUT = Quantity(
    symbol="y(t)",
    title="Output",
    role="y",
    says="The hidden state, scaled and shifted: what leaves the network.",
    formula="y = W_out·h + b_out",
    worked="{W_out}·{h} + {b_out}",
    operands=("h",),
)
LOOK_FOR = {
    "Unrolled network": "The same cell at every step: C runs along the top, h below. Click a cell.",
    "Traces": "Does C outlast the pulse? Drag to zoom.",
    "Worked step": "Point at a number to find it in the diagram.",
    "start": "At t = 0, C = h = 0. Press Play or → to begin.",
}


def previous_h(says: str) -> Quantity:
    """Give the words of h(t−1)."""
    return Quantity("h(t−1)", "Previous hidden state", "h", says)


def gate_words(gate: Gate, says: str, peephole: str = "") -> Quantity:
    """Give the words of a gate; ``peephole`` is the state that it sees, c_prev or c."""
    name, letter, role, title, squash = gate
    symbol = "C̃" if name == "g" else name
    seen = {"c_prev": f" + P_{letter}·C(t−1)", "c": f" + P_{letter}·C(t)"}.get(peephole, "")
    sees = f" + {{P_{letter}}}·{{{peephole}}}" if peephole else ""
    return Quantity(
        symbol=f"{symbol}(t)",
        title=title,
        role=role,
        says=says,
        formula=f"{symbol} = {squash}(W_{letter}·[h(t−1), x(t)]{seen} + b_{letter})",
        formula_separate=(
            f"{symbol} = {squash}(W_{letter}·x(t) + U_{letter}·h(t−1){seen} + b_{letter})"
        ),
        worked=f"{squash}({{W_{letter}}}·({{h_prev}} + {{x}}){sees} + {{b_{letter}}})",
        worked_separate=(
            f"{squash}({{W_{letter}}}·{{x}} + {{U_{letter}}}·{{h_prev}}{sees} + {{b_{letter}}})"
        ),
        squashed=f"{squash}({{a_{name}}})",
        operands=("h_prev", "x", *([peephole] if peephole else [])),
    )


def parameter_words(kind: CellKind) -> dict[str, Quantity]:
    """Give the words of the parameters of a kind that has gates."""
    words: dict[str, Quantity] = {}
    for gate in kind.gates:
        name = gate.title.lower()
        says = {
            "W": f"How strongly x(t) moves the {name}; tied weights use it for h(t−1) too.",
            "U": (
                f"How strongly h(t−1) moves the {name}; tied weights make it equal to "
                f"W_{gate.letter}."
            ),
            "P": f"How strongly C{'(t)' if gate.name == 'o' else '(t−1)'} moves the {name}.",
            "b": _bias_says(kind, gate),
        }
        for letter, sentence in says.items():
            parameter = f"{letter}_{gate.letter}"
            if parameter in kind.parameters:
                words[parameter] = _parameter(kind, parameter, sentence, gate.name)
    words["W_out"] = _parameter(kind, "W_out", "Scales h(t) to make y(t).", "y")
    words["b_out"] = _parameter(kind, "b_out", "The output when h(t) is 0.", "y")
    return words


def _bias_says(kind: CellKind, gate: Gate) -> str:
    letter = gate.letter
    others = ["x(t)", "h(t−1)"]
    others += ["C"] if f"P_{letter}" in kind.parameters else []
    others += ["b_hn"] if gate.name == "n" else []
    where = f"{', '.join(others[:-1])} and {others[-1]}"
    rests = (
        f"the candidate is tanh(b_{letter}): 0 at 0."
        if gate.squash == "tanh"
        else f"the gate rests at σ(b_{letter}): half open at 0."
    )
    return f"Added to the sum. With {where} at 0 {rests}"


def _parameter(kind: CellKind, name: str, says: str, feeds: str) -> Quantity:
    """Give the words of a parameter, under the name of its slider."""
    parameter = kind.parameters[name]
    title = parameter.label.removesuffix(f" {name}")
    return Quantity(name, title, parameter.role, says, feeds=feeds)


def plain_parameters(kind: CellKind, **each: tuple[str, str]) -> dict[str, Quantity]:
    """Give the words of parameters: what each says, and what it feeds."""
    return {name: _parameter(kind, name, says, feeds) for name, (says, feeds) in each.items()}
