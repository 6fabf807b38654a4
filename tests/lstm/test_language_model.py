"""Language models, as the lens asks them."""

import numpy as np
import pytest

from lstm import LabError, Linear, Model, Vocabulary, random_layers, run
from lstm.generation import Choice, generate
from lstm.language_model import LONGEST, LanguageModel, RecurrentModel, fitting, with_norm
from lstm.states import HiddenStates, hidden_states

RNG = np.random.default_rng(8)
TOKENS = ("<unk>", "the", "keys", "are", "is", ".")


def network(vocabulary: Vocabulary | None, outputs: int | None = None) -> Model:
    V = 6 if vocabulary is None else len(vocabulary)
    decoder = Linear(RNG.normal(size=(outputs or V, 4)), RNG.normal(size=outputs or V))
    layers = random_layers(np.random.default_rng(0), [V, 5, 4])
    return Model(layers, decoder, vocabulary=vocabulary)


MODEL = network(Vocabulary(TOKENS, "words"))
SPEAKER: LanguageModel = RecurrentModel(MODEL)


def test_a_model_of_the_lab_is_a_language_model() -> None:
    tokens = SPEAKER.tokens_of("The keys are .")
    assert tokens.tolist() == [1, 2, 3, 5]
    assert [SPEAKER.text_of(number) for number in tokens] == ["the", "keys", "are", "."]
    assert (SPEAKER.decoder, SPEAKER.norm, SPEAKER.longest) == (MODEL.decoder, None, LONGEST)
    states, expected = SPEAKER.read(tokens), hidden_states(MODEL, tokens)
    for one, same in zip(states.h, expected.h, strict=True):
        np.testing.assert_array_equal(one, same)
    outputs = run(MODEL, tokens[:, None]).outputs[:, 0]
    np.testing.assert_array_equal(SPEAKER.logits(tokens), outputs)
    np.testing.assert_allclose(SPEAKER.decoder(states.h[-1]), outputs, rtol=0, atol=1e-12)


def test_it_goes_on_as_the_model_does() -> None:
    ours, same = (np.random.default_rng(2) for _ in range(2))
    choice = Choice(1.5)
    assert SPEAKER.continue_([1, 2], 9, choice, ours) == generate(MODEL, [1, 2], 9, choice, same)
    assert SPEAKER.continue_([1, 2], 0, choice, ours) == []


def test_a_watched_word_is_one_that_the_model_knows() -> None:
    assert SPEAKER.token_of("Are") == 3
    assert SPEAKER.token_of("<unk>") == 0  # split, it would be three
    for text, words in {
        "cabinet": "'cabinet' is not among the 6 words",
        "is are": r"'is are' is 2 tokens for this model \('is' \+ 'are'\)",
        "is " * 9: "is 9 tokens .*…",
        "": "There is no token",
    }.items():
        with pytest.raises(LabError, match=words):
            SPEAKER.token_of(text)
    without = RecurrentModel(network(Vocabulary(TOKENS[1:], "words")))
    with pytest.raises(
        LabError, match=r"'cabinet' .* is not among the 5 words .* such as the keys"
    ):
        without.token_of("cabinet")
    with pytest.raises(LabError, match=r"'cabinet' .* not among"):
        without.tokens_of("the cabinet")


def test_texts_of_no_tokens_or_too_many_are_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(LabError, match="There is no text"):
        SPEAKER.read(SPEAKER.tokens_of(""))
    assert fitting([1] * LONGEST, LONGEST).size == LONGEST
    long = [1] * (LONGEST - 1)
    for refused in (SPEAKER.read, SPEAKER.logits):
        with pytest.raises(LabError, match="has 1025 tokens; at most 1024 are read"):
            refused([*long, 1, 1])
    with pytest.raises(LabError, match="1023 tokens and 2 to follow; at most 1024"):
        SPEAKER.continue_(long, 2, Choice(), rng)
    with pytest.raises(LabError, match="-1 tokens cannot follow"):
        SPEAKER.continue_(long, -1, Choice(), rng)


def test_models_that_are_no_language_models_are_refused() -> None:
    with pytest.raises(LabError, match="no vocabulary"):
        RecurrentModel(network(None))
    with pytest.raises(LabError, match="no output"):
        RecurrentModel(Model(MODEL.layers, vocabulary=MODEL.vocabulary))
    with pytest.raises(LabError, match="2 outputs for 6 tokens"):
        RecurrentModel(network(MODEL.vocabulary, outputs=2))


def test_the_norm_is_for_the_inner_layers_alone() -> None:
    states = HiddenStates(np.arange(3), tuple(RNG.normal(size=(3, 2)) for _ in range(3)))
    normed = with_norm(states, lambda h: 2 * h)
    np.testing.assert_array_equal(normed.h[0], 2 * states.h[0])
    np.testing.assert_array_equal(normed.h[1], 2 * states.h[1])
    assert normed.h[2] is states.h[2]
