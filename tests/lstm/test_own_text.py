"""A reader's own text: every byte of it is read or refused in words."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm import LabError
from lstm.own_text import (
    LARGEST_DATA,
    LEAST_TOKENS,
    MOST_TOKENS,
    Text,
    decode,
    learnt_tokens,
    read_text,
)
from lstm.vocabulary import UNITS, Unit, split

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=100, deadline=None)


def text_of(text: Text) -> list[str]:
    """Put the text's tokens together again."""
    return [text.vocabulary.tokens[n] for n in np.concatenate([text.learnt, text.held_out])]


def said_of(data: bytes, unit: Unit = "characters") -> str:
    with pytest.raises(LabError) as caught:
        read_text(data, unit)
    return str(caught.value)


@examples
@given(st.text(min_size=LEAST_TOKENS, max_size=150), st.sampled_from(UNITS))
def test_no_token_is_lost_or_changed(content: str, unit: Unit) -> None:
    tokens = split(content.replace("\0", " ").removeprefix("\ufeff"), unit)
    data = content.replace("\0", " ").encode("utf-8")
    if len(tokens) < LEAST_TOKENS or len(set(tokens)) == 1:
        assert "Use" in said_of(data, unit) or "Paste" in said_of(data, unit)
        return
    text = read_text(data, unit)
    assert text_of(text) == tokens
    assert sorted(set(tokens)) == list(text.vocabulary.tokens)
    assert (text.rare, text.vocabulary.unit) == (0, unit)


@pytest.mark.parametrize("N", [100, 104, 105, 106, 999, 12345])
def test_the_last_tenth_is_held_out(N: int) -> None:
    content = "abcde"[: N % 5] + "abcde" * (N // 5)
    text = read_text(content.encode(), "characters")
    assert len(text.learnt) + len(text.held_out) == N
    assert abs(len(text.held_out) - N / 10) <= 0.5
    assert len(text.learnt) == learnt_tokens(N)
    assert "".join(text_of(text)) == content


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_text_is_refused(data: bytes, unit: Unit) -> None:
    assert said_of(data, unit) == "The text is empty. Paste a text, or open a .txt file."


def test_a_text_of_white_space_has_no_words() -> None:
    assert said_of(b" \n\t \n" * 100, "words").startswith("The text is empty.")


@pytest.mark.parametrize(
    ("data", "unit", "token"),
    [
        (b"a" * 500, "characters", "'a'"),
        (b"a", "characters", "'a'"),
        (b"\r\n" * 500, "characters", r"'\n'"),
        (b"la " * 500, "words", "'la'"),
        (b"x" * 500, "words", "'" + "x" * 20 + "'"),
    ],
)
def test_a_constant_text_is_refused(data: bytes, unit: Unit, token: str) -> None:
    assert said_of(data, unit) == (
        f"The text has one of the {unit} only, {token}, over and over: there is nothing to "
        "predict. Use a text with more."
    )


def test_a_short_text_is_refused_with_how_long_it_must_be() -> None:
    assert said_of(b"ab" * 49 + b"c").startswith("The text has 99 characters. Use at least 100; ")
    assert said_of(b"to be " * 49 + b"or", "words").startswith("The text has 99 words. Use")
    assert len(text_of(read_text(b"ab" * 50, "characters"))) == 100


def test_line_ends_of_every_kind_are_one() -> None:
    ends = (b"\n", b"\r\n", b"\r")
    unix, windows, mac = (
        read_text(b"".join(b"line %d" % n + end for n in range(40)), "characters") for end in ends
    )
    assert text_of(unix) == text_of(windows) == text_of(mac)
    assert "\r" not in unix.vocabulary.tokens


def test_a_byte_order_mark_is_no_character() -> None:
    text = read_text(b"\xef\xbb\xbf" + b"ab" * 60, "characters")
    assert text.vocabulary.tokens == ("a", "b")


def test_zero_bytes_are_refused() -> None:
    assert said_of(b"ab\0" * 60) == (
        "This is no plain text: it has zero bytes. Save it as text in UTF-8."
    )


@pytest.mark.parametrize(
    ("data", "byte"),
    [(b"caf\xe9 " * 30, 4), ("\ufeffab".encode("utf-16-le") * 60, 1), (b"a" * 200 + b"\xc3", 201)],
)
def test_other_encodings_are_refused_with_the_place(data: bytes, byte: int) -> None:
    assert said_of(data) == (
        f"This is no text in UTF-8: byte {byte} cannot be read. "
        "Save it as plain text in UTF-8, and open it again."
    )


def test_too_much_is_refused_with_how_much_may_be() -> None:
    assert len(decode(b"a" * LARGEST_DATA)) == LARGEST_DATA
    with pytest.raises(LabError) as caught:
        decode(b"a" * (LARGEST_DATA + 1))
    assert str(caught.value) == (
        "The data has 10,485,761 bytes. Use at most 10 MB, which is 10,485,760."
    )


def test_a_letter_and_its_combining_mark_are_one_character() -> None:
    both = "e\u0301e\u0327a" * 40  # é in two code points, ȩ, a
    text = read_text(both.encode(), "characters")
    assert set(text.vocabulary.tokens) == {"é", "ȩ", "a"}
    assert len(text.learnt) + len(text.held_out) == 120


def many(unit: Unit, kinds: int, more: str = "") -> tuple[bytes, list[str]]:
    """Write a text of so many kinds of tokens, of which the n-th comes n // 3 + 1 times."""
    between = " " if unit == "words" else ""
    names = [f"w{n:05d}" if unit == "words" else chr(0x4E00 + n) for n in range(kinds)]
    tokens = [name for n, name in enumerate(names) for _ in range(n // 3 + 1)]
    order = np.random.default_rng(0).permutation(len(tokens))
    return (between.join(tokens[n] for n in order) + between + more).encode(), names


@pytest.mark.parametrize("unit", UNITS)
def test_as_many_kinds_as_may_be_are_all_told_apart(
    unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_TOKENS, "words", 300)
    data, names = many(unit, MOST_TOKENS[unit])
    text = read_text(data, unit)
    assert list(text.vocabulary.tokens) == names
    assert (text.vocabulary.unknown, text.rare) == (None, 0)


@pytest.mark.parametrize(("unit", "name"), [("characters", "\ufffd"), ("words", "<unk>")])
def test_the_rarest_of_too_many_are_read_as_one(
    unit: Unit, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MOST_TOKENS, "words", 256)
    data, names = many(unit, 300)
    text = read_text(data, unit)
    tokens = text.vocabulary.tokens
    assert len(tokens) == 256
    assert text.vocabulary.unknown == 0
    assert tokens[0] == name
    counted = Counter(split(data.decode(), unit))
    # 255 are kept: names 45 to 299. 45, 46 and 47 come as often as one another, all are kept.
    assert list(tokens[1:]) == names[45:]
    assert text.rare == sum(counted[one] for one in names[:45])
    kept = set(tokens)
    read = [token if token in kept else name for token in split(data.decode(), unit)]
    assert text_of(text) == read


def test_of_equally_frequent_ones_the_first_by_spelling_are_kept() -> None:
    names = [chr(0x4E00 + n) for n in range(300)]
    forward, backward = "".join(names) * 2, "".join(reversed(names)) * 2
    for content in (forward, backward):
        text = read_text(content.encode(), "characters")
        assert list(text.vocabulary.tokens) == ["\ufffd", *names[:255]]
        assert text.rare == 2 * 45


def test_a_text_that_has_the_unknown_token_itself_keeps_it_once() -> None:
    data, names = many("characters", 300, more="\ufffd" * 500)
    text = read_text(data, "characters")
    assert text.vocabulary.tokens == ("\ufffd", *names[45:])
    assert text_of(text)[-500:] == ["\ufffd"] * 500
    # What stood as the unknown one in the text is not counted as too rare.
    assert text.rare == sum(n // 3 + 1 for n in range(45))


def test_a_small_text_may_have_the_unknown_token_too() -> None:
    text = read_text("ab\ufffd".encode() * 40, "characters")
    assert text.vocabulary.tokens == ("a", "b", "\ufffd")
    assert text.vocabulary.unknown == 2
    assert text.rare == 0


def test_words_beyond_five_thousand_are_read_as_one() -> None:
    data = " ".join(f"w{n}" for n in range(6000)).encode()
    text = read_text(data, "words")
    assert len(text.vocabulary) == 5000
    assert text.rare == 1001
