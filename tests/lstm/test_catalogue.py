"""The tasks of the catalogue: each trains, is scored where it says, and reads its options."""

from itertools import islice
from typing import Any

import numpy as np
import pytest

from lstm.catalogue import TASKS
from lstm.experiment import prepare
from lstm.settings import LIMITS, Settings
from lstm.training import Batch, fit


def batch_of(task: str, size: int = 5, **options: int) -> Batch:
    made = TASKS[task].make(size, Settings(task, options=options).options)
    return made.batch(1, np.random.default_rng(0))


def strings(batch: Batch, task: str) -> list[list[str]]:
    """Put each sequence together again, to its last step that counts."""
    vocabulary = TASKS[task].vocabulary
    assert vocabulary is not None
    counts = np.ones(batch.targets.shape) if batch.counts is None else batch.counts
    found = []
    for b in range(batch.targets.shape[1]):
        end = int(np.flatnonzero(counts[:, b]).max()) + 1
        numbers = [int(batch.inputs[0, b]), *batch.targets[:end, b].tolist()]
        found.append([vocabulary.tokens[n] for n in numbers])
    return found


@pytest.mark.parametrize("task", TASKS)
def test_it_trains_as_is_advised_and_is_scored(task: str) -> None:
    experiment = prepare(Settings.advised(task))
    *_, last = islice(fit(experiment.model, experiment.source, experiment.plan), 3)
    assert last.step == 3
    score = experiment.evaluate(last.model)
    assert np.isfinite([last.loss, last.norm, score.loss]).all()
    assert score.accuracy is not None
    assert 0 <= score.accuracy < 0.99
    # Every held-out loss is one of a model that has hardly learnt.
    assert score.loss > 0.5 * experiment.baseline


@pytest.mark.parametrize("task", TASKS)
def test_it_says_what_it_is(task: str) -> None:
    one = TASKS[task]
    assert one.title
    assert one.says.endswith(".")
    assert one.measures
    assert all(low <= default <= high for _, default, low, high in one.options.values())
    assert len({one.title for one in TASKS.values()}) == len(TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_what_is_advised_is_within_the_limits_and_is_no_other_setting(task: str) -> None:
    known: dict[str, Any] = Settings(task).to_json()
    for name, value in TASKS[task].advised.items():
        assert name in known
        low, high = LIMITS[name]
        assert low <= value <= high


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("end", ["low", "high"])
def test_each_option_makes_batches_from_end_to_end(task: str, end: str) -> None:
    options = {name: getattr(option, end) for name, option in TASKS[task].options.items()}
    batch = batch_of(task, 2, **options)
    assert batch.targets.shape[1] == 2
    outputs = np.zeros((*batch.targets.shape[:2], 130 if batch.targets.ndim == 2 else 1))
    assert TASKS[task].judge(outputs, batch)[1] >= 0


def test_options_are_the_lengths_that_they_say() -> None:
    assert len(batch_of("continual_reber", length=33).targets) == 33
    assert len(batch_of("adding", length=44).targets) == 44
    assert len(batch_of("brackets", length=55).targets) == 55
    assert len(batch_of("temporal_order", length=60).targets) == 60
    # The lag stands between the first symbol and the last, which is a target only.
    assert len(batch_of("long_lag", lag=20).targets) == 21
    # A word of 4, a silence of 7, the bell and the word; the last of all is a target only.
    assert len(batch_of("copy", length=4, silence=7).targets) == 4 + 7 + 1 + 4 - 1


def test_options_say_how_much_is_drawn() -> None:
    counted = [text.count("a") for text in strings(batch_of("anbn", 300, longest=7), "anbn")]
    assert set(counted) == set(range(1, 8))
    assert set("".join(map("".join, strings(batch_of("anbncn", 20), "anbncn")))) == set("SabcT")
    assert {
        s[-1] for s in strings(batch_of("temporal_order", 99, relevant=3), "temporal_order")
    } == {*"pqrstuvw"}
    for deepest in (1, 3):
        deep = 0
        for text in strings(batch_of("brackets", 50, deepest=deepest, length=200), "brackets"):
            depth = 0
            for token in text:
                depth += (token in "([{") - (token in ")]}")
                deep = max(deep, depth)
        assert deep == deepest


def test_the_reber_judge_looks_at_the_symbol_that_must_repeat() -> None:
    batch = batch_of("reber", 64)
    texts = strings(batch, "reber")
    vocabulary = TASKS["reber"].vocabulary
    assert vocabulary is not None
    outputs = np.zeros((*batch.targets.shape, 7))
    # An oracle for the last but one symbol alone, which says the second one again.
    for b, text in enumerate(texts):
        outputs[len(text) - 3, b, vocabulary.numbers([text[1]])[0]] = 1
    assert TASKS["reber"].judge(outputs, batch) == (64, 64)
    assert TASKS["reber"].judge(-outputs, batch) == (0, 64)


def test_the_counting_judge_looks_at_all_from_the_first_b_on() -> None:
    batch = batch_of("anbn", 20)
    total = sum(text.count("b") for text in strings(batch, "anbn"))
    outputs = np.zeros((*batch.targets.shape, 5))
    outputs[batch.targets[..., None] == np.arange(5)] = 1
    assert TASKS["anbn"].judge(outputs, batch) == (total, total)


def test_the_agreement_judge_compares_the_two_forms_of_a_verb() -> None:
    task = TASKS["agreement"]
    assert task.vocabulary is not None
    is_, are, dog = task.vocabulary.numbers(["is", "are", "dog"])
    inputs = np.zeros((1, 2), np.int64)
    outputs = np.zeros((1, 2, len(task.vocabulary)))
    outputs[..., [dog, is_, are]] = 9, 2, 1  # another word may be the likeliest of all
    batch = Batch(inputs, np.array([[is_, are]]))
    assert task.judge(outputs, batch) == (1, 2)


@pytest.mark.parametrize("task", [name for name, one in TASKS.items() if one.start is not None])
def test_samples_begin_as_sequences_do(task: str) -> None:
    one = TASKS[task]
    assert one.start is not None
    assert one.vocabulary is not None
    tokens, _ = one.vocabulary.read(one.start)
    firsts = {" ".join(text[: len(tokens)]) for text in strings(batch_of(task, 200), task)}
    assert " ".join(tokens) in firsts


@pytest.mark.parametrize("task", [name for name, one in TASKS.items() if one.end is not None])
def test_every_string_ends_where_samples_do(task: str) -> None:
    end = TASKS[task].end
    assert end is not None
    token, times = end
    for text in strings(batch_of(task, 200), task):
        assert text[-1] == token
        assert text.count(token) == times
