"""Play, Pause, Step, Reset, the time slider, the speeds and the keys."""

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

PULSE = "1,0,0,0,0"
SPEEDS = ("400", "250", "150", "60", "16")

# Every live number wherever it stands, frame by frame, until the player is complete:
# the names whose places disagree, and the times that were seen.
DISAGREEMENTS = """() => new Promise((resolve) => {
    const found = new Set();
    const times = new Set();
    const look = () => {
        const values = {};
        for (const element of document.querySelectorAll("data[data-value]")) {
            const name = element.dataset.value;
            const text = element.getAttribute("value");
            values[name] ??= text;
            if (values[name] !== text) found.add(`${name} at ${values.t}`);
        }
        times.add(Number(values.t));
        if (values.status === "Complete") resolve({ found: [...found], times: [...times] });
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""


def test_the_page_starts_ready_at_time_zero(lab: "Lab") -> None:
    lab.open()
    lab.at(0, "Ready")
    expect(lab.button("Play")).to_be_visible()
    expect(lab.button("Pause")).to_have_count(0)


def test_step_forward_and_back_move_by_one_and_stop_at_the_ends(lab: "Lab") -> None:
    lab.open(x=PULSE)
    lab.button("Step back").click()
    lab.at(0, "Ready")
    for t in range(1, 5):
        lab.button("Step forward").click()
        lab.at(t, "Paused")
    lab.button("Step forward").click()
    lab.at(5, "Complete")
    lab.button("Step forward").click()
    lab.at(5, "Complete")
    lab.button("Step back").click()
    lab.at(4, "Paused")


def test_play_runs_to_the_end_and_the_button_says_pause_meanwhile(lab: "Lab") -> None:
    lab.open(x=PULSE)
    lab.speed.select_option("150")
    lab.button("Play").click()
    expect(lab.button("Pause")).to_be_visible()
    lab.status("Playing")
    lab.at(5, "Complete")
    expect(lab.button("Play")).to_be_visible()


def test_pause_stops_where_it_is_and_play_goes_on_from_there(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 29)
    lab.speed.select_option("60")
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    lab.button("Pause").click()
    expect(lab.reading("status")).to_have_text("Paused")
    t = int(lab.read("t"))
    assert 0 < t < 30
    lab.button("Play").click()
    lab.at(30, "Complete")
    assert int(lab.time.input_value()) == 30


def test_play_at_the_end_starts_again_from_zero(lab: "Lab") -> None:
    lab.open(x=PULSE, t=5)
    lab.at(5, "Complete")
    lab.speed.select_option("400")
    lab.button("Play").click()
    lab.at(0, "Playing")
    lab.button("Pause").click()
    lab.at(0, "Ready")


def test_reset_goes_to_zero_and_keeps_sequence_and_weights(lab: "Lab") -> None:
    lab.open(x=PULSE, t=3, W_f="2.5", b_out="1")
    lab.at(3, "Paused")
    lab.button("Reset").click()
    lab.at(0, "Ready")
    expect(lab.sequence).to_have_value("1, 0, 0, 0, 0")
    expect(lab.field("W_f")).to_have_value("2.50")
    assert lab.number("y") == 1


def test_reset_while_playing_stops_at_zero(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 29)
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    lab.button("Reset").click()
    lab.at(0, "Ready")
    expect(lab.button("Play")).to_be_visible()


def test_stepping_while_playing_pauses(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 29, t=10)
    lab.button("Play").click()
    expect(lab.button("Pause")).to_be_visible()
    lab.button("Step back").click()
    expect(lab.reading("status")).to_have_text("Paused")


def test_the_time_slider_goes_anywhere_and_the_status_follows(lab: "Lab") -> None:
    lab.open(x=PULSE)
    for t, status in ((3, "Paused"), (5, "Complete"), (1, "Paused"), (0, "Ready")):
        lab.time.fill(str(t))
        lab.at(t, status)


def test_the_time_slider_follows_the_hand_before_it_is_released(lab: "Lab") -> None:
    lab.open(x=PULSE)
    box = lab.time.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    lab.page.mouse.move(box["x"] + 8, middle)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=4)
    lab.at(3, "Paused")
    lab.page.mouse.up()
    lab.at(3, "Paused")


def test_dragging_the_time_slider_to_the_end_while_playing_completes(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 29)
    lab.button("Play").click()
    lab.time.fill("30")
    lab.at(30, "Complete")
    expect(lab.button("Play")).to_be_visible()


def test_the_time_slider_says_its_step_in_words(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    expect(lab.time).to_have_attribute("aria-valuetext", "step 2 of 5")
    lab.button("Step forward").click()
    expect(lab.time).to_have_attribute("aria-valuetext", "step 3 of 5")


def test_a_sequence_of_one_value_is_complete_after_one_step(lab: "Lab") -> None:
    lab.open(x="1")
    lab.at(0, "Ready")
    lab.button("Step forward").click()
    lab.at(1, "Complete")
    lab.button("Play").click()
    lab.at(1, "Complete")
    lab.button("Step back").click()
    lab.at(0, "Ready")


def test_a_changed_weight_keeps_the_time(lab: "Lab") -> None:
    lab.open(x=PULSE, t=3)
    before = lab.number("c")
    lab.set("W_f", "3")
    lab.at(3, "Paused")
    assert lab.number("c") != before


def test_a_changed_weight_at_the_end_stays_complete(lab: "Lab") -> None:
    lab.open(x=PULSE, t=5)
    lab.set("b_f", "2")
    lab.at(5, "Complete")


def test_a_changed_weight_while_playing_goes_on_playing(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 99)
    lab.button("Play").click()
    lab.set("b_f", "2")
    expect(lab.reading("status")).to_have_text("Playing")
    assert int(lab.read("t")) > 0


def test_a_new_sequence_goes_to_time_zero(lab: "Lab") -> None:
    lab.open(x=PULSE, t=3)
    lab.type_sequence("0, 1, 1")
    lab.at(0, "Ready")
    expect(lab.time).to_have_attribute("max", "3")


def test_a_new_sequence_while_playing_stops_at_time_zero(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 99)
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    lab.button("Late pulse").click()
    lab.at(0, "Ready")


def test_the_speeds_are_those_of_the_design_and_two_faster_ones(lab: "Lab") -> None:
    lab.open()
    options = lab.speed.locator("option:not([hidden])").all_text_contents()
    assert [text.split(" · ")[0] for text in options] == [
        "Slow",
        "Medium",
        "Fast",
        "Faster",
        "Fastest",
    ]
    assert [text.split(" · ")[1] for text in options[:3]] == ["400 ms", "250 ms", "150 ms"]
    expect(lab.speed).to_have_value("250")


def test_a_slower_speed_leaves_more_time_between_two_steps(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 39)
    gaps = []
    for speed in ("16", "60", "150", "400"):
        lab.speed.select_option(speed)
        lab.button("Play").click()
        gaps.append(median_gap(lab))
        lab.button("Reset").click()
        lab.at(0, "Ready")
    assert gaps == sorted(gaps)
    assert gaps[3] > 1.5 * gaps[2] > 1.5 * gaps[1]


def median_gap(lab: "Lab") -> float:
    """Watch the time slider for some steps: the median of the milliseconds between two."""
    gap: float = lab.page.evaluate(
        """() => new Promise((resolve) => {
            const slider = document.querySelector(".lab-time");
            const gaps = [];
            let value = slider.value;
            let since;
            const look = (now) => {
                if (slider.value !== value) {
                    if (since !== undefined) gaps.push(now - since);
                    since = now;
                    value = slider.value;
                }
                if (gaps.length === 3) resolve(gaps.sort((a, b) => a - b)[1]);
                else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
        })"""
    )
    return gap


def test_the_speed_can_be_changed_while_playing(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 99)
    lab.speed.select_option("400")
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    lab.speed.select_option("16")
    lab.at(100, "Complete")


@pytest.mark.parametrize("speed", SPEEDS)
def test_all_numbers_agree_in_every_frame_at_each_speed(lab: "Lab", speed: str) -> None:
    steps = 8 if int(speed) > 100 else 60
    lab.open(x="1" + ",-0.5" * (steps - 1))
    lab.speed.select_option(speed)
    lab.button("Play").click()
    seen: dict[str, Any] = lab.page.evaluate(DISAGREEMENTS)
    assert seen["found"] == []
    assert seen["times"] == sorted(seen["times"])
    assert seen["times"][-1] == steps
    if int(speed) > 100:
        assert len(seen["times"]) >= steps - 1  # slow enough to be read: every step is shown


def test_all_numbers_agree_at_every_step_forward_and_back(lab: "Lab") -> None:
    lab.open(x="1,-1,0.5")
    moves = ["Step forward"] * 3 + ["Step back"] * 3
    for button in moves:
        lab.button(button).click()
        assert {name for name, values in lab.all_numbers().items() if len(values) > 1} == set()


def test_a_pause_at_the_fastest_speed_shows_the_numbers_of_its_time(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 499)
    lab.speed.select_option("16")
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    lab.button("Pause").click()
    expect(lab.reading("status")).to_have_text("Paused")
    numbers = lab.all_numbers()
    assert {name for name, values in numbers.items() if len(values) > 1} == set()
    assert numbers["t"] == [lab.time.input_value()]


def test_nothing_is_asked_of_the_server_while_playing(lab: "Lab", watch: "Watch") -> None:
    lab.open(x="1" + ",0" * 119)
    lab.speed.select_option("16")
    before = list(watch.requests)
    lab.button("Play").click()
    lab.at(120, "Complete")
    assert watch.requests == before


def test_nothing_is_asked_of_the_server_while_stepping_and_scrubbing(
    lab: "Lab", watch: "Watch"
) -> None:
    lab.open(x="1" + ",0" * 99)
    before = list(watch.requests)
    for t in (100, 0, 50, 7):
        lab.go(t)
    lab.button("Step forward").click()
    lab.button("Step back").click()
    lab.at(7, "Paused")
    assert watch.requests == before


def test_keys_move_the_time_with_the_focus_on_the_page(lab: "Lab") -> None:
    lab.open(x=PULSE)
    keys = (
        ("ArrowRight", 1, "Paused"),
        ("ArrowRight", 2, "Paused"),
        ("ArrowLeft", 1, "Paused"),
        ("End", 5, "Complete"),
        ("ArrowRight", 5, "Complete"),
        ("Home", 0, "Ready"),
        ("ArrowLeft", 0, "Ready"),
        ("Space", 0, "Playing"),
        ("Space", 0, "Ready"),
    )
    lab.speed.select_option("400")  # slow enough for two presses within a step
    assert lab.page.evaluate("() => document.activeElement === document.body")
    for key, t, status in keys:
        lab.page.keyboard.press(key)
        lab.at(t, status)


def test_keys_move_the_time_with_the_focus_inside_the_view(lab: "Lab") -> None:
    lab.open(x=PULSE)
    places = (
        lab.region("Cell diagram").get_by_role("img", name="Forget gate f(t)", exact=True),
        lab.region("Worked step").get_by_role("group").first,
        lab.page.get_by_role("group", name="Unrolled network, scrolls sideways"),
    )
    for place in places:
        place.focus()
        lab.page.keyboard.press("End")
        lab.at(5, "Complete")
        lab.page.keyboard.press("ArrowLeft")
        lab.at(4, "Paused")
        lab.page.keyboard.press("Home")
        lab.at(0, "Ready")
        lab.page.keyboard.press("ArrowRight")
        lab.at(1, "Paused")
        lab.page.keyboard.press("Space")
        lab.status("Playing")
        lab.page.keyboard.press("Space")
        expect(lab.reading("status")).not_to_have_text("Playing")


def test_keys_with_a_modifier_are_left_to_the_browser(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    for key in ("Control+ArrowRight", "Alt+End", "Control+Home"):
        lab.page.keyboard.press(key)
        lab.at(2, "Paused")


def test_keys_type_in_the_sequence_and_do_not_move_the_time(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.sequence.focus()
    for key in ("End", "Space", "ArrowLeft", "ArrowRight", "Home"):
        lab.page.keyboard.press(key)
        lab.at(2, "Paused")
    expect(lab.sequence).to_have_value("1, 0, 0, 0, 0 ")


def test_keys_type_in_a_number_field_and_do_not_move_the_time(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.field("W_f").focus()
    for key in ("Home", "ArrowRight", "ArrowLeft", "End", "Space"):
        lab.page.keyboard.press(key)
        lab.at(2, "Paused")
    expect(lab.field("W_f")).to_have_value("0.50 ")


def test_keys_choose_in_the_select_and_do_not_move_the_time(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.speed.focus()
    for key in ("Home", "ArrowRight", "ArrowLeft", "End"):
        lab.page.keyboard.press(key)
        lab.at(2, "Paused")


def test_a_key_on_a_button_presses_it_once_and_does_nothing_else(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.button("Step forward").focus()
    for key in ("ArrowRight", "ArrowLeft", "Home", "End"):
        lab.page.keyboard.press(key)
        lab.at(2, "Paused")
    lab.page.keyboard.press("Space")
    lab.at(3, "Paused")
    lab.button("Fold Traces").focus()
    lab.page.keyboard.press("Space")
    lab.at(3, "Paused")
    expect(lab.button("Unfold Traces")).to_be_focused()


def test_arrow_keys_on_the_time_slider_move_it_by_one(lab: "Lab") -> None:
    lab.open(x=PULSE)
    lab.time.focus()
    for key, t in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 5), ("Home", 0)):
        lab.page.keyboard.press(key)
        lab.at(t)


def test_arrow_keys_on_a_weight_move_the_weight_and_not_the_time(lab: "Lab") -> None:
    lab.open(x=PULSE, t=2)
    lab.slider("Forget gate weight W_f").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.uses("W_f", "0.55")
    lab.at(2, "Paused")
