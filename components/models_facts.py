"""What the Models page says of a model: what its card tells, and what its file shows."""

from collections.abc import Iterable
from typing import Any

from lstm import Model
from lstm.card import Card
from lstm.catalogue import TASKS
from lstm.checkpoint import Reading
from lstm.settings import TABLE, TEXT

from .numerals import counted, grouped

_OWN_TASKS = {TEXT: "The next token of a text", TABLE: "Numbers from a table"}


def facts(reading: Reading, size: int) -> dict[str, Any]:
    """Say what is known of a model, in words for its card.

    Parameters
    ----------
    reading : Reading
        The file as it was understood.
    size : int
        Of the file, in bytes.

    Returns
    -------
    dict
        ``rows``: pairs of a name and what is known under it; ``unknown``: the names under
        which nothing is; ``can``, ``cannot`` and ``ignored``: sentences.
    """
    model, card = reading.model, reading.model.card
    rows = [
        *_learnt(card),
        ("Layers", _layers(model)),
        ("Vocabulary", _vocabulary(model)),
        *_measured(card, model),
        ("All weights", grouped(sum(array.size for array in _arrays(model)))),
        ("File", _bytes(size)),
    ]
    return {
        "rows": [(name, value) for name, value in rows if value],
        "unknown": [name for name, value in rows if not value],
        "can": [] if card is None else list(card.can),
        "cannot": [] if card is None else list(card.cannot),
        "ignored": list(reading.ignored),
    }


def _learnt(card: Card | None) -> list[tuple[str, str | None]]:
    if card is None:
        return [("Task", None), ("Learnt from", None)]
    task = TASKS[card.task].title if card.task in TASKS else _OWN_TASKS.get(card.task, card.task)
    return [("Task", task), ("Learnt from", card.data)]


def _measured(card: Card | None, model: Model) -> list[tuple[str, str | None]]:
    """Say how it was trained, and how well it does on held-out data."""
    found: dict[str, str | None] = dict.fromkeys(("Steps", "Loss", "Accuracy", "Seed", "Date"))
    if card is not None:
        unit = "nats a token" if model.takes_tokens else "mean squared error"
        found["Steps"] = counted_many(card.steps, "batch", "batches")
        found["Loss"] = None if card.loss is None else f"{card.loss:.3g} {unit}, held out"
        found["Accuracy"] = None if card.accuracy is None else f"{share(card.accuracy)}, held out"
        found["Seed"] = None if card.seed is None else str(card.seed)
        found["Date"] = card.date
    return list(found.items())


def share(value: float) -> str:
    """Write a share of 1 in percent; only what is all is 100 %.

    Examples
    --------
    >>> share(0.99996), share(1.0), share(0.5)
    ('99.9 %', '100 %', '50.0 %')
    """
    if value == 1:
        return "100 %"
    # A hair more than what is cut off, as 0.29 × 1000 is 289.99….
    return f"{int(value * 1000 + 1e-6) / 10:.1f} %"


def counted_many(count: int, one: str, many: str) -> str:
    """Write how many there are of something, in thousands.

    Examples
    --------
    >>> counted_many(1, "batch", "batches"), counted_many(6000, "batch", "batches")
    ('1 batch', '6,000 batches')
    """
    return f"{grouped(count)} {one if count == 1 else many}"


def _layers(model: Model) -> str:
    sizes = [layer.hidden_size for layer in model.layers]
    if len(set(sizes)) > 1:
        return f"{counted(len(sizes), 'layer')} of {', '.join(map(str, sizes))} units"
    return f"{counted(len(sizes), 'layer')} of {counted(sizes[0], 'unit')}"


def _vocabulary(model: Model) -> str:
    vocabulary = model.vocabulary
    if vocabulary is not None:
        many = vocabulary.unit
        return counted_many(len(vocabulary), many.removesuffix("s"), many)
    if model.takes_tokens:
        return f"{counted_many(model.token_count, 'token', 'tokens')}, by number"
    return f"none: {counted_many(model.input_size, 'number', 'numbers')} a step"


def _arrays(model: Model) -> Iterable[Any]:
    for layer in model.layers:
        yield from (layer.W_ih, layer.W_hh, layer.bias)
        if layer.W_hr is not None:
            yield layer.W_hr
    if model.embedding is not None:
        yield model.embedding
    if model.decoder is not None:
        yield from (model.decoder.W, model.decoder.b)


def _bytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(size / 2**10, 0.1):.1f} kB"
