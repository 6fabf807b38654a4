"""One cell in plain numbers: the engine's loss, gradients and epochs, tied or not."""

from itertools import islice

import numpy as np
import pytest

from lstm import Batch, LabError, Layer, Linear, Model, Optimiser, Plan, fit, run
from lstm.losses import mean_squared_error
from lstm.parameters import gradients, parameters, run_for_training
from lstm.single import Cell, Epoch, learn, slope

RNG = np.random.default_rng(0)
X = RNG.normal(size=20).tolist()
TARGET = RNG.normal(size=20).tolist()
CELL = Cell(*RNG.normal(size=14).tolist())
TIED = CELL._replace(U_f=CELL.W_f, U_i=CELL.W_i, U_g=CELL.W_g, U_o=CELL.W_o)
DESCENT = {
    "adam": Optimiser("adam", 0.05, clip=None),
    "sgd": Optimiser("sgd", 0.1, clip=None),
}


def model_of(cell: Cell) -> Model:
    layer = Layer.scalar(f=cell[:3], i=cell[3:6], g=cell[6:9], o=cell[9:12])
    return Model([layer], Linear(np.array([[cell.W_y]]), np.array([cell.b_y])))


def column(values: list[float]) -> np.ndarray:
    return np.array(values)[:, None, None]


def in_engine_s_order(cell: Cell) -> dict[str, list[float]]:
    """Give the parameters by PyTorch's names, in the engine's order of gates: i, f, g, o."""
    gates = [cell[3:6], cell[:3], cell[6:9], cell[9:12]]
    w, u, b = zip(*gates, strict=True)
    return {
        "lstm.weight_ih_l0": list(w),
        "lstm.weight_hh_l0": list(u),
        "lstm.bias_ih_l0": list(b),
        "decoder.weight": [cell.W_y],
        "decoder.bias": [cell.b_y],
    }


class Sequence:
    """The one sequence, again and again."""

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give it."""
        return Batch(column(X), column(TARGET))


def test_loss_and_gradient_are_the_engine_s() -> None:
    model = model_of(CELL)
    done = run_for_training(model, column(X))
    loss = mean_squared_error(done.outputs, column(TARGET))
    wanted = gradients(model, done, loss.doutputs)
    found = slope(CELL, X, TARGET)
    assert found.loss == pytest.approx(loss.value, rel=1e-12)
    for name, values in in_engine_s_order(found.gradient).items():
        assert values == pytest.approx(wanted[name].ravel().tolist(), rel=1e-12, abs=1e-12), name


@pytest.mark.parametrize("name", Cell._fields)
def test_the_gradient_is_that_of_central_differences(name: str) -> None:
    def loss(step: float) -> float:
        cell = CELL._replace(**{name: getattr(CELL, name) + step})
        outputs = run(model_of(cell), column(X)).outputs
        return float(np.mean((outputs.ravel() - TARGET) ** 2))

    step = 1e-6
    numeric = (loss(step) - loss(-step)) / (2 * step)
    assert getattr(slope(CELL, X, TARGET).gradient, name) == pytest.approx(numeric, abs=1e-8)


@pytest.mark.parametrize("method", DESCENT)
def test_separate_weights_learn_what_fit_learns(method: str) -> None:
    plan = Plan(50, DESCENT[method])
    wanted = list(fit(model_of(CELL), Sequence(), plan))
    found = list(islice(learn(CELL, X, TARGET, DESCENT[method]), 50))
    # Progress has the loss before the update, an epoch that after it.
    assert [one.loss for one in found[:-1]] == pytest.approx(
        [one.loss for one in wanted[1:]], rel=1e-9
    )
    arrays = parameters(wanted[-1].model)
    for name, values in in_engine_s_order(found[-1].cell).items():
        assert values == pytest.approx(arrays[name].ravel().tolist(), rel=1e-9), name


def test_a_tied_weight_follows_the_sum_of_both_gradients() -> None:
    gradient = slope(TIED, X, TARGET).gradient
    first = next(learn(TIED, X, TARGET, Optimiser("sgd", 0.1, clip=None), tied=True)).cell
    for gate in "figo":
        w, u = f"W_{gate}", f"U_{gate}"
        both = getattr(gradient, w) + getattr(gradient, u)
        assert getattr(first, w) == pytest.approx(getattr(TIED, w) - 0.1 * both, rel=1e-12)
    for name in ("b_f", "b_i", "b_g", "b_o", "W_y", "b_y"):
        wanted = getattr(TIED, name) - 0.1 * getattr(gradient, name)
        assert getattr(first, name) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("method", DESCENT)
def test_tied_weights_stay_tied_to_the_last_bit(method: str) -> None:
    for epoch in islice(learn(TIED, X, TARGET, DESCENT[method], tied=True), 100):
        cell = epoch.cell
        assert (cell.U_f, cell.U_i, cell.U_g, cell.U_o) == (cell.W_f, cell.W_i, cell.W_g, cell.W_o)


def test_tied_training_does_not_look_at_the_recurrent_weights_given() -> None:
    one, other = (
        next(learn(cell, X, TARGET, DESCENT["adam"], tied=True))
        for cell in (TIED, TIED._replace(U_f=9.0))
    )
    assert one.cell == other.cell


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("method", DESCENT)
def test_training_that_was_stopped_goes_on_to_the_same_bits(method: str, tied: bool) -> None:
    optimiser = DESCENT[method]
    whole = list(islice(learn(TIED, X, TARGET, optimiser, tied=tied), 30))
    pieces: list[Epoch] = []
    cell, memory, age = TIED, None, 0
    for _ in range(10):
        piece = islice(learn(cell, X, TARGET, optimiser, tied=tied, memory=memory, age=age), 3)
        pieces += piece
        cell, _, memory, age = pieces[-1]
    assert [(one.cell, one.loss, one.age) for one in pieces] == [
        (one.cell, one.loss, one.age) for one in whole
    ]


def test_the_loss_of_an_epoch_is_that_of_its_cell() -> None:
    for epoch in islice(learn(CELL, X, TARGET, DESCENT["sgd"]), 5):
        assert epoch.loss == slope(epoch.cell, X, TARGET).loss


@pytest.mark.parametrize("rate", [1e200, 1e300])
def test_an_explosion_ends_it_and_says_what_to_do(rate: float) -> None:
    training = learn(CELL, X, TARGET, Optimiser("sgd", rate, clip=None))
    with pytest.raises(LabError, match=r"exploded\. Use a smaller learning rate"):
        list(training)


def test_a_target_of_another_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="shorter"):
        slope(CELL, X, TARGET[:-1])
