"""Layers on top of one another and the linear output."""

import itertools
import re

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, forward, run


def stack(rng: np.random.Generator, *sizes: int, dtype: type = np.float64) -> list[Layer]:
    """Layers of the given sizes, the first of which is the number of inputs."""
    return [
        Layer(
            rng.normal(size=(4 * H, D)).astype(dtype),
            rng.normal(size=(4 * H, H)).astype(dtype),
            rng.normal(size=4 * H).astype(dtype),
        )
        for D, H in itertools.pairwise(sizes)
    ]


def test_each_layer_reads_the_hidden_states_of_the_one_below() -> None:
    rng = np.random.default_rng(0)
    layers, x = stack(rng, 3, 5, 2, 4), rng.normal(size=(6, 2, 3))
    trace = run(Model(layers), x)

    first = forward(layers[0], x)
    second = forward(layers[1], first.h)
    third = forward(layers[2], second.h)
    # The same operations in the same order, so to the bit.
    for computed, expected in zip(trace.layers, (first, second, third), strict=True):
        np.testing.assert_array_equal(computed.x, expected.x)
        np.testing.assert_array_equal(computed.c, expected.c)
        np.testing.assert_array_equal(computed.h, expected.h)


def test_without_a_decoder_the_outputs_are_the_top_hidden_states() -> None:
    rng = np.random.default_rng(1)
    trace = run(Model(stack(rng, 3, 5, 2)), rng.normal(size=(6, 2, 3)))
    np.testing.assert_array_equal(trace.outputs, trace.layers[-1].h)


def test_the_decoder_maps_each_top_hidden_state() -> None:
    rng = np.random.default_rng(2)
    W, b = rng.normal(size=(7, 4)), rng.normal(size=7)
    trace = run(Model(stack(rng, 3, 4), Linear(W, b)), rng.normal(size=(6, 2, 3)))
    assert trace.outputs.shape == (6, 2, 7)
    h, y = trace.layers[-1].h, trace.outputs
    for t, batch, k in np.ndindex(y.shape):
        expected = sum(W[k, n] * h[t, batch, n] for n in range(4)) + b[k]
        # Five terms of size 1, summed in another order.
        assert abs(y[t, batch, k] - expected) < 1e-14


def test_a_decoder_maps_a_single_hidden_state_too() -> None:
    decoder = Linear(np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([10.0, 20.0]))
    assert decoder(np.array([3.0, 4.0])).tolist() == [21.0, 16.0]


def test_a_decoder_takes_lists() -> None:
    decoder = Linear([[1.0, 2.0]], [3.0])  # type: ignore[arg-type]
    assert decoder(np.ones(2)).tolist() == [6.0]


def test_a_model_keeps_its_layers_though_the_list_it_was_given_changes() -> None:
    layers = stack(np.random.default_rng(3), 3, 5, 2)
    model = Model(layers)
    layers.clear()
    assert [layer.hidden_size for layer in model.layers] == [5, 2]


def test_a_model_in_single_precision_computes_in_single_precision() -> None:
    rng = np.random.default_rng(4)
    decoder = Linear(np.ones((1, 2), np.float32), np.ones(1, np.float32))
    model = Model(stack(rng, 3, 5, 2, dtype=np.float32), decoder)
    trace = run(model, np.ones((6, 2, 3)))
    assert [layer.h.dtype for layer in trace.layers] == [np.float32, np.float32]
    assert trace.outputs.dtype == np.float32


def test_the_same_inputs_give_identical_bytes() -> None:
    rng = np.random.default_rng(5)
    model, x = Model(stack(rng, 3, 16, 16)), rng.normal(size=(30, 4, 3))
    assert run(model, x).outputs.tobytes() == run(model, x).outputs.tobytes()


def test_a_model_without_layers_is_refused() -> None:
    with pytest.raises(LabError, match=r"^A model needs at least one layer\.$"):
        Model([])


def test_neighbours_that_do_not_fit_are_named() -> None:
    rng = np.random.default_rng(6)
    layers = [*stack(rng, 3, 5, 2), *stack(rng, 4, 2)]
    message = "Layer 3 takes 4 inputs, but the layer below has 2 units."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model(layers)


def test_a_decoder_that_does_not_fit_the_top_layer_is_refused() -> None:
    decoder = Linear(np.zeros((7, 5)), np.zeros(7))
    message = "The output takes 5 values, but the top layer has 2 units."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model(stack(np.random.default_rng(7), 3, 5, 2), decoder)


@pytest.mark.parametrize(("W", "b"), [((7,), (7,)), ((7, 5), (5,)), ((7, 5), (7, 1))])
def test_a_decoder_whose_parts_do_not_belong_together_is_refused(
    W: tuple[int, ...], b: tuple[int, ...]
) -> None:
    message = f"The output has W of shape {W} and b of shape {b}; they must be (K, H) and (K,)."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Linear(np.zeros(W), np.zeros(b))


def test_inputs_that_do_not_fit_the_first_layer_are_refused() -> None:
    model = Model(stack(np.random.default_rng(8), 3, 5, 2))
    message = "x has shape (6, 2, 5); it must be (T, B, 3), T ≥ 1."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        run(model, np.zeros((6, 2, 5)))
