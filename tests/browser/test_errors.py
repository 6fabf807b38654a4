"""What cannot be used is said, and the last good picture stays."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Lab, Server, Watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]

GOOD = "1,-0.5,0.25"
UNHEARD = 10_000  # milliseconds after which the page no longer expects an answer
# What stands in the field, and what the message must say of it.
BAD_SEQUENCES = {
    "abc": "'abc'",
    "1, x": "x(2) is 'x'",
    "": "empty",
    " , ": "empty",
    ", ".join(["0"] * 501): "501",
    "1, 1e308": "1e308",
    "0, nan, 1": "'nan'",
    "inf": "'inf'",
    "1; 2": "'1;'",
    "0x10": "'0x10'",
}
BAD_NUMBERS = {
    "abc": "'abc'",
    "1e308": "1e308",
    "": "empty",
    "nan": "'nan'",
    "101": "101",
    "0,5": "'0,5'",
}


def test_a_bad_sequence_is_said_and_the_last_good_numbers_stay(lab: "Lab") -> None:
    lab.open(x=GOOD, t=2)
    before = lab.all_numbers()
    for text, says in BAD_SEQUENCES.items():
        lab.sequence.fill(text)
        lab.sequence.blur()
        expect(lab.alert).to_contain_text(says)
        expect(lab.alert).to_contain_text(re.compile("Use|Type"))
        expect(lab.alert).to_be_in_viewport()
        expect(lab.sequence).to_have_attribute("aria-invalid", "true")
        expect(lab.sequence).to_have_value(text)
        assert lab.all_numbers() == before
        lab.at(2, "Paused")


def test_a_bad_weight_is_said_and_the_last_good_numbers_stay(lab: "Lab") -> None:
    lab.open(x=GOOD, t=2)
    before = lab.all_numbers()
    for text, says in BAD_NUMBERS.items():
        lab.field("W_f").fill(text)
        lab.field("W_f").blur()
        expect(lab.alert).to_contain_text(says)
        expect(lab.alert).to_contain_text("W_f")
        expect(lab.alert).to_contain_text("between −100 and 100")
        expect(lab.field("W_f")).to_have_attribute("aria-invalid", "true")
        expect(lab.field("W_f")).to_have_value(text)
        assert lab.all_numbers() == before
        lab.at(2, "Paused")


def test_a_mistake_is_said_once_the_hand_rests_and_the_focus_stays(lab: "Lab") -> None:
    lab.open(x=GOOD, t=2)
    lab.sequence.fill("1, x")
    expect(lab.alert).to_contain_text("x(2) is 'x'")
    expect(lab.sequence).to_be_focused()


def test_a_bad_sequence_leaves_a_picture_to_play_until_a_good_one_takes_the_message_away(
    lab: "Lab",
) -> None:
    def mistype() -> None:
        lab.sequence.fill("1, x")
        lab.sequence.blur()
        expect(lab.alert).to_be_visible()

    lab.open(x=GOOD)
    mistype()
    lab.button("Step forward").click()
    lab.at(1, "Paused")
    assert lab.number("x") == 1
    lab.time.fill("3")
    lab.at(3, "Complete")
    expect(lab.alert).to_be_visible()
    # What was there before.
    lab.sequence.fill("1, -0.5, 0.25")
    expect(lab.alert).to_have_count(0)
    lab.at(3, "Complete")
    # Another one.
    mistype()
    lab.type_sequence("1, 0.5")
    expect(lab.alert).to_have_count(0)
    expect(lab.sequence).not_to_have_attribute("aria-invalid", "true")
    lab.at(0, "Ready")


def test_a_bad_number_is_put_right_by_a_good_one_a_slider_or_a_named_setting(lab: "Lab") -> None:
    def mistype() -> None:
        lab.field("W_f").fill("abc")
        lab.field("W_f").blur()
        expect(lab.alert).to_be_visible()

    lab.open(x=GOOD, W_f="2", t=2)
    slider = lab.slider("Forget gate weight W_f")
    mistype()
    expect(slider).to_have_value("2")
    lab.set("W_f", "1.5")
    expect(lab.alert).to_have_count(0)
    expect(lab.field("W_f")).not_to_have_attribute("aria-invalid", "true")
    mistype()
    slider.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.uses("W_f", "1.55")
    expect(lab.field("W_f")).to_have_value("1.55")
    expect(lab.alert).to_have_count(0)
    mistype()
    lab.button("Defaults").click()
    expect(lab.field("W_f")).to_have_value("0.50")
    expect(lab.alert).to_have_count(0)


def test_the_message_can_be_dismissed_and_comes_again_with_the_next_mistake(lab: "Lab") -> None:
    lab.open(x=GOOD, t=2)
    for text in ("1, x", "1, z"):
        lab.sequence.fill(text)
        lab.sequence.blur()
        expect(lab.alert).to_contain_text(f"'{text[-1]}'")
        lab.alert.get_by_role("button", name="Close").click()
        expect(lab.alert).to_have_count(0)
        expect(lab.sequence).to_have_attribute("aria-invalid", "true")
    # Whoever then sets something else is told why nothing follows.
    lab.field("b_f").fill("1")
    expect(lab.alert).to_contain_text("'z'")
    lab.type_sequence("1, 0.5")
    expect(lab.alert).to_have_count(0)


def test_a_half_typed_number_is_not_scolded(lab: "Lab") -> None:
    lab.open(x=GOOD, t=2)
    lab.page.evaluate(
        """() => {
            window.alerts = 0;
            new MutationObserver(() => {
                window.alerts += document.querySelectorAll("[role=alert]").length;
            }).observe(document.body, { childList: true, subtree: true });
        }"""
    )
    lab.field("W_f").focus()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("-1.5e-1")
    lab.uses("W_f", "-0.15")
    assert lab.page.evaluate("() => window.alerts") == 0


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("#v=9&x=1,0&t=1", "format '9'"),
        ("#v=1&W_f=abc", "W_f is 'abc'"),
        ("#v=1&b_o=1e999", "b_o"),
        ("#v=1&x=1,oops", "x(2) is 'oops'"),
        ("#v=1&x=", "empty"),
        ("#v=1&x=" + "1," * 501, "501"),
        ("#v=1&x=" + quote("<script>window.ran=1</script>"), "x(1) is '<script>"),
        ("#v=1&x=" + quote('<img/src="x"/onerror="window.ran=1">'), "x(1) is '<img"),
        ("#v=" + quote("<img src=x onerror=window.ran=1>"), "format"),
    ],
)
def test_a_forged_link_is_said_and_the_page_is_not_empty(lab: "Lab", link: str, says: str) -> None:
    lab.open_forged(link)
    expect(lab.alert).to_contain_text(says)
    lab.at(0, "Ready")
    lab.button("Step forward").click()
    lab.at(1, "Paused")
    assert lab.number("x") == 1
    assert lab.number("c") == pytest.approx(0.288, abs=5e-4)
    assert lab.page.evaluate("() => window.ran") is None


@pytest.mark.parametrize(
    ("t", "lands"),
    [("99999", 3), ("-5", 0), ("abc", 0), ("", 0), ("Infinity", 0)],
)
def test_a_forged_time_in_a_link_lands_on_a_step(lab: "Lab", t: str, lands: int) -> None:
    lab.open_forged(f"#v=1&x={GOOD}&t={t}")
    lab.at(lands)
    assert lab.all_numbers()["t"] == [str(lands)]


def test_a_link_with_unknown_names_is_read_for_what_is_known(lab: "Lab") -> None:
    lab.load(f"#v=1&x={GOOD}&W_f=2&W_zzz=3&__proto__=1&constructor=x&separate=maybe")
    lab.uses("W_f", "2")
    expect(lab.alert).to_have_count(0)
    expect(lab.separate).not_to_be_checked()


def test_after_a_bad_link_the_field_that_is_wrong_is_marked_until_it_is_right(lab: "Lab") -> None:
    lab.load("#v=1&x=1,0&W_f=abc")
    expect(lab.alert).to_contain_text("W_f")
    expect(lab.field("W_f")).to_have_value("abc")
    expect(lab.field("W_f")).to_have_attribute("aria-invalid", "true")
    lab.set("W_f", "2")
    expect(lab.alert).to_have_count(0)
    expect(lab.field("W_f")).not_to_have_attribute("aria-invalid", "true")
    lab.shows_sequence([1, 0])


def test_a_page_that_does_not_exist_says_so(lab: "Lab", watch: "Watch") -> None:
    watch.allow("404")
    answer = lab.page.goto(f"{lab.url}nowhere")
    assert answer is not None
    assert answer.status == 404
    expect(lab.page.get_by_role("heading", name="There is no such page")).to_be_visible()
    lab.page.get_by_role("main").get_by_role("link", name="Cell").click()
    lab.ready()
    lab.at(0, "Ready")


def test_a_server_that_restarts_costs_the_reader_nothing(
    open_lab: Callable[..., "Lab"], no_workers: None, own_server: "Server", watch: "Watch"
) -> None:
    lab = open_lab(own_server.url)
    lab.page.clock.install()
    lab.open(x=GOOD, W_f="2", t=2)
    before = lab.all_numbers()
    watch.allow("net::ERR_|the server did not respond")
    own_server.stop()
    with lab.page.expect_event("requestfailed"):
        lab.field("b_f").fill("1.5")
    lab.page.clock.fast_forward(UNHEARD)
    expect(lab.alert).to_contain_text("server")
    assert lab.all_numbers() == before
    # The trace is in the page: it plays on.
    lab.button("Step forward").click()
    lab.at(3, "Complete")
    lab.button("Step back").click()
    lab.at(2, "Paused")
    own_server.start()
    lab.page.clock.fast_forward(UNHEARD)
    lab.uses("b_f", "1.5")
    expect(lab.alert).to_have_count(0)
    lab.at(2, "Paused")
    expect(lab.field("W_f")).to_have_value("2.00")
    lab.set("b_o", "-1")
    lab.type_sequence("1, 1")
    lab.at(0, "Ready")


def test_a_server_that_restarts_between_two_changes_goes_unnoticed(
    open_lab: Callable[..., "Lab"], no_workers: None, own_server: "Server"
) -> None:
    lab = open_lab(own_server.url)
    lab.open(x=GOOD, t=2)
    own_server.stop()
    own_server.start()
    lab.set("W_f", "3")
    lab.at(2, "Paused")
    expect(lab.alert).to_have_count(0)


def test_a_reload_brings_everything_back(lab: "Lab") -> None:
    lab.open()
    lab.type_sequence("1, 0.5, -1")
    lab.set("W_f", "2.125")
    lab.go(2)
    numbers = lab.all_numbers()
    lab.until("() => new URLSearchParams(location.hash.slice(1)).get('t') === '2'")
    lab.page.reload()
    lab.ready()
    lab.at(2, "Paused")
    expect(lab.field("W_f")).to_have_value("2.125")
    assert lab.all_numbers() == numbers
