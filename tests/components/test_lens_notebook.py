"""The article's figures, drawn from what the library's methods give."""

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest

from components.figures.candidates import candidates
from components.lens_notebook import layer_predictions, rankings, rankings_watch
from components.theme import SURFACES, ThemeName
from components.wire import decode
from lstm import Linear, Model, Vocabulary, random_layers
from lstm.fitting import fit_lens
from lstm.language_model import RecurrentModel
from lstm.output import Output
from lstm.probe import Probe
from lstm.probing import Opened

RNG = np.random.default_rng(3)
WORDS = tuple(" <ab")
MODEL = Model(
    random_layers(np.random.default_rng(0), [4, 5, 3]),
    Linear(3 * RNG.normal(size=(4, 3)), RNG.normal(size=4)),
    None,
    Vocabulary(WORDS, "characters"),
)
PROBE = Probe(RecurrentModel(MODEL), "affine", lambda: fit_lens(MODEL).affine)


@pytest.fixture(name="output", scope="module")
def a_text() -> Output:
    return Opened(PROBE).generate("ab <", generate=3)


@pytest.mark.parametrize("theme", list(SURFACES))
def test_rankings_are_drawn_as_the_method_gives_them(output: Output, theme: ThemeName) -> None:
    figure = rankings(output, [1, 2, 3], theme=theme)
    assert isinstance(figure, go.Figure)
    said = output.rankings([1, 2, 3])
    assert figure.layout.xaxis.ticktext == ("b", "␣", "&lt;")
    written = [[int(one) for one in row] for row in figure.data[0].text]
    assert written == said.rank[:, :, 0].tolist()
    assert figure.layout.paper_bgcolor == SURFACES[theme].panel


def test_watched_tokens_have_a_column_each(output: Output) -> None:
    figure = rankings_watch(output, ["a", " "], 4, "raw")
    said = output.rankings_watch(["a", " "], 4, "raw")
    assert figure.layout.xaxis.ticktext == ("a", "␣")
    # The lower layer has another width than the decoder.
    assert list(figure.data[0].text[0]) == ["", ""]
    assert [int(one) for one in figure.data[0].text[1]] == said.rank[1, 0].tolist()


def test_candidates_have_their_probabilities_and_one_layer_can_be_chosen(output: Output) -> None:
    figure = layer_predictions(output, 4, topk=3)
    said = output.layer_predictions(4, topk=3)
    assert figure.layout.yaxis.ticktext == ("Layer 1", "Layer 2")
    np.testing.assert_allclose(decode(figure.data[0].z), said.probability, atol=2**-8)
    first = figure.data[0].text[1][0]
    assert first.split("<br>")[0] == said.texts[1][0].replace(" ", "␣").replace("<", "&lt;")
    alone = layer_predictions(output, 4, layer=1, topk=3)
    assert alone.layout.yaxis.ticktext == ("Layer 2",)
    assert list(alone.data[0].text) == [figure.data[0].text[1]]


def test_a_layer_that_cannot_be_read_has_no_candidates() -> None:
    raw = dataclasses.replace(PROBE, lens="raw")
    figure = layer_predictions(Opened(raw).generate("ab"), 2, topk=2)
    assert list(figure.data[0].text[0]) == ["", ""]
    assert figure.data[0].text[1][0]


def test_a_probability_is_never_nothing() -> None:
    drawn = candidates([["<s>"]], np.array([[1e-9]]), ["Layer 1"], "light")
    assert drawn["data"][0]["text"] == [["&lt;s><br>&lt;0.01%"]]
