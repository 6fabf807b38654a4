"""How two networks differ, in a sentence or two."""

import math
from typing import NamedTuple

from . import interventions
from .network_run import Run, takes
from .numerals import counted, fixed

NOTHING_YET = "No difference yet. Choose another model in B, or move a slider."
SYMBOLS = {
    "f": "f",
    "i": "i",
    "o": "o",
    "g": "C̃",
    "c": "C",
    "h": "h",
    "c_norm": "‖C‖",
    "h_norm": "‖h‖",
}


class Gap(NamedTuple):
    """The largest difference: how large, of what, of which unit (None: of the layer), and when."""

    size: float
    quantity: str
    unit: int | None
    t: int


def says(
    a: Run, b: Run, first: int | None, gap: Gap | None, half_lives: tuple[float, float]
) -> list[str]:
    """Say what differs, and before it why something cannot be compared.

    Parameters
    ----------
    a, b : Run
        The same layer of both.
    first : int, optional
        The first t at which they differ.
    gap : Gap, optional
        Nothing where no step can be compared.
    half_lives : (float, float)
        Steps.

    Returns
    -------
    list of str
        Sentences, with places for numbers (:func:`.difference.register`).
    """
    found = _obstacles(a, b)
    if first is not None:
        found.append("The states first differ at t = {first_difference}.")
    elif gap is not None and gap.unit is not None:
        found.append(_alike(a, b, gap))
    if gap is not None and gap.size > 0:
        of = "" if gap.unit is None else f" of unit {gap.unit}"
        found.append(
            f"Largest gap: {SYMBOLS[gap.quantity]}{of}, {{largest_gap}} at t = {{gap_at}}."
        )
    one, other = (_steps(steps) for steps in half_lives)
    return [*found, f"Half-life, median of the units: A {one}, B {other}."]


def _obstacles(a: Run, b: Run) -> list[str]:
    """Say why something cannot be compared, if it cannot."""
    found = []
    if len(a.trace.layers) != len(b.trace.layers):
        depths = [counted(len(one.trace.layers), "layer") for one in (a, b)]
        found.append(f"A has {depths[0]}, B {depths[1]}: layer {a.number + 1} of both is compared.")
    if a.prepared.tokens != b.prepared.tokens:
        read = [_reading(one) for one in (a, b)]
        return [
            *found,
            f"A reads the text as {read[0]}, B as {read[1]}: step t is not the same in both, "
            "so only their curves lie side by side.",
        ]
    sizes = [one.layer.hidden_size for one in (a, b)]
    if sizes[0] != sizes[1]:
        found.append(
            f"A has {counted(sizes[0], 'unit')}, B {sizes[1]}: no unit of one is a unit of the "
            "other, so only the lengths of C and h are compared."
        )
    elif a.layer.output_size != b.layer.output_size:
        found.append(
            "One of them projects its h to another size, so only the lengths of C and h are "
            "compared."
        )
    return found


def _reading(ran: Run) -> str:
    unit = takes(ran.prepared.model)
    return f"{len(ran.prepared.tokens)} {unit if unit != 'numbers' else 'rows of numbers'}"


def _alike(a: Run, b: Run, gap: Gap) -> str:
    """Say it where no state differs."""
    if gap.size > 0:  # of a gate, from which nothing follows
        return "Their states never differ."
    one, other = ((ran.settings.model, interventions.acting(ran.entries)) for ran in (a, b))
    return NOTHING_YET if one == other else "They never differ."


def _steps(steps: float) -> str:
    if math.isinf(steps):
        return "without end"
    return f"{fixed(steps, 1)} steps" if steps < 1000 else f"{steps:,.0f} steps"
