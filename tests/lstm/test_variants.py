"""The basic RNN: its equation, central differences, and PyTorch's nn.RNN (golden file)."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lstm import Array, LabError, Layer, Linear, Model, random_layers, run
from lstm.optimisers import Optimiser
from lstm.parameters import gradients, parameters, run_for_training, with_parameters
from lstm.training import Batch, Plan, fit
from lstm.variants import (
    RNNLayer,
    backward_rnn,
    forward_rnn,
    random_rnn_layers,
    run_layer,
    run_layer_backward,
)

Slopes = Callable[..., Array]

T, B, D, H = 6, 3, 4, 5
GOLDEN = Path(__file__).parents[1] / "golden" / "torch_rnn.npz"


def problem(seed: int) -> tuple[RNNLayer, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    layer = RNNLayer(rng.normal(size=(H, D)), rng.normal(size=(H, H)), rng.normal(size=H))
    given: dict[str, Array] = {
        "x": rng.normal(size=(T, B, D)),
        "h0": rng.normal(size=(B, H)),
        "dh": rng.normal(size=(T, B, H)),
    }
    return layer, given


def loss(layer: Layer, given: dict[str, Array]) -> float:
    """Give a loss whose gradient on h(t) is dh."""
    return float((forward_rnn(layer, given["x"], given["h0"]).h * given["dh"]).sum())


def test_every_step_is_the_equation() -> None:
    layer, given = problem(0)
    trace = forward_rnn(layer, given["x"], given["h0"])
    for t in range(T):
        a = trace.x[t] @ layer.W_ih.T + trace.h_prev[t] @ layer.W_hh.T + layer.bias
        np.testing.assert_allclose(trace.h[t], np.tanh(a), rtol=0, atol=1e-14)


def test_step_by_step_is_the_whole_sequence() -> None:
    layer, given = problem(1)
    h = given["h0"]
    whole = forward_rnn(layer, given["x"], h)
    for t in range(T):
        h = forward_rnn(layer, given["x"][t : t + 1], h).h[-1]
        np.testing.assert_allclose(h, whole.h[t], rtol=0, atol=1e-14)


def test_a_batch_is_its_sequences_one_by_one() -> None:
    layer, given = problem(2)
    whole = forward_rnn(layer, given["x"], given["h0"])
    for b in range(B):
        alone = forward_rnn(layer, given["x"][:, b : b + 1], given["h0"][b : b + 1])
        np.testing.assert_allclose(alone.h[:, 0], whole.h[:, b], rtol=0, atol=1e-14)


def test_there_are_no_gates_and_no_cell_states() -> None:
    layer, given = problem(3)
    trace = forward_rnn(layer, given["x"])
    assert [getattr(trace, name).shape for name in "ifgoc"] == [(T, B, 0)] * 5
    assert trace.c0.shape == (B, 0)
    assert trace.h0.tolist() == np.zeros((B, H)).tolist()
    back = backward_rnn(layer, trace, given["dh"], np.zeros((B, 0)))
    assert back.dc0.shape == (B, 0)
    assert back.dc.shape == (T, B, 0)
    assert back.dW_hr is None


@pytest.mark.parametrize("seed", range(3))
def test_gradients_agree_with_central_differences(central_differences: Slopes, seed: int) -> None:
    layer, given = problem(seed)
    found = backward_rnn(layer, forward_rnn(layer, given["x"], given["h0"]), given["dh"])
    own = {name: getattr(layer, name) for name in ("W_ih", "W_hh", "bias")}

    def of(values: dict[str, Array]) -> float:
        return loss(dataclasses.replace(layer, **{name: values[name] for name in own}), values)

    for name in (*own, "x", "h0"):
        slopes = central_differences(of, {**own, **given}, name)
        error = np.abs(getattr(found, f"d{name}") - slopes).max() / np.abs(slopes).max()
        assert error < 1e-6, name  # central differences with a step of 1e-6 in float64


@pytest.mark.parametrize("t", [0, 3])
def test_states_within_have_the_gradient_of_a_run_that_starts_there(t: int) -> None:
    layer, given = problem(4)
    trace = forward_rnn(layer, given["x"], given["h0"])
    whole = backward_rnn(layer, trace, given["dh"])
    rest = forward_rnn(layer, given["x"][t + 1 :], trace.h[t])
    later = backward_rnn(layer, rest, given["dh"][t + 1 :])
    np.testing.assert_allclose(whole.dh[t], given["dh"][t] + later.dh0, rtol=0, atol=1e-12)


def test_neither_what_is_given_nor_the_trace_is_changed() -> None:
    layer, given = problem(5)
    kept = {name: array.copy() for name, array in given.items()}
    trace = forward_rnn(layer, given["x"], given["h0"])
    h = trace.h.copy()
    backward_rnn(layer, trace, given["dh"])
    np.testing.assert_array_equal(trace.h, h)
    for name, array in given.items():
        np.testing.assert_array_equal(array, kept[name])


@pytest.mark.parametrize("case", ["scalar", "batch", "without_bias", "long", "two_layers"])
def test_it_agrees_with_pytorch(case: str) -> None:
    """Stored results of nn.RNN and autograd in float64; about 1e-15 is seen."""
    with np.load(GOLDEN) as file:
        prefix = f"{case}/"
        a = {name.removeprefix(prefix): file[name] for name in file if name.startswith(prefix)}
    layers = []
    for n in range(len(a["h0"])):
        none = np.zeros(len(a[f"weight_ih_l{n}"]))
        bias = a.get(f"bias_ih_l{n}", none) + a.get(f"bias_hh_l{n}", none)
        layers.append(RNNLayer(a[f"weight_ih_l{n}"], a[f"weight_hh_l{n}"], bias))
    below, traces = a["x"], []
    for layer, h0 in zip(layers, a["h0"], strict=True):
        traces.append(run_layer(layer, below, h0))
        below = traces[-1].h
    np.testing.assert_allclose(below, a["h"], rtol=0, atol=1e-12)

    above = a["dh"]
    found: dict[str, Array] = {}
    for n in range(len(layers) - 1, -1, -1):
        back = run_layer_backward(layers[n], traces[n], above)
        found |= {f"weight_ih_l{n}": back.dW_ih, f"weight_hh_l{n}": back.dW_hh}
        if f"bias_ih_l{n}" in a:
            found |= {f"bias_ih_l{n}": back.dbias, f"bias_hh_l{n}": back.dbias}
        found[f"h0_l{n}"] = back.dh0
        above = back.dx
    found["x"] = above
    found["h0"] = np.stack([found.pop(f"h0_l{n}") for n in range(len(layers))])
    assert {f"grad_{name}" for name in found} == {name for name in a if name.startswith("grad_")}
    for name, gradient in found.items():
        wanted = a[f"grad_{name}"]
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(gradient / scale, wanted / scale, rtol=0, atol=1e-12)


def test_float32_stays_float32() -> None:
    layer, given = problem(6)
    small = RNNLayer(
        *(getattr(layer, name).astype(np.float32) for name in ("W_ih", "W_hh", "bias"))
    )
    trace = forward_rnn(small, given["x"])
    found = backward_rnn(small, trace, given["dh"])
    assert {getattr(trace, name).dtype for name in ("x", "h", "c", "h0")} == {np.dtype(np.float32)}
    for name in ("dW_ih", "dW_hh", "dbias", "dx", "dh0", "dc0", "dh", "dc"):
        assert getattr(found, name).dtype == np.float32, name


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((5, 4), (5, 4), (5,)), r"W_hh \(5, 4\) and bias \(5,\); in a basic RNN they must be"),
        (((4, 4), (5, 5), (5,)), r"W_ih has shape \(4, 4\)"),
        (((5,), (5, 5), (5,)), r"W_ih has shape \(5,\)"),
        (((5, 4), (5, 5), (5, 1)), r"bias \(5, 1\)"),
        (((0, 4), (0, 0), (0,)), r"bias \(0,\)"),
    ],
)
def test_shapes_that_do_not_belong_together_are_refused(
    shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    with pytest.raises(LabError, match=message):
        RNNLayer(*(np.zeros(shape) for shape in shapes))


def test_a_projection_is_refused() -> None:
    with pytest.raises(LabError, match="A basic RNN has no projection"):
        RNNLayer(np.zeros((5, 4)), np.zeros((5, 5)), np.zeros(5), np.zeros((2, 5)))


def test_what_does_not_fit_the_layer_is_refused() -> None:
    layer, given = problem(0)
    for wrong in (given["x"][0], given["x"][:0], given["x"][..., :2]):
        with pytest.raises(LabError, match=re.escape("it must be (T, B, 4), T ≥ 1.")):
            forward_rnn(layer, wrong)
    states = r"h0 has shape \(3, 2\) and c0 \(3, 0\); they must be \(3, 5\) and \(3, 0\)"
    with pytest.raises(LabError, match=states):
        forward_rnn(layer, given["x"], np.zeros((B, 2)))
    with pytest.raises(LabError, match=r"c0 \(3, 5\); they must be"):
        forward_rnn(layer, given["x"], None, np.zeros((B, H)))
    with pytest.raises(LabError, match=re.escape("dh has shape (6, 3); it must be (6, 3, 5)")):
        backward_rnn(layer, forward_rnn(layer, given["x"]), np.zeros((T, B)))


def test_random_layers_are_the_same_for_the_same_seed_and_fill_their_range() -> None:
    one, two = (random_rnn_layers(np.random.default_rng(3), [40, 60, 2]) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        for name in ("W_ih", "W_hh", "bias"):
            assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    wide, narrow = one
    assert (narrow.input_size, narrow.hidden_size) == (60, 2)
    for weights, reach in ((wide.W_ih, np.sqrt(6 / 100)), (wide.W_hh, np.sqrt(6 / 120))):
        assert 0.99 * reach < np.abs(weights).max() <= reach
        # Of a uniform distribution: σ = reach/√3; 2,400 draws come within 5 %.
        assert abs(weights.std() / (reach / np.sqrt(3)) - 1) < 0.05
    assert not wide.bias.any()


def mixed_model() -> Model:
    rng = np.random.default_rng(8)
    layers = [*random_rnn_layers(rng, [D, H]), *random_layers(rng, [H, 3])]
    return Model(layers, Linear(rng.normal(size=(2, 3)), rng.normal(size=2)))


def test_a_model_may_hold_both_kinds_under_pytorch_names() -> None:
    model = mixed_model()
    values = parameters(model)
    assert {name for name in values if name.endswith("0")} == {
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
        "rnn.bias_ih_l0",
    }
    assert {name for name in values if name.endswith("1")} == {
        "lstm.weight_ih_l1",
        "lstm.weight_hh_l1",
        "lstm.bias_ih_l1",
    }
    again = with_parameters(model, values)
    assert [type(layer) for layer in again.layers] == [RNNLayer, Layer]
    for name, array in parameters(again).items():
        assert array is values[name]


def test_a_model_of_both_kinds_has_the_gradients_of_central_differences(
    central_differences: Slopes,
) -> None:
    model, rng = mixed_model(), np.random.default_rng(9)
    x, doutputs = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, 2))
    done = run_for_training(model, x)
    np.testing.assert_array_equal(done.outputs, run(model, x).outputs)
    found, values = gradients(model, done, doutputs), parameters(model)
    assert set(found) == set(values)

    def loss_of(changed: dict[str, Array]) -> float:
        return float((run(with_parameters(model, changed), x).outputs * doutputs).sum())

    for name in values:
        slopes = central_differences(loss_of, values, name)
        assert np.abs(found[name] - slopes).max() / np.abs(slopes).max() < 1e-6, name


class Echo:
    """What was said two steps ago; each batch goes on from the one before."""

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give the n-th batch."""
        x = rng.normal(size=(8, 16, 1))
        counts = np.ones((8, 16))
        counts[:2] = 0
        return Batch(x, np.roll(x, 2, axis=0), counts, goes_on=number > 1)


def test_it_learns_and_goes_on_from_its_states_to_the_same_bytes() -> None:
    rng = np.random.default_rng(0)
    decoder = Linear(rng.normal(size=(1, 12)) * 0.3, np.zeros(1))
    model = Model(random_rnn_layers(rng, [1, 12]), decoder)
    plan = Plan(400, Optimiser(rate=0.01))
    records = list(fit(model, Echo(), plan))
    # Saying 0 always costs 1, the variance of the inputs.
    assert records[-1].loss < 0.1
    resumed = list(fit(model, Echo(), plan, records[390]))
    for name, array in parameters(resumed[-1].model).items():
        assert array.tobytes() == parameters(records[-1].model)[name].tobytes()
