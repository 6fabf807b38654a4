"""What a reader can set on the Network page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from werkzeug.exceptions import BadRequest

from lstm.initial import KINDS, Kind
from lstm.units import ORDERS, Order

from . import boundary

LARGEST_SIZE = 64
MOST_LAYERS = 3
LARGEST_SEED = 2**32 - 1
LARGEST_INDEX = 2**31 - 1

Source = Literal["new", "characters", "words", "file"]
Reads = Literal["characters", "words", "numbers"]

SOURCES: dict[str, str] = {
    "new": "New network, untrained",
    "characters": "Set by hand: brackets and latches",
    "words": "Set by hand: subject and verb",
}
KIND_NAMES: dict[str, str] = {
    "glorot": "Glorot",
    "uniform": "Uniform",
    "orthogonal": "Orthogonal",
    "normal": "Normal, σ 1",
}
ORDER_NAMES: dict[str, str] = {
    "given": "as given",
    "mean": "mean forget gate",
    "similarity": "similarity",
    "peak": "peak of |C|",
}


@dataclass(frozen=True)
class ModelSettings:
    """Which model: a new one with what makes it, one that was set by hand, or a file."""

    source: Source
    size: int
    layers: int
    kind: Kind
    forget_bias: float
    seed: int
    hash: str

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "ModelSettings":
        """Take the model out of what a browser sent.

        Raises
        ------
        FieldError
            For what a reader can mistype.
        BadRequest
            For what our page never sends.
        """
        source = boundary.choice(raw.get("source"), get_args(Source), "source")
        given = boundary.expect(str, raw.get("hash", ""), "hash")
        if source != "new":
            # What makes a new network stands in its fields still, right or wrong.
            return cls(source, 1, 1, KINDS[0], 0.0, 0, given)
        return cls(
            source=source,
            size=boundary.whole("Cell size", raw.get("size"), 1, LARGEST_SIZE),
            layers=boundary.whole("Depth", raw.get("layers"), 1, MOST_LAYERS),
            kind=boundary.choice(raw.get("kind"), KINDS, "kind"),
            forget_bias=boundary.number("Forget bias", raw.get("forget_bias"), -100, 100),
            seed=boundary.whole("Seed", raw.get("seed"), 0, LARGEST_SEED),
            hash=given,
        )


@dataclass(frozen=True)
class NetworkSettings:
    """Everything that decides what the network does, and which part of it is shown.

    ``layer`` and ``unit`` count from 0; ``first`` is the first row that is
    shown of a layer with more units than rows, or None for all of them. What the
    ``interventions`` are, and the one that the reader is ``adding``, depends on the
    model: :mod:`.interventions` reads them.
    """

    model: ModelSettings
    text: str
    reads: Reads
    layer: int
    unit: int
    order: Order
    first: int | None
    candidate: bool
    as_heat: bool
    interventions: Any = None
    adding: Any = None

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "NetworkSettings":
        """Take the settings out of what a browser sent; errors as in :class:`ModelSettings`."""
        first = payload.get("first")
        return cls(
            model=ModelSettings.read(boundary.expect(dict, payload.get("model"), "model")),
            text=_text(payload.get("text")),
            reads=boundary.choice(payload.get("reads"), get_args(Reads), "reads"),
            layer=_index(payload.get("layer"), "layer"),
            unit=_index(payload.get("unit"), "unit"),
            order=boundary.choice(payload.get("order"), ORDERS, "order"),
            first=None if first is None else _index(first, "first"),
            candidate=boundary.expect(bool, payload.get("candidate"), "candidate"),
            as_heat=boundary.expect(bool, payload.get("as_heat"), "as_heat"),
            interventions=payload.get("interventions"),
            adding=payload.get("adding"),
        )


def _index(raw: Any, what: str) -> int:
    index = boundary.expect(int, raw, what)
    if not 0 <= index <= LARGEST_INDEX:
        raise BadRequest(f"{what} must be from 0 to {LARGEST_INDEX}.")
    return index


def _text(raw: Any) -> str:
    # Half of a surrogate pair is no character: no file that is taken away could hold it.
    halves = boundary.expect(str, raw, "text").encode("utf-16", "surrogatepass")
    return halves.decode("utf-16", "replace")
