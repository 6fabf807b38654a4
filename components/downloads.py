"""What a reader takes away from the Network page: the trace, and the model."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from werkzeug.exceptions import BadRequest

from lstm import LabError, Trace
from lstm.checkpoint import dump

from .network_run import Run
from .numerals import grouped

MOST_NUMBERS = 1_500_000  # of a trace as text; more is a file for NumPy
QUANTITIES = "ifgoch"


def trace(ran: Run, kind: str) -> tuple[bytes, str, str]:
    """Write the trace of all layers at every step.

    Parameters
    ----------
    ran : Run
    kind : "csv", "json" or "npz"
        Time runs from 1 to T; a CSV has a row for each step, layer and unit. The
        outputs of a linear output layer are in JSON and NumPy.

    Returns
    -------
    content, mimetype, name : bytes, str, str

    Raises
    ------
    LabError
        If it is too long to be text.
    BadRequest
        For another kind.
    """
    if kind == "npz":
        return _npz(ran), "application/octet-stream", "trace.npz"
    if kind not in ("csv", "json"):
        raise BadRequest("as must be csv, json or npz.")
    count = sum(layer.c.size for layer in ran.trace.layers) * len(QUANTITIES)
    if kind == "json" and ran.prepared.model.decoder is not None:
        count += ran.trace.outputs.size
    if count > MOST_NUMBERS:
        raise LabError(
            f"This trace has {grouped(count)} numbers, too many for {kind.upper()}. "
            "Take it as NumPy, or use a shorter text."
        )
    if kind == "json":
        return _json(ran), "application/json", "trace.json"
    return _csv(ran), "text/csv", "trace.csv"


def model(ran: Run) -> bytes:
    """Write the model as safetensors, with PyTorch's names."""
    return dump(ran.prepared.model)


def _npz(ran: Run) -> bytes:
    arrays: dict[str, Any] = {"tokens": np.array(ran.prepared.tokens)}
    for number, layer in enumerate(ran.trace.layers, start=1):
        for name in ("x", *QUANTITIES, "c0", "h0"):
            values = getattr(layer, name)
            # The one sequence: (T, ·), and the states at t = 0 of shape (·,).
            arrays[f"layer{number}_{name}"] = values[0] if name.endswith("0") else values[:, 0]
    arrays["outputs"] = ran.trace.outputs[:, 0]
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _json(ran: Run) -> bytes:
    layers = [
        {name: getattr(layer, name)[:, 0].tolist() for name in QUANTITIES}
        for layer in ran.trace.layers
    ]
    written: dict[str, Any] = {"tokens": ran.prepared.tokens, "layers": layers}
    if ran.prepared.model.decoder is not None:
        written["outputs"] = ran.trace.outputs[:, 0].tolist()
    return json.dumps(written).encode()


def _csv(ran: Run) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["t", "token", "layer", "unit", *QUANTITIES])
    tokens = ran.prepared.tokens
    for number, layer in enumerate(ran.trace.layers, start=1):
        writer.writerows(_csv_rows(number, layer, tokens))
    return text.getvalue().encode()


def _csv_rows(number: int, layer: Trace, tokens: list[str]) -> Iterator[list[Any]]:
    T, _, H = layer.c.shape
    P = layer.h.shape[2]
    for t in range(T):
        for unit in range(H):
            row = [getattr(layer, name)[t, 0, unit] for name in "ifgoc"]
            # A projection says fewer values than there are units.
            row.append(layer.h[t, 0, unit] if unit < P else "")
            yield [t + 1, _plain(tokens[t]), number, unit, *row]


def _plain(token: str) -> str:
    """Keep a spreadsheet from running a token as a formula."""
    return f"'{token}" if token[:1] in ("=", "+", "-", "@", "\t", "\r") else token
