"""Maps as bytes."""

import io
import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from lstm import LabError
from lstm.atlas import Atlas, Wanted
from lstm.atlas_file import dump_atlas, load_atlas
from lstm.cartography import atlas_of
from lstm.contexts import Contexts
from lstm.metric import Metric
from lstm.projection import Umap
from lstm.trust import Trust


def a_map() -> Atlas:
    N = 120
    n, rng = np.arange(N), np.random.default_rng(3)
    contexts = Contexts(
        rng.normal(size=(N, 9)).astype(np.float32),
        tuple("é\n" if k % 2 else "‘" for k in n),
        tuple(f"“{k}" for k in n),
        n // 7,
        n % 7,
        tuple((f"kind {k % 2}",) for k in n),
        {"f": rng.random(N).astype(np.float32), "i": rng.random(N).astype(np.float32)},
        "a note",
    )
    wanted = Wanted("pca", Metric("cosine", 2, 0.3), Umap(7, 0.25, 5))
    return atlas_of(contexts, wanted, {"layer": 1})


ATLAS = a_map()
CONTENT = dump_atlas(ATLAS)


def same(one: Any, other: Any) -> None:
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, Trust):
        for field in fields(Trust):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict) and any(isinstance(part, np.ndarray) for part in one.values()):
        assert list(one) == list(other)
        for name in one:
            same(one[name], other[name])
    elif isinstance(one, tuple) and any(isinstance(part, np.ndarray) for part in one):
        for part, its in zip(one, other, strict=True):
            same(part, its)
    else:
        assert one == other


def test_a_map_comes_back_as_it_was() -> None:
    back = load_atlas(CONTENT)
    for field in fields(Atlas):
        same(getattr(ATLAS, field.name), getattr(back, field.name))


def test_the_same_map_has_the_same_bytes() -> None:
    assert dump_atlas(load_atlas(CONTENT)) == dump_atlas(a_map()) == CONTENT


def test_half_a_surrogate_pair_is_written_as_a_question_mark() -> None:
    found = load_atlas(dump_atlas(Atlas(**{**vars(ATLAS), "token": ("\ud83d",) * 120})))
    assert found.token == ("?",) * 120


def changed(**told: Any) -> bytes:
    with np.load(io.BytesIO(CONTENT)) as file:
        arrays = {name: file[name] for name in file.files}
    text = json.dumps({**json.loads(arrays["told"].tobytes()), **told}).encode()
    file_ = io.BytesIO()
    np.savez(file_, **{**arrays, "told": np.frombuffer(text, np.uint8)})
    return file_.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"\x80\x04.",
        CONTENT[: len(CONTENT) // 2],
        CONTENT[:2000] + bytes(50) + CONTENT[2050:],
        changed(version=0),
        changed(wanted={}),
        changed(wanted=3),
        changed(regions=[[{}]]),
        changed(trust={}),
        changed(gates=["f", "i", "o"]),
        changed(wanted={"projection": "x", "metric": {}, "umap": {}, "way": "relief"}),
    ],
)
def test_a_damaged_map_or_one_of_another_version_is_refused(content: bytes) -> None:
    with pytest.raises(LabError, match="Make it anew"):
        load_atlas(content)
