"""Names for parts of a map."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from lstm import LabError
from lstm.contexts import Contexts
from lstm.labels import (
    NONE,
    High,
    Trait,
    names_of,
    shared_where_high,
    traits_by_part,
    traits_in,
    units_by_part,
)

RNG = np.random.default_rng(12)


def parts(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, np.int32)


def test_scores_are_those_of_class_based_tf_idf() -> None:
    told = [["a", "x"], ["a", "x"], ["a", "y"], ["b", "x"], ["b"], ["c"]]
    one, other = traits_by_part(traits_in(told), parts(0, 0, 0, 1, 1, 1))
    # Six traits of the first part, four of the second; a mean of five.
    assert {trait.name: trait.score for trait in one} == pytest.approx(
        {"a": 3 / 6 * math.log1p(5 / 3), "x": 2 / 6 * math.log1p(5 / 3), "y": 1 / 6 * math.log1p(5)}
        | {}
    )
    assert [trait.name for trait in other] == ["b", "c"]
    assert other[0].score == pytest.approx(2 / 4 * math.log1p(5 / 2))
    assert (one[1].share, one[1].elsewhere) == pytest.approx((2 / 3, 1 / 3))


def test_what_is_in_no_part_counts_as_elsewhere() -> None:
    (one,) = traits_by_part(traits_in([["a"], ["a"], ["a"], ["b"]]), parts(0, -1, -1, 0))
    assert [(trait.name, trait.share, trait.elsewhere) for trait in one] == [("b", 0.5, 0.0)]


def test_what_is_as_frequent_elsewhere_tells_nothing() -> None:
    told = traits_by_part(traits_in([["z"]] * 8), parts(0, 0, 0, 0, 1, 1, 1, 1))
    assert told == [(), ()]


def test_what_another_trait_says_already_is_left_out() -> None:
    told = [["‘(’", "sign"]] * 5 + [["‘.’", "sign"]] * 2 + [["‘a’"]] * 9
    one, _ = traits_by_part(traits_in(told), parts(*[0] * 5, *[1] * 11))
    assert [trait.name for trait in one] == ["‘(’"]


def test_rare_traits_name_nothing() -> None:
    told = [["common"]] * 2 * 2000 + [["rare"]]
    assert traits_in(told).names == ("common",)


def test_no_traits_and_no_parts_give_no_names() -> None:
    assert traits_by_part(traits_in([[], []]), parts(0, 0)) == [()]
    assert traits_by_part(traits_in([["a"], ["b"]]), parts(-1, -1)) == []
    assert traits_by_part(traits_in([]), parts()) == []
    assert units_by_part(np.ones((2, 2)), parts(-1, -1)) == []
    assert names_of([]) == ()


def trait(name: str, share: float = 0.9) -> Trait:
    return Trait(name, share, 0.0, 1.0)


def test_two_traits_make_a_name_and_more_where_it_is_taken() -> None:
    told = [
        [trait("a"), trait("b"), trait("c")],
        [trait("a"), trait("b"), trait("d"), trait("e", 0.2)],
        [trait("a"), trait("b"), trait("e", 0.2)],
        [trait("a"), trait("b")],
        [trait("a"), trait("b")],
    ]
    names = ("a, b", "a, b, d", "a, b, often e", "a, b (2)", "a, b (3)")
    assert names_of(told) == names
    assert names_of(told, differently=False) == ("a, b",) * 5


def test_what_only_some_share_is_told_as_a_list() -> None:
    told = [[trait("a", 0.4), trait("b", 0.3), trait("c", 0.2), trait("d", 0.2)], [], []]
    assert names_of(told) == ("a · b · c", NONE, f"{NONE} (2)")


def test_what_few_share_is_said_to_be_there_often() -> None:
    assert names_of([[trait("a", 0.2), trait("b", 0.1)]]) == ("often a",)


def test_without_words_units_speak() -> None:
    units = [
        [High(3, 0.9, 2.5, 0.1), High(1, -0.5, -1.2, 0.2), High(0, 0.1, 0.3, 0.0)],
        [High(2, 0.1, 0.2, 0.0)],
    ]
    assert names_of([[], []], units) == ("unit 3 high, unit 1 low", NONE)
    assert names_of([[trait("a")], []], units) == ("a", NONE)


def test_the_units_of_a_part_are_those_farthest_from_the_mean_of_all() -> None:
    rows = RNG.normal(size=(200, 7)).astype(np.float32)
    rows[:, 5] = 0.3  # never moves
    rows[:50, 2] += 4
    rows[:50, 6] -= 8
    at = parts(*[0] * 50, *[1] * 150)
    one, other = units_by_part(rows, at)
    assert [high.unit for high in one[:2]] == [6, 2]
    assert one[0].apart < -1
    assert one[1].mean == pytest.approx(rows[:50, 2].mean(dtype=float))
    assert one[1].elsewhere == pytest.approx(rows[50:, 2].mean(dtype=float))
    expected = (rows[:50, 2].mean(dtype=float) - rows[:, 2].mean(dtype=float)) / rows[:, 2].std()
    assert one[1].apart == pytest.approx(expected, rel=1e-5)
    assert all(high.apart == 0 for high in (*one, *other) if high.unit == 5)


def contexts(values: Sequence[float], traits: Sequence[tuple[str, ...]]) -> Contexts:
    N = len(values)
    n = np.arange(N)
    rows = np.array(values)[:, None]
    return Contexts(rows, ("",) * N, ("",) * N, n, n, tuple(traits), {})


def test_a_unit_is_explained_by_what_its_contexts_share() -> None:
    some = contexts(
        [9.0, 8.0, 7.0, 1.0] + [0.0] * 16, [("in", "x")] * 3 + [("in",)] + [("out",)] * 16
    )
    top, shared = shared_where_high(some, 0, 0.2)
    assert top.tolist() == [0, 1, 2, 3]
    assert [(one.name, one.share, one.elsewhere) for one in shared] == [
        ("in", 1.0, 0.0),
        ("x", 0.75, 0.0),
    ]


def test_a_unit_whose_contexts_share_nothing_is_not_explained() -> None:
    some = contexts(list(map(float, range(20))), [("same",)] * 20)
    assert shared_where_high(some, 0)[1] == ()
    with pytest.raises(LabError, match="no unit 1"):
        shared_where_high(some, 1)
