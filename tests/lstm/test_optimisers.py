"""Optimisers against their papers' formulas, written out for one number."""

import math

import numpy as np
import pytest

from lstm import LabError
from lstm.optimisers import Optimiser, norm_of, step_of
from lstm.parameters import Parameters

SLOPES = [0.3, -0.2, 0.5, 0.5, -1.0]


def walk(optimiser: Optimiser, start: float, dtype: type = np.float64) -> list[float]:
    values: Parameters = {"w": np.array([start], dtype)}
    memory: Parameters = {}
    path = []
    for number, slope in enumerate(SLOPES, start=1):
        values, memory, _ = step_of(
            optimiser, values, {"w": np.array([slope], dtype)}, memory, number
        )
        assert values["w"].dtype == dtype
        path.append(float(values["w"][0]))
    return path


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_adam_is_algorithm_1_of_its_paper(decay: float) -> None:
    w, m, v, wanted = 1.0, 0.0, 0.0, []
    for n, slope in enumerate(SLOPES, start=1):
        g = slope + decay * w
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.9**n)) / (math.sqrt(v / (1 - 0.999**n)) + 1e-8)
        wanted.append(w)
    found = walk(Optimiser("adam", 0.01, weight_decay=decay, clip=None), 1.0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-14)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_takes_a_share_of_the_last_step_again(momentum: float) -> None:
    w, v, wanted = 1.0, 0.0, []
    for slope in SLOPES:
        v = momentum * v + slope
        w -= 0.1 * v
        wanted.append(w)
    found = walk(Optimiser("sgd", 0.1, momentum=momentum, clip=None), 1.0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-15)


@pytest.mark.parametrize("method", ["adam", "sgd"])
def test_float32_stays_float32(method: str) -> None:
    walk(Optimiser(method, 0.01, weight_decay=0.1), 1.0, np.float32)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["adam", "sgd"])
def test_a_step_changes_nothing_that_it_was_given(method: str) -> None:
    optimiser = Optimiser(method, 0.01, weight_decay=0.1)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    start, slopes = ({"w": rng.normal(size=(3, 4))} for _ in range(2))
    first = step_of(optimiser, start, slopes, {}, 1)
    given = [*start.values(), *slopes.values(), *first.parameters.values(), *first.memory.values()]
    before = [array.tobytes() for array in given]
    step_of(optimiser, first.parameters, slopes, first.memory, 2)
    assert [array.tobytes() for array in given] == before


@pytest.mark.parametrize("method", ["adam", "sgd"])
def test_how_a_gradient_lies_in_memory_makes_no_difference(method: str) -> None:
    """A run from a file, whose arrays all lie by rows, must end with the same bytes."""
    optimiser = Optimiser(method, 0.01)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    start, slope = {"w": rng.normal(size=(3, 4))}, rng.normal(size=(3, 4))
    by_rows = step_of(optimiser, start, {"w": slope}, {}, 1)
    by_columns = step_of(optimiser, start, {"w": np.asfortranarray(slope)}, {}, 1)
    for found, wanted in zip(by_columns[:2], by_rows[:2], strict=True):
        for name, array in found.items():
            assert array.flags.c_contiguous
            assert array.tobytes() == wanted[name].tobytes()


def test_long_gradients_are_shortened_and_short_ones_are_not() -> None:
    optimiser = Optimiser("sgd", 1.0, momentum=0, clip=1.0)
    start = {"a": np.zeros(1), "b": np.zeros(1)}
    long = step_of(optimiser, start, {"a": np.array([3.0]), "b": np.array([4.0])}, {}, 1)
    assert long.norm == 5
    np.testing.assert_allclose([long.parameters["a"][0], long.parameters["b"][0]], [-0.6, -0.8])
    short = step_of(optimiser, start, {"a": np.array([0.3]), "b": np.array([0.4])}, {}, 1)
    assert short.parameters["a"][0] == -0.3


def test_the_norm_is_that_of_all_gradients_together() -> None:
    assert norm_of({"a": np.array([[1.0, 2.0]]), "b": np.array([2.0])}) == 3.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"method": "rprop"}, "There is no optimiser 'rprop'"),
        ({"rate": 0.0}, "The learning rate is 0.0"),
        ({"rate": math.nan}, "The learning rate is nan"),
        ({"momentum": 1.0}, "The momentum is 1.0"),
        ({"weight_decay": -1.0}, "The weight decay is -1.0"),
        ({"clip": 0.0}, "Gradients cannot be clipped to 0.0"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(LabError, match=message):
        Optimiser(**wrong)  # type: ignore[arg-type]
