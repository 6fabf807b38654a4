"""The engine against stored results of PyTorch's nn.LSTM (tests/golden/make_torch_lstm.py)."""

import functools
from pathlib import Path

import numpy as np
import pytest

from lstm import Layer, Model, Trace, forward, run
from lstm.cell import Array

Arrays = dict[str, Array]

GOLDEN = Path(__file__).parents[1] / "golden" / "torch_lstm.npz"
CASES = ["scalar", "one_layer", "two_layers", "four_layers", "projected", "without_bias"]

# Both compute in float64 and differ in the order of sums and in σ's formula:
# about 1e-15 is seen, and a wrong gate shows at 1e-2.
assert_close = functools.partial(np.testing.assert_allclose, rtol=0, atol=1e-12)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Arrays:
    prefix = f"{request.param}/"
    with np.load(GOLDEN) as file:
        return {name.removeprefix(prefix): file[name] for name in file if name.startswith(prefix)}


def layers_of(case: Arrays) -> list[Layer]:
    none = np.zeros(len(case["weight_hh_l0"]))
    return [
        Layer(
            case[f"weight_ih_l{n}"],
            case[f"weight_hh_l{n}"],
            case.get(f"bias_ih_l{n}", none) + case.get(f"bias_hh_l{n}", none),
            case.get(f"weight_hr_l{n}"),
        )
        for n in range(len(case["h0"]))
    ]


def traces_of(case: Arrays) -> list[Trace]:
    traces: list[Trace] = []
    x = case["x"]
    for layer, h0, c0 in zip(layers_of(case), case["h0"], case["c0"], strict=True):
        traces.append(forward(layer, x, h0, c0))
        x = traces[-1].h
    return traces


def test_the_top_hidden_states_agree_at_every_step(case: Arrays) -> None:
    assert_close(traces_of(case)[-1].h, case["h"])


def test_the_last_states_of_every_layer_agree(case: Arrays) -> None:
    traces = traces_of(case)
    assert_close([trace.h[-1] for trace in traces], case["h_n"])
    assert_close([trace.c[-1] for trace in traces], case["c_n"])


@pytest.mark.parametrize("part", list("ifgoc"))
def test_the_gates_and_cell_states_of_the_first_layer_agree(case: Arrays, part: str) -> None:
    assert_close(getattr(traces_of(case)[0], part), case[part])


def test_a_model_from_zero_states_agrees(case: Arrays) -> None:
    outputs = run(Model(layers_of(case)), case["x"]).outputs
    assert_close(outputs, case["h_from_zero"])


def test_every_case_of_the_file_is_read_here() -> None:
    with np.load(GOLDEN) as file:
        assert {name.partition("/")[0] for name in file} == set(CASES)
