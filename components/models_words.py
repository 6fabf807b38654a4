"""What the models that come with the lab are called, and a text that shows each at work."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The title of a model, and a text that it can read."""

    title: str
    text: str


_FUNCTION = """def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
"""

# By the name of the file, in the order in which they are shown.
SHIPPED_WORDS: dict[str, Words] = {
    "reber": Words("Embedded Reber grammar", "BTBTSXXTVVETE"),
    "counter": Words("Counter: aⁿbⁿ", "SaaaaabbbbbT"),
    "brackets": Words(
        "Brackets and quotes", '[see (the {old} map) of] low lands and "a (far) sea" by noon.'
    ),
    "agreement": Words(
        "Subject and verb",
        "the keys to the cabinet are here . the dog near the houses is old .",
    ),
    "python": Words("Python source code", _FUNCTION),
}
