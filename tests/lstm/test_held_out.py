"""Scores on what is held out, beside loops over every step."""

import numpy as np
import pytest

from lstm import Model, random_layers, run
from lstm.held_out import baseline, drawn, pieces, saturation, score
from lstm.model import Linear
from lstm.scoring import next_token, within
from lstm.tasks import Reber
from lstm.training import Batch

RNG = np.random.default_rng(0)
V = 4


def tokens_model(depth: int = 1) -> Model:
    rng = np.random.default_rng(1)
    layers = random_layers(rng, [V] + [6] * depth, "normal")
    return Model(layers, Linear(rng.normal(size=(V, 6)), np.zeros(V)), np.eye(V))


def numbers_model(K: int) -> Model:
    rng = np.random.default_rng(2)
    return Model(random_layers(rng, [2, 5]), Linear(rng.normal(size=(K, 5)), np.zeros(K)))


def tokens(T: int, B: int, *, counted: bool) -> Batch:
    counts = RNG.integers(0, 3, (T, B)).astype(float) if counted else None
    return Batch(RNG.integers(0, V, (T, B)), RNG.integers(0, V, (T, B)), counts)


@pytest.mark.parametrize("counted", [False, True])
def test_the_loss_of_tokens_is_their_mean_surprise(counted: bool) -> None:
    model = tokens_model()
    batches = [tokens(7, 3, counted=counted), tokens(4, 5, counted=counted)]
    loss = weight = right = total = 0.0
    for batch in batches:
        outputs = run(model, batch.inputs).outputs
        for t, b in np.ndindex(batch.targets.shape):
            count = 1.0 if batch.counts is None else float(batch.counts[t, b])
            chances = np.exp(outputs[t, b]) / np.exp(outputs[t, b]).sum()
            loss -= count * np.log(chances[batch.targets[t, b]])
            weight += count
            right += bool(count) and chances.argmax() == batch.targets[t, b]
            total += bool(count)
    found = score(model, batches, next_token)
    assert abs(found.loss - loss / weight) < 1e-12
    assert found.accuracy == right / total


def test_the_loss_of_numbers_is_their_mean_square() -> None:
    model = numbers_model(3)
    batch = Batch(RNG.normal(size=(6, 4, 2)), RNG.normal(size=(6, 4, 3)))
    errors = (run(model, batch.inputs).outputs - batch.targets) ** 2
    found = score(model, [batch], None)
    assert abs(found.loss - errors.sum() / (6 * 4 * 3)) < 1e-12
    assert found.accuracy is None


def test_where_nothing_is_judged_there_is_no_accuracy() -> None:
    never = tokens(3, 2, counted=False)
    assert score(tokens_model(), [never], lambda outputs, batch: (0, 0)).accuracy is None


@pytest.mark.parametrize("length", [9, 150, 1234, 5000])
def test_pieces_are_scored_as_if_each_stream_were_one(length: int) -> None:
    """In pieces, so that memory does not grow; with carried states, so that nothing is lost."""
    text = RNG.integers(0, V, length + 1)
    model = tokens_model(2)
    batches = pieces(text[:-1], text[1:], 10_000)
    whole = Batch(
        np.concatenate([batch.inputs for batch in batches]),
        np.concatenate([batch.targets for batch in batches]),
    )
    B = whole.inputs.shape[1]
    assert max(1, min(20, length // 100)) == B
    assert whole.inputs.size > 0.99 * length - B
    assert max(len(batch.inputs) for batch in batches) <= 100
    one, many = (score(model, held, next_token) for held in ([whole], batches))
    assert abs(one.loss - many.loss) < 1e-12
    assert one.accuracy == many.accuracy


def test_no_more_is_measured_on_than_was_asked_for() -> None:
    text = np.arange(50_001)
    most = pieces(text[:-1], text[1:], 20_000)
    assert sum(batch.targets.size for batch in most) == 20_000
    few = pieces(text[:-1], text[1:], 1000)
    assert sum(batch.targets.size for batch in few) == 1000
    # The first ones, in order.
    np.testing.assert_array_equal(np.concatenate([b.inputs for b in few]).T.ravel(), text[:1000])


def test_a_task_is_scored_on_several_batches_of_its_own() -> None:
    batches = drawn(Reber(8), seed=3, count=5)
    assert len(batches) == 5
    again = drawn(Reber(8), seed=3, count=5)
    other = drawn(Reber(8), seed=4, count=5)
    for one, two in zip(batches, again, strict=True):
        np.testing.assert_array_equal(one.inputs, two.inputs)
    assert any(
        one.inputs.shape != two.inputs.shape or (one.inputs != two.inputs).any()
        for one, two in zip(batches, other, strict=True)
    )
    # Not those that training draws.
    for number in range(20):
        learnt = Reber(8).batch(number, np.random.default_rng([3, number])).inputs
        assert not any(np.array_equal(learnt, batch.inputs) for batch in batches)


def test_a_model_of_no_numbers_has_a_loss_of_none() -> None:
    model = tokens_model()
    broken = Model(model.layers, Linear(np.full((V, 6), np.inf), np.zeros(V)), np.eye(V))
    assert not np.isfinite(score(broken, [tokens(5, 2, counted=False)], next_token).loss)


def test_the_baseline_of_tokens_is_their_entropy() -> None:
    targets = np.array([[0, 1], [1, 2], [1, 3]])
    counts = np.array([[1.0, 1.0], [1.0, 4.0], [1.0, 0.0]])
    batch = Batch(targets, targets, counts)
    # 0 counts 1, 1 counts 3, 2 counts 4 and 3 nothing.
    by_hand = -(1 / 8 * np.log(1 / 8) + 3 / 8 * np.log(3 / 8) + 4 / 8 * np.log(4 / 8))
    assert abs(baseline([batch]) - by_hand) < 1e-12
    # The same once more, each counted once: 1, 3, 1, 1.
    shares = np.array([2, 6, 5, 1]) / 14
    both = baseline([batch, Batch(targets, targets)])
    assert abs(both + (shares * np.log(shares)).sum()) < 1e-12


def test_the_baseline_of_numbers_is_their_variance() -> None:
    targets = np.array([[[1.0, 5.0], [3.0, 5.0]], [[8.0, 6.0], [100.0, -9.0]]])
    counts = np.array([[1.0, 1.0], [1.0, 0.0]])
    one, two = np.array([1.0, 3.0, 8.0]), np.array([5.0, 5.0, 6.0])
    by_hand = (((one - 4) ** 2).mean() + ((two - 16 / 3) ** 2).mean()) / 2
    assert abs(baseline([Batch(targets, targets, counts)]) - by_hand) < 1e-12


@pytest.mark.parametrize("numbers", [False, True])
def test_no_constant_answer_is_better_than_the_baseline(numbers: bool) -> None:
    K = 1 if numbers else V
    best = np.inf
    inputs = RNG.normal(size=(20, 3, 2))
    batch = Batch(inputs, RNG.integers(0, V, (20, 3)))
    if numbers:
        batch = Batch(inputs, RNG.normal(size=(20, 3, 1)))
    for _ in range(300):
        model = numbers_model(K)
        constant = Linear(np.zeros((K, 5)), RNG.normal(size=K) * 0.3)
        best = min(best, score(Model(model.layers, constant), [batch], None).loss)
    low = baseline([batch])
    # One of 300 constants comes near.
    assert low <= best < low + 0.1


@pytest.mark.parametrize("filled", [False, True])
def test_saturation_is_the_share_of_gates_that_are_shut_or_open(filled: bool) -> None:
    model, batch = tokens_model(2), tokens(8, 3, counted=False)
    last = [3, 7, 5] if filled else [7, 7, 7]  # of each sequence; what follows is filling
    if filled:
        counts = np.zeros((8, 3))
        counts[[0, 2, 7, 5], [0, 2, 1, 2]] = 1.0
        counts[3, 0] = 0.5
        batch = batch._replace(counts=counts)
    traces = run(model, batch.inputs).layers
    found = saturation(model, batch)
    assert list(found) == ["i", "f", "o"]
    for name, share in found.items():
        gates = [
            float(getattr(trace, name)[t, b, k])
            for trace in traces
            for b in range(3)
            for t in range(last[b] + 1)
            for k in range(6)
        ]
        extreme = [gate for gate in gates if gate < 0.1 or gate > 0.9]
        assert 0 < share < 1
        assert abs(share - len(extreme) / len(gates)) < 1e-12


def test_numbers_are_judged_by_how_near_they_are() -> None:
    model = numbers_model(1)
    batch = Batch(RNG.normal(size=(5, 4, 2)), RNG.normal(size=(5, 4, 1)))
    near = np.abs(run(model, batch.inputs).outputs - batch.targets) < 0.7
    assert score(model, [batch], within(0.7)).accuracy == near.mean()
