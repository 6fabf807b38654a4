"""The whole panorama as one picture."""

import itertools
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lstm.painters import PAINTERS, Picture
from lstm.painters.collage import Collage
from lstm.painters.panorama import FINEST, panorama
from tests.lstm.small_map import DARK, LIGHT, hills, small_map

SVG = "{http://www.w3.org/2000/svg}"
NOTHING = np.empty((0, 0))


def whole(z: int = 2, **more: bool) -> ET.Element:
    atlas = hills()
    return ET.fromstring(panorama(atlas, Collage(atlas, NOTHING, DARK), DARK, z, "A <map>", **more))


@pytest.mark.parametrize("name", PAINTERS)
def test_all_tiles_that_are_not_empty_stand_in_their_places(name: str) -> None:
    atlas = hills()
    painter = PAINTERS[name](atlas, np.ones((len(atlas), 4)), LIGHT)
    root = ET.fromstring(panorama(atlas, painter, LIGHT, 2, "A map"))
    assert root.get("viewBox") == "0 0 1024 1024"
    placed = {(one.get("x"), one.get("y")) for one in root.findall(SVG + "svg")}
    drawn = {
        (str(256 * x), str(256 * y))
        for x in range(4)
        for y in range(4)
        if len(ET.fromstring(painter.tile(2, x, y).content))
    }
    assert placed == drawn


def test_the_picture_says_what_it_is() -> None:
    root = whole()
    assert root.get("role") == "img"
    assert root.findtext(SVG + "title") == "A <map>"


def test_names_of_regions_stand_over_it_and_not_over_each_other() -> None:
    for z in range(FINEST + 1):
        names = whole(z).findall(SVG + "g")[-1].findall(SVG + "text")
        assert {one.text for one in names} <= {f"hill {n}" for n in range(5)}
        assert len(names) >= 2
        boxes = []
        for one in names:
            x, y, size = (float(one.get(part, "")) for part in ("x", "y", "font-size"))
            half = 0.3 * size * len(one.text or "")
            assert half <= x <= 256 * 2**z - half
            boxes.append((x - half, y - 0.8 * size, x + half, y))
        for one_box, other in itertools.combinations(boxes, 2):
            apart = one_box[2] <= other[0] or other[2] <= one_box[0]
            assert apart or one_box[3] <= other[1] or other[3] <= one_box[1]


def test_a_name_is_written_once_and_stays_within_the_picture() -> None:
    atlas = small_map(
        [[0.01, 0.99], [0.99, 0.01]], region=[0, 1], names=["far & away at the corner", "far"]
    )
    twice = small_map([[0.2, 0.2], [0.8, 0.8]], region=[0, 1], names=["one", "one"])
    for some, many in ((atlas, 2), (twice, 1)):
        root = ET.fromstring(panorama(some, Collage(some, NOTHING, DARK), DARK, 0, ""))
        names = root.findall(SVG + "g")[-1].findall(SVG + "text")
        assert len(names) == many
        assert all(0 < float(one.get("y", "")) < 256 for one in names)


def test_points_are_drawn_where_they_are_wanted() -> None:
    def points(root: ET.Element) -> int:
        return sum(
            one.get("d", "").count("M") for one in root.iter(SVG + "path") if one.get("stroke")
        )

    assert points(whole()) == 0
    assert 300 < points(whole(points=True)) <= 600  # none twice in one place


def test_a_painter_of_pixels_has_its_tiles_in_the_picture_too() -> None:
    class Pixels:
        def tile(self, z: int, x: int, y: int) -> Picture:
            return Picture(b"pixels", "image/png")

    root = ET.fromstring(panorama(hills(), Pixels(), DARK, 1, ""))
    images = list(root.iter(SVG + "image"))
    assert len(images) == 4
    assert {one.get("href") for one in images} == {"data:image/png;base64,cGl4ZWxz"}
