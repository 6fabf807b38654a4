"""What all routes of our own share: whose request it is, and answers in words."""

import functools
import json
from collections.abc import Callable
from typing import Any

from dash import Dash
from flask import Response, request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from lstm import LabError

from .forgery import LARGEST_BODY

MOST_NAME = 200  # characters; what is kept of a name is shorter still
OWNER = "X-Lab-Owner"  # a page of another site cannot send it without our leave


class Routes:
    """Adds routes below an app's own prefix, in ``_lab/``."""

    def __init__(self, app: Dash) -> None:
        self._server = app.server
        self._root = app.config.routes_pathname_prefix + "_lab/"

    def add(self, method: str, path: str, function: Callable[..., Response]) -> None:
        """Let a function answer a method at a path."""
        endpoint = f"{self._root}{path} {method}"
        self._server.add_url_rule(self._root + path, endpoint, _careful(function), methods=[method])


def _careful(function: Callable[..., Response]) -> Callable[..., Response]:
    """Answer with words: what the reader can put right as 422, forgeries as 400."""

    @functools.wraps(function)
    def careful(**arguments: Any) -> Response:
        try:
            return function(**arguments)
        except LabError as error:
            return answer({"error": str(error), "field": getattr(error, "field", "")}, 422)
        except HTTPException as error:
            return answer({"error": error.description}, error.code or 400)

    return careful


def answer(data: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(json.dumps(data), status, mimetype="application/json")


def owner() -> str:
    """Give the token of whoever asks.

    Raises
    ------
    BadRequest
        HTTP 400: every request of our own page has one.
    """
    token = request.headers.get(OWNER, "")
    if not token:
        raise BadRequest(f"The header {OWNER} is missing.")
    return token


def name() -> str:
    """Give what a file or a model is to be called; empty where nothing was sent."""
    return request.args.get("name", "")[:MOST_NAME]


def content(largest: int) -> bytes:
    """Give the bytes that were sent.

    Raises
    ------
    RequestEntityTooLarge
        HTTP 413, with words, if they are more than ``largest``.
    """
    request.max_content_length = largest
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise RequestEntityTooLarge(
            f"The file is larger than {largest // 2**20} MB, the most there is room for."
        ) from error


def payload(largest: int = LARGEST_BODY) -> dict[str, Any]:
    """Give the JSON object that was sent, of at most so many bytes.

    Raises
    ------
    BadRequest
        HTTP 400, if it is none.
    RequestEntityTooLarge
        HTTP 413, if it is larger than any of our pages sends; a portal's server may
        have no limit of its own.
    """
    request.max_content_length = largest
    try:
        data = request.get_json(silent=True)
    except RecursionError:
        data = None  # nested too deeply to be read
    if not isinstance(data, dict):
        raise BadRequest("An object in JSON is wanted.")
    return data


def download(data: bytes, kind: str, name: str) -> Response:
    """Answer with a file to be saved."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, 200, headers, mimetype=kind)
