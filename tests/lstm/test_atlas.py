"""What a map is asked for, and its key."""

from dataclasses import replace

import numpy as np
import pytest

from lstm import LabError
from lstm.atlas import Wanted, key_of
from lstm.contexts import Contexts
from lstm.metric import Metric
from lstm.projection import Umap


def some() -> Contexts:
    n = np.arange(6)
    rows = np.arange(12, dtype=np.float32).reshape(6, 2)
    return Contexts(rows, tuple("abcdef"), ("",) * 6, n, n, (("x",),) * 6, {"f": np.ones(6)})


def test_a_map_of_the_same_has_the_same_key() -> None:
    assert key_of(some(), Wanted()) == key_of(some(), Wanted())
    assert len(key_of(some(), Wanted())) == 64


def test_whatever_changes_the_map_changes_its_key() -> None:
    known, one = {key_of(some(), Wanted())}, some()
    rows = one.rows.copy()
    rows[3, 1] += 1e-6
    others = [
        (one, Wanted("pca")),
        (one, Wanted(metric=Metric("cosine"))),
        (one, Wanted(metric=Metric("cosine", 1, 0.5))),
        (one, Wanted(umap=Umap(seed=1))),
        (one, Wanted(umap=Umap(min_dist=0.2))),
        (one, Wanted(way="hdbscan")),
        (replace(one, rows=rows), Wanted()),
        (replace(one, rows=one.rows.astype(float)), Wanted()),
        (replace(one, token=tuple("abcdeg")), Wanted()),
        (replace(one, before=("z",) * 6), Wanted()),
        (replace(one, traits=((),) * 6), Wanted()),
        (replace(one, sequence=one.sequence + 1), Wanted()),
        (replace(one, position=one.position + 1), Wanted()),
        (replace(one, gates={"f": np.zeros(6)}), Wanted()),
        (replace(one, gates={"i": np.ones(6)}), Wanted()),
        (replace(one, note="a sample"), Wanted()),
    ]
    for contexts, wanted in others:
        key = key_of(contexts, wanted)
        assert key not in known
        known.add(key)


def test_there_is_no_other_projection() -> None:
    with pytest.raises(LabError, match=r"no projection 'tsne'\. Use one of umap, pca"):
        Wanted("tsne")  # type: ignore[arg-type]
