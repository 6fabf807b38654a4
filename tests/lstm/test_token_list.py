"""Vocabularies in files of their own."""

from pathlib import Path

import pytest

from lstm import LabError
from lstm.token_list import LARGEST_LIST, load_tokens, read_tokens


def test_each_line_is_a_token(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes("\ufeff<unk>\r\nthe\r\nclé\r\n".encode())
    words = load_tokens(path)
    assert (words.tokens, words.unit, words.unknown) == (("<unk>", "the", "clé"), "words", 0)
    characters = read_tokens("a\n \n\u2028".encode())  # no line end at the end of the file
    assert (characters.tokens, characters.unit) == (("a", " ", "\u2028"), "characters")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a\n\nb", "Line 2 of the list is empty"),
        (b"", "Line 1 of the list is empty"),
        (b"\xff\xfe", "no text"),
        (b"a\na", "'a' twice"),
        (b"a" * (LARGEST_LIST + 1), "at most"),
    ],
)
def test_what_is_no_list_of_tokens_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(LabError, match=words):
        read_tokens(content)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be read"):
        load_tokens(tmp_path / "vocab.txt")
