"""The one table that all measurements end in."""

import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Row:
    """One figure, and what it may be at most."""

    what: str
    measured: float
    unit: str
    budget: float | None = None

    @property
    def ratio(self) -> str:
        """Measured over budget."""
        if self.budget is None:
            return ""
        if self.budget == 0:
            return "–" if self.measured == 0 else "∞"
        return f"{self.measured / self.budget:.2f}"


def show(rows: Iterable[Row]) -> None:
    """Print rows as they come: some take minutes."""
    _line("what", "measured", "budget", "ratio")
    for row in rows:
        budget = "" if row.budget is None else _amount(row.budget, row.unit)
        _line(row.what, _amount(row.measured, row.unit), budget, row.ratio)


def machine(chromium: str) -> str:
    """Say what the figures were measured on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "dash", "plotly"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{_processor()}, {os.cpu_count()} cores{load}, {platform.system()}\n"
        f"Python {platform.python_version()}, {packages}, Chromium {chromium}\n"
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
