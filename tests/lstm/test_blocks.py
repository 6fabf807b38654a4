"""All pairs of many rows, a block at a time."""

import numpy as np
import pytest

from lstm.blocks import blocks, side_by_side


def test_blocks_go_through_all() -> None:
    parts = list(blocks(5, 2**20))
    np.testing.assert_array_equal(np.concatenate(parts), np.arange(5))
    assert [len(part) for part in parts] == [2, 2, 1]
    assert [len(part) for part in blocks(3, 2**40)] == [1, 1, 1]


def test_work_side_by_side_is_given_in_order_and_told() -> None:
    told: list[float] = []
    found = list(side_by_side(lambda at: at * 10, 5, 2**20, told.append))
    for at, tenfold in found:
        np.testing.assert_array_equal(tenfold, 10 * at)
    np.testing.assert_array_equal(np.concatenate([at for at, _ in found]), np.arange(5))
    assert told == [0.4, 0.8, 1.0]


def test_what_the_report_raises_ends_the_work() -> None:
    begun: list[int] = []

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        for _ in side_by_side(lambda at: begun.append(at[0]), 10_000, 2**21, stop):
            pass
    assert len(begun) < 10_000
