"""The words of the basic RNN."""

from .cell_kinds import KINDS
from .cell_quantity import (
    INPUT,
    LOOK_FOR,
    OUTPUT,
    Bar,
    Quantity,
    Words,
    parameter_words,
    plain_parameters,
    previous_h,
)

_QUANTITIES: dict[str, Quantity] = {
    "x": INPUT,
    "h_prev": previous_h("What the loop brings back: all that the cell remembers."),
    "keep": Quantity(
        symbol="W_hidden·h(t−1)",
        title="Kept",
        role="h",
        says="What the loop gives back of the old state; nothing decides when to keep it.",
        formula="W_hidden·h(t−1)",
        worked="{W_hidden}·{h_prev}",
        operands=("h_prev",),
    ),
    "write": Quantity(
        symbol="W_in·x(t)",
        title="Read",
        role="x",
        says="What the input adds.",
        formula="W_in·x(t)",
        worked="{W_in}·{x}",
        operands=("x",),
    ),
    "a": Quantity(
        symbol="a(t)",
        title="Sum",
        role="h",
        says="What is kept plus what is read, and the bias, before tanh squashes it.",
        formula="a = W_in·x(t) + W_hidden·h(t−1) + b",
        worked="{W_in}·{x} + {W_hidden}·{h_prev} + {b}",
        squashed="{keep} + {write} + {b}",
        operands=("keep", "write"),
    ),
    "h": Quantity(
        symbol="h(t)",
        title="Hidden state",
        role="h",
        says="Memory and output in one, squashed anew at every step: so it fades.",
        formula="h = tanh(W_in·x(t) + W_hidden·h(t−1) + b)",
        worked="tanh({W_in}·{x} + {W_hidden}·{h_prev} + {b})",
        squashed="tanh({a})",
        operands=("keep", "write", "a"),
    ),
    "y": OUTPUT,
}
_SYMBOLS = {"x": "x", "h": "h", "y": "y"}

WORDS = Words(
    quantities=_QUANTITIES
    | parameter_words(KINDS["rnn"])
    | plain_parameters(
        KINDS["rnn"],
        W_in=("How strongly the input moves the hidden state.", "h"),
        W_hidden=(
            "How much of h comes back at the next step: near 1 it fades slowly, near 0 at once.",
            "h",
        ),
        b=("Added to the sum: where h comes to rest is not 0 unless b is.", "h"),
    ),
    equations=("h", "y"),
    lines=_SYMBOLS,
    readings=_SYMBOLS | {"a": "a", "h_prev": "h(t−1)"},
    bars=(
        Bar("keep", "kept W_hidden·h(t−1)", "h"),
        Bar("write", "read W_in·x(t)", "x"),
        Bar("a", "together, and b: a(t)", "h"),
    ),
    look_for=LOOK_FOR
    | {
        "Cell diagram": "The loop brings h back, times W_hidden: that is all its memory.",
        "Unrolled network": "The same cell at every step: h is all that runs along. Click a cell.",
        "Traces": "How fast does h fade? Drag to zoom.",
        "start": "At t = 0, h = 0. Press Play or → to begin.",
        "same": "",
        "Readings": "h(t) is the tanh of what was kept and read.",
    },
)
