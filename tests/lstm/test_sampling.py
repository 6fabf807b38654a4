"""Text that a model writes: by its own chances, string after string, to their ends."""

import numpy as np
import pytest

from lstm import Layer, Model, random_layers
from lstm.model import Linear, run
from lstm.sampling import End, sample
from lstm.vocabulary import Unit, Vocabulary


def constant(chances: dict[str, float], unit: Unit = "characters") -> Model:
    """Make a model that always says the same."""
    V = len(chances)
    layer = Layer(np.zeros((4, V)), np.zeros((4, 1)), np.zeros(4))
    logits = np.log(list(chances.values()))
    return Model(
        [layer], Linear(np.zeros((V, 1)), logits), vocabulary=Vocabulary((*chances,), unit)
    )


def draw(model: Model, start: list[int], end: End | None, length: int, seed: int = 0) -> str:
    text = sample(model, start, end, length, np.random.default_rng(seed))
    assert text is not None
    return text


def test_tokens_come_as_often_as_the_model_says() -> None:
    model = constant({"a": 0.7, "b": 0.2, "c": 0.1})
    text = draw(model, [2], None, 2000)
    assert len(text) == 2001
    assert text[0] == "c"
    for letter, chance in {"a": 0.7, "b": 0.2, "c": 0.1}.items():
        # Within four standard errors.
        error = (chance * (1 - chance) / 2000) ** 0.5
        assert abs(text[1:].count(letter) / 2000 - chance) < 4 * error


def test_the_same_generator_draws_the_same_text() -> None:
    model = constant({"a": 0.5, "b": 0.5})
    assert draw(model, [0], None, 50, 3) == draw(model, [0], None, 50, 3)
    assert draw(model, [0], None, 50, 3) != draw(model, [0], None, 50, 4)


@pytest.mark.parametrize("times", [1, 2])
def test_strings_end_and_begin_anew(times: int) -> None:
    model = constant({"S": 1e-9, "a": 0.6, "T": 0.4})
    lines = draw(model, [0], End(2, times), 200).split("\n")
    assert len(lines) > 10
    for line in lines:
        assert line.startswith("S")
        assert line.endswith("T")
        assert line.count("T") == times


def test_a_last_string_that_was_cut_off_is_left_out() -> None:
    model = constant({"S": 1e-9, "a": 0.8, "T": 0.2})
    lengths = [len(draw(model, [0], End(2, 1), 100, seed).replace("\nS", "")) for seed in range(20)]
    # Never more than was asked for; mostly less, by the one that was cut off.
    assert max(lengths) <= 101
    assert min(lengths) < 100


def test_a_first_string_that_was_cut_off_is_all_there_is() -> None:
    assert draw(constant({"a": 1.0, "T": 1e-12}), [0, 0], End(1, 1), 10) == "a" * 12


def test_what_ends_a_string_may_be_in_its_beginning() -> None:
    assert draw(constant({"E": 1.0, "B": 1e-12}), [0], End(0, 2), 3) == "EE\nEE\nEE"


def test_words_have_spaces_between() -> None:
    text = draw(constant({"to": 1.0, "be": 1e-12}, "words"), [1], None, 3)
    assert text == "be to to to"


def test_each_token_is_drawn_by_all_that_stands_before_it() -> None:
    """The states go on: the likeliest of a run over the whole text so far, every time."""
    rng = np.random.default_rng(5)
    decoder = Linear(200 * rng.normal(size=(6, 9)), np.zeros(6))  # so sure that chance is out
    layers = random_layers(rng, [6, 9, 9], "normal")
    model = Model(layers, decoder, vocabulary=Vocabulary(tuple("abcdef")))
    text = draw(model, [0, 3], None, 40)
    numbers = ["abcdef".index(letter) for letter in text]
    outputs = run(model, np.array(numbers)[:, None]).outputs[:, 0]
    assert outputs[1:-1].argmax(axis=-1).tolist() == numbers[2:]
    assert len(set(text)) > 1


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_there_is_no_text_where_outputs_are_no_numbers(broken: float) -> None:
    model = constant({"a": 0.5, "b": 0.5})
    outputs = Linear(np.zeros((2, 1)), np.array([0.0, broken]))
    broken_model = Model(model.layers, outputs, vocabulary=model.vocabulary)
    assert sample(broken_model, [0], None, 5, np.random.default_rng(0)) is None
