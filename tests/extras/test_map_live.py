"""UMAP and HDBSCAN for the map, and its measures beside scikit-learn's (make test-extras)."""

import importlib
from typing import Any

import numpy as np
import pytest

from lstm import Array
from lstm.atlas import Wanted
from lstm.atlas_file import dump_atlas, load_atlas
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.metric import Metric
from lstm.neighbours import nearest
from lstm.projection import Umap, principal, umap_of
from lstm.regions import regions
from lstm.trust import trust

pytestmark = pytest.mark.extras

KINDS, EACH, D = 6, 80, 24


@pytest.fixture(name="sklearn", scope="module")
def scikit_learn() -> Any:
    pytest.importorskip("umap")
    return pytest.importorskip("sklearn")


@pytest.fixture(name="rows", scope="module")
def clouds() -> Array:
    rng = np.random.default_rng(0)
    centres = 4 * rng.normal(size=(KINDS, D))
    return np.repeat(centres, EACH, axis=0) + rng.normal(size=(KINDS * EACH, D))


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("k", [1, 7, 30])
def test_measures_are_those_of_scikit_learn(sklearn: Any, rows: Array, metric: Any, k: int) -> None:
    trustworthiness = importlib.import_module("sklearn.manifold").trustworthiness
    places = principal(rows).places
    found = trust(rows, places, Metric(metric), k=k)
    expected = trustworthiness(rows, places, n_neighbors=k, metric=metric)
    assert found.trustworthiness == pytest.approx(expected, abs=1e-9)
    if metric == "euclidean":
        swapped = trustworthiness(places, rows, n_neighbors=k)
        assert found.continuity == pytest.approx(swapped, abs=1e-9)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_neighbours_are_those_of_scikit_learn(sklearn: Any, rows: Array, metric: Any) -> None:
    model = (
        importlib.import_module("sklearn.neighbors")
        .NearestNeighbors(n_neighbors=12, metric=metric)
        .fit(rows)
    )
    distance, index = model.kneighbors()  # without arguments, of all others
    found = nearest(rows, 12, Metric(metric))
    np.testing.assert_array_equal(found.index, index)
    np.testing.assert_allclose(found.distance, distance, atol=1e-9)


@pytest.mark.parametrize("metric", [Metric(), Metric("cosine"), Metric("cosine", 3, 0.5)])
def test_umap_keeps_neighbours_and_clusters_together(
    sklearn: Any, rows: Array, metric: Metric
) -> None:
    told: list[float] = []
    places, near = umap_of(rows, Umap(seed=4), metric, told.append)
    assert places.shape == (KINDS * EACH, 2)
    assert near.index.shape == (KINDS * EACH, 14)
    found = trust(rows, places, metric)
    by_pca = trust(rows, principal(rows).places, metric)
    assert found.recall > by_pca.recall
    assert found.gain[found.peak] > 0.3
    assert np.abs(found.control_gain).max() < 0.03
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1


def test_the_same_seed_gives_the_same_map(sklearn: Any, rows: Array) -> None:
    one, same, other = (umap_of(rows, Umap(seed=seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_pull_lays_the_map_out_along_its_unit(sklearn: Any) -> None:
    rows = np.random.default_rng(1).normal(size=(400, D))
    moved = []
    for strength in (0.0, 0.9):
        places, _ = umap_of(rows, Umap(), Metric("cosine", 3, strength))
        near = nearest(places, 10).index
        moved.append(np.abs(rows[near, 3] - rows[:, None, 3]).mean())
    assert moved[1] < 0.3 * moved[0]


@pytest.mark.parametrize(
    "rows",
    [
        np.repeat(np.random.default_rng(2).normal(size=(3, D)), 100, axis=0),
        np.ones((50, D)),
        np.random.default_rng(2).normal(size=(4, D)),
        np.random.default_rng(2).normal(size=(50, 1)),
    ],
    ids=["duplicates", "all the same", "few", "one column"],
)
def test_umap_lays_out_what_is_hard_to_lay_out(sklearn: Any, rows: Array) -> None:
    places, _ = umap_of(rows)
    assert np.isfinite(places).all()


def test_hdbscan_finds_the_clouds(sklearn: Any) -> None:
    rng = np.random.default_rng(0)
    centres = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)]
    places = np.concatenate([c + 0.5 * rng.normal(size=(200, 2)) for c in centres])
    true = np.repeat(np.arange(3), 200)
    coarse, *_ = regions(places, "hdbscan")
    for region in range(3):
        assert len(np.unique(true[coarse == region])) == 1
    assert (coarse >= 0).mean() > 0.8
    for level in regions(places[:4], "hdbscan"):
        np.testing.assert_array_equal(level, -1)


def test_a_whole_map_is_made_and_kept(sklearn: Any, rows: Array) -> None:
    N = len(rows)
    n = np.arange(N)
    kinds = tuple((f"kind {k // EACH}",) for k in n)
    contexts = Contexts(rows, ("",) * N, ("",) * N, n, n, kinds, {})
    told: list[float] = []
    atlas = atlas_of(contexts, Wanted(way="hdbscan"), report=told.append)
    assert {region.name for region in atlas.regions[0]} <= {f"kind {k}" for k in range(KINDS)}
    assert told == sorted(told)
    assert told[-1] == 1
    np.testing.assert_array_equal(load_atlas(dump_atlas(atlas)).places, atlas.places)
