"""How far a map can be trusted."""

import numpy as np
import pytest

from lstm import Array, LabError
from lstm import trust as module
from lstm.metric import EUCLIDEAN, Metric
from lstm.trust import Trust, chance, measured, trust

RNG = np.random.default_rng(8)
X = RNG.normal(size=(150, 12))
Y = X[:, :2] + 0.3 * RNG.normal(size=(150, 2))


def orders(points: Array, *, angles: bool = False) -> list[list[int]]:
    """Sort all others by their distance, one by one."""
    found = []
    for i, a in enumerate(points):
        away = {}
        for j, b in enumerate(points):
            length = np.linalg.norm(a) * np.linalg.norm(b)
            away[j] = 1 - a @ b / length if angles else np.linalg.norm(a - b)
        found.append(sorted((j for j in away if j != i), key=lambda j: (round(away[j], 9), j)))
    return found


def overlap_by_sets(true: list[list[int]], shown: list[list[int]], k: int) -> Array:
    return np.array([len({*a[:k]} & {*b[:k]}) / k for a, b in zip(true, shown, strict=True)])


def trustworthiness_by_hand(true: list[list[int]], shown: list[list[int]], k: int) -> float:
    """Follow Venna & Kaski, for k < N / 2."""
    N, missed = len(true), 0
    for i in range(N):
        for j in set(shown[i][:k]) - set(true[i][:k]):
            missed += true[i].index(j) + 1 - k
    return 1 - 2 / (N * k * (2 * N - 3 * k - 1)) * missed


def test_the_fixture_has_its_numbers() -> None:
    rows, places = np.array([0.0, 1, 3, 7, 8]), np.array([0, 1, 2.5, 9, 3.4])
    found = trust(rows[:, None], places[:, None], k=2)
    assert found.ks[1] == 2
    assert found.overlap[1] == pytest.approx(0.8, abs=1e-12)
    assert found.chance[1] == pytest.approx(0.5, abs=1e-12)
    assert found.gain[1] == pytest.approx(0.3, abs=1e-12)
    assert found.scaled[1] == pytest.approx(0.6, abs=1e-12)
    assert found.trustworthiness == pytest.approx(0.8, abs=1e-12)
    assert found.continuity == pytest.approx(0.8, abs=1e-12)


@pytest.mark.parametrize("metric", [EUCLIDEAN, Metric("cosine")])
@pytest.mark.parametrize("k", [1, 10, 40])
def test_all_is_as_counted_one_by_one(metric: Metric, k: int) -> None:
    found = trust(X, Y, metric, k=k)
    true, shown = orders(X, angles=metric.name == "cosine"), orders(Y)
    for at in (0, 5, 30, -1):
        expected = overlap_by_sets(true, shown, int(found.ks[at])).mean()
        assert found.overlap[at] == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(found.point_recall, overlap_by_sets(true, shown, k), atol=1e-12)
    assert found.trustworthiness == pytest.approx(trustworthiness_by_hand(true, shown, k))
    assert found.continuity == pytest.approx(trustworthiness_by_hand(shown, true, k))
    best = found.ks[found.peak]
    expected = overlap_by_sets(true, shown, int(best)) - best / 149
    np.testing.assert_allclose(found.point_gain, expected, atol=1e-12)


def test_trustworthiness_is_the_one_of_scikit_learn() -> None:
    """Golden values of sklearn.manifold.trustworthiness 1.9.1, with the roles swapped too."""
    t = np.arange(60)
    rows = np.stack([np.sin(0.7 * t), np.cos(1.3 * t), np.sin(2.1 * t + 1), t / 30], axis=1)
    places = np.stack([np.sin(0.7 * t) + 0.1 * np.cos(5 * t), t / 25 + 0.2 * np.sin(9 * t)], axis=1)
    found = trust(rows, places, k=7)
    assert found.trustworthiness == pytest.approx(0.7865889212827988, abs=1e-9)
    assert found.continuity == pytest.approx(0.8757045675413022, abs=1e-9)


def test_a_space_and_itself_agree_wholly() -> None:
    found = trust(X, X)
    np.testing.assert_array_equal(found.overlap, 1)
    assert found.trustworthiness == found.continuity == found.recall == 1
    np.testing.assert_allclose(found.scaled, 1)


def test_truth_and_map_may_be_swapped() -> None:
    there, back = trust(X, Y), trust(Y, X)
    np.testing.assert_array_equal(there.overlap, back.overlap)
    np.testing.assert_array_equal(there.point_recall, back.point_recall)
    np.testing.assert_array_equal(there.point_trust, back.point_continuity)
    np.testing.assert_array_equal(there.point_continuity, back.point_trust)


def test_turning_scaling_and_moving_the_map_changes_nothing() -> None:
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    one, other = trust(X, Y), trust(X, 40 * Y @ turn + 7)
    np.testing.assert_array_equal(one.overlap, other.overlap)
    np.testing.assert_array_equal(one.point_trust, other.point_trust)
    np.testing.assert_array_equal(one.point_continuity, other.point_continuity)


def test_all_others_are_shared_by_any_two_spaces() -> None:
    found = trust(X, RNG.normal(size=(150, 2)), k=149)
    assert found.ks[-1] == 149
    assert found.overlap[-1] == found.control[-1] == 1
    assert found.gain[-1] == 0
    assert found.scaled[-1] == 1
    assert found.k == 149
    assert found.trustworthiness == found.continuity == found.recall == 1


def test_the_worst_order_of_many_neighbours_is_worth_nothing() -> None:
    # On the map the k farthest of a point are its nearest: k ≥ N / 2 has its own bound.
    rows = np.array([[0.0], [1.0], [10.0], [100.0]])
    places = np.array([[0.0], [100.0], [10.0], [1.0]])
    found = trust(rows, places, k=2)
    assert found.point_trust[0] == pytest.approx(1 - 1 / 1)


def test_a_shuffled_map_gains_nothing() -> None:
    rows = RNG.normal(size=(1500, 5))
    found = trust(rows, rows[:, :2])
    inner = found.control_error > 0
    z = found.control_gain[inner] / found.control_error[inner]
    assert np.abs(z).max() < 5  # the errors come from ten shuffles
    assert found.gain[found.peak] > 20 * np.abs(found.control_gain).max()


def test_the_seed_makes_it_repeatable() -> None:
    one, same, other = trust(X, Y, seed=1), trust(X, Y, seed=1), trust(X, Y, seed=2)
    np.testing.assert_array_equal(one.control, same.control)
    assert (one.control != other.control).any()
    np.testing.assert_array_equal(one.overlap, other.overlap)


def test_duplicates_are_told_apart_by_number_in_both_spaces() -> None:
    rows = np.repeat(RNG.normal(size=(4, 12)), 300, axis=0)
    found = trust(rows, rows[:, :2], Metric("euclidean"))
    assert found.recall == 1
    still = trust(np.ones((50, 9)), np.ones((50, 2)))
    np.testing.assert_array_equal(still.overlap, 1)


def test_above_a_limit_a_seeded_sample_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trust(X, Y)
    assert not whole.sampled
    assert whole.of == 150
    monkeypatch.setattr(module, "MOST_POINTS", 100)
    told: list[float] = []
    found: Trust = trust(X, Y, seed=4, report=told.append)
    assert found.sampled
    assert found.of == 150
    np.testing.assert_array_equal(found.points, measured(150, 12, np.random.default_rng(4)))
    assert len(found.points) == len(set(found.points.tolist())) == 100
    alone = trust(X[found.points], Y[found.points], seed=4)
    np.testing.assert_array_equal(found.overlap, alone.overlap)
    assert told[-1] == 1


def test_wide_rows_are_fewer() -> None:
    rng = np.random.default_rng(0)
    assert len(measured(30_000, 256, rng)) == 20_000
    assert len(measured(30_000, 4096, rng)) == 25_000_000 // 4096


def test_chance_is_the_share_of_all_others() -> None:
    np.testing.assert_allclose(chance([1, 5], 11), [0.1, 0.5])


def test_what_does_not_belong_together_is_refused() -> None:
    for rows, places in ((X, Y[1:]), (X[:2], Y[:2]), (X[:, 0], Y), (X, Y[:, 0])):
        with pytest.raises(LabError, match="give each row a place"):
            trust(rows, places)
    with pytest.raises(LabError, match="Use at least 1"):
        trust(X, Y, k=0)
    with pytest.raises(LabError, match="Row 1 "):
        trust(X, np.where(Y > -99, np.nan, Y))
