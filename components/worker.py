"""A worker: takes runs from the queue and trains them, or maps and makes them, one at a time.

``lstm-lab`` and ``python app.py`` start LSTM_LAB_JOBS that train (1 where it is not
set) and one that makes maps, and end them with themselves. Nothing is started where
the lab is served in another way (``gunicorn app:server``) or the queue is in Redis
(LSTM_LAB_REDIS_URL): then start as many as are to work at once, on any machine that
has the same data directory (LSTM_LAB_DATA):

    lstm-lab-worker                        where the lab is installed
    lstm-lab-worker --maps
    python -m components.worker            in the repository
    python -m components.worker --maps

An interrupt, or SIGTERM, ends a worker after its step, with a checkpoint; the run
that it was at is then shown as interrupted, and can be resumed. A map is made again.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from .processor import blas_settings, cpuinfo

# Before NumPy is imported, which loads BLAS.
os.environ.update(blas_settings(os.environ, cpuinfo()))

import redis
from huey.consumer import Consumer

from lstm import LabError, job, map_job
from lstm.maps import Maps
from lstm.painters import paint_job
from lstm.painters.paintings import Paintings
from lstm.runs import Runs

from . import painters, turns
from .map_matrix import file_of
from .models import Models
from .queue import MAPS, PAINT, REDIS, RUNS, asked

PACED = 0.5  # seconds between two looks into a queue that is empty
PACED_WITHOUT = 2.0  # where it does not answer
FOR_MAPS = "--maps"
BESIDE = "--beside-the-lab"  # until standard input ends, with less right to the processor

_log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Train runs from the queue, or make maps, until interrupted.

    Returns
    -------
    int
        The exit status: 2 where the queue cannot be used.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(_in_words)
    given = sys.argv[1:] if arguments is None else arguments
    over = threading.Event()
    line, work = (MAPS, _maker(over)) if FOR_MAPS in given else (RUNS, _trainer(over))
    try:
        with asked(work, line) as task:
            consumer = task.huey.create_consumer(
                periodic=False,
                max_delay=PACED_WITHOUT if os.environ.get(REDIS) else PACED,
                scheduler_interval=60,
            )
            _serve(consumer, over, beside=BESIDE in given)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _trainer(over: threading.Event) -> Callable[[str], None]:
    """Give a function that trains the run of an ID."""
    runs = Runs.from_environment()
    return lambda id: _tried(lambda: job.carry_out(runs.folder(id), over.is_set))


def _maker(over: threading.Event) -> Callable[[str], None]:
    """Give a function that makes the map of a key; the first UMAP takes its time to compile."""
    maps, models, paintings = Maps.from_environment(), Models(), Paintings.from_environment()

    def make(key: str) -> None:
        if turns.passed_on(key, maps, paintings):
            return
        if key.startswith(PAINT):
            painting = key.removeprefix(PAINT)
            paint_job.carry_out(paintings, maps, painting, painters.folder_of, over.is_set)
        else:
            map_job.carry_out(maps, key, models.opened, file_of, over.is_set)

    return lambda key: _tried(lambda: make(key))


def _tried(work: Callable[[], None]) -> None:
    try:
        work()
    except LabError as error:  # what stood in the queue is no job of ours
        _log.warning("%s", error)
    except OSError as error:
        _log.warning("A job could not be done (%s).", error.strerror)


def _serve(consumer: Consumer, over: threading.Event, *, beside: bool) -> None:
    """Let the consumer work in its thread, until this process is to end."""
    if beside and hasattr(os, "nice"):
        os.nice(5)  # pages come first; before there are threads, each of which has its own
    consumer.start()

    def leave(*_: object) -> None:
        if over.is_set():  # asked for twice: at once
            os._exit(1)
        over.set()
        consumer.stop_flag.set()

    # In place of Huey's: theirs would cut a step off, or start another program.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    if beside:
        threading.Thread(target=_with_parent, args=(consumer, over), daemon=True).start()
    while not consumer.stop_flag.wait(1):
        consumer.check_worker_health()
    for _, thread in consumer.worker_threads:
        thread.join()


def _with_parent(consumer: Consumer, over: threading.Event) -> None:
    """End when the lab has ended, however it did: then standard input ends."""
    sys.stdin.buffer.read()
    over.set()
    consumer.stop_flag.set()


def _in_words(record: logging.LogRecord) -> bool:
    """Make a line of what Huey logs by the page while Redis is gone."""
    if record.exc_info and isinstance(record.exc_info[1], redis.RedisError):
        record.msg = f"The queue at {REDIS} does not answer; trying again."
        record.args, record.exc_info = (), None
    return True


if __name__ == "__main__":
    sys.exit(main())
