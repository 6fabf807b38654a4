"""What a worker makes and a page waits for: how far it is, when it is to be left, how it ended."""

import logging
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from .disk import in_words
from .errors import LabError
from .heart import Heart
from .job_folder import STALE, End, JobFolder
from .library import DAY

State = Literal["none", "waiting", "making", "done", "failed", "interrupted"]

STEPS = 1000  # of a making
LOOK = 0.2  # seconds between two looks at what the page wants

_log = logging.getLogger(__name__)


class MapState(NamedTuple):
    """How far a map is, or a picture of one.

    Attributes
    ----------
    state : str
        "none" where nobody ordered it; "waiting" for a worker; "making"; "done"; or
        "failed" or "interrupted", from which it can be ordered again.
    done : float
        From 0 to 1.
    stage : str
        What is being done, in words.
    message : str
        Why it failed or was interrupted.
    """

    state: State
    done: float = 0.0
    stage: str = ""
    message: str = ""


class Words(NamedTuple):
    """Why something was not made: none took it, its worker died or was ended, it was stopped."""

    waited: str
    lost: str
    left: str
    stopped: str


def how_far(job: JobFolder, ordered_at: float, now: float, words: Words) -> MapState:
    """Read how a making goes that was ordered, and whose end is not here.

    Parameters
    ----------
    job : JobFolder
    ordered_at, now : float
        Seconds since 1970.
    words : Words
    """
    # In this order: a worker writes how it ended before it says that it is no more at work.
    pulse, ended = job.pulse(), job.ended()
    if ended and ended.state == "done":
        return MapState("none")
    if ended:
        state: State = "failed" if ended.state == "failed" else "interrupted"
        return MapState(state, message=ended.message)
    if pulse is None:
        late = now - ordered_at > DAY
        return MapState("interrupted", message=words.waited) if late else MapState("waiting")
    if pulse.working and now - pulse.at <= STALE:
        stage = "stopping" if job.wish() != "run" else pulse.stage
        return MapState("making", min(1.0, max(0.0, pulse.step / STEPS)), stage)
    return MapState("interrupted", message=words.lost)


class Left(Exception):
    """Raised amid the work, where it is no longer wanted or the worker is to end."""


class Watch:
    """Is told how much is done, passes it on, and ends the work where it is to end.

    Parameters
    ----------
    job : JobFolder
    heart : Heart
    leave : function
        Tells whether the worker is to end.
    stage : function of float
        Says what is done at a part of the work.
    words : Words
    """

    def __init__(
        self,
        job: JobFolder,
        heart: Heart,
        leave: Callable[[], bool],
        stage: Callable[[float], str],
        words: Words,
    ) -> None:
        self._job, self._heart, self._leave = job, heart, leave
        self._stage, self._words = stage, words
        self._looked = -LOOK

    def __call__(self, done: float) -> None:
        """Take note that so much is done, from 0 to 1.

        Raises
        ------
        Left
            If the work is to end.
        """
        self._heart.step = round(STEPS * done)
        self._heart.stage = self._stage(done)
        now = time.monotonic()
        if now - self._looked >= LOOK:
            self._looked = now
            if self._leave():
                raise Left(self._words.left)
            if self._job.wish() != "run":
                raise Left(self._words.stopped)


def ending(work: Callable[[], object], what: str, memory: str) -> tuple[End, str] | None:
    """Do the work, and tell how it ended; None where it is done.

    Parameters
    ----------
    work : function
    what : str
        What is made, in a word.
    memory : str
        What to say where there is not enough of that.
    """
    try:
        work()
    except Left as left:
        return "interrupted", str(left)
    except LabError as error:
        return "failed", str(error)
    except MemoryError:
        return "failed", memory
    except OSError as error:
        return "interrupted", in_words(error)
    except Exception:
        _log.exception("A %s ended with an error of the lab's own.", what)
        return "failed", (
            f"Something went wrong in the lab itself, not in this {what}; the worker's log says "
            "what."
        )
    return None
