"""The lens as a library: the article's lines, and what they give."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm import Array, LabError, Linear, Model, Vocabulary, probing, random_layers, run, save
from lstm.generation import Choice
from lstm.language_model import RecurrentModel, with_norm
from lstm.lens import fit_affine, through
from lstm.output import Output
from lstm.probe import Probe
from lstm.readout import read_out
from lstm.states import HiddenStates, hidden_states

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(9)
WORDS = ("a", "book", "books", "is", "are", "here", ".")
V = len(WORDS)
MODEL = Model(
    random_layers(np.random.default_rng(0), [V, 5, 4, 4]),
    Linear(3 * RNG.normal(size=(V, 4)), RNG.normal(size=V)),
    vocabulary=Vocabulary(WORDS, "words"),
)
TEXT = "a book is here . books are"
LONG = " ".join(RNG.choice(WORDS, 60))


@pytest.fixture(name="lm")
def lens_on_model(tmp_path: Path) -> probing.Opened:
    save(MODEL, tmp_path / "model.safetensors")
    return probing.open(tmp_path / "model.safetensors", texts=[LONG, TEXT])


def scores(output: Output, position: int) -> Array:
    """Compute what the model says of a position, from all before it."""
    last: Array = run(MODEL, output.tokens[:position, None]).outputs[-1, 0]
    return last


def test_the_three_lines_of_the_article() -> None:
    lm = probing.open(ROOT / "models/agreement.safetensors")
    output = lm.generate("the keys to the cabinet", generate=1)
    assert output.texts[:5] == ("the", "keys", "to", "the", "cabinet")
    (best,) = output.layer_predictions(position=5, layer=2).texts
    assert best[0] == output.texts[5]
    assert output.rankings().rank[-1].tolist() == [[1]]
    rank = output.rankings_watch(["is", "are"], position=5).rank
    assert rank.shape == (3, 1, 2)
    assert rank[-1, 0, 1] < rank[-1, 0, 0]
    # The affine lens, fitted on sentences like those it learnt from, knows it a layer before.
    assert rank[1, 0, 1] < rank[1, 0, 0]


def test_a_position_is_predicted_by_what_stands_before_it(lm: probing.Opened) -> None:
    output = lm.generate(TEXT, generate=4, choice=Choice(2), seed=3)
    assert (output.prompt, len(output.tokens)) == (7, 11)
    found = output.rankings()
    assert found.positions == (7, 8, 9, 10)
    assert found.texts == tuple((text,) for text in output.texts[7:])
    for n, position in enumerate(found.positions):
        z = scores(output, position)
        assert found.rank[-1, n, 0] == 1 + (z > z[output.tokens[position]]).sum()
        chance = np.exp(z[output.tokens[position]]) / np.exp(z).sum()
        assert found.probability[-1, n, 0] == pytest.approx(chance)
    assert lm.generate(TEXT, 4, Choice(2), seed=3).texts == output.texts


def test_without_a_continuation_the_whole_text_is_ranked(lm: probing.Opened) -> None:
    output = lm.generate(TEXT)
    assert output.texts == tuple(TEXT.split())
    assert output.rankings().positions == (1, 2, 3, 4, 5, 6)
    chosen = output.rankings([2, 5])
    np.testing.assert_array_equal(chosen.rank, output.rankings().rank[:, [1, 4]])


def test_candidates_are_the_best_of_each_layer(lm: probing.Opened) -> None:
    output = lm.generate(TEXT)
    found = output.layer_predictions(7, topk=3)  # what would come next
    assert (found.position, found.layers, found.tokens.shape) == (7, (0, 1, 2), (3, 3))
    z = scores(output, 7)
    assert found.tokens[-1].tolist() == np.argsort(-z)[:3].tolist()
    np.testing.assert_allclose(
        found.probability[-1], np.sort(np.exp(z) / np.exp(z).sum())[::-1][:3]
    )
    assert found.texts[-1] == tuple(WORDS[token] for token in found.tokens[-1])
    one = output.layer_predictions(7, layer=1, topk=3)
    assert one.layers == (1,)
    assert one.tokens.tolist() == found.tokens[1:2].tolist()


def test_words_are_watched_at_one_position_or_at_all(lm: probing.Opened) -> None:
    output = lm.generate(TEXT)
    everywhere = output.rankings_watch(["is", "are"])
    assert everywhere.positions == (1, 2, 3, 4, 5, 6, 7)
    assert everywhere.texts == (("is", "are"),) * 7
    here = output.rankings_watch(["is", "are"], position=3)
    np.testing.assert_array_equal(here.rank, everywhere.rank[:, 2:3])
    z = scores(output, 3)
    assert here.rank[-1, 0].tolist() == [1 + (z > z[3]).sum(), 1 + (z > z[4]).sum()]


def test_each_lens_is_the_one_of_the_engine(lm: probing.Opened) -> None:
    output = lm.generate(TEXT)
    speaker = lm.probe.speaker
    affine = fit_affine([speaker.read(speaker.tokens_of(text)) for text in (LONG, TEXT)])
    assert MODEL.decoder is not None
    asked = output.tokens[1:, None]
    before = HiddenStates(
        output.tokens[:-1],
        tuple(h[:-1] for h in output.states.h),
        tuple(c[:-1] for c in output.states.c or ()),
    )
    for lens in ("affine", "raw", "cell"):
        states = through(before, lens, None if lens == "raw" else affine)
        expected = read_out(MODEL.decoder, states, asked)
        found = output.rankings(lens=lens)
        np.testing.assert_array_equal(found.rank, expected.rank)
        np.testing.assert_allclose(found.said.logit, expected.logit)
    assert lm.probe.lens == "affine"
    np.testing.assert_array_equal(output.rankings().rank, output.rankings(lens="affine").rank)
    withheld, cell = (output.rankings(lens=lens).said.logit for lens in ("withheld", "cell"))
    np.testing.assert_allclose(withheld, cell - output.rankings().said.logit, atol=1e-12)


def test_a_layer_that_the_raw_lens_cannot_read_says_nothing(lm: probing.Opened) -> None:
    found = lm.generate(TEXT).layer_predictions(3, lens="raw", topk=2)
    assert found.tokens[0].tolist() == [-1, -1]
    assert found.texts[0] == ("", "")
    assert np.isnan(found.probability[0]).all()


def test_divergences_are_from_what_the_model_says_whichever_the_lens(lm: probing.Opened) -> None:
    output = lm.generate(TEXT)
    said = output.rankings(lens="cell").said
    assert MODEL.decoder is not None
    assert output.states.c is not None
    for n in range(6):
        final, cell = scores(output, n + 1), MODEL.decoder(output.states.c[-1][n])
        p, q = (np.exp(z) / np.exp(z).sum() for z in (final, cell))
        assert said.divergence[-1, n] == pytest.approx((p * np.log(p / q)).sum())
    assert np.abs(output.rankings().said.divergence[-1]).max() == 0


def test_the_final_norm_is_a_lens_where_there_is_one(lm: probing.Opened) -> None:
    class Normed(RecurrentModel):
        @property
        def norm(self):  # type: ignore[no-untyped-def]
            return lambda h: h[:, ::-1] + 1

    probe = Probe(Normed(MODEL), "final norm")
    states = hidden_states(MODEL, [0, 1, 2])
    asked = np.full((3, 1), 4)
    found = probe.read_out(states, asked)
    flipped = with_norm(states, lambda h: h[:, ::-1] + 1)
    expected = lm.probe.read_out(flipped, asked, "raw")
    np.testing.assert_array_equal(found.logit, expected.logit)
    assert found.logit[1, 0, 0] != lm.probe.read_out(states, asked, "raw").logit[1, 0, 0]
    with pytest.raises(LabError, match="no final norm"):
        lm.generate(TEXT).rankings(lens="final norm")
    with pytest.raises(LabError, match="no text to fit the affine lens on"):
        probe.read_out(states, asked, "affine")
    # Without an affine lens, the cell lens is the raw one.
    cell = probe.read_out(states, asked, "cell")
    assert (cell.rank[0] == -1).all()


def test_positions_and_layers_that_are_not_there_are_refused(lm: probing.Opened) -> None:
    output = lm.generate(TEXT)
    for wrong in (0, -1, 8):
        with pytest.raises(LabError, match=f"no position {wrong} here: use 1 to 7"):
            output.layer_predictions(wrong)
        with pytest.raises(LabError, match=f"no position {wrong} here: use 1 to 7"):
            output.rankings_watch(["is"], position=wrong)
    with pytest.raises(LabError, match="no position 7 here: use 1 to 6"):
        output.rankings([7])
    with pytest.raises(LabError, match="no layer 3: this model has 0 to 2"):
        output.layer_predictions(1, layer=3)
    with pytest.raises(LabError, match="'cabinet'"):
        output.rankings_watch(["cabinet"], position=1)


def test_one_layer_needs_no_map(tmp_path: Path) -> None:
    layers = random_layers(np.random.default_rng(0), [V, 4])
    model = Model(layers, MODEL.decoder, vocabulary=MODEL.vocabulary)
    save(model, tmp_path / "model.safetensors")
    assert probing.open(str(tmp_path / "model.safetensors")).probe.lens == "raw"


def test_a_checkpoint_of_pytorch_opens_with_names_and_tokens_in_files(tmp_path: Path) -> None:
    tensors = {"table": np.eye(V), "head": np.asarray(MODEL.decoder.W)}  # type: ignore[union-attr]
    names = {"table": "encoder.weight", "head": "decoder.weight"}
    for n, layer in enumerate(MODEL.layers):
        tensors |= {f"in{n}": layer.W_ih, f"back{n}": layer.W_hh}
        names |= {f"in{n}": f"rnn.weight_ih_l{n}", f"back{n}": f"rnn.weight_hh_l{n}"}
    save_file({name: np.ascontiguousarray(one) for name, one in tensors.items()}, tmp_path / "m")
    (tmp_path / "names.json").write_text(json.dumps(names))
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS))
    lm = probing.open(
        tmp_path / "m", names=tmp_path / "names.json", vocabulary=tmp_path / "vocab.txt"
    )
    assert lm.generate(TEXT, generate=2).texts[:7] == tuple(TEXT.split())
    with pytest.warns(UserWarning, match="No vocabulary"), pytest.raises(LabError, match="no text"):
        probing.open(tmp_path / "m", names=tmp_path / "names.json")
    with pytest.raises(LabError, match="cannot be read"):
        probing.open(tmp_path / "nothing")
