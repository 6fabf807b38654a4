"""What a reader sees at a place of a text."""

from lstm.traits import quoted, traits_of


def at(text: str, t: int = -1) -> tuple[str, ...]:
    return traits_of(text, "characters")[t]


def test_what_is_open_is_told_with_its_depth() -> None:
    assert "inside ( )" in at("and (a")
    assert "depth 1" in at("and (a")
    assert "inside [ ]" in at("and ([a")
    assert "depth 2" in at("and ([a")
    assert "inside ( )" in at("and ([a]b")
    assert "outside brackets" in at("and (a)b")
    assert "depth 8" in at("((((((((((a")


def test_quotations_open_and_close() -> None:
    assert "in quotes" in at('say "a')
    assert "in quotes" in at('say "(a)b')
    assert "outside quotes" in at('say "a" b')
    assert "outside brackets" in at('say "(a" b')  # what was left open within ends with it


def test_what_closes_nothing_closes_nothing() -> None:
    assert "inside ( )" in at("and (a]b")
    assert "outside brackets" in at("a)b")
    assert "outside brackets" in at("and ([a)b")  # the outer pair ends the inner one


def test_signs_are_of_kinds() -> None:
    assert "after a space" in at("on it ")
    assert "end of a line" in at("on it\n")
    assert "digits" in at("on 7")
    assert "capital letters" in at("on A")
    assert "just opened" in at("on (")
    assert "just closed" in at("on (a)")
    assert "a sign" in at("on.")
    assert "‘.’" in at("on.")
    assert not any(trait.startswith("‘") for trait in at("on it "))


def test_a_word_is_told_as_it_goes() -> None:
    assert {"start of a word", "‘l…’"} <= set(at("the l"))
    assert {"within a word", "‘low…’"} <= set(at("the low"))
    assert "within a word" in at("x" * 40)
    assert not any("…" in trait for trait in at("x" * 40))


def test_the_first_tokens_begin_the_text() -> None:
    found = traits_of("abcde", "characters")
    assert ["start of the text" in one for one in found] == [True, True, True, False, False]


def test_words_are_told_with_the_one_before() -> None:
    found = traits_of(["The", "keys", "(", "2", ")"], "words")
    assert found[0] == (
        "‘The’",
        "capital letters",
        "ends in ‘e’",
        "outside brackets",
        "outside quotes",
        "start of the text",
    )
    assert {"‘keys’", "after ‘The’"} <= set(found[1])
    assert "inside ( )" in found[3]


def test_words_have_endings_and_signs_and_short_ones_none() -> None:
    found = traits_of(["keys", "is", "123", "...", "o'er"], "words")
    ends = [[trait for trait in one if trait.startswith("ends")] for one in found]
    assert ends == [["ends in ‘s’"], [], [], [], []]


def test_lines_begin_and_stand_in() -> None:
    assert "indentation" in at("on:\n    ")
    assert "after a space" not in at("on:\n    ")
    assert {"start of a line", "start of a word"} <= set(at("on:\n    a"))
    assert "start of a line" in at("on:\na")
    assert {"start of a line", "a sign"} <= set(at("on:\n  #"))
    assert "start of a line" not in at("on:\n    ab")
    assert "after a space" in at("on:\n    a ")
    assert at("on:\n  \n")[0] == at("on:\n")[0] == "end of a line"
    # Of the first line nobody knows where it began.
    assert "after a space" in at(" ")
    assert "start of a line" not in at("a")


def test_no_trait_is_told_twice() -> None:
    for text in ('Ab ("c" [d]) e.\n', "((", '""'):
        for one in traits_of(text, "characters"):
            assert len(one) == len(set(one))


def test_long_tokens_are_cut_and_spaces_shown() -> None:
    assert quoted("a b") == "‘a␣b’"
    assert quoted("x" * 99) == "‘" + "x" * 16 + "’"


def test_no_text_has_no_traits() -> None:
    assert traits_of("", "characters") == []
