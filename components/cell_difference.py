"""What the server says of two settings of the Cell page: where they differ, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from lstm import Array

from . import boundary, difference, theme
from .cell_kinds import KINDS
from .cell_run import timeline
from .cell_settings import CellSettings
from .compare import Compares
from .concepts import Own
from .controls import attributes
from .figures.difference import Strip, strips
from .figures.traces import LINES
from .numerals import fixed

# Every quantity that has a strip, in the order of the page: its symbol and its hue.
QUANTITIES = {
    "c": ("C", "c"),
    "h": ("h", "h"),
    "f": ("f", "f"),
    "z": ("z", "f"),
    "i": ("i", "i"),
    "r": ("r", "i"),
    "g": ("C̃", "g"),
    "n": ("n", "g"),
    "o": ("o", "o"),
    "y": ("y", "y"),
    "x": ("x", "x"),
}
SHOWN = ("c", "h", "f")  # at first
_TITLES = {"z": "update gate z", "r": "reset gate r", "n": "candidate n"}


@dataclass(frozen=True)
class Pair:
    """Two settings and their runs, as far as both go."""

    a: CellSettings
    b: CellSettings
    runs: tuple[Mapping[str, Array], Mapping[str, Array]]

    @classmethod
    def of(cls, a: CellSettings, b: CellSettings) -> "Pair":
        """Run both; a longer one is looked at up to the end of the shorter."""
        one, other = timeline(a), timeline(b)
        steps = min(len(one["h"]), len(other["h"]))
        cut = [{name: run[name][:steps] for name in run} for run in (one, other)]
        return cls(a, b, (cut[0], cut[1]))

    @property
    def T(self) -> int:
        """The last step of both."""
        return len(self.runs[0]["h"]) - 1

    @property
    def is_one(self) -> bool:
        """Whether the settings are the same."""
        return self.a == self.b

    def strip(self, name: str) -> Strip:
        """Give a quantity in both."""
        a, b = (
            self._values(run, kind, name) for run, kind in zip(self.runs, self.kinds, strict=True)
        )
        return Strip(name, *QUANTITIES[name], a, b)

    @property
    def kinds(self) -> tuple[str, str]:
        """The kinds of cell."""
        return self.a.kind, self.b.kind

    def has(self, name: str) -> str:
        """Say who has a quantity: "ab", "a", "b" or ""."""
        strip = self.strip(name)
        return ("a" if strip.a is not None else "") + ("b" if strip.b is not None else "")

    @staticmethod
    def _values(run: Mapping[str, Array], kind: str, name: str) -> Array | None:
        gates = {gate.name for gate in KINDS[kind].gates}
        return run[name] if name in gates | set("chyx") and name in run else None


def compare(
    a: dict[str, Any], b: dict[str, Any], asked: Mapping[str, Any], theme_name: theme.ThemeName
) -> dict[str, Any]:
    """Run both settings, and say how they differ.

    Parameters
    ----------
    a, b : dict
        What :class:`CellSettings` reads.
    asked : mapping
        ``show``, the quantities that get a strip, and ``gap``, the one whose
        difference is measured; where one cell does not have it (or it is None)
        the cell state is, and without it the hidden state.
    theme_name : "dark" or "light"

    Returns
    -------
    dict
        As :func:`.difference.register` wants it; ``quantities`` has those that
        can be shown (name, symbol, title, role, ``of`` "ab", "a" or "b"), and
        ``gap`` the one that is measured.

    Raises
    ------
    FieldError
        As either setting alone would.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    names = tuple(QUANTITIES)
    wanted = {boundary.choice(one, names, "show") for one in _list(asked.get("show"))}
    gap = boundary.choice(asked.get("gap"), (*names, None), "gap")
    # What a setting is trained for, or looked back from, makes no other run of it.
    pair = Pair.of(*(CellSettings.read(one | {"target": None, "back": None}) for one in (a, b)))
    of = {name: found for name in names if (found := pair.has(name))}
    measured = next(name for name in (gap, "c", "h") if of.get(name or "") == "ab")
    assert measured is not None
    shown = [pair.strip(name) for name in of if name in wanted]
    numbers = _numbers(pair.strip(measured))
    return {
        "figures": {"strips": strips(shown, pair.strip(measured), theme_name)},
        "says": _says(pair, measured, numbers),
        "numbers": numbers,
        "gap": measured,
        "quantities": [_words(name, of[name]) for name in of],
    }


def first_difference(a: Array, b: Array) -> int | None:
    """Find the first t at which two series differ, in any bit; None where they never do.

    Where neither has a value they do not differ.
    """
    differ = ~((a == b) | (np.isnan(a) & np.isnan(b)))
    return int(differ.argmax()) if differ.any() else None


def half_life(run: Mapping[str, Array]) -> float | None:
    """Give the median over the steps of the half-life that each step's gate gives, in steps.

    One step that wipes the memory, or keeps all of it, does not speak for the run.
    """
    return float(np.median(run["half_life"][1:])) if "half_life" in run else None


def panel(own: Own, aio_id: str) -> list[Component]:
    """Lay out what the Difference of the Cell page shows."""
    rows = html.Div(className="lab-strip-rows")
    return [html.Div([rows, difference.figure(own, aio_id, "strips")], className="lab-strips")]


def aside() -> list[Component]:
    """Leave room for the choice of the strips; which there are depends on the kinds of cell."""
    labelled = attributes(aria_label="Quantities")
    return [html.Div(className="lab-chips lab-strip-chips", role="group", **labelled)]


COMPARES = Compares(
    panel,
    shared=("sequence",),
    linked=("x", "t"),
    alone=("train", "target", "optimiser", "rate"),  # what a cell learns has one input
    kinds=tuple(KINDS),
    aside=aside,
)


def _list(raw: Any) -> list[Any]:
    return boundary.expect(list, raw, "show")


def _words(name: str, of: str) -> dict[str, str]:
    symbol, role = QUANTITIES[name]
    title = _TITLES.get(name) or LINES[name]
    return {"name": name, "symbol": symbol, "title": title, "role": role, "of": of}


def _numbers(strip: Strip) -> dict[str, float | None]:
    assert strip.a is not None
    assert strip.b is not None
    return {
        "first_difference": first_difference(strip.a, strip.b),
        "largest_gap": float(np.nanmax(strip.gap, initial=0.0)),
        "gap_at": int(np.nanargmax(strip.gap)),
    }


def _says(pair: Pair, measured: str, numbers: Mapping[str, float | None]) -> list[str]:
    """Say where they differ, and how long each remembers."""
    symbol = QUANTITIES[measured][0]
    says = []
    lengths = [len(one.inputs) for one in (pair.a, pair.b)]
    if lengths[0] != lengths[1]:
        says.append(f"A has {lengths[0]} steps, B {lengths[1]}: compared up to t = {pair.T}.")
    if pair.is_one:
        return [*says, difference.NOTHING_YET]
    if numbers["first_difference"] is None:
        says.append(f"{symbol} never differs.")
    else:
        says += [
            f"{symbol} first differs at t = {{first_difference}}.",
            f"Largest gap of {symbol}: {{largest_gap}} at t = {{gap_at}}.",
        ]
    return [*says, *_half_lives(pair)]


def _half_lives(pair: Pair) -> list[str]:
    lives = dict(zip("AB", map(half_life, pair.runs), strict=True))
    if all(steps is None for steps in lives.values()):
        return []
    said = [f"{side} {_steps(steps)}" for side, steps in lives.items() if steps is not None]
    without = [f"{side} has no gate that keeps." for side, steps in lives.items() if steps is None]
    return [f"Half-life {', '.join(said)}.", *without]


def _steps(steps: float) -> str:
    if not np.isfinite(steps):
        return "without end"
    decimals = 1 if steps < 1000 else 0
    return f"{fixed(steps, decimals)} steps"
