"""What a changed weight costs the server, and the line to it."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

from dash import Dash
from werkzeug.test import EnvironBuilder, run_wsgi_app

from components.cell_controls import own
from components.cell_settings import DEFAULTS
from components.cell_view import ANSWER
from components.concepts import Own
from components.lab import create_app
from components.still import dom_id

from .lab import sequence
from .table import Row

ROUNDS = 50
WARMING = 5
BUDGETS = {50: (10, 25), 500: (40, 300)}  # steps: milliseconds of CPU, kB
BROWSER = "gzip, deflate, br, zstd"  # as Chromium asks


def measure() -> Iterator[Row]:
    """Give server CPU and bytes for one changed weight."""
    app = create_app()
    for steps, (milliseconds, kilobytes) in BUDGETS.items():
        name = f"Weight change, {steps} steps: "
        cpu, size = cost(app, partial(callback_body, steps=steps), "gzip")
        yield Row(name + "server CPU, gzip", cpu * 1e3, "ms", milliseconds)
        yield Row(name + "answer, gzip", size / 1e3, "kB", kilobytes)
        cpu, size = cost(app, partial(callback_body, steps=steps), BROWSER)
        yield Row(name + "server CPU, as Chromium asks", cpu * 1e3, "ms", milliseconds)
        yield Row(name + "answer, as Chromium asks", size / 1e3, "kB", kilobytes)


def cost(app: Dash, body: Callable[[int], dict[str, Any]], encodings: str) -> tuple[float, int]:
    """Send changes through WSGI; ``body`` writes the n-th.

    Returns
    -------
    cpu : float
        Seconds a request, median.
    size : int
        Bytes of the compressed body.
    """
    times, size = [], 0
    for n in range(WARMING + ROUNDS):
        environ = EnvironBuilder(
            "/_dash-update-component",
            method="POST",
            json=body(n),
            headers=[("Accept-Encoding", encodings)],
        ).get_environ()
        start = time.process_time()
        content, status, _ = run_wsgi_app(app.server.wsgi_app, environ, buffered=True)
        times.append(time.process_time() - start)
        if not status.startswith("200"):
            raise RuntimeError(f"The callback answered {status}.")
        size = sum(map(len, content))
    return median(times[WARMING:]), size


def callback_body(n: int, steps: int) -> dict[str, Any]:
    """Write the request that the page sends while W_f is dragged."""
    numbers = {name: f"{value:.2f}" for name, value in DEFAULTS.items()}
    numbers["W_f"] = f"{n * 0.05:.2f}"
    settings = {
        "n": n,
        "theme": "dark",
        "sequence": ", ".join(map(str, sequence(steps))),
        "separate": False,
        "numbers": numbers,
    }
    return question(own, "cell", ANSWER, settings)


def question(own: Own, aio_id: str, output: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Write the body in which a view's settings travel."""
    request = own(aio_id, "request")
    return {
        "output": output,
        "outputs": {"id": own(aio_id, "answer"), "property": "data"},
        "inputs": [{"id": request, "property": "data", "value": settings}],
        "changedPropIds": [dom_id(request) + ".data"],
        "state": [],
    }
