"""PNG as we write it, beside a library of pictures."""

import io

import numpy as np
import pytest
from PIL import Image

from lstm.painters.png import decode, encode


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (256, 256)])
def test_pictures_come_back_and_others_read_them(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 4)).astype(np.uint8)
    content = encode(pixels)
    np.testing.assert_array_equal(decode(content), pixels)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_what_is_smooth_takes_little_room() -> None:
    slope = np.arange(256, dtype=np.uint8)
    pixels = np.stack([np.tile(slope, (256, 1)), np.tile(slope[:, None], (1, 256))] * 2, axis=2)
    assert len(encode(pixels)) < 0.03 * pixels.size
