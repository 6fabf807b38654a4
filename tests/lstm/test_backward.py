"""Gradients against central differences, closed forms and PyTorch's autograd (golden file)."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from lstm import Array, LabError, Layer, backward, forward

T, B, D, H, P = 6, 3, 4, 5, 2
STEP = 1e-6


def problem(seed: int, *, projected: bool = False) -> tuple[Layer, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    out = P if projected else H
    layer = Layer(
        rng.normal(size=(4 * H, D)),
        rng.normal(size=(4 * H, out)),
        rng.normal(size=4 * H),
        rng.normal(size=(P, H)) if projected else None,
    )
    given: dict[str, Array] = {
        "x": rng.normal(size=(T, B, D)),
        "h0": rng.normal(size=(B, out)),
        "c0": rng.normal(size=(B, H)),
        "dh": rng.normal(size=(T, B, out)),
        "dc_last": rng.normal(size=(B, H)),
    }
    return layer, given


def loss(layer: Layer, given: dict[str, Array]) -> float:
    """Give a loss whose gradient on h(t) is dh and on c(T) is dc_last."""
    trace = forward(layer, given["x"], given["h0"], given["c0"])
    return float((trace.h * given["dh"]).sum() + (trace.c[-1] * given["dc_last"]).sum())


def central(layer: Layer, given: dict[str, Array], name: str) -> Array:
    """Central differences of the loss in every entry of a parameter or an input."""
    array = given[name] if name in given else getattr(layer, name)
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        losses = []
        for sign in (1, -1):
            moved = array.copy()
            moved[index] += sign * STEP
            if name in given:
                losses.append(loss(layer, given | {name: moved}))
            else:
                losses.append(loss(dataclasses.replace(layer, **{name: moved}), given))
        slopes[index] = (losses[0] - losses[1]) / (2 * STEP)
    return slopes


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_gradients_agree_with_central_differences(seed: int, projected: bool) -> None:
    layer, given = problem(seed, projected=projected)
    trace = forward(layer, given["x"], given["h0"], given["c0"])
    found = backward(layer, trace, given["dh"], given["dc_last"])
    names = ["W_ih", "W_hh", "bias", "x", "h0", "c0"] + (["W_hr"] if projected else [])
    for name in names:
        wanted = central(layer, given, name)
        error = np.abs(getattr(found, f"d{name}") - wanted).max() / np.abs(wanted).max()
        assert error < 1e-6, name  # central differences with a step of 1e-6 in float64


@pytest.mark.parametrize("t", [0, 2, T - 1])
def test_states_within_have_the_gradient_of_a_run_that_starts_there(t: int) -> None:
    """dc(t) and dh(t) are what a run from step t + 1 on would give for its c0 and h0."""
    layer, given = problem(7)
    trace = forward(layer, given["x"], given["h0"], given["c0"])
    whole = backward(layer, trace, given["dh"], given["dc_last"])
    if t == T - 1:
        np.testing.assert_allclose(whole.dh[t], given["dh"][t], rtol=0, atol=1e-15)
        return
    rest = forward(layer, given["x"][t + 1 :], trace.h[t], trace.c[t])
    later = backward(layer, rest, given["dh"][t + 1 :], given["dc_last"])
    np.testing.assert_allclose(whole.dh[t], given["dh"][t] + later.dh0, rtol=0, atol=1e-12)
    own = whole.dh[t] * trace.o[t] * (1 - np.tanh(trace.c[t]) ** 2)
    np.testing.assert_allclose(whole.dc[t], later.dc0 + own, rtol=0, atol=1e-12)


def test_along_the_cell_path_the_gradient_is_the_product_of_the_forget_gates() -> None:
    """With h kept out of the gates, ∂c(T)/∂c(s) = Π f(t) exactly."""
    layer, given = problem(3)
    layer = dataclasses.replace(layer, W_hh=np.zeros_like(layer.W_hh))
    trace = forward(layer, given["x"], given["h0"], given["c0"])
    found = backward(layer, trace, np.zeros_like(trace.h), np.ones((B, H)))
    np.testing.assert_allclose(found.dc0, trace.f.prod(axis=0), rtol=1e-13)


def test_a_batch_is_the_sum_of_its_sequences() -> None:
    layer, given = problem(5)
    trace = forward(layer, given["x"], given["h0"], given["c0"])
    whole = backward(layer, trace, given["dh"], given["dc_last"])
    total = np.zeros_like(whole.dW_ih)
    for b in range(B):
        one = {name: a[:, b : b + 1] if a.ndim == 3 else a[b : b + 1] for name, a in given.items()}
        alone = backward(
            layer, forward(layer, one["x"], one["h0"], one["c0"]), one["dh"], one["dc_last"]
        )
        np.testing.assert_allclose(alone.dx[:, 0], whole.dx[:, b], rtol=0, atol=1e-13)
        total += alone.dW_ih
    np.testing.assert_allclose(total, whole.dW_ih, rtol=0, atol=1e-12)


@pytest.mark.parametrize("projected", [False, True])
@pytest.mark.parametrize(("T", "B"), [(600, 1), (40, 30), (3, 600)])
def test_a_long_run_has_the_gradients_of_its_steps_one_by_one(
    T: int, B: int, projected: bool
) -> None:
    """Whatever pieces it is gone through in: each step alone takes what the next one gives."""
    layer, _ = problem(2, projected=projected)
    rng = np.random.default_rng(3)
    x, above = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, layer.output_size))
    trace = forward(layer, x)
    found = backward(layer, trace, above)
    names = ["dW_ih", "dW_hh", "dbias"] + (["dW_hr"] if projected else [])
    totals = {name: np.zeros_like(getattr(found, name)) for name in names}
    dh, dc = np.zeros_like(trace.h0), np.zeros_like(trace.c0)
    for t in range(T - 1, -1, -1):
        step = forward(layer, x[t : t + 1], trace.h_prev[t], trace.c_prev[t])
        alone = backward(layer, step, above[t : t + 1] + dh, dc)
        # Values near 1, and rounding of what the later steps gave: 1e-14 is seen.
        np.testing.assert_allclose(found.dx[t], alone.dx[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.dh[t], above[t] + dh, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.dc[t], alone.dc[0], rtol=0, atol=1e-12)
        dh, dc = alone.dh0, alone.dc0
        for name, total in totals.items():
            total += getattr(alone, name)
    np.testing.assert_allclose(found.dh0, dh, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.dc0, dc, rtol=0, atol=1e-12)
    for name, total in totals.items():
        np.testing.assert_allclose(getattr(found, name), total, rtol=1e-12, atol=1e-10)


def test_going_backward_changes_nothing_that_was_given() -> None:
    layer, given = problem(8, projected=True)
    trace = forward(layer, given["x"], given["h0"], given["c0"])
    arrays = [*vars(trace).values(), *vars(layer).values(), *given.values()]
    before = [array.tobytes() for array in arrays]
    backward(layer, trace, given["dh"], given["dc_last"])
    assert [array.tobytes() for array in arrays] == before


def test_float32_stays_float32() -> None:
    layer, given = problem(1)
    small = Layer(*(getattr(layer, name).astype(np.float32) for name in ("W_ih", "W_hh", "bias")))
    found = backward(small, forward(small, given["x"]), given["dh"])
    for name in ("dW_ih", "dW_hh", "dbias", "dx", "dh0", "dc0", "dh", "dc"):
        assert getattr(found, name).dtype == np.float32, name
    assert found.dW_hr is None


def test_gradients_that_do_not_fit_are_refused() -> None:
    layer, given = problem(0)
    trace = forward(layer, given["x"])
    with pytest.raises(LabError, match=re.escape("dh has shape (6, 3); it must be (6, 3, 5)")):
        backward(layer, trace, np.zeros((T, B)))
    with pytest.raises(LabError, match=re.escape("dc_last has shape (5,); it must be (3, 5)")):
        backward(layer, trace, given["dh"], np.zeros(H))


GOLDEN = Path(__file__).parents[1] / "golden" / "torch_gradients.npz"


@pytest.mark.parametrize("case", ["scalar", "batch", "without_bias", "projected", "long"])
def test_gradients_agree_with_pytorch(case: str) -> None:
    """Stored results of autograd; both in float64: about 1e-14 is seen, of values up to 100."""
    with np.load(GOLDEN) as file:
        prefix = f"{case}/"
        a = {name.removeprefix(prefix): file[name] for name in file if name.startswith(prefix)}
    none = np.zeros(len(a["weight_ih_l0"]))
    layer = Layer(
        a["weight_ih_l0"],
        a["weight_hh_l0"],
        a.get("bias_ih_l0", none) + a.get("bias_hh_l0", none),
        a.get("weight_hr_l0"),
    )
    found = backward(layer, forward(layer, a["x"], a["h0"], a["c0"]), a["dh"], a["dc_last"])
    pairs = {"weight_ih_l0": found.dW_ih, "weight_hh_l0": found.dW_hh, "x": found.dx}
    pairs |= {"h0": found.dh0, "c0": found.dc0}
    if found.dW_hr is not None:
        pairs["weight_hr_l0"] = found.dW_hr
    if "bias_ih_l0" in a:
        pairs |= {"bias_ih_l0": found.dbias, "bias_hh_l0": found.dbias}
    assert {f"grad_{name}" for name in pairs} == {name for name in a if name.startswith("grad_")}
    for name, gradient in pairs.items():
        wanted = a[f"grad_{name}"]
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(gradient / scale, wanted / scale, rtol=0, atol=1e-12)
