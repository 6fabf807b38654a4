"""Windows that overlap over a canvas, beside what brute force finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm.painters.windows import blend, windows

SIZES = [(8, 8), (16, 8), (20, 8), (21, 8), (7, 2), (5, 1), (9, 5), (64, 64)]


@pytest.mark.parametrize(("length", "side"), SIZES)
@pytest.mark.parametrize("scale", [1, 3])
def test_weights_sum_to_one_and_no_strip_is_left_uncovered(
    length: int, side: int, scale: int
) -> None:
    total, count = np.zeros((2, scale * length, scale * length))
    for one in windows(length, side, scale):
        assert one.weight.shape == (scale * side, scale * side)
        assert (one.weight > 0).all()
        for row in range(one.rows.start, one.rows.stop):
            for column in range(one.columns.start, one.columns.stop):
                total[row, column] += one.weight[row - one.rows.start, column - one.columns.start]
                count[row, column] += 1
    assert count.min() >= 1
    np.testing.assert_allclose(total, 1, atol=1e-12)


def test_each_lies_half_over_the_one_before_and_the_last_ends_with_the_canvas() -> None:
    starts = [one.columns.start for one in windows(21, 8)[:5]]
    assert starts == [0, 4, 8, 12, 13]
    assert len(windows(21, 8)) == 25
    assert [one.rows.start for one in windows(21, 8)[::5]] == starts
    assert len(windows(8, 8)) == 1
    finer = windows(21, 8, 3)
    assert [one.columns for one in finer[:2]] == [slice(0, 24), slice(12, 36)]


def test_between_two_windows_the_weight_falls_off_linearly() -> None:
    first, second, _ = (one.weight.sum(axis=0) for one in windows(8, 4)[:3])
    assert first[0] == pytest.approx(first[1])  # nobody else is there
    np.testing.assert_allclose(first[2:] / (first[2:] + second[:2]), [2 / 3, 1 / 3])
    fine = windows(2, 1, 64)[0].weight
    assert fine.shape == (64, 64)
    np.testing.assert_allclose(np.diff(windows(2 * 32, 32)[0].weight[0, 16:], n=2), 0, atol=1e-12)


@given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 3), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_windows_cut_from_one_picture_give_that_picture_back(
    side: int, more: int, scale: int, channels: int
) -> None:
    over = windows(side + more, side, scale)
    length = scale * (side + more)
    whole = np.random.default_rng(0).normal(size=(channels, length, length))
    found = blend((whole[:, one.rows, one.columns] for one in over), over, channels)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, whole, atol=1e-5)


def test_what_two_windows_say_of_a_place_is_averaged_by_their_weights() -> None:
    over = windows(6, 4)
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(2, 4, 4)) for _ in over]
    expected = np.zeros((2, 6, 6))
    for row in range(6):
        for column in range(6):
            sums, weights = np.zeros(2), 0.0
            for part, one in zip(parts, over, strict=True):
                y, x = row - one.rows.start, column - one.columns.start
                if 0 <= y < 4 and 0 <= x < 4:
                    weight = min(y + 1, 4 - y) * min(x + 1, 4 - x)
                    sums += weight * part[:, y, x]
                    weights += weight
            expected[:, row, column] = sums / weights
    np.testing.assert_allclose(blend(parts, over, 2), expected, atol=1e-6)


def test_a_canvas_has_as_many_parts_as_windows() -> None:
    with pytest.raises(ValueError, match="zip"):
        blend([np.zeros((1, 4, 4))], windows(6, 4), 1)
