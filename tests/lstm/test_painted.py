"""A picture cut into tiles, beside the picture itself."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lstm import Array, LabError
from lstm.painters.painted import PNG, Painted, cut, presence
from lstm.painters.painter import Picture


def pixels(picture: Picture) -> NDArray[np.uint8]:
    """Read a tile by another's means."""
    assert picture.mimetype == PNG
    with Image.open(io.BytesIO(picture.content)) as image:
        return np.array(image)


def level(painted: Painted, z: int) -> NDArray[np.uint8]:
    """Put all tiles of a level together."""
    each = range(2**z)
    return np.block([[[pixels(painted.tile(z, x, y))] for x in each] for y in each])


@pytest.fixture(name="picture", scope="module")
def of_a_kilopixel() -> NDArray[np.uint8]:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (64, 64, 3))
    return np.repeat(np.repeat(coarse, 16, axis=0), 16, axis=1).astype(np.uint8)


@pytest.fixture(name="places", scope="module")
def in_the_lower_left() -> Array:
    return np.random.default_rng(1).uniform([0.0, 0.5], [0.5, 1.0], (3000, 2))


@pytest.fixture(name="painted", scope="module")
def as_tiles(
    picture: NDArray[np.uint8], places: Array, tmp_path_factory: pytest.TempPathFactory
) -> Painted:
    folder = tmp_path_factory.mktemp("tiles")
    cut(picture, places, folder)
    assert len(list(folder.iterdir())) == 1 + 4 + 16
    return Painted(folder)


def test_the_deepest_tiles_are_the_picture_and_those_above_its_means(
    painted: Painted, picture: NDArray[np.uint8]
) -> None:
    np.testing.assert_array_equal(level(painted, 2)[..., :3], picture)
    means = picture.astype(float)
    for z in (1, 0):
        side = len(means) // 2
        means = means.reshape(side, 2, side, 2, 3).mean(axis=(1, 3))
        np.testing.assert_allclose(level(painted, z)[..., :3], means, atol=1)


def test_it_shows_where_contexts_are_and_fades_where_none_is(painted: Painted) -> None:
    for z in (0, 1, 2):
        shown = level(painted, z)[..., 3]
        side = len(shown)
        inside = shown[side * 5 // 8 : side * 7 // 8, side // 8 : side * 3 // 8]
        assert inside.min() > 240
        assert shown[: side // 4].max() < 40
        assert shown[:, side * 3 // 4 :].max() < 40


@pytest.mark.parametrize("z", [3, 5])
def test_deeper_tiles_are_parts_of_it_made_larger_without_seams(
    painted: Painted, picture: NDArray[np.uint8], z: int
) -> None:
    step = 2 ** (z - 2)
    whole = picture.astype(float)
    for x, y in ((0, 0), (2**z - 1, 2**z - 1), (2 ** (z - 1), 2 ** (z - 1) - 1)):
        found = pixels(painted.tile(z, x, y))
        for row, column in ((0, 0), (0, 255), (255, 0), (77, 200), (255, 255)):
            at = [
                min(max((256 * tile + one + 0.5) / step - 0.5, 0), 1023)
                for tile, one in ((y, row), (x, column))
            ]
            low = [int(one) for one in at]
            high = [min(one + 1, 1023) for one in low]
            down, across = at[0] - low[0], at[1] - low[1]
            upper = (1 - across) * whole[low[0], low[1]] + across * whole[low[0], high[1]]
            lower = (1 - across) * whole[high[0], low[1]] + across * whole[high[0], high[1]]
            expected = (1 - down) * upper + down * lower
            np.testing.assert_allclose(found[row, column, :3], expected, atol=1.01)


@pytest.mark.parametrize("side", [1, 100, 256, 300])
def test_a_picture_of_any_side_becomes_whole_tiles(side: int, tmp_path: Path) -> None:
    slope = np.linspace(0, 255, side).astype(np.uint8)
    picture = np.stack([np.tile(slope, (side, 1))] * 3, axis=2)
    cut(picture, np.array([[0.5, 0.5], [0.2, 0.9]]), tmp_path)
    deepest = 1 if side > 256 else 0
    assert len(list(tmp_path.iterdir())) == (5 if deepest else 1)
    shown = level(Painted(tmp_path), deepest)
    assert shown.shape == (256 * 2**deepest,) * 2 + (4,)
    along = shown[7, :, 0].astype(int)
    assert (np.diff(along) >= 0).all()
    assert (along[0], along[-1]) == (slope[0], slope[-1])


def test_a_million_contexts_in_one_place_do_not_hide_the_others() -> None:
    many = np.full((100_000, 2), 0.25)
    some = np.random.default_rng(0).uniform(0.6, 0.9, (100_000, 2))
    shown = presence(np.concatenate([many, some]))
    assert shown.shape == (128, 128)
    assert shown[32, 32] == 1
    assert shown[96, 96] == 1
    assert shown[10, 110] == pytest.approx(0)


def test_there_are_no_other_tiles(painted: Painted) -> None:
    for z, x, y in ((9, 0, 0), (-1, 0, 0), (2, 4, 0), (2, 0, -1)):
        with pytest.raises(LabError):
            painted.tile(z, x, y)
