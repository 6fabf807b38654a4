"""Units of the spread: the delivered model says in raw numbers what was learnt in scaled ones."""

from collections.abc import Sequence

import numpy as np
import pytest

from lstm import LabError, Layer, Model, random_layers, run
from lstm.cell import Array
from lstm.model import Linear
from lstm.own_table import Table
from lstm.scale import Scale
from lstm.variants import RNNLayer, random_rnn_layers

NAMES = ("a", "b", "c")


@pytest.fixture(name="rows")
def rows_of_different_size() -> Array:
    rng = np.random.default_rng(0)
    return rng.normal(size=(50, 3)) * [1e-3, 2, 4e5] + [-2e-3, 10, 1e6]


def test_rows_have_mean_0_and_spread_1_where_they_are_learnt_from(rows: Array) -> None:
    scaled = Scale.of(Table(NAMES, rows), 40, [0, 1, 2], [0, 1, 2]).rows(Table(NAMES, rows))
    assert scaled.dtype == np.float32
    assert scaled.shape == (50, 3)
    for column, raw in zip(scaled.T.astype(float), rows.T, strict=True):
        # Rounding of float32.
        assert abs(sum(column[:40]) / 40) < 1e-6
        assert abs(sum(x * x for x in column[:40]) / 40 - 1) < 1e-6
        # Nothing of what is held out is looked at; it is scaled alike.
        ratio = (column[45] - column[3]) / (raw[45] - raw[3])
        assert abs(ratio / ((column[7] - column[3]) / (raw[7] - raw[3])) - 1) < 1e-5


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e9 / 3, 1e20 / 7])
def test_a_constant_column_is_0_and_harms_nothing(rows: Array, constant: float) -> None:
    rows[:40, 1] = constant
    rows[40:, 1] = constant + 1
    table = Table(NAMES, rows)
    # Rounding alone makes the spread of equal numbers larger than 0.
    scaled = Scale.of(table, 40, [0, 1, 2], [0, 1, 2]).rows(table)
    assert np.abs(scaled[:40, 1]).max() <= 1e-15 * abs(constant)
    assert np.isfinite(scaled).all()
    assert np.abs(scaled[40:, 1] - 1).max() <= 1e-15 * abs(constant) + 1e-6


@pytest.mark.parametrize("wanted", [[1], [1, 2]])
def test_what_never_changes_cannot_be_learnt(rows: Array, wanted: list[int]) -> None:
    rows[:40, wanted] = 0.1
    with pytest.raises(LabError, match=r"^What is to be foreseen never changes in the rows that"):
        Scale.of(Table(NAMES, rows), 40, [0], wanted)
    # Where something of it changes, that can be.
    assert Scale.of(Table(NAMES, rows), 40, [0], [0, *wanted]).wanted == [0, *wanted]


def drawn(kind: str, rng: np.random.Generator, sizes: Sequence[int]) -> Sequence[Layer]:
    return random_layers(rng, sizes) if kind == "LSTM" else random_rnn_layers(rng, sizes)


def single(layer: Layer) -> Layer:
    kind = RNNLayer if isinstance(layer, RNNLayer) else Layer
    return kind(*(array.astype(np.float32) for array in (layer.W_ih, layer.W_hh, layer.bias)))


@pytest.mark.parametrize("kind", ["LSTM", "basic RNN"])
@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize(
    ("known", "wanted"), [([0, 1, 2], [0, 1, 2]), ([0, 2], [1]), ([1, 2], [0])]
)
def test_the_model_takes_and_gives_the_tables_own_units(
    rows: Array, kind: str, depth: int, known: list[int], wanted: list[int]
) -> None:
    rng = np.random.default_rng(1)
    table = Table(NAMES, rows)
    scale = Scale.of(table, 40, known, wanted)
    layers = [single(one) for one in drawn(kind, rng, [len(known), *[7] * depth])]
    W = rng.normal(size=(len(wanted), 7)).astype(np.float32)
    model = Model(layers, Linear(W, rng.normal(size=len(wanted)).astype(np.float32)))
    learnt = run(model, scale.rows(table)[:, None, known]).outputs[:, 0]

    used = scale.undone(model)
    given = run(used, rows[:, None, known]).outputs[:, 0]
    assert given.dtype == np.float32
    expected = learnt * rows[:40].std(axis=0)[wanted] + rows[:40].mean(axis=0)[wanted]
    spread = rows[:40].std(axis=0)[wanted]
    # In units of the spread: float32, and means that are up to 5 spreads.
    np.testing.assert_allclose(given / spread, expected / spread, rtol=0, atol=2e-5)
    assert all(one.W_ih.dtype == np.float32 for one in used.layers)


def test_only_what_is_scaled_is_changed(rows: Array) -> None:
    layers = [single(one) for one in random_layers(np.random.default_rng(2), [3, 4, 4])]
    model = Model(layers, Linear(np.ones((3, 4)), np.zeros(3)), input_names=NAMES)
    used = Scale.of(Table(NAMES, rows), 40, [0, 1, 2], [0, 1, 2]).undone(model)
    assert used.input_names == NAMES
    assert used.layers[1] is model.layers[1]
    np.testing.assert_array_equal(used.layers[0].W_hh, model.layers[0].W_hh)
