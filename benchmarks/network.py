"""What the Network page costs: the answer to a change, and a step while it plays."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, Page

from components.lab import create_app
from components.network_controls import own
from components.network_view import ANSWER

from .lab import CALM, chromium, new_page, served
from .playback import playing
from .server import cost, question
from .table import Row

# cell size, steps, layers, budgets: milliseconds of CPU and kB for an answer, ms a step
SIZES = ((64, 200, 2, 100, 500, 12), (64, 1000, 3, None, None, None))
TEXT = "the quick brown fox (jumps) over the [lazy] dog, and back again. "


def measure() -> Iterator[Row]:
    """Give server CPU, bytes and main-thread CPU a step, for an untrained network."""
    app = create_app()
    for size, steps, layers, milliseconds, kilobytes, _ in SIZES:
        name = f"Network {size} × {steps} × {layers}: "
        for encodings in ("gzip", "gzip, deflate, br, zstd"):
            cpu, length = cost(app, lambda n: _body(n, size, steps, layers), encodings)  # noqa: B023
            kind = encodings.rpartition(" ")[2]
            yield Row(f"{name}server CPU, {kind}", cpu * 1e3, "ms", milliseconds)
            yield Row(f"{name}answer, {kind}", length / 1e3, "kB", kilobytes)
    yield from asyncio.run(_measure())


async def _measure() -> list[Row]:
    rows: list[Row] = []
    async with chromium() as browser:
        with served() as address:
            for size, steps, layers, _, _, budget in SIZES[:1]:
                page = await _open(browser, address, size, steps, layers)
                for interval in (16, 250):
                    name = f"Network {size} × {steps} × {layers}, "
                    rows += await playing(page, interval, steps, name, budget)
    return rows


async def _open(browser: Browser, address: str, size: int, steps: int, layers: int) -> Page:
    page = await new_page(browser)
    query = {"v": 1, "m": "new", "size": size, "layers": layers, "reads": "characters"}
    query |= {"layer": layers, "text": (TEXT * steps)[:steps]}
    await page.goto(f"{address}network#{urlencode(query)}")
    await page.locator("[data-ready]").wait_for()
    await page.wait_for_timeout(CALM)
    return page


def _body(n: int, size: int, steps: int, layers: int) -> dict[str, Any]:
    """Write the request that the page sends while the seed is changed."""
    model = {"source": "new", "size": str(size), "layers": str(layers), "kind": "glorot"}
    settings = {
        "n": n,
        "theme": "dark",
        "model": model | {"forget_bias": "1", "seed": str(n), "hash": ""},
        "text": (TEXT * steps)[:steps],
        "reads": "characters",
        "order": "similarity",
        "layer": layers - 1,
        "unit": 0,
        "first": None,
        "candidate": False,
        "as_heat": False,
    }
    return question(own, "network", ANSWER, settings)
