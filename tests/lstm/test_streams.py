"""Streams: all of a long sequence, in order, once an epoch, and states go on where they should."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lstm import Model, random_layers
from lstm.losses import cross_entropy
from lstm.model import Linear
from lstm.optimisers import Optimiser
from lstm.parameters import run_for_training
from lstm.streams import Streams, cut
from lstm.training import Batch, Plan, fit

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=60, deadline=None)

RNG = np.random.default_rng(0)  # of which nothing is drawn


def streams_of(length: int, size: int, unroll: int) -> Streams:
    numbers = np.arange(length)
    return Streams(numbers, numbers + 1, size, unroll)


def epoch(streams: Streams) -> list[Batch]:
    return [streams.batch(n, RNG) for n in range(1, streams.batches + 1)]


def columns(batches: list[Batch]) -> NDArray[Any]:
    """Put the pieces of each stream together again: a row for each."""
    return np.concatenate([batch.inputs for batch in batches]).T


sizes = given(st.integers(1, 3000), st.integers(1, 40), st.integers(2, 80))


@examples
@sizes
def test_each_stream_is_gone_through_in_order_once(length: int, size: int, unroll: int) -> None:
    streams = streams_of(length, size, unroll)
    rows = columns(epoch(streams))
    # Each goes on by one, and the next begins where the one before ends: nothing twice.
    np.testing.assert_array_equal(rows.ravel(), np.arange(rows.size))


@examples
@sizes
def test_little_is_left_out_and_only_at_the_end(length: int, size: int, unroll: int) -> None:
    streams = streams_of(length, size, unroll)
    left = length - columns(epoch(streams)).size
    assert left < streams.size + 0.01 * length


@examples
@sizes
def test_the_target_is_that_of_the_same_place(length: int, size: int, unroll: int) -> None:
    for batch in epoch(streams_of(length, size, unroll)):
        np.testing.assert_array_equal(batch.targets, batch.inputs + 1)
        assert batch.inputs.flags.c_contiguous


@examples
@sizes
def test_batches_have_the_size_that_is_foretold(length: int, size: int, unroll: int) -> None:
    streams = streams_of(length, size, unroll)
    B, T = cut(length, size, unroll)
    assert (streams.size, streams.unroll) == (B, T)
    assert size >= B
    assert unroll >= T
    *whole, last = (batch.inputs.shape for batch in epoch(streams))
    assert all(shape == (T, B) for shape in whole)
    assert last[1] == B
    assert 1 <= last[0] <= T


@examples
@sizes
def test_states_start_anew_with_each_epoch_alone(length: int, size: int, unroll: int) -> None:
    streams = streams_of(length, size, unroll)
    n = streams.batches
    goes_on = [streams.batch(number, RNG).goes_on for number in range(1, 2 * n + 1)]
    assert goes_on == [k % n > 0 for k in range(2 * n)]
    for first, again in zip(epoch(streams), range(n + 1, 2 * n + 1), strict=True):
        np.testing.assert_array_equal(first.inputs, streams.batch(again, RNG).inputs)


def test_nothing_of_a_stream_that_is_no_whole_number_of_pieces_is_lost() -> None:
    batches = epoch(streams_of(1590, 16, 50))
    assert [batch.inputs.shape for batch in batches] == [(50, 16), (49, 16)]


def test_a_small_rest_of_a_long_sequence_is_left_out() -> None:
    streams = streams_of(32 * (64 * 200 + 5), 32, 64)
    assert {batch.inputs.shape for batch in epoch(streams)} == {(64, 32)}
    assert streams.batches == 200


@pytest.mark.parametrize(
    ("length", "made"),
    [(1000, (16, 50)), (799, (15, 50)), (120, (2, 50)), (50, (1, 50)), (49, (1, 49)), (1, (1, 1))],
)
def test_a_short_sequence_gets_fewer_streams(length: int, made: tuple[int, int]) -> None:
    assert cut(length, 16, 50) == made


def test_rows_of_a_table_are_cut_as_tokens_are() -> None:
    inputs, targets = np.random.default_rng(1).normal(size=(2, 100, 3))
    streams = Streams(inputs, targets[:, :1], 4, 5)
    batch = streams.batch(2, RNG)
    assert batch.inputs.shape == (5, 4, 3)
    assert batch.targets.shape == (5, 4, 1)
    for b in range(4):
        np.testing.assert_array_equal(batch.inputs[:, b], inputs[25 * b + 5 : 25 * b + 10])
        np.testing.assert_array_equal(batch.targets[:, b, 0], targets[25 * b + 5 : 25 * b + 10, 0])


def test_carried_states_give_the_losses_of_one_long_run() -> None:
    """With a learning rate of almost nothing, the pieces are those of an unrolled whole."""
    rng = np.random.default_rng(3)
    text = rng.integers(0, 4, 3 * 40 + 1)
    layers = random_layers(rng, [4, 6, 6])
    model = Model(layers, Linear(rng.normal(size=(4, 6)), np.zeros(4)), np.eye(4))
    streams = Streams(text[:-1], text[1:], 3, 7)
    plan = Plan(6, Optimiser("sgd", 1e-300))
    losses = [progress.loss for progress in fit(model, streams, plan)]

    whole = run_for_training(model, text[:-1].reshape(3, 40).T).outputs
    wanted = text[1:].reshape(3, 40).T
    for n, loss in enumerate(losses):
        steps = slice(7 * n, 7 * (n + 1))
        assert abs(cross_entropy(whole[steps], wanted[steps]).value - loss) < 1e-12


def test_training_begins_its_second_epoch_from_zero_states() -> None:
    rng = np.random.default_rng(4)
    text = rng.integers(0, 3, 61)
    model = Model(
        random_layers(rng, [3, 5]), Linear(rng.normal(size=(3, 5)), np.zeros(3)), np.eye(3)
    )
    streams = Streams(text[:-1], text[1:], 2, 10)
    progress = list(islice(fit(model, streams, Plan(4, Optimiser("sgd", 1e-300))), 4))
    assert progress[3].loss == progress[0].loss
    assert progress[1].loss != progress[0].loss
