"""Scripts that are taken away compute the run of the page, to every digit that they print."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from components import cell_files, create_app
from components.cell_code import script
from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from components.scripts import LIBRARIES
from lstm.interventions import Clamp, Intervention, SetState, ShiftState, Silence

OWNER = {"X-Lab-Owner": "anna-has-an-unguessable-token"}
INPUTS = (1.0, 0.0, -0.30000000000000004, 1e6, -2.5, 1e-7, 3.0)


def reached(kind: str) -> tuple[Intervention, ...]:
    """Reach into every gate and state that a kind has, twice in one place."""
    state = KINDS[kind].state
    names: list[Any] = [gate.name for gate in KINDS[kind].gates]
    clamps = [Clamp(name, 0, n + 1, n + 2, 0.25 * n) for n, name in enumerate(names)]
    return (
        *clamps,
        SetState(state, 0, 2, -0.7),
        ShiftState(state, 0, 2, 0.125),
        Silence(0, 3, 3),
        ShiftState("h", 0, 3, 0.5),
        SetState("h", 0, 7, 2.0),
        Silence(0, 5, 6),
    )


def settings(kind: str, seed: int = 0) -> CellSettings:
    """Draw all parameters of a kind: no two are alike."""
    rng = np.random.default_rng([seed, len(kind)])
    numbers = {name: float(rng.normal()) for name in KINDS[kind].parameters}
    return CellSettings(INPUTS, numbers, True, kind=kind)


def cases() -> Iterator[CellSettings]:
    for kind in KINDS:
        one = settings(kind)
        yield one
        yield replace(one, inputs=(1.0,), separate=False)
        yield replace(one, interventions=reached(kind))


def run_all(texts: list[str]) -> list[str]:
    """Run scripts in a process of their own, one after the other, with warnings as errors."""
    runner = (
        "import json, sys\n"
        "for text in json.load(sys.stdin):\n"
        "    exec(compile(text, 'script', 'exec'), {'__name__': '__main__'})\n"
        "    print('=====')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", runner],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("=====\n")[:-1]


def assert_same_run(printed: str, one: CellSettings) -> None:
    """Compare a printed table with the run of the page, to half of its last digit."""
    heads, *rows = printed.splitlines()
    names = [name.replace("C", "c") for name in heads.split()]
    assert names[:2] == ["t", "x"]
    shown = {gate.name for gate in KINDS[one.kind].gates}
    assert {*shown, KINDS[one.kind].state, "h", "y"} <= set(names)
    series = timeline(one)
    assert len(rows) == len(one.inputs)
    for t, row in enumerate(rows, start=1):
        values = dict(zip(names, row.split(), strict=True))
        assert values.pop("t") == str(t)
        for name, text in values.items():
            assert len(text.partition(".")[2]) == 6
            assert abs(float(text) - series[name][t]) <= 0.5000001e-6, (one.kind, name, t)


def test_every_numpy_script_prints_the_run_to_the_shown_digits() -> None:
    all_cases = list(cases())
    printed = run_all([script(one, "numpy")[0] for one in all_cases])
    assert len(printed) == 3 * len(KINDS)
    for text, one in zip(printed, all_cases, strict=True):
        assert_same_run(text, one)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_script_is_short_and_plain(kind: str, library: str) -> None:
    one = replace(settings(kind), inputs=(1.0,) * 9)
    text, name = script(one, library)
    assert name == f"{kind}_{library}.py"
    lines = text.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 105  # four numbers of 17 digits
    assert KINDS[kind].title in lines[0]
    assert "if t" not in text
    for value in one.numbers.values():
        assert repr(value) in text
    compile(text, name, "exec")


@pytest.mark.parametrize(
    ("kind", "module"), [("lstm", "LSTM"), ("gru", "GRU"), ("rnn", "RNN"), ("coupled", None)]
)
def test_pytorch_has_its_own_module_where_nothing_reaches_into_it(
    kind: str, module: str | None
) -> None:
    one = settings(kind)
    assert (f"torch.nn.{module}(" in script(one, "pytorch")[0]) == (module is not None)
    held = replace(one, interventions=(SetState("h", 0, 2, 0.5),))
    text = script(held, "pytorch")[0]
    assert "torch.nn" not in text
    assert "    if t == 2:\n            h = torch.tensor(0.5)  # set\n" in text


def test_an_intervention_is_a_plain_line_of_the_loop() -> None:
    one = replace(settings("lstm"), interventions=(Clamp("f", 0, 3, 5, 1), Silence(0, 2, 2)))
    text = script(one, "numpy")[0]
    assert "    if t in range(3, 6):\n        f = 1.0  # clamped\n" in text
    assert "    if t == 2:\n        h = 0.0  # silenced\n" in text


def test_a_long_sequence_is_written_in_lines_that_can_be_read() -> None:
    one = replace(settings("lstm"), inputs=tuple(float(n) / 7 for n in range(500)))
    text, _ = script(one, "numpy")
    assert max(map(len, text.splitlines())) <= 100
    assert_same_run(run_all([text])[0], one)


def test_another_library_is_no_choice_of_the_page() -> None:
    with pytest.raises(BadRequest):
        script(settings("lstm"), "keras")


# --- the routes -----------------------------------------------------------------


@pytest.fixture(scope="module")
def app() -> Dash:
    return create_app()


@pytest.fixture
def client(app: Dash) -> FlaskClient:
    client: FlaskClient = app.server.test_client()
    return client


def payload(kind: str = "lstm", **changes: Any) -> dict[str, Any]:
    numbers = {name: str(value) for name, value in KINDS[kind].defaults.items()}
    sent = {"kind": kind, "sequence": "1, 0, 0.5", "separate": False, "numbers": numbers}
    return {**sent, **changes}


def post(client: FlaskClient, path: str, data: Any = None, **more: Any) -> TestResponse:
    headers = more.pop("headers", OWNER)
    return client.post(f"/_lab/cell/{path}", json=data or payload(), headers=headers, **more)


def test_the_route_gives_the_script_with_the_interventions_that_act(client: FlaskClient) -> None:
    clamp = {"kind": "clamp", "what": "f", "unit": 0, "layer": 0, "first": 2, "last": 3}
    listed = [{**clamp, "value": 0.5, "on": True}, {**clamp, "value": 0.75, "on": False}]
    answer = post(client, "code?as=numpy", payload(interventions=listed))
    assert answer.status_code == 200
    assert answer.mimetype == "text/x-python"
    assert 'filename="lstm_numpy.py"' in answer.headers["Content-Disposition"]
    held = Clamp("f", 0, 2, 3, 0.5)
    one = CellSettings((1.0, 0.0, 0.5), KINDS["lstm"].defaults, False, interventions=(held,))
    assert answer.text == script(one, "numpy")[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_trace_has_every_quantity_in_every_form(client: FlaskClient, kind: str) -> None:
    one = CellSettings.read(payload(kind))
    series = timeline(one)
    rows = list(csv.DictReader(io.StringIO(post(client, "trace?as=csv", payload(kind)).text)))
    found = post(client, "trace?as=json", payload(kind)).json
    assert found is not None
    assert found["kind"] == kind
    assert found["parameters"] == dict(one.numbers)
    with np.load(io.BytesIO(post(client, "trace?as=npz", payload(kind)).data)) as arrays:
        assert arrays["t"].tolist() == found["series"]["t"] == [0, 1, 2, 3]
        assert list(arrays) == list(rows[0]) == list(found["series"])
        assert set(arrays) == {"t", *series}
        for name, values in series.items():
            np.testing.assert_array_equal(arrays[name], values)
            texts = [row[name] for row in rows]
            numbers = [float(text) if text else np.nan for text in texts]
            np.testing.assert_array_equal(numbers, values)
            there = [None if not np.isfinite(value) else value for value in values.tolist()]
            assert found["series"][name] == there


def test_a_trace_in_another_form_is_no_choice_of_the_page() -> None:
    with pytest.raises(BadRequest):
        cell_files.trace(settings("rnn"), "xml")


@pytest.mark.parametrize("path", ["trace?as=csv", "code?as=numpy"])
def test_the_routes_refuse_what_the_page_never_sends(client: FlaskClient, path: str) -> None:
    assert post(client, path, headers={}).status_code == 400
    assert post(client, path.replace("=", "=x")).status_code == 400
    assert post(client, path, payload() | {"kind": "lstmm"}).status_code == 400
    assert post(client, path, {"numbers": 3}).status_code == 400


@pytest.mark.parametrize("path", ["trace?as=csv", "code?as=numpy"])
def test_the_routes_say_what_a_reader_can_put_right(client: FlaskClient, path: str) -> None:
    answer = post(client, path, payload(sequence="1, zwei"))
    assert answer.status_code == 422
    assert answer.json == {
        "error": "x(2) is 'zwei'. Use numbers separated by commas, like 1, 0, 0.5.",
        "field": "sequence",
    }
