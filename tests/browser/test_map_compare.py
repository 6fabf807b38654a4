"""Two maps of the same contexts side by side, with the same points linked."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from components.models import with_the_lab
from lstm.atlas import Atlas
from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.order import Order

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser


def model(name: str) -> str:
    return next(one.hash for one in with_the_lab().values() if one.name == name)


def shipped(layer: int, what: str = "h") -> Atlas:
    """Read a map that comes with the lab."""
    order = Order(ModelSource(model("brackets"), layer, what))
    return Maps.from_environment().atlas(order.key)


def sides(lab: "Lab") -> tuple[Locator, Locator, Locator]:
    a, b, difference = (lab.region(name) for name in ("Setting A", "Setting B", "Difference"))
    return a, b, difference


def panel(side: Locator) -> Locator:
    """Find the title of what is chosen."""
    return side.locator(".lab-card-region h2")


def free(lab: "Lab") -> tuple[int, float, float]:
    """Find a context in A that a hand can point at: no name lies over it; and its pixel."""
    n, x, y = lab.page.evaluate(
        """() => {
            const { canvas, box, contexts } = window.lstmLab.views.get("map/map");
            const { left, top, width, height } = box.getBoundingClientRect();
            for (let n = 0; n < contexts.count; n += 1) {
                const [x, y] = canvas.at(n);
                const isInside = x > 60 && x < width - 60 && y > 60 && y < height - 60;
                if (!isInside || canvas.names.under(x, y)) continue;
                const isNearest = canvas.places.nearest(canvas.camera, x, y, 8) === n;
                if (isNearest) return [n, left + x, top + y];
            }
            throw new Error("A name lies over every context.");
        }"""
    )
    return n, x, y


def chosen(lab: "Lab", aio: str) -> list[int]:
    """Give the contexts that are chosen in a map."""
    found: list[int] = lab.page.evaluate(
        "(aio) => [...window.lstmLab.views.get(`map/${aio}`).choice.ids]", aio
    )
    return found


def test_two_layers_are_compared_with_the_same_points_linked(lab: "Lab", tmp_path: Path) -> None:
    lab.leave()
    lab.page.goto(f"{lab.url}map")
    expect(lab.page.locator(".lab-map[data-map]")).to_be_attached()
    lab.button("Compare").click()
    a, b, difference = sides(lab)
    # B begins one layer below.
    upper, lower = shipped(1), shipped(0)
    kept = np.array(
        [len({*one} & {*other}) for one, other in zip(upper.near, lower.near, strict=True)]
    )
    expect(difference.locator(".lab-says")).to_contain_text(
        f"A maps h of layer 2, B h of layer 1: of the 10 nearest contexts in A, {kept.mean():.1f}"
        " are nearest in B too (by chance 0.03)."
    )
    for side in (a, b):
        box = side.locator(".lab-map-panorama").bounding_box()
        assert box is not None
        assert box["height"] >= 280
        assert box["y"] + box["height"] <= 838  # above the transport, without scrolling
    # Those that keep nothing are marked in both.
    none = int((kept == 0).sum())
    difference.get_by_role("button", name=f"{none} contexts keep 0 of 10").click()
    for side, aio in ((a, "map"), (b, "map-b")):
        expect(panel(side)).to_have_text(f"Selection · {none}")
        np.testing.assert_array_equal(np.sort(chosen(lab, aio)), np.flatnonzero(kept == 0))
    # A region of A, and the part of it that lies in a region of B.
    names = [region.name for region in upper.regions[0]]
    difference.get_by_role("rowheader").get_by_role("button", name=names[1], exact=True).click()
    expect(panel(a)).to_have_text(f"Region · {names[1]}")
    mine = np.flatnonzero(upper.levels[0] == 1)
    expect(panel(b)).to_have_text(f"Selection · {len(mine):,}")
    np.testing.assert_array_equal(np.sort(chosen(lab, "map-b")), mine)
    # What is chosen in B is chosen in A, and what is pointed at.
    b.get_by_role("searchbox", name="Search contexts").fill("see")
    expect(b.locator(".lab-map-count")).to_contain_text("end with it.")
    b.get_by_role("button", name="Next hit").click()
    expect(panel(b)).to_have_text("Context")
    expect(panel(a)).to_have_text("Context")
    (n,) = chosen(lab, "map-b")
    assert chosen(lab, "map") == [n]
    n, x, y = free(lab)
    lab.page.mouse.move(x, y)
    for side in (a, b):
        card = side.locator(".lab-map-hover .lab-map-context")
        expect(card).to_be_visible()
        assert (card.text_content() or "").startswith(upper.before[n])
    # Both are coloured by what they agree on; a reload brings it back.
    difference.get_by_role("button", name="Colour both by it").click()
    for side in (a, b):
        expect(side.locator(".lab-map-legend")).to_contain_text("nearest that are kept")
    lab.until("() => /D\\.agree=1/.test(location.hash) && /B\\.layer=1/.test(location.hash)")
    lab.page.reload()
    for side in (a, b):
        expect(side.locator(".lab-map-legend")).to_contain_text("nearest that are kept")
        expect(panel(side)).to_have_text("Context")
    lab.page.emulate_media(color_scheme="light")
    found = Axe().run(lab.page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    # All links as a table.
    lab.button("Export").click()
    with lab.page.expect_download() as download:
        lab.button("Difference as CSV").click()
    download.value.save_as(tmp_path / "linked.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "linked.csv").read_text("utf-8"))))
    assert [int(row["kept"]) for row in rows] == kept.tolist()
    assert [int(row["index_b"]) for row in rows] == list(range(len(upper)))
    lab.page.keyboard.press("Escape")
    # Another model that cannot read A's text says so, and leaves what is there.
    b.get_by_role("combobox", name="Model").select_option(f"file:{model('agreement')}")
    expect(lab.alert).to_contain_text("text is of characters, and this model reads words")
    expect(difference.locator(".lab-says")).to_contain_text("nearest in B too")
