"""What decides a training run: the task, the model, how it is trained."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from .catalogue import TASKS
from .errors import LabError
from .optimisers import Method
from .vocabulary import UNITS, Unit

Kind = Literal["lstm", "no_forget", "rnn"]
TEXT, TABLE = "text", "table"
_QUOTED = 40  # characters of what was given that a message shows

# What the reader may choose: the smallest and the largest.
LIMITS: dict[str, tuple[float, float]] = {
    "size": (1, 512),
    "layers": (1, 4),
    "rate": (1e-6, 10),
    "clip": (1e-3, 1e3),
    "weight_decay": (0, 1),
    "dropout": (0, 0.9),
    "forget_bias": (-10, 10),
    "batch": (1, 256),
    "unroll": (2, 500),
    "steps": (1, 1_000_000),
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True)
class Settings:
    """What was chosen.

    Attributes
    ----------
    task : str
        A key of TASKS, or "text" or "table": the reader's own.
    cell : "lstm", "no_forget" (an LSTM whose forget gate stays 1) or "rnn"
    options : mapping of str to int
        Of the task; its own values where left out.
    unit : "characters" or "words"
        Of an own text.
    target : str, or None
        Of an own table: the column that is to be known from the others; None to
        foresee the next row.
    size, layers : int
        Units of a layer, and layers.
    method, rate, clip, weight_decay
        See :class:`lstm.Optimiser`.
    dropout, forget_bias : float
    batch, unroll : int
        Sequences side by side; steps through which gradients are followed back
        in own data.
    steps : int
        Batches to learn from.
    seed : int
    """

    task: str
    cell: Kind = "lstm"
    options: Mapping[str, int] = field(default_factory=dict)
    unit: Unit = "characters"
    target: str | None = None
    size: int = 64
    layers: int = 1
    method: Method = "adam"
    rate: float = 0.01
    clip: float = 1.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    forget_bias: float = 1.0
    batch: int = 16
    unroll: int = 50
    steps: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        """Check everything that a reader can choose, and fill the task's options in."""
        if self.task not in (*TASKS, TEXT, TABLE):
            tasks = ", ".join((*TASKS, TEXT, TABLE))
            raise LabError(f"There is no task '{self.task[:_QUOTED]}'. Use one of {tasks}.")
        for name, kinds in (("cell", get_args(Kind)), ("unit", UNITS), ("method", _METHODS)):
            given = getattr(self, name)
            if given not in kinds:
                raise LabError(f"{name} is '{given[:_QUOTED]}'. Use one of {', '.join(kinds)}.")
        for name, (low, high) in LIMITS.items():
            _check(name.replace("_", " "), getattr(self, name), low, high)
        known = {} if self.task not in TASKS else TASKS[self.task].options
        if not set(self.options) <= set(known):
            strange = min(set(self.options) - set(known))
            has = f"Its options are {', '.join(known)}." if known else "It has none."
            raise LabError(f"The task has no option '{strange[:_QUOTED]}'. {has}")
        options = {name: self.options.get(name, option.default) for name, option in known.items()}
        for name, option in known.items():
            _check(option.label, options[name], option.low, option.high)
        object.__setattr__(self, "options", options)

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return asdict(self) | {"options": dict(self.options)}

    @classmethod
    def from_json(cls, data: Any) -> "Settings":
        """Undo :meth:`to_json`; the data may come from anybody.

        Raises
        ------
        LabError
            If it is something else.
        """
        if not isinstance(data, Mapping):
            raise LabError("The settings of this run are damaged: they are no table of values.")
        known = {one.name: one.default for one in fields(cls)}
        for name, value in data.items():
            if name not in known or not _fits(name, value, known[name]):
                raise LabError(f"The settings of this run are damaged at '{str(name)[:_QUOTED]}'.")
        if "task" not in data:
            raise LabError("The settings of this run name no task.")
        return cls(**data)

    @classmethod
    def advised(cls, task: str, **changed: Any) -> "Settings":
        """Give the settings that are advised for a task.

        Examples
        --------
        >>> Settings.advised("reber").size
        8
        """
        usual = TASKS[task].advised if task in TASKS else _OWN.get(task, {})
        return cls(task, **{**usual, **changed})


def _fits(name: str, value: Any, usual: Any) -> bool:
    """Tell whether a value is of its field's type."""
    if name == "options":
        return isinstance(value, dict) and all(type(one) is int for one in value.values())
    if name == "target":
        return value is None or isinstance(value, str)
    if name in _NUMBERS:
        return type(value) in (int, float)
    return isinstance(value, str) if name == "task" else type(value) is type(usual)


_METHODS = get_args(Method)
_NUMBERS = ("rate", "clip", "weight_decay", "dropout", "forget_bias")
_OWN: dict[str, Mapping[str, Any]] = {
    TEXT: {"size": 128, "rate": 0.003, "batch": 32, "unroll": 64, "steps": 2000},
    TABLE: {"size": 32, "rate": 0.005, "batch": 16, "unroll": 50, "steps": 1000},
}


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # written so that NaN does not pass
        # There are whole numbers that are too large to be written as a float.
        given = "out of range" if abs(value) > 1e15 else f"{value:g}"
        raise LabError(f"{name[:1].upper()}{name[1:]} is {given}. Use {low:g} to {high:,.10g}.")
