"""The routes for models: opening a file, keeping it, naming it, and taking things away.

Files do not travel through callbacks: as base64 in JSON 64 MB would become 85,
and be held several times. What the page then sends around is the hash.
"""

import functools
import hashlib
from typing import Any

from dash import Dash
from flask import Response, request

from lstm import LabError
from lstm.checkpoint import LARGEST_FILE, Reading, read
from lstm.library import Library, plain

from . import downloads, network_code, routes
from .models import Models, with_the_lab
from .network_run import Run
from .network_settings import NetworkSettings

BINARY = "application/octet-stream"


def register(app: Dash) -> Models:
    """Add the routes below the app's own prefix."""
    models = Models()
    at = routes.Routes(app)
    for method, path, function in (
        ("POST", "models", _open),
        ("GET", "models", _list),
        ("GET", "models/<name>", _understood),
        ("PUT", "models/<name>", _save),
        ("DELETE", "models/<name>", _delete),
        ("PUT", "models/<name>/name", _rename),
        ("DELETE", "models/<name>/saved", _unsave),
        ("GET", "models/<name>/file", _file),
        ("GET", "library", _library),
        ("POST", "trace", _trace),
        ("POST", "model", _model),
        ("POST", "network/code", _code),
    ):
        at.add(method, path, functools.partial(function, models))
    return models


def _reading(models: Models, name: str, reading: Reading) -> Response:
    understood = {
        "hash": name,
        "understood": reading.understood,
        "ignored": reading.ignored,
        "text": models.text(name, reading.model),
        "shipped": name in with_the_lab(),
    }
    return routes.answer(understood)


def _open(models: Models) -> Response:
    """Check a file, and keep it under the hash of its content."""
    owner = routes.owner()
    content = routes.content(LARGEST_FILE)
    reading = read(content)  # before it is kept: what cannot be read is not
    name = hashlib.sha256(content).hexdigest()
    if name not in with_the_lab():  # else it is here, and everybody's
        models.library.keep(content, owner, routes.name())
    return _reading(models, name, reading)


def _list(models: Models) -> Response:
    files = models.library.listed(routes.owner())
    return routes.answer(
        [{"hash": one.hash, "name": one.name, "saved": one.saved} for one in files]
    )


def _library(models: Models) -> Response:
    """Say of all models what is known: those of the lab, the owner's, one that a link names."""
    given: dict[str, Any] = {
        "own": models.own(routes.owner()),
        "shipped": models.shipped(),
        "shared": models.library.shared,
    }
    linked = request.args.get("model", "")
    if linked and linked not in {one["hash"] for one in (*given["own"], *given["shipped"])}:
        given["linked"] = models.entry(linked, plain(routes.name()))
    return routes.answer(given)


def _understood(models: Models, name: str) -> Response:
    return _reading(models, name, models.reading(name))


def _own(models: Models, name: str) -> tuple[Library, str]:
    """Give the library and who asks, to change a file that may be their own."""
    owner, library = routes.owner(), models.library
    if name in with_the_lab() and not library.has(name):
        raise LabError(
            "This model comes with the lab, for everybody: it stays as it is. "
            "Export it, if you want a copy."
        )
    return library, owner


def _save(models: Models, name: str) -> Response:
    library, owner = _own(models, name)
    library.save(name, owner, routes.name())
    return routes.answer({"saved": True})


def _unsave(models: Models, name: str) -> Response:
    library, owner = _own(models, name)
    library.unsave(name, owner)
    return routes.answer({"saved": False})


def _rename(models: Models, name: str) -> Response:
    library, owner = _own(models, name)
    library.rename(name, owner, routes.name())
    return routes.answer({"renamed": True})


def _delete(models: Models, name: str) -> Response:
    library, owner = _own(models, name)
    library.delete(name, owner)
    return routes.answer({"deleted": True})


def _file(models: Models, name: str) -> Response:
    return routes.download(models.content(name), BINARY, f"{name[:12]}.safetensors")


def _ran(models: Models) -> Run:
    """Run the network of the settings that were sent."""
    routes.owner()
    return Run.of(NetworkSettings.read(routes.payload()), models.opened)


def _trace(models: Models) -> Response:
    content, kind, name = downloads.trace(_ran(models), request.args.get("as", ""))
    return routes.download(content, kind, name)


def _model(models: Models) -> Response:
    return routes.download(downloads.model(_ran(models)), BINARY, "model.safetensors")


def _code(models: Models) -> Response:
    text, name = network_code.script(_ran(models), request.args.get("as", ""))
    return routes.download(text.encode(), "text/x-python", name)
