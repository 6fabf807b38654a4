"""A worker's job: to make a map that was ordered, and keep it whole or not at all."""

from collections.abc import Callable
from contextlib import suppress

from .atlas import Atlas
from .cartography import LAID_OUT, MEASURED, atlas_of
from .heart import Heart, beating
from .making import STEPS, Watch, ending
from .map_folder import WORDS, MapFolder
from .maps import Maps
from .order import FileOf, Opened, Order
from .projection import BEGUN, NEAREST_FOUND

AT_ONCE = 2000  # contexts on which a map that somebody waits for is measured

_MEMORY = "There is not enough memory for this map. Use fewer contexts."
_READING = "reading the contexts"
_STAGES = (
    (LAID_OUT * NEAREST_FOUND, "finding the nearest contexts"),
    (LAID_OUT * BEGUN + 1 / STEPS, "preparing UMAP (the first time takes up to a minute)"),
    (LAID_OUT, "laying out"),
    (MEASURED, "measuring how far it can be trusted"),
)
_NAMING = "finding and naming regions"


def carry_out(
    maps: Maps, key: str, opened: Opened, file: FileOf, leave: Callable[[], bool] = lambda: False
) -> None:
    """Make a map.

    Nothing happens where it is not wanted, is here already, or another worker is at it.

    Parameters
    ----------
    maps : Maps
    key : str
        What the queue says.
    opened, file : function
        As :func:`lstm.order.gather` takes them.
    leave : function
        Tells whether the worker is to end: then the map is left as interrupted.

    Raises
    ------
    LabError
        If the key is none.
    """
    job = maps.job(key)
    if _wanted(maps, job) is None:
        return
    with job.held() as mine:
        order = _wanted(maps, job) if mine else None
        if order is None:
            return
        with beating(job) as heart:
            watch = _watch(job, heart, leave)
            ended = ending(lambda: _make(maps, order, opened, file, watch), "map", _MEMORY)
            if ended is not None:
                with suppress(OSError):  # the disk is full: the heart says it, which beats no more
                    job.end(*ended)
        heart.rest()


def at_once(maps: Maps, order: Order, opened: Opened, file: FileOf) -> Atlas:
    """Make a map while somebody waits for it, and keep it.

    How far it can be trusted is measured on a sample, where that would take long.

    Parameters
    ----------
    maps, opened, file
        As :func:`carry_out` takes them.
    order : Order
        Of the principal components.

    Returns
    -------
    Atlas
    """
    atlas = atlas_of(
        maps.gathered(order, opened, file), order.wanted, order.to_json(), measured=AT_ONCE
    )
    maps.put(order, atlas)
    return atlas


def _wanted(maps: Maps, job: MapFolder) -> Order | None:
    """Read what was ordered of a map that is to be made; None of any other."""
    if maps.has(job.path.name) or job.wish() != "run" or job.ended() is not None:
        return None
    return job.order()


def _watch(job: MapFolder, heart: Heart, leave: Callable[[], bool]) -> Watch:
    """Begin to watch over the work."""
    heart.stage = _READING
    return Watch(job, heart, leave, _stage, WORDS)


def _stage(done: float) -> str:
    return next((says for end, says in _STAGES if done < end), _NAMING)


def _make(maps: Maps, order: Order, opened: Opened, file: FileOf, watch: Watch) -> None:
    contexts = maps.gathered(order, opened, file)
    watch(0.0)
    maps.put(order, atlas_of(contexts, order.wanted, order.to_json(), watch))
