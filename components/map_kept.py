"""The last few maps that were read, kept in memory as long as there is room.

The key of a map says what it was made from, so what was read once stays true; whether
it is still there is asked each time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 300 * 2**20  # bytes, as far as they can be told


class Kept:
    """Values by their keys; those used longest ago make room.

    Parameters
    ----------
    most : int
        The sizes of all together; the last one stays whatever its size.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """Give a value, made where it is not there.

        Parameters
        ----------
        key : hashable
        make : function
            Two at once may make the same; what it raises is passed on.
        size : function of a value
            Gives its bytes.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: T = self._values[key][0]
                return found
        found = make()
        with self._lock:
            self._values[key] = found, size(found)
            used = sum(one for _, one in self._values.values())
            while used > self._most and len(self._values) > 1:
                used -= self._values.popitem(last=False)[1][1]
        return found
