"""Colours, mixed and read."""

import itertools

import pytest

from lstm import LabError
from lstm.painters.colours import contrast, mix, rgb, written

COLOURS = ("#000000", "#FFFFFF", "#777777", "#2C6CAE", "#f0e442", "#767676", "#0b0f17")


@pytest.mark.parametrize("wrong", ["", "red", "#12345", "#12345g", "1234567", "#1234567"])
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(LabError, match=r"is no colour\. Use one like #56B4E9"):
        rgb(wrong)


def test_colours_are_mixed() -> None:
    assert mix("#102030", "#506070", 0) == "#102030"
    assert mix("#102030", "#506070", 1) == "#506070"
    assert mix("#102030", "#506070", 0.25) == "#203040"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert contrast("#0000FF", "#FFFFFF") == pytest.approx(8.59, abs=0.005)


def test_what_is_written_can_be_read_on_any_fill() -> None:
    for fill, ink, other in itertools.product(COLOURS, repeat=3):
        for force in (0.0, 0.6, 1.0):
            assert contrast(fill, written(fill, (ink, other), force)) >= 4.5


def test_letters_are_no_louder_than_they_need_to_be() -> None:
    assert written("#000000", ("#ffffff",), 1.0) == "#ffffff"
    assert written("#000000", ("#ffffff",), 0.7) == mix("#000000", "#ffffff", 0.7)
    assert contrast("#000000", written("#000000", ("#ffffff",), 0.0)) < 5.5
