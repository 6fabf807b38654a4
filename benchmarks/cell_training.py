"""What training one cell costs the server: 200 epochs of 50 steps, in one request."""

from collections.abc import Iterator
from functools import partial
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from components.cell_controls import own
from components.cell_settings import DEFAULTS, CellSettings
from components.cell_training import MOST_EPOCHS, RATES
from components.lab import create_app
from components.still import dom_id
from lstm import Batch, Optimiser, Plan, fit

from .lab import sequence
from .server import BROWSER, cost
from .table import Row

STEPS = 50
BUDGET = 300  # milliseconds
ROUNDS = 5


def measure() -> Iterator[Row]:
    """Give server CPU and bytes for each optimiser, and what the engine takes for the same."""
    app = create_app()
    what = f"One cell, {MOST_EPOCHS} epochs of {STEPS} steps"
    for method in RATES:
        cpu, size = cost(app, partial(callback_body, method=method), BROWSER)
        yield Row(f"{what}, {method}: server CPU", cpu * 1e3, "ms", BUDGET)
        yield Row(f"{what}, {method}: answer, as Chromium asks", size / 1e3, "kB")
    yield Row(f"{what}, adam: the engine's fit, without any request", engine() * 1e3, "ms")


def callback_body(n: int, method: str) -> dict[str, Any]:
    """Write the request that the page sends while it trains."""
    inputs = ", ".join(map(str, sequence(STEPS)))
    settings = {
        "n": n,
        "sequence": inputs,
        "target": inputs,
        "separate": False,
        "numbers": {name: f"{value:.2f}" for name, value in DEFAULTS.items()},
        "method": method,
        "rate": "0.05",
        "epochs": MOST_EPOCHS,
        "epoch": 0,
        "age": 0,
        "memory": None,
    }
    question = own("cell", "training")
    return {
        "output": dom_id(own(["MATCH"], "trained")) + ".data",
        "outputs": {"id": own("cell", "trained"), "property": "data"},
        "inputs": [{"id": question, "property": "data", "value": settings}],
        "changedPropIds": [dom_id(question) + ".data"],
        "state": [],
    }


class _Sequence:
    """One sequence, which is to be copied, again and again."""

    def batch(self, number: int, rng: np.random.Generator) -> Batch:
        """Give it."""
        x = np.array(sequence(STEPS))[:, None, None]
        return Batch(x, x)


def engine() -> float:
    """Give the seconds of CPU that the same epochs take in NumPy."""
    model = CellSettings((0.0,), DEFAULTS, False).model()
    plan = Plan(MOST_EPOCHS, Optimiser(rate=0.05, clip=None))
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        for _ in fit(model, _Sequence(), plan):
            pass
        times.append(process_time() - start)
    return median(times)
