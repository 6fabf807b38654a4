"""The two Plotly figures: what is drawn in them, what lies over them, what a click does."""

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

PULSE = "1,0,0,0,0,0,0,0,0"
LINES = {
    "x": "input x",
    "c": "cell C",
    "h": "hidden h",
    "y": "output y",
    "f": "forget f",
    "i": "input gate i",
    "g": "candidate C̃",
    "o": "output gate o",
}

# The middle of the words that Plotly itself drew for a time: a label of the axis, or of a cell.
PLACE = """({ name, t }) => {
    const figure = document.querySelector(`[data-figure=${name}]`);
    const words = name === "traces" ? [`${t}`, `t = ${t}`] : [`t=${t}`];
    const label = [...figure.querySelectorAll(".xtick text, .textpoint text")]
        .find((text) => words.includes(text.textContent.trim()));
    if (!label) return null;
    const { left, width } = label.getBoundingClientRect();
    const plot = figure.querySelector(".nsewdrag").getBoundingClientRect();
    return { x: left + width / 2, y: plot.top + plot.height / 2 };
}"""


def place(lab: "Lab", name: str, t: int) -> dict[str, float]:
    """Find where a figure has drawn a time."""
    found: dict[str, float] | None = lab.page.evaluate(PLACE, {"name": name, "t": t})
    assert found is not None
    return found


def playheads_stand_at(lab: "Lab", t: int) -> None:
    """Expect both marks to stand within 1.5 pixels of what Plotly drew for this time."""
    lab.at(t)
    for name in ("traces", "unrolled"):
        lab.until(
            f"""(argument) => {{
                const drawn = ({PLACE})(argument);
                const here = document
                    .querySelector(`[data-figure=${{argument.name}}] .lab-here`)
                    .getBoundingClientRect();
                return drawn && Math.abs(here.left + here.width / 2 - drawn.x) <= 1.5;
            }}""",
            {"name": name, "t": t},
        )


def zoom(lab: "Lab") -> list[float]:
    """Read the part of the time axis that the traces show."""
    part: list[float] = lab.page.evaluate(
        """() => document.querySelector("[data-figure=traces] .js-plotly-plot")
            ._fullLayout.xaxis.range"""
    )
    return part


def drag_over(lab: "Lab", start: int, end: int) -> None:
    """Zoom into the traces, as a mouse does it."""
    before = zoom(lab)
    first, last = place(lab, "traces", start), place(lab, "traces", end)
    lab.page.mouse.move(first["x"], first["y"])
    lab.page.mouse.down()
    lab.page.mouse.move(last["x"], last["y"], steps=4)
    lab.page.mouse.up()
    lab.until(
        """(before) => document.querySelector("[data-figure=traces] .js-plotly-plot")
            ._fullLayout.xaxis.range[0] !== before""",
        before[0],
    )


@pytest.mark.parametrize("name", ["unrolled", "traces"])
def test_a_click_in_a_figure_goes_to_that_step(lab: "Lab", name: str) -> None:
    lab.open(x=PULSE)
    for t, status in ((4, "Paused"), (9, "Complete"), (1, "Paused"), (0, "Ready")):
        click(lab, name, t)
        lab.at(t, status)


def click(lab: "Lab", name: str, t: int) -> None:
    """Point at a time in a figure, and click once the figure has said its values."""
    point(lab, name, t)
    expect(lab.page.get_by_role("tooltip")).to_contain_text(f"t = {t}")
    lab.page.mouse.down()
    lab.page.mouse.up()


def point(lab: "Lab", name: str, t: int) -> None:
    """Move the mouse to a time in a figure."""
    where = place(lab, name, t)
    lab.page.mouse.move(where["x"], where["y"], steps=2)


@pytest.mark.parametrize("name", ["unrolled", "traces"])
def test_a_quick_click_goes_where_it_was_made(lab: "Lab", name: str) -> None:
    lab.open(x=PULSE)
    point(lab, name, 2)
    for t in (9, 1, 6):  # with no time to hover before
        point(lab, name, t)
        lab.page.mouse.down()
        lab.page.mouse.up()
        lab.at(t)


def test_a_click_where_few_lines_are_shown_goes_to_that_step(lab: "Lab") -> None:
    lab.open(x=PULSE, t=5)
    for name in ("cell C", "hidden h", "output y"):
        lab.button(name).click()
    for t, status in ((3, "Paused"), (0, "Ready")):
        where = place(lab, "traces", t)
        lab.page.mouse.move(where["x"], where["y"])
        expect(lab.page.get_by_role("tooltip")).to_be_visible()
        lab.page.mouse.click(where["x"], where["y"])
        lab.at(t, status)


def test_a_click_while_playing_goes_there_and_plays_on(lab: "Lab") -> None:
    lab.open(x="1" + ",0" * 19, t=1)
    lab.speed.select_option("400")
    lab.button("Play").click()
    click(lab, "traces", 12)
    lab.until("() => Number(document.querySelector('.lab-time').value) >= 12")
    lab.status("Playing")


def test_the_unrolled_network_has_a_labelled_cell_for_every_step(lab: "Lab") -> None:
    lab.open(x="1,0.5,-0.25,0,0,0,0,0,0,0,0,1")
    words = lab.figure("unrolled").locator(".textpoint text").all_text_contents()
    assert [f"t={t}" for t in range(13)] == [word for word in words if word.startswith("t=")]
    assert sum(word.startswith("C ") for word in words) == 13
    assert sum(word.startswith("h ") for word in words) == 13
    for value in ("1.00", "0.50", "−0.25"):
        assert value in words
    lab.go(3)
    assert f"C {lab.number('c'):.2f}".replace("-", "−") in words
    assert f"{lab.number('y'):.2f}".replace("-", "−") in words


def test_every_line_can_be_switched_off_and_on(lab: "Lab") -> None:
    lab.open(x=PULSE)
    legend = lab.region("Traces").get_by_role("group", name="Lines")
    for meta, name in LINES.items():
        button = legend.get_by_role("button", name=name, exact=True)
        for on in (False, True):
            button.click()
            expect(button).to_have_attribute("aria-pressed", str(on).lower())
            lab.until(
                """([meta, on]) => document.querySelector("[data-figure=traces] .js-plotly-plot")
                    .data.every((line) => (line.visible ?? true) === (on || line.meta !== meta))""",
                [meta, on],
            )


def test_a_line_that_is_switched_off_stays_off_when_a_weight_changes(lab: "Lab") -> None:
    lab.open(x=PULSE, t=3)
    lab.button("forget f").click()
    lab.set("W_f", "2")
    lab.shows_sequence([1, 0, 0, 0, 0, 0, 0, 0, 0])
    hidden = lab.page.evaluate(
        """() => document.querySelector("[data-figure=traces] .js-plotly-plot")
            .data.filter((line) => line.visible === false).map((line) => line.meta)"""
    )
    assert hidden == ["f"]


def test_the_future_is_veiled_and_a_switch_hides_it(lab: "Lab") -> None:
    lab.open(x=PULSE, t=4)
    opacity = """() => Number(getComputedStyle(
        document.querySelector("[data-figure=traces] .lab-veil")).opacity)"""
    assert 0.5 < lab.page.evaluate(opacity) < 0.9
    lab.button("future").click()
    expect(lab.button("future")).to_have_attribute("aria-pressed", "false")
    lab.until(f"() => ({opacity})() === 1")
    lab.button("future").click()
    lab.until(f"() => ({opacity})() < 1")
    lab.go(6)
    for name in ("traces", "unrolled"):
        veil = lab.figure(name).locator(".lab-veil").bounding_box()
        assert veil is not None
        assert place(lab, name, 5)["x"] < veil["x"] < place(lab, name, 7)["x"]


@pytest.mark.parametrize("name", ["unrolled", "traces"])
def test_pointing_at_a_figure_gives_all_values_of_that_time(lab: "Lab", name: str) -> None:
    lab.open(x="1,-0.5,0.25,0,0", t=2)
    symbols = {name: name for name in "xfiohy"} | {"c": "C", "g": "C̃"}
    wanted = {symbols[name]: f"{lab.number(name):.4f}".replace("-", "−") for name in LINES}
    lab.go(4)
    point(lab, name, 2)
    tip = lab.page.get_by_role("tooltip")
    expect(tip).to_contain_text("t = 2")
    for symbol, value in wanted.items():
        expect(tip).to_contain_text(f"{symbol} {value}")
    lab.at(4, "Paused")
    lab.page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_the_playheads_stand_at_their_time(lab: "Lab") -> None:
    lab.open(x=PULSE)
    for t in (0, 1, 5, 9):
        lab.go(t)
        playheads_stand_at(lab, t)


@pytest.mark.parametrize("size", [(1100, 800), (1920, 1080), (390, 844)])
def test_the_playheads_stand_at_their_time_after_a_resize(
    lab: "Lab", size: tuple[int, int]
) -> None:
    lab.open(x=PULSE, t=3)
    playheads_stand_at(lab, 3)
    lab.page.set_viewport_size({"width": size[0], "height": size[1]})
    playheads_stand_at(lab, 3)
    lab.button("Step forward").click()
    playheads_stand_at(lab, 4)


def test_the_playheads_stand_at_their_time_after_changes(lab: "Lab") -> None:
    lab.open(x=PULSE, t=7)
    lab.set("W_out", "-50")  # the value axis gets wider labels
    playheads_stand_at(lab, 7)
    lab.type_sequence("1, 0, 0, 0")
    lab.go(2)
    playheads_stand_at(lab, 2)
    lab.button("Fold Cell diagram").click()
    playheads_stand_at(lab, 2)
    lab.button("Unfold Cell diagram").click()
    playheads_stand_at(lab, 2)


def test_the_playhead_follows_into_a_zoom(lab: "Lab") -> None:
    lab.open(x=PULSE, t=4)
    drag_over(lab, 2, 6)
    lab.at(4)  # a drag is no click
    playheads_stand_at(lab, 4)
    lab.go(3)
    playheads_stand_at(lab, 3)


def test_a_zoom_survives_a_weight_and_a_theme_and_ends_by_a_double_click(lab: "Lab") -> None:
    lab.open(x=PULSE, t=4)
    whole = zoom(lab)
    drag_over(lab, 2, 6)
    part = zoom(lab)
    assert whole[0] < part[0] < part[1] < whole[1]
    lab.set("W_f", "2")
    lab.shows_sequence([1, 0, 0, 0, 0, 0, 0, 0, 0])
    assert zoom(lab) == part
    before = ink(lab)
    lab.button("Light theme").click()
    lab.until(f"(before) => ({INK})() !== before", before)
    assert zoom(lab) == part
    where = place(lab, "traces", 4)
    lab.page.mouse.dblclick(where["x"], where["y"])
    lab.until(
        """(whole) => document.querySelector("[data-figure=traces] .js-plotly-plot")
            ._fullLayout.xaxis.range.every((end, k) => end === whole[k])""",
        whole,
    )


INK = """() => document.querySelector("[data-figure=traces] .js-plotly-plot")
    ._fullData.find((line) => line.meta === "c").line.color"""


def ink(lab: "Lab") -> Any:
    """Read the colour in which the cell state is drawn."""
    return lab.page.evaluate(INK)


def test_the_figures_take_on_the_theme(lab: "Lab") -> None:
    lab.open(x=PULSE, t=4)
    assert ink(lab) == "#CC79A7"
    lab.button("Light theme").click()
    lab.until(f"() => ({INK})() === '#A64D82'")
    lab.at(4, "Paused")


def strip_shows(lab: "Lab", t: int) -> None:
    """Expect the strip to come to rest with the cell at a time drawn, framed and in view."""
    lab.until(
        f"""(argument) => {{
            const drawn = ({PLACE})(argument);
            const strip = document.querySelector(".lab-strip").getBoundingClientRect();
            const here = document.querySelector(".lab-strip .lab-here").getBoundingClientRect();
            const shows = drawn && Math.abs(here.left + here.width / 2 - drawn.x) <= 1.5
                && here.left >= strip.left - 2 && here.right <= strip.right + 2;
            const still = shows && here.left === window.stoodAt;
            window.stoodAt = here.left;
            window.stillFrames = still ? window.stillFrames + 1 : 0;
            return window.stillFrames > 8;
        }}""",
        {"name": "unrolled", "t": t},
    )


def test_among_five_hundred_steps_the_current_cell_is_in_view(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 499)
    for t in (0, 137, 500, 138):
        lab.go(t)
        strip_shows(lab, t)


def test_after_fast_scrubbing_over_five_hundred_steps_the_current_cell_is_in_view(
    lab: "Lab",
) -> None:
    lab.open(x="1" + ",0.5" * 499)
    for t in (137, 500, 138, 300):
        lab.time.fill(str(t))
        lab.until(  # at once, while the strip may still be moving
            """() => {
                const strip = document.querySelector(".lab-strip").getBoundingClientRect();
                const here = document.querySelector(".lab-strip .lab-here").getBoundingClientRect();
                return here.left >= strip.left && here.right <= strip.right;
            }"""
        )
    strip_shows(lab, 300)


def test_among_five_hundred_steps_playing_keeps_the_current_cell_in_view(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 499, t=120)
    lab.speed.select_option("16")
    lab.button("Play").click()
    lab.until("() => Number(document.querySelector('.lab-time').value) > 230")
    lab.button("Pause").click()
    strip_shows(lab, int(lab.time.input_value()))


def test_among_five_hundred_steps_a_click_goes_to_the_cell_under_it(lab: "Lab") -> None:
    lab.open(x="1" + ",0.5" * 499, t=300)
    at = 300
    for t in (302, 298):
        strip_shows(lab, at)
        click(lab, "unrolled", t)
        lab.at(t, "Paused")
        at = t


def test_the_figures_say_their_values_in_words(lab: "Lab") -> None:
    lab.open(x="1,-0.5", t=2)
    for name in ("Unrolled network", "Traces"):
        words = lab.region(name)
        for number in ("t", "x", "c", "h", "y"):
            place = words.locator(f"data[data-value={number}]")
            expect(place).to_have_attribute("value", lab.read(number))
