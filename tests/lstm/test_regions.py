"""Regions and tiles of a map."""

import sys
from itertools import pairwise

import numpy as np
import pytest

from lstm import Array, LabError
from lstm.regions import DEEPEST, Frame, frame_of, regions, tiles

RNG = np.random.default_rng(9)


def hills(centres: list[tuple[float, float]], each: int, width: float) -> Array:
    return np.concatenate([centre + width * RNG.normal(size=(each, 2)) for centre in centres])


def test_hills_that_lie_apart_are_regions() -> None:
    centres = [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (10.0, 10.0)]
    points = hills(centres, 300, 0.6)
    true = np.repeat(np.arange(4), 300)
    for level in regions(points)[:1]:
        assert len(np.unique(level)) == 4
        for region in range(4):
            assert len(np.unique(true[level == region])) == 1


def test_finer_levels_part_what_coarser_ones_see_as_one() -> None:
    pairs = hills([(0, 0), (0.8, 0), (10, 10), (10, 10.8)], 500, 0.12)
    coarse, *_, fine = regions(pairs)
    assert len(np.unique(coarse)) == 2
    assert len(np.unique(fine[fine >= 0])) == 4


def test_where_all_would_be_one_hill_the_relief_is_sharper() -> None:
    near = hills([(0, 0), (0.6, 0)], 1000, 0.1)
    far = [[8.0, 8.0]]  # which makes the frame large, and the two hills small
    coarse = regions(np.concatenate([near, far]))[0]
    assert len(np.unique(coarse[coarse >= 0])) == 2
    assert np.mean(coarse[:1000] == coarse[0]) > 0.95


def test_each_region_lies_within_one_of_the_level_above() -> None:
    points = RNG.normal(size=(3000, 2)) ** 3
    levels = regions(points)
    for above, below in pairwise(levels):
        for region in range(below.max() + 1):
            assert len(np.unique(above[below == region])) == 1


def test_regions_are_numbered_from_the_largest() -> None:
    points = np.concatenate([hills([(0, 0)], 100, 0.3), hills([(9, 9)], 400, 0.3)])
    for level in regions(points):
        sizes = np.bincount(level[level >= 0])
        assert (np.diff(sizes) <= 0).all()
        assert sizes.min() >= 5
    assert regions(points)[0][0] == 1
    assert regions(points)[0].dtype == np.int32


def test_few_points_far_away_belong_to_none() -> None:
    points = np.concatenate([hills([(0, 0)], 500, 0.3), [[30.0, 30.0], [30.1, 30.0]]])
    for level in regions(points):
        np.testing.assert_array_equal(level[-2:], -1)


def test_where_nothing_is_dense_enough_there_are_no_regions() -> None:
    for level in regions([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]]):
        np.testing.assert_array_equal(level, -1)


def test_points_in_one_place_are_one_region() -> None:
    for level in regions(np.ones((50, 2))):
        np.testing.assert_array_equal(level, 0)


def test_turning_the_map_by_a_quarter_leaves_the_regions() -> None:
    points = hills([(0, 0), (10, 3), (4, 9)], 300, 0.5)
    turned = np.stack([-points[:, 1], points[:, 0]], axis=1)
    for one, other in zip(regions(points)[:1], regions(turned)[:1], strict=True):
        pairs = {*zip(one.tolist(), other.tolist(), strict=True)}
        assert len(pairs) == 3


def test_the_frame_is_a_square_around_all_points() -> None:
    points = np.array([[0.0, 5.0], [10.0, 7.0]])
    frame = frame_of(points)
    assert frame.side == pytest.approx(10.4)
    np.testing.assert_allclose([frame.left, frame.bottom], [-0.2, 0.8])
    shares = frame.shares(points)
    assert (shares > 0).all()
    assert (shares < 1).all()
    assert frame_of(np.ones((3, 2))).side == 1


def test_tiles_are_squares_of_the_frame() -> None:
    frame = Frame(0, 0, 8)
    places = [[0.1, 0.1], [7.9, 0.1], [3.9, 4.1], [99.0, -5.0]]
    np.testing.assert_array_equal(tiles(places, 0, frame), np.zeros((4, 2)))
    np.testing.assert_array_equal(tiles(places, 1, frame), [[0, 0], [1, 0], [0, 1], [1, 0]])
    np.testing.assert_array_equal(tiles(places, 3, frame), [[0, 0], [7, 0], [3, 4], [7, 0]])


def test_a_tile_lies_in_one_of_the_level_above() -> None:
    places = RNG.normal(size=(200, 2))
    for level in range(DEEPEST):
        np.testing.assert_array_equal(tiles(places, level), tiles(places, level + 1) // 2)


def test_without_its_library_hdbscan_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.cluster", None)  # as if it were not installed
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(LabError, match=r"sklearn.* not installed .* 'lstm-lab\[map\]'"):
        regions(RNG.normal(size=(100, 2)), "hdbscan")


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(LabError, match=r"by 'chance'\. Use one of relief, hdbscan"):
        regions(np.ones((9, 2)), "chance")  # type: ignore[arg-type]
    with pytest.raises(LabError, match=r"must be \(N, 2\)"):
        regions(np.ones((9, 3)))
    with pytest.raises(LabError, match="Row 1 "):
        frame_of([[np.nan, 0]])
    for level in (-1, DEEPEST + 1):
        with pytest.raises(LabError, match="levels 0 to 10"):
            tiles(np.ones((9, 2)), level)
