"""What the server computes for the Cell page: one run, on the page's time axis."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lstm import Array, LabError
from lstm.interventions import intervene
from lstm.single import slope
from lstm.variants import run_layer

from . import boundary, interventions, theme, wire
from .cell_back import look_back
from .cell_kinds import KINDS, CellKind
from .cell_series import series_of
from .cell_settings import CellSettings
from .figures.loss import loss_curve
from .figures.spans import with_spans
from .figures.traces import LINES, traces
from .figures.unrolled import unrolled
from .figures.untouched import with_untouched
from .numerals import fixed, percent

# The browser adds them up from the others.
DERIVED = ("c_prev", "h_prev", "sum")
# Below this share of what the last input left, the page offers the setting that
# remembers, unless the cell keeps as much already.
FORGOTTEN = 0.5
REMEMBERS = 0.99


def answer(request: dict[str, Any] | None) -> dict[str, Any]:
    """Run the cell over the whole sequence.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme``, ``sequence`` (text), ``separate``
        and ``numbers`` (text by parameter); in training also ``target`` (text).
        ``interventions`` are those of :mod:`.interventions`, ``adding`` the one that
        stands in the form, and ``untouched`` asks for the run without them too.

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
        reached = _reached(settings, payload)
    except LabError as error:
        return boundary.refusal(n, error)
    kind, series = KINDS[settings.kind], timeline(settings)
    states = {name: series[name] for name in "xchy" if name in series}
    found: dict[str, Any] = {
        "n": n,
        "error": None,
        "kind": settings.kind,
        "inputs": list(settings.inputs),
        "numbers": dict(settings.numbers),
        "separate": settings.separate,
        "series": {
            name: wire.encode(values) for name, values in series.items() if name not in DERIVED
        },
        "figures": {
            "unrolled": unrolled(states, theme_name),
            "traces": _traces(settings, series, reached, theme_name),
        },
        "memory": memory_note(kind, settings.numbers, series),
        "same": _are_one_line([series[name][1:] for name in kind.alike]),
    }
    found |= {name: reached[name] for name in ("interventions", "added")}
    if settings.back is not None:
        found["back"] = look_back(settings, theme_name)
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
        Of the kind of cell, as :func:`.cell_series.series_of` has them; in
        training also the ``target``.
    """
    layer, inputs = settings.layer(), np.array(settings.inputs)[:, None, None]
    reached = settings.interventions
    trace = intervene(layer, inputs, reached) if reached else run_layer(layer, inputs)
    series = series_of(KINDS[settings.kind], settings.numbers, trace)
    if settings.target is not None:
        series["target"] = np.append(np.nan, settings.target)
    return series


def _reached(settings: CellSettings, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Say what each intervention does, and check the one that stands in the form."""
    entries, where = settings.entries(payload), ([settings.layer()], len(settings.inputs))
    added = interventions.added(payload.get("adding"), entries, *where, settings.gates)
    beside = boundary.expect(bool, payload.get("untouched", False), "untouched")
    return {
        "interventions": interventions.answer(entries),
        "added": added,
        "untouched": timeline(replace(settings, interventions=())) if beside else None,
    }


def _traces(
    settings: CellSettings,
    series: Mapping[str, Array],
    reached: Mapping[str, Any],
    theme_name: theme.ThemeName,
) -> dict[str, Any]:
    """Draw the traces, with what was changed, and behind them the untouched run if asked for."""
    lines = {name: series[name] for name in series if name in LINES or name == "target"}
    figure = traces(lines, theme_name)
    if settings.interventions and reached["untouched"]:
        figure = with_untouched(figure, lines, reached["untouched"], theme_name)
    acts = [one["acts"] for one in reached["interventions"] if one["acts"]]
    return figure | {"layout": with_spans(figure["layout"], acts, theme_name)}


def _are_one_line(gates: Sequence[Array]) -> bool:
    return bool(gates) and all(np.allclose(gates[0], other) for other in gates[1:])


def memory_note(
    kind: CellKind, numbers: Mapping[str, float], series: Mapping[str, Array]
) -> dict[str, Any]:
    """Say how much of what the last input left the cell keeps to the end.

    Parameters
    ----------
    kind : CellKind
    numbers : mapping of str to float
        The parameters.
    series : mapping of str to ndarray of shape (T + 1,)
        At least x, the state of the kind, and the gate that keeps it.

    Returns
    -------
    dict
        ``text``, and whether to ``offer`` the setting that remembers.
    """
    x, state = series["x"], series[kind.state]
    symbol, last = kind.state.replace("c", "C"), len(state) - 1
    inputs = np.flatnonzero(np.nan_to_num(x))
    if not inputs.size:
        text = f"No input: {symbol} = {fixed(state[last], 3)} at t = {last}."
        return {"text": text, "offer": False}
    start = int(inputs[-1])
    then, now = float(state[start]), float(state[last])
    if start == last:
        return {"text": f"{symbol} = {fixed(now, 3)} at the end, t = {last}.", "offer": False}
    went = f"{symbol} went from {fixed(then, 3)} (t = {start}) to {fixed(now, 3)}"
    text = f"Since the last input {went}"
    if abs(then) < 1e-9:
        return {"text": f"{text}.", "offer": False}
    share = now / then
    if share < 0:
        return {"text": f"{text}: another sign.", "offer": False}
    return {
        "text": f"{text}: {percent(share)} left." if share <= 1 else f"{text}: it grows.",
        "offer": bool(share < FORGOTTEN and _keeps(kind, numbers, series) < REMEMBERS),
    }


def _keeps(kind: CellKind, numbers: Mapping[str, float], series: Mapping[str, Array]) -> float:
    """Give the share of its state that the last step kept by itself."""
    if kind.keeper is None:
        return 0.0  # where nothing can be forgotten, something else wiped it
    return float(series[kind.keeper][-1] if kind.keeper in series else numbers[kind.keeper])
