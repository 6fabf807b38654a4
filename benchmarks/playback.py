"""What a step costs the page while it plays, beside the least that Dash can do."""

import asyncio
from statistics import median

from playwright.async_api import Browser, Page

from components.player import SPEEDS

from .lab import CALM, busy, chromium, new_page, open_lab, performance_of, sequence, served
from .table import Row

BUDGET = 10  # milliseconds a step
INTERVALS = (16, 250)
LENGTHS = (50, 500)
MINIMAL_TICKS = {16: 300, 250: 50}
BRIEF = 20  # seconds; a shorter play is repeated
ROUNDS = 3


def measure() -> list[Row]:
    """Give CPU a step and requests for each speed and length, with all panels open."""
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    async with chromium() as browser:
        with served("-m", "benchmarks.minimal") as address:
            floors = {interval: await floor(browser, address, interval) for interval in INTERVALS}
        rows = [
            Row(f"Minimal Dash page, {interval} ms: main-thread CPU a tick", milliseconds, "ms")
            for interval, milliseconds in floors.items()
        ]
        with served() as address:
            for steps in LENGTHS:
                page = await open_lab(browser, address, sequence(steps))
                for interval in INTERVALS:
                    cell = await playing(page, interval, steps, "Playback, ", BUDGET)
                    least = floors[interval]
                    rows += cell
                    rows.append(
                        Row(
                            f"{cell[0].what}, against the minimal page",
                            (cell[0].measured or 0) / least,
                            "×",
                        )
                    )
                await page.context.close()
    return rows


async def floor(browser: Browser, address: str, interval: int) -> float:
    """Give the milliseconds that a tick of a minimal Dash page costs."""
    page = await new_page(browser)
    await page.goto(address)
    await page.wait_for_timeout(CALM)
    session = await performance_of(page)
    ticks = MINIMAL_TICKS[interval]
    before = await busy(session)
    await page.evaluate("([interval, ticks]) => minimal.play(interval, ticks)", [interval, ticks])
    spent = await busy(session) - before
    await page.context.close()
    return spent * 1e3 / ticks


async def playing(
    page: Page, interval: int, steps: int, title: str, budget: float | None
) -> list[Row]:
    """Play a sequence from its start to its end; the first row is the CPU a step."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await page.get_by_label("Speed").select_option(str(interval))
    await page.wait_for_timeout(CALM)
    session = await performance_of(page)
    costs, seconds = [], []
    requests.clear()
    for _ in range(ROUNDS if interval * steps < BRIEF * 1e3 else 1):
        before = await busy(session)
        seconds.append(await page.evaluate("() => bench.play()"))
        costs.append((await busy(session) - before) * 1e3 / steps)
        await page.wait_for_timeout(CALM)
    name = f"{title}{SPEEDS[str(interval)].split(' ·')[0]}, {steps} steps: "
    return [
        Row(name + "main-thread CPU a step", median(costs), "ms", budget),
        Row(name + "steps a second", steps / median(seconds), ""),
        Row(name + "requests to the server", len(requests), "", 0),
    ]
