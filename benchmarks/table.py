"""The one table that all measurements end in."""

import importlib
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Row:
    """One figure, or None, and what it may be at most, or must be at least."""

    what: str
    measured: float | None
    unit: str
    budget: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> str:
        """Measured over budget, or the other way round: within the budget it is below 1."""
        if self.budget is None or self.measured is None:
            return ""
        if self.at_least:
            return f"{self.budget / self.measured:.2f}"
        if self.budget == 0:
            return "–" if self.measured == 0 else "∞"
        return f"{self.measured / self.budget:.2f}"


def show(rows: Iterable[Row]) -> None:
    """Print rows as they come: some take minutes."""
    _line("what", "measured", "budget", "ratio")
    for row in rows:
        budget = "" if row.budget is None else _amount(row.budget, row.unit)
        measured = "–" if row.measured is None else _amount(row.measured, row.unit)
        _line(row.what, measured, "≥ " * row.at_least + budget, row.ratio)


def blas() -> str:
    """Say which kernels NumPy's products run on: the speed of large layers is theirs."""
    try:
        # By name, so that mypy does without it, as NumPy does.
        threadpoolctl: Any = importlib.import_module("threadpoolctl")
    except ImportError:
        config: Any = np.show_config(mode="dicts")
        library = config["Build Dependencies"]["blas"]
        return (
            f"{library['name']} {library['version']} (pip install threadpoolctl tells its kernel)"
        )
    # Only NumPy's own: PyTorch and SciPy bring theirs.
    return ", ".join(
        f"{library['internal_api']} {library['version']}, "
        f"kernel {library.get('architecture', 'unknown')}, {library['num_threads']} thread(s)"
        for library in threadpoolctl.threadpool_info()
        if library["user_api"] == "blas" and "numpy" in library["filepath"]
    )


def machine(chromium: str) -> str:
    """Say what the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "dash", "plotly"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{_processor()}, {os.cpu_count()} cores{load}, {platform.system()}\n"
        f"Python {platform.python_version()}, {packages}, Chromium {chromium}\n"
        f"{blas()}\n"
    )


def _processor() -> str:
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _line(what: str, measured: str, budget: str, ratio: str) -> None:
    print(f"{what:<72} {measured:>12} {budget:>10} {ratio:>6}", flush=True)


def _amount(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    return f"{number} {unit}".strip()
