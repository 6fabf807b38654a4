"""Texts that are one click away on the Network page, each with what to look for."""

from dataclasses import dataclass

import numpy as np

from .network_settings import Reads, Source


@dataclass(frozen=True)
class Example:
    """A text that is one click away, the network to read it, and what to look for."""

    title: str
    text: str
    reads: Reads
    source: Source
    unit: int
    look_for: str


EXAMPLES: dict[str, Example] = {
    "brackets": Example(
        "Brackets",
        "[[see (the) old] map of the] low lands",
        "characters",
        "characters",
        0,
        "Unit 0 counts: every opening bracket adds ¼ to C, every closing one takes it away. "
        "Unit 2 is a latch: on at [, off at ].",
    ),
    "gap": Example(
        "Across a gap",
        "+.............?....-........?..",
        "characters",
        "characters",
        4,
        "Unit 4 stores + or − in C and says nothing: its output gate opens only at a ? mark.",
    ),
    "counting": Example(
        "Count aⁿbⁿ",
        "aaaaabbbbb.aaabbb.aaaabb",
        "characters",
        "characters",
        1,
        "Unit 1 adds for each a and takes away for each b: C is back at 0 where they are as many.",
    ),
    "quotes": Example(
        "Quotes",
        'he said "go on" and "stop here" then left',
        "characters",
        "characters",
        3,
        "Unit 3 toggles. Opening and closing quotes look alike: h(t−1) tells it which one came.",
    ),
    "late": Example(
        "Late reference",
        "The keys to the cabinet near the old door are on the table . The dog is big .",
        "words",
        "words",
        0,
        "Unit 0 keeps the subject's number and shows it at the verb; each noun misleads unit 2.",
    ),
    "numbers": Example(
        "Two waves",
        "\n".join(
            f"{np.sin(t / 3):.2f}, {np.cos(t / 7):.2f}".replace("-0.00", "0.00") for t in range(60)
        ),
        "numbers",
        "new",
        0,
        "A random network follows its inputs: sort by similarity to see units that move alike.",
    ),
}
DEFAULT_EXAMPLE = "brackets"
