"""The Models page: what is known of each model, and what can be done with it."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import Locator, ViewportSize, expect

import lstm
from lstm.checkpoint import dump
from lstm.shipped import Shipped, folder, shipped
from tests.browser.axe import violations_in_all_looks

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Network, Server, Watch

pytestmark = pytest.mark.browser

Open = Callable[..., "Network"]

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
TOKENS = tuple("abcdef gh")
COUNTER = "Counter: aⁿbⁿ"
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"


def model(seed: int) -> bytes:
    """Write a model of two layers over characters."""
    rng = np.random.default_rng(seed)
    layers = lstm.random_layers(rng, [6, 9, 7], "glorot", 1.0)
    rows = rng.normal(size=(len(TOKENS), 6))
    return dump(lstm.Model(layers, None, rows, lstm.Vocabulary(TOKENS)))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give a file that no other test has opened."""
    path = tmp_path / "letters.safetensors"
    path.write_bytes(model(int.from_bytes(str(tmp_path).encode()[-5:], "big")))
    return path


@pytest.fixture
def models(network: "Network", server: "Server") -> "Network":
    """Give the Models page, opened, with what a test needs of the Network page."""
    show(network, server)
    return network


@pytest.fixture
def open_models(open_network: Open, server: "Server") -> Open:
    """Open Models pages in browsers of their own."""

    def make(link: str = "", **more: Any) -> "Network":
        there = open_network(**more)
        show(there, server, link)
        return there

    return make


def show(lab: "Lab", server: "Server", link: str = "") -> None:
    lab.leave()
    lab.page.goto(link or f"{server.url}models")
    ready(lab)


def ready(lab: "Lab") -> None:
    expect(lab.page.locator("[data-view=models][data-ready]")).to_be_attached()


def said(lab: "Lab") -> Locator:
    """Find what the page says of what was done."""
    return lab.region("Your models").get_by_role("status")


def imported(lab: "Lab", path: Path) -> Locator:
    """Import a file, and give its card."""
    lab.page.get_by_label("Import a model", exact=True).set_input_files(path)
    expect(said(lab)).to_contain_text(f"{path.name} is imported.")
    return lab.region("Your models").get_by_role("region", name=path.name, exact=True)


def press(card: Locator, name: str) -> None:
    card.get_by_role("button", name=name, exact=True).click()


def named(name: str) -> Shipped:
    """Find a model that comes with the lab by the name of its file."""
    (found,) = (one for one in shipped(folder()) if one.name == name)
    return found


def fact(card: Locator, name: str) -> Locator:
    """Find what a card says under a name."""
    line = card.locator("dl > div").filter(has=card.page.get_by_text(name, exact=True))
    return line.get_by_role("definition")


def shows(network: "Network", content: Path, text: str) -> None:
    """Expect the Network page to run this model over this text as the engine does."""
    network.ready()
    expect(network.text).to_have_value(text)
    model = lstm.load(content)
    assert model.vocabulary is not None
    numbers = model.vocabulary.read(text)[1][:, None]
    network.tokens(len(numbers))
    trace = lstm.run(model, numbers).layers[0]
    network.draws("heatmaps", "f", trace.f[:, 0].T.tolist())
    expect(network.alert).to_have_count(0)


# The list


def test_the_models_of_the_lab_are_there_with_what_was_measured(models: "Network") -> None:
    expect(models.page.get_by_role("heading", name="Models", exact=True)).to_be_attached()
    cards = models.region("With the lab").get_by_role("region")
    expect(cards).to_have_count(len(shipped(folder())))
    card = models.region(COUNTER)
    counter = named("counter")
    assert counter.card is not None
    expect(fact(card, "Layers")).to_have_text(f"1 layer of {counter.card.sizes[0]} units")
    expect(fact(card, "Steps")).to_have_text(f"{counter.card.steps:,} batches")
    for sentence in (*counter.card.can, *counter.card.cannot):
        expect(card.get_by_role("listitem").filter(has_text=sentence)).to_have_count(1)
    for name in ("Save", "Rename", "Delete"):
        expect(card.get_by_role("button", name=name)).to_have_count(0)
    expect(models.page.get_by_text("None yet.")).to_be_visible()
    expect(models.region("By this link")).to_have_count(0)


@pytest.mark.parametrize("name", ["counter", "agreement"])
def test_one_click_shows_the_gates_of_a_model_of_the_lab(models: "Network", name: str) -> None:
    title = {"counter": COUNTER, "agreement": "Subject and verb"}[name]
    models.region(title).get_by_role("link", name="Open in Network").click()
    text = {
        "counter": "SaaaaabbbbbT",
        "agreement": "the keys to the cabinet are here . the dog near the houses is old .",
    }[name]
    models.ready()
    models.choice("Layer").select_option("0")
    shows(models, named(name).path, text)
    expect(models.choice("Model").locator("option:checked")).to_have_text(title)
    expect(models.button("Remove")).to_have_count(0)


# Importing


def test_an_imported_file_is_listed_says_when_it_goes_and_opens_in_network(
    models: "Network", own: Path
) -> None:
    card = imported(models, own)
    expect(card).to_contain_text("Goes at ")
    expect(card).to_contain_text("tomorrow, unless saved")
    expect(fact(card, "Layers")).to_have_text("2 layers of 9, 7 units")
    expect(fact(card, "Vocabulary")).to_have_text("9 characters")
    expect(fact(card, "Unknown")).to_contain_text("task")
    expect(models.page.get_by_text("None yet.")).to_be_hidden()
    models.page.reload()
    ready(models)
    card.get_by_role("link", name="Open in Network").click()
    models.ready()
    models.choice("Layer").select_option("0")
    shows(models, own, "abcdefgh")
    expect(models.choice("Model").locator("option:checked")).to_have_text(own.name)


def test_a_file_can_be_dropped_anywhere_on_the_page(models: "Network", own: Path) -> None:
    models.page.evaluate(
        """([name, bytes]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
            const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
            document.querySelector("header").dispatchEvent(event);
        }""",
        ["dropped.safetensors", list(own.read_bytes())],
    )
    expect(said(models)).to_contain_text("dropped.safetensors is imported.")
    expect(models.region("dropped.safetensors")).to_be_visible()


def test_what_is_no_model_is_refused_as_on_the_network_page(
    models: "Network", watch: "Watch", tmp_path: Path
) -> None:
    watch.allow("422")
    path = tmp_path / "model.pt"
    path.write_bytes(pickle.dumps({"weight_ih_l0": [1.0]}))
    models.page.get_by_label("Import a model").set_input_files(path)
    expect(models.alert).to_contain_text("from safetensors.torch import save_file")
    huge = tmp_path / "huge.safetensors"
    with huge.open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    models.page.get_by_label("Import a model").set_input_files(huge)
    expect(models.alert).to_contain_text("at most 64 MB")
    expect(said(models)).to_have_text("")
    expect(models.region("Your models").get_by_role("region")).to_have_count(0)


def test_a_model_of_the_lab_that_is_imported_is_found_where_it_is(models: "Network") -> None:
    models.page.get_by_label("Import a model").set_input_files(named("counter").path)
    expect(said(models)).to_have_text(f"This is {COUNTER}, which comes with the lab.")
    expect(models.region(COUNTER)).to_have_attribute("aria-current", "true")
    expect(models.region("Your models").get_by_role("region")).to_have_count(0)


def test_what_was_not_understood_of_a_file_is_there_to_read(
    models: "Network", tmp_path: Path
) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "foreign.safetensors"
    shapes = {"weight_ih_l0": (20, 2), "weight_hh_l0": (20, 5), "attention.query": (3, 4)}
    save_file({name: np.ones(shape, np.float32) for name, shape in shapes.items()}, path)
    card = imported(models, path)
    card.get_by_text("Not understood: 1").click()
    expect(card.get_by_role("listitem")).to_contain_text("attention.query")


def test_a_name_that_looks_like_markup_is_only_a_name(models: "Network", own: Path) -> None:
    name = '<b>x</b>".safetensors'
    models.page.get_by_label("Import a model").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": own.read_bytes()}
    )
    card = models.region("Your models").get_by_role("region")
    # A name has no strokes that could pass for a path.
    expect(card.get_by_role("heading", level=3)).to_have_text('<b>x<b>".safetensors')


# What is done with one's own


def test_a_saved_model_stays_and_can_be_let_go(models: "Network", own: Path) -> None:
    card = imported(models, own)
    press(card, "Save")
    expect(card.get_by_role("button", name="Saved")).to_have_attribute("aria-pressed", "true")
    expect(card.get_by_role("button", name="Saved")).to_be_focused()
    expect(said(models)).to_have_text(f"{own.name} is saved.")
    expect(card).not_to_contain_text("unless saved")
    models.page.reload()
    ready(models)
    press(card, "Saved")
    expect(card.get_by_role("button", name="Save", exact=True)).to_be_visible()
    expect(card).to_contain_text("tomorrow, unless saved")


def test_a_model_is_renamed_by_the_keyboard_and_a_reload_keeps_the_name(
    models: "Network", own: Path
) -> None:
    card = imported(models, own)
    card.get_by_role("button", name="Rename").focus()
    models.page.keyboard.press("Enter")
    field = models.page.get_by_role("textbox", name="Name", exact=True)
    expect(field).to_be_focused()
    models.page.keyboard.type("Letters, second try")
    models.page.keyboard.press("Enter")
    renamed = models.region("Letters, second try")
    expect(renamed.get_by_role("button", name="Rename")).to_be_focused()
    models.page.reload()
    ready(models)
    expect(renamed).to_be_visible()
    press(renamed, "Rename")
    field.fill("something else")
    models.page.keyboard.press("Escape")
    expect(renamed.get_by_role("heading", level=3)).to_have_text("Letters, second try")


def test_a_model_is_not_renamed_to_nothing(models: "Network", watch: "Watch", own: Path) -> None:
    watch.allow("422")
    card = imported(models, own)
    press(card, "Rename")
    field = card.get_by_role("textbox", name="Name", exact=True)
    field.fill(" ")
    press(card, "Rename")
    expect(models.alert).to_contain_text("The name is empty")
    expect(field).to_be_visible()
    press(card, "Cancel")
    expect(card.get_by_role("heading", level=3)).to_have_text(own.name)


def test_deleting_takes_two_presses_and_the_first_can_be_taken_back(
    models: "Network", own: Path
) -> None:
    card = imported(models, own)
    press(card, "Delete")
    expect(card.get_by_role("button", name="Keep")).to_be_focused()
    models.page.keyboard.press("Enter")
    expect(card.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    models.page.keyboard.press("Enter")
    models.page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    # Pressed twice in one place it is kept: what stands there then is Keep.
    card.get_by_role("button", name="Delete", exact=True).dblclick()
    models.page.reload()
    ready(models)
    press(card, "Delete")
    press(card, "Delete for good")
    expect(said(models)).to_have_text(f"{own.name} is deleted.")
    expect(card).to_have_count(0)
    expect(models.page.get_by_text("None yet.")).to_be_visible()
    models.page.reload()
    ready(models)
    expect(card).to_have_count(0)


def test_an_exported_model_has_the_same_bytes(models: "Network", own: Path) -> None:
    card = imported(models, own)
    with models.page.expect_download() as download:
        press(card, "Export")
    assert download.value.suggested_filename == own.name
    assert Path(download.value.path()).read_bytes() == own.read_bytes()
    with models.page.expect_download() as download:
        press(models.region(COUNTER), "Export")
    assert Path(download.value.path()).read_bytes() == named("counter").path.read_bytes()


def test_what_another_tab_saved_is_there_when_one_comes_back(
    models: "Network", server: "Server", own: Path
) -> None:
    tab = models.page.context.new_page()
    tab.goto(f"{server.url}models")
    tab.get_by_label("Import a model").set_input_files(own)
    expect(tab.get_by_role("region", name=own.name)).to_be_visible()
    tab.close()
    models.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(models.region(own.name)).to_be_visible()


def test_without_a_server_nothing_is_lost_and_the_page_says_so(
    open_models: Open, watch: "Watch", own: Path
) -> None:
    lab = open_models()
    card = imported(lab, own)
    watch.allow("ERR_INTERNET_DISCONNECTED")
    lab.page.context.set_offline(True)
    press(card, "Delete")
    press(card, "Delete for good")
    expect(lab.alert).to_contain_text("The server does not answer.")
    expect(card).to_be_visible()
    lab.page.context.set_offline(False)
    press(card, "Delete for good")
    expect(card).to_have_count(0)
    expect(lab.alert).to_have_count(0)


# Links, and whose is whose


def test_another_reader_has_a_model_by_its_link_alone_and_can_save_it(
    open_models: Open, watch: "Watch", server: "Server", own: Path
) -> None:
    here = open_models(permissions=["clipboard-read", "clipboard-write"])
    imported(here, own)
    here.button("Copy link").click()
    expect(here.page.get_by_role("banner").get_by_role("status")).to_have_text("Link copied")
    link = here.page.evaluate("() => navigator.clipboard.readText()")

    there = open_models()
    expect(there.region(COUNTER)).to_be_visible()
    expect(there.region(own.name)).to_have_count(0)
    show(there, server, link)
    card = there.region("By this link").get_by_role("region", name=own.name)
    expect(card).to_have_attribute("aria-current", "true")
    for name in ("Rename", "Delete"):
        expect(card.get_by_role("button", name=name)).to_have_count(0)
    press(card, "Save")
    expect(said(there)).to_have_text(f"{own.name} is saved.")
    mine = there.region("Your models").get_by_role("region", name=own.name)
    expect(mine.get_by_role("button", name="Saved")).to_be_visible()
    expect(there.region("By this link")).to_have_count(0)
    # What one deletes, the other keeps.
    gone = here.region(own.name)
    press(gone, "Delete")
    press(gone, "Delete for good")
    expect(gone).to_have_count(0)
    show(there, server)
    expect(mine).to_be_visible()
    mine.get_by_role("link", name="Open in Network").click()
    there.ready()
    there.runs("2 layers of 9, 7 units")


def test_a_link_to_a_model_of_the_lab_marks_its_card_and_brings_it_into_view(
    models: "Network", server: "Server"
) -> None:
    models.page.set_viewport_size({"width": 390, "height": 844})
    show(models, server, f"{server.url}models#v=1&model={named('python').hash}")
    card = models.region("Python source code")
    expect(card).to_have_attribute("aria-current", "true")
    expect(card).to_be_in_viewport()
    expect(models.page.locator("[aria-current=true]")).to_have_count(1)
    # Another link in the same tab takes over.
    models.page.evaluate(f"() => {{ location.hash = '#v=1&model={named('reber').hash}'; }}")
    expect(models.region("Embedded Reber grammar")).to_have_attribute("aria-current", "true")
    expect(models.page.locator("[aria-current=true]")).to_have_count(1)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("v=1&model=" + "0" * 64 + "&name=lost", "no longer here"),
        ("v=1&model=../../etc", "names no file"),
    ],
)
def test_a_link_to_what_is_not_here_says_so_beside_all_that_is(
    models: "Network", server: "Server", link: str, words: str
) -> None:
    show(models, server, f"{server.url}models#{link}")
    expect(models.region("By this link")).to_contain_text(words)
    expect(models.region("By this link").get_by_role("link")).to_have_count(0)
    expect(models.region(COUNTER)).to_be_visible()


def test_a_link_of_another_format_is_told(models: "Network", server: "Server") -> None:
    show(models, server, f"{server.url}models#v=9&model=x")
    expect(models.alert).to_contain_text("format '9'")
    expect(models.region(COUNTER)).to_be_visible()


def test_the_cards_can_be_taken_away(models: "Network") -> None:
    models.region(COUNTER).get_by_role("link", name="Open in Network").focus()
    models.button("Export").first.click()
    with models.page.expect_download() as download:
        models.button("All cards as JSON").click()
    assert COUNTER in Path(download.value.path()).read_text("utf-8")
    with models.page.expect_download() as download:
        models.button(f"{COUNTER} as safetensors").click()
    assert Path(download.value.path()).read_bytes() == named("counter").path.read_bytes()


# Many


def test_among_more_than_a_dozen_there_is_a_search(models: "Network", tmp_path: Path) -> None:
    search = models.page.get_by_role("searchbox", name="Search")
    expect(search).to_be_hidden()
    for n in range(13 - len(shipped(folder()))):
        path = tmp_path / f"number-{n}.safetensors"
        path.write_bytes(model(1000 + n))
        imported(models, path)
    cards = models.page.locator("section[data-hash]:visible")
    expect(cards).to_have_count(13)
    search.fill(" NUMBER-3")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("number-3")
    search.fill("reber strings")
    expect(cards.get_by_role("heading", level=3)).to_have_text(["Embedded Reber grammar"])
    search.fill("")
    expect(cards).to_have_count(13)


def test_two_models_of_one_name_are_two_regions(models: "Network", tmp_path: Path) -> None:
    for n in range(2):
        path = tmp_path / str(n) / "same.safetensors"
        path.parent.mkdir()
        path.write_bytes(model(2000 + n))
        models.page.get_by_label("Import a model").set_input_files(path)
        expect(models.region("Your models").get_by_role("region")).to_have_count(n + 1)
    labels = models.region("Your models").get_by_role("region")
    names = [one.get_attribute("aria-label") for one in labels.all()]
    assert len(set(names)) == 2


# On the Network page


def test_the_network_page_offers_them_in_a_group_and_each_brings_a_text_of_its_own(
    network: "Network", own: Path
) -> None:
    network.open()
    options = network.choice("Model").locator("option")
    expect(options.filter(has_text=COUNTER)).to_be_attached()
    texts = options.all_text_contents()
    group = texts.index("— Trained, with the lab —")
    assert texts[group + 1 : group + 1 + len(shipped(folder()))].count(COUNTER) == 1
    expect(options.nth(group)).to_be_disabled()
    network.choice("Model").select_option(label=COUNTER)
    shows(network, named("counter").path, "SaaaaabbbbbT")
    # A text that the reader types then is the reader's own.
    network.text.fill("SaabbT")
    network.tokens(6)
    network.choice("Model").select_option(label="Embedded Reber grammar")
    shows(network, named("reber").path, "BTBTSXXTVVETE")
    network.file.set_input_files(own)
    network.runs("2 layers of 9, 7 units")
    texts = options.all_text_contents()
    assert texts[-2:] == ["— Opened —", own.name]
    expect(network.choice("Model").locator("option:checked")).to_have_text(own.name)


def test_a_reload_of_the_network_page_keeps_a_model_of_the_lab(network: "Network") -> None:
    network.open()
    network.choice("Model").select_option(label=COUNTER)
    network.tokens(12)
    network.text.fill("SaabbT")
    network.tokens(6)
    network.text.blur()
    network.until("() => location.hash.includes('SaabbT')")
    network.page.reload()
    shows(network, named("counter").path, "SaabbT")
    expect(network.choice("Model").locator("option:checked")).to_have_text(COUNTER)


# How it looks and is reached


def test_axe_finds_nothing(models: "Network", server: "Server", own: Path) -> None:
    assert violations_in_all_looks(models.page) == []
    card = imported(models, own)
    press(card, "Save")
    expect(card.get_by_role("button", name="Saved")).to_be_visible()
    press(card, "Delete")
    assert violations_in_all_looks(models.page) == []
    press(card, "Keep")
    press(card, "Rename")
    assert violations_in_all_looks(models.page) == []
    show(models, server, f"{server.url}models#v=1&model={'0' * 64}")
    assert violations_in_all_looks(models.page) == []


def test_on_a_phone_all_is_in_one_column_and_nothing_overflows(
    open_models: Open, own: Path
) -> None:
    phone = open_models(viewport=NARROW, has_touch=True, is_mobile=True)
    card = imported(phone, own)
    assert phone.page.evaluate(OVERFLOW) <= 0
    boxes = [one.bounding_box() for one in phone.page.locator("section[data-hash]").all()]
    assert len({box["x"] for box in boxes if box}) == 1
    for box in boxes:
        assert box is not None
        assert 290 <= box["width"] <= 390
    card.get_by_role("button", name="Rename").tap()
    assert phone.page.evaluate(OVERFLOW) <= 0
    card.get_by_role("button", name="Cancel").tap()
    card.get_by_role("button", name="Delete", exact=True).tap()
    card.get_by_role("button", name="Delete for good").tap()
    expect(card).to_have_count(0)


def test_on_a_desk_cards_stand_side_by_side_and_are_not_too_wide(models: "Network") -> None:
    boxes = [one.bounding_box() for one in models.page.locator("section[data-hash]").all()]
    assert len({box["x"] for box in boxes if box}) > 1
    for box in boxes:
        assert box is not None
        assert 290 <= box["width"] <= 420


def test_every_control_is_reached_by_tab_and_its_focus_is_seen(
    models: "Network", own: Path
) -> None:
    imported(models, own)
    wanted = models.page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, summary")]
            .filter((one) => one.checkVisibility({ visibilityProperty: true })).length"""
    )
    models.page.evaluate("() => document.activeElement.blur()")
    reached = set()
    for _ in range(wanted + 5):
        models.page.keyboard.press("Tab")
        here = models.page.evaluate(
            """() => {
                const one = document.activeElement;
                if (one === document.body) return null;
                const seen = (element) => getComputedStyle(element).outlineStyle !== "none";
                return [[...document.querySelectorAll("*")].indexOf(one),
                    seen(one) || seen(one.closest("label") ?? one)];
            }"""
        )
        if here is None or here[0] in reached:
            break
        reached.add(here[0])
        assert here[1], models.page.evaluate("() => document.activeElement.outerHTML")
    assert len(reached) == wanted
