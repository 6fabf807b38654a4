"""What the server answers for the Lens page, against the engine's own run."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from werkzeug.exceptions import BadRequest

from components.lens_run import CANDIDATES, KEPT, answer
from components.lens_settings import LONGEST, METRICS
from components.lens_words import BLANK
from components.wire import decode
from lstm import Array, LabError, Linear, Model, Vocabulary, grammar, random_layers, run
from lstm.checkpoint import read
from lstm.lens import KINDS
from lstm.library import data_directory
from lstm.shipped import folder, shipped
from lstm.silencing import without_unit
from lstm.variants import random_rnn_layers

Settings = Callable[..., dict[str, Any]]

RNG = np.random.default_rng(8)
WORDS = ("a", "book", "books", "is", "are", "here", ".", "<unk>")
V = len(WORDS)
MODEL = Model(
    random_layers(np.random.default_rng(0), [V, 5, 4, 4]),
    Linear(3 * RNG.normal(size=(V, 4)), RNG.normal(size=V)),
    vocabulary=Vocabulary(WORDS, "words"),
)
TEXT = "a book is here . books are"
SINGLE = 1e-6  # numbers travel in float32


def ask(sent: dict[str, Any], model: Model = MODEL) -> dict[str, Any]:
    found = answer(sent, lambda _: model)
    json.dumps(found, allow_nan=False)  # it must travel
    return found


def good(sent: dict[str, Any], model: Model = MODEL) -> dict[str, Any]:
    found = ask(sent, model)
    assert found["error"] is None
    return found


def numbers(found: dict[str, Any], name: str) -> Array:
    return np.asarray(decode(found["numbers"][name]))


def log_p(model: Model, text: str) -> tuple[NDArray[np.int64], Array]:
    """Give the tokens of a text and the model's own log probabilities after each of them."""
    assert model.vocabulary is not None
    tokens = model.vocabulary.read(text)[1]
    z = run(model, tokens[:, None]).outputs[:, 0].astype(float)
    return tokens, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@pytest.mark.parametrize("lens", ["affine", "raw"])
def test_the_top_row_is_the_model_s_own_prediction_of_what_came(
    lens_settings: Settings, lens: str
) -> None:
    found = good(lens_settings(text=TEXT, lens=lens))
    tokens, said = log_p(MODEL, TEXT)
    came = tokens[1:]
    rows = np.arange(len(came))
    assert found["tokens"] == TEXT.split()
    assert found["came"] == [*TEXT.split()[1:], BLANK]
    assert found["prompt"] == 7
    assert found["layers"] == ["Layer 1", "Layer 2", "Layer 3"]
    own = said[rows, came]
    assert numbers(found, "rank").shape == (3, 7)
    np.testing.assert_array_equal(
        numbers(found, "rank")[-1, :-1], 1 + (said[:-1] > own[:, None]).sum(axis=1)
    )
    np.testing.assert_allclose(numbers(found, "probability")[-1, :-1], np.exp(own), rtol=SINGLE)
    np.testing.assert_allclose(numbers(found, "surprise")[-1, :-1], -own, rtol=SINGLE)
    entropy = -(np.exp(said) * said).sum(axis=1)
    np.testing.assert_allclose(numbers(found, "entropy")[-1], entropy, rtol=1e-5)
    np.testing.assert_allclose(numbers(found, "divergence")[-1], 0, atol=1e-6)
    top = decode(found["top"]["tokens"])
    assert top.shape == (3, 7, min(CANDIDATES, V))
    np.testing.assert_array_equal(top[-1], np.argsort(-said, axis=1))
    chances = decode(found["top"]["probability"])[-1]
    np.testing.assert_allclose(chances, -np.sort(-np.exp(said), axis=1), rtol=1e-5)
    assert {str(number) for number in top[-1].ravel()} <= set(found["texts"])


def test_nothing_came_after_the_last_token(lens_settings: Settings) -> None:
    found = good(lens_settings(text=TEXT))
    assert (numbers(found, "rank")[:, -1] == -1).all()
    assert (numbers(found, "ties")[:, -1] == -1).all()
    for name in ("probability", "surprise"):
        assert np.isnan(numbers(found, name)[:, -1]).all()
    assert np.isfinite(numbers(found, "entropy")).all()


def test_a_lower_layer_is_read_as_it_is_by_the_raw_lens(lens_settings: Settings) -> None:
    found = good(lens_settings(text=TEXT, lens="raw"))
    tokens, _ = log_p(MODEL, TEXT)
    assert MODEL.decoder is not None
    z = MODEL.decoder(run(MODEL, tokens[:, None]).layers[1].h[:, 0])
    own = z[np.arange(6), tokens[1:]]
    rank = 1 + (z[:-1] > own[:, None]).sum(axis=1)
    np.testing.assert_array_equal(numbers(found, "rank")[1, :-1], rank)


def test_a_layer_of_another_width_has_no_raw_lens_and_its_row_is_grey(
    lens_settings: Settings,
) -> None:
    found = good(lens_settings(text=TEXT, lens="raw", watch=["is"]))
    assert list(found["unreadable"]) == ["Layer 1"]
    assert "5 values, but the decoder reads 4" in found["unreadable"]["Layer 1"]
    assert (numbers(found, "rank")[0] == -1).all()
    assert (decode(found["top"]["tokens"])[0] == -1).all()
    assert (decode(found["watched"]["rank"])[0] == -1).all()
    (grey,) = found["figures"]["matrix"]["layout"]["shapes"]
    assert (grey["y0"], grey["y1"]) == (-0.5, 0.5)
    assert found["lens"]["quality"][0] == "Layer 1: cannot be read."
    assert good(lens_settings(text=TEXT))["unreadable"] == {}


def test_watched_tokens_are_ranked_whether_they_came_or_not(lens_settings: Settings) -> None:
    found = good(lens_settings(text=TEXT, watch=["is", "are"]))
    _, said = log_p(MODEL, TEXT)
    rank = decode(found["watched"]["rank"])
    assert rank.shape == (3, 7, 2)
    assert found["watched"]["texts"] == ["is", "are"]
    for k, word in enumerate((3, 4)):
        assert found["watched"]["numbers"][k] == word
        expected = 1 + (said > said[:, [word]]).sum(axis=1)
        np.testing.assert_array_equal(rank[-1, :, k], expected)
        np.testing.assert_allclose(
            decode(found["watched"]["probability"])[-1, :, k], np.exp(said[:, word]), rtol=1e-5
        )


def test_what_follows_is_written_greedily_and_then_read(lens_settings: Settings) -> None:
    found = good(lens_settings(text="a book", generate="4"))
    assert found["prompt"] == 2
    text = ["a", "book"]
    for n in range(4):
        _, said = log_p(MODEL, " ".join(text))
        text.append(WORDS[int(said[-1].argmax())])
        assert found["tokens"][2 + n] == text[-1]
    assert (numbers(found, "rank")[-1, 1:-1] == 1).all()
    assert found["says"] == ["The last 4 tokens the model wrote."]


def test_the_same_seed_draws_the_same_and_another_one_other_tokens(lens_settings: Settings) -> None:
    def drawn(seed: str) -> list[str]:
        sent = lens_settings(text="a book", generate="40", temperature="3", seed=seed)
        tokens: list[str] = good(sent)["tokens"]
        return tokens

    assert drawn("1") == drawn("1") != drawn("2")


def test_after_a_prefix_the_text_is_read_from_where_it_leads(lens_settings: Settings) -> None:
    found = good(lens_settings(text="is here", prefix="a book", watch=["."]))
    _, said = log_p(MODEL, "a book is here")
    assert found["tokens"] == ["is", "here"]
    expected = 1 + (said[2:] > said[2:, [6]]).sum(axis=1)
    np.testing.assert_array_equal(decode(found["watched"]["rank"])[-1, :, 0], expected)


def test_a_silenced_unit_is_silent_from_the_text_s_own_first_step_on(
    lens_settings: Settings,
) -> None:
    silence = {"kind": "silence", "what": None, "unit": 2, "layer": 2, "value": None, "on": True}
    sent = lens_settings(text=TEXT, interventions=[{**silence, "first": 1, "last": 99}])
    found, untouched = good(sent), good(lens_settings(text=TEXT))
    _, said = log_p(without_unit(MODEL, 2, 2), TEXT)
    np.testing.assert_allclose(
        decode(found["top"]["probability"])[-1], -np.sort(-np.exp(said), axis=1), rtol=1e-5
    )
    assert found["top"] != untouched["top"]
    assert found["interventions"][0]["acts"]["last"] == 7
    # After a prefix the steps still count from the text's first token.
    late = lens_settings(
        text="is here", prefix="a book", interventions=[{**silence, "first": 2, "last": 2}]
    )
    before = numbers(good(lens_settings(text="is here", prefix="a book")), "entropy")
    after = numbers(good(late), "entropy")
    np.testing.assert_array_equal(before[:, 0], after[:, 0])
    assert abs(before[-1, 1] - after[-1, 1]) > 1e-3


def test_what_follows_is_written_by_the_run_that_was_changed(lens_settings: Settings) -> None:
    push = {"kind": "set", "what": "h", "unit": 1, "layer": 2, "value": 50.0, "on": True}
    sent = lens_settings(
        text="a book", generate="2", interventions=[{**push, "first": 2, "last": 2}]
    )
    assert MODEL.decoder is not None
    pushed = WORDS[int(MODEL.decoder.W[:, 1].argmax())]
    assert good(sent)["tokens"][2] == pushed


def test_without_the_bias_the_context_speaks_alone(lens_settings: Settings) -> None:
    found = good(lens_settings(text=TEXT, bias=False))
    assert MODEL.decoder is not None
    unbiased = Model(
        MODEL.layers,
        Linear(MODEL.decoder.W, np.zeros(V)),
        vocabulary=MODEL.vocabulary,
    )
    _, said = log_p(unbiased, TEXT)
    entropy = -(np.exp(said) * said).sum(axis=1)
    np.testing.assert_allclose(numbers(found, "entropy")[-1], entropy, rtol=1e-5)
    assert "bias" in found["lens"]["says"]


def test_the_cell_lens_reads_what_open_gates_would_hand_on(lens_settings: Settings) -> None:
    found = good(lens_settings(text=TEXT, lens="cell"))
    tokens, _ = log_p(MODEL, TEXT)
    assert MODEL.decoder is not None
    z = MODEL.decoder(np.tanh(run(MODEL, tokens[:, None]).layers[2].c[:, 0]))
    np.testing.assert_array_equal(decode(found["top"]["tokens"])[2, :, 0], z.argmax(axis=1))
    withheld = good(lens_settings(text=TEXT, lens="withheld"))
    held = z - MODEL.decoder(run(MODEL, tokens[:, None]).layers[2].h[:, 0])
    np.testing.assert_array_equal(decode(withheld["top"]["tokens"])[2, :, 0], held.argmax(axis=1))


@pytest.mark.parametrize("lens", KINDS)
@pytest.mark.parametrize("metric", list(METRICS))
def test_every_lens_and_metric_is_drawn_and_explained(
    lens_settings: Settings, lens: str, metric: str
) -> None:
    found = good(lens_settings(text=TEXT, lens=lens, metric=metric, watch=["is"], layer=1))
    (heat,) = found["figures"]["matrix"]["data"]
    assert decode(heat["z"]).shape == (3, 7)
    assert heat["meta"] == metric
    assert found["lens"]["says"]
    assert found["lens"]["warns"]
    assert len(found["figures"]["watched"]["data"]) == 2  # in the top layer and in the second


def test_the_lens_is_fitted_once_and_kept_by_the_model_s_hash(lens_settings: Settings) -> None:
    first = good(lens_settings(text=TEXT))
    kept = data_directory() / KEPT / f"{'f' * 64}.npz"
    before = kept.stat().st_mtime_ns
    assert good(lens_settings(text=TEXT)) == first
    assert kept.stat().st_mtime_ns == before
    assert first["lens"]["fitted_on"].endswith("tokens of text that the model wrote itself.")
    assert first["lens"]["quality"][-1] == "Layer 3: the model's own prediction."
    assert good(lens_settings(text=TEXT, lens="cell"))["lens"]["quality"] == []


def test_ties_and_unknown_tokens_are_said(lens_settings: Settings) -> None:
    W = np.array(MODEL.decoder.W) if MODEL.decoder else np.zeros(0)
    W[1] = W[2]
    twins = Model(MODEL.layers, Linear(W, np.zeros(V)), vocabulary=MODEL.vocabulary)
    found = good(lens_settings(text="a book xyz Abc", lens="raw"), twins)
    unknown, ties = found["says"]
    assert unknown.startswith("2 tokens not in the vocabulary ('xyz', 'Abc')")
    assert ties.startswith("2 ranks are shared")  # that of "book" in both layers that are read
    assert numbers(found, "ties")[1:, 0].tolist() == [1, 1]


def test_a_silent_top_is_no_more_than_a_message(lens_settings: Settings) -> None:
    no_output = Model(MODEL.layers, vocabulary=MODEL.vocabulary)
    no_words = Model(MODEL.layers, MODEL.decoder)
    broken = Model(
        MODEL.layers, Linear(np.zeros((V, 4)), np.full(V, np.nan)), None, MODEL.vocabulary
    )
    rnn = Model(
        random_rnn_layers(np.random.default_rng(0), [V, 4]), MODEL.decoder, None, MODEL.vocabulary
    )
    loud = Model([*MODEL.layers[:2], _loud()], MODEL.decoder, None, MODEL.vocabulary)
    cases: list[tuple[Model, dict[str, Any], str, str]] = [
        (no_output, {}, "model", "no output"),
        (no_words, {}, "model", "no vocabulary"),
        (broken, {}, "model", "no numbers"),
        (rnn, {"lens": "cell"}, "lens", "no cell states"),
        (loud, {}, "text", "overflow"),
        (MODEL, {"text": " "}, "text", "prompt is empty"),
        (MODEL, {"text": "a " * (LONGEST + 1)}, "text", f"at most {LONGEST}"),
        (MODEL, {"prefix": "a " * (LONGEST + 1)}, "prefix", f"at most {LONGEST}"),
        (MODEL, {"text": "a " * LONGEST, "generate": "1"}, "Tokens", "Use fewer"),
        (MODEL, {"watch": ["is here"]}, "watch", "is 2 tokens for this model"),
        (MODEL, {"watch": ["xyz"]}, "watch", "not among the 8 words"),
    ]
    for model, changes, field, message in cases:
        found = ask(lens_settings(**{"text": TEXT, **changes}), model)
        assert found["error"]["field"] == field, changes
        assert message in found["error"]["message"]


def _loud() -> Any:
    """Give a layer whose projection shouts."""
    top = MODEL.layers[2]
    return type(top)(top.W_ih, top.W_hh, top.bias, W_hr=1e20 * np.eye(4))


def test_a_word_that_is_not_known_is_said_where_none_stands_for_it(lens_settings: Settings) -> None:
    strict = Model(MODEL.layers, MODEL.decoder, vocabulary=Vocabulary((*WORDS[:-1], "x"), "words"))
    for name in ("text", "prefix"):
        found = ask(lens_settings(**{"text": TEXT, name: "a xyz"}), strict)
        assert found["error"]["field"] == name
        assert "'xyz' (t = 2) is not among" in found["error"]["message"]


def test_a_model_that_is_gone_is_said_at_the_model(lens_settings: Settings) -> None:
    def gone(_: str) -> Model:
        raise LabError("It is gone.")

    found = answer(lens_settings(), gone)
    assert found["error"] == {"message": "It is gone.", "field": "model"}


def test_another_shape_than_the_page_s_is_refused(lens_settings: Settings) -> None:
    with pytest.raises(BadRequest):
        answer(None, lambda _: MODEL)
    with pytest.raises(BadRequest):
        ask(lens_settings(interventions=[{"kind": "cut"}]))


def test_the_keys_to_the_cabinet_are_plural_for_the_shipped_model(lens_settings: Settings) -> None:
    (one,) = (one for one in shipped(folder()) if one.name == "agreement")
    sent = lens_settings(text="the keys to the cabinet", watch=["is", "are"])
    found = good(sent, read(one.content()).model)
    assert found["vocabulary"] == len(grammar.VOCABULARY)
    probability = decode(found["watched"]["probability"])[:, -1]
    assert (probability[:, 1] > 100 * probability[:, 0]).all()  # already in the first layer
    assert found["lens"]["fitted_on"] == (
        "Fitted once, on 1,960 tokens of new sequences of Subject and verb."
    )
    assert len(json.dumps(found)) < 40_000
