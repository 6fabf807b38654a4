"""A map that is painted, in the browser: asked for, seen, and found again by its link."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from playwright.sync_api import expect

from lstm import LabError
from lstm.maps import Maps
from lstm.painters.paint_job import carry_out
from lstm.painters.paintings import Paintings

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Server, Watch

pytestmark = pytest.mark.browser


def red(*_: Any) -> NDArray[np.uint8]:
    """Paint all of it in one colour, in place of a model."""
    return np.full((512, 512, 3), (200, 30, 20), np.uint8)


def fail(*_: Any) -> NDArray[np.uint8]:
    raise LabError("Painting needs a library.")


@pytest.fixture
def folder(
    diffusion_folder: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    monkeypatch.setenv("LSTM_LAB_PAINTERS", str(tmp_path / "sd"))
    return diffusion_folder(tmp_path / "sd")


@pytest.mark.usefixtures("no_workers")  # the test does a worker's work, and knows when
def test_it_is_asked_for_awaited_and_seen_and_a_link_brings_it_back(
    folder: Path,
    own_server: "Server",  # with what the folder has set; it outlives the page, which asks on
    open_lab: "Callable[..., Lab]",
    watch: "Watch",
) -> None:
    server, lab = own_server, open_lab(own_server.url)
    page = lab.page
    paintings, maps = Paintings(server.data), Maps(server.data)

    def work(paint: Any) -> None:
        """Do what a worker does of all that is asked for."""
        for path in (server.data / "paintings").glob("?" * 64):
            carry_out(paintings, maps, path.name, {"sd": folder}.__getitem__, paint=paint)

    page.goto(f"{server.url}map")
    expect(page.locator(".lab-map[data-map]")).to_be_attached()
    card = page.get_by_role("group", name="Painted (diffusion)")
    expect(card).to_be_hidden()
    with page.expect_response("**/tile/relief/**"):  # stands there until it is painted
        page.get_by_role("button", name="Painted (diffusion)").click()
    says, begin = card.get_by_role("status"), card.get_by_role("button", name="Paint")
    expect(says).to_have_text("Until it is painted, the relief is shown.")
    # A slip is said at its field.
    steps = card.get_by_label("Steps")
    watch.allow("422")
    steps.fill("0")
    steps.press("Enter")
    expect(says).to_contain_text("Use a whole number from 1 to 150.")
    expect(steps).to_have_attribute("aria-invalid", "true")
    steps.fill("4")
    card.get_by_label("Style").fill("a map of")
    begin.click()
    bar = card.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(steps).not_to_have_attribute("aria-invalid", "true")
    assert Axe().run(page).response["violations"] == []
    work(fail)
    expect(says).to_have_text("It could not be painted. Painting needs a library.")
    begin.click()
    expect(says).to_have_text("It begins soon.")
    card.get_by_role("button", name="Stop").click()
    expect(says).to_contain_text("Paint it again.")
    begin.click()
    expect(says).to_have_text("It begins soon.")
    with page.expect_response("**/tile/painted-*/**") as tile:
        work(red)
    assert tile.value.headers["content-type"] == "image/png"
    expect(card.get_by_role("button", name="Paint another")).to_be_visible()
    expect(bar).to_be_hidden()
    link = page.url
    lab.leave()
    with page.expect_response("**/tile/painted-*/**"):
        page.goto(link)
    expect(card.get_by_label("Style")).to_have_value("a map of")
    expect(steps).to_have_value("4")
