"""What a reader asks a text-to-image model to paint, and by what name the result is kept."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import LabError
from ..map_source import field_of

SIZES = (2, 4, 8)  # windows side by side
STYLE = "an aerial photograph of"
MOST_STEPS = 150
MOST_GUIDANCE = 30.0
MOST_SEED = 2**31 - 1
LONGEST_STYLE = 200  # characters
VERSION = 1  # of how it is painted; another one is another picture


@dataclass(frozen=True)
class Painting:
    """A picture of a map that is asked for.

    Attributes
    ----------
    map : str
        The key of the map.
    folder : str
        The name of the model's folder, as the lab lists it.
    model : str
        What tells the folder's content from another's
        (:func:`lstm.painters.model_folder.fingerprint`).
    style : str
        The words before the name of each region.
    seed : int
        Of the noise that it is made of.
    steps : int
        From noise to picture.
    guidance : float
        How much more the words count than without; 1 is as the model hears them.
    size : int
        How many of the model's windows stand side by side across the map.

    Raises
    ------
    LabError
        If a number is out of its range, or there are too many words.
    """

    map: str
    folder: str
    model: str
    style: str = STYLE
    seed: int = 0
    steps: int = 25
    guidance: float = 7.5
    size: int = 2

    def __post_init__(self) -> None:
        """Check what a reader chooses."""
        for name, value, low, high in (
            ("seed", self.seed, 0, MOST_SEED),
            ("number of steps", self.steps, 1, MOST_STEPS),
            ("guidance", self.guidance, 1, MOST_GUIDANCE),
        ):
            if not low <= value <= high:
                raise LabError(f"The {name} is {value:g}. Use {low:g} to {high:,g}.")
        if self.size not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            raise LabError(f"The size is {self.size} windows. Use one of {sizes}.")
        if len(self.style) > LONGEST_STYLE:
            raise LabError(
                f"The style has {len(self.style)} characters. Use at most {LONGEST_STYLE}."
            )

    @property
    def key(self) -> str:
        """The name of the result: 64 hexadecimal digits, the same for the same picture."""
        told = {**asdict(self), "guidance": float(self.guidance), "version": VERSION}
        text = json.dumps(told, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Any) -> "Painting":
        """Undo :meth:`to_json`; what is told may come from anybody.

        Raises
        ------
        LabError
            If it is something else, or a part is out of its range.
        """
        return cls(
            field_of(told, "map", str),
            field_of(told, "folder", str),
            field_of(told, "model", str),
            field_of(told, "style", str),
            field_of(told, "seed", int),
            field_of(told, "steps", int),
            float(field_of(told, "guidance", int, float)),
            field_of(told, "size", int),
        )
