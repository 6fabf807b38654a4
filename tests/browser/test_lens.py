"""The Lens page in the browser: what each layer would say, where it goes, and who is behind it."""

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from lstm import Model, load, run
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Watch

pytestmark = pytest.mark.browser

MODELS = Path(__file__).parents[2] / "models"
TEXT = "the keys to the cabinet near the door"


def raw_scores(model: Model, text: str) -> list[Any]:
    """Give the decoder's scores of each layer's h, of shape (T, V), by the plain product."""
    assert model.vocabulary is not None
    assert model.decoder is not None
    numbers = [model.vocabulary.tokens.index(word) for word in text.split()]
    trace = run(model, np.array(numbers)[:, None])
    W, b = model.decoder.W, model.decoder.b
    return [one.h[:, 0] @ W.T + b for one in trace.layers]


def open_lens(lab: "Lab", link: str = "") -> None:
    lab.leave()
    lab.page.goto(f"{lab.url}lens{link}")
    ready(lab)


def ready(lab: "Lab") -> None:
    expect(lab.page.locator(".lab-lens[data-ready]")).to_be_attached()
    drawn = "[data-figure={}] .js-plotly-plot .nsewdrag"
    for name in ("matrix", "watched"):
        expect(lab.page.locator(drawn.format(name))).to_be_attached()


def clock(lab: "Lab", t: int) -> None:
    expect(lab.page.locator(".lab-clock data[data-value=t]")).to_have_attribute("value", str(t))


def ranks(lab: "Lab") -> Locator:
    return lab.region("Watched tokens").locator("tbody td")


def choose(lab: "Lab", name: str, value: str) -> None:
    lab.page.get_by_role("combobox", name=name, exact=True).select_option(value)


def axe_finds_nothing(lab: "Lab") -> None:
    assert violations(lab.page) == []


def test_every_layer_is_read_at_every_position_as_the_plain_product_says(lab: "Lab") -> None:
    model = load(MODELS / "agreement.safetensors")
    assert model.vocabulary is not None
    tokens = model.vocabulary.tokens
    scores = raw_scores(model, TEXT)

    def rank(layer: int, t: int, word: str) -> int:
        z = scores[layer][t - 1]
        return 1 + int((z > z[tokens.index(word)]).sum())

    open_lens(lab)
    lab.button("two attractors").click()
    expect(lab.page.get_by_role("textbox", name="Prompt")).to_have_value(TEXT)
    choose(lab, "Lens", "raw")
    expect(lab.page.locator(".lab-lens-warns")).to_contain_text("Unaligned basis")
    clock(lab, 8)  # a prompt opens at its end
    for t in (8, 3):
        lab.page.get_by_role("slider", name="Time step").fill(str(t))
        wanted = [str(rank(layer, t, word)) for layer in range(3) for word in ("is", "are")]
        expect(ranks(lab)).to_have_text(wanted)
        for layer, z in enumerate(scores):
            best = [tokens[n] for n in np.argsort(-z[t - 1], kind="stable")[:10]]
            listed = lab.page.get_by_role("list", name=f"Candidates after Layer {layer + 1}")
            expect(listed.locator("bdi")).to_have_text(best)
            expect(listed.locator("li").first).to_have_attribute("data-value", best[0])
            shares = [float(text or 0) for text in values(listed)]
            p = np.exp(z[t - 1] - np.logaddexp.reduce(z[t - 1]))
            np.testing.assert_allclose(shares, np.sort(p)[:-11:-1], rtol=1e-4)
            shown = listed.locator("data").all_inner_texts()
            assert all(re.fullmatch(r"<0\.01%|\d+\.\d\d%", text) for text in shown)
    # A click in the matrix opens its column; what came is asked for, and marked where it is named.
    box = lab.figure("matrix").locator(".nsewdrag").bounding_box()
    assert box is not None
    lab.page.mouse.click(box["x"] + box["width"] * 1.5 / 8, box["y"] + 8)
    clock(lab, 2)
    expect(lab.region("Candidates").locator(".lab-at")).to_have_text("after keys came to")
    lab.page.mouse.move(box["x"] + box["width"] * 1.4 / 8, box["y"] + 8)
    expect(lab.page.locator(".lab-tip")).to_contain_text(f"to came: rank {rank(0, 2, 'to')}")
    expect(lab.page.locator(".lab-watched-key")).to_contain_text("thin: Layer 1")
    # Nothing is asked while it plays.
    lab.page.mouse.move(0, 0)
    choose(lab, "Speed", "60")
    before = len(lab.page.evaluate("() => performance.getEntriesByType('resource')"))
    lab.button("Play").click()
    clock(lab, 8)
    assert len(lab.page.evaluate("() => performance.getEntriesByType('resource')")) == before


def values(listed: Locator) -> list[str | None]:
    return [place.get_attribute("value") for place in listed.locator("data").all()]


def test_what_is_watched_and_set_is_in_the_link_and_goes_to_the_network_and_back(
    lab: "Lab", tmp_path: Path
) -> None:
    open_lens(lab)
    field = lab.page.get_by_role("textbox", name="Token to watch")
    field.fill("zebra")
    field.press("Enter")
    expect(lab.page.locator(".lab-watch-says")).to_contain_text("'zebra'")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(lab.alert).to_have_count(0)  # said once, where it is about
    field.fill("were")
    field.press("Enter")
    watched = lab.page.get_by_role("list", name="Watched tokens").locator("li")
    expect(watched).to_have_text(["is ×", "are ×", "were ×"])
    expect(field).to_have_value("")
    lab.button("Stop watching is").click()
    expect(watched).to_have_text(["are ×", "were ×"])
    lab.page.get_by_role("textbox", name="Exact tokens").fill("3")
    expect(lab.page.get_by_role("slider", name="Time step")).to_have_attribute("max", "8")
    clock(lab, 5)  # where the prompt ends
    choose(lab, "Show", "surprise")
    lab.button("bias").click()
    box = lab.figure("matrix").locator(".nsewdrag").bounding_box()
    assert box is not None
    lab.page.mouse.click(box["x"] + box["width"] * 4.5 / 8, box["y"] + box["height"] / 2)
    expect(lab.page.locator(".lab-lens-says")).to_contain_text("Without the decoder's bias")
    lab.until("() => /metric=surprise.*bias=0.*layer=2/.test(location.hash)")
    link = "#" + urlsplit(lab.page.url).fragment
    said = parse_qs(link[1:])
    assert said["v"] == ["2"]
    assert (said["watch"], said["generate"], said["t"]) == (["are,were"], ["3"], ["5"])
    numbers = ranks(lab).all_inner_texts()
    lab.page.evaluate("() => localStorage.clear()")
    open_lens(lab, link)
    expect(watched).to_have_text(["are ×", "were ×"])
    expect(ranks(lab)).to_have_text(numbers)
    clock(lab, 5)
    expect(lab.button("bias")).to_have_attribute("aria-pressed", "false")
    expect(lab.page.locator(".lab-watched-key")).to_contain_text("thin: Layer 2")
    # All of it as a table: a line for each layer and position.
    lab.button("Export").click()
    with lab.page.expect_download() as download:
        lab.button("Lens as CSV").click()
    download.value.save_as(tmp_path / "lens.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "lens.csv").read_text("utf-8"))))
    assert len(rows) == 3 * 8
    assert [row["rank of are"] for row in rows if row["t"] == "5"] == numbers[::2]
    with lab.page.expect_download() as download:
        lab.button("Lens as JSON").click()
    download.value.save_as(tmp_path / "lens.json")
    record = json.loads((tmp_path / "lens.json").read_text("utf-8"))
    assert (record["prompt"], len(record["rows"]), record["bias"]) == (5, 24, False)
    lab.page.keyboard.press("Escape")
    # To the same token among the gates, and back.
    lab.page.get_by_role("link", name="See it in the Network").click()
    expect(lab.page.locator(".lab-network[data-ready]")).to_be_attached()
    clock(lab, 5)
    text = lab.page.get_by_role("textbox", name="Text", exact=True).input_value()
    assert text.split()[:5] == ["the", "keys", "to", "the", "cabinet"]
    assert len(text.split()) == 8
    lab.page.get_by_role("link", name="See it in the Lens").click()
    ready(lab)
    clock(lab, 5)
    expect(lab.page.get_by_role("textbox", name="Prompt")).to_have_value(text)


def test_words_are_compared_and_units_found_and_silenced_beside_the_whole(
    lab: "Lab", watch: "Watch"
) -> None:
    watch.allow("422")
    open_lens(lab)
    axe_finds_nothing(lab)
    probe = lab.region("Bias probe")
    probe.get_by_role("button", name="woman / man").click()
    nurse = probe.get_by_role("row", name=re.compile("nurse"))
    expect(nurse.locator("td").last).to_have_text("80 %")
    expect(probe.locator(".js-plotly-plot .point").first).to_be_attached()
    # What nothing can be done with is said where it was typed.
    probe.get_by_role("textbox", name="First word").fill("zebra")
    probe.get_by_role("button", name="Compare words").click()
    expect(probe.get_by_role("status")).to_contain_text("zebra")
    expect(probe.locator("[aria-invalid=true]")).to_have_value("zebra")
    found = lab.region("Units behind it")
    found.get_by_role("button", name="Search", exact=True).click()
    expect(found.locator("table")).to_have_count(2)
    assert re.search("single unit|spread over many", found.locator("[role=status]").inner_text())
    # Silenced beside the whole: A stays as it is, B hears less with each of them.
    units = lab.page.locator(".lab-pair > .lab-lens [data-unit]")
    units.first.click()
    b = lab.region("Setting B")
    listed = b.get_by_role("list", name="Interventions").get_by_role("listitem")
    expect(listed).to_have_text(re.compile("layer 3, unit"))
    units.nth(1).click()
    expect(listed).to_have_count(2)
    a = lab.region("Setting A")
    expect(a.get_by_role("list", name="Interventions").get_by_role("listitem")).to_have_count(0)
    says = lab.region("Difference").get_by_role("status")
    expect(says).to_contain_text("Largest gap between probabilities of what both watch: 0.0")
    # Another prompt in B: both texts go on together, as far as each goes.
    b.get_by_role("button", name="two attractors").click()
    expect(lab.page.get_by_role("slider", name="Time step")).to_have_attribute("max", "8")
    clock(lab, 5)
    expect(b.locator(".lab-side")).to_contain_text("near the door")
    expect(a.locator(".lab-side")).not_to_contain_text("near the door")
    lab.button("Light theme").click()
    axe_finds_nothing(lab)
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.button("Compare").click()
    expect(b).to_have_count(0)
    expect(lab.region("Candidates")).to_be_visible()
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    axe_finds_nothing(lab)
    # By the keys: to the start, where nothing is read, and on from there.
    lab.page.evaluate("() => document.activeElement.blur()")
    lab.page.keyboard.press("Home")
    clock(lab, 0)
    expect(ranks(lab).first).to_have_text("–")
    lab.page.keyboard.press("ArrowRight")
    clock(lab, 1)
