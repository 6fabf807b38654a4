"""Names for parts of a map: what tells the contexts there from those elsewhere.

Each part is taken for one document, whose words are the traits of its contexts. A
trait counts as in the class-based TF-IDF (Grootendorst 2022),

    score = (share of the part's traits) · log(1 + mean number of traits a part / of this trait)

and makes a name only where most of the part's contexts have it, and more than
elsewhere. Where contexts have no words, their numbers speak: the units that are high.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cell import Array
from .contexts import TOP_SHARE, Contexts, check_unit, highest

NONE = "mixed"

_MOST_SHARE = 0.5  # of a part's contexts that a trait needs to name it
_MORE = 1.25  # times as often as elsewhere
_SOME_SHARE = 0.1  # that it needs where no trait is of most of them
_IN_NAME = 2
_AT_LEAST = 1.0  # standard deviations from the mean of all, from which a unit is high or low
_KEPT_MOST, _KEPT_SOME, _KEPT_UNITS = 4, 3, 5
_SAYS = 0.98  # of the contexts with one trait that have another, which then says nothing new
_RARE = 2000  # a trait of less than one context in so many names nothing


class Traits(NamedTuple):
    """Which contexts have which traits.

    Attributes
    ----------
    names : tuple of str, F of them
    row, trait : ndarray of int, of shape (M,)
        Context ``row[m]`` has trait ``trait[m]``.
    rows : int
        N, the number of contexts.
    """

    names: tuple[str, ...]
    row: NDArray[np.int64]
    trait: NDArray[np.int64]
    rows: int


class Trait(NamedTuple):
    """One trait of a part: how many of its contexts have it, and of all others."""

    name: str
    share: float
    elsewhere: float
    score: float


class High(NamedTuple):
    """A unit that stands out in a part: its mean there, and how far that is from the others'.

    ``apart`` is in standard deviations of all contexts; it is negative where the unit is low.
    ``elsewhere`` is the mean of all other contexts.
    """

    unit: int
    mean: float
    apart: float
    elsewhere: float


def traits_in(traits: Sequence[Sequence[str]]) -> Traits:
    """Count the traits of contexts.

    Parameters
    ----------
    traits : sequence of sequence of str, N of them
        No trait twice in one context.
    """
    N = len(traits)
    counted = Counter(name for one in traits for name in one)
    known = [name for name, count in counted.items() if count * _RARE >= N]
    numbers = {name: number for number, name in enumerate(known)}
    pairs = [
        (row, numbers[name]) for row, one in enumerate(traits) for name in one if name in numbers
    ]
    row, trait = np.array(pairs, np.int64).reshape(-1, 2).T
    return Traits(tuple(known), row, trait, N)


def traits_by_part(traits: Traits, parts: NDArray[np.int32]) -> list[tuple[Trait, ...]]:
    """Give the traits that tell each part from the others.

    Parameters
    ----------
    traits : Traits
        Of N contexts.
    parts : ndarray of int, of shape (N,)
        From 0; −1 is none, and counts as elsewhere.

    Returns
    -------
    list of tuple of Trait
        A part each: first those of most of its contexts, best first, then some that
        are of fewer. What another one says already is left out.

    References
    ----------
    Grootendorst 2022, "BERTopic: Neural topic modeling with a class-based TF-IDF
    procedure".

    Examples
    --------
    >>> told = traits_in([["a", "z"], ["a", "z"], ["b", "z"]])
    >>> [found[0].name for found in traits_by_part(told, np.array([0, 0, 1]))]
    ['a', 'b']
    """
    F, G = len(traits.names), int(parts.max(initial=-1)) + 1
    if not F or not G:
        return [() for _ in range(G)]
    inside = parts[traits.row] >= 0
    flat = parts[traits.row[inside]] * np.int64(F) + traits.trait[inside]
    counts = np.bincount(flat, minlength=G * F).reshape(G, F)
    sizes = np.bincount(parts[parts >= 0], minlength=G)[:, None]
    own = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    score = counts / own * np.log1p(own.mean() / np.maximum(counts.sum(axis=0), 1))
    share = counts / np.maximum(sizes, 1)
    others = np.bincount(traits.trait, minlength=F) - counts
    elsewhere = others / np.maximum(traits.rows - sizes, 1)
    says = _Says(traits)
    return [
        tuple(
            Trait(traits.names[f], float(share[g, f]), float(elsewhere[g, f]), float(score[g, f]))
            for f in _best(score[g], share[g], elsewhere[g], says)
        )
        for g in range(G)
    ]


def units_by_part(rows: Array, parts: NDArray[np.int32]) -> list[tuple[High, ...]]:
    """Give the units whose means in each part are farthest from the mean of all.

    Parameters
    ----------
    rows : ndarray of shape (N, D)
    parts : ndarray of int, of shape (N,)

    Returns
    -------
    list of tuple of High
        A part each, the farthest first.
    """
    mean, spread = rows.mean(axis=0, dtype=float), rows.std(axis=0, dtype=float)
    # Rounding leaves a unit that never moves a little spread.
    still = spread <= 1e-6 * np.maximum(np.abs(mean), 1e-30)
    found = []
    N = len(rows)
    for part in range(int(parts.max(initial=-1)) + 1):
        mine = parts == part
        n, here = np.count_nonzero(mine), rows[mine].mean(axis=0, dtype=float)
        others = (N * mean - n * here) / max(N - n, 1)
        apart = np.where(still, 0.0, (here - mean) / np.where(still, 1.0, spread))
        order = np.argsort(-np.abs(apart), kind="stable")[:_KEPT_UNITS]
        found.append(
            tuple(High(int(u), float(here[u]), float(apart[u]), float(others[u])) for u in order)
        )
    return found


def names_of(
    traits: Sequence[Sequence[Trait]],
    units: Sequence[Sequence[High]] | None = None,
    *,
    differently: bool = True,
) -> tuple[str, ...]:
    """Name parts by traits that most of their contexts have; where there are no words, by units.

    Parameters
    ----------
    traits : sequence of sequence of Trait
        A part each, as :func:`traits_by_part` gives them.
    units : sequence of sequence of High, optional
    differently : bool
        Whether no two may have one name.

    Returns
    -------
    tuple of str
    """
    names: list[str] = []
    for part, told in enumerate(traits):
        words = _words(told, () if units is None else units[part])
        name, more = ", ".join(words[:_IN_NAME]) or NONE, words[_IN_NAME:]
        while differently and name in names and more:
            name = f"{name}, {more.pop(0)}"
        stem, count = name, 2
        while differently and name in names:
            name, count = f"{stem} ({count})", count + 1
        names.append(name)
    return tuple(names)


def shared_where_high(
    contexts: Contexts, unit: int, share: float = TOP_SHARE
) -> tuple[NDArray[np.int64], tuple[Trait, ...]]:
    """Give what most of the contexts share in which a unit is highest.

    Parameters
    ----------
    contexts : Contexts
        All of them, not only those where the unit is high.
    unit : int
    share : float
        Which part of the contexts counts as high.

    Returns
    -------
    top : ndarray of int
        Those contexts.
    shared : tuple of Trait
        Of most of them, and more than of all others; best first.

    Raises
    ------
    LabError
        If there is no such unit.
    """
    check_unit(unit, contexts.rows.shape[1])
    top = highest(contexts.rows[:, unit], share)
    parts = np.ones(len(contexts), np.int32)
    parts[top] = 0
    found = traits_by_part(traits_in(contexts.traits), parts)[0]
    return top, tuple(trait for trait in found if trait.share >= _MOST_SHARE)


class _Says:
    """Whether one trait says another: nearly all contexts that have it have the other one too."""

    def __init__(self, traits: Traits) -> None:
        order = np.argsort(traits.trait, kind="stable")
        ends = np.cumsum(np.bincount(traits.trait, minlength=len(traits.names)))
        self._rows = np.split(traits.row[order], ends[:-1])
        self._known: dict[tuple[int, int], bool] = {}

    def __call__(self, one: int, other: int) -> bool:
        """Look at all contexts, once."""
        pair = one, other
        if pair not in self._known:
            both = np.isin(self._rows[one], self._rows[other], assume_unique=True)
            self._known[pair] = bool(both.mean() >= _SAYS)
        return self._known[pair]


def _best(score: Array, share: Array, elsewhere: Array, says: _Says) -> list[int]:
    """Choose traits of a part, all more frequent there than elsewhere, best first."""
    more = np.flatnonzero((share >= _SOME_SHARE) & (share > _MORE * elsewhere))
    ranked = more[np.argsort(-score[more], kind="stable")]
    chosen: list[int] = []
    for most, kept in ((True, _KEPT_MOST), (False, _KEPT_MOST + _KEPT_SOME)):
        for f in ranked[(share[ranked] >= _MOST_SHARE) == most].tolist():
            if len(chosen) < kept and not any(says(one, f) for one in chosen):
                chosen.append(f)
    return chosen


def _words(traits: Sequence[Trait], units: Sequence[High]) -> list[str]:
    """Give what a name can be made of, best first."""
    most = [trait.name for trait in traits if trait.share >= _MOST_SHARE]
    some = [trait for trait in traits if trait.share < _MOST_SHARE]
    often = [f"often {trait.name}" for trait in some[:1]]
    if most:
        return [*most, *often]
    if sum(trait.share for trait in some[:3]) >= _MOST_SHARE:
        return [" · ".join(trait.name for trait in some[:3])]
    if some:
        return often
    return [
        f"unit {one.unit} {'high' if one.apart > 0 else 'low'}"
        for one in units
        if abs(one.apart) >= _AT_LEAST
    ]
