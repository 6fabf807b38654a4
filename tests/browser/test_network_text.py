"""What the Network page reads: characters as people see them, words, numbers; and slips."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Network, Watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]


def strip(network: "Network") -> list[str]:
    """Read the tokens over the columns."""
    return network.page.locator(".lab-tokens bdi").all_text_contents()


def says(network: "Network", *words: str) -> None:
    """Expect a message about the text, which is marked for it."""
    for part in words:
        expect(network.alert).to_contain_text(part)
    expect(network.text).to_have_attribute("aria-invalid", "true")


def test_a_typed_text_is_read_once_the_hand_rests(network: "Network") -> None:
    network.open(t=3)
    network.text.focus()
    network.page.keyboard.press("Control+A")
    network.page.keyboard.type("((a))")
    network.tokens(5)
    network.at(0, "Ready")
    assert strip(network) == list("((a))")
    expect(network.page.locator(".lab-example")).to_have_text("Your own text.")
    network.go(2)
    assert float(network.page.locator("data[data-value=c]").first.get_attribute("value") or 0) == (
        pytest.approx(0.5, abs=2e-3)
    )


def test_a_new_network_reads_characters_words_and_numbers(network: "Network") -> None:
    network.open(m="new", text="1 22 3", size=4)
    network.tokens(6)
    network.choice("Read as").select_option("words")
    network.tokens(3)
    assert strip(network) == ["1", "22", "3"]
    network.choice("Read as").select_option("numbers")
    network.runs("1 layer of 4 units, 1 input")
    network.text.fill("1, 0.5\n-2 3; 1e-1,+4")
    network.runs("1 layer of 4 units, 2 inputs")
    network.tokens(3)
    network.go(2)
    expect(network.reading("token")).to_have_text("−2, 3")
    expect(network.alert).to_have_count(0)


def test_words_keep_their_apostrophes_and_marks_stand_alone(network: "Network") -> None:
    network.open(m="new", reads="words", text="It's 3 o'clock, isn't it?", size=4)
    network.tokens(7)
    assert strip(network) == ["It's", "3", "o'clock", ",", "isn't", "it", "?"]


@pytest.mark.parametrize("model", ["new", "characters"])
def test_emoji_other_scripts_and_combining_marks_are_one_token_each(
    network: "Network", model: str
) -> None:
    tokens = ["a", "👩‍🚀", "👍🏽", "é", "ש", "ل", "नि", "z̧", "🇨🇭"]
    network.open(m=model, text="".join(tokens))
    network.tokens(len(tokens))
    assert strip(network) == tokens
    for t in (2, 5, 9):
        network.go(t)
        expect(network.reading("token")).to_have_text(tokens[t - 1])
    expect(network.alert).to_have_count(0)


def test_right_to_left_text_stands_in_the_order_of_reading(network: "Network") -> None:
    network.open(m="new", text="שלום עולם")
    network.tokens(9)
    assert strip(network) == list("שלום␣עולם")
    lefts = [
        box["x"]
        for one in network.page.locator(".lab-tokens bdi").all()
        if (box := one.bounding_box())
    ]
    assert lefts == sorted(lefts)
    expect(network.text).to_have_css("unicode-bidi", "plaintext")


def test_spaces_tabs_and_line_ends_are_made_visible(network: "Network") -> None:
    network.open(m="new", text="a b\tc\nd")
    network.tokens(7)
    assert strip(network) == ["a", "␣", "b", "⇥", "c", "⏎", "d"]


def test_markup_in_a_text_is_text(network: "Network") -> None:
    network.open(m="new", reads="words", text="<img src=x onerror=alert(1)> <b>x</b>")
    network.go(2)
    expect(network.reading("token")).to_have_text("img")
    expect(network.page.locator(".lab-view img")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1, 0.5\n2, abc", ["'abc'", "like 1, 0.5"]),
        ("1, 0.5\n2", ["Row 2", "the first has 2"]),
        ("", ["empty"]),
        ("  \n ", ["empty"]),
        ("0," * 1001, ["1,001", "at most 1,000 steps"]),
        ("nan", ["'nan'"]),
        ("1e999", ["1e999"]),
        ("1," * 17 + "\n" + "1," * 17, ["17 numbers", "at most 16"]),
    ],
)
def test_a_slip_in_numbers_is_named_and_the_screen_stays(
    network: "Network", text: str, words: list[str]
) -> None:
    network.open(m="new", reads="numbers", text="1, 2\n3, 4", size=4, t=1)
    before = network.all_numbers()
    network.text.fill(text)
    network.text.blur()
    says(network, *words)
    assert network.all_numbers() == before
    expect(network.text).to_have_value(text)
    network.text.fill("1, 2\n3, 4\n5, 6")
    network.text.blur()
    network.tokens(3)
    expect(network.alert).to_have_count(0)
    expect(network.text).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(("text", "words"), [("", "empty"), ("x" * 1001, "1,001 characters")])
def test_a_text_that_is_too_short_or_too_long_is_named_and_the_screen_stays(
    network: "Network", text: str, words: str
) -> None:
    network.open(t=7)
    before = network.all_numbers()
    network.text.fill(text)
    network.text.blur()
    says(network, words)
    assert network.all_numbers() == before
    network.button("Step forward").click()
    network.at(8, "Paused")
    network.button("Quotes").click()
    network.tokens(41)
    expect(network.alert).to_have_count(0)


def test_a_thousand_characters_are_read_and_played(network: "Network") -> None:
    network.open()
    network.text.fill("[a b]" * 200)
    network.tokens(1000)
    network.text.blur()
    network.go(1000)
    network.status("Complete")


def test_a_text_far_too_long_is_refused_without_a_request(
    network: "Network", watch: "Watch"
) -> None:
    network.open(t=7)
    before = list(watch.requests)
    numbers = network.all_numbers()
    network.text.evaluate(
        """(field) => {
            field.focus();
            field.select();
            const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
            set.call(field, "ab c".repeat(50000));
            field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }"""
    )
    network.text.blur()
    says(network, "200,000 characters")
    assert watch.requests == before
    assert network.all_numbers() == numbers
    network.button("Brackets").click()
    expect(network.alert).to_have_count(0)
    expect(network.text).to_have_value("[[see (the) old] map of the] low lands")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("Seed", "abc", ["Seed is", "abc"]),
        ("Seed", "1.5", ["Seed is", "1.5", "whole number"]),
        ("Forget bias", "1e9", ["Forget bias is", "100"]),
        ("Exact number of units", "65", ["Cell size is", "65", "64"]),
        ("Exact number of units", "0", ["Cell size is", "0"]),
        ("Exact number of units", "", ["Cell size"]),
    ],
)
def test_a_slip_in_a_number_field_is_named_the_field_marked_and_the_screen_stays(
    network: "Network", field: str, value: str, words: list[str]
) -> None:
    network.open(m="new", text="abc", size=4, t=2)
    before = network.all_numbers()
    network.option(field).fill(value)
    network.option(field).blur()
    for part in words:
        expect(network.alert).to_contain_text(part)
    expect(network.option(field)).to_have_attribute("aria-invalid", "true")
    assert network.all_numbers() == before
    network.option(field).fill("2")
    network.option(field).blur()
    expect(network.alert).to_have_count(0)
    expect(network.option(field)).not_to_have_attribute("aria-invalid", "true")
