"""The maps that come with the lab: those of the page's default orders, and what they show."""

from pathlib import Path

import numpy as np
import pytest

from components.models import Models
from lstm.atlas import Wanted
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.metric import Metric
from lstm.order import Order
from lstm.projection import Umap
from lstm.shipped import folder, shipped
from lstm.shipped_maps import maps_folder, shipped_maps
from models.maps import MAPS, order

LARGEST = 1_000_000  # bytes of a file


def no_file(hash: str) -> Path:
    raise AssertionError(hash)


@pytest.fixture(name="maps")
def fresh(tmp_path: Path) -> Maps:
    return Maps(tmp_path)


def test_they_are_found_by_the_keys_of_the_page_s_default_orders(maps: Maps) -> None:
    hashes = {one.name: one.hash for one in shipped(folder())}
    asked = {
        Order(ModelSource(hashes[name], layer, what)).key for name, layer, what in MAPS.values()
    }
    assert asked == set(shipped_maps(maps_folder()))
    assert all(maps.state(key).state == "done" for key in asked)
    assert {path.stem for path in shipped_maps(maps_folder()).values()} == set(MAPS)


@pytest.mark.parametrize("name", MAPS)
def test_each_is_small_and_of_what_the_model_reads_today(maps: Maps, name: str) -> None:
    assert (maps_folder() / f"{name}.npz").stat().st_size < LARGEST
    wanted = order(name)
    atlas = maps.atlas(wanted.key)
    assert atlas.wanted == Wanted("umap", Metric("cosine"), Umap(15, 0.5, 0), "relief")
    contexts = maps.contexts(wanted.key, Models().opened, no_file)
    assert len(atlas) == len(contexts) == 4000
    assert (atlas.token, atlas.before, atlas.note) == (
        contexts.token,
        contexts.before,
        contexts.note,
    )
    np.testing.assert_array_equal(atlas.sequence, contexts.sequence)
    np.testing.assert_array_equal(atlas.position, contexts.position)
    for gate, values in contexts.gates.items():
        np.testing.assert_allclose(atlas.gates[gate], values, atol=1e-4)


@pytest.mark.parametrize("name", MAPS)
def test_each_can_be_trusted_far_more_than_a_shuffled_one(maps: Maps, name: str) -> None:
    found = maps.atlas(order(name).key).trust
    assert found.gain[found.peak] > 0.45
    assert np.abs(found.control_gain).max() < 0.01
    assert found.trustworthiness > 0.95
    assert found.continuity > 0.95


def test_the_brackets_model_s_map_shows_the_regions_that_its_grammar_knows(maps: Maps) -> None:
    atlas = maps.atlas(order("brackets-h-2").key)
    named = {region.name: region for level in atlas.regions for region in level}
    coarse = " | ".join(region.name for region in atlas.regions[0])
    for known in ("in quotes", "outside quotes", "outside brackets", "just opened", "just closed"):
        assert known in coarse
    for known in ("inside ( )", "inside [ ]", "inside { }", "depth 1", "depth 3", "depth 4"):
        assert any(known in name for name in named), known
    # And the names are true, as the text itself shows.
    opened = [number for number, one in enumerate(atlas.regions[2]) if "just opened" in one.name]
    assert len(opened) >= 3
    for number in opened:
        mine = np.flatnonzero(atlas.levels[2] == number)
        assert np.mean([atlas.token[n] in "([{" for n in mine]) > 0.75


def test_the_other_models_maps_show_what_their_text_has(maps: Maps) -> None:
    def names(map_: str) -> str:
        levels = maps.atlas(order(map_).key).regions
        return " | ".join(region.name for level in levels for region in level)

    for known in ("indentation", "end of a line", "just opened"):
        assert known in names("python-h-2")
    assert "ends in ‘s’, after ‘the’" in names("agreement-h-3")  # nouns in the plural
    assert maps.atlas(order("python-h-2").key).note.startswith("held-out code: a part of this lab")
