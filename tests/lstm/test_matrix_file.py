"""What a file of matrices says in its first bytes."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from lstm import LabError
from lstm.matrix_file import Table, chosen, mappable, mapped, opened, tables_of

ROWS = np.arange(120.0).reshape(24, 5)


def npy(rows: Any, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, rows, version)
    return file.getvalue()


@pytest.mark.parametrize("content", [npy(ROWS), npy(ROWS, (2, 0)), save({"rows": ROWS})])
def test_the_header_is_enough_and_less_is_not(content: bytes, tmp_path: Path) -> None:
    header = len(content) - ROWS.nbytes
    for length in (1, 8, header - 1):
        assert tables_of(content[:length]) is None
    (table,) = tables_of(content[:header]) or ()
    assert table.shape == (24, 5)
    assert (table.begin, table.end) == (header, len(content))
    path = tmp_path / "file"
    path.write_bytes(content)
    assert opened(path) == (table,)
    np.testing.assert_array_equal(mapped(path, chosen((table,))), ROWS)


def test_columns_one_after_another_are_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(npy(np.asfortranarray(ROWS)))
    (table,) = opened(path)
    assert table.by_columns
    np.testing.assert_array_equal(mapped(path, table), ROWS)


def test_a_header_longer_than_the_first_look_is_read_whole(tmp_path: Path) -> None:
    many = {f"a long name of an array, number {n}": ROWS[:1] for n in range(1500)}
    path = tmp_path / "file"
    path.write_bytes(save({**many, "rows": ROWS}))
    assert len(opened(path)) == 1501


def test_a_header_that_never_comes_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(npy(ROWS)[:40])
    with pytest.raises(LabError, match="cut off"):
        opened(path)


def test_files_of_another_version_or_kind_are_refused() -> None:
    with pytest.raises(LabError, match="of a newer version"):
        tables_of(npy(ROWS, (3, 0)))
    for content in (b"", b"something else"):
        with pytest.raises(LabError, match="neither a"):
            tables_of(content)


def test_shapes_too_large_for_any_number_are_no_bug() -> None:
    huge = json.dumps({"w": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]}})
    with pytest.raises(LabError, match="where its header says"):
        tables_of(struct.pack("<Q", len(huge)) + huge.encode())


def test_an_array_that_cannot_be_read_need_not_be_looked_at() -> None:
    part = {"dtype": "F8_E4M3", "shape": [24, 5], "data_offsets": [0, 120]}
    header = json.dumps({"odd": part | {"shape": [120]}, "rows": part | {"dtype": "I8"}})
    tables = tables_of(struct.pack("<Q", len(header)) + header.encode())
    assert tables is not None
    assert [table.dtype for table in tables] == [None, None]
    for choose in (chosen, mappable):
        with pytest.raises(LabError, match="The numbers of 'rows' are I8"):
            choose(tables)


def test_the_only_matrix_that_can_be_mapped_need_not_be_named() -> None:
    tables = tables_of(save({"few": ROWS[:3], "rows": ROWS, "line": ROWS[0]})) or ()
    assert [table.name for table in mappable(tables)] == ["rows"]
    assert chosen(tables).name == "rows"
    with pytest.raises(LabError, match="has 3 rows"):
        chosen(tables, "few")
    with pytest.raises(LabError, match="no matrix 'line': the file has 'few', 'rows'"):
        chosen(tables, "line")


def test_a_table_without_a_name_is_meant_whatever_is_wanted() -> None:
    table = Table("", "float32", np.dtype("f4"), (24, 5), 80, 560)
    assert chosen((table,), "rows") == table
