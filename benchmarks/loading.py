"""The first visit, and the next one."""

import asyncio
from dataclasses import dataclass, fields
from statistics import median
from typing import Any

from playwright.async_api import Page

from .lab import busy, chromium, new_page, performance_of, rest, served
from .table import Row

ROUNDS = 5


@dataclass(frozen=True)
class Load:
    """One load of the page; times from the start of the navigation."""

    kilobytes: float
    requests: float
    ready: float
    drawn: float
    cpu: float


UNITS = {
    "kilobytes": ("over the network", "kB"),
    "requests": ("requests answered by the server", ""),
    "ready": ("until the first answer is shown", "ms"),
    "drawn": ("until both figures are drawn", "ms"),
    "cpu": ("main-thread CPU", "ms"),
}


def measure() -> list[Row]:
    """Give bytes and times with an empty cache, and with a full one."""
    empty, full = asyncio.run(_visits())
    rows = []
    for name, loads in (("First load", empty), ("Load from the cache", full)):
        for field in fields(Load):
            words, unit = UNITS[field.name]
            value = median(getattr(one, field.name) for one in loads)
            rows.append(Row(f"{name}: {words}", value, unit))
    return rows


async def _visits() -> tuple[list[Load], list[Load]]:
    empty, full = [], []
    with served() as address:
        async with chromium() as browser:
            for _ in range(ROUNDS):
                page = await new_page(browser)
                empty.append(await load(page, address))
                await page.goto("about:blank")
                full.append(await load(page, address))
                await page.context.close()
    return empty, full


async def load(page: Page, address: str) -> Load:
    """Open the page and wait until it rests."""
    session = await performance_of(page)
    await session.send("Network.enable")
    sizes: list[float] = []

    def finished(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    before = await busy(session)
    await page.goto(address)
    await rest(page)
    times = await page.evaluate("() => bench.loaded")
    cpu = await busy(session) - before
    await session.detach()
    # What came from the cache has no length.
    sent = [size for size in sizes if size > 0]
    return Load(sum(sent) / 1e3, len(sent), times["ready"], times["drawn"], cpu * 1e3)
