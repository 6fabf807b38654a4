"""A link to the Network page restores model, text, time, layer, unit and order; or is forged."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import Network, Watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("keeps_page")]


def copied(network: "Network") -> str:
    """Press Copy link, and give what is in the clipboard."""
    network.button("Copy link").click()
    expect(network.page.get_by_role("banner").get_by_role("status")).to_have_text("Link copied")
    link: str = network.page.evaluate("() => navigator.clipboard.readText()")
    return link


STATES: list[dict[str, Any]] = [
    {
        "m": "new",
        "text": "a & b = ‘é’ #1+2%\n👩‍🚀",
        "reads": "characters",
        "size": "21",
        "layers": "3",
        "kind": "orthogonal",
        "forget_bias": "-1.25",
        "seed": "4294967295",
        "layer": 2,
        "unit": 17,
        "order": "similarity",
        "t": 5,
    },
    {
        "m": "new",
        "text": "1, 2\n-3, 0.5",
        "reads": "numbers",
        "size": "3",
        "seed": "9",
        "unit": 2,
        "t": 1,
    },
    {"m": "words", "text": "The dogs near the door bark .", "unit": 2, "order": "peak", "t": 4},
    {"m": "characters", "text": "((a))", "unit": 5, "order": "mean", "t": 3},
]


@pytest.mark.parametrize("state", STATES, ids=["layers", "numbers", "words", "characters"])
def test_a_copied_link_restores_everything_in_another_browser(
    network: "Network", clipboard: None, state: dict[str, Any]
) -> None:
    network.open(**state)
    network.at(state["t"], "Paused")
    link = copied(network)
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).fragment).items()}
    assert query["v"] == "2"
    assert {name: query.get(name) for name in state} == {
        name: str(value) for name, value in state.items()
    }
    here = everything(network)
    assert here["controls"]["text"] == state["text"]
    network.forget()
    network.page.goto(link)
    network.ready()
    network.at(state["t"], "Paused")
    network.pins(state["unit"])
    assert everything(network) == here


def everything(network: "Network") -> dict[str, Any]:
    """Read all numbers, what is drawn of the gates, and every control that is there."""
    names = ("Model", "Depth", "Weights", "Read as", "Units sorted by", "Layer")
    controls = {name: network.choice(name) for name in names}
    for name in ("Forget bias", "Seed", "Exact number of units"):
        controls[name] = network.option(name)
    controls["text"] = network.text
    return {
        "numbers": network.all_numbers(),
        "gates": network.heat("heatmaps"),
        "controls": {
            name: control.input_value() for name, control in controls.items() if control.count()
        },
    }


def test_what_is_set_by_hand_is_in_the_link(network: "Network", clipboard: None) -> None:
    network.open()
    network.choice("Model").select_option("new")
    network.runs("1 layer of 16 units")
    network.choice("Depth").select_option("2")
    network.runs("2 layers of 16 units")
    network.option("Seed").fill("77")
    network.choice("Layer").select_option("1")
    expect(network.region("Unit")).to_contain_text("of layer 2")
    network.choice("Units sorted by").select_option("peak")
    network.page.locator("[data-units=f]").click(position={"x": 3, "y": 5})
    network.go(6)
    network.until("() => location.hash.includes('order=peak')")
    link, here, unit = copied(network), everything(network), network.pinned.input_value()
    network.forget()
    network.page.goto(link)
    network.ready()
    network.at(6, "Paused")
    network.pins(int(unit))
    assert everything(network) == here


def test_a_link_in_the_same_tab_takes_over(network: "Network") -> None:
    network.open(m="new", text="abc", size=5, t=2)
    network.page.evaluate("() => { location.hash = '#v=1&m=characters&text=((a&t=3&unit=2'; }")
    network.runs("1 layer of 6 units")
    network.tokens(3)
    network.at(3, "Complete")
    network.pins(2)
    expect(network.alert).to_have_count(0)


def test_the_untouched_page_has_a_plain_address(network: "Network") -> None:
    network.open()
    network.button("Step forward").click()
    network.until("() => location.hash.includes('t=1')")
    network.button("Step back").click()
    network.until("() => location.hash === ''")


def opens_and_works(network: "Network", watch: "Watch", forged: dict[str, str]) -> None:
    """Expect a page that says what it could not do, and that an example sets right again."""
    # What the browser itself reports of a request that was refused, and nothing else.
    watch.allow("^answer 4(00|04|22)|Failed to load resource: .*(400|404|422)")
    network.open_forged(**forged)
    network.button("Count aⁿbⁿ").click()
    network.tokens(24)
    network.runs("1 layer of 6 units")
    network.go(5)
    expect(network.reading("token")).to_have_text("a")
    shown = network.page.locator("data[data-value=c]").first.get_attribute("value")
    assert float(shown or "nan") == pytest.approx(1.25, abs=3e-3)
    expect(network.alert).to_have_count(0)


def name(forged: dict[str, str]) -> str:
    return ",".join(f"{key}={value[:8]}" for key, value in forged.items())


@pytest.mark.parametrize(
    "forged",
    [
        {"unit": "abc", "layer": "-5", "t": "1e99"},
        {"unit": "99999999", "layer": "7", "first": "99999"},
        {"text": "x" * 5000},
        {"unit": "1e300"},
    ],
    ids=name,
)
def test_a_forged_link_gives_a_page_that_works(
    network: "Network", watch: "Watch", forged: dict[str, str]
) -> None:
    opens_and_works(network, watch, forged)


@pytest.mark.parametrize(
    "forged",
    [
        {"m": "file", "hash": "../../x"},
        {"m": "file", "hash": "0" * 64},
        {"m": "file"},
        {"m": "new", "size": "9e9"},
        {"m": "new", "size": "abc", "layers": "99", "seed": "-1"},
        {"m": "new", "layers": "1e9"},
    ],
    ids=name,
)
def test_a_model_in_a_link_that_there_is_not_does_not_stop_an_example(
    network: "Network", watch: "Watch", forged: dict[str, str]
) -> None:
    opens_and_works(network, watch, forged)


@pytest.mark.parametrize(
    "forged",
    [
        {"m": "nonsense"},
        {"m": "new", "kind": "../../etc/passwd"},
        {"order": "backwards"},
        {"reads": "minds", "m": "new"},
        {"m": "<img src=x onerror=alert(1)>", "text": "<script>alert(1)</script>"},
    ],
    ids=name,
)
def test_a_choice_in_a_link_that_there_is_not_still_gives_a_page(
    network: "Network", watch: "Watch", forged: dict[str, str]
) -> None:
    opens_and_works(network, watch, forged)


def test_a_link_of_another_format_is_named_and_changes_nothing(network: "Network") -> None:
    network.open(t=4)
    numbers = network.all_numbers()
    network.page.evaluate("() => { location.hash = '#v=9&m=new&t=2'; }")
    expect(network.alert).to_contain_text("format '9'")
    assert network.all_numbers() == numbers
