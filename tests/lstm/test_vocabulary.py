"""Text as tokens: every script, unknown tokens, and words."""

import json
import re
import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm import LabError
from lstm.vocabulary import Unit, Vocabulary, split


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("ab a", ["a", "b", " ", "a"]),
        ("👩‍🚀👍🏽🇨🇭", ["👩‍🚀", "👍🏽", "🇨🇭"]),
        ("e\u0301é", ["é", "é"]),  # composed, whichever way it was written
        ("x\u0301\u0323", ["x\u0323\u0301"]),  # marks that no composed letter has
        ("שלום", ["ש", "ל", "ו", "ם"]),
        ("בָּא", [unicodedata.normalize("NFC", "בָּ"), "א"]),  # points stay on their letters
        ("مَرْحَبًا", ["مَ", "رْ", "حَ", "بً", "ا"]),
        ("각한", ["각", "한"]),
        ("a\r\nb\rc\n", ["a", "\n", "b", "\n", "c", "\n"]),
    ],
)
def test_a_character_is_what_a_reader_takes_for_one(text: str, tokens: list[str]) -> None:
    assert split(text, "characters") == tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \n ", []),
        ("It's 3 o’clock.", ["It's", "3", "o’clock", "."]),
        ("well-known -- 'quoted'", ["well-known", "-", "-", "'", "quoted", "'"]),
        ("Żółw 👩‍🚀!", ["Żółw", "👩‍🚀", "!"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("e\u0301te\u0301", ["été"]),
    ],
)
def test_words_keep_inner_apostrophes_and_hyphens(text: str, tokens: list[str]) -> None:
    assert split(text, "words") == tokens


@given(st.text())
def test_characters_put_together_are_the_composed_text(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(split(text, "characters")) == unicodedata.normalize("NFC", lines)


@given(st.text())
def test_words_leave_out_nothing_but_space(text: str) -> None:
    def visible(text: str) -> str:
        return re.sub(r"\s", "", text)

    words = "".join(split(text, "words"))
    assert visible(words) == visible("".join(split(text, "characters")))


@given(st.text(min_size=1), st.sampled_from(["characters", "words"]))
def test_a_text_is_read_by_its_own_vocabulary(text: str, unit: Unit) -> None:
    cut = split(text, unit)
    if not cut:
        return
    vocabulary = Vocabulary.of(cut, unit)
    tokens, numbers = vocabulary.read(text)
    assert [vocabulary.tokens[n] for n in numbers] == tokens == cut


def test_numbers_are_places_in_the_vocabulary() -> None:
    vocabulary = Vocabulary(("ש", "👩‍🚀", "é"))
    tokens, numbers = vocabulary.read("é👩‍🚀שe\u0301")
    assert tokens == ["é", "👩‍🚀", "ש", "é"]
    assert numbers.dtype == np.int64
    assert numbers.tolist() == [2, 1, 0, 2]
    assert len(vocabulary) == 3


def test_no_text_has_no_tokens() -> None:
    tokens, numbers = Vocabulary(("a",)).read("")
    assert tokens == []
    assert numbers.shape == (0,)


def test_a_character_that_is_not_known_whole_is_taken_apart() -> None:
    vocabulary = Vocabulary(("👩", "\u200d", "🚀", "a"))
    assert vocabulary.read("a👩‍🚀")[0] == ["a", "👩", "\u200d", "🚀"]


def test_a_word_is_also_looked_for_in_small_letters() -> None:
    vocabulary = Vocabulary(("the", "The", "end"), "words")
    assert vocabulary.read("The THE End")[1].tolist() == [1, 0, 2]
    with pytest.raises(LabError, match=r"^'A'"):
        Vocabulary(("a",)).read("A")


def test_the_vocabulary_of_a_text_is_sorted_and_has_each_token_once() -> None:
    assert Vocabulary.of("banana") == Vocabulary(("a", "b", "n"))


# Unknown tokens


@pytest.mark.parametrize("name", ["<unk>", "<UNK>", "[UNK]", "<oov>", "\ufffd"])
def test_a_token_that_stands_for_the_unknown_is_found_by_its_name(name: str) -> None:
    vocabulary = Vocabulary(("a", name))
    assert vocabulary.unknown == 1
    assert vocabulary.read("aéa")[1].tolist() == [0, 1, 0]


def test_a_token_may_be_told_to_stand_for_the_unknown() -> None:
    assert Vocabulary(("a", "b"), unknown=0).read("bxb")[1].tolist() == [1, 0, 1]


def test_the_first_unknown_token_is_named_with_its_step() -> None:
    message = "'é' (t = 3) is not among the 2 characters that this model knows. "
    with pytest.raises(LabError, match=f"^{re.escape(message)}Use others, such as a b\\.$"):
        Vocabulary(("a", "b")).read("abéaé")


def test_many_unknown_tokens_are_named_and_counted() -> None:
    message = (
        "'1' (t = 1), '2' (t = 2), '3' (t = 3), '4' (t = 5), '5' (t = 6) and 2 more are not among "
        "the 1 words that this model knows. Use others, such as a."
    )
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Vocabulary(("a",), "words").read("1 2 3 1 4 5 6 7")


def test_a_vocabulary_without_anything_to_see_still_says_what_to_use() -> None:
    with pytest.raises(LabError, match=r"Use others, such as a space\.$"):
        Vocabulary((" ", "\n", "\u200d")).read("a")


# What is no vocabulary


def test_an_empty_vocabulary_is_refused() -> None:
    message = r"^The vocabulary is empty\. Give at least one token\.$"
    with pytest.raises(LabError, match=message):
        Vocabulary(())


def test_a_token_that_is_there_twice_is_named() -> None:
    message = r"^The vocabulary has 'b' twice\. Each token stands once\.$"
    with pytest.raises(LabError, match=message):
        Vocabulary(("a", "b", "c", "b"))


@pytest.mark.parametrize("unknown", [-1, 2])
def test_an_unknown_token_that_is_not_there_is_refused(unknown: int) -> None:
    message = f"^The unknown token is number {unknown}, which is not there\\.$"
    with pytest.raises(LabError, match=message):
        Vocabulary(("a", "b"), unknown=unknown)


@pytest.mark.parametrize(
    "vocabulary",
    [
        Vocabulary(("a", "é", "👩‍🚀", "ש")),
        Vocabulary(("the", "a", "<unk>"), "words"),
        Vocabulary(("a", "b"), unknown=1),
    ],
)
def test_a_vocabulary_survives_json(vocabulary: Vocabulary) -> None:
    assert Vocabulary.from_json(json.loads(json.dumps(vocabulary.to_json()))) == vocabulary


@pytest.mark.parametrize(
    ("tokens", "unit"),
    [
        (["a", "👩‍🚀", "<unk>"], "characters"),
        (["a", "the", "<unk>"], "words"),
    ],
)
def test_longer_tokens_are_words_where_nothing_says_so(tokens: list[str], unit: Unit) -> None:
    assert Vocabulary.from_json({"tokens": tokens}).unit == unit


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "The vocabulary must be a list of tokens, each of them text."),
        ({"tokens": "abc"}, "The vocabulary must be a list of tokens, each of them text."),
        ({"tokens": ["a", 1]}, "The vocabulary must be a list of tokens, each of them text."),
        (
            {"tokens": ["a"], "unknown": True},
            "The unknown token of the vocabulary must be a number, or left out.",
        ),
        (
            {"tokens": ["a"], "unknown": 0.0},
            "The unknown token of the vocabulary must be a number, or left out.",
        ),
        (
            {"tokens": ["a"], "unit": "letters"},
            "A vocabulary is of characters or words, not of 'letters'.",
        ),
        ({"tokens": []}, "The vocabulary is empty. Give at least one token."),
    ],
)
def test_what_is_no_vocabulary_is_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Vocabulary.from_json(data)


def test_a_decomposed_token_is_found_in_a_composed_text() -> None:
    tokens, numbers = Vocabulary(("e\u0301", "a")).read("aé")
    assert (tokens, numbers.tolist()) == (["a", "é"], [1, 0])


def test_marks_of_a_character_model_do_not_make_it_one_of_words() -> None:
    assert Vocabulary.from_json({"tokens": ["<s>", "[PAD]", "a"]}).unit == "characters"
    assert Vocabulary.from_json({"tokens": ["<s>", "ab"]}).unit == "words"


def test_a_character_that_nobody_knows_stays_one() -> None:
    tokens, numbers = Vocabulary(("a", "<unk>")).read("a👩‍🚀")
    assert (tokens, numbers.tolist()) == (["a", "👩‍🚀"], [0, 1])
