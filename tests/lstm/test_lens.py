"""Lenses on the layers of a model."""

import numpy as np
import pytest

from lstm import LabError, Linear, Model, Vocabulary, random_layers, run
from lstm.lens import (
    KINDS,
    AffineLens,
    decoder_of,
    fit_affine,
    quality,
    through,
)
from lstm.readout import read_out
from lstm.states import HiddenStates, hidden_states

RNG = np.random.default_rng(11)
V = 6
WORDS = Vocabulary(tuple("abcdef"), "characters")
LAYERS = random_layers(np.random.default_rng(0), [V, 4, 3, 3])
MODEL = Model(LAYERS, Linear(RNG.normal(size=(V, 3)), RNG.normal(size=V)), vocabulary=WORDS)
assert MODEL.decoder is not None
DECODER = MODEL.decoder
TEXTS = [hidden_states(MODEL, RNG.integers(V, size=60)) for _ in range(3)]
STATES = hidden_states(MODEL, [0, 2, 2, 5])
AFFINE = fit_affine(TEXTS)


@pytest.mark.parametrize("kind", ["affine", "raw"])
def test_at_the_top_every_lens_on_h_gives_the_logits_of_the_model(kind: str) -> None:
    top = through(STATES, kind, AFFINE)[-1]  # type: ignore[arg-type]
    outputs = run(MODEL, STATES.tokens[:, None]).outputs[:, 0]
    assert top is not None
    np.testing.assert_allclose(DECODER(top), outputs, rtol=1e-12)


def test_the_raw_lens_leaves_layers_of_another_width_out() -> None:
    low, middle, top = through(STATES, "raw", AFFINE)
    assert low is None
    assert middle is STATES.h[1]
    assert top is STATES.h[2]


def test_the_affine_lens_is_the_solution_of_the_least_squares() -> None:
    lens = fit_affine(TEXTS, ridge=0)
    x = np.concatenate([one.h[0] for one in TEXTS])
    y = np.concatenate([one.h[-1] for one in TEXTS])
    best, *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y, rcond=None)
    np.testing.assert_allclose(lens.maps[0].W, best[:-1].T, atol=1e-10)
    np.testing.assert_allclose(lens.maps[0].b, best[-1], atol=1e-10)


def test_the_affine_lens_finds_a_map_that_is_there() -> None:
    low = RNG.normal(size=(200, 5))
    W, b = RNG.normal(size=(3, 5)), RNG.normal(size=3)
    lens = fit_affine([HiddenStates(np.zeros(200, int), (low, low @ W.T + b))], ridge=1e-9)
    np.testing.assert_allclose(lens.maps[0].W, W, atol=1e-6)
    np.testing.assert_allclose(lens.maps[0].b, b, atol=1e-6)


def test_units_that_never_move_do_not_spoil_the_fit() -> None:
    low = RNG.normal(size=(50, 3))
    low[:, 1] = 0.25
    lens = fit_affine([HiddenStates(np.zeros(50, int), (low, low[:, :1]))])
    assert np.isfinite(lens.maps[0].W).all()
    np.testing.assert_allclose(lens.maps[0](low), low[:, :1], atol=0.01)


def test_states_that_never_move_map_to_the_mean() -> None:
    still = HiddenStates(np.zeros(9, int), (np.ones((9, 2)), np.full((9, 1), 3.0)))
    np.testing.assert_allclose(fit_affine([still]).maps[0](np.ones((1, 2))), [[3.0]])


def test_the_lens_keeps_the_dtype_of_the_states() -> None:
    texts = [HiddenStates(s.tokens, tuple(h.astype(np.float32) for h in s.h)) for s in TEXTS]
    lens = fit_affine(texts)
    assert {one.W.dtype for one in lens.maps} == {np.dtype(np.float32)}
    assert {one.dtype for one in through(texts[0], "affine", lens) if one is not None} == {
        np.dtype(np.float32)
    }
    assert {one.dtype for one in through(texts[0], "raw") if one is not None} == {
        np.dtype(np.float32)
    }


def test_the_cell_lens_is_what_the_top_would_say_with_its_output_gates_open() -> None:
    trace = run(MODEL, STATES.tokens[:, None]).layers[-1]
    low, _, top = through(STATES, "cell")
    assert low is None
    assert top is not None
    np.testing.assert_array_equal(top, np.tanh(trace.c[:, 0]))
    mapped, *_ = through(STATES, "cell", AFFINE)
    assert STATES.c is not None
    assert mapped is not None
    np.testing.assert_allclose(mapped, AFFINE.maps[0](STATES.c[0]))


@pytest.mark.parametrize("affine", [None, AFFINE])
def test_what_is_withheld_is_the_cell_lens_less_the_lens(affine: AffineLens | None) -> None:
    withheld = through(STATES, "withheld", affine)
    scores = decoder_of(DECODER, "withheld")
    for state, cell, said in zip(
        withheld,
        through(STATES, "cell", affine),
        through(STATES, "affine" if affine else "raw", affine),
        strict=True,
    ):
        if cell is None or said is None:
            assert state is None
        else:
            assert state is not None
            assert cell is not None
            assert said is not None
            np.testing.assert_allclose(scores(state), DECODER(cell) - DECODER(said), atol=1e-12)


def test_without_its_bias_the_decoder_gives_the_context_alone() -> None:
    assert decoder_of(DECODER, "raw") is DECODER
    plain = decoder_of(DECODER, "raw", bias=False)
    np.testing.assert_array_equal(plain.W, DECODER.W)
    assert not plain.b.any()


def test_quality_is_measured_position_by_position() -> None:
    held_out = [hidden_states(MODEL, RNG.integers(V, size=n)) for n in (12, 20)]
    found = quality(DECODER, held_out, "affine", AFFINE)
    divergences, agreements, finals = [], [], []
    for one in held_out:
        said = read_out(
            DECODER, through(one, "affine", AFFINE), np.zeros((one.steps, 0), int), candidates=1
        )
        divergences.append(said.divergence)
        agreements.append(said.top[..., 0] == said.top[-1, :, 0])
        finals.append(np.exp(DECODER(one.h[-1])))
    np.testing.assert_allclose(found.divergence, np.hstack(divergences).mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(found.agreement, np.hstack(agreements).mean(axis=1))
    assert found.agreement[-1] == 1
    # Mutual information of context and token: entropy of the mean less the mean entropy.
    p = np.concatenate(finals)
    p /= p.sum(axis=1, keepdims=True)
    mean = p.mean(axis=0)
    expected = -(mean * np.log(mean)).sum() + (p * np.log(p)).sum(axis=1).mean()
    assert found.baseline == pytest.approx(expected)


def test_the_quality_of_a_layer_that_cannot_be_read_is_none() -> None:
    found = quality(DECODER, TEXTS, "raw")
    assert np.isnan(found.divergence[0])
    assert np.isnan(found.agreement[0])
    assert found.divergence[2] == 0


def test_an_affine_lens_comes_closer_than_the_raw_one_on_other_text() -> None:
    held_out = [hidden_states(MODEL, RNG.integers(V, size=50))]
    raw = quality(DECODER, held_out, "raw")
    affine = quality(DECODER, held_out, "affine", AFFINE)
    assert affine.divergence[1] < 0.5 * raw.divergence[1]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(LabError, match=f"Use one of {', '.join(KINDS)}"):
        through(STATES, "logit")  # type: ignore[arg-type]
    with pytest.raises(LabError, match="has to be fitted"):
        through(STATES, "affine")
    with pytest.raises(LabError, match="no cell states"):
        through(HiddenStates(np.zeros(1, int), (np.zeros((1, 2)),)), "cell")
    with pytest.raises(LabError, match="a model with other layers"):
        through(HiddenStates(np.zeros(1, int), (np.zeros((1, 2)),)), "affine", AFFINE)
    with pytest.raises(LabError, match="no text"):
        fit_affine([])
    with pytest.raises(LabError, match="more tokens than units"):
        fit_affine([hidden_states(MODEL, [0, 1, 2, 3])])


def test_the_baseline_of_a_large_vocabulary_is_found_piece_by_piece() -> None:
    rng = np.random.default_rng(1)
    decoder = Linear(rng.normal(size=(20_000, 3)), rng.normal(size=20_000))
    final = rng.normal(size=(440, 3))  # more than one piece: 440 rows of scores are 70 MB
    found = quality(decoder, [HiddenStates(np.zeros(440, int), (final,))], "raw")
    p = np.exp(decoder(final))
    p /= p.sum(axis=1, keepdims=True)
    expected = (p * np.log(p / p.mean(axis=0))).sum(axis=1).mean()
    assert found.baseline == pytest.approx(expected)
    assert expected > 0.1
