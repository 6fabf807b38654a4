"""What the Map page costs the server, and the line to it: its answers, and all contexts."""

from collections.abc import Callable, Iterator
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from dash import Dash
from werkzeug.test import EnvironBuilder, run_wsgi_app

from components.lab import create_app
from components.map_fields import NUMBERS, own
from components.map_matrix import file_of
from components.map_representation import default_model
from components.map_run import answer
from components.map_view import ANSWER
from components.models import Models
from lstm.atlas import Wanted
from lstm.map_job import at_once
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.metric import Metric
from lstm.order import Order

from .lens import data_in
from .server import cost, question
from .table import Row

ROUNDS = 7
SIZES = (4_000, 20_000)
TYPED = ("see [the (old) map] by noon", 'on "low lands (no" more)', "time [or {sea}]")


def measure() -> Iterator[Row]:
    """Give CPU and bytes of the page's answers, and of the routes of maps of two sizes."""
    with TemporaryDirectory() as folder, data_in(folder):
        models, app = Models(), create_app()
        first = _seconds(lambda: answer(_settings(0), models.opened))
        what = "Map page, the map that it opens with: "
        yield Row(f"{what}first answer, CPU", first * 1e3, "ms")
        cpu, size = cost(app, _body, "gzip")
        yield Row(f"{what}another sequence, CPU with gzip", cpu * 1e3, "ms", 50)
        yield Row(f"{what}answer, gzip", size / 1e3, "kB", 40)
        pca = _settings(0) | {"projection": "pca", "seed": "1"}
        start = perf_counter()
        answer(pca, models.opened)
        yield Row(
            "Map page, PCA of 4,000 contexts, new, wall-clock", perf_counter() - start, "s", 2
        )
        maps = Maps.from_environment()
        for count in SIZES:
            source = ModelSource(default_model(), 1)
            order = Order(source, count, None, Wanted("pca", Metric("cosine")))
            at_once(maps, order, models.opened, file_of)
            for route in ("points", "texts"):
                cpu, size = _got(app, f"/_lab/map/{order.key}/{route}")
                yield Row(f"Map of {count:,} contexts, {route}: CPU with gzip", cpu * 1e3, "ms")
                yield Row(f"Map of {count:,} contexts, {route}: gzip", size / 1e3, "kB")


def _body(n: int) -> dict[str, Any]:
    return question(own, "map", ANSWER, _settings(n))


def _settings(n: int) -> dict[str, Any]:
    """Write what the page sends as it begins, with another sequence each time."""
    return {
        "n": n,
        "theme": "dark",
        "source": {"kind": "model", "hash": default_model()},
        "layer": 1,
        "what": "h",
        "text": "",
        "text_of": "",
        "projection": "umap",
        "metric": "cosine",
        "way": "relief",
        "sequence": TYPED[n % len(TYPED)],
        **NUMBERS,
    }


def _got(app: Dash, path: str) -> tuple[float, int]:
    """Give the median CPU seconds of a route, and the bytes of its answer."""
    times, size = [], 0
    for _ in range(ROUNDS):
        environ = EnvironBuilder(path, headers=[("Accept-Encoding", "gzip")]).get_environ()
        start = process_time()
        content, status, _ = run_wsgi_app(app.server.wsgi_app, environ, buffered=True)
        times.append(process_time() - start)
        if not status.startswith("200"):
            raise RuntimeError(f"The route answered {status}.")
        size = sum(map(len, content))
    return median(times), size


def _seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start
