"""The routes for files: opening a model, keeping it, and taking things away.

Files do not travel through callbacks: as base64 in JSON 64 MB would become 85,
and be held several times. What the page then sends around is the hash.
"""

import functools
import json
from collections.abc import Callable
from typing import Any

from dash import Dash
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from lstm import LabError, Model
from lstm.checkpoint import LARGEST_FILE, Reading, read
from lstm.library import Library

from . import boundary, downloads
from .network_inputs import sample
from .network_run import Run
from .network_settings import NetworkSettings

OWNER = "X-Lab-Owner"  # a page of another site cannot send it without our leave
KEPT_READINGS = 4
MOST_NAME = 200


class Models:
    """The opened files of an app, with the last few of them read."""

    def __init__(self) -> None:
        # The content behind a hash never changes, so what was read stays true.
        self._read: Callable[[str], Reading] = functools.lru_cache(KEPT_READINGS)(self._fresh)

    @property
    def library(self) -> Library:
        """The data directory, as the environment names it now."""
        return Library.from_environment()

    def _fresh(self, name: str) -> Reading:
        return read(self.library.content(name))

    def reading(self, name: str) -> Reading:
        """Give what was understood of an opened file."""
        # A file that was deleted must be gone here too, though it was read before.
        return self._read(name) if self.library.has(name) else self._fresh(name)

    def opened(self, name: str) -> Model:
        """Give the model of an opened file."""
        return self.reading(name).model


def register(app: Dash) -> Models:
    """Add the routes below the app's own prefix."""
    models = Models()
    server: Flask = app.server
    root = app.config.routes_pathname_prefix + "_lab/"

    def route(path: str, methods: list[str], function: Callable[..., Response]) -> None:
        endpoint = f"{root}{path} {methods[0]}"
        server.add_url_rule(root + path, endpoint, _careful(function), methods=methods)

    route("models", ["POST"], functools.partial(_open, models))
    route("models", ["GET"], functools.partial(_list, models))
    route("models/<name>", ["GET"], functools.partial(_understood, models))
    route("models/<name>", ["PUT"], functools.partial(_save, models))
    route("models/<name>", ["DELETE"], functools.partial(_delete, models))
    route("trace", ["POST"], functools.partial(_trace, models))
    route("model", ["POST"], functools.partial(_model, models))
    return models


def _careful(function: Callable[..., Response]) -> Callable[..., Response]:
    """Answer with words: what the reader can put right as 422, forgeries as 400."""

    @functools.wraps(function)
    def careful(**arguments: Any) -> Response:
        try:
            return function(**arguments)
        except LabError as error:
            return _json({"error": str(error)}, 422)
        except HTTPException as error:
            return _json({"error": error.description}, error.code or 400)

    return careful


def _json(data: Any, status: int = 200) -> Response:
    return Response(json.dumps(data), status, mimetype="application/json")


def _owner() -> str:
    owner = request.headers.get(OWNER, "")
    if not owner:
        raise BadRequest(f"The header {OWNER} is missing.")
    return owner


def _reading(name: str, reading: Reading) -> dict[str, Any]:
    return {
        "hash": name,
        "understood": reading.understood,
        "ignored": reading.ignored,
        "text": sample(reading.model),
    }


def _open(models: Models) -> Response:
    """Check a file, and keep it under the hash of its content."""
    owner = _owner()
    request.max_content_length = LARGEST_FILE
    try:
        content = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        limit = LARGEST_FILE // 2**20
        raise RequestEntityTooLarge(
            f"The file is larger than {limit} MB, the most there is room for."
        ) from error
    reading = read(content)  # before it is kept: what cannot be read is not
    title = request.args.get("name", "")[:MOST_NAME]
    name = models.library.keep(content, owner, title)
    return _json(_reading(name, reading))


def _list(models: Models) -> Response:
    files = models.library.listed(_owner())
    return _json([{"hash": one.hash, "name": one.name, "saved": one.saved} for one in files])


def _understood(models: Models, name: str) -> Response:
    return _json(_reading(name, models.reading(name)))


def _save(models: Models, name: str) -> Response:
    models.library.save(name, _owner(), request.args.get("name", "")[:MOST_NAME])
    return _json({"saved": True})


def _delete(models: Models, name: str) -> Response:
    models.library.delete(name, _owner())
    return _json({"deleted": True})


def _settings() -> NetworkSettings:
    _owner()
    try:
        payload = request.get_json(silent=True)
    except RecursionError:
        payload = None  # nested too deeply to be read
    return NetworkSettings.read(boundary.expect(dict, payload, "The settings"))


def _trace(models: Models) -> Response:
    ran = Run.of(_settings(), models.opened)
    content, kind, name = downloads.trace(ran, request.args.get("as", ""))
    return _download(content, kind, name)


def _model(models: Models) -> Response:
    ran = Run.of(_settings(), models.opened)
    return _download(downloads.model(ran), "application/octet-stream", "model.safetensors")


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, 200, headers, mimetype=kind)
