"""The text of the Network page becomes what a model takes, or a message says why not."""

import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from components.boundary import FieldError
from components.network_inputs import (
    LARGEST_INPUT,
    LONGEST,
    MOST_COLUMNS,
    TOKEN_NUMBERS,
    Prepared,
    prepare,
    sample,
)
from components.network_settings import NetworkSettings
from lstm import (
    LabError,
    Layer,
    Model,
    Vocabulary,
    characters_by_hand,
    random_layers,
    run,
    words_by_hand,
)
from lstm.checkpoint import dump

Settings = Callable[..., dict[str, Any]]
Read = Callable[..., Prepared]

EMPTY = "The text is empty. Type something, or choose an example."


@pytest.fixture
def read(network_settings: Settings) -> Read:
    """Give a function that prepares a text; ``opened`` is the model of a file."""

    def prepared(
        text: str,
        reads: str = "characters",
        opened: Model | None = None,
        model: dict[str, Any] | None = None,
    ) -> Prepared:
        def library(name: str) -> Model:
            assert opened is not None
            assert name == "f" * 64
            return opened

        chosen = {"source": "file", "hash": "f" * 64} if opened is not None else {}
        sent = network_settings({**chosen, **(model or {})}, text=text, reads=reads)
        return prepare(NetworkSettings.read(sent), library)

    return prepared


def refusal(read: Read, *args: Any, **more: Any) -> str:
    with pytest.raises(FieldError) as refused:
        read(*args, **more)
    assert refused.value.field == "text"
    return str(refused.value)


def numbers_model(D: int) -> Model:
    return Model(random_layers(np.random.default_rng(0), [D, 3]))


def token_model(V: int = 10, vocabulary: Vocabulary | None = None) -> Model:
    rng = np.random.default_rng(0)
    return Model(random_layers(rng, [4, 3]), None, rng.normal(size=(V, 4)), vocabulary)


# Characters and words


def test_characters_and_words_are_the_tokens(read: Read) -> None:
    assert read("It's 3.").tokens == ["I", "t", "'", "s", " ", "3", "."]
    assert read("It's 3.", "words").tokens == ["It's", "3", "."]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a👩‍🚀b", ["a", "👩‍🚀", "b"]),  # an emoji of three code points
        ("🏳️‍🌈🇨🇭", ["🏳️‍🌈", "🇨🇭"]),
        ("e\u0301x\u0323\u0307", ["é", "ẋ\u0323"]),
        ("שלום", ["ש", "ל", "ו", "ם"]),  # in the order in which it is read
        ("नि", ["नि"]),
        ("a\r\nb\rc", ["a", "\n", "b", "\n", "c"]),
        ("\u202eab", ["\u202e", "a", "b"]),
    ],
)
def test_a_character_is_what_a_reader_takes_for_one(
    read: Read, text: str, tokens: list[str]
) -> None:
    prepared = read(text)
    composed = [unicodedata.normalize("NFC", token) for token in tokens]
    assert prepared.tokens == composed
    assert prepared.inputs.shape == (len(tokens), 1)
    run(prepared.model, prepared.inputs)


def test_words_of_right_to_left_scripts_are_words(read: Read) -> None:
    assert read("שלום עולם!", "words").tokens == ["שלום", "עולם", "!"]


def test_equal_tokens_have_equal_numbers_and_vectors(read: Read) -> None:
    prepared = read("abcab")
    numbers = prepared.inputs.ravel().tolist()
    assert numbers[:2] == numbers[3:]
    assert len(set(numbers)) == 3
    assert prepared.model.embedding is not None
    assert prepared.model.embedding.shape == (3, TOKEN_NUMBERS)


def test_an_empty_text_is_told(read: Read) -> None:
    for reads in ("characters", "words", "numbers"):
        assert refusal(read, "", reads) == EMPTY
    assert refusal(read, " \n ", "words") == EMPTY
    for text in (" \n\t ", ",", ", ;\n,", ";;;", ",\n,"):
        assert refusal(read, text, "numbers") == EMPTY


def test_a_space_is_a_character(read: Read) -> None:
    assert read("  ").tokens == [" ", " "]


@pytest.mark.parametrize(
    ("piece", "reads", "what"),
    [("a", "characters", "characters"), ("ab ", "words", "words"), ("1 ", "numbers", "numbers")],
)
def test_a_thousand_steps_are_read_and_one_more_is_not(
    read: Read, piece: str, reads: str, what: str
) -> None:
    assert len(read(piece * LONGEST, reads).tokens) == LONGEST == 1000
    assert refusal(read, piece * 1001, reads) == (
        f"The text has 1,001 {what}. Use at most 1,000 steps at a time: a page or less."
    )


def test_a_thousand_rows_are_read_and_one_more_is_not(read: Read) -> None:
    assert read("1, 2\n" * 1000, "numbers").inputs.shape == (1000, 1, 2)
    assert refusal(read, "1, 2\n" * 1001, "numbers").startswith("The text has 1,001 rows.")


@pytest.mark.parametrize("reads", ["characters", "words", "numbers"])
@pytest.mark.parametrize("piece", ["a", "1 ", "👩‍🚀", "e\u0301", "1\n", "\u0301"])
def test_a_million_characters_are_told_how_many_may_be(read: Read, piece: str, reads: str) -> None:
    text = piece * (1_000_000 // len(piece))
    message = refusal(read, text, reads)
    assert "at most 1,000" in message or message.startswith("x(1) is '")  # one word, no number
    assert len(message) < 200


# Numbers


def test_a_single_line_of_numbers_is_one_column(read: Read) -> None:
    prepared = read("1, 0.5 −2;", "numbers")
    assert prepared.inputs.ravel().tolist() == [1.0, 0.5, -2.0]
    assert prepared.inputs.shape == (3, 1, 1)
    assert prepared.inputs.dtype == np.float32
    assert prepared.tokens == ["1", "0.5", "−2"]


def test_a_row_a_line_has_its_columns(read: Read) -> None:
    for text in ("1, 0\n\n-2 3\n", "1 0;-2,3", "1,0\r\n-2,3"):
        prepared = read(text, "numbers")
        assert prepared.inputs[:, 0].tolist() == [[1.0, 0.0], [-2.0, 3.0]]
        assert prepared.tokens == ["1, 0", "−2, 3"]


def test_rows_of_unequal_length_are_told(read: Read) -> None:
    assert refusal(read, "1, 2\n3\n4, 5", "numbers") == (
        "Row 2 has 1 number, the first has 2. Give every row as many."
    )


def test_a_new_network_takes_up_to_sixteen_columns(read: Read) -> None:
    row = ", ".join(["1"] * MOST_COLUMNS)
    assert read(f"{row}\n{row}", "numbers").model.input_size == MOST_COLUMNS == 16
    assert refusal(read, f"{row}, 1\n{row}, 1", "numbers") == (
        "Row 1 has 17 numbers. Use at most 16 columns."
    )


@pytest.mark.parametrize("part", ["abc", "nan", "inf", "1_000", "٣", "1e", "0x1", "--1"])
def test_what_is_no_number_is_told_with_its_step(read: Read, part: str) -> None:
    message = refusal(read, f"1, 2, {part}", "numbers")
    assert message.startswith("x(3) is '")
    assert message.endswith("like 1, 0.5; or choose Characters or Words.")


@pytest.mark.parametrize("part", ["1e7", "-1e7", "1e308", "9" * 5000])
def test_a_number_out_of_range_is_told_the_range(read: Read, part: str) -> None:
    assert LARGEST_INPUT == 1e6
    message = refusal(read, f"1 {part}", "numbers")
    assert message.startswith("x(2) is ")
    assert "out of range. Use a number between −1,000,000 and 1,000,000" in message


# Seeds


def test_the_same_seed_gives_the_same_bytes(read: Read) -> None:
    for kind in ("glorot", "uniform", "orthogonal", "normal"):
        wanted = {"kind": kind, "seed": "7", "layers": "2"}
        one, two = (dump(read("abc", model=wanted).model) for _ in range(2))
        assert one == two
        assert dump(read("abc", model={**wanted, "seed": "8"}).model) != one


def test_another_text_leaves_the_network_as_it_is(read: Read) -> None:
    one, two = read("abc").model, read("zebra crossing").model
    for a, b in zip(one.layers, two.layers, strict=True):
        for name in ("W_ih", "W_hh", "bias"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_a_token_keeps_its_vector_in_another_text(read: Read) -> None:
    def vector(text: str, token: str) -> Any:
        model = read(text).model
        assert model.vocabulary is not None
        assert model.embedding is not None
        return model.embedding[model.vocabulary.tokens.index(token)]  # sorted: 2, then 1

    np.testing.assert_array_equal(vector("abc", "c"), vector("xyz c", "c"))
    assert not np.array_equal(vector("abc", "b"), vector("abc", "c"))


def test_settings_shape_the_network(read: Read) -> None:
    model = read("abc", model={"size": "5", "layers": "3", "forget_bias": "2.5"}).model
    assert [layer.hidden_size for layer in model.layers] == [5, 5, 5]
    for layer in model.layers:
        assert layer.W_hh.dtype == np.float32
        # Rows stand in the order i, f, g, o.
        assert layer.bias.tolist() == [0] * 5 + [2.5] * 5 + [0] * 10


# Files and networks that were set by hand


@pytest.mark.parametrize(
    ("source", "build"), [("characters", characters_by_hand), ("words", words_by_hand)]
)
def test_a_network_that_was_set_by_hand_reads_by_its_own_vocabulary(
    read: Read, source: str, build: Callable[[], Model]
) -> None:
    prepared = read("the (keys) 👩‍🚀 é שלום", "numbers", model={"source": source})
    vocabulary = build().vocabulary
    assert vocabulary is not None
    tokens, numbers = vocabulary.read("the (keys) 👩‍🚀 é שלום")
    assert prepared.tokens == tokens
    assert prepared.inputs.ravel().tolist() == numbers.tolist()


def test_a_token_that_a_file_s_vocabulary_lacks_is_named(read: Read) -> None:
    opened = token_model(3, Vocabulary(("a", "b", "c")))
    assert read("cab", "numbers", opened).inputs.ravel().tolist() == [2, 0, 1]
    message = refusal(read, "ab!", opened=opened)
    assert "'!' (t = 3)" in message
    assert "Use others, such as a b c." in message
    assert refusal(read, "", opened=opened) == EMPTY
    assert refusal(read, "a" * 1001, opened=opened).startswith("The text has 1,001 characters.")
    assert "1,000,000" in refusal(read, "a" * 1_000_000, opened=opened)


def test_tokens_without_a_vocabulary_are_numbers(read: Read) -> None:
    prepared = read("3, 1 4\n09", opened=token_model())
    assert prepared.inputs.ravel().tolist() == [3, 1, 4, 9]
    assert prepared.tokens == ["3", "1", "4", "09"]


@pytest.mark.parametrize("part", ["10", "-1", "1.0", "a", "٣", "²", "1e0", "9" * 5000, "0" * 5000])
def test_a_token_number_that_is_none_is_told_the_range(read: Read, part: str) -> None:
    message = refusal(read, f"1 2 {part}", opened=token_model())
    assert message.startswith("Token 3 is '")
    assert message.endswith("write its tokens as numbers from 0 to 9, like 3 14 15.")
    assert len(message) < 200


def test_token_numbers_have_a_length_too(read: Read) -> None:
    assert refusal(read, " , ", opened=token_model()) == EMPTY
    assert "1,001 token numbers" in refusal(read, "1 " * 1001, opened=token_model())


def test_a_model_of_numbers_takes_its_own_columns(read: Read) -> None:
    prepared = read("1, 2\n3, 4", opened=numbers_model(2))
    assert prepared.inputs[:, 0].tolist() == [[1, 2], [3, 4]]
    # One line is one row to a model that takes several numbers.
    assert read("1, 2", opened=numbers_model(2)).inputs.shape == (1, 1, 2)
    assert read("1, 2", opened=numbers_model(1)).inputs.shape == (2, 1, 1)


def test_a_model_of_many_numbers_takes_more_columns_than_a_new_network(read: Read) -> None:
    row = ", ".join(["1"] * 40)
    assert read(f"{row}\n{row}", opened=numbers_model(40)).inputs.shape == (2, 1, 40)


@pytest.mark.parametrize(
    ("text", "D", "given"), [("1\n2", 2, 1), ("1, 2, 3", 2, 3), ("1, 2\n3, 4", 1, 2)]
)
def test_other_columns_than_the_model_takes_are_told(
    read: Read, text: str, D: int, given: int
) -> None:
    message = refusal(read, text, opened=numbers_model(D))
    assert message.startswith(f"This model takes {D} number")
    assert f"but the text has {given}." in message
    assert message.endswith("a line.")


def test_a_file_that_is_gone_is_told_as_the_model_s(network_settings: Settings) -> None:
    def gone(_: str) -> Model:
        raise LabError("The file is gone. Open it again.")

    sent = network_settings({"source": "file", "hash": "f" * 64})
    with pytest.raises(FieldError, match="Open it again") as refused:
        prepare(NetworkSettings.read(sent), gone)
    assert refused.value.field == "model"


# A text to begin with


@pytest.mark.parametrize(
    "model",
    [
        characters_by_hand(),
        words_by_hand(),
        numbers_model(1),
        numbers_model(2),
        numbers_model(40),
        token_model(1),
        token_model(100),
        token_model(3, Vocabulary(("a", "b", "c"))),
        token_model(3, Vocabulary((" ", "(", ")"))),
        token_model(3, Vocabulary(("the", "cat", "<unk>"), "words")),
        Model(
            [Layer(np.zeros((4, 2)), np.zeros((4, 1)), np.zeros(4))],
            None,
            None,
            Vocabulary(("x", "y")),
        ),
    ],
)
def test_the_sample_of_a_model_can_be_read_by_it(read: Read, model: Model) -> None:
    prepared = read(sample(model), "characters", model)
    assert len(prepared.tokens) >= 1
    run(prepared.model, prepared.inputs)
