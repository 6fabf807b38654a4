"""The queue of runs that wait for a worker: Huey's, in the data directory or in Redis.

By default the queue is an SQLite file in the data directory; with
LSTM_LAB_REDIS_URL it is in that Redis, and workers may be on many machines that
share the data directory. What waits in the queue is the IDs of runs and nothing
else: a run's truth is its folder, so an entry that comes twice, or of a run that
was deleted meanwhile, does no harm.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import redis
from huey import Huey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from redis.backoff import NoBackoff
from redis.retry import Retry

from lstm import LabError
from lstm.disk import in_words
from lstm.library import data_directory
from lstm.run_view import RunView
from lstm.runs import Runs

REDIS = "LSTM_LAB_REDIS_URL"
NAME, MODULE, TASK = "lstm-lab", "lstm_lab", "train"
PATIENCE = 2.0  # seconds
GRACE = 0.3  # seconds


class OnlyIds(Serializer):  # type: ignore[misc]  # Huey says nothing of its types
    """Writes a task as the ID of its run: no pickle, which could run any program."""

    def _serialize(self, data: Message) -> bytes:
        (id,) = data.args
        return str(id).encode()

    def _deserialize(self, data: bytes) -> Message:
        id = bytes(data).decode("ascii", "replace")
        return Message(None, f"{MODULE}.{TASK}", args=(id,))


def _only_workers_train(id: str) -> None:
    raise AssertionError(f"A web worker was asked to train {id}.")


def open_queue(train: Callable[[str], None], environ: Mapping[str, str] = os.environ) -> Any:
    """Open the queue that the environment names.

    Parameters
    ----------
    train : function
        Trains the run of an ID; only workers call it.
    environ : mapping

    Returns
    -------
    huey.api.TaskWrapper
        The one task: called with an ID, it puts that in the queue. Its ``huey``
        is the queue.

    Raises
    ------
    LabError
        If LSTM_LAB_REDIS_URL is no address.
    """

    def run_it(id: str) -> None:
        train(id)

    # The same name in the repository and where it is installed.
    run_it.__module__ = MODULE
    shared: dict[str, Any] = {"results": False, "serializer": OnlyIds()}
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
        huey = RedisHuey(NAME, connection_pool=pool, **shared)
    else:
        folder = data_directory()
        folder.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey(NAME, filename=str(folder / "queue.db"), strict_fifo=True, **shared)
    return huey.task(name=TASK)(run_it)


def submit(runs: Runs, id: str) -> None:
    """Put a run at the end of the queue, where it is not in it already.

    Raises
    ------
    LabError
        If there is no such run, or the queue does not answer.
    """
    run = runs.get(id)
    with asked() as train:
        if run.id not in _waiting(train.huey):
            train(run.id)


def place(id: str) -> int | None:
    """Tell the place of a run in the queue, from 1; None where it is not in it.

    Raises
    ------
    LabError
        If the queue does not answer.
    """
    with asked() as train:
        waiting = _waiting(train.huey)
    return waiting.index(id) + 1 if id in waiting else None


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
    if run.state != "waiting":
        return run, None
    try:
        found = place(run.id)
    except LabError as error:
        return replace(run, message=str(error)), None
    # A worker takes it from the queue first, and says then that it is at work.
    until = time.monotonic() + GRACE
    while found is None and time.monotonic() < until:
        time.sleep(0.02)
        run = runs.get(run.id)
        if run.state != "waiting":
            return run, None
    if found is None:
        lost = "It is no longer in the queue. Resume it to put it back."
        run = replace(run, state="interrupted", message=lost)
    return run, found


@contextmanager
def asked(train: Callable[[str], None] = _only_workers_train) -> Iterator[Any]:
    """Open the queue for a while, and say in words what it does not do.

    A page asks with a queue of its own, and keeps nothing open between two requests.
    """
    task = None
    try:
        task = open_queue(train)
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
