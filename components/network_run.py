"""What the server computes for the Network page: one run, and pictures of one layer of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm import (
    Array,
    LabError,
    Layer,
    Model,
    ModelTrace,
    Trace,
    contributions,
    order_units,
    run,
    saturation,
)
from lstm.language_model import RecurrentModel

from . import boundary, interventions, theme, wire
from .boundary import FieldError
from .figures.heatmaps import heatmaps
from .figures.layers import layers as layers_figure
from .figures.saturation import saturation_plot
from .figures.states import State, drawn_lines, states
from .network_arrays import by_row, level, readings, row_label, timeline, with_start
from .network_inputs import Prepared, prepare
from .network_settings import NetworkSettings
from .numerals import counted

LARGEST_STATE = 1e15  # beyond it, squares no longer fit float32
ROWS = 128  # of a heat map at most: more would be thinner than a pixel
SMALL_ROWS = 24  # of a heat map in a small multiple
CONTRIBUTIONS = 4  # that are named of each gate's sum

Opened = Callable[[str], Model]


@dataclass(frozen=True)
class Run:
    """A model that has read its text, and the layer of it that is looked at."""

    settings: NetworkSettings
    prepared: Prepared
    trace: ModelTrace
    entries: tuple[interventions.Entry, ...] = ()

    @classmethod
    def of(cls, settings: NetworkSettings, opened: Opened) -> "Run":
        """Run the model over the whole text, and reach into the run where that is asked for."""
        prepared = prepare(settings, opened)
        layers, T = prepared.model.layers, len(prepared.tokens)
        entries = interventions.read(settings.interventions, layers, T)
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                trace = run(prepared.model, prepared.inputs, interventions.acting(entries))
        except LabError as error:  # a vocabulary too large for one-hot inputs
            raise FieldError("model", str(error)) from error
        # Written so that NaN does not pass. A projection may leave h as large as it likes.
        if not all(
            np.abs(state).max() < LARGEST_STATE for one in trace.layers for state in (one.c, one.h)
        ):
            raise FieldError(
                "text", "The states of this model overflow on this text. Use smaller inputs."
            )
        return cls(settings, prepared, trace, entries)

    @property
    def number(self) -> int:
        """The layer that is looked at, from 0; the top one where there are fewer."""
        return min(self.settings.layer, len(self.trace.layers) - 1)

    @property
    def layer(self) -> Layer:
        """Its parameters."""
        return self.prepared.model.layers[self.number]

    @property
    def seen(self) -> Trace:
        """Its trace."""
        return self.trace.layers[self.number]

    @property
    def unit(self) -> int:
        """The pinned unit; the last one where there are fewer."""
        return min(self.settings.unit, self.layer.hidden_size - 1)

    @cached_property
    def rows(self) -> list[NDArray[np.int64]]:
        """The units of each row of a picture: one, or several neighbours in the order."""
        units = order_units(self.seen, self.settings.order)
        first = self.settings.first
        if first is not None and len(units) > ROWS:
            start = min(first, len(units) - 1)
            units = units[start : start + ROWS]
        return np.array_split(units, min(ROWS, len(units)))

    @cached_property
    def spoken(self) -> list[NDArray[np.int64]]:
        """The rows of h: those of the units, unless a projection gives other values."""
        P = self.layer.output_size
        if self.layer.hidden_size == P:
            return self.rows
        return np.array_split(np.arange(P), min(ROWS, P))

    @cached_property
    def series(self) -> dict[str, Array]:
        """Gates and states row by row: (R, T) for gates, (R, T + 1) for states."""
        found = {name: by_row(getattr(self.seen, name), self.rows) for name in "figo"}
        found["c"] = by_row(with_start(self.seen.c0, self.seen.c), self.rows)
        found["h"] = by_row(with_start(self.seen.h0, self.seen.h), self.spoken)
        return found


def answer(request: dict[str, Any] | None, opened: Opened) -> dict[str, Any]:
    """Run the network over the whole text.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme`` and what :class:`NetworkSettings` reads.
    opened : function of a file's hash
        Gives the model of an opened file.

    Returns
    -------
    dict
        The rows of the chosen layer, the readings, the pinned unit's sums and
        the figures; or ``error``, with the field that it is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    n, theme_name, payload = boundary.question(request)
    try:
        ran = Run.of(NetworkSettings.read(payload), opened)
        layers, T = ran.prepared.model.layers, len(ran.prepared.tokens)
        added = interventions.added(ran.settings.adding, ran.entries, layers, T)
        pinned_sums = sums(ran)
    except FieldError as error:
        return boundary.refusal(n, error)
    model, layer = ran.prepared.model, ran.layer
    return {
        "n": n,
        "error": None,
        "tokens": ran.prepared.tokens,
        "sizes": [one.hidden_size for one in model.layers],
        "layer": ran.number,
        "unit": ran.unit,
        "rows": [units.tolist() for units in ran.rows],
        "series": {name: packed(values) for name, values in ran.series.items()},
        "readings": {name: wire.encode(a, "f4") for name, a in readings(ran.seen).items()},
        "pinned": {name: wire.encode(a, "f4") for name, a in timeline(ran.seen, ran.unit).items()},
        "sums": pinned_sums,
        "names": names(model, ran.number),
        "says": describe(model),
        "takes": takes(model),
        "figures": figures(ran, theme_name),
        "lines": {name: drawn_lines(ran.series[name]).tolist() for name in "ch"},
        "unknown": unknown(ran),
        "outputs": layer.output_size,
        "speaks": speaks(model),
        "levels": [wire.encode(level(one), "f4") for one in ran.trace.layers],
        "interventions": interventions.answer(ran.entries),
        "added": added,
    }


def packed(values: Array) -> dict[str, Any]:
    """Write values as whole numbers of 16 bits with a ``scale``.

    To three decimals and more, in half the bytes.
    """
    scale = max(float(np.abs(values).max()), 1e-30) / 32767
    return wire.encode(np.rint(values / scale), "i2") | {"scale": scale}


def sums(ran: Run) -> dict[str, Any]:
    """Give the pinned unit's sums, gate by gate in the order i, f, g, o."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = contributions(ran.layer, ran.seen, ran.unit, CONTRIBUTIONS)
    terms = (found.values, found.rest, found.bias, found.sums)
    if not all(np.abs(term).max() <= np.finfo(np.float32).max for term in terms):
        raise FieldError(
            "text",
            f"The sums of unit {ran.unit} overflow on this text. Use smaller inputs or weights.",
        )
    return {
        "which": wire.encode(found.which.ravel(), "i2" if ran.layer.input_size < 2**14 else "i4"),
        "values": wire.encode(found.values.ravel(), "f4"),
        "rest": wire.encode(found.rest.ravel(), "f4"),
        "bias": wire.encode(found.bias, "f4"),
        "sums": wire.encode(found.sums.ravel(), "f4"),
        "named": found.which.shape[2],
        "inputs": ran.layer.input_size,
    }


def unknown(ran: Run) -> int:
    """Count the tokens that the model does not know, and reads as its unknown one."""
    vocabulary = ran.prepared.model.vocabulary
    if vocabulary is None or vocabulary.unknown is None:
        return 0
    return int((ran.prepared.inputs == vocabulary.unknown).sum())


def names(model: Model, layer: int) -> dict[str, Any]:
    """Name inputs and units of a layer where they have a meaning."""
    units = model.unit_names[layer] if model.unit_names else None
    if layer:
        return {"units": units, "inputs": None, "kind": "below"}
    if model.input_names:
        return {"units": units, "inputs": model.input_names, "kind": "named"}
    if model.embedding is not None:
        return {"units": units, "inputs": None, "kind": "embedding"}
    tokens = model.vocabulary.tokens if model.vocabulary else None
    return {"units": units, "inputs": tokens, "kind": "token" if tokens else "number"}


def describe(model: Model) -> str:
    """Say in a line what the model is."""
    sizes = [layer.hidden_size for layer in model.layers]
    units = counted(sizes[0], "unit")
    if len(set(sizes)) > 1:
        units = ", ".join(map(str, sizes)) + " units"
    weights = sum(layer.W_ih.size + layer.W_hh.size + layer.bias.size for layer in model.layers)
    inputs = counted(model.input_size, "input")
    return f"{counted(len(sizes), 'layer')} of {units}, {inputs}, {weights:,} weights."


def takes(model: Model) -> str:
    """Say what the model reads: characters, words, tokens (by number) or numbers."""
    if model.vocabulary is not None:
        return model.vocabulary.unit
    return "tokens" if model.takes_tokens else "numbers"


def speaks(model: Model) -> bool:
    """Tell whether a model says what comes next in a text: then there is a lens on it."""
    try:
        RecurrentModel(model)
    except LabError:
        return False
    return True


def figures(ran: Run, theme_name: theme.ThemeName) -> dict[str, Any]:
    """Draw the four figures."""
    settings, trace = ran.settings, ran.seen
    labels = [row_label(units) for units in ran.rows]
    gates = {name: ran.series[name] for name in ("fiog" if settings.candidate else "fio")}
    pinned = timeline(trace, ran.unit)
    ratios = {name: saturation(getattr(trace, name)) for name in "fio"}
    drawn = {"heatmaps": heatmaps(gates, labels, theme_name)}
    shown: tuple[tuple[State, list[NDArray[np.int64]]], ...] = (("c", ran.rows), ("h", ran.spoken))
    for name, rows in shown:
        drawn[f"state_{name}"] = states(
            name,
            ran.series[name],
            [row_label(units) for units in rows],
            theme_name,
            pinned=pinned.get(name),
            as_heat=settings.as_heat,
        )
    drawn["saturation"] = saturation_plot(ratios, theme_name, ran.unit)
    if len(ran.trace.layers) > 1:
        small = [_small(layer) for layer in ran.trace.layers]
        drawn["layers"] = layers_figure(small, ran.number, theme_name)
    return drawn


def _small(trace: Trace) -> Array:
    P = trace.h.shape[2]
    return by_row(with_start(trace.h0, trace.h), np.array_split(np.arange(P), min(SMALL_ROWS, P)))
