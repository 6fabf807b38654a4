"""The contexts of any tile and cell, against counting them one by one."""

import numpy as np
import pytest

from lstm import Array
from lstm.painters.cells import HALVINGS, Cells, column_row, downwards
from lstm.painters.squares import commonest, squares
from lstm.regions import Frame
from tests.lstm.small_map import hills

FRAME = Frame(-2, 1, 4)


def scattered(N: int = 3000) -> Array:
    rng = np.random.default_rng(8)
    places = rng.uniform(size=(N, 2)) * 4 + [-2, 1]
    places[: N // 3] = places[0] + rng.normal(size=(N // 3, 2)) * 1e-3
    places[-2:] = [[-2, 1], [2, 5]]  # both corners
    return places


def cell_of(places: Array, side: int) -> Array:
    """Column from the left, and row from the top, by the rule alone."""
    column = np.minimum(np.floor((places[:, 0] + 2) / 4 * side), side - 1)
    up = np.minimum(np.floor((places[:, 1] - 1) / 4 * side), side - 1)
    return np.stack([column, side - 1 - up], axis=1).astype(int)


def test_places_are_turned_over() -> None:
    found = downwards(np.array([[-2.0, 1.0], [2.0, 5.0], [0.0, 2.0]]), FRAME)
    np.testing.assert_allclose(found, np.array([[0, 1], [1, 0], [0.5, 0.75]]), atol=1e-12)
    assert (found < 1).all()
    assert (found >= 0).all()


@pytest.mark.parametrize("tile", [(0, 0, 0), (1, 1, 0), (3, 2, 5), (8, 200, 77)])
def test_the_cells_of_a_tile_have_the_contexts_that_lie_in_them(tile: tuple[int, int, int]) -> None:
    z, x, y = tile
    places = scattered()
    cells = Cells(places, FRAME)
    bounds = cells.bounds(z, x, y)
    true = cell_of(places, 8 * 2**z)
    for n, (column, row) in enumerate(column_row(3)):
        mine = np.flatnonzero((true == [8 * x + column, 8 * y + row]).all(axis=1))
        assert sorted(cells.order[bounds[n] : bounds[n + 1]]) == sorted(mine)


def test_cells_are_counted_by_quarters() -> None:
    np.testing.assert_array_equal(
        column_row(2)[:8], [[0, 0], [1, 0], [0, 1], [1, 1], [2, 0], [3, 0], [2, 1], [3, 1]]
    )
    assert len({tuple(one) for one in column_row(3).tolist()}) == 64


@pytest.mark.parametrize(
    ("tile", "margin"), [((0, 0, 0), 0.5), ((2, 3, 1), 0.25), ((3, 4, 4), 1.0)]
)
def test_what_lies_around_a_tile_is_found(tile: tuple[int, int, int], margin: float) -> None:
    z, x, y = tile
    cells = Cells(scattered(), FRAME)
    which, at = cells.around(z, x, y, margin)
    scaled = cells.across * 2**z
    inside = (
        (scaled[:, 0] >= x - margin)
        & (scaled[:, 0] < x + 1 + margin)
        & (scaled[:, 1] >= y - margin)
        & (scaled[:, 1] < y + 1 + margin)
    )
    assert sorted(which) == np.flatnonzero(inside).tolist()
    np.testing.assert_allclose(at, scaled[which] - [x, y])


def test_how_full_cells_are_is_counted_by_contexts() -> None:
    # One cell of 6, one of 3, one of 1: of ten contexts nine are in cells of 6 or less …
    places = np.repeat([[-1.9, 1.1], [1.9, 1.1], [1.9, 4.9]], [6, 3, 1], axis=0)
    cells = Cells(places, FRAME)
    assert [cells.crowd(2, share) for share in (0.05, 0.35, 0.9, 1.0)] == [1, 3, 6, 6]
    assert Cells(np.empty((0, 2)), FRAME).crowd(2, 0.5) == 1


@pytest.mark.parametrize("z", [0, 2, 3, 4, 6])
def test_squares_hold_each_context_once_and_large_ones_one_spot(z: int) -> None:
    atlas = hills()
    cells = Cells(atlas.places, atlas.frame)
    smallest = (cells.across * 2**HALVINGS).astype(int)
    seen: list[int] = []
    for x in range(2**z):
        for y in range(2**z):
            covered = np.zeros((8, 8), int)
            for square in squares(cells, z, x, y):
                mine = np.arange(square.start, square.end)
                seen += mine.tolist()
                assert square.contexts == len(mine) > 0
                covered[square.y : square.y + square.cells, square.x : square.x + square.cells] += 1
                cell = cells.across[mine] * 8 * 2**z - 8 * np.array([x, y])
                corner = np.array([square.x, square.y])
                assert (cell >= corner - 1e-9).all()
                assert (cell < corner + square.cells).all()
                assert square.cells in ((1,) if z <= 2 else (1, 2) if z == 3 else (1, 2, 4))
                spots = {tuple(one) for one in smallest[mine].tolist()}
                assert square.cells == 1 or len(spots) == 1
                assert square.told == (z > 2 and (len(mine) <= 6 or len(spots) == 1))
            assert covered.max() <= 1
    assert sorted(seen) == list(range(len(atlas)))


def test_the_commonest_is_the_least_of_equal_ones() -> None:
    assert commonest(np.array([7])) == 7
    assert commonest(np.array([3, 1, 1, 3, 2])) == 1
    assert commonest(np.array([-1, -1, 4])) == -1
