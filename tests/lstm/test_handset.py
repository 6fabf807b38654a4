"""The networks set by hand do what their units' names say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm import Array, Model, characters_by_hand, run, words_by_hand

CHARACTERS, WORDS = characters_by_hand(), words_by_hand()

# Gates that rest at σ(±10), and tanh(±4) for ±1, are off by less than 0.1 % a step.
NEAR = 0.03


def states(model: Model, text: str) -> tuple[list[str], Array, Array]:
    assert model.vocabulary is not None
    tokens, numbers = model.vocabulary.read(text)
    trace = run(model, numbers[:, None]).layers[0]
    return tokens, trace.c[:, 0], trace.h[:, 0]


@given(st.text("([{)]} xy", min_size=1, max_size=40))
def test_the_depth_counter_counts(text: str) -> None:
    tokens, c, _ = states(CHARACTERS, text)
    steps = [(token in "([{") - (token in ")]}") for token in tokens]
    np.testing.assert_allclose(4 * c[:, 0], np.cumsum(steps), rtol=0, atol=NEAR)


@given(st.text("ab.", min_size=1, max_size=40))
def test_the_counter_tells_as_from_bs(text: str) -> None:
    tokens, c, _ = states(CHARACTERS, text)
    steps = [(token == "a") - (token == "b") for token in tokens]
    np.testing.assert_allclose(4 * c[:, 1], np.cumsum(steps), rtol=0, atol=NEAR)


@given(st.text("[]xy ", min_size=1, max_size=40))
def test_the_latch_holds_until_the_bracket_closes(text: str) -> None:
    tokens, c, _ = states(CHARACTERS, text)
    on = False
    for t, token in enumerate(tokens):
        on = token == "[" or (on and token != "]")
        assert abs(c[t, 2] - on) < NEAR


@given(st.text('"xy ', min_size=1, max_size=40))
def test_the_toggle_knows_which_quote_came(text: str) -> None:
    tokens, _, h = states(CHARACTERS, text)
    quotes = 0
    for t, token in enumerate(tokens):
        quotes += token == '"'
        assert (h[t, 3] > 0.5) == (quotes % 2 == 1)


def test_what_was_stored_is_said_only_when_asked() -> None:
    tokens, c, h = states(CHARACTERS, "+" + "." * 100 + "?.-" + "." * 100 + "?.")
    asked = [t for t, token in enumerate(tokens) if token == "?"]
    assert h[asked[0], 4] > 0.7
    assert h[asked[1], 4] < -0.7
    silent = [t for t in range(len(tokens)) if t not in asked]
    assert np.abs(h[silent, 4]).max() < 1e-3
    assert abs(c[asked[0], 4] - 1) < NEAR


def test_in_a_word_forgets_at_once() -> None:
    _, _, h = states(CHARACTERS, "ab, cd")
    assert (h[:, 5] > 0.5).tolist() == [True, True, False, False, True, True]


def test_characters_without_a_meaning_are_read_as_nothing() -> None:
    tokens, c, _ = states(CHARACTERS, "é😀)א")
    assert tokens == ["é", "😀", ")", "א"]
    assert np.abs(c[[0, 1], 0]).max() < 1e-9


@pytest.mark.parametrize(
    ("text", "plural"),
    [
        ("The keys to the cabinet near the old door are here .", True),
        ("The key to the cabinets near the old doors is here .", False),
    ],
)
def test_the_subjects_number_reaches_the_verb(text: str, plural: bool) -> None:
    tokens, _, h = states(WORDS, text)
    verb = tokens.index("are" if plural else "is")
    assert (h[verb, 0] > 0.7) == plural
    assert (h[verb, 0] < -0.7) == (not plural)
    assert (h[verb, 2] > 0) != plural  # the last noun misleads
    assert np.abs(np.delete(h[:, 0], verb)).max() < 1e-3


def test_a_sentence_ends_what_it_remembers() -> None:
    tokens, _, h = states(WORDS, "The keys are old . The dog is big .")
    assert h[tokens.index("is"), 0] < -0.7
    assert np.abs(h[tokens.index("."), 1]) < 0.01


@pytest.mark.parametrize("model", [CHARACTERS, WORDS])
def test_every_input_and_unit_has_a_name(model: Model) -> None:
    assert model.input_names is not None
    assert model.unit_names is not None
    assert len(set(model.input_names)) == model.input_size
    assert len(set(model.unit_names[0])) == model.layers[0].hidden_size
