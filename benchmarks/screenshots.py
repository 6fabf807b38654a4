"""The pictures in the documentation: ``python -m benchmarks.screenshots [folder]``."""

import asyncio
import io
import sys
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize

from .lab import CALM, DESKTOP, ROOT, chromium, new_page, served

PHONE: ViewportSize = {"width": 390, "height": 844}
# Page, what to press there, steps into it: the burst is being remembered; deep in the brackets;
# a grammar is learnt; a list is continued.
Place = tuple[str, str, int]
CELL: Place = ("", "Burst", 6)
COMPARE: Place = ("", "Compare", 5)
NETWORK: Place = ("network", "Brackets", 12)
TRAIN: Place = ("train", "Train", 0)
LENS: Place = ("lens", "a numbered list", 0)
MAP: Place = ("map", "", 0)
MODELS: Place = ("models", "", 0)
PICTURES: dict[str, tuple[Place, ViewportSize, Literal["dark", "light"]]] = {
    "cell-dark": (CELL, DESKTOP, "dark"),
    "cell-light": (CELL, DESKTOP, "light"),
    "cell-narrow": (CELL, PHONE, "dark"),
    "compare-dark": (COMPARE, DESKTOP, "dark"),
    "compare-light": (COMPARE, DESKTOP, "light"),
    "network-dark": (NETWORK, DESKTOP, "dark"),
    "network-light": (NETWORK, DESKTOP, "light"),
    "network-narrow": (NETWORK, PHONE, "dark"),
    "train-dark": (TRAIN, DESKTOP, "dark"),
    "train-light": (TRAIN, DESKTOP, "light"),
    "train-narrow": (TRAIN, PHONE, "dark"),
    "lens-dark": (LENS, DESKTOP, "dark"),
    "lens-light": (LENS, DESKTOP, "light"),
    "lens-narrow": (LENS, PHONE, "dark"),
    "map-dark": (MAP, DESKTOP, "dark"),
    "map-light": (MAP, DESKTOP, "light"),
    "map-narrow": (MAP, PHONE, "dark"),
    "models-dark": (MODELS, DESKTOP, "dark"),
    "models-light": (MODELS, DESKTOP, "light"),
}
LEARNT = 60_000  # milliseconds that a run may take
LARGEST = 300_000  # bytes
COLOURS = (256, 128, 64)


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in asyncio.run(_take()).items():
        path = folder / f"{name}.png"
        path.write_bytes(smaller(picture))
        print(f"{path} ({path.stat().st_size / 1e3:.0f} kB)")


async def _take() -> dict[str, bytes]:
    with served(jobs=1) as address:
        async with chromium() as browser:
            return {
                name: await picture(browser, address, place, size, theme)
                for name, (place, size, theme) in PICTURES.items()
            }


async def picture(
    browser: Browser,
    address: str,
    place: Place,
    size: ViewportSize,
    theme: Literal["dark", "light"],
) -> bytes:
    """Take a few steps of an example, and a picture of the window."""
    path, example, steps = place
    page = await new_page(browser, size, theme)
    await page.goto(address + path)
    await page.locator("[data-ready]").wait_for()
    await page.wait_for_timeout(CALM)
    if example:
        await page.get_by_role("button", name=example, exact=True).click()
    if example == "Train":
        await _learnt(page)
    if example == "Compare":
        await _compared(page)
    await page.wait_for_timeout(CALM)
    for _ in range(steps):
        await page.get_by_role("button", name="Step forward", exact=True).click()
    # Neither hover nor focus, and the top of the page: what a reader meets.
    await page.mouse.move(0, 0)
    await page.evaluate("() => (document.activeElement.blur(), scrollTo(0, 0))")
    await page.wait_for_timeout(CALM)
    png = await page.screenshot()
    await page.context.close()
    return png


async def _compared(page: Page) -> None:
    """Let the second setting remember longer, and wait until it is said how far they part."""
    bias = page.get_by_role("region", name="Setting B").get_by_label("Exact b_f")
    await bias.fill("3")
    await bias.press("Enter")
    await page.locator("[data-value=first_difference]:not([value=''])").wait_for()


async def _learnt(page: Page) -> None:
    """Wait until a run is over."""
    done = page.locator(".lab-card-run .lab-state[data-state=done]")
    await done.wait_for(timeout=LEARNT)


def smaller(png: bytes) -> bytes:
    """Compress a picture as far as it takes to stay below ``LARGEST``, colours last."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    smaller = _saved(image)
    for colours in COLOURS:
        if len(smaller) < LARGEST:
            break
        # The most different ones are kept: a small mark of a region has its own hue.
        smaller = _saved(
            image.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        )
    return smaller


def _saved(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
