"""What can be shown of a map at once: the map itself, or another one until it is made.

A reader waits for principal components with the regions of the relief, as long as they
take seconds. How long is told from the contexts, from how wide their rows are, and from
how much a model has to read.
"""

from dataclasses import replace

from lstm.map_source import ModelSource
from lstm.order import FEWEST, USUAL, Order

from .map_sources import Mapped

MOST_AT_ONCE = 8_000  # contexts whose principal components a reader waits for: two seconds
MEANWHILE = USUAL  # contexts of a larger map that are shown until it is made, at most
MOST_WORK = 3 * 10**10  # multiplications that a reader waits for: about five seconds


def to_show(wanted: Order, mapped: Mapped) -> Order:
    """Give what can be shown at once: the order itself, or another one meanwhile.

    HDBSCAN, like UMAP, takes seconds to begin with. The contexts of one unit are sought
    among many more, for which a large model reads too long: then all contexts are shown,
    and fewer of them where it is too large for that too; of a text, its beginning.

    Parameters
    ----------
    wanted : Order
    mapped : Mapped
        What it is made from.

    Returns
    -------
    Order
        The same one, where it can be shown itself.
    """
    many = [wanted.count] if wanted.count <= MOST_AT_ONCE else []
    many += [n for n in (MEANWHILE >> part for part in range(4)) if FEWEST <= n < wanted.count]
    quick = replace(wanted, wanted=replace(wanted.wanted, projection="pca", way="relief"))
    quick = replace(quick, count=many[0])
    if _reading(quick, mapped) > MOST_WORK:
        quick = _beginning(replace(quick, unit=None), mapped)
    for count in many:
        quick = replace(quick, count=count)
        if _work(quick, mapped) <= MOST_WORK:
            break
    return wanted if quick == wanted else quick


def _work(order: Order, mapped: Mapped) -> int:
    """Estimate the multiplications: of the model, and of each context with each."""
    source, N = order.source, min(order.count, mapped.rows or order.count)
    if isinstance(source, ModelSource) and source.text:
        N = min(N, len(source.text))
    return _reading(order, mapped) + N * N * mapped.units


def _reading(order: Order, mapped: Mapped) -> int:
    """Estimate how many multiplications a model takes to read what is mapped."""
    source = order.source
    if not isinstance(source, ModelSource):
        return 0
    tokens = len(source.text) or order.tokens  # a text has no more tokens than characters
    return tokens * _of_a_token(mapped)


def _of_a_token(mapped: Mapped) -> int:
    assert mapped.model is not None
    read = mapped.model.layers[: mapped.layer + 1]
    return sum(one.W_ih.size + one.W_hh.size for one in read)


def _beginning(order: Order, mapped: Mapped) -> Order:
    """Leave out the end of a text that takes too long to read."""
    source = order.source
    assert isinstance(source, ModelSource)
    some = max(FEWEST, MOST_WORK // 2 // _of_a_token(mapped))
    if len(source.text) <= some:
        return order
    # Half a word may be none that the model knows.
    words = source.text[: some + 1].rsplit(maxsplit=1)
    return replace(order, source=replace(source, text=words[0][:some]))
