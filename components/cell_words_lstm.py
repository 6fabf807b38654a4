"""The words of the LSTM and of the kinds that are made like it."""

from dataclasses import replace

from .cell_kinds import CANDIDATE, FORGET, INPUT, KINDS, SHOW
from .cell_quantity import (
    INPUT as X,
)
from .cell_quantity import (
    LOOK_FOR,
    OUTPUT,
    Bar,
    Quantity,
    Words,
    gate_words,
    parameter_words,
    previous_h,
)

_KEPT = Bar("keep", "kept f·C(t−1)", "f")
_WRITTEN = Bar("write", "written i·C̃", "i")
_TOGETHER = Bar("c", "together C(t)", "c")

_SAYS = {
    "f": "1 keeps the whole memory, 0 wipes it.",
    "i": "How much of the candidate is written: 1 all, 0 none.",
    "g": "What would be written, from −1 to 1.",
    "o": "How much of the memory is shown: 1 all, 0 none.",
}
_STATES = {
    "x": X,
    "h_prev": previous_h("What the cell said last; every gate hears it."),
    "c_prev": Quantity(
        "C(t−1)", "Previous cell state", "c", "The memory as the last step left it."
    ),
}
_C = Quantity(
    symbol="C(t)",
    title="Cell state",
    role="c",
    says="The long-term memory: what was kept plus what is written. Nothing squashes it.",
    formula="C = f·C(t−1) + i·C̃",
    worked="{f}·{c_prev} + {i}·{g}",
    squashed="{keep} + {write}",
    operands=("keep", "write"),
)
_LSTM: dict[str, Quantity] = {
    **_STATES,
    "f": gate_words(FORGET, _SAYS["f"]),
    "i": gate_words(INPUT, _SAYS["i"]),
    "g": gate_words(CANDIDATE, _SAYS["g"]),
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
    "c": _C,
    "tanh_c": Quantity(
        symbol="tanh C(t)",
        title="Squashed cell state",
        role="c",
        says="The memory brought between −1 and 1 before it is shown.",
        formula="tanh(C)",
        worked="tanh({c})",
        operands=("c",),
    ),
    "o": gate_words(SHOW, _SAYS["o"]),
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
    "y": OUTPUT,
}
_NO_FORGET = {name: words for name, words in _LSTM.items() if name not in ("f", "keep")} | {
    "c": replace(
        _C,
        says="The memory: all that was there plus what is written. Nothing takes away from it.",
        formula="C = C(t−1) + i·C̃",
        worked="{c_prev} + {i}·{g}",
        squashed="{c_prev} + {write}",
        operands=("c_prev", "write"),
    ),
}
_COUPLED = _LSTM | {
    "i": Quantity(
        symbol="i(t)",
        title="Input gate",
        role="i",
        says="What is not kept makes room: there is as much writing as forgetting.",
        formula="i = 1 − f",
        worked="1 − {f}",
        operands=("f",),
    ),
    "c": replace(
        _C,
        says="A mean of the old memory and the candidate, so that it never leaves −1 … 1.",
        formula="C = f·C(t−1) + (1 − f)·C̃",
    ),
}
_PEEPHOLE = _LSTM | {
    "f": gate_words(FORGET, f"{_SAYS['f']} It sees the old C itself.", "c_prev"),
    "i": gate_words(INPUT, f"{_SAYS['i']} It sees the old C itself.", "c_prev"),
    "o": gate_words(SHOW, f"{_SAYS['o']} It sees the new C itself.", "c"),
}

_SYMBOLS = {"x": "x", "c": "C", "h": "h", "y": "y", "f": "f", "i": "i", "g": "C̃", "o": "o"}
_DIAGRAM = "Follow the pink line: × fades the memory, + adds to it. Point at anything."
_READINGS = "What was kept plus what was written is C(t)."


def _words(
    kind: str, quantities: dict[str, Quantity], same: str, *, without: str = "", **look_for: str
) -> Words:
    """Put together what the page says; ``without`` is a gate that the kind does not have."""
    lines = {name: symbol for name, symbol in _SYMBOLS.items() if name != without}
    kept = Bar("c_prev", "kept C(t−1)", "c") if without == "f" else _KEPT
    return Words(
        quantities=quantities | parameter_words(KINDS[kind]),
        equations=tuple(name for name in ("f", "i", "g", "c", "o", "h", "y") if name != without),
        lines=lines,
        readings=lines | {"c_prev": "C(t−1)", "h_prev": "h(t−1)"},
        bars=(kept, _WRITTEN, _TOGETHER),
        look_for=LOOK_FOR
        | {"Cell diagram": _DIAGRAM, "Readings": _READINGS}
        | {name.replace("_", " ").capitalize(): line for name, line in look_for.items()}
        | {"same": same},
        half_life="" if without == "f" else "With nothing written C halves in",
    )


WORDS = {
    "lstm": _words("lstm", _LSTM, "Equal weights: f, i and o are one line."),
    "no_forget": _words(
        "no_forget",
        _NO_FORGET,
        "Equal weights: i and o are one line.",
        without="f",
        cell_diagram="No × on the pink line: what is in C stays there, and + adds to it.",
        traces="Does C ever come back down? Drag to zoom.",
        readings="All that was there plus what was written is C(t).",
    ),
    "coupled": _words(
        "coupled",
        _COUPLED,
        "Equal weights: f and o are one line.",
        cell_diagram="One gate for both: what f lets go of, 1 − f writes anew. Point at anything.",
    ),
    "peephole": _words(
        "peephole",
        _PEEPHOLE,
        "Equal weights: f and i are one line.",
        cell_diagram="The dashed lines: f and i look at the old C, o at the new one.",
    ),
}
