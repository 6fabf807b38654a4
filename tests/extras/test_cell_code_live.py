"""The PyTorch scripts of the Cell page against its runs, where PyTorch is (make test-extras)."""

import contextlib
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from components.cell_code import script
from components.cell_kinds import KINDS
from components.cell_run import timeline
from components.cell_settings import CellSettings
from lstm.interventions import Clamp, Intervention, SetState, ShiftState, Silence

pytestmark = pytest.mark.extras


@pytest.fixture(name="torch")
def pytorch() -> Any:
    # In a fixture: imported at the top, it would cost every collection seconds.
    module = pytest.importorskip("torch")
    before = module.get_default_dtype()
    yield module
    module.set_default_dtype(before)  # the scripts set it


def reached(kind: str) -> tuple[Intervention, ...]:
    names: list[Any] = [gate.name for gate in KINDS[kind].gates]
    state = KINDS[kind].state
    clamps = [Clamp(name, 0, n + 1, n + 2, 0.25 * n) for n, name in enumerate(names)]
    return (*clamps, SetState(state, 0, 2, -0.7), ShiftState(state, 0, 4, 0.5), Silence(0, 5, 6))


@pytest.mark.parametrize("held", [False, True], ids=["untouched", "reached into"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_pytorch_script_prints_the_run(torch: Any, kind: str, held: bool) -> None:
    rng = np.random.default_rng([3, len(kind)])
    numbers = {name: float(rng.normal()) for name in KINDS[kind].parameters}
    inputs = (1.0, 0.0, -0.3, 1e6, -2.5, 1e-7, 3.0)
    one = CellSettings(inputs, numbers, True, kind=kind)
    if held:
        one = replace(one, interventions=reached(kind))
    text, name = script(one, "pytorch")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, name, "exec"), {"__name__": "__main__"})
    heads, *rows = printed.getvalue().splitlines()
    names = [head.replace("C", "c") for head in heads.split()]
    series = timeline(one)
    assert len(rows) == len(inputs)
    for t, row in enumerate(rows, start=1):
        for quantity, text in list(zip(names, row.split(), strict=True))[1:]:
            assert abs(float(text) - series[quantity][t]) <= 0.5000001e-6, (quantity, t)
