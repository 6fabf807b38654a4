"""A slider under the hand: how far numbers and figures lag behind it."""

import asyncio
import time
from statistics import median

from playwright.async_api import Page

from .lab import CALM, chromium, open_lab, sequence, served
from .table import Row

STEPS = 50
SEEN_AT = 25  # at t = 0 no weight shows
DRAGS = 7
MOVES = 60
SECONDS = 1.0
# Shares of the slider's width between which the hand goes to and fro.
ENDS = (0.2, 0.85)


def measure() -> list[Row]:
    """Give the medians over the drags, and the most requests at once in any."""
    drags = asyncio.run(_drags())

    def typical(what: str, key: str, unit: str = "", budget: float | None = None) -> Row:
        value = median(one[key] for one in drags)
        return Row(f"Dragging, {STEPS} steps: {what}", value, unit, budget)

    most = max(one["at_once"] for one in drags)
    return [
        typical("last input event to numbers", "numbers", "ms", 50),
        typical("last input event to diagram", "diagram", "ms", 50),
        typical("last input event to figures", "figures", "ms", 200),
        typical("last move of the hand to its input event", "waited", "ms"),
        typical("the drag itself", "seconds", "s"),
        typical("input events a drag", "inputs"),
        typical("requests a drag", "requests"),
        typical("drawings of the traces a drag", "drawings"),
        Row(f"Dragging, {STEPS} steps: most requests at once", most, "", 1),
    ]


async def _drags() -> list[dict[str, float]]:
    with served() as address:
        async with chromium() as browser:
            page = await open_lab(browser, address, sequence(STEPS), SEEN_AT)
            await drag(page, 0)  # to warm up
            return [await drag(page, number) for number in range(1, DRAGS + 1)]


async def drag(page: Page, number: int) -> dict[str, float]:
    """Drag the forget gate's weight over the slider, to the right or back."""
    box = await page.get_by_role("slider", name="Forget gate weight W_f").bounding_box()
    assert box is not None
    start, end = (box["x"] + share * box["width"] for share in ENDS[:: 1 if number % 2 else -1])
    y = box["y"] + box["height"] / 2
    await page.mouse.move(start, y)
    await page.mouse.down()
    await page.wait_for_timeout(CALM)
    await page.evaluate("(t) => bench.watchDrag(t)", SEEN_AT)
    began = time.perf_counter()
    moves = []
    for move in range(1, MOVES + 1):
        await asyncio.sleep(began + move * SECONDS / MOVES - time.perf_counter())
        # A hand does not wait until the page has taken notice of its last move.
        x = start + (end - start) * move / MOVES
        moves.append(asyncio.create_task(page.mouse.move(x, y)))
    await asyncio.gather(*moves)
    await page.mouse.up()
    await page.wait_for_timeout(CALM)
    measured: dict[str, float] = await page.evaluate("() => bench.readDrag()")
    return measured
