"""The map: neighbours, how far to trust it, regions and names, and the memory they take."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np

from lstm import load
from lstm.atlas import Wanted
from lstm.cartography import atlas_of
from lstm.metric import Metric
from lstm.model_contexts import contexts_of
from lstm.neighbours import nearest
from lstm.projection import principal
from lstm.tasks import Brackets
from lstm.trust import trust
from models.make import FOLDER

from .table import Row

D = 256
CORES = 2
POINTS = {4_000: (1.0, 2.0), 20_000: (10.0, 30.0)}  # seconds for neighbours, and for trust
MEMORY = 1000  # MB of the whole process


def measure() -> Iterator[Row]:
    """Give wall-clock seconds on two cores, each size in a process of its own."""
    for N, (neighbours, trusted) in POINTS.items():
        found = _apart(N)
        what = f"Map of {N:,} rows of {D} numbers, {CORES} cores"
        yield Row(f"{what}: the 15 nearest of each", found["neighbours"], "s", neighbours)
        yield Row(f"{what}: PCA", found["pca"], "s")
        yield Row(f"{what}: how far to trust it", found["trust"], "s", trusted)
        yield Row(f"{what}: memory", found["memory"], "MB", MEMORY)
    model = load(FOLDER / "brackets.safetensors")
    text = Brackets(size=40, steps=160).batch(0, np.random.default_rng(7)).inputs
    contexts = contexts_of(model, list(text.T), layer=1, most=4000)
    start = perf_counter()
    found_map = atlas_of(contexts, Wanted("pca", Metric("cosine")))
    what = "Brackets model, h of the upper layer, 4,000 contexts, PCA"
    yield Row(f"{what}: the whole map", perf_counter() - start, "s", 5)
    trusted_map = found_map.trust
    yield Row(f"{what}: gain at its peak", trusted_map.gain[trusted_map.peak], "", 0.3, True)
    yield Row(f"{what}: gain shuffled", np.abs(trusted_map.control_gain).max(), "", 0.02)


def _apart(N: int) -> dict[str, float]:
    """Measure in a new process, on two cores alone where the system can."""
    # As in the processes of the lab: what works on two cores are our own blocks.
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.atlas", str(N)],
        env={**os.environ, **threads},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _alone(N: int) -> dict[str, float]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    rng = np.random.default_rng(0)
    centres = 3 * rng.normal(size=(20, D))
    rows = (centres[rng.integers(20, size=N)] + rng.normal(size=(N, D))).astype(np.float32)
    metric = Metric("cosine")
    places = principal(rows).places
    return {
        "neighbours": _seconds(lambda: nearest(rows, 15, metric)),
        "pca": _seconds(lambda: principal(rows)),
        "trust": _seconds(lambda: trust(rows, places, metric)),
        "memory": _peak() / 1e6,
    }


def _seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _peak() -> float:
    """Give the most memory that the process has had, in bytes; not told on Windows."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


if __name__ == "__main__":
    print(json.dumps(_alone(int(sys.argv[1]))))
