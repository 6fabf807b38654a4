"""The input sequence, the sliders with their number fields, and the named settings."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Request, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

SLIDERS = {
    "Forget gate weight W_f": (4, 0.5),
    "Input gate weight W_i": (4, 0.5),
    "Candidate weight W_C": (4, 0.5),
    "Output gate weight W_o": (4, 0.5),
    "Output weight W_out": (4, 1.0),
    "Forget gate bias b_f": (6, 0.0),
    "Input gate bias b_i": (6, 0.0),
    "Candidate bias b_C": (6, 0.0),
    "Output gate bias b_o": (6, 0.0),
}
EXAMPLES = {
    "Single pulse": "1, 0, 0, 0, 0, 0, 0, 0, 0",
    "Late pulse": "0, 0, 0, 1, 0, 0, 0, 0, 0, 0",
    "Alternating": "1, 0, 1, 0, 1, 0, 1, 0, 1, 0",
    "Burst": "0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0",
    "Three ones": "1, 1, 1, 0, 0, 0, 0, 0",
}


def symbol(name: str) -> str:
    return name.split()[-1]


def values(text: str) -> list[float]:
    return [float(value) for value in text.split(",")]


def thumb(slider: Locator, fraction: float) -> tuple[float, float]:
    """Give the place on the page of a slider's thumb, where it stands at a fraction of its way."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    inset = 7.5  # half a thumb
    return box["x"] + inset + fraction * (box["width"] - 2 * inset), box["y"] + box["height"] / 2


def drag(lab: "Lab", name: str, start: float, end: float, steps: int) -> None:
    """Take a slider's thumb and move it, without letting it go."""
    slider = lab.slider(name)
    lab.page.mouse.move(*thumb(slider, start))
    lab.page.mouse.down()
    lab.page.mouse.move(*thumb(slider, end), steps=steps)


def test_a_worked_example_is_on_the_screen_at_once(lab: "Lab") -> None:
    lab.open()
    expect(lab.sequence).to_have_value(EXAMPLES["Single pulse"])
    for name, (reach, default) in SLIDERS.items():
        slider = lab.slider(name)
        expect(slider).to_have_value(f"{default:g}")
        expect(slider).to_have_attribute("min", str(-reach))
        expect(slider).to_have_attribute("max", str(reach))
        expect(lab.field(symbol(name))).to_have_value(f"{default:.2f}")
    lab.button("Step forward").click()
    lab.at(1)
    assert lab.number("c") == pytest.approx(0.288, abs=5e-4)


def test_everything_has_the_name_that_stays_put(lab: "Lab") -> None:
    lab.open()
    for button in ("Play", "Step forward", "Step back", "Reset"):
        expect(lab.button(button)).to_have_count(1)
    for slider in ("Time step", *SLIDERS):
        expect(lab.slider(slider)).to_have_count(1)
    for region in ("Cell diagram", "Unrolled network", "Traces", "Worked step", "Readings"):
        expect(lab.region(region)).to_have_count(1)
    expect(lab.speed).to_have_count(1)
    expect(lab.sequence).to_have_count(1)
    expect(lab.separate).to_have_count(1)
    expect(lab.button("Copy link")).to_have_count(1)
    expect(lab.page.get_by_role("link", name="Cell", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
    expect(lab.page.get_by_role("main")).to_have_count(1)
    expect(lab.page.locator("html")).to_have_attribute("lang", "en")


def test_pages_that_do_not_exist_are_not_in_the_navigation(lab: "Lab") -> None:
    lab.open()
    expect(lab.page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_text(
        ["Cell", "Network", "Train", "Lens", "Map", "Models"]
    )


def test_every_example_is_one_click_away(lab: "Lab") -> None:
    lab.open(x="0.5,0.25", t=2)
    for name, text in EXAMPLES.items():
        lab.button(name).click()
        expect(lab.sequence).to_have_value(text)
        lab.shows_sequence(values(text))
        lab.at(0, "Ready")
        lab.button("Step forward").click()
        lab.at(1, "Paused")


def test_random_draws_another_sequence_each_time(lab: "Lab") -> None:
    lab.open()
    drawn = [lab.sequence.input_value()]
    for _ in range(4):
        lab.button("Random").click()
        expect(lab.sequence).not_to_have_value(drawn[-1])
        lab.shows_sequence(values(lab.sequence.input_value()))
        drawn.append(lab.sequence.input_value())
    assert len(set(drawn)) == 5
    expect(lab.alert).to_have_count(0)


def test_a_sequence_is_read_as_people_write_it(lab: "Lab") -> None:
    lab.open()
    written: dict[str, list[float]] = {
        "1 0 0.5": [1, 0, 0.5],
        "1,0,,0.5,-0,": [1, 0, 0.5, 0],
        "  -1.5\n+2\t3e-2 ": [-1.5, 2, 0.03],
        "−1, .5, 2.": [-1, 0.5, 2],
        "[1, 2, 3]": [1, 2, 3],
    }
    for text, wanted in written.items():
        lab.sequence.fill(text)
        lab.sequence.blur()
        lab.shows_sequence(wanted)
        expect(lab.sequence).to_have_value(text)
        expect(lab.alert).to_have_count(0)


def test_typing_a_sequence_counts_once_the_hand_rests(lab: "Lab") -> None:
    lab.open(x="1,0,0")
    lab.sequence.focus()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("0.5, 1, -1, 0.25")
    lab.shows_sequence([0.5, 1, -1, 0.25])
    expect(lab.alert).to_have_count(0)


def test_five_hundred_values_are_taken(lab: "Lab") -> None:
    lab.open()
    lab.sequence.fill(", ".join(["0.5"] * 500))
    expect(lab.time).to_have_attribute("max", "500")
    lab.page.keyboard.press("Escape")
    lab.sequence.blur()
    lab.page.keyboard.press("End")
    lab.at(500, "Complete")


def test_play_right_after_typing_plays_what_was_typed(lab: "Lab") -> None:
    lab.open(x="1,0,0,0")
    lab.speed.select_option("60")
    lab.sequence.fill("0.25, 0.5")
    lab.button("Play").click(delay=100)  # as long as a finger takes
    expect(lab.time).to_have_attribute("max", "2")
    lab.at(2, "Complete")
    assert lab.number("x") == 0.5


def test_every_slider_moves_by_keyboard_and_the_numbers_follow(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    gates = {"_f": "f", "_i": "i", "_C": "g", "_o": "o", "_out": "y"}
    for name, (reach, default) in SLIDERS.items():
        before = {what: lab.read(what) for what in "figochy"}
        lab.slider(name).focus()
        lab.page.keyboard.press("ArrowRight")
        moved = f"{default + (0.1 if ' bias ' in name else 0.05):.2f}"
        lab.uses(symbol(name), moved)
        expect(lab.field(symbol(name))).to_have_value(moved)
        changed = {what for what, value in before.items() if lab.read(what) != value}
        assert gates[name[name.rindex("_") :]] in changed
        lab.page.keyboard.press("End")
        lab.uses(symbol(name), str(reach))
        lab.page.keyboard.press("Home")
        lab.uses(symbol(name), str(-reach))
        expect(lab.field(symbol(name))).to_have_value(f"{-reach:.2f}")


def test_the_numbers_change_while_a_slider_is_dragged(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    before = lab.number("c")
    drag(lab, "Forget gate weight W_f", 0.5625, 0.9, steps=10)
    expect(lab.reading("c")).not_to_have_attribute("value", str(before))
    at_once = lab.number("c")
    lab.page.mouse.move(*thumb(lab.slider("Forget gate weight W_f"), 0.1), steps=10)
    expect(lab.reading("c")).not_to_have_attribute("value", str(at_once))
    # Still held: what follows has been seen before the mouse was released.
    lab.uses("W_f", lab.slider("Forget gate weight W_f").input_value())
    lab.page.mouse.up()
    held = float(lab.slider("Forget gate weight W_f").input_value())
    assert held < -3
    expect(lab.field("W_f")).to_have_value(f"{held:.2f}")


def test_the_figures_change_while_a_slider_is_dragged(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    drag(lab, "Candidate weight W_C", 0.5625, 0.9, steps=10)
    lab.uses("W_C", lab.slider("Candidate weight W_C").input_value())
    figures_agree(lab)
    lab.page.mouse.up()


def figures_agree(lab: "Lab") -> None:
    """Expect both figures to show the cell state that the readings show."""
    lab.until(
        """() => {
            const t = document.querySelector(".lab-time").value;
            const c = document.querySelector("[data-card=Readings] data[data-value=c]").value;
            const plot = (name) =>
                document.querySelector(`[data-figure=${name}] .js-plotly-plot`);
            const line = plot("traces")._fullData.find((trace) => trace.name?.includes("cell C"));
            const tile = plot("unrolled")._fullData.find((trace) => trace.type === "heatmap");
            return line.y[t] === Number(c) && tile.z[0][t] === Number(c);
        }"""
    )


def test_after_a_fast_series_of_changes_the_last_one_is_shown(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 49, t=50)
    at = 0.5
    for end in (0.95, 0.05, 0.8):
        drag(lab, "Forget gate bias b_f", at, end, steps=8)
        lab.page.mouse.up()
        at = end
    last = lab.slider("Forget gate bias b_f").input_value()
    assert 3 < float(last) < 4
    lab.uses("b_f", last)
    figures_agree(lab)
    expect(lab.field("b_f")).to_have_value(f"{float(last):.2f}")


def test_a_named_setting_right_after_a_drag_moves_the_slider_too(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    drag(lab, "Forget gate bias b_f", 0.5, 0.9, steps=4)
    lab.page.mouse.up()
    lab.button("Defaults").click()
    lab.uses("b_f", "0")
    expect(lab.field("b_f")).to_have_value("0.00")
    expect(lab.slider("Forget gate bias b_f")).to_have_value("0")


def test_at_most_one_question_is_under_way_while_a_slider_is_dragged(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 199)
    under_way: set[Request] = set()
    counts = []

    def asked(request: Request) -> None:
        under_way.add(request)
        counts.append(len(under_way))

    def finished(request: Request) -> None:
        under_way.discard(request)

    lab.page.on("request", asked)
    lab.page.on("requestfinished", finished)
    drag(lab, "Forget gate bias b_f", 0.5, 0.95, steps=30)
    lab.page.mouse.up()
    lab.uses("b_f", lab.slider("Forget gate bias b_f").input_value())
    lab.page.remove_listener("request", asked)
    lab.page.remove_listener("requestfinished", finished)
    assert max(counts) == 1


def test_holding_an_arrow_key_ends_where_the_slider_stands(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 49, t=50)
    lab.slider("Output weight W_out").focus()
    for _ in range(30):
        lab.page.keyboard.press("ArrowLeft")
    lab.uses("W_out", "-0.5")
    expect(lab.field("W_out")).to_have_value("-0.50")
    figures_agree(lab)


def test_a_number_field_takes_more_than_the_slider_reaches(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    for value, rests in {"50": "4", "-100": "-4", "3.333": "3.35"}.items():
        lab.set("W_C", value)
        lab.field("W_C").blur()
        assert float(lab.field("W_C").input_value()) == float(value)
        expect(lab.slider("Candidate weight W_C")).to_have_value(rests)
    assert lab.alert.count() == 0


def test_a_slider_at_rest_moves_on_from_its_end(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    lab.set("b_f", "50")
    lab.slider("Forget gate bias b_f").focus()
    lab.page.keyboard.press("ArrowLeft")
    lab.uses("b_f", "5.9")
    expect(lab.field("b_f")).to_have_value("5.90")


def test_enter_in_a_number_field_counts_at_once(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    lab.field("b_out").fill("-3.125")
    lab.page.keyboard.press("Enter")
    lab.uses("b_out", "-3.125")


def test_a_number_is_typed_digit_by_digit(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=2)
    lab.field("W_f").focus()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("-12.75")
    lab.uses("W_f", "-12.75")
    expect(lab.field("W_f")).to_have_value("-12.75")
    expect(lab.alert).to_have_count(0)


def test_remember_keeps_what_a_pulse_wrote(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 99)
    lab.region("Settings").get_by_role("button", name="Remember", exact=True).click()
    lab.uses("b_f", "6")
    lab.go(1)
    peak = lab.number("c")
    lab.go(100)
    assert lab.number("c") > 0.7 * peak


def test_forget_quickly_wipes_at_each_step(lab: "Lab") -> None:
    lab.open(x="1,0,0", t=1)
    lab.button("Forget quickly").click()
    lab.uses("b_f", "-4")
    peak = lab.number("c")
    lab.go(2)
    assert abs(lab.number("c")) < 0.2 * peak


def test_integrate_counts_the_ones(lab: "Lab") -> None:
    lab.open(x="1,1,0,1,0,0", t=6)
    lab.button("Integrate").click()
    lab.uses("b_i", "6")
    assert lab.number("c") == pytest.approx(3 * 0.46, abs=0.03)


def test_latch_holds_high_after_one_and_low_after_minus_one(lab: "Lab") -> None:
    lab.open(x="1,0,0,0,-1,0,0,0,1,0,0,0")
    lab.button("Latch").click()
    lab.uses("b_i", "4")
    held = []
    for t in range(1, 13):
        lab.go(t)
        held.append(lab.number("h"))
    assert all(h > 0.3 for h in held[:4] + held[8:])
    assert all(h < -0.3 for h in held[4:8])


def test_defaults_bring_everything_back(lab: "Lab") -> None:
    lab.open(x="1,0,0.5", W_f="2", b_out="-1", separate=1, U_i="3", t=2)
    lab.button("Defaults").click()
    lab.uses("W_f", "0.5")
    for name, (_, default) in SLIDERS.items():
        expect(lab.slider(name)).to_have_value(f"{default:g}")
    expect(lab.separate).not_to_be_checked()
    expect(lab.sequence).to_have_value("1, 0, 0.5")
    lab.at(2, "Paused")


def test_a_named_setting_says_what_it_does_until_it_is_changed(lab: "Lab") -> None:
    lab.open()
    says = lab.region("Settings").get_by_role("status")
    expect(says).to_contain_text("0.5")
    lab.button("Latch").click()
    expect(says).to_contain_text("holds")
    lab.set("W_f", "1")
    expect(says).to_have_text("Your own setting.")


def test_where_memory_fades_the_page_says_so_and_offers_what_remembers(lab: "Lab") -> None:
    lab.open()
    traces = lab.region("Traces")
    expect(traces).to_contain_text("0.288")
    expect(traces).to_contain_text("0.008")
    offer = traces.get_by_role("button", name="Remember", exact=True)
    offer.click()
    expect(offer).to_be_hidden()
    lab.go(1)
    peak = lab.number("c")
    lab.go(9)
    assert lab.number("c") > 0.9 * peak
    expect(traces).not_to_contain_text(re.compile(r"\b[0-4]?\d(\.\d)? %"))


def test_how_an_lstm_works_is_one_click_away_and_closes_again(lab: "Lab") -> None:
    lab.open()
    lab.button("How an LSTM works").click()
    panel = lab.page.get_by_role("dialog")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("forget gate")
    lab.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    lab.button("How an LSTM works").click()
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    lab.at(0, "Ready")


def test_every_panel_says_what_to_look_for(lab: "Lab") -> None:
    lab.open()
    for name in ("Cell diagram", "Unrolled network", "Traces", "Worked step", "Readings"):
        expect(lab.region(name).locator(".lab-look-for")).to_be_visible()
        expect(lab.region(name).locator(".lab-look-for")).not_to_be_empty()
