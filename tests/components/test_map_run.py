"""What the server answers for the Map page, against the engine's own maps."""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from werkzeug.exceptions import BadRequest

from components import map_matrix, map_meanwhile, map_run, map_sheet, map_state, queue
from components.map_kept import Kept
from components.map_run import answer
from components.map_settings import LONGEST
from components.map_sources import Mapped
from components.models import Models, with_the_lab
from components.one_by_one import OneByOne
from components.wire import decode
from lstm import Array, Linear, Model, random_layers, run
from lstm.atlas import Wanted
from lstm.cartography import atlas_of
from lstm.checkpoint import dump
from lstm.library import Library
from lstm.map_job import at_once
from lstm.map_source import MatrixSource, ModelSource
from lstm.maps import Maps
from lstm.metric import Metric
from lstm.order import Order

pytestmark = pytest.mark.usefixtures("one_data_directory")

Settings = Callable[..., dict[str, Any]]
Ask = Callable[..., dict[str, Any]]
Until = Callable[..., None]

ANNA = "anna-has-an-unguessable-token"
SENTENCE = "see [the (old) map] by noon"
HASHES = {one.name: name for name, one in with_the_lab().items()}
MODELS = Models()


@pytest.fixture(name="ask")
def asks(map_settings: Settings) -> Ask:
    def ask(name: str = "brackets", **changes: Any) -> dict[str, Any]:
        source = {"kind": "model", "hash": HASHES[name]}
        found = answer(map_settings(**{"source": source, **changes}), MODELS.opened)
        json.dumps(found, allow_nan=False)  # it must travel
        return found

    return ask


def problem(found: dict[str, Any]) -> tuple[str, str]:
    return found["error"]["field"], found["error"]["message"]


def shares(key: str) -> Array:
    """Give the places of a map as screens count, from the frame's own numbers."""
    atlas = Maps.from_environment().atlas(key)
    left, bottom, side = atlas.frame
    x, y = atlas.places.T
    return np.stack([(x - left) / side, 1 - (y - bottom) / side], axis=1)


# A map that is had at once


def test_principal_components_are_had_at_once(ask: Ask) -> None:
    found = ask()
    assert found["error"] is None
    wanted = Wanted("pca", Metric("cosine"))
    assert found["key"] == Order(ModelSource(HASHES["brackets"], 1), 500, None, wanted).key
    assert found["wanted_key"] == found["key"]
    assert found["state"] == {"state": "done", "done": 1.0, "says": "", "place": None}
    assert found["shown"]["projection"] == "pca"
    assert (found["shown"]["count"], found["shown"]["of"]) == (500, 500)
    assert found["shown"]["says"][0].startswith("New sequences of Nested brackets")
    assert found["source"] | {"whats": None} == {
        "title": "Brackets and quotes",
        "layers": ["Layer 1", "Layer 2"],
        "whats": None,
        "units": 96,
        "kind": "model",
        "hash": HASHES["brackets"],
        "layer": 1,
        "what": "h",
    }
    assert [one["value"] for one in found["source"]["whats"]] == [*"hcifgo"]
    assert (found["unit"], found["path"], found["T"]) == (None, None, 0)


def test_regions_lie_where_their_contexts_do_and_have_hues_of_the_coarsest(ask: Ask) -> None:
    found = ask()
    atlas, places = Maps.from_environment().atlas(found["key"]), shares(found["key"])
    for level, records in zip(atlas.levels, found["regions"], strict=True):
        assert [one["count"] for one in records] == np.bincount(level[level >= 0]).tolist()
        for number, record in enumerate(records):
            apart = np.abs(places[level == number] - [record["x"], record["y"]]).max(axis=1)
            assert apart.min() < 1e-4  # on one of its points
            above = np.unique(atlas.levels[0][level == number])
            assert record["color"] == above[0] % 8
            assert set(record["examples"]) <= set(np.flatnonzero(level == number).tolist())
            for name, mean in record["gates"].items():
                assert mean == pytest.approx(atlas.gates[name][level == number].mean(), abs=1e-4)
    assert {one["level"] for one in found["tiles"]} <= {2, 3, 4, 5}
    assert all(0 <= one[axis] <= 1 for one in found["tiles"] for axis in "xy")


def test_the_numbers_of_trust_are_those_of_the_map(ask: Ask) -> None:
    found = ask()["trust"]
    trust = Maps.from_environment().atlas(ask()["key"]).trust
    assert found["peak"] == trust.gain.max()
    at = int(trust.gain.argmax())
    assert (found["peak_k"], found["peak_share"]) == (trust.ks[at], trust.ks[at] / 500)
    assert found["control"] == trust.control_gain[at]
    for name in ("trustworthiness", "continuity", "recall"):
        assert found[name] == getattr(trust, name)
    assert (found["k"], found["measured"], found["of"]) == (10, 500, 500)


def test_of_two_requests_for_the_same_map_one_makes_it_and_the_other_waits(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    made: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def slowly(maps: Maps, order: Order, *how: Any) -> Any:
        made.append(order.key)
        begun.set()
        assert go_on.wait(60)
        return at_once(maps, order, *how)

    monkeypatch.setattr(map_run, "at_once", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, count="511")
        assert begun.wait(60)
        second = pool.submit(ask, count="511")
        until(lambda: map_run._MAKING.users() == 2)
        go_on.set()
        assert first.result(60)["key"] == second.result(60)["key"] == made[0]
    assert len(made) == 1
    assert map_run._MAKING.users() == 0


def test_who_waits_too_long_for_another_goes_without() -> None:
    locks = OneByOne()
    with locks.held("a", 0) as mine, locks.held("b", 0) as other, locks.held("a", 0.01) as again:
        assert (mine, other, again) == (True, True, False)
    with locks.held("a", 0) as mine:
        assert mine


def test_only_the_figure_hangs_on_the_theme(ask: Ask) -> None:
    dark, light = ask(), ask(theme="light", n=2)
    assert dark["figures"] != light["figures"]
    apart = {"figures", "n"}
    assert {k: v for k, v in dark.items() if k not in apart} == {
        k: v for k, v in light.items() if k not in apart
    }


def test_a_layer_or_a_quantity_that_is_not_there_is_taken_for_another(ask: Ask) -> None:
    found = ask("reber", layer=9, what="r")
    assert (found["source"]["layer"], found["source"]["what"]) == (0, "h")
    assert (
        found["shown"]["says"][0] == "This layer has no reset gate r: its hidden state h is shown."
    )


# The path of a sequence


def test_a_path_leads_over_the_nearest_contexts(ask: Ask) -> None:
    found = ask(sequence=SENTENCE)
    walked = found["path"]
    assert walked["tokens"] == [*SENTENCE]
    assert found["T"] == len(SENTENCE)
    maps = Maps.from_environment()
    atlas = maps.atlas(found["key"])
    contexts = maps.contexts(found["key"], MODELS.opened, map_matrix.file_of)
    model = MODELS.opened(HASHES["brackets"])
    assert model.vocabulary is not None
    trace = run(model, model.vocabulary.read(SENTENCE)[1][:, None])
    near: NDArray[np.int64] = decode(walked["nearest"])
    places = decode(walked["places"])
    assert places.shape == (len(SENTENCE), 2)
    assert near.shape == (len(SENTENCE), 3)
    units = contexts.rows / np.linalg.norm(contexts.rows, axis=1, keepdims=True)
    for t, h in enumerate(trace.layers[1].h[:, 0]):
        distance = 1 - units @ (h / np.linalg.norm(h))
        np.testing.assert_allclose(distance[near[t]], np.sort(distance)[:3], atol=1e-6)
        region = atlas.levels[0][near[t, 0]]
        assert walked["regions"][t] == (atlas.regions[0][region].name if region >= 0 else "") or (
            region < 0
        )
    assert (places >= 0).all()
    assert (places <= 1).all()


def test_a_context_of_the_map_is_met_where_it_lies(ask: Ask) -> None:
    """The last step of a sequence of the map's own text is that context itself."""
    found = ask()
    maps = Maps.from_environment()
    atlas = maps.atlas(found["key"])
    # A context so early in its text that all of the text before it is kept.
    n = int(np.flatnonzero((atlas.position > 5) & (atlas.position < 50))[0])
    walked = ask(sequence=atlas.before[n] + atlas.token[n])["path"]
    assert len(walked["tokens"]) == atlas.position[n] + 1
    assert decode(walked["nearest"])[-1, 0] == n
    np.testing.assert_allclose(decode(walked["places"])[-1], shares(found["key"])[n], atol=1e-4)


def test_steps_far_from_the_map_are_said(ask: Ask) -> None:
    assert "far from all that is mapped" in ask(sequence="}}}]]]nnnn")["path"]["says"]


@pytest.mark.parametrize(
    ("sequence", "said"),
    [("Ünknown", "is not among the"), ("a" * (LONGEST + 1), "has 301 characters. Use 1 to 300")],
)
def test_a_sequence_that_cannot_be_read_is_said_at_its_field(
    ask: Ask, sequence: str, said: str
) -> None:
    field, message = problem(ask(sequence=sequence))
    assert field == "sequence"
    assert said in message


# A map that a worker makes


def test_umap_is_ordered_and_pca_shown_meanwhile(ask: Ask) -> None:
    found = ask(projection="umap", count="501", seed="1")
    assert found["key"] != found["wanted_key"]
    assert found["shown"]["projection"] == "pca"
    assert found["shown"]["says"][0] == "This is PCA of the contexts, shown while UMAP is made."
    assert found["state"]["state"] == "waiting"
    assert found["state"]["says"] == "Number 1 in the queue."
    assert found["state"]["place"] == 1
    again = ask(projection="umap", count="501", seed="1")
    assert again["state"]["place"] == 1
    assert ask(count="501", seed="1")["key"] == found["key"]


def test_where_no_worker_takes_a_map_it_says_how_to_start_one(ask: Ask) -> None:
    asked = {"projection": "umap", "count": "506"}
    maps = Maps.from_environment()
    for other in ("501", "506"):  # nothing else is at work, and this one is the first
        maps.stop(ask(**asked | {"count": other})["wanted_key"])
    key = ask(**asked, begin=True)["wanted_key"]
    while ask(**asked)["state"]["place"] != 1:
        with queue.asked(line=queue.MAPS) as task:
            task.huey.dequeue()
    job = maps.job(key)
    long_ago = time.time() - map_state.SOON - 1
    os.utime(job.path / "order.json", (long_ago, long_ago))
    assert ask(**asked)["state"]["says"] == map_state.NOBODY
    # A worker at another map will come to this one.
    order = Order(ModelSource(HASHES["brackets"], 0), 777)
    maps.begin(order)
    maps.job(order.key).beat(1, 1.0)
    assert ask(**asked)["state"]["says"] == "Number 1 in the queue."


def test_the_wanted_map_is_shown_once_it_is_there(ask: Ask) -> None:
    found = ask(projection="umap", count="502")
    maps = Maps.from_environment()
    order = maps.order(found["wanted_key"])
    contexts = maps.gathered(order, MODELS.opened, map_matrix.file_of)
    # Laid out otherwise, in no time: what it is called is the worker's word.
    made = atlas_of(contexts, replace(order.wanted, projection="pca"), order.to_json())
    maps.put(order, replace(made, wanted=order.wanted, share=()))
    found = ask(projection="umap", count="502")
    assert found["key"] == found["wanted_key"] == order.key
    assert found["shown"]["projection"] == "umap"
    assert found["state"]["state"] == "done"
    assert not any("axes" in one for one in found["shown"]["says"])


def test_a_map_that_was_stopped_begins_again_only_when_it_is_asked_for(ask: Ask) -> None:
    asked = {"projection": "umap", "count": "503"}
    key = ask(**asked)["wanted_key"]
    Maps.from_environment().stop(key)
    stopped = ask(**asked)["state"]
    assert stopped["state"] == "interrupted"
    assert stopped["says"].endswith("Make it again.")
    assert ask(**asked)["state"]["state"] == "interrupted"
    assert ask(**asked, begin=True)["state"]["state"] == "waiting"


def test_a_map_that_the_queue_lost_is_put_back_when_it_is_asked_for(ask: Ask) -> None:
    asked = {"projection": "umap", "count": "504"}
    key = ask(**asked)["wanted_key"]
    with queue.asked(line=queue.MAPS) as task:
        task.huey.flush()  # as by a worker that dies before it says that it has begun
    lost = ask(**asked)["state"]
    assert lost["state"] == "interrupted"
    assert lost["says"] == "It is no longer in the queue. Make it again."
    again = ask(**asked, begin=True)
    assert (again["wanted_key"], again["state"]["state"]) == (key, "waiting")
    assert again["state"]["place"] == 1
    assert ask(**asked, begin=True)["state"]["place"] == 1
    with queue.asked(line=queue.MAPS) as task:
        assert task.huey.pending_count() == 1


def test_of_a_large_map_a_smaller_one_is_shown_meanwhile(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_meanwhile, "MOST_AT_ONCE", 600)
    monkeypatch.setattr(map_meanwhile, "MEANWHILE", 500)
    found = ask(count="601")
    assert found["state"]["state"] == "waiting"
    assert (found["shown"]["count"], found["shown"]["of"]) == (500, 601)
    assert found["shown"]["says"][0] == (
        "This is PCA of 500 of the 601 contexts, shown while the whole map is made."
    )
    assert found["key"] == ask()["key"]


def test_of_a_large_model_fewer_contexts_are_read_in_a_request_and_the_rest_in_a_job(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = ask(count="1001")
    assert at_once["key"] == at_once["wanted_key"]
    monkeypatch.setattr(map_meanwhile, "MOST_WORK", 3 * 10**8)  # as if it were larger
    found = ask(count="1002")
    assert found["state"]["state"] == "waiting"
    assert (found["shown"]["count"], found["shown"]["of"]) == (500, 1002)
    assert found["key"] == ask()["key"]
    assert found["shown"]["says"][0].startswith("This is PCA of 500 of the 1,002 contexts, shown")


def test_of_a_long_text_a_large_model_reads_the_beginning_at_once(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_meanwhile, "MOST_WORK", 2 * 10**8)
    text = (SENTENCE + " ") * 100
    found = ask(text=text, only="3")
    assert found["state"]["state"] == "waiting"
    assert "of contexts of all kinds" in found["shown"]["says"][0]
    found = ask(text=text)
    assert found["state"]["state"] == "waiting"
    assert found["shown"]["says"][0] == (
        "This is PCA of the beginning of the text, shown while the whole map is made."
    )
    source = Maps.from_environment().order(found["key"]).source
    assert isinstance(source, ModelSource)
    assert text.startswith(source.text + " ")
    assert 700 < len(source.text) < 900


def test_a_matrix_that_is_wide_is_a_job_by_the_rows_that_it_has() -> None:
    wanted = Order(MatrixSource("1" * 64), wanted=Wanted("pca"))

    def shown(rows: int) -> int:
        mapped = Mapped("A matrix", (), (), 0, "h", 4096, None, rows)
        return map_meanwhile.to_show(wanted, mapped).count

    assert [shown(300), shown(10_000)] == [4000, 2000]


def test_regions_by_hdbscan_are_a_worker_s_and_those_of_the_relief_shown(ask: Ask) -> None:
    found = ask(way="hdbscan")
    assert found["key"] == ask()["key"] != found["wanted_key"]
    assert found["state"]["state"] == "waiting"
    assert found["shown"]["says"][0].startswith("The regions of the relief are shown while")
    assert ask(way="hdbscan", projection="umap")["key"] == ask()["key"]


# Units


def test_a_unit_that_chooses_the_contexts_is_explained(ask: Ask) -> None:
    found = ask(only="15")
    assert found["unit"]["unit"] == 15
    assert found["unit"]["says"].startswith("The 25 of 500 contexts where unit 15 is highest share")
    assert "The map " in found["unit"]["says"]
    assert "the 5% of 10,000 contexts where unit 15 is highest" in found["shown"]["says"][0]


def test_a_large_model_seeks_the_contexts_of_a_unit_in_a_job(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_meanwhile, "MOST_WORK", 10**9)
    found = ask(only="14")
    assert found["key"] == ask()["key"] != found["wanted_key"]
    assert found["state"]["state"] == "waiting"
    assert found["shown"]["says"][0] == (
        "This is PCA of contexts of all kinds, shown while those are sought where unit 14 is "
        "highest."
    )
    assert found["unit"]["unit"] == 14
    assert found["unit"]["says"].startswith("The 25 of 500 contexts where unit 14 is highest")


def test_a_unit_that_pulls_is_explained(ask: Ask) -> None:
    found = ask(pull_unit="15", pull="0.5")
    assert found["unit"]["unit"] == 15
    assert found["key"] != ask()["key"]


@pytest.mark.parametrize(("name", "field"), [("only", "Only unit"), ("pull_unit", "Pull unit")])
def test_a_unit_that_is_not_there_is_said_at_its_field(ask: Ask, name: str, field: str) -> None:
    assert problem(ask(**{name: "96"})) == (
        field,
        f"{field} is 96, but there are the units 0 to 95. Choose one of them, or leave the field "
        "empty.",
    )


# Texts


def test_a_text_of_one_s_own_is_mapped(ask: Ask) -> None:
    found = ask(text=(SENTENCE + " ") * 4)
    count = 4 * len(SENTENCE + " ")
    assert found["shown"]["count"] == count
    assert found["shown"]["says"][0] == f"A text of {count} characters."
    assert found["key"] != ask()["key"]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"text": "on a sea"}, "text", "has 8 characters. A map needs 20"),
        ({"text": "Ü" * 50}, "text", "is not among the"),
        ({"text_of": "0" * 64}, "source", "no longer here"),
        ({"source": {"kind": "model", "hash": "0" * 64}}, "source", "no longer here"),
        ({"source": {"kind": "model", "hash": "../etc"}}, "source", "names no file"),
        ({"source": {"kind": "matrix", "hash": "0" * 64}}, "source", "no longer here"),
        ({"source": {"kind": "matrix", "hash": "../etc"}}, "source", "names no file"),
    ],
)
def test_what_cannot_be_mapped_is_said_at_its_field(
    ask: Ask, changes: dict[str, Any], field: str, said: str
) -> None:
    at, message = problem(ask(**changes))
    assert at == field
    assert said in message


def test_a_model_of_numbers_has_no_contexts(map_settings: Settings) -> None:
    model = Model(random_layers(np.random.default_rng(0), [3, 4]))
    found = answer(map_settings(), lambda _: model)
    assert problem(found) == (
        "source",
        "This model reads numbers, not tokens, so its states have no contexts. Choose a model of "
        "text.",
    )


def test_a_model_without_a_vocabulary_has_a_map_and_no_path(map_settings: Settings) -> None:
    rng = np.random.default_rng(0)
    decoder = Linear(rng.normal(size=(9, 4)), np.zeros(9))
    model = Model(random_layers(rng, [3, 4]), decoder, embedding=rng.normal(size=(9, 3)))
    source = {"kind": "model", "hash": "d1" * 32}
    found = answer(map_settings(source=source, sequence="abc"), lambda _: model)
    assert found["shown"]["says"][0].startswith("Text that the model wrote itself")
    assert found["source"]["title"] == "Model d1d1d1d1"
    assert found["path"]["tokens"] == []
    assert "have no names" in found["path"]["says"]
    assert found["T"] == 0


# Matrices


def brought(rows: NDArray[Any], place: Path) -> str:
    """Keep a matrix as a reader's."""
    np.save(place / "rows.npy", rows)
    content = (place / "rows.npy").read_bytes()
    return map_matrix.matrices().keep(content, ANNA, "rows.npy")


def test_a_matrix_of_one_s_own_is_mapped_with_its_labels(ask: Ask, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    group = np.arange(300) % 2
    rows = rng.normal(size=(300, 4)).astype(np.float32)
    rows[:, 1] += 30 * group
    rows[:, 3] = 7
    rows[200:] = rows[:100]
    name = brought(rows, tmp_path)
    words = "\n".join(("cat", "dog")[one] for one in group)
    labels = map_matrix.labels().keep(words.encode(), ANNA, "labels.txt")
    source = {"kind": "matrix", "hash": name, "labels": labels, "tensor": ""}
    found = ask(source=source, sequence="cat", layer=3, what="c", metric="euclidean")
    assert found["source"] == {
        "title": "Matrix of 300 rows",
        "layers": [],
        "whats": [],
        "units": 4,
        "kind": "matrix",
        "hash": name,
        "layer": 0,
        "what": "h",
    }
    assert {one["name"] for one in found["regions"][0]} == {"cat", "dog"}
    assert found["path"]["tokens"] == []
    assert found["path"]["says"].startswith("A matrix has no model")
    assert found["shown"]["says"][1:] == [
        "100 of 300 rows are copies of others: nothing tells these apart, so of all that are the "
        "same the first count as nearest.",
        "1 unit never moves: 3.",
    ]
    key = Order(
        MatrixSource(name, labels), 500, None, Maps.from_environment().order(found["key"]).wanted
    ).key
    assert found["key"] == key
    few = map_matrix.labels().keep(b"cat\ndog\n", ANNA, "few.txt")
    at, message = problem(ask(source={**source, "labels": few}))
    assert at == "source"
    assert message == "There are 2 labels for 300 rows. Give one for each row."
    assert "units 0 to 3" in problem(ask(source=source, only="4"))[1]


def test_fewer_rows_than_neighbours_are_no_bug(ask: Ask, tmp_path: Path) -> None:
    rows = np.random.default_rng(2).normal(size=(20, 3))
    source = {"kind": "matrix", "hash": brought(rows, tmp_path)}
    found = ask(source=source, projection="umap", neighbours="200", count="9000")
    assert found["shown"]["count"] == found["shown"]["of"] == 20
    assert found["shown"]["says"][0] == "This is PCA of the contexts, shown while UMAP is made."
    assert found["state"]["state"] == "waiting"


def test_a_row_without_finite_numbers_is_named(ask: Ask, tmp_path: Path) -> None:
    rows = np.random.default_rng(2).normal(size=(40, 3))
    rows[7, 2] = np.nan
    source = {"kind": "matrix", "hash": brought(rows, tmp_path)}
    assert "Row 8 has no finite number in column 3" in problem(ask(source=source))[1]


# Forgeries, and what is lost


def test_other_shapes_are_forgeries(map_settings: Settings) -> None:
    forged: list[Any] = [None, [], {}, map_settings(n="1"), map_settings(theme="sepia")]
    for sent in forged:
        with pytest.raises(BadRequest):
            answer(sent, MODELS.opened)


def test_without_a_queue_the_map_that_is_had_at_once_is_shown_all_the_same(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSTM_LAB_REDIS_URL", "redis://localhost:1/0")
    found = ask(projection="umap", count="504")
    assert found["shown"]["count"] == 504
    assert "does not answer" in found["state"]["says"]


def test_a_damaged_map_is_made_anew(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ask(count="507")["key"]
    path = Maps.from_environment().job(key).atlas
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    monkeypatch.setattr(map_sheet, "_KEPT", Kept())  # as after the lab was started again
    assert ask(count="507")["key"] == key
    assert path.read_bytes() == whole


def test_what_a_map_was_made_from_may_go(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    maps = Maps.from_environment()
    other = dump(replace(MODELS.opened(HASHES["brackets"]), card=None))
    name = Library.from_environment().keep(other, ANNA, "mine.safetensors")
    asked = {"text_of": name, "sequence": SENTENCE}
    found = ask(**asked)
    assert ", of another model" in found["shown"]["says"][0]
    Library.from_environment().delete(name, ANNA)
    assert ask(**asked)["error"] is None  # for what is kept
    monkeypatch.setattr(map_sheet, "_KEPT", Kept())
    shutil.rmtree(maps.root / "contexts" / maps.order(found["key"]).contexts_key)
    field, message = problem(ask(**asked))
    assert field == "source"
    assert "no longer here" in message


def test_rows_that_are_all_the_same_are_no_bug(ask: Ask, tmp_path: Path) -> None:
    source = {"kind": "matrix", "hash": brought(np.ones((1000, 3)), tmp_path)}
    for metric in ("cosine", "euclidean"):
        found = ask(source=source, metric=metric)
        assert found["shown"]["count"] == 500
        assert found["shown"]["says"][-2:] == [
            "499 of 500 rows are copies of others: nothing tells these apart, so of all that are "
            "the same the first count as nearest.",
            "3 units never move: 0, 1, 2.",
        ]
