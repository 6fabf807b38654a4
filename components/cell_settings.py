"""What a reader can set on the Cell page, and the model that it stands for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from werkzeug.exceptions import BadRequest

from lstm import Layer, Linear, Model
from lstm.interventions import Intervention
from lstm.single import Cell

from . import boundary
from .cell_kinds import KINDS, LSTM
from .cell_presets import PRESETS as ALL_PRESETS
from .interventions import Entry, acting
from .interventions import read as listed
from .numerals import counted

LONGEST = 500
LARGEST_INPUT = 1e6
LARGEST_PARAMETER = 100.0

# The LSTM's, with which everything begins, and of which training speaks.
PARAMETERS = LSTM.parameters
DEFAULTS = LSTM.defaults
PRESETS = ALL_PRESETS[LSTM.name]

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
    kind: str = LSTM.name
    interventions: tuple[Intervention, ...] = ()
    back: int | None = None  # the step to look back from

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
        name = payload.get("kind", LSTM.name)
        kind = KINDS[boundary.choice(name, tuple(KINDS), "kind")]
        raw = boundary.expect(dict, payload.get("numbers"), "numbers")
        if set(raw) != set(kind.parameters):
            raise BadRequest("numbers must name each parameter once.")
        inputs = boundary.sequence(payload.get("sequence"), LONGEST, LARGEST_INPUT)
        # What is hidden while weights are tied is not read.
        hidden = {} if separate else kind.tied
        numbers = {
            name: boundary.number(name, raw[name], -LARGEST_PARAMETER, LARGEST_PARAMETER)
            for name in kind.parameters
            if name not in hidden
        }
        numbers |= {name: numbers[weight] for name, weight in hidden.items()}
        target = payload.get("target")
        if target is not None:
            if kind is not LSTM:
                raise BadRequest("Only an LSTM can have a target.")
            target = _target(target, len(inputs))
        back = _back(payload.get("back"), len(inputs))
        settings = cls(inputs, numbers, separate, target, kind.name, back=back)
        reached = acting(settings.entries(payload)).get(0, [])
        return replace(settings, interventions=tuple(reached))

    def entries(self, payload: Mapping[str, Any]) -> tuple[Entry, ...]:
        """Read the interventions of a request, those that are off or wait among them."""
        steps = len(self.inputs)
        return listed(payload.get("interventions"), [self.layer()], steps, self.gates)

    @property
    def gates(self) -> list[str]:
        """The gates that the kind of cell has on the page."""
        return [gate.name for gate in KINDS[self.kind].gates]

    def layer(self) -> Layer:
        """Build the layer, of the kind, with one input and one unit."""
        return KINDS[self.kind].build(self.numbers)

    def model(self) -> Model:
        """Build the model with one input, one unit and one output."""
        decoder = Linear(np.array([[self.numbers["W_out"]]]), np.array([self.numbers["b_out"]]))
        return Model([self.layer()], decoder)

    def cell(self) -> Cell:
        """Give an LSTM's parameters in the order of the page, which is that of :class:`Cell`."""
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


def _back(raw: Any, steps: int) -> int | None:
    """Read the step to look back from, where the panel is open.

    Parameters
    ----------
    raw : dict with ``t``, a whole number from 1 or None for the last step; or None
    steps : int
        The length of the sequence. A step beyond it, as when the sequence has
        become shorter, counts as its last.

    Raises
    ------
    BadRequest
        HTTP 400, if it has another shape than our page gives it.
    """
    if raw is None:
        return None
    t = boundary.expect(dict, raw, "back").get("t")
    if t is None:
        return steps
    if boundary.expect(int, t, "back.t") < 1:
        raise BadRequest("back.t must be a step, from 1.")
    return min(int(t), steps)
