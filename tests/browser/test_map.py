"""The Map page in the browser: places, regions, trust, search, paths, and links to all of it."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, expect
from safetensors.numpy import save_file

from components.map_view import SEQUENCE
from components.map_words import measure
from lstm.atlas import Atlas
from lstm.maps import Maps
from lstm.order import Order
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Server, Watch

pytestmark = pytest.mark.browser


def open_map(lab: "Lab", link: str = "") -> None:
    lab.leave()
    lab.page.goto(f"{lab.url}map{link}")
    ready(lab)


def ready(lab: "Lab") -> None:
    """Wait until the contexts are there, the gain is drawn and the tiles are painted."""
    expect(lab.page.locator(".lab-map[data-map]")).to_be_attached()
    expect(lab.page.locator("[data-figure=gain] .js-plotly-plot .trace").first).to_be_attached()
    expect(lab.page.locator(".lab-map-box[data-drawn]")).to_be_attached()


def shown(lab: "Lab", server: "Server") -> Atlas:
    """Give the map that is shown, as the engine has it."""
    key = lab.page.locator(".lab-map").get_attribute("data-map")
    assert key
    return Maps(server.data).atlas(key)


def clock(lab: "Lab", t: int) -> None:
    expect(lab.page.locator(".lab-clock data[data-value=t]")).to_have_attribute("value", str(t))


def panel(lab: "Lab") -> Locator:
    return lab.region("Region")


def title(lab: "Lab") -> Locator:
    return panel(lab).locator("h2")


def axe_finds_nothing(lab: "Lab") -> None:
    assert violations(lab.page) == []


def listed(lab: "Lab", name: str) -> list[int]:
    """Give the numbers of the contexts of a list."""
    buttons = lab.page.get_by_role("list", name=name).locator("[data-context]")
    return [int(one) for one in buttons.evaluate_all("(all) => all.map((a) => a.dataset.context)")]


def test_regions_search_and_neighbours_are_those_of_the_engine_and_links_bring_them_back(
    lab: "Lab", server: "Server", tmp_path: Path
) -> None:
    open_map(lab)
    atlas = shown(lab, server)
    trust = atlas.trust
    gain = lab.region("How far to trust this map").locator(".lab-map-gain")
    expect(gain).to_contain_text(f"peak {trust.gain[trust.peak]:.2f} at k =")
    expect(lab.page.locator("[data-measure=recall]")).to_have_text(f"{trust.recall:.2f}")
    for name in ("trustworthiness", "continuity"):
        expect(lab.page.locator(f"[data-measure={name}]")).to_have_text(
            measure(getattr(trust, name))
        )
    axe_finds_nothing(lab)
    # Every region by the keys, from the largest on; one of them, and what it shares.
    lab.page.get_by_role("button", name=f"Middle {len(atlas.regions[1])}").click()
    regions = sorted(atlas.regions[1], key=lambda one: -one.count)
    names = lab.page.get_by_role("list", name="Regions", exact=True).locator("bdi")
    expect(names).to_have_text([one.name for one in regions])
    names.first.click()
    expect(title(lab)).to_have_text(f"Region · {regions[0].name}")
    expect(panel(lab)).to_contain_text(f"{regions[0].count:,} contexts")
    expect(panel(lab)).to_contain_text("here / elsewhere")
    told = [re.sub("^(?=‘.+…’$)", "the word so far: ", one.name) for one in regions[0].traits]
    expect(panel(lab).locator(".lab-map-traits bdi")).to_have_text(told[:4])
    assert listed(lab, "Examples") == list(regions[0].examples)
    with lab.page.expect_download() as download:
        panel(lab).get_by_role("button", name="Save as CSV").click()
    download.value.save_as(tmp_path / "region.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "region.csv").read_text("utf-8"))))
    assert len(rows) == regions[0].count
    assert {row["region_level_2"] for row in rows} == {regions[0].name}
    # The search: those that end with it, one after the other.
    found = [
        n
        for n, (before, token) in enumerate(zip(atlas.before, atlas.token, strict=True))
        if (before + token).endswith("(of")
    ]
    search = lab.page.get_by_role("searchbox", name="Search contexts")
    search.fill("(of")
    expect(lab.page.locator(".lab-map-count")).to_have_text(f"{len(found)} contexts end with it.")
    assert listed(lab, "First hits") == found[:5]
    search.press("Enter")
    expect(title(lab)).to_have_text("Context")
    nearest = atlas.near[found[0]].tolist()
    assert listed(lab, "Nearest in truth") == nearest
    apart = ((atlas.places - atlas.places[found[0]]) ** 2).sum(axis=1)
    apart[found[0]] = np.inf
    near = set(np.argsort(apart, kind="stable")[:10].tolist())
    notes = panel(lab).locator(".lab-map-contexts small")
    expect(notes).to_have_text(["near" if n in near else "far" for n in nearest])
    kept = sum(n in near for n in nearest)
    words = f"{kept or 'None'} of its 10 nearest"
    expect(panel(lab)).to_contain_text(words if kept > 2 or not kept else f"Only {words}")
    # How it is looked at, and from where.
    lab.page.get_by_role("combobox", name="Colour by").select_option("unit")
    lab.page.get_by_role("textbox", name="Unit to colour by").fill("6")
    lab.page.get_by_role("textbox", name="Unit to colour by").press("Enter")
    expect(lab.page.locator(".lab-map-legend b")).to_have_text("unit 6")
    lab.button("State glyphs").click()
    # The map came so near that the context and its nearest are seen apart; now from the whole on.
    lab.until("() => Number(new URLSearchParams(location.hash).get('view')?.split(',')[2]) > 0")
    lab.button("Show the whole map").click()
    for _ in range(2):
        lab.button("Zoom in").click()
    last = len(SEQUENCE)
    clock(lab, last)
    lab.button("Step back").click()
    lab.until("() => /painter=glyphs.*colour=unit.*of=6.*find=/.test(location.hash)")
    lab.until(f"() => new URLSearchParams(location.hash.slice(1)).get('t') === '{last - 1}'")
    link = "#" + urlsplit(lab.page.url).fragment
    said = {name: one for name, (one,) in parse_qs(link[1:]).items()}
    assert (said["point"], said["t"], said["points"]) == (str(found[0]), str(last - 1), "1")
    assert float(said["view"].split(",")[2]) == pytest.approx(2 * np.log2(1.6), abs=0.01)
    lab.page.evaluate("() => localStorage.clear()")
    open_map(lab, link)
    expect(title(lab)).to_have_text("Context")
    assert listed(lab, "Nearest in truth") == nearest
    expect(lab.button("State glyphs")).to_have_attribute("aria-pressed", "true")
    expect(lab.page.locator(".lab-map-legend b")).to_have_text("unit 6")
    expect(search).to_have_value("(of")
    clock(lab, last - 1)
    # Another link in the same tab: other colours, another choice, the whole of the same map.
    lab.page.evaluate("() => { location.hash = 'v=2&region=1.1&colour=gate&of=f' }")
    expect(title(lab)).to_have_text(f"Region · {atlas.regions[0][0].name}")
    expect(lab.page.locator(".lab-map-legend b")).to_have_text("forget gate f, mean")
    expect(search).to_have_value("")
    lab.page.go_back()
    expect(title(lab)).to_have_text("Context")
    # A press that leads to the same text, layer and step among the gates.
    panel(lab).get_by_role("link", name="See its gates on Network").click()
    expect(lab.page.locator(".lab-network[data-ready]")).to_be_attached()
    text = lab.page.get_by_role("textbox", name="Text", exact=True).input_value()
    assert text.endswith("(of")
    clock(lab, len(text))


def test_a_hand_chooses_on_the_map_and_a_sequence_walks_over_it(
    lab: "Lab", server: "Server"
) -> None:
    open_map(lab)
    atlas = shown(lab, server)
    box = lab.page.locator(".lab-map-box").bounding_box()
    assert box is not None
    side = min(box["width"], box["height"]) - 52
    shares = (atlas.places - [atlas.frame.left, atlas.frame.bottom]) / atlas.frame.side
    x = box["x"] + box["width"] / 2 + (shares[:, 0] - 0.5) * side
    y = box["y"] + box["height"] / 2 + (0.5 - shares[:, 1]) * side
    # The card beside the pointer says what lies there.
    lab.page.mouse.move(float(x[7]) + 1, float(y[7]))
    card = lab.page.locator(".lab-map-hover")
    expect(card).to_be_visible()
    expect(card).to_contain_text("nearest")
    # Around the left half: what lies in it, counted and told.
    lab.button("Draw around contexts to select them").click()
    middle = box["x"] + box["width"] / 2
    corners = [
        (box["x"] + 2, box["y"] + 60),
        (middle, box["y"] + 60),
        (middle, box["y"] + box["height"] - 2),
        (box["x"] + 2, box["y"] + box["height"] - 2),
    ]
    lab.page.mouse.move(*corners[0])
    lab.page.mouse.down()
    for corner in corners[1:]:
        lab.page.mouse.move(*corner, steps=3)
    lab.page.mouse.up()
    expect(title(lab)).to_contain_text("Selection · ")
    count = int(title(lab).inner_text().split("·")[1].replace(",", ""))
    inside = int(((x < middle) & (y > box["y"] + 60)).sum())
    assert abs(count - inside) <= 0.02 * inside
    expect(panel(lab)).to_contain_text(f"{count:,} contexts")
    lab.page.keyboard.press("Escape")
    expect(title(lab)).to_have_text(f"Regions · {len(atlas.regions[0])}")
    # A sequence of one's own: its tokens, and where each of them lies.
    field = lab.page.get_by_role("textbox", name="Sequence")
    field.fill("old [map]")
    tokens = lab.page.locator(".lab-map-tokens span")
    expect(tokens).to_have_text(list("old␣[map]"))
    clock(lab, 9)
    lab.page.get_by_role("combobox", name="Speed", exact=True).select_option("60")
    before = len(lab.page.evaluate("() => performance.getEntriesByType('resource')"))
    lab.button("Play").click()
    clock(lab, 9)
    assert len(lab.page.evaluate("() => performance.getEntriesByType('resource')")) == before
    lab.button("Reset").click()
    step = lab.page.locator(".lab-map-step")
    expect(step).to_contain_text("nothing is read yet")
    lab.button("Step forward").click()
    expect(tokens.first).to_contain_class("is-here")
    expect(step).to_contain_text("After o")
    (nearest,) = listed(lab, "Nearest to this step in truth")
    assert atlas.token[nearest] == "o"
    lab.button("Light theme").click()
    axe_finds_nothing(lab)
    lab.page.set_viewport_size({"width": 390, "height": 844})
    expect(lab.region("Panorama")).to_be_visible()
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    axe_finds_nothing(lab)


def matrix(path: Path, rows: Any) -> Path:
    np.save(path, rows)
    return path


def test_a_matrix_of_ones_own_is_mapped_and_what_cannot_be_is_said_where_it_is_about(
    lab: "Lab", watch: "Watch", tmp_path: Path
) -> None:
    watch.allow("422")
    watch.allow("413")
    open_map(lab, "#v=2&projection=pca")
    count = lab.page.get_by_role("textbox", name="Contexts", exact=True)
    count.fill("many")
    count.press("Enter")
    expect(count).to_have_attribute("aria-invalid", "true")
    expect(lab.alert).to_contain_text("'many'")
    count.fill("500")
    expect(lab.alert).to_have_count(0)
    # Another layer, at once: the page says that it shows its principal components.
    lab.page.get_by_role("combobox", name="Layer").select_option("0")
    lab.page.get_by_role("combobox", name="State or gate").select_option("f")
    expect(lab.page.locator(".lab-map-how")).to_have_text("PCA is shown")
    lab.until("() => /layer=1.*what=f.*count=500/.test(location.hash)")
    rng = np.random.default_rng(0)
    rows = np.concatenate([rng.normal(at, 0.2, (300, 5)) for at in (0, 4)])
    bad = rows.copy()
    bad[41, 2] = np.nan
    chooser = lab.page.get_by_label("A matrix …")
    chooser.set_input_files(matrix(tmp_path / "bad.npy", bad))
    expect(lab.alert).to_contain_text("Row 42 has no finite number in column 3")
    large = matrix(tmp_path / "large.npy", np.zeros((0, 512), "f4"))
    with large.open("r+b") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<f4", "fortran_order": False, "shape": (150_000, 512)}
        )
        file.truncate(file.tell() + 150_000 * 512 * 4)
    chooser.set_input_files(large)
    expect(lab.alert).to_contain_text("The matrix takes 293 MB; up to 256 MB can be sent")
    chooser.set_input_files(matrix(tmp_path / "two.npy", rows))
    expect(lab.page.locator(".lab-map.is-matrix")).to_be_attached()
    expect(lab.page.locator(".lab-what")).to_have_text("5 units.")
    expect(lab.page.get_by_role("combobox", name="Layer")).to_be_hidden()
    labels = tmp_path / "labels.txt"
    labels.write_text("\n".join(["cold"] * 300 + ["warm"] * 300), "utf-8")
    lab.page.get_by_label("Add labels").set_input_files(labels)
    expect(lab.page.locator(".lab-map-labelled")).to_contain_text("labels.txt")
    names = lab.page.get_by_role("list", name="Regions", exact=True).locator("bdi")
    expect(names.filter(has_text="cold").first).to_be_attached()
    expect(names.filter(has_text="warm").first).to_be_attached()
    lab.until("() => /m=matrix&labels=[0-9a-f]{64}/.test(location.hash)")
    # A file with two of them: the first at once, the other by its name.
    two = tmp_path / "two.safetensors"
    save_file({"low": rows.astype("f4"), "wide": np.tile(rows, 2).astype("f4")}, two)
    chooser.set_input_files(two)
    expect(lab.page.locator(".lab-map-labelled")).to_have_text("no labels yet")
    expect(lab.page.locator(".lab-what")).to_have_text("5 units.")
    tensor = lab.page.get_by_role("combobox", name="Tensor")
    expect(tensor.locator("option")).to_have_text(["low (600 × 5)", "wide (600 × 10)"])
    tensor.select_option("wide")
    expect(lab.page.locator(".lab-what")).to_have_text("10 units.")


def test_a_finished_map_is_shown_though_something_was_refused_meanwhile(
    no_workers: None, own_server: "Server", open_lab: "Callable[..., Lab]"
) -> None:
    lab = open_lab(own_server.url)
    open_map(lab, "#v=2&what=c&count=500")
    expect(lab.page.locator(".lab-map-how")).to_have_text("PCA is shown")
    seed = lab.page.get_by_role("textbox", name="Seed", exact=True)
    lab.page.get_by_text("Metric, neighbours").click()
    seed.fill("none")
    seed.press("Enter")
    expect(lab.alert).to_contain_text("'none'")
    # A worker is done: the places do not matter here.
    maps = Maps(own_server.data)
    meanwhile = shown(lab, own_server)
    wanted = Order.from_json(meanwhile.source)
    maps.put(replace(wanted, wanted=replace(wanted.wanted, projection="umap")), meanwhile)
    expect(lab.page.locator(".lab-map-how")).to_have_text("UMAP is shown")
    expect(lab.page.locator(".lab-map-progress")).to_be_hidden()
    expect(lab.alert).to_contain_text("'none'")
    expect(seed).to_have_attribute("aria-invalid", "true")
