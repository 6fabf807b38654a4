"""From many numbers a row to two."""

import sys

import numpy as np
import pytest

from lstm import LabError
from lstm.metric import Metric
from lstm.projection import Umap, jittered, placed, principal, umap_of
from lstm.trust import trust

RNG = np.random.default_rng(21)
ROWS = RNG.normal(size=(80, 6)) @ RNG.normal(size=(6, 6)) + 3


def test_the_principal_axes_are_those_of_the_singular_values() -> None:
    found = principal(ROWS, 3)
    centred = ROWS - ROWS.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(np.sum(found.axes * axes[:3], axis=1)), 1)
    np.testing.assert_allclose(found.share, values[:3] ** 2 / (values**2).sum())
    np.testing.assert_allclose(found.places, centred @ found.axes.T, atol=1e-12)
    np.testing.assert_allclose(found.mean, ROWS.mean(axis=0))


def test_the_largest_number_of_each_axis_is_positive() -> None:
    for rows in (ROWS, -ROWS):
        axes = principal(rows, 6).axes
        largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
        assert (largest > 0).all()


def test_two_numbers_a_row_are_only_turned() -> None:
    found = trust(ROWS[:, :2], principal(ROWS[:, :2]).places)
    assert found.recall == found.trustworthiness == found.continuity == 1


def test_one_number_a_row_lies_on_a_line() -> None:
    found = principal([[1.0], [2.0], [6.0]])
    np.testing.assert_allclose(found.places, [[-2, 0], [-1, 0], [3, 0]])
    np.testing.assert_array_equal(found.share, [1, 0])


def test_rows_that_never_change_lie_in_one_point() -> None:
    for value in (0.0, 4.0):
        found = principal(np.full((5, 3), value))
        np.testing.assert_allclose(found.places, 0, atol=1e-12)
        assert np.isfinite(found.share).all()


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_very_small_and_very_large_numbers_are_projected_too(size: float) -> None:
    np.testing.assert_allclose(
        principal(size * ROWS).places, size * principal(ROWS).places, rtol=1e-6
    )


def test_many_rows_are_read_a_block_at_a_time() -> None:
    rows = RNG.normal(size=(3000, 1000)).astype(np.float32)  # more than one block
    found = principal(rows)
    centred = rows.astype(float) - rows.mean(axis=0, dtype=float)
    np.testing.assert_allclose(found.places, centred @ found.axes.T, atol=1e-9)
    residue = (centred.T @ centred) @ found.axes.T - found.axes.T * (
        found.share * (centred**2).sum()
    )
    assert np.abs(residue).max() < 1e-6


def test_points_in_one_place_are_shaken_apart() -> None:
    for places in (np.zeros((20, 2)), np.repeat(RNG.normal(size=(2, 2)), 10, axis=0)):
        shaken = jittered(places, 1)
        assert len(np.unique(shaken, axis=0)) == 20
        assert np.abs(shaken - places).max() < 1e-3 * max(np.ptp(places), 1)
        np.testing.assert_array_equal(shaken, jittered(places, 1))


@pytest.mark.parametrize("metric", [Metric(), Metric("cosine")])
def test_a_row_of_the_map_is_placed_where_it_is(metric: Metric) -> None:
    places = RNG.normal(size=(80, 2))
    np.testing.assert_allclose(placed(ROWS, places, ROWS[::-1], metric).places, places[::-1])


def test_the_same_row_in_several_places_is_placed_amid_them() -> None:
    found = placed([[1.0], [1.0], [9.0]], [[0, 0], [2, 4], [50, 50]], [[1.0]]).places
    np.testing.assert_allclose(found, [[1, 2]])


def test_a_new_row_lies_nearer_to_what_it_is_nearer_to() -> None:
    found = placed([[0.0], [3.0]], [[0, 0], [1, 0]], [[1.0], [2.0]]).places
    np.testing.assert_allclose(found, [[1 / 3, 0], [2 / 3, 0]])


def test_new_rows_of_a_good_map_lie_where_their_own_would() -> None:
    rows = RNG.normal(size=(2000, 2)) @ RNG.normal(size=(2, 20))
    found = principal(rows[:1900])
    expected = (rows[1900:] - found.mean) @ found.axes.T
    away = np.linalg.norm(placed(rows[:1900], found.places, rows[1900:]).places - expected, axis=1)
    assert np.median(away) < 0.03 * np.ptp(found.places)


def test_what_umap_cannot_do_is_refused() -> None:
    for neighbours in (1, 201):
        with pytest.raises(LabError, match="Use 2 to 200"):
            Umap(neighbours=neighbours)
    with pytest.raises(LabError, match="Use 0 to 1"):
        Umap(min_dist=1.5)
    with pytest.raises(LabError, match="Use 0 to 4294967295"):
        Umap(seed=-1)
    with pytest.raises(LabError, match="at least 4 rows, not 3"):
        umap_of(np.eye(3))


@pytest.mark.parametrize("report", [None, print])
def test_without_its_library_umap_is_refused(
    monkeypatch: pytest.MonkeyPatch, report: object
) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # as if it were not installed
    with pytest.raises(LabError, match=r"umap, which is not installed .* or choose PCA"):
        umap_of(ROWS, report=report)  # type: ignore[arg-type]


def test_what_cannot_be_projected_is_refused() -> None:
    with pytest.raises(LabError, match="Use at most 4096"):
        principal(np.zeros((2, 5000)))
    with pytest.raises(LabError, match="Row 2 "):
        principal([[1.0], [np.nan]])
    with pytest.raises(LabError, match="5 numbers each; those of the map 6"):
        placed(ROWS, ROWS[:, :2], ROWS[:, :5])
