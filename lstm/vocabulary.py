"""Text as tokens: characters as a reader sees them, or words."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import regex
from numpy.typing import NDArray

from .errors import LabError

Unit = Literal["characters", "words"]
UNITS: tuple[Unit, ...] = get_args(Unit)

# A character is what a reader takes for one (Unicode's extended grapheme cluster): a
# letter with its combining marks, an emoji of several code points.
_PATTERNS = {
    "characters": regex.compile(r"\X"),
    "words": regex.compile(r"\w+(?:['’-]\w+)*|(?!\s)\X"),
}
_NAMED = 5  # unknown tokens that a message names
_QUOTED = 40  # characters of a token that a message shows
_SPECIAL = regex.compile(r"<.*>|\[.+\]")  # marks such as <s> or [PAD], in either kind
_UNKNOWN_NAMES = ("<unk>", "<UNK>", "[UNK]", "<oov>", "\ufffd")


def split(text: str, unit: Unit) -> list[str]:
    r"""Cut a text into tokens.

    Parameters
    ----------
    text : str
        Taken in Unicode's composed form (NFC), line ends as "\n".
    unit : "characters" or "words"
        Words keep inner apostrophes and hyphens; every other visible character
        is a token of its own.

    Returns
    -------
    list of str

    Examples
    --------
    >>> split("It's 3 o'clock.", "words")
    ["It's", '3', "o'clock", '.']
    >>> len(split("e\u0301👩‍🚀", "characters"))
    2
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    tokens: list[str] = _PATTERNS[unit].findall(text)
    return tokens


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a model knows; a token's place is its number.

    Attributes
    ----------
    tokens : tuple of str
    unit : "characters" or "words"
    unknown : int, optional
        The number that stands for every other token; found by its usual names
        where it is left out.

    Raises
    ------
    LabError
        If there is no token, one is there twice, or ``unknown`` is no number of one.
    """

    tokens: tuple[str, ...]
    unit: Unit = "characters"
    unknown: int | None = None

    def __post_init__(self) -> None:
        """Check the tokens, and look for one that stands for the unknown."""
        if not self.tokens:
            raise LabError("The vocabulary is empty. Give at least one token.")
        if len(self._numbers) < len(self.tokens):
            twice = next(t for n, t in enumerate(self.tokens) if self._numbers[t] != n)
            raise LabError(f"The vocabulary has '{twice[:_QUOTED]}' twice. Each token stands once.")
        if self.unknown is None:
            names = (name for name in _UNKNOWN_NAMES if name in self._numbers)
            number = next((self._numbers[name] for name in names), None)
            object.__setattr__(self, "unknown", number)
        elif not 0 <= self.unknown < len(self.tokens):
            raise LabError(f"The unknown token is number {self.unknown}, which is not there.")

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self.tokens)}

    @cached_property
    def _composed(self) -> dict[str, int]:
        """The numbers of the tokens as a text has them: composed."""
        composed = {unicodedata.normalize("NFC", token): n for token, n in self._numbers.items()}
        return composed | self._numbers

    @classmethod
    def of(cls, tokens: Iterable[str], unit: Unit = "characters") -> "Vocabulary":
        """Make the vocabulary of a text's tokens, sorted."""
        return cls(tuple(sorted(set(tokens))), unit)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Vocabulary":
        """Undo :meth:`to_json`; the data may come from anybody.

        Raises
        ------
        LabError
            If it is something else.
        """
        tokens, unit, unknown = data.get("tokens"), data.get("unit"), data.get("unknown")
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise LabError("The vocabulary must be a list of tokens, each of them text.")
        if isinstance(unknown, bool) or not isinstance(unknown, int | None):
            raise LabError("The unknown token of the vocabulary must be a number, or left out.")
        if unit is None:
            unit = "words" if any(_is_long(token) for token in tokens) else "characters"
        if unit not in UNITS:
            raise LabError(f"A vocabulary is of characters or words, not of '{unit}'.")
        return cls(tuple(tokens), unit, unknown)

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return {"tokens": list(self.tokens), "unit": self.unit, "unknown": self.unknown}

    def __len__(self) -> int:
        """V, the number of tokens."""
        return len(self.tokens)

    def read(self, text: str) -> tuple[list[str], NDArray[np.int64]]:
        """Cut a text into tokens and number them.

        A character that is not known as a whole is taken apart into its code
        points where those are known; a word is also looked for in small letters.

        Returns
        -------
        tokens : list of str, T of them, as they stand in the text
        numbers : ndarray of int, of shape (T,)

        Raises
        ------
        LabError
            If a token is not in the vocabulary, and none stands for the unknown.

        Examples
        --------
        >>> Vocabulary(("a", "b")).read("abba")[1]
        array([0, 1, 1, 0])
        """
        tokens: list[str] = []
        for token in split(text, self.unit):
            whole = token in self._composed or any(point not in self._numbers for point in token)
            tokens += [token] if whole or self.unit == "words" else list(token)
        return tokens, self.numbers(tokens)

    def numbers(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """Give the number of each token; errors as in :meth:`read`."""
        numbers = [self._number(token) for token in tokens]
        if None in numbers:
            raise LabError(self._complaint(tokens, numbers))
        return np.array(numbers, np.int64)

    def _number(self, token: str) -> int | None:
        number = self._composed.get(token)
        if number is None and self.unit == "words":
            number = self._composed.get(token.lower())
        return self.unknown if number is None else number

    def _complaint(self, tokens: Sequence[str], numbers: list[int | None]) -> str:
        first: dict[str, int] = {}
        for t, (token, number) in enumerate(zip(tokens, numbers, strict=True), start=1):
            if number is None:
                first.setdefault(token, t)
        named = [f"'{token[:_QUOTED]}' (t = {t})" for token, t in list(first.items())[:_NAMED]]
        more = f" and {len(first) - _NAMED} more" if len(first) > _NAMED else ""
        verb = "are" if len(first) > 1 else "is"
        return (
            f"{', '.join(named)}{more} {verb} not among the {len(self)} {self.unit} that this "
            f"model knows. Use others, such as {self._some()}."
        )

    def _some(self) -> str:
        shown = [token for token in self.tokens if token.strip() and token.isprintable()]
        return " ".join(token[:_QUOTED] for token in shown[-8:]) or "a space"


def _is_long(token: str) -> bool:
    """Tell whether a token has more than one character, as a reader counts them."""
    return not _SPECIAL.fullmatch(token) and len(split(token, "characters")) > 1
