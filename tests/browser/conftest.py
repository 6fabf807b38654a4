"""A running lab, Chromium, and a page on which no error goes unseen."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FloatRect,
    Locator,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

from tests.browser.kept import SIZE, Kept

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PATIENCE = 15  # seconds: a limit for what hangs, not a measure of speed

expect.set_options(timeout=PATIENCE * 1000)


# --- The server ---------------------------------------------------------------


class Server:
    """The lab in a process of its own, as ``lstm-lab`` serves it; can be stopped and restarted."""

    def __init__(self, log: Path, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}/"
        self.log = log
        self.environment = environment
        self.data = log.parent / "data"  # where the files lie that readers open
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from components.serve import main; main()"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "HOST": HOST,
                    "PORT": str(self.port),
                    "LSTM_LAB_DATA": str(self.data),
                    **self.environment,
                },
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert self.url in said, f"The server says {said!r} and {self.log.read_text()}"
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "The server does not answer."

    def stop(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.communicate()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}health", timeout=PATIENCE) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a worker; in the end it must not have failed anywhere."""
    running = Server(tmp_path_factory.mktemp("server") / "stderr.txt")
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text()


@pytest.fixture
def no_workers() -> None:
    """Let the server of a test's own have no workers: two processes less to start."""


@pytest.fixture
def own_server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a test a server that it may stop and start."""
    jobs = "0" if "no_workers" in request.fixturenames else "1"
    running = Server(tmp_path / "stderr.txt", LSTM_LAB_JOBS=jobs)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def new_server(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Server]:
    """Give a function that starts a server without workers, with more in its environment."""

    def make(**environment: str) -> Server:
        log = tmp_path_factory.mktemp("server") / "stderr.txt"
        return Server(log, LSTM_LAB_JOBS="0", **environment)

    return make


# --- The browser --------------------------------------------------------------


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """Tell pytest-playwright where the lab is; the plugin's own fixture warns under pytest 9."""
    return server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Take the system's Chromium where there is one, and let it call nobody."""
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next(filter(None, map(shutil.which, names)), None)
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        **({"executable_path": installed} if installed else {}),
        "args": [
            *root,
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    }


class Watch:
    """Remembers what went wrong on any page of a test, and what was asked of the server."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._problems: list[str] = []
        self._allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect problems that match: the test provokes them."""
        self._allowed.append(pattern)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a browser context."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)

    def end(self) -> None:
        """Fail on every problem that was not expected, and forget them all."""
        problems, allowed = self._problems, self._allowed
        self.requests, self._problems, self._allowed = [], [], []
        assert [
            problem
            for problem in problems
            if not any(re.search(pattern, problem) for pattern in allowed)
        ] == []

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._problems.append(f"console {message.type}: {message.text}")

    def _error(self, error: WebError) -> None:
        self._problems.append(f"page error: {error.error}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob"):
            return
        self.requests.append(request.url)
        if address.hostname != HOST:
            self._problems.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._problems.append(f"answer {response.status}: {response.url}")


# --- The page -----------------------------------------------------------------


class Lab:
    """The Cell page as its reader has it: found by the names that stay put."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.kept: Kept | None = None

    @property
    def sequence(self) -> Locator:
        """The text field of the input sequence."""
        return self.page.get_by_role("textbox", name="Input sequence", exact=True)

    @property
    def time(self) -> Locator:
        """The time slider."""
        return self.slider("Time step")

    @property
    def speed(self) -> Locator:
        """The choice of the speed."""
        return self.page.get_by_role("combobox", name="Speed", exact=True)

    @property
    def separate(self) -> Locator:
        """The switch for separate weights of x and h."""
        return self.page.get_by_label("separate W and U")

    @property
    def alert(self) -> Locator:
        """What the page says went wrong."""
        return self.page.get_by_role("alert")

    def button(self, name: str) -> Locator:
        """Find a button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def slider(self, name: str) -> Locator:
        """Find a slider by its name."""
        return self.page.get_by_role("slider", name=name, exact=True)

    def field(self, symbol: str) -> Locator:
        """Find the number field beside a slider, such as that of W_f."""
        return self.page.get_by_role("textbox", name=f"Exact {symbol}", exact=True)

    def region(self, name: str) -> Locator:
        """Find a panel by its name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def reading(self, name: str) -> Locator:
        """Find the one place of a live number among the readings."""
        return self.region("Readings").locator(f"data[data-value='{name}']")

    def figure(self, name: str) -> Locator:
        """Find a figure, with the marks that lie over it."""
        return self.page.locator(f"[data-figure='{name}']")

    def open(self, link: str = "", **state: Any) -> None:
        """Open the page, where ``state`` is given with a link to it, and wait until it is ready."""
        if state:
            link = "#" + urlencode({"v": 1, **state}, safe=",")
        if self.kept:
            self.kept.open(self, link)
        else:
            self.load(link)

    def open_forged(self, link: str = "", **state: Any) -> None:
        """Open a kept page with a link that it cannot follow as it stands."""
        assert self.kept
        link = link or "#" + urlencode({"v": 1, **state}, safe=",")
        self.kept.open(self, link, follows=False)

    def load(self, link: str = "") -> None:
        """Load the page, and wait until it is ready."""
        self.leave()
        self.page.goto(self.url + link)
        self.ready()

    def leave(self) -> None:
        """Go where nothing runs, so that opening the page again loads it anew."""
        if self.kept:
            self.kept.empty = False
        self.page.goto("about:blank")

    def forget(self) -> dict[str, str]:
        """Leave the page as another reader's browser has it; give what this one remembered."""
        remembered: dict[str, str] = self.page.evaluate(
            """() => {
                const all = { ...localStorage };
                localStorage.clear();
                sessionStorage.clear();
                return all;
            }"""
        )
        self.page.context.clear_cookies()
        self.leave()
        return remembered

    def remember(self, all_of_it: dict[str, str]) -> None:
        """Be the browser again that remembered this."""
        # A page of the lab's own address on which nothing runs.
        quiet = f"{self.url}/quiet"
        still = '<!DOCTYPE html><link rel="icon" href="data:,">'
        self.page.route(quiet, lambda route: route.fulfill(body=still, content_type="text/html"))
        self.page.goto(quiet)
        self.page.unroute(quiet)
        self.page.evaluate(
            """(all) => {
                localStorage.clear();
                Object.assign(localStorage, all);
            }""",
            all_of_it,
        )

    def ready(self) -> None:
        """Wait until numbers, drawing and figures are there."""
        expect(self.page.locator("[data-view][data-ready]")).to_be_attached()
        expect(self.page.locator("[data-diagram] svg")).to_be_visible()
        for name in ("unrolled", "traces"):
            self.until(f"() => document.querySelector('[data-figure={name}] .trace') !== null")

    def until(self, condition: str, argument: Any = None) -> None:
        """Wait for a JavaScript condition, at every frame.

        The page's policy forbids ``wait_for_function``, which evaluates text in the page.
        """
        self.page.evaluate(
            f"""(argument) => new Promise((resolve, reject) => {{
                const condition = {condition};
                const end = performance.now() + {PATIENCE * 1000};
                const look = () => {{
                    if (condition(argument)) resolve();
                    else if (performance.now() < end) requestAnimationFrame(look);
                    else reject(new Error("never came true: " + condition));
                }};
                look();
            }})""",
            argument,
        )

    def at(self, t: int, status: str | None = None) -> None:
        """Expect a time, and a status."""
        expect(self.reading("t")).to_have_attribute("value", str(t))
        if status is not None:
            self.status(status)

    def status(self, status: str) -> None:
        """Expect a status, in words and in its colour."""
        expect(self.reading("status")).to_have_text(status)
        expect(self.page.locator(".lab-status")).to_have_attribute("data-status", status)

    def go(self, t: int) -> None:
        """Go to a time by the slider."""
        self.time.fill(str(t))
        self.at(t)

    def read(self, name: str) -> str:
        """Read a live number in full precision."""
        value = self.reading(name).get_attribute("value")
        assert value is not None
        return value

    def number(self, name: str) -> float:
        """Read a live number that is there."""
        return float(self.read(name))

    def all_numbers(self) -> dict[str, list[str]]:
        """Read each live number wherever it stands, as the different values that it has."""
        found = self.page.evaluate(
            """() => {
                const found = {};
                for (const element of document.querySelectorAll("data[data-value]"))
                    (found[element.dataset.value] ??= new Set()).add(element.getAttribute("value"));
                return JSON.stringify(found, (_, value) =>
                    value instanceof Set ? [...value] : value);
            }"""
        )
        values: dict[str, list[str]] = json.loads(found)
        return values

    def both(self) -> list[dict[str, str]]:
        """Read the live numbers of Settings A and B, once both and their difference are there."""
        found = []
        for name in ("Setting A", "Setting B", "Difference"):
            root = self.region(name)
            expect(root).to_have_attribute("data-ready", "")
            found.append(
                root.locator("[data-card=Readings] data[data-value]").evaluate_all(
                    "(all) => Object.fromEntries(all.map((one) => "
                    "[one.dataset.value, one.getAttribute('value')]))"
                )
            )
        return found[:2]

    def set(self, symbol: str, value: str) -> None:
        """Type a weight or bias, and wait until the page shows what follows from it."""
        self.field(symbol).fill(value)
        self.uses(symbol, value)

    def uses(self, symbol: str, value: str) -> None:
        """Expect the page to show a trace that was computed with this weight or bias."""
        self.until(
            """([symbol, value]) => [...document.querySelectorAll(`data[data-part="${symbol}"]`)]
                .some((element) => Number(element.getAttribute("value")) === value)""",
            [symbol, float(value)],
        )

    def type_sequence(self, text: str) -> None:
        """Type a sequence, and wait until the page has run over it."""
        self.sequence.fill(text)
        self.shows_sequence([float(value) for value in re.split(r"[,\s]+", text.strip())])

    def shows_sequence(self, values: list[float]) -> None:
        """Expect the page to have run over a sequence: the traces, drawn last, show it."""
        self.until(
            """(values) => {
                const plot = document.querySelector("[data-figure=traces] .js-plotly-plot");
                const inputs = plot._fullData.filter((trace) => trace.meta === "x").at(-1);
                const shown = [...inputs.y].slice(1); // there is no input at t = 0
                return shown.length === values.length && shown.every((x, k) => x === values[k]);
            }""",
            values,
        )


class Network(Lab):
    """The Network page as its reader has it."""

    def __init__(self, page: Page, server_url: str) -> None:
        super().__init__(page, server_url + "network")

    @property
    def text(self) -> Locator:
        """The text that the model reads."""
        return self.page.get_by_role("textbox", name="Text", exact=True)

    @property
    def file(self) -> Locator:
        """The file input that opens a model."""
        return self.page.get_by_label("Open a model", exact=True)

    @property
    def pinned(self) -> Locator:
        """The number of the pinned unit."""
        return self.page.get_by_role("spinbutton", name="Pinned unit", exact=True)

    @property
    def size(self) -> Locator:
        """The cell size of a new network."""
        return self.slider("Cell size")

    def choice(self, name: str) -> Locator:
        """Find a select by its name."""
        return self.page.get_by_role("combobox", name=name, exact=True)

    def option(self, name: str) -> Locator:
        """Find a field of a new network by its name."""
        return self.page.get_by_role("textbox", name=name, exact=True)

    def ready(self) -> None:
        """Wait until the numbers and the figures are there."""
        expect(self.page.locator("[data-view=network][data-ready]")).to_be_attached()
        for name in ("heatmaps", "state_c", "state_h", "saturation"):
            self.until(
                """(name) => document.querySelector(
                    `[data-figure=${name}] .js-plotly-plot .nsewdrag`) !== null""",
                name,
            )
        expect(self.page.locator(".lab-tokens bdi").first).to_be_attached()

    def tokens(self, count: int) -> None:
        """Expect a run over so many tokens to be shown, in numbers and in figures."""
        expect(self.time).to_have_attribute("max", str(count))
        self.until(
            """(count) => document.querySelector("[data-figure=heatmaps] .js-plotly-plot")
                ._fullData[0]?.z[0].length === count""",
            count,
        )

    def runs(self, says: str) -> None:
        """Expect the page to say this of the model that it shows."""
        expect(self.page.locator(".lab-what")).to_contain_text(says)

    def shows(self, wanted: Mapping[str, float]) -> None:
        """Expect these readings, to the precision in which they travel."""
        self.until(
            """(wanted) => Object.entries(wanted).every(([name, value]) => {
                const place = document.querySelector(
                    `[data-card=Readings] data[data-value=${name}]`);
                const shown = place.getAttribute("value");
                return shown !== "" && Math.abs(Number(shown) - value) <= 1e-5 + 1e-5 * value;
            })""",
            dict(wanted),
        )

    def pins(self, unit: int) -> None:
        """Expect all panels to show this unit."""
        expect(self.pinned).to_have_value(str(unit))
        for place in self.page.locator("data[data-part=unit]").all():
            expect(place).to_have_attribute("value", str(unit))

    def heat(self, name: str) -> list[dict[str, Any]]:
        """Read what the heat maps of a figure were drawn from: meta, and z row by row."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """(name) => document.querySelector(`[data-figure=${name}] .js-plotly-plot`)
                ._fullData.filter(({ type }) => type === "heatmap")
                .map(({ meta, z }) => ({ meta, z: [...z].map((row) => [...row]) }))""",
            name,
        )
        return found

    def draws(self, name: str, meta: str, rows: list[list[float]]) -> None:
        """Expect a heat map of a figure to show these rows, to the precision of a picture."""
        self.until(
            """([name, meta, rows]) => {
                const plot = document.querySelector(`[data-figure=${name}] .js-plotly-plot`);
                const map = plot._fullData.find(
                    (one) => one.type === "heatmap" && one.meta === meta);
                return map && map.z.length === rows.length && rows.every((row, n) =>
                    map.z[n].length === row.length &&
                    row.every((value, t) => Math.abs(map.z[n][t] - value) <= 0.003));
            }""",
            [name, meta, rows],
        )

    def area(self, name: str, place: int = 1) -> FloatRect:
        """Find the ground that Plotly draws on: of the only plot of a figure, or of one of many."""
        axis = "xy" if place == 1 else f"xy{place}"
        drawn = self.figure(name).locator(f".draglayer .{axis} .nsewdrag")
        drawn.scroll_into_view_if_needed()
        box = drawn.bounding_box()
        assert box is not None
        return box

    def cell(self, name: str, place: int, t: int, row: int) -> tuple[float, float]:
        """Find the middle of a cell of a heat map that is not zoomed."""
        box = self.area(name, place)
        steps, rows = self.page.evaluate(
            """([name, place]) => {
                const plot = document.querySelector(`[data-figure=${name}] .js-plotly-plot`);
                return [Number(document.querySelector(".lab-time").max),
                    plot._fullData[place - 1].z.length];
            }""",
            [name, place],
        )
        x = box["x"] + box["width"] * (t + 0.5) / (steps + 1)
        return x, box["y"] + box["height"] * (row + 0.5) / rows


@pytest.fixture(scope="session")
def worker_watch() -> Watch:
    """One watch for all tests of a worker, since they share a browser page."""
    return Watch()


@pytest.fixture
def watch(worker_watch: Watch) -> Iterator[Watch]:
    """Watch everything that happens in a test, and fail it on any problem."""
    yield worker_watch
    worker_watch.end()


@pytest.fixture(scope="session")
def worker_page(browser: Browser, worker_watch: Watch) -> Page:
    """One page for all tests of a worker: its scripts are compiled once, a third of the time."""
    context = browser.new_context()
    worker_watch.over(context)
    return context.new_page()


@pytest.fixture(scope="session")
def worker_kept(worker_page: Page) -> Kept:
    """Give the one page of a worker as one that is kept."""
    return Kept(worker_page)


@pytest.fixture
def clipboard(worker_page: Page) -> Iterator[None]:
    """Let the page of the lab write into the clipboard, and a test read it."""
    worker_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield
    worker_page.context.clear_permissions()


@pytest.fixture
def keeps_page() -> None:
    """Let all tests of a module keep the page, where none is about loading it."""


@pytest.fixture
def lab(
    worker_page: Page,
    server: Server,
    watch: Watch,
    worker_kept: Kept,
    request: pytest.FixtureRequest,
) -> Iterator[Lab]:
    """Give the lab in a browser that remembers nothing, with no page opened yet."""
    lab = Lab(worker_page, server.url)
    worker_kept.reset()
    if "keeps_page" in request.fixturenames:
        lab.kept = worker_kept
    elif worker_kept.empty:
        worker_kept.empty = False
        lab.leave()
    failed = request.session.testsfailed
    yield lab
    if lab.kept and request.session.testsfailed == failed:
        lab.kept.rest(lab)
        if lab.kept.empty:
            return
    # Whatever the page has reported by now comes in before the answer to this.
    lab.page.evaluate("() => location.protocol === 'about:' || localStorage.clear()")
    lab.leave()
    worker_kept.empty = False


@pytest.fixture
def open_lab(browser: Browser, server: Server, watch: Watch) -> Iterator[Callable[..., Lab]]:
    """Open labs in browsers of their own; the arguments are those of a browser context."""
    contexts: list[BrowserContext] = []

    def make(url: str | None = None, **more: Any) -> Lab:
        context = browser.new_context(**{"viewport": SIZE, "color_scheme": "dark", **more})
        contexts.append(context)
        watch.over(context)
        return Lab(context.new_page(), url or server.url)

    yield make
    for context in contexts:
        for page in context.pages:
            page.evaluate("() => 0")  # what the page has reported by now comes in before its end
        context.close()


@pytest.fixture
def network(lab: Lab, server: Server) -> Network:
    """Give the Network page, as :func:`lab` gives the Cell page."""
    network = Network(lab.page, server.url)
    network.kept = lab.kept
    return network


@pytest.fixture
def open_network(open_lab: Callable[..., Lab], server: Server) -> Callable[..., Network]:
    """Open Network pages in browsers of their own, as :func:`open_lab` does."""

    def make(**more: Any) -> Network:
        return Network(open_lab(**more).page, server.url)

    return make
