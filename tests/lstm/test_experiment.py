"""A run from its settings: the same bytes every time, nothing held out is learnt from."""

from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from lstm import LabError, run
from lstm.cell import Array
from lstm.estimate import extent_of
from lstm.experiment import LIMITS, TABLE, TEXT, Experiment, Score, Settings, prepare
from lstm.own_text import read_text
from lstm.parameters import parameters
from lstm.streams import Streams
from lstm.training import Progress, fit

STORY = b"the quick brown fox jumps over the lazy dog; " * 40
ROWS = np.stack([3 + np.sin(np.arange(150) / 5), 1e4 * np.cos(np.arange(150) / 5)], axis=1)
ROWS = np.concatenate([ROWS, 2 * ROWS[:, :1] + 7], axis=1)
WAVES = b"sine,cosine,double\n" + b"\n".join(b"%.6f,%.6f,%.6f" % tuple(row) for row in ROWS)

# One of each kind of data, layer and optimiser; all but the first two carry states on.
KINDS: dict[str, tuple[dict[str, Any], bytes | None]] = {
    "reber": ({"task": "reber", "size": 5, "batch": 4}, None),
    "adding": ({"task": "adding", "size": 5, "batch": 4, "cell": "rnn"}, None),
    "brackets": ({"task": "brackets", "size": 5, "cell": "no_forget", "weight_decay": 0.1}, None),
    "characters": ({"task": TEXT, "size": 6, "layers": 2, "dropout": 0.3, "unroll": 7}, STORY),
    "words": ({"task": TEXT, "unit": "words", "size": 6, "method": "sgd"}, STORY),
    "next row": ({"task": TABLE, "size": 5, "batch": 2}, WAVES),
    "column": ({"task": TABLE, "target": "double", "size": 5, "batch": 2}, WAVES),
}
parametrized = pytest.mark.parametrize("kind", KINDS)


def experiment_of(kind: str, **changed: Any) -> Experiment:
    chosen, data = KINDS[kind]
    return prepare(Settings(**({"steps": 9, "batch": 3} | chosen | changed)), data)


def bytes_of(progress: Progress) -> dict[str, bytes]:
    arrays = parameters(progress.model) | progress.memory
    for n, (h, c) in enumerate(progress.states or ()):
        arrays |= {f"h{n}": h, f"c{n}": c}
    return {name: array.tobytes() for name, array in arrays.items()}


def trained(experiment: Experiment, start: Progress | None = None) -> Progress:
    *_, last = fit(experiment.model, experiment.source, experiment.plan, start)
    return last


@parametrized
def test_the_same_settings_and_data_give_the_same_bytes(kind: str) -> None:
    one, two = experiment_of(kind), experiment_of(kind)
    for name, array in parameters(one.model).items():
        assert array.tobytes() == parameters(two.model)[name].tobytes()
        assert array.dtype == np.float32
    first, second = trained(one), trained(two)
    assert bytes_of(first) == bytes_of(second)
    assert one.evaluate(first.model) == two.evaluate(second.model)
    assert one.sample(first.model, 0) == two.sample(second.model, 0)
    assert first.loss == second.loss


@parametrized
def test_another_seed_gives_another_model(kind: str) -> None:
    one, two = trained(experiment_of(kind)), trained(experiment_of(kind, seed=1))
    assert all(bytes_of(one)[name] != bytes_of(two)[name] for name in parameters(one.model))


@parametrized
def test_a_run_that_was_stopped_ends_with_the_same_bytes(kind: str) -> None:
    experiment = experiment_of(kind)
    *_, stopped = islice(fit(experiment.model, experiment.source, experiment.plan), 4)
    # Another worker makes everything ready once more.
    resumed = trained(experiment_of(kind), stopped)
    assert bytes_of(resumed) == bytes_of(trained(experiment))
    assert resumed.step == 9


@parametrized
def test_to_measure_changes_nothing(kind: str) -> None:
    experiment = experiment_of(kind)
    measured = None
    for measured in fit(experiment.model, experiment.source, experiment.plan):
        first = experiment.evaluate(measured.model)
        experiment.sample(measured.model, 3)
        experiment.saturation(measured.model)
        assert experiment.evaluate(measured.model) == first
    assert measured is not None
    assert bytes_of(measured) == bytes_of(trained(experiment_of(kind)))


@parametrized
def test_the_plan_is_that_of_the_settings(kind: str) -> None:
    experiment = experiment_of(kind, clip=0.5, dropout=0.1, seed=8, rate=0.02)
    plan = experiment.plan
    assert (plan.steps, plan.dropout, plan.seed) == (9, 0.1, 8)
    optimiser = plan.optimiser
    assert (optimiser.rate, optimiser.clip) == (0.02, 0.5)
    assert optimiser.method == experiment.settings.method
    assert optimiser.weight_decay == experiment.settings.weight_decay


@parametrized
def test_scores_are_of_the_steps_that_count(kind: str) -> None:
    experiment = experiment_of(kind)
    score = experiment.evaluate(experiment.model)
    assert isinstance(score, Score)
    assert (score.accuracy is None) == (experiment.settings.task == TABLE)
    assert (experiment.measures == "") == (experiment.settings.task == TABLE)
    # A model of almost nothing says almost the same everywhere: no better than the best of that.
    assert score.loss > 0.9 * experiment.baseline


@parametrized
def test_gates_are_looked_at_where_there_are_some(kind: str) -> None:
    experiment = experiment_of(kind)
    found = experiment.saturation(experiment.model)
    assert list(found) == ([] if experiment.settings.cell == "rnn" else ["i", "f", "o"])
    assert all(0 <= share <= 1 for share in found.values())
    if experiment.settings.cell == "no_forget":
        assert found["f"] == 1


# Own text


def spoken(kind: str, numbers: Any) -> list[str]:
    vocabulary = experiment_of(kind).model.vocabulary
    assert vocabulary is not None
    return [vocabulary.tokens[int(number)] for number in numbers]


@pytest.mark.parametrize(("kind", "unit"), [("characters", "characters"), ("words", "words")])
def test_the_end_of_a_text_is_never_learnt_from(kind: str, unit: Any) -> None:
    experiment, text = experiment_of(kind), read_text(STORY, unit)
    assert isinstance(experiment.source, Streams)
    assert len(experiment.source.inputs) == len(text.learnt) - 1
    np.testing.assert_array_equal(experiment.source.inputs, text.learnt[:-1])
    np.testing.assert_array_equal(experiment.source.targets, text.learnt[1:])
    held_out = np.concatenate([batch.inputs for batch in experiment.held_out]).T.ravel()
    np.testing.assert_array_equal(held_out, text.held_out[: len(held_out)])
    for batch in experiment.held_out:
        np.testing.assert_array_equal(batch.inputs[1:], batch.targets[:-1])


def test_it_says_what_a_text_is() -> None:
    experiment = experiment_of("characters")
    assert experiment.describes == (
        "1,800 characters, 28 different; scores are on the last tenth, which is not learnt from."
    )
    assert experiment.measures == "The likeliest of the characters is the one that comes next"


def test_it_says_how_much_of_a_text_is_too_rare() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(300)) * 2
    experiment = prepare(Settings.advised(TEXT, size=4), text.encode())
    assert experiment.describes.startswith(
        "600 characters, 256 different, 90 of them too rare to be told apart; scores"
    )


def test_a_text_that_repeats_is_learnt() -> None:
    experiment = experiment_of("characters", steps=250, size=24, layers=1, dropout=0.0, unroll=20)
    done = trained(experiment)
    score = experiment.evaluate(done.model)
    assert score.accuracy is not None
    assert score.accuracy > 0.95
    assert score.loss < 0.3 < 2 < experiment.baseline


# Samples


@pytest.mark.parametrize("kind", ["characters", "words"])
def test_a_sample_of_a_text_goes_on_from_what_is_held_out(kind: str) -> None:
    experiment = experiment_of(kind)
    sample = experiment.sample(experiment.model, 0, 30)
    assert sample is not None
    assert experiment.model.vocabulary is not None
    tokens = sample.split(" ") if kind == "words" else list(sample)
    held_out = read_text(STORY, experiment.settings.unit).held_out
    assert tokens[:20] == spoken(kind, held_out[:20])
    assert len(tokens) == 50


@pytest.mark.parametrize("kind", ["reber", "characters"])
def test_the_seed_of_a_sample_draws_another(kind: str) -> None:
    experiment = experiment_of(kind)
    one, again, two = (experiment.sample(experiment.model, seed) for seed in (0, 0, 1))
    assert one == again != two
    other = experiment_of(kind, seed=1)
    assert one != other.sample(experiment.model, 0)


@pytest.mark.parametrize(
    ("task", "start", "end", "times"), [("reber", "B", "E", 2), ("anbn", "S", "T", 1)]
)
def test_samples_of_strings_end_as_they_do(task: str, start: str, end: str, times: int) -> None:
    experiment = prepare(Settings(task, size=8))
    sample = experiment.sample(experiment.model, 0)
    assert sample is not None
    lines = sample.split("\n")
    assert len(lines) > 1
    for line in lines:
        assert line.startswith(start)
        assert line.endswith(end)
        assert line.count(end) == times


def test_samples_of_sentences_are_words() -> None:
    experiment = prepare(Settings("agreement", size=4))
    sample = experiment.sample(experiment.model, 0, 12)
    assert sample is not None
    assert sample.startswith("the ")
    assert len(sample.split(" ")) == 13


@pytest.mark.parametrize("kind", ["adding", "next row", "column"])
def test_numbers_have_no_sample(kind: str) -> None:
    experiment = experiment_of(kind)
    assert experiment.sample(experiment.model, 0) is None


def test_a_task_whose_text_says_nothing_has_no_sample() -> None:
    experiment = prepare(Settings("copy", size=4))
    assert experiment.sample(experiment.model, 0) is None


# Own numbers


def scaled(rows: Array, columns: slice | list[int]) -> Array:
    """Give rows in units of their spread where they are learnt from: the first 120 of 150."""
    mean, spread = ROWS[:120].mean(axis=0), ROWS[:120].std(axis=0)
    result: Array = ((rows - mean) / spread)[:, columns]
    return result


def near(found: ArrayLike, wanted: Array) -> None:
    # Rounding of six digits after the point, and float32.
    np.testing.assert_allclose(np.asarray(found, float), wanted, rtol=0, atol=1e-5)


def test_the_next_row_is_foreseen() -> None:
    experiment = experiment_of("next row")
    assert isinstance(experiment.source, Streams)
    near(experiment.source.inputs, scaled(ROWS[:119], slice(3)))
    near(experiment.source.targets, scaled(ROWS[1:120], slice(3)))
    (batch,) = experiment.held_out
    near(batch.inputs[:, 0], scaled(ROWS[119:149], slice(3)))
    near(batch.targets[:, 0], scaled(ROWS[120:], slice(3)))
    assert experiment.model.input_names == ("sine", "cosine", "double")
    assert experiment.describes == (
        "150 rows of 3 columns, the next row; "
        "scores are on the last fifth, which is not learnt from."
    )


def test_a_column_is_told_from_the_others_of_its_row() -> None:
    experiment = experiment_of("column", target="cosine")
    assert isinstance(experiment.source, Streams)
    near(experiment.source.inputs, scaled(ROWS[:120], [0, 2]))
    near(experiment.source.targets, scaled(ROWS[:120], [1]))
    (batch,) = experiment.held_out
    near(batch.inputs[:, 0], scaled(ROWS[120:], [0, 2]))
    near(batch.targets[:, 0], scaled(ROWS[120:], [1]))
    assert experiment.model.input_names == ("sine", "double")
    assert "150 rows of 3 columns, 'cosine' from the other columns; " in experiment.describes


def test_a_column_that_follows_from_another_is_learnt_in_its_own_units() -> None:
    experiment = experiment_of("column", steps=150, size=16, batch=3, unroll=20)
    done = trained(experiment)
    assert done.loss < 0.001
    # What is held out begins in the middle of a wave, which a few steps must tell first.
    assert experiment.evaluate(done.model).loss < 0.15 < 0.5 < experiment.baseline
    used = experiment.finished(done.model)
    given = run(used, ROWS[:, None, :2]).outputs[:, 0, 0]
    assert np.sqrt(np.mean((given - ROWS[:, 2]) ** 2)) < 0.25 * ROWS[:, 2].std()


@pytest.mark.parametrize("kind", ["next row", "column"])
def test_the_finished_model_says_the_same_in_raw_numbers(kind: str) -> None:
    experiment = experiment_of(kind)
    done = trained(experiment)
    known, wanted = ([0, 1, 2], [0, 1, 2]) if kind == "next row" else ([0, 1], [2])
    learnt = run(done.model, scaled(ROWS, known)[:, None]).outputs[:, 0]
    given = run(experiment.finished(done.model), ROWS[:, None, known]).outputs[:, 0]
    mean, spread = ROWS[:120].mean(axis=0)[wanted], ROWS[:120].std(axis=0)[wanted]
    # In units of the spread: float32.
    np.testing.assert_allclose((given - mean) / spread, learnt, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", ["reber", "adding", "words"])
def test_all_other_models_are_used_as_they_were_learnt(kind: str) -> None:
    experiment = experiment_of(kind)
    assert experiment.finished(experiment.model) is experiment.model


# What cannot be


@pytest.mark.parametrize("task", [TEXT, TABLE])
def test_own_data_must_be_there(task: str) -> None:
    with pytest.raises(LabError, match=r"^There are no data to learn from. Paste them, or open a"):
        prepare(Settings(task))


@pytest.mark.parametrize(
    ("chosen", "data", "said"),
    [
        ({"task": TEXT}, b"", "The text is empty."),
        ({"task": TABLE}, b"a,b\n1,x", "The table has 1 rows of numbers."),
        ({"task": TABLE, "target": "tangent"}, WAVES, "There is no column 'tangent'. Choose one"),
        ({"task": TABLE, "target": "a"}, b"a\n" + b"1\n2\n" * 20, "The table has one column:"),
        ({"task": TABLE}, b"1,2\n" * 30, "What is to be foreseen never changes"),
        ({"task": TEXT, "size": 512, "batch": 256, "unroll": 500}, STORY * 100, "One step would"),
        ({"task": "long_lag", "size": 512, "batch": 256, "layers": 4}, None, "One step would"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_words(
    chosen: dict[str, Any], data: bytes | None, said: str
) -> None:
    with pytest.raises(LabError, match=f"^{said}"):
        prepare(Settings(**chosen), data)


@pytest.mark.parametrize("kind", ["reber", "words"])
def test_until_it_explodes_every_step_can_be_measured(kind: str) -> None:
    """Weights that grow ninefold a step pass the largest float before the loss is none."""
    experiment = experiment_of(
        kind, method="sgd", rate=10.0, weight_decay=1.0, clip=1000.0, steps=500
    )
    steps = fit(experiment.model, experiment.source, experiment.plan)
    scores: list[float] = []
    samples: list[str | None] = []

    def measure(progress: Progress) -> None:
        scores.append(experiment.evaluate(progress.model).loss)
        samples.append(experiment.sample(progress.model, 0, 5))
        experiment.saturation(progress.model)

    with pytest.raises(LabError, match="training has exploded"):
        list(map(measure, steps))
    assert len(scores) > 10
    assert isinstance(samples[0], str)
    assert not np.isfinite(scores[-1])
    assert samples[-1] is None


# How much is measured


def test_a_large_model_is_scored_on_less() -> None:
    """So that a score takes less than a second and its memory does not grow."""
    text = STORY * 200
    measured = []
    for chosen in ({"size": 8}, {"size": 256, "layers": 4}, {"size": 512, "layers": 4, "batch": 8}):
        settings = Settings.advised(TEXT, **chosen)
        experiment = prepare(settings, text)
        steps = sum(batch.targets.size for batch in experiment.held_out)
        extent = extent_of(settings, len(text), 28)
        # A forward pass is a third of a step.
        assert steps * extent.seconds(1) / 3 / (extent.T * extent.B) < 0.5
        assert max(batch.targets.size for batch in experiment.held_out) <= 2000
        measured.append(steps)
    assert measured[0] == 20_000
    assert 20_000 > measured[1] > measured[2] > 1000


def test_a_task_is_scored_on_fewer_batches_where_they_are_large() -> None:
    counts = []
    for batch, size in ((4, 8), (16, 64), (64, 512)):
        settings = Settings("long_lag", options={"lag": 99}, batch=batch, size=size, layers=2)
        held_out = prepare(settings).held_out
        assert sum(one.targets.size for one in held_out) <= 20_000
        cost = len(held_out) * extent_of(settings).seconds(1) / 3
        assert cost < 0.5 or len(held_out) == 1
        counts.append(len(held_out))
    assert counts == [16, 12, 1]


def test_limits_are_those_of_the_settings() -> None:
    assert LIMITS["size"] == (1, 512)
