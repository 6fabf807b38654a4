"""What a reader can set on the Cell page, and the model that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from werkzeug.exceptions import BadRequest

from lstm import Layer, Linear, Model
from lstm.single import Cell

from . import boundary
from .numerals import counted

LONGEST = 500
LARGEST_INPUT = 1e6
LARGEST_PARAMETER = 100.0

# The gates in the order of the page, each with the letter of its role and of the seed's names.
GATES = (
    ("f", "f", "Forget gate"),
    ("i", "i", "Input gate"),
    ("g", "C", "Candidate"),
    ("o", "o", "Output gate"),
)


@dataclass(frozen=True)
class Parameter:
    """One slider with its number field."""

    name: str
    label: str
    role: str
    kind: Literal["weight", "recurrent", "bias"]
    default: float

    @property
    def reach(self) -> float:
        """Where the slider ends, on both sides of 0."""
        return 6.0 if self.kind == "bias" else 4.0

    @property
    def step(self) -> float:
        """How far one press of an arrow key moves the slider."""
        return 0.1 if self.kind == "bias" else 0.05


def _parameters() -> dict[str, Parameter]:
    found: list[Parameter] = []
    for role, letter, title in GATES:
        found += [
            Parameter(f"W_{letter}", f"{title} weight W_{letter}", role, "weight", 0.5),
            Parameter(
                f"U_{letter}", f"{title} recurrent weight U_{letter}", role, "recurrent", 0.5
            ),
            Parameter(f"b_{letter}", f"{title} bias b_{letter}", role, "bias", 0.0),
        ]
    found += [
        Parameter("W_out", "Output weight W_out", "y", "weight", 1.0),
        Parameter("b_out", "Output bias b_out", "y", "bias", 0.0),
    ]
    return {parameter.name: parameter for parameter in found}


PARAMETERS = _parameters()
DEFAULTS = {name: parameter.default for name, parameter in PARAMETERS.items()}


@dataclass(frozen=True)
class Preset:
    """A named setting: what it does, in one line, and the numbers that make it so."""

    title: str
    does: str
    numbers: Mapping[str, float]
    separate: bool = False

    def complete(self) -> dict[str, float]:
        """Give every parameter; tied weights repeat W as U."""
        numbers = {**DEFAULTS, **self.numbers}
        if not self.separate:
            for _, letter, _ in GATES:
                numbers[f"U_{letter}"] = numbers[f"W_{letter}"]
        return numbers


_NO_FEEDBACK = {f"U_{letter}": 0.0 for _, letter, _ in GATES}

PRESETS: dict[str, Preset] = {
    "defaults": Preset("Defaults", "All weights 0.5, all biases 0: a short memory.", {}),
    "remember": Preset(
        "Remember",
        "The forget gate stays near 1: what a pulse wrote lasts for hundreds of steps.",
        {"W_f": 0, "b_f": 6, "W_i": 0, "b_i": 3, "W_C": 2, "b_o": 1, **_NO_FEEDBACK},
        separate=True,
    ),
    "forget": Preset(
        "Forget quickly",
        "The forget gate stays near 0: each step wipes what was there.",
        {"b_f": -4},
    ),
    "integrate": Preset(
        "Integrate",
        "All gates open and no feedback: C counts, each 1 adds 0.46.",
        {"W_f": 0, "b_f": 6, "W_i": 0, "b_i": 6, "W_o": 0, "b_o": 6, **_NO_FEEDBACK},
        separate=True,
    ),
    "latch": Preset(
        "Latch",
        "+1 sets C high, −1 sets it low, 0 holds: h(t−1) feeds the candidate what it said.",
        {"W_f": 0, "b_f": -2, "W_i": 0, "b_i": 4, "W_C": 4, "W_o": 0, "b_o": 4},
    ),
    "average": Preset(
        "Average",
        "A running mean: C keeps nine tenths of itself and takes one tenth of tanh x(t).",
        {"W_f": 0, "b_f": 2.2, "W_i": 0, "b_i": -2.2, "W_C": 1, "W_o": 0, "b_o": 6} | _NO_FEEDBACK,
        separate=True,
    ),
}

EXAMPLES: dict[str, tuple[str, str]] = {
    "single": ("Single pulse", "1, 0, 0, 0, 0, 0, 0, 0, 0"),
    "late": ("Late pulse", "0, 0, 0, 1, 0, 0, 0, 0, 0, 0"),
    "alternating": ("Alternating", "1, 0, 1, 0, 1, 0, 1, 0, 1, 0"),
    "burst": ("Burst", "0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0"),
    "three": ("Three ones", "1, 1, 1, 0, 0, 0, 0, 0"),
    "set": ("Set and clear", "1, 0, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0"),
}


@dataclass(frozen=True)
class CellSettings:
    """Everything that decides what the cell does, and in training what it should say."""

    inputs: tuple[float, ...]
    numbers: Mapping[str, float]
    separate: bool
    target: tuple[float, ...] | None = None

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "CellSettings":
        """Take the settings out of what a browser sent.

        Raises
        ------
        FieldError
            For what a reader can mistype.
        BadRequest
            For what our page never sends: other parameters, other types.
        """
        separate = boundary.expect(bool, payload.get("separate"), "separate")
        raw = boundary.expect(dict, payload.get("numbers"), "numbers")
        if set(raw) != set(PARAMETERS):
            raise BadRequest("numbers must name each parameter once.")
        inputs = boundary.sequence(payload.get("sequence"), LONGEST, LARGEST_INPUT)
        numbers = {
            name: boundary.number(name, raw[name], -LARGEST_PARAMETER, LARGEST_PARAMETER)
            for name in PARAMETERS
            if separate or PARAMETERS[name].kind != "recurrent"
        }
        if not separate:
            numbers |= {f"U_{letter}": numbers[f"W_{letter}"] for _, letter, _ in GATES}
        target = payload.get("target")
        if target is not None:
            target = _target(target, len(inputs))
        return cls(inputs, numbers, separate, target)

    def model(self) -> Model:
        """Build the model with one input, one unit and one output."""
        gates: dict[str, tuple[float, float, float]] = {
            role: (
                self.numbers[f"W_{letter}"],
                self.numbers[f"U_{letter}"],
                self.numbers[f"b_{letter}"],
            )
            for role, letter, _ in GATES
        }
        decoder = Linear(np.array([[self.numbers["W_out"]]]), np.array([self.numbers["b_out"]]))
        return Model([Layer.scalar(**gates)], decoder)

    def cell(self) -> Cell:
        """Give the parameters in the order of the page, which is that of :class:`Cell`."""
        return Cell(*(self.numbers[name] for name in PARAMETERS))


def _target(raw: Any, steps: int) -> tuple[float, ...]:
    """Read what each step should say: as many numbers as the input has."""
    field = "target"
    text = boundary.expect(str, raw, "The target sequence").strip().strip("[]()").strip()
    parts = [part for part in re.split(r"[,\s]+", text) if part]
    if len(parts) != steps:
        raise boundary.FieldError(
            field,
            f"The target sequence has {counted(len(parts), 'number')} and the input sequence "
            f"{steps}. Give one number for each step, or choose an example.",
        )
    values = []
    for t, part in enumerate(parts, start=1):
        try:
            values.append(boundary.number(f"target({t})", part, -LARGEST_INPUT, LARGEST_INPUT))
        except boundary.FieldError as error:
            raise boundary.FieldError(field, str(error)) from error
    return tuple(values)
