"""The lab in a frame of another page: without navigation, for those who may."""

import threading
from collections.abc import Callable, Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import FrameLocator, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Server, Watch

pytestmark = pytest.mark.browser


class Portal(BaseHTTPRequestHandler):
    """Answers with a page that has a frame; its address is the query."""

    def do_GET(self) -> None:
        """Answer."""
        address = escape(unquote(self.path.partition("?")[2]))
        page = (
            '<!DOCTYPE html><html lang="en"><title>A portal</title>'
            '<link rel="icon" href="data:,"><h1>A portal</h1>'
            f'<iframe title="The lab" width="1300" height="800" src="{address}"></iframe>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    """Serve a page of another origin, which frames what its query says."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/?"
        serving.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def willing(portal: str, new_server: Callable[..., "Server"]) -> Iterator["Server"]:
    """Serve a lab that the portal may frame."""
    server = new_server(LSTM_LAB_FRAME_ANCESTORS=portal.rstrip("/?"))
    yield server
    server.stop()


@pytest.fixture
def framed(portal: str, willing: "Server", lab: "Lab") -> Iterator[tuple[Page, str]]:
    """Give a browser page and an address: the portal's, up to the lab's own."""
    yield lab.page, portal + willing.url
    # The frame remembers by itself, and its server may end while it is still loading.
    for frame in lab.page.frames[1:]:
        frame.evaluate("() => localStorage.clear()")
    lab.leave()


def inside(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def test_in_a_frame_the_lab_has_no_navigation_and_works(framed: tuple[Page, str]) -> None:
    page, address = framed
    page.goto(address + "?embed=1")
    lab = inside(page)
    expect(lab.locator("[data-view][data-ready]")).to_be_attached()
    for name in ("banner", "navigation"):
        expect(lab.get_by_role(name)).to_have_count(0)
    expect(lab.get_by_role("link", name="Skip to the page")).to_have_count(0)
    lab.get_by_role("button", name="Step forward").click()
    readings = lab.get_by_role("region", name="Readings", exact=True)
    expect(readings.locator("data[data-value=c]")).to_have_text("0.288")
    # The room of the top bar is the view's.
    box = lab.locator(".lab-view").bounding_box()
    frame = page.locator("iframe").bounding_box()
    assert box is not None
    assert frame is not None
    assert box["y"] - frame["y"] < 4


def test_a_link_and_a_theme_hold_in_a_frame(framed: tuple[Page, str]) -> None:
    page, address = framed
    page.goto(address + quote("?embed=1&theme=light#v=1&x=1,0,0,2&W_f=0.25&t=4"))
    lab = inside(page)
    readings = lab.get_by_role("region", name="Readings", exact=True)
    expect(readings.locator("data[data-value=t]")).to_have_attribute("value", "4")
    expect(lab.get_by_role("textbox", name="Exact W_f", exact=True)).to_have_value("0.25")
    expect(lab.locator("html")).to_have_attribute("data-bs-theme", "light")
    # Its own address follows what is done in it, and stays without navigation.
    lab.get_by_role("button", name="Step back").click()
    (_, frame) = page.frames
    frame.evaluate(
        """() => new Promise((resolve) => {
            const look = () => location.hash.includes("t=3") ? resolve() : setTimeout(look, 20);
            look();
        })"""
    )
    assert "?embed=1&theme=light#" in frame.url


def test_from_page_to_page_it_stays_without_navigation(framed: tuple[Page, str]) -> None:
    page, address = framed
    page.goto(address.removesuffix("/") + "/models?embed=1&theme=light")
    lab = inside(page)
    lab.get_by_role("link", name="Train one").click()
    expect(lab.locator(".lab-train")).to_be_attached()
    (_, frame) = page.frames
    assert frame.url.endswith("/train?embed=1&theme=light")
    expect(lab.get_by_role("banner")).to_have_count(0)


def test_without_the_question_the_navigation_is_there(framed: tuple[Page, str]) -> None:
    page, address = framed
    page.goto(address)
    expect(inside(page).locator("[data-view][data-ready]")).to_be_attached()
    expect(inside(page).get_by_role("banner")).to_be_visible()


def test_who_may_not_frame_the_lab_gets_an_empty_frame(
    portal: str, server: "Server", lab: "Lab", watch: "Watch"
) -> None:
    watch.allow("frame-ancestors 'self'")
    lab.page.goto(portal + server.url + "?embed=1")
    (_, frame) = lab.page.frames
    assert frame.url.startswith("chrome-error://")
