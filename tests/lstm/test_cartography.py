"""From contexts to a finished map."""

import numpy as np
import pytest

from lstm import LabError, load
from lstm import trust as trust_module
from lstm.atlas import Atlas, Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.metric import Metric
from lstm.model_contexts import contexts_of
from lstm.neighbours import nearest
from lstm.projection import principal
from lstm.regions import tiles
from lstm.shipped import folder
from lstm.tasks import Brackets

RNG = np.random.default_rng(14)
PCA = Wanted("pca", Metric("cosine"))


def two_kinds(N: int = 200) -> Contexts:
    """Give contexts of two kinds, which lie on both sides of a first axis."""
    n = np.arange(N)
    kind = n % 2
    rows = RNG.normal(size=(N, 6))
    rows[:, 3] += 12 * kind
    return Contexts(
        rows,
        tuple("ab"[k] for k in kind),
        tuple(f"text {k // 8}" for k in n),
        n // 10,
        n % 10,
        tuple((f"kind {k}", "any") for k in kind),
        {"f": kind * 1.0},
        "a note",
    )


@pytest.fixture(name="atlas", scope="module")
def a_map() -> Atlas:
    return atlas_of(two_kinds(), Wanted("pca"), {"model": "none"})


def test_a_map_has_all_its_parts(atlas: Atlas) -> None:
    contexts = two_kinds()
    assert len(atlas) == 200
    assert atlas.places.dtype == np.float32
    assert atlas.source == {"model": "none"}
    assert atlas.note == "a note"
    assert atlas.share[0] > 0.8
    assert atlas.token == contexts.token
    assert atlas.near.shape == (200, 10)
    assert len(atlas.regions) == len(atlas.levels) == 3
    assert not atlas.trust.sampled


def test_its_places_and_neighbours_are_those_of_the_rows() -> None:
    contexts = two_kinds()
    found = atlas_of(contexts, PCA)
    np.testing.assert_allclose(found.places, principal(contexts.rows).places, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.near, nearest(contexts.rows, 10, Metric("cosine")).index)


def test_regions_are_named_described_and_shown_by_examples(atlas: Atlas) -> None:
    coarse, level = atlas.regions[0], atlas.levels[0]
    assert {region.name for region in coarse} == {"kind 0", "kind 1"}
    for number, region in enumerate(coarse):
        mine = np.flatnonzero(level == number)
        kind = float(region.name[-1])
        assert region.count == len(mine)
        assert region.gates == {"f": kind}
        assert region.units[0].unit == 3
        assert set(region.examples) <= set(mine.tolist())
        shown = [(atlas.before[n], atlas.token[n]) for n in region.examples]
        assert len(set(shown)) == len(shown) == 8
        assert region.trust == pytest.approx(atlas.trust.point_trust[mine].mean())
        assert region.recall == pytest.approx(atlas.trust.point_recall[mine].mean())
        # Its name stands on one of its points.
        assert [region.x, region.y] in atlas.places[mine].astype(float).tolist()


def test_tiles_with_enough_in_them_are_named(atlas: Atlas) -> None:
    for tile in atlas.tiles:
        at = tiles(atlas.places, tile.level, atlas.frame)
        mine = (at == [tile.column, tile.row]).all(axis=1)
        assert tile.count == mine.sum() >= 5
        np.testing.assert_allclose([tile.x, tile.y], atlas.places[mine].mean(axis=0), rtol=1e-4)
    assert {"kind 0", "kind 1"} <= {tile.name for tile in atlas.tiles if tile.level == 2}


def test_few_contexts_make_a_map_without_regions() -> None:
    found = atlas_of(two_kinds(4), PCA)
    assert found.regions == ((), (), ())
    assert found.tiles == ()
    assert found.near.shape == (4, 3)
    np.testing.assert_array_equal(found.levels[0], -1)


def test_regions_that_were_not_measured_have_no_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_module, "MOST_POINTS", 3)
    found = atlas_of(two_kinds(), Wanted("pca"))
    told = [region.trust for level in found.regions for region in level]
    assert None in told
    assert found.trust.sampled


def test_progress_goes_from_nothing_to_all() -> None:
    told: list[float] = []
    atlas_of(two_kinds(), PCA, report=told.append)
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == 1


def test_too_few_contexts_are_refused() -> None:
    with pytest.raises(LabError, match="at least 4 contexts, not 3"):
        atlas_of(two_kinds(3), PCA)


def test_umap_is_asked_for_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "umap", None)  # as if it were not installed
    with pytest.raises(LabError, match="choose PCA"):
        atlas_of(two_kinds())


def test_the_brackets_model_has_the_regions_that_its_grammar_knows() -> None:
    model = load(folder() / "brackets.safetensors")
    text = Brackets(size=20, steps=150).batch(0, np.random.default_rng(7)).inputs
    found = atlas_of(contexts_of(model, list(text.T), layer=1, most=1500), PCA)
    names = " ".join(region.name for level in found.regions for region in level)
    for known in ("in quotes", "just opened", "just closed", "inside", "depth", "within a word"):
        assert known in names
    # Far above the control, on text and a seed that nothing was tuned to.
    gain = found.trust.gain[found.trust.peak]
    assert gain > 0.3
    assert np.abs(found.trust.control_gain).max() < 0.02
    assert found.trust.trustworthiness > 0.9
