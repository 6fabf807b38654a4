"""Any part of a map in words, and the path of a new text through it."""

from typing import Any

import numpy as np
import pytest

from lstm import LabError, load, run
from lstm.atlas import Atlas, Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.map_source import ModelSource
from lstm.metric import Metric
from lstm.model_contexts import contexts_of
from lstm.selection import describe, path_of, states_of
from lstm.shipped import folder
from lstm.tasks import Brackets

MODEL = load(folder() / "brackets.safetensors")
SOURCE = ModelSource("1" * 64, 1, "c")
WANTED = Wanted("pca", Metric("cosine"))


@pytest.fixture(name="contexts", scope="module")
def some_contexts() -> Contexts:
    text = Brackets(size=6, steps=150).batch(0, np.random.default_rng(7)).inputs
    return contexts_of(MODEL, list(text.T), 1, "c")


@pytest.fixture(name="atlas", scope="module")
def a_map(contexts: Contexts) -> Atlas:
    return atlas_of(contexts, WANTED)


def test_a_region_described_again_is_the_region(atlas: Atlas, contexts: Contexts) -> None:
    for level, regions in zip(atlas.levels, atlas.regions, strict=True):
        for number, region in enumerate(regions):
            found = describe(atlas, contexts, np.flatnonzero(level == number)[::-1])
            assert found.count == region.count
            assert (found.x, found.y) == (region.x, region.y)
            assert found.units == region.units
            assert found.gates == region.gates
            assert found.examples == region.examples
            assert (found.trust, found.recall) == (region.trust, region.recall)
            # A score counts the traits of all parts, which are other parts here.
            shares = {trait.name: (trait.share, trait.elsewhere) for trait in region.traits}
            for trait in found.traits:
                assert shares.get(trait.name, trait[1:3]) == trait[1:3]


def test_what_was_chosen_by_a_trait_is_named_by_it(atlas: Atlas, contexts: Contexts) -> None:
    for trait in ("in quotes", "depth 3", "just closed"):
        which = [n for n, traits in enumerate(contexts.traits) if trait in traits]
        found = describe(atlas, contexts, [*which, which[0]])
        assert found.count == len(which)
        assert trait in found.name
        assert {one.name: (one.share, one.elsewhere) for one in found.traits}[trait] == (1, 0)


def test_all_of_a_map_has_nothing_that_tells_it_from_the_others(
    atlas: Atlas, contexts: Contexts
) -> None:
    found = describe(atlas, contexts, np.arange(len(atlas)))
    assert found.count == len(atlas)
    assert all(abs(one.apart) < 1e-6 for one in found.units)


@pytest.mark.parametrize("which", [[], [-1], [10**6], [[]]])
def test_contexts_that_are_not_on_the_map_are_refused(
    atlas: Atlas, contexts: Contexts, which: Any
) -> None:
    with pytest.raises(LabError, match="at least one context of the map, from 0 to"):
        describe(atlas, contexts, which)


def test_the_states_of_a_text_are_those_of_the_model() -> None:
    assert MODEL.vocabulary is not None
    tokens = MODEL.vocabulary.numbers(list('a [b "c'))
    found = states_of(MODEL, SOURCE, tokens)
    np.testing.assert_allclose(found, run(MODEL, tokens[:, None]).layers[1].c[:, 0], atol=1e-6)


def test_a_mapped_text_goes_through_its_own_places(atlas: Atlas, contexts: Contexts) -> None:
    mine = np.flatnonzero(contexts.sequence == 2)
    found = path_of(atlas, contexts, contexts.rows[mine])
    np.testing.assert_allclose(found.places, atlas.places[mine], atol=1e-5)
    np.testing.assert_allclose(found.distance[:, 0], 0, atol=1e-9)
    assert not found.far.any()
    # By brute force: those of the map that point most nearly the same way.
    rows = contexts.rows / np.linalg.norm(contexts.rows, axis=1, keepdims=True)
    expected = np.sort(1 - rows[mine] @ rows.T, axis=1)[:, :3]
    np.testing.assert_allclose(found.distance, expected, atol=1e-6)
    assert found.near.shape == (len(mine), 3)
    closest = 1 - np.sort(rows @ rows.T, axis=1)[:, -2]
    assert found.usual == pytest.approx(np.quantile(closest, 0.99), rel=0.3)


def test_a_step_far_from_all_that_was_mapped_is_known_as_such(
    atlas: Atlas, contexts: Contexts
) -> None:
    strange = -contexts.rows[:5]
    found = path_of(atlas, contexts, np.concatenate([strange, contexts.rows[5:10]]))
    assert found.far.tolist() == [True] * 5 + [False] * 5


def test_rows_of_another_width_have_no_path(atlas: Atlas, contexts: Contexts) -> None:
    with pytest.raises(LabError, match="numbers each"):
        path_of(atlas, contexts, contexts.rows[:, :7])
