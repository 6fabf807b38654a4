"""Training steps of all sizes, beside the time that the Train page foretells for them.

The constants of ``lstm/estimate.py`` are set by these figures.
``python -m benchmarks.training`` measures them alone, without a browser.
"""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import numpy as np

from lstm.estimate import extent_of
from lstm.experiment import TABLE, TEXT, Experiment, Settings, prepare
from lstm.training import fit

from .table import Row, blas, show

ROUNDS = 7
SECONDS = 0.15  # of CPU in a round, and at least one step
OFF = 1.6  # the factor by which an estimate may be off, either way

# What differs from the settings that are advised.
EXPERIMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reber", {}),
    ("anbn", {"options": {"longest": 100}}),
    ("continual_reber", {"options": {"length": 500}, "batch": 1}),
    ("long_lag", {"cell": "rnn"}),
    ("long_lag", {"cell": "no_forget", "options": {"lag": 400}}),
    ("adding", {}),
    ("copy", {}),
    ("brackets", {}),
    ("brackets", {"size": 96, "layers": 2, "batch": 128}),
    ("agreement", {"size": 96, "layers": 3}),
    (TABLE, {}),
    (TEXT, {}),
    (TEXT, {"cell": "rnn", "size": 256}),
    (TEXT, {"unit": "words"}),
    (TEXT, {"size": 256, "layers": 2}),
    (TEXT, {"size": 512, "batch": 16}),
)


def measure() -> Iterator[Row]:
    """Give CPU times of a training step, and the estimate beside each."""
    for task, changed in EXPERIMENTS:
        settings = Settings.advised(task, **changed)
        measured = step(prepare(settings, data(settings)))
        estimated = extent_of(settings, *size(settings)).seconds(1)
        flat = {**changed, **changed.get("options", {}), "options": None}
        said = ", ".join(f"{key} {value}" for key, value in flat.items() if value is not None)
        name = f"Training step, {task}, {said or 'as advised'}: "
        yield Row(name + "CPU", measured * 1e3, "ms")
        yield Row(name + "estimated", estimated * 1e3, "ms")
        worse = max(estimated / measured, measured / estimated)
        yield Row(name + "estimate off by", worse, "×", OFF)


def step(experiment: Experiment) -> float:
    """Give CPU seconds a step: the median of rounds."""
    progress = fit(experiment.model, experiment.source, experiment.plan)
    next(progress)
    times: list[float] = []
    while len(times) < ROUNDS:
        start, count = time.process_time(), 0
        while not count or ((taken := time.process_time() - start) < SECONDS and count < 50):
            next(progress)
            count += 1
        times.append(taken / count)
    return median(times)


def data(settings: Settings) -> bytes | None:
    """Write data of one's own that mean nothing: they cost what others do."""
    rng = np.random.default_rng(0)
    if settings.task == TABLE:
        return "\n".join(
            ",".join(f"{x:.3f}" for x in row) for row in rng.normal(size=(5000, 8))
        ).encode()
    if settings.task != TEXT:
        return None
    if settings.unit == "words":
        return " ".join(f"w{n}" for n in rng.integers(0, 2000, 100_000)).encode()
    return bytes(rng.integers(32, 127, 200_000).astype(np.uint8))


def size(settings: Settings) -> tuple[int, int]:
    """Give the length and the width of these data."""
    if settings.task == TABLE:
        return 5000, 8
    return (100_000, 2000) if settings.unit == "words" else (200_000, 95)


if __name__ == "__main__":
    print(f"{blas()}\n")
    show(measure())
