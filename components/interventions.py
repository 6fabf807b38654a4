"""What a reader changes in a run: gates clamped, states edited, units silenced.

A request lists the interventions as the page keeps them; here each becomes a
record of the engine, and words. One that does not fit the run any more, because
the sequence got shorter or the model is another one, waits: it is kept, and does
nothing. What stands in the form is checked here too, before the page keeps it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from werkzeug.exceptions import BadRequest

from lstm import Layer
from lstm.interventions import Intervention, gates_of, states_of

from . import boundary, theme
from .boundary import FieldError
from .intervention import RANGED, Asked, kind_and_what, value_of

MOST = 32


@dataclass(frozen=True)
class Entry:
    """One intervention of the list: what it says, and what it does to the run.

    Attributes
    ----------
    asked : Asked
    words : str
    record : Intervention, optional
        None while it is off or waits.
    waits : str
        Why it waits, or a part of it.
    """

    asked: Asked
    words: str
    record: Intervention | None
    waits: str = ""

    @property
    def acts(self) -> dict[str, Any] | None:
        """Where it shows: the quantity, its unit and layer, the steps, and words."""
        if self.record is None:
            return None
        asked = self.asked
        last = getattr(self.record, "last", asked.first)
        where = {"unit": asked.unit, "layer": asked.layer, "first": asked.first, "last": last}
        return {"name": asked.shown, "kind": asked.kind, "says": asked.says()} | where


def read(
    raw: Any, layers: Sequence[Layer], steps: int, gates: Sequence[str] | None = None
) -> tuple[Entry, ...]:
    """Read the list of interventions of a request.

    Parameters
    ----------
    raw : list of dict, or None
        Each with what :class:`.intervention.Asked` has.
    layers : sequence of Layer
        Of the model, from the input upwards.
    steps : int
        T.
    gates : sequence of str, optional
        Those that the page shows, where the layer has others.

    Returns
    -------
    tuple of Entry
        In the order of the list.

    Raises
    ------
    FieldError
        If a value is outside what the gate can have.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    found = boundary.expect(list, [] if raw is None else raw, "interventions")
    if len(found) > MOST:
        raise BadRequest(f"There can be {MOST} interventions.")
    return tuple(_entry(Asked.read(one), layers, steps, gates) for one in found)


def added(
    raw: Any,
    kept: Sequence[Entry],
    layers: Sequence[Layer],
    steps: int,
    gates: Sequence[str] | None = None,
) -> dict[str, Any] | None:
    """Check what stands in the form, and give it as the page shall keep it.

    Parameters
    ----------
    raw : dict, or None
        As an intervention of the list, with ``first``, ``last``, ``value``, ``unit``
        and ``layer`` as the text of the fields; layers count from 1 there.
    kept : sequence of Entry
        Those there are.
    layers, steps, gates
        As in :func:`read`.

    Raises
    ------
    FieldError
        About "From", "To", "Value", "Unit" or "Layer", for what a reader can mistype.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    if raw is None:
        return None
    raw = boundary.expect(dict, raw, "adding")
    kind, what = kind_and_what(raw)
    if len(kept) >= MOST:
        raise FieldError("Add", f"There are {MOST} interventions, as many as can be. Remove one.")
    layer = boundary.whole("Layer", raw.get("layer"), 1, len(layers)) - 1
    if not _has(layers[layer], what, gates):
        raise BadRequest("This kind of cell has no such gate or state.")
    unit = boundary.whole("Unit", raw.get("unit"), 0, _units(layers[layer], what) - 1)
    first = boundary.whole("From", raw.get("first"), 1, steps)
    last = boundary.whole("To", raw.get("last"), first, steps) if kind in RANGED else first
    value = None if kind == "silence" else value_of("Value", raw.get("value"), kind, what)
    return asdict(Asked(kind, what, unit, layer, first, last, value, on=True))


def answer(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Give what the page shows of each entry, in the order of the list."""
    return [
        {
            "words": one.words,
            "role": theme.SAME_ROLE.get(one.asked.shown, one.asked.shown),
            "waits": one.waits,
            "acts": one.acts,
        }
        for one in entries
    ]


def acting(entries: Sequence[Entry]) -> dict[int, list[Intervention]]:
    """Give the records of those that act, by layer, as :func:`lstm.run` takes them."""
    found: dict[int, list[Intervention]] = {}
    for one in entries:
        if one.record is not None:
            found.setdefault(one.asked.layer, []).append(one.record)
    return found


def _units(layer: Layer, what: str | None) -> int:
    return layer.output_size if what == "h" else layer.hidden_size


def _has(layer: Layer, what: str | None, gates: Sequence[str] | None) -> bool:
    has: Sequence[str] = [*(gates_of(layer) if gates is None else gates), *states_of(layer)]
    return what is None or what in has


def _entry(asked: Asked, layers: Sequence[Layer], steps: int, gates: Sequence[str] | None) -> Entry:
    words = asked.words(_place(asked, layers))
    why = _missing(asked, layers, gates)
    if not why and asked.first > steps:
        why = f"Waits: the sequence ends at t = {steps}."
    if why:
        return Entry(asked, words, None, why)
    waits = f"What is after t = {steps} waits." if asked.last > steps else ""
    clipped = replace(asked, last=min(asked.last, steps))
    return Entry(asked, words, clipped.record if asked.on else None, waits)


def _missing(asked: Asked, layers: Sequence[Layer], gates: Sequence[str] | None) -> str:
    """Say what it is on and is not there now, or nothing."""
    if asked.layer >= len(layers):
        return f"Waits: there is no layer {asked.layer + 1} now."
    layer = layers[asked.layer]
    if not _has(layer, asked.what, gates):
        return f"Waits: this kind of cell has no {theme.symbol_of(asked.shown)}."
    if asked.unit >= _units(layer, asked.what):
        return f"Waits: there is no unit {asked.unit} now."
    return ""


def _place(asked: Asked, layers: Sequence[Layer]) -> str:
    if len(layers) > 1:
        return f"layer {asked.layer + 1}, unit {asked.unit}"
    return f"unit {asked.unit}" if layers[0].hidden_size > 1 else ""
