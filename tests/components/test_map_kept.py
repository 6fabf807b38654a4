"""What is kept of maps in memory: the last few, as long as there is room."""

import pytest

from components.map_kept import Kept
from lstm import LabError


def test_values_used_longest_ago_make_room() -> None:
    kept, made = Kept(10), list[str]()

    def get(name: str, size: int = 4) -> str:
        def make() -> str:
            made.append(name)
            return name.upper()

        return kept.get(name, make, lambda _: size)

    assert [get("a"), get("b"), get("a")] == ["A", "B", "A"]
    get("c")  # for which b goes, which was used before a
    get("a")
    assert made == ["a", "b", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"]
    assert get("large", 99) == "LARGE"  # it stays all the same, and alone
    get("large")
    get("a")
    assert made == ["a", "b", "c", "b", "large", "a"]


def test_what_could_not_be_made_is_tried_again() -> None:
    kept = Kept()

    def fail() -> str:
        raise LabError("It is gone.")

    with pytest.raises(LabError, match="gone"):
        kept.get("a", fail, len)
    assert kept.get("a", lambda: "made", len) == "made"
