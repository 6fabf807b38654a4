"""What a map shows."""

import numpy as np
import pytest

from lstm import LabError
from lstm.contexts import Contexts, drawn, highest

RNG = np.random.default_rng(2)


def some(N: int = 40, note: str = "") -> Contexts:
    n = np.arange(N)
    return Contexts(
        RNG.permutation(N * 3).reshape(N, 3).astype(float),
        tuple(f"t{k}" for k in n),
        tuple(f"before {k}" for k in n),
        n // 10,
        n % 10,
        tuple((f"trait {k % 2}",) for k in n),
        {"f": n / N},
        note,
    )


def test_some_of_them_keep_all_their_parts_together() -> None:
    whole = some(note="as it was")
    part = whole.only([30, 2])
    assert part.token == ("t30", "t2")
    assert part.before == ("before 30", "before 2")
    assert part.traits == (("trait 0",), ("trait 0",))
    np.testing.assert_array_equal(part.rows, whole.rows[[30, 2]])
    np.testing.assert_array_equal(part.sequence, [3, 0])
    np.testing.assert_array_equal(part.position, [0, 2])
    np.testing.assert_allclose(part.gates["f"], [0.75, 0.05])
    assert part.note == "as it was"
    assert whole.only([1], "one of them").note == "as it was; one of them"
    assert len(part) == 2


def test_a_sample_is_seeded_and_in_the_order_of_the_text() -> None:
    whole = some()
    part, same, other = whole.sample(15, 3), whole.sample(15, 3), whole.sample(15, 4)
    assert part.token == same.token != other.token
    numbers = [whole.token.index(token) for token in part.token]
    assert numbers == sorted(set(numbers))
    assert part.note == "15 of 40 contexts, drawn by chance (seed 3)"
    assert whole.sample(40) is whole


def test_where_a_unit_is_high_is_the_top_share_of_it() -> None:
    whole = some()
    high = whole.where_high(1, 0.2)
    assert len(high) == 8
    assert high.rows[:, 1].min() > np.sort(whole.rows[:, 1])[-9]
    assert high.note == "the 20% of 40 contexts where unit 1 is highest"
    assert len(whole.where_high(0, 1e-9)) == 1


def test_of_equally_high_ones_the_first_are_taken() -> None:
    np.testing.assert_array_equal(highest(np.array([1, 5, 5, 5, 0], np.float32), 0.4), [1, 2])


def test_what_is_drawn_is_all_where_that_is_no_more() -> None:
    np.testing.assert_array_equal(drawn(4, 9, 0), [0, 1, 2, 3])


def test_what_cannot_be_is_refused() -> None:
    whole = some()
    with pytest.raises(LabError, match="no unit 3: the rows have 0 to 2"):
        whole.where_high(3)
    for share in (0.0, 1.5, float("nan")):
        with pytest.raises(LabError, match="more than 0, and up to 1"):
            whole.where_high(0, share)
    for wrong in (
        {"token": whole.token[1:]},
        {"before": ()},
        {"sequence": whole.sequence[:3]},
        {"traits": ((),)},
        {"gates": {"f": np.zeros(3)}},
    ):
        with pytest.raises(LabError, match="not as many tokens, places or gates"):
            Contexts(**{**vars(whole), **wrong})
    with pytest.raises(LabError, match="Row 1 "):
        Contexts(**{**vars(whole), "rows": whole.rows * np.nan})
