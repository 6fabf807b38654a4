"""A worker: takes runs from the queue and trains them, one at a time.

``lstm-lab`` and ``python app.py`` start LSTM_LAB_JOBS of them (1 where it is not
set) and end them with themselves. Nothing is started where the lab is served in
another way (``gunicorn app:server``) or the queue is in Redis (LSTM_LAB_REDIS_URL):
then start as many as are to train at once, on any machine that has the same data
directory (LSTM_LAB_DATA):

    lstm-lab-worker                 where the lab is installed
    python -m components.worker     in the repository

An interrupt, or SIGTERM, ends a worker after its step, with a checkpoint; the run
that it was at is then shown as interrupted, and can be resumed.
"""

import logging
import os
import signal
import sys
import threading

from .processor import blas_settings, cpuinfo

# Before NumPy is imported, which loads BLAS.
os.environ.update(blas_settings(os.environ, cpuinfo()))

import redis
from huey.consumer import Consumer

from lstm import LabError
from lstm.job import carry_out
from lstm.runs import Runs

from .queue import REDIS, asked

PACED = 0.5  # seconds between two looks into a queue that is empty
PACED_WITHOUT = 2.0  # where it does not answer
BESIDE = "--beside-the-lab"  # until standard input ends, with less right to the processor

_log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Train runs from the queue until interrupted.

    Returns
    -------
    int
        The exit status: 2 where the queue cannot be used.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s worker: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(_in_words)
    beside = BESIDE in (sys.argv[1:] if arguments is None else arguments)
    runs = Runs.from_environment()
    over = threading.Event()
    try:
        with asked(lambda id: _train(runs, id, over)) as task:
            consumer = task.huey.create_consumer(
                periodic=False,
                max_delay=PACED_WITHOUT if os.environ.get(REDIS) else PACED,
                scheduler_interval=60,
            )
            _serve(consumer, over, beside=beside)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _train(runs: Runs, id: str, over: threading.Event) -> None:
    try:
        carry_out(runs.folder(id), over.is_set)
    except LabError as error:  # what stood in the queue is no run of ours
        _log.warning("%s", error)
    except OSError as error:
        _log.warning("A run could not be trained (%s).", error.strerror)


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
