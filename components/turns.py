"""Whose turn it is among the maps: what a page waits for goes before what nobody looks at.

A reader who tries settings orders a map by each that rests a moment, and waits for the
last one only. Pages ask again and again how far the map is that they wait for, so that
a worker can tell: one that none asked for lately goes to the end of the queue, where
another one waits that a page does ask for. Otherwise they are made in their order.
"""

import time

from lstm import LabError
from lstm.maps import Maps
from lstm.painters.paintings import Paintings

from . import queue

LATELY = 20.0  # seconds; pages ask every second, unless something plays in them or they are hidden


def passed_on(id: str, maps: Maps, paintings: Paintings) -> bool:
    """Put a job that a worker took at the end of the queue, where it is another one's turn.

    Parameters
    ----------
    id : str
        What the queue says: a map, or a painting.
    maps : Maps
    paintings : Paintings

    Returns
    -------
    bool
        Whether it was put there, so that the worker is to take the next one.
    """
    last = time.time() - LATELY
    awaited = _awaited(id, maps, paintings)
    if awaited is None or awaited >= last:
        return False
    try:
        others = (_awaited(other, maps, paintings) for other in queue.waiting(queue.MAPS))
        # Not merely later than this one: what nobody waits for at all keeps its order.
        if not any(other is not None and other >= last for other in others):
            return False
        queue.put(id, queue.MAPS)
    except LabError:  # the queue does not answer: then this one is made, rather than lost
        return False
    return True


def _awaited(id: str, maps: Maps, paintings: Paintings) -> float | None:
    """Tell when a page last waited for a job that no worker is at; None of any other."""
    try:
        if id.startswith(queue.PAINT):
            key = id.removeprefix(queue.PAINT)
            return _last(paintings.job(key).awaited_at(), paintings.state(key).state)
        return _last(maps.job(id).awaited_at(), maps.state(id).state)
    except LabError:  # what stands in the queue is no job of ours
        return None


def _last(awaited: float, state: str) -> float | None:
    return awaited if state == "waiting" else None
