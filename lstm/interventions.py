"""A run that somebody reaches into: gates clamped, states edited, units silenced.

Everything else follows from the equations of the layer's kind. Within a step an
intervention acts where the data flow meets it: a clamp after the squashing of
the gate, a change of c(t) before tanh(c(t)) is taken, so that h(t) has it too,
silence on o · tanh(c(t)), and a change of h(t) last of all. Where gates are
coupled, i = 1 − f follows a clamped f. A GRU and a basic RNN have no memory but
h: what silences a unit there empties it as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer, Trace
from .coupled import CoupledLayer
from .errors import LabError
from .gru import GRULayer
from .stepwise import run_stepwise
from .variants import RNNLayer

Gate = Literal["i", "f", "g", "o", "r", "z", "n"]
State = Literal["c", "h"]

# The values that each can have; a candidate is a tanh, the others are σ's.
RANGES: dict[Gate, tuple[float, float]] = {
    "i": (0, 1),
    "f": (0, 1),
    "g": (-1, 1),
    "o": (0, 1),
    "r": (0, 1),
    "z": (0, 1),
    "n": (-1, 1),
}
LARGEST = 1e6  # of a state: far beyond what a cell counts to, and far from overflow


@dataclass(frozen=True)
class Clamp:
    """A gate of a unit that has a fixed value over a range of steps.

    Attributes
    ----------
    gate : "i", "f", "g" or "o", in a GRU "r", "z" or "n"
        One that the layer has (:func:`gates_of`).
    unit : int
        From 0 to H − 1.
    first, last : int
        The range, both included, in 1 … T.
    value : float
        In [0, 1], and in [−1, 1] for the candidates g and n.
    """

    gate: Gate
    unit: int
    first: int
    last: int
    value: float


@dataclass(frozen=True)
class SetState:
    """A state of a unit that is given another value at a step.

    Attributes
    ----------
    state : "c" or "h"
        One that the layer has (:func:`states_of`).
    unit : int
        From 0 to H − 1; of h, to P − 1.
    t : int
        The state after step t, in 0 … T; at 0 the one that the run starts from.
    value : float
        In [−1e6, 1e6].
    """

    state: State
    unit: int
    t: int
    value: float


@dataclass(frozen=True)
class ShiftState:
    """A state of a unit that something is added to at a step.

    Attributes
    ----------
    state, unit, t
        As in :class:`SetState`.
    by : float
        In [−1e6, 1e6].
    """

    state: State
    unit: int
    t: int
    by: float


@dataclass(frozen=True)
class Silence:
    """A unit that says nothing over a range of steps: o · tanh(c(t)) counts as 0.

    Its gates and its cell state go on, unheard. In a GRU and a basic RNN, which have
    no cell state, h(t) counts as 0.

    Attributes
    ----------
    unit : int
        From 0 to H − 1.
    first, last : int
        The range, both included, in 1 … T.
    """

    unit: int
    first: int
    last: int


Intervention = Clamp | SetState | ShiftState | Silence


def gates_of(layer: Layer) -> tuple[Gate, ...]:
    """Give the gates of a layer that can be clamped, the candidate among them.

    Examples
    --------
    >>> gates_of(Layer.scalar(i=(0, 0, 0), f=(0, 0, 0), g=(0, 0, 0), o=(0, 0, 0)))
    ('i', 'f', 'g', 'o')
    """
    if isinstance(layer, RNNLayer):
        return ()
    if isinstance(layer, GRULayer):
        return ("r", "z", "n")
    return ("f", "g", "o") if isinstance(layer, CoupledLayer) else ("i", "f", "g", "o")


def states_of(layer: Layer) -> tuple[State, ...]:
    """Give the states of a layer that can be changed: "c", where there is one, and "h"."""
    return ("h",) if isinstance(layer, RNNLayer | GRULayer) else ("c", "h")


def intervene(
    layer: Layer,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
) -> Trace:
    """Run a layer of any kind over whole sequences, and reach into the run.

    Parameters
    ----------
    layer : Layer
    x : array_like of shape (T, B, D), T ≥ 1
    interventions : iterable of Clamp, SetState, ShiftState or Silence
        Each in all B sequences. Those that meet at one place act in this order:
        of two clamps of the same gate the later one counts.
    h0 : array_like of shape (B, P), optional
    c0 : array_like of shape (B, H), optional
        The states at t = 0; zeros where left out.

    Returns
    -------
    Trace
        As of :func:`lstm.variants.run_layer`, to the bit where nothing has been
        changed yet; h0 and c0 as they are after changes at t = 0.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer, or an intervention is on what it does
        not have.

    Examples
    --------
    Nothing is forgotten from step 2 on, and nothing written.

    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> held = [Clamp("f", unit=0, first=2, last=4, value=1), Clamp("i", 0, 2, 4, 0)]
    >>> intervene(cell, np.ones((4, 1, 1)), held).c.ravel().round(3)
    array([0.288, 0.288, 0.288, 0.288])
    """
    edits = _edits(interventions, layer, T=len(np.atleast_1d(x)))

    def reach(name: str, t: int, rows: Array) -> None:
        for row, keep, add in edits.get((name, t), ()):
            rows[row] = rows[row] + add if keep else add

    return run_stepwise(layer, x, reach, h0, c0)


def during(interventions: Iterable[Intervention], first: int, last: int) -> list[Intervention]:
    """Give what happens from step ``first`` to ``last``, counted as in a run of these alone.

    Parameters
    ----------
    interventions : iterable of Clamp, SetState, ShiftState or Silence
    first, last : int
        Below 1 for steps before those that the interventions count from.

    Returns
    -------
    list of Intervention
        A change of the state that the whole run starts from is in its first part.

    Examples
    --------
    >>> during([Silence(0, first=3, last=9), SetState("c", 0, t=2, value=1)], 4, 6)
    [Silence(unit=0, first=1, last=3)]
    """
    found: list[Intervention] = []
    for one in interventions:
        if isinstance(one, Clamp | Silence):
            start, end = max(one.first, first), min(one.last, last)
            if start <= end:
                found.append(replace(one, first=start - first + 1, last=end - first + 1))
        elif first <= one.t <= last or (one.t == 0 and first == 1):
            found.append(replace(one, t=one.t - first + 1))
    return found


class _Edit(NamedTuple):
    """What happens to a row: something is added to it, or it is replaced."""

    row: int
    keep: bool
    add: float


# By the name that `run_stepwise` gives the quantity, and t.
_Edits = Mapping[tuple[str, int], Sequence[_Edit]]


def _edits(interventions: Iterable[Intervention], layer: Layer, T: int) -> _Edits:
    """Sort what was asked for by place and step, and check that there is such a thing."""
    H = layer.hidden_size
    found = defaultdict(list)
    place: str
    for one in interventions:
        if isinstance(one, Clamp):
            _check_gate(one, layer)
            place, steps = one.gate, _range(one.first, one.last, T)
            edit = _Edit(_checked_unit(one.unit, H), False, one.value)
        elif isinstance(one, Silence):
            place, steps = "said", _range(one.first, one.last, T)
            edit = _Edit(_checked_unit(one.unit, H), False, 0)
        else:
            place, edit = one.state, _change_of_state(one, layer)
            if not 0 <= one.t <= T:
                raise LabError(f"There is no step {one.t}: use one from 0 to {T}.")
            steps = range(one.t, one.t + 1)
        for t in steps:
            found[place, t].append(edit)
    return found


def _check_gate(clamp: Clamp, layer: Layer) -> None:
    gates = gates_of(layer)
    if not gates:
        raise LabError("A basic RNN has no gates. Change h, or silence a unit.")
    if clamp.gate == "i" and isinstance(layer, CoupledLayer):
        raise LabError("With coupled gates i is 1 − f. Clamp f instead.")
    if clamp.gate not in gates:
        raise LabError(f"There is no gate '{clamp.gate}'. Use one of {', '.join(gates)}.")
    _check_value(f"The gate {clamp.gate}", clamp.value, *RANGES[clamp.gate])


def _change_of_state(one: SetState | ShiftState, layer: Layer) -> _Edit:
    states = states_of(layer)
    if one.state not in states:
        raise LabError(f"There is no state '{one.state}'. Use {' or '.join(states)}.")
    row = _checked_unit(one.unit, layer.hidden_size if one.state == "c" else layer.output_size)
    keep, add = (False, one.value) if isinstance(one, SetState) else (True, one.by)
    _check_value(f"A change of {one.state}({one.t})", add, -LARGEST, LARGEST)
    return _Edit(row, keep, add)


def _checked_unit(unit: int, count: int) -> int:
    if not 0 <= unit < count:
        raise LabError(f"There is no unit {unit}: this layer has 0 to {count - 1}.")
    return unit


def _range(first: int, last: int, T: int) -> range:
    if not 1 <= first <= last <= T:
        raise LabError(
            f"There are no steps {first} to {last}: use steps from 1 to {T}, the first one first."
        )
    return range(first, last + 1)


def _check_value(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # nor is NaN
        raise LabError(f"{what} cannot be {value:g}: use a number from {least:g} to {most:g}.")
