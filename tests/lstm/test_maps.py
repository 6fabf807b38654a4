"""Maps in the data directory: whole or not at all, and never more than there is room for."""

import dataclasses
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm import LabError, Model, load, maps
from lstm.atlas import Atlas, Wanted
from lstm.atlas_file import dump_atlas
from lstm.cartography import atlas_of
from lstm.contexts_file import ROWS
from lstm.job_folder import STALE
from lstm.library import DAY
from lstm.map_source import ModelSource
from lstm.maps import MOST_WAITING, Maps, MapState
from lstm.order import FEWEST, Order, gather
from lstm.projection import Umap
from lstm.shipped import folder
from lstm.shipped_maps import shipped_maps

ONE = "1" * 64
MODEL = load(folder() / "reber.safetensors")
ORDER = Order(ModelSource(ONE, 0), FEWEST, wanted=Wanted("pca"))
NOBODY = "0" * 64


def opened(hash: str) -> Model:
    assert hash == ONE
    return MODEL


def no_file(hash: str) -> Path:
    raise AssertionError(hash)


def seeded(seed: int, count: int = FEWEST) -> Order:
    """Give an order of another map of the same contexts."""
    return Order(ORDER.source, count, wanted=Wanted("pca", umap=Umap(seed=seed)))


@pytest.fixture(name="atlas", scope="module")
def a_map() -> Atlas:
    return atlas_of(gather(ORDER, opened, no_file), ORDER.wanted, ORDER.to_json())


@pytest.fixture(name="here")
def no_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maps:
    monkeypatch.setattr(maps, "LOOK_AGAIN", 0.0)
    return Maps(tmp_path / "data", shipped=tmp_path / "shipped")


def at(here: Maps, seconds: float) -> Maps:
    """Give the same maps at another time."""
    return dataclasses.replace(here, now=lambda: here.now() + seconds)


def test_a_map_is_ordered_made_and_found(here: Maps, atlas: Atlas) -> None:
    key = ORDER.key
    assert here.state(key) == MapState("none")
    assert not here.has(key)
    here.begin(ORDER)
    assert here.state(key) == MapState("waiting")
    assert here.order(key) == ORDER
    here.put(ORDER, atlas)
    assert here.state(key) == MapState("done", 1.0)
    assert here.has(key)
    np.testing.assert_array_equal(here.atlas(key).places, atlas.places)
    before = (here.job(key).path / "order.json").stat().st_mtime_ns
    here.begin(ORDER)  # once more: it is there
    assert (here.job(key).path / "order.json").stat().st_mtime_ns == before
    here.stop(key)  # a finished one stays
    assert here.state(key).state == "done"


def test_a_map_that_nobody_ordered_can_be_kept_too(here: Maps, atlas: Atlas) -> None:
    here.put(ORDER, atlas)
    assert here.order(ORDER.key) == ORDER
    assert here.has(ORDER.key)


def test_the_contexts_are_kept_and_lie_on_the_disk(here: Maps) -> None:
    here.begin(ORDER)
    expected = gather(ORDER, opened, no_file)
    made = here.contexts(ORDER.key, opened, no_file)
    kept = here.contexts(ORDER.key, no_file, no_file)  # type: ignore[arg-type]
    for found in (made, kept):
        np.testing.assert_array_equal(found.rows, expected.rows)
        assert found.token == expected.token
        assert found.traits == expected.traits
    assert kept.rows.base is not None
    assert not kept.rows.flags.writeable
    # Another map of the same contexts.
    assert here.gathered(seeded(5), no_file, no_file).token == expected.token  # type: ignore[arg-type]
    (path,) = (here.root / "contexts").glob(f"*/{ROWS}")
    path.unlink()
    np.testing.assert_array_equal(here.contexts(ORDER.key, opened, no_file).rows, expected.rows)


def test_the_maps_that_come_with_the_lab_are_found_too(here: Maps, atlas: Atlas) -> None:
    here.shipped.mkdir()
    (here.shipped / "reber.npz").write_bytes(dump_atlas(atlas))
    key = ORDER.key
    assert here.state(key) == MapState("done", 1.0)
    assert here.order(key) == ORDER
    np.testing.assert_array_equal(here.atlas(key).places, atlas.places)
    assert len(here.contexts(key, opened, no_file)) == FEWEST
    assert here.folder(key).is_dir()
    here.begin(ORDER)
    assert not here.job(key).atlas.exists()
    (here.shipped / "reber.npz").unlink()
    with pytest.raises(LabError, match="'reber', which comes with the lab, cannot be read"):
        here.atlas(key)


def test_a_shipped_map_that_is_damaged_is_left_out_and_logged(
    here: Maps, atlas: Atlas, caplog: pytest.LogCaptureFixture
) -> None:
    here.shipped.mkdir()
    (here.shipped / "a.npz").write_bytes(b"PK")
    strange = dataclasses.replace(atlas, source={"model": "of somebody"})
    (here.shipped / "b.npz").write_bytes(dump_atlas(strange))
    (here.shipped / "c.npz").mkdir()
    (here.shipped / "d.npz").write_bytes(dump_atlas(atlas))
    assert list(shipped_maps(here.shipped)) == [ORDER.key]
    assert caplog.text.count("left out") == 3


# How far it is


def test_a_worker_s_heart_says_how_far_a_map_is(here: Maps) -> None:
    here.begin(ORDER)
    assert not here.at_work()
    job = here.job(ORDER.key)
    job.beat(250, 1.0, stage="laying out")
    assert here.state(ORDER.key) == MapState("making", 0.25, "laying out")
    assert here.at_work()
    here.begin(ORDER)  # it goes on
    assert here.state(ORDER.key).state == "making"
    here.stop(ORDER.key)
    assert here.state(ORDER.key) == MapState("making", 0.25, "stopping")
    job.end("interrupted", "why")
    assert here.state(ORDER.key) == MapState("interrupted", message="why")


@pytest.mark.parametrize(
    ("state", "end"), [("failed", "failed"), ("interrupted", "interrupted"), ("none", "done")]
)
def test_a_map_that_was_not_made_can_be_ordered_again(here: Maps, state: Any, end: Any) -> None:
    here.begin(ORDER)
    job = here.job(ORDER.key)
    job.beat(500, 2.0, stage="laying out")
    job.end(end, "why")
    assert here.state(ORDER.key).state == state
    here.begin(ORDER)
    assert here.state(ORDER.key) == MapState("waiting")


def test_a_map_tells_when_somebody_last_waited_for_it(here: Maps) -> None:
    job = here.job(ORDER.key)
    assert job.awaited_at() == 0
    here.begin(ORDER)
    os.utime(job.path / "awaited", (1000, 1000))
    assert job.awaited_at() == 1000
    job.await_it()
    assert job.awaited_at() > 1000


def test_a_map_whose_worker_died_is_interrupted(here: Maps) -> None:
    here.begin(ORDER)
    here.job(ORDER.key).beat(500, 2.0, stage="laying out")
    late = at(here, STALE + 1)
    assert late.state(ORDER.key).state == "interrupted"
    assert "worker ended" in late.state(ORDER.key).message
    here.job(ORDER.key).beat(500, 2.0, working=False)
    assert here.state(ORDER.key).state == "interrupted"


def test_a_map_that_nobody_took_for_a_day_waits_no_more(here: Maps) -> None:
    here.begin(ORDER)
    assert at(here, DAY + 60).state(ORDER.key).message.startswith("It waited for a day")


def test_a_map_that_waits_can_be_stopped(here: Maps) -> None:
    here.stop(ORDER.key)  # there is nothing to stop
    here.begin(ORDER)
    here.stop(ORDER.key)
    found = here.state(ORDER.key)
    assert found.state == "interrupted"
    assert found.message.startswith("It was stopped")
    here.begin(ORDER)
    assert here.state(ORDER.key) == MapState("waiting")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"source": 1}'])
def test_a_damaged_order_is_none(here: Maps, content: str) -> None:
    here.begin(ORDER)
    (here.job(ORDER.key).path / "order.json").write_text(content)
    assert here.state(ORDER.key) == MapState("none")
    with pytest.raises(LabError, match="no longer here"):
        here.order(ORDER.key)
    here.begin(ORDER)
    assert here.order(ORDER.key) == ORDER


def test_an_order_of_something_else_in_its_folder_is_damaged(here: Maps) -> None:
    here.begin(ORDER)
    path = here.job(ORDER.key).path / "order.json"
    path.write_text(json.dumps(seeded(9).to_json()))
    assert here.state(ORDER.key) == MapState("none")


def test_a_damaged_map_is_taken_away_so_that_it_can_be_made_again(here: Maps, atlas: Atlas) -> None:
    here.put(ORDER, atlas)
    path = here.job(ORDER.key).atlas
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(LabError, match="damaged"):
        here.atlas(ORDER.key)
    assert not here.has(ORDER.key)
    with pytest.raises(LabError, match=r"no longer here\. Make it again"):
        here.atlas(ORDER.key)
    here.begin(ORDER)
    here.put(ORDER, atlas)
    assert len(here.atlas(ORDER.key)) == FEWEST


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 64, "1" * 63, "1" * 64 + "\n", 7])
def test_a_key_that_is_none_is_refused(here: Maps, key: Any) -> None:
    for asked in (here.has, here.atlas, here.order, here.state, here.stop, here.folder):
        with pytest.raises(LabError, match="names no map"):
            asked(key)


# Room


def used(path: Path, at: float) -> None:
    """Make a folder one that was used at some time."""
    for one in path.iterdir():
        os.utime(one, (at, at))


def test_what_was_used_longest_ago_makes_room_and_nothing_that_is_being_made(
    here: Maps, atlas: Atlas
) -> None:
    orders = [seeded(n) for n in range(4)]
    for n, order in enumerate(orders[:3]):
        here.put(order, atlas)
        used(here.job(order.key).path, 1000.0 + n)
    here.atlas(orders[0].key)  # is used just now
    here.begin(orders[3])
    used(here.job(orders[3].key).path, here.now() - 3600)
    one = len(dump_atlas(atlas))
    small = dataclasses.replace(here, quota=int(2.5 * one) + 2**14)
    small.put(seeded(8), atlas)
    states = [small.state(order.key).state for order in orders]
    assert states == ["done", "none", "none", "waiting"]
    assert small.has(seeded(8).key)
    assert not list((here.root / "maps").glob(".gone-*"))


def test_room_is_not_counted_each_time(
    here: Maps, atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = dataclasses.replace(here, quota=0)
    none.put(ORDER, atlas)
    monkeypatch.setattr(maps, "LOOK_AGAIN", 60.0)
    none.put(seeded(1), atlas)
    assert none.has(ORDER.key)
    at(none, 61).put(seeded(2), atlas)
    assert [none.has(order.key) for order in (ORDER, seeded(1), seeded(2))] == [False, False, True]
    monkeypatch.setattr(maps, "LARGE", 100)  # for what is large it is
    at(none, 62).put(ORDER, atlas)
    assert [none.has(order.key) for order in (ORDER, seeded(2))] == [True, False]


def test_contexts_count_and_go_too(here: Maps, atlas: Atlas) -> None:
    here.gathered(ORDER, opened, no_file)
    (kept,) = (here.root / "contexts").iterdir()
    used(kept, 1000.0)
    none = dataclasses.replace(here, quota=0)
    none.begin(seeded(1))
    none.put(ORDER, atlas)  # what is new is kept in any case
    assert not kept.exists()
    assert none.has(ORDER.key)
    assert none.state(seeded(1).key).state == "waiting"


def test_half_written_files_are_cleared_away(here: Maps, atlas: Atlas) -> None:
    here.put(ORDER, atlas)
    tiles = here.folder(ORDER.key) / "tiles"
    tiles.mkdir()
    (tiles / "0.svg").write_text("<svg/>")
    parts = [here.job(ORDER.key).path / "atlas.npz.x.part", tiles / "1.svg.gz.x.part"]
    for part in parts:
        part.write_bytes(b"half")
        os.utime(part, (1000, 1000))
    written = tiles / "2.svg.gz.y.part"  # just now
    written.write_bytes(b"half")
    left = here.root / "maps" / ".gone-one"
    left.mkdir()
    here.put(seeded(2), atlas)
    assert not any(part.exists() for part in parts)
    assert written.exists()
    assert (tiles / "0.svg").exists()
    assert not left.exists()


def test_too_many_maps_do_not_wait(here: Maps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "MOST_WAITING", 2)
    assert MOST_WAITING == 50
    for n in range(2):
        here.begin(seeded(n))
    with pytest.raises(LabError, match="2 maps wait or are made already"):
        here.begin(seeded(2))
    here.begin(seeded(1))  # it waits already
    here.job(seeded(0).key).end("failed", "")
    here.begin(seeded(2))


def test_a_folder_that_goes_meanwhile_is_passed_over(
    here: Maps, atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where another process clears up: it is listed, and gone when it is looked into."""
    here.put(ORDER, atlas)
    gone = here.job("a" * 64).path
    monkeypatch.setattr(
        Maps,
        "_folders",
        lambda self, kind: [gone, here.job(ORDER.key).path] if kind == "maps" else [],
    )
    here.put(seeded(3), atlas)
    dataclasses.replace(here, quota=0).put(seeded(4), atlas)
    assert not here.has(ORDER.key)


def test_a_data_directory_that_cannot_be_used_is_said(tmp_path: Path, atlas: Atlas) -> None:
    (tmp_path / "file").touch()
    here = Maps(tmp_path / "file")
    for asked in (
        lambda: here.begin(ORDER),
        lambda: here.put(ORDER, atlas),
        lambda: here.gathered(ORDER, opened, no_file),
        lambda: here.folder(ORDER.key),
    ):
        with pytest.raises(LabError, match="data directory cannot be used"):
            asked()


def test_rows_that_cannot_be_written_leave_nothing_behind(
    here: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(LabError, match="disk is full"):
        here.gathered(ORDER, opened, no_file)
    assert not list(here.root.rglob("*.part"))


def test_they_lie_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path))
    here = Maps.from_environment()
    assert here.root == tmp_path
    assert here.shipped == folder() / "maps"
    here.begin(ORDER)
    shutil.rmtree(here.job(ORDER.key).path)
    assert here.state(ORDER.key) == MapState("none")
