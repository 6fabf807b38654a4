"""What a reader can set on the Train page, and the run that it stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from werkzeug.exceptions import BadRequest

from lstm import LabError
from lstm.catalogue import TASKS
from lstm.optimisers import Method
from lstm.settings import LIMITS, TABLE, TEXT, Kind, Settings
from lstm.vocabulary import UNITS

from . import boundary
from .boundary import FieldError

NEXT_ROW = " "  # the choice of a target that stands for no column: none has such a name

# What can be trained, by the names of the select.
CHOICES: dict[str, str] = {
    TEXT: "Your own text",
    TABLE: "Your own numbers",
    **{name: task.title for name, task in TASKS.items()},
}
_CELLS: tuple[Kind, ...] = ("lstm", "no_forget")
CELLS: dict[str, str] = {"lstm": "LSTM", "no_forget": "LSTM without forget gate"}
METHODS: dict[str, str] = {"adam": "Adam", "sgd": "SGD with momentum"}

# The number fields, with their names on the page; whole ones are read as such.
LABELS: dict[str, str] = {
    "size": "Units",
    "layers": "Layers",
    "steps": "Batches",
    "batch": "Batch size",
    "unroll": "Unrolled steps",
    "rate": "Learning rate",
    "clip": "Clip norm at",
    "weight_decay": "Weight decay",
    "dropout": "Dropout",
    "forget_bias": "Forget bias",
    "seed": "Seed",
}
_FRACTIONS = ("rate", "clip", "weight_decay", "dropout", "forget_bias")

# All options of all tasks; each task shows its own.
OPTIONS = sorted({name for task in TASKS.values() for name in task.options})


@dataclass(frozen=True)
class TrainSettings:
    """The settings of a run, and the hash of the reader's own data."""

    run: Settings
    data: str

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "TrainSettings":
        """Take the settings out of what a browser sent.

        Raises
        ------
        FieldError
            For what a reader can mistype.
        BadRequest
            For what our page never sends.
        """
        task = boundary.choice(payload.get("task"), tuple(CHOICES), "task")
        raw = boundary.expect(dict, payload.get("numbers"), "numbers")
        if set(raw) != {*LABELS, *OPTIONS}:
            raise BadRequest("numbers must name each field once.")
        numbers: dict[str, Any] = {
            name: _number(label, raw[name], *LIMITS[name], whole=name not in _FRACTIONS)
            for name, label in LABELS.items()
        }
        options = {}
        for name, option in (TASKS[task].options if task in TASKS else {}).items():
            options[name] = int(
                _number(option.label, raw[name], option.low, option.high, whole=True)
            )
        target = boundary.expect(str, payload.get("target", NEXT_ROW), "target")
        try:
            run = Settings(
                task,
                cell=boundary.choice(payload.get("cell"), _CELLS, "cell"),
                options=options,
                unit=boundary.choice(payload.get("unit"), UNITS, "unit"),
                target=None if task != TABLE or target == NEXT_ROW else target,
                method=boundary.choice(payload.get("method"), get_args(Method), "method"),
                **numbers,
            )
        except LabError as error:
            raise FieldError("task", str(error)) from error
        return cls(run, boundary.expect(str, payload.get("data", ""), "data"))


def _number(label: str, raw: Any, low: float, high: float, *, whole: bool) -> float:
    if not whole:
        return boundary.number(label, raw, low, high)
    return boundary.whole(label, raw, int(low), int(high))


def fields_of(settings: Settings) -> dict[str, str]:
    """Write settings as the number fields of the page show them.

    Examples
    --------
    >>> fields_of(Settings.advised("reber"))["rate"]
    '0.01'
    """
    numbers = {name: f"{getattr(settings, name):.10g}" for name in LABELS}
    return numbers | {name: str(value) for name, value in settings.options.items()}
