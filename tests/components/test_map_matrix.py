"""Matrices and labels that readers bring: what is kept, and what is refused in words."""

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient
from numpy.typing import NDArray
from safetensors.numpy import save
from werkzeug.test import TestResponse

from components import create_app, map_matrix
from lstm import LabError

ANNA = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
ROWS = np.random.default_rng(4).normal(size=(60, 5)).astype(np.float32)


@pytest.fixture(scope="module", name="app")
def an_app() -> Dash:
    return create_app()


@pytest.fixture(name="client")
def a_client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


def npy(rows: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, rows, allow_pickle=True)
    return file.getvalue()


def bring(
    client: FlaskClient, content: bytes, what: str = "matrix", name: str = "rows.npy", **more: Any
) -> TestResponse:
    sent = {"headers": ANNA} | more
    return client.post(f"/_lab/map/{what}?name={name}", data=content, **sent)


def brought(response: TestResponse) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json  # type: ignore[assignment]
    return found


def error_of(response: TestResponse, status: int = 422) -> str:
    assert response.status_code == status, response.text
    message: str = response.json["error"]  # type: ignore[index]
    assert message[-1] in ".)"
    return message


def left_behind() -> list[str]:
    """Name what lies among the matrices."""
    folder = map_matrix.matrices().root / "matrices"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_matrix_is_kept_under_its_hash(client: FlaskClient) -> None:
    content = npy(ROWS)
    found = brought(bring(client, content))
    assert found | {"hash": ""} == {
        "hash": "",
        "says": "60 rows of 5 numbers.",
        "shape": [60, 5],
        "tensors": [],
    }
    assert map_matrix.file_of(found["hash"]).read_bytes() == content
    assert [one.name for one in map_matrix.matrices().listed(ANNA["X-Lab-Owner"])] == ["rows.npy"]


def test_of_a_file_with_several_matrices_one_is_to_be_chosen(client: FlaskClient) -> None:
    content = save({"a": ROWS, "b": ROWS[:, :2].copy(), "line": ROWS[0], "few": ROWS[:3]})
    found = brought(bring(client, content, name="m.safetensors"))
    assert found["says"] == "The file has 2 matrices. Choose one."
    assert found["tensors"] == [{"name": "a", "shape": [60, 5]}, {"name": "b", "shape": [60, 2]}]


def test_what_is_odd_about_a_matrix_is_said(client: FlaskClient) -> None:
    rows = np.concatenate([ROWS] * 100)
    rows[:, 2] = 1
    found = brought(bring(client, npy(rows)))
    assert found["says"] == (
        "6,000 rows of 5 numbers. 5,940 of 6,000 rows are copies of others: nothing tells these "
        "apart, so of all that are the same the first count as nearest. 1 unit never moves: 2."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither a .npy nor a .safetensors"),
        (b"PK\x03\x04 and more", "neither a .npy nor a .safetensors"),
        (pickle.dumps(ROWS), "neither a .npy nor a .safetensors"),
        (npy(np.array([{"a": 1}] * 30, object)), "Python objects (pickle), which could run any"),
        (npy(ROWS)[:-8], "the file is cut off"),
        (npy(ROWS)[:50], "the file is cut off"),
        (npy(ROWS[:5]), "has 5 rows. Use at least 20"),
        (npy(ROWS[0]), "has the shape (5,), not (rows, numbers)"),
        (npy(np.zeros((30, 5000))), "has 5,000 numbers in a row. Use 1 to 4,096"),
        (npy(np.where(ROWS[7, 2] == ROWS, np.nan, ROWS)), "Row 8 has no finite number in column 3"),
        (npy(np.array([["a"]] * 30)), "The numbers are <U1"),
        (save({"line": ROWS[0]}), "Choose a matrix: the file has none"),
    ],
)
def test_what_cannot_be_mapped_is_refused_and_not_kept(
    client: FlaskClient, content: bytes, said: str
) -> None:
    assert said in error_of(bring(client, content))
    assert [name for name in left_behind() if name != "lock"] == []


def header(shape: tuple[int, int]) -> bytes:
    """Write the beginning of a matrix, as large as one likes."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def test_a_matrix_too_large_is_refused_before_it_is_read(client: FlaskClient) -> None:
    # By what the request says of itself, and by what the file does.
    stream = io.BytesIO(header((2**20, 512)))
    claimed = bring(client, b"", input_stream=stream, content_length=2**31)
    said = error_of(claimed, 413)
    assert said.startswith("The matrix takes 2,048 MB; up to 256 MB can be sent. Save fewer rows")
    assert "np.save('matrix.npy', rows.astype('float16'))" in said
    named = error_of(bring(client, header((2**20, 512)) + bytes(99)), 413)
    assert named == said
    assert [name for name in left_behind() if name != "lock"] == []


def test_more_than_there_is_room_for_is_not_read_on(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_matrix, "LARGEST", 1000)
    chunked: dict[str, Any] = {
        "input_stream": io.BytesIO(npy(ROWS)),
        "environ_overrides": {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    }
    assert "up to 0 MB" in error_of(bring(client, b"", **chunked), 413)


def test_a_page_of_another_site_brings_nothing(client: FlaskClient) -> None:
    for what in ("matrix", "labels"):
        response = client.post(f"/_lab/map/{what}", data=npy(ROWS))
        assert "X-Lab-Owner" in error_of(response, 400)


def test_labels_are_kept_as_lines_whatever_table_they_came_in(client: FlaskClient) -> None:
    content = b'id,label\n1,cat\n2,"a\ndog"\n3,\n'
    found = brought(bring(client, content, "labels", "animals.csv"))
    assert found | {"hash": ""} == {"hash": "", "says": "3 labels.", "shape": [3]}
    path = map_matrix.file_of(found["hash"])
    assert path.read_text() == "cat\na dog\n\n"
    assert path.suffix == ".txt"
    lines = brought(bring(client, b"cat\na dog\n\n", "labels", "animals.txt"))
    assert lines["hash"] == found["hash"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "no labels"), (b"\xff\xfe", "no text in UTF-8")]
)
def test_what_is_no_list_of_labels_is_refused(
    client: FlaskClient, content: bytes, said: str
) -> None:
    assert said in error_of(bring(client, content, "labels", "labels.txt"))


def test_what_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no longer here: they are kept for a day"):
        map_matrix.file_of("0" * 64)
    with pytest.raises(LabError, match="names no file"):
        map_matrix.file_of("../matrix")
