"""A gradient on a state, taken apart into the paths by which it comes there.

Going backward adds up, at each state, what comes along every path to it. In an
LSTM, with d… for the gradient of a loss on …, along all paths:

    dc(t) = dc(t+1) · f(t+1)  +  dh(t) · o(t) · (1 − tanh²(c(t)))
    dh(t) = from above  +  Σ da_k(t+1) U_k    over the gates k, each with its rows U_k of W_hh

so that one sees what is passed on along the cell, and what each gate of the next
step adds because it listens to h(t). With peepholes gates add to dc(t) as well.
In a GRU dh(t) has dh(t+1) · z(t+1) for the cell's path, and in a basic RNN there
is only one path, through its one sum.

The run may be one that somebody reached into (:mod:`lstm.interventions`): where a
value was put in, nothing that lies before it counts.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from .backward import flat
from .cell import Array, Layer, Trace
from .coupled import CoupledLayer
from .errors import LabError
from .gru import GRUTrace
from .interventions import Clamp, Intervention, SetState, Silence
from .peephole import PeepholeLayer
from .variants import RNNLayer

Held = Mapping[str, Array]


class Paths(NamedTuple):
    """What comes to each state, by path; the sum is the whole gradient.

    Attributes
    ----------
    c : dict of str to ndarray of shape (T + 1, B, H)
        ``above``, from outside the layer; ``c`` along the cell, ``h`` through h(t);
        with peepholes also ``f`` and ``i``, the gates of the step after, and ``o``,
        that of the step itself. Empty where cells have no c.
    h : dict of str to ndarray of shape (T + 1, B, H)
        ``above``; then, by their letters, the gates of the step after. In a GRU
        ``keep``, along z · h(t−1), is one more; in a basic RNN the one sum is ``a``.
    dx : ndarray of shape (T, B, D)
        The gradient on the inputs.
    """

    c: Mapping[str, Array]
    h: Mapping[str, Array]
    dx: Array


def held(interventions: Iterable[Intervention], T: int, units: int) -> dict[str, Array]:
    """Say where a value was put in, so that nothing that lies before it counts.

    Parameters
    ----------
    interventions : iterable of Clamp, SetState, ShiftState or Silence
    T, units : int

    Returns
    -------
    dict of str to ndarray of shape (T, 1, H)
        By the names of :func:`lstm.stepwise.run_stepwise`, for what is reached into:
        0 at the steps where a value was put in, 1 elsewhere. What is added to a
        state leaves all before it counting.

    Examples
    --------
    >>> held([Clamp("f", unit=0, first=2, last=3, value=1)], T=4, units=1)["f"].ravel()
    array([1., 0., 0., 1.])
    """
    found: dict[str, Array] = {}
    name: str
    for one in interventions:
        if isinstance(one, Clamp):
            name, first, last = one.gate, one.first, one.last
        elif isinstance(one, Silence):
            name, first, last = "said", one.first, one.last
        elif isinstance(one, SetState) and one.t > 0:
            name, first, last = one.state, one.t, one.t
        else:
            continue
        found.setdefault(name, np.ones((T, 1, units)))[first - 1 : last, :, one.unit] = 0
    return found


def paths(
    layer: Layer,
    trace: Trace,
    above: Array,
    above_c: Array | None = None,
    reached: Held | None = None,
) -> Paths:
    """Go backward through a run, and give what comes to each state by each path.

    Parameters
    ----------
    layer : Layer
        Of any kind, without a projection.
    trace : Trace
        Of that layer; of one sequence, or of as many as there are above.
    above : ndarray of shape (T, B, H)
        The gradient on each h(t), from above alone.
    above_c : ndarray of shape (T, B, H), optional
        The same on each c(t); zeros where left out.
    reached : mapping, optional
        What :func:`held` gives of a run that was reached into.

    Returns
    -------
    Paths
        For the states at 0 … T. Without interventions they add up to what
        :func:`lstm.variants.run_layer_backward` gives.

    Raises
    ------
    LabError
        If the layer has a projection.

    Examples
    --------
    A forget gate of one half, and gates that do not listen: c(0) matters along the cell alone.

    >>> from lstm import forward
    >>> cell = Layer.scalar(i=(0, 0, 0), f=(0, 0, 0), g=(1, 0, 0), o=(0, 0, 0))
    >>> found = paths(cell, forward(cell, np.ones((3, 1, 1))), np.ones((3, 1, 1)))
    >>> found.c["c"].ravel().round(3), found.c["h"].ravel().round(3)
    (array([0.35 , 0.266, 0.165, 0.   ]), array([0.   , 0.434, 0.367, 0.33 ]))
    """
    if layer.W_hr is not None:
        raise LabError("A layer with a projection cannot be taken apart into paths.")
    slopes = _slopes(layer, trace, reached or {})
    if above_c is None:
        above_c = np.zeros_like(above if trace.c.size else above[..., :0])
    dc, dh, da = _recur(layer, slopes, above, above_c)
    through = np.split(layer.W_hh, len(da))
    to_h = {"above": _after(above)}
    if slopes.along is not None:
        to_h["keep"] = _before(dh * slopes.along)
    to_h |= {name: _before(da[name] @ U) for name, U in zip(da, through, strict=True)}
    to_c = {}
    if slopes.keep is not None and slopes.shown is not None:
        to_c = {"above": _after(above_c), "c": _before(dc * slopes.keep)}
        to_c["h"] = _after(dh * slopes.shown)
    if isinstance(layer, PeepholeLayer):
        to_c["f"], to_c["i"] = _before(da["f"] * layer.p_f), _before(da["i"] * layer.p_i)
        to_c["o"] = _after(da["o"] * layer.p_o)
    on_x = da | ({} if slopes.heard is None else {"n": dh * slopes.heard})
    rows = flat(np.concatenate(list(on_x.values()), axis=2))
    return Paths(to_c, to_h, (rows @ layer.W_ih).reshape(*above.shape[:2], -1))


class _Slopes(NamedTuple):
    """What gradients are multiplied by on their way, at all steps: each (T, 1 or B, H).

    ``of_c`` and ``of_h`` take dc(t) or dh(t) to the sums of the gates, in the order of
    their rows; ``keep`` takes dc(t) to c(t−1), ``along`` dh(t) to h(t−1), and ``shown``
    dh(t) to c(t). In a GRU ``heard`` takes dh(t) to what the candidate hears of x(t).
    """

    of_c: Mapping[str, Array]
    of_h: Mapping[str, Array]
    keep: Array | None = None
    shown: Array | None = None
    along: Array | None = None
    heard: Array | None = None


def _slopes(layer: Layer, trace: Trace, reached: Held) -> _Slopes:
    def counts(*names: str) -> Array:
        """Give 1 where all of these follow the equations, 0 where a value was put in."""
        product = np.ones((1, 1, 1))
        for name in names:
            product = product * reached.get(name, 1.0)
        return product

    said = counts("said", "h")
    if isinstance(layer, RNNLayer):
        # Not of h itself, which something may have been added to.
        a = trace.x @ layer.W_ih.T + trace.h_prev @ layer.W_hh.T + layer.bias
        return _Slopes({}, {"a": (1 - np.tanh(a) ** 2) * said})
    if isinstance(trace, GRUTrace):
        r, z, n = trace.r, trace.z, trace.n
        heard = (1 - z) * (1 - n * n) * said * counts("n")
        of_r = heard * trace.m * r * (1 - r) * counts("r")
        of_z = (trace.h_prev - n) * z * (1 - z) * said * counts("z")
        of_h = {"r": of_r, "z": of_z, "n": heard * r}
        return _Slopes({}, of_h, along=z * said, heard=heard)
    i, f, g, o, tanh_c = trace.i, trace.f, trace.g, trace.o, np.tanh(trace.c)
    coupled = isinstance(layer, CoupledLayer)
    of_i = {} if coupled else {"i": g * i * (1 - i) * counts("c", "i")}
    of_f = (trace.c_prev - g if coupled else trace.c_prev) * f * (1 - f) * counts("c", "f")
    return _Slopes(
        of_i | {"f": of_f, "g": i * (1 - g * g) * counts("c", "g")},
        {"o": tanh_c * o * (1 - o) * said * counts("o")},
        keep=f * counts("c"),
        shown=o * (1 - tanh_c * tanh_c) * said,
    )


def _recur(
    layer: Layer, slopes: _Slopes, above: Array, above_c: Array
) -> tuple[Array, Array, dict[str, Array]]:
    """Add to dc and dh what comes along the recurrence; give them, and da of each gate."""
    of_c, of_h, keep, shown, along, _ = slopes
    dc, dh = above_c.copy(), above.copy()
    da = {name: np.empty_like(above) for name in (*of_c, *of_h)}
    peepholes = layer if isinstance(layer, PeepholeLayer) else None
    dc_next, dh_next = np.zeros_like(dc[0]), np.zeros_like(dh[0])
    for t in range(len(dh) - 1, -1, -1):
        dh[t] += dh_next
        for name, slope in of_h.items():
            da[name][t] = dh[t] * slope[t]
        if keep is not None and shown is not None:
            dc[t] += dc_next + dh[t] * shown[t]
            if peepholes:
                dc[t] += da["o"][t] * peepholes.p_o
            for name, slope in of_c.items():
                da[name][t] = dc[t] * slope[t]
            dc_next = dc[t] * keep[t]
            if peepholes:
                dc_next += da["i"][t] * peepholes.p_i + da["f"][t] * peepholes.p_f
        dh_next = np.concatenate([one[t] for one in da.values()], axis=1) @ layer.W_hh
        if along is not None:
            dh_next += dh[t] * along[t]
    return dc, dh, da


def _before(steps: Array) -> Array:
    """Put what comes from step t to the state at t − 1 on the axis 0 … T."""
    return np.concatenate([steps, np.zeros_like(steps[:1])])


def _after(steps: Array) -> Array:
    """Put what comes to the state after step t on the axis 0 … T."""
    return np.concatenate([np.zeros_like(steps[:1]), steps])
