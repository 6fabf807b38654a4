"""What several requests want at once, made by one of them, for which the others wait."""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class OneByOne:
    """Locks by key, within this process: who wants the same waits, and nobody else does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._users: Counter[Hashable] = Counter()

    def users(self) -> int:
        """Count who holds a lock or waits for one."""
        with self._lock:
            return self._users.total()

    @contextmanager
    def held(self, key: Hashable, patience: float) -> Iterator[bool]:
        """Hold the lock of a key.

        Parameters
        ----------
        key : hashable
        patience : float
            Seconds to wait for who holds it.

        Yields
        ------
        bool
            Whether it is held; False where the patience is over: then it is up to the
            caller to go without.
        """
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
            self._users[key] += 1
        mine = lock.acquire(timeout=patience)
        try:
            yield mine
        finally:
            if mine:
                lock.release()
            with self._lock:
                self._users[key] -= 1
                if not self._users[key]:
                    del self._users[key], self._locks[key]
