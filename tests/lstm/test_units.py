"""Order, saturation and the sums behind a gate, against definitions written out."""

import numpy as np
import pytest

from lstm import (
    Array,
    LabError,
    Layer,
    Trace,
    contributions,
    forward,
    order_units,
    pre_activations,
    random_layers,
    saturation,
)
from lstm.units import ORDERS


@pytest.fixture(name="layer")
def some_layer() -> Layer:
    return random_layers(np.random.default_rng(0), [5, 7], forget_bias=0.5)[0]


@pytest.fixture(name="trace")
def some_trace(layer: Layer) -> Trace:
    return forward(layer, np.random.default_rng(1).normal(size=(30, 2, 5)))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("batch", [0, 1])
def test_every_order_has_each_unit_once(trace: Trace, order: str, batch: int) -> None:
    assert sorted(order_units(trace, order, batch)) == list(range(7))  # type: ignore[arg-type]


def test_the_longest_memory_comes_first(trace: Trace) -> None:
    means = trace.f[:, 0].mean(axis=0)[order_units(trace, "mean")]
    assert np.all(np.diff(means) <= 0)


def test_who_peaks_first_comes_first(trace: Trace) -> None:
    peaks = np.abs(trace.c[:, 0]).argmax(axis=0)[order_units(trace, "peak")]
    assert np.all(np.diff(peaks) >= 0)


def test_an_unknown_order_is_refused(trace: Trace) -> None:
    with pytest.raises(LabError, match="There is no order 'size'"):
        order_units(trace, "size")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(5))
def test_seriation_finds_a_hidden_order_again(seed: int) -> None:
    """Waves that are shifted a little from one unit to the next, shuffled."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(12)
    shift = shuffled * 0.2
    c = np.sin(np.linspace(0, 3, 60)[:, None] + shift)[:, None]
    found = shuffled[order_units(_with_states(c), "similarity")]
    assert list(found) in (list(range(12)), list(range(11, -1, -1)))


def test_units_that_never_move_do_not_disturb_seriation() -> None:
    c = np.zeros((10, 1, 4))
    c[:, 0, 2] = np.arange(10)
    assert sorted(order_units(_with_states(c), "similarity")) == [0, 1, 2, 3]


def test_a_single_unit_has_an_order() -> None:
    assert list(order_units(_with_states(np.ones((5, 1, 1))), "similarity")) == [0]


def test_saturation_counts_steps() -> None:
    gate = np.array([[0.05, 0.5], [0.95, 0.5], [0.99, 0.0], [0.1, 0.9]])[:, None]
    shut, opened = saturation(gate)
    assert shut.tolist() == [0.25, 0.25]  # exactly 0.1 and 0.9 are neither
    assert opened.tolist() == [0.5, 0.0]


@pytest.mark.parametrize("unit", [0, 3, 6])
@pytest.mark.parametrize("most", [1, 4, 100])
def test_contributions_add_up_to_what_the_gate_got(
    layer: Layer, trace: Trace, unit: int, most: int
) -> None:
    found = contributions(layer, trace, unit, most, batch=1)
    total = found.values.sum(-1) + found.rest + found.bias[:, None]
    np.testing.assert_allclose(total, found.sums, rtol=0, atol=1e-13)
    wanted = pre_activations(layer, trace)[:, :, 1, unit]
    np.testing.assert_allclose(found.sums, wanted, rtol=0, atol=1e-13)
    assert found.values.shape == (4, 30, min(most, 12))


def test_each_contribution_is_its_weight_times_what_came(layer: Layer, trace: Trace) -> None:
    unit, t = 2, 11
    found = contributions(layer, trace, unit, 4)
    for gate in range(4):
        row = gate * 7 + unit
        products = [w * x for w, x in zip(layer.W_ih[row], trace.x[t, 0], strict=True)]
        products += [w * h for w, h in zip(layer.W_hh[row], trace.h[t - 1, 0], strict=True)]
        largest = sorted(range(12), key=lambda n: -abs(products[n]))[:4]
        assert found.which[gate, t].tolist() == largest
        np.testing.assert_allclose(
            found.values[gate, t], [products[n] for n in largest], rtol=0, atol=1e-15
        )


@pytest.mark.parametrize("unit", [-1, 7])
def test_a_unit_that_is_not_there_is_refused(layer: Layer, trace: Trace, unit: int) -> None:
    with pytest.raises(LabError, match=f"There is no unit {unit}: this layer has 0 to 6"):
        contributions(layer, trace, unit, 3)


def _with_states(c: Array) -> Trace:
    return Trace(c, c, c, c, c, c, c, c[0], c[0])
