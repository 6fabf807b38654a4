"""How tokens and probabilities are written."""

import math

import pytest

from lstm.shown import shown_probability, shown_token


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.0, "<0.01%"),
        (0.000099999, "<0.01%"),
        (0.0001, "0.01%"),
        (0.00354, "0.35%"),
        (0.5, "50.00%"),
        (0.99985, "99.98%"),
        (0.999949, "99.99%"),
        (0.99999, "99.99%"),
        (1.0, "99.99%"),
        (math.nan, "–"),
    ],
)
def test_no_probability_is_written_as_0_or_100(probability: float, expected: str) -> None:
    assert shown_probability(probability) == expected


def test_spaces_are_seen() -> None:
    assert [shown_token(text) for text in (" is", "is", " ", "\n\t", "")] == [
        "␣is",
        "is",
        "␣",
        "⏎⇥",
        "",
    ]
