"""Tiles on the disk."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from lstm import LabError
from lstm.painters import Painter, Picture
from lstm.painters.collage import Collage
from lstm.painters.kept import DEEPEST_KEPT, KeptTiles
from lstm.painters.painter import EMPTY
from tests.lstm.small_map import DARK, LIGHT, hills


class Counting:
    """A painter that counts what it paints."""

    def __init__(self) -> None:
        self.painted: list[tuple[int, int, int]] = []
        self._collage = Collage(hills(), np.empty((0, 0)), DARK)

    def tile(self, z: int, x: int, y: int) -> Picture:
        """Paint, and count."""
        self.painted.append((z, x, y))
        return self._collage.tile(z, x, y)


def test_a_tile_is_painted_once(tmp_path: Path) -> None:
    painter = Counting()
    for _ in range(2):
        tiles = KeptTiles(tmp_path / "tiles", "collage", DARK, lambda: painter)
        assert tiles.tile(1, 0, 0) == painter._collage.tile(1, 0, 0)
        assert gzip.decompress(tiles.packed(0, 0, 0)) == painter._collage.tile(0, 0, 0).content
    assert painter.painted == [(1, 0, 0), (0, 0, 0)]
    assert not list(tmp_path.rglob("*.part"))


def test_a_kept_tile_needs_no_painter(tmp_path: Path) -> None:
    def nobody() -> Painter:
        raise AssertionError("a painter was asked for")

    kept = KeptTiles(tmp_path, "collage", DARK, Counting).packed(2, 1, 1)
    assert KeptTiles(tmp_path, "collage", DARK, nobody).packed(2, 1, 1) == kept


def test_deep_tiles_are_painted_again_rather_than_kept(tmp_path: Path) -> None:
    tiles = KeptTiles(tmp_path, "collage", DARK, Counting)
    z = DEEPEST_KEPT + 1
    assert tiles.packed(z, 3, 3) == tiles.packed(z, 3, 3)
    assert not list(tmp_path.iterdir())
    tiles.packed(z - 1, 3, 3)
    assert len(list(tmp_path.rglob("*.gz"))) == 1


def test_each_painter_and_look_has_tiles_of_its_own(tmp_path: Path) -> None:
    marks = {
        KeptTiles(tmp_path, name, look, Counting).mark
        for name in ("collage", "relief")
        for look in (DARK, LIGHT)
    }
    assert len(marks) == 4


def test_an_empty_tile_is_the_empty_one(tmp_path: Path) -> None:
    class Nothing:
        def tile(self, z: int, x: int, y: int) -> Picture:
            return EMPTY

    tiles = KeptTiles(tmp_path, "collage", DARK, Nothing)
    assert tiles.tile(3, 1, 1) == EMPTY
    assert len(tiles.packed(8, 1, 1)) < 120


def test_a_folder_that_cannot_be_written_costs_no_tile(tmp_path: Path) -> None:
    (tmp_path / "tiles").write_text("a file, where a folder should be")
    tiles = KeptTiles(tmp_path / "tiles", "collage", DARK, Counting)
    with pytest.raises(NotADirectoryError):
        (tmp_path / "tiles" / "x").mkdir(parents=True)
    assert tiles.tile(1, 1, 1).content.startswith(b"<svg")


def test_there_are_no_other_tiles(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="Level 1 has the tiles"):
        KeptTiles(tmp_path, "collage", DARK, Counting).packed(1, 2, 0)
