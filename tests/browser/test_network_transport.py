"""Time on the Network page: one player, one column over all figures, tokens, the veil."""

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Network, Watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

BRACKETS = "[[see (the) old] map of the] low lands"
T = len(BRACKETS)
FIGURES = ("heatmaps", "state_c", "state_h")

# Frame by frame until the player is complete: what changes where nothing may change.
WATCH_THE_SCALES = """() => new Promise((resolve) => {
    const scales = new Set();
    const wrong = new Set();
    const look = () => {
        const plot = (name) => document.querySelector(`[data-figure=${name}] .js-plotly-plot`);
        scales.add(JSON.stringify(["state_c", "state_h"].map((name) => [
            plot(name)._fullLayout.yaxis.range, plot(name)._fullLayout.xaxis.range,
            plot(name).getBoundingClientRect().height,
        ])));
        const values = {};
        for (const element of document.querySelectorAll("data[data-value]")) {
            const { value: name } = element.dataset;
            const text = element.getAttribute("value");
            values[name] ??= text;
            if (values[name] !== text) wrong.add(`${name} at ${values.t}`);
        }
        if (values.status === "Complete") resolve({ scales: [...scales], wrong: [...wrong] });
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""


def stand_in_one_column(network: "Network", t: int, steps: int, figures: tuple[str, ...]) -> None:
    """Expect the frames of all figures around the column of step t."""
    box = network.area("heatmaps")
    width = box["width"] / (steps + 1)
    network.until(
        """([figures, left, width]) => figures.every((name) => {
            const here = document.querySelector(`[data-figure=${name}] .lab-here`);
            const box = here.getBoundingClientRect();
            return getComputedStyle(here).opacity === "1" &&
                Math.abs(box.left - left) <= 1.5 && Math.abs(box.width - width) <= 1.5;
        })""",
        [list(figures), box["x"] + t * width, width],
    )


def here(network: "Network") -> Any:
    """Find the box with the token at t."""
    return network.page.locator(".lab-token-here")


def test_steps_and_keys_move_the_time_of_the_network(network: "Network") -> None:
    network.open()
    network.button("Step back").click()
    network.at(0, "Ready")
    network.button("Step forward").click()
    network.at(1, "Paused")
    network.button("Step back").click()
    network.at(0, "Ready")
    network.page.evaluate("() => document.activeElement.blur()")
    for key, t, status in (
        ("End", T, "Complete"),
        ("ArrowLeft", T - 1, "Paused"),
        ("ArrowRight", T, "Complete"),
        ("Home", 0, "Ready"),
        ("Space", 0, "Playing"),
        ("Space", 0, "Ready"),
    ):
        if key == "Space":
            network.speed.select_option("400")
            network.speed.blur()
        network.page.keyboard.press(key)
        network.at(t, status)


def test_play_runs_to_the_end_without_a_request_and_the_scales_stay(
    network: "Network", watch: "Watch"
) -> None:
    network.open(m="new", text="the scale never jumps", size=12, layers=2)
    network.speed.select_option("60")
    before = list(watch.requests)
    network.button("Play").click()
    seen = network.page.evaluate(WATCH_THE_SCALES)
    network.at(21, "Complete")
    expect(network.button("Play")).to_be_visible()
    assert watch.requests == before
    assert len(seen["scales"]) == 1
    assert seen["wrong"] == []


def test_a_pause_shows_the_numbers_of_its_time(network: "Network") -> None:
    network.open()
    network.speed.select_option("16")
    network.button("Play").click()
    expect(network.time).not_to_have_value("0")
    network.button("Pause").click()
    expect(network.reading("status")).to_have_text("Paused")
    numbers = network.all_numbers()
    assert {name for name, values in numbers.items() if len(values) > 1} == set()
    assert numbers["t"] == [network.time.input_value()]
    assert numbers["token"] == [BRACKETS[int(numbers["t"][0]) - 1].replace(" ", "␣")]
    network.button("Reset").click()
    network.at(0, "Ready")


def test_nothing_is_asked_while_stepping_and_scrubbing(network: "Network", watch: "Watch") -> None:
    network.open()
    before = list(watch.requests)
    for t in (T, 0, 17, 5):
        network.go(t)
    network.button("Step forward").click()
    network.at(6, "Paused")
    assert watch.requests == before


def test_the_playheads_of_all_figures_stand_in_one_column(network: "Network") -> None:
    network.open()
    for t in (0, 1, 20, T):
        network.go(t)
        stand_in_one_column(network, t, T, FIGURES)


def test_the_playhead_of_the_small_multiples_stands_in_the_same_column(
    network: "Network",
) -> None:
    network.open(m="new", text="one column", layers=3)
    for t in (0, 4, 10):
        network.go(t)
        stand_in_one_column(network, t, 10, (*FIGURES, "small"))


def test_the_playhead_stays_in_its_column_when_the_window_changes(network: "Network") -> None:
    network.open(t=9)
    for width in (1300, 1000, 1440):
        network.page.set_viewport_size({"width": width, "height": 900})
        network.until(
            """() => {
                const plot = document.querySelector("[data-figure=heatmaps] .js-plotly-plot");
                return Math.abs(plot._fullLayout.width - plot.clientWidth) <= 1;
            }"""
        )
        stand_in_one_column(network, 9, T, FIGURES)


def test_the_strip_has_every_token_over_its_column_and_shows_the_one_at_t(
    network: "Network",
) -> None:
    network.open()
    strip = network.page.locator(".lab-tokens bdi")
    expect(strip).to_have_text(list(BRACKETS.replace(" ", "␣")))
    box = network.area("heatmaps")
    column = box["width"] / (T + 1)
    for t in (1, 6, 24):
        network.go(t)
        expect(here(network)).to_have_text(BRACKETS[t - 1].replace(" ", "␣"))
        middle = box["x"] + (t + 0.5) * column
        over = strip.nth(t - 1).bounding_box()
        shown = here(network).bounding_box()
        assert over is not None
        assert shown is not None
        assert over["x"] + over["width"] / 2 == pytest.approx(middle, abs=1.5)
        assert shown["x"] + shown["width"] / 2 == pytest.approx(middle, abs=2)


def test_a_long_text_shows_what_stands_around_t(network: "Network") -> None:
    text = "".join(f"{n % 10}" for n in range(300))
    network.open(m="new", text=text)
    network.tokens(300)
    network.go(150)
    expect(here(network)).to_have_text("9")
    expect(network.page.locator(".lab-tokens .before")).to_have_text(text[121:149])
    expect(network.page.locator(".lab-tokens .after")).to_have_text(text[150:178])
    shown = here(network).bounding_box()
    box = network.area("heatmaps")
    assert shown is not None
    middle = box["x"] + box["width"] * 150.5 / 301
    assert shown["x"] + shown["width"] / 2 == pytest.approx(middle, abs=2)


def test_the_future_lies_under_a_veil_and_a_switch_hides_it(network: "Network") -> None:
    network.open(t=10)
    opacity = """([name, least, most]) => {
        const veil = document.querySelector(`[data-figure=${name}] .lab-veil`);
        const opacity = Number(getComputedStyle(veil).opacity);
        return least < opacity && opacity <= most;
    }"""
    for least, most, pressed in ((0.4, 0.95, "true"), (0.99, 1, "false"), (0.4, 0.95, "true")):
        expect(network.button("future")).to_have_attribute("aria-pressed", pressed)
        for name in FIGURES:
            network.until(opacity, [name, least, most])
        network.button("future").click()
    box = network.area("heatmaps")
    edge = box["x"] + box["width"] * 11 / (T + 1)
    for name in FIGURES:
        veil = network.figure(name).locator(".lab-veil").bounding_box()
        assert veil is not None
        assert veil["x"] == pytest.approx(edge, abs=1.5)


def test_keys_type_in_a_field_and_do_not_move_the_time(network: "Network") -> None:
    network.open(t=5)
    for place in (network.text, network.pinned, network.choice("Layer")):
        place.focus()
        for key in ("ArrowRight", "ArrowLeft", "Home", "End"):
            network.page.keyboard.press(key)
            network.at(5, "Paused")
    network.text.focus()
    network.page.keyboard.press("End")
    network.page.keyboard.press("Space")
    expect(network.text).to_have_value(BRACKETS + " ")


def test_keys_move_the_time_with_the_focus_on_a_sum(network: "Network") -> None:
    network.open(t=5)
    network.page.get_by_role("group", name="Sum of Forget f").focus()
    network.page.keyboard.press("ArrowRight")
    network.at(6, "Paused")
    network.page.keyboard.press("ArrowLeft")
    network.at(5, "Paused")
