"""The density relief: its heights, its seams, and that mountains split."""

import itertools
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lstm.painters.cells import downwards
from lstm.painters.relief import GRID, Relief, width
from tests.lstm.small_map import DARK, hills, small_map

NOTHING = np.empty((0, 0))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("tile", [(0, 0, 0), (2, 1, 2), (5, 16, 20)])
def test_heights_are_the_sum_of_bells(tile: tuple[int, int, int]) -> None:
    z, x, y = tile
    atlas = hills(200)
    found = Relief(atlas, NOTHING, DARK).heights(z, x, y)
    # Contexts lie on the grid, to the nearest of its points.
    at = np.floor(downwards(atlas.places, atlas.frame) * 2**z * GRID + 0.5) / GRID / 2**z
    grid = np.arange(GRID + 1) / GRID
    for row, column in ((0, 0), (10, 33), (32, 32), (64, 64), (50, 7)):
        here = np.array([x + grid[column], y + grid[row]]) / 2**z
        apart = ((at - here) ** 2).sum(axis=1) / (2 * width(z) ** 2)
        true = (0.75 * np.exp(-apart) + 0.25 * np.exp(-apart / 9)).sum()
        inland = np.clip(np.minimum(here, 1 - here) / 0.02, 0, 1)
        true *= np.prod(inland**2 * (3 - 2 * inland))
        # A bell ends where it is lower than a thousandth.
        assert found[row, column] == pytest.approx(true, abs=0.25 * 1e-3 * 200 * 3, rel=1e-9)


@pytest.mark.parametrize("z", [1, 3, 6])
def test_neighbouring_tiles_match_at_their_seams(z: int) -> None:
    atlas = hills()
    relief = Relief(atlas, NOTHING, DARK)
    x, y = (downwards(atlas.places, atlas.frame)[0] * 2**z).astype(int)
    x, y = min(int(x), 2**z - 2), min(int(y), 2**z - 2)
    here = relief.heights(z, x, y, 4)
    right, below = relief.heights(z, x + 1, y, 4), relief.heights(z, x, y + 1, 4)
    assert here.max() > 0.5
    np.testing.assert_allclose(here[:, GRID:], right[:, :9], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(here[GRID:], below[:9], rtol=1e-9, atol=1e-12)


def test_contour_lines_go_on_where_a_tile_ends() -> None:
    relief = Relief(hills(), NOTHING, DARK)

    def crossings(x: int, edge: float) -> list[float]:
        """Give where the lines of a tile cross one of its upright edges."""
        root = ET.fromstring(relief.tile(1, x, 0).content)
        found = []
        for path in root.findall(f"{SVG}g[@stroke]/{SVG}path"):
            for line in re.findall(r"M(\S+) (\S+)l([^z]*)z", path.get("d", "")):
                steps = np.array(line[2].split(), float).reshape(-1, 2)
                points = np.cumsum([[float(line[0]), float(line[1])], *steps], axis=0) / 10
                points = np.vstack([points, points[:1]])
                for (ax, ay), (bx, by) in itertools.pairwise(points):
                    if (ax - edge) * (bx - edge) < 0:
                        found.append(ay + (edge - ax) / (bx - ax) * (by - ay))
        return sorted(one for one in found if 0 < one < 256)

    left, right = crossings(0, 255.99), crossings(1, -0.01)
    assert len(left) == len(right) > 3
    np.testing.assert_allclose(left, right, atol=0.2)


def test_mountains_split_into_their_hills() -> None:
    rng = np.random.default_rng(1)
    places = np.concatenate(
        [
            [0.3, 0.7] + rng.normal(size=(150, 2)) * 0.002,
            [0.34, 0.7] + rng.normal(size=(150, 2)) * 0.002,
        ]
    )
    relief = Relief(small_map(places), NOTHING, DARK)
    summits = []
    for z in (0, 4):
        texts = set()
        for x in range(2**z):
            for y in range(2**z):
                root = ET.fromstring(relief.tile(z, x, y).content)
                texts |= {
                    (round(x * 256 + float(one.get("x", ""))), one.text)
                    for one in root.iter(SVG + "text")
                    if 5 < float(one.get("x", "")) <= 261 and 3 < float(one.get("y", "")) <= 259
                }
        summits.append(len(texts))
    assert summits[0] == 1
    assert summits[1] == 2


def test_one_context_alone_is_a_hill_one_high() -> None:
    relief = Relief(small_map([[0.5, 0.5]]), NOTHING, DARK)
    for z in (0, 4, 8):
        tile = relief.heights(z, 2**z // 2, 2**z // 2, 2)
        assert tile.max() == pytest.approx(1)
    assert all(width(z + 1) < width(z) for z in range(8))


def test_contour_lines_of_a_level_are_the_same_everywhere_and_reach_what_is_usual() -> None:
    few = Relief(small_map([[0.5, 0.5]]), NOTHING, DARK)
    many = Relief(small_map(np.full((5000, 2), 0.5)), NOTHING, DARK)
    assert few.contours(0)[-1] == pytest.approx(6)
    assert many.contours(0)[-1] == pytest.approx(5000)
    assert (np.diff(many.contours(3)) > 0).all()


def test_a_summit_says_how_high_it_is() -> None:
    for many, said in ((40, "40"), (4000, "1k+")):
        relief = Relief(small_map(np.full((many, 2), 0.3)), NOTHING, DARK)
        root = ET.fromstring(relief.tile(0, 0, 0).content)
        assert [one.text for one in root.iter(SVG + "text")] == [said]
