"""What the panorama costs while a hand moves it, with points over it, and while a path plays."""

import asyncio
from collections.abc import Iterator

from playwright.async_api import Browser, Page

from .lab import CALM, busy, chromium, new_page, performance_of, served
from .table import Row

POINTS = {20_000: 58, 100_000: 30}  # and how many frames a second there must be at least
BUDGET = 12  # milliseconds of a frame, above which a picture of the points is moved instead
STEP = 2  # milliseconds of a step of the path
FRAMES = 120
STEPS = 300  # of the path

# A canvas over the page, hills of points, and tiles of 64 letters that need no server.
START = """([N, steps]) => {
    const draw = (() => { let s = 1; return () => (s = (s * 16807) % 2147483647) / 2147483647; })();
    const bell = () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(6.2832 * draw());
    const hills = Array.from({ length: 20 }, () => [0.1 + 0.8 * draw(), 0.1 + 0.8 * draw()]);
    const places = new Float32Array(2 * N);
    const colours = new Uint8Array(3 * N);
    for (let n = 0; n < N; n += 1) {
        const at = hills[n % 20].map((x) => Math.min(Math.max(x + 0.05 * bell(), 0), 0.9999));
        places.set(at, 2 * n);
        colours.set([(n % 8) * 30, 120, 200], 3 * n);
    }
    const cells = Array.from({ length: 64 }, (_, n) => {
        const [x, y] = [32 * (n % 8), 32 * Math.floor(n / 8)];
        return `<rect x="${x + 1}" y="${y + 1}" width="30" height="30" rx="4" fill="#264"/>`
            + `<text x="${x + 11}" y="${y + 21}" font-size="15" fill="#fff">a</text>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256">`;
    const tile = encodeURIComponent(`${svg}${cells.join("")}</svg>`);
    const root = document.querySelector(".lab-view");
    const box = document.createElement("div");
    box.style = "position: fixed; inset: 60px 350px 10px 310px; z-index: 99";
    root.append(box);
    const map = (window.map = new lstmLab.MapCanvas(box, {}));
    map.load(places);
    map.points({ shown: true, colours });
    map.tiles((z, x, y) => `data:image/svg+xml,${tile}#${z}/${x}/${y}`);
    map.labels([hills.map(([x, y], n) => ({ name: `hill ${n}`, x, y, count: n, region: n }))]);
    const path = Float32Array.from({ length: 2 * steps }, (_, k) => places[(k * 74) % (2 * N)]);
    map.path(path);
}"""

# Move as a hand does, a little at every frame: seconds that it took, and how long frames were.
MOVE = """([what, frames]) => new Promise((done) => {
    const spent = [];
    const { screen } = map;
    const { draw } = screen;
    screen.draw = function (now) {
        const began = performance.now();
        draw.call(this, now);
        spent.push(performance.now() - began);
    };
    const began = performance.now();
    let n = 0;
    const next = () => {
        if (n === frames) {
            delete screen.draw;
            done({ spent, seconds: (performance.now() - began) / 1000 });
            return;
        }
        n += 1;
        const share = n / frames;
        if (what === "pan") map.look({ x: 0.4 + 0.2 * share, y: 0.5, zoom: 1 });
        if (what === "zoom") map.look({ x: 0.5, y: 0.5, zoom: 3 * share });
        if (what === "play") map.paint(n);
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
})"""


def measure() -> Iterator[Row]:
    """Give what a frame costs, and frames a second, while panning, zooming and playing."""
    yield from asyncio.run(_measure())


async def _measure() -> list[Row]:
    rows: list[Row] = []
    async with chromium() as browser:
        with served() as address:
            for count, least in POINTS.items():
                page = await _open(browser, address, count)
                for what in ("pan", "zoom"):
                    name = f"Map of {count:,} points, {what}: "
                    found = await page.evaluate(MOVE, [what, FRAMES])
                    spent = sorted(found["spent"])
                    budget = BUDGET if count == min(POINTS) else None
                    rows += [
                        Row(name + "a frame, in half of them", _share(spent, 0.5), "ms", budget),
                        Row(name + "a frame, in 95 % of them", _share(spent, 0.95), "ms"),
                        Row(name + "frames a second", FRAMES / found["seconds"], "", least, True),
                    ]
                    await page.wait_for_timeout(CALM)
                rows += await _playing(page, count)
                await page.context.close()
    return rows


def _share(spent: list[float], share: float) -> float:
    return spent[int(share * (len(spent) - 1))]


async def _playing(page: Page, count: int) -> list[Row]:
    """Give what a step of the path costs: drawing it, and all that the main thread does."""
    session = await performance_of(page)
    before = await busy(session)
    found = await page.evaluate(MOVE, ["play", STEPS])
    spent = (await busy(session) - before) * 1e3 / len(found["spent"])
    name = f"Map of {count:,} points, a step of the path: "
    return [
        Row(name + "drawing it", _share(sorted(found["spent"]), 0.5), "ms", STEP),
        Row(name + "main-thread CPU", spent, "ms"),
    ]


async def _open(browser: Browser, address: str, count: int) -> Page:
    page = await new_page(browser)
    await page.goto(address)
    await page.locator(".lab-view[data-ready]").wait_for()
    await page.wait_for_timeout(CALM)
    await page.evaluate(START, [count, STEPS])
    await page.wait_for_timeout(CALM)
    return page
