"""Training on the Cell page: train, pause, one epoch, rewind, scrub, explode; else it is calm."""

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from components.cell_settings import DEFAULTS, PARAMETERS
from components.cell_training_panel import EXAMPLES
from lstm import Optimiser
from lstm.single import Cell, Epoch, learn, slope
from tests.browser.axe import violations_in_all_looks

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Server, Watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

UNHEARD = 10_000  # milliseconds after which the page no longer expects an answer
PULSE = [1.0, 0, 0, 0, 0, 0, 0, 0, 0]
FRESH = Cell(*DEFAULTS.values())
ADAM = Optimiser("adam", 0.05, clip=None)
TIED = [name for name in PARAMETERS if not name.startswith("U_")]


def epochs(optimiser: Optimiser = ADAM, cell: Cell = FRESH) -> Iterator[Epoch]:
    """Train the cell of a fresh page to copy, without the page."""
    return learn(cell, PULSE, PULSE, optimiser, tied=True)


def cell_at(epoch: int) -> Cell:
    if epoch == 0:
        return FRESH
    return next(itertools.islice(epochs(), epoch - 1, None)).cell


def card(lab: "Lab") -> Locator:
    return lab.region("Training")


def target(lab: "Lab") -> Locator:
    return lab.page.get_by_role("textbox", name="Target sequence", exact=True)


def rate(lab: "Lab") -> Locator:
    return lab.page.get_by_role("textbox", name="Learning rate", exact=True)


def choice(lab: "Lab", name: str) -> Locator:
    return lab.page.get_by_role("combobox", name=name, exact=True)


def chip(lab: "Lab", name: str) -> Locator:
    return card(lab).get_by_role("button", name=name, exact=True)


def switch_on(lab: "Lab") -> None:
    """Press Training, and wait until the loss is there."""
    lab.button("Training").click()
    expect(card(lab)).to_be_visible()
    expect(lab.reading("loss")).not_to_have_attribute("value", "")
    drawn(lab)


def drawn(lab: "Lab") -> None:
    """Wait for the loss curve."""
    lab.until("() => document.querySelector('[data-figure=loss] .trace') !== null")


def at_epoch(lab: "Lab", epoch: int) -> None:
    """Expect the page to show an epoch, in all places and to the last bit of its weights."""
    expect(lab.reading("epoch")).to_have_attribute("value", str(epoch))
    expect(lab.slider("Epoch")).to_have_value(str(epoch))


def reached(lab: "Lab", epoch: int) -> None:
    """Wait until training has come so far."""
    lab.until(
        """(epoch) => Number(document.querySelector("data[data-value=epoch]")
            .getAttribute("value")) >= epoch""",
        epoch,
    )


def weights(lab: "Lab") -> dict[str, float]:
    """Read the weights on the drawing, in full precision."""
    drawing = lab.region("Cell diagram")
    return {
        name: float(
            drawing.locator(f"svg data[data-part={name}]").first.get_attribute("value") or "nan"
        )
        for name in TIED
    }


def weights_of(cell: Cell) -> dict[str, float]:
    return {name: value for name, value in zip(PARAMETERS, cell, strict=True) if name[0] != "U"}


def fields(lab: "Lab") -> dict[str, float]:
    return {name: float(lab.field(name).input_value()) for name in TIED}


def pause(lab: "Lab") -> int:
    """Pause, wait until the fields have the exact weights, and give the epoch."""
    lab.button("Pause training").click()
    expect(lab.button("Train")).to_be_visible()
    committed(lab)
    return int(lab.read("epoch"))


def committed(lab: "Lab") -> None:
    """Wait until fields, sliders' truth and drawing have the same weights."""
    lab.until(
        """(names) => names.every((name) => {
            const id = `{"aio_id":"cell","name":"${name}","part":"number","view":"cell"}`;
            const shown = document.querySelector(`svg data[data-part="${name}"]`).value;
            return Number(document.getElementById(id).value) === Number(shown);
        })""",
        TIED,
    )


def one_epoch(lab: "Lab", epoch: int) -> None:
    lab.button("One epoch").click()
    at_epoch(lab, epoch)
    committed(lab)


def link_says(lab: "Lab", condition: str) -> dict[str, str]:
    """Wait until the address follows, and give what it says."""
    lab.until(
        f"() => {{ const link = new URLSearchParams(location.hash.slice(1)); return {condition}; }}"
    )
    return {name: one[0] for name, one in parse_qs(urlsplit(lab.page.url).fragment).items()}


# Calm until it is wanted


def test_a_newcomer_s_page_has_nothing_of_training_but_its_switch_which_copies_the_input(
    lab: "Lab", watch: "Watch"
) -> None:
    lab.open()
    expect(lab.button("Training")).to_have_attribute("aria-pressed", "false")
    expect(card(lab)).to_have_count(0)
    expect(target(lab)).to_have_count(0)
    for name in ("epoch", "iteration", "loss"):
        expect(lab.page.locator(f"[data-value={name}]")).to_have_count(0)
    switch_on(lab)
    expect(target(lab)).to_have_value("1, 0, 0, 0, 0, 0, 0, 0, 0")
    at_epoch(lab, 0)
    assert lab.number("loss") == slope(FRESH, PULSE, PULSE).loss
    assert lab.number("iteration") == 0
    # All of the sequence is looked at: nothing lies under the veil.
    lab.at(9)
    before = len(watch.requests)
    lab.page.wait_for_timeout(300)
    assert watch.requests[before:] == []


def test_switched_off_the_page_is_as_it_was(lab: "Lab") -> None:
    lab.open(x="1,0,0", t=2)
    before = lab.all_numbers()
    switch_on(lab)
    lab.button("Training").click()
    expect(card(lab)).to_be_hidden()
    expect(lab.page.locator("[data-value=loss]")).to_have_count(0)
    lab.until(
        """() => document.querySelector("[data-figure=traces] .js-plotly-plot")
            ._fullData.every((trace) => trace.meta !== "target")"""
    )
    assert lab.all_numbers() == before
    switch_on(lab)
    expect(lab.page.locator("[data-value=loss]")).to_have_count(2)


# Learning


def test_training_moves_sliders_numbers_and_curve_and_lowers_the_loss(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 20)
    slider = lab.slider("Output weight W_out")
    assert float(slider.input_value()) != 1
    epoch = pause(lab)
    at_epoch(lab, epoch)
    assert weights(lab) == fields(lab) == weights_of(cell_at(epoch))
    assert lab.number("loss") == slope(cell_at(epoch), PULSE, PULSE).loss
    assert lab.number("iteration") == 9 * epoch
    assert lab.number("loss") < slope(FRESH, PULSE, PULSE).loss / 3
    assert float(slider.input_value()) == pytest.approx(fields(lab)["W_out"], abs=0.026)
    lab.until(
        """(count) => document.querySelector("[data-figure=loss] .js-plotly-plot")
            ._fullData[0].y.length === count""",
        epoch + 1,
    )


def test_while_it_trains_all_that_is_shown_belongs_to_one_epoch(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    seen = lab.page.evaluate(
        """() => new Promise((resolve) => {
            const seen = [];
            const look = () => {
                const value = (name, attribute = "value") => [...document.querySelectorAll(
                    `data[data-${name}]`)].map((one) => Number(one.getAttribute(attribute)));
                seen.push({
                    epoch: value("value=epoch"), loss: value("value=loss"),
                    weight: value("part=W_out"),
                });
                if (seen.at(-1).epoch[0] > 25) resolve(seen);
                else requestAnimationFrame(look);
            };
            look();
        })"""
    )
    pause(lab)
    cells = [FRESH, *(one.cell for one in itertools.islice(epochs(), 200))]
    for frame in seen:
        epoch = int(frame["epoch"][0])
        assert set(frame["epoch"]) == {epoch}
        assert set(frame["loss"]) == {slope(cells[epoch], PULSE, PULSE).loss}
        assert set(frame["weight"]) == {cells[epoch].W_y}


def test_rewind_brings_the_initial_weights_back_to_the_last_bit(lab: "Lab") -> None:
    lab.open(W_f="0.123456789012345", b_out="-7e-3")
    switch_on(lab)
    before, set_before = lab.all_numbers(), fields(lab)
    lab.button("Train").click()
    reached(lab, 5)
    lab.button("Rewind").click()
    at_epoch(lab, 0)
    committed(lab)
    assert lab.all_numbers() == before
    assert fields(lab) == set_before
    expect(lab.button("Train")).to_be_visible()
    expect(lab.slider("Forget gate weight W_f")).to_have_value("0.1")


def test_scrubbing_shows_the_whole_page_as_it_was(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 12)
    last = pause(lab)
    for epoch in (7, 3, 0, last):
        lab.slider("Epoch").fill(str(epoch))
        at_epoch(lab, epoch)
        committed(lab)
        assert weights(lab) == fields(lab) == weights_of(cell_at(epoch))
    expect(lab.slider("Epoch")).to_have_attribute("max", str(last))


def test_a_click_on_the_curve_goes_to_that_epoch(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 40)
    pause(lab)
    lab.until(
        """() => document.querySelector("[data-figure=loss] .js-plotly-plot")
            ._fullData[0].y.length > 40"""
    )
    box = lab.figure("loss").locator(".nsewdrag").bounding_box()
    assert box is not None
    end = lab.page.evaluate(
        """() => document.querySelector("[data-figure=loss] .js-plotly-plot")
            ._fullLayout.xaxis.range"""
    )
    at = (20 - end[0]) / (end[1] - end[0])
    lab.page.mouse.click(box["x"] + at * box["width"], box["y"] + box["height"] / 2)
    at_epoch(lab, 20)
    committed(lab)
    assert weights(lab) == weights_of(cell_at(20))


def test_single_epochs_give_the_bits_of_many_and_fork_where_they_were_gone_back_to(
    lab: "Lab",
) -> None:
    lab.open()
    switch_on(lab)
    for epoch in (1, 2, 3, 4):
        one_epoch(lab, epoch)
        assert weights(lab) == weights_of(cell_at(epoch))
    lab.slider("Epoch").fill("1")
    at_epoch(lab, 1)
    rate(lab).fill("0.2")
    one_epoch(lab, 2)
    expect(lab.slider("Epoch")).to_have_attribute("max", "2")
    first = next(epochs())
    other = Optimiser("adam", 0.2, clip=None)
    forked = next(
        learn(first.cell, PULSE, PULSE, other, tied=True, memory=first.memory, age=first.age)
    )
    assert weights(lab) == weights_of(forked.cell)


def test_another_optimiser_brings_its_usual_rate_and_starts_with_no_memory(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    one_epoch(lab, 1)
    choice(lab, "Optimiser").select_option("sgd")
    expect(rate(lab)).to_have_value("0.1")
    one_epoch(lab, 2)
    sgd = Optimiser("sgd", 0.1, clip=None)
    assert weights(lab) == weights_of(next(epochs(sgd, cell_at(1))).cell)


def test_more_than_a_thousand_epochs_are_thinned_and_both_ends_stay(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    choice(lab, "Epochs per second").select_option("200")
    lab.button("Train").click()
    reached(lab, 1020)
    last = pause(lab)
    kept = lab.page.evaluate(
        """() => new Promise((resolve) => setTimeout(() => resolve([...document.querySelector(
            "[data-figure=loss] .js-plotly-plot")._fullData[0].x]), 300))"""
    )
    assert kept[0] == 0
    assert kept[-1] == last
    assert 500 < len(kept) <= 1000
    assert set(np.diff(kept[:-1])) == {2}
    lab.slider("Epoch").fill("501")
    at_epoch(lab, 500)


# What goes wrong


def test_a_loss_that_explodes_stops_and_says_why(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    for method in ("adam", "sgd"):
        explodes(lab, method)
        lab.button("Rewind").click()
        at_epoch(lab, 0)
        committed(lab)


def explodes(lab: "Lab", method: str) -> None:
    """Train at a rate that is too large; then go on at a smaller one."""
    choice(lab, "Optimiser").select_option("adam")
    rate(lab).fill("0.05")
    one_epoch(lab, 1)
    choice(lab, "Optimiser").select_option(method)
    rate(lab).fill("10")
    lab.button("Train").click()
    expect(lab.alert).to_contain_text("Training exploded at epoch")
    expect(lab.alert).to_contain_text("Use a smaller learning rate")
    expect(rate(lab)).to_have_attribute("aria-invalid", "true")
    expect(lab.button("Train")).to_be_visible()
    lab.page.wait_for_timeout(500)  # the answers that follow must not take the words away
    expect(lab.alert).to_contain_text("exploded")
    lab.slider("Epoch").fill("1")
    at_epoch(lab, 1)
    expect(lab.alert).to_have_count(0)
    committed(lab)
    assert weights(lab) == weights_of(cell_at(1))
    rate(lab).fill("0.05")
    one_epoch(lab, 2)


def test_a_mistyped_rate_is_said_and_nothing_is_lost(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    one_epoch(lab, 1)
    rate(lab).fill("fast")
    lab.button("Train").click()
    expect(lab.alert).to_contain_text("Learning rate is 'fast'.")
    expect(rate(lab)).to_have_attribute("aria-invalid", "true")
    at_epoch(lab, 1)
    rate(lab).fill("0.05")
    expect(lab.alert).to_have_count(0)
    one_epoch(lab, 2)
    assert weights(lab) == weights_of(cell_at(2))


def test_a_target_that_does_not_fit_the_input_is_said_and_not_trained(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    target(lab).fill("1, 0")
    lab.button("Train").click()
    expect(lab.alert).to_contain_text("The target sequence has 2 numbers and the input sequence 9.")
    expect(target(lab)).to_have_attribute("aria-invalid", "true")
    at_epoch(lab, 0)
    expect(lab.button("Train")).to_be_visible()
    lab.button("Train").click()
    expect(lab.alert).to_contain_text("Give one number for each step")
    target(lab).fill("0, 1, 0, 0, 0, 0, 0, 0, 0")
    expect(lab.alert).to_have_count(0)
    one_epoch(lab, 1)


def test_training_outlives_a_server_that_was_away(
    open_lab: Callable[..., "Lab"], no_workers: None, own_server: "Server", watch: "Watch"
) -> None:
    watch.allow("ERR_CONNECTION|Failed to load resource|the server did not respond|fetch")
    lab = open_lab(own_server.url)
    lab.page.clock.install()
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 5)
    with lab.page.expect_event("requestfailed"):
        own_server.stop()
    lab.page.clock.fast_forward(UNHEARD)
    expect(lab.alert).to_contain_text("does not answer")
    own_server.start()
    lab.page.clock.fast_forward(UNHEARD)
    reached(lab, int(lab.read("epoch")) + 20)
    epoch = pause(lab)
    expect(lab.alert).to_have_count(0)
    assert weights(lab) == weights_of(cell_at(epoch))


# A setting that changes


def test_a_weight_that_is_set_drops_the_kept_epochs_and_says_so(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    one_epoch(lab, 1)
    lab.set("W_f", "2")
    at_epoch(lab, 0)
    expect(card(lab).get_by_role("status")).to_contain_text("epochs kept of the old one are gone")
    expect(lab.slider("Epoch")).to_have_attribute("max", "1")
    start = cell_at(1)._replace(W_f=2.0)
    one_epoch(lab, 1)
    assert weights(lab) == weights_of(next(epochs(cell=start)).cell)


def test_a_hand_on_a_slider_stops_training_and_keeps_the_other_weights(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 10)
    lab.slider("Forget gate weight W_f").fill("3")
    expect(lab.button("Train")).to_be_visible()
    at_epoch(lab, 0)
    lab.uses("W_f", "3")
    committed(lab)
    now = weights(lab)
    assert now["W_f"] == 3
    # The others are those of one epoch, which one is a matter of when the hand came.
    found = [
        cell
        for cell in (one.cell for one in itertools.islice(epochs(), 400))
        if weights_of(cell) | {"W_f": 3.0} == now
    ]
    assert len(found) == 1


def test_a_named_setting_wins_over_training(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    for preset, b_f, W_C in (("Defaults", "0", 0.5), ("Remember", "6", 2)):
        lab.button("Train").click()
        reached(lab, 10)
        lab.page.get_by_role("group", name="Named settings").get_by_role(
            "button", name=preset, exact=True
        ).click()
        at_epoch(lab, 0)
        expect(lab.button("Train")).to_be_visible()
        lab.uses("b_f", b_f)
        committed(lab)
        assert weights(lab)["W_C"] == W_C
        slider = lab.slider("Output weight W_out")
        assert float(slider.input_value()) == 1


def test_separate_weights_start_from_the_tied_ones_that_were_learnt(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    one_epoch(lab, 1)
    lab.separate.check()
    expect(lab.page.locator("[data-weights=separate]")).to_be_attached()
    at_epoch(lab, 0)
    lab.uses("U_f", repr(cell_at(1).W_f))
    lab.button("One epoch").click()
    at_epoch(lab, 1)
    wanted = next(learn(cell_at(1), PULSE, PULSE, ADAM)).cell
    for name, value in zip(PARAMETERS, wanted, strict=True):
        lab.uses(name, repr(value))


def test_the_target_of_an_example_follows_the_input(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.type_sequence("1, 0.5, -2")
    expect(target(lab)).to_have_value("1, 0.5, -2")
    expect(lab.alert).to_have_count(0)


EXPECTED = {
    "copy": "1, 0, 0, 0, 0, 0, 0, 0, 0",
    "delay": "0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0",
    "parity": "1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1",
    "latch": "1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1",
    "average": "0.2, 0.16, 0.128, 0.1024, 0.0819, 0.0655, 0.0524, 0.0419, 0.0336",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_its_target_and_the_input_that_it_needs(lab: "Lab", name: str) -> None:
    lab.open()
    switch_on(lab)
    chip(lab, EXAMPLES[name].title).click()
    expect(target(lab)).to_have_value(EXPECTED[name])
    lab.shows_sequence([float(value) for value in EXAMPLES[name].inputs.split(",")])
    expect(lab.sequence).to_have_value(EXAMPLES[name].inputs)
    expect(card(lab).get_by_role("status")).to_contain_text(EXAMPLES[name].says)
    lab.until(
        """(count) => [...document.querySelector("[data-figure=traces] .js-plotly-plot")
            ._fullData].some((trace) => trace.meta === "target" && trace.y.length === count)""",
        len(EXPECTED[name].split(",")) + 1,
    )


def test_an_example_is_learnt_within_seconds_of_one_click_on_train(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    chip(lab, "Latch").click()
    lab.shows_sequence([float(value) for value in EXAMPLES["latch"].inputs.split(",")])
    before = lab.number("loss")
    lab.button("Train").click()
    reached(lab, 60)
    pause(lab)
    assert lab.number("loss") < before / 50


def test_an_example_keeps_an_input_that_fits_and_the_weights_that_were_learnt(lab: "Lab") -> None:
    lab.open(x="0,1,1,0,1")
    switch_on(lab)
    one_epoch(lab, 1)
    learnt = weights(lab)
    chip(lab, "Running parity").click()
    expect(target(lab)).to_have_value("0, 1, 0, 0, 1")
    expect(lab.sequence).to_have_value("0, 1, 1, 0, 1")
    at_epoch(lab, 0)
    assert weights(lab) == learnt


# Links, keys, looks


def test_a_link_restores_training_and_the_weights_shown(lab: "Lab") -> None:
    lab.load("#v=1&x=1,0,0,1&t=2")
    switch_on(lab)
    target(lab).fill("0, 1, 0, 0.5")
    choice(lab, "Optimiser").select_option("sgd")
    rate(lab).fill("0.25")
    lab.until("() => document.querySelectorAll('[data-value=loss]').length === 2")
    one_epoch(lab, 1)
    said = link_says(lab, "link.get('rate') === '0.25' && link.get('W_f') !== '0.5'")
    assert said["train"] == "1"
    assert said["target"] == "0,1,0,0.5"
    assert said["optimiser"] == "sgd"
    learnt, loss, link = weights(lab), lab.number("loss"), lab.page.url
    lab.forget()
    lab.page.goto(link)
    lab.ready()
    expect(card(lab)).to_be_visible()
    lab.at(2)
    at_epoch(lab, 0)
    expect(target(lab)).to_have_value("0, 1, 0, 0.5")
    expect(rate(lab)).to_have_value("0.25")
    expect(choice(lab, "Optimiser")).to_have_value("sgd")
    committed(lab)
    assert weights(lab) == learnt
    assert lab.number("loss") == loss


def test_a_link_without_training_switches_it_off(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    one_epoch(lab, 1)
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,-1&b_f=1.5&t=2'; }")
    lab.uses("b_f", "1.5")
    expect(card(lab)).to_be_hidden()
    assert weights(lab)["W_f"] == 0.5
    expect(lab.alert).to_have_count(0)


def test_training_works_by_key(lab: "Lab") -> None:
    lab.open()
    lab.button("Training").focus()
    lab.page.keyboard.press("Enter")
    expect(card(lab)).to_be_visible()
    lab.button("One epoch").focus()
    for epoch in (1, 2, 3):
        lab.page.keyboard.press("Enter")
        at_epoch(lab, epoch)
    lab.slider("Epoch").focus()
    lab.page.keyboard.press("ArrowLeft")
    at_epoch(lab, 2)
    lab.page.keyboard.press("Home")
    at_epoch(lab, 0)
    lab.page.keyboard.press("End")
    at_epoch(lab, 3)
    # The time stood still: keys inside a control are the control's.
    lab.at(9)
    lab.button("Train").focus()
    lab.page.keyboard.press("Space")
    reached(lab, 8)
    expect(lab.button("Pause training")).to_be_focused()
    lab.page.keyboard.press("Space")
    expect(lab.button("Train")).to_be_focused()


def test_axe_finds_nothing_while_it_trains(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    assert violations_in_all_looks(lab.page) == []
    lab.button("Train").click()
    reached(lab, 5)
    assert violations_in_all_looks(lab.page) == []
    expect(lab.button("Pause training")).to_be_visible()
    pause(lab)


def test_on_a_phone_training_does_not_overflow_sideways(lab: "Lab") -> None:
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.open()
    switch_on(lab)
    assert lab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    expect(card(lab)).to_be_in_viewport()


def test_on_a_desk_all_that_learning_moves_is_in_view_and_stays_where_it_is(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    names = ("Cell diagram", "Training", "Traces", "Worked step", "Readings")
    boxes = {name: lab.region(name).bounding_box() for name in names}
    for name, box in boxes.items():
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900 - 62, name
    for epoch in (1, 2, 3):
        one_epoch(lab, epoch)
        assert {name: lab.region(name).bounding_box() for name in names} == boxes


def test_the_theme_changes_the_curve_too(lab: "Lab") -> None:
    lab.page.emulate_media(color_scheme="dark")
    lab.open()
    switch_on(lab)
    one_epoch(lab, 1)
    lab.button("Light theme").click()
    lab.until(
        """() => document.querySelector("[data-figure=loss] .js-plotly-plot")
            ._fullData[0].line.color === "#111827" """
    )
    at_epoch(lab, 1)


def test_a_link_with_a_bad_target_leaves_no_empty_page(lab: "Lab") -> None:
    lab.load("#v=1&x=1,0,0&train=1&target=0,oops,0")
    expect(lab.alert).to_contain_text("target(2) is 'oops'.")
    lab.button("Train").click()
    expect(lab.alert).to_contain_text("target(2) is 'oops'.")
    target(lab).fill("0, 1, 0")
    expect(lab.alert).to_have_count(0)
    at_epoch(lab, 0)
    one_epoch(lab, 1)


def test_switched_on_again_after_the_input_changed_the_target_fits(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    target(lab).fill("0, 1, 0, 0, 0, 0, 0, 0, 0")
    lab.button("Training").click()
    expect(card(lab)).to_be_hidden()
    lab.type_sequence("1, 0.5")
    switch_on(lab)
    expect(target(lab)).to_have_value("1, 0.5")
    expect(lab.alert).to_have_count(0)


def test_a_rate_can_be_typed_while_it_trains(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 5)
    rate(lab).press("ControlOrMeta+a")
    rate(lab).press_sequentially("0.01", delay=60)
    reached(lab, int(lab.read("epoch")) + 20)
    expect(lab.alert).to_have_count(0)
    pause(lab)
    assert lab.number("loss") < slope(FRESH, PULSE, PULSE).loss


def test_hasty_keys_on_the_epoch_slider_lose_nothing(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    for epoch in (1, 2, 3, 4):
        one_epoch(lab, epoch)
    lab.slider("Epoch").focus()
    for _ in range(3):
        for key in ("Home", "End", "ArrowLeft", "ArrowLeft", "Home", "ArrowRight", "ArrowRight"):
            lab.page.keyboard.press(key)
    at_epoch(lab, 2)
    committed(lab)
    assert weights(lab) == fields(lab) == weights_of(cell_at(2))
    expect(lab.slider("Epoch")).to_have_attribute("max", "4")


def test_hasty_clicks_on_one_epoch_are_epochs_one_after_another(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    for _ in range(8):
        lab.button("One epoch").click()
    lab.page.wait_for_timeout(500)
    committed(lab)
    epoch = int(lab.read("epoch"))
    assert 1 <= epoch <= 8
    assert weights(lab) == weights_of(cell_at(epoch))
    expect(lab.slider("Epoch")).to_have_attribute("max", str(epoch))


def test_a_target_typed_while_it_trains_starts_anew_from_the_weights_shown(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 10)
    target(lab).fill("0, 1, 0, 0, 0, 0, 0, 0, 0")
    at_epoch(lab, 0)
    expect(lab.button("Train")).to_be_visible()
    committed(lab)
    now = weights(lab)
    found = [one for one in itertools.islice(epochs(), 400) if weights_of(one.cell) == now]
    assert len(found) == 1
    wanted = slope(found[0].cell, PULSE, [0, 1, *[0] * 7]).loss
    expect(lab.reading("loss")).to_have_attribute("value", repr(wanted))


def test_an_example_chosen_while_it_trains_takes_over(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 10)
    chip(lab, "Latch").click()
    lab.shows_sequence([float(value) for value in EXAMPLES["latch"].inputs.split(",")])
    at_epoch(lab, 0)
    expect(lab.button("Train")).to_be_visible()
    committed(lab)
    now = weights(lab)
    assert [one for one in itertools.islice(epochs(), 400) if weights_of(one.cell) == now]


def test_switched_off_while_it_trains_the_weights_shown_stay(lab: "Lab") -> None:
    lab.open()
    switch_on(lab)
    lab.button("Train").click()
    reached(lab, 10)
    lab.button("Training").click()
    expect(card(lab)).to_be_hidden()
    committed(lab)
    now = weights(lab)
    assert now == fields(lab)
    assert [one for one in itertools.islice(epochs(), 400) if weights_of(one.cell) == now]
