"""What is said at each place of a painted map."""

from dataclasses import replace

import numpy as np
import pytest

from lstm import Array
from lstm.atlas import Atlas, Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.painters.prompts import prompts_of, top_left
from lstm.painters.windows import windows

N = 400


@pytest.fixture(name="atlas", scope="module")
def small_map() -> Atlas:
    rng = np.random.default_rng(0)
    kind = np.arange(N) % 4
    rows = rng.normal(size=(N, 2)) + 9 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[kind]
    n = np.arange(N)
    traits = tuple((("east", "west", "north", "south")[one],) for one in kind)
    contexts = Contexts(rows, ("",) * N, ("",) * N, n, n, traits, {})
    return atlas_of(contexts, Wanted("pca"))


def by_hand(atlas: Atlas, level: int, size: int) -> list[dict[str, float]]:
    """Count, context by context, what lies in each window."""
    found = []
    places = top_left(atlas)
    for one in windows(2 * size, 2):
        held: dict[str, float] = {}
        for place, *regions in zip(places, *atlas.levels[: level + 1], strict=True):
            x, y = place * 2 * size
            if not (one.columns.start <= x < one.columns.stop):
                continue
            if not (one.rows.start <= y < one.rows.stop):
                continue
            name = ""
            for depth, region in enumerate(regions):
                if region >= 0:
                    name = atlas.regions[depth][region].name
            held[name] = held.get(name, 0) + 1
        best = sorted(held.values(), reverse=True)[:2]
        found.append({name: count / sum(best) for name, count in held.items() if count in best})
    return found


@pytest.mark.parametrize(("size", "level"), [(2, 0), (4, 1), (8, 2)])
def test_a_window_hears_of_the_two_regions_that_hold_most_of_its_contexts(
    atlas: Atlas, size: int, level: int
) -> None:
    prompts = prompts_of(atlas, "a photograph of", size)
    assert prompts.texts[0] == "a photograph of"
    assert prompts.shares.shape == ((2 * size - 1) ** 2, len(prompts.texts))
    np.testing.assert_allclose(prompts.shares.sum(axis=1), 1)
    assert ((prompts.shares > 0).sum(axis=1) <= 2).all()
    for row, expected in zip(prompts.shares, by_hand(atlas, level, size), strict=True):
        said = {text: share for text, share in zip(prompts.texts, row, strict=True) if share}
        if not expected:
            assert said == {"a photograph of": 1}
        elif len(expected) <= 2:  # else two share the second place
            assert said == pytest.approx(
                {f"a photograph of {name}".strip(): one for name, one in expected.items()}
            )


def test_what_lies_at_the_top_of_the_map_is_said_at_the_top(atlas: Atlas) -> None:
    places: Array = np.array([[0.0, 0.0], [0.1, 1.0], [1.0, 0.9], [0.5, 0.5]], np.float32)
    four = replace(atlas, places=places, frame=type(atlas.frame)(0.0, 0.0, 1.0))
    x, y = top_left(four).T
    np.testing.assert_allclose(x, [0, 0.1, 1, 0.5], atol=1e-6)
    np.testing.assert_allclose(y, [1, 0, 0.1, 0.5], atol=1e-6)
    assert top_left(four).max() < 1


def test_a_region_that_is_of_nothing_in_particular_has_no_name_in_it(atlas: Atlas) -> None:
    mixed = tuple(tuple(replace(one, name="mixed") for one in level) for level in atlas.regions)
    assert prompts_of(replace(atlas, regions=mixed), "a map", 4).texts == ("a map",)
    assert prompts_of(atlas, "", 2).texts[0] == ""
    assert "mixed" not in prompts_of(atlas, "", 8).texts
