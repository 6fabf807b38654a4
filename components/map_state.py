"""How far a map is that a worker makes, in words, and beginning it."""

import time
from typing import Any

from lstm.map_folder import MapState
from lstm.maps import Maps
from lstm.order import Order
from lstm.painters.paintings import Paintings

from . import queue
from .numerals import percent

SOON = 10.0  # seconds in which a worker takes what waits, where there is one
NOBODY = (
    "No worker has taken the map yet. Whoever runs the lab can start one: 'python app.py' and "
    "'lstm-lab' do so themselves, elsewhere 'lstm-lab-worker --maps' does. Nothing is lost "
    "meanwhile."
)
NONE = "This map is not made yet."


def begin(maps: Maps, order: Order, *, again: bool) -> None:
    """Order a map, where nobody did.

    Parameters
    ----------
    maps : Maps
    order : Order
    again : bool
        Whether one that failed, or was stopped or lost, is to be made once more.

    Raises
    ------
    LabError
        If too many wait already, or the queue does not answer.
    """
    state = maps.state(order.key).state
    # One that waits may have been lost from the queue; where it was not, it keeps its place.
    if state == "none" or (again and state in ("waiting", "failed", "interrupted")):
        queue.submit_map(maps, order)


def state(maps: Maps, key: str) -> dict[str, Any]:
    """Say how far a map is.

    Parameters
    ----------
    maps : Maps
    key : str

    Returns
    -------
    dict
        ``state``, ``done`` from 0 to 1, ``says`` in words, and the ``place`` in the
        queue, from 1, or None.
    """
    found, place = queue.look_map(maps, key)
    says = in_words(found, place, late=place == 1 and _late(maps, key))
    return {"state": found.state, "done": round(found.done, 3), "says": says, "place": place}


def in_words(found: MapState, place: int | None, *, late: bool = False) -> str:
    """Say how far a map is.

    Parameters
    ----------
    found : MapState
    place : int, or None
        In the queue, from 1.
    late : bool
        Whether a worker should have taken it by now, if there were one.
    """
    if found.state == "waiting":
        if found.message:
            return found.message
        if late:
            return NOBODY
        return f"Number {place} in the queue." if place else "It begins in a moment."
    if found.state == "making":
        stage = found.stage or "beginning"
        return f"{stage[:1].upper()}{stage[1:]}: {percent(found.done)}."
    if found.state == "failed":
        return f"The map could not be made. {found.message}"
    return {"none": NONE, "done": "", "interrupted": found.message}[found.state]


def _late(maps: Maps, key: str) -> bool:
    """Tell whether a map waits for long, and no worker is at another one, or paints."""
    if time.time() - maps.job(key).ordered_at() <= SOON:
        return False
    return not maps.at_work() and not Paintings.from_environment().at_work()
