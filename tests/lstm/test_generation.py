"""Going on from a prompt."""

import dataclasses
import tracemalloc

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, Vocabulary, random_layers, run
from lstm.generation import Choice, generate
from lstm.gru import GRULayer
from lstm.interventions import Clamp, Intervention, SetState, ShiftState, Silence, during

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


def test_of_a_long_prompt_only_the_last_state_is_decoded() -> None:
    V = 20_000
    layers = random_layers(np.random.default_rng(0), [2, 4])
    decoder = Linear(RNG.normal(size=(V, 4)), np.zeros(V))
    wordy = Model(layers, decoder, embedding=RNG.normal(size=(V, 2)))
    tracemalloc.start()
    generate(wordy, [1] * 500, 1, Choice(), np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20  # all scores would be 80 MB


def test_a_model_without_a_decoder_goes_on_by_its_hidden_states() -> None:
    layers = random_layers(np.random.default_rng(0), [V, V])
    model = Model(layers, vocabulary=MODEL.vocabulary)
    (token,) = generate(model, [2, 0], 1, Choice(), np.random.default_rng(0))
    assert token == run(model, np.array([[2], [0]])).outputs[-1, 0].argmax()


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_under_interventions_each_token_follows_from_the_run_that_they_change(kind: str) -> None:
    rng = np.random.default_rng(7)
    if kind == "lstm":
        layers = random_layers(rng, [V, 5, 6])
        reached: dict[int, list[Intervention]] = {
            0: [Clamp("f", 1, 2, 6, 1.0), SetState("c", 0, 0, 3.0), ShiftState("h", 2, 4, 1.0)],
            1: [Silence(unit, 3, 9) for unit in range(5)],
        }
    else:
        sizes = {"W_ih": (18, V), "W_hh": (18, 6), "bias": (18,), "b_hn": (6,)}
        layers = [GRULayer(**{name: rng.normal(size=size) for name, size in sizes.items()})]
        reached = {0: [Clamp("z", 1, 2, 6, 1.0), SetState("h", 0, 5, 3.0)]}
    model = dataclasses.replace(MODEL, layers=layers)
    prompt = [2, 0, 1]
    tokens = generate(model, prompt, 6, Choice(), rng, reached)
    for n in range(6):
        read = [*prompt, *tokens[:n]]
        so_far = {k: during(some, 1, len(read)) for k, some in reached.items()}
        outputs = run(model, np.array(read)[:, None], so_far).outputs[-1, 0]
        assert tokens[n] == outputs.argmax()
    assert tokens != generate(model, prompt, 6, Choice(), rng)
    assert generate(model, prompt, 6, Choice(), rng, {}) == generate(
        model, prompt, 6, Choice(), rng
    )
