"""Units silenced one by one."""

import numpy as np
import pytest

from lstm import LabError, Layer, Linear, Model, Vocabulary, random_layers, run
from lstm.interventions import Silence, intervene
from lstm.silencing import (
    Prompt,
    Silenced,
    contrasts,
    silence_each,
    strongest,
    without_unit,
)

RNG = np.random.default_rng(2)
V = 6
WORDS = Vocabulary(tuple("abcdef"), "words")
LAYERS = random_layers(np.random.default_rng(0), [V, 4, 3])
MODEL = Model(LAYERS, Linear(RNG.normal(size=(V, 3)), RNG.normal(size=V)), vocabulary=WORDS)
PROMPTS = [Prompt((0, 1, 2), 3, 4), Prompt((5,), 1, 0), Prompt((2, 2, 2, 2, 1), 0, 5)]


def outputs(model: Model, tokens: tuple[int, ...]) -> np.ndarray:
    return run(model, np.array(tokens)[:, None]).outputs[:, 0]


def test_a_contrast_is_a_difference_of_scores_at_the_end_of_its_prompt() -> None:
    found = contrasts(MODEL, PROMPTS)
    for value, prompt in zip(found, PROMPTS, strict=True):
        scores = outputs(MODEL, prompt.tokens)[-1]
        assert value == pytest.approx(scores[prompt.right] - scores[prompt.wrong], abs=1e-12)


@pytest.mark.parametrize(("layer", "unit"), [(0, 2), (1, 0)])
def test_a_unit_left_out_is_the_unit_silenced_at_every_step(layer: int, unit: int) -> None:
    tokens = (0, 1, 2, 5, 5)
    x = MODEL.embed(np.array(tokens)[:, None])
    for n, one in enumerate(MODEL.layers):
        x = intervene(one, x, [Silence(unit, 1, 5)] if n == layer else []).h
    assert MODEL.decoder is not None
    expected = MODEL.decoder(x)[:, 0]
    np.testing.assert_allclose(
        outputs(without_unit(MODEL, layer, unit), tokens), expected, atol=1e-12
    )


def test_a_unit_below_a_projection_is_silenced_too() -> None:
    top = LAYERS[-1]
    projected = Layer(top.W_ih, RNG.normal(size=(12, 2)), top.bias, W_hr=RNG.normal(size=(2, 3)))
    model = Model([LAYERS[0], projected], Linear(RNG.normal(size=(V, 2)), np.zeros(V)))
    x = RNG.normal(size=(4, 1, V))
    below = run(Model([LAYERS[0]]), x).outputs
    expected = intervene(projected, below, [Silence(1, 1, 4)]).h
    silenced = run(without_unit(model, 1, 1), x)
    np.testing.assert_allclose(silenced.layers[-1].h, expected, atol=1e-12)


def test_each_unit_is_silenced_in_turn() -> None:
    found = silence_each(MODEL, PROMPTS)
    assert [len(one.contrast) for one in found] == [4, 3]
    whole = contrasts(MODEL, PROMPTS)
    for layer, one in enumerate(found):
        for unit in range(len(one.contrast)):
            left = contrasts(without_unit(MODEL, layer, unit), PROMPTS)
            assert one.contrast[unit] == pytest.approx(whole.mean() - left.mean())
            assert one.accuracy[unit] == pytest.approx((whole > 0).mean() - (left > 0).mean())


def test_the_unit_that_carries_the_contrast_is_the_strongest() -> None:
    W = np.zeros((V, 3))
    W[3], W[4] = [0, 5, 0], [0, -5, 0]
    deaf = Layer(LAYERS[1].W_ih, np.zeros((12, 3)), LAYERS[1].bias)
    model = Model([LAYERS[0], deaf], Linear(W, np.zeros(V)), vocabulary=WORDS)
    prompts = [Prompt((0, 1), 3, 4)]
    top = silence_each(model, prompts)[1]
    # Nothing hears the other two, and without this one nothing is left of the contrast.
    np.testing.assert_allclose(top.contrast, [0, contrasts(model, prompts)[0], 0], atol=1e-12)
    assert strongest([top], 1) == [(0, 1)]


def test_the_strongest_are_so_either_way() -> None:
    found = [Silenced(np.array([1.0, -2.0]), np.zeros(2)), Silenced(np.array([1.5]), np.zeros(1))]
    assert strongest(found, 9) == [(0, 1), (1, 0), (0, 0)]


def test_what_is_not_there_is_refused() -> None:
    with pytest.raises(LabError, match="no unit 9 in layer 0"):
        without_unit(MODEL, 0, 9)
    with pytest.raises(LabError, match="no unit 0 in layer 2"):
        without_unit(MODEL, 2, 0)
    with pytest.raises(LabError, match="without an output"):
        without_unit(Model(LAYERS), 1, 0)
    with pytest.raises(LabError, match="without an output"):
        contrasts(Model(LAYERS), PROMPTS)
    for prompts in ([], [Prompt((), 0, 1)]):
        with pytest.raises(LabError, match="Give prompts"):
            contrasts(MODEL, prompts)
    for right in (-1, V):
        with pytest.raises(LabError, match=f"from 0 to {V - 1}"):
            contrasts(MODEL, [Prompt((0,), right, 1)])
