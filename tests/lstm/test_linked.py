"""Two maps of the same contexts, linked."""

from dataclasses import replace

import numpy as np
import pytest

from lstm import Array, LabError
from lstm import linked as module
from lstm.atlas import Atlas, Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.linked import Linked, fates, linked, parting, shared
from lstm.metric import Metric

RNG = np.random.default_rng(31)
N = 240
X = RNG.normal(size=(N, 9))
Y = X + 0.8 * RNG.normal(size=(N, 9))  # some of the neighbourhoods stay
PCA = Wanted("pca")
COSINE = Wanted("pca", Metric("cosine"))


def read(rows: Array, start: int = 0) -> Contexts:
    """Give contexts of a text of 8 tokens a sequence, from one of its places on."""
    n = np.arange(start, start + len(rows))
    return Contexts(
        rows,
        tuple("abcdefg"[i % 7] for i in n),
        tuple(f"text {i // 2}" for i in n),
        n // 8,
        n % 8,
        ((),) * len(rows),
        {},
    )


def never() -> tuple[Array, Array]:
    raise AssertionError("The maps know enough.")


def both(wanted: Wanted = PCA, other: Wanted = PCA) -> tuple[Atlas, Atlas]:
    return atlas_of(read(X), wanted), atlas_of(read(Y), other)


def kept_by_hand(one: Array, other: Array, k: int, *, angles: bool = False) -> Array:
    """Compare the sets of the k nearest, one by one."""

    def nearest_of(rows: Array, i: int) -> set[int]:
        away = np.linalg.norm(rows - rows[i], axis=1)
        if angles:
            away = 1 - rows @ rows[i] / np.linalg.norm(rows, axis=1) / np.linalg.norm(rows[i])
        others = [j for j in range(len(rows)) if j != i]
        return set(sorted(others, key=lambda j: (round(away[j], 9), j))[:k])

    return np.array([len(nearest_of(one, i) & nearest_of(other, i)) / k for i in range(len(one))])


def test_a_map_and_itself_keep_everything() -> None:
    atlas = both()[0]
    found = linked(atlas, atlas, never)
    np.testing.assert_array_equal(found.a, np.arange(N))
    np.testing.assert_array_equal(found.kept, 1)
    assert found.mean == 1
    assert found.k == 10
    assert found.chance == pytest.approx(10 / (N - 1))
    assert found.gain == pytest.approx(1 - 10 / (N - 1))
    assert not found.sampled
    assert all(one.into == ((one.region, 1.0),) for one in fates(found, *[atlas.levels[0]] * 2))


def test_what_is_kept_is_as_counted_one_by_one() -> None:
    found = linked(*both(), never)
    np.testing.assert_allclose(found.kept, kept_by_hand(X, Y, 10), atol=1e-12)
    assert found.chance * 3 < found.mean < 0.9
    # Each map's nearest are those of its own metric.
    found = linked(*both(COSINE, COSINE), never)
    np.testing.assert_allclose(found.kept, kept_by_hand(X, Y, 10, angles=True), atol=1e-12)


def test_any_other_k_is_measured_from_the_rows() -> None:
    for k in (1, 25):
        found = linked(*both(), lambda: (X, Y), k=k)
        assert found.k == k
        np.testing.assert_allclose(found.kept, kept_by_hand(X, Y, k), atol=1e-12)


def test_the_two_may_be_swapped() -> None:
    a, b = both()
    np.testing.assert_array_equal(linked(a, b, never).kept, linked(b, a, never).kept)


def test_two_spaces_that_know_nothing_of_each_other_keep_what_chance_gives() -> None:
    a, b = (atlas_of(read(RNG.normal(size=(N, 9))), PCA) for _ in "ab")
    found = linked(a, b, never)
    # The shares of N contexts are as good as drawn one by one: their spread is the binomial's.
    error = np.sqrt(found.chance * (1 - found.chance) / (10 * N))
    assert abs(found.gain) < 5 * error


def test_contexts_are_found_again_wherever_they_stand() -> None:
    a = atlas_of(read(X), PCA)
    order = RNG.permutation(N)
    found = linked(a, atlas_of(read(Y).only(order), PCA), never)
    np.testing.assert_array_equal(order[found.b], found.a)
    np.testing.assert_allclose(found.kept, kept_by_hand(X, Y, 10), atol=1e-12)


def test_of_what_only_one_map_has_nothing_is_said() -> None:
    a, b = atlas_of(read(X[:200]), PCA), atlas_of(read(Y[50:], 50), PCA)
    found = linked(a, b, lambda: (X[:200], Y[50:]))
    np.testing.assert_array_equal(found.a, np.arange(50, 200))
    np.testing.assert_array_equal(found.b, np.arange(150))
    kept = kept_by_hand(X[50:200], Y[50:200], 10)
    np.testing.assert_allclose(found.kept, kept, atol=1e-12)
    np.testing.assert_array_equal(np.isnan(found.spread(found.a, 200)), np.arange(200) < 50)
    np.testing.assert_allclose(found.spread(found.b, 190)[:150], kept, atol=1e-12)
    assert sum(one.count for one in fates(found, a.levels[0], b.levels[0])) <= 150


def test_of_very_many_a_seeded_sample_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MEASURED", 60)
    a, b = both()
    assert not linked(a, b, never).sampled  # what the maps know costs nothing
    found = linked(a, b, lambda: (X, Y), k=5, seed=3)
    assert found.sampled
    assert len(found.points) == 60
    np.testing.assert_allclose(
        found.kept, kept_by_hand(X[found.points], Y[found.points], 5), atol=1e-12
    )
    assert found.chance == pytest.approx(5 / 59)
    assert np.isfinite(found.spread(found.a, N)).sum() == 60


def test_regions_go_where_their_contexts_go() -> None:
    n = np.arange(6)
    near = np.array([[1], [0], [3], [2], [5], [4]])
    kept = np.array([1.0, 0.5, 0.0, 0.0, 1.0, 0.0])
    found = Linked(n, n[::-1], 0, n, near, near, kept)
    here = np.array([0, 0, 0, 1, 1, -1], np.int32)
    there = np.array([9, 7, -1, 2, 0, 2], np.int32)  # of the contexts 5, 4 … 0
    told = fates(found, here, there)
    assert [(one.region, one.count, one.kept) for one in told] == [(0, 3, 0.5), (1, 2, 0.5)]
    assert told[0].into == ((2, 2 / 3), (0, 1 / 3))
    assert told[1].into == ((-1, 0.5), (7, 0.5))


def test_of_a_region_without_a_measured_context_it_is_not_said_what_it_keeps() -> None:
    n, some = np.arange(4), np.array([0, 1])
    near = np.array([[1], [0]])
    found = Linked(n, n, 0, some, near, near, np.ones(2))
    level = np.array([0, 0, 1, 1], np.int32)
    assert [one.kept for one in fates(found, level, level)] == [1.0, None]


def test_those_that_part_most_come_from_neighbourhoods_that_part() -> None:
    a = both()[0]
    n = np.arange(N)
    near = ((n + 1) % N)[:, None]
    kept = np.ones(N)
    kept[[10, 50, 51, 100]] = 0  # 50 is near 51, which keeps nothing either
    found = Linked(n, n, 0, n, near, near, kept)
    assert parting(found, a, 3) == (50, 10, 51)
    assert len(parting(found, a, 500)) == N
    same = replace(a, token=("a",) * N, before=("text",) * N)
    assert parting(found, same, 3) == (50,)


def test_maps_of_other_texts_are_not_linked() -> None:
    a, b = both()
    other = replace(b, token=b.token[1:] + b.token[:1])
    with pytest.raises(LabError, match="Let B read the text of A"):
        linked(a, other, never)


def test_a_few_tokens_that_one_model_does_not_know_are_left_out() -> None:
    a, b = both()
    token = list(b.token)
    token[3] = token[77] = "?"
    found = linked(a, replace(b, token=tuple(token)), lambda: (X, Y))
    assert found.others == 2
    assert not {3, 77} & set(found.a.tolist())
    assert len(found.a) == N - 2


def test_maps_with_hardly_a_context_in_common_are_not_linked() -> None:
    a, b = atlas_of(read(X[:40]), PCA), atlas_of(read(Y[29:69], 29), PCA)
    with pytest.raises(LabError, match=r"have 11 contexts in common.*at least 12"):
        linked(a, b, never)
    apart = atlas_of(read(Y[:40], 400), PCA)
    with pytest.raises(LabError, match="have 0 contexts in common"):
        linked(a, apart, never)


def test_what_is_shared_is_a_share_of_each_row() -> None:
    one, other = np.array([[3, 1, 2], [0, 4, 5]]), np.array([[2, 3, 1], [6, 7, 0]])
    np.testing.assert_allclose(shared(one, other), [1, 1 / 3])
