"""The routes of training runs: bringing data, beginning a run, steering it, keeping its model."""

import functools

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import BadRequest

from lstm.checkpoint import LARGEST_FILE
from lstm.library import Library
from lstm.own_text import LARGEST_DATA
from lstm.runs import Runs, Wish
from lstm.settings import TABLE, TEXT
from lstm.vocabulary import UNITS

from . import boundary, queue, routes
from .boundary import FieldError
from .train_data import OwnData
from .train_plan import plan
from .train_settings import CHOICES, TrainSettings

WISHES: dict[str, Wish] = {"pause": "pause", "resume": "run", "stop": "stop"}


def register(app: Dash) -> OwnData:
    """Add the routes below the app's own prefix."""
    data = OwnData()
    at = routes.Routes(app)
    at.add("POST", "data", functools.partial(_bring, data))
    at.add("POST", "runs", functools.partial(_begin, data))
    at.add("PUT", "runs/<run_id>", _steer)
    at.add("DELETE", "runs/<run_id>", _delete)
    at.add("POST", "runs/<run_id>/model", _keep)
    return data


def _bring(data: OwnData) -> Response:
    """Check own data, and keep them under the hash of their content."""
    owner = routes.owner()
    task = boundary.choice(request.args.get("task"), (TEXT, TABLE), "task")
    unit = boundary.choice(request.args.get("unit"), UNITS, "unit")
    content = routes.content(LARGEST_DATA)
    # Kept before they are read: the same text may be right as words, or as a table.
    name = data.library.keep(content, owner, routes.name())
    return routes.answer({"hash": name} | data.summary(task, name, unit).to_json(task))


def _begin(data: OwnData) -> Response:
    """Begin a run with the settings that were sent."""
    owner = routes.owner()
    payload = routes.payload()
    chosen = TrainSettings.read(payload)
    plan(chosen, data)  # what cannot be learnt is refused now, and not by a worker later
    task = chosen.run.task
    content = data.content(chosen.data) if task in (TEXT, TABLE) else None
    title = boundary.expect(str, payload.get("title", ""), "title") or CHOICES[task]
    runs = Runs.from_environment()
    run_id = runs.create(chosen.run.to_json(), content, owner, title)
    queue.submit(runs, run_id)
    return routes.answer({"id": run_id})


def _steer(run_id: str) -> Response:
    """Pause, resume, stop or rename a run."""
    owner, payload = routes.owner(), routes.payload()
    runs = Runs.from_environment()
    if "title" in payload:
        runs.rename(run_id, owner, boundary.expect(str, payload["title"], "title"))
        return routes.answer({"renamed": True})
    action = boundary.choice(payload.get("wish"), tuple(WISHES), "wish")
    runs.wish(run_id, owner, WISHES[action])
    if action == "resume":
        queue.submit(runs, run_id)
    return routes.answer({"wished": action})


def _delete(run_id: str) -> Response:
    Runs.from_environment().delete(run_id, routes.owner())
    return routes.answer({"deleted": True})


def _keep(run_id: str) -> Response:
    """Put the model of a run, as it is now, among the models of whoever asks."""
    owner = routes.owner()
    content = Runs.from_environment().model_bytes(run_id)
    if len(content) > LARGEST_FILE:
        raise FieldError("model", "The model is larger than 64 MB, the most that is kept.")
    name = routes.name()
    if not name:
        raise BadRequest("name is missing.")
    library = Library.from_environment()
    kept = library.keep(content, owner, name)
    library.save(kept, owner, name)
    return routes.answer({"hash": kept})
