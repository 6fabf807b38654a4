"""What looking back from a step of the cell finds: which states and inputs still count there.

The engine's part is in :mod:`lstm.paths`; here it is put on the page's time axis,
beside the same of a basic RNN under the same input, and said in words.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm import Array, Layer, Trace
from lstm.gru import GRUTrace
from lstm.interventions import intervene
from lstm.losses import mean_squared_error
from lstm.paths import Held, held, paths
from lstm.variants import run_layer

from . import theme, wire
from .cell_kinds import KINDS, CellKind
from .cell_settings import CellSettings
from .figures.looking_back import looking_back

Series = dict[str, Array]

BESIDE = KINDS["rnn"]
LEAST = 1e-8  # the smallest share that is written with its digits


def look_back(settings: CellSettings, theme_name: theme.ThemeName) -> dict[str, Any]:
    """Look back from the step that the settings name.

    Parameters
    ----------
    settings : CellSettings
        With ``back``, the step T.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        ``t``, T itself; the ``series`` by the names of :func:`backward_series`;
        the ``figure``; ``says``, in words; and what L is.
    """
    T = settings.back
    assert T is not None  # nobody asks otherwise
    series = backward_series(settings, T)
    loss = f"y({T})" if settings.target is None else "the loss"
    return {
        "t": T,
        "series": {name: wire.encode(values) for name, values in series.items()},
        "figure": looking_back(series, T, loss, theme_name),
        "says": _says(KINDS[settings.kind], settings.inputs, series, T),
        "loss": f"L = {loss}",
    }


def backward_series(settings: CellSettings, T: int) -> Series:
    """Compute everything that looking back from step T shows.

    Parameters
    ----------
    settings : CellSettings
    T : int
        The step to look back from, from 1.

    Returns
    -------
    dict of str to ndarray of shape (steps + 1,)
        On the page's time axis, NaN where there is nothing. ``dc_dc``, ``dh_dh``:
        ∂C(T)/∂C(t) and ∂h(T)/∂h(t) along all paths; ``path``: along the memory alone;
        ``dy_dx``: ∂y(T)/∂x(t); ``dl_dc``, ``dl_dh``: ∂L/∂C(t) and ∂L/∂h(t), where
        L is y(T) or, with a target, the mean squared error; ``c_`` and ``h_`` with
        the name of a path (:class:`lstm.paths.Paths`): their terms, whose sum they
        are; ``rnn``: ∂h(T)/∂h(t) of the basic RNN beside; ``keeper``, ``rnn_slope``
        and in an RNN ``h_slope``: what the step from t to t + 1 multiplies by;
        ``show`` and ``c_slope``: o(t) and 1 − tanh² C(t); those with ``_next`` are
        at t + 1. Where an intervention put a value in, what it cuts off is 0.
    """
    kind, x = KINDS[settings.kind], np.array(settings.inputs)[:, None, None]
    layer, reached = settings.layer(), settings.interventions
    trace = intervene(layer, x, reached) if reached else run_layer(layer, x)
    stops = held(reached, len(x), 1)
    # With weights of 100 a gradient may become larger than any number.
    with np.errstate(over="ignore", invalid="ignore"):
        found = _gradients(settings, trace, stops, T) | _factors(kind, layer, trace, stops)
        if "keeper" in found:
            found["path"] = _product(found["keeper"], T)
        if kind is not BESIDE:
            other = BESIDE.build(BESIDE.defaults)
            found["rnn_slope"] = np.append(1 - run_layer(other, x).h.ravel() ** 2, np.nan)
            found["rnn"] = _product(BESIDE.defaults["W_hidden"] * found["rnn_slope"], T)
    ahead = ("path", "dl_dc", "dl_dh", "rnn", "dh_dh")
    following = {f"{name}_next": found[name] for name in ahead if name in found}
    return found | {name: np.append(one[1:], np.nan) for name, one in following.items()}


def _gradients(settings: CellSettings, trace: Trace, stops: Held, T: int) -> Series:
    """Go back once for h(T), y(T), C(T) and L, side by side."""
    numbers, h = settings.numbers, trace.h
    above, above_c = np.zeros((len(h), 4, 1)), np.zeros((len(h), 4, trace.c.shape[2]))
    above[T - 1, 0], above[T - 1, 1], above_c[T - 1, 2] = 1, numbers["W_out"], 1
    if settings.target is None:
        above[T - 1, 3] = numbers["W_out"]
    else:
        y, target = numbers["W_out"] * h + numbers["b_out"], np.array(settings.target)
        above[:, 3] = numbers["W_out"] * mean_squared_error(y, target[:, None, None]).doutputs[:, 0]
    found = paths(settings.layer(), trace, above, above_c, stops)
    end = len(h) if settings.target else T
    series = {
        "dh_dh": _until(T, sum(found.h.values(), np.zeros(()))[:, 0]),
        "dy_dx": _until(T, np.append(np.nan, found.dx[:, 1])),
    }
    if found.c:
        series["dc_dc"] = _until(T, sum(found.c.values(), np.zeros(()))[:, 2])
    of_c = {name: term for name, term in found.c.items() if name != "above"}
    for state, terms in (("c", of_c), ("h", found.h)):
        parts = {f"{state}_{name}": _until(end, term[:, 3]) for name, term in terms.items()}
        if parts:
            # Added in the order in which they are shown, so that the page's sum is exact.
            series |= parts | {f"dl_d{state}": sum(parts.values(), np.zeros(len(h) + 1))}
    return series


def _factors(kind: CellKind, layer: Layer, trace: Trace, stops: Held) -> Series:
    """Give what each step multiplies by, along the memory and through h."""
    ones = np.ones((len(trace.x), 1, 1))
    said = stops.get("said", ones) * stops.get("h", ones)
    if isinstance(trace, GRUTrace):
        return {"keeper": np.append(trace.z * said, np.nan)}
    if kind is BESIDE:
        # Of the sum, and not of h, which something may have been added to.
        a = trace.x @ layer.W_ih.T + trace.h_prev @ layer.W_hh.T + layer.bias
        return {"h_slope": np.append((1 - np.tanh(a) ** 2) * said, np.nan)}
    return {
        "keeper": np.append(trace.f * stops.get("c", ones), np.nan),
        "show": np.append(np.nan, trace.o * said),
        "c_slope": 1 - np.tanh(np.append(trace.c0, trace.c)) ** 2,
    }


def _product(factors: Array, T: int) -> Array:
    """Multiply what the steps t + 1 … T multiply by, for each t up to T."""
    back = np.cumprod(np.append(1.0, factors[:T][::-1]))[::-1]
    return np.append(back, np.full(len(factors) - 1 - T, np.nan))


def _until(last: int, values: Array) -> Array:
    """Leave out what lies after a step."""
    return np.where(np.arange(len(values)) <= last, values.ravel(), np.nan)


def _says(kind: CellKind, inputs: tuple[float, ...], series: Mapping[str, Array], T: int) -> str:
    """Say how much of what the first input left still counts."""
    given = np.flatnonzero(inputs[:T])
    start = int(given[0]) + 1 if given.size else 1
    state = kind.state.upper() if kind.state == "c" else "h"
    if start == T:
        return f"At t = {T} the first input comes. Look back from a later step."
    kept = series["dh_dh" if kind is BESIDE else "path"][start]
    says = f"Of {state}({T}), {share(kept)} of what stood at t = {start} still counts"
    if kind is BESIDE:
        return f"{says}: each step back multiplies by (1 − h²)·W_hidden."
    along = "" if state == "h" else " along the cell"
    return f"{says}{along}; the basic RNN beside it keeps {share(series['rnn'][start])}."


def share(value: float) -> str:
    """Write a share in percent with two digits, however small it is.

    Examples
    --------
    >>> share(0.0312), share(0.000021), share(-1.0), share(1e-30), share(4.2)
    ('3.1 %', '0.0021 %', '100 %', 'less than 0.000001 %', '420 %')
    """
    size = abs(value)
    if not np.isfinite(size):
        return "more than can be counted"
    if size == 0:
        return "nothing"
    if size < LEAST:
        return f"less than {100 * LEAST:f} %"
    if size >= 100:
        return f"{size:.1e} times".replace("e+0", "e").replace("e+", "e")
    decimals = max(1 - int(np.floor(np.log10(100 * size))), 0)
    return f"{100 * size:.{decimals}f} %"
