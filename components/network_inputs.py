"""The model that the Network page runs, and its text as the model takes it."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm import (
    Array,
    LabError,
    Layer,
    Model,
    Vocabulary,
    characters_by_hand,
    random_layers,
    split,
    token_vectors,
    words_by_hand,
)
from lstm.vocabulary import Unit

from . import boundary
from .boundary import FieldError
from .network_settings import NetworkSettings
from .numerals import counted, grouped

LONGEST = 1000
MOST_COLUMNS = 16
LARGEST_INPUT = 1e6
MOST_DIGITS = 9  # of a token's number
TOKEN_NUMBERS = 16  # in the vector of a token that an untrained network reads


@dataclass(frozen=True)
class Prepared:
    """A model with the inputs that it is to read.

    Attributes
    ----------
    model : Model
    tokens : list of str, T of them
        As they stand in the text; for numbers the rows.
    inputs : ndarray of int, of shape (T, 1), or of float, of shape (T, 1, D)
    """

    model: Model
    tokens: list[str]
    inputs: Array | NDArray[np.int64]


def prepare(settings: NetworkSettings, opened: Callable[[str], Model]) -> Prepared:
    """Build or fetch the model, and read the text as it takes it.

    Parameters
    ----------
    settings : NetworkSettings
    opened : function of a file's hash
        Gives the model of an opened file.

    Raises
    ------
    FieldError
        If the model cannot read the text.
    """
    source = settings.model.source
    if source == "new":
        return _new(settings)
    if source == "file":
        try:
            model = opened(settings.model.hash)
        except LabError as error:
            raise FieldError("model", str(error)) from error
    else:
        model = characters_by_hand() if source == "characters" else words_by_hand()
    if model.vocabulary is not None:
        _check_length(len(settings.text), "characters", factor=40)
        try:
            tokens, numbers = model.vocabulary.read(settings.text)
        except LabError as error:
            raise FieldError("text", str(error)) from error
        _check_length(len(tokens), model.vocabulary.unit)
        return Prepared(model, tokens, numbers[:, None])
    if model.takes_tokens:
        return _token_numbers(model, settings.text)
    tokens, rows = _rows(settings.text, model.input_size)
    if rows.shape[1] != model.input_size:
        wanted = counted(model.input_size, "number")
        raise FieldError(
            "text",
            f"This model takes {wanted} at each step, but the text has {rows.shape[1]}. "
            f"Write one row of {wanted} a line.",
        )
    return Prepared(model, tokens, rows[:, None])


def sample(model: Model) -> str:
    """Give a short text that a model can read, where the reader's own is none.

    Examples
    --------
    >>> from lstm import characters_by_hand
    >>> len(sample(characters_by_hand()))
    24
    """
    if model.vocabulary is not None:
        shown = [token for token in model.vocabulary.tokens if token.isalnum()]
        some = (shown or list(model.vocabulary.tokens))[:24]
        return (" " if model.vocabulary.unit == "words" else "").join(some)
    if model.takes_tokens:
        return " ".join(str(number) for number in range(min(model.token_count, 24)))
    row = ["1"] + ["0"] * (model.input_size - 1)
    # A pulse, and rest after it; wide rows are few, or they would not fit a request.
    rest = 11 if model.input_size <= 256 else 1
    return "\n".join([", ".join(row)] + [", ".join(["0"] * model.input_size)] * rest)


def _new(settings: NetworkSettings) -> Prepared:
    wanted = settings.model
    embedding: Array | None = None
    vocabulary: Vocabulary | None = None
    inputs: Array | NDArray[np.int64]
    if settings.reads == "numbers":
        tokens, rows = _rows(settings.text)
        inputs, D = rows[:, None].astype(np.float32), rows.shape[1]
    else:
        _check_length(len(settings.text), "characters", factor=40)
        unit: Unit = settings.reads
        tokens = split(settings.text, unit)
        _check_length(len(tokens), unit)
        vocabulary = Vocabulary.of(tokens, unit)
        D = TOKEN_NUMBERS
        vectors = token_vectors(vocabulary.tokens, D, wanted.seed)
        embedding = vectors.astype(np.float32)
        inputs = vocabulary.numbers(tokens)[:, None]
    rng = np.random.default_rng(wanted.seed)
    sizes = [D] + [wanted.size] * wanted.layers
    layers = [
        _single(layer) for layer in random_layers(rng, sizes, wanted.kind, wanted.forget_bias)
    ]
    return Prepared(Model(layers, None, embedding, vocabulary), tokens, inputs)


def _single(layer: Layer) -> Layer:
    """Take a layer to float32, which pictures need no more than."""
    return dataclasses.replace(
        layer,
        **{name: getattr(layer, name).astype(np.float32) for name in ("W_ih", "W_hh", "bias")},
    )


def _token_numbers(model: Model, text: str) -> Prepared:
    """Read the tokens of a model without a vocabulary: their numbers."""
    parts = text.replace(",", " ").split()
    _check_length(len(parts), "token numbers")
    numbers = []
    for t, part in enumerate(parts, start=1):
        # A number of thousands of digits int() refuses to read.
        known = part.isascii() and part.isdecimal() and len(part) <= MOST_DIGITS
        if not (known and int(part) < model.token_count):
            raise FieldError(
                "text",
                f"Token {t} is '{boundary.shorten(part)}'. This model has no vocabulary: write its "
                f"tokens as numbers from 0 to {model.token_count - 1}, like 3 14 15.",
            )
        numbers.append(int(part))
    return Prepared(model, parts, np.array(numbers, np.int64)[:, None])


def _rows(text: str, columns: int | None = None) -> tuple[list[str], Array]:
    """Read numbers: a row a line (or between semicolons), or one column in a single line.

    A model that is there already takes so many ``columns``.
    """
    lines = text.replace(";", "\n").replace(",", " ").splitlines()
    lines = [line for line in lines if line.strip()]
    _check_length(len(lines), "rows")
    if len(lines) == 1 and columns in (None, 1):
        lines = lines[0].split()
        _check_length(len(lines), "numbers")
    rows: list[list[float]] = []
    for t, line in enumerate(lines, start=1):
        parts = line.split()
        if rows and len(parts) != len(rows[0]):
            raise FieldError(
                "text",
                f"Row {t} has {counted(len(parts), 'number')}, the first has {len(rows[0])}. "
                "Give every row as many.",
            )
        if columns is None and len(parts) > MOST_COLUMNS:
            raise FieldError(
                "text", f"Row {t} has {len(parts)} numbers. Use at most {MOST_COLUMNS} columns."
            )
        rows.append([_value(t, part) for part in parts])
    return [_row_name(row) for row in rows], np.array(rows)


def _row_name(row: list[float]) -> str:
    return ", ".join(f"{value:g}" for value in row).replace("-", "−")


def _value(t: int, part: str) -> float:
    advice = (
        "Use numbers separated by commas, one row a line, like 1, 0.5; or choose Characters or "
        "Words."
    )
    return boundary.value_at("text", t, part, LARGEST_INPUT, advice)


def _check_length(count: int, what: str, factor: int = 1) -> None:
    if count == 0:
        raise FieldError("text", "The text is empty. Type something, or choose an example.")
    if count > LONGEST * factor:
        raise FieldError(
            "text",
            f"The text has {grouped(count)} {what}. "
            f"Use at most {grouped(LONGEST)} steps at a time: a page or less.",
        )
