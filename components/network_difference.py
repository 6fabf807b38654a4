"""What the server says of two settings of the Network page: where they differ, and how far."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lstm import Array, ModelTrace, Trace, half_life

from . import network_difference_words as words
from . import theme, wire
from .compare import Compares
from .figures.network_difference import curves, maps
from .network_arrays import by_row, readings, row_label, timeline, with_start
from .network_difference_panel import panel
from .network_run import Opened, Run
from .network_settings import NetworkSettings

QUANTITIES = "fiogch"
Gap = words.Gap

COMPARES = Compares(
    panel,
    shared=("text", "reads"),
    linked=("text", "reads", "first", "order", "show", "t"),
)


@dataclass(frozen=True)
class Pair:
    """Two runs, looked at in the same way: A's layer, unit, order and part of the rows."""

    a: Run
    b: Run

    @classmethod
    def of(cls, a: Run, b: Run) -> "Pair":
        """Look at both in the layer that A shows, or the top one that both have."""
        layer = min(a.number, b.number)
        a = dataclasses.replace(a, settings=dataclasses.replace(a.settings, layer=layer))
        b = dataclasses.replace(
            b, settings=dataclasses.replace(b.settings, layer=layer, unit=a.settings.unit)
        )
        return cls(a, b)

    @property
    def traces(self) -> tuple[Trace, Trace]:
        """The layer's, of A and of B."""
        return self.a.seen, self.b.seen

    @property
    def same_steps(self) -> bool:
        """Whether step t reads the same in both."""
        return self.a.prepared.tokens == self.b.prepared.tokens

    @property
    def same_units(self) -> bool:
        """Whether the units of the layer can be compared one for one."""
        one, other = self.traces
        return self.same_steps and one.c.shape == other.c.shape and one.h.shape == other.h.shape

    @cached_property
    def gaps(self) -> dict[str, Array]:
        """A − B unit by unit: gates of shape (T, 1, H), states of shape (T + 1, 1, ·)."""
        if not self.same_units:
            return {}
        one, other = (all_of(trace) for trace in self.traces)
        return {name: one[name].astype(np.float64) - other[name] for name in QUANTITIES}

    @cached_property
    def curves(self) -> dict[str, tuple[Array, Array]]:
        """The lengths of C and h and the pinned unit's own, A's and B's, each over its time."""
        found = [readings(trace) for trace in self.traces]
        pairs = {name: (found[0][name], found[1][name]) for name in ("c_norm", "h_norm")}
        if self.same_units:
            one, other = (timeline(trace, self.a.unit) for trace in self.traces)
            pairs |= {name: (one[name], other[name]) for name in "ch" if name in one}
        return pairs

    @property
    def pinned(self) -> dict[str, Array]:
        """A − B of the pinned unit, each of shape (T + 1,); NaN where there is none."""
        if not self.same_units:
            return {}
        one, other = (timeline(trace, self.a.unit) for trace in self.traces)
        return {name: one[name] - other[name] for name in one}

    @property
    def half_lives(self) -> tuple[float, float]:
        """Half of the units forget faster than this, in steps, and half more slowly."""
        one, other = (median_half_life(trace) for trace in self.traces)
        return one, other


def all_of(trace: Trace) -> dict[str, Array]:
    """Give the gates from step 1, and the states from t = 0."""
    found = {name: getattr(trace, name) for name in "fiog"}
    return found | {"c": with_start(trace.c0, trace.c), "h": with_start(trace.h0, trace.h)}


def median_half_life(trace: Trace) -> float:
    """Give the median over the units of each unit's half-life, itself the median of its steps.

    As on the Cell page: one step that wipes a unit says little of all the others.
    """
    return float(np.median(np.median(half_life(trace.f[:, 0]), axis=0)))


def first_difference(one: ModelTrace, other: ModelTrace) -> int | None:
    """Find the first t at which a state of any layer differs, in any bit.

    Layers of other sizes cannot be compared, and are left out.

    Returns
    -------
    int or None
        From 0 to T; None where they never differ.
    """
    times: list[int] = []
    for a, b in zip(one.layers, other.layers, strict=False):
        for state in "ch":
            ours, theirs = (all_of(trace)[state] for trace in (a, b))
            if ours.shape == theirs.shape:
                times += np.flatnonzero((ours != theirs).any(axis=(1, 2)))[:1].tolist()
    return min(times, default=None)


def largest_gap(gaps: Mapping[str, Array]) -> Gap | None:
    """Find the largest difference: of which quantity and unit, and when.

    Parameters
    ----------
    gaps : mapping of str to ndarray
        As of :class:`Pair`; nothing where units cannot be compared.
    """
    found = []
    for name in sorted(gaps, key="chfiog".index):  # of gaps as large a state's is said
        sizes = np.abs(gaps[name][:, 0])
        row, unit = np.unravel_index(int(sizes.argmax()), sizes.shape)
        first = 0 if name in "ch" else 1
        found.append(Gap(float(sizes[row, unit]), name, int(unit), int(row) + first))
    return max(found, key=lambda one: one.size, default=None)


def largest_norm_gap(pairs: Mapping[str, tuple[Array, Array]]) -> Gap:
    """Find the largest difference of the lengths of C and h, where units are not the same."""
    found = []
    for name in ("c_norm", "h_norm"):
        sizes = np.abs(pairs[name][0].astype(np.float64) - pairs[name][1])
        found.append(Gap(float(sizes.max()), name, None, int(sizes.argmax())))
    return max(found, key=lambda one: one.size)


def difference(
    a: dict[str, Any],
    b: dict[str, Any],
    _asked: dict[str, Any],
    theme_name: theme.ThemeName,
    *,
    opened: Opened,
) -> dict[str, Any]:
    """Run two networks, and say how they differ: as :func:`.difference.register` wants it.

    Parameters
    ----------
    a, b : dict
        What :class:`NetworkSettings` reads, of Setting A and Setting B.
    theme_name : "dark" or "light"
    opened : function of a file's hash
        Gives the model of an opened file.

    Returns
    -------
    dict
        The figures, the live curves, the numbers and the words.

    Raises
    ------
    FieldError
        As either setting alone would.
    BadRequest
        HTTP 400, for what our page never sends.
    """
    ran = (Run.of(NetworkSettings.read(one), opened) for one in (a, b))
    pair = Pair.of(*ran)
    gap = largest_gap(pair.gaps)
    if gap is None and pair.same_steps:
        gap = largest_norm_gap(pair.curves)
    first = first_difference(pair.a.trace, pair.b.trace) if pair.same_steps else None
    return {
        "figures": _figures(pair, theme_name),
        "rows": {name: _units(pair, name) for name in QUANTITIES} if pair.gaps else None,
        "curves": {
            name: [wire.encode(values, "f4") for values in both]
            for name, both in pair.curves.items()
        },
        "pinned": {name: wire.encode(gap, "f4") for name, gap in pair.pinned.items()},
        "layer": pair.a.number,
        "unit": pair.a.unit,
        "numbers": {
            "first_difference": first,
            "largest_gap": None if gap is None else gap.size,
            "gap_at": None if gap is None else gap.t,
        },
        "says": words.says(pair.a, pair.b, first, gap, pair.half_lives),
    }


def _units(pair: Pair, name: str) -> list[int]:
    """Give the first unit of each row of a map."""
    return [int(units[0]) for units in (pair.a.spoken if name == "h" else pair.a.rows)]


def _figures(pair: Pair, theme_name: theme.ThemeName) -> dict[str, Any]:
    drawn = {"curves": curves(pair.curves, theme_name)}
    if pair.gaps:
        rows = dict.fromkeys("fiogc", pair.a.rows) | {"h": pair.a.spoken}
        gaps = {name: by_row(gap, rows[name]) for name, gap in pair.gaps.items()}
        labels = {name: [row_label(units) for units in rows[name]] for name in gaps}
        drawn["maps"] = maps(gaps, labels, theme_name)
    return drawn
