"""The queues of what waits for a worker: Huey's, in the data directory or in Redis.

There are two: runs wait in one, and maps in another, so that neither holds the other
up. By default both are in an SQLite file in the data directory; with
LSTM_LAB_REDIS_URL they are in that Redis, and workers may be on many machines that
share the data directory. What waits in a queue is the names of jobs and nothing
else: a job's truth is its folder, so an entry that comes twice, or of a run that
was deleted meanwhile, does no harm.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple, Protocol, TypeVar

import redis
from huey import Huey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from redis.backoff import NoBackoff
from redis.retry import Retry

from lstm import LabError
from lstm.disk import in_words
from lstm.job_folder import JobFolder
from lstm.library import data_directory
from lstm.maps import Maps, MapState
from lstm.order import Order
from lstm.painters.painting import Painting
from lstm.painters.paintings import Paintings
from lstm.run_view import RunView
from lstm.runs import Runs

REDIS = "LSTM_LAB_REDIS_URL"
MODULE = "lstm_lab"
PATIENCE = 2.0  # seconds
GRACE = 0.3  # seconds


class Line(NamedTuple):
    """One of the queues: its name, and that of what is done with all that waits in it."""

    name: str
    task: str


RUNS = Line("lstm-lab", "train")
MAPS = Line("lstm-lab-maps", "map")
PAINT = "paint-"  # stands before the keys of paintings, which wait among the maps


class _Waits(Protocol):
    @property
    def state(self) -> str: ...


Waiting = TypeVar("Waiting", bound=_Waits)


class OnlyIds(Serializer):  # type: ignore[misc]  # Huey says nothing of its types
    """Writes a task as the name of its job: no pickle, which could run any program."""

    def __init__(self, task: str) -> None:
        super().__init__()
        self._task = task

    def _serialize(self, data: Message) -> bytes:
        (id,) = data.args
        return str(id).encode()

    def _deserialize(self, data: bytes) -> Message:
        id = bytes(data).decode("ascii", "replace")
        return Message(None, f"{MODULE}.{self._task}", args=(id,))


def _only_workers_work(id: str) -> None:
    raise AssertionError(f"A web worker was asked to work on {id}.")


def open_queue(
    work: Callable[[str], None], line: Line = RUNS, environ: Mapping[str, str] = os.environ
) -> Any:
    """Open a queue where the environment has it.

    Parameters
    ----------
    work : function
        Does the job of a name; only workers call it.
    line : Line
    environ : mapping

    Returns
    -------
    huey.api.TaskWrapper
        The one task: called with a name, it puts that in the queue. Its ``huey``
        is the queue.

    Raises
    ------
    LabError
        If LSTM_LAB_REDIS_URL is no address.
    """

    def run_it(id: str) -> None:
        work(id)

    # The same name in the repository and where it is installed.
    run_it.__module__ = MODULE
    shared: dict[str, Any] = {"results": False, "serializer": OnlyIds(line.task)}
    url = environ.get(REDIS)
    if url:
        # A queue that does not answer must not hold a page up.
        limits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        try:
            pool = redis.ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 1), **limits)
        except ValueError as error:
            raise LabError(
                f"{REDIS} is no address of a queue. Whoever runs the lab can set it to one "
                "like redis://localhost:6379/0."
            ) from error
        huey = RedisHuey(line.name, connection_pool=pool, **shared)
    else:
        folder = data_directory()
        folder.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey(line.name, filename=str(folder / "queue.db"), strict_fifo=True, **shared)
    return huey.task(name=line.task)(run_it)


def submit(runs: Runs, id: str) -> None:
    """Put a run at the end of its queue, where it is not in it already.

    Raises
    ------
    LabError
        If there is no such run, or the queue does not answer.
    """
    put(runs.get(id).id, RUNS)


def submit_map(maps: Maps, order: Order) -> None:
    """Order a map, and put it at the end of its queue; one that is made or waits keeps its place.

    Raises
    ------
    LabError
        If too many maps wait, or the queue does not answer.
    """
    maps.begin(order)
    if maps.state(order.key).state == "waiting":
        put(order.key, MAPS)


def place(id: str, line: Line = RUNS) -> int | None:
    """Tell the place of a job in its queue, from 1; None where it is not in it.

    Raises
    ------
    LabError
        If the queue does not answer.
    """
    found = waiting(line)
    return found.index(id) + 1 if id in found else None


def waiting(line: Line) -> list[str]:
    """Name the jobs in a queue, the first one first.

    Raises
    ------
    LabError
        If the queue does not answer.
    """
    with asked(line=line) as task:
        return _waiting(task.huey)


def look(runs: Runs, run: RunView) -> tuple[RunView, int | None]:
    """Look for a run in the queue, where it waits.

    Returns
    -------
    run : RunView
        "interrupted" where it waits, but is in no queue any more (somebody cleared
        it): resuming puts it back. Where the queue does not answer, its message says so.
    place : int or None
        In the queue, from 1.
    """
    try:
        run, found = _look(run, run.id, RUNS, lambda: runs.get(run.id))
    except LabError as error:
        return replace(run, message=str(error)), None
    if run.state == "waiting" and found is None:
        lost = "It is no longer in the queue. Resume it to put it back."
        run = replace(run, state="interrupted", message=lost)
    return run, found


def look_map(maps: Maps, key: str) -> tuple[MapState, int | None]:
    """Tell how far a map is, and its place in the queue; otherwise as :func:`look`.

    One that waits is marked as waited for: see :mod:`components.turns`.
    """
    return _look_made(maps.job(key), lambda: maps.state(key), key, "Make it again.")


def submit_painting(paintings: Paintings, painting: Painting) -> None:
    """Ask for a painting, and put it at the end of the queue of the maps.

    Raises
    ------
    LabError
        If too many wait, or the queue does not answer.
    """
    paintings.begin(painting)
    if paintings.state(painting.key).state == "waiting":
        put(PAINT + painting.key, MAPS)


def look_painting(paintings: Paintings, key: str) -> tuple[MapState, int | None]:
    """Tell how far a painting is; as :func:`look_map`."""
    job = paintings.job(key)
    return _look_made(job, lambda: paintings.state(key), PAINT + key, "Paint it again.")


def _look_made(
    job: JobFolder, state: Callable[[], MapState], id: str, do: str
) -> tuple[MapState, int | None]:
    seen = state()
    if seen.state == "waiting":
        with suppress(OSError):  # it says only whose turn is first
            job.await_it()
    try:
        seen, found = _look(seen, id, MAPS, state)
    except LabError as error:
        return seen._replace(message=str(error)), None
    if seen.state == "waiting" and found is None:
        seen = MapState("interrupted", message=f"It is no longer in the queue. {do}")
    return seen, found


def put(id: str, line: Line) -> None:
    """Put a job at the end of its queue, where it is not in it already.

    Raises
    ------
    LabError
        If the queue does not answer.
    """
    with asked(line=line) as task:
        if id not in _waiting(task.huey):
            task(id)


def _look(
    seen: Waiting, id: str, line: Line, again: Callable[[], Waiting]
) -> tuple[Waiting, int | None]:
    """Look for a job in its queue, where it waits, and whether a worker has just taken it."""
    if seen.state != "waiting":
        return seen, None
    found = place(id, line)
    # A worker takes it from the queue first, and says then that it is at work.
    until = time.monotonic() + GRACE
    while found is None and time.monotonic() < until:
        time.sleep(0.02)
        seen = again()
        if seen.state != "waiting":
            break
    return seen, found


@contextmanager
def asked(work: Callable[[str], None] = _only_workers_work, line: Line = RUNS) -> Iterator[Any]:
    """Open a queue for a while, and say in words what it does not do.

    A page asks with a queue of its own, and keeps nothing open between two requests.
    """
    task = None
    try:
        task = open_queue(work, line)
        yield task
    except redis.RedisError as error:
        raise LabError(
            f"The queue at {REDIS} does not answer. Whoever runs the lab can start Redis, "
            "or take the setting away, so that the queue is in the data directory."
        ) from error
    except OSError as error:
        raise LabError(in_words(error)) from error
    except sqlite3.Error as error:
        raise LabError(
            f"The queue in the data directory cannot be used ({error}). Whoever runs the lab "
            "can free some space, or set LSTM_LAB_DATA to a directory that can be written."
        ) from error
    finally:
        if task is not None:
            _close(task.huey)


def _close(queue: Huey) -> None:
    """Close what a queue keeps open."""
    queue.storage.close()
    if isinstance(queue, RedisHuey):
        queue.storage.pool.disconnect()


def _waiting(queue: Huey) -> list[str]:
    return [bytes(item).decode("ascii", "replace") for item in queue.storage.enqueued_items()]
