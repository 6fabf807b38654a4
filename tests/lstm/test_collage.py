"""The token collage: what each cell says, and whether it can be read."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lstm.painters import Look
from lstm.painters.cells import downwards
from lstm.painters.collage import Collage
from lstm.painters.colours import contrast, mix
from lstm.painters.painter import CELL
from tests.lstm.small_map import DARK, LIGHT, hills, small_map

NOTHING = np.empty((0, 0))
SVG = "{http://www.w3.org/2000/svg}"


def painted(collage: Collage, z: int, x: int, y: int) -> ET.Element:
    return ET.fromstring(collage.tile(z, x, y).content)


def shown(root: ET.Element) -> dict[tuple[int, int], str]:
    """Give what is written, by column and row of cells."""
    return {
        (
            int(float(one.get("x", "")) // CELL),
            int(float(one.get("y", "")) // CELL),
        ): one.text or ""
        for one in root.iter(SVG + "text")
    }


def rectangles(root: ET.Element) -> dict[tuple[int, int], str]:
    """Give the colour of each cell."""
    return {
        (int(float(one.get("x", "")) // CELL), int(float(one.get("y", "")) // CELL)): one.get(
            "fill", ""
        )
        for one in root.iter(SVG + "rect")
    }


@pytest.mark.parametrize("z", [0, 1, 2])
def test_each_cell_shows_its_commonest_token(z: int) -> None:
    atlas = hills()
    x, y = (downwards(atlas.places, atlas.frame)[0] * 2**z).astype(int).tolist()
    cells = np.floor(downwards(atlas.places, atlas.frame) * 8 * 2**z).astype(int) - [8 * x, 8 * y]
    counted: dict[tuple[int, int], Counter[str]] = {}
    for (column, row), token in zip(cells.tolist(), atlas.token, strict=True):
        if 0 <= column < 8 and 0 <= row < 8:
            counted.setdefault((column, row), Counter())[token] += 1
    found = shown(painted(Collage(atlas, NOTHING, DARK), z, x, y))
    assert set(found) == set(counted) != set()
    for cell, text in found.items():
        token = {"␣": " ", "⏎": "\n"}.get(text, text)
        assert counted[cell][token] == max(counted[cell].values())


def test_spaces_and_new_lines_can_be_seen_and_signs_do_no_harm() -> None:
    tokens = [" ", "\n", "\t", "<", "&", '"', "\x00", "漢", "\u0301", "\ud800", "שלום", "🙂"]
    n = np.arange(len(tokens))
    places = np.stack([(n % 8 + 0.5) / 8, 1 - (n // 8 + 0.5) / 8], axis=1)
    found = shown(painted(Collage(small_map(places, tokens), NOTHING, DARK), 0, 0, 0))
    assert [found[k % 8, k // 8] for k in n.tolist()] == [
        *("␣", "⏎", "⇥", "<", "&", '"', "␀", "漢", "◌\u0301", "\ufffd", "שלום", "🙂")
    ]


def test_long_tokens_fit_their_cell() -> None:
    atlas = small_map([[0.1, 0.9], [0.9, 0.9]], ["representations", "of"])
    texts = list(painted(Collage(atlas, NOTHING, DARK), 0, 0, 0).iter(SVG + "text"))
    assert {one.text for one in texts} == {"repre…", "of"}
    for one in texts:
        assert 0.61 * float(one.get("font-size", "")) * len(one.text or "") <= CELL - 4


def test_a_cell_has_the_hue_of_its_region_and_is_stronger_where_more_lies() -> None:
    places = np.repeat([[0.1, 0.9], [0.5, 0.9], [0.9, 0.9], [0.1, 0.1]], [50, 1, 3, 2], axis=0)
    region = np.repeat([8, 8, 1, -1], [50, 1, 3, 2])
    found = rectangles(painted(Collage(small_map(places, region=region), NOTHING, DARK), 0, 0, 0))
    many, one, other, none = (found[cell] for cell in ((0, 0), (4, 0), (7, 0), (0, 7)))

    def apart(first: str, second: str) -> int:
        return sum(abs(int(first[n : n + 2], 16) - int(second[n : n + 2], 16)) for n in (1, 3, 5))

    assert apart(one, DARK.ground) < apart(many, DARK.ground)
    # Region 8 has the first hue again.
    assert min(apart(many, mix(DARK.ground, DARK.hues[0], t / 32)) for t in range(26, 33)) <= 2
    assert min(apart(one, mix(DARK.ground, DARK.hues[0], t / 32)) for t in range(33)) <= 2
    assert min(apart(other, mix(DARK.ground, DARK.hues[1], t / 32)) for t in range(33)) <= 2
    assert min(apart(none, mix(DARK.ground, DARK.text, t / 32)) for t in range(33)) <= 2


def test_where_nothing_lies_there_is_a_coast_without_letters() -> None:
    root = painted(Collage(small_map([[0.3, 0.3]]), NOTHING, DARK), 1, 0, 1)
    cells, letters = rectangles(root), shown(root)
    assert list(letters) == [(4, 3)]
    assert {(3, 3), (5, 3), (4, 2), (4, 4), (3, 2), (6, 3)} <= set(cells)
    assert all(max(abs(column - 4), abs(row - 3)) <= 2 for column, row in cells)


def test_a_coast_goes_on_beyond_a_seam() -> None:
    collage = Collage(small_map([[0.49, 0.3]]), NOTHING, DARK)
    left, right = painted(collage, 1, 0, 1), painted(collage, 1, 1, 1)
    assert not shown(right)
    assert shown(left)
    # As far to the right of its cell as to the left.
    assert rectangles(right)[0, 3] == rectangles(left)[6, 3]
    assert rectangles(right)[1, 3] == rectangles(left)[5, 3]


def test_zooming_in_shows_the_text_before_a_token() -> None:
    atlas = small_map([[0.3, 0.3], [0.7, 0.7]], ["a", "b"], ["he said [see (", "the end of it "])
    collage = Collage(atlas, NOTHING, DARK)
    tiles = {z: painted(collage, z, int(0.3 * 2**z), int(0.7 * 2**z)) for z in (2, 3, 4)}
    texts = {z: [one.text or "" for one in root.iter(SVG + "text")] for z, root in tiles.items()}
    assert texts[2] == ["a"]
    assert texts[3] == ["he\u00a0said\u00a0[", "see\u00a0(", "a"]  # in a square of 2 × 2 cells
    assert "".join(texts[4]) == "he\u00a0said\u00a0[see\u00a0(a"
    assert len(texts[4]) == 2  # a line of a square of 4 × 4, and the token
    for root in tiles.values():
        for one in root.iter(SVG + "text"):
            assert one.get("textLength") or len(one.text or "") == 1


def test_a_crowded_cell_with_few_contexts_shows_a_little_of_the_text() -> None:
    places = [[0.3, 0.3], [0.3 + 1e-3, 0.3]]  # not one spot
    atlas = small_map(places, ["a", "a"], ["it was (", "in all ("])
    (small, token) = sorted(
        painted(Collage(atlas, NOTHING, DARK), 3, 2, 5).iter(SVG + "text"),
        key=lambda one: float(one.get("font-size", "")),
    )
    assert small.text == "\u00a0("
    assert token.text == "a"


def test_words_stand_apart_from_the_text_before_them() -> None:
    atlas = small_map([[0.3, 0.3], [0.7, 0.7]], ["said", "them"], ["and then he", ""])
    collage = Collage(atlas, NOTHING, DARK)
    root = painted(collage, 4, 4, 11)
    assert [one.text for one in root.iter(SVG + "text")] == ["and\u00a0then\u00a0he\u00a0", "said"]
    assert [one.text for one in painted(collage, 4, 11, 4).iter(SVG + "text")] == ["them"]


def test_a_spot_of_many_says_how_many_and_what_all_share() -> None:
    N = 200
    before = [f"{'x' * n} the same (" for n in range(N)]
    token = ["a"] * (N - 1) + ["b"]
    atlas = small_map(np.full((N, 2), 0.3), token, before)
    texts = [
        one.text for one in painted(Collage(atlas, NOTHING, DARK), 4, 4, 11).iter(SVG + "text")
    ]
    assert texts == ["\u00a0the\u00a0same\u00a0(", "a", "×200"]


def test_a_token_stands_whole_at_the_end_of_a_card() -> None:
    text = "so many words that they do not fit in a few short lines of any of these cards at all"
    atlas = small_map([[0.3, 0.3]], ["reading"], [text])
    collage = Collage(atlas, NOTHING, LIGHT)
    for z, columns, most in ((3, 9, 4), (5, 14, 6)):
        x = int(0.3 * 2**z)
        texts = [one.text or "" for one in painted(collage, z, x, 2**z - 1 - x).iter(SVG + "text")]
        assert texts[-1] == "reading"
        assert texts[0].startswith("…")
        assert all(len(one) <= columns for one in texts)
        assert len(texts) <= most + 1
        assert f"{text} ".replace(" ", "\u00a0").endswith("".join(texts[:-1])[1:])
    # Letters of two columns, which leave a column free in each line.
    wide = Collage(small_map([[0.3, 0.3]], ["漢"], ["漢" * 60]), NOTHING, DARK)
    texts = [one.text or "" for one in painted(wide, 3, 2, 5).iter(SVG + "text")]
    assert [len(one) for one in texts] == [4, 4, 4, 1]
    assert texts[0] == "…漢漢漢"
    # A row without words, and a card without letters.
    bare = Collage(small_map([[0.3, 0.3]], [""], [""]), NOTHING, DARK)
    assert not shown(painted(bare, 5, 9, 22))
    assert rectangles(painted(bare, 5, 9, 22))


@pytest.mark.parametrize("look", [DARK, LIGHT])
def test_all_letters_can_be_read_on_their_cells(look: Look) -> None:
    collage = Collage(hills(1500), NOTHING, look)
    read = 0
    for z in (0, 1, 3, 4, 5):
        for x in range(2**z):
            for y in range(2**z):
                under = ""
                for one in painted(collage, z, x, y).iter():
                    if one.tag == SVG + "rect":
                        under = one.get("fill", "")
                    elif one.tag == SVG + "text" and not re.match("×", one.text or ""):
                        assert contrast(one.get("fill", ""), under) >= 4.5
                        read += 1
    assert read > 500
