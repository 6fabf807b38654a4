"""What the server computes for the Cell page: one run, on the page's time axis."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm import Array, LabError, half_life, pre_activations, run
from lstm.single import slope

from . import boundary, wire
from .cell_settings import CellSettings
from .figures.loss import loss_curve
from .figures.traces import LINES, traces
from .figures.unrolled import unrolled
from .numerals import fixed, percent

# Below this share of what the last input left, the page offers the setting that
# remembers, unless the forget gate keeps as much already.
FORGOTTEN = 0.5
REMEMBERS = 0.99


def answer(request: dict[str, Any] | None) -> dict[str, Any]:
    """Run the cell over the whole sequence.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme``, ``sequence`` (text), ``separate``
        and ``numbers`` (text by parameter); in training also ``target`` (text).

    Returns
    -------
    dict
        The trace, the two figures and the note on memory; in training also the
        target, the loss and the frame of its curve; or ``error``, with the
        field that it is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    n, theme_name, payload = boundary.question(request)
    try:
        settings = CellSettings.read(payload)
    except LabError as error:
        return {"n": n, "error": {"message": str(error), "field": getattr(error, "field", "")}}
    series = timeline(settings)
    lines = {name: series[name] for name in series if name in LINES or name == "target"}
    found: dict[str, Any] = {
        "n": n,
        "error": None,
        "inputs": list(settings.inputs),
        "numbers": dict(settings.numbers),
        "separate": settings.separate,
        "series": {name: wire.encode(values) for name, values in series.items()},
        "figures": {
            "unrolled": unrolled({name: series[name] for name in "xchy"}, theme_name),
            "traces": traces(lines, theme_name),
        },
        "memory": memory_note(series),
        "same": bool(np.allclose(series["f"][1:], series["i"][1:]))
        and bool(np.allclose(series["f"][1:], series["o"][1:])),
    }
    if settings.target is not None:
        loss = slope(settings.cell(), settings.inputs, settings.target).loss
        found["training"] = {"target": list(settings.target), "loss": loss}
        found["figures"]["loss"] = loss_curve(theme_name)
    return found


def timeline(settings: CellSettings) -> dict[str, Array]:
    """Run the cell and put every quantity on the page's time axis, 0 … T.

    Returns
    -------
    dict of str to ndarray of shape (T + 1,)
        Index 0 is the initial state; what exists only within a step is NaN
        there. ``a_f`` and its like are the sums before the squashing; there is
        a ``target`` in training only.
    """
    model = settings.model()
    result = run(model, np.array(settings.inputs)[:, None, None])
    trace = result.layers[0]
    sums = pre_activations(model.layers[0], trace)
    within = {name: getattr(trace, name) for name in ("x", "f", "i", "g", "o")}
    within |= {"c_prev": trace.c_prev, "h_prev": trace.h_prev}
    within |= {f"a_{name}": a for name, a in zip("ifgo", sums, strict=True)}
    within |= {"half_life": half_life(trace.f)}
    series = {name: np.append(np.nan, values.ravel()) for name, values in within.items()}
    series["c"] = np.append(trace.c0, trace.c)
    series["h"] = np.append(trace.h0, trace.h)
    series["tanh_c"] = np.tanh(series["c"])
    series["y"] = np.append(settings.numbers["b_out"], result.outputs)
    if settings.target is not None:
        series["target"] = np.append(np.nan, settings.target)
    return series


def memory_note(series: Mapping[str, Array]) -> dict[str, Any]:
    """Say how much of what the last input left the cell state keeps to the end.

    Parameters
    ----------
    series : mapping of str to ndarray of shape (T + 1,)
        At least x, c and f.

    Returns
    -------
    dict
        ``text``, and whether to ``offer`` the setting that remembers.
    """
    x, c, f = series["x"], series["c"], series["f"]
    last = len(c) - 1
    inputs = np.flatnonzero(np.nan_to_num(x))
    if not inputs.size:
        return {"text": f"No input: C = {fixed(c[last], 3)} at t = {last}.", "offer": False}
    start = int(inputs[-1])
    then, now = float(c[start]), float(c[last])
    if start == last:
        return {"text": f"C = {fixed(now, 3)} at the end, t = {last}.", "offer": False}
    text = f"Since the last input C went from {fixed(then, 3)} (t = {start}) to {fixed(now, 3)}"
    if abs(then) < 1e-9:
        return {"text": f"{text}.", "offer": False}
    share = now / then
    if share < 0:
        return {"text": f"{text}: another sign.", "offer": False}
    return {
        "text": f"{text}: {percent(share)} left." if share <= 1 else f"{text}: it grows.",
        "offer": bool(share < FORGOTTEN and f[last] < REMEMBERS),
    }
