"""What the Map page says of a map: how far to trust it, what lies where, what to know of it."""

from collections.abc import Mapping, Sequence

from lstm.atlas import Atlas, Region
from lstm.labels import High
from lstm.oddities import Oddities
from lstm.order import Order
from lstm.trust import Trust

from .numerals import counted, fixed, percent

GATES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
}
GOOD, MIDDLING = 0.95, 0.85  # of trustworthiness and of continuity, which is less of the two
BAD = 0.2  # recall up to which a place is not to be trusted
CLOSE = 0.5  # recall from which even near neighbours mean something
HIGH = 1.0  # standard deviations from the mean, from which a unit is called high or low
FEW_COPIES = 0.01  # of the rows: less change nothing

_ERRORS = 3  # standard errors by which the gain must exceed that of the shuffled map
_LEAST_GAIN = 0.02
_NAMED = 5
_FINE = 0.995  # from which two decimals would write the same as of what is perfect


def trust_in_words(trust: Trust) -> list[str]:
    """Say how far a map can be trusted, with the numbers that this stands on."""
    said = [_verdict(trust), _nearest(trust)]
    if (bad := float((trust.point_recall <= BAD).mean())) > 0:
        few = int(BAD * trust.k)
        said.append(
            f"At {percent(bad)} of the places at most {few} of them "
            f"{'is' if few == 1 else 'are'}: colour by trust to see where."
        )
    if trust.sampled:
        said.append(
            f"Measured on {len(trust.points):,} of {trust.of:,} contexts, drawn by chance; the "
            "nearest are those among them."
        )
    return said


def measure(value: float) -> str:
    """Write a measure of which 1 is perfect; nothing else is written as 1.

    Examples
    --------
    >>> measure(0.9542), measure(0.9988), measure(0.9999), measure(1.0)
    ('0.95', '0.999', '0.999', '1')
    """
    if value == 1:
        return "1"
    return fixed(value, 2) if value < _FINE else fixed(min(value, 0.999), 3)


def beats_chance(trust: Trust) -> bool:
    """Tell whether a map shows more than itself with its points shuffled."""
    at = trust.peak
    room = _ERRORS * float(trust.control_error[at]) + _LEAST_GAIN
    return float(trust.gain[at] - trust.control_gain[at]) > room


def _verdict(trust: Trust) -> str:
    if not beats_chance(trust):
        return (
            "Not to be trusted: the same map with its points shuffled does as well. Do not read "
            "anything into what lies near what."
        )
    near, kept = trust.trustworthiness, trust.continuity
    worse = min(near, kept)
    measured = f"(trustworthiness {measure(near)}, continuity {measure(kept)})"
    if worse >= GOOD:
        return f"Good: few strangers are put near, and few neighbours far {measured}."
    which = "strangers are put near" if near <= kept else "neighbours are put far away"
    if worse >= MIDDLING:
        return f"Middling: some {which} {measured}. Trust regions more than single places."
    return f"Poor: many {which} {measured}. Trust the large regions at most."


def _nearest(trust: Trust) -> str:
    shown, by_chance = trust.k * trust.recall, trust.k**2 / (len(trust.points) - 1)
    told = (
        f"Of the {trust.k} nearest contexts in truth {fixed(shown, 1)} are among the {trust.k} "
        f"nearest on the map; by chance it would be {_small(by_chance)}"
    )
    if trust.recall >= CLOSE:
        return f"{told}."
    return f"{told}. A place tells of its surroundings, not of its very neighbours."


def _small(value: float) -> str:
    return fixed(value, 1) if value >= 0.95 else f"{value:.1g}"


def region_in_words(region: Region, atlas: Atlas) -> list[str]:
    """Say what there is to know of a region, or of what a reader selected."""
    told = [f"{region.count:,} {'context' if region.count == 1 else 'contexts'}"]
    told += [unit_in_words(one) for one in region.units[:1] if abs(one.apart) >= HIGH]
    if gate := _telling(region.gates, atlas):
        told.append(f"{GATES[gate]} {fixed(region.gates[gate], 2)}")
    said = [" · ".join(told)]
    if region.recall is not None:
        k = atlas.trust.k
        shown = f"Of the {k} nearest to each {fixed(k * region.recall, 1)} are near here too."
        said.append(f"{shown} Do not read much into this." if region.recall <= BAD else shown)
    return said


def unit_in_words(one: High) -> str:
    """Say of a unit whether it is high or low, its mean there and that of all others.

    Examples
    --------
    >>> unit_in_words(High(6, 0.912, 1.8, 0.2)), unit_in_words(High(2, -0.5, -1.2, 0.1))
    ('unit 6 high (0.91; elsewhere 0.20)', 'unit 2 low (−0.50; elsewhere 0.10)')
    """
    height = "high" if one.apart > 0 else "low"
    return f"unit {one.unit} {height} ({fixed(one.mean, 2)}; elsewhere {fixed(one.elsewhere, 2)})"


def _telling(gates: Mapping[str, float], atlas: Atlas) -> str:
    """Name the gate whose mean is farthest from that of all contexts, in their spreads."""
    apart = {
        name: abs(gates[name] - float(all_.mean())) / (float(all_.std()) or 1.0)
        for name, all_ in atlas.gates.items()
        if name in gates
    }
    return max(apart, key=apart.__getitem__, default="")


def notes(atlas: Atlas, odd: Oddities) -> list[str]:
    """Say what to know of a map: that it is a sample, what it cannot show."""
    said = [_sentence(atlas.note)] if atlas.note else []
    asked = atlas.wanted.umap.neighbours
    if atlas.wanted.projection == "umap" and asked >= len(atlas):
        said.append(
            f"UMAP was to look at {asked} neighbours, but there are only {len(atlas)} contexts: it "
            f"looked at {len(atlas) - 1}."
        )
    if atlas.share:
        said.append(f"Both axes together show {percent(sum(atlas.share))} of the variance.")
    return said + oddities_in_words(odd, len(atlas))


def meanwhile(wanted: Order, shown: Order, *, fewer: bool) -> str:
    """Say that another map is shown than the one that is wanted, for the time being.

    Parameters
    ----------
    wanted, shown : Order
    fewer : bool
        Whether it shows fewer contexts than the wanted one will.
    """
    if wanted.unit != shown.unit:
        return (
            f"This is PCA of contexts of all kinds, shown while those are sought where unit "
            f"{wanted.unit} is highest."
        )
    if wanted.source != shown.source:
        return "This is PCA of the beginning of the text, shown while the whole map is made."
    of = f"{shown.count:,} of the {wanted.count:,} contexts" if fewer else "the contexts"
    if wanted.wanted.projection == "umap":
        return f"This is PCA of {of}, shown while UMAP is made."
    if fewer or wanted.wanted.way == shown.wanted.way:
        return f"This is PCA of {of}, shown while the whole map is made."
    return "The regions of the relief are shown while HDBSCAN finds its own."


def oddities_in_words(odd: Oddities, N: int) -> list[str]:
    """Say what is odd about N rows; nothing where nothing is."""
    said = []
    if odd.copies > FEW_COPIES * N:
        said.append(
            f"{odd.copies:,} of {N:,} rows are copies of others: nothing tells these apart, so "
            "of all that are the same the first count as nearest."
        )
    if len(odd.still):
        named = ", ".join(str(unit) for unit in odd.still[:_NAMED].tolist())
        more = " …" if len(odd.still) > _NAMED else ""
        never = "never moves" if len(odd.still) == 1 else "never move"
        said.append(f"{counted(len(odd.still), 'unit')} {never}: {named}{more}.")
    return said


def brought(N: int, D: int, mapped: int, odd: Oddities) -> str:
    """Say what a matrix is that a reader brought."""
    said = [f"{N:,} rows of {counted(D, 'number')}."]
    if mapped < N:
        said.append(f"At most {mapped:,} of them are mapped, drawn by chance.")
    return " ".join(said + oddities_in_words(odd, mapped))


def several(count: int) -> str:
    """Say that a file has several matrices."""
    return f"The file has {count} matrices. Choose one."


def brought_labels(count: int) -> str:
    """Say how many labels a reader brought."""
    return f"{count:,} {'label' if count == 1 else 'labels'}."


def too_large(size: int, most: int) -> str:
    """Say that a matrix is too large to be brought, and what else can be done."""
    return (
        f"The matrix takes {size / 2**20:,.0f} MB; up to {most // 2**20} MB can be sent. Save "
        "fewer rows (at most 100,000 are mapped), or in half precision: "
        "np.save('matrix.npy', rows.astype('float16')). In Python, lstm.own_matrix.read_matrix "
        "and lstm.cartography.atlas_of map files of up to 4 GB."
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def path_in_words(tokens: Sequence[str], unknown: Sequence[str], far: Sequence[int]) -> str:
    """Say what to know of the path of a sequence: unknown tokens, steps far from the map."""
    said = []
    if unknown:
        named = ", ".join(f"‘{one[:20]}’" for one in dict.fromkeys(unknown[:_NAMED]))
        more = " …" if len(unknown) > _NAMED else ""
        is_ = "token is" if len(unknown) == 1 else "tokens are"
        said.append(
            f"{len(unknown)} {is_} not in the vocabulary ({named}{more}): read as the one that "
            "stands for the unknown."
        )
    if far:
        named = ", ".join(f"{tokens[t]} at t = {t + 1}" for t in far[:_NAMED])
        more = " …" if len(far) > _NAMED else ""
        said.append(
            f"{len(far)} of {counted(len(tokens), 'step')} {'is' if len(far) == 1 else 'are'} far "
            f"from all that is mapped ({named}{more}): farther than 99 of 100 contexts are from "
            "their own nearest. What lies near there means little."
        )
    return " ".join(said)
