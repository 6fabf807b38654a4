"""Training: it learns, it can be stopped and gone on with, and says when it explodes."""

from itertools import islice
from typing import NamedTuple

import numpy as np
import pytest

from lstm import LabError, Linear, Model, random_layers
from lstm.optimisers import Optimiser
from lstm.parameters import parameters
from lstm.training import Batch, Plan, Progress, fit


class Recall(NamedTuple):
    """The first of T inputs is to be said at the end."""

    T: int = 6

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give the n-th batch."""
        x = rng.normal(size=(self.T, 16, 1))
        counts = np.zeros((self.T, 16))
        counts[-1] = 1
        return Batch(x, np.broadcast_to(x[0], x.shape), counts)


class Letters(NamedTuple):
    """An endless text, abcabc…, in pieces that go on from one another."""

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give the n-th batch."""
        start = (number - 1) * 4
        text = (start + np.arange(5)[:, None] + np.zeros((1, 2), int)) % 3
        return Batch(text[:-1], text[1:], goes_on=True)


def network(sizes: list[int], outputs: int, vocabulary: int = 0) -> Model:
    rng = np.random.default_rng(0)
    decoder = Linear(rng.normal(size=(outputs, sizes[-1])) * 0.3, np.zeros(outputs))
    embedding = rng.normal(size=(vocabulary, sizes[0])) if vocabulary else None
    return Model(random_layers(rng, sizes), decoder, embedding)


def last(model: Model, source: Recall | Letters, plan: Plan) -> Progress:
    *_, progress = fit(model, source, plan)
    return progress


def bytes_of(progress: Progress) -> dict[str, bytes]:
    arrays = parameters(progress.model) | progress.memory
    return {name: array.tobytes() for name, array in arrays.items()}


def test_it_learns_to_remember() -> None:
    done = last(network([1, 8], 1), Recall(), Plan(400, Optimiser(rate=0.02)))
    # Saying 0 always costs 1, the variance of the inputs.
    assert done.loss < 0.1


@pytest.mark.parametrize("method", ["adam", "sgd"])
def test_it_learns_a_text_that_repeats(method: str) -> None:
    optimiser = Optimiser(method, 0.05 if method == "adam" else 0.3)  # type: ignore[arg-type]
    done = last(network([3, 6], 3, vocabulary=3), Letters(), Plan(150, optimiser))
    assert done.loss < 0.05  # nats; a guess costs ln 3 = 1.10


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("source", [Recall(), Letters()])
def test_a_run_that_was_stopped_ends_with_the_same_bytes(
    source: Recall | Letters, dropout: float
) -> None:
    tokens = isinstance(source, Letters)
    model = network([3 if tokens else 1, 4, 4], 3 if tokens else 1, vocabulary=3 * tokens)
    plan = Plan(12, dropout=dropout, seed=5)
    whole = last(model, source, plan)
    stopped = list(islice(fit(model, source, plan), 7))[-1]
    resumed = list(fit(model, source, plan, stopped))
    assert [progress.step for progress in resumed] == [8, 9, 10, 11, 12]
    assert bytes_of(resumed[-1]) == bytes_of(whole)
    assert resumed[-1].loss == whole.loss


def test_another_seed_draws_other_batches() -> None:
    one, two = (last(network([1, 4], 1), Recall(), Plan(2, seed=seed)) for seed in (0, 1))
    assert one.loss != two.loss


def test_pieces_go_on_from_the_states_before() -> None:
    first, second = islice(fit(network([3, 6], 3, vocabulary=3), Letters(), Plan(2)), 2)
    assert first.states is not None
    assert second.states is not None
    assert np.abs(first.states[0][0]).max() > 0
    assert not np.array_equal(first.states[0][0], second.states[0][0])


def test_an_earlier_record_is_not_changed_by_later_steps() -> None:
    progress = list(fit(network([1, 4], 1), Recall(), Plan(5)))
    kept = bytes_of(progress[0])
    list(fit(network([1, 4], 1), Recall(), Plan(5), progress[0]))
    assert bytes_of(progress[0]) == kept


def test_an_explosion_stops_and_says_what_to_do() -> None:
    plan = Plan(200, Optimiser("sgd", 1e6, clip=None))
    with pytest.raises(LabError, match=r"training has exploded\. Use a smaller learning rate"):
        last(network([1, 4], 1), Recall(), plan)


def test_nothing_to_do_yields_nothing() -> None:
    assert list(fit(network([1, 4], 1), Recall(), Plan(0))) == []
