"""What a model keeps after each token of texts."""

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from lstm import Array, LabError, Layer, Linear, Model, Vocabulary, random_layers, run
from lstm import model_contexts as module
from lstm.coupled import CoupledLayer
from lstm.gru import GRULayer
from lstm.model_contexts import contexts_of, quantities
from lstm.variants import RNNLayer

RNG = np.random.default_rng(6)
LETTERS = Vocabulary(tuple("abc (.)"), "characters")
MODEL = Model(random_layers(np.random.default_rng(0), [7, 4, 3]), vocabulary=LETTERS)
TEXTS = [RNG.integers(7, size=n) for n in (5, 90, 1, 12)]


def alone(model: Model, text: NDArray[np.int64], layer: int, name: str) -> Array:
    found: Array = getattr(run(model, text[:, None]).layers[layer], name)[:, 0]
    return found


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("what", ["h", "c", "i", "f", "g", "o"])
def test_rows_are_those_of_each_text_alone(layer: int, what: str) -> None:
    found = contexts_of(MODEL, TEXTS, layer, what)
    expected = np.concatenate([alone(MODEL, one, layer, what) for one in TEXTS])
    np.testing.assert_allclose(found.rows, expected, atol=1e-12)
    for name in "ifgo":
        gates = np.concatenate([alone(MODEL, one, layer, name).mean(axis=1) for one in TEXTS])
        np.testing.assert_allclose(found.gates[name], gates, atol=1e-12)
    assert found.note == ""


def test_pieces_that_are_run_one_after_the_other_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = contexts_of(MODEL, TEXTS, 0, most=50, seed=1)
    monkeypatch.setattr(module, "_PIECE", 400)
    found = contexts_of(MODEL, TEXTS, 0, most=50, seed=1)
    np.testing.assert_allclose(found.rows, expected.rows, atol=1e-12)
    assert found.token == expected.token


def test_each_row_has_its_place_in_the_text() -> None:
    found = contexts_of(MODEL, TEXTS, 1)
    words = [[LETTERS.tokens[n] for n in one] for one in TEXTS]
    assert found.token == tuple(word for one in words for word in one)
    for n in (0, 4, 5, 40, 94, 95, 96, 107):
        text = words[found.sequence[n]]
        before = "".join(text[: found.position[n]])
        if len(before) <= 60:
            assert found.before[n] == before
        else:
            assert found.before[n] in ("…" + before[-59:], before[-60:])
        assert text[found.position[n]] == found.token[n]


def test_what_is_open_is_told_from_the_whole_text_not_from_what_is_shown() -> None:
    text = LETTERS.read("(" + "a" * 100)[1]
    found = contexts_of(MODEL, [text], 0)
    assert "inside ( )" in found.traits[-1]
    assert "(" not in found.before[-1]


def test_of_more_contexts_some_are_drawn() -> None:
    whole, found = contexts_of(MODEL, TEXTS, 0), contexts_of(MODEL, TEXTS, 0, most=20, seed=5)
    assert found.note == "20 of 108 contexts, drawn by chance (seed 5)"
    for n in range(20):
        (at,) = np.flatnonzero(
            (whole.sequence == found.sequence[n]) & (whole.position == found.position[n])
        )
        np.testing.assert_array_equal(found.rows[n], whole.rows[at])
        assert found.token[n] == whole.token[at]
        assert found.traits[n] == whole.traits[at]
        assert found.gates["f"][n] == whole.gates["f"][at]


def test_words_stand_apart_in_the_text_before() -> None:
    words = Vocabulary(("the", "keys", "are"), "words")
    model = Model(random_layers(np.random.default_rng(0), [3, 2]), vocabulary=words)
    found = contexts_of(model, [[0, 1, 2]], 0)
    assert found.before == ("", "the", "the keys")
    long = contexts_of(model, [[0] * 50], 0)
    assert long.before[-1].startswith("…")
    assert len(long.before[-1]) == 60


def test_without_a_vocabulary_tokens_are_numbers() -> None:
    layers = random_layers(np.random.default_rng(0), [2, 3])
    found = contexts_of(Model(layers, embedding=np.ones((5, 2))), [[4, 0]], 0)
    assert found.token == ("4", "0")
    assert found.before == ("", "4")


def test_each_kind_of_layer_says_what_can_be_mapped() -> None:
    def model(layer: Layer) -> Model:
        return Model([layer], Linear(np.ones((1, layer.output_size)), np.zeros(1)), np.ones((3, 2)))

    gru = model(
        GRULayer(RNG.normal(size=(6, 2)), RNG.normal(size=(6, 2)), np.ones(6), b_hn=np.ones(2))
    )
    rnn = model(RNNLayer(np.ones((2, 2)), np.eye(2), np.zeros(2)))
    coupled = model(CoupledLayer(np.ones((6, 2)), np.ones((6, 2)), np.zeros(6)))
    assert quantities(MODEL, 1) == ("h", "c", "i", "f", "g", "o")
    assert quantities(gru, 0) == ("h", "r", "z", "n")
    assert quantities(rnn, 0) == ("h",)
    assert quantities(coupled, 0) == ("h", "c", "i", "f", "g", "o")
    found = contexts_of(gru, [[0, 2]], 0, "z")
    np.testing.assert_allclose(found.rows, alone(gru, np.array([0, 2]), 0, "z"))
    assert set(found.gates) == {"r", "z", "n"}
    assert contexts_of(rnn, [[0, 2]], 0).gates == {}


def test_a_projection_makes_h_narrower_than_c() -> None:
    layer = Layer(
        RNG.normal(size=(12, 7)), RNG.normal(size=(12, 2)), np.zeros(12), RNG.normal(size=(2, 3))
    )
    model = Model([layer], vocabulary=LETTERS)
    assert contexts_of(model, TEXTS, 0).rows.shape == (108, 2)
    assert contexts_of(model, TEXTS, 0, "c").rows.shape == (108, 3)


def test_names_of_units_of_other_layers_do_no_harm() -> None:
    model = Model(MODEL.layers, vocabulary=LETTERS, unit_names=(tuple("wxyz"), tuple("abc")))
    assert len(contexts_of(model, TEXTS, 0)) == 108


def test_what_cannot_be_mapped_is_refused() -> None:
    with pytest.raises(LabError, match="no layer 2: this model has 0 to 1"):
        contexts_of(MODEL, TEXTS, 2)
    with pytest.raises(LabError, match=r"has no z\. Choose one of h, c, i, f, g, o"):
        contexts_of(MODEL, TEXTS, 0, "z")
    nothing: list[list[ArrayLike]] = [[], [[]], [[[1]]]]
    for texts in nothing:
        with pytest.raises(LabError, match="no text to map"):
            contexts_of(MODEL, texts, 0)
    with pytest.raises(LabError, match="Tokens have numbers from 0 to 6"):
        contexts_of(MODEL, [[7]], 0)
    with pytest.raises(LabError, match="reads numbers, not tokens"):
        contexts_of(Model(MODEL.layers), TEXTS, 0)
