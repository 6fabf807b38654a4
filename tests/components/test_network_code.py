"""Scripts of the Network page compute its trace from the model that it exports."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.exceptions import BadRequest

from components import create_app, downloads
from components.network_code import script
from components.network_run import Run
from components.network_settings import NetworkSettings
from lstm.checkpoint import read

Settings = Callable[..., dict[str, Any]]
FileOf = Callable[..., bytes]

HELD: list[dict[str, Any]] = [
    {"kind": "clamp", "what": "f", "unit": 1, "layer": 0, "first": 2, "last": 4, "value": 0.5},
    {"kind": "silence", "what": None, "unit": 0, "layer": 1, "first": 3, "last": 3, "value": None},
    {"kind": "set", "what": "c", "unit": 2, "layer": 1, "first": 2, "last": 2, "value": -1},
    {"kind": "shift", "what": "h", "unit": 2, "layer": 0, "first": 5, "last": 5, "value": 0.25},
]
CASES: dict[str, dict[str, Any]] = {
    "new": {"model": {"layers": "2", "size": "5"}, "text": 'a, "b" c'},
    "held": {
        "model": {"layers": "2", "size": "5"},
        "text": "a (b) c",
        "interventions": [{**one, "on": True} for one in HELD],
    },
    "numbers": {"text": "0.1, -0.5\n1e-3, 2", "reads": "numbers"},
    "by hand, one-hot": {"model": {"source": "characters"}, "text": "((a) [b])"},
    "with a projection": {"model": {"source": "file", "hash": "f" * 64}, "text": "3 1 2 0 3"},
}


def ran(settings: dict[str, Any], content: bytes) -> Run:
    return Run.of(NetworkSettings.read(settings), lambda _: read(content).model)


def printed(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run a script in a folder, and give the lines that it prints."""
    said = io.StringIO()
    with monkeypatch.context() as patch, contextlib.redirect_stdout(said):
        patch.chdir(folder)
        exec(compile(text, "script", "exec"), {"__name__": "__main__"})
    return said.getvalue().splitlines()


def assert_same_run(lines: list[str], one: Run) -> None:
    found = {}
    for line in lines:
        _, number, _, step, name, *values = line.split()
        found[int(number), int(step), name] = np.array(values, float)
    for n, layer in enumerate(one.trace.layers, start=1):
        for t in range(len(layer.c)):
            for name, wanted in (("C", layer.c), ("h", layer.h)):
                # Half of the last digit, and what float32 loses.
                np.testing.assert_allclose(found.pop((n, t + 1, name)), wanted[t, 0], 0, 8e-6)
    assert not found


@pytest.mark.parametrize("case", CASES)
def test_the_numpy_script_prints_the_run_from_the_exported_model(
    network_settings: Settings,
    file_of: FileOf,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    given = file_of((4, 6), projection=2, vocabulary=None)
    settings = network_settings(**CASES[case])
    if "projection" in case:
        settings["text"] = "1, 0, 0.5, 0\n0, 0, 0, 0\n0, 1, 0, -2"
    one = ran(settings, given)
    (tmp_path / "model.safetensors").write_bytes(downloads.model(one))
    text, name = script(one, "numpy")
    assert name == "network_numpy.py"
    assert len(text.splitlines()) <= 60
    assert_same_run(printed(text, tmp_path, monkeypatch), one)


@pytest.mark.parametrize("case", CASES)
def test_the_pytorch_script_uses_its_module_where_nothing_is_held(
    network_settings: Settings, file_of: FileOf, case: str
) -> None:
    settings = network_settings(**CASES[case])
    if "projection" in case:
        settings["text"] = "1, 0, 0.5, 0"
    text, name = script(ran(settings, file_of((4, 6), projection=2)), "pytorch")
    assert name == "network_pytorch.py"
    assert ("torch.nn.LSTM(" in text) == (case != "held")
    compile(text, name, "exec")


def test_another_library_is_no_choice_of_the_page(network_settings: Settings) -> None:
    with pytest.raises(BadRequest):
        script(ran(network_settings(), b""), "keras")


def test_the_route_gives_the_script(network_settings: Settings) -> None:
    client = create_app().server.test_client()
    headers = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
    answer = client.post("/_lab/network/code?as=numpy", json=network_settings(), headers=headers)
    assert answer.status_code == 200
    assert answer.text == script(ran(network_settings(), b""), "numpy")[0]
    assert client.post("/_lab/network/code?as=numpy", json=network_settings()).status_code == 400
