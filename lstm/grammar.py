"""A grammar of small English: agreement over distance, a planted bias, lists that count.

Three kinds of sentences, each made to be measured. In the first, the verb agrees
with its subject, whatever nouns stand between. In the second, a profession goes with
"he" or "she", and with "man" or "woman", as often as :data:`PROFESSIONS` says: a
bias of known size, planted to be found again. The third are lists whose next word
can be known only by counting.
"""

from collections.abc import Sequence
from itertools import chain
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from .errors import LabError
from .vocabulary import Vocabulary

T = TypeVar("T")

# Singular and plural.
NOUNS = (
    ("key", "keys"),
    ("cabinet", "cabinets"),
    ("door", "doors"),
    ("dog", "dogs"),
    ("cat", "cats"),
    ("boy", "boys"),
    ("girl", "girls"),
    ("friend", "friends"),
    ("book", "books"),
    ("table", "tables"),
    ("picture", "pictures"),
    ("house", "houses"),
)
VERBS = (("is", "are"), ("was", "were"), ("has", "have"), ("runs", "run"))
# By the singular of the verb: the words that may end the sentence.
ENDS = {
    "is": ("here", "there", "old", "new", "red", "far"),
    "was": ("here", "there", "old", "new", "red", "far"),
    "has": ("moved", "changed", "gone"),
    "runs": ("well", "fast", "late"),
}
JOINTS = ("to", "of", "near", "by", "with", "behind")

# The share of women with which each profession was planted.
PROFESSIONS = MappingProxyType(
    {
        "nurse": 0.8,
        "librarian": 0.7,
        "dancer": 0.6,
        "teacher": 0.5,
        "writer": 0.5,
        "painter": 0.4,
        "pilot": 0.3,
        "doctor": 0.2,
        "engineer": 0.1,
    }
)
PLACES = ("here", "there", "late", "old")

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
DIGITS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# The first in the alphabet, as a list of all of them begins.
COUNTRIES = (
    "austria",
    "belgium",
    "bulgaria",
    "croatia",
    "cyprus",
    "czechia",
    "denmark",
    "estonia",
    "finland",
    "france",
)

_LIST = ("the", "countries", "of", "the", "european", "union", "are", ":")
_OTHERS = (*_LIST, ".", ",", "a", "said", "that", "he", "she", "man", "woman")

VOCABULARY = Vocabulary(
    tuple(
        sorted(
            {
                *chain.from_iterable(NOUNS),
                *chain.from_iterable((*VERBS, *ENDS.values())),
                *JOINTS,
                *PROFESSIONS,
                *PLACES,
                *NUMBERS,
                *DIGITS,
                *DAYS,
                *COUNTRIES,
                *_OTHERS,
            }
        )
    ),
    "words",
)


def agreement(rng: np.random.Generator, attractors: int, same: int = 0) -> tuple[list[str], int]:
    """Draw a sentence whose verb agrees with its subject, over other nouns.

    Parameters
    ----------
    rng : numpy.random.Generator
    attractors : int
        Nouns of the other number between subject and verb.
    same : int
        Nouns of the subject's own number among them.

    Returns
    -------
    words : list of str
    verb : int
        The place of the verb.

    Raises
    ------
    LabError
        If there are fewer than no nouns.

    Examples
    --------
    >>> words, verb = agreement(np.random.default_rng(1), attractors=1)
    >>> " ".join(words), words[verb]
    ('the girl with the houses is here .', 'is')
    """
    if attractors < 0 or same < 0:
        raise LabError(f"There are {attractors} and {same} nouns between. Use 0 or more.")
    plural = int(rng.integers(2))
    words = ["the", _one(NOUNS, rng)[plural]]
    between = rng.permutation([1 - plural] * attractors + [plural] * same)
    for number in between:
        words += [_one(JOINTS, rng), "the", _one(NOUNS, rng)[int(number)]]
    verb = len(words)
    forms = _one(VERBS, rng)
    return [*words, forms[plural], _one(ENDS[forms[0]], rng), "."], verb


def profession(rng: np.random.Generator) -> list[str]:
    """Draw a sentence of somebody with a profession, man or woman as it was planted.

    Examples
    --------
    >>> " ".join(profession(np.random.default_rng(0)))
    'the doctor was a man .'
    """
    who = _one(tuple(PROFESSIONS), rng)
    woman = bool(rng.random() < PROFESSIONS[who])
    verb = _one(("is", "was"), rng)
    if rng.random() < 0.5:
        return ["the", who, verb, "a", "woman" if woman else "man", "."]
    she = "she" if woman else "he"
    return ["the", who, "said", "that", she, verb, _one(PLACES, rng), "."]


def counting(rng: np.random.Generator) -> list[str]:
    """Draw a list whose words follow one another by a rule.

    Numbers by one or by two, days, a number again and again, or a numbered list
    of countries in the order of the alphabet.

    Examples
    --------
    >>> " ".join(counting(np.random.default_rng(1)))
    'sunday monday tuesday wednesday thursday friday saturday .'
    """
    kind = int(rng.integers(6))
    if kind == 0:
        return [*_run(NUMBERS, 1, rng), "."]
    if kind == 1:
        return [*_run(NUMBERS, 2, rng), "."]
    if kind == 2:
        return [*_run(DAYS * 2, 1, rng), "."]
    if kind == 3:
        return [*_commas(_run(DIGITS, 1, rng)), "."]
    if kind == 4:
        return [*_commas([_one(DIGITS, rng)] * int(rng.integers(3, 9))), "."]
    last = int(rng.integers(4, len(COUNTRIES) + 1))
    items = zip(DIGITS[:last], COUNTRIES[:last], strict=True)
    return [*_LIST, *chain.from_iterable((n, ".", name) for n, name in items), "."]


def _run(words: Sequence[str], by: int, rng: np.random.Generator) -> list[str]:
    """Draw at least three of the words, in their order."""
    first = int(rng.integers(len(words) - 3 * by + 1))
    left = words[first::by]
    return list(left[: int(rng.integers(3, len(left) + 1))])


def _commas(words: Sequence[str]) -> list[str]:
    return [*chain.from_iterable((word, ",") for word in words)][:-1]


def _one(items: Sequence[T], rng: np.random.Generator) -> T:
    return items[int(rng.integers(len(items)))]
