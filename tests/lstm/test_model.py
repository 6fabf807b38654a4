"""Layers on top of one another and the linear output."""

import itertools
import re

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, forward, run
from lstm.model import WIDEST_ONE_HOT
from lstm.vocabulary import Vocabulary


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
    message = "Layer 3 takes 4 inputs, but the layer below gives 2."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model(layers)


def test_a_decoder_that_does_not_fit_the_top_layer_is_refused() -> None:
    decoder = Linear(np.zeros((7, 5)), np.zeros(7))
    message = "The output takes 5 values, but the top layer gives 2."
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


# Tokens


def test_tokens_choose_rows_of_the_embedding() -> None:
    rng = np.random.default_rng(9)
    layers, rows = stack(rng, 3, 4), rng.normal(size=(5, 3))
    model = Model(layers, embedding=rows)
    tokens = np.array([[0, 4], [4, 2]])
    trace = run(model, tokens)
    np.testing.assert_array_equal(trace.layers[0].x, rows[tokens])
    np.testing.assert_array_equal(trace.outputs, run(Model(layers), rows[tokens]).outputs)
    assert model.takes_tokens
    assert (model.input_size, model.token_count) == (3, 5)


def test_without_an_embedding_tokens_are_one_hot() -> None:
    layers = stack(np.random.default_rng(10), 3, 4, dtype=np.float32)
    model = Model(layers, vocabulary=Vocabulary(("a", "b", "c")))
    x = run(model, np.array([[2], [0]])).layers[0].x
    assert x.dtype == np.float32
    assert x.tolist() == [[[0, 0, 1]], [[1, 0, 0]]]
    assert model.takes_tokens
    assert (model.input_size, model.token_count) == (3, 3)


def test_a_model_of_numbers_takes_no_tokens() -> None:
    assert not Model(stack(np.random.default_rng(11), 3, 4)).takes_tokens


@pytest.mark.parametrize("token", [-1, 5])
def test_a_token_that_is_not_there_is_refused(token: int) -> None:
    model = Model(stack(np.random.default_rng(12), 3, 4), embedding=np.zeros((5, 3)))
    with pytest.raises(LabError, match=r"^Tokens have numbers from 0 to 4 here\.$"):
        run(model, [[0], [token]])


def test_no_tokens_are_embedded_to_nothing() -> None:
    model = Model(stack(np.random.default_rng(13), 3, 4), embedding=np.zeros((5, 3)))
    assert model.embed(np.zeros((0, 2), np.int64)).shape == (0, 2, 3)


def test_one_hot_inputs_of_very_many_tokens_are_refused() -> None:
    D = WIDEST_ONE_HOT + 1
    model = Model([Layer(np.zeros((4, D)), np.zeros((4, 1)), np.zeros(4))])
    message = (
        "One-hot inputs of 8193 tokens take too much memory. "
        "Use an embedding, or at most 8192 tokens."
    )
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        run(model, [[0]])


def test_the_embedding_keeps_its_precision_and_takes_lists() -> None:
    layers = stack(np.random.default_rng(14), 1, 2)
    single = Model(layers, embedding=np.ones((2, 1), np.float32)).embedding
    lists = Model(layers, embedding=[[1], [2]]).embedding  # type: ignore[arg-type]
    assert single is not None
    assert lists is not None
    assert single.dtype == np.float32
    assert lists.dtype == np.float64


@pytest.mark.parametrize("shape", [(5,), (5, 4), (0, 3), (5, 3, 1)])
def test_an_embedding_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    message = f"The embedding has shape {shape}; it must be (V, 3)."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model(stack(np.random.default_rng(15), 3, 4), embedding=np.zeros(shape))


def test_a_vocabulary_of_another_size_is_refused() -> None:
    layers, vocabulary = stack(np.random.default_rng(16), 3, 4), Vocabulary(("a", "b"))
    for embedding, count in ((None, 3), (np.zeros((5, 3)), 5)):
        message = f"The vocabulary has 2 tokens, but the model takes {count}."
        with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
            Model(layers, embedding=embedding, vocabulary=vocabulary)


# Names


def test_names_are_as_many_as_what_they_name() -> None:
    layers = stack(np.random.default_rng(17), 3, 2, 1)
    units = (("a", "b"), ("c",))
    model = Model(layers, input_names=("x", "y", "z"), unit_names=units)
    assert model.input_names == ("x", "y", "z")
    assert model.unit_names == units
    with pytest.raises(LabError, match=r"^There are 1 names for 3 inputs\.$"):
        Model(layers, input_names=("x",))
    message = "The units' names must be as many as the units: [2, 1]."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model(layers, unit_names=(("a", "b"), ("c", "d")))
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model(layers, unit_names=(("a", "b"),))


def test_the_decoder_reads_what_the_projection_gives() -> None:
    rng = np.random.default_rng(18)
    layer = Layer(
        rng.normal(size=(16, 3)), rng.normal(size=(16, 2)), np.zeros(16), rng.normal(size=(2, 4))
    )
    model = Model([layer, *stack(rng, 2, 4)], Linear(np.ones((5, 4)), np.zeros(5)))
    trace = run(model, rng.normal(size=(6, 2, 3)))
    assert trace.layers[0].h.shape == (6, 2, 2)
    assert trace.outputs.shape == (6, 2, 5)
    message = "The output takes 4 values, but the top layer gives 2."
    with pytest.raises(LabError, match=f"^{re.escape(message)}$"):
        Model([layer], Linear(np.ones((5, 4)), np.zeros(5)))
