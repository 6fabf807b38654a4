"""The words of the GRU."""

from .cell_kinds import KINDS, RESET, UPDATE
from .cell_quantity import (
    INPUT,
    LOOK_FOR,
    OUTPUT,
    Bar,
    Quantity,
    Words,
    gate_words,
    parameter_words,
    plain_parameters,
    previous_h,
)

_QUANTITIES: dict[str, Quantity] = {
    "x": INPUT,
    "h_prev": previous_h("The memory as the last step left it; the gates and n hear it."),
    "r": gate_words(RESET, "How much of the past the candidate hears: 1 all, 0 none."),
    "z": gate_words(UPDATE, "1 keeps the whole memory, 0 puts the candidate in its place."),
    "recall": Quantity(
        symbol="r·(U_n·h(t−1) + b_hn)",
        title="Recalled",
        role="i",
        says="What the reset gate lets the candidate hear of the past.",
        formula="r·(W_n·h(t−1) + b_hn)",
        formula_separate="r·(U_n·h(t−1) + b_hn)",
        worked="{r}·({W_n}·{h_prev} + {b_hn})",
        worked_separate="{r}·({U_n}·{h_prev} + {b_hn})",
        operands=("r", "h_prev"),
    ),
    "n": Quantity(
        symbol="n(t)",
        title="Candidate",
        role="g",
        says="What would be written, from −1 to 1.",
        formula="n = tanh(W_n·x(t) + b_n + r·(W_n·h(t−1) + b_hn))",
        formula_separate="n = tanh(W_n·x(t) + b_n + r·(U_n·h(t−1) + b_hn))",
        worked="tanh({W_n}·{x} + {b_n} + {r}·({W_n}·{h_prev} + {b_hn}))",
        worked_separate="tanh({W_n}·{x} + {b_n} + {r}·({U_n}·{h_prev} + {b_hn}))",
        squashed="tanh({a_n})",
        operands=("x", "recall"),
    ),
    "keep": Quantity(
        symbol="z·h(t−1)",
        title="Kept memory",
        role="f",
        says="What is left of the old memory after the update gate.",
        formula="z·h(t−1)",
        worked="{z}·{h_prev}",
        operands=("z", "h_prev"),
    ),
    "write": Quantity(
        symbol="(1 − z)·n",
        title="Written memory",
        role="g",
        says="The candidate's share: as much as the update gate does not keep.",
        formula="(1 − z)·n",
        worked="(1 − {z})·{n}",
        operands=("z", "n"),
    ),
    "h": Quantity(
        symbol="h(t)",
        title="Hidden state",
        role="h",
        says="Memory and output in one: a mean of the old h and the candidate.",
        formula="h = z·h(t−1) + (1 − z)·n",
        worked="{z}·{h_prev} + (1 − {z})·{n}",
        squashed="{keep} + {write}",
        operands=("keep", "write"),
    ),
    "y": OUTPUT,
}
_SYMBOLS = {"x": "x", "h": "h", "y": "y", "z": "z", "r": "r", "n": "n"}

WORDS = Words(
    quantities=_QUANTITIES
    | parameter_words(KINDS["gru"])
    | plain_parameters(
        KINDS["gru"],
        b_hn=("Added to U_n·h(t−1) before the reset gate takes its share.", "recall"),
    ),
    equations=("r", "z", "n", "h", "y"),
    lines=_SYMBOLS,
    readings=_SYMBOLS | {"h_prev": "h(t−1)"},
    bars=(
        Bar("keep", "kept z·h(t−1)", "f"),
        Bar("write", "new (1 − z)·n", "g"),
        Bar("h", "together h(t)", "h"),
    ),
    look_for=LOOK_FOR
    | {
        "Cell diagram": "One state, h: z keeps its share, 1 − z lets n in. Point at anything.",
        "Unrolled network": "The same cell at every step: h is all that runs along. Click a cell.",
        "Traces": "Does h outlast the pulse? Drag to zoom.",
        "start": "At t = 0, h = 0. Press Play or → to begin.",
        "same": "Equal weights: r and z are one line.",
        "Readings": "What was kept plus what is new is h(t).",
    },
    half_life="With nothing new h halves in",
)
