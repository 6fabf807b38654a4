"""One unit in one line, and whether the map bears that out.

The line is what most of the contexts share in which the unit is highest. The map knows
nothing of it: where a region of the map is another thing, it says so.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm.atlas import Atlas
from lstm.contexts import Contexts, highest
from lstm.labels import shared_where_high

from .numerals import percent

MOST = 0.5  # of a region's contexts that must have what the line says
LARGE = 0.1  # of those that the unit is high in, that a region needs to be asked


def of_map(general: Contexts, atlas: Atlas, shown: Contexts, unit: int, *, chosen: bool) -> str:
    """Explain a unit, and compare the map.

    Parameters
    ----------
    general : Contexts
        Of the text, whatever the unit does there.
    atlas : Atlas
    shown : Contexts
        What the map shows.
    unit : int
    chosen : bool
        Whether the map shows those contexts alone in which the unit is high; else the
        places are asked in which it is highest.

    Raises
    ------
    LabError
        If there is no such unit.
    """
    top, shared = shared_where_high(general, unit)
    where = f"The {len(top):,} of {len(general):,} contexts where unit {unit} is highest"
    if not shared:
        return f"{where} share no word or sign that tells them from the others."
    told = "; ".join(
        f"{one.name} ({percent(one.share)}, of the others {percent(one.elsewhere)})"
        for one in shared[:3]
    )
    high = (
        np.arange(len(shown)) if chosen else highest(shown.rows[:, unit], len(top) / len(general))
    )
    return f"{where} share: {told}. {borne_out(atlas, shown.traits, high, shared[0].name)}"


def borne_out(
    atlas: Atlas, traits: Sequence[Sequence[str]], high: NDArray[np.int64], name: str
) -> str:
    """Say whether each large part of the map that a unit is high in has what is said of it.

    The rule: of the regions that hold a tenth of these contexts or more, the map bears it
    out where most of these contexts have the trait in each, and contradicts it where in
    one most have not.
    """
    of = atlas.levels[0][high]
    has = np.array([name in traits[n] for n in high])
    counts = np.bincount(of[of >= 0], minlength=len(atlas.regions[0]))
    asked = np.flatnonzero(counts >= max(1, LARGE * len(high)))
    if not len(asked):
        return "No region of the map holds enough of them to ask."
    shares = np.array([has[of == region].mean() for region in asked])
    least = int(shares.argmin())
    region = atlas.regions[0][asked[least]]
    if shares[least] < MOST:
        return (
            f"The map contradicts it: of the {counts[asked[least]]:,} of them in the region "
            f"“{region.name}”, {percent(float(shares[least]))} have “{name}”."
        )
    if len(asked) == 1:
        held = percent(counts[asked[0]] / len(high))
        return f"The map bears this out: one region, “{region.name}”, holds {held} of them."
    return (
        f"The map bears this out: “{name}” is of most of them in each of the {len(asked)} regions "
        f"where they lie (least in “{region.name}”, {percent(float(shares[least]))})."
    )
