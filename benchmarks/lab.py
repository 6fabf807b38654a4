"""The served lab and the browser that opens it, for measurements and screenshots."""

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, CDPSession, Page, ViewportSize, async_playwright

ROOT = Path(__file__).parent.parent
PROBE = Path(__file__).with_name("probe.js")
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PATIENCE = 30.0  # seconds for a server to answer for the first time
CALM = 1500  # milliseconds after which nothing on a page still follows from its loading


@contextmanager
def served(*command: str, jobs: int = 0) -> Iterator[str]:
    """Run a server in a process of its own, on a free port, with an empty data directory.

    Parameters
    ----------
    *command : str
        What Python runs: a server that reads PORT and answers /health. By
        default the lab.
    jobs : int
        Workers beside the lab: none, so that they do not disturb what is measured.

    Yields
    ------
    str
        Its address, with the last slash.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    with tempfile.TemporaryDirectory() as data:
        own = {"HOST": "127.0.0.1", "PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, *(command or ("app.py",))],
            cwd=ROOT,
            env=os.environ | own | {"LSTM_LAB_DATA": data, "LSTM_LAB_JOBS": str(jobs)},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait_for(address + "health", process)
            yield address
        finally:
            process.terminate()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
            return
        except urllib.error.URLError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start the system's Chromium, or Playwright's own where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next(filter(None, map(shutil.which, names)), None)
    quiet = ["background-networking", "component-update", "sync"]
    flags = ["--no-first-run", *(f"--disable-{name}" for name in quiet)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed, args=flags)
        try:
            yield browser
        finally:
            await browser.close()


async def new_page(
    browser: Browser,
    size: ViewportSize = DESKTOP,
    theme: Literal["dark", "light"] = "dark",
) -> Page:
    """Open an empty page with an empty cache, with the probe in it."""
    context = await browser.new_context(
        viewport=size, color_scheme=theme, device_scale_factor=1, reduced_motion="no-preference"
    )
    page = await context.new_page()
    await page.add_init_script(path=PROBE)
    return page


async def rest(page: Page) -> None:
    """Wait until the lab has drawn its first answer, and nothing follows from it any more."""
    await page.evaluate("() => bench.loaded")
    await page.wait_for_timeout(CALM)


async def open_lab(browser: Browser, address: str, inputs: Sequence[float], t: int = 0) -> Page:
    """Open the lab on a sequence, through a link, and wait until it rests."""
    page = await new_page(browser)
    await page.goto(f"{address}#v=1&x={','.join(map(str, inputs))}&t={t}")
    await rest(page)
    return page


def sequence(steps: int) -> list[float]:
    """Draw inputs as the page's Random does: the least that compression can gain on."""
    draw = random.Random(0)
    return [round(draw.uniform(-1, 1), 2) for _ in range(steps)]


async def performance_of(page: Page) -> CDPSession:
    """Let Chromium count what the page's main thread does."""
    session = await page.context.new_cdp_session(page)
    # CPU time of the thread: on a busy machine a task's wall time says little.
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


async def busy(session: CDPSession) -> float:
    """Give the seconds of CPU that the main thread has spent in tasks."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))
