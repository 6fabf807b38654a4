"""Going on from a prompt."""

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, Vocabulary, random_layers, run
from lstm.generation import Choice, generate

RNG = np.random.default_rng(5)
V = 7
MODEL = Model(
    random_layers(np.random.default_rng(0), [V, 6]),
    Linear(4 * RNG.normal(size=(V, 6)), RNG.normal(size=V)),
    vocabulary=Vocabulary(tuple("abcdefg"), "characters"),
)
LOGITS = np.log([0.05, 0.4, 0.25, 0.2, 0.1])


def test_greedily_each_token_is_the_likeliest_after_all_before() -> None:
    tokens = [2, 0]
    for token in generate(MODEL, tokens, 8, Choice(), np.random.default_rng(0)):
        outputs = run(MODEL, np.array(tokens)[:, None]).outputs[-1, 0]
        assert token == outputs.argmax()
        tokens.append(token)
    assert len(tokens) == 10


def test_draws_come_as_often_as_the_model_says() -> None:
    layer = Layer(np.zeros((4, 5)), np.zeros((4, 1)), np.zeros(4))
    model = Model(
        [layer], Linear(np.zeros((5, 1)), LOGITS), vocabulary=Vocabulary(tuple("abcde"), "words")
    )
    drawn = generate(model, [0], 4000, Choice(temperature=1), np.random.default_rng(1))
    share = np.bincount(drawn, minlength=5) / 4000
    p = np.exp(LOGITS)
    assert (np.abs(share - p) < 4 * np.sqrt(p * (1 - p) / 4000)).all()  # four standard errors


def test_the_same_generator_draws_the_same_tokens() -> None:
    one, same, other = (
        generate(MODEL, [1], 30, Choice(temperature=2), np.random.default_rng(seed))
        for seed in (3, 3, 4)
    )
    assert one == same != other


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(0), [0, 1, 0, 0, 0]),
        (Choice(1), [0.05, 0.4, 0.25, 0.2, 0.1]),
        (Choice(1, top_k=2), [0, 0.4 / 0.65, 0.25 / 0.65, 0, 0]),
        (Choice(1, top_k=99), [0.05, 0.4, 0.25, 0.2, 0.1]),
        (Choice(1, top_p=0.6), [0, 0.4 / 0.65, 0.25 / 0.65, 0, 0]),
        (Choice(1, top_p=0.3), [0, 1, 0, 0, 0]),
        (Choice(1, top_p=1), [0.05, 0.4, 0.25, 0.2, 0.1]),
        (Choice(1, top_k=1, top_p=0.9), [0, 1, 0, 0, 0]),
        (Choice(0.5), np.array([0.05, 0.4, 0.25, 0.2, 0.1]) ** 2 / 0.275),
    ],
)
def test_chances_follow_temperature_top_k_and_top_p(choice: Choice, expected: list[float]) -> None:
    np.testing.assert_allclose(choice.chances(LOGITS), expected, atol=1e-12)


def test_of_equal_tokens_the_lower_number_is_taken_first() -> None:
    assert Choice().chances(np.zeros(4)).tolist() == [1, 0, 0, 0]
    assert Choice(1, top_k=2).chances(np.zeros(4)).tolist() == [0.5, 0.5, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"temperature": -1}, "Use 0 to 100"),
        ({"temperature": float("nan")}, "Use 0 to 100"),
        ({"top_k": 0}, "at least 1"),
        ({"top_p": 0}, "above 0"),
        ({"top_p": 1.5}, "above 0"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(wrong: dict[str, float], words: str) -> None:
    with pytest.raises(LabError, match=words):
        Choice(**wrong)  # type: ignore[arg-type]


def test_a_prompt_is_needed_and_outputs_must_be_numbers() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(LabError, match="at least one token"):
        generate(MODEL, [], 3, Choice(), rng)
    broken = Model(MODEL.layers, Linear(np.zeros((V, 6)), np.full(V, np.nan)))
    with pytest.raises(LabError, match="no numbers"):
        generate(
            Model(broken.layers, broken.decoder, vocabulary=MODEL.vocabulary), [0], 3, Choice(), rng
        )
