"""A reader's own matrix."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from lstm import LabError, own_matrix
from lstm.own_matrix import read_labels, read_matrix

RNG = np.random.default_rng(4)
ROWS = RNG.normal(size=(60, 5))


@pytest.fixture(name="npy")
def a_npy(tmp_path: Path) -> Callable[[Any], Path]:
    def write(rows: Any) -> Path:
        np.save(tmp_path / "matrix.npy", rows, allow_pickle=True)
        return tmp_path / "matrix.npy"

    return write


@pytest.mark.parametrize("kind", ["<f8", "<f4", "<f2", "<i4", ">f8", ">f4", "<i8", "i1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_files_are_read(npy: Callable[[Any], Path], kind: str, order: Any) -> None:
    rows: NDArray[Any] = (10 * ROWS).astype(kind, order=order)
    found = read_matrix(npy(rows))
    np.testing.assert_array_equal(found.rows, rows)
    assert found.rows.dtype in (np.float32, np.float64)
    assert found.rows.dtype.isnative
    assert found.token == ("",) * 60
    assert found.traits == ((),) * 60
    assert found.note == ""


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16, np.int64])
def test_safetensors_files_are_read(tmp_path: Path, kind: type) -> None:
    rows: NDArray[Any] = (10 * ROWS).astype(kind)
    save_file({"a": np.zeros(3), "rows": rows}, tmp_path / "m.safetensors", {"by": "me"})
    np.testing.assert_array_equal(read_matrix(tmp_path / "m.safetensors").rows, rows)


def test_bfloat16_is_widened(tmp_path: Path) -> None:
    halves = (ROWS.astype(np.float32).view(np.uint32) >> 16).astype("<u2")
    path = tmp_path / "m.safetensors"
    path.write_bytes(raw({"w": ("BF16", [60, 5], [0, 600])}, halves.tobytes()))
    np.testing.assert_allclose(read_matrix(path).rows, ROWS, rtol=0.01)
    halves[33, 2] = 0x7FC0
    path.write_bytes(raw({"w": ("BF16", [60, 5], [0, 600])}, halves.tobytes()))
    with pytest.raises(LabError, match="Row 34 has no finite number in column 3"):
        read_matrix(path)


def test_one_matrix_of_several_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    save_file({"a": ROWS, "b": -ROWS, "v": ROWS[0]}, path)
    np.testing.assert_array_equal(read_matrix(path, tensor="b").rows, -ROWS)
    with pytest.raises(LabError, match="Choose a matrix: the file has 'a', 'b'"):
        read_matrix(path)
    with pytest.raises(LabError, match="no matrix 'v': the file has"):
        read_matrix(path, tensor="v")


def test_labels_name_the_rows(npy: Callable[[Any], Path]) -> None:
    labels = (*(f"Cat number {n} number" for n in range(59)), "x" * 99)
    found = read_matrix(npy(ROWS), labels)
    assert found.token[3] == "Cat number 3 number"
    assert found.token[59] == "x" * 59 + "…"
    assert found.traits[3] == ("cat number 3 number", "cat", "number", "3")
    assert found.traits[59] == ("x" * 59 + "…",)


def test_of_many_rows_some_are_drawn_with_their_labels(npy: Callable[[Any], Path]) -> None:
    found = read_matrix(npy(ROWS), tuple(map(str, range(60))), most=25, seed=9)
    assert found.note == "25 of 60 rows, drawn by chance (seed 9)"
    np.testing.assert_array_equal(found.rows, ROWS[found.position])
    assert found.token == tuple(map(str, found.position))


def test_wide_rows_are_fewer(npy: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_matrix, "MOST_NUMBERS", 150)
    assert len(read_matrix(npy(ROWS))) == 30


def test_a_row_that_is_not_drawn_must_be_finite_too(
    npy: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.zeros((300_000, 9), np.float32)
    rows[280_000, 8] = np.nan
    with pytest.raises(LabError, match="Row 280,001 has no finite number in column 9"):
        read_matrix(npy(rows), most=20)


def test_labels_are_lines_or_a_column() -> None:
    assert read_labels(b"a\r\nb b\r\n\nc\n", "x.txt") == ("a", "b b", "", "c")
    assert read_labels(b"a,1\nb,2\n", "x.csv") == ("a", "b")
    assert read_labels(b"n,Word \n1,a\n\n2,b\n3\n", "x.CSV") == ("a", "b", "")
    for name in ("x.txt", "x.csv"):
        with pytest.raises(LabError, match="no labels"):
            read_labels(b"", name)
    with pytest.raises(LabError, match="UTF-8"):
        read_labels(b"\xff", "x.txt")
    with pytest.raises(LabError, match="labels cannot be read: "):
        read_labels(b"a" * 200_000, "x.csv")


def test_another_number_of_labels_is_refused(npy: Callable[[Any], Path]) -> None:
    with pytest.raises(LabError, match="There are 2 labels for 60 rows"):
        read_matrix(npy(ROWS), ("a", "b"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS[0], r"shape \(5,\), not"),
        (ROWS[None], "not .rows, numbers"),
        (ROWS[:19], "has 19 rows. Use at least 20"),
        (ROWS[:, :0], "Use 1 to 4,096"),
        (np.zeros((20, 5000)), "5,000 numbers in a row"),
        (np.where(ROWS > 2, np.inf, ROWS), r"Row \d+ has no finite number"),
        (
            np.where(ROWS > 2, -3e38, ROWS).astype("f4"),
            r"as large as 3e\+38\. Use numbers up to 1e\+30",
        ),
        (
            np.where(ROWS > 2, np.longdouble("1e4000"), ROWS),
            r"no finite number in column \d \(inf\)",
        ),
        (ROWS.astype(complex), "The numbers are complex128. Save it"),
        (ROWS.astype(object), "Python objects .pickle., which could run any program"),
    ],
)
def test_what_is_no_matrix_is_refused(npy: Callable[[Any], Path], rows: Any, said: str) -> None:
    with pytest.raises(LabError, match=said):
        read_matrix(npy(rows))


def raw(header: dict[str, Any], data: bytes = b"") -> bytes:
    keys = ("dtype", "shape", "data_offsets")
    parts = {
        name: dict(zip(keys, one, strict=True)) if isinstance(one, tuple) else one
        for name, one in header.items()
    }
    text = json.dumps(parts).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither a .npy nor"),
        (b"PK\x03\x04 and more", "neither a .npy nor"),
        (b"\x93NUMPY\x01\x00", "cannot be read"),
        (b"\x93NUMPY\x01\x00\x10\x00{'descr': [[[[[[", "cannot be read"),
        (struct.pack("<Q", 2**40) + b"{", "too long, or the file is cut off"),
        (struct.pack("<Q", 99) + b"{}", "too long, or the file is cut off"),
        (struct.pack("<Q", 2) + b"{x", "cannot be read"),
        (raw({"w": 3}), "not that of a safetensors"),
        (raw({"w": ("F32", [60, 5], [0])}), "cannot be read"),
        (raw({"w": ("F32", ["x", 5], [0, 4])}), "cannot be read"),
        (raw({"w": ("F32", [60, 5], [0, 99])}, bytes(1200)), "where its header says"),
        (raw({"w": ("F32", [60, 5], [0, 1200])}, bytes(99)), "cannot be read"),
        (raw({"w": ("F32", [60, 5], [-1200, 0])}, bytes(99)), "where its header says"),
        (raw({"w": ("F8_E4M3", [60, 5], [0, 300])}, bytes(300)), "numbers of 'w' are F8_E4M3"),
        (raw({}), "Choose a matrix: the file has none"),
    ],
)
def test_what_is_no_file_of_a_matrix_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(LabError, match=said):
        read_matrix(path)


def test_cut_off_files_are_refused(npy: Callable[[Any], Path]) -> None:
    path = npy(ROWS)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(LabError, match="cannot be read"):
        read_matrix(path)


def test_a_file_that_is_too_large_or_not_there_is_refused(
    npy: Callable[[Any], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(LabError, match="Check its path"):
        read_matrix(tmp_path / "none.npy")
    monkeypatch.setattr(own_matrix, "LARGEST_FILE", 100)
    with pytest.raises(LabError, match="in half precision"):
        read_matrix(npy(ROWS))
