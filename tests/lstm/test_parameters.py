"""Gradients of whole models: embedding, layers with dropout between, decoder."""

from collections.abc import Callable

import numpy as np
import pytest

from lstm import Array, LabError, Layer, Linear, Model, backward, run
from lstm.gru import GRULayer
from lstm.parameters import gradients, parameters, run_for_training, with_parameters

Slopes = Callable[..., Array]

T, B, V, D, H, K = 5, 3, 6, 4, 3, 2


def some_model(seed: int, *, tokens: bool, projected: bool = False) -> Model:
    rng = np.random.default_rng(seed)
    P = 2 if projected else H
    layers = [
        Layer(
            rng.normal(size=(4 * H, size)),
            rng.normal(size=(4 * H, P)),
            rng.normal(size=4 * H),
            rng.normal(size=(P, H)) if projected else None,
        )
        for size in (D, P)
    ]
    decoder = Linear(rng.normal(size=(K, P)), rng.normal(size=K))
    return Model(layers, decoder, rng.normal(size=(V, D)) if tokens else None)


@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("projected", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_gradients_agree_with_central_differences(
    central_differences: Slopes, tokens: bool, projected: bool, dropout: float
) -> None:
    model = some_model(0, tokens=tokens, projected=projected)
    rng = np.random.default_rng(1)
    inputs = rng.integers(0, V, (T, B)) if tokens else rng.normal(size=(T, B, D))
    doutputs = rng.normal(size=(T, B, K))

    def loss(changed: dict[str, Array]) -> float:
        done = run_for_training(
            with_parameters(model, changed), inputs, dropout=dropout, rng=np.random.default_rng(2)
        )
        return float((done.outputs * doutputs).sum())

    done = run_for_training(model, inputs, dropout=dropout, rng=np.random.default_rng(2))
    found = gradients(model, done, doutputs)
    values = parameters(model)
    assert set(found) == set(values)
    for name in values:
        slopes = central_differences(loss, values, name)
        assert np.abs(found[name] - slopes).max() / np.abs(slopes).max() < 1e-6, name


def test_a_token_has_the_gradients_of_all_places_where_it_was_read() -> None:
    model = some_model(8, tokens=True)
    tokens = np.array([[5, 0, 5], [2, 5, 0]])  # 1, 3 and 4 are not read
    done = run_for_training(model, tokens)
    doutputs = np.random.default_rng(1).normal(size=(2, B, K))
    found = gradients(model, done, doutputs)["embedding.weight"]
    assert model.decoder is not None
    dh: Array = doutputs @ model.decoder.W
    for layer, trace in zip(model.layers[::-1], done.traces[::-1], strict=True):
        dh = backward(layer, trace, dh).dx
    wanted = np.zeros((V, D))
    for t, b in np.ndindex(tokens.shape):
        wanted[tokens[t, b]] += dh[t, b]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-14)


def test_without_dropout_it_is_the_same_run() -> None:
    model = some_model(3, tokens=True)
    tokens = np.random.default_rng(0).integers(0, V, (T, B))
    done = run_for_training(model, tokens)
    np.testing.assert_array_equal(done.outputs, run(model, tokens).outputs)


def test_a_run_that_goes_on_from_the_last_states_is_the_whole_run() -> None:
    model = some_model(4, tokens=True)
    tokens = np.random.default_rng(0).integers(0, V, (T, B))
    first = run_for_training(model, tokens[:2])
    rest = run_for_training(model, tokens[2:], first.last)
    whole = run_for_training(model, tokens)
    np.testing.assert_allclose(rest.outputs, whole.outputs[2:], rtol=0, atol=1e-14)


def test_dropout_leaves_the_mean_as_it_is() -> None:
    model = some_model(5, tokens=False)
    done = run_for_training(
        model, np.ones((400, 20, D)), dropout=0.25, rng=np.random.default_rng(0)
    )
    assert done.masks[0] is None
    mask = done.masks[1]
    assert mask is not None
    # 24,000 draws of 0 or 4/3: the mean comes within 2 % of 1.
    assert abs(mask.mean() - 1) < 0.02
    assert set(np.unique(mask)) == {0.0, 1 / 0.75}


def test_parameters_put_back_give_the_same_model() -> None:
    model = some_model(6, tokens=True, projected=True)
    again = with_parameters(model, parameters(model))
    for name, array in parameters(again).items():
        assert array is parameters(model)[name]


def test_a_model_without_a_decoder_learns_by_its_hidden_states() -> None:
    model = Model(some_model(7, tokens=False).layers)
    done = run_for_training(model, np.ones((T, B, D)))
    assert set(gradients(model, done, np.ones((T, B, H)))) == set(parameters(model))
    assert with_parameters(model, parameters(model)).decoder is None


@pytest.mark.parametrize(
    ("dropout", "message"),
    [(1.0, "Dropout is 1.0. Use a share from 0 to below 1, like 0.2."), (-0.1, "Dropout is -0.1")],
)
def test_a_dropout_that_cannot_be_is_refused(dropout: float, message: str) -> None:
    with pytest.raises(LabError, match=message):
        run_for_training(some_model(0, tokens=False), np.ones((T, B, D)), dropout=dropout)


def test_dropout_without_a_generator_is_refused() -> None:
    with pytest.raises(LabError, match="needs a random generator"):
        run_for_training(some_model(0, tokens=False), np.ones((T, B, D)), dropout=0.5)


def test_kinds_with_further_parameters_are_not_trained_in_part() -> None:
    layer = GRULayer(np.ones((6, 3)), np.zeros((6, 2)), np.zeros(6), b_hn=np.zeros(2))
    with pytest.raises(LabError, match="A GRULayer cannot be trained here"):
        parameters(Model([layer]))
