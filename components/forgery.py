"""Refuse callback requests that no page of ours can have sent.

Dash trusts the shape of a callback's body: a wrong one ends deep in its
dispatcher as an error of ours. Here it ends as HTTP 400 before that.
"""

import json
from collections.abc import Mapping
from typing import Any

from dash import Dash
from flask import Flask, Response, request

# The cell page's longest request is below 20 kB.
LARGEST_BODY = 256 * 1024
_MANY = ("ALL", "ALLSMALLER")


def refuse_forgeries(app: Dash, server: Flask) -> None:
    """Check the body of every callback request before Dash reads it."""
    path = app.config.routes_pathname_prefix + "_dash-update-component"

    @server.before_request
    def check() -> Response | None:
        if request.path != path or request.method != "POST":
            return None
        try:
            body = request.get_json(silent=True)
        except RecursionError:
            body = None  # nested too deeply to be read
        problem = problem_with(body, app.callback_map)
        return Response(problem, 400, mimetype="text/plain") if problem else None


def problem_with(body: Any, callback_map: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a callback's body, or None.

    Parameters
    ----------
    body : anything
        What the JSON in the request decoded to.
    callback_map : mapping
        The callbacks that the app has, as Dash keeps them.
    """
    if not isinstance(body, dict):
        return "The request must be a JSON object."
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in callback_map.get(output, ()):
        return "The request names no callback of this app."
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
        return "changedPropIds must be a list of names."
    declared = callback_map[output]
    for key, wanted in (("inputs", declared["inputs"]), ("state", declared["state"])):
        given = body.get(key, [])
        if not isinstance(given, list) or len(given) != len(wanted):
            return f"{key} must be a list of {len(wanted)}."
        if not all(_fits(one, spec) for one, spec in zip(given, wanted, strict=True)):
            return f"{key} are not those of this callback."
    targets = [] if declared.get("no_output") else _outputs(output)
    outputs = body.get("outputs")
    if not targets:  # the renderer leaves them out
        outputs = outputs or []
    elif len(targets) == 1:
        outputs = [outputs]
    if (
        not isinstance(outputs, list)
        or len(outputs) != len(targets)
        or not all(_fits(one, spec) for one, spec in zip(outputs, targets, strict=True))
    ):
        return "outputs are not those of this callback."
    return None


def _outputs(name: str) -> list[dict[str, str]]:
    """Take a callback's name apart: "id.property", or "..one...two.." for several."""
    parts = name.strip(".").split("...") if name.startswith("..") else [name]
    return [dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in parts]


def _is_property(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and isinstance(given.get("property"), str)
        and isinstance(given.get("id"), str | dict)
    )


def _fits(given: Any, declared: Mapping[str, Any]) -> bool:
    """Tell whether a property is the declared one, or a list of them where it says ALL."""
    if any(f'["{word}"]' in declared["id"] for word in _MANY):
        return isinstance(given, list) and all(_fits_one(one, declared) for one in given)
    return _fits_one(given, declared)


def _fits_one(given: Any, declared: Mapping[str, Any]) -> bool:
    if not _is_property(given) or given["property"] != declared["property"]:
        return False
    if not declared["id"].startswith("{"):
        return bool(given["id"] == declared["id"])
    pattern = json.loads(declared["id"])
    return (
        isinstance(given["id"], dict)
        and set(given["id"]) == set(pattern)
        and all(
            isinstance(given["id"][key], str)
            if isinstance(value, list)  # a wildcard is written as ["MATCH"]
            else given["id"][key] == value
            for key, value in pattern.items()
        )
    )
