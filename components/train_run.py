"""What the server says of a run: how far it is, its figures and samples, and the other runs."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lstm import LabError
from lstm.catalogue import TASKS
from lstm.run_view import OVER
from lstm.runs import Runs, RunView
from lstm.settings import TABLE, TEXT

from . import boundary, queue
from .figures.learning import learning
from .numerals import grouped
from .train_advice import advice
from .train_plan import duration

SAMPLES = 8  # that the page shows, the newest first
SOON = 15.0  # seconds in which a worker takes what waits, where there is one
NOBODY = (
    "No worker has taken it yet. Whoever runs the lab can start one: 'python app.py' and "
    "'lstm-lab' do so themselves, elsewhere 'lstm-lab-worker' does. Nothing is lost meanwhile."
)
STATES = {
    "waiting": "Waiting",
    "running": "Training",
    "pausing": "Pausing",
    "paused": "Paused",
    "interrupted": "Interrupted",
    "stopped": "Stopped",
    "done": "Done",
    "failed": "Failed",
}


def progress(request: dict[str, Any] | None, runs: Runs) -> dict[str, Any]:
    """Say how a run is going.

    Parameters
    ----------
    request : dict
        ``n`` (a running number), ``theme``, ``run`` (an ID, or empty), ``owner``
        (the token of the browser).
    runs : Runs

    Returns
    -------
    dict
        ``run``, ``figures`` and ``samples`` of the run that is asked for, and the
        owner's ``runs``; or ``error``, in words.

    Raises
    ------
    BadRequest
        HTTP 400, if the request has another shape than our page gives it.
    """
    n, theme_name, payload = boundary.question(request)
    run_id = boundary.expect(str, payload.get("run"), "run")
    owner = boundary.expect(str, payload.get("owner"), "owner")
    try:
        listed = {one.id: _line(one) for one in runs.listed(owner)}
        found: dict[str, Any] = {"n": n, "error": None, "run": None}
        if not run_id:
            figures = learning([], 0, theme_name)
            return found | {"runs": list(listed.values()), "figures": figures, "samples": []}
        run, place = queue.look(runs, runs.get(run_id))
        facts = runs.facts(run_id)
        records = runs.records(run_id)
        run = _taken(runs, _up_to_now(run, records), place)
        if not run.message:
            told = advice(records, run.steps, facts.get("baseline"), over=run.state in OVER)
            run = replace(run, message=told)
    except LabError as error:
        return {"n": n, "error": str(error), "run": None, "runs": []}
    figures = learning(
        records,
        run.steps,
        theme_name,
        baseline=facts.get("baseline"),
        clip=run.settings["clip"],
        logarithmic=not _has_tokens(run),
        scored=run.settings["task"] != TABLE,
    )
    if run_id in listed:
        listed[run_id] = _line(run)
    described = _described(run, records, owner)
    said = {"words": words(run, place), "about": _about(facts)}
    return found | {
        "run": described | said,
        "runs": list(listed.values()),
        "figures": figures,
        "samples": _samples(records),
    }


def _has_tokens(run: RunView) -> bool:
    """Tell whether tokens are learnt, and not numbers."""
    task = run.settings["task"]
    return task == TEXT or (task in TASKS and TASKS[task].vocabulary is not None)


def _up_to_now(run: RunView, records: Sequence[Mapping[str, Any]]) -> RunView:
    """Let a run be as far as its last record, which may be newer than its heartbeat."""
    last = records[-1] if records else {}
    if run.state not in ("running", "pausing") or last.get("step", 0) <= run.step:
        return run
    step, elapsed = last["step"], last["seconds"]
    return replace(run, step=step, elapsed=elapsed, remaining=elapsed / step * (run.steps - step))


def _taken(runs: Runs, run: RunView, place: int | None) -> RunView:
    """Say of a run that waits as the first, while nothing is trained, that a worker is missing."""
    if run.state != "waiting" or place != 1 or run.message or runs.at_work():
        return run
    pulse = runs.folder(run.id).pulse()  # of the moment when it was resumed
    since = max(run.created, pulse.at if pulse else 0.0)
    return replace(run, message=NOBODY) if time.time() - since > SOON else run


def _line(run: RunView) -> dict[str, Any]:
    """Say of a run what a list shows."""
    share = run.step / run.steps if run.steps else 0.0
    return {
        "id": run.id,
        "title": run.title,
        "state": run.state,
        "says": STATES[run.state],
        "share": share,
    }


def _described(run: RunView, records: Sequence[Mapping[str, Any]], owner: str) -> dict[str, Any]:
    last = dict(records[-1]) if records else {}
    scored: Mapping[str, Any] = next(
        (one for one in reversed(records) if one.get("held_out") is not None), {}
    )
    accuracy, task = scored.get("accuracy"), run.settings["task"]
    return _line(run) | {
        "message": run.message,
        "mine": run.mine(owner),
        "has_model": run.has_model,
        "task": task,
        "settings": run.settings,
        "writes": task == TEXT or (task in TASKS and TASKS[task].start is not None),
        "readings": {
            "loss": last.get("loss"),
            "norm": last.get("norm"),
            "held_out": scored.get("held_out"),
            "accuracy": None if accuracy is None else 100 * accuracy,
        },
    }


def _about(facts: Mapping[str, Any]) -> str:
    """Say what the data are, and what the accuracy counts."""
    counts = facts.get("measures")
    said = f"Accuracy: {counts[0].lower()}{counts[1:]}." if counts else ""
    return " ".join(filter(None, (facts.get("describes"), said)))


def words(run: RunView, place: int | None) -> str:
    """Say how far a run is, how long it took, and how long it still takes."""
    said = [f"{grouped(run.step)} of {grouped(run.steps)} batches"]
    if run.state == "waiting":
        said.append(f"number {place} in the queue" if place else "it begins in a moment")
    elif run.elapsed:
        said.append(f"{clock(run.elapsed)} of work")
    if run.state == "running" and run.remaining is not None:
        said.append(f"{duration(run.remaining)} left")
    if run.state == "interrupted":
        said.append("its worker is gone; Resume goes on from the last checkpoint")
    return " · ".join(said)


def clock(seconds: float) -> str:
    """Write a duration that was measured.

    Examples
    --------
    >>> clock(3.21), clock(75), clock(3700)
    ('3.2 s', '1 min 15 s', '1 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _samples(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    # A run that is stopped at a step that was measured anyway has two of them.
    texts = {one["step"]: one["sample"] for one in records if one.get("sample")}
    return [{"step": step, "text": texts[step]} for step in sorted(texts)[: -SAMPLES - 1 : -1]]
