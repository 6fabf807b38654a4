"""The kinds of cell on the Cell page: what can be set in each, and the layer it stands for.

What each computes at a step is in :mod:`.cell_series`, its named settings are in
:mod:`.cell_presets`, and its words in :mod:`.cell_words`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lstm import Layer
from lstm.coupled import coupled
from lstm.gru import GRULayer
from lstm.initial import without_forget_gate
from lstm.peephole import PeepholeLayer
from lstm.variants import RNNLayer

from .cell_parameters import OUTPUT, Gate, Parameter, parameters_of, peephole_of, tied

Numbers = Mapping[str, float]

FORGET = Gate("f", "f", "f", "Forget gate")
INPUT = Gate("i", "i", "i", "Input gate")
CANDIDATE = Gate("g", "C", "g", "Candidate", "tanh")
SHOW = Gate("o", "o", "o", "Output gate")
RESET = Gate("r", "r", "i", "Reset gate")
UPDATE = Gate("z", "z", "f", "Update gate")
NEW = Gate("n", "n", "g", "Candidate", "tanh")


@dataclass(frozen=True)
class CellKind:
    """One kind of cell.

    Attributes
    ----------
    name, title : str
        In requests and links; on the page.
    gates : tuple of Gate
        In the order of the page.
    parameters : mapping of str to Parameter
        All of them, in the order of the page.
    build : function
        Makes the layer of the engine from the numbers.
    state : "c" or "h"
        What the cell remembers in.
    keeper : str, optional
        The gate or parameter that says how much of it a step keeps, 0 … 1.
    alike : tuple of str
        The gates that are one line where their parameters are the same.
    """

    name: str
    title: str
    gates: tuple[Gate, ...]
    parameters: Mapping[str, Parameter]
    build: Callable[[Numbers], Layer]
    state: Literal["c", "h"] = "c"
    keeper: str | None = None
    alike: tuple[str, ...] = ()

    @property
    def defaults(self) -> dict[str, float]:
        """Every parameter as a fresh page has it."""
        return {name: parameter.default for name, parameter in self.parameters.items()}

    @property
    def tied(self) -> dict[str, str]:
        """The weight that each recurrent one repeats while they are tied."""
        return tied(self.parameters)

    @property
    def drawing(self) -> str:
        """What its drawings in ``assets/diagrams`` are called."""
        return self.name.replace("_", "-")


def _gate(numbers: Numbers, letter: str) -> tuple[float, float, float]:
    return numbers[f"W_{letter}"], numbers[f"U_{letter}"], numbers[f"b_{letter}"]


def _lstm(numbers: Numbers, **closed: tuple[float, float, float]) -> Layer:
    """Build the LSTM; ``closed`` gives the gates that a kind has no parameters for."""
    four = (FORGET, INPUT, CANDIDATE, SHOW)
    gates: dict[str, Any] = {
        gate.name: closed[gate.name] if gate.name in closed else _gate(numbers, gate.letter)
        for gate in four
    }
    return Layer.scalar(**gates)


def _no_forget(numbers: Numbers) -> Layer:
    return without_forget_gate([_lstm(numbers, f=(0, 0, 0))])[0]


def _coupled(numbers: Numbers) -> Layer:
    return coupled(_lstm(numbers, i=(0, 0, 0)))


def _peephole(numbers: Numbers) -> Layer:
    layer = _lstm(numbers)
    peepholes = {f"p_{gate}": np.array([numbers[f"P_{gate}"]]) for gate in "ifo"}
    return PeepholeLayer(layer.W_ih, layer.W_hh, layer.bias, **peepholes)


def _gru(numbers: Numbers) -> Layer:
    w, u, b = np.array([_gate(numbers, letter) for letter in "rzn"]).T
    return GRULayer(w[:, None], u[:, None], b, b_hn=np.array([numbers["b_hn"]]))


def _rnn(numbers: Numbers) -> Layer:
    W_in, W_hidden = np.array([[numbers["W_in"]]]), np.array([[numbers["W_hidden"]]])
    return RNNLayer(W_in, W_hidden, np.array([numbers["b"]]))


def _named(*parameters: Parameter) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in (*parameters, *OUTPUT)}


def _of_gates(*gates: Gate) -> dict[str, Parameter]:
    return _named(*(parameter for gate in gates for parameter in parameters_of(gate)))


def _with_peepholes() -> dict[str, Parameter]:
    found: list[Parameter] = []
    for gate in (FORGET, INPUT, CANDIDATE, SHOW):
        *weights, bias = parameters_of(gate)
        peepholes = [] if gate is CANDIDATE else [peephole_of(gate)]
        found += [*weights, *peepholes, bias]
    return _named(*found)


_GRU = _named(
    *(parameter for gate in (RESET, UPDATE, NEW) for parameter in parameters_of(gate)),
    Parameter("b_hn", "Candidate recurrent bias b_hn", "g", "bias", 0.0),
)
# The numbers and reaches of the seed's basic RNN.
_RNN = _named(
    Parameter("W_in", "Input weight W_in", "x", "weight", 0.5, (-2.0, 2.0)),
    Parameter("W_hidden", "Hidden weight W_hidden", "h", "weight", 0.8, (0.0, 1.0)),
    Parameter("b", "Bias b", "h", "bias", 0.0),
)


def _all() -> dict[str, CellKind]:
    four = (FORGET, INPUT, CANDIDATE, SHOW)
    no_f, no_i, three = four[1:], (FORGET, CANDIDATE, SHOW), (RESET, UPDATE, NEW)
    kinds = (
        CellKind("lstm", "LSTM", four, _of_gates(*four), _lstm, "c", "f", ("f", "i", "o")),
        CellKind(
            "no_forget",
            "LSTM without forget gate",
            no_f,
            _of_gates(*no_f),
            _no_forget,
            alike=("i", "o"),
        ),
        CellKind(
            "coupled", "Coupled gates", no_i, _of_gates(*no_i), _coupled, "c", "f", ("f", "o")
        ),
        CellKind(
            "peephole", "Peephole LSTM", four, _with_peepholes(), _peephole, "c", "f", ("f", "i")
        ),
        CellKind("gru", "GRU", three, _GRU, _gru, "h", "z", ("r", "z")),
        CellKind("rnn", "Basic RNN", (), _RNN, _rnn, "h", "W_hidden"),
    )
    return {kind.name: kind for kind in kinds}


KINDS = _all()
LSTM = KINDS["lstm"]
