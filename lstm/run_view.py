"""A training run as a page shows it: its state, and how far it is.

The state is not stored: it follows from how the run ended, whether a worker's
heart beats, and what is wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import LabError
from .library import owner_key
from .run_folder import STALE, RunFolder

State = Literal[
    "waiting", "running", "pausing", "paused", "interrupted", "stopped", "done", "failed"
]

OVER = ("stopped", "done", "failed")
BUSY = ("waiting", "running", "pausing")


@dataclass(frozen=True)
class RunView:
    """A run as a page shows it.

    Attributes
    ----------
    id, title : str
    settings : mapping
        The JSON of :class:`lstm.settings.Settings`.
    state : str
        "waiting" for a worker; "running"; "pausing" while its worker ends its work;
        "paused"; "interrupted" where its worker died; and "stopped", "done" or
        "failed" for good.
    message : str
        Why it failed, or was interrupted, where that is known.
    created : float
        Seconds since 1970.
    step, steps : int
        Taken, and to be taken in all.
    elapsed : float
        Seconds of work.
    remaining : float or None
        Seconds of work that are still to do, as far as can be told.
    has_model : bool
    """

    id: str
    title: str
    settings: Mapping[str, Any]
    state: State
    message: str
    created: float
    step: int
    steps: int
    elapsed: float
    remaining: float | None
    has_model: bool
    owner: str = field(repr=False)
    shared: bool = field(default=False, repr=False)

    def mine(self, owner: str) -> bool:
        """Tell whether it belongs to whoever has this token."""
        try:
            return owner_key(owner, shared=self.shared) == self.owner
        except LabError:
            return False


def view_of(
    folder: RunFolder, now: float, *, shared: bool, owner: str | None = None
) -> RunView | None:
    """Read a run; None where there is none, its settings are damaged, or it is not the owner's."""
    about = folder.about()
    if about is None or owner not in (None, about.owner):
        return None
    state, message = _state(folder, now)
    pulse = folder.pulse()
    step, elapsed = (pulse.step, pulse.seconds) if pulse else (0, 0.0)
    steps = about.settings["steps"]
    return RunView(
        id=folder.path.name,
        title=about.title,
        settings=about.settings,
        state=state,
        message=message,
        created=about.created,
        step=step,
        steps=steps,
        elapsed=elapsed,
        remaining=elapsed / step * (steps - step) if step and state not in OVER else None,
        has_model=folder.has_model,
        owner=about.owner,
        shared=shared,
    )


def _state(folder: RunFolder, now: float) -> tuple[State, str]:
    # In this order: a worker writes how a run ended before it says that it is no more at work.
    pulse, ended, wish = folder.pulse(), folder.ended(), folder.wish()
    if ended and (ended.state != "interrupted" or wish == "run"):
        return ended.state, ended.message
    if pulse and pulse.working and now - pulse.at <= STALE:
        return ("running" if wish == "run" else "pausing"), ""
    if wish != "run":
        return ("paused" if wish == "pause" else "stopped"), ""
    return ("interrupted" if pulse and pulse.working else "waiting"), ""
