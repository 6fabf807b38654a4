"""What every symbol of the LSTM cell is called, computes and means.

One table serves the worked step, the explanations on hover and focus, and the
lit paths of the diagram. In the templates, ``{name}`` stands for a number that
the browser fills in: a gate, a state, a parameter, or a sum before the
squashing (``{a_f}``). A test evaluates every template against the engine.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from .cell_settings import GATES


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


def _gate(name: str, letter: str, title: str, squash: str, says: str) -> Quantity:
    symbol = "C̃" if name == "g" else name
    return Quantity(
        symbol=f"{symbol}(t)",
        title=title,
        role=name,
        says=says,
        formula=f"{symbol} = {squash}(W_{letter}·[h(t−1), x(t)] + b_{letter})",
        formula_separate=(f"{symbol} = {squash}(W_{letter}·x(t) + U_{letter}·h(t−1) + b_{letter})"),
        worked=f"{squash}({{W_{letter}}}·({{h_prev}} + {{x}}) + {{b_{letter}}})",
        worked_separate=(
            f"{squash}({{W_{letter}}}·{{x}} + {{U_{letter}}}·{{h_prev}} + {{b_{letter}}})"
        ),
        squashed=f"{squash}({{a_{name}}})",
        operands=("h_prev", "x"),
    )


QUANTITIES: dict[str, Quantity] = {
    "x": Quantity("x(t)", "Input", "x", "What step t reads: the next number of your sequence."),
    "h_prev": Quantity(
        "h(t−1)", "Previous hidden state", "h", "What the cell said last; every gate hears it."
    ),
    "c_prev": Quantity(
        "C(t−1)", "Previous cell state", "c", "The memory as the last step left it."
    ),
    "f": _gate("f", "f", "Forget gate", "σ", "1 keeps the whole memory, 0 wipes it."),
    "i": _gate("i", "i", "Input gate", "σ", "How much of the candidate is written: 1 all, 0 none."),
    "g": _gate("g", "C", "Candidate", "tanh", "What would be written, from −1 to 1."),
    "keep": Quantity(
        symbol="f·C(t−1)",
        title="Kept memory",
        role="f",
        says="What is left of the old memory after the forget gate.",
        formula="f·C(t−1)",
        worked="{f}·{c_prev}",
        operands=("f", "c_prev"),
    ),
    "write": Quantity(
        symbol="i·C̃",
        title="Written memory",
        role="i",
        says="What the input gate lets in of the candidate.",
        formula="i·C̃",
        worked="{i}·{g}",
        operands=("i", "g"),
    ),
    "c": Quantity(
        symbol="C(t)",
        title="Cell state",
        role="c",
        says="The long-term memory: what was kept plus what is written. Nothing squashes it.",
        formula="C = f·C(t−1) + i·C̃",
        worked="{f}·{c_prev} + {i}·{g}",
        squashed="{keep} + {write}",
        operands=("keep", "write"),
    ),
    "tanh_c": Quantity(
        symbol="tanh C(t)",
        title="Squashed cell state",
        role="c",
        says="The memory brought between −1 and 1 before it is shown.",
        formula="tanh(C)",
        worked="tanh({c})",
        operands=("c",),
    ),
    "o": _gate("o", "o", "Output gate", "σ", "How much of the memory is shown: 1 all, 0 none."),
    "h": Quantity(
        symbol="h(t)",
        title="Hidden state",
        role="h",
        says="What the cell says now; the next step hears it as h(t−1).",
        formula="h = o·tanh(C)",
        worked="{o}·tanh({c})",
        squashed="{o}·{tanh_c}",
        operands=("o", "tanh_c"),
    ),
    "y": Quantity(
        symbol="y(t)",
        title="Output",
        role="y",
        says="The hidden state, scaled and shifted: what leaves the network.",
        formula="y = W_out·h + b_out",
        worked="{W_out}·{h} + {b_out}",
        operands=("h",),
    ),
}

# The order in which a step is worked out, which is also the order of the panel.
EQUATIONS = ("f", "i", "g", "c", "o", "h", "y")


def _parameters() -> dict[str, Quantity]:
    words: dict[str, Quantity] = {}
    for role, letter, title in GATES:
        name = title.lower()
        words[f"W_{letter}"] = Quantity(
            f"W_{letter}",
            f"{title} weight",
            role,
            f"How strongly x(t) moves the {name}; tied weights use it for h(t−1) too.",
            feeds=role,
        )
        words[f"U_{letter}"] = Quantity(
            f"U_{letter}",
            f"{title} recurrent weight",
            role,
            f"How strongly h(t−1) moves the {name}; tied weights make it equal to W_{letter}.",
            feeds=role,
        )
        words[f"b_{letter}"] = Quantity(
            f"b_{letter}",
            f"{title} bias",
            role,
            (
                "Added to the sum. With x(t) and h(t−1) at 0 "
                + (
                    "the candidate is tanh(b_C): 0 at 0."
                    if role == "g"
                    else f"the gate rests at σ(b_{letter}): half open at 0."
                )
            ),
            feeds=role,
        )
    words["W_out"] = Quantity("W_out", "Output weight", "y", "Scales h(t) to make y(t).", feeds="y")
    words["b_out"] = Quantity("b_out", "Output bias", "y", "The output when h(t) is 0.", feeds="y")
    return words


def dictionary() -> dict[str, dict[str, Any]]:
    """Give all words as plain data, for the browser."""
    return {name: asdict(words) for name, words in (QUANTITIES | _parameters()).items()}


LOOK_FOR = {
    "Cell diagram": "Follow the pink line: × fades the memory, + adds to it. Point at anything.",
    "Unrolled network": "The same cell at every step: C runs along the top, h below. Click a cell.",
    "Traces": "Does C outlast the pulse? Drag to zoom.",
    "Worked step": "Point at a number to find it in the diagram.",
    "start": "At t = 0, C = h = 0. Press Play or → to begin.",
    "same": "Equal weights: f, i and o are one line.",
    "Training": "Press Train: y bends to the dashed target, and the sliders move.",
    "Readings": "What was kept plus what was written is C(t).",
}

TRY = (
    "Play the single pulse and watch C fade. Press Remember and play again. Then Latch with "
    "the sequence Set and clear. Then move one slider while the time stands still, and see "
    "every number that depends on it follow. At last switch Training on, choose Latch there, and "
    "press Train."
)
