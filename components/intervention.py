"""One intervention as the page keeps it: what is asked for, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from werkzeug.exceptions import BadRequest

from lstm.interventions import (
    LARGEST,
    RANGES,
    Clamp,
    Intervention,
    SetState,
    ShiftState,
    Silence,
)

from . import boundary
from .boundary import FieldError
from .theme import symbol_of

LARGEST_INDEX = 2**31 - 1  # of a step, unit or layer that may wait

Kind = Literal["clamp", "set", "shift", "silence"]
RANGED = ("clamp", "silence")  # over steps; the others happen at one


def reach_of(kind: Kind, what: str | None) -> tuple[float, float]:
    """Give the values that it can have: those of the gate, or of a change of a state."""
    clamped = (reach for gate, reach in RANGES.items() if kind == "clamp" and gate == what)
    return next(clamped, (-LARGEST, LARGEST))


@dataclass(frozen=True)
class Asked:
    """What a reader asked for; units and layers count from 0, steps from 1.

    Attributes
    ----------
    kind : "clamp", "set", "shift" or "silence"
    what : str, optional
        The gate or state; None to silence a unit.
    unit, layer, first, last : int
        What happens at one step has the same ``first`` and ``last``.
    value : float, optional
        None to silence a unit.
    on : bool
    """

    kind: Kind
    what: str | None
    unit: int
    layer: int
    first: int
    last: int
    value: float | None
    on: bool

    @classmethod
    def read(cls, raw: Any) -> "Asked":
        """Take one intervention of a request apart.

        Raises
        ------
        FieldError
            About "interventions", if the value is outside what the gate can have.
        BadRequest
            HTTP 400, for what our page never sends.
        """
        raw = boundary.expect(dict, raw, "An intervention")
        kind, what = kind_and_what(raw)
        unit, layer = (_index(raw.get(name), name, 0) for name in ("unit", "layer"))
        first, last = (_index(raw.get(name), name, 1) for name in ("first", "last"))
        if last < first or (last > first and kind not in RANGED):
            raise BadRequest("The steps of an intervention are not in order.")
        value = raw.get("value")
        if (value is None) != (kind == "silence"):
            raise BadRequest("A value is wanted, but not to silence a unit.")
        if value is not None:
            try:
                value = value_of(f"The value of {symbol_of(what or '')}", value, kind, what)
            except FieldError as error:
                raise FieldError("interventions", str(error)) from error
        return cls(
            kind, what, unit, layer, first, last, value, boundary.expect(bool, raw.get("on"), "on")
        )

    @property
    def shown(self) -> str:
        """The quantity that is another one for it: what it is on, or what a unit says."""
        return self.what or "h"

    @property
    def record(self) -> Intervention:
        """What the engine does."""
        unit, first, value = self.unit, self.first, self.value or 0.0
        what: Any = self.what
        if self.kind == "clamp":
            return Clamp(what, unit, first, self.last, value)
        if self.kind == "silence":
            return Silence(unit, first, self.last)
        change = SetState if self.kind == "set" else ShiftState
        return change(what, unit, first, value)

    def says(self) -> str:
        """Say what is done to the quantity."""
        value = "" if self.value is None else _written(self.value)
        if self.kind == "shift":
            return f"{value} added"
        return {"clamp": f"clamped to {value}", "set": f"set to {value}"}.get(self.kind, "silenced")

    def words(self, place: str = "") -> str:
        """Say all of it in a line; ``place`` names the unit where there is more than one."""
        span = f"from t = {self.first} to {self.last}"
        when = span if self.last > self.first else f"at t = {self.first}"
        if self.kind == "silence":
            return f"{place or 'h'} silenced {when}"
        where, symbol = f"{place}: " if place else "", symbol_of(self.shown)
        if self.kind == "shift":
            return f"{where}{self.says()} to {symbol} {when}"
        return f"{where}{symbol} {self.says()} {when}"


def kind_and_what(raw: Mapping[str, Any]) -> tuple[Kind, str | None]:
    """Read what is done, and to which gate or state.

    Raises
    ------
    BadRequest
        HTTP 400, if there is no such thing.
    """
    kind: Kind = boundary.choice(raw.get("kind"), get_args(Kind), "kind")
    among: dict[str, tuple[str | None, ...]] = {"clamp": tuple(RANGES), "silence": (None,)}
    return kind, boundary.choice(raw.get("what"), among.get(kind, ("c", "h")), "what")


def value_of(field: str, raw: Any, kind: Kind, what: str | None) -> float:
    """Read a value.

    Raises
    ------
    FieldError
        About the field, if it is no number or outside the range.
    """
    # 0 is added, so that −0 is 0: JSON loses its sign on the way back.
    return boundary.number(field, raw, *reach_of(kind, what)) + 0.0


def _index(raw: Any, what: str, least: int) -> int:
    index = boundary.expect(int, raw, what)
    if not least <= index <= LARGEST_INDEX:
        raise BadRequest(f"{what} must be from {least} to {LARGEST_INDEX}.")
    return index


def _written(value: float) -> str:
    text = f"{value:.6g}"
    if "e" in text:  # what is small must not become 0
        text = f"{value:.1e}".replace("e+0", "e").replace("e-0", "e-")
    return text.replace("-", "−")
