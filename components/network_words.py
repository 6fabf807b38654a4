"""What the symbols of the Network page mean, and what to look for in each panel."""

from typing import Any

_SUM = "Inputs, h(t−1) and bias, each weighted, added up; squashed, it is the gate."

WORDS: dict[str, dict[str, Any]] = {
    name: {"symbol": symbol, "title": title, "role": role, "says": says}
    for name, symbol, title, role, says in (
        ("f", "f", "Forget gate, mean", "f", "1: the units keep their memory, 0: they wipe it."),
        ("i", "i", "Input gate, mean", "i", "How much of their candidates the units write."),
        ("o", "o", "Output gate, mean", "o", "How much of their memory the units show in h."),
        ("g", "C̃", "Candidate, mean", "g", "What the units would write, from −1 to 1."),
        ("c_norm", "‖C‖", "Length of the cell state", "c", "√ΣC²: how much memory is in use."),
        ("h_norm", "‖h‖", "Length of the hidden state", "h", "√Σh²: how much the layer says."),
        (
            "saturated",
            "saturated",
            "Saturated gates",
            "plain",
            "The share of forget, input and output gates below 0.1 or above 0.9: these units "
            "decide, the others mix.",
        ),
        ("token", "token", "Token", "x", "What step t reads."),
        ("t", "t", "Step", "plain", "0 is the initial state; step t reads token t."),
        *(
            (
                f"a_{name}",
                f"a_{name}",
                f"What the {gate} got",
                name,
                "Inputs, h(t−1) and bias, each weighted, added up; squashed, it is the gate.",
            )
            for name, gate in (
                ("f", "forget gate"),
                ("i", "input gate"),
                ("g", "candidate"),
                ("o", "output gate"),
            )
        ),
        ("c", "C", "Cell state of the pinned unit", "c", "f·C(t−1) + i·C̃"),
        ("h", "h", "Hidden state of the pinned unit", "h", "o·tanh C(t)"),
    )
}

SYMBOLS = {"f": "f", "i": "i", "o": "o", "g": "C̃", "c": "C", "h": "h"}
BARS = {
    "f": "Forget f",
    "i": "Input i",
    "o": "Output o",
    "g": "Candidate C̃",
    "c": "Cell C",
    "h": "Hidden h",
}

LOOK_FOR = {
    "Architecture": "A bar is a unit: press one to pin it.",
    "Gate heat maps": "A row is a unit, a column a step. A click goes there and pins the unit; "
    "drag to zoom, double-click to see all.",
    "Cell state": "Flat lines remember, steps write, slopes leak.",
    "Hidden state": "What the units say: C, as far as the output gate lets it.",
    "Whole stack": "h of every layer; higher ones often move more slowly. Press one to see it.",
    "Readings": "The layer at t: lengths of C and h, means of the gates.",
    "Unit": "What each gate of this unit got, the largest terms first.",
    "Unit at the start": "Press → or Play: step 1 has the first sums.",
    "Saturation": "A point is a gate of a unit: right open, up shut.",
}

GATE_ORDER = (
    "Rows of the weights stand in PyTorch's order: input i, forget f, candidate g, output o; "
    "its two biases are added up."
)

TRY = (
    "Play the brackets: unit 0 counts them, unit 2 is a latch, unit 3 waits for a quote. Load "
    "Across a gap: the memory is written at once and shown only when asked. Then choose a new "
    "network and see how little random weights have to tell; sort its units by similarity. Or "
    "open your own PyTorch model, and pin a unit."
)
