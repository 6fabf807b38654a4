"""A link restores settings, sequence and time exactly; the address follows the page."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab

pytestmark = pytest.mark.browser


def query(link: str) -> dict[str, str]:
    """Read what a link says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(link).fragment).items()}


def follows(lab: "Lab", **state: str) -> None:
    """Expect the address to say this, once the page rests."""
    lab.until(
        """(state) => {
            const link = new URLSearchParams(location.hash.slice(1));
            return Object.entries(state).every(([name, value]) => link.get(name) === value);
        }""",
        state,
    )


def copied(lab: "Lab") -> str:
    """Press Copy link, and give what is in the clipboard."""
    lab.button("Copy link").click()
    expect(lab.page.get_by_role("banner").get_by_role("status")).to_have_text("Link copied")
    link: str = lab.page.evaluate("() => navigator.clipboard.readText()")
    return link


@pytest.mark.parametrize(
    "state",
    [
        {"x": "0.1,-0.30000000000000004,1e-7,1000000", "W_f": "0.123456789012345", "t": 3},
        {
            "x": "1,0.5,-2",
            "separate": 1,
            "U_f": "-3.3",
            "U_o": "50",
            "b_i": "-0.05",
            "b_out": "-7e-3",
            "W_out": "100",
            "t": 2,
        },
    ],
    ids=["tied", "separate"],
)
def test_a_copied_link_restores_everything_exactly_in_another_browser(
    open_lab: Callable[..., "Lab"], state: dict[str, str]
) -> None:
    here = open_lab(permissions=["clipboard-read", "clipboard-write"])
    here.open(**state)
    here.at(int(state["t"]), "Paused")
    link = copied(here)
    assert query(link)["v"] == "1"
    there = open_lab()
    there.page.goto(link)
    there.ready()
    there.at(int(state["t"]), "Paused")
    assert there.all_numbers() == here.all_numbers()
    assert there.sequence.input_value() == here.sequence.input_value()
    assert there.separate.is_checked() == here.separate.is_checked() == ("separate" in state)
    for name in ("W_f", "b_i", "b_out", "W_out", *(("U_f", "U_o") if "separate" in state else ())):
        set_there, set_here = (float(lab.field(name).input_value()) for lab in (there, here))
        assert set_there == set_here
    for t in range(3):
        here.go(t)
        there.go(t)
        assert there.all_numbers() == here.all_numbers()


def test_a_link_copied_from_the_page_as_it_comes_restores_it(
    open_lab: Callable[..., "Lab"],
) -> None:
    here = open_lab(permissions=["clipboard-read", "clipboard-write"])
    here.open()
    link = copied(here)
    there = open_lab()
    there.page.goto(link)
    there.ready()
    there.at(0, "Ready")
    assert there.sequence.input_value() == here.sequence.input_value()
    expect(there.alert).to_have_count(0)


def test_a_link_copied_while_playing_has_the_time_that_is_shown(
    open_lab: Callable[..., "Lab"],
) -> None:
    lab = open_lab(permissions=["clipboard-read", "clipboard-write"])
    lab.open(x="1" + ",0" * 99)
    lab.button("Play").click()
    expect(lab.time).not_to_have_value("0")
    before = int(lab.time.input_value())
    link = copied(lab)
    assert before <= int(query(link)["t"]) <= int(lab.time.input_value())
    lab.status("Playing")


def test_without_a_clipboard_the_link_is_in_the_address_bar(lab: "Lab") -> None:
    lab.open(x="1,0.5", t=1)
    lab.button("Copy link").click()
    said = lab.page.get_by_role("banner").get_by_role("status")
    expect(said).to_have_text(re.compile("Link copied|The link is in the address bar"))
    follows(lab, x="1,0.5", t="1")


def test_the_address_follows_once_the_page_rests(lab: "Lab") -> None:
    lab.open()
    lab.button("Step forward").click()
    follows(lab, v="1", t="1")
    lab.set("W_f", "2.5")
    follows(lab, W_f="2.5", t="1")
    lab.type_sequence("1, 0.5")
    follows(lab, x="1,0.5", t="0")
    lab.separate.check()
    lab.uses("U_f", "2.5")
    follows(lab, separate="1", U_f="2.5")
    lab.separate.uncheck()
    lab.until("() => !location.hash.includes('separate') && !location.hash.includes('U_f')")


def test_stepping_fills_no_history(lab: "Lab") -> None:
    lab.open(x="1,0,0")
    entries = lab.page.evaluate("() => history.length")
    for t in ("1", "2", "3"):
        lab.button("Step forward").click()
        follows(lab, t=t)
    assert lab.page.evaluate("() => history.length") == entries


def test_a_link_opened_in_the_same_tab_takes_over(lab: "Lab") -> None:
    lab.open(x="1,0,0", W_f="2", t=1)
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,-1&b_f=1.5&t=2'; }")
    lab.uses("b_f", "1.5")
    lab.at(2, "Complete")
    lab.shows_sequence([0.5, -1])
    expect(lab.sequence).to_have_value("0.5, -1")
    expect(lab.field("W_f")).to_have_value("0.50")
    expect(lab.alert).to_have_count(0)


def test_a_link_that_differs_only_in_time_goes_there(lab: "Lab") -> None:
    lab.open(x="1,0,0", t=1)
    follows(lab, t="1", W_f="0.5")
    lab.page.evaluate("() => { location.hash = location.hash.replace('t=1', 't=3'); }")
    lab.at(3, "Complete")


def test_a_link_of_another_format_in_the_same_tab_changes_nothing_and_says_so(lab: "Lab") -> None:
    lab.open(x="1,0.5,0", W_f="2", t=1)
    numbers = lab.all_numbers()
    lab.page.evaluate("() => { location.hash = '#v=9&x=0.5,-1&t=2'; }")
    expect(lab.alert).to_contain_text("format '9'")
    lab.at(1, "Paused")
    assert lab.all_numbers() == numbers
    expect(lab.sequence).to_have_value("1, 0.5, 0")
    expect(lab.field("W_f")).to_have_value("2.00")


def test_a_bad_link_in_the_same_tab_leaves_the_last_good_picture(lab: "Lab") -> None:
    lab.open(x="1,0.5,0", W_f="2", t=1)
    numbers = lab.all_numbers()
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,oops&t=2'; }")
    expect(lab.alert).to_contain_text("x(2) is 'oops'")
    assert lab.all_numbers() == numbers
    lab.type_sequence("0.5, 1")
    expect(lab.alert).to_have_count(0)


def test_back_and_forward_move_between_links(lab: "Lab") -> None:
    lab.open(x="1,0,0", t=1)
    follows(lab, t="1", W_f="0.5")
    lab.page.evaluate("() => { location.hash = '#v=1&x=0.5,-1&t=2'; }")
    lab.shows_sequence([0.5, -1])
    lab.at(2, "Complete")
    lab.page.go_back()
    lab.shows_sequence([1, 0, 0])
    lab.at(1, "Paused")
    lab.page.go_forward()
    lab.shows_sequence([0.5, -1])
    lab.at(2, "Complete")


def test_skipping_to_the_page_is_no_link_to_a_state(lab: "Lab") -> None:
    lab.open(x="1,0.5,0", W_f="2", t=1)
    numbers = lab.all_numbers()
    lab.page.keyboard.press("Tab")
    skip = lab.page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(lab.page.get_by_role("main")).to_be_focused()
    lab.page.keyboard.press("ArrowRight")
    lab.at(2, "Paused")
    lab.page.keyboard.press("ArrowLeft")
    lab.at(1, "Paused")
    expect(lab.alert).to_have_count(0)
    assert lab.all_numbers() == numbers
    expect(lab.sequence).to_have_value("1, 0.5, 0")


@pytest.mark.parametrize("anchor", ["#lab-main", "#x=1,0", "#"])
def test_an_address_with_a_plain_anchor_opens_the_worked_example(lab: "Lab", anchor: str) -> None:
    lab.open(anchor)
    lab.at(0, "Ready")
    expect(lab.sequence).to_have_value("1, 0, 0, 0, 0, 0, 0, 0, 0")
    expect(lab.alert).to_have_count(0)
