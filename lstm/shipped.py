"""The trained models that come with the lab: for everybody, and nobody's to change."""

import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .card import Card
from .checkpoint import read
from .errors import LabError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shipped:
    """One of them.

    Attributes
    ----------
    name : str
        Of its file, without the ending.
    hash : str
        The SHA-256 of its content, in 64 hexadecimal digits.
    size : int
        Bytes.
    path : Path
    card : Card, optional
        What is known of its training.
    """

    name: str
    hash: str
    size: int
    path: Path
    card: Card | None

    def content(self) -> bytes:
        """Give the file's content.

        Raises
        ------
        LabError
            If the disk does not give it.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise LabError(
                f"The model '{self.name}', which comes with the lab, cannot be read "
                f"({error.strerror}). Whoever runs the lab can install it again."
            ) from error


def folder() -> Path:
    """Give the folder that they lie in: beside ``lstm``, or in ``lstm_lab`` where installed."""
    beside = Path(__file__).parents[1]
    # Among installed packages a folder "models" would be somebody else's.
    installed = beside / "lstm_lab"
    return (installed if installed.is_dir() else beside) / "models"


@cache
def shipped(place: Path) -> tuple[Shipped, ...]:
    """List the models in a folder, by name; read once, as they never change.

    A file that cannot be used is left out, and logged: the lab goes on without it.

    Parameters
    ----------
    place : Path
        Such as :func:`folder` gives; one that is not there has none.

    Returns
    -------
    tuple of Shipped
    """
    found = []
    for path in sorted(place.glob("*.safetensors")):
        try:
            content = path.read_bytes()
            card = read(content).model.card
        except (LabError, OSError) as error:
            _LOG.warning("The model %s, which comes with the lab, is left out: %s", path, error)
            continue
        digest = hashlib.sha256(content).hexdigest()
        found.append(Shipped(path.stem, digest, len(content), path, card))
    return tuple(found)
