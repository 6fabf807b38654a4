"""A saved map opens from a disk, without the lab and without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from components import create_app
from lstm.shipped_maps import maps_folder, shipped_map, shipped_maps

pytestmark = pytest.mark.browser

BRACKETS, PATH = next(
    one for one in shipped_maps(maps_folder()).items() if "brackets-h-2" in str(one[1])
)
# What is drawn over the tiles, once it is.
DRAWN = """async () => {
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    return document.getElementById("over").toDataURL();
}"""


@pytest.fixture(name="file")
def a_saved_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LSTM_LAB_DATA", str(tmp_path / "data"))
    found = create_app().server.test_client().get(f"/_lab/map/{BRACKETS}/page.html")
    path = tmp_path / "map.html"
    path.write_bytes(found.data)
    return path


@pytest.fixture(name="page")
def opened(browser: Browser, file: Path) -> Iterator[Page]:
    """Open it without a network, and fail on whatever it complains of or asks for."""
    context = browser.new_context(
        offline=True, color_scheme="dark", viewport={"width": 1440, "height": 900}
    )
    problems: list[str] = []
    context.on("console", lambda message: problems.append(message.text))
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("blob:", "data:", file.as_uri()))
            else problems.append(request.url)
        ),
    )
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    page.evaluate("() => 0")
    context.close()
    assert problems == []


def axe_finds_nothing(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_saved_map_is_read_without_the_lab(page: Page) -> None:
    panorama = page.locator("#map")
    expect(panorama).to_have_attribute("data-ready", "")
    tiles = panorama.locator("img")
    expect(tiles).to_have_count(16)
    tiles.evaluate_all("(all) => Promise.all(all.map((one) => one.decode()))")
    assert tiles.evaluate_all("(all) => all.every((one) => one.naturalWidth > 0)")
    axe_finds_nothing(page)

    # Closer: other tiles, with more on them, and by the keyboard as well.
    before = tiles.evaluate_all("(all) => all.map((one) => one.src)")
    panorama.focus()
    for _ in range(3):
        page.keyboard.press("+")
    expect(tiles.first).not_to_have_attribute("src", before[0])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    expect(tiles).to_have_count(16)

    # A search marks what ends so, and Enter leads from one to the next.
    page.get_by_role("searchbox", name="Find in the contexts").fill('("')
    atlas = shipped_map(PATH)
    texts = [before + token for before, token in zip(atlas.before, atlas.token, strict=True)]
    ends = sum(text.endswith('("') for text in texts)
    expect(page.locator("#found")).to_have_text(f"{ends} end with it")
    page.keyboard.press("Enter")
    expect(page.locator("#context mark")).to_have_text('"')
    expect(page.locator("#context")).to_contain_text("of its 10 nearest")

    # A region leads to its place, and says what it is.
    region = page.locator("details").first
    region.locator("summary").click()
    expect(region).to_contain_text("contexts")

    # Points by trust have a legend; what the canvas shows changes with them.
    drawn = page.evaluate(DRAWN)
    page.get_by_role("combobox", name="Points").select_option("by trust")
    expect(page.locator("#legend")).to_contain_text("not to be trusted")
    page.get_by_role("button", name="Whole map").click()
    expect(tiles).to_have_count(16)
    assert page.evaluate(DRAWN) != drawn

    page.get_by_role("button", name="Light theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    axe_finds_nothing(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
