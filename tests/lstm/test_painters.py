"""What holds of every painter: its tiles are pictures, cheap where nothing lies, and one map."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lstm import LabError
from lstm.painters import DEEPEST, PAINTERS, Look, Painter
from lstm.painters.painter import EMPTY, SIDE, check_tile
from tests.lstm.small_map import DARK, LIGHT, hills, small_map

ALL = pytest.mark.parametrize("name", PAINTERS)


def painter(name: str, look: Look = DARK) -> Painter:
    atlas = hills()
    rows = np.random.default_rng(0).normal(size=(len(atlas), 70))
    return PAINTERS[name](atlas, rows, look)


@ALL
@pytest.mark.parametrize("look", [DARK, LIGHT])
def test_every_tile_is_a_picture_of_its_own(name: str, look: Look) -> None:
    made = painter(name, look)
    drawn = 0
    for z in (0, 1, 3):
        for x in range(2**z):
            for y in range(2**z):
                content, mimetype = made.tile(z, x, y)
                root = ET.fromstring(content)
                assert root.tag.endswith("svg")
                assert root.get("viewBox") == f"0 0 {SIDE} {SIDE}"
                assert mimetype == "image/svg+xml"
                drawn += len(root) > 0
    assert drawn > 20


@ALL
def test_a_tile_is_the_same_each_time(name: str) -> None:
    assert painter(name).tile(2, 1, 1) == painter(name).tile(2, 1, 1)


@ALL
def test_both_themes_are_painted_differently(name: str) -> None:
    assert painter(name).tile(0, 0, 0) != painter(name, LIGHT).tile(0, 0, 0)


@ALL
def test_where_nothing_lies_all_tiles_are_one(name: str) -> None:
    made = PAINTERS[name](small_map([[0.9, 0.9]]), np.ones((1, 3)), DARK)
    assert made.tile(4, 0, 15) is EMPTY
    assert made.tile(8, 3, 200) is EMPTY
    assert made.tile(0, 0, 0) is not EMPTY
    assert not len(ET.fromstring(EMPTY.content))


@ALL
def test_what_a_tile_shows_lies_in_the_tile_above_it(name: str) -> None:
    made = painter(name)
    for z in range(5):
        for x in range(2**z):
            for y in range(2**z):
                if made.tile(z, x, y) is EMPTY:
                    assert all(
                        made.tile(z + 1, 2 * x + right, 2 * y + down) is EMPTY
                        for right in (0, 1)
                        for down in (0, 1)
                    )


@ALL
@pytest.mark.parametrize("tile", [(-1, 0, 0), (9, 0, 0), (0, 1, 0), (2, 0, 4), (3, -1, 0)])
def test_there_are_no_other_tiles(name: str, tile: tuple[int, int, int]) -> None:
    with pytest.raises(LabError, match=r"has the tiles 0 to|levels 0 to 8"):
        painter(name).tile(*tile)


@ALL
def test_a_million_contexts_in_one_place_are_painted(name: str) -> None:
    N = 1_000_000
    atlas = small_map(np.full((N, 2), 0.4))
    made = PAINTERS[name](atlas, np.broadcast_to(np.array([1, -1], np.float32), (N, 2)), DARK)
    for z in (0, DEEPEST):
        x, y = int(0.4 * 2**z), int(0.6 * 2**z)
        content = made.tile(z, x, y).content
        assert 300 < len(content) < 60_000
        assert sum(made.tile(z, column, 0) is not EMPTY for column in range(1, 2**z, 7)) == 0


@ALL
def test_a_matrix_without_labels_or_regions_is_painted(name: str) -> None:
    atlas = small_map([[0.1, 0.1], [0.5, 0.5], [0.5, 0.5]], [""] * 3, region=[-1, -1, -1])
    made = PAINTERS[name](atlas, np.eye(3), LIGHT)
    for z in (0, 2, 5):
        x = int(0.5 * 2**z)
        assert len(ET.fromstring(made.tile(z, x, 2**z - 1 - x).content))


def test_a_tile_that_is_not_there_is_said_in_words() -> None:
    with pytest.raises(LabError, match="There are tiles of the levels 0 to 8, not 12"):
        check_tile(12, 0, 0)
    with pytest.raises(LabError, match="Level 1 has the tiles 0 to 1 each way, not 2, 0"):
        check_tile(1, 2, 0)
