"""Which rows lie nearest to which."""

import numpy as np
import pytest

from lstm import LabError
from lstm.metric import EUCLIDEAN, Metric, space
from lstm.neighbours import nearest, ordered

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("metric", [EUCLIDEAN, Metric("cosine"), Metric("cosine", 2, 0.4)])
@pytest.mark.parametrize("shape", [(60, 3), (60, 30)])
def test_the_nearest_are_those_that_sorting_finds(metric: Metric, shape: tuple[int, int]) -> None:
    rows = RNG.normal(size=shape)
    known = space(rows, metric)
    compared = known.compared(np.arange(60))
    for k in (1, 7, 59):
        found = nearest(rows, k, metric)
        expected = np.argsort(compared, axis=1, kind="stable")[:, :k]
        np.testing.assert_array_equal(found.index, expected)
        np.testing.assert_allclose(
            found.distance, known.distance(np.take_along_axis(compared, expected, axis=1))
        )


def test_of_equally_near_ones_the_lower_number_is_first() -> None:
    square = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]])
    found = nearest(square, 4).index
    np.testing.assert_array_equal(found[4], [0, 1, 2, 3])
    np.testing.assert_array_equal(found[0], [4, 1, 2, 3])


def test_a_lattice_has_its_ties_in_order_in_many_dimensions_too() -> None:
    corners = np.array(np.meshgrid(*[[0, 1]] * 10)).reshape(10, -1).T
    apart = (corners[:, None] != corners[None]).sum(axis=2)
    np.fill_diagonal(apart, 99)
    expected = np.argsort(apart, axis=1, kind="stable")[:, :200]
    np.testing.assert_array_equal(nearest(corners, 200).index, expected)


def test_duplicates_by_the_thousand_are_neighbours_of_each_other() -> None:
    rows = np.repeat(RNG.normal(size=(2, 40)), 1500, axis=0)
    found = nearest(rows, 5, Metric("cosine"))
    np.testing.assert_array_equal(
        found.index[:3], [[1, 2, 3, 4, 5], [0, 2, 3, 4, 5], [0, 1, 3, 4, 5]]
    )
    assert (found.index[1500:] >= 1500).all()
    assert not found.distance.any()


def test_rows_that_never_change_have_neighbours_by_number() -> None:
    np.testing.assert_array_equal(
        nearest(np.ones((4, 12)), 2).index, [[1, 2], [0, 2], [0, 1], [0, 1]]
    )


def test_the_order_of_all_ends_with_the_row_itself() -> None:
    order = ordered(space(RNG.normal(size=(30, 4))), np.array([3, 29]), 30)
    np.testing.assert_array_equal(order[:, -1], [3, 29])
    np.testing.assert_array_equal(np.sort(order, axis=1), [np.arange(30)] * 2)


def test_progress_is_told() -> None:
    told: list[float] = []
    nearest(RNG.normal(size=(2000, 3)), 2, report=told.append)
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1] == 1


@pytest.mark.parametrize("k", [0, 3, 100])
def test_fewer_rows_than_neighbours_are_refused(k: int) -> None:
    with pytest.raises(LabError, match="There are 3 rows, so each has up to 2 neighbours"):
        nearest(np.eye(3), k)
