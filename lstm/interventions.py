"""A run that somebody reaches into: gates clamped, states edited, units silenced.

Everything else follows from the equations of :mod:`lstm.cell`. Within a step an
intervention acts where the data flow meets it: a clamp after the squashing of
the gate, a change of c(t) before tanh(c(t)) is taken, so that h(t) has it too,
silence on o · tanh(c(t)), and a change of h(t) last of all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .cell import Array, Layer, Trace, stacked
from .errors import LabError
from .sequences import laid_out, sequences_and_states, traced

Gate = Literal["i", "f", "o", "g"]
State = Literal["c", "h"]

# The order of their rows in a product of `forward`, and the values that each can have.
GATES: dict[Gate, tuple[float, float]] = {"i": (0, 1), "f": (0, 1), "o": (0, 1), "g": (-1, 1)}
LARGEST = 1e6  # of a state: far beyond what a cell counts to, and far from overflow


@dataclass(frozen=True)
class Clamp:
    """A gate of a unit that has a fixed value over a range of steps.

    Attributes
    ----------
    gate : "i", "f", "g" or "o"
    unit : int
        From 0 to H − 1.
    first, last : int
        The range, both included, in 1 … T.
    value : float
        In [0, 1], and in [−1, 1] for the candidate g.
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

    Its gates and its cell state go on, unheard.

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


def intervene(
    layer: Layer,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    h0: ArrayLike | None = None,
    c0: ArrayLike | None = None,
) -> Trace:
    """Run an LSTM layer over whole sequences, and reach into the run.

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
        As of :func:`lstm.forward`, to the bit where nothing has been changed yet;
        h0 and c0 as they are after changes at t = 0.

    Raises
    ------
    LabError
        If x, h0 or c0 do not fit the layer, it is no LSTM, or an intervention is
        on what does not exist.

    Examples
    --------
    Nothing is forgotten from step 2 on, and nothing written.

    >>> cell = Layer.scalar(i=(.5, .5, 0), f=(.5, .5, 0), g=(.5, .5, 0), o=(.5, .5, 0))
    >>> held = [Clamp("f", unit=0, first=2, last=4, value=1), Clamp("i", 0, 2, 4, 0)]
    >>> intervene(cell, np.ones((4, 1, 1)), held).c.ravel().round(3)
    array([0.288, 0.288, 0.288, 0.288])
    """
    if type(layer) is not Layer:
        raise LabError("Only an LSTM can be intervened in. Choose the cell kind LSTM.")
    H, P = layer.hidden_size, layer.output_size
    x, h0, c0 = sequences_and_states(layer, x, h0, c0, cells=H)
    T, _, D = x.shape
    edits = _edits(interventions, T, H, P)
    blocks = inputs, _, c = laid_out(x, h0, c0)
    _change(c[0], edits.get(("c", 0), ()))
    _change(inputs[0, D:-1], edits.get(("h", 0), ()))
    _recur(layer, *blocks, edits)
    return traced(layer, blocks)


class _Edit(NamedTuple):
    """What happens to a row of a block: it becomes keep · row + add."""

    row: int
    keep: float
    add: float


# Where in a step ("gates", "c", "m", that is o · tanh(c), or "h"), and in which.
_Edits = Mapping[tuple[str, int], Sequence[_Edit]]


def _edits(interventions: Iterable[Intervention], T: int, H: int, P: int) -> _Edits:
    """Sort what was asked for by place and step, and check that there is such a thing."""
    found = defaultdict(list)
    for one in interventions:
        if isinstance(one, Clamp):
            row = _row_of_gate(one, H)
            place, steps, edit = "gates", _range(one.first, one.last, T), _Edit(row, 0, one.value)
        elif isinstance(one, Silence):
            row = _checked_unit(one.unit, H)
            place, steps, edit = "m", _range(one.first, one.last, T), _Edit(row, 0, 0)
        else:
            place, edit = one.state, _change_of_state(one, H, P)
            if not 0 <= one.t <= T:
                raise LabError(f"There is no step {one.t}: use one from 0 to {T}.")
            steps = range(one.t, one.t + 1)
        for t in steps:
            found[place, t].append(edit)
    return found


def _row_of_gate(clamp: Clamp, H: int) -> int:
    if clamp.gate not in GATES:
        raise LabError(f"There is no gate '{clamp.gate}'. Use one of {', '.join(GATES)}.")
    _check_value(f"The gate {clamp.gate}", clamp.value, *GATES[clamp.gate])
    return list(GATES).index(clamp.gate) * H + _checked_unit(clamp.unit, H)


def _change_of_state(one: SetState | ShiftState, H: int, P: int) -> _Edit:
    if one.state not in ("c", "h"):
        raise LabError(f"There is no state '{one.state}'. Use c or h.")
    row = _checked_unit(one.unit, H if one.state == "c" else P)
    keep, add = (0, one.value) if isinstance(one, SetState) else (1, one.by)
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


def _recur(layer: Layer, inputs: Array, gates: Array, c: Array, edits: _Edits) -> None:
    """Fill in the gates and states of all steps, in blocks as `laid_out` gives them."""
    H, D = layer.hidden_size, layer.input_size
    # The very product of `forward`, so that the bits are its bits: its rows are i, f, o
    # and g, and those of the σ's are halved, σ(a) = ½ + ½ tanh(a/2).
    weights = np.asarray(stacked(layer), order="F" if inputs.shape[2] == 1 else "C")
    for n, a in enumerate(gates):
        t = n + 1
        np.dot(weights, inputs[n], a)
        np.tanh(a, a)
        i_f_o, g = a[: 3 * H], a[3 * H :]
        i_f_o *= 0.5
        i_f_o += 0.5
        _change(a, edits.get(("gates", t), ()))
        np.add(a[:H] * g, a[H : 2 * H] * c[n], c[t])
        _change(c[t], edits.get(("c", t), ()))
        m = a[2 * H : 3 * H] * np.tanh(c[t])
        _change(m, edits.get(("m", t), ()))
        h = inputs[t, D:-1]
        h[...] = m if layer.W_hr is None else np.dot(layer.W_hr, m)
        _change(h, edits.get(("h", t), ()))


def _change(rows: Array, edits: Sequence[_Edit]) -> None:
    for row, keep, add in edits:
        rows[row] = keep * rows[row] + add
