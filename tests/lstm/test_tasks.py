"""Tasks draw what they say: legal strings, marked numbers, balanced brackets."""

import re

import numpy as np
import pytest

from lstm import LabError, Linear, Model, random_layers, run
from lstm.optimisers import Optimiser
from lstm.tasks import (
    Adding,
    Agreement,
    Brackets,
    CopyMemory,
    Counting,
    LongLag,
    Reber,
    TemporalOrder,
)
from lstm.training import Batch, Plan, fit
from lstm.vocabulary import Vocabulary

Task = Reber | LongLag | Adding | TemporalOrder | CopyMemory | Counting | Brackets | Agreement
TASKS: tuple[Task, ...] = (
    Reber(),
    Reber(continual=True),
    LongLag(),
    Adding(),
    TemporalOrder(),
    TemporalOrder(relevant=3),
    CopyMemory(),
    Counting(),
    Counting(letters="abc"),
    Brackets(),
    Agreement(),
)


@pytest.fixture(name="rng")
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


def columns(batch: Batch, vocabulary: Vocabulary) -> list[list[str]]:
    """Put a batch's texts together again: inputs and the last target that counts."""
    counts = np.ones(batch.targets.shape) if batch.counts is None else batch.counts
    texts = []
    for b in range(batch.inputs.shape[1]):
        end = int(np.flatnonzero(counts[:, b])[-1])
        numbers = [*batch.inputs[: end + 1, b], batch.targets[end, b]]
        texts.append([vocabulary.tokens[int(number)] for number in numbers])
    return texts


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_same_generator_draws_the_same_batch(task: Task) -> None:
    one, two = (task.batch(1, np.random.default_rng(3)) for _ in range(2))
    other = task.batch(1, np.random.default_rng(4))
    for first, second in zip(one[:2], two[:2], strict=True):
        np.testing.assert_array_equal(first, second)
    assert one.inputs.shape != other.inputs.shape or np.any(one.inputs != other.inputs)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_a_batch_has_the_shapes_that_training_wants(task: Task, rng: np.random.Generator) -> None:
    batch = task.batch(1, rng)
    assert batch.inputs.shape[:2] == batch.targets.shape[:2]
    assert batch.inputs.shape[1] == task.size
    assert batch.counts is None or batch.counts.shape == batch.targets.shape[:2]
    if isinstance(task, Adding):
        assert batch.inputs.shape[2] == task.inputs
        assert batch.targets.shape[2] == task.outputs
    else:
        assert batch.inputs.min() >= 0
        assert batch.targets.max() < len(task.vocabulary)


@pytest.mark.parametrize("task", TASKS[:9:2], ids=str)
def test_a_network_can_be_trained_on_it(task: Task, rng: np.random.Generator) -> None:
    if isinstance(task, Adding):
        sizes, outputs, embedding = [task.inputs, 8], task.outputs, None
    else:
        outputs = len(task.vocabulary)
        sizes, embedding = [outputs, 8], np.eye(outputs)
    decoder = Linear(rng.normal(size=(outputs, 8)) * 0.1, np.zeros(outputs))
    model = Model(random_layers(rng, sizes), decoder, embedding)
    losses = [one.loss for one in fit(model, task, Plan(30, Optimiser(rate=0.02)))]
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


def follow(string: str) -> None:
    """Walk through the Reber grammar as its drawing in the paper has it."""
    arrows = {
        0: {"B": 1},
        1: {"T": 2, "P": 3},
        2: {"S": 2, "X": 4},
        3: {"T": 3, "V": 5},
        4: {"X": 3, "S": 6},
        5: {"P": 4, "V": 6},
        6: {"E": 7},
    }
    state = 0
    for symbol in string:
        state = arrows[state][symbol]
    assert state == 7


def test_reber_strings_are_legal_and_end_as_they_began(rng: np.random.Generator) -> None:
    for text in columns(Reber(size=300).batch(1, rng), Reber.vocabulary):
        string = "".join(text)
        assert re.fullmatch("B([TP])(.*)\\1E", string)
        follow(string[2:-2])


def test_successors_are_all_symbols_that_may_follow(rng: np.random.Generator) -> None:
    """Of many strings: what follows a beginning is among its successors, and all occur."""
    seen: dict[str, set[str]] = {}
    expected: dict[str, set[str]] = {}
    for _ in range(4000):
        string = Reber().string(rng)
        sets = Reber.successors(string)
        assert len(sets) == len(string)
        for k in range(min(len(string) - 1, 5)):
            assert string[k + 1] in sets[k]
            seen.setdefault(string[: k + 1], set()).add(string[k + 1])
            expected[string[: k + 1]] = sets[k]
        assert sets[len(string) - 3] == {string[1]}
    assert seen == expected


def test_a_continual_stream_is_reber_strings_one_after_the_other(rng: np.random.Generator) -> None:
    batch = Reber(continual=True, steps=200).batch(1, rng)
    assert batch.counts is None
    for text in columns(batch, Reber.vocabulary):
        strings = re.findall("B[TP]B[^B]*E[TP]E", "".join(text))
        assert "".join(text).startswith("".join(strings))
        assert len(strings) > 5


def test_after_the_lag_the_first_symbol_comes_back(rng: np.random.Generator) -> None:
    batch = LongLag(lag=30).batch(1, rng)
    assert batch.inputs.shape[0] == 31
    np.testing.assert_array_equal(batch.targets[-1], batch.inputs[0])
    assert batch.counts is not None
    assert batch.counts[:-1].sum() == 0


def test_the_sum_is_that_of_the_two_marked_numbers(rng: np.random.Generator) -> None:
    batch = Adding(steps=20).batch(1, rng)
    values, marks = batch.inputs[..., 0], batch.inputs[..., 1]
    assert (marks[:10].sum(axis=0) == 1).all()
    assert (marks[10:].sum(axis=0) == 1).all()
    for b in range(batch.inputs.shape[1]):
        total = sum(value for value, mark in zip(values[:, b], marks[:, b], strict=True) if mark)
        assert abs(batch.targets[-1, b, 0] - total) < 1e-15


@pytest.mark.parametrize("relevant", [2, 3])
def test_the_class_tells_the_order_of_x_and_y(relevant: int, rng: np.random.Generator) -> None:
    names = {2: "pqrs", 3: "pqrstuvw"}[relevant]
    for text in columns(
        TemporalOrder(size=50, relevant=relevant).batch(1, rng), TemporalOrder.vocabulary
    ):
        order = "".join(symbol for symbol in text if symbol in "XY")
        assert len(order) == relevant
        assert text[-1] == names[int(order.replace("X", "0").replace("Y", "1"), 2)]


def test_another_number_of_relevant_symbols_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(LabError, match=r"There are 4 relevant symbols\. Use 2 or 3"):
        TemporalOrder(relevant=4).batch(1, rng)


def test_the_word_is_asked_for_after_the_silence(rng: np.random.Generator) -> None:
    task = CopyMemory(length=4, silence=7)
    batch = task.batch(1, rng)
    for text in columns(batch, task.vocabulary):
        assert re.fullmatch(r"([a-h]{4})\.{7}!\1", "".join(text))
    assert batch.counts is not None
    assert batch.counts.sum(axis=0).tolist() == [4.0] * task.size


@pytest.mark.parametrize("letters", ["ab", "abc"])
def test_every_letter_comes_as_often(letters: str, rng: np.random.Generator) -> None:
    for text in columns(Counting(longest=6, letters=letters).batch(1, rng), Counting.vocabulary):
        counts = {"".join(text).count(letter) for letter in letters}
        assert len(counts) == 1
        n = counts.pop()
        assert 1 <= n <= 6
        assert "".join(text) == "S" + "".join(letter * n for letter in letters) + "T"


def test_all_that_opens_closes_and_no_quote_stands_in_a_quote(rng: np.random.Generator) -> None:
    task, deepest = Brackets(), 0
    for _ in range(300):
        open_marks: list[str] = []
        for symbol in task.sentence(rng):
            if symbol in "([{" or (symbol == '"' and '"' not in open_marks):
                open_marks.append(symbol)
            elif symbol in ')]}"':
                assert open_marks.pop() + symbol in ("()", "[]", "{}", '""')
            deepest = max(deepest, len(open_marks))
        assert not open_marks
    assert 3 <= deepest <= task.deepest + 1


PLURALS = {"are", "were", "have", "run"}


def test_the_verb_agrees_with_its_subject_whatever_stands_between(rng: np.random.Generator) -> None:
    for attractors in range(5):
        for _ in range(50):
            words, verb = Agreement().sentence(rng, attractors)
            nouns = words[4:verb:3]  # after the subject: joint, the, noun, …
            assert len(nouns) == attractors
            assert words[1].endswith("s") == (words[verb] in PLURALS)
            assert all(noun.endswith("s") != words[1].endswith("s") for noun in nouns)


def test_nouns_of_the_subjects_number_may_stand_between_too(rng: np.random.Generator) -> None:
    first = []
    for _ in range(300):
        words, verb = Agreement().sentence(rng, 1, 2)
        alike = [noun.endswith("s") == words[1].endswith("s") for noun in words[4:verb:3]]
        assert sorted(alike) == [False, True, True]
        assert words[1].endswith("s") == (words[verb] in PLURALS)
        first.append(alike[0])
    # Two in three, within four standard errors of 300 draws.
    assert abs(np.mean(first) - 2 / 3) < 4 * np.sqrt(2 / 9 / 300)


def test_fewer_nouns_than_none_are_refused(rng: np.random.Generator) -> None:
    with pytest.raises(LabError, match=r"There are -1 and 0 nouns between\. Use 0 or more"):
        Agreement().sentence(rng, -1)


def test_what_lies_beyond_an_end_counts_nothing(rng: np.random.Generator) -> None:
    batch = Counting().batch(1, rng)
    assert batch.counts is not None
    for b, text in enumerate(columns(batch, Counting.vocabulary)):
        assert batch.counts[:, b].sum() == len(text) - 1


def solved(model: Model, strings: int = 100) -> bool:
    """Tell whether a model's likeliest symbols are just those that may follow, at every step."""
    rng = np.random.default_rng(99)
    for _ in range(strings):
        string = Reber().string(rng)
        numbers = [Reber.vocabulary.tokens.index(symbol) for symbol in string[:-1]]
        outputs = run(model, np.array(numbers)[:, None]).outputs[:, 0]
        for logits, allowed in zip(outputs, Reber.successors(string), strict=False):
            best = np.argsort(-logits)[: len(allowed)]
            if {Reber.vocabulary.tokens[number] for number in best} != allowed:
                return False
    return True


def test_an_lstm_solves_the_embedded_reber_grammar() -> None:
    """Hochreiter & Schmidhuber 1997 needed about 8,400 strings; here 24,000 are allowed."""
    rng = np.random.default_rng(1)
    V = len(Reber.vocabulary)
    decoder = Linear(rng.uniform(-0.1, 0.1, (V, 8)), np.zeros(V))
    model = Model(random_layers(rng, [V, 8], "uniform"), decoder, np.eye(V))
    plan = Plan(3000, Optimiser(rate=0.01), seed=1)
    assert any(one.step % 200 == 0 and solved(one.model) for one in fit(model, Reber(size=8), plan))
