"""What a map is made from: a layer of a model over a text, or a matrix of the reader's own.

Both name files by the hash of their content, so that the same words always mean the
same numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .errors import LabError

LONGEST_TEXT = 1_000_000  # characters
LONGEST_NAME = 200  # characters of a tensor's

_HASH = re.compile(r"[0-9a-f]{64}")
_WHATS = ("h", "c", "i", "f", "g", "o", "r", "z", "n")


@dataclass(frozen=True)
class ModelSource:
    """What a layer of a model keeps over a text.

    Attributes
    ----------
    hash : str
        Of the model: 64 hexadecimal digits.
    layer : int
        From 0 at the input.
    what : str
        The hidden state h, the cell state c, or a gate.
    text : str
        Empty for text that a model is at home in (:mod:`lstm.home_text`).
    text_of : str
        The hash of another model, whose own text is taken; empty for this model's.

    Raises
    ------
    LabError
        If a part is out of its range.
    """

    hash: str
    layer: int
    what: str = "h"
    text: str = ""
    text_of: str = ""

    def __post_init__(self) -> None:
        """Check the parts, and say what means the same in the same way."""
        check_hash(self.hash, "model")
        if self.layer < 0:
            raise LabError(f"There is no layer {self.layer}. The first one is 0.")
        if self.what not in _WHATS:
            raise LabError(
                f"There is no '{self.what[:20]}' to map. Use one of {', '.join(_WHATS)}."
            )
        if len(self.text) > LONGEST_TEXT:
            raise LabError(
                f"The text has {len(self.text):,} characters. Use at most {LONGEST_TEXT:,}."
            )
        if self.text_of:
            check_hash(self.text_of, "model")
        if self.text or self.text_of == self.hash:
            object.__setattr__(self, "text_of", "")

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return {"kind": "model", **asdict(self)}


@dataclass(frozen=True)
class MatrixSource:
    """The rows of a file that the reader brought.

    Attributes
    ----------
    hash : str
        Of the file.
    labels : str
        The hash of a file with a label for each row; empty where there is none.
    tensor : str
        Which one of several; empty for the only one.

    Raises
    ------
    LabError
        If a part is no hash, or the name too long.
    """

    hash: str
    labels: str = ""
    tensor: str = ""

    def __post_init__(self) -> None:
        """Check the hashes."""
        check_hash(self.hash, "matrix")
        if self.labels:
            check_hash(self.labels, "file of labels")
        if len(self.tensor) > LONGEST_NAME:
            raise LabError(f"The name of the matrix is longer than {LONGEST_NAME} characters.")

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return {"kind": "matrix", **asdict(self)}


Source = ModelSource | MatrixSource


def source_from_json(data: Any) -> Source:
    """Undo ``to_json`` of either; the data may come from anybody.

    Raises
    ------
    LabError
        If it is something else.
    """

    def word(name: str) -> str:
        return str(field_of(data, name, str))

    if word("kind") == "model":
        layer = field_of(data, "layer", int)
        return ModelSource(word("hash"), layer, word("what"), word("text"), word("text_of"))
    if word("kind") == "matrix":
        return MatrixSource(word("hash"), word("labels"), word("tensor"))
    raise LabError(f"The order of this map is damaged: '{word('kind')[:20]}' cannot be mapped.")


def field_of(data: Any, name: str, *kinds: type) -> Any:
    """Give a field of what may come from anybody.

    Raises
    ------
    LabError
        If it is no table, has no such field, or that is of another kind.
    """
    if not isinstance(data, Mapping) or type(data.get(name)) not in kinds:
        raise LabError(f"The order of this map is damaged at '{name}'. Choose the map again.")
    return data[name]


def check_hash(hash: str, of: str) -> None:
    """Raise LabError where a text cannot be the hash of a file's content."""
    if not _HASH.fullmatch(hash):
        raise LabError(f"This names no {of} of the lab. Open the {of} again.")
