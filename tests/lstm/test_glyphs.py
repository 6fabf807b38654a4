"""State glyphs: the means of cells, of the units that vary most."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lstm import Array
from lstm.painters.cells import Cells, downwards
from lstm.painters.glyphs import MOST, Glyphs
from lstm.painters.squares import squares
from tests.lstm.small_map import DARK, hills, small_map

PATH = "{http://www.w3.org/2000/svg}path"


def rows_of(N: int, D: int) -> Array:
    rng = np.random.default_rng(5)
    return rng.normal(size=(N, D)) * rng.permutation(D) + rng.normal(size=D)


def test_the_units_are_those_that_vary_most_in_their_own_order() -> None:
    rows = rows_of(600, 90)
    glyphs = Glyphs(hills(), rows, DARK)
    for z, across in ((0, 3), (2, 3), (3, 4), (4, 6), (5, 8), (8, MOST)):
        true = sorted(range(90), key=lambda unit: -rows[:, unit].var())[: across**2]
        assert glyphs.across(z) == across
        assert glyphs.units(z).tolist() == sorted(true)


@pytest.mark.parametrize(("D", "across"), [(1, 1), (4, 2), (5, 3), (9, 3), (40, 7)])
def test_where_there_are_few_units_all_are_shown(D: int, across: int) -> None:
    glyphs = Glyphs(hills(), rows_of(600, D), DARK)
    assert glyphs.across(8) == across
    assert glyphs.units(8).tolist() == list(range(D))
    assert glyphs.tile(0, 0, 0).content


@pytest.mark.parametrize("z", [0, 2, 5])
def test_a_glyph_is_the_mean_of_what_lies_there(z: int) -> None:
    atlas, rows = hills(), rows_of(600, 70)
    x, y = (downwards(atlas.places, atlas.frame)[7] * 2**z).astype(int).tolist()
    glyphs, cells = Glyphs(atlas, rows, DARK), Cells(atlas.places, atlas.frame)
    taken = list(squares(cells, z, x, y))
    assert taken
    found = glyphs.means(taken, z)
    for square, mean in zip(taken, found, strict=True):
        mine = cells.order[square.start : square.end]
        true = rows[mine][:, glyphs.units(z)].mean(axis=0)
        np.testing.assert_allclose(mean, true, rtol=1e-4, atol=1e-4)


def test_above_zero_a_unit_fills_its_square_and_below_it_does_not() -> None:
    atlas = small_map(np.full((3, 2), 0.3))
    rows = np.array([[1.0, -1.0, 0.0, 1.0], [1, -1, 0.0, 0.9], [1, -1, 0.0, 1.1]])
    root = ET.fromstring(Glyphs(atlas, rows, DARK).tile(0, 0, 0).content)
    paths = {one.get("fill"): one.get("d", "") for one in root.iter(PATH)}
    full, less = (paths[colour.lower()] for colour in (DARK.positive, DARK.negative))
    assert len(paths) == 2  # nothing is drawn at zero
    squares_of = [re.findall(r"M(\S+) (\S+)h(\S+)v(\S+)h-\S+z", path) for path in (full, less)]
    assert [len(one) for one in squares_of] == [2, 1]
    (first, last), (below,) = ([tuple(map(float, one)) for one in some] for some in squares_of)
    assert first[2] == last[2] == first[3] > below[2] == below[3]
    side = first[2]
    assert last[:2] == (first[0] + side, first[1] + side)  # units 0 and 3 of 2 × 2
    middle = below[0] + below[2] / 2 - first[0], below[1] + below[3] / 2 - first[1]
    assert middle == pytest.approx((1.5 * side, 0.5 * side), abs=0.2)


def test_all_glyphs_of_a_map_have_one_scale() -> None:
    places = np.repeat([[0.1, 0.1], [0.9, 0.9]], 50, axis=0)
    rows = np.repeat([[1.0], [0.5]], 50, axis=0)
    root = ET.fromstring(Glyphs(small_map(places), rows, DARK).tile(0, 0, 0).content)
    assert len({one.get("fill") for one in root.iter(PATH)}) == 2


def test_numbers_that_are_all_zero_have_glyphs_too() -> None:
    content = Glyphs(small_map(np.full((3, 2), 0.3)), np.zeros((3, 4)), DARK).tile(0, 0, 0).content
    assert b"<rect" in content
    assert b"<path" not in content
