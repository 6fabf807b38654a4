"""What is asked of a text-to-image model, and its key."""

from dataclasses import replace
from typing import Any

import pytest

from lstm import LabError
from lstm.painters.painting import Painting

ONE = Painting("1" * 64, "sd", "2" * 64)


def test_whatever_changes_the_picture_changes_its_key() -> None:
    known = {ONE.key}
    assert len(ONE.key) == 64
    changes: list[dict[str, Any]] = [
        {"map": "3" * 64},
        {"folder": "other"},
        {"model": "4" * 64},
        {"style": "a painting of"},
        {"seed": 1},
        {"steps": 26},
        {"guidance": 7.0},
        {"size": 4},
    ]
    for change in changes:
        key = replace(ONE, **change).key
        assert key not in known
        known.add(key)
    assert replace(ONE, guidance=8).key == replace(ONE, guidance=8.0).key


def test_it_comes_back_from_json() -> None:
    assert Painting.from_json(ONE.to_json()) == ONE
    assert Painting.from_json({**ONE.to_json(), "guidance": 8}).guidance == 8.0


@pytest.mark.parametrize(
    "changes", [{"seed": "1"}, {"seed": True}, {"steps": None}, {"folder": 3}, {"guidance": "7"}]
)
def test_what_is_no_painting_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(LabError, match=f"damaged at '{next(iter(changes))}'"):
        Painting.from_json({**ONE.to_json(), **changes})
    with pytest.raises(LabError, match="damaged at 'map'"):
        Painting.from_json([])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": -1}, r"The seed is -1\. Use 0 to"),
        ({"steps": 0}, r"The number of steps is 0\. Use 1 to 150"),
        ({"steps": 151}, r"steps is 151"),
        ({"guidance": 0.5}, r"The guidance is 0\.5\. Use 1 to 30"),
        ({"guidance": float("nan")}, r"The guidance is nan"),
        ({"size": 3}, r"The size is 3 windows\. Use one of 2, 4, 8"),
        ({"style": "a" * 201}, r"The style has 201 characters\. Use at most 200"),
    ],
)
def test_what_is_out_of_range_is_said(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(LabError, match=words):
        replace(ONE, **changes)
