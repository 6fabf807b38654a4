"""What the server says of a run before it begins: what is learnt, and how long it will take."""

from typing import Any, NamedTuple

from lstm import LabError
from lstm.catalogue import TASKS
from lstm.estimate import Extent, extent_of

from . import boundary
from .boundary import FieldError
from .numerals import grouped
from .train_data import OwnData, Summary
from .train_settings import TrainSettings

_MINUTE, _HOUR = 60, 3600


def answer(request: dict[str, Any] | None, data: OwnData) -> dict[str, Any]:
    """Say what a run with these settings would be.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme`` and what :class:`TrainSettings` reads.
    data : OwnData

    Returns
    -------
    dict
        ``says`` and ``estimate``, in words; or ``error``, with the field that it
        is about.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    n, _, payload = boundary.question(request)
    try:
        chosen = TrainSettings.read(payload)
        if chosen.run.task not in TASKS and not chosen.data:
            return {"n": n, "error": None, "says": "", "estimate": "", "columns": []}
        planned = plan(chosen, data)
    except FieldError as error:
        return boundary.refusal(n, error)
    summary, extent, steps = planned.summary, planned.extent, chosen.run.steps
    words = [f"{grouped(extent.weights)} weights", duration(extent.seconds(steps))]
    if summary is not None:
        passes = steps * extent.T * extent.B / max(summary.length, 1)
        times = grouped(round(passes)) if passes >= 10 else f"{passes:.2g}"
        words.insert(1, f"{times} times through the data")
    return {
        "n": n,
        "error": None,
        "says": summary.says if summary else "",
        "estimate": ", ".join(words) + ".",
        "columns": list(summary.columns) if summary else [],
    }


class Planned(NamedTuple):
    """The sizes of a run's steps, and what is known of own data."""

    extent: Extent
    summary: Summary | None


def plan(chosen: TrainSettings, data: OwnData) -> Planned:
    """Check that a run can be made.

    Raises
    ------
    FieldError
        If its data cannot be learnt from, or a step would need too much memory.
    """
    settings, summary = chosen.run, None
    if settings.task not in TASKS:
        summary = data.summary(settings.task, chosen.data, settings.unit)
        if settings.target is not None and settings.target not in summary.columns:
            raise FieldError("target", "The table has no such column. Choose another.")
    try:
        sizes = (summary.length, summary.width) if summary else (0, 0)
        return Planned(extent_of(settings, *sizes), summary)
    except LabError as error:
        raise FieldError("Units", str(error)) from error


def duration(count: float) -> str:
    """Write a guess at a duration.

    Examples
    --------
    >>> duration(0.4), duration(14), duration(200), duration(9000)
    ('a second or two', 'about 15 s', 'about 3 min', 'about 2 h 30 min')
    """
    if count < 3:
        return "a second or two"
    if count < 1.5 * _MINUTE:
        return f"about {max(round(count / 5) * 5, 5)} s"
    if count < 1.5 * _HOUR:
        return f"about {round(count / _MINUTE)} min"
    hours, rest = divmod(round(count / (_HOUR / 6)), 6)
    return f"about {hours} h {rest * 10} min" if rest else f"about {hours} h"
