"""The Train page: a newcomer trains, watches, steers and keeps; nothing gets lost on the way."""

import math
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, Route, ViewportSize, expect

from components.train_advice import RAN_AWAY
from components.train_examples import examples
from components.train_run import NOBODY, SOON
from lstm.catalogue import TASKS
from lstm.run_folder import STALE, RunFolder
from tests.browser.axe import violations

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Network, Server, Watch

pytestmark = pytest.mark.browser

OpenLab = Callable[..., "Lab"]

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
OVERFLOW = "() => document.documentElement.scrollWidth - innerWidth"
SMALL = {"Units": "4", "Batch size": "4"}
ENDLESS = {**SMALL, "Batches": "1000000"}
TEXT = "a rose is a rose is a rose, said the rose to the other rose. " * 20
FIGURES = ("Loss", "Accuracy", "Gradient norm", "Gate saturation")

FOCUSED = """() => {
    const one = document.activeElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    const seen = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    return [one.textContent.trim() || one.id || one.className, seen];
}"""


@pytest.fixture
def train(lab: "Lab", server: "Server") -> Iterator["Lab"]:
    """Give the Train page, opened; in the end its runs make way for those of other tests."""
    show(lab, server)
    yield lab
    let_go(server)


def let_go(server: "Server") -> None:
    """Stop every run."""
    for path in (server.data / "runs").glob("*/"):
        with suppress(OSError):
            RunFolder(path).want("stop")


def show(lab: "Lab", server: "Server", link: str = "") -> None:
    """Open the Train page, or a link to it."""
    lab.leave()
    lab.page.goto(link or f"{server.url}train")
    ready(lab)


def ready(lab: "Lab") -> None:
    expect(lab.page.locator("[data-view=train][data-ready]")).to_be_attached()
    lab.until("() => document.querySelector('[data-figure=loss] .nsewdrag') !== null")


def choose(lab: "Lab", task: str) -> None:
    """Choose a task, and wait until what is advised for it is filled in."""
    lab.page.get_by_label("Task", exact=True).select_option(label=task)
    expect(lab.page.locator(".lab-estimate")).to_contain_text("weights")


def field(lab: "Lab", name: str) -> Locator:
    return lab.page.get_by_role("textbox", name=name, exact=True)


def fill(lab: "Lab", values: dict[str, str]) -> None:
    for name, value in values.items():
        field(lab, name).fill(value)


def begin(lab: "Lab", values: dict[str, str] = ENDLESS) -> str:
    """Fill fields in, begin a run, and give its ID when it is shown."""
    before = watched(lab)
    fill(lab, values)
    lab.button("Train").click()
    lab.until(
        """(before) => {
            const run = new URLSearchParams(location.hash.slice(1)).get("run") ?? "";
            return run !== "" && run !== before;
        }""",
        before,
    )
    return watched(lab)


def watched(lab: "Lab") -> str:
    """Give the ID of the run in the address."""
    found = re.search(r"[#&]run=([\w-]+)", lab.page.url)
    return found[1] if found else ""


def state(lab: "Lab", wanted: str) -> None:
    """Expect the run that is shown to be in a state."""
    shown = lab.region("Run").locator(".lab-state")
    expect(shown).to_have_attribute("data-state", wanted)
    expect(shown).to_be_visible()


def says(lab: "Lab", words: str) -> None:
    """Expect the run to say something of itself."""
    expect(lab.region("Run").locator(".lab-run-says")).to_contain_text(words)


def batches(lab: "Lab") -> int:
    """Read how far the run is."""
    words = lab.region("Run").locator(".lab-progress-words").inner_text()
    return int(words.split(" of ")[0].replace(",", ""))


def gets_on(lab: "Lab") -> None:
    """Wait until the run is further than it is now."""
    lab.until(
        """(before) => {
            const words = document.querySelector(".lab-progress-words").textContent;
            return Number(words.split(" of ")[0].replaceAll(",", "")) > before;
        }""",
        batches(lab),
    )


def learns(lab: "Lab", points: int = 2) -> None:
    """Wait until the loss is drawn with so many points."""
    lab.until(
        """(points) => (document.querySelector("[data-figure=loss] .js-plotly-plot")
            ?._fullData?.[0]?.x?.length ?? 0) >= points""",
        points,
    )


def folder(server: "Server", run: str) -> RunFolder:
    return RunFolder(server.data / "runs" / run)


# The newcomer


def test_a_newcomer_trains_on_a_text_of_their_own_and_sees_its_gates(
    train: "Lab", network: "Network"
) -> None:
    train.page.get_by_label("Task", exact=True).select_option(label="Your own text")
    field(train, "Your data").fill(TEXT)
    expect(train.page.locator(".lab-brought")).to_contain_text("1,220 characters, 12 different.")
    begin(train, {"Units": "8", "Batches": "200", "Batch size": "4", "Unrolled steps": "20"})
    title = train.region("Run").get_by_role("heading")
    expect(title).to_have_text(f"{TEXT[:40]}…")
    learns(train)
    state(train, "done")
    samples = train.region("Samples").get_by_role("listitem")
    expect(samples.first).to_contain_text("batch 200")
    # Plain letters are learnt to repeat sooner or later: by now better than any constant answer.
    readings = train.region("Run").locator("data[data-part]")
    values = {one.get_attribute("data-part"): one.get_attribute("value") for one in readings.all()}
    assert float(values["held_out"] or "nan") < 2.2  # nats; a constant answer costs 2.3
    train.button("Keep").click()
    link = train.region("Run").get_by_role("link", name="Open in Network")
    expect(link).to_be_visible()
    link.click()
    network.ready()
    network.runs("1 layer of 8 units")
    expect(network.choice("Model").locator("option:checked")).to_contain_text(TEXT[:20])
    expect(network.alert).not_to_be_visible()
    gates = network.heat("heatmaps")
    assert [one["meta"] for one in gates] == ["f", "i", "o"]
    assert all(len(one["z"]) == 8 for one in gates)


def test_a_sample_lets_anybody_try_own_data_with_two_clicks(train: "Lab") -> None:
    for task, says_of_it in (
        ("Your own numbers", "600 rows of 3 columns"),
        ("Your own text", "5,"),
    ):
        train.page.get_by_label("Task", exact=True).select_option(label=task)
        train.button("Sample").click()
        expect(train.page.locator(".lab-brought")).to_contain_text(f": {says_of_it}")
        expect(train.page.locator(".lab-estimate")).to_contain_text("times through the data")
    train.page.get_by_label("Task", exact=True).select_option(label="Your own numbers")
    expect(train.page.locator(".lab-brought")).to_contain_text("600 rows")  # still known
    begin(train, {"Units": "4", "Batches": "30"})
    state(train, "done")
    expect(train.region("Samples")).not_to_be_visible()
    expect(train.region("Run").locator("data[data-part=accuracy]")).to_have_text("–")


def test_a_table_is_opened_from_a_file_and_one_of_its_columns_learnt(
    train: "Lab", tmp_path: Path
) -> None:
    table = tmp_path / "tides.csv"
    rows = [f"{math.sin(n / 3):.3f},{2 * math.sin(n / 3):.3f}\n" for n in range(200)]
    table.write_text("tide,load\n" + "".join(rows))
    train.page.locator(".lab-file").set_input_files(table)
    expect(train.page.get_by_label("Task", exact=True)).to_have_value("table")
    expect(train.page.locator(".lab-brought")).to_have_text(
        "tides.csv: 200 rows of 2 columns: tide, load."
    )
    target = train.page.get_by_label("Predict", exact=True)
    expect(target.locator("option:not([hidden])")).to_have_text(["the next row", "tide", "load"])
    target.select_option("load")
    begin(train, {"Units": "4", "Batches": "60", "Learning rate": "0.05"})
    expect(train.region("Run").get_by_role("heading")).to_have_text("tides.csv")
    state(train, "done")
    says(train, "'load' from the other columns")


def test_a_file_chooses_its_task_and_a_budget_that_the_reader_has_not_chosen(
    train: "Lab", tmp_path: Path
) -> None:
    task = train.page.get_by_label("Task", exact=True)
    steps = train.page.get_by_label("Batches", exact=True)
    table, text = tmp_path / "waves.csv", tmp_path / "roses.txt"
    table.write_text("".join(f"{math.sin(n / 3):.3f}\n" for n in range(200)))
    text.write_text(TEXT)
    train.page.locator(".lab-file").set_input_files(table)
    expect(task).to_have_value("table")
    train.page.locator(".lab-file").set_input_files(text)
    expect(task).to_have_value("text")
    expect(train.page.locator(".lab-brought")).to_have_text(
        "roses.txt: 1,220 characters, 12 different."
    )
    expect(steps).to_have_value("200")  # 2,000 would be thousands of times through it
    steps.fill("321")
    train.page.locator(".lab-file").set_input_files(text)
    expect(train.page.locator(".lab-estimate")).to_contain_text("times through the data")
    expect(steps).to_have_value("321")


def test_a_text_is_dropped_on_the_page_and_read_as_words(train: "Lab") -> None:
    train.page.evaluate(
        """(text) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], "roses.txt"));
            document.body.dispatchEvent(
                new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        TEXT,
    )
    brought = train.page.locator(".lab-brought")
    expect(brought).to_have_text("roses.txt: 1,220 characters, 12 different.")
    train.page.get_by_label("Read as", exact=True).select_option("words")
    expect(brought).to_have_text("roses.txt: 340 words, 9 different.")


def test_an_answer_about_a_text_that_was_replaced_meanwhile_changes_nothing(train: "Lab") -> None:
    late: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if late:
            route.continue_()
        else:
            late.append(route)

    train.page.route("**/_lab/data?*", hold_the_first)
    train.page.get_by_label("Task", exact=True).select_option(label="Your own text")
    with train.page.expect_request("**/_lab/data?*"):
        field(train, "Your data").fill("Old. " + TEXT)
    brought = train.page.locator(".lab-brought")
    field(train, "Your data").fill(TEXT)
    expect(brought).to_have_text(f"{TEXT[:40]}…: 1,220 characters, 12 different.")
    with train.page.expect_response("**/_lab/data?*"):
        late[0].continue_()
    begin(train, {"Units": "4", "Batches": "5"})  # by then the answer has long been read
    expect(train.region("Run").get_by_role("heading")).to_have_text(f"{TEXT[:40]}…")
    expect(brought).to_have_text(f"{TEXT[:40]}…: 1,220 characters, 12 different.")


def test_every_task_says_what_it_is_and_shows_it(train: "Lab") -> None:
    shown = train.page.get_by_role("group", name="Examples", exact=True)
    told = train.page.locator(".lab-controls .lab-does").first
    for name, task in TASKS.items():
        choose(train, task.title)
        expect(told).to_have_text(task.says)
        expect(shown.locator("code")).to_have_text(list(examples(name)))
    for title in ("Your own text", "Your own numbers"):
        train.page.get_by_label("Task", exact=True).select_option(label=title)
        expect(shown).not_to_be_visible()


# Steering


def test_a_run_is_paused_resumed_and_stopped(train: "Lab") -> None:
    run = train.region("Run")
    begin(train)
    state(train, "running")
    learns(train)
    places = [train.button(name).bounding_box() for name in ("Pause", "Stop")]
    train.button("Pause").click()
    state(train, "paused")
    expect(train.button("Pause")).not_to_be_visible()
    # No button comes to lie under a hand that was to press another one.
    assert train.button("Stop").bounding_box() == places[1]
    resume = train.button("Resume").bounding_box()
    assert resume is not None
    assert places[0] is not None
    assert resume["x"] == pytest.approx(places[0]["x"], abs=6)  # pixels: their words differ
    paused = batches(train)
    train.button("Resume").click()
    state(train, "running")
    gets_on(train)
    assert batches(train) > paused
    train.button("Stop").click()
    state(train, "stopped")
    for name in ("Pause", "Resume", "Stop"):
        expect(train.button(name)).not_to_be_visible()
    for name in ("Keep", "Delete"):
        expect(run.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_a_run_is_deleted_with_a_second_press(
    train: "Lab", server: "Server", watch: "Watch"
) -> None:
    run = begin(train, {**SMALL, "Batches": "20"})
    state(train, "done")
    link = train.page.url
    train.button("Delete").click()
    expect(train.button("Delete for good?")).to_be_visible()
    assert folder(server, run).path.exists()
    train.button("Delete for good?").click()
    expect(train.region("Run").get_by_role("heading")).to_have_text("No run yet")
    expect(train.region("Runs")).to_contain_text("None yet.")
    assert not folder(server, run).path.exists()
    # Its link says so, and leaves a page to go on with.
    show(train, server, link)
    expect(train.alert).to_have_text(
        "This run is no longer here: it was deleted, or ended long ago."
    )
    expect(train.region("Run").get_by_role("heading")).to_have_text("No run yet")
    expect(field(train, "Batches")).to_have_value("20")
    begin(train)
    state(train, "running")


def test_two_runs_do_not_disturb_each_other(train: "Lab") -> None:
    first = begin(train)
    learns(train)
    choose(train, "Counting: aⁿbⁿ")
    second = begin(train, {**SMALL, "Batches": "20"})
    state(train, "waiting")
    words = train.region("Run").locator(".lab-progress-words")
    expect(words).to_have_text("0 of 20 batches · number 1 in the queue")
    rows = train.region("Runs").get_by_role("button", name=re.compile("Reber|Counting"))
    expect(rows).to_have_count(2)
    rows.filter(has_text="Reber").click()
    state(train, "running")
    train.button("Stop").click()
    state(train, "stopped")
    train.until("(id) => location.hash.includes(id)", first)
    rows.filter(has_text="Counting").click()
    state(train, "done")
    train.until("(id) => location.hash.includes(id)", second)


# Nothing is lost


def test_a_reload_finds_the_run_the_settings_and_the_text_again(
    train: "Lab", server: "Server"
) -> None:
    train.page.get_by_label("Task", exact=True).select_option(label="Your own text")
    field(train, "Your data").fill(TEXT)
    expect(train.page.locator(".lab-brought")).to_contain_text("1,220 characters")
    run = begin(train, {**ENDLESS, "Unrolled steps": "10"})
    train.until("() => location.hash.includes('data=')")
    learns(train)
    train.page.reload()
    ready(train)
    assert watched(train) == run
    state(train, "running")
    gets_on(train)
    expect(train.page.get_by_label("Task", exact=True)).to_have_value("text")
    expect(field(train, "Unrolled steps")).to_have_value("10")
    expect(train.page.locator(".lab-brought")).to_contain_text("1,220 characters, 12 different.")
    # Who comes without a link finds the newest run.
    show(train, server)
    train.until("(id) => location.hash.includes(id)", run)
    state(train, "running")


def test_another_browser_watches_and_keeps_but_does_not_steer(
    train: "Lab", server: "Server"
) -> None:
    run = begin(train)
    learns(train)
    train.button("Pause").click()
    state(train, "paused")
    link = train.page.url
    train.forget()
    show(train, server, link)
    state(train, "paused")
    learns(train)
    assert watched(train) == run
    for name in ("Resume", "Stop", "Delete"):
        expect(train.button(name)).not_to_be_visible()
    expect(train.region("Runs")).to_contain_text("None yet.")  # of its own
    train.button("Keep").click()
    expect(train.region("Run").get_by_role("link", name="Open in Network")).to_be_visible()


def test_a_link_to_settings_shows_no_run(train: "Lab", server: "Server") -> None:
    begin(train, {**SMALL, "Batches": "20"})
    state(train, "done")
    train.page.goto(f"{server.url}train#v=1&task=anbn&size=6&cell=no_forget")
    expect(train.page.get_by_label("Task", exact=True)).to_have_value("anbn")
    expect(field(train, "Units")).to_have_value("6")
    expect(train.page.get_by_label("Cell", exact=True)).to_have_value("no_forget")
    expect(train.region("Run").get_by_role("heading")).to_have_text("No run yet")
    expect(train.region("Runs").get_by_role("button", name=re.compile("Reber"))).to_be_visible()


def worker_of(server: "Server") -> int:
    """Find the process that trains beside a server."""
    tasks = Path(f"/proc/{server.process.pid}/task")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for path in tasks.glob("*/children"):
            for child in path.read_text().split():
                return int(child)
    raise AssertionError("The server has no worker.")


def test_a_run_whose_worker_was_killed_is_shown_as_interrupted_and_goes_on(
    own_server: "Server", open_lab: OpenLab
) -> None:
    lab = open_lab(own_server.url)
    show(lab, own_server)
    run = begin(lab)
    learns(lab)
    os.kill(worker_of(own_server), signal.SIGKILL)
    # As if the heart had not beaten for so long; nobody waits for that here.
    long_ago = time.time() - STALE - 1
    os.utime(folder(own_server, run).path / "progress.json", (long_ago, long_ago))
    state(lab, "interrupted")
    expect(lab.region("Run")).to_contain_text("Resume goes on from the last checkpoint")
    lab.button("Resume").click()
    state(lab, "running")
    gets_on(lab)


def test_while_the_server_is_away_nothing_is_lost(
    own_server: "Server", open_lab: OpenLab, watch: "Watch"
) -> None:
    watch.allow("ERR_CONNECTION|Failed to|Callback failed|console error|page error|502|500")
    lab = open_lab(own_server.url)
    show(lab, own_server)
    begin(lab)
    learns(lab)
    own_server.stop()
    expect(lab.alert).to_contain_text("The server does not answer.")
    own_server.start()
    expect(lab.alert).not_to_be_visible()
    state(lab, "interrupted")  # its worker left with the server, and says so
    lab.button("Resume").click()
    state(lab, "running")


def test_where_there_is_no_worker_the_page_says_what_to_do(
    no_workers: None, own_server: "Server", open_lab: OpenLab
) -> None:
    lab = open_lab(own_server.url)
    show(lab, own_server)
    run = folder(own_server, begin(lab))
    state(lab, "waiting")
    about = run.about()
    assert about is not None
    run.describe(replace(about, created=about.created - SOON - 1))
    says(lab, NOBODY)


# What goes wrong


def test_a_learning_rate_that_is_too_large_is_said_in_words(train: "Lab") -> None:
    choose(train, "Adding problem")
    begin(train, {**SMALL, "Learning rate": "10", "Batches": "60", "Numbers in a sequence": "20"})
    state(train, "done")
    says(train, RAN_AWAY)


def test_a_slip_marks_its_field_and_loses_nothing(train: "Lab", watch: "Watch") -> None:
    watch.allow("422")
    more = train.page.get_by_text("How it is trained")
    fill(train, {"Units": "12", "Learning rate": "fast"})
    more.click()  # it folds the field away
    expect(train.alert).to_contain_text("Learning rate is 'fast'. Use a number between")
    expect(field(train, "Learning rate")).to_be_visible()
    expect(field(train, "Learning rate")).to_have_attribute("aria-invalid", "true")
    train.button("Train").click()
    expect(train.region("Run").get_by_role("heading")).to_have_text("No run yet")
    expect(field(train, "Units")).to_have_value("12")
    fill(train, {"Learning rate": "0.02"})
    expect(train.alert).not_to_be_visible()
    expect(train.page.locator("[aria-invalid]")).to_have_count(0)


def test_a_text_that_cannot_be_learnt_is_said(train: "Lab", watch: "Watch") -> None:
    watch.allow("422")
    train.page.get_by_label("Task", exact=True).select_option(label="Your own text")
    train.button("Sample").click()  # what was there before must not be learnt instead
    expect(train.page.locator(".lab-brought")).to_contain_text("different")
    for typed, message in (
        ("no", "The text has 2 characters. Use at least 100;"),
        ("a" * 300, "over and over: there is nothing to predict. Use a text with more."),
    ):
        field(train, "Your data").fill(typed)
        expect(train.alert).to_contain_text(message)
        expect(field(train, "Your data")).to_have_attribute("aria-invalid", "true")
        expect(field(train, "Your data")).to_have_value(typed)
        train.button("Train").click()
        expect(train.alert).to_contain_text("There is nothing to learn from yet")
        assert not watched(train)
        field(train, "Your data").fill(TEXT)
        expect(train.alert).not_to_be_visible()


def test_without_data_there_is_nothing_to_train_on(train: "Lab", watch: "Watch") -> None:
    watch.allow("422")
    train.page.get_by_label("Task", exact=True).select_option(label="Your own numbers")
    train.button("Train").click()
    expect(train.alert).to_contain_text("There is nothing to learn from yet")


# How it looks and is reached


def test_axe_finds_nothing_before_and_after(train: "Lab") -> None:
    for size in (NARROW, WIDE):
        train.page.set_viewport_size(size)
        assert violations(train.page) == []
    begin(train, {**SMALL, "Batches": "20"})
    state(train, "done")
    for scheme in ("dark", "light"):
        train.page.emulate_media(color_scheme=scheme)
        expect(train.page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        for size in (NARROW, WIDE):
            train.page.set_viewport_size(size)
            assert violations(train.page) == []


def test_axe_finds_nothing_with_own_data_and_a_complaint(train: "Lab") -> None:
    train.page.get_by_label("Task", exact=True).select_option(label="Your own text")
    train.button("Sample").click()
    expect(train.page.locator(".lab-brought")).to_contain_text("different")
    fill(train, {"Learning rate": "fast"})
    field(train, "Learning rate").blur()
    expect(train.alert).to_be_visible()
    for scheme in ("dark", "light"):
        train.page.emulate_media(color_scheme=scheme)
        assert violations(train.page) == []


def test_on_a_desk_all_is_in_view_and_nothing_jumps_while_it_learns(train: "Lab") -> None:
    regions = ("Run", *FIGURES)

    def boxes() -> list[Any]:
        return [train.region(name).bounding_box() for name in regions]

    before = boxes()
    ranges = """() => ["loss", "accuracy", "norm", "saturation"].map((name) => {
        const { xaxis } = document.querySelector(`[data-figure=${name}] .js-plotly-plot`)
            ._fullLayout;
        return xaxis.range;
    })"""
    begin(train)
    learns(train)
    assert boxes() == before
    drawn = train.page.evaluate(ranges)
    assert drawn == [[0, 1_000_000]] * 4
    gets_on(train)
    assert (boxes(), train.page.evaluate(ranges)) == (before, drawn)
    train.button("Stop").click()
    state(train, "stopped")
    train.button("Keep").click()
    expect(train.region("Run").get_by_role("link", name="Open in Network")).to_be_visible()
    assert boxes() == before
    for box in before:
        assert box["y"] + box["height"] <= WIDE["height"]
        assert box["x"] + box["width"] <= WIDE["width"]
    assert train.page.evaluate(OVERFLOW) <= 0


def test_on_a_desk_the_train_button_needs_no_scrolling(train: "Lab") -> None:
    for task in ("Temporal order", "Your own numbers", "Your own text"):
        train.page.get_by_label("Task", exact=True).select_option(label=task)
        if task.startswith("Your"):
            train.button("Sample").click()
            expect(train.page.locator(".lab-brought")).to_contain_text(re.compile("different|rows"))
        expect(train.page.locator(".lab-estimate")).to_contain_text("weights")
        box = train.button("Train").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= WIDE["height"], task


def test_on_a_phone_the_settings_come_first_and_then_the_run(
    open_lab: OpenLab, server: "Server"
) -> None:
    phone = open_lab(viewport=NARROW, has_touch=True, is_mobile=True)
    show(phone, server)
    assert phone.page.evaluate(OVERFLOW) <= 0

    def top(name: str) -> float:
        box = phone.region(name).bounding_box()
        assert box is not None
        return box["y"]

    assert top("Settings") < top("Run")
    fill(phone, {**SMALL, "Batches": "20"})
    phone.button("Train").tap()
    state(phone, "done")
    assert top("Run") < top("Settings")
    bar = phone.page.locator(".lab-top").bounding_box()
    assert bar is not None
    assert top("Run") >= bar["y"] + bar["height"]  # not under the bar of pages
    expect(phone.region("Run")).to_be_in_viewport(ratio=1)
    for name in ("Settings", "Run", *FIGURES, "Samples", "Runs"):
        box = phone.region(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW["width"], name
    assert phone.page.evaluate(OVERFLOW) <= 0


def test_the_page_is_used_with_the_keyboard_alone(train: "Lab") -> None:
    keyboard = train.page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(60):
            keyboard.press("Tab")
            here, seen = train.page.evaluate(FOCUSED)
            assert seen, here
            if here == name:
                return
        raise AssertionError(f"Tab never comes to {name}.")

    train.page.get_by_label("Task", exact=True).focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowUp")
    expect(train.page.get_by_label("Task", exact=True)).to_have_value("reber")
    field(train, "Batches").focus()
    keyboard.press("Control+A")
    keyboard.type("1000000")
    tab_to("Train")
    keyboard.press("Enter")
    state(train, "running")
    tab_to("Pause")
    keyboard.press("Enter")
    keyboard.press("Enter")  # once more, by mistake
    state(train, "paused")
    tab_to("Resume")
    keyboard.press("Space")
    state(train, "running")
    tab_to("Stop")
    keyboard.press("Enter")
    state(train, "stopped")
    expect(train.region("Runs").get_by_role("listitem")).to_have_count(1)


def test_the_theme_can_change_after_a_run_has_ended(train: "Lab") -> None:
    begin(train, {**SMALL, "Batches": "20"})
    state(train, "done")
    learns(train)
    colour = """() => document.querySelector("[data-figure=loss] .js-plotly-plot")
        ._fullData[1].line.color"""
    dark = train.page.evaluate(colour)
    train.button("Light theme").click()
    train.until(f"(dark) => ({colour})() !== dark", dark)


def test_figures_and_records_are_taken_away_and_the_link_copied(
    train: "Lab", server: "Server"
) -> None:
    run = begin(train, {**SMALL, "Batches": "20"})
    state(train, "done")
    learns(train)
    train.button("Export").click()
    menu = train.page.get_by_role("group", name="Export", exact=True)
    for name in FIGURES:
        expect(menu.get_by_role("button", name=f"{name} as SVG")).to_be_visible()
    with train.page.expect_download() as saved:
        menu.get_by_role("button", name="Loss as SVG").click()
    assert saved.value.suggested_filename == "embedded-reber-grammar-loss.svg"
    with train.page.expect_download() as saved:
        menu.get_by_role("button", name="Records as CSV").click()
    rows = saved.value.path().read_text().splitlines()
    assert rows[0].split(",")[:5] == ["step", "loss", "held_out_loss", "accuracy", "gradient_norm"]
    records = folder(server, run).records()
    assert [int(row.split(",")[0]) for row in rows[1:]] == [one["step"] for one in records]
    last = [float(cell) for cell in rows[-1].split(",")]
    wanted = [records[-1][name] for name in ("loss", "held_out", "accuracy", "norm")]
    wanted += [records[-1]["saturation"][gate] for gate in "fio"]
    assert last[1:] == pytest.approx(wanted, rel=1e-6)  # single precision
    train.page.keyboard.press("Escape")
    train.button("Copy link").click()
    expect(train.page.locator(".lab-said")).to_have_text(
        re.compile("Link copied|The link is in the address bar")
    )
    assert watched(train)
