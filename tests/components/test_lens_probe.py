"""The bias probe, and the figures and routes of the Lens page."""

import json
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from components.boundary import FieldError
from components.figures.probe import LONGEST_LABEL, probe_plot
from components.figures.ranks import LABELLED, READABLE, rank_matrix, strength
from components.figures.watched import STYLES, roles, watched_ranks
from components.lab import create_app
from components.lens_experiments import PROBES, default_model
from components.lens_probe import planted_share, probe
from components.models import Models
from components.theme import ROLES, SURFACES, ThemeName
from components.wire import decode
from lstm import Array, Linear, Model, Vocabulary, grammar, random_layers, run
from lstm.variants import random_rnn_layers

RNG = np.random.default_rng(2)
WORDS = ("a", "book", "books", "is", "are", "here")
V = len(WORDS)
MODEL = Model(
    random_layers(np.random.default_rng(0), [V, 5, 4]),
    Linear(3 * RNG.normal(size=(V, 4)), RNG.normal(size=V)),
    None,
    Vocabulary(WORDS, "words"),
)
OWNER = {"X-Lab-Owner": "an-unguessable-token-of-22"}
ASKED = {
    "theme": "dark",
    "model": {"source": "file", "hash": "f" * 64},
    "lens": "raw",
    "bias": True,
    "pair": ["is", "are"],
    "prompts": "a book\nhere books | are\na",
}


def find(changes: dict[str, Any] | None = None, model: Model = MODEL) -> dict[str, Any]:
    found = probe(ASKED | (changes or {}), lambda _: model)
    json.dumps(found, allow_nan=False)  # it must travel
    return found


def test_the_top_layer_s_share_is_that_of_the_model_s_own_scores() -> None:
    found = find()
    assert found["words"] == ["is", "are"]
    assert found["layers"] == ["Layer 1", "Layer 2"]
    assert [row["prompt"] for row in found["rows"]] == ["a book", "here books", "a"]
    for row in found["rows"]:
        tokens = [WORDS.index(word) for word in row["prompt"].split()]
        z = run(MODEL, np.array(tokens)[:, None]).outputs[-1, 0]
        p = np.exp(z[3:5]) / np.exp(z).sum()
        assert row["probability"][-1] == pytest.approx(p.tolist())
        assert row["share"][-1] == pytest.approx(p[0] / p.sum())
        assert row["rank"][-1] == [1 + int((z > one).sum()) for one in z[3:5]]
        assert row["planted"] is None
        # Another width than the decoder's: no raw lens.
        assert row["share"][0] is None
        assert row["rank"][0] == [-1, -1]
    ahead = sum(row["share"][-1] > 0.5 for row in found["rows"])
    assert found["says"] == f"The model prefers “is” after {ahead} of 3 prompts, “are” else."


@pytest.mark.parametrize("lens", ["affine", "cell", "withheld"])
def test_every_lens_probes_all_layers(lens: str) -> None:
    found = find({"lens": lens})
    assert all(share is not None for row in found["rows"] for share in row["share"])


def test_the_agreement_model_has_its_planted_shares() -> None:
    models = Models()
    for pair in PROBES.values():
        found = probe(
            ASKED
            | {
                "model": {"source": "file", "hash": default_model()},
                "lens": "affine",
                "pair": [pair.first, pair.second],
                "prompts": "\n".join(pair.prompts),
            },
            models.opened,
        )
        planted = [row["planted"] for row in found["rows"]]
        assert planted == list(grammar.PROFESSIONS.values())
        off = [abs(row["share"][-1] - row["planted"]) for row in found["rows"]]
        assert max(off) < 0.06
        assert f"within {100 * max(off):.0f} points" in found["says"]
        assert found["figure"]["data"][-1]["meta"] == "planted"


def test_what_was_planted_is_known_of_professions_and_the_two_pairs_alone() -> None:
    assert planted_share("the nurse is a", ("man", "woman")) == pytest.approx(0.2)
    assert planted_share("the pilot said that", ("she", "he")) == pytest.approx(0.3)
    assert planted_share("the dog is a", ("woman", "man")) is None
    assert planted_share("the nurse is a", ("woman", "he")) is None


def test_what_cannot_be_probed_is_said_at_its_field() -> None:
    rnn = Model(
        random_rnn_layers(np.random.default_rng(0), [V, 4]), MODEL.decoder, None, MODEL.vocabulary
    )
    with pytest.raises(FieldError, match="no cell states") as raised:
        find({"lens": "cell"}, rnn)
    assert raised.value.field == "lens"
    with pytest.raises(BadRequest):
        find({"theme": "pink"})
    with pytest.raises(BadRequest):
        find({"lens": "blue"})
    assert find({"lens": "affine"}, rnn)["layers"] == ["Layer 1"]


# Routes


def test_search_and_probe_answer_over_http() -> None:
    client = create_app().server.test_client()

    def post(path: str, sent: dict[str, Any]) -> TestResponse:
        answer: TestResponse = client.post(f"/_lab/lens/{path}", json=sent, headers=OWNER)
        return answer

    sent = {**ASKED, "model": {"source": "file", "hash": default_model()}, "lens": "affine"}
    sent |= {"pair": ["woman", "man"], "prompts": "the nurse is a", "over": "prompts"}
    found = post("probe", sent)
    assert found.status_code == 200
    assert found.get_json()["rows"][0]["planted"] == 0.8
    units = post("units", sent)
    assert units.status_code == 200
    assert len(units.get_json()["layers"]) == 3
    wrong = post("probe", {**sent, "pair": ["woman", "xyz"]})
    assert wrong.status_code == 422
    assert wrong.get_json()["field"] == "Second word"
    assert post("units", {**sent, "over": "all"}).status_code == 400
    assert client.post("/_lab/lens/units", json=sent).status_code == 400  # nobody's


# Figures


def test_colours_are_logarithmic_in_the_rank_and_scaled_with_the_vocabulary() -> None:
    ranks = np.array([[1, 10, 100, 10_000, -1]])
    figure = rank_matrix("rank", ranks, list("abcde"), ["Layer 1"], 10_000, "dark")
    (heat,) = figure["data"]
    np.testing.assert_allclose(decode(heat["z"]), [[1, 0.75, 0.5, 0, np.nan]], atol=2**-9)
    assert heat["text"] == [["1", "10", "100", "10000", ""]]
    bar = heat["colorbar"]
    assert bar["ticktext"] == ["1", "10", "100", "1,000", "10,000"]
    np.testing.assert_allclose(bar["tickvals"], [1, 0.75, 0.5, 0.25, 0])
    assert figure["layout"]["xaxis"]["ticktext"] == list("abcde")
    assert figure["layout"]["yaxis"]["range"] == [0.5, -0.5]


@pytest.mark.parametrize("theme_name", list(SURFACES))
def test_the_numbers_can_be_read_on_every_cell(theme_name: ThemeName) -> None:
    (heat,) = rank_matrix("rank", [[1, 9]], ["a", "b"], ["1"], 9, theme_name)["data"]
    ground = rgb(SURFACES[theme_name].panel)
    ink = luminance(rgb(heat["textfont"]["color"]))
    *hue, most = (float(one) for one in heat["colorscale"][1][1][5:-1].split(","))
    for strength_ in np.linspace(0, most, 20):
        cell = luminance((1 - strength_) * ground + strength_ * np.array(hue))
        light, dark = max(ink, cell), min(ink, cell)
        assert (light + 0.05) / (dark + 0.05) >= 4.5  # as WCAG asks of text


def rgb(colour: str) -> Array:
    return np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)], float)


def luminance(colour: Array) -> float:
    """Compute the relative luminance of WCAG 2."""
    c = colour / 255
    linear = np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("metric", ["surprise", "entropy", "divergence"])
def test_what_is_near_nothing_is_the_surest(metric: str) -> None:
    values = np.array([0.0, np.log(50), 99.0])
    np.testing.assert_allclose(strength(metric, values, 2500), [1, 0.5, 0])


def test_probabilities_are_never_nothing() -> None:
    figure = rank_matrix("probability", [[1e-9, 0.5, 1.0]], list("abc"), ["1"], 9, "light")
    assert figure["data"][0]["text"] == [["<0.01%", "50.00%", "99.99%"]]


def test_long_texts_have_fewer_labels_and_no_numbers_in_their_cells() -> None:
    T = READABLE + 1
    figure = rank_matrix("rank", np.ones((2, T)), ["x" * 30] * T, ["1", "2"], 9, "dark")
    assert "text" not in figure["data"][0]
    assert figure["layout"]["xaxis"]["ticktext"][0] == "x" * 11 + "…"
    long = rank_matrix("rank", np.ones((2, 300)), ["<a>"] * 300, ["1", "2"], 9, "dark")
    axis = long["layout"]["xaxis"]
    assert len(axis["tickvals"]) == LABELLED
    assert axis["ticktext"][0] == "&lt;a>"


def test_a_vocabulary_of_one_token_is_drawn() -> None:
    figure = rank_matrix("rank", [[1, -1]], ["a", "____"], ["1"], 1, "dark")
    assert decode(figure["data"][0]["z"])[0, 0] == 1
    assert watched_ranks(np.ones((1, 2, 1), int), ["a"], 0, 1, "dark")["data"]


def test_watched_tokens_are_told_apart_by_hue_and_dash() -> None:
    assert set(roles(8)) <= set(ROLES)
    assert len({role for role, _ in STYLES}) == 8
    ranks = np.arange(1, 13).reshape(2, 3, 2)
    figure = watched_ranks(ranks, ["is", "are"], 0, 20, "dark")
    assert [(line["name"], line["meta"]) for line in figure["data"]] == [
        ("is", {"watched": 0, "layer": 0}),
        ("are", {"watched": 1, "layer": 0}),
        ("is", {"watched": 0, "layer": 1}),
        ("are", {"watched": 1, "layer": 1}),
    ]
    for line in figure["data"]:
        meta = line["meta"]
        np.testing.assert_array_equal(decode(line["y"]), ranks[meta["layer"], :, meta["watched"]])
        assert decode(line["x"]).tolist() == [1, 2, 3]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low > high  # 1 is at the top
    assert len(watched_ranks(ranks, ["is", "are"], 1, 20, "dark")["data"]) == 2
    unread = watched_ranks(np.full((1, 50, 1), -1), ["is"], 0, 20, "light")
    assert np.isnan(decode(unread["data"][0]["y"])).all()
    assert unread["data"][0]["mode"] == "lines"


def test_the_probe_is_drawn_row_by_row() -> None:
    shares = np.array([[0.5, np.nan], [0.25, 1.0]])
    figure = probe_plot(shares, ["a", "b" * 60], ("<s>", "is"), [None, None], "light")
    assert [one["meta"] for one in figure["data"]] == [0, 1]
    np.testing.assert_allclose(decode(figure["data"][1]["x"]), shares[1])
    label = figure["layout"]["yaxis"]["ticktext"][1]
    assert len(label) == LONGEST_LABEL
    assert label.startswith("…")
    assert "&lt;s>" in figure["layout"]["xaxis"]["title"]["text"]
    planted = probe_plot(shares, ["a", "b"], ("x", "y"), [0.5, None], "dark")["data"][-1]
    np.testing.assert_allclose(decode(planted["x"]), [0.5, np.nan])
