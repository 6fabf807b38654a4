"""Copies among the rows of a map, and columns that never move."""

from pathlib import Path

import numpy as np

from lstm.oddities import oddities


def test_copies_and_still_columns_are_counted_over_all_blocks(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(30_000, 100)).astype(np.float32)  # more than one block
    rows[:, [3, 50]] = 7
    rows[20_000:25_000] = rows[:5_000]
    rows[29_999, 50] = 8
    np.save(tmp_path / "rows.npy", rows)
    found = oddities(np.load(tmp_path / "rows.npy", mmap_mode="r"))
    assert found.copies == 5_000
    assert found.still.tolist() == [3]


def test_rows_of_their_own_have_no_oddities() -> None:
    found = oddities(np.eye(4))
    assert found.copies == 0
    assert not found.still.size
