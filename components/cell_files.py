"""The routes for what a reader takes away from the Cell page, and opens again on any."""

import csv
import io
import json
from typing import Any

import numpy as np
from dash import Dash
from flask import Response, request
from numpy.typing import NDArray
from werkzeug.exceptions import BadRequest

from . import cell_code, routes, setting_file
from .cell_run import timeline
from .cell_settings import CellSettings

Series = dict[str, NDArray[Any]]


def register(app: Dash) -> None:
    """Add the routes below the app's own prefix."""
    at = routes.Routes(app)
    at.add("POST", "cell/trace", _trace)
    at.add("POST", "cell/code", _code)
    at.add("POST", "setting", _setting)


def _settings() -> CellSettings:
    routes.owner()
    return CellSettings.read(routes.payload())


def _trace() -> Response:
    content, kind, name = trace(_settings(), request.args.get("as", ""))
    return routes.download(content, kind, name)


def _code() -> Response:
    text, name = cell_code.script(_settings(), request.args.get("as", ""))
    return routes.download(text.encode(), "text/x-python", name)


def _setting() -> Response:
    """Check the file of a setting, and give what it says."""
    routes.owner()
    return routes.answer(setting_file.read(routes.content(setting_file.LARGEST)))


def trace(settings: CellSettings, form: str) -> tuple[bytes, str, str]:
    """Write every quantity of a run at every step, in full precision.

    Parameters
    ----------
    settings : CellSettings
    form : "csv", "json" or "npz"
        Time runs from 0 to T. What does not exist at t = 0 is empty in a CSV, null
        in JSON and NaN in NumPy. JSON has null for an infinite half-life too.

    Returns
    -------
    content, mimetype, name : bytes, str, str

    Raises
    ------
    BadRequest
        For another form.
    """
    series: Series = {"t": np.arange(len(settings.inputs) + 1), "x": np.empty(0)}
    series |= timeline(settings)
    if form == "csv":
        return _csv(series), "text/csv", "trace.csv"
    if form == "json":
        written = {"kind": settings.kind, "parameters": dict(settings.numbers)}
        values = {name: _plain(column, np.isfinite(column)) for name, column in series.items()}
        return json.dumps(written | {"series": values}).encode(), "application/json", "trace.json"
    if form == "npz":
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **series)
        return file.getvalue(), "application/octet-stream", "trace.npz"
    raise BadRequest("as must be csv, json or npz.")


def _csv(series: Series) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(series)
    columns = [_plain(column, ~np.isnan(column)) for column in series.values()]
    writer.writerows(zip(*columns, strict=True))  # None is written as nothing
    return text.getvalue().encode()


def _plain(values: NDArray[Any], there: NDArray[np.bool]) -> list[Any]:
    """Give plain numbers, and None for those that are not there, or not in this form."""
    return [
        value if is_there else None for value, is_there in zip(values.tolist(), there, strict=True)
    ]
