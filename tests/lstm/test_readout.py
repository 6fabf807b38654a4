"""States through a decoder: ranks, probabilities and candidates, each found in another way."""

import numpy as np
import pytest

from lstm import LabError, Linear
from lstm import readout as module
from lstm.readout import LONG, Readout, ranks, read_out

RNG = np.random.default_rng(7)
T, H, V = 5, 4, 40
DECODER = Linear(RNG.normal(size=(V, H)), RNG.normal(size=V))
STATES = [RNG.normal(size=(T, H)) for _ in range(3)]
TOKENS = RNG.integers(V, size=(T, 2))


def read(candidates: int = 6) -> Readout:
    return read_out(DECODER, STATES, TOKENS, candidates)


def softmax(z: np.ndarray) -> np.ndarray:
    p: np.ndarray = np.exp(z) / np.exp(z).sum()
    return p


def test_ranks_are_places_in_the_sorted_order() -> None:
    said = read()
    for n, state in enumerate(STATES):
        for t in range(T):
            order = np.argsort(-(DECODER.W @ state[t] + DECODER.b)).tolist()
            assert said.rank[n, t].tolist() == [1 + order.index(k) for k in TOKENS[t]]
    assert not said.ties.any()


def test_equal_scores_share_the_better_rank_and_are_counted() -> None:
    rank, ties = ranks(np.array([[1.0, 3.0, 3.0, 3.0, 0.0]]), np.array([[3.0, 1.0, 0.0]]))
    assert rank.tolist() == [[1, 4, 5]]
    assert ties.tolist() == [[2, 0, 0]]


@pytest.mark.parametrize("size", [LONG - 1, LONG, 5000])
def test_long_rows_and_short_ones_are_counted_alike(size: int) -> None:
    scores = RNG.integers(200, size=(3, size)).astype(np.float32)
    told = scores[:, [4, 900]]
    rank, ties = ranks(scores, told)
    for t in range(3):
        order = np.sort(-scores[t])
        for k in range(2):
            first, last = (np.searchsorted(order, -told[t, k], side) for side in ("left", "right"))
            assert (rank[t, k], ties[t, k]) == (1 + first, last - first - 1)


def test_of_equal_candidates_the_lower_number_comes_first() -> None:
    decoder = Linear(np.zeros((6, 1)), np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0]))
    said = read_out(decoder, [np.zeros((1, 1))], [[0]], candidates=5)
    assert said.top.tolist() == [[[1, 2, 4, 0, 3]]]


def test_probabilities_surprise_and_entropy_are_those_of_the_whole_softmax() -> None:
    said = read()
    for n, state in enumerate(STATES):
        for t in range(T):
            z = DECODER.W @ state[t] + DECODER.b
            p = softmax(z)
            np.testing.assert_allclose(said.logit[n, t], z[TOKENS[t]], rtol=1e-13)
            np.testing.assert_allclose(said.probability[n, t], p[TOKENS[t]], rtol=1e-12)
            np.testing.assert_allclose(said.surprise[n, t], -np.log(p[TOKENS[t]]), rtol=1e-12)
            np.testing.assert_allclose(said.entropy[n, t], -(p * np.log(p)).sum(), rtol=1e-12)
            best = np.argsort(-p)[:6]
            assert said.top[n, t].tolist() == best.tolist()
            np.testing.assert_allclose(said.top_probability[n, t], p[best], rtol=1e-12)


def test_divergence_is_from_the_final_prediction_and_nothing_at_the_top() -> None:
    said = read()
    for n, state in enumerate(STATES):
        for t in range(T):
            p = softmax(DECODER.W @ STATES[-1][t] + DECODER.b)
            q = softmax(DECODER.W @ state[t] + DECODER.b)
            expected = (p * np.log(p / q)).sum()
            assert said.divergence[n, t] == pytest.approx(expected, abs=1e-12)
    assert not said.divergence[-1].any()


def test_pieces_give_the_same_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read()
    monkeypatch.setattr(module, "PIECE", 2 * 3 * V * 8)  # two positions at once
    pieces = read()
    for name in ("rank", "ties", "top"):
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name))
    for name in ("logit", "probability", "surprise", "entropy", "divergence"):
        np.testing.assert_allclose(getattr(pieces, name), getattr(whole, name), rtol=1e-12)


def test_a_layer_that_cannot_be_read_has_no_numbers() -> None:
    said = read_out(DECODER, [None, *STATES[1:]], TOKENS)
    assert np.isnan(said.logit[0]).all()
    assert np.isnan(said.divergence[0]).all()
    assert (said.rank[0] == -1).all()
    assert (said.top[0] == -1).all()
    np.testing.assert_allclose(said.logit[1:], read().logit[1:], rtol=1e-13)


def test_there_are_no_more_candidates_than_tokens() -> None:
    said = read_out(DECODER, STATES, TOKENS, candidates=100)
    assert said.top.shape == (3, T, V)
    assert sorted(said.top[0, 0].tolist()) == list(range(V))


def test_scores_far_apart_give_no_warning_and_sum_to_one() -> None:
    decoder = Linear(np.array([[1e4], [-1e4], [0.0]], np.float32), np.zeros(3, np.float32))
    said = read_out(decoder, [np.ones((1, 1), np.float32)], [[0]], candidates=3)
    assert said.top_probability.sum() == 1
    assert said.entropy.tolist() == [[0]]
    assert said.divergence.tolist() == [[0]]


@pytest.mark.parametrize(
    ("states", "tokens", "candidates", "words"),
    [
        ([STATES[0], None], TOKENS, 5, "The top layer must be there"),
        ([], TOKENS, 5, "The top layer must be there"),
        ([STATES[0][:, :3]], TOKENS, 5, "they must be"),
        (STATES, TOKENS[:2], 5, "they must be"),
        (STATES, TOKENS[:, 0], 5, "they must be"),
        (STATES, TOKENS + V, 5, f"from 0 to {V - 1}"),
        (STATES, TOKENS - V, 5, f"from 0 to {V - 1}"),
        (STATES, TOKENS, 0, "Ask for at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(
    states: list[np.ndarray | None], tokens: np.ndarray, candidates: int, words: str
) -> None:
    with pytest.raises(LabError, match=words):
        read_out(DECODER, states, tokens, candidates)
