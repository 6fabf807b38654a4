"""The sizes of a step as they are foretold, beside those of the step itself."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm import LabError
from lstm.catalogue import TASKS
from lstm.estimate import MOST_NUMBERS, Extent, extent_of
from lstm.experiment import Experiment, prepare
from lstm.parameters import parameters
from lstm.settings import TABLE, TEXT, Settings
from lstm.training import fit

# The same examples on every machine and in every run.
examples = settings(derandomize=True, max_examples=25, deadline=None)

CELLS = ("lstm", "no_forget", "rnn")


def first_batch(experiment: Experiment) -> tuple[int, int]:
    """Give T and B of the batch that training begins with."""
    rng = np.random.default_rng([experiment.settings.seed, 1])
    return experiment.source.batch(1, rng).targets.shape[:2]


def same(extent: Extent, experiment: Experiment) -> None:
    """Check an extent against the arrays themselves."""
    model = experiment.model
    assert model.decoder is not None
    assert first_batch(experiment) == (extent.T, extent.B)
    assert (model.input_size, len(model.decoder.b)) == (extent.D, extent.K)
    assert [layer.hidden_size for layer in model.layers] == [extent.H] * extent.L
    assert (0 if model.embedding is None else len(model.embedding)) == extent.V
    assert extent.weights == sum(array.size for array in parameters(model).values())


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", TASKS)
def test_a_tasks_step_is_as_large_as_foretold(task: str, cell: str) -> None:
    chosen = Settings.advised(task, cell=cell, layers=2, seed=5)
    same(extent_of(chosen), prepare(chosen))


@pytest.mark.parametrize("task", ["long_lag", "adding", "copy", "brackets"])
def test_many_sequences_side_by_side_are_not_all_drawn_and_counted_all(task: str) -> None:
    chosen = Settings.advised(task, batch=50, size=3)
    same(extent_of(chosen), prepare(chosen))


@pytest.mark.parametrize("cell", CELLS)
@examples
@given(
    st.integers(100, 2000), st.integers(2, 200), st.integers(1, 40), st.integers(2, 90), st.data()
)
def test_a_texts_step_is_as_large_as_foretold(
    cell: str, N: int, V: int, batch: int, unroll: int, data: st.DataObject
) -> None:
    V = min(V, N)
    text = "".join(chr(0x4E00 + n % V) for n in range(N))
    H = data.draw(st.integers(1, 9))
    chosen = Settings.advised(TEXT, cell=cell, size=H, batch=batch, unroll=unroll)
    same(extent_of(chosen, N, V), prepare(chosen, text.encode()))


@pytest.mark.parametrize("target", [None, "column 2"])
@examples
@given(st.integers(20, 500), st.integers(2, 5), st.integers(1, 40), st.integers(2, 90))
def test_a_tables_step_is_as_large_as_foretold(
    target: str | None, N: int, D: int, batch: int, unroll: int
) -> None:
    rows = np.random.default_rng(N).integers(0, 9, (N, D))
    rows[:2, :] = [[0] * D, [1] * D]  # no column is constant
    content = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    chosen = Settings.advised(TABLE, target=target, size=4, batch=batch, unroll=unroll)
    same(extent_of(chosen, N, D), prepare(chosen, content.encode()))


def test_a_wide_table_needs_no_embedding() -> None:
    assert extent_of(Settings.advised(TABLE), 1000, 64).D == 64


LARGE: list[tuple[Settings, int, int]] = [
    (Settings.advised("long_lag", options={"lag": 400}, size=512, batch=256), 0, 0),
    (Settings.advised(TEXT, size=512, layers=4, batch=256, unroll=500), 10**6, 50),
    (Settings.advised(TEXT, unit="words", batch=256, unroll=100), 10**6, 5000),
    (Settings.advised(TABLE, size=512, layers=4, batch=256, unroll=500), 10**6, 50),
]


@pytest.mark.parametrize(("chosen", "N", "V"), LARGE, ids=lambda one: getattr(one, "task", None))
def test_a_step_that_needs_too_much_memory_is_refused(chosen: Settings, N: int, V: int) -> None:
    with pytest.raises(LabError) as caught:
        extent_of(chosen, N, V)
    said = str(caught.value)
    assert said.startswith("One step would keep ")
    assert "million numbers for its way back; 200 million are the most. Use fewer units," in said
    number = float(said.split()[4].replace(",", ""))
    assert number * 1e6 > MOST_NUMBERS
    # One sequence of it alone is not too much.
    small = Settings(**{**chosen.to_json(), "batch": 1})
    assert extent_of(small, N, V).kept < MOST_NUMBERS


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"layers": 3},
        {"layers": 2, "dropout": 0.3},
        {"cell": "rnn"},
        {"batch": 8},
        {"size": 40, "batch": 2},
    ],
    ids=str,
)
def test_a_step_keeps_about_as_much_as_foretold(changed: dict[str, Any]) -> None:
    """Beside what NumPy asks for: 4 bytes a number, and what is there for each weight."""
    text = "".join(chr(0x4E00 + n) for n in np.random.default_rng(0).integers(0, 30, 3000))
    chosen = Settings.advised(TEXT, **({"size": 20, "batch": 4} | changed))
    experiment, extent = prepare(chosen, text.encode()), extent_of(chosen, 3000, 30)
    progress = fit(experiment.model, experiment.source, experiment.plan)
    next(progress)
    tracemalloc.start()
    next(progress)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0.7 < peak / 4 / (extent.kept + 3 * extent.weights) < 1.6


SIZES = Extent(T=50, B=16, D=20, H=32, L=2, K=20, V=200)


@pytest.mark.parametrize("name", ["T", "B", "D", "H", "L", "K", "V"])
def test_more_of_anything_takes_longer_and_keeps_no_less(name: str) -> None:
    more = SIZES._replace(**{name: 2 * getattr(SIZES, name)})
    assert more.seconds(1) > SIZES.seconds(1)
    assert more.weights >= SIZES.weights
    assert more.kept >= SIZES.kept


def test_a_basic_rnn_takes_and_keeps_less() -> None:
    small = SIZES._replace(gates=1)
    assert small.seconds(1) < SIZES.seconds(1)
    assert small.weights < SIZES.weights
    assert small.kept < SIZES.kept


def test_a_thousand_steps_take_a_thousand_times_as_long() -> None:
    assert abs(SIZES.seconds(1000) / SIZES.seconds(1) - 1000) < 1e-9
