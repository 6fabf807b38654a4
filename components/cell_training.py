"""Training on the Cell page: the server goes a few epochs on, and keeps nothing.

A request says where training stands, with the optimiser's memory in exact
numbers; the answer has the weights, the loss and the memory of every epoch, so
that the browser can show each of them, and go on from any.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from werkzeug.exceptions import BadRequest

from lstm import Array, LabError, Optimiser
from lstm.optimisers import Method
from lstm.single import Epoch, learn, slope

from . import boundary, wire
from .boundary import FieldError
from .cell_settings import LARGEST_PARAMETER, PARAMETERS, CellSettings
from .numerals import grouped

METHODS: dict[Method, str] = {"adam": "Adam", "sgd": "SGD, momentum"}
# With these each of the examples is learnt as far as one cell can learn it.
RATES: dict[Method, float] = {"adam": 0.05, "sgd": 0.1}
LARGEST_RATE = 1000.0
MOST_EPOCHS = 200  # in one answer
# Times what outputs of ±1 cost: a loss that rises beyond does not come back by itself.
EXPLODED = 25.0
OLDEST = 10**9  # epochs: more than anybody waits for

# What the optimiser remembers of each number that learns.
_MEMORIES: dict[Method, tuple[str, ...]] = {
    "adam": ("cell.mean", "cell.square"),
    "sgd": ("cell.velocity",),
}


@dataclass(frozen=True)
class Training:
    """What to learn, how, and from where."""

    settings: CellSettings
    target: tuple[float, ...]
    optimiser: Optimiser
    memory: Mapping[str, Array] | None
    age: int
    epoch: int
    epochs: int

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "Training":
        """Take it out of what a browser sent.

        Raises
        ------
        FieldError
            For what a reader can mistype.
        BadRequest
            For what our page never sends.
        """
        epochs = _whole(payload, "epochs", 1, MOST_EPOCHS)
        epoch, age = (_whole(payload, name, 0, OLDEST) for name in ("epoch", "age"))
        method = boundary.choice(payload.get("method"), tuple(METHODS), "method")
        settings = CellSettings.read(payload)
        if settings.target is None:
            raise BadRequest("Training needs a target.")
        free = len(PARAMETERS) if settings.separate else len(PARAMETERS) - 4
        memory = _memory(payload.get("memory"), method, age, free)
        # No clipping: what the page shows is plain descent, and what too large a rate does.
        optimiser = Optimiser(method, _rate(payload.get("rate")), clip=None)
        return cls(settings, settings.target, optimiser, memory, age, epoch, epochs)


def train(request: dict[str, Any] | None) -> dict[str, Any]:
    """Train the cell a few epochs on.

    Parameters
    ----------
    request : dict
        As for the trace, and ``n``, ``target``, ``method``, ``rate`` (text),
        ``epochs`` (how many), ``epoch`` (where it stands), ``memory`` (the
        optimiser's there, or None) and ``age`` (the epochs it has seen).

    Returns
    -------
    dict
        ``epochs``, k of them; ``weights`` (k × 14, as in ``PARAMETERS``),
        ``losses`` (k) and ``memory`` (k × its size), each as it is after the
        epoch; ``stopped``, None or why there are no more. Or ``error``, with
        the field that it is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    request = boundary.expect(dict, request, "The request")
    n = boundary.expect(int, request.get("n"), "n")
    try:
        training = Training.read(request)
    except LabError as error:
        return boundary.refusal(n, error)
    learned, why = _run(training)
    names = _MEMORIES[training.optimiser.method]
    return {
        "n": n,
        "error": None,
        "epochs": len(learned),
        "weights": _rows([epoch.cell for epoch in learned]),
        "losses": wire.encode(np.array([epoch.loss for epoch in learned], np.float64)),
        "memory": _rows(
            [np.concatenate([epoch.memory[name] for name in names]) for epoch in learned]
        ),
        "stopped": None if why is None else _stopped(training, len(learned), why),
    }


def _run(training: Training) -> tuple[list[Epoch], str | None]:
    """Learn, until enough or until it explodes; say why."""
    settings, target = training.settings, training.target
    learned: list[Epoch] = []
    before = slope(settings.cell(), settings.inputs, target).loss
    most = EXPLODED * (1 + float(np.mean(np.square(target))))
    epochs = learn(
        settings.cell(),
        settings.inputs,
        target,
        training.optimiser,
        tied=not settings.separate,
        memory=training.memory,
        age=training.age,
    )
    try:
        while len(learned) < training.epochs:
            epoch = next(epochs)
            name, value = max(
                zip(PARAMETERS, epoch.cell, strict=True), key=lambda pair: abs(pair[1])
            )
            if abs(value) > LARGEST_PARAMETER:
                limit = grouped(LARGEST_PARAMETER)
                return learned, f"{name} would leave the range from −{limit} to {limit}"
            if epoch.loss > max(before, most):
                return learned, f"the loss rose from {before:.3g} to {epoch.loss:.3g}"
            before = epoch.loss
            learned.append(epoch)
    except LabError:
        return learned, "the loss is no number any more"
    return learned, None


def _stopped(training: Training, count: int, why: str) -> dict[str, str]:
    usual = RATES[training.optimiser.method]
    rate = usual if training.optimiser.rate > usual else training.optimiser.rate / 10
    return {
        "message": f"Training exploded at epoch {training.epoch + count + 1}: {why}. What was "
        f"learned before is kept. Use a smaller learning rate, like {rate:g}.",
        "field": "rate",
    }


def _rows(rows: Sequence[Any]) -> dict[str, str]:
    return wire.encode(np.array(rows, np.float64).ravel())


def _whole(payload: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = boundary.expect(int, payload.get(name), name)
    if not low <= value <= high:
        raise BadRequest(f"{name} must lie between {low} and {high}.")
    return value


def _rate(raw: Any) -> float:
    """Read the learning rate, which must be above 0."""
    try:
        rate = boundary.number("Learning rate", raw, 0, LARGEST_RATE)
    except FieldError as error:
        raise FieldError("rate", str(error)) from error
    if rate == 0:
        raise FieldError("rate", "Learning rate is 0: nothing would be learnt. Use 0.05 or so.")
    return rate


def _memory(raw: Any, method: Method, age: int, free: int) -> Mapping[str, Array] | None:
    """Read the optimiser's memory; there is none before the first epoch.

    Raises
    ------
    BadRequest
        HTTP 400, if it is not what an earlier answer gave.
    """
    if age == 0:
        return None
    sent = boundary.expect(dict, raw, "memory")
    names = _MEMORIES[method]
    try:
        data = base64.b64decode(boundary.expect(str, sent.get("bdata"), "memory"), validate=True)
        values = np.frombuffer(data, "<f8").astype(np.float64).reshape(len(names), free)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("memory must be that of an earlier answer.") from error
    squares = values[names.index("cell.square")] if method == "adam" else values
    if not np.isfinite(values).all() or (method == "adam" and (squares < 0).any()):
        raise BadRequest("memory must be that of an earlier answer.")
    return dict(zip(names, values, strict=True))
