"""How far rows are from each other."""

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm import Array, LabError
from lstm.metric import EUCLIDEAN, Metric, Space, finite, space

RNG = np.random.default_rng(3)


def distances(known: Space) -> Array:
    """Give all of them; from a row to itself 0."""
    compared = known.compared(np.arange(len(known)))
    np.fill_diagonal(compared, 0)
    return known.distance(compared)


def cosine(a: Array, b: Array) -> float:
    return float(1 - a @ b / np.sqrt((a @ a) * (b @ b)))


@pytest.mark.parametrize("D", [1, 3, 8, 9, 40])
def test_euclidean_distances_are_those_of_the_definition(D: int) -> None:
    rows = 5 + RNG.normal(size=(30, D))
    expected = [[np.sqrt(((a - b) ** 2).sum()) for b in rows] for a in rows]
    np.testing.assert_allclose(distances(space(rows)), expected, atol=1e-12)


def test_cosine_distances_are_those_of_the_definition() -> None:
    rows = RNG.normal(size=(30, 12))
    expected = [[cosine(a, b) for b in rows] for a in rows]
    np.testing.assert_allclose(distances(space(rows, Metric("cosine"))), expected, atol=1e-12)


@pytest.mark.parametrize("strength", [0.25, 1.0])
def test_a_pull_mixes_in_the_difference_along_one_unit(strength: float) -> None:
    rows = RNG.normal(size=(20, 12))
    range_ = rows[:, 4].max() - rows[:, 4].min()
    expected = [
        [(1 - strength) * cosine(a, b) + strength * abs(a[4] - b[4]) / range_ for b in rows]
        for a in rows
    ]
    found = distances(space(rows, Metric("cosine", 4, strength)))
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_pull_of_no_strength_changes_nothing() -> None:
    rows = RNG.normal(size=(9, 12))
    plain, pulled = space(rows, Metric("cosine")), space(rows, Metric("cosine", 4, 0.0))
    np.testing.assert_array_equal(distances(plain), distances(pulled))


def test_a_unit_that_never_moves_does_not_pull() -> None:
    rows = RNG.normal(size=(9, 12))
    rows[:, 4] = 0.5
    plain, pulled = space(rows, Metric("cosine")), space(rows, Metric("cosine", 4, 0.5))
    np.testing.assert_allclose(distances(pulled), 0.5 * distances(plain), atol=1e-15)


def test_rows_of_zeros_are_at_one_from_all_but_each_other() -> None:
    rows = np.vstack([np.zeros((2, 3)), RNG.normal(size=(2, 3))])
    found = distances(space(rows, Metric("cosine")))
    np.testing.assert_array_equal(found[0], [0, 0, 1, 1])


@pytest.mark.parametrize("metric", [EUCLIDEAN, Metric("cosine"), Metric("cosine", 1, 0.3)])
@pytest.mark.parametrize("D", [3, 20])
def test_the_same_row_is_the_same_from_everywhere(metric: Metric, D: int) -> None:
    rows = RNG.normal(size=(40, D))[RNG.integers(40, size=200)]
    rows[7] = np.where(rows[7] == 0, -0.0, rows[7])
    found = distances(space(rows, metric))
    same = (rows[:, None] == rows[None]).all(axis=2)
    assert (found[same] == 0).all()
    twins = np.argmax(same, axis=1)
    np.testing.assert_array_equal(found, found[:, twins])


def test_negative_zeros_are_zeros() -> None:
    known = space([[0.0, 1.0], [-0.0, 1.0]])
    assert len(known.points) == 1


def test_what_rounding_cannot_tell_apart_is_at_no_distance() -> None:
    rows = 1e6 * np.ones((3, 20)) + RNG.normal(size=(3, 20))
    rows[1] = rows[0] * (1 + 1e-16) + np.spacing(1e6)
    assert distances(space(np.vstack([rows, -rows])))[0, 1] == 0


@pytest.mark.parametrize("size", [1e-180, 1e180])
def test_very_small_and_very_large_numbers_are_compared_too(size: float) -> None:
    rows = RNG.normal(size=(10, 12))
    expected = size * distances(space(rows))
    np.testing.assert_allclose(distances(space(size * rows)), expected, rtol=1e-6)


def test_rows_of_nothing_but_zeros_are_all_one() -> None:
    assert not distances(space(np.zeros((4, 10)))).any()


def test_whole_numbers_and_small_floats_are_taken() -> None:
    whole: NDArray[np.int64] = RNG.integers(9, size=(6, 10))
    for kind in (np.float16, np.float32, np.int64):
        np.testing.assert_allclose(
            distances(space(whole.astype(kind))), distances(space(whole)), atol=1e-12
        )


def test_metrics_name_themselves() -> None:
    assert str(EUCLIDEAN) == "euclidean"
    assert str(Metric("cosine", 6, 0.4)) == "cosine, pulled along unit 6 by 0.4"


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(LabError, match=r"no metric 'chess'\. Use one of euclidean, cosine"):
        Metric("chess")  # type: ignore[arg-type]
    with pytest.raises(LabError, match="Use 0 to 1"):
        Metric("cosine", 0, 1.5)
    with pytest.raises(LabError, match="Use 0 to 1"):
        Metric("cosine", 0, float("nan"))
    with pytest.raises(LabError, match="needs a unit"):
        Metric("cosine", None, 0.5)
    with pytest.raises(LabError, match="the cosine metric"):
        Metric("euclidean", 1, 0.5)
    with pytest.raises(LabError, match="no unit 3: the rows have 0 to 2"):
        space(np.ones((2, 3)), Metric("cosine", 3, 0.5))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_the_first_row_that_is_not_finite_is_named(wrong: float) -> None:
    rows = np.zeros((300_000, 9))  # more than a block
    rows[250_001, 4] = rows[299_999, 0] = wrong
    with pytest.raises(LabError, match=rf"Row 250,002 has no finite .* column 5 \({wrong}\)"):
        finite(rows)
    with pytest.raises(LabError, match="Row 12 "):
        finite([[1.0], [wrong]], first=11)


@pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 0), (2, 2, 2)])
def test_what_is_no_matrix_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(LabError, match="one row of numbers for each point"):
        finite(np.zeros(shape))


@pytest.mark.parametrize("kind", [bool, complex, object, "U3"])
def test_what_are_no_real_numbers_is_refused(kind: object) -> None:
    with pytest.raises(LabError, match="give real numbers"):
        finite(np.ones((2, 2)).astype(kind))  # type: ignore[call-overload]
