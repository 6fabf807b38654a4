"""Every quantity of a cell over a run, by the names that the page has for them."""

from collections.abc import Mapping

import numpy as np

from lstm import Array, Trace, half_life

from .cell_kinds import CellKind

Series = dict[str, Array]


def series_of(kind: CellKind, numbers: Mapping[str, float], trace: Trace) -> Series:
    """Put every quantity of a run on the page's time axis, 0 … T.

    Parameters
    ----------
    kind : CellKind
    numbers : mapping of str to float
        The parameters.
    trace : Trace
        Of the layer that they make, with one sequence and one unit.

    Returns
    -------
    dict of str to ndarray of shape (T + 1,)
        States, with their values at t = 0, and what exists only within a step,
        which is NaN there: gates by their names, the sums before the squashing
        as ``a_`` and the gate, ``keep`` and ``write``, of which the state of the
        kind is the ``sum``. In a basic RNN they are what it hears of h(t−1) and
        of x(t), and the ``sum`` is its only one, ``a``; in a GRU ``recall`` is
        what the reset gate lets through.
    """
    h = np.append(trace.h0, trace.h)
    states = {"h": h, "y": numbers["W_out"] * h + numbers["b_out"]}
    step = {"x": trace.x.ravel(), "h_prev": h[:-1]}
    if kind.state == "c":
        c = np.append(trace.c0, trace.c)
        states |= {"c": c, "tanh_c": np.tanh(c)}
        step["c_prev"] = c[:-1]
    step |= {gate.name: getattr(trace, gate.name).ravel() for gate in kind.gates}
    if kind.state == "c":
        step |= _lstm_step(kind, numbers, trace, step, states["c"][1:])
    elif kind.gates:
        step |= _gru_step(numbers, step)
    else:
        step |= _rnn_step(numbers, step)
    step.setdefault("sum", step["keep"] + step["write"])
    return states | {name: np.append(np.nan, values) for name, values in step.items()}


def _sum(numbers: Mapping[str, float], letter: str, step: Series) -> Array:
    """Give the sum of a gate before its squashing, as far as all kinds have the same."""
    total: Array = (
        numbers[f"W_{letter}"] * step["x"]
        + numbers[f"U_{letter}"] * step["h_prev"]
        + numbers[f"b_{letter}"]
    )
    return total


def _lstm_step(
    kind: CellKind, numbers: Mapping[str, float], trace: Trace, step: Series, c: Array
) -> Series:
    """Give what an LSTM and its near relations compute within a step."""
    found = {}
    for gate in kind.gates:
        a = _sum(numbers, gate.letter, step)
        if peephole := numbers.get(f"P_{gate.letter}"):
            # The output gate sees the cell state as this step leaves it.
            a = a + peephole * (c if gate.name == "o" else step["c_prev"])
        found[f"a_{gate.name}"] = a
    f, i = trace.f.ravel(), trace.i.ravel()
    if "i" not in step:  # coupled gates: it follows from f, and is shown as a gate
        found["i"] = i
    found |= {"keep": f * step["c_prev"], "write": i * step["g"], "half_life": half_life(f)}
    return found


def _gru_step(numbers: Mapping[str, float], step: Series) -> Series:
    """Give what a GRU computes within a step."""
    r, z, n, h_prev = step["r"], step["z"], step["n"], step["h_prev"]
    recall = r * (numbers["U_n"] * h_prev + numbers["b_hn"])
    return {
        "a_r": _sum(numbers, "r", step),
        "a_z": _sum(numbers, "z", step),
        "a_n": numbers["W_n"] * step["x"] + numbers["b_n"] + recall,
        "recall": recall,
        "keep": z * h_prev,
        "write": (1 - z) * n,
        "half_life": half_life(z),
    }


def _rnn_step(numbers: Mapping[str, float], step: Series) -> Series:
    """Give the one sum of a basic RNN, and its parts."""
    keep = numbers["W_hidden"] * step["h_prev"]
    write = numbers["W_in"] * step["x"]
    a = write + numbers["b"] + keep
    return {"a": a, "keep": keep, "write": write, "sum": a}
