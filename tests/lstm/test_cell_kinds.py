"""What every kind of layer keeps to, as the LSTM does: one contract, forward and backward."""

import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pytest

from lstm import Array, LabError, Layer
from lstm.coupled import CoupledLayer
from lstm.gru import GRULayer
from lstm.peephole import PeepholeLayer
from lstm.variants import RNNLayer, run_layer, run_layer_backward

Slopes = Callable[..., Array]

T, B, D, H = 6, 3, 4, 5

# The shape of each parameter, by kind.
KINDS: dict[type[Layer], dict[str, tuple[int, ...]]] = {
    Layer: {"W_ih": (4 * H, D), "W_hh": (4 * H, H), "bias": (4 * H,)},
    RNNLayer: {"W_ih": (H, D), "W_hh": (H, H), "bias": (H,)},
    GRULayer: {"W_ih": (3 * H, D), "W_hh": (3 * H, H), "bias": (3 * H,), "b_hn": (H,)},
    PeepholeLayer: {
        "W_ih": (4 * H, D),
        "W_hh": (4 * H, H),
        "bias": (4 * H,),
        **dict.fromkeys(("p_i", "p_f", "p_o"), (H,)),
    },
    CoupledLayer: {"W_ih": (3 * H, D), "W_hh": (3 * H, H), "bias": (3 * H,)},
}
WITHOUT_C = (RNNLayer, GRULayer)

every_kind = pytest.mark.parametrize("kind", KINDS)


def problem(kind: type[Layer], seed: int) -> tuple[Layer, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    layer = kind(**{name: rng.normal(size=shape) for name, shape in KINDS[kind].items()})
    cells = 0 if kind in WITHOUT_C else H
    given: dict[str, Array] = {
        "x": rng.normal(size=(T, B, D)),
        "h0": rng.normal(size=(B, H)),
        "c0": rng.normal(size=(B, cells)),
        "dh": rng.normal(size=(T, B, H)),
        "dc_last": rng.normal(size=(B, cells)),
    }
    return layer, given


def loss(layer: Layer, given: dict[str, Array]) -> float:
    """Give a loss whose gradient on h(t) is dh and on c(T) is dc_last."""
    trace = run_layer(layer, given["x"], given["h0"], given["c0"])
    return float((trace.h * given["dh"]).sum() + (trace.c[-1] * given["dc_last"]).sum())


@every_kind
@pytest.mark.parametrize("seed", range(3))
def test_gradients_agree_with_central_differences(
    central_differences: Slopes, kind: type[Layer], seed: int
) -> None:
    layer, given = problem(kind, seed)
    trace = run_layer(layer, given["x"], given["h0"], given["c0"])
    found = run_layer_backward(layer, trace, given["dh"], given["dc_last"])
    own = {name: getattr(layer, name) for name in KINDS[kind]}

    def of(values: dict[str, Array]) -> float:
        return loss(dataclasses.replace(layer, **{name: values[name] for name in own}), values)

    for name in [*own, "x", "h0", *(["c0"] if trace.c0.size else [])]:
        slopes = central_differences(of, {**own, **given}, name)
        error = np.abs(getattr(found, f"d{name}") - slopes).max() / np.abs(slopes).max()
        assert error < 1e-6, name  # central differences with a step of 1e-6 in float64


@every_kind
@pytest.mark.parametrize("t", [0, 3])
def test_states_within_have_the_gradient_of_a_run_that_starts_there(
    kind: type[Layer], t: int
) -> None:
    layer, given = problem(kind, 4)
    trace = run_layer(layer, given["x"], given["h0"], given["c0"])
    whole = run_layer_backward(layer, trace, given["dh"], given["dc_last"])
    rest = run_layer(layer, given["x"][t + 1 :], trace.h[t], trace.c[t])
    later = run_layer_backward(layer, rest, given["dh"][t + 1 :], given["dc_last"])
    np.testing.assert_allclose(whole.dh[t], given["dh"][t] + later.dh0, rtol=0, atol=1e-11)
    # c(t) has its own way to h(t), and with a peephole to o(t), which h(t) has also.
    if trace.c.size:
        tanh_c, o = np.tanh(trace.c[t]), trace.o[t]
        own = o * (1 - tanh_c**2)
        if isinstance(layer, PeepholeLayer):
            own += tanh_c * o * (1 - o) * layer.p_o
        np.testing.assert_allclose(whole.dc[t], later.dc0 + whole.dh[t] * own, rtol=0, atol=1e-11)


@every_kind
def test_step_by_step_is_the_whole_sequence(kind: type[Layer]) -> None:
    layer, given = problem(kind, 1)
    h, c = given["h0"], given["c0"]
    whole = run_layer(layer, given["x"], h, c)
    for t in range(T):
        now = run_layer(layer, given["x"][t : t + 1], h, c)
        h, c = now.h[-1], now.c[-1]
        np.testing.assert_allclose(h, whole.h[t], rtol=0, atol=1e-14)
        np.testing.assert_allclose(c, whole.c[t], rtol=0, atol=1e-14)


@every_kind
def test_a_batch_is_its_sequences_one_by_one(kind: type[Layer]) -> None:
    layer, given = problem(kind, 2)
    whole = run_layer(layer, given["x"], given["h0"], given["c0"])
    found = run_layer_backward(layer, whole, given["dh"], given["dc_last"])
    total = np.zeros_like(found.dW_ih)
    for b in range(B):
        one = {name: a[:, b : b + 1] if a.ndim == 3 else a[b : b + 1] for name, a in given.items()}
        alone = run_layer(layer, one["x"], one["h0"], one["c0"])
        np.testing.assert_allclose(alone.h[:, 0], whole.h[:, b], rtol=0, atol=1e-13)
        back = run_layer_backward(layer, alone, one["dh"], one["dc_last"])
        np.testing.assert_allclose(back.dx[:, 0], found.dx[:, b], rtol=0, atol=1e-12)
        total += back.dW_ih
    np.testing.assert_allclose(total, found.dW_ih, rtol=0, atol=1e-12)


@every_kind
def test_states_that_are_left_out_are_zeros(kind: type[Layer]) -> None:
    layer, given = problem(kind, 3)
    left_out = run_layer(layer, given["x"])
    zeros = run_layer(layer, given["x"], 0 * given["h0"], 0 * given["c0"])
    np.testing.assert_array_equal(left_out.h, zeros.h)
    back = run_layer_backward(layer, left_out, given["dh"])
    same = run_layer_backward(layer, left_out, given["dh"], 0 * given["dc_last"])
    np.testing.assert_array_equal(back.dx, same.dx)


@every_kind
def test_neither_what_is_given_nor_the_trace_is_changed(kind: type[Layer]) -> None:
    layer, given = problem(kind, 5)
    trace = run_layer(layer, given["x"], given["h0"], given["c0"])
    arrays = [*vars(trace).values(), *given.values()]
    arrays += [getattr(layer, name) for name in KINDS[kind]]
    before = [array.tobytes() for array in arrays]
    run_layer_backward(layer, trace, given["dh"], given["dc_last"])
    assert [array.tobytes() for array in arrays] == before
    given["x"][:] = 0
    assert trace.x.all()


@every_kind
def test_float32_stays_float32(kind: type[Layer]) -> None:
    layer, given = problem(kind, 6)
    parameters = {name: getattr(layer, name).astype(np.float32) for name in KINDS[kind]}
    small = kind(**parameters)
    trace = run_layer(small, given["x"])
    found = run_layer_backward(small, trace, given["dh"])
    for record in (trace, found):
        for name, array in vars(record).items():
            assert array is None or array.dtype == np.float32, name
    # One array in float64 brings the others to it.
    mixed = kind(**parameters | {"bias": layer.bias})
    assert {getattr(mixed, name).dtype for name in parameters} == {np.dtype(np.float64)}


@every_kind
def test_a_layer_knows_its_sizes_and_is_frozen(kind: type[Layer]) -> None:
    layer, _ = problem(kind, 7)
    assert (layer.input_size, layer.hidden_size, layer.output_size) == (D, H, H)
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.bias = np.zeros(4)  # type: ignore[misc]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Layer])
def test_what_does_not_fit_the_layer_is_refused(kind: type[Layer]) -> None:
    layer, given = problem(kind, 0)
    for wrong in (given["x"][0], given["x"][:0], given["x"][..., :2]):
        with pytest.raises(LabError, match=re.escape("it must be (T, B, 4), T ≥ 1.")):
            run_layer(layer, wrong)
    with pytest.raises(LabError, match=re.escape("h0 has shape (3, 2) and c0")):
        run_layer(layer, given["x"], np.zeros((B, 2)))
    with pytest.raises(LabError, match=re.escape("c0 (3, 2); they must be (3, 5) and (3,")):
        run_layer(layer, given["x"], None, np.zeros((B, 2)))
    trace = run_layer(layer, given["x"])
    with pytest.raises(LabError, match=re.escape("dh has shape (6, 3); it must be (6, 3, 5)")):
        run_layer_backward(layer, trace, np.zeros((T, B)))
    if trace.c.size:
        with pytest.raises(LabError, match=re.escape("dc_last has shape (5,); it must be (3, 5)")):
            run_layer_backward(layer, trace, given["dh"], np.zeros(H))
