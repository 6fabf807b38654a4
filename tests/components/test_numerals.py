"""How numbers are written on the page."""

import math

import numpy as np
import pytest

from components.numerals import fixed, grouped, percent, short


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.28765, 3, "0.288"),
        (-0.4852, 3, "−0.485"),
        (-0.0001, 3, "0.000"),
        (-0.0, 2, "0.00"),
        (-0.0006, 3, "−0.001"),
        (-2.5, 1, "−2.5"),
        (-7.0, 0, "−7"),
        (1e6, 0, "1000000"),
    ],
)
def test_fixed_decimals_have_a_real_minus_and_no_minus_zero(
    value: float, decimals: int, text: str
) -> None:
    assert fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (0.288, "0.29"),
        (-0.5, "−0.50"),
        (-0.001, "0.00"),
        (12.345, "12.35"),
        (99.99, "99.99"),
        (100.0, "100"),
        (-1234.5, "−1234"),
        (9999.0, "9999"),
        (12345.0, "1.2e4"),
        (1e6, "1.0e6"),
        (-1e6, "−1.0e6"),
        (1e-9, "0.00"),
        (math.nan, ""),
    ],
)
def test_a_number_in_a_cell_is_short(value: float, text: str) -> None:
    assert short(value) == text


def test_a_number_in_a_cell_never_takes_more_than_six_signs() -> None:
    # Just below each power of ten, where rounding adds a digit, and in between.
    magnitudes = [*(10.0 ** np.linspace(-3, 8, 2000)), *(10.0 ** np.arange(1, 9) * (1 - 1e-6))]
    for magnitude in magnitudes:
        for value in (magnitude, -magnitude):
            assert len(short(value)) <= 6, value
            assert "-" not in short(value)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0274, "2.7 %"),
        (0.9975, "100 %"),
        (0.5, "50 %"),
        (1.0, "100 %"),
        (0.0, "0.0 %"),
        (-0.8, "−80 %"),
        (-0.0001, "0.0 %"),
    ],
)
def test_a_share_is_written_in_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-100, "−100"),
        (0.5, "0.5"),
        (-0.25, "−0.25"),
        (1e6, "1,000,000"),
        (-1e6, "−1,000,000"),
        (12345, "12,345"),
    ],
)
def test_a_bound_is_written_with_a_real_minus_and_groups(value: float, text: str) -> None:
    assert grouped(value) == text
