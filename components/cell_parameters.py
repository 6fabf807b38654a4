"""What can be set in a cell: its parameters by name, and named settings of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

What = Literal["weight", "recurrent", "peephole", "bias"]


class Gate(NamedTuple):
    """A gate or candidate: its name in a run, its letter in parameters, its role and title."""

    name: str
    letter: str
    role: str
    title: str
    squash: str = "σ"


@dataclass(frozen=True)
class Parameter:
    """One slider with its number field."""

    name: str
    label: str
    role: str
    kind: What
    default: float
    span: tuple[float, float] | None = None

    @property
    def low(self) -> float:
        """Where the slider begins."""
        return self.span[0] if self.span else -self.high

    @property
    def high(self) -> float:
        """Where the slider ends."""
        if self.span:
            return self.span[1]
        return 6.0 if self.kind == "bias" else 4.0

    @property
    def step(self) -> float:
        """How far one press of an arrow key moves the slider."""
        return 0.1 if self.kind == "bias" else 0.05


def parameters_of(gate: Gate) -> Iterator[Parameter]:
    """Give the weight, the recurrent weight and the bias of a gate."""
    _, letter, role, title, _ = gate
    yield Parameter(f"W_{letter}", f"{title} weight W_{letter}", role, "weight", 0.5)
    label = f"{title} recurrent weight U_{letter}"
    yield Parameter(f"U_{letter}", label, role, "recurrent", 0.5)
    yield Parameter(f"b_{letter}", f"{title} bias b_{letter}", role, "bias", 0.0)


def peephole_of(gate: Gate) -> Parameter:
    """Give the weight with which a gate sees the cell state."""
    name = f"P_{gate.letter}"
    return Parameter(name, f"{gate.title} peephole {name}", gate.role, "peephole", 0.5)


OUTPUT = (
    Parameter("W_out", "Output weight W_out", "y", "weight", 1.0),
    Parameter("b_out", "Output bias b_out", "y", "bias", 0.0),
)


def tied(parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """Say which weight each recurrent one repeats while the two are tied."""
    return {
        name: f"W_{name.removeprefix('U_')}"
        for name, parameter in parameters.items()
        if parameter.kind == "recurrent"
    }


@dataclass(frozen=True)
class Preset:
    """A named setting: what it does, in one line, and the numbers that make it so."""

    title: str
    does: str
    parameters: Mapping[str, Parameter]
    numbers: Mapping[str, float]
    separate: bool = False

    def complete(self) -> dict[str, float]:
        """Give every parameter; tied weights repeat W as U."""
        defaults = {name: parameter.default for name, parameter in self.parameters.items()}
        numbers = {**defaults, **self.numbers}
        if not self.separate:
            numbers |= {U: numbers[W] for U, W in tied(self.parameters).items()}
        return numbers
