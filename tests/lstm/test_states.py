"""Hidden states of sequences: what a run gives, token by token."""

import dataclasses
import tracemalloc

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, Vocabulary, random_layers, run
from lstm.interventions import Intervention, SetState, Silence
from lstm.states import HiddenStates, hidden_states, hidden_states_of_all
from lstm.variants import random_rnn_layers

RNG = np.random.default_rng(3)
WORDS = Vocabulary(("a", "b", "c", "d", "e"), "words")


def model(P: int | None = None) -> Model:
    layers = random_layers(np.random.default_rng(0), [5, 4, 3])
    if P:
        top = layers[-1]
        layers[-1] = Layer(
            top.W_ih, RNG.normal(size=(12, P)), top.bias, W_hr=RNG.normal(size=(P, 3))
        )
    return Model(layers, Linear(RNG.normal(size=(5, P or 3)), np.zeros(5)), vocabulary=WORDS)


def test_states_are_those_of_a_run() -> None:
    made = model()
    tokens = [0, 3, 3, 1]
    states = hidden_states(made, tokens)
    trace = run(made, np.array(tokens)[:, None])
    assert states.steps == 4
    assert states.c is not None
    for h, c, seen in zip(states.h, states.c, trace.layers, strict=True):
        np.testing.assert_array_equal(h, seen.h[:, 0])
        np.testing.assert_array_equal(c, np.tanh(seen.c[:, 0]))


def test_with_open_output_gates_a_layer_hands_on_what_its_cells_hold_projected() -> None:
    made = model(P=2)
    states = hidden_states(made, [0, 1])
    seen = run(made, np.array([[0], [1]])).layers[-1]
    W_hr = made.layers[-1].W_hr
    assert states.c is not None
    assert W_hr is not None
    np.testing.assert_allclose(states.c[-1], np.tanh(seen.c[:, 0]) @ W_hr.T, atol=1e-15)


def test_sequences_side_by_side_do_not_hear_of_one_another() -> None:
    made = model()
    texts = [[0, 1, 2], [4], [3, 3, 0, 1, 2]]
    for one, text in zip(hidden_states_of_all(made, texts), texts, strict=True):
        alone = hidden_states(made, text)
        assert one.tokens.tolist() == text
        for h, own in zip(one.h, alone.h, strict=True):
            np.testing.assert_allclose(h, own, atol=1e-15)


def test_a_basic_rnn_has_no_cell_states() -> None:
    layers = random_rnn_layers(np.random.default_rng(0), [5, 4])
    assert hidden_states(Model(layers, vocabulary=WORDS), [0, 1]).c is None


@pytest.mark.parametrize("texts", [[[]], [[0], []]])
def test_a_sequence_without_tokens_is_refused(texts: list[list[int]]) -> None:
    with pytest.raises(LabError, match="Give at least one"):
        hidden_states_of_all(model(), texts)


def test_states_must_be_as_many_as_the_tokens() -> None:
    with pytest.raises(LabError, match=r"There are 3 tokens"):
        HiddenStates(np.zeros(3, int), (np.zeros((2, 4)),))
    with pytest.raises(LabError, match=r"There are 3 tokens"):
        HiddenStates(np.zeros(3, int), ())


def test_cell_states_must_be_as_wide_as_the_hidden_states() -> None:
    states = HiddenStates(np.zeros(2, int), (np.zeros((2, 4)),))
    with pytest.raises(LabError, match="the shapes of the hidden states"):
        dataclasses.replace(states, c=(np.zeros((2, 3)),))


def test_the_scores_of_a_long_text_are_never_all_there() -> None:
    V = 20_000
    layers = random_layers(np.random.default_rng(0), [2, 4])
    decoder = Linear(RNG.normal(size=(V, 4)), np.zeros(V))
    wordy = Model(layers, decoder, embedding=RNG.normal(size=(V, 2)))
    tracemalloc.start()
    hidden_states(wordy, RNG.integers(V, size=500))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20  # all scores would be 80 MB


def test_states_of_a_run_that_somebody_reaches_into_are_those_of_that_run() -> None:
    made, tokens = model(), [0, 3, 3, 1]
    reached: dict[int, list[Intervention]] = {
        0: [Silence(1, 2, 3)],
        1: [SetState("c", 0, 1, 2.0)],
    }
    states = hidden_states(made, tokens, reached)
    trace = run(made, np.array(tokens)[:, None], reached)
    assert states.c is not None
    for h, c, seen in zip(states.h, states.c, trace.layers, strict=True):
        np.testing.assert_array_equal(h, seen.h[:, 0])
        np.testing.assert_array_equal(c, np.tanh(seen.c[:, 0]))
    assert np.abs(states.h[1] - hidden_states(made, tokens).h[1]).max() > 0.01
