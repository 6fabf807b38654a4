"""A worker's job of making a map: whole or not at all, and in words where it fails."""

import logging
import sys
from pathlib import Path

import numpy as np
import pytest

from lstm import LabError, Model, load, making, map_job
from lstm.atlas import Wanted
from lstm.heart import Heart
from lstm.map_folder import MapState
from lstm.map_job import at_once, carry_out
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.metric import Metric
from lstm.order import FEWEST, Order, gather
from lstm.projection import principal
from lstm.shipped import folder

ONE = "1" * 64
MODEL = load(folder() / "brackets.safetensors")
ORDER = Order(ModelSource(ONE, 1), FEWEST, wanted=Wanted("pca", Metric("cosine")))
KEY = ORDER.key


def opened(hash: str) -> Model:
    return MODEL


def no_file(hash: str) -> Path:
    raise AssertionError(hash)


@pytest.fixture(name="here")
def ordered(tmp_path: Path) -> Maps:
    """Give the maps of a data directory, of which one waits."""
    here = Maps(tmp_path, shipped=tmp_path / "none")
    here.begin(ORDER)
    return here


def nothing_is_made(here: Maps) -> bool:
    return not here.has(KEY) and not list(here.root.rglob("*.part"))


def test_a_map_is_made_from_its_contexts_and_kept(here: Maps) -> None:
    carry_out(here, KEY, opened, no_file)
    assert here.state(KEY) == MapState("done", 1.0)
    atlas = here.atlas(KEY)
    expected = gather(ORDER, opened, no_file)
    np.testing.assert_allclose(atlas.places, principal(expected.rows).places, rtol=1e-4, atol=1e-5)
    assert atlas.token == expected.token
    assert Order.from_json(atlas.source) == ORDER
    pulse = here.job(KEY).pulse()
    assert pulse is not None
    assert (pulse.step, pulse.working) == (1000, False)


def test_what_is_not_to_be_made_is_left_alone(here: Maps) -> None:
    def nothing(hash: str) -> Model:
        raise AssertionError("It was begun.")

    carry_out(here, "f" * 64, nothing, no_file)  # nobody ordered it
    here.stop(KEY)
    carry_out(here, KEY, nothing, no_file)
    assert here.state(KEY).state == "interrupted"
    here.begin(ORDER)
    here.job(KEY).want("stop")
    carry_out(here, KEY, nothing, no_file)
    here.job(KEY).want("run")
    with here.job(KEY).held() as mine:  # by another worker
        assert mine
        carry_out(here, KEY, nothing, no_file)
    at_once(here, ORDER, opened, no_file)
    carry_out(here, KEY, nothing, no_file)
    with pytest.raises(LabError, match="names no map"):
        carry_out(here, "../../etc/passwd", nothing, no_file)


def test_a_map_that_is_stopped_amid_its_making_leaves_nothing(here: Maps) -> None:
    def stopping(hash: str) -> Model:
        here.stop(KEY)
        return MODEL

    carry_out(here, KEY, stopping, no_file)
    assert here.state(KEY) == MapState(
        "interrupted", message="It was stopped before the map was made. Make it again."
    )
    assert nothing_is_made(here)
    here.begin(ORDER)
    carry_out(here, KEY, opened, no_file)
    assert here.has(KEY)


def test_a_worker_that_is_to_end_leaves_its_map_interrupted(
    here: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "LOOK", 0.0)
    asked: list[str] = []

    def leave() -> bool:  # not when it begins, but amid the work
        pulse = here.job(KEY).pulse()
        asked.append(pulse.stage if pulse else "")
        return len(asked) > 3

    carry_out(here, KEY, opened, no_file, leave)
    assert len(asked) == 4
    assert here.state(KEY).message == "Its worker was stopped. Make it again."
    assert nothing_is_made(here)


def test_the_stages_of_the_work_are_said(here: Maps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "LOOK", 0.0)
    heart = Heart(here.job(KEY))
    watch = map_job._watch(here.job(KEY), heart, lambda: False)
    said = [heart.stage]
    for done in (0.0, 0.1, 0.12, 0.18, 0.19, 0.59, 0.6, 0.94, 0.95, 1.0):
        watch(done)
        said.append(heart.stage)
    assert [stage.partition(" ")[0] for stage in said] == [
        *("reading", "finding", "finding", "preparing", "preparing"),
        *("laying", "laying", "measuring", "measuring", "finding", "finding"),
    ]


@pytest.mark.parametrize(
    ("raised", "state", "message"),
    [
        (LabError("The file is no longer here."), "failed", "The file is no longer here."),
        (MemoryError(), "failed", "not enough memory"),
        (OSError(28, "No space left on device"), "interrupted", "disk is full"),
        (ZeroDivisionError(), "failed", "Something went wrong in the lab itself"),
    ],
)
def test_a_map_that_cannot_be_made_says_why(
    here: Maps, raised: Exception, state: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(hash: str) -> Model:
        raise raised

    with caplog.at_level(logging.ERROR):
        carry_out(here, KEY, failing, no_file)
    found = here.state(KEY)
    assert found.state == state
    assert message in found.message
    assert nothing_is_made(here)
    assert ("ZeroDivisionError" in caplog.text) == isinstance(raised, ZeroDivisionError)


def test_without_its_library_umap_fails_in_words(
    here: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # as if it were not installed
    order = Order(ORDER.source, FEWEST)
    here.begin(order)
    carry_out(here, order.key, opened, no_file)
    assert here.state(order.key).state == "failed"
    assert "pip install 'lstm-lab[map]'" in here.state(order.key).message


def test_where_the_end_cannot_be_written_the_heart_that_stopped_says_it(
    here: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(hash: str) -> Model:
        (here.job(KEY).path / "end.json").mkdir()
        raise LabError("It fails.")

    carry_out(here, KEY, gone, no_file)
    (here.job(KEY).path / "end.json").rmdir()
    assert here.state(KEY).state == "interrupted"


def test_a_map_that_somebody_waits_for_is_measured_on_a_sample(
    here: Maps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_job, "AT_ONCE", 200)
    atlas = at_once(here, ORDER, opened, no_file)
    assert len(atlas.trust.points) == 200
    assert atlas.trust.sampled
    assert here.has(KEY)
