"""Mean and spread of a table's columns: in what units it is learnt."""

from dataclasses import dataclass, replace

import numpy as np

from .cell import Array
from .errors import LabError
from .model import Linear, Model
from .own_table import Table

_AS_GOOD_AS_CONSTANT = 1e-30  # 1 over a smaller spread is no number in float32


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and spread of a table's columns, in which it is learnt.

    Attributes
    ----------
    mean, spread : ndarray of shape (D,)
    known, wanted : list of int
        The columns that a model takes and gives.
    """

    mean: Array
    spread: Array
    known: list[int]
    wanted: list[int]

    @classmethod
    def of(cls, table: Table, end: int, known: list[int], wanted: list[int]) -> "Scale":
        """Measure the rows that are learnt from; a constant column keeps its unit.

        Raises
        ------
        LabError
            If nothing that is wanted changes.
        """
        rows = table.rows[:end]
        # Not by the spread, which rounding makes larger than 0.
        changes = np.ptp(rows, axis=0) > _AS_GOOD_AS_CONSTANT
        if not changes[wanted].any():
            raise LabError(
                "What is to be foreseen never changes in the rows that are learnt from: "
                "there is nothing to learn. Choose another column, or more rows."
            )
        return cls(rows.mean(axis=0), np.where(changes, rows.std(axis=0), 1.0), known, wanted)

    def rows(self, table: Table) -> Array:
        """Give all rows in units of the spread, around the mean."""
        return np.asarray((table.rows - self.mean) / self.spread, np.float32)

    def undone(self, model: Model) -> Model:
        """Let the weights do the scaling: W (x − m) / s = (W / s) x − (W / s) m.

        What it takes and gives is then in the columns' own units. In float32 that
        costs as many digits as the mean of a column has more than its spread.
        """
        first = model.layers[0]
        W_ih = first.W_ih / self.spread[self.known]
        bias = first.bias - W_ih @ self.mean[self.known]
        layers = [replace(first, W_ih=_single(W_ih), bias=_single(bias)), *model.layers[1:]]
        assert model.decoder is not None
        m, s = self.mean[self.wanted], self.spread[self.wanted]
        decoder = Linear(_single(model.decoder.W * s[:, None]), _single(model.decoder.b * s + m))
        return replace(model, layers=layers, decoder=decoder)


def _single(array: Array) -> Array:
    return np.asarray(array, np.float32)
