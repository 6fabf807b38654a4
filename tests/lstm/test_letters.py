"""Tokens of any script, as they stand in a picture."""

import pytest

from lstm.painters.letters import (
    as_read,
    beginning,
    common_ending,
    ending,
    escaped,
    gap,
    legible,
    lines,
    wide,
)


def test_what_no_picture_may_hold_is_replaced() -> None:
    assert legible("a\x00b\x1b") == "a␀b␛"
    assert legible("\ud83d") == legible("\x85") == legible("\ufffe") == "\ufffd"
    assert legible(" \n\t") == "␣⏎⇥"
    assert legible("") == ""


def test_a_text_is_read_with_its_spaces() -> None:
    assert as_read("a b\n") == "a\u00a0b⏎"


def test_signs_of_xml_are_escaped() -> None:
    assert escaped('<a href="x">&amp;') == '&lt;a href="x"&gt;&amp;amp;'


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("a", 1), ("漢a", 3), ("a\u200db", 2), ("한", 2)]
)
def test_letters_are_as_wide_as_they_are(text: str, columns: int) -> None:
    assert wide(text) == columns


def test_texts_are_cut_at_either_end() -> None:
    assert beginning("漢字漢字", 5) == "漢字…"
    assert ending("漢字漢字", 5) == "…漢字"
    assert ending("abc", 3) == "abc"
    assert ending("abc", -2) == ""


def test_lines_are_full_and_lose_nothing() -> None:
    text = "ab漢cd字e"
    found = lines(text, 3)
    assert "".join(found) == text
    assert all(wide(line) <= 3 for line in found)
    assert lines("漢字", 1) == ["漢", "字"]  # wider than any line
    assert lines("", 4) == []


def test_what_texts_share_at_their_end() -> None:
    assert common_ending(["abc"]) == "abc"
    assert common_ending(["abc", "bc", "xc"]) == "c"
    assert common_ending(["abc", "", "abc"]) == ""
    assert common_ending(["abc", "abd"]) == ""


def test_words_have_a_gap_between_them_and_parts_of_words_have_none() -> None:
    assert gap(["he", "said", "."]) == " "
    assert gap(["a", "b", "…", "«end»"]) == ""
    assert gap([" the", "re", "s"]) == gap(["a", "␣b", " "]) == gap([]) == ""
