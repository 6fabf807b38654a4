"""Paintings in the data directory, painted by a function that needs no model."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm import LabError, heart
from lstm.atlas import Wanted
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.making import MapState
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.order import Order
from lstm.painters import paintings as module
from lstm.painters.model_folder import fingerprint
from lstm.painters.paint_job import carry_out
from lstm.painters.painting import Painting
from lstm.painters.paintings import Paintings
from lstm.painters.prompts import Prompts

Report = Callable[[float], None]
DAY = 24 * 3600


@pytest.fixture(name="maps")
def with_one_map(tmp_path: Path) -> Maps:
    rng = np.random.default_rng(0)
    n = np.arange(60)
    contexts = Contexts(rng.normal(size=(60, 3)), ("a",) * 60, ("",) * 60, n, n, ((),) * 60, {})
    maps = Maps(tmp_path / "data", shipped=tmp_path)
    maps.put(ORDER, atlas_of(contexts, Wanted("pca")))
    return maps


@pytest.fixture(name="folder")
def of_a_model(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "sd"
    folder.mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    return folder


@pytest.fixture(name="paintings")
def in_the_data_directory(tmp_path: Path) -> Paintings:
    return Paintings(tmp_path / "data")


@pytest.fixture(name="wanted")
def a_painting(folder: Path) -> Painting:
    return Painting(ORDER.key, "sd", fingerprint(folder), steps=4)


NONE: dict[str, Path] = {}
ORDER = Order(ModelSource("0" * 64, 0), wanted=Wanted("pca"))


def colour(folder: Path, wanted: Painting, prompts: Prompts, report: Report) -> NDArray[np.uint8]:
    """Paint one colour, drawn by the seed."""
    report(0)
    report(0.5)
    rng = np.random.default_rng(wanted.seed)
    return np.tile(rng.integers(0, 256, 3).astype(np.uint8), (300, 300, 1))


def test_a_painting_waits_is_painted_and_stays(
    paintings: Paintings,
    maps: Maps,
    folder: Path,
    wanted: Painting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heart, "BEAT", 0.02)
    key = wanted.key
    assert paintings.state(key) == MapState("none")
    with pytest.raises(LabError, match="no longer here"):
        paintings.painter(key)
    paintings.begin(wanted)
    assert paintings.state(key) == MapState("waiting")
    paintings.begin(wanted)
    seen: list[MapState] = []
    heard: list[Prompts] = []

    def paint(where: Path, asked: Painting, prompts: Prompts, report: Report) -> NDArray[np.uint8]:
        assert (where, asked) == (folder, wanted)
        heard.append(prompts)
        report(0)
        report(0.25)
        until_seen("painting")
        return colour(where, asked, prompts, report)

    def until_seen(stage: str) -> None:
        beat = threading.Event()
        for _ in range(200):
            seen.append(paintings.state(key))
            if seen[-1].stage == stage:
                return
            beat.wait(0.02)
        raise AssertionError(seen)

    carry_out(paintings, maps, key, {"sd": folder}.__getitem__, paint=paint)
    assert seen[-1] == MapState("making", 0.25, "painting")
    assert heard[0].shares.shape[0] == 9
    assert paintings.state(key) == MapState("done", 1.0)
    tile = paintings.painter(key).tile(0, 0, 0)
    assert tile.mimetype == "image/png"
    assert not (paintings.job(key).path / "half-cut").exists()
    before = tile.content
    paintings.begin(wanted)  # it is here: nothing happens
    paintings.stop(key)
    carry_out(paintings, maps, key, NONE.__getitem__, paint=paint)
    assert paintings.painter(key).tile(0, 0, 0).content == before
    assert len(heard) == 1


def test_it_is_stopped_while_it_waits_or_is_painted_and_can_be_asked_for_again(
    paintings: Paintings, maps: Maps, folder: Path, wanted: Painting
) -> None:
    key = wanted.key
    paintings.begin(wanted)
    paintings.stop(key)
    assert paintings.state(key) == MapState("interrupted", message=module.WORDS.stopped)
    carry_out(paintings, maps, key, NONE.__getitem__)
    paintings.begin(wanted)
    assert paintings.state(key).state == "waiting"

    def stopped(
        where: Path, asked: Painting, prompts: Prompts, report: Report
    ) -> NDArray[np.uint8]:
        paintings.stop(key)
        assert paintings.state(key).stage == "stopping"
        report(0.5)
        raise AssertionError("It was not stopped.")

    carry_out(paintings, maps, key, {"sd": folder}.__getitem__, paint=stopped)
    assert paintings.state(key) == MapState("interrupted", message=module.WORDS.stopped)
    paintings.begin(wanted)
    carry_out(paintings, maps, key, {"sd": folder}.__getitem__, lambda: True, paint=colour)
    assert "Its worker was stopped" in paintings.state(key).message
    paintings.begin(wanted)
    carry_out(paintings, maps, key, {"sd": folder}.__getitem__, paint=colour)
    assert paintings.has(key)


def test_between_two_looks_at_what_is_wanted_there_is_some_time(
    paintings: Paintings, maps: Maps, folder: Path, wanted: Painting
) -> None:
    looked: list[bool] = []
    paintings.begin(wanted)

    def often(where: Path, asked: Painting, prompts: Prompts, report: Report) -> NDArray[np.uint8]:
        for n in range(1000):
            report(n / 1000)
        return colour(where, asked, prompts, report)

    def leave() -> bool:
        looked.append(True)
        return False

    carry_out(paintings, maps, wanted.key, {"sd": folder}.__getitem__, leave, paint=often)
    assert 1 <= len(looked) < 100
    assert paintings.has(wanted.key)


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (LabError("There is no scheduler."), "failed", "There is no scheduler."),
        (OSError(28, "No space left on device"), "interrupted", "The lab's disk is full"),
        (MemoryError(), "failed", "There was not enough memory to paint"),
        (RuntimeError("a bug"), "failed", "Something went wrong in the lab itself"),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_half_painted_is_shown(
    error: Exception,
    state: str,
    words: str,
    paintings: Paintings,
    maps: Maps,
    folder: Path,
    wanted: Painting,
) -> None:
    def fail(*_: object) -> NDArray[np.uint8]:
        raise error

    paintings.begin(wanted)
    carry_out(paintings, maps, wanted.key, {"sd": folder}.__getitem__, paint=fail)
    found = paintings.state(wanted.key)
    assert (found.state, words in found.message) == (state, True)
    assert not paintings.has(wanted.key)


def test_a_map_or_a_model_that_is_gone_or_another_one_meanwhile_is_said(
    paintings: Paintings, maps: Maps, folder: Path, wanted: Painting
) -> None:
    for asked, words in (
        (replace(wanted, map="1" * 64), "This map is no longer here"),
        (replace(wanted, model="1" * 64), "The model in 'sd' is another one by now"),
    ):
        paintings.begin(asked)
        carry_out(paintings, maps, asked.key, {"sd": folder}.__getitem__, paint=colour)
        found = paintings.state(asked.key)
        assert (found.state, words in found.message) == ("failed", True)


def test_one_that_nobody_works_at_any_more_is_interrupted(
    paintings: Paintings, wanted: Painting, tmp_path: Path
) -> None:
    paintings.begin(wanted)
    later = replace(paintings, now=lambda: os.stat(tmp_path).st_mtime + 2 * DAY)
    assert "no worker took it" in later.state(wanted.key).message
    paintings.job(wanted.key).beat(500, 3.0, stage="painting")
    assert paintings.state(wanted.key) == MapState("making", 0.5, "painting")
    assert paintings.at_work()
    assert not later.at_work()
    assert later.state(wanted.key).state == "interrupted"
    assert "Its worker ended" in later.state(wanted.key).message
    half = paintings.job(wanted.key).path / "half-cut"
    half.mkdir()
    (half / "0-0-0.png").write_bytes(b"half")
    assert not paintings.has(wanted.key)
    paintings.job(wanted.key).keep(np.zeros((9, 9, 3), np.uint8), np.array([[0.5, 0.5]]))
    assert paintings.painter(wanted.key).tile(0, 0, 0).content != b"half"


def test_another_worker_or_an_entry_that_is_none_changes_nothing(
    paintings: Paintings, maps: Maps, folder: Path, wanted: Painting
) -> None:
    carry_out(paintings, maps, "2" * 64, NONE.__getitem__)
    assert not paintings.job("2" * 64).path.exists()
    for key in ("../etc", "2" * 63, "Z" * 64):
        with pytest.raises(LabError, match="names no painting"):
            carry_out(paintings, maps, key, NONE.__getitem__)
    paintings.begin(wanted)
    with paintings.job(wanted.key).held() as mine:
        assert mine
        carry_out(paintings, maps, wanted.key, {"sd": folder}.__getitem__, paint=colour)
    assert not paintings.has(wanted.key)


def test_one_of_something_else_in_its_folder_is_damaged(
    paintings: Paintings, wanted: Painting
) -> None:
    paintings.begin(wanted)
    job = paintings.job(wanted.key)
    assert job.painting() == wanted
    (job.path / "painting.json").write_text(json.dumps(replace(wanted, seed=9).to_json()))
    assert job.painting() is None
    assert paintings.state(wanted.key) == MapState("none")


def test_there_is_room_for_some_and_those_looked_at_last_stay(
    paintings: Paintings,
    maps: Maps,
    folder: Path,
    wanted: Painting,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    *painted, another = [replace(wanted, seed=seed) for seed in range(4)]
    for one in painted:
        paintings.begin(one)
    with pytest.raises(LabError, match="3 pictures wait or are painted already"):
        paintings.begin(another)
    used = 0
    for age, one in zip((1, 3, 2), painted, strict=True):
        carry_out(paintings, maps, one.key, {"sd": folder}.__getitem__, paint=colour)
        for path in paintings.job(one.key).path.rglob("*"):
            used += path.stat().st_size if path.is_file() else 0
            os.utime(path, (DAY * 365 * (40 - age), DAY * 365 * (40 - age)))
    paintings.painter(painted[1].key)
    few = replace(paintings, quota=used + module.LARGEST - 1)
    few.begin(another)
    assert [few.has(one.key) for one in painted] == [True, True, False]


def test_they_are_in_the_data_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path / "here"))
    assert not Paintings.from_environment().at_work()
    assert Paintings.from_environment().root == tmp_path / "here"
