"""How two maps of the same contexts differ, in a few sentences."""

from collections.abc import Sequence

from lstm.atlas import Atlas
from lstm.linked import Fate, Linked
from lstm.map_source import MatrixSource, Source

from .numerals import counted, fixed, percent
from .theme import symbol_of

NOTHING_YET = "No difference yet. Choose another layer, state or model in B."
OTHER_KINDS = (
    "One is a map of a model and the other of a matrix: a row of the matrix is no context of "
    "the model, so the two cannot be linked."
)
NOWHERE = "no region"

_WHOLE = 0.9  # of a region's contexts that lie in one region of B: it is not torn


def says(a: Atlas, b: Atlas, sources: tuple[Source, Source], found: Linked) -> list[str]:
    """Say how much stays near to what.

    Parameters
    ----------
    a, b : Atlas
    sources : (Source, Source)
        What they are maps of.
    found : Linked

    Returns
    -------
    list of str
        Sentences (:func:`.difference.register`).
    """
    nearest = (
        f"of the {found.k} nearest contexts in A, {few(found.mean * found.k)} are nearest in B "
        f"too (by chance {few(found.chance * found.k)})."
    )
    if found.mean == 1:
        nearest = (
            f"each context has the same {found.k} nearest in both; only how they are laid out "
            "may differ."
        )
    subjects = _subjects(*sources)
    first = f"{subjects}: {nearest}" if subjects else nearest
    return [first[0].upper() + first[1:], *_notes(a, b, found)]


def other_rows(a: int, b: int) -> str:
    """Say why matrices cannot be linked."""
    return (
        f"The matrix of A has {a:,} rows, that of B {b:,}. Rows are linked by their number: "
        "bring two matrices of the same rows."
    )


def few(value: float) -> str:
    """Write how many of a few: small numbers more exactly.

    Examples
    --------
    >>> few(4.13), few(0.025), few(0.0)
    ('4.1', '0.03', '0.0')
    """
    return fixed(value, 2 if 0 < value < 0.95 else 1)


def name_of(atlas: Atlas, region: int) -> str:
    """Give the name of a region of the coarsest level."""
    return atlas.regions[0][region].name if region >= 0 else NOWHERE


def regions_in_words(a: Atlas, b: Atlas, k: int, fates: Sequence[Fate]) -> str:
    """Say which region of A lies most in one of B, and which one least.

    Parameters
    ----------
    a, b : Atlas
    k : int
        Neighbours that were compared.
    fates : sequence of Fate
        Of the regions of A.
    """
    known = sorted(fates, key=lambda one: (one.into[0][1], one.kept or 0))
    if len(known) < 2:
        return ""
    torn, best = known[0], known[-1]
    said = f"“{name_of(a, best.region)}” holds together best ({_lot(b, best, k)})"
    if torn.into[0][1] >= _WHOLE:
        return f"{said}; no region is torn, each lies nearly whole in one of B."
    return f"{said}, “{name_of(a, torn.region)}” is torn most ({_lot(b, torn, k)})."


def _subjects(a: Source, b: Source) -> str:
    """Name what each maps, where that differs."""
    if isinstance(a, MatrixSource) or isinstance(b, MatrixSource):
        return ""
    one, other = (f"{symbol_of(source.what)} of layer {source.layer + 1}" for source in (a, b))
    if a.hash != b.hash:
        return f"A maps {one}, B {other} of another model"
    return f"A maps {one}, B {other}" if one != other else ""


def _lot(b: Atlas, fate: Fate, k: int) -> str:
    """Say what becomes of a region of A."""
    region, share = fate.into[0]
    where = f"“{name_of(b, region)}”" if region >= 0 else NOWHERE
    most = "" if share >= _WHOLE else "at most "
    kept = "" if fate.kept is None else f", {few(fate.kept * k)} of {k} nearest kept"
    return f"{most}{percent(share)} in {where}{kept}"


def _notes(a: Atlas, b: Atlas, found: Linked) -> list[str]:
    """Say what was left out."""
    notes = []
    M = len(found.a)
    if max(len(a), len(b)) > M:
        notes.append(f"{M:,} contexts are in both; A has {len(a):,}, B {len(b):,}.")
    if found.others:
        places = counted(found.others, "place")
        notes.append(f"At {places} one of them has no such token, and reads another.")
    if found.sampled:
        notes.append(f"Measured on {len(found.points):,} of them, drawn by chance.")
    return notes
