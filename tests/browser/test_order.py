"""Answers come in any order, late or never, and the page shows what was asked for last."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from components.theme import SURFACES
from tests.browser.held import Held

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser

UNHEARD = 10_000  # milliseconds after which the page no longer expects an answer
AGAIN = 1_000  # milliseconds after which it asks again
BOTH = "#v=2&x=0.5,-1&t=2&b_f=1&B.kind=gru&D.gap=y"


@pytest.fixture
def held(lab: "Lab") -> Iterator[Held]:
    """Give what holds answers back on the page of the lab."""
    held = Held(lab.page)
    yield held
    held.end()
    lab.page.unroute_all()


def follow(lab: "Lab", link: str) -> None:
    """Open a link in the same tab."""
    lab.page.evaluate("(link) => { location.hash = link; }", link)


def shows_both(lab: "Lab") -> list[dict[str, str]]:
    """Expect both settings of the link, and their difference; give the live numbers."""
    for name in ("Setting A", "Setting B"):  # on the way there, what was before may be shown
        reading = lab.region(name).locator("[data-card=Readings] data[data-value=x]")
        expect(reading).to_have_attribute("value", "-1")
    one, other = shown = lab.both()
    assert one["x"] == other["x"] == "-1"
    assert (one["t"], "c" in one, "c" in other) == ("2", True, False)
    expect(lab.page.get_by_label("Gap of")).to_have_value("y")
    expect(lab.alert).to_have_count(0)
    return shown


def test_a_setting_asked_for_before_the_other_had_its_input_asks_again(
    lab: "Lab", held: Held
) -> None:
    lab.load("#v=1&x=1,0,0&W_f=2&t=1")
    lab.until("() => location.hash.includes('b_f=0')")
    held.back("cell answer", "cell-b answer")
    follow(lab, BOTH)
    for name in ("cell answer", "cell-b answer"):
        held.wait(name)
    assert held.sent["cell-b answer"]["sequence"] == "1, 0, 0"
    held.let("cell answer")
    lab.shows_sequence([0.5, -1])
    held.end()
    shown = shows_both(lab)
    lab.page.go_back()
    expect(lab.region("Setting B")).to_have_count(0)
    lab.uses("W_f", "2")
    lab.at(1, "Paused")
    lab.page.go_forward()
    assert shows_both(lab) == shown


@pytest.mark.parametrize("late", ["lab-compare", "cell answer"])
def test_a_link_followed_while_the_page_comes_is_not_lost(
    lab: "Lab", held: Held, late: str
) -> None:
    lab.leave()
    held.back(late)
    lab.page.goto(f"{lab.url}#v=1&x=1,0,0&W_f=2&t=1")
    held.wait(late)
    follow(lab, BOTH)
    held.end()
    shows_both(lab)
    lab.until("() => location.hash.includes('&B.kind=gru')")


def test_a_link_of_one_setting_followed_while_two_come_leaves_one(lab: "Lab", held: Held) -> None:
    lab.leave()
    held.back("lab-compare")
    lab.page.goto(f"{lab.url}{BOTH}")
    held.wait("lab-compare")
    follow(lab, "#v=1&x=1,0,0&W_f=2&t=1")
    held.end()
    lab.uses("W_f", "2")
    expect(lab.region("Setting B")).to_have_count(0)
    lab.at(1, "Paused")
    expect(lab.button("Compare")).to_have_attribute("aria-pressed", "false")


def test_the_late_end_of_a_request_given_up_fails_no_other(lab: "Lab", held: Held) -> None:
    lab.leave()
    lab.page.clock.install()
    lab.load("#v=1&x=1,0,0&t=1")
    held.back("cell answer")
    lab.field("b_f").fill("1.5")
    held.wait("cell answer")
    lab.page.clock.fast_forward(UNHEARD)
    expect(lab.alert).to_contain_text("asking again")
    lab.page.clock.fast_forward(AGAIN)
    held.wait("cell answer", 2)
    asked = held.asked["cell answer"]
    held.let("cell answer")
    lab.page.clock.run_for(200)
    held.let("cell answer")
    lab.uses("b_f", "1.5")
    expect(lab.alert).to_have_count(0)
    lab.page.clock.fast_forward(AGAIN)
    assert held.asked["cell answer"] == asked


def test_a_setting_taken_away_while_it_is_asked_for_fails_none_that_comes_in_its_place(
    lab: "Lab", held: Held
) -> None:
    lab.leave()
    lab.page.clock.install()
    lab.load()
    held.back("cell-b answer")
    lab.button("Compare").click()
    held.wait("cell-b answer")
    lab.button("Compare").click()
    lab.button("Compare").click()
    held.wait("cell-b answer", 2)
    held.let("cell-b answer")
    lab.page.clock.run_for(200)
    held.let("cell-b answer")
    expect(lab.region("Difference")).to_have_attribute("data-ready", "")
    expect(lab.alert).to_have_count(0)
    assert held.asked["cell-b answer"] == 2


def test_a_theme_chosen_before_the_first_answer_is_that_of_the_figures(
    lab: "Lab", held: Held
) -> None:
    lab.leave()
    held.back("cell answer")
    lab.page.goto(lab.url)
    held.wait("cell answer")
    lab.button("Light theme").click()
    assert held.sent["cell answer"]["theme"] == "dark"
    held.end()
    lab.ready()
    lab.until(
        """(colour) => document.querySelector("[data-figure=traces] .js-plotly-plot")
            ._fullLayout.font.color.toUpperCase() === colour""",
        SURFACES["light"].muted,
    )
