"""A portal that has the lab installed: in its own layout, on its server, beside it, in a frame.

It runs as its README says, under gunicorn with several workers, in a process
that sees the installed packages and nothing of the repository.

Its page is the dearest of all to open, so most tests share one: they leave it
as they found it, but for the time of a view, which each of them sets itself.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, ViewportSize, expect

from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Watch

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PATIENCE = 30  # seconds: a limit for what hangs
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
Open = Callable[..., "Lab"]
View = Locator | FrameLocator | Page


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where only the portal looks."""
    folder = tmp_path_factory.mktemp("site")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
    pip = [sys.executable, "-m", "pip"]
    wheel = [*pip, "wheel", str(ROOT), *quiet, "--no-build-isolation", "-w", str(folder)]
    subprocess.run(wheel, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    install = [*pip, "install", str(built), *quiet, "--target", str(folder / "packages")]
    subprocess.run(install, check=True, capture_output=True)
    return folder / "packages"


@contextmanager
def gunicorn(application: str, site: Path, path: str) -> Iterator[str]:
    """Serve one of the example's applications with two workers, as its README does."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    address = f"http://{HOST}:{port}"
    log = site.parent / f"{application.partition(':')[0]}.txt"
    data = site.parent / "data"
    command = [sys.executable, "-m", "gunicorn", application, "--workers", "2", "--threads", "4"]
    with log.open("w") as written:
        process = subprocess.Popen(
            [*command, "--bind", f"{HOST}:{port}", "--log-level", "warning"],
            cwd=ROOT / "examples" / "portal",
            env={
                **os.environ,
                "PYTHONPATH": str(site),
                "LSTM_LAB_DATA": str(data),
                "OPENBLAS_NUM_THREADS": "1",
            },
            stderr=written,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(address + path, timeout=PATIENCE).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, "The portal does not answer."
                time.sleep(0.05)
        yield address + path
    finally:
        process.send_signal(signal.SIGINT)  # at once: a browser keeps its connections open
        process.wait(PATIENCE)
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def address(site: Path, worker_page: Page) -> Iterator[str]:
    """Serve the portal."""
    with gunicorn("app:application", site, "/") as address:
        yield address
        worker_page.goto("about:blank")  # before the server ends, of which it may ask something


@pytest.fixture
def page(worker_page: Page, address: str, watch: "Watch") -> Page:
    """Give the portal's page, with all lessons ready, as other tests have left it."""
    if worker_page.url != address:
        worker_page.set_viewport_size(WIDE)
        worker_page.emulate_media(color_scheme="dark")
        worker_page.goto(address)
        ready(worker_page)
    return worker_page


@pytest.fixture
def own_page(worker_page: Page, page: Page) -> Iterator[Page]:
    """Give the portal's page to a test that changes it, and which nobody has after it."""
    yield page
    page.evaluate("() => localStorage.clear()")
    page.goto("about:blank")


def ready(page: Page) -> None:
    for name in ("lesson-1", "lesson-2", "lesson-3"):
        expect(page.locator(f"[data-view={name}][data-ready]")).to_be_attached()
    expect(framed(page).locator("[data-view][data-ready]")).to_be_attached()


def lesson(page: Page, n: int) -> Locator:
    return page.get_by_role("region", name=f"lesson-{n}", exact=True)


def framed(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.framed")


def reading(view: View, name: str) -> Locator:
    readings = view.locator("[data-card=Readings]")
    return readings.locator(f"data[data-value={name}]")


def press(view: View, name: str, times: int = 1) -> None:
    for _ in range(times):
        view.get_by_role("button", name=name, exact=True).click()


def begin(view: View) -> None:
    """Go to the beginning, where another test may have left it elsewhere."""
    press(view, "Reset")
    expect(reading(view, "t")).to_have_attribute("value", "0")


def works(view: View) -> None:
    """Expect the single pulse of every page's beginning, one step on."""
    begin(view)
    press(view, "Step forward")
    expect(reading(view, "t")).to_have_attribute("value", "1")
    expect(reading(view, "c")).to_have_text("0.288")


# The four ways, and the frame


@pytest.mark.parametrize("path", ["shared/", "dispatched/"])
def test_the_whole_lab_works_beside_the_portal(lab: "Lab", address: str, path: str) -> None:
    lab.url = address + path
    lab.open()
    works(lab.page)
    lab.page.get_by_role("link", name="Network", exact=True).click()
    expect(lab.page.locator(".lab-network[data-ready]")).to_be_attached()
    assert lab.page.url.startswith(f"{address}{path}network")


def test_the_whole_lab_works_alone_below_a_path(lab: "Lab", site: Path) -> None:
    with gunicorn("alone:server", site, "/alone/") as address:
        lab.url = address
        lab.open()
        works(lab.page)
        lab.leave()


def test_a_view_works_in_the_portal_s_own_layout(page: Page) -> None:
    works(lesson(page, 1))
    figures = lesson(page, 1).locator("[data-figure=traces] .trace")
    expect(figures.first).to_be_attached()


def test_the_lab_in_the_portal_s_frame_shows_what_its_link_says(page: Page) -> None:
    expect(reading(framed(page), "t")).to_have_attribute("value", "3")
    expect(framed(page).get_by_role("banner")).to_have_count(0)
    expect(framed(page).locator("html")).to_have_attribute("data-bs-theme", "light")


def test_the_portal_s_own_callbacks_work(own_page: Page) -> None:
    own_page.get_by_role("button", name="Read the sensors").click()
    expect(own_page.locator("#said")).to_have_text("Read 1 times.")


def test_a_view_shows_the_panels_and_begins_as_it_was_told(page: Page) -> None:
    view = lesson(page, 3)
    panels = view.locator("[data-card]:visible")
    names = panels.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert names == ["Cell diagram", "Traces"]
    box, inner = view.bounding_box(), panels.first.bounding_box()
    assert box is not None
    assert inner is not None
    assert box["height"] == 700
    assert inner["width"] > box["width"] - 40
    press(view, "Reset")
    press(view, "Step forward", times=4)
    # The latch was set high at t = 1 and low at t = 4.
    c = view.locator("[data-diagram] data[data-value=c]").first
    expect(c).to_have_text(re.compile("^−0"))
    expect(view.locator("[data-figure=traces] .trace").first).to_be_attached()


# Nothing of ours reaches the portal


STYLES = """() => {
    const seen = {};
    const outside = [...document.querySelectorAll("html, body, body *")].filter(
        (one) => !one.closest(".lab-view, script, style, link, noscript"));
    outside.forEach((one, n) => {
        const style = getComputedStyle(one);
        for (const name of style)
            seen[`${n} ${one.tagName} ${name}`] = style.getPropertyValue(name);
    });
    return seen;
}"""
# A view without its styles has another height, and so has what it stands in.
FOLLOWS_FROM_HEIGHT = ("height", "block-size", "transform-origin", "perspective-origin")


def test_a_portal_keeps_its_own_styles(page: Page) -> None:
    with_ours = page.evaluate(STYLES)
    disable = """(disabled) => [...document.styleSheets]
        .filter(({ href }) => href?.includes("/_lab/assets/"))
        .map((sheet) => (sheet.disabled = disabled)).length"""
    assert page.evaluate(disable, True) == 1
    without = page.evaluate(STYLES)
    page.evaluate(disable, False)
    assert len(with_ours) > 5000
    assert with_ours.keys() == without.keys()
    changed = {
        name: (with_ours[name], without[name])
        for name in with_ours
        if with_ours[name] != without[name] and not name.endswith(FOLLOWS_FROM_HEIGHT)
    }
    assert changed == {}
    assert page.locator("html").get_attribute("data-bs-theme") is None


LOOKS = """async (root) => {
    for (let n = 0; n < 3; n += 1) await new Promise(requestAnimationFrame);
    const from = root.getBoundingClientRect();
    const inside = [...root.querySelectorAll("*")].filter(
        (one) => one.checkVisibility() && !one.closest(".js-plotly-plot"));
    return inside.map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        const { color, backgroundColor, font, border, boxShadow, opacity } = getComputedStyle(one);
        return [
            [x - from.x, y - from.y, width, height],
            `${one.tagName} ${one.className}`,
            [color, backgroundColor, font, border, boxShadow, opacity],
        ];
    });
}"""


def looks(view: Locator) -> Any:
    """Read how a view looks, once nothing in it moves any more."""
    seen = view.evaluate(LOOKS)
    while (now := view.evaluate(LOOKS)) != seen:
        seen = now
    return seen


def test_a_view_looks_the_same_where_the_portal_has_another_bootstrap(page: Page) -> None:
    view = lesson(page, 1)
    before = looks(view)
    sheet = page.add_style_tag(path=Path(__file__).with_name("bootstrap-4.6.2.min.css"))
    expect(page.get_by_role("heading", name="Sensor portal")).to_have_css("font-weight", "500")
    after = looks(view)
    sheet.evaluate("(sheet) => sheet.remove()")
    assert len(before) > 500
    for (place, *style), (place_after, *style_after) in zip(before, after, strict=True):
        assert style_after == style
        assert place_after == pytest.approx(place, abs=0.1), style  # pixels


def test_keys_move_a_view_only_from_inside_it(page: Page) -> None:
    for n in (1, 2):
        begin(lesson(page, n))
    page.get_by_role("heading", name="Readings", exact=True).first.click()
    page.keyboard.press("ArrowRight")
    lesson(page, 2).locator(".lab-look-for").first.click()
    lesson(page, 2).locator(".lab-svg [tabindex]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(reading(lesson(page, 2), "t")).to_have_attribute("value", "1")
    expect(reading(lesson(page, 1), "t")).to_have_attribute("value", "0")


def test_the_portal_s_address_stays_its_own(own_page: Page, address: str) -> None:
    page = own_page
    works(lesson(page, 1))
    lesson(page, 1).get_by_role("button", name="Latch", exact=True).click()
    page.evaluate("() => (location.hash = '#v=1&x=1,2,3&t=2')")
    expect(reading(lesson(page, 1), "t")).to_have_attribute("value", "1")
    expect(sequence(page, 1)).to_have_value("1, 0, 0, 0, 0, 0, 0, 0, 0")
    assert page.url == f"{address}#v=1&x=1,2,3&t=2"


# Two views know nothing of each other


def sequence(page: Page, n: int) -> Locator:
    return lesson(page, n).get_by_role("textbox", name="Input sequence", exact=True)


def test_each_view_has_its_own_settings_its_own_time_and_its_own_mistakes(own_page: Page) -> None:
    page = own_page
    for n in (1, 2):
        begin(lesson(page, n))
    lesson(page, 1).get_by_role("textbox", name="Exact W_f", exact=True).fill("0.9")
    sequence(page, 1).fill("1, 1")
    expect(lesson(page, 1).locator(".lab-length")).to_have_text("2")
    press(lesson(page, 1), "Step forward", times=2)
    expect(reading(lesson(page, 1), "t")).to_have_attribute("value", "2")
    expect(lesson(page, 2).locator(".lab-length")).to_have_text("9")
    field = lesson(page, 2).get_by_role("textbox", name="Exact W_f", exact=True)
    expect(field).to_have_value("0.50")
    expect(reading(lesson(page, 2), "t")).to_have_attribute("value", "0")
    works(lesson(page, 2))

    # A complaint stands in the view that it is about.
    sequence(page, 1).fill("1, abc")
    page.get_by_role("button", name="Read the sensors").focus()
    alert = lesson(page, 1).get_by_role("alert")
    expect(alert).to_contain_text("x(2) is 'abc'.")
    expect(page.get_by_role("alert")).to_have_count(1)
    inner, outer = alert.bounding_box(), lesson(page, 1).bounding_box()
    assert inner is not None
    assert outer is not None
    assert outer["y"] < inner["y"]
    assert inner["y"] + inner["height"] < outer["y"] + outer["height"]


def test_each_view_folds_and_switches_for_itself_also_after_a_reload(own_page: Page) -> None:
    page = own_page
    lesson(page, 1).get_by_role("button", name="Fold Traces", exact=True).click()
    lesson(page, 2).get_by_role("button", name="future", exact=True).click()
    for reloaded in (False, True):
        if reloaded:
            page.reload()
            expect(page.locator("[data-view=lesson-2][data-ready]")).to_be_attached()
        expect(lesson(page, 1).locator(".lab-card-traces")).to_contain_class("is-folded")
        expect(lesson(page, 2).locator(".lab-card-traces")).not_to_contain_class("is-folded")
        for n, pressed in ((1, "true"), (2, "false")):
            switch = lesson(page, n).locator("[data-switch=future]")
            expect(switch).to_have_attribute("aria-pressed", pressed)
        expect(lesson(page, 1)).not_to_contain_class("hides-future")
        expect(lesson(page, 2)).to_contain_class("hides-future")


def test_each_transport_bar_stands_in_its_view(page: Page) -> None:
    for n in (1, 2):
        bar = lesson(page, n).get_by_role("group", name="Playback")
        inner, outer = bar.bounding_box(), lesson(page, n).bounding_box()
        assert inner is not None
        assert outer is not None
        assert outer["y"] < inner["y"]
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1
        assert abs(inner["width"] - outer["width"]) < 2


# Theme and width


def test_a_view_has_the_theme_of_the_page_around_it_unless_it_was_given_one(page: Page) -> None:
    expect(lesson(page, 1)).to_have_attribute("data-bs-theme", "dark")  # as the system has it
    expect(lesson(page, 2)).to_have_attribute("data-bs-theme", "light")  # as it was given
    page.evaluate("() => (document.documentElement.dataset.bsTheme = 'light')")
    expect(lesson(page, 1)).to_have_attribute("data-bs-theme", "light")
    expect(lesson(page, 1)).to_have_css("background-color", "rgb(245, 247, 251)")
    page.evaluate("() => (document.documentElement.dataset.bsTheme = 'dark')")
    expect(lesson(page, 1)).to_have_css("background-color", "rgb(11, 15, 23)")
    expect(lesson(page, 2)).to_have_css("background-color", "rgb(245, 247, 251)")
    page.evaluate("() => delete document.documentElement.dataset.bsTheme")


def test_the_explanation_has_the_theme_of_the_view_that_opened_it(page: Page) -> None:
    lesson(page, 2).get_by_role("button", name="How an LSTM works").click()
    panel = page.get_by_role("dialog", name="How an LSTM works")
    expect(panel).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(panel.get_by_role("heading", name="Try this")).to_be_attached()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_a_narrow_place_has_a_narrow_view_whatever_the_window(page: Page) -> None:
    page.evaluate("() => (document.querySelector('main').style.width = '600px')")
    view = lesson(page, 1)
    expect(view).to_have_attribute("data-within", re.compile(r"\b640\b.* 1239\.9\b"))
    columns = "el => getComputedStyle(el).gridTemplateColumns.split(' ').length"
    assert view.evaluate(columns) == 1
    works(view)
    page.evaluate("() => (document.querySelector('main').style.width = '')")
    expect(view).not_to_have_attribute("data-within", re.compile(r"1239\.9"))
    assert view.evaluate(columns) == 3


def test_the_portal_s_page_is_usable_by_all(page: Page) -> None:
    works(lesson(page, 2))
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        # Not into the frame, whose page is the lab's own and tested there.
        assert violations(page, iframes=False) == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
